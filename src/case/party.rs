//! How a letter travels and what its recipient is to the debt.
//!
//! Owns [`Channel`] and [`Role`]. Values the rules forbid are read and carried, so that a rule
//! refuses them by name and the refusal reaches the register; unknown ones are carried without
//! their text.
//! Source: REQUIREMENTS 1 (L213, L335, L349) and decisions 2, 3, 8; DOCUMENTS, Channels.

/// How a letter is to reach its recipient.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Channel {
    /// Registered letter.
    RegisteredPost,
    /// Express mail with receipt.
    Ems,
    /// By hand, against signature.
    Hand,
    /// Sealed into the recipient's own mailbox.
    Mailbox,
    /// Kept inside, or given to the principal.
    Internal,
    /// Known and never allowed.
    Forbidden(&'static str),
    /// None that this program knows.
    Unknown,
}

const CHANNELS: &[(Channel, &[&str])] = &[
    (Channel::RegisteredPost, &["registered_post", "post", "挂号信"]),
    (Channel::Ems, &["ems", "邮政特快专递", "特快专递"]),
    (Channel::Hand, &["hand", "当面送达", "直接送达"]),
    (Channel::Mailbox, &["mailbox", "投入信箱", "信箱"]),
    (Channel::Internal, &["internal", "内部"]),
    (Channel::Forbidden("fax"), &["fax", "telefax", "传真"]),
    (Channel::Forbidden("postcard"), &["postcard", "明信片"]),
    (Channel::Forbidden("sms"), &["sms", "mms", "text_message", "短信", "彩信"]),
    (Channel::Forbidden("wechat"), &["wechat", "weixin", "微信"]),
    (Channel::Forbidden("qq"), &["qq"]),
    (Channel::Forbidden("msn"), &["msn"]),
    (Channel::Forbidden("email"), &["email", "e-mail", "mail", "电子邮件", "邮件"]),
    (
        Channel::Forbidden("mobile"),
        &["mobile", "mobile_phone", "phone", "电话", "移动电话", "手机"],
    ),
    (
        Channel::Forbidden("door_posting"),
        &["door_posting", "door", "posted_on_door", "posting", "张贴", "门上张贴"],
    ),
    (
        Channel::Forbidden("messenger"),
        &["messenger", "im", "whatsapp", "telegram", "line", "dingtalk", "钉钉", "feishu", "飞书"],
    ),
    (Channel::Forbidden("third_party"), &["third_party", "neighbour", "转交他人", "邻居转交"]),
    (Channel::Forbidden("ordinary_post"), &["ordinary_post", "平信"]),
];

impl Channel {
    /// Reads a channel's name or Chinese label, in any case.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let lower = text.to_lowercase().replace(['-', ' '], "_");
        let known = |names: &&[&str]| names.iter().any(|name| name.replace('-', "_") == lower);
        CHANNELS.iter().find(|(_, names)| known(names)).map_or(Self::Unknown, |(found, _)| *found)
    }

    /// Stable name for registers and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RegisteredPost => "registered_post",
            Self::Ems => "ems",
            Self::Hand => "hand",
            Self::Mailbox => "mailbox",
            Self::Internal => "internal",
            Self::Forbidden(name) => name,
            Self::Unknown => "unknown",
        }
    }

    /// Label a document prints, or nothing for what no document may name.
    #[must_use]
    pub const fn chinese(self) -> Option<&'static str> {
        match self {
            Self::RegisteredPost => Some("挂号信"),
            Self::Ems => Some("邮政特快专递"),
            Self::Hand => Some("当面送达"),
            Self::Mailbox => Some("投入本人信箱"),
            Self::Internal => Some("内部"),
            Self::Forbidden(_) | Self::Unknown => None,
        }
    }
}

/// What a recipient is to the debt.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// Owes it.
    Debtor,
    /// Guarantees it jointly and severally.
    JointGuarantor,
    /// Caused a loss an insurer has paid.
    LiableThirdParty,
    /// Is addressed by a call-back card, which tells nothing.
    Addressee,
    /// The principal.
    Principal,
    /// Undertakes to pay for the debtor of free will.
    Volunteer,
    /// The agency's own office, for internal documents.
    Office,
    /// The agents who go, for what they take along.
    Agent,
    /// Known and without a duty to pay.
    Other(&'static str),
    /// None that this program knows.
    Unknown,
}

const ROLES: &[(Role, &[&str])] = &[
    (Role::Debtor, &["debtor", "债务人", "欠款人", "本人", "借款人", "持卡人"]),
    (Role::JointGuarantor, &["joint_guarantor", "连带责任保证人", "连带保证人"]),
    (Role::LiableThirdParty, &["liable_third_party", "责任第三人", "侵权人"]),
    (Role::Addressee, &["addressee", "收件人"]),
    (Role::Principal, &["principal", "委托人"]),
    (Role::Volunteer, &["volunteer", "自愿代偿人"]),
    (Role::Office, &["office", "本机构"]),
    (Role::Agent, &["agent", "外访人员"]),
    (Role::Other("general_guarantor"), &["general_guarantor", "一般保证人"]),
    (Role::Other("guarantor"), &["guarantor", "保证人", "担保人"]),
    (
        Role::Other("family"),
        &[
            "family", "relative", "spouse", "parent", "child", "家属", "亲属", "配偶", "父母",
            "子女",
        ],
    ),
    (Role::Other("employer"), &["employer", "company", "单位", "用人单位"]),
    (Role::Other("colleague"), &["colleague", "同事"]),
    (Role::Other("friend"), &["friend", "朋友"]),
    (Role::Other("neighbour"), &["neighbour", "neighbor", "邻居"]),
    (
        Role::Other("contact"),
        &["contact", "emergency_contact", "third_party", "联系人", "紧急联系人", "第三人"],
    ),
];

impl Role {
    /// Reads a role's name or Chinese label, in any case.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let lower = text.to_lowercase().replace(['-', ' '], "_");
        let known = |names: &&[&str]| names.contains(&lower.as_str());
        ROLES.iter().find(|(_, names)| known(names)).map_or(Self::Unknown, |(found, _)| *found)
    }

    /// Stable name for registers and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debtor => "debtor",
            Self::JointGuarantor => "joint_guarantor",
            Self::LiableThirdParty => "liable_third_party",
            Self::Addressee => "addressee",
            Self::Principal => "principal",
            Self::Volunteer => "volunteer",
            Self::Office => "office",
            Self::Agent => "agent",
            Self::Other(name) => name,
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_and_forbidden_ones_are_carried_by_name() {
        for (channel, names) in CHANNELS {
            for name in *names {
                assert_eq!(Channel::read(name), *channel, "{name}");
            }
        }
        for (role, names) in ROLES {
            for name in *names {
                assert_eq!(Role::read(name), *role, "{name}");
            }
        }
        assert_eq!(Channel::read("WeChat"), Channel::Forbidden("wechat"));
        assert_eq!(Channel::read("carrier pigeon"), Channel::Unknown);
        assert_eq!(Role::read("Spouse"), Role::Other("family"));
        assert_eq!(Role::read("x"), Role::Unknown);
    }
}
