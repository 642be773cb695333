//! Sums of money, counted in whole fen.
//!
//! Owns [`Fen`]: parsed strictly, added and subtracted with checks, shown as `1,409.50`. Refuses
//! negative sums, more than two decimals, loose thousands marks, signs, full-width digits and
//! whatever else could be read in two ways; a float never takes part.
//! Source: DOCUMENTS, Conventions; REQUIREMENTS 1 (L311, L313: amounts equal to the fen).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

crate::problems! {
    /// Why a text or a calculation gives no amount.
    pub enum AmountError {
        /// Not digits with an optional point and one or two decimals.
        Format = "CH-C001", Input,
            "not an amount in yuan" => "write digits with at most two decimals, such as `1409.50` or `1,409.50`",
            "不是以元计的金额" => "请写数字，至多两位小数，如 `1409.50` 或 `1,409.50`";
        /// Below zero.
        Negative = "CH-C002", Input,
            "the amount is negative" => "give what is owed as a positive amount",
            "金额为负数" => "请以正数填写所欠金额";
        /// Larger than can be written in capitals.
        Range = "CH-C003", Input,
            "the amount is larger than 9,999,999,999,999,999.99 yuan" => "check the amount",
            "金额超过 9,999,999,999,999,999.99 元" => "请核对金额";
        /// A subtraction would go below zero.
        Short = "CH-C004", Input,
            "more is subtracted than there is" => "check that the parts do not exceed the total",
            "减数大于被减数" => "请核对各分项是否超过合计";
    }
}

/// A sum of money of zero fen or more.
///
/// Shown as yuan with thousands marks (`1,409.50`); stored in JSON as yuan without them
/// (`"1409.50"`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fen(u64);

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest sum: 9,999,999,999,999,999.99 yuan, the last that 万亿 can name.
    pub const MAX: Self = Self(999_999_999_999_999_999);

    /// A sum of `count` fen.
    ///
    /// # Errors
    /// [`AmountError::Range`] above [`Fen::MAX`].
    pub const fn new(count: u64) -> Result<Self, AmountError> {
        if count <= Self::MAX.0 { Ok(Self(count)) } else { Err(AmountError::Range) }
    }

    /// How many fen.
    #[must_use]
    pub const fn count(self) -> u64 {
        self.0
    }

    /// Whole yuan, without the rest.
    #[must_use]
    pub const fn yuan(self) -> u64 {
        self.0 / 100
    }

    /// The fen beyond whole yuan, 0 to 99.
    #[must_use]
    pub const fn rest(self) -> u64 {
        self.0 % 100
    }

    /// Both together.
    ///
    /// # Errors
    /// [`AmountError::Range`] above [`Fen::MAX`].
    pub fn plus(self, other: Self) -> Result<Self, AmountError> {
        self.0.checked_add(other.0).ok_or(AmountError::Range).and_then(Self::new)
    }

    /// What is left after `other` is taken away.
    ///
    /// # Errors
    /// [`AmountError::Short`] if `other` is more.
    pub fn minus(self, other: Self) -> Result<Self, AmountError> {
        self.0.checked_sub(other.0).map(Self).ok_or(AmountError::Short)
    }

    /// All of `parts` together.
    ///
    /// # Errors
    /// [`AmountError::Range`] above [`Fen::MAX`].
    pub fn total(parts: impl IntoIterator<Item = Self>) -> Result<Self, AmountError> {
        parts.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// Yuan with two decimals and no thousands marks: `1409.50`.
    #[must_use]
    pub fn plain(self) -> String {
        format!("{}.{:02}", self.yuan(), self.rest())
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.yuan().to_string();
        let mut shown = String::with_capacity(digits.len() * 4 / 3 + 4);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                shown.push(',');
            }
            shown.push(digit);
        }
        write!(out, "{shown}.{:02}", self.rest())
    }
}

