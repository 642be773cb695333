//! How long answers took: median and longest.

/// How long answers took, in calendar days from the reply to the answer's registration.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Times {
    days: Vec<u32>,
}

impl Times {
    pub(super) fn of(mut days: Vec<u32>) -> Self {
        days.sort_unstable();
        Self { days }
    }

    /// How many answers.
    #[must_use]
    pub fn count(&self) -> usize {
        self.days.len()
    }

    /// The median in half days, for that of two is their mean.
    #[must_use]
    pub fn median_halves(&self) -> Option<u32> {
        let middle = self.days.len() / 2;
        let upper = *self.days.get(middle)?;
        let lower = if self.days.len().is_multiple_of(2) {
            *self.days.get(middle.checked_sub(1)?)?
        } else {
            upper
        };
        Some(lower.saturating_add(upper))
    }

    /// The median as text: `3` or `3.5`.
    #[must_use]
    pub fn median(&self) -> Option<String> {
        let halves = self.median_halves()?;
        Some(format!("{}{}", halves / 2, if halves % 2 == 1 { ".5" } else { "" }))
    }

    /// The longest.
    #[must_use]
    pub fn longest(&self) -> Option<u32> {
        self.days.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        let times = |days: &[u32]| Times { days: days.to_vec() };
        assert_eq!(times(&[]).median(), None);
        assert_eq!(times(&[4]).median().unwrap(), "4");
        assert_eq!(times(&[1, 2]).median().unwrap(), "1.5");
        assert_eq!(times(&[0, 2, 9]).median().unwrap(), "2");
        assert_eq!(times(&[0, 2, 4, 9]).median().unwrap(), "3");
        assert_eq!(times(&[0, 2, 9]).longest(), Some(9));
    }
}
