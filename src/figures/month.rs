//! A month of the office, `2026-11`.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate};

/// A calendar month.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Month {
    year: i32,
    month: u32,
}

impl Month {
    /// The month of `day`.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Whether `moment`, in its own offset, lies in it.
    #[must_use]
    pub fn holds(self, moment: DateTime<FixedOffset>) -> bool {
        self.has(moment.date_naive())
    }

    /// Whether `day` lies in it.
    #[must_use]
    pub fn has(self, day: NaiveDate) -> bool {
        Self::of(day) == self
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default()
    }

    /// As documents print it: `2026年11月`.
    #[must_use]
    pub fn chinese(self) -> String {
        format!("{}年{}月", self.year, self.month)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}", self.year, self.month)
    }
}

/// The text is no month.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not a month such as 2026-11")]
pub struct NotAMonth;

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let day = crate::case::date::parse(&format!("{text}-01")).map_err(|_| NotAMonth)?;
        if text.len() == 7 { Ok(Self::of(day)) } else { Err(NotAMonth) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_in_one_form_and_holds_its_days_only() {
        let month: Month = "2026-11".parse().unwrap();
        assert_eq!(
            (month.to_string().as_str(), month.chinese().as_str()),
            ("2026-11", "2026年11月")
        );
        for bad in ["2026-13", "2026-1", "26-11", "202611", "2026-11-01", ""] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
        let at = |text| DateTime::parse_from_rfc3339(text).unwrap();
        // The office's own offset decides, not UTC.
        assert!(month.holds(at("2026-11-01T00:30:00+08:00")));
        assert!(!month.holds(at("2026-12-01T00:00:00+08:00")));
    }
}
