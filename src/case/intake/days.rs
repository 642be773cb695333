//! Dates as banks write them in sheets.
//!
//! Owns the spellings that say year, month and day in this order beyond doubt, and their turning
//! into the one spelling that requests have. What may be read in two ways is refused, never
//! guessed: a year of two digits, a year at the end, no year. JSON has the standard's form alone.
//! Source: DOCUMENTS, Conventions (dates); GB/T 7408.1.

use chrono::NaiveDate;

use crate::case::{date, field::Kind};

/// How a date was written.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Shape {
    /// `2026年12月9日`
    Chinese,
    /// `2026/12/9`
    Slashes,
    /// `2026.12.9`
    Dots,
    /// `2026-12-9`, or with the time of midnight.
    Dashes,
}

impl Shape {
    /// An example, which is nobody's date.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Chinese => "2026年12月9日",
            Self::Slashes => "2026/12/9",
            Self::Dots => "2026.12.9",
            Self::Dashes => "2026-12-9",
        }
    }
}

/// What a text is where a date is wanted.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Day {
    /// It has the standard's form, or is no date: its field judges it.
    AsItIs,
    /// It is beyond doubt, and this is its standard form.
    Spelled(String, Shape),
    /// It may be read in more than one way.
    Doubtful,
}

/// Reads `entry` where a value of `kind` is wanted.
pub(crate) fn read(entry: &str, kind: Kind) -> Day {
    let entry = entry.trim();
    let (day, time) = parted(entry);
    if !matches!(kind, Kind::Date | Kind::DateTime) || entry.is_empty() {
        return Day::AsItIs;
    }
    let (day, shape) = match groups(day) {
        Some(Groups::Doubtful) => return Day::Doubtful,
        Some(Groups::Day(day, shape)) => (day, shape),
        None => return Day::AsItIs,
    };
    let spelled = match (kind, clock(time)) {
        _ if time.is_empty() => day.to_string(),
        (Kind::Date, Some((0, 0))) => day.to_string(),
        (Kind::DateTime, Some((hour, minute))) => format!("{day}T{hour:02}:{minute:02}"),
        _ => return Day::AsItIs,
    };
    let standard = date::parse(entry).is_ok() || entry.replace(' ', "T") == spelled;
    if standard { Day::AsItIs } else { Day::Spelled(spelled, shape) }
}

/// Day and time of day, which may be missing.
fn parted(entry: &str) -> (&str, &str) {
    let (day, time) = match entry.find('日') {
        Some(at) => entry.split_at(at + '日'.len_utf8()),
        None => entry.split_once([' ', 'T']).unwrap_or((entry, "")),
    };
    (day, time.trim())
}

enum Groups {
    Day(NaiveDate, Shape),
    Doubtful,
}

/// Three groups of digits, as far as they may be a date.
fn groups(text: &str) -> Option<Groups> {
    let shape = match text.chars().find(|c| !c.is_ascii_digit() && *c != ' ')? {
        '年' | '月' => Shape::Chinese,
        '/' => Shape::Slashes,
        '.' => Shape::Dots,
        '-' => Shape::Dashes,
        _ => return None,
    };
    let parts: Vec<&str> = match shape {
        Shape::Chinese => {
            let text = text.strip_suffix('日')?;
            let (months, day) = text.split_once('月')?;
            let (year, month) = months.split_once('年').unwrap_or(("", months));
            [year, month, day].map(str::trim).to_vec()
        }
        Shape::Slashes => text.split('/').collect(),
        Shape::Dots => text.split('.').collect(),
        Shape::Dashes => text.split('-').collect(),
    };
    let [year, month, day] = parts.as_slice() else { return None };
    let all_digits = [year, month, day].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !all_digits || !(1..=2).contains(&month.len()) {
        return None;
    }
    match (year.len(), day.len()) {
        (4, 1..=2) => {
            let plain = format!("{year}-{month:0>2}-{day:0>2}");
            date::parse(&plain).ok().map(|day| Groups::Day(day, shape))
        }
        (0..=2, 1..=2 | 4) => Some(Groups::Doubtful),
        _ => None,
    }
}

