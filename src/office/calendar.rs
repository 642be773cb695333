//! Working days, and how long the office takes to answer.
//!
//! Owns the part `[answers]` of `office.toml`. Saturdays and Sundays are no working days unless
//! the office lists them as such (调休), and the public holidays it lists are none either. How many
//! days an answer may take is the office's own figure: the seed gives none, so none is invented.
//! Source: REQUIREMENTS 1 (L205), 2 (L339, L365), 5 (17).

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// When answers fall due, as `office.toml` has it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Public holidays: weekdays on which nobody works.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<NaiveDate>,
    /// Saturdays and Sundays on which the office works.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workdays: Vec<NaiveDate>,
    /// Calendar days to answer a reply, by its kind; a kind not named has no due date.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub days: BTreeMap<String, u32>,
}

impl Answers {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.holidays.is_empty() && self.workdays.is_empty() && self.days.is_empty()
    }

    /// Whether the office works on `day`.
    #[must_use]
    pub fn works_on(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        if weekend { self.workdays.contains(&day) } else { !self.holidays.contains(&day) }
    }

    /// The first working day after `day`.
    #[must_use]
    pub fn next_working_day(&self, day: NaiveDate) -> NaiveDate {
        let later = day.iter_days().skip(1);
        // No list of holidays spans a year of weekdays; should one, the next day it is.
        let found = later.take(366).find(|next| self.works_on(*next));
        found.unwrap_or_else(|| day.checked_add_days(Days::new(1)).unwrap_or(day))
    }

    /// Last day to answer a reply of `kind` received on `received`; put off to a working day.
    #[must_use]
    pub fn due(&self, kind: &str, received: NaiveDate) -> Option<NaiveDate> {
        let days = u64::from(*self.days.get(kind)?);
        let last = received.checked_add_days(Days::new(days))?;
        Some(if self.works_on(last) { last } else { self.next_working_day(last) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_working_day_leaves_out_weekends_and_listed_holidays() {
        let plain = Answers::default();
        // 20 November 2026 is a Friday.
        assert_eq!(plain.next_working_day(day("2026-11-20")), day("2026-11-23"));
        assert_eq!(plain.next_working_day(day("2026-11-22")), day("2026-11-23"));
        let listed = Answers {
            holidays: vec![day("2026-11-23")],
            workdays: vec![day("2026-11-22")],
            days: BTreeMap::new(),
        };
        assert_eq!(listed.next_working_day(day("2026-11-20")), day("2026-11-22"));
        assert_eq!(listed.next_working_day(day("2026-11-22")), day("2026-11-24"));
    }

    #[test]
    fn an_answer_is_due_only_for_kinds_the_office_gives_days_for() {
        let days = BTreeMap::from([("dispute".to_owned(), 15)]);
        let answers = Answers { days, ..Answers::default() };
        assert_eq!(answers.due("promise", day("2026-11-20")), None);
        // The fifteenth day, 5 December, is a Saturday.
        assert_eq!(answers.due("dispute", day("2026-11-20")), Some(day("2026-12-07")));
    }
}
