//! Card and account numbers, their check digit and their issuers.
//!
//! A [`CardNumber`] can be made, compared in length and masked; it cannot be printed or stored.
//! Source: ISO/IEC 7812-1 (Luhn, lengths, issuer prefixes); REQUIREMENTS 5 decision 13.

use super::fault::MaskingError;
use super::{gap, glyph};
use std::fmt;
use zeroize::Zeroizing;

/// Whether `digits` ends in its Luhn check digit. False for an empty text and a text of anything
/// but ASCII digits. Zeros alone pass the check, though masking takes them for no card.
#[must_use]
pub fn luhn(digits: &str) -> bool {
    let values: Option<Vec<u8>> =
        digits.bytes().map(|b| b.is_ascii_digit().then(|| b - b'0')).collect();
    values.is_some_and(|values| !values.is_empty() && luhn_sum(&values).is_multiple_of(10))
}

/// Whether digit values that are not all zero end in their check digit.
pub(super) fn luhn_values(values: &[u8]) -> bool {
    let sum = luhn_sum(values);
    sum > 0 && sum.is_multiple_of(10)
}

fn luhn_sum(values: &[u8]) -> u32 {
    let mut sum = 0_u32;
    for (place, value) in values.iter().rev().enumerate() {
        let doubled = if place % 2 == 1 { value * 2 } else { *value };
        sum += u32::from(if doubled > 9 { doubled - 9 } else { doubled });
    }
    sum
}

/// How well the first digits and the length fit a card issuer.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Issuer {
    /// No issuer of payment cards is known to begin so.
    Unknown,
    /// Domestic cards of before the 62 prefix, and rarer networks.
    Plausible,
    /// A large network, in its length.
    Network,
    /// The 62 of China's own network.
    UnionPay,
}

/// Judges the issuer of a number by its leading digits and length.
pub(super) fn issuer(values: &[u8]) -> Issuer {
    let length = values.len();
    let lead = |count: usize| {
        values.iter().take(count).fold(0_u32, |sum, value| sum * 10 + u32::from(*value))
    };
    if !(13..=19).contains(&length) {
        return Issuer::Unknown;
    }
    match (lead(2), length) {
        (62, 16..=19) => Issuer::UnionPay,
        (40..=49, 13 | 16 | 19) | (51..=55 | 35 | 65, 16) | (34 | 37, 15) | (36 | 38 | 39, 14) => {
            Issuer::Network
        }
        (22..=27, 16) if (2221..=2720).contains(&lead(4)) => Issuer::Network,
        (30, 14) if (300..=305).contains(&lead(3)) => Issuer::Network,
        (60 | 64, 16) if lead(4) == 6011 || lead(3) >= 644 => Issuer::Network,
        (50 | 56..=58 | 60..=69 | 81 | 94..=99, 16..=19) | (10, 16 | 19) => Issuer::Plausible,
        _ => Issuer::Unknown,
    }
}

/// A full card or account number, held only between intake and masking.
///
/// It has neither `Display` nor `Serialize`, its `Debug` shows no digit, and its memory is
/// cleared when it is dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct CardNumber {
    digits: Zeroizing<String>,
}

impl CardNumber {
    /// Reads a number of 12 to 32 digits; separators are dropped, full-width digits narrowed.
    ///
    /// # Errors
    /// [`MaskingError::CardCharset`], [`MaskingError::CardLength`].
    pub fn parse(text: &str) -> Result<Self, MaskingError> {
        let digits = narrow(text).ok_or(MaskingError::CardCharset)?;
        if !(12..=32).contains(&digits.len()) {
            return Err(MaskingError::CardLength);
        }
        Ok(Self { digits })
    }

    /// Whether the check digit is right.
    #[must_use]
    pub fn is_luhn_valid(&self) -> bool {
        luhn(&self.digits)
    }

    /// The last four digits, which may be shown.
    #[must_use]
    pub fn last_four(&self) -> &str {
        self.digits.get(self.digits.len().saturating_sub(4)..).unwrap_or_default()
    }

    /// The digits, for masking and for keyed look-up only.
    pub(crate) fn digits(&self) -> &str {
        &self.digits
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CardNumber(…)")
    }
}

/// The digits of `text` as ASCII, without separators; `None` where anything else stands in it.
pub(super) fn narrow(text: &str) -> Option<Zeroizing<String>> {
    let mut digits = Zeroizing::new(String::with_capacity(32));
    let mut rest = text.trim();
    while let Some(c) = rest.chars().next() {
        if let Some(digit) = glyph::digit(c) {
            digits.push(char::from(b'0' + digit.value));
            rest = rest.get(c.len_utf8()..)?;
        } else {
            let bytes = gap::read(rest).0.filter(|gap| gap.bytes > 0)?.bytes;
            rest = rest.get(bytes..)?;
        }
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn luhn_accepts_right_numbers_of_any_length_and_nothing_else() {
        for right in [
            "6200000000000005",
            "62000024680135795",
            "6200001357924680138",
            "378282246310005",
            "0000",
        ] {
            assert!(luhn(right), "{right}");
        }
        for wrong in ["6012024051700012", "79927398710", "", "620000000000000A", "６"] {
            assert!(!luhn(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_card_number_shows_its_last_four_and_hides_the_rest() {
        let card = CardNumber::parse("６２００-0000 0000\u{200B}0005").unwrap();
        assert_eq!(card.last_four(), "0005");
        assert!(card.is_luhn_valid());
        assert!(!format!("{card:?}").contains(|c: char| c.is_ascii_digit()));
    }

    #[test]
    fn what_is_no_card_number_is_refused_with_its_code() {
        assert!(matches!(CardNumber::parse("6200"), Err(MaskingError::CardLength)));
        assert!(matches!(CardNumber::parse(""), Err(MaskingError::CardLength)));
        assert!(matches!(CardNumber::parse("62000000000000O5"), Err(MaskingError::CardCharset)));
    }

    proptest! {
        #[test]
        fn changing_one_digit_breaks_the_check(body in "[0-9]{12,18}", at in 0_usize..12, by in 1_u8..10) {
            let check = (b'0'..=b'9').map(char::from).find(|c| luhn(&format!("{body}{c}")));
            prop_assume!(check.is_some());
            let mut digits = format!("{body}{}", check.unwrap()).into_bytes();
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            prop_assert!(!luhn(std::str::from_utf8(&digits).unwrap()));
        }
    }
}
