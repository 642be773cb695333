//! Numbers that are given once: letters, bundles, seals.
//!
//! A number is taken by an entry whose body holds it as the member `reserved_number`; the series goes on
//! after the highest number any entry holds. Numbers of a series run from 1 without a gap, and a
//! spoiled one stays taken. Refuses any number but the next.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::{RegisterError, Result};

/// Name of the member of a body that takes a number.
pub const MEMBER: &str = "reserved_number";
const MAX_SERIES: usize = 64;
const MAX_VALUE: u64 = 1 << 53;

/// The next number of a series, as it stood in one transaction.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    series: String,
    value: u64,
}

impl Reservation {
    pub(crate) fn new(series: &str, value: u64) -> Result<Self> {
        let good = !series.is_empty()
            && series.len() <= MAX_SERIES
            && series
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'/'));
        if good && (1..MAX_VALUE).contains(&value) {
            Ok(Self { series: series.to_owned(), value })
        } else {
            Err(RegisterError::BadSeries)
        }
    }

    /// Name of the series, such as `letter/2026`.
    #[must_use]
    pub fn series(&self) -> &str {
        &self.series
    }

    /// The number, from 1.
    #[must_use]
    pub const fn value(&self) -> u64 {
        self.value
    }

    pub(crate) fn to_value(&self) -> Value {
        serde_json::json!({ "series": self.series, "value": self.value })
    }
}

/// Number that a body takes.
pub(crate) fn of(body: &Map<String, Value>) -> Result<Option<Reservation>> {
    let Some(value) = body.get(MEMBER) else { return Ok(None) };
    let read = Reservation::deserialize(value).map_err(|_| RegisterError::BadSeries)?;
    Reservation::new(&read.series, read.value).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_in_a_body_has_a_series_and_a_value() {
        let body = |number: Value| Map::from_iter([(MEMBER.to_owned(), number)]);
        let good = of(&body(json!({ "series": "letter/2026", "value": 7 }))).unwrap().unwrap();
        assert_eq!((good.series(), good.value()), ("letter/2026", 7));
        for bad in [
            json!(7),
            json!({ "series": "letter/2026", "value": 0 }),
            json!({ "series": "Letter", "value": 1 }),
            json!({ "series": "", "value": 1 }),
            json!({ "series": "a", "value": 1, "more": 1 }),
        ] {
            assert!(matches!(of(&body(bad)), Err(RegisterError::BadSeries)));
        }
        assert_eq!(of(&Map::new()).unwrap(), None);
    }
}
