//! Hours in which a debtor may be visited or called.
//!
//! Owns [`ContactHours`]: from 08:00 to an end that is 22:00 unless a principal ends it earlier.
//! The start counts, the end does not. Refuses an end later than 22:00. Times are of the office's
//! zone. Source: seed L257; REQUIREMENTS 5, decision 4.

use chrono::NaiveTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

crate::problems! {
    /// Why a time or an end of hours is refused.
    pub enum HoursError {
        /// Not a time of day.
        NotATime = "CH-V001", Input,
            "not a time of day" => "write it as `21:30` or `21:30:00`",
            "不是一天中的时刻" => "请写作 `21:30` 或 `21:30:00`";
        /// A principal may end the hours earlier, never later, and never before they begin.
        End = "CH-V002", Refusal,
            "contact hours cannot end then" => "choose an end after 08:00 and not later than 22:00",
            "联系时段不能在该时刻结束" => "请选择 08:00 之后且不晚于 22:00 的时刻";
        /// Outside the hours.
        Outside { end: NaiveTime } = "CH-V003", Refusal,
            "the time is outside the contact hours, 08:00 to {end}" => "visit between these hours; 08:00 counts, the end does not",
            "时间不在联系时段（08:00 至 {end}）内" => "请在该时段内进行；08:00 计入，结束时刻不计入";
    }
}

/// The hours of a day in which contact is allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ContactHours {
    end: NaiveTime,
}

impl ContactHours {
    /// When contact may begin; fixed by the seed.
    pub const START: NaiveTime = clock(8);
    /// The latest end.
    pub const LATEST_END: NaiveTime = clock(22);

    /// Hours that end at `end`.
    ///
    /// # Errors
    /// [`HoursError::End`] unless it is after 08:00 and not after 22:00.
    pub fn ending(end: NaiveTime) -> Result<Self, HoursError> {
        if end > Self::START && end <= Self::LATEST_END {
            Ok(Self { end })
        } else {
            Err(HoursError::End)
        }
    }

    /// The end, which itself is outside.
    #[must_use]
    pub const fn end(self) -> NaiveTime {
        self.end
    }

    /// Whether contact is allowed at `time`.
    #[must_use]
    pub fn contain(self, time: NaiveTime) -> bool {
        (Self::START..self.end).contains(&time)
    }

    /// Admits `time`.
    ///
    /// # Errors
    /// [`HoursError::Outside`].
    pub fn admit(self, time: NaiveTime) -> Result<(), HoursError> {
        if self.contain(time) { Ok(()) } else { Err(HoursError::Outside { end: self.end }) }
    }
}

impl Default for ContactHours {
    fn default() -> Self {
        Self { end: Self::LATEST_END }
    }
}

/// Reads `HH:MM` or `HH:MM:SS`.
///
/// # Errors
/// [`HoursError::NotATime`], also for leap seconds and 24:00.
pub fn parse(text: &str) -> Result<NaiveTime, HoursError> {
    let format = match text.len() {
        5 => "%H:%M",
        8 => "%H:%M:%S",
        _ => return Err(HoursError::NotATime),
    };
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':') && !text.ends_with(":60");
    let time = plain.then(|| NaiveTime::parse_from_str(text, format).ok()).flatten();
    time.ok_or(HoursError::NotATime)
}

impl Serialize for ContactHours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.end.format("%H:%M:%S"))
    }
}

/// Reads the end alone, since the start is fixed.
impl<'de> Deserialize<'de> for ContactHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let end = parse(&String::deserialize(deserializer)?).and_then(Self::ending);
        end.map_err(serde::de::Error::custom)
    }
}

const fn clock(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveTime {
        parse(text).unwrap()
    }

    #[test]
    fn eight_counts_and_the_end_does_not() {
        let hours = ContactHours::default();
        for (time, allowed) in [
            ("07:59:59", false),
            ("08:00:00", true),
            ("12:30", true),
            ("21:59:59", true),
            ("22:00:00", false),
            ("00:00:00", false),
        ] {
            assert_eq!(hours.contain(at(time)), allowed, "{time}");
            assert_eq!(hours.admit(at(time)).is_ok(), allowed, "{time}");
        }
    }

    #[test]
    fn a_principal_ends_the_hours_earlier_but_never_later() {
        let hours = ContactHours::ending(at("20:00")).unwrap();
        assert!(hours.contain(at("19:59:59")) && !hours.contain(at("20:00")));
        for end in ["22:00:01", "23:00", "08:00", "07:00"] {
            assert!(matches!(ContactHours::ending(at(end)), Err(HoursError::End)), "{end}");
        }
        assert_eq!(serde_json::to_string(&hours).unwrap(), "\"20:00:00\"");
        assert!(serde_json::from_str::<ContactHours>("\"22:30\"").is_err());
    }

    #[test]
    fn what_is_no_time_of_day_is_refused() {
        for text in ["", "8:00", "24:00:00", "12:60", "12:00:60", "noon!", "12-00", "１2:0"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
