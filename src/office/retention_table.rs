//! The retention table: which class every archived object is of, by the entry that names it.
//!
//! Bundles and letters are kept through the term of their case. Papers of the office itself (print
//! manifests, keyed statements, signatures over intake files) close on the day they are archived
//! and are kept through the longest term of all principals; a print manifest also as long as any
//! letter in it is held. What others are proved or made again
//! by (packages, fonts, profiles, tokens, evidence records) stands as long as the register.
//! An object of no class stands on no shelf, and an audit says so. Source: REQUIREMENTS 4 (L223),
//! 5 (7).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::Value;

use super::{
    journal,
    retention_state::Shelved,
    state::{digest, text},
};
use crate::{
    digest::Digest,
    register::{Entry, EntryKind, RegisterError, View},
    retention::plan::Sort,
};

/// The case of what belongs to none.
pub const NO_CASE: &str = "-";

/// How long an archived object is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    /// With its bundle, letter or paper: through the term.
    Shelf(Sort),
    /// As long as the register.
    Standing,
}

/// Every member of an entry that names archived objects, and their class.
pub const TABLE: [(EntryKind, &str, Class); 17] = [
    (journal::EVIDENCE_SEALED, "object", Class::Shelf(Sort::Bundle)),
    (journal::LETTER_ISSUED, "pdf", Class::Shelf(Sort::Letter)),
    (journal::LETTER_ISSUED, "record", Class::Shelf(Sort::Letter)),
    (journal::LETTER_RECEIPT, "pdf", Class::Shelf(Sort::Letter)),
    (journal::LETTER_RECEIPT, "record", Class::Shelf(Sort::Letter)),
    (journal::PRINT_VOLUME, "object", Class::Shelf(Sort::Volume)),
    (journal::RECONCILE_DONE, "object", Class::Shelf(Sort::Statement)),
    (journal::INTAKE_VOUCHED, "object", Class::Shelf(Sort::Voucher)),
    (journal::OFFICE_FOUNDED, "font_objects", Class::Standing),
    (journal::PRINCIPAL_PROFILE, "object", Class::Standing),
    (journal::TEMPLATE_APPROVED, "package_object", Class::Standing),
    (journal::LETTER_ISSUED, "package_object", Class::Standing),
    (journal::LETTER_RECEIPT, "package_object", Class::Standing),
    (journal::EVIDENCE_TIMESTAMPED, "object", Class::Standing),
    (journal::EVIDENCE_RENEWED, "object", Class::Standing),
    // A copy given out and a check name the bundle they are of.
    (journal::EVIDENCE_RETRIEVED, "object", Class::Shelf(Sort::Bundle)),
    (journal::EVIDENCE_VERIFIED, "object", Class::Shelf(Sort::Bundle)),
];

/// The class of what `member` of an entry of `kind` names.
#[must_use]
pub fn class(kind: &EntryKind, member: &str) -> Option<Class> {
    let mut table = TABLE.into_iter();
    table.find(|(of, name, _)| of == kind && *name == member).map(|(.., class)| class)
}

/// The papers of the office, and how their numbers begin.
const PAPERS: [(EntryKind, Sort, &str); 3] = [
    (journal::PRINT_VOLUME, Sort::Volume, "PV"),
    (journal::RECONCILE_DONE, Sort::Statement, "ST"),
    (journal::INTAKE_VOUCHED, Sort::Voucher, "VO"),
];

/// The number under which the paper that `entry` archived is kept.
#[must_use]
pub fn paper_id(entry: &Entry) -> Option<String> {
    let found = PAPERS.into_iter().find(|(kind, ..)| *kind == entry.kind);
    found.map(|(.., prefix)| format!("{prefix}-{}", entry.seq))
}

/// Every paper of the office. An object that several entries name is kept for the last of them.
///
/// # Errors
/// Those of the storage.
pub(super) fn papers(
    view: &View<'_>,
    letters: &[Shelved],
    day: &impl Fn(DateTime<FixedOffset>) -> NaiveDate,
) -> Result<Vec<Shelved>, RegisterError> {
    let known: BTreeMap<&str, &Shelved> =
        letters.iter().map(|kept| (kept.id.as_str(), kept)).collect();
    let mut last: BTreeMap<Digest, Shelved> = BTreeMap::new();
    for (kind, sort, _) in &PAPERS {
        for found in view.find(Some(kind), None) {
            let found = found?;
            let entry = found.entry();
            let (Some(object), Some(id)) = (digest(&entry.body, "object"), paper_id(entry)) else {
                continue;
            };
            let mut holding = BTreeSet::new();
            let parties: BTreeSet<&str> = match sort {
                Sort::Statement => [entry.subject.as_str()].into(),
                Sort::Voucher => text(&entry.body, "principal").into_iter().collect(),
                _ => {
                    let letters = letters_of(entry);
                    let told = letters.filter_map(|letter| {
                        holding.insert(letter);
                        let kept = known.get(letter)?;
                        holding.insert(&kept.case);
                        kept.principal.as_deref()
                    });
                    told.collect()
                }
            };
            let archived_on = day(found.recorded_at());
            let paper = Shelved {
                sort: *sort,
                id,
                case: NO_CASE.to_owned(),
                principal: None,
                parties: parties.into_iter().map(str::to_owned).collect(),
                holding: holding.into_iter().map(str::to_owned).collect(),
                archived_on,
                closed_on: Some(archived_on),
                objects: vec![object],
                manifest: object,
                seq: entry.seq,
            };
            if last.get(&object).is_none_or(|before| before.seq < paper.seq) {
                last.insert(object, paper);
            }
        }
    }
    let mut papers: Vec<Shelved> = last.into_values().collect();
    papers.sort_by_key(|paper| paper.seq);
    Ok(papers)
}

/// The letters of a volume.
fn letters_of(entry: &Entry) -> impl Iterator<Item = &str> {
    let letters = entry.body.get("letters").and_then(Value::as_array);
    letters.into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_member_has_two_classes_and_an_unknown_one_has_none() {
        for (at, (kind, member, class_of)) in TABLE.iter().enumerate() {
            assert_eq!(class(kind, member), Some(*class_of));
            assert!(!TABLE[..at].iter().any(|(of, name, _)| of == kind && name == member));
        }
        assert_eq!(class(&journal::CASE_CLOSED, "object"), None);
        assert_eq!(class(&journal::EVIDENCE_SEALED, "pdf"), None);
    }
}
