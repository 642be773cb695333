//! The deviation rate as an exact fraction. Source: REQUIREMENTS 1 (L315): exactly 0.1% passes.

use std::fmt;

/// Deviations among letters.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Rate {
    /// Letters that deviate.
    pub deviations: u64,
    /// Letters compared.
    pub letters: u64,
}

impl Rate {
    /// Whether it is within 0.1%; none of none is.
    #[must_use]
    pub fn passes(self) -> bool {
        u128::from(self.deviations) * 1000 <= u128::from(self.letters)
    }

    /// Both counts together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            deviations: self.deviations.saturating_add(other.deviations),
            letters: self.letters.saturating_add(other.letters),
        }
    }

    /// Percent to four decimals, cut off, not rounded: 0.1% never hides what is above it.
    #[must_use]
    pub fn percent(self) -> String {
        if self.letters == 0 {
            return "0.0000%".to_owned();
        }
        let parts = u128::from(self.deviations) * 1_000_000 / u128::from(self.letters);
        format!("{}.{:04}%", parts / 10_000, parts % 10_000)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.deviations, self.letters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_in_a_thousand_passes_and_a_hair_more_does_not() {
        let rate = |deviations, letters| Rate { deviations, letters };
        assert!(rate(1, 1000).passes() && rate(3, 3000).passes() && rate(0, 0).passes());
        assert!(!rate(1, 999).passes() && !rate(1001, 1_000_000).passes() && !rate(1, 0).passes());
        assert_eq!(
            (rate(1, 999).percent(), rate(1, 1000).percent()),
            ("0.1001%".into(), "0.1000%".into())
        );
        assert_eq!(rate(1, 1000).to_string(), "1/1000");
    }
}
