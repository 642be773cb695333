//! What register and archive tell about the release of a hold.
//!
//! Owns [`Known`]: whether the proof given is sealed evidence of the case, whether it is what the
//! hold was placed on, and which report is still due. What placed a hold speaks for it: the same
//! reference, or a bundle that holds no other file, lifts nothing.
//! Source: REQUIREMENTS L119, L141, L339, L365.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization as _;

use super::{Grounds, due};
use crate::{
    office::{Office, journal, office_folder::OfficeError, state},
    register::View,
};

/// What is known when a release is judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// Whether the proof is a sealed bundle of the case.
    pub sealed: bool,
    /// Whether the proof, or the instruction, is what the hold was placed on.
    pub same: bool,
    /// Day by which a report to the principal is due that nobody has made.
    pub unreported: Option<NaiveDate>,
}

impl Known {
    /// Looks up what concerns the release of the hold of `kind` on `case`, masked as in the register.
    ///
    /// # Errors
    /// Faults of the register.
    pub fn of(
        office: &Office,
        case: &str,
        kind: &str,
        grounds: &Grounds,
    ) -> Result<Self, OfficeError> {
        let view = office.view();
        let mut known = Self::default();
        if let Some(proof) = &grounds.proof {
            known.sealed = is_of_case(&view, proof, case)?;
        }
        let standing = office.state().holds.get(case).into_iter().flatten();
        for held in standing.filter(|held| held.kind == kind) {
            let report = due::report(&view, case, held)?;
            known.unreported =
                report.filter(|report| report.made.is_none()).map(|report| report.by);
            let Some(placed) = view.get(held.seq)? else { continue };
            let body = &placed.entry().body;
            let before =
                ["proof", "instruction"].into_iter().filter_map(|name| state::text(body, name));
            for before in before {
                let given = [&grounds.proof, &grounds.instruction].into_iter().flatten();
                for given in given {
                    known.same |= office.is_same_proof(given, before)?;
                }
            }
        }
        Ok(known)
    }
}

/// Whether `id` is the number of a sealed bundle of `case`.
fn is_of_case(view: &View<'_>, id: &str, case: &str) -> Result<bool, OfficeError> {
    let bundle = view.last(&journal::EVIDENCE_SEALED, id)?;
    Ok(bundle.is_some_and(|bundle| state::text(&bundle.entry().body, "case") == Some(case)))
}

impl Office {
    /// Whether the reference `given` for the release of a hold is the one it was placed on,
    /// `before`, or a bundle that holds no other file.
    ///
    /// # Errors
    /// Faults of the register.
    pub fn is_same_proof(&self, given: &str, before: &str) -> Result<bool, OfficeError> {
        Ok(folded(given) == folded(before) || self.adds_nothing(given.trim(), before)?)
    }
}

/// A reference whatever its case, width and spaces.
fn folded(reference: &str) -> String {
    reference.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_the_same_in_another_spelling() {
        assert_eq!(folded("ev-2026-000001 "), folded("ＥＶ-2026-000001"));
        assert_ne!(folded("EV-2026-000001"), folded("EV-2026-000002"));
    }
}
