//! A principal's statement against the letters of a month.
//!
//! Owns the entry `reconcile.done` and its findings: each letter that asks for a sum is looked up
//! in the statement by contract, policy or case; unequal to the cent, stale or absent is told by
//! letter and row. A letter is stale if the statement held a newer figure on the day of issue.
//! The month is that of issue; void letters do not count. Source: REQUIREMENTS 1 (L311–L315).

use std::{
    collections::{BTreeSet, HashMap},
    io::Cursor,
};

use chrono::NaiveDate;

use super::{
    month::Month,
    rate::Rate,
    statement::{Row, Statement},
};
use crate::{
    archive::{Objects as _, Stage as _},
    case::amount::Fen,
    letter::{
        life::{Life, acts::sum_of, refusal::LifeRefusal},
        record::Record,
    },
    masking::{Masking, mask_text},
    office::{
        Office, actor::Actor, journal, office_folder::OfficeError, operator::Role, state::text,
    },
    problem::{Report, alone},
    register::{Draft, RegisterError},
    signing::{KeyedIndex, SecretKey32},
};

crate::problems! {
    /// How a letter deviates from the statement.
    pub enum Deviation {
        /// Unequal to the cent.
        Unequal { row: u64 } = "CH-Q020", Finding,
            "the letter asks for another amount than row {row} of the statement" => "find out which is right; correct the letter by another, or the statement",
            "函件金额与报表第 {row} 行不符" => "请查明何者正确，另发更正函或更正报表";
        /// Older than the statement.
        Stale { row: u64, newest: NaiveDate } = "CH-Q021", Finding,
            "row {row} of the statement, as of {newest}, was newer when the letter was issued" => "take amounts from the newest statement",
            "签发时报表第 {row} 行（截至 {newest}）已更新" => "请按最新报表取数";
        /// The statement does not name the debt.
        Absent = "CH-Q022", Finding,
            "the statement names neither contract, policy nor case of the letter" => "ask the principal for the missing row",
            "报表中没有该函的合同、保单或案件" => "请向委托方索取缺失明细";
        /// REQUIREMENTS L315.
        Rate { rate: String, percent: String } = "CH-Q023", Finding,
            "the deviation rate {rate} ({percent}) is above 0.1%" => "find the cause before more letters are issued",
            "偏离率 {rate}（{percent}）超过 0.1%" => "请查明原因后再签发";
        /// There is nothing to compare.
        NoLetters = "CH-Q024", Input,
            "no letter of that principal and month asks for a sum" => "check month and principal",
            "该委托方当月没有载明金额的函件" => "请核对月份与委托方";
    }
}

/// What a reconciliation came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Letters compared.
    pub letters: u64,
    /// Letters whose amount is that of the statement.
    pub equal: u64,
    /// Letters with another amount.
    pub unequal: u64,
    /// Letters that were stale when issued.
    pub stale: u64,
    /// Letters the statement does not name.
    pub absent: u64,
    /// Letters that deviate, each with everything found.
    pub deviating: Vec<(String, Vec<Report>)>,
    /// Entry that tells it.
    pub seq: u64,
    /// Whether the same was registered before.
    pub already: bool,
}

impl Outcome {
    /// The deviation rate.
    #[must_use]
    pub fn rate(&self) -> Rate {
        let deviations = u64::try_from(self.deviating.len()).unwrap_or(u64::MAX);
        Rate { deviations, letters: self.letters }
    }
}

/// Compares `statement` with the letters of `principal` issued in `month`, and registers the result.
///
/// # Errors
/// A missing role, an unknown principal, and faults of register and archive.
pub fn reconcile(
    office: &mut Office,
    actor: &Actor,
    index: SecretKey32,
    statement: &Statement,
    principal: &str,
    month: Month,
) -> Result<Outcome, Vec<Report>> {
    actor.require(Role::Clerk).map_err(alone)?;
    let masking = office.profile(principal)?.masking();
    let mut outcome = compare(office, statement, principal, month, &masking)?;
    if outcome.letters == 0 {
        return Err(alone(Deviation::NoLetters));
    }
    let object = statement.keyed(principal, &KeyedIndex::new(index));
    let fault = |source| alone(OfficeError::from(source));
    // What a run that was cut off left is settled while its entry is the newest of its kind.
    office.settle_staged().map_err(alone)?;
    let staged = office.archive().stage(&mut Cursor::new(&object)).map_err(fault)?;
    let draft = Draft::new(journal::RECONCILE_DONE, principal)
        .with("month", month.to_string())
        .with("statement", statement.digest.to_string())
        .with("object", staged.digest().to_string())
        .with("object_bytes", staged.length())
        .with("rows", statement.rows.len())
        .with("letters", outcome.letters)
        .with("equal", outcome.equal)
        .with("unequal", outcome.unequal)
        .with("stale", outcome.stale)
        .with("absent", outcome.absent)
        .with("deviations", outcome.rate().deviations);
    let clock = *office.clock();
    let before = office.view().last(&journal::RECONCILE_DONE, principal);
    let before = before.map_err(|error| alone(OfficeError::from(error)))?;
    if let Some(before) = before.filter(|before| before.entry().body == draft.body) {
        (outcome.seq, outcome.already) = (before.seq(), true);
    } else {
        let recorded = office.register().map_err(alone)?.append(draft, actor, &clock);
        outcome.seq = recorded.map_err(|error| alone(OfficeError::from(error)))?.seq();
    }
    office.archive().publish(staged).map_err(fault)?;
    Ok(outcome)
}

