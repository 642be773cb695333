//! The chain of custody: who had the evidence when, each line holding the hash of the one before.
//!
//! A line is canonical JSON; its hash is the SHA-256 of its bytes without the line feed; the first
//! holds 64 zeros. The last line is the taking-in by the operator who seals, and holds the digest
//! of the payload manifest. The file ends before sealing; later acts are register entries.
//! Source: SPEC "Bundle", decision 12; RFC 8785.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// Path of the chain in a bundle.
pub const CUSTODY_PATH: &str = "meta/custody.jsonl";

/// What was done with the evidence.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// 采集: made or collected.
    Collected,
    /// 交接: handed from one person to another.
    HandedOver,
    /// 保管: put where it is kept.
    Stored,
    /// 收录: taken into a bundle; always the last, and made by sealing.
    TakenIn,
}

/// One act, as a person reports it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// What was done.
    pub act: Act,
    /// When, with the office's offset.
    pub at: DateTime<FixedOffset>,
    /// By whom: an operator's id, or a role outside the office.
    pub by: String,
    /// A short remark.
    pub note: Option<String>,
}

/// One line of the file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What was done.
    pub act: Act,
    /// When, in RFC 3339.
    pub at: DateTime<FixedOffset>,
    /// By whom.
    pub by: String,
    /// A short remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Digest of the payload manifest, in the last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_manifest: Option<Digest>,
    /// Digest of the line before.
    pub previous: Digest,
    /// Number of the line, from 1.
    pub seq: u64,
}

/// A chain as it grows.
#[derive(Debug)]
pub struct Chain {
    text: String,
    previous: Digest,
    seq: u64,
}

impl Default for Chain {
    fn default() -> Self {
        Self { text: String::new(), previous: START, seq: 0 }
    }
}

/// Numbers from here on not every reader of JSON holds exactly.
const EXACT: u64 = 1 << 53;
const START: Digest = Digest::from_bytes([0; 32]);

impl Chain {
    /// Adds a line for `event`; the taking-in also names the payload manifest.
    pub fn push(&mut self, event: &Event, payload_manifest: Option<Digest>) {
        self.seq = self.seq.saturating_add(1);
        let line = canonical(&Line {
            act: event.act,
            at: event.at,
            by: event.by.clone(),
            note: event.note.clone(),
            payload_manifest,
            previous: self.previous,
            seq: self.seq,
        });
        self.previous = Digest::of(&line);
        self.text.push_str(&line);
        self.text.push('\n');
    }

    /// The file.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}

fn canonical(line: &Line) -> String {
    // A line holds strings, one small number and no map, so it always has a canonical form; an
    // empty one would not be read back.
    serde_json_canonicalizer::to_string(line).unwrap_or_default()
}

/// Whether `text` is the canonical form of `line`. Its members are declared in the order of their
/// names and its number is small, so the usual form, which is made much faster, is that form.
fn is_canonical(line: &Line, text: &str) -> bool {
    let is_usual = || serde_json::to_string(line).is_ok_and(|usual| usual == text);
    (line.seq < EXACT && is_usual()) || canonical(line) == text
}

/// Why a chain is not sound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Break {
    /// The line is not of the form.
    Form,
    /// The line does not hold the hash of the one before.
    Link,
    /// The line is out of order.
    Order,
}

/// Reads a chain; every unsound line is told by its number from 1.
#[must_use]
pub fn read(bytes: &[u8]) -> (Vec<Line>, Vec<(usize, Break)>) {
    let Some(text) = std::str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'))
    else {
        return (Vec::new(), vec![(1, Break::Form)]);
    };
    let mut lines: Vec<Line> = Vec::new();
    let mut breaks = Vec::new();
    let mut previous = START;
    for (number, text) in (1..).zip(text.split('\n')) {
        let line = serde_json::from_str::<Line>(text).ok();
        let Some(line) = line.filter(|line| is_canonical(line, text)) else {
            breaks.push((number, Break::Form));
            previous = Digest::of(text);
            continue;
        };
        if line.previous != previous {
            breaks.push((number, Break::Link));
        }
        let ordered = lines.last().is_none_or(|last| last.at <= line.at)
            && usize::try_from(line.seq) == Ok(number);
        if !ordered {
            breaks.push((number, Break::Order));
        }
        previous = Digest::of(text);
        lines.push(line);
    }
    (lines, breaks)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chain() -> String {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        let event = |act, time, by: &str| Event { act, at: at(time), by: by.into(), note: None };
        let mut chain = Chain::default();
        chain.push(&event(Act::Collected, "2026-11-23T14:25:00+08:00", "a-1"), None);
        chain.push(
            &Event {
                note: Some("存储卡交接".into()),
                ..event(Act::HandedOver, "2026-11-23T18:00:00+08:00", "a-1")
            },
            None,
        );
        chain.push(
            &event(Act::TakenIn, "2026-11-24T09:00:00+08:00", "r-1"),
            Some(Digest::of("manifest")),
        );
        chain.into_text()
    }

    #[test]
    fn a_chain_is_read_back_whole() {
        let (lines, breaks) = read(chain().as_bytes());
        assert_eq!(breaks, []);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[2].payload_manifest, Some(Digest::of("manifest")));
        assert!(
            chain().starts_with(r#"{"act":"collected","at":"2026-11-23T14:25:00+08:00","by":"#)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_usual_form_of_a_line_is_its_canonical_form(
            by in any::<String>(),
            note in proptest::option::of(any::<String>()),
            seq in 0..EXACT,
            last in any::<bool>(),
        ) {
            let at = DateTime::parse_from_rfc3339("2026-11-23T14:25:00.25+08:00").unwrap();
            let payload_manifest = last.then(|| Digest::of(&by));
            let previous = Digest::of("previous");
            let line = Line { act: Act::TakenIn, at, by, note, payload_manifest, previous, seq };
            prop_assert_eq!(canonical(&line), serde_json::to_string(&line).unwrap());
        }
    }

    #[test]
    fn a_line_left_out_changed_or_moved_is_named() {
        let text = chain();
        let lines: Vec<&str> = text.lines().collect();
        let joined = |order: &[usize]| {
            order.iter().map(|at| [lines[*at], "\n"].concat()).collect::<String>()
        };
        assert_eq!(read(joined(&[0, 2]).as_bytes()).1[0], (2, Break::Link));
        assert_eq!(read(joined(&[1, 0, 2]).as_bytes()).1[0], (1, Break::Link));
        assert_eq!(read(text.replace("a-1", "a-2").as_bytes()).1[0].1, Break::Link);
        assert_eq!(read(text.replace("\"seq\":2", "\"seq\": 2").as_bytes()).1[0], (2, Break::Form));
        assert_eq!(read(text.trim_end().as_bytes()).1, [(1, Break::Form)]);
    }
}
