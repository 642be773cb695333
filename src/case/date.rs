//! Calendar dates as they are taken in and as they are printed.
//!
//! Owns [`parse`] (complete dates of GB/T 7408, basic `20240507` or extended `2024-05-07`) and
//! [`display`] (`2024年5月7日`). Refuses short years, unpadded months and days, other separators,
//! full-width digits, and years before 1583, which the standard allows by agreement only.
//! Source: GB/T 7408.1 calendar dates; GB/T 9704-2012, 7.3.5.4 (full year, no leading zeros).

use chrono::{Datelike, NaiveDate};

crate::problems! {
    /// Why a text is no date.
    pub enum DateError {
        /// Not a complete calendar date of GB/T 7408, or no such day.
        NotADate = "CH-C010", Input,
            "not a complete calendar date" => "write it as `2024-05-07` or `20240507`",
            "不是完整的日历日期" => "请写作 `2024-05-07` 或 `20240507`";
    }
}

/// First year that needs no agreement between sender and reader.
const FIRST_YEAR: i32 = 1583;

/// Reads a complete date in basic or extended form.
///
/// # Errors
/// [`DateError::NotADate`] for any other form and for days that do not exist.
pub fn parse(text: &str) -> Result<NaiveDate, DateError> {
    let (year, month, day) = match text.len() {
        8 => (text.get(..4), text.get(4..6), text.get(6..)),
        10 if text.get(4..5) == Some("-") && text.get(7..8) == Some("-") => {
            (text.get(..4), text.get(5..7), text.get(8..))
        }
        _ => return Err(DateError::NotADate),
    };
    let read = || {
        let year = i32::try_from(number(year?)?).ok()?;
        if year < FIRST_YEAR {
            return None;
        }
        NaiveDate::from_ymd_opt(year, number(month?)?, number(day?)?)
    };
    read().ok_or(DateError::NotADate)
}

/// The date as letters print it: full year, month and day without leading zeros.
#[must_use]
pub fn display(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_complete_forms_are_read_and_nothing_else() {
        let day = NaiveDate::from_ymd_opt(2024, 5, 7).unwrap();
        assert_eq!(parse("2024-05-07").unwrap(), day);
        assert_eq!(parse("20240507").unwrap(), day);
        assert_eq!(display(day), "2024年5月7日");
        for text in [
            "",
            "24-05-07",
            "2024-5-7",
            "2024/05/07",
            "2024.05.07",
            "2024-0507",
            "202405-07",
            "2024-05",
            "2024-127",
            "2024-W19-2",
            "2024-02-30",
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "0000-01-01",
            "1582-12-31",
            "2024-05-07T00:00",
            " 2024-05-07",
            "２０２４-05-07",
            "+024-05-07",
            "2024年5月7日",
            "年年ab",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_day_reads_back(offset in 0..3_000_000i64) {
            let day = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap() + chrono::Duration::days(offset);
            prop_assert_eq!(parse(&day.format("%Y-%m-%d").to_string()).unwrap(), day);
            prop_assert_eq!(parse(&day.format("%Y%m%d").to_string()).unwrap(), day);
        }

        #[test]
        fn no_text_makes_the_parser_fall(text in "\\PC{0,12}") {
            let _ = parse(&text);
        }
    }
}
