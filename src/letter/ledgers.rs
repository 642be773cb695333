//! The register of letters and the register of seals, as values of internal documents.
//!
//! Owns the rows of DOCUMENTS 21 and 31: every number of a period and principal, read from the
//! entries and the archived records, names of people veiled. Reads only; [`super::internal`] issues.
//! What was registered after the period stands in the columns of receipt and reply as it is now.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::{Map, Value};

use super::{desk::DeskError, internal::Wanted, issued::text, record::Record};
use crate::{
    case::{
        date,
        facts::{FactsError, OfficeContext, Table},
        names::Form,
    },
    office::{Office, journal, state},
    problem::{Report, alone as report},
    register::{Recorded, View},
    template::package::Package,
};

crate::problems! {
    /// Why a register cannot be told.
    pub enum LedgerRefusal {
        /// The period is none.
        Period = "CH-R155", Input,
            "the period's last day is before its first" => "give --from and --until in order",
            "期间的末日早于首日" => "请按先后给出 --from 与 --until";
        /// It would have to tell what is not yet.
        Future = "CH-R156", Input,
            "the period is not over yet: its last day is after today" => "give --until today or a day before",
            "期间尚未结束：末日晚于今日" => "请将 --until 设为今日或更早";
    }
}

/// Days of a register, both included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Period {
    from: NaiveDate,
    until: NaiveDate,
}

impl Period {
    /// The days `from` to `until`.
    ///
    /// # Errors
    /// [`LedgerRefusal`], by variant.
    pub fn new(from: NaiveDate, until: NaiveDate, today: NaiveDate) -> Result<Self, LedgerRefusal> {
        if until < from {
            Err(LedgerRefusal::Period)
        } else if until > today {
            Err(LedgerRefusal::Future)
        } else {
            Ok(Self { from, until })
        }
    }

    fn holds(self, at: DateTime<FixedOffset>) -> bool {
        (self.from..=self.until).contains(&at.date_naive())
    }

    fn printed(self) -> String {
        format!("{}至{}（含）", date::display(self.from), date::display(self.until))
    }
}

/// What stands where there is nothing to tell.
const NOTHING: &str = "—";
/// What may become of a letter after it left, newest first; the entries are other modules'.
const RECEIPTS: [(&str, &str); 4] = [
    ("letter.voided", "作废"),
    ("letter.returned", "退回"),
    ("letter.delivered", "签收"),
    ("letter.dispatched", "寄出"),
];
/// An answer that came in.
const REPLIES: [(&str, &str); 1] = [("letter.replied", "回复")];

/// Document 21: every number of `period` that was given for `principal`.
///
/// # Errors
/// Where register or archive cannot be read.
pub fn letters(office: &Office, principal: &str, period: Period) -> Result<Wanted, Vec<Report>> {
    let view = office.view();
    let (mut rows, mut issued, mut spoiled) = (Vec::new(), 0_u64, 0_u64);
    for prepared in view.find(Some(&journal::LETTER_PREPARED), None) {
        let prepared = prepared.map_err(fault)?;
        let body = &prepared.entry().body;
        if text(body, "principal") != principal || !period.holds(prepared.recorded_at()) {
            continue;
        }
        let number = text(body, "number");
        let mut row = vec![(rows.len() + 1).to_string(), number.clone()];
        if let Some(entry) = view.last(&journal::LETTER_ISSUED, &number).map_err(fault)? {
            issued += 1;
            row.extend(issued_cells(office, body, &entry)?);
        } else {
            spoiled += 1;
            row.push(format!("{} 第{}版", text(body, "template"), version(body)));
            let nothing = std::iter::repeat_n(NOTHING.to_owned(), 3);
            row.extend(nothing.chain([
                prepared.entry().operator.clone(),
                approvals(body),
                channel(body).to_owned(),
                NOTHING.to_owned(),
                "未签发".to_owned(),
                NOTHING.to_owned(),
            ]));
        }
        rows.push(row);
    }
    let mut values = common(&view, period, issued, rows).map_err(report)?;
    values.tell("spoiled", format!("{spoiled}件")).map_err(report)?;
    Ok(wanted("letter_register", principal, values))
}

