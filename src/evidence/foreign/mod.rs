//! Bags that somebody else made: valid, invalid, or valid with a warning.
//!
//! Judges a folder or ZIP by `BagIt` 0.93 to 1.0, whatever checksums it uses, and lists everything
//! found. Reads only; follows no link, fetches nothing, and looks at no path outside the bag.
//! A bag that holds and over which some program would stumble is valid with a warning.
//! Source: RFC 8493 and its drafts; the Library of Congress conformance suite.

mod declaration;
mod finding;
mod info;
mod manifest;
mod text;
mod tree;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Write},
    path::Path,
};

use sha2::digest::DynDigest;
use unicode_normalization::UnicodeNormalization as _;

pub use self::finding::{ForeignFinding, Judged, Level};
use self::{
    declaration::Declaration,
    finding::Findings,
    manifest::{Algorithm, Manifest},
    tree::{Failure, Tree},
};
use crate::{
    durable::{self, DurableError},
    evidence::container::{Limits, path::shown},
    problem::Report,
};

/// Most bytes of one tag file.
const TAG_LIMIT: u64 = 256 << 20;

/// What was found out about a bag.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// The version it declares, if it declares one.
    pub version: Option<String>,
    /// Files of the payload.
    pub payload_files: u64,
    /// Bytes of the payload.
    pub payload_bytes: u64,
    /// What is wrong with it, in the order it was found.
    pub findings: Vec<Judged>,
}

impl Judgement {
    /// `valid`, `warning` or `invalid`.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        match self.findings.iter().map(|judged| judged.level).max() {
            None => "valid",
            Some(Level::Warning) => "warning",
            Some(Level::Invalid) => "invalid",
        }
    }

    /// Whether the bag holds, though perhaps with a warning.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.iter().all(|judged| judged.level == Level::Warning)
    }
}

/// Judges the bag at `path`, a folder or a ZIP.
///
/// # Errors
/// [`ForeignFinding::Unreadable`] where the system refused; everything else is a finding.
pub fn judge(path: &Path) -> Result<Judgement, Report> {
    let mut findings = Findings::default();
    let unreadable = |source: io::Error| {
        let path = shown(&path.display().to_string());
        Report::of(&ForeignFinding::Unreadable { path, source })
    };
    let tree = if tree::is_folder(path).map_err(unreadable)? {
        Some(Tree::of_folder(path, Limits::default().entries, &mut findings).map_err(unreadable)?)
    } else {
        let file: File = durable::open_regular(path).map_err(|error| match error {
            DurableError::Io { source, .. } => unreadable(source),
            other => Report::of(&other),
        })?;
        Tree::of_zip(file, &mut findings).map_err(unreadable)?
    };
    let mut judgement = Judgement::default();
    if let Some(tree) = tree {
        Judge { tree: &tree, findings: &mut findings, judgement: &mut judgement }.bag()?;
    }
    judgement.findings = findings.into_list();
    Ok(judgement)
}

struct Judge<'a> {
    tree: &'a Tree,
    findings: &'a mut Findings,
    judgement: &'a mut Judgement,
}

fn is_payload(path: &str) -> bool {
    path.starts_with("data/")
}

