//! The catalogue of every field known to any document.
//!
//! Owns the name, headings, kind, limits and supplier of each field, so that requests, heading
//! maps, templates and facts speak of the same things. The rows are in [`table`]. It refuses
//! nothing itself; `request` refuses by it.
//! Source: DOCUMENTS, the placeholders of the wording; REQUIREMENTS 1 (L337) for provenance.

pub mod table;

use std::{collections::BTreeMap, sync::LazyLock};

/// One value of an enumeration, as it is stored and as it is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Choice {
    /// Stored value.
    pub value: &'static str,
    /// Printed label, accepted from sheets as well.
    pub chinese: &'static str,
}

/// What a field holds, and so how it is read, checked, masked and shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// One line of free text.
    Text,
    /// A person's or a company's name.
    Name,
    /// The name of an organisation.
    Organisation,
    /// Yuan with two decimals, held in fen.
    Money,
    /// A calendar day.
    Date,
    /// A time of day, `HH:MM`.
    Time,
    /// A day and a time.
    DateTime,
    /// A bank card number.
    Card,
    /// An account number, which may be a card number.
    Account,
    /// A resident identity number.
    Identity,
    /// A telephone number of a person.
    Phone,
    /// A telephone number an organisation publishes, printed in full.
    Hotline,
    /// Six digits.
    Postcode,
    /// A postal address.
    Address,
    /// A reference number: letters, digits and a few marks.
    Code,
    /// A small whole number.
    Count,
    /// Yes or no.
    Flag,
    /// One of an enumeration.
    Choice(&'static [Choice]),
    /// How a letter is to travel; unknown ones are carried so that a rule can refuse them.
    Channel,
    /// What the recipient is to the debt; unknown ones are carried likewise.
    Role,
    /// Rows of due date and amount.
    Terms,
    /// A table made by this program.
    Table,
}

impl Kind {
    /// English name for messages and documentation.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Text => "one line of text",
            Self::Name => "a name",
            Self::Organisation => "an organisation's name",
            Self::Money => "an amount such as 1234.50",
            Self::Date => "a date such as 2024-05-07",
            Self::Time => "a time such as 09:30",
            Self::DateTime => "a date and time such as 2024-05-07T09:30",
            Self::Card => "a card number of 13 to 19 digits",
            Self::Account => "an account number",
            Self::Identity => "an identity number of 18 or 15 digits",
            Self::Phone | Self::Hotline => "a telephone number",
            Self::Postcode => "a postcode of 6 digits",
            Self::Address => "an address",
            Self::Code => "a reference of letters, digits and - _ . / ( )",
            Self::Count => "a whole number",
            Self::Flag => "true or false",
            Self::Choice(_) => "one of the listed values",
            Self::Channel => "a channel",
            Self::Role => "a recipient's role",
            Self::Terms => "terms such as 2024-06-01=500.00; 2024-07-01=500.00",
            Self::Table => "a table",
        }
    }

    /// Chinese name for messages.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Text => "单行文字",
            Self::Name => "姓名或名称",
            Self::Organisation => "单位名称",
            Self::Money => "金额，如 1234.50",
            Self::Date => "日期，如 2024-05-07",
            Self::Time => "时间，如 09:30",
            Self::DateTime => "日期时间，如 2024-05-07T09:30",
            Self::Card => "13 至 19 位卡号",
            Self::Account => "账号",
            Self::Identity => "18 位或 15 位身份证号码",
            Self::Phone | Self::Hotline => "电话号码",
            Self::Postcode => "6 位邮政编码",
            Self::Address => "地址",
            Self::Code => "由字母、数字及 - _ . / ( ) 组成的编号",
            Self::Count => "整数",
            Self::Flag => "true 或 false（是或否）",
            Self::Choice(_) => "所列选项之一",
            Self::Channel => "送达渠道",
            Self::Role => "收件人身份",
            Self::Terms => "分期，如 2024-06-01=500.00; 2024-07-01=500.00",
            Self::Table => "表格",
        }
    }
}

/// Who gives a field its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Supplier {
    /// The request.
    Request,
    /// The request, or the principal's profile where the request is silent.
    Either,
    /// The office or the principal's profile, never a request.
    Office,
    /// This program, from other fields.
    Derived,
    /// Nobody: a request may carry it only to be refused by a rule.
    Banned,
}

/// One field of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name in requests, templates and settings.
    pub name: &'static str,
    /// Chinese headings under which sheets give it; the first is the one this program writes.
    pub headings: &'static [&'static str],
    /// What it holds.
    pub kind: Kind,
    /// Who supplies it.
    pub supplier: Supplier,
    /// Whether it is personal information, which needs a source and a verification.
    pub personal: bool,
    /// Most characters it may hold.
    pub limit: usize,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Field {}

impl Field {
    /// Whether a request may carry it.
    #[must_use]
    pub const fn in_requests(&self) -> bool {
        matches!(self.supplier, Supplier::Request | Supplier::Either | Supplier::Banned)
    }

