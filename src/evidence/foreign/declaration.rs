//! `bagit.txt`: version and encoding of a bag.
//!
//! Since 1.0 it is exactly two lines in one form; before, blanks and further lines were let pass.
//! Source: RFC 8493 section 2.1.1; the drafts 0.93 to 0.97.

use super::{
    finding::{Findings, ForeignFinding, Level},
    text::{Encoding, lines},
};
use crate::evidence::words::Words;

const VERSIONS: [&str; 6] = ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"];

/// What a bag declares.
pub(super) struct Declaration {
    /// The version, if it is one.
    pub(super) version: Option<String>,
    /// Whether it is of version 1.0.
    pub(super) modern: bool,
    /// How the other tag files are encoded; nothing where nobody knows.
    pub(super) encoding: Option<Encoding>,
}

/// Reads `bagit.txt`.
pub(super) fn read(bytes: &[u8], findings: &mut Findings) -> Declaration {
    let file = || "bagit.txt".to_owned();
    let mut told = |finding: &ForeignFinding| findings.invalid(finding);
    let Some(decoded) = Encoding::Utf8.decode(bytes) else {
        told(&ForeignFinding::Undecodable { file: file() });
        return Declaration { version: None, modern: false, encoding: None };
    };
    if decoded.marked {
        told(&ForeignFinding::ByteOrderMark { file: file() });
    }
    let lines = lines(&decoded.text);
    let version = field(lines.first(), "BagIt-Version").filter(|value| is_version(value));
    let encoding_name = field(lines.get(1), "Tag-File-Character-Encoding");
    if version.is_none() {
        let what =
            Words("the first line is not `BagIt-Version: M.N`", "首行不是 `BagIt-Version: M.N`");
        told(&ForeignFinding::Declaration { what });
    }
    if encoding_name.is_none() {
        let what = Words(
            "the second line is not `Tag-File-Character-Encoding: ENCODING`",
            "第二行不是 `Tag-File-Character-Encoding: ENCODING`",
        );
        told(&ForeignFinding::Declaration { what });
    }
    if version.is_some_and(|version| !VERSIONS.contains(&version)) {
        told(&ForeignFinding::Version);
    }
    let encoding = encoding_name.map_or(Some(Encoding::Utf8), Encoding::of);
    if encoding.is_none() {
        told(&ForeignFinding::EncodingUnknown);
    }
    let modern = version.is_some_and(|version| !version.starts_with("0."));
    if modern {
        let exact = |line: Option<&&str>, value: Option<&str>, label: &str| {
            value.is_none_or(|value| {
                line.is_some_and(|line| {
                    let rest = line.get(label.len()..).unwrap_or_default();
                    rest == format!(": {value}") || rest == format!(":\t{value}")
                })
            })
        };
        if !exact(lines.first(), version, "BagIt-Version")
            || !exact(lines.get(1), encoding_name, "Tag-File-Character-Encoding")
        {
            let what = Words("there are blanks too many or too few", "空格过多或过少");
            told(&ForeignFinding::Declaration { what });
        }
    }
    if let Some(more) = lines.get(2..).filter(|more| !more.is_empty()) {
        let blank = more.iter().all(|line| line.trim().is_empty());
        let level = if modern && !blank { Level::Invalid } else { Level::Warning };
        findings.add(level, &ForeignFinding::MoreLines);
    }
    Declaration { version: version.map(str::to_owned), modern, encoding }
}

fn field<'a>(line: Option<&&'a str>, label: &str) -> Option<&'a str> {
    let (found, value) = line?.split_once(':')?;
    let value = value.trim();
    (found.trim().eq_ignore_ascii_case(label) && !value.is_empty()).then_some(value)
}

fn is_version(value: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    value.split_once('.').is_some_and(|(major, minor)| number(major) && number(minor))
}
