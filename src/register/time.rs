//! Times as the register writes them, and the clock it is given.
//!
//! One spelling only: RFC 3339 with three digits of the second and a numeric offset. The register
//! reads no clock itself; it asks a [`Clock`] while it holds the writer's lock, so that two
//! processes cannot overtake each other between reading the time and writing the entry.

use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat};

use super::error::{RegisterError, Result};

/// Where the time of an entry comes from.
pub trait Clock {
    /// Now, in the office's offset.
    fn now(&self) -> DateTime<FixedOffset>;
}

/// A clock that stands still, for what happens at one moment.
impl Clock for DateTime<FixedOffset> {
    fn now(&self) -> DateTime<FixedOffset> {
        *self
    }
}

/// Cuts `moment` to the whole milliseconds that are written.
pub(crate) fn whole(moment: DateTime<FixedOffset>) -> Result<DateTime<FixedOffset>> {
    DateTime::from_timestamp_millis(moment.timestamp_millis())
        .map(|whole| whole.with_timezone(moment.offset()))
        .filter(|whole| format(whole).is_ok())
        .ok_or(RegisterError::BadTime)
}

/// The one spelling of `moment`.
pub(crate) fn format(moment: &DateTime<FixedOffset>) -> Result<String> {
    if (0..=9999).contains(&moment.year()) && moment.offset().local_minus_utc() % 60 == 0 {
        Ok(moment.to_rfc3339_opts(SecondsFormat::Millis, false))
    } else {
        Err(RegisterError::BadTime)
    }
}

/// Reads the one spelling.
pub(crate) fn parse(text: &str) -> Option<DateTime<FixedOffset>> {
    let moment = whole(DateTime::parse_from_rfc3339(text).ok()?).ok()?;
    (format(&moment).ok()? == text).then_some(moment)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn one_moment_has_one_spelling() {
        let text = "2026-11-03T09:00:00.120+08:00";
        assert_eq!(format(&parse(text).unwrap()).unwrap(), text);
        for other in [
            "2026-11-03T09:00:00.12+08:00",
            "2026-11-03T09:00:00.1201+08:00",
            "2026-11-03t09:00:00.120+08:00",
            "2026-11-03T01:00:00.120Z",
            "2026-11-03T23:59:60.000+08:00",
            "2026-13-03T09:00:00.120+08:00",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn years_and_offsets_that_cannot_be_written_are_refused() {
        let odd = FixedOffset::east_opt(29_143).unwrap();
        let moment = odd.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
        assert!(matches!(whole(moment), Err(RegisterError::BadTime)));
        let far = FixedOffset::east_opt(0).unwrap().with_ymd_and_hms(10_000, 1, 1, 0, 0, 0);
        assert!(matches!(whole(far.unwrap()), Err(RegisterError::BadTime)));
    }
}
