//! When the term of one archived object starts and ends.
//!
//! It starts at the later of archiving and closing of the case. While the case is open only a
//! lower bound is known, which prints as 不早于. Source: REQUIREMENTS 5, decision 7; the
//! contract's decision 16.

use chrono::NaiveDate;

use super::{RetentionRefusal, term::Term};

/// What the term of one archived object is reckoned from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Schedule {
    /// The day it was archived.
    pub archived_on: NaiveDate,
    /// The day its case was closed; `None` while it is open.
    pub closed_on: Option<NaiveDate>,
    /// The principal's term.
    pub term: Term,
}

/// How long an object is kept, as far as it is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keeping {
    /// The case is open: at least through this day.
    AtLeastThrough(NaiveDate),
    /// Through this day.
    Through(NaiveDate),
}

impl Keeping {
    /// The day, whether it is the last or only a lower bound.
    #[must_use]
    pub const fn day(self) -> NaiveDate {
        match self {
            Self::AtLeastThrough(day) | Self::Through(day) => day,
        }
    }
}

impl Schedule {
    /// How long the object is kept.
    ///
    /// # Errors
    /// [`RetentionRefusal::OutOfCalendar`].
    pub fn keeping(&self) -> Result<Keeping, RetentionRefusal> {
        match self.closed_on {
            Some(closed) => {
                self.term.last_day_kept(self.archived_on.max(closed)).map(Keeping::Through)
            }
            None => self.term.last_day_kept(self.archived_on).map(Keeping::AtLeastThrough),
        }
    }

    /// The first day on which the object may be destroyed, if its case is closed.
    ///
    /// # Errors
    /// [`RetentionRefusal::CaseOpen`], [`RetentionRefusal::OutOfCalendar`].
    pub fn earliest_destroy(&self) -> Result<NaiveDate, RetentionRefusal> {
        match self.keeping()? {
            Keeping::Through(day) => day.succ_opt().ok_or(RetentionRefusal::OutOfCalendar),
            Keeping::AtLeastThrough(_) => Err(RetentionRefusal::CaseOpen),
        }
    }

    /// Whether the term has ended on `today`.
    ///
    /// # Errors
    /// [`RetentionRefusal::CaseOpen`], [`RetentionRefusal::NotExpired`],
    /// [`RetentionRefusal::OutOfCalendar`].
    pub fn expired(&self, today: NaiveDate) -> Result<NaiveDate, RetentionRefusal> {
        let first = self.earliest_destroy()?;
        let last_day_kept = self.keeping()?.day();
        if today >= first {
            Ok(last_day_kept)
        } else {
            Err(RetentionRefusal::NotExpired { last_day_kept })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::date;

    fn schedule(archived: &str, closed: Option<&str>) -> Schedule {
        let day = |text: &str| date::parse(text).unwrap();
        Schedule { archived_on: day(archived), closed_on: closed.map(day), term: Term::FLOOR }
    }

    #[test]
    fn the_term_starts_at_the_later_of_archiving_and_closing() {
        let last = |closed| schedule("2024-05-17", closed).keeping().unwrap().day().to_string();
        assert_eq!(last(Some("2024-05-17")), "2029-05-17");
        assert_eq!(last(Some("2023-01-01")), "2029-05-17");
        assert_eq!(last(Some("2025-03-01")), "2030-03-01");
    }

    #[test]
    fn an_open_case_gives_a_lower_bound_and_never_expires() {
        let open = schedule("2019-05-17", None);
        assert!(matches!(open.keeping(), Ok(Keeping::AtLeastThrough(_))));
        let late = date::parse("2099-01-01").unwrap();
        assert!(matches!(open.expired(late), Err(RetentionRefusal::CaseOpen)));
    }

    #[test]
    fn the_last_day_is_kept_and_the_next_is_free() {
        let closed = schedule("2019-05-17", Some("2019-05-17"));
        let on = |text| closed.expired(date::parse(text).unwrap());
        assert!(matches!(on("2024-05-17"), Err(RetentionRefusal::NotExpired { .. })));
        assert_eq!(on("2024-05-18").unwrap().to_string(), "2024-05-17");
    }
}
