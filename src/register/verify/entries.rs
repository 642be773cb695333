//! Entries one after another: form, signature, place, chain, time, numbers.
//!
//! Each entry is examined by itself on several threads, then all are walked in order.

use std::{collections::HashMap, thread};

use chrono::{DateTime, FixedOffset};

use super::{
    super::{
        entry::Entry,
        error::{RegisterError, Result},
        finding::RegisterFinding,
        merkle::{Frontier, TILE_LEVELS, TILE_WIDTH, leaf_hash},
        store::{Read, Tile},
    },
    Against, Fetched, SignatureFault,
    checkpoints::Claims,
    index::IndexCursor,
    is_damage,
};
use crate::digest::Digest;

/// What one row gives by itself.
pub(super) enum Examined {
    /// The storage cannot give it.
    Unreadable(u64),
    /// Its bytes, hashed, and what they say.
    Read { seq: u64, hash: Digest, said: Said },
}

/// What a leaf says.
pub(super) enum Said {
    Malformed,
    NotCanonical,
    Entry(Box<Entry>, Option<SignatureFault>),
}

/// Examines each row by itself.
pub(super) fn examine(page: &[Fetched], against: &Against<'_>) -> Vec<Examined> {
    let share = page.len().div_ceil(against.threads.get()).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> = page
            .chunks(share)
            .map(|rows| scope.spawn(|| rows.iter().map(|row| one(row, against)).collect()))
            .collect();
        let shares: thread::Result<Vec<Vec<Examined>>> =
            threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
        // A thread ends early only if the verifier it was given panicked.
        shares.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
    .into_iter()
    .flatten()
    .collect()
}

fn one(fetched: &Fetched, against: &Against<'_>) -> Examined {
    let row = match fetched {
        Fetched::Unreadable(seq) => return Examined::Unreadable(*seq),
        Fetched::Row(row) => row,
    };
    let said = match Entry::parse(&row.leaf) {
        Ok(entry) => {
            let fault = match entry.signed_bytes() {
                Ok(message) => against.operators.verify(&entry, &message).err(),
                Err(_) => Some(SignatureFault::Mismatch),
            };
            Said::Entry(Box::new(entry), fault)
        }
        Err(RegisterError::NotCanonical) => Said::NotCanonical,
        Err(_) => Said::Malformed,
    };
    Examined::Read { seq: row.seq, hash: leaf_hash(&row.leaf), said }
}

/// The state between one entry and the next.
pub(super) struct Walk<'a> {
    rows: &'a dyn Read,
    size: u64,
    expected: u64,
    /// Hash of the row in the place before, if there is one.
    previous: Option<Digest>,
    last_time: Option<DateTime<FixedOffset>>,
    numbers: HashMap<String, u64>,
    frontier: Frontier,
    tile: Option<(u64, Tile)>,
    index: IndexCursor<'a>,
    claims: Claims,
}

impl<'a> Walk<'a> {
    pub(super) fn new(rows: &'a dyn Read, size: u64, claims: Claims) -> Self {
        Self {
            rows,
            size,
            expected: 0,
            previous: None,
            last_time: None,
            numbers: HashMap::new(),
            frontier: Frontier::default(),
            tile: None,
            index: IndexCursor::new(rows),
            claims,
        }
    }

    /// Walks over the next examined rows.
    pub(super) fn take(
        &mut self,
        page: &[Examined],
        findings: &mut Vec<RegisterFinding>,
    ) -> Result<()> {
        for examined in page {
            let (Examined::Unreadable(seq) | Examined::Read { seq, .. }) = examined;
            if *seq > self.expected {
                let (first, last) = (self.expected, seq - 1);
                findings.push(RegisterFinding::Missing { first, last });
                self.previous = None;
            }
            self.expected = seq.saturating_add(1);
            match examined {
                Examined::Unreadable(seq) => {
                    findings.push(RegisterFinding::Unreadable { seq: *seq });
                    self.previous = None;
                    self.index.compare(*seq, None, findings)?;
                }
                Examined::Read { seq, hash, said } => self.step(*seq, hash, said, findings)?,
            }
        }
        Ok(())
    }

    /// The tree over all entries, and the checkpoints that say more than they hold.
    pub(super) fn finish(
        mut self,
        findings: &mut Vec<RegisterFinding>,
    ) -> Result<(Frontier, Claims)> {
        if self.expected < self.size {
            let (first, last) = (self.expected, self.size - 1);
            findings.push(RegisterFinding::Missing { first, last });
        }
        self.index.finish(findings)?;
        Ok((self.frontier, self.claims))
    }

