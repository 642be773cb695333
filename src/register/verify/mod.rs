//! Full verification: everything the register stores, made again from the leaves alone.
//!
//! Owns the order of the checks and the [`Verdict`]. Reads pages, so memory does not grow with the
//! register; writes nothing. A thing that is wrong is a finding and the check goes on; `Err` means
//! that the verification itself could not be done. Trusts nothing stored beside the leaves: tiles,
//! frontier, index and checkpoints are compared with what the leaves give.
//! Source: promise 3; SPEC decisions 10 and 17; RFC 6962 section 2.1.

mod checkpoints;
mod entries;
mod index;
mod tree;

use std::num::NonZeroUsize;

use self::{checkpoints::Claims, entries::Walk};
use super::{
    checkpoint::{LogVerifier, Note},
    entry::Entry,
    error::{RegisterError, Result},
    finding::RegisterFinding,
    store::{Irregularity, Read},
    view::PAGE,
};
use crate::digest::Digest;

/// Why an entry's signature does not stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignatureFault {
    /// Nobody knows the certificate it names.
    UnknownCertificate,
    /// The signature is not that key's over these bytes.
    Mismatch,
    /// The certificate is another operator's.
    WrongOperator,
    /// The certificate was not valid when the entry was registered.
    NotValidThen,
}

/// Who knows the operators' certificates.
pub trait EntryVerifier: Sync {
    /// Checks `entry.signature` over `message` with the certificate `entry.certificate`, which
    /// must be `entry.operator`'s and have been valid at `entry.recorded_at`.
    ///
    /// # Errors
    /// Why it does not stand.
    fn verify(&self, entry: &Entry, message: &[u8]) -> std::result::Result<(), SignatureFault>;
}

/// What a register is verified against.
#[derive(Clone, Copy)]
pub struct Against<'a> {
    /// The operators' certificates.
    pub operators: &'a dyn EntryVerifier,
    /// Public keys of the log, past ones too.
    pub log: &'a [LogVerifier],
    /// Checkpoints held outside the register. Only they show that its end was cut off together
    /// with everything stored about it.
    pub outside: &'a [Note],
    /// Threads that check signatures.
    pub threads: NonZeroUsize,
}

/// What a verification came to.
#[derive(Debug)]
pub struct Verdict {
    /// Entries found.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// Everything that is wrong; those about one entry first, in the order of their places.
    pub findings: Vec<RegisterFinding>,
}

impl Verdict {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// Place of the first entry something is wrong with.
    #[must_use]
    pub fn first_bad(&self) -> Option<u64> {
        self.findings.iter().find_map(RegisterFinding::seq)
    }
}

/// Verifies all of `rows`, telling `progress` how many entries are done.
///
/// While others write, give it a snapshot.
///
/// # Errors
/// [`RegisterError::ChangedMeanwhile`] if the file was written to while it was read without
/// locks; [`RegisterError::Database`], [`RegisterError::Busy`].
pub fn verify(
    rows: &dyn Read,
    against: &Against<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Verdict> {
    let mut findings = Vec::new();
    irregular(rows, &mut findings)?;
    let size = sound(rows.size(), &mut findings)?.unwrap_or(0);
    if size == 0 {
        findings.push(RegisterFinding::Empty);
    }
    let claims = Claims::gather(rows, against, &mut findings)?;
    let mut walk = Walk::new(rows, size, claims);
    let mut from = 0;
    while from < size {
        let page = fetch(rows, from, size)?;
        from = match page.last() {
            Some(Fetched::Row(row)) => row.seq.saturating_add(1),
            Some(Fetched::Unreadable(seq)) => seq.saturating_add(1),
            None => size,
        };
        walk.take(&entries::examine(&page, against), &mut findings)?;
        progress(from);
    }
    let (frontier, claims) = walk.finish(&mut findings)?;
    tree::check(rows, size, &frontier, &mut findings)?;
    claims.finish(size, &frontier, &mut findings);
    if !rows.stood_still()? {
        return Err(RegisterError::ChangedMeanwhile);
    }
    findings.sort_by_key(|finding| finding.seq().unwrap_or(u64::MAX));
    Ok(Verdict { size, root: frontier.root(), findings })
}

/// A row, or a place whose row the storage cannot give.
enum Fetched {
    Row(super::store::Row),
    Unreadable(u64),
}

/// The next rows; where a page cannot be read as a whole, one by one.
fn fetch(rows: &dyn Read, from: u64, size: u64) -> Result<Vec<Fetched>> {
    match rows.leaves(from, PAGE) {
        Ok(page) => return Ok(page.into_iter().map(Fetched::Row).collect()),
        Err(error) if is_damage(&error) => {}
        Err(error) => return Err(error),
    }
    let mut fetched = Vec::new();
    for seq in (from..size).take(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
        match rows.leaves(seq, 1) {
            Ok(page) => {
                let here = page.into_iter().filter(|row| row.seq == seq);
                fetched.extend(here.map(Fetched::Row));
            }
            Err(error) if is_damage(&error) => fetched.push(Fetched::Unreadable(seq)),
            Err(error) => return Err(error),
        }
    }
    Ok(fetched)
}

fn irregular(rows: &dyn Read, findings: &mut Vec<RegisterFinding>) -> Result<()> {
    let irregularities = sound(rows.irregularities(), findings)?.unwrap_or_default();
    findings.extend(irregularities.into_iter().map(|irregularity| match irregularity {
        Irregularity::ForeignRow { table } => RegisterFinding::ForeignRow { table },
        Irregularity::Schema { object } => RegisterFinding::SchemaChanged { object },
        Irregularity::Structure => RegisterFinding::Structure,
    }));
    Ok(())
}

/// Makes damage of the storage a finding; other failures end the verification.
fn sound<T>(read: Result<T>, findings: &mut Vec<RegisterFinding>) -> Result<Option<T>> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_damage(&error) => {
            if !findings.iter().any(|finding| matches!(finding, RegisterFinding::Structure)) {
                findings.push(RegisterFinding::Structure);
            }
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

const fn is_damage(error: &RegisterError) -> bool {
    matches!(error, RegisterError::Damaged { .. } | RegisterError::DamagedEntry { .. })
}

#[cfg(test)]
mod tests;
