//! Checking a bundle: everything, by anyone, without the office that made it.
//!
//! Goes through container, bag, ASiC manifests, signature, timestamp, certificate chains, custody
//! and originals, and lists every finding by file. Trust anchors come from the reader. Each
//! content is read once; memory does not grow with it; nothing is written.
//! Source: SPEC "Bundle", decisions 12 and 17; RFC 8493; EN 319 162-1.

mod found;
mod signatures;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use self::found::{Ahead, Found, Parts, is_in_order, is_looked_into, is_meta_inf, is_payload};
use super::{
    asic::{self, Cover},
    bag::{self, BagFinding, Info, Listed, Manifest},
    container::{Container, ContainerError, Inspection, Limits, Source, path::shown},
    custody::{self, Act, Break},
    finding::{BundleFinding, Finding},
    originals,
    seal::TIMESTAMP_FIELD,
    verify_text,
};
use crate::{
    digest::Digest,
    problem::Report,
    signing::{Certificate, TrustAnchors},
};

/// Whether a path is among those that something vouches for.
type Covered<'a> = &'a dyn Fn(&str) -> bool;

/// Most bytes of one tag file.
const TAG_LIMIT: u64 = 64 << 20;
/// Stands for the digest of what cannot be read: equal to no digest a manifest can list for a
/// content anyone has.
const UNREADABLE: Digest = Digest::from_bytes([0; 32]);
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

/// Bytes of a bundle that is read at once.
const SHORT: u64 = 1 << 20;

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
        let found = self.read(&container, defects.is_empty(), progress)?;
        self.order(&container);
        self.bag(&found)?;
        self.covers(&found)?;
        self.custody(&found.parts);
        self.originals(&found)?;
        Ok(Some(found.parts))
    }

    fn read<'a, S: Source + Sync>(
        &mut self,
        container: &'a Container<S>,
        is_sound: bool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Found<'a, S>, ContainerError> {
        let mut found = Found::of(container, is_sound);
        let mut ahead = Ahead::read(container, progress);
        for (at, entry) in container.entries().iter().enumerate() {
            let is_payload = is_payload(&entry.path);
            let known = ahead.take(at);
            let told = known.is_some();
            let read = if let Some(known) = known {
                known
            } else if is_payload || !is_looked_into(entry) {
                container.copy(entry, &mut std::io::sink()).map(|fixity| fixity.digest)
            } else {
                container.read(entry, TAG_LIMIT).map(|(bytes, fixity)| {
                    found.parts.texts.insert(entry.path.clone(), bytes);
                    fixity.digest
                })
            };
            let digest = match read {
                Ok(digest) => digest,
                Err(error @ ContainerError::Io { .. }) => return Err(error),
                Err(defect) => {
                    self.container(&defect);
                    UNREADABLE
                }
            };
            if is_payload {
                self.facts.payload_files = self.facts.payload_files.saturating_add(1);
                self.facts.payload_bytes = self.facts.payload_bytes.saturating_add(entry.size);
                found.payload.push((&entry.path, digest));
            } else {
                if entry.size > TAG_LIMIT {
                    self.add(&entry.path, BundleFinding::TooLarge { path: shown(&entry.path) });
                }
                found.parts.digests.insert(entry.path.clone(), digest);
            }
            if !told {
                progress(entry.size);
            }
        }
        // In a bundle they are in order already; of two of one name the last counts.
        found.payload.sort_by(|one, other| one.0.cmp(other.0));
        Ok(found)
    }

    fn order<S: Source>(&mut self, container: &Container<S>) {
        if is_in_order(container.entries()) {
            return;
        }
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

    fn bag<S: Source>(&mut self, found: &Found<'_, S>) -> Result<(), ContainerError> {
        let parts = &found.parts;
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
        let manifest = parts.digests.get(bag::MANIFEST_PATH);
        self.facts.payload_manifest = manifest.copied().filter(|digest| *digest != UNREADABLE);
        let holds = |path, there: &mut dyn Iterator<Item = Listed<'_>>| {
            found.is_as_written(path, |out| bag::write_manifest(there, out))
        };
        if !holds(bag::MANIFEST_PATH, &mut found.payload()) {
            self.manifest(found, bag::MANIFEST_PATH, &found.those(true, |_| false))?;
        }
        let tags = found.those(false, |path| !is_meta_inf(path) && path != bag::TAG_MANIFEST_PATH);
        if !holds(bag::TAG_MANIFEST_PATH, &mut bag::listed(&tags)) {
            self.manifest(found, bag::TAG_MANIFEST_PATH, &tags)?;
        }
        Ok(())
    }

    fn manifest<S: Source>(
        &mut self,
        found: &Found<'_, S>,
        file: &'static str,
        there: &Manifest,
    ) -> Result<(), ContainerError> {
        let Some(bytes) = found.text(file)? else { return Ok(()) };
        let mut findings = Vec::new();
        let mut listed = bag::read_manifest(file, &bytes, &mut findings);
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
        Ok(())
    }

    fn covers<S: Source>(&mut self, found: &Found<'_, S>) -> Result<(), ContainerError> {
        let beside = [asic::MIMETYPE_PATH, asic::STAMPED_PATH, asic::TIMESTAMP_PATH];
        let is_stamped = |path: &str| !beside.contains(&path);
        let is_signed = |path: &str| path != asic::MIMETYPE_PATH && !is_meta_inf(path);
        let covers: [(Cover, Covered<'_>); 2] =
            [(Cover::Signature, &is_signed), (Cover::Timestamp, &is_stamped)];
        let is_plain = found.payload().all(|(path, _)| asic::is_plain(path));
        for (cover, is_covered) in covers {
            let file = cover.path();
            let others = found.those(false, is_covered);
            let holds = is_plain
                && others.keys().all(|path| asic::is_plain(path))
                && found.is_as_written(file, |out| {
                    asic::write(cover, bag::among(&others, found.payload()), out)
                });
            if holds {
                continue;
            }
            let Some(bytes) = found.text(file)? else { continue };
            match asic::read(cover, &bytes) {
                Some(listed) => {
                    let there = found.those(true, is_covered);
                    self.bags(file, bag::compare(file, &listed, &there));
                }
                None => self.add(file, BundleFinding::AsicForm { path: file.to_owned() }),
            }
        }
        Ok(())
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

    fn originals<S: Source>(&mut self, found: &Found<'_, S>) -> Result<(), ContainerError> {
        if found.are_originals() {
            return Ok(());
        }
        let Some(bytes) = found.text(originals::ORIGINALS_PATH)? else { return Ok(()) };
        let rows = match originals::read(&bytes) {
            Ok(rows) => rows,
            Err(line) => {
                self.add(originals::ORIGINALS_PATH, BundleFinding::Originals { line });
                return Ok(());
            }
        };
        let listed: BTreeSet<&str> = rows.iter().map(|row| row.file.as_str()).collect();
        let payload = found.those(true, |_| false);
        let file = || originals::ORIGINALS_PATH.to_owned();
        for path in payload.keys().filter(|path| !listed.contains(path.as_str())) {
            self.add(path, BagFinding::Extra { file: file(), path: shown(path) });
        }
        for row in &rows {
            if !payload.contains_key(&row.file) {
                let path = shown(&row.file);
                self.add(&row.file, BagFinding::Missing { file: file(), path });
            }
            if !row.is_where_its_kind_is() {
                self.add(&row.file, BundleFinding::OtherKind { path: shown(&row.file) });
            }
        }
        Ok(())
    }
}
