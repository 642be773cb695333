//! One value of a request, read strictly by its field's kind.
//!
//! Owns [`Value`] and [`Term`]. Refuses what is no amount, date, number or choice, and numbers a
//! spreadsheet has rounded. Every defect is added to a list; none holds the value.
//! Source: DOCUMENTS, Conventions.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::{
    amount::Fen,
    date,
    field::{Choice, Field, Kind},
    names::{self, Form},
    raw::RawText,
    text,
};
use crate::{
    masking::{CardNumber, DocumentNumber, IdentityNumber},
    problem::Report,
};

crate::problems! {
    /// Why a value is not what its field holds.
    pub enum ValueProblem {
        /// It is not of the field's kind.
        NotOfKind { field: &'static str, english: &'static str, chinese: &'static str } = "CH-I020", Input,
            "`{field}` is not {english}" => "enter it in the form the field asks for",
            "`{field}` 应为{chinese}" => "请按该字段要求的格式填写";
        /// It is no amount, or has more than two decimals, or is negative.
        NotMoney { field: &'static str } = "CH-I021", Input,
            "`{field}` is not an amount in yuan with at most two decimals" => "write it as 1234.50",
            "`{field}` 不是至多两位小数的人民币金额" => "请写成 1234.50 的形式";
        /// It is no day of the calendar.
        NotADate { field: &'static str } = "CH-I022", Input,
            "`{field}` is not a date" => "write it as 2024-05-07",
            "`{field}` 不是有效日期" => "请写成 2024-05-07 的形式";
        /// Its digits or check digit are wrong.
        NotACard { field: &'static str } = "CH-I023", Input,
            "`{field}` is not a card number: its length or check digit is wrong" => "compare it with the principal's file; keep it as text in sheets",
            "`{field}` 不是有效卡号：位数或校验位不符" => "请与委托人文件核对；表格中请以文本保存";
        /// Its digits, date or check digit are wrong.
        NotAnIdentity { field: &'static str } = "CH-I024", Input,
            "`{field}` is not an identity number: its length, date or check digit is wrong" => "compare it with the identity document; keep it as text in sheets",
            "`{field}` 不是有效身份证号码：位数、日期或校验位不符" => "请与证件核对；表格中请以文本保存";
        /// A spreadsheet turned it into a power of ten.
        Rounded { field: &'static str } = "CH-I025", Input,
            "`{field}` was rounded by a spreadsheet" => "format the column as text, enter the number again and export anew",
            "`{field}` 已被表格软件舍入" => "请将该列设为文本格式，重新填写后导出";
        /// It is none of the values the field knows.
        NotAChoice { field: &'static str, choices: String } = "CH-I026", Input,
            "`{field}` is none of {choices}" => "choose one of them",
            "`{field}` 不在可选值之内：{choices}" => "请从中选择";
        /// It holds characters no reference has, or would be a path.
        NotACode { field: &'static str } = "CH-I027", Input,
            "`{field}` holds characters a reference may not have" => "use letters, digits and - _ . / ( ) only",
            "`{field}` 含编号中不应有的字符" => "请只用字母、数字及 - _ . / ( )";
        /// A reference holds what may be a full card or identity number.
        NumberInReference { field: &'static str } = "CH-I028", Input,
            "`{field}` holds a run of more than 12 digits, as card and identity numbers do" => "choose a reference that holds no such number",
            "`{field}` 含 12 位以上连续数字，可能是卡号或证件号" => "请改用不含此类号码的编号";
        /// A case number without a digit may be somebody's name, and stands in the register for good.
        NoDigit { field: &'static str } = "CH-E210", Input,
            "`{field}` holds no digit, so that it may be a name" => "give the number of the case, such as C-2026-0001; the register keeps it for good and holds no names",
            "`{field}` 不含数字，可能是姓名" => "请填写案件编号，如 C-2026-0001；登记簿永久留存，不得含姓名";
        /// A row of the terms cannot be read.
        NotTerms { field: &'static str, row: usize } = "CH-I029", Input,
            "row {row} of `{field}` is not a due date and an amount" => "write rows as 2024-06-01=500.00, parted by ;",
            "`{field}` 第 {row} 期不是日期与金额" => "请写成 2024-06-01=500.00，各期以 ; 分隔";
        /// It is no telephone number.
        NotAPhone { field: &'static str } = "CH-I030", Input,
            "`{field}` is not a telephone number" => "write digits with at most + - ( ) # 转 and spaces",
            "`{field}` 不是有效电话号码" => "请只填数字及 + - ( ) # 转 空格";
    }
}

/// One instalment: a due date and an amount.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Term {
    /// Last day on which it can be paid in time.
    pub due: NaiveDate,
    /// What is to be paid.
    pub amount: Fen,
}

impl Term {
    /// Day on which a reminder is due: the day before. Source: REQUIREMENTS L149.
    #[must_use]
    pub fn reminder_on(&self) -> NaiveDate {
        self.due.pred_opt().unwrap_or(self.due)
    }
}

/// A value of a request, read.
#[derive(Clone, Eq, PartialEq)]
pub enum Value {
    /// Text and numbers that are kept as they were entered.
    Text(RawText),
    /// An amount.
    Money(Fen),
    /// A day.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A day and a time, in the office's zone.
    DateTime(NaiveDateTime),
    /// A whole number.
    Count(u32),
    /// Yes or no.
    Flag(bool),
    /// One of an enumeration.
    Choice(&'static Choice),
    /// Instalments, in order of entry.
    Terms(Vec<Term>),
}

impl Value {
    /// Writes the one spelling of this value, for a keyed digest.
    pub(crate) fn write_canonical(&self, write: &mut dyn FnMut(&[u8])) {
        match self {
            Self::Text(text) => write(text.expose().as_bytes()),
            Self::Money(amount) => write(amount.plain().as_bytes()),
            Self::Date(day) => write(day.to_string().as_bytes()),
            Self::Time(time) => write(time.format("%H:%M").to_string().as_bytes()),
            Self::DateTime(at) => write(at.format("%Y-%m-%dT%H:%M").to_string().as_bytes()),
            Self::Count(count) => write(count.to_string().as_bytes()),
            Self::Flag(flag) => write(if *flag { b"true" } else { b"false" }),
            Self::Choice(choice) => write(choice.value.as_bytes()),
            Self::Terms(terms) => {
                for term in terms {
                    write(format!("{}={};", term.due, term.amount.plain()).as_bytes());
                }
            }
        }
    }
}

/// Reads `entered` as a value of `field`, adding every defect to `found`.
///
/// `form` is what the recipient is, where the request says so.
pub(crate) fn read(
    field: &'static Field,
    entered: &RawText,
    form: Option<Form>,
    found: &mut Vec<Report>,
) -> Option<Value> {
    let before = found.len();
    let entry = entered.expose();
    text::check(field, entry, found);
    if found.len() > before {
        return None;
    }
    let name = field.name;
    let problem = |problem: ValueProblem| Err(Report::from(problem));
    let not_of_kind = || ValueProblem::NotOfKind {
        field: name,
        english: field.kind.english(),
        chinese: field.kind.chinese(),
    };
    let as_text = || Ok(Value::Text(entered.clone()));
    let numeric = matches!(
        field.kind,
        Kind::Card | Kind::Account | Kind::Identity | Kind::Phone | Kind::Code | Kind::Money
    );
    let value = if numeric && is_rounded(entry) {
        problem(ValueProblem::Rounded { field: name })
    } else {
        match field.kind {
            Kind::Name | Kind::Organisation => {
                let form = match field.kind {
                    Kind::Organisation => Form::Organisation,
                    _ => form.unwrap_or_else(|| Form::of(entry)),
                };
                names::check_name(field, entry, form, found);
                as_text()
            }
            Kind::Address => {
                names::check_address(field, entry, found);
                as_text()
            }
            Kind::Money => match entry.parse() {
                Ok(amount) => Ok(Value::Money(amount)),
                Err(_) => problem(ValueProblem::NotMoney { field: name }),
            },
            Kind::Date => match date::parse(entry) {
                Ok(day) => Ok(Value::Date(day)),
                Err(_) => problem(ValueProblem::NotADate { field: name }),
            },
            Kind::Time => read_time(entry).map(Value::Time).ok_or_else(|| not_of_kind().into()),
            Kind::DateTime => {
                read_date_time(entry).map(Value::DateTime).ok_or_else(|| not_of_kind().into())
            }
            Kind::Card if !is_card(entry) => problem(ValueProblem::NotACard { field: name }),
            Kind::Identity if IdentityNumber::parse(entry).is_err() => {
                problem(ValueProblem::NotAnIdentity { field: name })
            }
            Kind::Phone | Kind::Hotline if !is_phone(entry) => {
                problem(ValueProblem::NotAPhone { field: name })
            }
            Kind::Account if !is_account(entry) => problem(not_of_kind()),
            Kind::Postcode if entry.len() != 6 || !is_digits(entry) => problem(not_of_kind()),
            Kind::Code if !is_code(field, entry) => problem(ValueProblem::NotACode { field: name }),
            Kind::Code
                if field.name == "case_no" && !entry.bytes().any(|byte| byte.is_ascii_digit()) =>
            {
                problem(ValueProblem::NoDigit { field: name })
            }
            Kind::Code if is_identifier(field) && longest_run(entry) > 12 => {
                problem(ValueProblem::NumberInReference { field: name })
            }
            Kind::Text
            | Kind::Channel
            | Kind::Role
            | Kind::Table
            | Kind::Card
            | Kind::Account
            | Kind::Identity
            | Kind::Phone
            | Kind::Hotline
            | Kind::Postcode
            | Kind::Code => as_text(),
            Kind::Count => match entry.parse() {
                Ok(count) if is_digits(entry) => Ok(Value::Count(count)),
                _ => problem(not_of_kind()),
            },
            Kind::Flag => read_flag(entry).map(Value::Flag).ok_or_else(|| not_of_kind().into()),
            Kind::Choice(choices) => {
                read_choice(choices, entry).map(Value::Choice).ok_or_else(|| {
                    ValueProblem::NotAChoice { field: name, choices: list(choices) }.into()
                })
            }
            Kind::Terms => read_terms(entry)
                .map(Value::Terms)
                .map_err(|row| ValueProblem::NotTerms { field: name, row }.into()),
        }
    };
    match value {
        Ok(value) if found.len() == before => Some(value),
        Ok(_) => None,
        Err(report) => {
            found.push(report);
            None
        }
    }
}

fn list(choices: &[Choice]) -> String {
    choices.iter().map(|choice| choice.value).collect::<Vec<_>>().join(", ")
}

fn read_choice(choices: &'static [Choice], entry: &str) -> Option<&'static Choice> {
    choices.iter().find(|choice| choice.value == entry || choice.chinese == entry)
}

fn read_flag(entry: &str) -> Option<bool> {
    match entry {
        "true" | "TRUE" | "是" => Some(true),
        "false" | "FALSE" | "否" => Some(false),
        _ => None,
    }
}

fn read_time(entry: &str) -> Option<NaiveTime> {
    (entry.len() == 5).then(|| NaiveTime::parse_from_str(entry, "%H:%M").ok()).flatten()
}

fn read_date_time(entry: &str) -> Option<NaiveDateTime> {
    let (day, time) = entry.split_once(['T', ' '])?;
    Some(date::parse(day).ok()?.and_time(read_time(time)?))
}

/// Rows `due=amount`, parted by `;` or `；`; the number of the first bad row otherwise.
fn read_terms(entry: &str) -> Result<Vec<Term>, usize> {
    let read = |row: &str| {
        let (due, amount) = row.split_once('=')?;
        let amount = amount.trim().parse().ok()?;
        Some(Term { due: date::parse(due.trim()).ok()?, amount })
    };
    let rows = entry.trim_end_matches([';', '；']).split([';', '；']);
    rows.enumerate().map(|(at, row)| read(row.trim()).ok_or(at + 1)).collect()
}

fn is_digits(entry: &str) -> bool {
    !entry.is_empty() && entry.bytes().all(|byte| byte.is_ascii_digit())
}

/// `6.2E+15`, as spreadsheets write what they could not hold.
fn is_rounded(entry: &str) -> bool {
    let Some((mantissa, power)) = entry.split_once(['e', 'E']) else { return false };
    let unsigned = power.strip_prefix(['+', '-']).unwrap_or(power);
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    whole.len() == 1 && is_digits(whole) && is_digits(decimals) && is_digits(unsigned)
}

/// A card shows its check digit; an account of another make need not have one.
fn is_card(entry: &str) -> bool {
    let digits = entry.chars().filter(char::is_ascii_digit).count();
    (13..=19).contains(&digits)
        && CardNumber::parse(entry).is_ok_and(|number| number.is_luhn_valid())
}

/// What the masking of account numbers can take.
fn is_account(entry: &str) -> bool {
    entry.is_ascii() && (CardNumber::parse(entry).is_ok() || DocumentNumber::parse(entry).is_ok())
}

fn is_phone(entry: &str) -> bool {
    let digits = entry.bytes().filter(u8::is_ascii_digit).count();
    // A trailing extension may be named.
    let known =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ' | '#' | '转');
    (5..=20).contains(&digits) && entry.chars().all(known)
}

/// Whether `field` names the request or its case and so may become part of a file's name.
fn is_identifier(field: &Field) -> bool {
    matches!(field.name, "request_id" | "kind" | "principal" | "case_no")
}

fn is_code(field: &Field, entry: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || names::is_han(c) || matches!(c, '-' | '_' | '.');
    let marks = |c: char| {
        matches!(c, '/' | '(' | ')' | '（' | '）' | '〔' | '〕' | '[' | ']' | '#' | '·' | ' ' | ':')
    };
    let known = match field.name {
        "kind" => entry.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
        _ if is_identifier(field) => entry.chars().all(plain),
        _ => entry.chars().all(|c| plain(c) || marks(c)),
    };
    known && !entry.contains("..") && !names::is_path(entry)
}

fn longest_run(entry: &str) -> usize {
    entry.split(|c: char| !c.is_numeric()).map(|run| run.chars().count()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::case::field;

    fn codes(name: &str, entry: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        let value = read(field::named(name).unwrap(), &entry.into(), None, &mut found);
        assert_eq!(value.is_some(), found.is_empty(), "{name}: {entry}");
        for report in &found {
            assert!(
                entry.chars().count() < 4 || !report.english.contains(entry),
                "{}",
                report.english
            );
        }
        found.iter().map(|report| report.code.code).collect()
    }

    #[test]
    fn values_of_each_kind_are_read() {
        for (name, entry) in [
            ("amount_total", "12,345.60"),
            ("due_date", "2024-02-29"),
            ("start", "09:30"),
            ("occurred_at", "2024-02-29T09:30"),
            ("card_number", "6200 0000 0000 0005"),
            ("recipient_id_number", "110199199001010010"),
            ("recipient_phone", "138-0013-8000"),
            ("account", "6200000000000005"),
            ("recipient_postcode", "200001"),
            ("contract_no", "沪借字〔2024〕第12号"),
            ("contract_no", "HT/2024/001"),
            ("pages", "3"),
            ("entered_home", "是"),
            ("purpose", "协商还款"),
            ("purpose", "deliver_documents"),
            ("terms", "2024-06-01=500.00; 2024-07-01=500"),
            ("request_id", "R-2024.001"),
            ("channel", "飞鸽传书"),
        ] {
            assert!(codes(name, entry).is_empty(), "{name}: {entry}");
        }
    }

    #[test]
    fn each_wrong_value_has_its_code() {
        for (name, entry, code) in [
            ("amount_total", "12.345", "CH-I021"),
            ("amount_total", "-1", "CH-I021"),
            ("due_date", "2024-02-30", "CH-I022"),
            ("due_date", "2024/2/1", "CH-I022"),
            ("start", "7:15", "CH-I020"),
            ("start", "24:00", "CH-I020"),
            ("card_number", "6200000000000006", "CH-I023"),
            ("card_number", "6.2E+15", "CH-I025"),
            ("recipient_id_number", "110199199001010011", "CH-I024"),
            ("recipient_id_number", "1.10199E+17", "CH-I025"),
            ("contract_no", "1.2E+19", "CH-I025"),
            ("recipient_postcode", "20000", "CH-I020"),
            ("purpose", "恐吓", "CH-I026"),
            ("request_id", "../x", "CH-I027"),
            ("request_id", "a/b", "CH-I027"),
            ("request_id", "R6200000000000005", "CH-I028"),
            ("kind", "Collection", "CH-I027"),
            ("terms", "2024-06-01=500.00;x", "CH-I029"),
            ("recipient_phone", "微信", "CH-I030"),
            ("recipient_name", "王?", "CH-N020"),
            ("entered_home", "也许", "CH-I020"),
        ] {
            assert_eq!(codes(name, entry), [code], "{name}: {entry}");
        }
    }

    proptest! {
        #[test]
        fn no_entry_makes_any_field_panic(entry in any::<String>()) {
            for field in field::all() {
                let mut found = Vec::new();
                let value = read(field, &entry.as_str().into(), None, &mut found);
                prop_assert_eq!(value.is_some(), found.is_empty());
            }
        }
    }
}
