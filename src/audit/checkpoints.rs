//! Checkpoints that lie in the archive, by which a register is judged that was cut or put back.
//!
//! Owns the one pass over the names in the archive. Each signed checkpoint is an object of the archive that no entry names; what is one is told by
//! its form. One this register's log key signed counts as one held outside; any other, and a filed
//! one that is not in the archive, is told. Source: SPEC decision 10.

use std::collections::BTreeSet;

use super::{AuditFinding, Finding};
use crate::{
    archive::{ArchiveError, ArchiveFinding, Archived, Listed, Objects as _},
    digest::Digest,
    office::{Office, office_folder::OfficeError},
    problem::{Report, alone as report},
    register::{LogVerifier, Note, when_signed},
};

/// Longest object that is looked at. Those this office signs have some 300 bytes.
const LONGEST: u64 = 1024;

/// What lies in the archive, with its checkpoints.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Those the log's key signed.
    pub(super) notes: Vec<Note>,
    /// All of them by name, others' too.
    pub(super) objects: BTreeSet<Digest>,
    /// Every other object by name, checked or not.
    pub(super) others: Vec<Digest>,
    /// What is no object.
    pub(super) foreign: Vec<ArchiveFinding>,
}

/// Goes through the archive and reads every checkpoint; tells those that are not this log's. Without
/// its key none is judged.
pub(super) fn kept(
    office: &Office,
    log: Option<&LogVerifier>,
    findings: &mut Vec<Finding>,
) -> Result<Kept, Vec<Report>> {
    let fault = |error: ArchiveError| report(OfficeError::from(error));
    let archive = office.archive();
    let mut kept = Kept::default();
    for listed in archive.list().map_err(fault)? {
        let object = match listed.map_err(fault)? {
            Listed::Object(object) => object,
            Listed::Foreign(finding) => {
                kept.foreign.push(finding);
                continue;
            }
        };
        let Some(note) = note(office, &object) else {
            kept.others.push(object.digest());
            continue;
        };
        kept.objects.insert(object.digest());
        let Some(log) = log else { continue };
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
    log: Option<&LogVerifier>,
    kept: &Kept,
    findings: &mut Vec<Finding>,
) -> Result<(), Vec<Report>> {
    let Some(log) = log else { return Ok(()) };
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

/// The checkpoint `object` is, if it is one. What was changed or cannot be read is told with the
/// other objects.
fn note(office: &Office, object: &Archived) -> Option<Note> {
    if object.length() > LONGEST {
        return None;
    }
    let bytes = office.archive().read(&object.digest(), LONGEST).ok()?;
    Note::parse(std::str::from_utf8(&bytes).ok()?).ok()
}
