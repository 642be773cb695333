//! How long something is kept.
//!
//! Owns [`Term`]: whole calendar years, five or more. The day of the event does not count; the
//! last day kept does, and is the day of the same date, or 28 February for a 29th that does not
//! come back. Source: REQUIREMENTS 5, decision 7; 民法典 201, 202.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::RetentionRefusal;

/// A number of calendar years, never below the floor of five.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Term(u32);

impl Term {
    /// The shortest term, and the default.
    pub const FLOOR: Self = Self(5);
    /// The longest term.
    pub const CEILING: Self = Self(100);

    /// A term of so many years.
    ///
    /// # Errors
    /// [`RetentionRefusal::BelowFloor`] below five, [`RetentionRefusal::TooLong`] above a hundred.
    pub const fn of_years(years: u32) -> Result<Self, RetentionRefusal> {
        if years < Self::FLOOR.0 {
            Err(RetentionRefusal::BelowFloor { floor: Self::FLOOR.0 })
        } else if years > Self::CEILING.0 {
            Err(RetentionRefusal::TooLong { ceiling: Self::CEILING.0 })
        } else {
            Ok(Self(years))
        }
    }

    /// How many years.
    #[must_use]
    pub const fn years(self) -> u32 {
        self.0
    }

    /// The last day on which what happened on `event` is kept.
    ///
    /// # Errors
    /// [`RetentionRefusal::OutOfCalendar`] past the calendar's end.
    pub fn last_day_kept(self, event: NaiveDate) -> Result<NaiveDate, RetentionRefusal> {
        let year = i32::try_from(self.0).ok().and_then(|years| event.year().checked_add(years));
        let year = year.ok_or(RetentionRefusal::OutOfCalendar)?;
        event
            .with_year(year)
            .or_else(|| NaiveDate::from_ymd_opt(year, event.month(), event.day().saturating_sub(1)))
            .ok_or(RetentionRefusal::OutOfCalendar)
    }
}

impl Default for Term {
    fn default() -> Self {
        Self::FLOOR
    }
}

impl TryFrom<u32> for Term {
    type Error = RetentionRefusal;

    fn try_from(years: u32) -> Result<Self, RetentionRefusal> {
        Self::of_years(years)
    }
}

impl From<Term> for u32 {
    fn from(term: Term) -> Self {
        term.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::case::date;

    fn last(event: &str, years: u32) -> String {
        let event = date::parse(event).unwrap();
        Term::of_years(years).unwrap().last_day_kept(event).unwrap().to_string()
    }

    #[test]
    fn the_day_of_the_event_does_not_count_and_the_last_day_does() {
        assert_eq!(last("2024-05-17", 5), "2029-05-17");
        assert_eq!(last("2023-02-28", 5), "2028-02-28");
        assert_eq!(last("2024-01-01", 5), "2029-01-01");
    }

    #[test]
    fn a_leap_day_ends_on_the_twenty_eighth_unless_it_comes_back() {
        assert_eq!(last("2024-02-29", 5), "2029-02-28");
        assert_eq!(last("2024-02-29", 8), "2032-02-29");
    }

    #[test]
    fn no_term_is_shorter_than_five_years() {
        for years in [0, 4] {
            assert!(matches!(
                Term::of_years(years),
                Err(RetentionRefusal::BelowFloor { floor: 5 })
            ));
        }
        assert!(matches!(Term::of_years(101), Err(RetentionRefusal::TooLong { .. })));
        assert!(serde_json::from_str::<Term>("4").is_err());
        assert_eq!(serde_json::from_str::<Term>("10").unwrap().years(), 10);
        let end = NaiveDate::MAX;
        assert!(matches!(Term::FLOOR.last_day_kept(end), Err(RetentionRefusal::OutOfCalendar)));
    }

    proptest! {
        #[test]
        fn a_longer_term_never_ends_earlier(offset in 0..60_000i64, years in 5..100u32) {
            let event = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + chrono::Duration::days(offset);
            let ends = |years| Term::of_years(years).unwrap().last_day_kept(event).unwrap();
            prop_assert!(ends(years) < ends(years + 1));
            prop_assert!((ends(years) - event).num_days() >= i64::from(years) * 365);
        }
    }
}