impl FromStr for Fen {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        match text.strip_prefix(['-', '\u{2212}', '\u{FF0D}']) {
            Some(rest) => unsigned(rest).and(Err(AmountError::Negative)),
            None => unsigned(text),
        }
    }
}

fn unsigned(text: &str) -> Result<Fen, AmountError> {
    let (yuan, rest) = match text.split_once('.') {
        Some((yuan, decimals)) => (yuan, rest_of(decimals).ok_or(AmountError::Format)?),
        None => (text, 0),
    };
    let digits = digits_of(yuan).ok_or(AmountError::Format)?;
    let yuan: u64 = digits.parse().map_err(|_| AmountError::Range)?;
    let count = yuan.checked_mul(100).and_then(|fen| fen.checked_add(rest));
    count.ok_or(AmountError::Range).and_then(Fen::new)
}

/// Fen of one or two decimals.
fn rest_of(decimals: &str) -> Option<u64> {
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = decimals.parse().ok()?;
    match decimals.len() {
        1 => Some(value * 10),
        2 => Some(value),
        _ => None,
    }
}

/// Digits of whole yuan, freed of thousands marks that stand where they must.
fn digits_of(yuan: &str) -> Option<String> {
    let mut groups = yuan.split(',');
    let first = groups.next()?;
    let mut digits = String::from(first);
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let no_leading_zero = digits == "0" || !digits.starts_with('0');
    (plain && no_leading_zero).then_some(digits)
}

impl Serialize for Fen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.plain())
    }
}

impl<'de> Deserialize<'de> for Fen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn yuan_are_read_with_and_without_thousands_marks() {
        for (text, count) in [
            ("0", 0),
            ("0.5", 50),
            ("0.05", 5),
            ("1409.50", 140_950),
            ("1,409.50", 140_950),
            ("12,345,678.9", 1_234_567_890),
            ("9999999999999999.99", Fen::MAX.count()),
        ] {
            assert_eq!(text.parse::<Fen>().unwrap().count(), count, "{text}");
        }
    }

    #[test]
    fn what_can_be_read_two_ways_is_refused() {
        for text in [
            "", ".", "1.", ".5", "1.234", "1,40.50", "1409,500", ",100", "1,,000", "0,100", "01",
            "+1", " 1", "1 ", "1e3", "1.5元", "¥1", "１", "1_000", "--1", "1.+5", "1.2.3", "12,34",
        ] {
            assert!(matches!(text.parse::<Fen>(), Err(AmountError::Format)), "{text}");
        }
        assert!(matches!("-1.00".parse::<Fen>(), Err(AmountError::Negative)));
        assert!(matches!("-".repeat(100_000).parse::<Fen>(), Err(AmountError::Format)));
        assert!(matches!("-x".parse::<Fen>(), Err(AmountError::Format)));
        for text in ["10000000000000000", "99999999999999999999999"] {
            assert!(matches!(text.parse::<Fen>(), Err(AmountError::Range)), "{text}");
        }
    }

    #[test]
    fn sums_are_checked() {
        let one = Fen::new(100).unwrap();
        assert_eq!(Fen::total([one, one]).unwrap(), Fen::new(200).unwrap());
        assert!(matches!(Fen::MAX.plus(one), Err(AmountError::Range)));
        assert!(matches!(Fen::ZERO.minus(one), Err(AmountError::Short)));
    }

    proptest! {
        #[test]
        fn every_amount_reads_back_from_both_its_forms(count in 0..=Fen::MAX.count()) {
            let amount = Fen::new(count).unwrap();
            prop_assert_eq!(amount.to_string().parse::<Fen>().unwrap(), amount);
            prop_assert_eq!(amount.plain().parse::<Fen>().unwrap(), amount);
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(serde_json::from_str::<Fen>(&json).unwrap(), amount);
        }

        #[test]
        fn no_text_makes_the_parser_fall(text in "\\PC{0,24}") {
            let _ = text.parse::<Fen>();
        }
    }
}
