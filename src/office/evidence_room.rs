//! Sealing evidence in an office: number, bundle, register entry, archive, retention.
//!
//! Orders the stages: number reserved (`evidence.prepared`) → bundle sealed straight into the
//! archive's staging → `evidence.sealed` (the commit point) → published → `evidence.archived`.
//! What an earlier run left is finished or spoiled by the same code, under the room's lock.

mod authority;
mod kept;
mod problem;

pub use kept::Kept;
use kept::kept;
pub use problem::RoomError;

use std::{
    fs::File,
    ops::ControlFlow,
    path::{Path, PathBuf},
    thread,
};

use chrono::{Datelike as _, Utc};
use serde_json::{Value, json};

use super::{
    Office,
    actor::Actor,
    credentials::{Ask, Credentials},
    export_room::ROOM_LOCK,
    journal, lock,
    occasion::{Occasion, Wanted},
    office_folder::OfficeError,
    operator::Role,
    state::text,
};
use crate::{
    archive::{ArchiveError, ArchiveFinding, Objects as _, StagedFile},
    durable::{self, DurableError},
    evidence::{
        Bundle, BundleFacts, Description, Finding, Intake, Late, Seal, Sealing, Verification,
        container::Limits, verify_late,
    },
    masking::Masking,
    problem::{Report, Severity, alone as report},
    register::{Clock as _, Draft, Recorded, RegisterError},
    retention::{schedule::Schedule, term::Term},
    signing::Random,
};

type Reports<T> = Result<T, Vec<Report>>;

/// What a bundle is about besides itself.
struct About<'a> {
    case: &'a str,
    letter: Option<&'a str>,
    prepared: u64,
}