/// Document 31: each use of the seal image in `period` on a document of `principal`.
///
/// # Errors
/// Where register or archive cannot be read.
pub fn seals(office: &Office, principal: &str, period: Period) -> Result<Wanted, Vec<Report>> {
    let view = office.view();
    let mut rows = Vec::new();
    for entry in view.find(Some(&journal::LETTER_ISSUED), None) {
        let entry = entry.map_err(fault)?;
        let body = &entry.entry().body;
        let sealed = body.get("seal").and_then(Value::as_bool).unwrap_or(false);
        if !sealed || !period.holds(entry.recorded_at()) {
            continue;
        }
        let prepared = body.get("prepared").and_then(Value::as_u64).map(|seq| view.get(seq));
        let prepared = prepared.transpose().map_err(fault)?.flatten();
        let of = prepared.map(|one| text(&one.entry().body, "principal"));
        if of.as_deref() != Some(principal) {
            continue;
        }
        rows.push(vec![
            (rows.len() + 1).to_string(),
            entry.recorded_at().format("%Y-%m-%d %H:%M").to_string(),
            entry.entry().subject.clone(),
            title(office, &text(body, "template")),
            entry.entry().operator.clone(),
            entry.seq().to_string(),
            text(body, "pdf"),
        ]);
    }
    let uses = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let values = common(&view, period, uses, rows).map_err(report)?;
    Ok(wanted("seal_register", principal, values))
}

fn wanted(kind: &str, principal: &str, values: OfficeContext) -> Wanted {
    Wanted { kind: kind.to_owned(), principal: principal.to_owned(), case: None, values }
}

fn fault(error: impl Into<crate::office::office_folder::OfficeError>) -> Vec<Report> {
    report(DeskError::Office { source: error.into() })
}

/// What both registers tell: period, count, rows, and the end of the chain as the period left it.
fn common(
    view: &View<'_>,
    period: Period,
    count: u64,
    rows: Vec<Vec<String>>,
) -> Result<OfficeContext, FactsError> {
    let mut values = OfficeContext::default();
    values.tell("period", period.printed())?;
    values.tell("issued", format!("{count}件"))?;
    values.tell("chain_tip", chain_tip(view, period))?;
    values.tell("rows", Table { rows, total: None })?;
    Ok(values)
}

/// Size and root of the register as it was when the period was over.
fn chain_tip(view: &View<'_>, period: Period) -> String {
    let mut size = 0;
    for entry in view.entries(0) {
        // An entry that cannot be read is an audit's to tell; it counts by its place.
        match entry {
            Ok(entry) if entry.recorded_at().date_naive() <= period.until => size = entry.seq() + 1,
            _ => break,
        }
    }
    view.root(size).map_or_else(
        |_| NOTHING.to_owned(),
        |root| format!("截至{}共{size}条，树根 {root}", date::display(period.until)),
    )
}

