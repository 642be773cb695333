//! Refusals that nobody could sign: unknown or revoked operators, wrong passphrases, and missing
//! roles where the command itself enters no refusal (see [`super::refused`]).
//!
//! Owns the log `refusals.jsonl` beside the register: one JSON line each, appended and synced. It is
//! no part of the register and proves nothing, for anybody who can write the folder can write it;
//! an audit tells it as a note, never as a defect. A line holds the time, the noun of the command,
//! the id of an operator this office knows (else `?`) and codes: no name, number or text that was
//! typed. Source: SPEC decision 16.

use std::io::{BufReader, Read as _};

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::{Office, operator::is_id};
use crate::durable;

/// Most bytes of the log that are read.
const LIMIT: u64 = 64 * 1024 * 1024;
/// Codes of refusals that rest on who signs.
const CODES: [&str; 8] =
    ["CH-O051", "CH-O052", "CH-O053", "CH-O054", "CH-O055", "CH-O058", "CH-R034", "CH-R051"];

/// One refusal without a valid signer.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line {
    at: DateTime<FixedOffset>,
    command: String,
    operator: String,
    codes: Vec<String>,
}

/// What the log holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Unsigned {
    /// Lines that can be read.
    pub refusals: u64,
    /// Lines that cannot.
    pub unreadable: u64,
    /// Time of the newest line that can be read.
    pub newest: Option<DateTime<FixedOffset>>,
}

impl Unsigned {
    /// Whether the log holds nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.refusals == 0 && self.unreadable == 0
    }
}

/// Whether a refusal with `code` rests on who signs.
#[must_use]
pub fn concerns_signer(code: &str) -> bool {
    CODES.contains(&code)
}

impl Office {
    /// Notes a refusal of `command` for which there was no valid signer.
    ///
    /// # Errors
    /// [`durable::DurableError`] if the log cannot be written.
    pub fn note_unsigned(
        &self,
        command: &str,
        operator: Option<&str>,
        codes: &[&str],
    ) -> durable::Result<()> {
        // What was typed as an operator may be anything, even a card number.
        let known = operator.filter(|id| is_id(id) && self.state().operators.contains_key(*id));
        let line = Line {
            at: self.now(),
            command: command.to_owned(),
            operator: known.unwrap_or("?").to_owned(),
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        };
        let line = serde_json::to_string(&line).unwrap_or_default();
        durable::append_line(&self.paths().unsigned_refusals(), &line)
    }

    /// What the log of unsigned refusals holds; empty if there is none.
    ///
    /// # Errors
    /// [`durable::DurableError`] if it is there and cannot be read.
    pub fn unsigned(&self) -> durable::Result<Unsigned> {
        let path = self.paths().unsigned_refusals();
        if path.symlink_metadata().is_err() {
            return Ok(Unsigned::default());
        }
        let file = durable::open_regular(&path)?;
        read(BufReader::new(file.take(LIMIT))).map_err(durable::at(&path))
    }
}

fn read(mut lines: impl std::io::BufRead) -> std::io::Result<Unsigned> {
    let mut found = Unsigned::default();
    let mut bytes = Vec::new();
    while lines.read_until(b'\n', &mut bytes)? > 0 {
        match serde_json::from_slice::<Line>(&bytes) {
            Ok(line) => {
                found.refusals = found.refusals.saturating_add(1);
                found.newest = found.newest.max(Some(line.at));
            }
            Err(_) => found.unreadable = found.unreadable.saturating_add(1),
        }
        bytes.clear();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_somebody_wrote_by_hand_are_counted_apart() {
        let log = "{\"at\":\"2030-01-02T03:04:05+08:00\",\"command\":\"letter\",\"operator\":\"clerk\",\"codes\":[\"CH-O055\"]}\nnonsense\n\u{0}\n";
        let found = read(log.as_bytes()).unwrap();
        assert_eq!((found.refusals, found.unreadable), (1, 2));
        assert_eq!(found.newest.unwrap().to_rfc3339(), "2030-01-02T03:04:05+08:00");
        assert!(!found.is_empty());
        assert!(read(b"".as_slice()).unwrap().is_empty());
    }

    #[test]
    fn only_refusals_about_the_signer_go_unsigned() {
        assert!(concerns_signer("CH-O055"));
        assert!(!concerns_signer("CH-R008"));
    }
}