impl Judge<'_> {
    fn bag(&mut self) -> Result<(), Report> {
        let payload = self.tree.files.iter().filter(|(path, _)| is_payload(path));
        for (_, size) in payload {
            self.judgement.payload_files = self.judgement.payload_files.saturating_add(1);
            self.judgement.payload_bytes = self.judgement.payload_bytes.saturating_add(*size);
        }
        if !self.tree.has("bagit.txt") {
            self.findings.invalid(&ForeignFinding::NoDeclaration);
            return Ok(());
        }
        let bytes = self.bytes("bagit.txt")?.unwrap_or_default();
        let declaration = declaration::read(&bytes, self.findings);
        self.judgement.version.clone_from(&declaration.version);
        if !self.tree.folders.contains("data") {
            self.findings.invalid(&ForeignFinding::NoPayload);
        }
        let payload = self.manifests("manifest-", &declaration)?;
        let tags = self.manifests("tagmanifest-", &declaration)?;
        self.lists(&payload, &tags, declaration.modern);
        for file in ["bag-info.txt", "package-info.txt"] {
            if let Some(text) = self.text(file, &declaration)? {
                let (files, bytes) = (self.judgement.payload_files, self.judgement.payload_bytes);
                let oxum = (bytes, files);
                info::read(file, &text, declaration.modern, oxum, self.findings);
            }
        }
        let unfetched = self.fetch(&payload, &declaration)?;
        self.payload(&payload, declaration.modern);
        self.checksums(&payload, &tags, &unfetched)
    }

    /// The bytes of a tag file; nothing where it is missing or larger than can be.
    fn bytes(&mut self, path: &str) -> Result<Option<Vec<u8>>, Report> {
        match self.tree.files.get(path) {
            None => return Ok(None),
            Some(size) if *size > TAG_LIMIT => {
                self.findings.invalid(&ForeignFinding::TooLarge { file: shown(path) });
                return Ok(None);
            }
            Some(_) => {}
        }
        let mut bytes = Vec::new();
        Ok(self.copied(path, &mut bytes)?.then_some(bytes))
    }

    /// Copies a file; `false` where its container contradicts itself.
    fn copied(&mut self, path: &str, out: &mut dyn Write) -> Result<bool, Report> {
        match self.tree.copy(path, out) {
            Ok(()) => Ok(true),
            Err(Failure::Defect(defect)) => {
                self.findings.report(Report::of(&defect));
                Ok(false)
            }
            Err(Failure::Io(source)) => {
                let path = shown(path);
                Err(Report::of(&ForeignFinding::Unreadable { path, source }))
            }
        }
    }

    /// A tag file as text.
    fn text(&mut self, file: &str, declaration: &Declaration) -> Result<Option<String>, Report> {
        let Some(bytes) = self.bytes(file)? else { return Ok(None) };
        let Some(encoding) = declaration.encoding else { return Ok(None) };
        let named = || file.to_owned();
        let Some(decoded) = encoding.decode(&bytes) else {
            self.findings.invalid(&ForeignFinding::Undecodable { file: named() });
            return Ok(None);
        };
        if decoded.marked && !encoding.is_marked() {
            let level = if declaration.modern { Level::Invalid } else { Level::Warning };
            self.findings.add(level, &ForeignFinding::ByteOrderMark { file: named() });
        }
        Ok(Some(decoded.text))
    }

    fn manifests(
        &mut self,
        prefix: &str,
        declaration: &Declaration,
    ) -> Result<Vec<Manifest>, Report> {
        let mut manifests = Vec::new();
        let mut unknown = Vec::new();
        let tree = self.tree;
        for file in tree.files.keys() {
            let name = file.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(".txt"));
            let Some(name) = name.filter(|name| !name.contains('/')) else { continue };
            let Some(algorithm) = Algorithm::of(name) else {
                unknown.push(ForeignFinding::AlgorithmUnknown { file: shown(file) });
                continue;
            };
            let Some(text) = self.text(file, declaration)? else { continue };
            let lines = text::lines(&text);
            let modern = declaration.modern;
            manifests.push(manifest::read(file, algorithm, &lines, modern, tree, self.findings));
        }
        let is_payload = prefix == "manifest-";
        // Nothing is proved by checksums nobody can compute; beside others they may stand.
        let level =
            if manifests.is_empty() && is_payload { Level::Invalid } else { Level::Warning };
        for finding in &unknown {
            self.findings.add(level, finding);
        }
        if is_payload && manifests.is_empty() && unknown.is_empty() {
            self.findings.invalid(&ForeignFinding::NoManifest);
        }
        Ok(manifests)
    }

    /// What a manifest may list at all.
    fn lists(&mut self, payload: &[Manifest], tags: &[Manifest], modern: bool) {
        let strict = if modern { Level::Invalid } else { Level::Warning };
        for manifest in payload {
            for path in manifest.entries.keys().filter(|path| !is_payload(path)) {
                let (file, path) = (manifest.file.clone(), shown(path));
                self.findings.invalid(&ForeignFinding::OutsidePayload { file, path });
            }
        }
        for manifest in tags {
            for path in manifest.entries.keys() {
                let listed = || (manifest.file.clone(), shown(path));
                let is_tag_manifest =
                    path.starts_with("tagmanifest-") && path.strip_suffix(".txt").is_some();
                if is_payload(path) || is_tag_manifest {
                    let (file, path) = listed();
                    self.findings.add(strict, &ForeignFinding::NotListable { file, path });
                }
            }
            if modern {
                for unlisted in payload {
                    if !manifest.entries.contains_key(&unlisted.file) {
                        let (file, path) = (manifest.file.clone(), unlisted.file.clone());
                        self.findings.invalid(&ForeignFinding::ManifestUnlisted { file, path });
                    }
                }
            }
        }
    }

    /// Files that `fetch.txt` lists and that are not there.
    fn fetch(
        &mut self,
        payload: &[Manifest],
        declaration: &Declaration,
    ) -> Result<BTreeSet<String>, Report> {
        let mut unfetched = BTreeSet::new();
        let Some(text) = self.text("fetch.txt", declaration)? else { return Ok(unfetched) };
        for (number, line) in (1..).zip(text::lines(&text)) {
            if line.trim().is_empty() {
                continue;
            }
            let Some(path) = info::fetch_line(line) else {
                self.findings.invalid(&ForeignFinding::FetchLine { line: number });
                continue;
            };
            let modern = declaration.modern;
            let path = manifest::Path { file: "fetch.txt", line: number, modern, tree: self.tree }
                .settled(path, self.findings);
            let Some(path) = path else { continue };
            if !is_payload(&path) {
                self.findings.invalid(&ForeignFinding::FetchLine { line: number });
                continue;
            }
            let listed = |manifest: &Manifest| manifest.entries.contains_key(&path);
            let all = payload.iter().all(listed);
            if !all && (modern || !payload.iter().any(listed)) {
                self.findings.invalid(&ForeignFinding::FetchUnlisted { path: shown(&path) });
            }
            if !self.tree.has(&path) {
                self.findings.invalid(&ForeignFinding::NotFetched { path: shown(&path) });
                unfetched.insert(path);
            }
        }
        Ok(unfetched)
    }

    /// Which files of the payload are in which manifest, and which names collide.
    fn payload(&mut self, payload: &[Manifest], modern: bool) {
        let listed: BTreeSet<&str> = payload
            .iter()
            .flat_map(|manifest| manifest.entries.keys().map(String::as_str))
            .collect();
        let forms: BTreeSet<String> = listed.iter().map(|path| form(path)).collect();
        for path in self.tree.files.keys().filter(|path| is_payload(path)) {
            // Listed in another Unicode form, it is told where the form is resolved.
            if !payload.is_empty()
                && !listed.contains(path.as_str())
                && !forms.contains(&form(path))
            {
                self.findings.invalid(&ForeignFinding::Extra { path: shown(path) });
            }
        }
        for manifest in payload {
            for path in listed.iter().filter(|path| !manifest.entries.contains_key(**path)) {
                let file = manifest.file.clone();
                if modern {
                    let path = shown(path);
                    self.findings.invalid(&ForeignFinding::NotInEvery { file, path });
                } else {
                    self.findings.warn(&ForeignFinding::SetsDiffer { file });
                    break;
                }
            }
        }
        let mut folded: BTreeMap<String, &str> = BTreeMap::new();
        let there = self.tree.files.keys().map(String::as_str).filter(|path| is_payload(path));
        for path in listed.iter().copied().chain(there) {
            match folded.insert(folded_form(path), path) {
                Some(other) if other != path => {
                    self.findings.warn(&ForeignFinding::Alike { path: shown(path) });
                }
                _ => {}
            }
            if is_system_file(path) {
                self.findings.warn(&ForeignFinding::SystemFile { path: shown(path) });
            }
        }
    }

    /// Reads every listed file once and compares all its checksums.
    fn checksums(
        &mut self,
        payload: &[Manifest],
        tags: &[Manifest],
        unfetched: &BTreeSet<String>,
    ) -> Result<(), Report> {
        let mut wanted: BTreeMap<&str, Vec<Wanted<'_>>> = BTreeMap::new();
        let tree = self.tree;
        let forms: BTreeMap<String, &str> =
            tree.files.keys().map(|path| (form(path), path.as_str())).collect();
        let mut folded = Folded::new();
        for path in tree.files.keys() {
            folded.entry(folded_form(path)).or_default().push(path);
        }
        for manifest in payload.iter().chain(tags) {
            for (path, checksum) in &manifest.entries {
                let missing =
                    || ForeignFinding::Missing { file: manifest.file.clone(), path: shown(path) };
                if tree.folders.contains(path) {
                    let (file, path) = (manifest.file.clone(), shown(path));
                    self.findings.invalid(&ForeignFinding::Folder { file, path });
                    continue;
                }
                let found = if tree.has(path) {
                    Some(path.as_str())
                } else {
                    forms.get(&form(path)).copied().or_else(|| twin(path, manifest, &folded))
                };
                match found {
                    Some(found) => {
                        if found != path {
                            self.findings.warn(&ForeignFinding::Alike { path: shown(path) });
                        }
                        wanted.entry(found).or_default().push((manifest, path, checksum));
                    }
                    None if unfetched.contains(path) => {}
                    None => self.findings.invalid(&missing()),
                }
            }
        }
        for (path, checks) in wanted {
            let algorithms: BTreeSet<Algorithm> =
                checks.iter().map(|(manifest, ..)| manifest.algorithm).collect();
            let mut hashers = Hashers(
                algorithms.into_iter().map(|algorithm| (algorithm, algorithm.hasher())).collect(),
            );
            if !self.copied(path, &mut hashers)? {
                continue;
            }
            let sums: BTreeMap<Algorithm, Box<[u8]>> = hashers
                .0
                .into_iter()
                .map(|(algorithm, hasher)| (algorithm, hasher.finalize()))
                .collect();
            for (manifest, listed, checksum) in checks {
                if sums.get(&manifest.algorithm).is_none_or(|sum| **sum != *checksum) {
                    let (file, path) = (manifest.file.clone(), shown(listed));
                    self.findings.invalid(&ForeignFinding::Changed { file, path });
                }
            }
        }
        Ok(())
    }
}

