//! Identity numbers of citizens, and numbers of passports and travel permits.
//!
//! Source: GB 11643-1999 (18 characters, check by ISO 7064 MOD 11-2); the old form of 15 digits;
//! REQUIREMENTS 5 decision 16.

use super::fault::MaskingError;
use super::glyph;
use std::fmt;
use zeroize::Zeroizing;

/// What is wrong with an identity number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IdentityFault {
    /// Not 18 characters.
    Length,
    /// A character that is neither a digit nor a final X.
    Charset,
    /// No province begins so.
    Region,
    /// No date of birth.
    Date,
    /// The check character should be another.
    CheckDigit {
        /// The right check character, `0` to `9` or `X`.
        expected: char,
    },
}

impl IdentityFault {
    /// Stable name: `length`, `charset`, `region`, `date`, `check_digit`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Charset => "charset",
            Self::Region => "region",
            Self::Date => "date",
            Self::CheckDigit { .. } => "check_digit",
        }
    }
}

impl From<IdentityFault> for MaskingError {
    fn from(fault: IdentityFault) -> Self {
        match fault {
            IdentityFault::Length => Self::IdentityLength,
            IdentityFault::Charset => Self::IdentityCharset,
            IdentityFault::Region => Self::IdentityRegion,
            IdentityFault::Date => Self::IdentityDate,
            IdentityFault::CheckDigit { .. } => Self::IdentityCheckDigit,
        }
    }
}

/// Checks an identity number of 18 characters as GB 11643-1999 asks; gives its check character.
///
/// # Errors
/// The first [`IdentityFault`], in the order length, character set, region, date, check.
pub fn check_gb11643(number: &str) -> Result<char, IdentityFault> {
    let narrow = normalize_identity(number);
    let length = narrow.chars().count();
    if length != 18 {
        return Err(IdentityFault::Length);
    }
    let values = values(&narrow).ok_or(IdentityFault::Charset)?;
    if !is_region(&values) {
        return Err(IdentityFault::Region);
    }
    if !has_date18(&values, 1800, 2199) {
        return Err(IdentityFault::Date);
    }
    let expected = check_value(&values).ok_or(IdentityFault::Length)?;
    if values.last() == Some(&expected) {
        Ok(letter(expected))
    } else {
        Err(IdentityFault::CheckDigit { expected: letter(expected) })
    }
}

/// `number` with full-width characters narrowed and a final x in upper case.
#[must_use]
pub fn normalize_identity(number: &str) -> String {
    number
        .trim()
        .chars()
        .map(|c| match glyph::digit(c) {
            Some(digit) => char::from(b'0' + digit.value),
            None if glyph::is_ten(c) && c != '×' => 'X',
            None => c,
        })
        .collect()
}

/// Values 0 to 9, and 10 for a final X.
fn values(narrow: &str) -> Option<Zeroizing<Vec<u8>>> {
    let last = narrow.len().checked_sub(1)?;
    narrow
        .bytes()
        .enumerate()
        .map(|(at, byte)| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'X' if at == last => Some(10),
            _ => None,
        })
        .collect::<Option<Vec<u8>>>()
        .map(Zeroizing::new)
}

fn letter(value: u8) -> char {
    if value == 10 { 'X' } else { char::from(b'0' + value) }
}

/// Check value, 0 to 10, of the first 17 digits (ISO 7064 MOD 11-2).
pub(super) fn check_value(values: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = values.get(..17)?;
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(value, weight)| u32::from(*value) * weight).sum();
    u8::try_from((12 - sum % 11) % 11).ok()
}

fn number_at(values: &[u8], at: usize, count: usize) -> Option<u32> {
    values
        .get(at..at + count)?
        .iter()
        .try_fold(0_u32, |sum, value| (*value < 10).then(|| sum * 10 + u32::from(*value)))
}

/// Whether the number begins with a province, or with 9 and a province as those of permanent
/// residents do.
pub(super) fn is_region(values: &[u8]) -> bool {
    let province = |code: u32| matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    match number_at(values, 0, 2) {
        Some(code) if province(code) => true,
        Some(90..=99) => number_at(values, 1, 2).is_some_and(province),
        _ => false,
    }
}

/// Whether a calendar day stands at `at` as year, month, day in 4, 2 and 2 digits.
pub(super) fn is_day(values: &[u8], at: usize, first_year: u32, last_year: u32) -> bool {
    let (Some(year), Some(month), Some(day)) =
        (number_at(values, at, 4), number_at(values, at + 4, 2), number_at(values, at + 6, 2))
    else {
        return false;
    };
    (first_year..=last_year).contains(&year)
        && i32::try_from(year)
            .is_ok_and(|year| chrono::NaiveDate::from_ymd_opt(year, month, day).is_some())
}

/// Whether an 18-character number has its date of birth.
pub(super) fn has_date18(values: &[u8], first_year: u32, last_year: u32) -> bool {
    is_day(values, 6, first_year, last_year)
}

/// Whether 15 digits have the province and date of birth of an old identity number.
pub(super) fn is_old(values: &[u8]) -> bool {
    let (Some(year), Some(month), Some(day)) =
        (number_at(values, 6, 2), number_at(values, 8, 2), number_at(values, 10, 2))
    else {
        return false;
    };
    let year = i32::try_from(year).map_or(0, |year| 1900 + year);
    values.len() == 15
        && is_region(values)
        && chrono::NaiveDate::from_ymd_opt(year, month, day).is_some()
}

/// A citizen's identity number, held only between intake and masking.
///
/// It has neither `Display` nor `Serialize`, its `Debug` shows no digit, and its memory is
/// cleared when it is dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct IdentityNumber {
    narrow: Zeroizing<String>,
}

