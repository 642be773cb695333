//! What an export is to hold, by case, number, person or days.

use chrono::NaiveDate;

use super::{ExportError, Reports};
use crate::{
    masking::IdentityNumber,
    office::{
        Office,
        credentials::{Ask, Credentials},
        journal,
        office_folder::OfficeError,
        person::person_key,
        retention_state::{Shelved, Shelves},
        state::text,
    },
    problem::alone as report,
    signing::KeyedIndex,
};

/// Most things one export holds, so that its entry names them all.
const MOST: usize = 2000;

/// What is to be exported.
#[derive(Debug)]
pub enum Selection {
    /// Everything of a case.
    Case(String),
    /// One bundle or letter, by number.
    Number(String),
    /// Everything of the cases in which letters went to a person.
    Person(IdentityNumber),
    /// Everything archived in these days, both included.
    Days(NaiveDate, NaiveDate),
}

impl Office {
    /// What `selection` finds, of `principal` alone if one is named.
    ///
    /// # Errors
    /// [`ExportError::Nothing`], [`ExportError::TooMany`]; faults of register and index key.
    pub fn select(
        &self,
        shelves: &Shelves,
        selection: &Selection,
        principal: Option<&str>,
        credentials: &Credentials,
        ask: &Ask<'_>,
    ) -> Reports<Vec<Shelved>> {
        let cases = match selection {
            Selection::Person(number) => {
                let index = KeyedIndex::new(self.index_key(credentials, ask).map_err(report)?);
                self.cases_of(&person_key(&index, number)).map_err(report)?
            }
            _ => Vec::new(),
        };
        let fits = |kept: &&Shelved| match selection {
            Selection::Case(case) => kept.case == *case,
            Selection::Number(number) => kept.id == *number,
            Selection::Person(_) => cases.contains(&kept.case),
            Selection::Days(from, until) => (*from..=*until).contains(&kept.archived_on),
        };
        let owned = |kept: &&Shelved| {
            principal.is_none_or(|whose| shelves.principals(&kept.case).contains(whose))
        };
        let kept = shelves.kept.iter().filter(|kept| kept.sort.is_of_a_case());
        let found: Vec<Shelved> = kept.filter(fits).filter(owned).cloned().collect();
        match found.len() {
            0 => Err(report(ExportError::Nothing)),
            many if many > MOST => Err(report(ExportError::TooMany { limit: MOST })),
            _ => Ok(found),
        }
    }

    /// Cases in which a letter went to the person of that keyed value.
    fn cases_of(&self, person: &str) -> Result<Vec<String>, OfficeError> {
        let mut cases = Vec::new();
        for found in self.view().find(Some(&journal::LETTER_PREPARED), None) {
            let found = found?;
            let body = &found.entry().body;
            if text(body, "person") == Some(person) {
                cases.extend(text(body, "case").map(str::to_owned));
            }
        }
        Ok(cases)
    }
}

/// Reads one identity number; what follows it on the line, or another line, makes it none.
///
/// # Errors
/// [`ExportError::Person`].
pub fn person(text: &str) -> Result<IdentityNumber, ExportError> {
    IdentityNumber::parse(text.trim()).map_err(|_| ExportError::Person)
}