    fn step(
        &mut self,
        seq: u64,
        hash: &Digest,
        said: &Said,
        findings: &mut Vec<RegisterFinding>,
    ) -> Result<()> {
        self.claims.reach(seq, &self.frontier, findings);
        let entry = match said {
            Said::Malformed => {
                findings.push(RegisterFinding::Malformed { seq });
                None
            }
            Said::NotCanonical => {
                findings.push(RegisterFinding::NotCanonical { seq });
                None
            }
            Said::Entry(entry, fault) => {
                self.judge(seq, hash, entry, *fault, findings)?;
                Some(&**entry)
            }
        };
        self.index.compare(seq, entry, findings)?;
        self.stored_hash(seq, hash, findings)?;
        self.frontier.push(*hash);
        self.previous = Some(*hash);
        Ok(())
    }

    fn judge(
        &mut self,
        seq: u64,
        hash: &Digest,
        entry: &Entry,
        fault: Option<SignatureFault>,
        findings: &mut Vec<RegisterFinding>,
    ) -> Result<()> {
        match fault {
            None => {}
            Some(SignatureFault::Mismatch) => findings.push(RegisterFinding::BadSignature { seq }),
            Some(SignatureFault::UnknownCertificate) => {
                findings.push(RegisterFinding::UnknownCertificate { seq });
            }
            Some(SignatureFault::WrongOperator) => {
                findings.push(RegisterFinding::WrongOperator { seq });
            }
            Some(SignatureFault::NotValidThen) => {
                findings.push(RegisterFinding::CertificateNotValid { seq });
            }
        }
        if entry.seq == seq {
            self.chain(seq, entry, fault, findings);
        } else {
            findings.push(self.out_of_place(seq, hash, entry.seq)?);
        }
        if self.last_time.is_some_and(|last| entry.recorded_at < last) {
            findings.push(RegisterFinding::TimeBackwards { seq });
        }
        self.last_time = Some(entry.recorded_at);
        if entry.occurred_at.is_some_and(|occurred_at| occurred_at > entry.recorded_at) {
            findings.push(RegisterFinding::OccurredLater { seq });
        }
        if self.claims.signed_after(&entry.recorded_at) {
            findings.push(RegisterFinding::BackDated { seq });
        }
        if let Some(number) = entry.number() {
            let value = number.value();
            let last = self.numbers.entry(number.series().to_owned()).or_default();
            if value <= *last {
                findings.push(RegisterFinding::NumberTwice { seq, value });
            } else if value > last.saturating_add(1) {
                findings.push(RegisterFinding::NumberSkipped { seq, value });
            }
            *last = value.max(*last);
        }
        Ok(())
    }

    /// An entry whose own signature stands accuses the one before; else it is itself suspect.
    fn chain(
        &self,
        seq: u64,
        entry: &Entry,
        fault: Option<SignatureFault>,
        findings: &mut Vec<RegisterFinding>,
    ) {
        let genesis = Digest::from_bytes([0; 32]);
        match (seq.checked_sub(1), self.previous) {
            (None, _) if entry.previous != genesis => {
                findings.push(RegisterFinding::BrokenChain { seq });
            }
            (Some(before), Some(previous)) if entry.previous != previous => {
                findings.push(if fault.is_none() {
                    RegisterFinding::Altered { seq: before }
                } else {
                    RegisterFinding::BrokenChain { seq }
                });
            }
            // After a gap there is nothing to compare with.
            _ => {}
        }
    }

    fn out_of_place(&self, seq: u64, hash: &Digest, claims: u64) -> Result<RegisterFinding> {
        let there = match self.rows.leaves(claims, 1) {
            Ok(page) => page.into_iter().find(|row| row.seq == claims),
            Err(error) if is_damage(&error) => None,
            Err(error) => return Err(error),
        };
        Ok(match there {
            Some(row) if leaf_hash(&row.leaf) == *hash => {
                RegisterFinding::Duplicated { seq, of: claims }
            }
            _ => RegisterFinding::Misplaced { seq, claims },
        })
    }

    /// Compares with the hash the stored tree has in this place, where its tile is full.
    fn stored_hash(
        &mut self,
        seq: u64,
        hash: &Digest,
        findings: &mut Vec<RegisterFinding>,
    ) -> Result<()> {
        let index = seq >> TILE_LEVELS;
        if index >= self.size >> TILE_LEVELS {
            return Ok(());
        }
        if self.tile.as_ref().is_none_or(|(loaded, _)| *loaded != index) {
            let tile = match self.rows.tile(0, index) {
                Ok(tile) => tile,
                Err(error) if is_damage(&error) => None,
                Err(error) => return Err(error),
            };
            // That a tile is missing, or wrong in itself, the check of the tree tells.
            self.tile = tile.map(|tile| (index, tile));
        }
        let Some((_, tile)) = &self.tile else { return Ok(()) };
        let place = usize::try_from(seq % TILE_WIDTH).unwrap_or(usize::MAX);
        if tile.hashes.get(place).is_some_and(|stored| stored != hash) {
            findings.push(RegisterFinding::NotInTree { seq });
        }
        Ok(())
    }
}