impl IdentityNumber {
    /// Reads 18 characters that satisfy GB 11643, or an old number of 15 digits.
    ///
    /// # Errors
    /// One of the `Identity…` variants of [`MaskingError`].
    pub fn parse(text: &str) -> Result<Self, MaskingError> {
        let narrow = Zeroizing::new(normalize_identity(text));
        if narrow.chars().count() == 15 {
            let values = values(&narrow).ok_or(IdentityFault::Charset)?;
            if !is_region(&values) {
                return Err(IdentityFault::Region.into());
            }
            if !is_old(&values) {
                return Err(IdentityFault::Date.into());
            }
        } else {
            check_gb11643(&narrow)?;
        }
        Ok(Self { narrow })
    }

    /// The last four characters, which may be shown.
    #[must_use]
    pub fn last_four(&self) -> &str {
        self.narrow.get(self.narrow.len().saturating_sub(4)..).unwrap_or_default()
    }

    /// The characters, for masking and for keyed look-up only.
    pub(crate) fn characters(&self) -> &str {
        &self.narrow
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("IdentityNumber(…)")
    }
}

/// A passport or travel-permit number, held only between intake and masking.
#[derive(Clone, Eq, PartialEq)]
pub struct DocumentNumber {
    narrow: Zeroizing<String>,
}

impl DocumentNumber {
    /// Reads 5 to 18 Latin letters and digits, at least four of them digits; blanks, hyphens and
    /// parentheses are dropped.
    ///
    /// # Errors
    /// [`MaskingError::DocumentShape`].
    pub fn parse(text: &str) -> Result<Self, MaskingError> {
        let mut narrow = Zeroizing::new(String::with_capacity(18));
        for c in text.trim().chars() {
            if let Some(digit) = glyph::digit(c) {
                narrow.push(char::from(b'0' + digit.value));
            } else if let 'Ａ'..='Ｚ' | 'ａ'..='ｚ' = c {
                let point = u32::from(c) - 0xFEE0;
                narrow.extend(char::from_u32(point).map(|c| c.to_ascii_uppercase()));
            } else if c.is_ascii_alphabetic() {
                narrow.push(c.to_ascii_uppercase());
            } else if !(c.is_whitespace() || matches!(c, '-' | '(' | ')' | '（' | '）')) {
                return Err(MaskingError::DocumentShape);
            }
        }
        let digits = narrow.bytes().filter(u8::is_ascii_digit).count();
        if (5..=18).contains(&narrow.len()) && digits >= 4 {
            Ok(Self { narrow })
        } else {
            Err(MaskingError::DocumentShape)
        }
    }

    /// The last four characters, which may be shown.
    #[must_use]
    pub fn last_four(&self) -> &str {
        self.narrow.get(self.narrow.len().saturating_sub(4)..).unwrap_or_default()
    }

    /// The characters, for masking and for keyed look-up only.
    pub(crate) fn characters(&self) -> &str {
        &self.narrow
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("DocumentNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_right_number_gives_its_check_character() {
        assert_eq!(check_gb11643("110199199001010010"), Ok('0'));
        assert_eq!(check_gb11643("32059919920229003x"), Ok('X'));
        assert_eq!(check_gb11643("110199202402290011"), Ok('1'));
        assert_eq!(normalize_identity(" ３2059919920229003ｘ"), "32059919920229003X");
    }

    #[test]
    fn a_wrong_number_names_its_first_fault() {
        let fault = |number| check_gb11643(number).unwrap_err();
        assert_eq!(fault("110199199001010015"), IdentityFault::CheckDigit { expected: '0' });
        assert_eq!(fault("1101991990010100"), IdentityFault::Length);
        assert_eq!(fault(""), IdentityFault::Length);
        assert_eq!(fault("11019919900101X010"), IdentityFault::Charset);
        assert_eq!(fault("11019919900101001A"), IdentityFault::Charset);
        assert_eq!(fault("110199199013010010"), IdentityFault::Date);
        assert_eq!(fault("110199202302290010"), IdentityFault::Date);
        assert_eq!(fault("990199199001010010"), IdentityFault::Region);
    }

    #[test]
    fn old_numbers_have_province_and_date() {
        assert!(IdentityNumber::parse("440399851231123").is_ok());
        assert!(matches!(
            IdentityNumber::parse("440399851331123"),
            Err(MaskingError::IdentityDate)
        ));
        assert_eq!(IdentityNumber::parse("440399851231123").unwrap().last_four(), "1123");
    }

    #[test]
    fn documents_are_letters_and_digits() {
        assert_eq!(DocumentNumber::parse("Ｃ12345678").unwrap().characters(), "C12345678");
        assert_eq!(DocumentNumber::parse("A123456(7)").unwrap().last_four(), "4567");
        assert!(DocumentNumber::parse("C12").is_err());
        assert!(DocumentNumber::parse("护照").is_err());
    }

    #[test]
    fn debug_of_raw_numbers_shows_no_digit() {
        let told = format!(
            "{:?}{:?}",
            IdentityNumber::parse("110199199001010010").unwrap(),
            DocumentNumber::parse("C12345678").unwrap()
        );
        assert!(!told.contains(|c: char| c.is_ascii_digit()));
    }

    proptest! {
        #[test]
        fn any_text_is_checked_without_fault(text in ".{0,24}") {
            let _ = check_gb11643(&text);
            let _ = IdentityNumber::parse(&text);
            let _ = DocumentNumber::parse(&text);
        }
    }
}
