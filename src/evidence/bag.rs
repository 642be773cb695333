//! The `BagIt` 1.0 tag files of a bundle: written in one form, read in that form only.
//!
//! Manifests are sorted by path, one `digest␠␠path` a line, with line feeds, so that `sha256sum -c`
//! reads them. Reading names every defect by line. Paths are plain ASCII, so no percent-encoding
//! arises. Source: RFC 8493 sections 2.1 and 2.2; SPEC "Bundle".

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::container::path;
use crate::digest::Digest;

/// Declaration of a bag.
pub const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// Path of the declaration.
pub const DECLARATION_PATH: &str = "bagit.txt";
/// Path of the metadata.
pub const INFO_PATH: &str = "bag-info.txt";
/// Path of the payload manifest.
pub const MANIFEST_PATH: &str = "manifest-sha256.txt";
/// Path of the tag manifest.
pub const TAG_MANIFEST_PATH: &str = "tagmanifest-sha256.txt";

crate::problems! {
    /// What is wrong with the tag files of a bag.
    pub enum BagFinding {
        /// The declaration is not that of `BagIt` 1.0.
        Declaration = "CH-B001", Finding,
            "`bagit.txt` does not declare a BagIt 1.0 bag in UTF-8" => "have the bag made again; do not trust this one",
            "`bagit.txt` 未声明 UTF-8 的 BagIt 1.0 包" => "请重新制作，勿采信此包";
        /// A tag file is not UTF-8, or has other line ends.
        Encoding { file: String } = "CH-B002", Finding,
            "`{file}` is not UTF-8 text with line feeds" => "have the bag made again; do not trust this one",
            "`{file}` 不是以换行符分行的 UTF-8 文本" => "请重新制作，勿采信此包";
        /// A line is not of the form.
        Line { file: String, line: usize } = "CH-B003", Finding,
            "line {line} of `{file}` is not of the form it must have" => "compare with an archived copy",
            "`{file}` 第 {line} 行格式不符" => "请与存档副本比对";
        /// Lines are not in order, or one path is listed twice.
        Order { file: String, line: usize } = "CH-B004", Finding,
            "line {line} of `{file}` is out of order or lists a path again" => "compare with an archived copy",
            "`{file}` 第 {line} 行顺序不符或重复" => "请与存档副本比对";
        /// Listed, but not there.
        Missing { file: String, path: String } = "CH-B005", Finding,
            "`{path}` is listed in `{file}` and is missing" => "get the bundle again; something was taken out",
            "`{file}` 所列 `{path}` 缺失" => "请重新获取证据包，其中内容被移除";
        /// There, but not listed.
        Extra { file: String, path: String } = "CH-B006", Finding,
            "`{path}` is not listed in `{file}`" => "do not trust it; it was put in later",
            "`{path}` 未列入 `{file}`" => "请勿采信，该文件系后来加入";
        /// The bytes are others.
        Changed { file: String, path: String } = "CH-B007", Finding,
            "`{path}` does not have the digest that `{file}` lists" => "do not trust it; compare with an archived copy",
            "`{path}` 的摘要与 `{file}` 不符" => "请勿采信，并与存档副本比对";
        /// Number or bytes of the payload are others.
        Oxum = "CH-B008", Finding,
            "the payload is not as large as `bag-info.txt` says" => "compare with an archived copy",
            "载荷大小与 `bag-info.txt` 所述不符" => "请与存档副本比对";
        /// A field is missing or unusable.
        Field { field: &'static str } = "CH-B009", Finding,
            "`bag-info.txt` has no usable `{field}`" => "compare with an archived copy",
            "`bag-info.txt` 缺少可用的 `{field}`" => "请与存档副本比对";
        /// A tag file every bundle has is missing.
        NoTagFile { file: String } = "CH-B010", Finding,
            "`{file}` is missing" => "get the bundle again; something was taken out",
            "缺少 `{file}`" => "请重新获取证据包";
        /// The manifest lists what it must not.
        NotListable { file: String, path: String } = "CH-B011", Finding,
            "`{file}` lists `{path}`, which it must not" => "compare with an archived copy",
            "`{file}` 不应列出 `{path}`" => "请与存档副本比对";
    }
}

/// Digests by path, sorted.
pub type Manifest = BTreeMap<String, Digest>;
/// A file as manifests list it: path and digest.
pub type Listed<'a> = (&'a str, &'a Digest);
/// Folder of the payload.
pub const PAYLOAD: &str = "data/";

/// Writes a manifest of `files`, which are sorted by path.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_manifest<'a>(
    mut files: impl Iterator<Item = Listed<'a>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    files.try_for_each(|(path, digest)| writeln!(out, "{digest}  {path}"))
}

/// The files of `manifest`.
pub fn listed(manifest: &Manifest) -> impl Iterator<Item = Listed<'_>> {
    manifest.iter().map(|(path, digest)| (path.as_str(), digest))
}

/// The files of `payload` in their place among `others`, none of which is below `data/`.
pub fn among<'a>(
    others: &'a Manifest,
    payload: impl Iterator<Item = Listed<'a>>,
) -> impl Iterator<Item = Listed<'a>> {
    let is_before = |one: &Listed<'_>| one.0 < PAYLOAD;
    listed(others).take_while(is_before).chain(payload).chain(listed(others).skip_while(is_before))
}

/// Reads a manifest in the one form it is written in; what cannot be read is a finding.
pub fn read_manifest(file: &str, bytes: &[u8], findings: &mut Vec<BagFinding>) -> Manifest {
    let mut manifest = Manifest::new();
    for (line, text) in lines(file, bytes, findings) {
        let entry = text.split_once("  ").and_then(|(digest, path)| {
            Some((digest.parse::<Digest>().ok()?, path)).filter(|_| path::check(path).is_ok())
        });
        let Some((digest, path)) = entry else {
            findings.push(BagFinding::Line { file: file.to_owned(), line });
            continue;
        };
        let after = manifest.last_key_value().is_none_or(|(last, _)| last.as_str() < path);
        if !after {
            findings.push(BagFinding::Order { file: file.to_owned(), line });
        }
        manifest.insert(path.to_owned(), digest);
    }
    manifest
}

