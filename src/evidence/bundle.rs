//! Sealing: from a folder that was taken in to one file that is whole, signed and stamped.
//!
//! Orders the stages: payload (each file read once) → folder proved unchanged → tag files → ASiC
//! manifest → signature → timestamp → end of the container → on disk. A [`Bundle<Open>`] becomes a
//! [`Bundle<Sealed>`] or nothing: an unfinished file is removed, and one left by a crash has no
//! end record, so nothing reads it. The same evidence gives the same payload and payload manifest,
//! in whatever order it was taken in. Source: SPEC "Bundle", decision 12; STYLE rule 8.
//! Longer than other files because it orders every stage of a bundle.

use std::{
    fs::File,
    io::{self, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use chrono::{DateTime, FixedOffset, SubsecRound, Utc};

use super::{
    ahead::{self, Summed},
    asic::{self, Cover},
    bag::{self, Info, Listed, Manifest},
    container::{ContainerError, Fixity, Writer, path::shown},
    coverage::{self, Window},
    custody::{self, Act, Chain, Event},
    intake::{Details, Intake, Item},
    kind::Kind,
    originals::{self, Original},
    problem::EvidenceError,
    staged::Staged,
    verify_text,
    whole::{Passed, Whole},
};
use crate::{
    digest::{Digest, Hasher},
    durable,
    problem::Report,
    signing::{Certificate, Signer, TimestampAuthority, Token, sign_detached},
};

/// Most files that common validators of ASiC accept.
const COMMON_LIMIT: usize = 1000;
/// How long a wait goes on without asking whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a bundle is about.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// The bundle's own number, given by the register.
    pub bundle_id: String,
    /// The case it belongs to.
    pub case_no: String,
    /// The agency.
    pub organization: String,
    /// Id of the operator who takes in and seals.
    pub operator: String,
    /// Who keeps the recordings.
    pub custodian: Option<String>,
    /// The visit it documents.
    pub visit: Option<String>,
    /// What the recordings of the visit are held against.
    pub window: Option<Window>,
    /// Kinds without which the evidence is not complete.
    pub needs: Vec<Kind>,
    /// What was done with the evidence before, in order of time.
    pub custody: Vec<Event>,
}

/// Who seals and when.
#[derive(Clone, Copy)]
pub struct Sealing<'a> {
    /// The archivist's key and certificate.
    pub signer: &'a dyn Signer,
    /// Certificates between the signer's and a trust anchor.
    pub chain: &'a [Certificate],
    /// Who gives the timestamp.
    pub authority: &'a dyn TimestampAuthority,
    /// A fresh random number for the authority.
    pub nonce: u64,
    /// The office's clock.
    pub now: DateTime<FixedOffset>,
}

/// A bundle in one of its two states.
#[derive(Debug)]
pub struct Bundle<State>(State);

/// Taken in and described, not yet written.
#[derive(Debug)]
pub struct Open {
    intake: Intake,
    description: Description,
}

/// Written, signed, stamped and on disk.
#[derive(Debug)]
pub struct Sealed {
    path: PathBuf,
    seal: Seal,
}

/// What is known of a sealed bundle.
#[derive(Clone, Debug)]
pub struct Seal {
    /// The bundle's number.
    pub bundle_id: String,
    /// The visit it documents.
    pub visit: Option<String>,
    /// SHA-256 of the whole file.
    pub digest: Digest,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// SHA-256 of `manifest-sha256.txt`, which is the same for the same evidence.
    pub payload_manifest: Digest,
    /// Files of the payload.
    pub payload_files: u64,
    /// Bytes of the payload.
    pub payload_bytes: u64,
    /// SHA-256 of the signer's certificate.
    pub signer: Digest,
    /// The time the token asserts.
    pub gen_time: DateTime<Utc>,
    /// Whether that time is only the office's own word.
    pub self_asserted: bool,
    /// Whether the authority was absent: the time is the signer's until a token comes.
    pub time_pending: bool,
    /// Path, kind and digest of each file, by path, and its recording's number if it has one.
    pub files: Vec<SealedFile>,
    /// Whether nothing is missing that the occasion needs and every film has enough lines.
    pub complete: bool,
    /// What was noted about the evidence.
    pub findings: Vec<Report>,
}

/// One file of a sealed payload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedFile {
    /// Path in the container.
    pub path: String,
    /// What it is evidence of.
    pub kind: Kind,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Length in bytes.
    pub bytes: u64,
    /// The recording's number.
    pub recording_id: Option<String>,
}