/// Cells of an issued letter from its kind on.
fn issued_cells(
    office: &Office,
    prepared: &Map<String, Value>,
    entry: &Recorded,
) -> Result<Vec<String>, Vec<Report>> {
    let body = &entry.entry().body;
    let record = state::digest(body, "record");
    let record: Option<Record> = match record {
        Some(digest) => {
            let bytes = office.object(&digest).map_err(report)?;
            Some(Record::parse(&bytes).map_err(report)?)
        }
        None => None,
    };
    let fact = |name: &str| {
        let facts = record.as_ref().map(|record| &record.facts)?;
        facts.get(name).and_then(Value::as_str)
    };
    let first = |names: &[&str]| names.iter().find_map(|name| fact(name)).unwrap_or(NOTHING);
    let name = ["recipient_name", "debtor_name", "guarantor_name", "signer_name", "unit_name"];
    let amount = ["amount_total", "demand", "commit_amount", "cap_amount", "overdraft_principal"];
    let number = entry.entry().subject.as_str();
    let view = office.view();
    let status = |known: &[(&'static str, &'static str)]| -> Result<String, Vec<Report>> {
        let mut newest: Option<(Recorded, &str)> = None;
        for (kind, label) in known {
            let Ok(kind) = kind.parse() else { continue };
            let found = view.last(&kind, number).map_err(fault)?;
            if let Some(found) = found
                && newest.as_ref().is_none_or(|(one, _)| one.seq() < found.seq())
            {
                newest = Some((found, label));
            }
        }
        Ok(newest.map_or_else(
            || NOTHING.to_owned(),
            |(entry, label)| format!("{}{label}", entry.recorded_at().format("%m-%d")),
        ))
    };
    Ok(vec![
        format!("{} 第{}版", title(office, &text(body, "template")), version(prepared)),
        veiled(first(&name)),
        first(&["account_masked", "card_masked"]).to_owned(),
        first(&amount).to_owned(),
        entry.entry().operator.clone(),
        approvals(prepared),
        channel(prepared).to_owned(),
        text(body, "pdf"),
        status(&RECEIPTS)?,
        status(&REPLIES)?,
    ])
}

/// The Chinese title of a kind of document, as the office has it now; else its id.
fn title(office: &Office, id: &str) -> String {
    Package::load(&office.paths().templates(), id)
        .map_or_else(|_| id.to_owned(), |package| package.metadata().title.clone())
}

fn version(prepared: &Map<String, Value>) -> u64 {
    prepared.get("version").and_then(Value::as_u64).unwrap_or_default()
}

/// Places of the two approvals.
fn approvals(prepared: &Map<String, Value>) -> String {
    let places = prepared.get("approvals").and_then(Value::as_array).into_iter().flatten();
    let places: Vec<String> = places.filter_map(Value::as_u64).map(|seq| seq.to_string()).collect();
    if places.is_empty() { NOTHING.to_owned() } else { places.join("/") }
}

fn channel(prepared: &Map<String, Value>) -> &'static str {
    crate::case::party::Channel::read(&text(prepared, "channel")).chinese().unwrap_or(NOTHING)
}

/// A name as a register shows it: of a person the first character, of an organisation, which is no
/// personal information, the first four and the last two.
#[must_use]
pub fn veiled(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let (head, tail) = match Form::of(name) {
        _ if name == NOTHING => return name.to_owned(),
        Form::Organisation if characters.len() > 8 => (4, 2),
        Form::Organisation => (2, 0),
        Form::Person => (1, 0),
    };
    let hidden = characters.len().saturating_sub(head + tail);
    let cover = if tail > 0 { "***".to_owned() } else { "*".repeat(hidden.clamp(1, 3)) };
    let start: String = characters.iter().take(head).collect();
    let end: String =
        characters.iter().skip(characters.len() - tail.min(characters.len())).collect();
    format!("{start}{cover}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_veiled_name_shows_the_family_name_only_and_never_all_of_it() {
        assert_eq!(veiled("王小明"), "王**");
        assert_eq!(veiled("买买提·阿卜杜拉"), "买***");
        assert_eq!(veiled("李"), "李*");
        assert_eq!(veiled("苏州样例贸易有限公司"), "苏州样例***公司");
        assert_eq!(veiled(NOTHING), NOTHING);
    }

    #[test]
    fn a_period_is_over_and_in_order() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        assert!(matches!(Period::new(day(2), day(1), day(9)), Err(LedgerRefusal::Period)));
        assert!(matches!(Period::new(day(1), day(10), day(9)), Err(LedgerRefusal::Future)));
        let period = Period::new(day(1), day(9), day(9)).unwrap();
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        assert!(period.holds(at("2026-11-09T23:59:59+08:00")));
        assert!(!period.holds(at("2026-11-10T00:00:00+08:00")));
    }
}
