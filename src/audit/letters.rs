//! Whether entries follow from each other, and were signed in the right role.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{AuditFinding, Finding};
use crate::{
    office::{
        journal,
        operator::Role,
        state::{State, text},
    },
    register::{Entry, EntryKind},
};

/// What only a clerk registers. Source: REQUIREMENTS L205.
const BY_CLERK: [EntryKind; 7] = [
    journal::LETTER_DISPATCHED,
    journal::LETTER_RETURNED,
    journal::LETTER_REPLIED,
    journal::LETTER_ANSWERED,
    journal::LETTER_VOIDED,
    journal::LETTER_RECEIPT,
    journal::RECONCILE_DONE,
];
/// What the agents who carry a letter register as well.
const BY_CLERK_OR_AGENT: [EntryKind; 2] = [journal::LETTER_DELIVERED, journal::LETTER_REPRINTED];

/// What is prepared and not yet issued, sealed or spoiled; what is issued and not yet archived.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    prepared: BTreeMap<u64, String>,
    finished: BTreeSet<String>,
    issued: BTreeMap<u64, String>,
    letters: BTreeSet<String>,
}

impl Sequence {
    /// Takes in the next entry.
    pub(super) fn take(&mut self, entry: &Entry, state: &State, found: &mut Vec<Finding>) {
        role(entry, state, found);
        let kind = &entry.kind;
        let rests_on = |name: &str| entry.body.get(name).and_then(Value::as_u64);
        let begun = [&journal::LETTER_PREPARED, &journal::EVIDENCE_PREPARED];
        let finished = [&journal::LETTER_ISSUED, &journal::EVIDENCE_SEALED];
        let spoiled = [&journal::LETTER_SPOILED, &journal::EVIDENCE_SPOILED];
        if begun.contains(&kind) {
            let number = text(&entry.body, "number").or_else(|| text(&entry.body, "bundle"));
            self.prepared.insert(entry.seq, number.unwrap_or_default().to_owned());
        } else if finished.contains(&kind) || spoiled.contains(&kind) {
            let prepared = rests_on("prepared").and_then(|seq| self.prepared.remove(&seq));
            if prepared.as_deref() != Some(&entry.subject) {
                found.push(sequence(entry));
            }
            if *kind == journal::LETTER_ISSUED {
                self.letters.insert(entry.subject.clone());
            }
            if finished.contains(&kind) {
                self.issued.insert(entry.seq, entry.subject.clone());
                if !self.finished.insert(entry.subject.clone()) {
                    found.push(sequence(entry));
                }
            }
        } else if (BY_CLERK.contains(kind) || BY_CLERK_OR_AGENT.contains(kind))
            && *kind != journal::RECONCILE_DONE
        {
            // Nothing happens to a letter before it is issued.
            if !self.letters.contains(&entry.subject) {
                found.push(sequence(entry));
            }
        } else if *kind == journal::LETTER_ARCHIVED || *kind == journal::EVIDENCE_ARCHIVED {
            let issued = rests_on("issued").or_else(|| rests_on("sealed"));
            let issued = issued.and_then(|seq| self.issued.remove(&seq));
            if issued.as_deref() != Some(&entry.subject) {
                found.push(sequence(entry));
            }
        }
    }

    /// Tells what was left unfinished.
    pub(super) fn end(self, found: &mut Vec<Finding>) {
        for entry in self.prepared.into_keys().chain(self.issued.into_keys()) {
            let report = AuditFinding::Unfinished { entry }.into();
            found.push(Finding { entry: Some(entry), report });
        }
    }
}

fn sequence(entry: &Entry) -> Finding {
    let report = AuditFinding::Sequence { entry: entry.seq }.into();
    Finding { entry: Some(entry.seq), report }
}

/// The role that an entry of this kind takes, where it is one.
fn role(entry: &Entry, state: &State, found: &mut Vec<Finding>) {
    let kind = &entry.kind;
    let administrators = [
        &journal::OFFICE_FOUNDED,
        &journal::OPERATOR_ENROLLED,
        &journal::OPERATOR_REVOKED,
        &journal::PRINCIPAL_PINNED,
        &journal::PRINCIPAL_PROFILE,
        &journal::HOLD_RELEASED,
        &journal::CASE_CONTACT_WITHDRAWN,
        &journal::RETENTION_RELEASED,
    ];
    let archivists = [
        &journal::EVIDENCE_PREPARED,
        &journal::EVIDENCE_SEALED,
        &journal::EVIDENCE_DISPOSED,
        &journal::LETTER_DISPOSED,
        &journal::RETENTION_DISPOSED,
        &journal::RETENTION_DESTROYED,
        &journal::EVIDENCE_EXPORTED,
        &journal::EVIDENCE_TIMESTAMPED,
        &journal::EVIDENCE_RENEWED,
        &journal::EVIDENCE_STAMPED,
    ];
    let wanted: &[Role] = if administrators.contains(&kind) {
        &[Role::Administrator]
    } else if archivists.contains(&kind) {
        &[Role::Archivist]
    } else if *kind == journal::LETTER_ISSUED {
        issuers(text(&entry.body, "template").unwrap_or_default())
    } else if BY_CLERK_OR_AGENT.contains(kind) {
        &[Role::Clerk, Role::Agent]
    } else if BY_CLERK.contains(kind) {
        &[Role::Clerk]
    } else if *kind == journal::CASE_CLOSED || *kind == journal::CASE_REOPENED {
        &[Role::Clerk, Role::Administrator]
    } else if *kind == journal::TEMPLATE_WITHDRAWN {
        &[Role::Approver]
    } else {
        return;
    };
    if !wanted.iter().any(|role| state.had_role(entry, *role))
        && let Some(role) = wanted.first()
    {
        let report = AuditFinding::Role { entry: entry.seq, role: role.name() }.into();
        found.push(Finding { entry: Some(entry.seq), report });
    }
}

/// Who issues documents of `kind`: certificates are the archivist's, audit reports the auditor's, all
/// else the clerk's and the agents'.
fn issuers(kind: &str) -> &'static [Role] {
    match kind {
        "archive_certificate" | "destruction_certificate" => &[Role::Archivist],
        "audit_report" => &[Role::Auditor],
        _ => &[Role::Clerk, Role::Agent],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        office::embedded,
        template::package::{self, Package},
    };

    #[test]
    fn every_document_is_issued_by_whom_the_audit_expects() {
        let folder = tempfile::tempdir().unwrap();
        let templates = folder.path().join("templates");
        embedded::write_templates(&templates).unwrap();
        for id in package::list(&templates).unwrap() {
            let package = Package::load(&templates, &id).unwrap();
            assert!(issuers(&id).contains(&package.metadata().issuer.role()), "{id}");
        }
    }
}
