//! Checking a bundle: everything, by anyone, without the office that made it.
//!
//! Goes through container, bag, ASiC manifests, signature, timestamp, certificate chains, custody
//! and originals, and lists every finding by file. Trust anchors come from the reader. Each
//! content is read once; memory does not grow with it; nothing is written.
//! Source: SPEC "Bundle", decisions 12 and 17; RFC 8493; EN 319 162-1.

mod signatures;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    asic::{self, Cover},
    bag::{self, BagFinding, Info, Manifest},
    bundle::TIMESTAMP_FIELD,
    container::{
        Container, ContainerError, Entry, Fixity, Inspection, Limits, Source, path::shown,
    },
    custody::{self, Act, Break},
    finding::{BundleFinding, Finding},
    originals::{self, Original},
    verify_text,
};
use crate::{
    digest::Digest,
    problem::Report,
    signing::{Certificate, TrustAnchors},
};

/// Most bytes of one tag file.
const TAG_LIMIT: u64 = 64 << 20;
/// How far the signer's clock may be ahead of the authority's.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(5);

/// What the bundle says and what was proved of it.
#[derive(Clone, Debug, Default)]
pub struct BundleFacts {
    /// Its number, as it claims.
    pub bundle_id: Option<String>,
    /// Fields of `bag-info.txt`.
    pub info: Info,
    /// Files of the payload.
    pub payload_files: u64,
    /// Bytes of the payload.
    pub payload_bytes: u64,
    /// SHA-256 of the payload manifest.
    pub payload_manifest: Option<Digest>,
    /// Digest of each file of the payload, as it is now.
    pub payload: Manifest,
    /// What each file was.
    pub originals: Vec<Original>,
    /// The chain of custody.
    pub custody: Vec<custody::Line>,
    /// The signer's certificate, if the signature holds.
    pub signer: Option<Certificate>,
    /// Whether the signer's certificate led to an anchor at the timestamp's time.
    pub signer_trusted: bool,
    /// The time the signer claims.
    pub signing_time: Option<DateTime<Utc>>,
    /// The time of the timestamp, if it holds.
    pub gen_time: Option<DateTime<Utc>>,
    /// The time at which the first certificate on that timestamp's path ends.
    pub stamp_until: Option<DateTime<Utc>>,
    /// Whether that time is only the office's own word.
    pub self_asserted: Option<bool>,
}

/// Outcome of a check.
#[derive(Clone, Debug)]
pub struct Verification {
    /// What it says.
    pub facts: BundleFacts,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

impl Verification {
    /// Whether nothing at all is wrong.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether this is another bundle than the one of number `id` whose payload manifest is
    /// `manifest`. What cannot be read tells no number, and is told by its findings.
    #[must_use]
    pub fn is_another(&self, id: &str, manifest: &Digest) -> bool {
        let number = self.facts.bundle_id.as_deref();
        let payload = self.facts.payload_manifest.as_ref();
        let known = number.is_some_and(|found| found != id)
            || payload.is_some_and(|found| found != manifest);
        known || (self.holds() && (number.is_none() || payload.is_none()))
    }
}

/// Checks the bundle in `source`. `progress` is told the bytes checked since it was last called.
///
/// # Errors
/// [`ContainerError::Io`] where the source itself cannot be read; everything else is a finding.
pub fn verify<S: Source + Sync>(
    source: S,
    anchors: &TrustAnchors,
    limits: Limits,
    progress: &mut dyn FnMut(u64),
) -> Result<Verification, ContainerError> {
    verify_late(source, anchors, limits, None, progress)
}

/// A token that came after its bundle was sealed: over the digest of the whole file.
#[derive(Clone, Copy, Debug)]
pub struct Late<'a> {
    /// The token, DER.
    pub token: &'a [u8],
    /// SHA-256 of the whole bundle, computed by whoever asks.
    pub bundle: Digest,
}

