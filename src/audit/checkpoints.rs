//! Checkpoints that lie in the archive, by which a register is judged that was cut or put back.
//!
//! Each signed checkpoint is an object of the archive that no entry names; what is one is told by
//! its form. One this register's log key signed counts as one held outside; any other, and a filed
//! one that is not in the archive, is told. Source: SPEC decision 10.

use std::collections::BTreeSet;

use super::{AuditFinding, Finding};
use crate::{
    archive::{ArchiveError, Archived, Listed, Objects as _},
    digest::Digest,
    office::{Office, office_folder::OfficeError},
    problem::{Report, alone as report},
    register::{LogVerifier, Note, when_signed},
};

/// Longest object that is looked at. Those this office signs have some 300 bytes.
const LONGEST: u64 = 1024;

/// What the archive holds of checkpoints.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Those the log's key signed.
    pub(super) notes: Vec<Note>,
    /// All of them by name, others' too.
    pub(super) objects: BTreeSet<Digest>,
}

/// Reads every checkpoint of the archive; tells those that are not this log's.
pub(super) fn kept(
    office: &Office,
    log: &LogVerifier,
    findings: &mut Vec<Finding>,
) -> Result<Kept, Vec<Report>> {
    let fault = |error: ArchiveError| report(OfficeError::from(error));
    let archive = office.archive();
    let mut kept = Kept::default();
    for listed in archive.list().map_err(fault)? {
        let Listed::Object(object) = listed.map_err(fault)? else { continue };
        let Some(note) = note(office, &object).map_err(fault)? else { continue };
        kept.objects.insert(object.digest());
        if log.admits(&note) {
            kept.notes.push(note);
        } else {
            let told = AuditFinding::StrangeCheckpoint {
                object: object.digest(),
                size: note.checkpoint().size,
            };
            findings.push(Finding { entry: None, report: told.into() });
        }
    }
    // What was registered and signed since the register was opened is not missing from it.
    let held = office.view().size().map_err(|error| report(OfficeError::from(error)))?;
    if kept.notes.iter().any(|note| note.checkpoint().size > held) {
        let now = office.size_now().map_err(report)?;
        kept.notes.retain(|note| !(held + 1..=now).contains(&note.checkpoint().size));
    }
    Ok(kept)
}

/// Tells the filed checkpoints that are not among those of the archive.
pub(super) fn missing(
    office: &Office,
    log: &LogVerifier,
    kept: &Kept,
    findings: &mut Vec<Finding>,
) -> Result<(), Vec<Report>> {
    for note in office.view().checkpoints() {
        let note = match note {
            Ok(note) if log.admits(&note) => note,
            // One that cannot be read or is not genuine was told by the register's own check.
            Ok(_) => continue,
            Err(_) if !findings.is_empty() => continue,
            Err(error) => return Err(report(OfficeError::from(error))),
        };
        let object = Digest::of(note.as_str());
        if !kept.objects.contains(&object) {
            let (size, signed) = (note.checkpoint().size, when_signed(note.checkpoint()));
            let told = AuditFinding::CheckpointGone { object, size, signed };
            findings.push(Finding { entry: None, report: told.into() });
        }
    }
    Ok(())
}

/// The checkpoint `object` is, if it is one. What was changed is told with the other objects.
fn note(office: &Office, object: &Archived) -> Result<Option<Note>, ArchiveError> {
    if object.length() > LONGEST {
        return Ok(None);
    }
    match office.archive().read(&object.digest(), LONGEST) {
        Ok(bytes) => Ok(std::str::from_utf8(&bytes).ok().and_then(|text| Note::parse(text).ok())),
        Err(
            ArchiveError::Missing { .. }
            | ArchiveError::Changed { .. }
            | ArchiveError::TooLarge { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}
