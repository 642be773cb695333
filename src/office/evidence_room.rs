//! Sealing evidence in an office: number, bundle, register entry, archive, retention.
//!
//! Orders the stages: number reserved (`evidence.prepared`) → bundle sealed in the office's staging
//! folder → staged in the archive → `evidence.sealed` (the commit point) → published →
//! `evidence.archived`. What an earlier run left is finished or spoiled by the same code, under the
//! room's lock.

use std::{fs::File, ops::ControlFlow, path::Path};

use chrono::{Datelike as _, NaiveDate, Utc};
use serde_json::Value;

use super::{
    Office,
    actor::Actor,
    credentials::{Ask, Credentials, Service},
    journal,
    office_folder::OfficeError,
    operator::Role,
    state::{digest, text},
};
use crate::{
    archive::{ArchiveError, Objects as _, Stage as _},
    digest::Digest,
    durable::{self, DurableError},
    evidence::{
        Bundle, Description, Finding, Intake, Kind, Late, Seal, Sealing, Sorting, Verification,
        container::Limits, verify_late,
    },
    masking::{Masking, mask_text},
    problem::{Report, alone as report},
    register::{Clock as _, Draft, Recorded, RegisterError},
    retention::{schedule::Schedule, term::Term},
    signing::{
        Random, TimestampAuthority, TrustAnchors,
        certificate::Certificate,
        timestamp::{HttpAuthority, LocalAuthority, TimestampError},
    },
};

/// Policy of the office's own timestamps: self-asserted time. The arc is the one kept for examples
/// (RFC 5612), so that nobody takes it for a registered policy.
const OWN_POLICY: &str = "1.3.6.1.4.1.32473.1.1";
/// Largest certificate file, in bytes.
const ANCHOR_LIMIT: u64 = 256 * 1024;

crate::problems! {
    /// Why evidence was not sealed or cannot be shown.
    pub enum RoomError {
        /// No such bundle.
        Unknown = "CH-E090", Input,
            "no bundle of that number" => "check the number; `chancery evidence list` shows all",
            "没有该编号的证据包" => "请核对编号；`chancery evidence list` 列出全部";
        /// The kind is none.
        Kind = "CH-E091", Input,
            "that is no kind of evidence" => "use auto, door_plate, address_check, audio, video, photo, signed_copy, acknowledgement, call_recording, letter, statement, training or other",
            "没有该种类的证据" => "请使用 auto、door_plate、address_check、audio、video、photo、signed_copy、acknowledgement、call_recording、letter、statement、training 或 other";
        /// Another process seals.
        Busy = "CH-E092", Fault,
            "another command is sealing in this office" => "wait until it is done and run the same command again",
            "本办公室正有其他命令在封存" => "请待其完成后再执行同一命令";
        /// The timestamp authority cannot be used.
        Authority { source: TimestampError } = "CH-E093", Fault,
            "the timestamp authority cannot be used: {source}" => "check its address and certificate in office.toml",
            "时间戳机构无法使用：{source}" => "请检查 office.toml 中的地址与证书";
        /// A file failed.
        File { source: DurableError } = "CH-E094", Fault,
            "a file of the office cannot be used: {source}" => "check the folder, its permissions and the disk",
            "办公室文件无法使用：{source}" => "请检查目录、权限与磁盘";
        /// The case number is a card or identity number.
        CaseNumber = "CH-E095", Refusal,
            "the case number looks like a card or identity number" => "give the case's own number",
            "案号形似卡号或证件号码" => "请填写案件自身的编号";
    }
}

type Reports<T> = Result<T, Vec<Report>>;

/// A sealed bundle of the office.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its number.
    pub id: String,
    /// The case it belongs to.
    pub case: String,
    /// Digest of the whole file, and its name in the archive.
    pub object: Digest,
    /// Length of the whole file.
    pub bytes: u64,
    /// Files of its payload.
    pub files: u64,
    /// Digest of the payload manifest.
    pub manifest: Digest,
    /// Whether everything is there that its occasion needs.
    pub complete: bool,
    /// Whether its time is only the office's own word.
    pub self_asserted: bool,
    /// Time of the token; of the signature while the token is pending.
    pub gen_time: String,
    /// Whether it was sealed without a token, because the authority was absent.
    pub time_pending: bool,
    /// Day through which it is kept at least, while its case is open.
    pub kept_not_before: NaiveDate,
    /// Register entry.
    pub seq: u64,
}