/// As [`verify`], with the sibling token of a bundle that was sealed while the authority was
/// absent. A bundle that holds a token is judged by that one.
///
/// # Errors
/// As [`verify`].
pub fn verify_late<S: Source + Sync>(
    source: S,
    anchors: &TrustAnchors,
    limits: Limits,
    late: Option<Late<'_>>,
    progress: &mut dyn FnMut(u64),
) -> Result<Verification, ContainerError> {
    let mut check = Check { findings: Vec::new(), facts: BundleFacts::default() };
    let length = source.length()?;
    let parts = if length <= SHORT {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        source.read_exact_at(&mut bytes, 0)?;
        check.contents(bytes.as_slice(), limits, progress)?
    } else {
        check.contents(source, limits, progress)?
    };
    if let Some(parts) = parts {
        if parts.is_pending() {
            check.signatures_late(&parts, anchors, late);
        } else {
            check.signatures(&parts, anchors);
        }
    }
    Ok(Verification { facts: check.facts, findings: check.findings })
}

/// Checks all but signature and timestamp: what is found here, [`verify`] finds too.
#[cfg(test)]
pub(super) fn verify_contents<S: Source + Sync>(source: S) -> Verification {
    let mut check = Check { findings: Vec::new(), facts: BundleFacts::default() };
    check.contents(source, Limits::default(), &mut |_| {}).unwrap();
    Verification { facts: check.facts, findings: check.findings }
}

/// What was read once: digests of all files, bytes of those that are looked into.
#[derive(Default)]
struct Parts {
    digests: Manifest,
    texts: BTreeMap<String, Vec<u8>>,
}

impl Parts {
    fn text(&self, path: &str) -> Option<&[u8]> {
        self.texts.get(path).map(Vec::as_slice)
    }

    /// Lets go of texts that are not looked into again; their digests stay.
    fn forget(&mut self, paths: &[&str]) {
        self.texts.retain(|path, _| !paths.contains(&path.as_str()));
    }

    /// Whether it was sealed without a token.
    fn is_pending(&self) -> bool {
        let absent = |path| !self.digests.contains_key(path);
        absent(asic::STAMPED_PATH) && absent(asic::TIMESTAMP_PATH)
    }

    fn those(&self, is_meant: impl Fn(&str) -> bool) -> Manifest {
        let meant = self.digests.iter().filter(|(path, _)| is_meant(path));
        meant.map(|(path, digest)| (path.clone(), *digest)).collect()
    }
}

struct Check {
    findings: Vec<Finding>,
    facts: BundleFacts,
}

/// Tag files in their order; the payload stands after the first.
const TAGS: [&str; 7] = [
    bag::DECLARATION_PATH,
    bag::INFO_PATH,
    bag::MANIFEST_PATH,
    originals::ORIGINALS_PATH,
    custody::CUSTODY_PATH,
    verify_text::VERIFY_PATH,
    bag::TAG_MANIFEST_PATH,
];
const META_INF: [&str; 4] =
    [asic::SIGNED_PATH, asic::SIGNATURE_PATH, asic::STAMPED_PATH, asic::TIMESTAMP_PATH];

fn is_payload(path: &str) -> bool {
    path.starts_with("data/")
}

fn is_meta_inf(path: &str) -> bool {
    path.starts_with("META-INF/")
}

/// Payload from which on several threads read it.
const WORTH_MORE: u64 = 8 << 20;
/// More than there are processors on a small machine: of three films none waits for the others.
const READERS: usize = 4;
/// Bytes of a bundle that is read at once.
const SHORT: u64 = 1 << 20;

