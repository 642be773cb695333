//! Scans Chinese and English wording for what no letter may say.
//!
//! Owns the verdict over a template sentence or a variable field. A finding is a pattern of the
//! lexicon (`lexicon.txt`) that no context makes lawful: prohibitions (严禁…), negations
//! (并非…), warnings with advice (如遇…请投诉), disclaimers (是否…由有权机关依法认定) and titles
//! of laws pass. Fields of a template are opaque; what is put into them is scanned by itself.
//! A verdict of [`Verdict::Pass`] is no legal advice: approval stays with two people.
//! Source: seed L219, L303, L331, L335, L343–L365; REQUIREMENTS 1 (L303/343, L355–359);
//! DOCUMENTS F0.

mod context;
mod english;
mod fold;
mod lexicon;
mod sender;
mod spelling;
mod text;

#[cfg(test)]
mod cases;

use std::ops::Range;

pub use sender::{scan_name, words_of_picture};

crate::problems! {
    /// A rule of wording.
    #[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
    pub enum Rule {
        /// Arrest, prison, prosecution.
        Arrest = "CH-W001", Refusal,
            "the wording threatens arrest, prison or prosecution" => "say what is owed and which lawful ways the principal may choose",
            "措辞以抓捕、坐牢或刑事追究相威胁" => "请仅陈述欠款事实及委托人可能依法采取的途径";
        /// A crime pronounced.
        Guilt = "CH-W002", Refusal,
            "the wording pronounces a crime or bad faith" => "leave the finding to the competent authority",
            "措辞径行认定犯罪或恶意" => "是否构成法律责任应由有权机关依法认定";
        /// Insults and labels.
        Insult = "CH-W003", Refusal,
            "the wording insults or labels a person" => "use a neutral form of address",
            "措辞含侮辱或贬称" => "请使用中性称谓";
        /// Posing as somebody else.
        Posing = "CH-W004", Refusal,
            "the wording poses as a state organ, a lawyer or the principal's staff" => "name the agency and on whose behalf it writes",
            "措辞冒充国家机关、律师或委托人员工" => "请写明本机构名称及受谁委托";
        /// Payment elsewhere than to the principal.
        PersonalPayee = "CH-W005", Refusal,
            "the wording asks for payment to a person or to the agency" => "name only the principal's official channels",
            "措辞引导向个人或本机构付款" => "仅可列明委托人官方还款渠道";
        /// Disclosure to third parties.
        Disclosure = "CH-W006", Refusal,
            "the wording announces disclosure to family, employer, neighbours or others" => "remove it; the debt concerns the addressee only",
            "措辞称将向家人、单位、邻居或其他第三人披露" => "请删除；债务信息仅可告知本人";
        /// Public posting.
        Posting = "CH-W007", Refusal,
            "the wording announces public posting or exposure" => "remove it",
            "措辞称将张贴、公布或曝光" => "请删除";
        /// Harassment.
        Harassment = "CH-W008", Refusal,
            "the wording announces harassment or constant contact" => "remove it; contact is capped by the rules",
            "措辞称将骚扰或频繁联系" => "请删除；联系频次受规则限制";
        /// Credit records as a threat.
        CreditThreat = "CH-W009", Refusal,
            "the wording threatens with blacklists or lasting damage to credit" => "at most say that credit information may be reported truthfully as the law allows",
            "措辞以黑名单、失信或信用永久受损相威胁" => "至多可表述为可依法如实报送信用信息";
        /// Proceedings made up or used as a threat.
        Procedure = "CH-W010", Refusal,
            "the wording claims or threatens proceedings, seizure or enforcement" => "say that the principal may use lawful ways such as mediation or suit",
            "措辞虚构或以立案、查封、冻结、执行等程序相威胁" => "可表述为委托人可能依法通过调解、诉讼等途径主张权利";
        /// Restrictions as a threat.
        Restriction = "CH-W011", Refusal,
            "the wording threatens with restrictions on travel, spending or benefits" => "remove it",
            "措辞以限制消费、出境或停发待遇相威胁" => "请删除";
        /// Consequences and ultimatums.
        Pressure = "CH-W012", Refusal,
            "the wording presses with unnamed consequences or an ultimatum" => "name the due date and whom to talk to",
            "措辞以含糊后果或最后通牒施压" => "请写明应还日期与协商方式";
        /// Charges no contract allows.
        Charges = "CH-W013", Refusal,
            "the wording adds charges the contract does not know" => "leave interest and fees to the contract",
            "措辞增设合同外的费用或罚息" => "利息、费用依约计算";
        /// Health, family, children.
        PrivateLife = "CH-W014", Refusal,
            "the wording uses health, family or children" => "remove it",
            "措辞涉及健康、家庭或子女" => "请删除";
        /// Violence.
        Violence = "CH-W015", Refusal,
            "the wording threatens violence or damage" => "remove it",
            "措辞以暴力或毁损相威胁" => "请删除";
        /// Others made to pay.
        OthersPay = "CH-W016", Refusal,
            "the wording asks people to pay who owe nothing" => "address the debtor or a joint guarantor only",
            "措辞要求无还款义务者还款" => "仅可向债务人或连带保证人主张";
        /// Channels that do not exist.
        Channel = "CH-W017", Refusal,
            "the wording moves contact to messengers or text messages" => "name the office telephone",
            "措辞引导使用微信、QQ 或短信联系" => "请写明业务联系电话";
        /// Pushed into new debt.
        NewDebt = "CH-W018", Refusal,
            "the wording pushes into new debt or sales" => "offer to pass on a request for a plan",
            "措辞诱导借贷或变卖还款" => "可表述为愿转达协商请求";
        /// False cures of records.
        FalseCure = "CH-W019", Refusal,
            "the wording promises to mend records or to drop claims" => "remove it; nobody here can promise that",
            "措辞承诺修复征信或撤销主张" => "请删除；本机构无权承诺";
        /// Concessions only the principal can make.
        Concession = "CH-W030", Refusal,
            "the wording offers a discount or a plan" => "give the principal's approval that covers amount and expiry, or remove it",
            "措辞含减免、优惠或分期承诺" => "请提供委托人对金额与期限的批准，否则删除";
    }
}