impl SealedFile {
    fn listed(&self) -> Listed<'_> {
        (&self.path, &self.digest)
    }
}

/// What a signature or timestamp covers: `others` with the payload among them.
fn covered<'a>(
    others: &'a Manifest,
    payload: &'a [SealedFile],
) -> impl Iterator<Item = Listed<'a>> {
    bag::among(others, payload.iter().map(SealedFile::listed))
}

impl Bundle<Open> {
    /// Puts evidence and description together.
    ///
    /// # Errors
    /// Every field that cannot stand in the bundle.
    pub fn open(intake: Intake, description: Description) -> Result<Self, Vec<Report>> {
        let is_fit = |value: &str| bag::is_fit(value) && intake.masked(value) == value;
        let is_token = |value: &str| is_fit(value) && is_token(value);
        let optional = |value: &Option<String>| value.as_deref().is_none_or(is_fit);
        let event = |event: &Event| {
            is_fit(&event.by)
                && event.note.as_deref().is_none_or(is_fit)
                && event.act != Act::TakenIn
        };
        let time = |text: &str| DateTime::parse_from_rfc3339(text).is_ok();
        let recording = |item: &Item| {
            let Details { recording_id, captured_at, device } = &item.details;
            recording_id.as_deref().is_none_or(is_token)
                && device.as_deref().is_none_or(is_fit)
                && captured_at.as_deref().is_none_or(time)
        };
        let fields = [
            ("bundle", is_token(&description.bundle_id)),
            ("case", is_fit(&description.case_no)),
            ("organization", is_fit(&description.organization)),
            ("operator", is_token(&description.operator)),
            ("custodian", optional(&description.custodian)),
            ("visit", optional(&description.visit)),
            ("custody", description.custody.iter().all(event)),
            ("recording", intake.items().iter().all(recording)),
        ];
        let unfit = fields.into_iter().filter(|(_, fit)| !fit).map(|(field, _)| field);
        let problems: Vec<Report> =
            unfit.map(|field| Report::of(&EvidenceError::UnfitField { field })).collect();
        if problems.is_empty() { Ok(Self(Open { intake, description })) } else { Err(problems) }
    }

    /// What was taken in.
    #[must_use]
    pub const fn intake(&self) -> &Intake {
        &self.0.intake
    }

    /// Writes the bundle to `staging`, a path that must not exist yet; nothing is left there
    /// unless all of it succeeds, and then it is on disk. `progress` is told the bytes read since
    /// it was last called, and stops the work by breaking.
    ///
    /// # Errors
    /// Every reason why it was not sealed.
    pub fn seal(
        self,
        staging: &Path,
        sealing: &Sealing<'_>,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Bundle<Sealed>, Vec<Report>> {
        let staged = Staged::create(staging).map_err(|error| vec![Report::of(&error)])?;
        let seal = self.seal_into(&staged.file, staging, sealing, progress)?;
        let folder = staging.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            durable::sync_folder(folder)
                .map_err(|source| vec![Report::of(&EvidenceError::File { source })])?;
        }
        Ok(Bundle(Sealed { path: staged.keep(), seal }))
    }

    /// Writes the bundle to `file`, which is empty, open for reading too, and called `name` in
    /// messages. When it succeeds, the bytes are on disk; else the file is of no use.
    ///
    /// # Errors
    /// Every reason why it was not sealed.
    pub fn seal_into(
        self,
        file: &File,
        name: &Path,
        sealing: &Sealing<'_>,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Seal, Vec<Report>> {
        let Open { intake, description } = self.0;
        let draft = Draft { intake: &intake, description: &description, sealing };
        draft
            .write(file, name, progress)
            .map_err(|errors| errors.iter().map(Report::of).collect::<Vec<_>>())
    }
}

impl Bundle<Sealed> {
    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// What is known of it.
    #[must_use]
    pub const fn seal(&self) -> &Seal {
        &self.0.seal
    }
}

/// Whether `value` is written like an identifier: letters, digits and a few marks.
fn is_token(value: &str) -> bool {
    let plain = |character: char| character.is_alphanumeric() || "-_.〔〕".contains(character);
    value.chars().all(plain) && !value.starts_with('.')
}

/// Everything that goes into one bundle.
struct Draft<'a> {
    intake: &'a Intake,
    description: &'a Description,
    sealing: &'a Sealing<'a>,
}

