//! How large a debt is and how long it has been due, as far as the rules ask.
//!
//! Owns the limit of small debts and the brackets of overdue days.
//! Source: seed L285, L365; REQUIREMENTS 5, decisions 14 (strictly below 500.00) and 15.

use crate::case::amount::Fen;

/// Debts below this sum are small: 500.00 yuan, itself not included.
pub const SMALL_DEBT_LIMIT_FEN: u64 = 50_000;

/// What an outstanding balance means for the rules.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Balance {
    /// Nothing is owed, so nothing may be asked for.
    Settled,
    /// Below 500.00: an objection to the sum puts the case on hold.
    Small,
    /// 500.00 or more.
    Ordinary,
}

/// Sorts an outstanding balance.
#[must_use]
pub const fn balance(outstanding: Fen) -> Balance {
    match outstanding.count() {
        0 => Balance::Settled,
        1..SMALL_DEBT_LIMIT_FEN => Balance::Small,
        _ => Balance::Ordinary,
    }
}

/// How long a debt has been due.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum OverdueBracket {
    /// Up to 60 days; the seed hands no such case to an agency.
    Early,
    /// 61 to 90 days.
    Days61To90,
    /// 91 to 180 days.
    Days91To180,
    /// 181 to 270 days.
    Days181To270,
    /// 271 to 360 days.
    Days271To360,
    /// 361 days and more.
    Days361AndMore,
}

impl OverdueBracket {
    /// The bracket of so many days overdue.
    #[must_use]
    pub const fn of(days: u32) -> Self {
        match days {
            0..=60 => Self::Early,
            61..=90 => Self::Days61To90,
            91..=180 => Self::Days91To180,
            181..=270 => Self::Days181To270,
            271..=360 => Self::Days271To360,
            _ => Self::Days361AndMore,
        }
    }

    /// The bracket as tables show it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Early => "≤60",
            Self::Days61To90 => "61–90",
            Self::Days91To180 => "91–180",
            Self::Days181To270 => "181–270",
            Self::Days271To360 => "271–360",
            Self::Days361AndMore => "≥361",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debt_is_small_strictly_below_five_hundred() {
        let of = |text: &str| balance(text.parse().unwrap());
        assert_eq!(of("0"), Balance::Settled);
        assert_eq!(of("0.01"), Balance::Small);
        assert_eq!(of("499.99"), Balance::Small);
        assert_eq!(of("500.00"), Balance::Ordinary);
    }

    #[test]
    fn brackets_meet_without_gap_or_overlap() {
        for (days, label) in [
            (60, "≤60"),
            (61, "61–90"),
            (90, "61–90"),
            (91, "91–180"),
            (180, "91–180"),
            (181, "181–270"),
            (270, "181–270"),
            (271, "271–360"),
            (360, "271–360"),
            (361, "≥361"),
        ] {
            assert_eq!(OverdueBracket::of(days).label(), label, "{days}");
        }
    }
}
