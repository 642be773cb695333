//! Instalments that lie ahead, and the days on which to remind of them.
//!
//! Owns the list made from the days that plans and statements registered when their numbers were
//! reserved. It registers nothing. A letter that is void, blocked or came back, and one of a case
//! that is closed or on a hold no reminder passes, is left out, and it is told why. What was paid is
//! the principal's to say: an instalment stays on the list until its day is over.
//! Source: REQUIREMENTS L149 (reminder = due date − 1).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;

use super::{life::Life, record::Record};
use crate::{
    office::{
        Office,
        hold::{self, Passes},
        journal,
        office_folder::OfficeError,
        state::text,
    },
    problem::{Report, alone},
};

/// Tables of a record that show a plan.
const TABLES: [&str; 2] = ["plan_rows", "terms_table"];

/// An instalment that lies ahead.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reminder {
    /// Day on which to remind of it.
    pub remind_on: NaiveDate,
    /// Last day on which it can be paid in time.
    pub due: NaiveDate,
    /// Its case.
    pub case: String,
    /// Letter that holds the plan.
    pub number: String,
    /// Its kind.
    pub template: String,
    /// Its principal.
    pub principal: String,
    /// Which instalment it is, from 1.
    pub instalment: usize,
    /// How many the plan has.
    pub of: usize,
    /// What is to be paid, in yuan, as the letter has it.
    pub amount: Option<String>,
    /// Whether it is the next one of its letter.
    pub next: bool,
}

/// A letter whose instalments are left out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Passed {
    /// Its number.
    pub number: String,
    /// Its case.
    pub case: String,
    /// Why: `void`, `blocked`, `returned`, `closed` or the kind of a hold.
    pub because: String,
}

/// What lies ahead, and what was left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ahead {
    /// Instalments, by the day on which to remind of them.
    pub reminders: Vec<Reminder>,
    /// Letters with instalments in that time that are left out.
    pub passed: Vec<Passed>,
}

/// Instalments of which is to be reminded up to `until` and which are not over; all, if none.
///
/// # Errors
/// Faults of register and archive.
pub fn ahead(office: &Office, until: Option<NaiveDate>) -> Result<Ahead, Vec<Report>> {
    let fault = |error| alone(OfficeError::from(error));
    let view = office.view();
    let today = office.today();
    let closed: BTreeSet<String> = {
        let cases = office.shelves().map_err(alone)?.cases;
        cases.into_iter().filter(|(_, one)| one.on.is_some()).map(|(case, _)| case).collect()
    };
    let mut ahead = Ahead::default();
    for found in view.find(Some(&journal::LETTER_PREPARED), None) {
        let found = found.map_err(fault)?;
        let body = &found.entry().body;
        let days = body.get("reminders").and_then(Value::as_array).into_iter().flatten();
        let days: Vec<NaiveDate> =
            days.filter_map(Value::as_str).filter_map(|day| day.parse().ok()).collect();
        let coming: Vec<(usize, NaiveDate, NaiveDate)> = (1..)
            .zip(&days)
            .filter_map(|(place, day)| Some((place, *day, day.succ_opt()?)))
            .filter(|(_, day, due)| *due >= today && until.is_none_or(|until| *day <= until))
            .collect();
        let Some(number) = text(body, "number").filter(|_| !coming.is_empty()) else { continue };
        // A number that was spoiled never became a letter.
        let Some(life) = Life::of(&view, number).map_err(fault)? else { continue };
        if let Some(because) = left_out(office, &life, &closed) {
            ahead.passed.push(Passed { number: life.number, case: life.case, because });
            continue;
        }
        let amounts = amounts(office, &life)?;
        let next = (1..).zip(&days).find(|(_, day)| day.succ_opt().is_some_and(|due| due >= today));
        let next = next.map(|(place, _)| place);
        ahead.reminders.extend(coming.into_iter().map(|(instalment, remind_on, due)| Reminder {
            remind_on,
            due,
            case: life.case.clone(),
            number: life.number.clone(),
            template: life.template.clone(),
            principal: life.principal.clone(),
            instalment,
            of: days.len(),
            amount: instalment.checked_sub(1).and_then(|at| amounts.get(at)).cloned(),
            next: next == Some(instalment),
        }));
    }
    ahead.reminders.sort_by_key(|one| (one.remind_on, one.number.clone()));
    Ok(ahead)
}

/// Why the instalments of a letter are left out.
fn left_out(office: &Office, life: &Life, closed: &BTreeSet<String>) -> Option<String> {
    for (applies, why) in [
        (life.voided.is_some(), "void"),
        (life.blocked.is_some(), "blocked"),
        (life.returned.is_some(), "returned"),
        (closed.contains(&life.case), "closed"),
    ] {
        if applies {
            return Some(why.to_owned());
        }
    }
    let holds = office.state().holds.get(&life.case).into_iter().flatten();
    let stops =
        |name: &str| hold::kind(name).is_none_or(|kind| !matches!(kind.passes, Passes::Gentle));
    holds.map(|hold| hold.kind.clone()).find(|kind| stops(kind))
}

/// What each instalment comes to, by the archived record; empty if it shows no plan.
fn amounts(office: &Office, life: &Life) -> Result<Vec<String>, Vec<Report>> {
    let Some(record) = life.record else { return Ok(Vec::new()) };
    let record = Record::parse(&office.object(&record).map_err(alone)?).map_err(alone)?;
    let table = TABLES.iter().find_map(|name| record.facts.get(*name)?.get("rows")?.as_array());
    let amount = |row: &Value| row.as_array()?.last()?.as_str().map(str::to_owned);
    Ok(table.map(|rows| rows.iter().filter_map(amount).collect()).unwrap_or_default())
}
