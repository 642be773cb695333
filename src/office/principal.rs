//! Principals: who owns the debt, and what it signed about how it is dunned.
//!
//! Owns the profile a principal signs with its own certificate: official channels and accounts,
//! masking policy, hours, mandate, citations, retention. Refuses a profile that lengthens what may
//! only be shortened or shortens what may only be lengthened. Source: SPEC decision 1,
//! REQUIREMENTS 5 (1, 4, 7, 13), L149, L359, L363.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::{
    case::{amount::Fen, intake::columns::HeadingMap},
    digest::Digest,
    masking::{AllowList, Masking, Policy},
    office::operator::is_id,
    problem::{Phrase, Report, alone},
    template::wording_scan,
    visit::hours::ContactHours,
};

/// Latest end of contact hours a principal may set.
const LATEST_END: (u32, u32) = (22, 0);
/// Start of contact hours.
const START: (u32, u32) = (8, 0);
/// Floor of retention in calendar years.
pub const RETENTION_FLOOR: u32 = 5;

crate::problems! {
    /// Why a principal's profile cannot be used.
    pub enum PrincipalError {
        /// The profile cannot be read.
        Malformed { line: usize, detail: String } = "CH-O010", Input,
            "the profile's line {line}: {detail}" => "correct it; docs/formats.md shows every member",
            "委托方档案第 {line} 行：{detail}" => "请更正；各项见 docs/formats.md";
        /// A member has a value it cannot have.
        Member { member: &'static str, expected: Phrase } = "CH-O011", Input,
            "the profile's `{member}` is not {expected}" => "let the principal correct and sign it again",
            "委托方档案的 `{member}` 不符合要求（{expected}）" => "请委托方更正后重新签署";
        /// The principal is not known here.
        Unknown { id: String } = "CH-O012", Refusal,
            "no principal `{id}` in this office" => "add it with `chancery principal add`",
            "本办公室没有委托方 `{id}`" => "请先用 `chancery principal add` 添加";
        /// The certificate given is not the one whose fingerprint was confirmed.
        Fingerprint = "CH-O013", Refusal,
            "the certificate's fingerprint is not the one given" => "compare it with the principal again, by telephone or in person",
            "证书指纹与所给指纹不一致" => "请与委托方以电话或当面方式重新核对";
        /// The profile is signed by another key than the pinned one.
        NotPinned = "CH-O014", Refusal,
            "the profile is not signed under the principal's pinned certificate" => "ask the principal to sign it with its own key",
            "档案并非由委托方已固定的证书签署" => "请委托方使用其自有密钥签署";
        /// The certificate belongs to the agency's side.
        AgencySide = "CH-O016", Refusal,
            "the certificate is the agency's own, of its authority or of an operator's key" => "take the certificate that the principal made itself",
            "该证书属于本机构（其签发机构或操作员密钥）" => "请使用委托方自行生成的证书";
        /// The profile was signed before the one in force.
        Older = "CH-O017", Refusal,
            "the profile was signed before the one in force" => "ask the principal for the newest, or to sign this one again",
            "该档案的签署时间早于现行档案" => "请向委托方索取最新档案，或请其重新签署";
        /// The principal has no profile yet.
        NoProfile { id: String } = "CH-O015", Refusal,
            "principal `{id}` has no signed profile" => "take one in with `chancery principal add --profile`",
            "委托方 `{id}` 尚无已签署档案" => "请用 `chancery principal add --profile` 导入";
    }
}

/// The term of a mandate.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// Its number, printed on letters.
    pub number: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

/// A statute that letters may cite.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Short id by which a request names it.
    pub id: String,
    /// Text as printed.
    pub text: String,
    /// Date of the version cited.
    pub version: NaiveDate,
    /// First day on which it no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repealed: Option<NaiveDate>,
}

/// What a principal approved for one case.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its id, by which a request names it.
    pub id: String,
    /// Case it is for.
    pub case: String,
    /// Kind of document it is for.
    pub document: String,
    /// Last day on which it may be used.
    pub until: NaiveDate,
    /// Largest discount it allows, in yuan; it holds until the grant's last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<String>,
    /// SHA-256 of the text it approves, as UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Digest>,
}