/// Rows of the statement by what they name.
type ByName<'a> = HashMap<(&'static str, String), Vec<&'a Row>>;

fn compare(
    office: &Office,
    statement: &Statement,
    principal: &str,
    month: Month,
    masking: &Masking,
) -> Result<Outcome, Vec<Report>> {
    let fault = |error: RegisterError| alone(OfficeError::from(error));
    let mut rows: ByName<'_> = HashMap::new();
    for row in &statement.rows {
        for (name, value) in &row.names {
            // Archived facts are masked; the statement is looked up in the same form.
            let value = mask_text(value, masking).text;
            rows.entry((*name, value)).or_default().push(row);
        }
    }
    let view = office.view();
    let mut voided = BTreeSet::new();
    for found in view.find(Some(&journal::LETTER_VOIDED), None) {
        voided.insert(found.map_err(fault)?.entry().subject.clone());
    }
    let mut outcome = Outcome::default();
    for found in view.find(Some(&journal::LETTER_ISSUED), None) {
        let found = found.map_err(fault)?;
        let entry = found.entry();
        if !month.holds(entry.recorded_at) || voided.contains(&entry.subject) {
            continue;
        }
        let Some(life) = Life::begin(&view, entry).map_err(fault)? else { continue };
        if life.principal != principal {
            continue;
        }
        let record = life.record.ok_or_else(|| alone(LifeRefusal::Facts))?;
        let record = Record::parse(&office.object(&record).map_err(alone)?).map_err(alone)?;
        let Some(sum) = sum_of(&record) else { continue };
        outcome.letters = outcome.letters.saturating_add(1);
        let found = judge(&rows, &life, &record, sum, &mut outcome);
        if !found.is_empty() {
            outcome.deviating.push((life.number, found));
        }
    }
    Ok(outcome)
}

/// Everything in which one letter deviates.
fn judge(
    rows: &ByName<'_>,
    life: &Life,
    record: &Record,
    sum: Fen,
    outcome: &mut Outcome,
) -> Vec<Report> {
    let fact = |name: &str| text(&record.facts, name).map(str::to_owned);
    let named =
        ["contract_no", "policy_no"].into_iter().filter_map(|name| Some((name, fact(name)?)));
    let named = named.chain([("case_no", life.case.clone())]);
    let Some(candidates) = named.into_iter().find_map(|key| rows.get(&key)) else {
        outcome.absent = outcome.absent.saturating_add(1);
        return vec![Deviation::Absent.into()];
    };
    let issued_on = record.issued_on;
    let as_of = fact("as_of_date").and_then(|printed| printed_day(&printed));
    // The newest figure the clerk could have had; else the first that came after.
    let known = candidates.iter().filter(|row| row.as_of <= issued_on).max_by_key(|row| row.as_of);
    let Some(row) = known.or_else(|| candidates.iter().min_by_key(|row| row.as_of)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if row.as_of <= issued_on && as_of.is_some_and(|as_of| as_of < row.as_of) {
        outcome.stale = outcome.stale.saturating_add(1);
        found.push(Deviation::Stale { row: row.row, newest: row.as_of }.into());
    }
    // Two contracts may look the same once masked: one of that day that agrees is enough.
    if candidates.iter().any(|other| other.as_of == row.as_of && other.amount == sum) {
        outcome.equal = outcome.equal.saturating_add(1);
    } else {
        outcome.unequal = outcome.unequal.saturating_add(1);
        found.push(Deviation::Unequal { row: row.row }.into());
    }
    found
}

/// The day of `2026年11月23日`, as letters print it.
fn printed_day(printed: &str) -> Option<NaiveDate> {
    let (year, rest) = printed.split_once('年')?;
    let (month, day) = rest.split_once('月')?;
    let day = day.strip_suffix('日')?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_day_reads_back() {
        for day in ["2026-11-23", "2024-02-29", "2026-01-01"] {
            let day: NaiveDate = day.parse().unwrap();
            assert_eq!(printed_day(&crate::case::date::display(day)), Some(day));
        }
        assert_eq!(printed_day("2026年2月30日"), None);
    }
}
