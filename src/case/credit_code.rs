//! Unified social credit codes (统一社会信用代码) of companies and other bodies.
//!
//! Owns [`CreditCode`], which holds only codes whose characters, length and check character are
//! right. These codes are public and are never masked. Lower-case letters are refused, as the
//! standard knows none. Source: GB 32100-2015, 4 and annex A (weights 3^i mod 31).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

crate::problems! {
    /// Why a text is no credit code.
    pub enum CreditCodeError {
        /// Not 18 characters long.
        Length = "CH-C020", Input,
            "the credit code does not have 18 characters" => "copy it from the business licence",
            "统一社会信用代码不是 18 位" => "请按营业执照填写";
        /// A character the standard leaves out (I, O, S, V, Z, lower case, others).
        Charset = "CH-C021", Input,
            "the credit code holds a character it cannot have" => "the letters I, O, S, V and Z are never used; check for 1, 0, 5 and 2",
            "统一社会信用代码含有不允许的字符" => "代码不使用字母 I、O、S、V、Z，请核对是否应为 1、0、5、2";
        /// The last character does not follow from the others.
        CheckDigit { expected: char } = "CH-C022", Input,
            "the credit code ends wrongly, `{expected}` would follow from the other characters" => "check every character against the business licence",
            "统一社会信用代码校验位不符，按前 17 位应为 `{expected}`" => "请与营业执照逐位核对";
    }
}

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH: usize = 18;

/// A credit code that passed its check.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CreditCode(String);

impl CreditCode {
    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CreditCode {
    type Err = CreditCodeError;

    fn from_str(text: &str) -> Result<Self, CreditCodeError> {
        if text.chars().count() != LENGTH {
            return Err(CreditCodeError::Length);
        }
        let values: Option<Vec<usize>> = text.chars().map(|c| ALPHABET.find(c)).collect();
        let values = values.ok_or(CreditCodeError::Charset)?;
        let mut weight = 1;
        let mut sum = 0;
        for value in values.iter().take(LENGTH - 1) {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        let expected = ALPHABET.chars().nth((31 - sum % 31) % 31).unwrap_or('0');
        if text.ends_with(expected) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CreditCodeError::CheckDigit { expected })
        }
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Serialize for CreditCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CreditCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_checked_by_length_then_letters_then_check_character() {
        assert!("91350100M000100Y43".parse::<CreditCode>().is_ok());
        assert!(matches!("".parse::<CreditCode>(), Err(CreditCodeError::Length)));
        assert!(matches!("91350100M000100Y4".parse::<CreditCode>(), Err(CreditCodeError::Length)));
        for text in [
            "91440399MA00TEST90",
            "91350100m000100y43",
            "9135010OM000100Y43",
            "９1350100M000100Y43",
        ] {
            assert!(matches!(text.parse::<CreditCode>(), Err(CreditCodeError::Charset)), "{text}");
        }
        assert!(matches!(
            "52320599MJ0000026H".parse::<CreditCode>(),
            Err(CreditCodeError::CheckDigit { expected: 'G' })
        ));
    }

    proptest! {
        #[test]
        fn each_body_has_exactly_one_check_character(body in "[0-9A-HJ-NP-RTUWXY]{17}") {
            let right = ALPHABET.chars().filter(|c| format!("{body}{c}").parse::<CreditCode>().is_ok()).count();
            prop_assert_eq!(right, 1);
        }
    }
}
