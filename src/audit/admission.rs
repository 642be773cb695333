//! Whether each letter's template was approved by both sides when the letter was issued.
//!
//! Owns a replay of the register along the entries: each `letter.issued` is judged by what the
//! entries before it say, as the desk that issued it had to. Source: SPEC promise 1; REQUIREMENTS
//! 1 (L209).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{AuditFinding, Finding};
use crate::{
    digest::Digest,
    office::{
        journal,
        state::{State, digest, text},
    },
    problem::Report,
    register::Entry,
};

/// What a prepared letter claims to be made with.
#[derive(Debug)]
struct Claim {
    template: String,
    package: Option<Digest>,
    principal: String,
}

/// What the register has said so far.
#[derive(Debug)]
pub(super) struct Admission {
    state: Option<State>,
    claims: BTreeMap<u64, Claim>,
}

impl Admission {
    /// Begins with the first entry, or with what stands in for a founding entry that cannot be read.
    pub(super) fn beginning(stand_in: Option<&State>) -> Self {
        Self { state: stand_in.cloned(), claims: BTreeMap::new() }
    }

    /// Takes in the next entry.
    pub(super) fn take(&mut self, entry: &Entry, found: &mut Vec<Finding>) {
        let body = &entry.body;
        let Some(state) = &mut self.state else {
            // A register that begins otherwise was told by the register's own check.
            self.state = State::founded(entry).ok();
            return;
        };
        if entry.kind == journal::LETTER_PREPARED {
            let claim = Claim {
                template: text(body, "template").unwrap_or_default().to_owned(),
                package: digest(body, "package"),
                principal: text(body, "principal").unwrap_or_default().to_owned(),
            };
            self.claims.insert(entry.seq, claim);
        } else if entry.kind == journal::LETTER_ISSUED {
            let prepared = body.get("prepared").and_then(Value::as_u64);
            // Without its preparation it is told with the order of entries.
            let Some(claim) = prepared.and_then(|seq| self.claims.remove(&seq)) else { return };
            let day = entry.recorded_at.date_naive();
            let judged = state.approvals.stand(
                &claim.template,
                &claim.package.unwrap_or_else(|| Digest::of(b"")),
                &claim.principal,
                day,
                &entry.certificate,
            );
            if let Err(refusal) = judged {
                let report = Report::quoting(&refusal.into(), |why| AuditFinding::Unapproved {
                    entry: entry.seq,
                    why: why.to_owned(),
                });
                found.push(Finding { entry: Some(entry.seq), report });
            }
        } else if entry.kind == journal::LETTER_SPOILED {
            if let Some(prepared) = body.get("prepared").and_then(Value::as_u64) {
                self.claims.remove(&prepared);
            }
        } else {
            state.apply(entry);
        }
    }
}