type Failures = Vec<EvidenceError>;

fn alone<E: Into<EvidenceError>>(error: E) -> Failures {
    vec![error.into()]
}

impl Draft<'_> {
    fn write(
        &self,
        file: &File,
        name: &Path,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Seal, Failures> {
        thread::scope(|scope| {
            let writer = Writer::new(Whole::begin(scope, file));
            let (draft, whole) = self.parts(writer, name, progress)?;
            let fault = |error| alone(EvidenceError::File { source: durable::at(name)(error) });
            let (digest, bytes) = whole.end().map_err(fault)?;
            Ok(Seal { digest, bytes, ..draft })
        })
    }

    /// Writes all parts and tells what is known of them, but for the digest of the whole.
    fn parts<'scope>(
        &self,
        mut writer: Writer<Whole<'scope>>,
        name: &Path,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(Seal, Whole<'scope>), Failures> {
        let mut covered = Manifest::new();
        let mimetype = writer.add(asic::MIMETYPE_PATH, asic::MIMETYPE.as_bytes()).map_err(alone)?;
        let payload = self.payload(&mut writer, name, progress)?;
        self.intake.unchanged()?;

        let manifest = || payload.iter().map(SealedFile::listed);
        let bytes = payload.iter().fold(0, |sum: u64, file| sum.saturating_add(file.bytes));
        let mut tag = |path: &str, fixity: Result<Fixity, ContainerError>| {
            let digest = fixity.map_err(alone)?.digest;
            covered.insert(path.to_owned(), digest);
            Ok::<_, Failures>(digest)
        };
        let declaration = writer.add(bag::DECLARATION_PATH, bag::DECLARATION.as_bytes());
        tag(bag::DECLARATION_PATH, declaration)?;
        let info = self.info(bytes, payload.len()).write();
        tag(bag::INFO_PATH, writer.add(bag::INFO_PATH, info.as_bytes()))?;
        let listed =
            writer.compose(bag::MANIFEST_PATH, &|out| bag::write_manifest(manifest(), out));
        let payload_manifest = tag(bag::MANIFEST_PATH, listed)?;
        let originals = writer.compose(originals::ORIGINALS_PATH, &|out| self.originals(out));
        tag(originals::ORIGINALS_PATH, originals)?;
        let custody = self.custody(payload_manifest)?;
        tag(custody::CUSTODY_PATH, writer.add(custody::CUSTODY_PATH, custody.as_bytes()))?;
        let self_asserted = self.sealing.authority.self_asserted();
        let verify = verify_text::write(self_asserted);
        tag(verify_text::VERIFY_PATH, writer.add(verify_text::VERIFY_PATH, verify.as_bytes()))?;
        let mut listed = covered.clone();
        listed.insert(asic::MIMETYPE_PATH.to_owned(), mimetype.digest);
        let fixity = writer
            .compose(bag::TAG_MANIFEST_PATH, &|out| bag::write_manifest(bag::listed(&listed), out))
            .map_err(alone)?;
        covered.insert(bag::TAG_MANIFEST_PATH.to_owned(), fixity.digest);

        let (gen_time, time_pending) = self.sign(&mut writer, covered, &payload)?;
        let (whole, length) = writer.finish().map_err(alone)?;
        let findings = self.findings(payload.len());
        let seal = Seal {
            bundle_id: self.description.bundle_id.clone(),
            visit: self.description.visit.clone(),
            digest: payload_manifest,
            bytes: length,
            payload_manifest,
            payload_files: u64::try_from(payload.len()).unwrap_or(u64::MAX),
            payload_bytes: bytes,
            signer: self.sealing.signer.certificate().fingerprint(),
            gen_time,
            self_asserted,
            time_pending,
            files: payload,
            complete: !findings.iter().any(is_gap),
            findings,
        };
        Ok((seal, whole))
    }

    /// Writes the payload; a thread reads ahead of it.
    fn payload(
        &self,
        writer: &mut Writer<Whole<'_>>,
        name: &Path,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Vec<SealedFile>, Failures> {
        let items = self.intake.items();
        let stop = AtomicBool::new(false);
        let sums = thread::scope(|scope| {
            let (ready, summed) = mpsc::sync_channel(ahead::READY);
            let stopping = &stop;
            scope.spawn(move || ahead::sum(self.intake, &ready, stopping));
            let written = items.iter().map(|item| {
                let summed = next(&summed, progress)?;
                put(writer, item, summed, progress)
            });
            let written = written.collect::<Result<Vec<u32>, EvidenceError>>();
            stop.store(true, Ordering::Relaxed);
            written
        });
        let sums = sums.map_err(alone)?;
        let fault = |error| alone(EvidenceError::File { source: durable::at(name)(error) });
        let passed = writer.out().contents().map_err(fault)?;
        let mut files = Vec::with_capacity(items.len());
        for ((item, sum), Passed { digest, crc32 }) in items.iter().zip(sums).zip(passed) {
            if crc32 != sum {
                return Err(alone(EvidenceError::Changed { name: item.masked_original.clone() }));
            }
            let recording_id = item.details.recording_id.clone();
            let (path, kind, bytes) = (item.path.clone(), item.kind, item.bytes());
            files.push(SealedFile { path, kind, digest, bytes, recording_id });
        }
        Ok(files)
    }

    fn info(&self, bytes: u64, files: usize) -> Info {
        let Description { bundle_id, case_no, organization, operator, custodian, visit, .. } =
            self.description;
        let now = self.sealing.now.trunc_subsecs(0);
        let time = if self.sealing.authority.self_asserted() { SELF_ASSERTED } else { "authority" };
        let mut info = Info::default();
        info.push("Source-Organization", organization);
        info.push("External-Identifier", bundle_id);
        info.push("Bagging-Date", now.format("%Y-%m-%d").to_string());
        info.push("Bag-Software-Agent", concat!("chancery ", env!("CARGO_PKG_VERSION")));
        info.push("Payload-Oxum", format!("{bytes}.{files}"));
        info.push("Chancery-Case", case_no);
        if let Some(visit) = visit {
            info.push("Chancery-Visit", visit);
        }
        if let Some(custodian) = custodian {
            info.push("Chancery-Custodian", custodian);
        }
        info.push("Chancery-Operator", operator);
        info.push("Chancery-Sealed-At", now.to_rfc3339());
        info.push(TIMESTAMP_FIELD, time);
        info
    }

    fn originals(&self, out: &mut dyn Write) -> io::Result<()> {
        originals::write_head(out)?;
        let mut items = self.intake.items().iter();
        items.try_for_each(|item| originals::write_row(&self.original(item), out))
    }

    fn original(&self, item: &Item) -> Original {
        let device = item.facts.device.as_ref().or(item.details.device.as_ref());
        let (captured_at, captured_from) = match (&item.facts.captured, &item.details.captured_at) {
            (Some(time), _) => (time.clone(), "file"),
            (None, Some(time)) => (time.clone(), "operator"),
            (None, None) => (String::new(), ""),
        };
        Original {
            file: item.path.clone(),
            original: item.masked_original.clone(),
            kind: item.kind,
            format: item.facts.format.name().to_owned(),
            device: device.map_or_else(String::new, |device| self.intake.masked(device)),
            captured_at,
            captured_from: captured_from.to_owned(),
            operator: self.description.operator.clone(),
            recording_id: item.details.recording_id.clone().unwrap_or_default(),
        }
    }

    fn custody(&self, payload_manifest: Digest) -> Result<String, Failures> {
        let mut chain = Chain::default();
        let taken_in = Event {
            act: Act::TakenIn,
            at: self.sealing.now.trunc_subsecs(0),
            by: self.description.operator.clone(),
            note: None,
        };
        let mut last = None;
        for event in &self.description.custody {
            let event = Event { at: event.at.trunc_subsecs(0), ..event.clone() };
            if last.is_some_and(|last| event.at < last) || event.at > taken_in.at {
                return Err(alone(EvidenceError::CustodyOrder));
            }
            last = Some(event.at);
            chain.push(&event, None);
        }
        chain.push(&taken_in, Some(payload_manifest));
        Ok(chain.into_text())
    }

    fn sign(
        &self,
        writer: &mut Writer<Whole<'_>>,
        mut others: Manifest,
        payload: &[SealedFile],
    ) -> Result<(DateTime<Utc>, bool), Failures> {
        let Sealing { signer, chain, authority, nonce, now } = *self.sealing;
        let now = now.with_timezone(&Utc).trunc_subsecs(0);
        let signed = writer
            .compose(asic::SIGNED_PATH, &|out| {
                asic::write(Cover::Signature, covered(&others, payload), out)
            })
            .map_err(alone)?
            .digest;
        let signature = sign_detached(&signed, signer, chain, now).map_err(alone)?;
        let signature = writer.add(asic::SIGNATURE_PATH, &signature).map_err(alone)?.digest;
        others.insert(asic::SIGNED_PATH.to_owned(), signed);
        others.insert(asic::SIGNATURE_PATH.to_owned(), signature);
        let mut hasher = Hasher::default();
        // Hashing does not fail.
        let _ = asic::write(Cover::Timestamp, covered(&others, payload), &mut hasher);
        let token = match authority.stamp(&hasher.finish(), nonce, now) {
            // A token over the whole file comes later, as a sibling.
            Err(error) if authority.queues() && error.is_absence() => return Ok((now, true)),
            answer => Token::parse(&answer.map_err(alone)?).map_err(alone)?,
        };
        writer
            .compose(asic::STAMPED_PATH, &|out| {
                asic::write(Cover::Timestamp, covered(&others, payload), out)
            })
            .map_err(alone)?;
        writer.add(asic::TIMESTAMP_PATH, token.as_der()).map_err(alone)?;
        Ok((token.gen_time(), false))
    }

    fn findings(&self, files: usize) -> Vec<Report> {
        let mut findings = self.intake.notes().to_vec();
        for kind in &self.description.needs {
            if !self.intake.items().iter().any(|item| item.kind == *kind) {
                findings.push(EvidenceError::KindMissing { kind: kind.name() }.into());
            }
        }
        if let Some(window) = &self.description.window {
            findings.extend(coverage::findings(self.intake.items(), window));
        }
        findings.extend(coverage::ahead(self.intake.items(), self.sealing.now));
        if self.description.visit.is_some() && self.description.custodian.is_none() {
            findings.push(EvidenceError::NoCustodian.into());
        }
        if files > COMMON_LIMIT {
            let count = u64::try_from(files).unwrap_or(u64::MAX);
            findings.push(EvidenceError::ManyFiles { count }.into());
        }
        findings
    }
}

/// Field that says whose word the time is.
pub(super) const TIMESTAMP_FIELD: &str = "Chancery-Timestamp";
/// Its value where the time is the office's own word.
pub(super) const SELF_ASSERTED: &str = "self-asserted";

/// Whether `finding` keeps evidence from being complete.
fn is_gap(finding: &Report) -> bool {
    matches!(finding.code.code, "CH-E051" | "CH-E052" | "CH-E053" | "CH-E055" | "CH-E056")
        || coverage::CoverageFinding::CODES.iter().any(|code| code.code == finding.code.code)
}

/// Waits for the next file; whoever asked for the bundle may stop it meanwhile.
fn next(
    summed: &mpsc::Receiver<Result<Summed, EvidenceError>>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Summed, EvidenceError> {
    loop {
        match summed.recv_timeout(PATIENCE) {
            Ok(summed) => return summed,
            Err(mpsc::RecvTimeoutError::Timeout) if progress(0).is_continue() => {}
            Err(_) => return Err(EvidenceError::Interrupted),
        }
    }
}

/// Writes the file of `item` and proves that it did not change; tells its CRC.
fn put(
    writer: &mut Writer<Whole<'_>>,
    item: &Item,
    summed: Summed,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<u32, EvidenceError> {
    let Summed { file, crc32, bytes } = summed;
    let mut stopped = false;
    let out = writer.begin(&item.path, item.bytes(), crc32)?;
    let reader: &mut dyn Read = match &bytes {
        Some(bytes) => &mut bytes.as_slice(),
        None => &mut &file,
    };
    // One byte more, were the file longer, shows in its stamp.
    let taken = out.take_in(&mut Told { reader, progress, stopped: &mut stopped }, item.bytes());
    if stopped {
        return Err(EvidenceError::Interrupted);
    }
    if taken.map_err(ContainerError::from)? != item.bytes() {
        return Err(ContainerError::WrongLength { path: shown(&item.path) }.into());
    }
    item.unchanged(&file)?;
    Ok(crc32)
}

/// Tells how far reading is, and stops it when asked to.
struct Told<'a> {
    reader: &'a mut dyn Read,
    progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    stopped: &'a mut bool,
}

impl Read for Told<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        if (self.progress)(u64::try_from(read).unwrap_or_default()).is_break() {
            *self.stopped = true;
            return Err(io::Error::other("interrupted"));
        }
        Ok(read)
    }
}