impl Office {
    /// Seals a folder into a bundle.
    ///
    /// # Errors
    /// Every reason why it was not sealed; nothing half made is left.
    pub fn seal(
        &mut self,
        wanted: Wanted<'_>,
        actor: &Actor,
        credentials: &Credentials,
        ask: &Ask<'_>,
        random: &mut dyn Random,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Reports<(Kept, Seal)> {
        actor.require(Role::Archivist).map_err(report)?;
        let Occasion { case, sorting, visit, window, letter, needs } = self.occasion(&wanted)?;
        let closed = self.takes_in(&case)?;
        let lock = self.room_lock().map_err(report)?;
        self.recover_evidence(actor)?;
        // What is wrong with the folder is told before a number is given.
        let mut intake = Intake::of_folder(wanted.folder, sorting, &Masking::default())?;
        if let Some(named) = window.as_ref().and_then(|window| window.named.as_deref()) {
            intake.bind(named);
        }
        let authority = self.timestamp_authority(credentials, ask)?;
        let prepared = self.prepare_bundle(&case, actor).map_err(report)?;
        let id = text(&prepared.entry().body, "bundle").unwrap_or_default().to_owned();
        let operator = actor.operator().id.clone();
        let description = Description {
            bundle_id: id.clone(),
            case_no: case.clone(),
            organization: self.settings().agency.name.clone(),
            custodian: Some(operator.clone()),
            operator,
            visit,
            window,
            needs,
            ..Description::default()
        };
        let mut nonce = [0; 8];
        random.fill(&mut nonce).map_err(report)?;
        let chain = [self.state().authority.clone()];
        let sealing = Sealing {
            signer: actor.signer(),
            chain: &chain,
            authority: authority.as_ref(),
            nonce: u64::from_be_bytes(nonce) >> 1,
            now: self.now(),
        };
        let writing = self.archive().begin().map_err(|error| report(OfficeError::from(error)))?;
        let sealed = Bundle::open(intake, description)
            .and_then(|open| open.seal_into(writing.file(), writing.path(), &sealing, progress));
        let mut seal = match sealed {
            Ok(seal) => seal,
            Err(reports) => {
                self.spoil_bundle(&id, prepared.seq(), "sealing was refused", actor)?;
                return Err(reports);
            }
        };
        let alike = self.bundles_alike(&seal)?;
        let staged = self
            .archive()
            .written(writing, seal.digest, seal.bytes)
            .map_err(|error| report(OfficeError::from(error)))?;
        let about = About { case: &case, letter: letter.as_deref(), prepared: prepared.seq() };
        let kept = self.keep(&seal, staged, &about, actor)?;
        seal.findings.extend(alike);
        seal.findings.extend(closed);
        drop(lock);
        Ok((kept, seal))
    }

    /// Checks a bundle as it lies in the archive: everything inside, and that it is the one that
    /// was registered under this number. That nothing lies there is a finding like any other.
    ///
    /// # Errors
    /// Where the check itself failed.
    pub fn verify_bundle(&self, bundle: &Kept) -> Reports<Verification> {
        let fault = |error: ArchiveError| report(OfficeError::from(error));
        let anchors = self.evidence_anchors()?;
        let file = match self.archive().open_as_found(&bundle.object) {
            Err(ArchiveError::Missing { .. } | ArchiveError::Changed { .. }) => {
                let lies = self.archive().check(&bundle.object, Some(bundle.bytes));
                let findings = lies.map_err(fault)?.iter().map(lying_finding).collect();
                return Ok(Verification { facts: BundleFacts::default(), findings });
            }
            found => found.map_err(fault)?,
        };
        let (token, lost) = match self.late_token(bundle) {
            Ok(token) => (token, Vec::new()),
            Err(reports) if reports.iter().all(is_finding) => (None, reports),
            Err(reports) => return Err(reports),
        };
        let late = token.as_deref().map(|token| Late { token, bundle: bundle.object });
        let archive = self.archive();
        // Two passes over the same bytes, side by side: what is inside, and the object as a whole.
        let (found, lying) = thread::scope(|scope| {
            let lying = scope.spawn(|| archive.check(&bundle.object, Some(bundle.bytes)));
            let found = verify_late(file, &anchors, Limits::default(), late, &mut |_| {});
            (found, lying.join())
        });
        let mut found = found.map_err(report)?;
        if bundle.time_pending && token.is_none() && lost.is_empty() {
            // Registered so: it waits, and that is no defect.
            found.findings.retain(|finding| finding.report.code.code != "CH-E166");
        }
        let lying = lying.unwrap_or_else(|_| {
            let source = std::io::Error::other("a thread of the check stopped");
            Err(ArchiveError::Io { path: bundle.object.to_string(), source })
        });
        let lying = lying.map_err(fault)?;
        found.findings.extend(lost.into_iter().map(|report| Finding { file: None, report }));
        found.findings.extend(lying.iter().map(lying_finding));
        Ok(found)
    }

    /// Writes a copy of a bundle to `out`.
    ///
    /// # Errors
    /// Where archive or file failed.
    pub fn retrieve(&mut self, bundle: &Kept, out: &Path, actor: &Actor) -> Reports<()> {
        if out.symlink_metadata().is_ok() {
            return Err(report(DurableError::Exists { path: out.display().to_string() }));
        }
        // What is not there, or is not what was sealed, is not retrieved: all of it is read first.
        let whole = self.archive().open_checked(&bundle.object);
        drop(whole.map_err(|error| report(OfficeError::from(error)))?);
        // Registered first: no copy leaves unregistered, whatever fails afterwards.
        let draft = Draft::new(journal::EVIDENCE_RETRIEVED, bundle.id.clone())
            .with("object", bundle.object.to_string());
        self.append(draft, actor).map_err(report)?;
        self.copy_object(&bundle.object, out, |source| report(RoomError::File { source }))
    }

    /// The lock of the evidence room: one command at a time seals, stamps or exports.
    pub(super) fn room_lock(&self) -> Result<File, RoomError> {
        let lock = lock::take(self.paths(), ROOM_LOCK);
        lock.map_err(|source| RoomError::File { source })?.ok_or(RoomError::Busy)
    }

    pub(super) fn staging(&self) -> Result<PathBuf, RoomError> {
        let folder = self.paths().root().join("staging");
        durable::create_folder(&folder).map_err(|source| RoomError::File { source })?;
        Ok(folder)
    }

    fn prepare_bundle(&mut self, case: &str, actor: &Actor) -> Result<Recorded, OfficeError> {
        let clock = *self.clock();
        let year = clock.now().year();
        let committed = self.register()?.transact(|tx| {
            let next = tx.view().next_number(&format!("evidence/{year}"))?;
            let id = format!("EV-{year}-{:06}", next.value());
            let draft = Draft::new(journal::EVIDENCE_PREPARED, id.clone())
                .with("bundle", id)
                .with("case", case)
                .with_number(&next);
            tx.append(draft, actor, &clock)
        })?;
        let recorded = committed.recorded.into_iter().next();
        recorded.ok_or_else(|| RegisterError::Spoiled.into())
    }

    fn keep(
        &mut self,
        seal: &Seal,
        staged: StagedFile,
        about: &About<'_>,
        actor: &Actor,
    ) -> Reports<Kept> {
        let archive_fault = |error: ArchiveError| report(OfficeError::from(error));
        let schedule = Schedule { archived_on: self.today(), closed_on: None, term: Term::FLOOR };
        let keeping = schedule.keeping().map_err(report)?.day();
        let mut draft = Draft::new(journal::EVIDENCE_SEALED, seal.bundle_id.clone())
            .with("prepared", about.prepared)
            .with("case", about.case)
            .with("object", seal.digest.to_string())
            .with("object_bytes", seal.bytes)
            .with("manifest", seal.payload_manifest.to_string())
            .with("files", seal.payload_files)
            .with("payload_bytes", seal.payload_bytes)
            .with("complete", seal.complete)
            .with("self_asserted_time", seal.self_asserted)
            .with("gen_time", seal.gen_time.with_timezone(&Utc).to_rfc3339())
            .with("signer", seal.signer.to_string())
            .with("kept_not_before", keeping.to_string());
        if let Some(visit) = &seal.visit {
            draft = draft.with("visit", visit.clone());
            let recordings = seal.files.all().filter_map(|file| {
                let id = file.recording_id?;
                Some(json!({ "id": id, "kind": file.kind.name(), "sha256": file.digest.to_string() }))
            });
            draft = draft.with("recordings", recordings.collect::<Vec<Value>>());
        }
        if let Some(letter) = about.letter {
            draft = draft.with("letter", letter);
        }
        if seal.time_pending {
            draft = draft.with("time_pending", true);
        }
        let entry = self.append(draft, actor).map_err(report)?;
        self.archive().publish(staged).map_err(archive_fault)?;
        self.complete_bundle(&seal.bundle_id, entry.seq(), actor).map_err(report)?;
        kept(&entry).ok_or_else(|| report(RoomError::Unknown))
    }

    fn complete_bundle(&mut self, id: &str, sealed: u64, actor: &Actor) -> Result<(), OfficeError> {
        let draft = Draft::new(journal::EVIDENCE_ARCHIVED, id).with("sealed", sealed);
        self.append_once(draft, actor)?;
        Ok(())
    }

    fn spoil_bundle(
        &mut self,
        id: &str,
        prepared: u64,
        reason: &str,
        actor: &Actor,
    ) -> Reports<()> {
        let draft = Draft::new(journal::EVIDENCE_SPOILED, id)
            .with("prepared", prepared)
            .with("reason", reason);
        self.append_once(draft, actor).map_err(report)?;
        Ok(())
    }

    /// Finishes or spoils the newest bundle; under the room's lock only it can be unfinished.
    fn recover_evidence(&mut self, actor: &Actor) -> Reports<()> {
        let fault = |error: RegisterError| report(OfficeError::from(error));
        let view = self.view();
        let newest = view.last_place(&journal::EVIDENCE_PREPARED).map_err(fault)?;
        let prepared = newest.map(|seq| view.get(seq)).transpose().map_err(fault)?.flatten();
        if let Some(prepared) = prepared {
            let id = prepared.entry().subject.clone();
            let sealed = view.last(&journal::EVIDENCE_SEALED, &id).map_err(fault)?;
            let archived = view.last(&journal::EVIDENCE_ARCHIVED, &id).map_err(fault)?;
            let spoiled = view.last(&journal::EVIDENCE_SPOILED, &id).map_err(fault)?;
            match (sealed, archived, spoiled) {
                (Some(_), Some(_), _) | (None, _, Some(_)) => {}
                (Some(sealed), None, _) => {
                    self.settle_staged().map_err(report)?;
                    self.complete_bundle(&id, sealed.seq(), actor).map_err(report)?;
                }
                (None, ..) => {
                    self.settle_staged().map_err(report)?;
                    self.spoil_bundle(&id, prepared.seq(), "cut off before it was sealed", actor)?;
                }
            }
        }
        Ok(())
    }
}

/// What is wrong with the object in a bundle's place.
fn lying_finding(lies: &ArchiveFinding) -> Finding {
    Finding { file: None, report: Report::of(lies) }
}

fn is_finding(report: &Report) -> bool {
    report.code.severity == Severity::Finding
}
