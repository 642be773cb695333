//! The words by which the life of a letter is told: enumerations only, no free text.
//!
//! A register holds no names: who signed is told as a relation, why a letter came back as a
//! reason. Each word has its Chinese label, which sheets may use.
//! Source: REQUIREMENTS 1 (L205, L349); SPEC decision 9.

macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$word_meta:meta])* $word:ident = $english:literal, $chinese:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub enum $name {
            $($(#[$word_meta])* $word),*
        }

        impl $name {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];
            /// Every word's stable name.
            pub const NAMES: &'static str = words!(@list $($english),*);

            /// Stable name, as entries have it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$word => $english),* }
            }

            /// Chinese label.
            #[must_use]
            pub const fn chinese(self) -> &'static str {
                match self { $(Self::$word => $chinese),* }
            }

            /// Reads a name or a label.
            #[must_use]
            pub fn read(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.name() == text || word.chinese() == text)
            }
        }
    };
    (@list $first:literal $(, $rest:literal)*) => { concat!($first $(, ", ", $rest)*) };
}

words! {
    /// What can happen to a letter, as the command line names it.
    pub enum Verb {
        /// It leaves.
        Dispatch = "dispatch", "发出";
        /// It arrives.
        Deliver = "deliver", "送达";
        /// It comes back.
        Return = "return", "退回";
        /// Somebody answers it.
        Reply = "reply", "回复";
        /// It is declared void.
        Void = "void", "作废";
    }
}

words! {
    /// Who carries a letter. Only the post may carry letters for pay (邮政法 55).
    pub enum Carrier {
        /// Registered post.
        ChinaPost = "china_post", "邮政挂号";
        /// Express mail.
        Ems = "ems", "邮政特快专递";
        /// The agency's own people.
        Agents = "agents", "本机构人员";
    }
}

words! {
    /// How a letter was delivered.
    pub enum Mode {
        /// By the post, against signature.
        Post = "post", "邮寄签收";
        /// By hand, against signature.
        Hand = "hand", "直接送达";
        /// Sealed in the recipient's own mailbox.
        Mailbox = "mailbox", "投入信箱";
    }
}

words! {
    /// Who signed for a letter, as a relation.
    pub enum Signer {
        /// The recipient.
        Recipient = "recipient", "本人";
        /// Somebody the recipient, such as a company, has authorised.
        Authorised = "authorised", "授权收件人";
        /// An adult who lives there.
        Household = "household", "同住成年人";
        /// The mail room of a building or company.
        MailRoom = "mail_room", "收发室";
        /// A parcel station.
        Station = "station", "驿站";
        /// The carrier tells no relation.
        Unstated = "unstated", "未载明";
    }
}

words! {
    /// Why a letter came back.
    pub enum Reason {
        /// There is no such address, or it is incomplete.
        Address = "address", "地址不详";
        /// The recipient moved.
        Moved = "moved", "迁移新址不明";
        /// Nobody of that name is there.
        NoSuchPerson = "no_such_person", "查无此人";
        /// It was refused.
        Refused = "refused", "拒收";
        /// It was not collected in time.
        Unclaimed = "unclaimed", "逾期未领";
        /// It was damaged on its way.
        Damaged = "damaged", "损毁";
        /// Agents met nobody.
        Absent = "absent", "未遇本人";
        /// Another reason, which the carrier's note tells.
        Other = "other", "其他";
    }
}

impl Reason {
    /// Whether it shows that the person is not reached at the address. Who refuses a letter, leaves
    /// it at the post office or is not met lives there all the same.
    #[must_use]
    pub const fn shuts_address(self) -> bool {
        !matches!(self, Self::Refused | Self::Unclaimed | Self::Damaged | Self::Absent)
    }
}

words! {
    /// What a reply says.
    pub enum ReplyKind {
        /// The sum or the debt is disputed.
        Dispute = "dispute", "异议";
        /// The transaction or the card is denied.
        Denial = "denial", "否认交易";
        /// Illness or need.
        Hardship = "hardship", "困难";
        /// A promise to pay.
        Promise = "promise", "承诺还款";
        /// A complaint.
        Complaint = "complaint", "投诉";
        /// It is said to be paid.
        Paid = "paid", "称已还款";
        /// Anything else.
        Other = "other", "其他";
    }
}

words! {
    /// Why a letter is void.
    pub enum VoidReason {
        /// Something in it is wrong.
        Wrong = "wrong", "内容有误";
        /// It was written twice.
        Duplicate = "duplicate", "重复";
        /// The debt was paid meanwhile.
        Paid = "paid", "已还款";
        /// A hold was placed meanwhile.
        Held = "held", "案件暂停";
        /// The principal withdrew the order.
        Withdrawn = "withdrawn", "委托方撤回";
    }
}

words! {
    /// Where a fact was learnt.
    pub enum Source {
        /// The carrier's record.
        Carrier = "carrier", "承运方记录";
        /// A signed receipt.
        Receipt = "receipt", "签收单";
        /// The report of the agents.
        Agents = "agents", "外访人员报告";
        /// The clerk saw it.
        Clerk = "clerk", "经办人所见";
        /// A letter that came in.
        Letter = "letter", "来函";
        /// A call that came in.
        Call = "call", "来电";
        /// The principal passed it on.
        Principal = "principal", "委托方转来";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_read_by_its_name_and_by_its_label() {
        for kind in ReplyKind::ALL {
            assert_eq!(ReplyKind::read(kind.name()), Some(*kind));
            assert_eq!(ReplyKind::read(kind.chinese()), Some(*kind));
        }
        assert_eq!(Mode::read("door"), None);
        assert_eq!(Mode::NAMES, "post, hand, mailbox");
    }
}