/// What is to be sealed.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Folder of files.
    pub folder: &'a Path,
    /// Case number.
    pub case: &'a str,
    /// One kind for all files, or `auto` for kinds by subfolder.
    pub kind: &'a str,
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
        let case = mask_text(wanted.case, &Masking::default()).text;
        if case != wanted.case {
            return Err(report(RoomError::CaseNumber));
        }
        let sorting = match wanted.kind {
            "auto" => Sorting::BySubfolder,
            kind => Sorting::As(kind.parse::<Kind>().map_err(|_| report(RoomError::Kind))?),
        };
        let lock = self.room_lock().map_err(report)?;
        self.recover_evidence(actor)?;
        // What is wrong with the folder is told before a number is given.
        let intake = Intake::of_folder(wanted.folder, sorting, &Masking::default())?;
        let authority = self.timestamp_authority(credentials, ask)?;
        let prepared = self.prepare_bundle(&case, actor).map_err(report)?;
        let id = text(&prepared.entry().body, "bundle").unwrap_or_default().to_owned();
        let needs = match sorting {
            Sorting::BySubfolder => vec![Kind::Audio, Kind::Video],
            Sorting::As(_) => Vec::new(),
        };
        let operator = actor.operator().id.clone();
        let description = Description {
            bundle_id: id.clone(),
            case_no: case.clone(),
            organization: self.settings().agency.name.clone(),
            custodian: Some(operator.clone()),
            operator,
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
        let staging = self.staging().map_err(report)?.join(format!("{id}.asice"));
        let sealed = Bundle::open(intake, description)
            .and_then(|open| open.seal(&staging, &sealing, progress));
        let sealed = match sealed {
            Ok(sealed) => sealed,
            Err(reports) => {
                self.spoil_bundle(&id, prepared.seq(), "sealing was refused", actor)?;
                return Err(reports);
            }
        };
        let kept = self.keep(&sealed, &case, prepared.seq(), actor)?;
        std::fs::remove_file(sealed.path())
            .map_err(durable::at(sealed.path()))
            .map_err(|source| report(RoomError::File { source }))?;
        drop(lock);
        Ok((kept, sealed.seal().clone()))
    }

    /// Every bundle the register holds.
    ///
    /// # Errors
    /// [`OfficeError::Register`].
    pub fn bundles(&self) -> Result<Vec<Kept>, OfficeError> {
        let mut all = Vec::new();
        for entry in self.view().find(Some(&journal::EVIDENCE_SEALED), None) {
            all.extend(kept(&entry?));
        }
        Ok(all)
    }

    /// Bundle `id`.
    ///
    /// # Errors
    /// [`RoomError::Unknown`], [`OfficeError::Register`].
    pub fn bundle(&self, id: &str) -> Reports<Kept> {
        let entry = self
            .view()
            .last(&journal::EVIDENCE_SEALED, id)
            .map_err(|error| report(OfficeError::from(error)))?;
        entry.as_ref().and_then(kept).ok_or_else(|| report(RoomError::Unknown))
    }

    /// Checks a bundle as it lies in the archive: everything inside, and that it is the one that
    /// was registered under this number.
    ///
    /// # Errors
    /// Where the check itself failed.
    pub fn verify_bundle(&self, bundle: &Kept) -> Reports<Verification> {
        let fault = |error: ArchiveError| report(OfficeError::from(error));
        let anchors = self.evidence_anchors()?;
        let file = self.archive().open_as_found(&bundle.object).map_err(fault)?;
        let token = self.late_token(bundle)?;
        let late = token.as_deref().map(|token| Late { token, bundle: bundle.object });
        let mut found =
            verify_late(file, &anchors, Limits::default(), late, &mut |_| {}).map_err(report)?;
        if bundle.time_pending && token.is_none() {
            // Registered so: it waits, and that is no defect.
            found.findings.retain(|finding| finding.report.code.code != "CH-E166");
        }
        let lying = self.archive().check(&bundle.object, Some(bundle.bytes)).map_err(fault)?;
        found
            .findings
            .extend(lying.iter().map(|lies| Finding { file: None, report: Report::of(lies) }));
        Ok(found)
    }

    /// Writes a copy of a bundle to `out`.
    ///
    /// # Errors
    /// Where archive or file failed.
    pub fn retrieve(&mut self, bundle: &Kept, out: &Path, actor: &Actor) -> Reports<()> {
        if out.symlink_metadata().is_ok() {
            let source = DurableError::Exists { path: out.display().to_string() };
            return Err(report(RoomError::File { source }));
        }
        let mut reader = self
            .archive()
            .open(&bundle.object)
            .map_err(|error| report(OfficeError::from(error)))?;
        // Registered first: no copy leaves unregistered, whatever fails afterwards.
        let draft = Draft::new(journal::EVIDENCE_RETRIEVED, bundle.id.clone())
            .with("object", bundle.object.to_string());
        self.append(draft, actor).map_err(report)?;
        durable::write_new_from(out, &mut reader)
            .map_err(|source| report(RoomError::File { source }))
    }

    /// Whom evidence of this office is judged by: its own authority, and the outside timestamp
    /// authority if one is set.
    ///
    /// # Errors
    /// [`RoomError`].
    pub fn evidence_anchors(&self) -> Reports<TrustAnchors> {
        let mut anchors = self.state().agency_anchors();
        for certificate in self.timestamp_anchor()?.certificates() {
            anchors.add(certificate.clone());
        }
        Ok(anchors)
    }

    fn timestamp_anchor(&self) -> Reports<TrustAnchors> {
        let Some(file) = &self.settings().timestamp.anchor else {
            return Ok(TrustAnchors::default());
        };
        let path = self.paths().root().join(file);
        let pem = durable::read(&path, ANCHOR_LIMIT)
            .map_err(|source| report(RoomError::File { source }))?;
        TrustAnchors::from_pem(&String::from_utf8_lossy(&pem)).map_err(report)
    }

    pub(super) fn timestamp_authority(
        &self,
        credentials: &Credentials,
        ask: &Ask<'_>,
    ) -> Reports<Box<dyn TimestampAuthority>> {
        if let Some(url) = &self.settings().timestamp.url {
            let authority = HttpAuthority::new(url.clone(), self.timestamp_anchor()?)
                .map_err(|source| report(RoomError::Authority { source }))?
                .queueing(self.settings().timestamp.queue.unwrap_or(true));
            return Ok(Box::new(authority));
        }
        let credential =
            self.service(Service::TimestampAuthority, credentials, ask).map_err(report)?;
        let chain: Vec<Certificate> = vec![self.state().authority.clone()];
        let authority = LocalAuthority::new(credential, chain, OWN_POLICY)
            .map_err(|source| report(RoomError::Authority { source }))?;
        Ok(Box::new(authority))
    }

    pub(super) fn room_lock(&self) -> Result<File, RoomError> {
        let path = self.paths().root().join("register").join("sealing.lock");
        let fault = |error| RoomError::File { source: durable::at(&path)(error) };
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => Err(RoomError::Busy),
            Err(std::fs::TryLockError::Error(error)) => {
                Err(RoomError::File { source: durable::at(&path)(error) })
            }
        }
    }

    pub(super) fn staging(&self) -> Result<std::path::PathBuf, RoomError> {
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
        sealed: &Bundle<crate::evidence::Sealed>,
        case: &str,
        prepared: u64,
        actor: &Actor,
    ) -> Reports<Kept> {
        let seal = sealed.seal();
        let file = File::open(sealed.path())
            .map_err(durable::at(sealed.path()))
            .map_err(|source| report(RoomError::File { source }))?;
        let archive_fault = |error: ArchiveError| report(OfficeError::from(error));
        let staged = self.archive().stage(&mut &file).map_err(archive_fault)?;
        if staged.digest() != seal.digest {
            return Err(archive_fault(ArchiveError::Changed { digest: seal.digest }));
        }
        let schedule = Schedule { archived_on: self.today(), closed_on: None, term: Term::FLOOR };
        let keeping = schedule.keeping().map_err(report)?.day();
        let draft = Draft::new(journal::EVIDENCE_SEALED, seal.bundle_id.clone())
            .with("prepared", prepared)
            .with("case", case)
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
        let draft = if seal.time_pending { draft.with("time_pending", true) } else { draft };
        let entry = self.append(draft, actor).map_err(report)?;
        self.archive().publish(staged).map_err(archive_fault)?;
        self.complete_bundle(&seal.bundle_id, entry.seq(), actor).map_err(report)?;
        kept(&entry).ok_or_else(|| report(RoomError::Unknown))
    }

    fn complete_bundle(&mut self, id: &str, sealed: u64, actor: &Actor) -> Result<(), OfficeError> {
        let draft = Draft::new(journal::EVIDENCE_ARCHIVED, id).with("sealed", sealed);
        let clock = *self.clock();
        self.register()?.append_once(draft, actor, &clock)?;
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
        let clock = *self.clock();
        let register = self.register().map_err(report)?;
        register
            .append_once(draft, actor, &clock)
            .map_err(|error| report(OfficeError::from(error)))?;
        Ok(())
    }

    /// Archives the sealed bundle that a cut-off command left at `path`, if it is `object`.
    fn put_left(&self, path: &Path, object: &Digest) -> Reports<()> {
        let fault = |error: ArchiveError| report(OfficeError::from(error));
        let missing = || fault(ArchiveError::Missing { digest: *object });
        let mut file = durable::open_regular(path).map_err(|_| missing())?;
        let staged = self.archive().stage(&mut file).map_err(fault)?;
        if staged.digest() != *object {
            self.archive().discard(staged).map_err(fault)?;
            return Err(missing());
        }
        self.archive().publish(staged).map_err(fault)?;
        Ok(())
    }

    /// Finishes or spoils the newest bundle; under the room's lock only it can be unfinished.
    fn recover_evidence(&mut self, actor: &Actor) -> Reports<()> {
        let fault = |error: RegisterError| report(OfficeError::from(error));
        let archive_fault = |error: ArchiveError| report(OfficeError::from(error));
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
                    if let Some(object) = digest(&sealed.entry().body, "object")
                        && !self.archive().contains(&object).map_err(archive_fault)?
                    {
                        // The bundle itself may still stand where it was sealed.
                        let left = self.paths().root().join("staging").join(format!("{id}.asice"));
                        self.put_left(&left, &object)?;
                    }
                    self.complete_bundle(&id, sealed.seq(), actor).map_err(report)?;
                }
                (None, ..) => {
                    self.spoil_bundle(&id, prepared.seq(), "cut off before it was sealed", actor)?;
                }
            }
        }
        // A bundle without an end record is none: what lies in staging is of no use to anybody.
        let staging = self.paths().root().join("staging");
        if let Ok(entries) = std::fs::read_dir(&staging) {
            for entry in entries.flatten() {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

fn kept(entry: &Recorded) -> Option<Kept> {
    let body = &entry.entry().body;
    let number = |name| body.get(name).and_then(Value::as_u64);
    let flag = |name| body.get(name).and_then(Value::as_bool);
    Some(Kept {
        id: entry.entry().subject.clone(),
        case: text(body, "case")?.to_owned(),
        object: digest(body, "object")?,
        bytes: number("object_bytes")?,
        files: number("files")?,
        manifest: digest(body, "manifest")?,
        complete: flag("complete")?,
        self_asserted: flag("self_asserted_time")?,
        gen_time: text(body, "gen_time")?.to_owned(),
        time_pending: flag("time_pending").unwrap_or(false),
        kept_not_before: text(body, "kept_not_before")?.parse().ok()?,
        seq: entry.seq(),
    })
}