/// A sentence that answers may use as it stands.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// Short id.
    pub id: String,
    /// The sentence.
    pub text: String,
}

/// How numbers are masked.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskingPolicy {
    /// The last four remain.
    #[default]
    LastFour,
    /// Nothing remains.
    Full,
}

/// What a principal signs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Id in this office.
    pub id: String,
    /// Registered name.
    pub name: String,
    /// Telephone by which the mandate can be checked.
    pub hotline: String,
    /// Telephone for complaints.
    pub complaint_phone: String,
    /// How a debtor objects, as printed.
    pub dispute_channel: String,
    /// How a debtor inquires, as printed.
    pub inquiry_channel: String,
    /// Official ways to pay, as printed.
    pub official_channels: String,
    /// Official account numbers, 12 to 19 digits, which are not masked.
    #[serde(default)]
    pub official_accounts: Vec<String>,
    /// Masking of card and identity numbers.
    #[serde(default)]
    pub masking: MaskingPolicy,
    /// End of contact hours, never after 22:00.
    #[serde(default)]
    pub hours_end: Option<NaiveTime>,
    /// Retention in calendar years, never under five.
    #[serde(default)]
    pub retention_years: Option<u32>,
    /// Whether it lawfully reports to a credit register.
    #[serde(default)]
    pub credit_reporting: bool,
    /// The mandate.
    pub mandate: Mandate,
    /// Statutes its letters may cite.
    #[serde(default)]
    pub citations: Vec<Citation>,
    /// What it approved, case by case.
    #[serde(default)]
    pub approvals: Vec<Grant>,
    /// Sentences with which letters may be answered.
    #[serde(default)]
    pub clauses: Vec<Clause>,
    /// Its own headings: field by heading, `-` for a column to ignore.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headings: BTreeMap<String, String>,
    /// Values by field for columns its files lack.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<String, String>,
}

impl Profile {
    /// Hours in which people may be called on in this principal's matters.
    #[must_use]
    pub fn contact_hours(&self) -> ContactHours {
        self.hours_end.and_then(|end| ContactHours::ending(end).ok()).unwrap_or_default()
    }

