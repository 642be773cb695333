//! Whether everything archived stands on a shelf of the retention table.
//!
//! Owns the classes of the objects along the entries; what is of none, or should stand on a shelf
//! and does not, is told once. What was left unfinished was told as that.
//! Source: REQUIREMENTS 4 (L223): every document is registered and kept at least five years.

use std::collections::{BTreeMap, BTreeSet};

use super::{AuditFinding, Finding};
use crate::{
    digest::Digest,
    office::{
        Office, journal,
        retention_table::{Class, class},
    },
    problem::{Report, alone as report},
    register::Entry,
    retention::disposal::DisposalPermit,
};

/// What the entries say of objects so far.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Objects that a shelf must hold, with the entry and number that named them first.
    shelved: BTreeMap<Digest, (u64, String)>,
    /// Objects that stand as long as the register.
    permanent: BTreeSet<Digest>,
    /// Objects of no class.
    unknown: BTreeMap<Digest, u64>,
    /// Numbers of letters and bundles that were archived; only these have a term.
    archived: BTreeSet<String>,
}

impl Standing {
    /// Notes what an entry says was archived.
    pub(super) fn see(&mut self, entry: &Entry) {
        if entry.kind == journal::LETTER_ARCHIVED || entry.kind == journal::EVIDENCE_ARCHIVED {
            self.archived.insert(entry.subject.clone());
        }
    }

    /// Takes in that `member` of `entry` names `object`.
    pub(super) fn take(&mut self, entry: &Entry, member: &str, object: Digest) {
        match class(&entry.kind, member) {
            Some(Class::Standing) => {
                self.permanent.insert(object);
            }
            Some(Class::Shelf(_)) => {
                self.shelved.entry(object).or_insert((entry.seq, entry.subject.clone()));
            }
            None => {
                self.unknown.entry(object).or_insert(entry.seq);
            }
        }
    }

    /// Tells what stands on no shelf.
    pub(super) fn end(
        self,
        office: &Office,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Vec<Report>> {
        let shelves = office.shelves().map_err(report)?;
        let mut held: BTreeSet<Digest> = self.permanent;
        held.extend(shelves.kept.iter().flat_map(|kept| kept.objects.iter().copied()));
        for gone in shelves.disposed.values() {
            let permit = DisposalPermit::of(&gone.entry);
            held.extend(permit.iter().flat_map(|permit| permit.objects().iter().copied()));
        }
        let archived = self.archived;
        let unshelved = self.shelved.into_iter().filter_map(|(object, (seq, subject))| {
            let is_missing = !held.contains(&object);
            (is_missing && (archived.contains(&subject) || !is_numbered(office, seq)))
                .then_some((object, seq))
        });
        let unknown = self.unknown.into_iter().filter(|(object, _)| !held.contains(object));
        for (object, entry) in unshelved.chain(unknown) {
            let told = AuditFinding::NoShelf { object, entry };
            findings.push(Finding { entry: Some(entry), report: told.into() });
        }
        Ok(())
    }
}

/// Whether the entry at `seq` is of a letter or bundle, which is archived by an entry of its own.
fn is_numbered(office: &Office, seq: u64) -> bool {
    let found = office.view().get(seq).ok().flatten();
    found.is_some_and(|found| {
        let kind = &found.entry().kind;
        *kind == journal::LETTER_ISSUED
            || *kind == journal::LETTER_RECEIPT
            || *kind == journal::EVIDENCE_SEALED
    })
}
