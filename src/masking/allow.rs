//! Official account numbers that stay readable.
//!
//! An exact-match list from the principal's signed profile: an account stays only where a whole
//! number in the text equals a whole number of the list.
//! Source: REQUIREMENTS 5 decision 13.

use super::card::narrow;
use super::fault::MaskingError;
use std::collections::BTreeSet;

/// Accounts that masking leaves as they are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AllowList {
    accounts: BTreeSet<String>,
}

impl AllowList {
    /// Reads accounts, one on each line; separators inside a number, empty lines and what follows
    /// `#` are dropped.
    ///
    /// # Errors
    /// [`MaskingError::AllowListLine`] for the first line that is no number of 8 to 32 digits.
    pub fn parse(text: &str) -> Result<Self, MaskingError> {
        let mut accounts = BTreeSet::new();
        for (index, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
            let number = line.split(['#', '＃']).next().unwrap_or_default().trim();
            if number.is_empty() {
                continue;
            }
            accounts
                .insert(account(number).ok_or(MaskingError::AllowListLine { line: index + 1 })?);
        }
        Ok(Self { accounts })
    }

    /// Takes accounts from a profile.
    ///
    /// # Errors
    /// [`MaskingError::AllowListLine`] with the position, from 1, of the first that is no account.
    pub fn of<T: AsRef<str>>(accounts: impl IntoIterator<Item = T>) -> Result<Self, MaskingError> {
        let accounts = accounts
            .into_iter()
            .enumerate()
            .map(|(index, number)| {
                account(number.as_ref()).ok_or(MaskingError::AllowListLine { line: index + 1 })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { accounts })
    }

    /// How many accounts are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether no account is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    pub(super) fn holds(&self, values: &[u8]) -> bool {
        if self.accounts.is_empty() || !(8..=32).contains(&values.len()) {
            return false;
        }
        let digits: String = values.iter().map(|value| char::from(b'0' + value.min(&9))).collect();
        self.accounts.contains(&digits)
    }
}

fn account(number: &str) -> Option<String> {
    let digits = narrow(number)?;
    (8..=32).contains(&digits.len()).then(|| digits.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_drops_comments_separators_and_empty_lines() {
        let list = AllowList::parse("# 官方账户\n\n6200 0000 0000 0005 # 还款\n1021000999960001\n");
        let list = list.unwrap();
        assert_eq!(list.len(), 2);
        assert!(list.holds(&[6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]));
        assert!(!list.holds(&[6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    }

    #[test]
    fn a_line_that_is_no_account_is_named_by_its_number_only() {
        let error = AllowList::parse("1021000999960001\n张三").unwrap_err();
        assert!(matches!(error, MaskingError::AllowListLine { line: 2 }));
        assert!(AllowList::of(["1234"]).is_err());
    }
}