    /// Reads and checks a profile.
    ///
    /// # Errors
    /// [`PrincipalError::Malformed`], [`PrincipalError::Member`].
    pub fn parse(text: &str) -> Result<Self, PrincipalError> {
        let profile: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            PrincipalError::Malformed {
                line: before.matches('\n').count().saturating_add(1),
                detail: error.message().to_owned(),
            }
        })?;
        profile.check()?;
        Ok(profile)
    }

    /// How its files of requests are read: its headings and constants, and its own id where a file
    /// has no column for it.
    ///
    /// # Errors
    /// What is wrong with the map.
    pub fn heading_map(&self) -> Result<HeadingMap, Vec<Report>> {
        let pairs = self.headings.iter().map(|(heading, field)| (heading.as_str(), field.as_str()));
        let mut map = HeadingMap::read(pairs)?;
        for (field, value) in &self.constants {
            map = map.with_constant(field, value).map_err(alone)?;
        }
        if self.constants.contains_key("principal") {
            return Ok(map);
        }
        map.with_constant("principal", &self.id).map_err(alone)
    }

    /// How its letters are masked.
    #[must_use]
    pub fn masking(&self) -> Masking {
        let policy = match self.masking {
            MaskingPolicy::LastFour => Policy::LastFour,
            MaskingPolicy::Full => Policy::Full,
        };
        Masking { policy, allow: self.allowed() }
    }

    /// The accounts that masking leaves.
    #[must_use]
    pub fn allowed(&self) -> AllowList {
        // Each was checked when the profile was read.
        AllowList::of(&self.official_accounts).unwrap_or_default()
    }

    /// Whether letters may be sent on `day`.
    #[must_use]
    pub fn mandate_holds(&self, day: NaiveDate) -> bool {
        (self.mandate.from..=self.mandate.until).contains(&day)
    }

    /// Citation `id`, if it holds on `day`.
    #[must_use]
    pub fn citation(&self, id: &str, day: NaiveDate) -> Option<&Citation> {
        self.citations.iter().find(|citation| {
            citation.id == id
                && citation.version <= day
                && citation.repealed.is_none_or(|repealed| day < repealed)
        })
    }

    /// Grant `id`, if it covers a document of kind `document` in `case` on `day`.
    #[must_use]
    pub fn grant(&self, id: &str, document: &str, case: &str, day: NaiveDate) -> Option<&Grant> {
        self.approvals.iter().find(|grant| {
            grant.id == id && grant.document == document && grant.case == case && day <= grant.until
        })
    }

    fn check(&self) -> Result<(), PrincipalError> {
        let member = |member, expected| Err(PrincipalError::Member { member, expected });
        if !is_id(&self.id) {
            return member(
                "id",
                Phrase("2 to 32 of a-z, 0-9 and -", "应为 2 至 32 个小写字母、数字或 -"),
            );
        }
        for (name, text, most) in [
            ("name", &self.name, 50),
            ("hotline", &self.hotline, 40),
            ("complaint_phone", &self.complaint_phone, 40),
            ("dispute_channel", &self.dispute_channel, 200),
            ("inquiry_channel", &self.inquiry_channel, 200),
            ("official_channels", &self.official_channels, 200),
            ("mandate.number", &self.mandate.number, 40),
        ] {
            let length = text.chars().count();
            if length == 0 || length > most || text.chars().any(char::is_control) {
                return member(
                    name,
                    Phrase("one line of text within its length", "应为一行文字且不超过限长"),
                );
            }
        }
        if !wording_scan::scan_name(&self.name).findings.is_empty() {
            return member(
                "name",
                Phrase(
                    "the name of a creditor: no organ of the state, tribunal or law firm",
                    "应为债权人名称，不得为国家机关、仲裁机构或律师事务所",
                ),
            );
        }
        for (name, text) in [
            ("dispute_channel", &self.dispute_channel),
            ("inquiry_channel", &self.inquiry_channel),
            ("official_channels", &self.official_channels),
        ] {
            if wording_scan::scan(text).verdict() != wording_scan::Verdict::Pass {
                return member(name, Phrase("free of prohibited wording", "不得含有禁用措辞"));
            }
        }
        let digits = |account: &String| {
            (12..=19).contains(&account.len()) && account.bytes().all(|b| b.is_ascii_digit())
        };
        if !self.official_accounts.iter().all(digits) {
            return member(
                "official_accounts",
                Phrase("a list of numbers of 12 to 19 digits", "应为 12 至 19 位数字的清单"),
            );
        }
        if self.mandate.from > self.mandate.until {
            return member(
                "mandate",
                Phrase("a term whose first day is not after its last", "首日不得晚于末日"),
            );
        }
        let time = |(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        if self.hours_end.is_some_and(|end| end > time(LATEST_END) || end <= time(START)) {
            return member(
                "hours_end",
                Phrase("after 08:00 and not after 22:00", "应晚于 08:00 且不晚于 22:00"),
            );
        }
        let amount =
            |grant: &Grant| grant.discount.as_ref().is_none_or(|d| d.parse::<Fen>().is_ok());
        if !self.approvals.iter().all(amount) {
            return member("approvals", Phrase("discounts in yuan", "减免应为人民币金额"));
        }
        if self.heading_map().is_err() {
            return member(
                "headings",
                Phrase(
                    "a table of headings with fields of requests, and constants of such fields",
                    "应为表头与请求字段的对照，常量亦须为请求字段",
                ),
            );
        }
        if self.retention_years.is_some_and(|years| !(RETENTION_FLOOR..=100).contains(&years)) {
            return member("retention_years", Phrase("5 to 100", "应为 5 至 100"));
        }
        Ok(())
    }
}