/// Compares what `file` lists with what is there.
#[must_use]
pub fn compare(file: &str, listed: &Manifest, there: &Manifest) -> Vec<BagFinding> {
    let mut findings = Vec::new();
    for (name, digest) in listed {
        let found = there.get(name);
        if found == Some(digest) {
            continue;
        }
        let (file, path) = (file.to_owned(), path::shown(name));
        findings.push(match found {
            None => BagFinding::Missing { file, path },
            Some(_) => BagFinding::Changed { file, path },
        });
    }
    for path in there.keys().filter(|path| !listed.contains_key(*path)) {
        findings.push(BagFinding::Extra { file: file.to_owned(), path: path::shown(path) });
    }
    findings
}

/// Fields of `bag-info.txt` in their order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Info(Vec<(String, String)>);

impl Info {
    /// Adds a field. Label and value are single lines; [`is_fit`] says which values may stand.
    pub fn push(&mut self, label: &str, value: impl Into<String>) {
        self.0.push((label.to_owned(), value.into()));
    }

    /// Value of the first field of that label.
    #[must_use]
    pub fn get(&self, label: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == label).map(|(_, value)| value.as_str())
    }

    /// Writes the fields, one a line.
    #[must_use]
    pub fn write(&self) -> String {
        self.0.iter().map(|(label, value)| [label, ": ", value, "\n"].concat()).collect()
    }

    /// Reads the fields in the form they are written in; what cannot be read is a finding.
    pub fn read(bytes: &[u8], findings: &mut Vec<BagFinding>) -> Self {
        let mut info = Self::default();
        for (line, text) in lines(INFO_PATH, bytes, findings) {
            let field = text.split_once(": ").filter(|(label, value)| {
                let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                plain && !label.is_empty() && is_fit(value)
            });
            match field {
                Some((label, value)) if info.get(label).is_none() => info.push(label, value),
                _ => findings.push(BagFinding::Line { file: INFO_PATH.to_owned(), line }),
            }
        }
        info
    }
}

/// Whether `value` may stand in one line of a tag file.
#[must_use]
pub fn is_fit(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 400
        && value.trim() == value
        && !value.chars().any(path::is_hidden)
}

/// Lines of a tag file by number; other line ends, a missing last one or no UTF-8 is a finding.
fn lines<'a>(file: &str, bytes: &'a [u8], findings: &mut Vec<BagFinding>) -> Vec<(usize, &'a str)> {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\r') && !text.starts_with('\u{feff}'))
        .and_then(|text| text.strip_suffix('\n'));
    let Some(text) = text else {
        findings.push(BagFinding::Encoding { file: file.to_owned() });
        return Vec::new();
    };
    (1..).zip(text.split('\n')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_back_and_its_defects_are_named_by_line() {
        let manifest: Manifest =
            [("data/a", "1"), ("data/b", "2")].map(|(path, x)| (path.into(), Digest::of(x))).into();
        let mut text = Vec::new();
        write_manifest(listed(&manifest), &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let mut findings = Vec::new();
        assert_eq!(read_manifest(MANIFEST_PATH, text.as_bytes(), &mut findings), manifest);
        assert!(findings.is_empty());
        let (first, second) = text.trim_end().split_once('\n').unwrap();
        for (bad, code) in [
            (format!("{second}\n{first}\n"), "CH-B004"),
            (format!("{first}\n{first}\n"), "CH-B004"),
            (format!("{first}\n{second}"), "CH-B002"),
            (text.replace('\n', "\r\n"), "CH-B002"),
            (format!("{text}\n"), "CH-B003"),
            (text.replace("  ", " *"), "CH-B003"),
            (text.replace("data/a", "data/../a"), "CH-B003"),
            (text.to_uppercase(), "CH-B003"),
        ] {
            let mut findings = Vec::new();
            read_manifest(MANIFEST_PATH, bad.as_bytes(), &mut findings);
            let found = findings.first().map(|finding| crate::problem::Problem::code(finding).code);
            assert_eq!(found, Some(code), "{bad}");
        }
    }

    #[test]
    fn missing_extra_and_changed_files_are_told_apart() {
        let manifest = |files: &[(&str, &str)]| -> Manifest {
            files.iter().map(|(path, x)| ((*path).into(), Digest::of(x))).collect()
        };
        let listed = manifest(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let there = manifest(&[("a", "1"), ("b", "x"), ("d", "4")]);
        let found = compare("m", &listed, &there);
        assert!(matches!(
            found.as_slice(),
            [BagFinding::Changed { .. }, BagFinding::Missing { .. }, BagFinding::Extra { .. }]
        ));
    }

    #[test]
    fn metadata_is_read_back_and_a_repeated_or_folded_field_is_a_finding() {
        let mut info = Info::default();
        info.push("Source-Organization", "示例清收服务有限公司");
        info.push("Payload-Oxum", "10.2");
        let mut findings = Vec::new();
        assert_eq!(Info::read(info.write().as_bytes(), &mut findings), info);
        assert!(findings.is_empty());
        for bad in ["A: 1\nA: 2\n", "A: 1\n  2\n", "A:1\n", "A: \n", "A: 1\u{202e}\n"] {
            let mut findings = Vec::new();
            Info::read(bad.as_bytes(), &mut findings);
            assert!(!findings.is_empty(), "{bad}");
        }
    }
}
