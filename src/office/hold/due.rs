//! Reports to the principal that a hold makes due.
//!
//! Owns the day each is due and whether it was made: a `principal_report` issued in that case
//! since the hold. Working days are Monday to Friday; public holidays move year by year and are
//! not known here, so a report falls due too early rather than too late.
//! Source: REQUIREMENTS L339 (same day), L365 (next working day).

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::{Tell, kind};
use crate::{
    office::{journal, state},
    register::{RegisterError, View},
};

/// The document by which a principal is told.
const REPORT: &str = "principal_report";

/// A report that is due, or was made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReportDue {
    /// Last day on which it is in time.
    pub by: NaiveDate,
    /// Number of the report that was made.
    pub made: Option<String>,
}

impl ReportDue {
    /// Whether it is not made and its day is over.
    #[must_use]
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.made.is_none() && self.by < today
    }
}

/// Day by which the principal has to be told of a hold of kind `name` placed on `day`.
#[must_use]
pub fn by(name: &str, day: NaiveDate) -> Option<NaiveDate> {
    match kind(name)?.tell {
        Tell::No => None,
        Tell::SameDay => Some(day),
        Tell::NextWorkingDay => next_working_day(day),
    }
}

/// The report due on `held`, a hold of `case`.
///
/// # Errors
/// Those of the register.
pub fn report(
    view: &View<'_>,
    case: &str,
    held: &state::Hold,
) -> Result<Option<ReportDue>, RegisterError> {
    let Some(by) = by(&held.kind, held.since.date_naive()) else { return Ok(None) };
    let mut made = None;
    for found in view.find_from(&journal::LETTER_PREPARED, held.seq) {
        let found = found?;
        let body = &found.entry().body;
        let member = |name| state::text(body, name);
        if member("template") == Some(REPORT)
            && member("case") == Some(case)
            && let Some(number) = member("number")
            && view.last(&journal::LETTER_ISSUED, number)?.is_some()
        {
            made = Some(number.to_owned());
            break;
        }
    }
    Ok(Some(ReportDue { by, made }))
}

fn next_working_day(day: NaiveDate) -> Option<NaiveDate> {
    let ahead = match day.weekday() {
        Weekday::Fri => 3,
        Weekday::Sat => 2,
        _ => 1,
    };
    day.checked_add_days(Days::new(ahead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_is_told_the_same_day_and_a_small_debt_the_next_working_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(by("denial", day("2026-11-21")), Some(day("2026-11-21")));
        for (placed, due) in [
            ("2026-11-19", "2026-11-20"),
            ("2026-11-20", "2026-11-23"),
            ("2026-11-21", "2026-11-23"),
            ("2026-11-22", "2026-11-23"),
        ] {
            assert_eq!(by("small_debt_objection", day(placed)), Some(day(due)), "{placed}");
        }
        assert_eq!(by("dispute", day("2026-11-20")), None);
    }
}
