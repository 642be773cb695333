//! Text as it was entered: it may be personal and leaves only masked.
//!
//! Owns [`RawText`], which is wiped when dropped and shows nothing when printed. It refuses
//! `Display` and `Serialize`; only this crate can look inside, to check and to mask.
//! Source: REQUIREMENTS 1 (L345); SPEC, promise 2.

use std::fmt;

use zeroize::Zeroizing;

/// A value as it was entered, wiped from memory when dropped.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct RawText(Zeroizing<String>);

impl RawText {
    /// Takes `text` in.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Whether nothing was entered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was entered. Never for messages, logs or files.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RawText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("RawText(…)")
    }
}

impl From<&str> for RawText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for RawText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<Zeroizing<String>> for RawText {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_text_shows_nothing_when_printed() {
        assert_eq!(format!("{:?}", RawText::from("6200000000000005")), "RawText(…)");
    }
}
