//! What the times of the register say of the office's clock.
//!
//! Entries never go back: the register refuses them, and its own check tells one that did. A clock
//! that was moved forward shows otherwise: the newest entry lies ahead of the machine that checks,
//! or years lie between two entries. Source: REQUIREMENTS 4 (L301); SPEC "No command sets the time
//! something is registered".

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::{AuditFinding, Finding};
use crate::{
    office::{Office, office_folder::OfficeError},
    problem::{Report, alone as report},
    register::Entry,
};

/// How far clocks of two machines may lie apart.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// Silence that is worth telling.
const SILENCE: TimeDelta = TimeDelta::days(366);

/// Whether the register is ahead of the clock of whoever checks.
pub(super) fn ahead(office: &Office) -> Result<Option<Finding>, Vec<Report>> {
    let newest = office.view().newest().map_err(|error| report(OfficeError::from(error)))?;
    let Some(newest) = newest else { return Ok(None) };
    let now = office.now();
    if newest.recorded_at() <= now + TOLERANCE {
        return Ok(None);
    }
    let entry = newest.seq();
    let told =
        AuditFinding::Ahead { entry, recorded_at: shown(newest.recorded_at()), now: shown(now) };
    Ok(Some(Finding { entry: Some(entry), report: told.into() }))
}

/// The long silences between entries.
#[derive(Debug, Default)]
pub(super) struct Silences {
    last: Option<(u64, DateTime<FixedOffset>)>,
}

impl Silences {
    /// Takes in the next entry; answers what is to be told of the time since the one before.
    pub(super) fn take(&mut self, entry: &Entry) -> Option<Report> {
        let before = self.last.replace((entry.seq, entry.recorded_at));
        let (seq, at) = before?;
        (entry.recorded_at - at > SILENCE).then(|| {
            let (before, entry, days) = (seq, entry.seq, (entry.recorded_at - at).num_days());
            AuditFinding::Silence { before, entry, days }.into()
        })
    }
}

fn shown(time: DateTime<FixedOffset>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}