/// Files by the name under which a system that knows no case would find them.
type Folded<'a> = BTreeMap<String, Vec<&'a str>>;

/// The file that `path` names on a system that knows no case: one that the same manifest lists
/// too, in its own case.
fn twin<'a>(path: &str, manifest: &Manifest, folded: &Folded<'a>) -> Option<&'a str> {
    let twins = folded.get(&folded_form(path))?;
    twins.iter().copied().find(|other| manifest.entries.contains_key(*other))
}

/// A name in the one form in which two names of the same Unicode text are equal.
fn form(path: &str) -> String {
    path.nfc().collect()
}

/// A name as systems that know no case compare it.
fn folded_form(path: &str) -> String {
    form(path).to_uppercase().to_lowercase().nfc().collect()
}

/// Whether `path` is one of the files that systems leave in folders by themselves.
fn is_system_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, ".DS_Store" | "Thumbs.db" | "thumbs.db" | "desktop.ini" | "Desktop.ini")
        || (name.starts_with("._") && name.len() > 2)
        || path.split('/').any(|part| matches!(part, "__MACOSX" | ".Spotlight-V100" | ".Trashes"))
}

/// A manifest, a path as it lists it, and the checksum it gives.
type Wanted<'a> = (&'a Manifest, &'a str, &'a [u8]);

struct Hashers(Vec<(Algorithm, Box<dyn DynDigest>)>);

impl Write for Hashers {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (_, hasher) in &mut self.0 {
            hasher.update(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
