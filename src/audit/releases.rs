//! Whether every hold was released on something else than what placed it.
//!
//! Owns a replay of the holds along the entries. The office refuses such a release (CH-R290); one
//! that was registered before it did, or by another program, is told here.
//! Source: REQUIREMENTS L119, L141, L339.

use std::collections::BTreeMap;

use super::{AuditFinding, Finding};
use crate::{
    office::{Office, hold, journal, state::text},
    problem::{Report, alone as report},
    register::Entry,
};

/// What a hold was placed or released on.
const GROUNDS: [&str; 2] = ["proof", "instruction"];

/// A hold that stands.
#[derive(Debug)]
struct Placed {
    entry: u64,
    grounds: Vec<String>,
}

/// The holds that stand so far, by case and kind.
#[derive(Debug, Default)]
pub(super) struct Releases {
    standing: BTreeMap<(String, String), Placed>,
    suspect: Vec<(u64, Placed, Vec<String>)>,
}

impl Releases {
    /// Takes in the next entry; one whose signer had not the role counts for nothing, and is told
    /// with the roles.
    pub(super) fn take(&mut self, entry: &Entry, office: &Office) {
        let state = office.state();
        let Some(kind) = text(&entry.body, "hold") else { return };
        let key = (entry.subject.clone(), kind.to_owned());
        if entry.kind == journal::HOLD_PLACED {
            if hold::PLACED_BY.iter().any(|role| state.had_role(entry, *role)) {
                let new = || Placed { entry: entry.seq, grounds: grounds(entry) };
                self.standing.entry(key).or_insert_with(new);
            }
        } else if entry.kind == journal::HOLD_RELEASED
            && state.had_role(entry, hold::RELEASED_BY)
            && hold::release_counts(kind, |member| text(&entry.body, member).is_some())
            && let Some(placed) = self.standing.remove(&key)
            && !placed.grounds.is_empty()
        {
            self.suspect.push((entry.seq, placed, grounds(entry)));
        }
    }

    /// Tells the holds that were released on what placed them.
    pub(super) fn end(
        self,
        office: &Office,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Vec<Report>> {
        for (entry, placed, given) in self.suspect {
            let mut same = false;
            for before in &placed.grounds {
                for given in &given {
                    same |= office.is_same_proof(given, before).map_err(report)?;
                }
            }
            if same {
                let told = AuditFinding::SameProof { entry, placed: placed.entry };
                findings.push(Finding { entry: Some(entry), report: told.into() });
            }
        }
        Ok(())
    }
}

fn grounds(entry: &Entry) -> Vec<String> {
    GROUNDS.iter().filter_map(|name| text(&entry.body, name)).map(str::to_owned).collect()
}