    /// Chinese heading for messages and sheets.
    #[must_use]
    pub fn heading(&self) -> &'static str {
        self.headings.first().copied().unwrap_or(self.name)
    }
}

static BY_NAME: LazyLock<BTreeMap<&'static str, &'static Field>> =
    LazyLock::new(|| table::FIELDS.iter().map(|field| (field.name, field)).collect());

static BY_HEADING: LazyLock<BTreeMap<&'static str, &'static Field>> = LazyLock::new(|| {
    let pairs = |field: &'static Field| field.headings.iter().map(move |heading| (*heading, field));
    table::FIELDS.iter().flat_map(pairs).collect()
});

/// Every field, in the order in which this program writes columns.
#[must_use]
pub fn all() -> &'static [Field] {
    table::FIELDS
}

/// The field called `name`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Field> {
    BY_NAME.get(name).copied()
}

/// The field a sheet's `heading` means: its name or one of its Chinese headings.
#[must_use]
pub fn headed(heading: &str) -> Option<&'static Field> {
    let heading = heading.trim();
    named(heading).or_else(|| BY_HEADING.get(heading).copied())
}

/// The field whose name is closest to `name`, if one is close enough to be meant.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static Field> {
    if name.len() > 60 {
        return None;
    }
    table::FIELDS
        .iter()
        .filter(|field| field.in_requests() && field.supplier != Supplier::Banned)
        .map(|field| (distance(name.as_bytes(), field.name.as_bytes()), field))
        .filter(|(distance, field)| *distance <= 2 && *distance < field.name.len() / 2)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, field)| field)
}

fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, a) in left.iter().enumerate() {
        let mut next = vec![above + 1];
        for ((b, diagonal), up) in right.iter().zip(&row).zip(row.iter().skip(1)) {
            let beside = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(a != b)).min(up + 1).min(beside + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_headings_are_unique_and_identifiers() {
        let mut seen = BTreeSet::new();
        for field in all() {
            assert!(seen.insert(field.name), "{} twice", field.name);
            assert!(
                field
                    .name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            );
            for heading in field.headings {
                assert!(seen.insert(heading), "{heading} twice");
            }
            assert!(!field.headings.is_empty(), "{} has no heading", field.name);
            assert!(field.limit > 0);
        }
    }

    #[test]
    fn every_placeholder_of_the_documents_is_known() {
        let placeholders = "agency_name agency_uscc principal_name mandate_no principal_hotline \
            dispute_channel official_channels agency_complaint_phone principal_complaint_phone \
            business_phone clerk_name issue_date letter_no check_code recipient_name as_of_date \
            debt_kind_label contract_no account_masked amount_total amount_cap amount_rows \
            legal_basis due_date inquiry_channel guarantor_name debtor_name guarantee_until \
            original_due_date prior_notice_date prior_notice_no citations agency_postal_name \
            callback_phone service_hours id_masked interest_terms n final_due breach_terms \
            approval_id signer_name commit_amount agent1 agent2 cap_amount promise_date \
            promise_amount credit_reporting issuer_name card_masked overdraft_principal \
            notice1_date notice2_date evidence_ids issuer_hotline unit_name consent_or_court_ref \
            person_name agency_phone law_firm_name firm_license lawyer_name lawyer_license \
            firm_letter_no pages attachment_hash firm_phone visit_date purpose terms_table total \
            start end place badge1 badge2 audio_id video_id video_off debtor_statement objection \
            visit_facts finding address_check seal_no handed_to case_no photo_id photo_hash facts \
            docs_left docs_returned outcome incident date area planner approver1 approver2 \
            doc_title mode address time reason to_postcode to_address from_address from_postcode \
            insurer_name policy_no accident_date paid_date indemnity demand liability_basis \
            objection_date reply_no forward_date bundle_id archived_at file_count bytes \
            manifest_hash key_fp last_day_kept hold approver_agency destroyed_at method scope \
            auditor version expected checked ok missing extra changed bad_sig chain_result \
            first_bad month issued delivered returned replied refused reasons deviations rate \
            disputes complaints holds event_kind occurred_at answer_due outcome_if_known \
            incident_kind agents police_report measures deadline reply_date principal_answer \
            finding_date next_step";
        let unknown: Vec<_> =
            placeholders.split_whitespace().filter(|name| named(name).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn a_heading_is_a_name_or_a_chinese_heading() {
        assert_eq!(headed("recipient_name").unwrap().name, "recipient_name");
        assert_eq!(headed(" 收件人姓名 ").unwrap().name, "recipient_name");
        assert!(headed("随便").is_none());
    }

    #[test]
    fn a_slip_of_the_pen_is_recognised_and_a_stranger_is_not() {
        assert_eq!(nearest("recipent_name").unwrap().name, "recipient_name");
        assert!(nearest("salary").is_none());
        assert!(nearest("x").is_none());
    }
}
