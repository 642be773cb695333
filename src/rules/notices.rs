//! When two notices of a card issuer count as two effective collections.
//!
//! Source: 法释〔2018〕19号, article 7 (two, at least thirty days apart); DOCUMENTS, Conventions.

use chrono::NaiveDate;

/// Days that must lie between two effective notices: the second on the thirtieth day after the
/// first, or later.
pub const EFFECTIVE_INTERVAL_DAYS: u64 = 30;

/// Whether `days` hold two notices at least thirty days apart. Their order does not matter.
#[must_use]
pub fn far_enough_apart(days: &[NaiveDate]) -> bool {
    match (days.iter().min(), days.iter().max()) {
        (Some(first), Some(last)) => {
            last.signed_duration_since(*first).num_days().unsigned_abs() >= EFFECTIVE_INTERVAL_DAYS
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::date;

    fn apart(days: &[&str]) -> bool {
        far_enough_apart(&days.iter().map(|day| date::parse(day).unwrap()).collect::<Vec<_>>())
    }

    #[test]
    fn thirty_days_suffice_and_twenty_nine_do_not() {
        assert!(apart(&["2024-01-01", "2024-01-31"]));
        assert!(!apart(&["2024-01-01", "2024-01-30"]));
        assert!(apart(&["2024-02-01", "2024-03-02"]));
        assert!(!apart(&["2024-02-01", "2024-03-01"]));
        assert!(apart(&["2024-03-02", "2024-02-01"]));
        assert!(!apart(&["2024-01-01"]));
        assert!(!apart(&[]));
    }
}