/// Reads a large payload by several threads, largest files first; of a small one nothing.
fn hashed<S: Source + Sync>(
    container: &Container<S>,
    progress: &mut dyn FnMut(u64),
) -> BTreeMap<usize, Result<Fixity, ContainerError>> {
    let mut order: Vec<(usize, &Entry)> =
        container.entries().iter().enumerate().filter(|(_, one)| is_payload(&one.path)).collect();
    let bytes = order.iter().fold(0_u64, |sum, (_, entry)| sum.saturating_add(entry.size));
    if order.len() < 2 || bytes < WORTH_MORE {
        return BTreeMap::new();
    }
    order.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.size));
    let next = AtomicUsize::new(0);
    let mut read = BTreeMap::new();
    thread::scope(|scope| {
        let (done, finished) = mpsc::channel();
        for _ in 0..READERS.min(order.len()) {
            let (done, order, next) = (done.clone(), &order, &next);
            scope.spawn(move || {
                while let Some((at, entry)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let fixity = container.copy(entry, &mut std::io::sink());
                    // Whoever waits is there until all are done.
                    let _ = done.send((*at, entry.size, fixity));
                }
            });
        }
        drop(done);
        for (at, size, fixity) in finished {
            progress(size);
            read.insert(at, fixity);
        }
    });
    read
}

impl Check {
    fn add(&mut self, file: &str, report: impl Into<Report>) {
        self.findings.push(Finding { file: Some(shown(file)), report: report.into() });
    }

    fn container(&mut self, defect: &ContainerError) {
        let file = match defect {
            ContainerError::Layout { path, .. }
            | ContainerError::HeaderDiffers { path, .. }
            | ContainerError::Feature { path, .. }
            | ContainerError::UnsafePath { path, .. }
            | ContainerError::SameName { path }
            | ContainerError::NotRegular { path }
            | ContainerError::Ratio { path, .. }
            | ContainerError::Content { path, .. } => Some(path.clone()),
            _ => None,
        };
        self.findings.push(Finding { file, report: Report::of(defect) });
    }

    fn bags(&mut self, file: &str, findings: Vec<BagFinding>) {
        for finding in findings {
            let about = match &finding {
                BagFinding::Missing { path, .. }
                | BagFinding::Extra { path, .. }
                | BagFinding::Changed { path, .. }
                | BagFinding::NotListable { path, .. } => path.clone(),
                _ => file.to_owned(),
            };
            self.add(&about, finding);
        }
    }

