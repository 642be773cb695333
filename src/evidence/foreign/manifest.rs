//! Manifests of bags by others: checksum and path a line, in any of the usual forms.
//!
//! Paths are brought to the form in which the tree has them; one that leads out of the bag is
//! told and never followed. Source: RFC 8493 sections 2.1.3 and 2.2.1; the drafts 0.93 to 0.97.

use std::collections::BTreeMap;

use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512, digest::DynDigest};

use super::{
    finding::{Findings, ForeignFinding, Level},
    tree::Tree,
};
use crate::evidence::container::path::shown;

/// An algorithm of a manifest.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    /// The algorithm a manifest's name ends in.
    pub(super) fn of(name: &str) -> Option<Self> {
        let plain = |letter: &char| letter.is_ascii_alphanumeric();
        let name: String = name.to_ascii_lowercase().chars().filter(plain).collect();
        Some(match name.as_str() {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    pub(super) fn hasher(self) -> Box<dyn DynDigest> {
        match self {
            Self::Md5 => Box::new(Md5::default()),
            Self::Sha1 => Box::new(Sha1::default()),
            Self::Sha224 => Box::new(Sha224::default()),
            Self::Sha256 => Box::new(Sha256::default()),
            Self::Sha384 => Box::new(Sha384::default()),
            Self::Sha512 => Box::new(Sha512::default()),
        }
    }

    const fn bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A manifest that was read: checksums by path, as the tree has it.
pub(super) struct Manifest {
    pub(super) file: String,
    pub(super) algorithm: Algorithm,
    pub(super) entries: BTreeMap<String, Vec<u8>>,
}

/// Reads the lines of the manifest `file`.
pub(super) fn read(
    file: &str,
    algorithm: Algorithm,
    lines: &[&str],
    modern: bool,
    tree: &Tree,
    findings: &mut Findings,
) -> Manifest {
    let mut entries: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (number, line) in (1..).zip(lines) {
        if line.trim().is_empty() {
            continue;
        }
        let named = || file.to_owned();
        let Some((checksum, path)) = split(line, algorithm) else {
            findings.invalid(&ForeignFinding::ManifestLine { file: named(), line: number });
            continue;
        };
        let Some(path) = Path { file, line: number, modern, tree }.settled(path, findings) else {
            continue;
        };
        match entries.get(&path) {
            Some(before) if *before == checksum => {
                let level = if modern { Level::Invalid } else { Level::Warning };
                let path = shown(&path);
                findings.add(level, &ForeignFinding::Twice { file: named(), path });
            }
            Some(_) => {
                let path = shown(&path);
                findings.invalid(&ForeignFinding::TwoChecksums { file: named(), path });
            }
            None => drop(entries.insert(path, checksum)),
        }
    }
    Manifest { file: file.to_owned(), algorithm, entries }
}

fn split(line: &str, algorithm: Algorithm) -> Option<(Vec<u8>, &str)> {
    let (checksum, path) = line.split_once([' ', '\t'])?;
    let checksum = hex::decode(checksum).ok()?;
    let path = path.trim_start_matches([' ', '\t']);
    (checksum.len() == algorithm.bytes() && !path.is_empty()).then_some((checksum, path))
}

/// A path as a line of `file` gives it.
pub(super) struct Path<'a> {
    pub(super) file: &'a str,
    pub(super) line: usize,
    /// Whether the bag is of BagIt 1.0.
    pub(super) modern: bool,
    pub(super) tree: &'a Tree,
}

impl Path<'_> {
    /// The path in the form the tree has; nothing where it leads out of the bag.
    pub(super) fn settled(&self, path: &str, findings: &mut Findings) -> Option<String> {
        let file = || self.file.to_owned();
        let mut path = path;
        if let Some(rest) = path.strip_prefix('*').filter(|_| !self.tree.has(path)) {
            findings.warn(&ForeignFinding::Asterisk { file: file() });
            path = rest;
        }
        let decoded = self.decoded(path, findings);
        let mut path = decoded.as_str();
        if leads_out(path) || (path.starts_with('~') && !self.tree.has(path)) {
            findings.invalid(&ForeignFinding::Escape { file: file(), line: self.line });
            return None;
        }
        if path.contains('\\') {
            findings.warn(&ForeignFinding::Backslash { file: file() });
        }
        // Other programs trim the end of a line.
        if !self.tree.has(path) && self.tree.has(path.trim_end()) {
            path = path.trim_end();
        }
        if !path.split('/').any(|part| part.is_empty() || part == ".") {
            return Some(path.to_owned());
        }
        findings.warn(&ForeignFinding::DotSlash { file: file() });
        let parts: Vec<&str> =
            path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        Some(parts.join("/"))
    }

    /// Since 1.0 line ends and percent signs, and only those, are percent-encoded; before, only
    /// line ends were, and not by all.
    fn decoded(&self, path: &str, findings: &mut Findings) -> String {
        if !path.contains('%') {
            return path.to_owned();
        }
        let mut plain = String::with_capacity(path.len());
        let mut bare = false;
        let mut rest = path;
        while let Some(at) = rest.find('%') {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            let code = from.get(1..3).unwrap_or_default();
            let meant = match code.to_ascii_uppercase().as_str() {
                "0A" => Some('\n'),
                "0D" => Some('\r'),
                "25" => Some('%'),
                _ => None,
            };
            bare |= meant.is_none();
            plain.push(meant.unwrap_or('%'));
            rest = from.get(if meant.is_some() { 3 } else { 1 }..).unwrap_or_default();
        }
        plain.push_str(rest);
        if self.modern {
            if bare {
                let (file, line) = (self.file.to_owned(), self.line);
                findings.invalid(&ForeignFinding::Percent { file, line });
            }
            return plain;
        }
        if self.tree.has(path) || !self.tree.has(&plain) { path.to_owned() } else { plain }
    }
}

/// Whether some system would look for `path` outside the bag.
fn leads_out(path: &str) -> bool {
    let mut letters = path.chars();
    let drive = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && letters.next().is_none_or(|letter| matches!(letter, '/' | '\\'));
    let climbs = path.split(['/', '\\']).any(|part| part == "..");
    // `\.\./` is `../` with its characters escaped.
    let unescaped = path.replace('\\', "");
    drive
        || climbs
        || path.starts_with(['/', '\\'])
        || path.contains('\0')
        || unescaped.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_any_system_reads_as_outside_leads_out() {
        for path in [
            "/a",
            "../a",
            "data/../../a",
            "C:\\a",
            "c:/a",
            "\\\\?\\C:\\a",
            "data\\..\\a",
            "\\.\\./a",
        ] {
            assert!(leads_out(path), "{path}");
        }
        for path in ["data/a", "data/..a", "data/a:b", "data/a\\b", "./data/a"] {
            assert!(!leads_out(path), "{path}");
        }
    }

    #[test]
    fn a_line_is_a_whole_checksum_and_a_path() {
        let sum = "751E32179ec8acd71081654527f2e771";
        let ok = |line: &str| split(line, Algorithm::Md5).map(|(_, path)| path.to_owned());
        assert_eq!(ok(&format!("{sum}\t  data/a b")).unwrap(), "data/a b");
        for line in
            [sum.to_owned(), format!("{sum} "), format!("{sum}0 data/a"), format!(" {sum} a")]
        {
            assert_eq!(ok(&line), None, "{line}");
        }
        assert_eq!(Algorithm::of("SHA-512"), Some(Algorithm::Sha512));
        assert_eq!(Algorithm::of("blake3"), None);
    }
}