/// Hour and minute of a time that stands on a full minute.
fn clock(text: &str) -> Option<(u32, u32)> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, seconds) = rest.split_once(':').unwrap_or((rest, "00"));
    let whole = seconds.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let read = |digits: &str, most: usize| {
        let fits = (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| digits.parse().ok())?
    };
    let (hour, minute): (u32, u32) = (read(hour, 2)?, read(minute, 2)?);
    (whole && hour < 24 && minute < 60).then_some((hour, minute))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(text: &str, kind: Kind) -> Option<String> {
        match read(text, kind) {
            Day::Spelled(text, _) => Some(text),
            _ => None,
        }
    }

    #[test]
    fn a_date_with_its_year_first_and_in_full_is_read() {
        for text in [
            "2026年12月9日",
            "2026年12月09日",
            "2026 年 12 月 9 日",
            "2026/12/09",
            "2026/12/9",
            "2026.12.09",
            "2026.12.9",
            "2026-12-9",
            "2026-12-09 00:00:00",
            "2026/12/9 0:00",
            "2026-12-09T00:00:00.000",
        ] {
            assert_eq!(spelled(text, Kind::Date).as_deref(), Some("2026-12-09"), "{text}");
        }
        for text in ["2026-12-09", "20261209", "2026-12-09 "] {
            assert_eq!(read(text, Kind::Date), Day::AsItIs, "{text}");
        }
    }

    #[test]
    fn what_may_be_read_in_two_ways_is_doubtful() {
        for text in [
            "12/09/26",
            "09/12/2026",
            "13/12/2026",
            "9.12.2026",
            "26-12-09",
            "26年12月9日",
            "12月9日",
            "12/9/2026 0:00:00",
        ] {
            assert_eq!(read(text, Kind::Date), Day::Doubtful, "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_left_to_its_field() {
        for text in [
            "",
            "2026/13/09",
            "2026/02/30",
            "2026/12-09",
            "2026.12",
            "2026/12/09 14:30",
            "2026/12/09 00:00:01",
            "1582/12/31",
            "2026年12月",
            "２０２６/12/09",
            "9-Dec-26",
            "年月日",
            "2026//9",
            "//",
            "明日",
        ] {
            assert_eq!(read(text, Kind::Date), Day::AsItIs, "{text}");
        }
        assert_eq!(read("2026/12/09", Kind::Text), Day::AsItIs);
    }

    #[test]
    fn a_time_stays_beside_its_day() {
        for text in ["2026/12/9 9:05", "2026年12月9日9:05", "2026.12.09 09:05:00"] {
            assert_eq!(
                spelled(text, Kind::DateTime).as_deref(),
                Some("2026-12-09T09:05"),
                "{text}"
            );
        }
        assert_eq!(spelled("2026/12/9", Kind::DateTime).as_deref(), Some("2026-12-09"));
        for text in ["2026-12-09 09:05", "2026-12-09T09:05", "2026/12/9 9:05:07", "2026/12/9 25:00"]
        {
            assert_eq!(read(text, Kind::DateTime), Day::AsItIs, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_spelling_of_a_day_is_that_day(offset in 0..3_000_000i64) {
            let first = NaiveDate::from_ymd_opt(1583, 1, 1).unwrap();
            let day = first + chrono::Duration::days(offset);
            for shape in ["%Y年%-m月%-d日", "%Y/%m/%d", "%Y/%-m/%-d", "%Y.%m.%d", "%Y-%-m-%-d"] {
                let text = day.format(shape).to_string();
                let standard = text == day.to_string();
                let read = spelled(&text, Kind::Date);
                prop_assert_eq!(read, (!standard).then(|| day.to_string()), "{}", text);
            }
        }

        #[test]
        fn no_text_makes_the_reader_fall(text in "[0-9年月日/. :T-]{0,16}") {
            let _ = (read(&text, Kind::Date), read(&text, Kind::DateTime));
        }
    }
}