    /// Checks everything whose proof is in the container itself.
    fn contents<S: Source + Sync>(
        &mut self,
        source: S,
        limits: Limits,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Option<Parts>, ContainerError> {
        let Inspection { container, defects, canonical } = Container::inspect(source, limits)?;
        for defect in &defects {
            self.container(defect);
        }
        let Some(container) = container else { return Ok(None) };
        if !canonical && defects.is_empty() {
            self.container(&ContainerError::NotCanonical { path: "container".to_owned() });
        }
        let mut parts = self.read(&container, progress)?;
        self.order(&container);
        drop(container);
        // What was looked into is forgotten: in a bundle of many files it is most of the memory.
        self.bag(&parts);
        parts.forget(&[bag::MANIFEST_PATH]);
        self.covers(&parts);
        parts.forget(&[asic::SIGNED_PATH, asic::STAMPED_PATH]);
        self.custody(&parts);
        self.originals(&parts);
        parts.forget(&[originals::ORIGINALS_PATH]);
        Ok(Some(parts))
    }

    fn read<S: Source + Sync>(
        &mut self,
        container: &Container<S>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Parts, ContainerError> {
        let mut parts = Parts::default();
        let mut payload = hashed(container, progress);
        for (at, entry) in container.entries().iter().enumerate() {
            let known = payload.remove(&at);
            let told = known.is_some();
            let read = if is_payload(&entry.path) {
                self.facts.payload_files = self.facts.payload_files.saturating_add(1);
                self.facts.payload_bytes = self.facts.payload_bytes.saturating_add(entry.size);
                known.unwrap_or_else(|| container.copy(entry, &mut std::io::sink()))
            } else if entry.size > TAG_LIMIT {
                self.add(&entry.path, BundleFinding::TooLarge { path: shown(&entry.path) });
                container.copy(entry, &mut std::io::sink())
            } else {
                container.read(entry, TAG_LIMIT).map(|(bytes, fixity)| {
                    parts.texts.insert(entry.path.clone(), bytes);
                    fixity
                })
            };
            let digest = match read {
                Ok(fixity) => fixity.digest,
                Err(error @ ContainerError::Io { .. }) => return Err(error),
                Err(defect) => {
                    self.container(&defect);
                    // Equal to no digest a manifest can list for a content anyone has.
                    Digest::from_bytes([0; 32])
                }
            };
            parts.digests.insert(entry.path.clone(), digest);
            if !told {
                progress(entry.size);
            }
        }
        self.facts.payload = parts.those(is_payload);
        Ok(parts)
    }

    fn order<S: Source>(&mut self, container: &Container<S>) {
        let paths: Vec<&str> =
            container.entries().iter().map(|entry| entry.path.as_str()).collect();
        if paths.first() != Some(&asic::MIMETYPE_PATH) {
            self.add(asic::MIMETYPE_PATH, BundleFinding::Mimetype);
        }
        let mut expected: Vec<&str> = vec![asic::MIMETYPE_PATH];
        let payload: BTreeSet<&str> =
            paths.iter().copied().filter(|path| is_payload(path)).collect();
        expected.extend(payload);
        expected.extend(TAGS);
        let there = |path: &&&str| paths.contains(path);
        // Stamp manifest and token are both there, or neither is and the time is pending.
        let stamped = META_INF.iter().skip(2).any(|path| there(&path));
        expected.extend(META_INF.iter().take(if stamped { 4 } else { 2 }));
        let known: BTreeSet<&str> = expected.iter().copied().collect();
        for path in paths.iter().filter(|path| !known.contains(*path)) {
            self.add(path, BundleFinding::Foreign { path: shown(path) });
        }
        let there: BTreeSet<&str> = paths.iter().copied().collect();
        for file in expected.iter().filter(|path| !there.contains(*path)) {
            self.add(file, BagFinding::NoTagFile { file: (*file).to_owned() });
        }
        let expected = expected.into_iter().filter(|path| there.contains(path));
        let found = paths.iter().copied().filter(|path| known.contains(path));
        let misplaced = expected.zip(found).find(|(expected, found)| expected != found);
        if let Some((_, found)) = misplaced {
            self.add(found, BundleFinding::Order { path: shown(found) });
        }
    }

    fn bag(&mut self, parts: &Parts) {
        if let Some(bytes) = parts.text(asic::MIMETYPE_PATH)
            && bytes != asic::MIMETYPE.as_bytes()
        {
            self.add(asic::MIMETYPE_PATH, BundleFinding::Mimetype);
        }
        if let Some(bytes) = parts.text(bag::DECLARATION_PATH)
            && bytes != bag::DECLARATION.as_bytes()
        {
            self.add(bag::DECLARATION_PATH, BagFinding::Declaration);
        }
        if let Some(bytes) = parts.text(bag::INFO_PATH) {
            let mut findings = Vec::new();
            let info = Info::read(bytes, &mut findings);
            for field in ["External-Identifier", "Payload-Oxum", "Chancery-Case", TIMESTAMP_FIELD] {
                if info.get(field).is_none() {
                    findings.push(BagFinding::Field { field });
                }
            }
            let oxum = format!("{}.{}", self.facts.payload_bytes, self.facts.payload_files);
            if info.get("Payload-Oxum").is_some_and(|claimed| claimed != oxum) {
                findings.push(BagFinding::Oxum);
            }
            self.bags(bag::INFO_PATH, findings);
            self.facts.bundle_id = info.get("External-Identifier").map(str::to_owned);
            self.facts.info = info;
        }
        self.facts.payload_manifest = parts.text(bag::MANIFEST_PATH).map(Digest::of);
        self.manifest(parts, bag::MANIFEST_PATH, &parts.those(is_payload));
        let tags = parts.those(|path| {
            !is_payload(path) && !is_meta_inf(path) && path != bag::TAG_MANIFEST_PATH
        });
        self.manifest(parts, bag::TAG_MANIFEST_PATH, &tags);
    }

    fn manifest(&mut self, parts: &Parts, file: &'static str, there: &Manifest) {
        let Some(bytes) = parts.text(file) else { return };
        let mut findings = Vec::new();
        let mut listed = bag::read_manifest(file, bytes, &mut findings);
        let is_payload_manifest = file == bag::MANIFEST_PATH;
        listed.retain(|path, _| {
            let listable = is_payload(path) == is_payload_manifest && !is_meta_inf(path);
            if !listable {
                let (file, path) = (file.to_owned(), shown(path));
                findings.push(BagFinding::NotListable { file, path });
            }
            listable
        });
        findings.extend(bag::compare(file, &listed, there));
        self.bags(file, findings);
    }

    fn covers(&mut self, parts: &Parts) {
        let beside = [asic::MIMETYPE_PATH, asic::STAMPED_PATH, asic::TIMESTAMP_PATH];
        let stamped = parts.those(|path| !beside.contains(&path));
        let signed = parts.those(|path| path != asic::MIMETYPE_PATH && !is_meta_inf(path));
        for (cover, there) in [(Cover::Signature, signed), (Cover::Timestamp, stamped)] {
            let file = cover.path();
            let Some(bytes) = parts.text(file) else { continue };
            match asic::read(cover, bytes) {
                Some(listed) => self.bags(file, bag::compare(file, &listed, &there)),
                None => self.add(file, BundleFinding::AsicForm { path: file.to_owned() }),
            }
        }
    }

    fn custody(&mut self, parts: &Parts) {
        let Some(bytes) = parts.text(custody::CUSTODY_PATH) else { return };
        let (lines, breaks) = custody::read(bytes);
        for (line, kind) in breaks {
            let finding = match kind {
                Break::Form => BundleFinding::CustodyForm { line },
                Break::Link => BundleFinding::CustodyLink { line },
                Break::Order => BundleFinding::CustodyOrder { line },
            };
            self.add(custody::CUSTODY_PATH, finding);
        }
        let taken_in: Vec<usize> = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.act == Act::TakenIn || line.payload_manifest.is_some())
            .map(|(at, _)| at)
            .collect();
        let ends = lines.last().is_some_and(|last| {
            last.act == Act::TakenIn
                && last.payload_manifest.is_some()
                && last.payload_manifest == self.facts.payload_manifest
        });
        if !ends || taken_in.len() != 1 {
            self.add(custody::CUSTODY_PATH, BundleFinding::CustodyEnd);
        }
        self.facts.custody = lines;
    }

    fn originals(&mut self, parts: &Parts) {
        let Some(bytes) = parts.text(originals::ORIGINALS_PATH) else { return };
        let rows = match originals::read(bytes) {
            Ok(rows) => rows,
            Err(line) => {
                return self.add(originals::ORIGINALS_PATH, BundleFinding::Originals { line });
            }
        };
        let listed: BTreeSet<&str> = rows.iter().map(|row| row.file.as_str()).collect();
        let payload: Vec<String> = self.facts.payload.keys().cloned().collect();
        let file = || originals::ORIGINALS_PATH.to_owned();
        for path in payload.iter().filter(|path| !listed.contains(path.as_str())) {
            self.add(path, BagFinding::Extra { file: file(), path: shown(path) });
        }
        for row in &rows {
            if !self.facts.payload.contains_key(&row.file) {
                let path = shown(&row.file);
                self.add(&row.file, BagFinding::Missing { file: file(), path });
            }
            if !row.file.starts_with(&format!("data/{}/", row.kind.name())) {
                self.add(&row.file, BundleFinding::OtherKind { path: shown(&row.file) });
            }
        }
        self.facts.originals = rows;
    }
}
