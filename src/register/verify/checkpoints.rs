//! What checkpoints say, filed ones and those held outside, against the tree of the leaves.
//!
//! Keeps size, root and time of each checkpoint; there are as many as someone signed, which does
//! not grow with the register.

use chrono::{DateTime, FixedOffset};

use super::{
    super::{
        checkpoint::{Note, when_signed},
        error::Result,
        finding::RegisterFinding,
        merkle::Frontier,
        store::Read,
        view::PAGE,
    },
    Against, sound,
};
use crate::digest::Digest;

struct Claim {
    size: u64,
    root: Digest,
    signed_at: Option<DateTime<FixedOffset>>,
    signed: String,
}

/// Genuine checkpoints, by size, and how far they were reached.
pub(super) struct Claims {
    waiting: std::iter::Peekable<std::vec::IntoIter<Claim>>,
    latest: Option<DateTime<FixedOffset>>,
}

impl Claims {
    /// Reads all checkpoints and judges their form and signatures.
    pub(super) fn gather(
        rows: &dyn Read,
        against: &Against<'_>,
        findings: &mut Vec<RegisterFinding>,
    ) -> Result<Self> {
        let mut claims = Vec::new();
        let mut after = 0;
        while let Some(page) = sound(rows.notes(after, PAGE), findings)? {
            let Some(last) = page.last() else { break };
            after = last.id;
            for filed in page {
                let Ok(note) = Note::parse(&filed.note) else {
                    findings.push(RegisterFinding::CheckpointMalformed { place: filed.id });
                    continue;
                };
                if note.checkpoint().size != filed.size {
                    let size = note.checkpoint().size;
                    findings.push(RegisterFinding::CheckpointMisfiled { size });
                }
                claims.extend(genuine(&note, against, findings));
            }
        }
        for note in against.outside {
            claims.extend(genuine(note, against, findings));
        }
        claims.sort_by(|one, other| key(one).cmp(&key(other)));
        // One that is filed, archived and held outside is the same three times.
        claims.dedup_by(|one, other| key(one) == key(other));
        Ok(Self { waiting: claims.into_iter().peekable(), latest: None })
    }

    /// Compares the checkpoints of at most `size` entries with the tree over just as many.
    pub(super) fn reach(
        &mut self,
        size: u64,
        frontier: &Frontier,
        findings: &mut Vec<RegisterFinding>,
    ) {
        while let Some(claim) = self.waiting.next_if(|claim| claim.size <= size) {
            if claim.size != frontier.size() || claim.root != frontier.root() {
                findings.push(RegisterFinding::RootDiffers {
                    size: claim.size,
                    signed: claim.signed.clone(),
                });
            }
            self.latest = self.latest.max(claim.signed_at);
        }
    }

    /// Whether a checkpoint reached so far was signed later than `recorded_at`.
    pub(super) fn signed_after(&self, recorded_at: &DateTime<FixedOffset>) -> bool {
        self.latest.is_some_and(|latest| latest > *recorded_at)
    }

    /// What is left says more than is there, now that all `held` entries were walked.
    pub(super) fn finish(
        self,
        held: u64,
        frontier: &Frontier,
        findings: &mut Vec<RegisterFinding>,
    ) {
        let mut claims = self;
        claims.reach(held, frontier, findings);
        findings.extend(claims.waiting.map(|claim| RegisterFinding::Truncated {
            size: claim.size,
            held,
            signed: claim.signed,
        }));
    }
}

fn key(claim: &Claim) -> (u64, &[u8], Option<DateTime<FixedOffset>>) {
    (claim.size, claim.root.as_bytes().as_slice(), claim.signed_at)
}

fn genuine(
    note: &Note,
    against: &Against<'_>,
    findings: &mut Vec<RegisterFinding>,
) -> Option<Claim> {
    let checkpoint = note.checkpoint();
    let size = checkpoint.size;
    if !against.log.iter().any(|verifier| verifier.admits(note)) {
        findings.push(RegisterFinding::CheckpointNotGenuine { size });
        return None;
    }
    Some(Claim {
        size,
        root: checkpoint.root,
        signed_at: checkpoint.signed_at(),
        signed: when_signed(checkpoint),
    })
}