impl Rule {
    const ALL: [Self; 20] = [
        Self::Arrest,
        Self::Guilt,
        Self::Insult,
        Self::Posing,
        Self::PersonalPayee,
        Self::Disclosure,
        Self::Posting,
        Self::Harassment,
        Self::CreditThreat,
        Self::Procedure,
        Self::Restriction,
        Self::Pressure,
        Self::Charges,
        Self::PrivateLife,
        Self::Violence,
        Self::OthersPay,
        Self::Channel,
        Self::NewDebt,
        Self::FalseCure,
        Self::Concession,
    ];

    fn coded(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| crate::problem::Problem::code(rule).code == code)
    }

    /// Where the rule comes from: line of the seed, and law.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::Arrest => "L331 L343 L365; 刑法第二百九十三条之一",
            Self::Guilt => "L363; DOCUMENTS 8",
            Self::Insult => "L303 L343 L365; 民法典第一千零二十四条",
            Self::Posing => "L355; 刑法第二百七十九条",
            Self::PersonalPayee => "L359",
            Self::Disclosure => "L331 L349; 个人信息保护法第十条; 民法典第一千零三十二条",
            Self::Posting => "L349; 民法典第一千零二十四条、第一千零三十二条",
            Self::Harassment => "L219 L329 L331 L365; 民法典第一千零三十三条",
            Self::CreditThreat => "L337 L363; 征信业管理条例",
            Self::Procedure => "L337 L355 L363; DOCUMENTS 3",
            Self::Restriction => "L337 L363",
            Self::Pressure => "L343; DOCUMENTS 7",
            Self::Charges => "L357; 民法典第六百八十条",
            Self::PrivateLife => "L343 L363; DOCUMENTS F0",
            Self::Violence => "L219 L343 L351; 刑法第二百九十三条之一",
            Self::OthersPay => "L349",
            Self::Channel => "L211 L335",
            Self::NewDebt => "L343",
            Self::FalseCure | Self::Concession => "L357",
        }
    }

    /// What the rule alone makes of a text.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Concession => Verdict::RefuseUnlessApproved,
            _ => Verdict::Refuse,
        }
    }
}

/// What is made of a text.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    /// Nothing was found.
    Pass,
    /// It stands only with the principal's approval.
    RefuseUnlessApproved,
    /// It may not stand.
    Refuse,
}

impl Verdict {
    /// The name used in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::RefuseUnlessApproved => "refuse_unless_approved",
            Self::Refuse => "refuse",
        }
    }
}

/// One place where a rule is broken. The words themselves are not kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The rule; its code, sentence and hint are told by [`Problem`](crate::problem::Problem).
    pub rule: Rule,
    /// Bytes of the scanned text, from the first to the last word of the pattern.
    pub bytes: Range<usize>,
}

/// All findings of a text, in the order of their places.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scan {
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Scan {
    /// The strictest verdict of the findings.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.findings.iter().map(|finding| finding.rule.verdict()).max().unwrap_or(Verdict::Pass)
    }
}

/// Scans one sentence, field or whole wording.
#[must_use]
pub fn scan(text: &str) -> Scan {
    let units = text::read(text);
    let mut findings = english::findings(text);
    for start in 0..units.len() {
        for found in lexicon::LEXICON.at(&units, start) {
            if context::pardons(&units, &found) {
                continue;
            }
            let last = found.elements.last().and_then(|(_, end)| units.get(end.saturating_sub(1)));
            if let (Some(first), Some(last)) = (units.get(start), last) {
                findings
                    .push(Finding { rule: found.rule, bytes: first.bytes.start..last.bytes.end });
            }
        }
    }
    findings.sort_by_key(|finding| (finding.bytes.start, finding.rule, finding.bytes.end));
    findings.dedup_by_key(|finding| (finding.bytes.start, finding.rule));
    Scan { findings }
}
