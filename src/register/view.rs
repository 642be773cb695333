//! Looking things up in the register, and proving them.
//!
//! Owns [`Recorded`], the proof that an entry is registered, and [`View`], the read side shared by
//! an open register, a transaction and a read-only file. Reads entries strictly: one that cannot be
//! read is a fault here; what is wrong with it, [`super::verify`] tells.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{
    checkpoint::Note,
    entry::{Entry, EntryKind},
    error::{RegisterError, Result},
    merkle::{
        self, ConsistencyProof, Hashes, InclusionProof, TILE_LEVELS, TILE_WIDTH, leaf_hash, root_of,
    },
    number::Reservation,
    store::{FiledNote, Read, Wanted},
};
use crate::digest::Digest;

/// Rows read at a time.
pub(crate) const PAGE: u32 = 256;

/// An entry that stands in the register: only a committed transaction or the register gives one.
#[derive(Clone, Debug)]
pub struct Recorded {
    entry: Entry,
    leaf: Vec<u8>,
    leaf_hash: Digest,
}

impl Recorded {
    pub(crate) fn new(entry: Entry, leaf: Vec<u8>) -> Self {
        let leaf_hash = leaf_hash(&leaf);
        Self { entry, leaf, leaf_hash }
    }

    /// Its place, counted from 0.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.entry.seq
    }

    /// When it was registered.
    #[must_use]
    pub const fn recorded_at(&self) -> DateTime<FixedOffset> {
        self.entry.recorded_at
    }

    /// What was registered.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Its canonical bytes.
    #[must_use]
    pub fn leaf(&self) -> &[u8] {
        &self.leaf
    }

    /// Hash by which the next entry and every proof name it.
    #[must_use]
    pub const fn leaf_hash(&self) -> Digest {
        self.leaf_hash
    }
}

/// Size and root of the register.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Head {
    /// Entries held.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
}

/// The read side of a register.
#[derive(Clone, Copy)]
pub struct View<'a> {
    rows: &'a dyn Read,
    past_damage: bool,
}

impl<'a> View<'a> {
    /// Looks at `rows`.
    #[must_use]
    pub fn of(rows: &'a dyn Read) -> Self {
        Self { rows, past_damage: false }
    }

    /// The same rows for a check that names damaged entries elsewhere: one that cannot be read is
    /// as if it were not there. Nobody may act on what such a view tells.
    #[must_use]
    pub const fn past_damage(self) -> Self {
        Self { past_damage: true, ..self }
    }

    /// Entries held.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn size(&self) -> Result<u64> {
        self.rows.size()
    }

    /// Size and root.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn head(&self) -> Result<Head> {
        let frontier = self.rows.frontier()?;
        Ok(Head { size: frontier.size(), root: frontier.root() })
    }

    /// Entry `seq`.
    ///
    /// # Errors
    /// [`RegisterError::DamagedEntry`] if it cannot be read, or those of the storage.
    pub fn get(&self, seq: u64) -> Result<Option<Recorded>> {
        let row = self.rows.leaves(seq, 1)?.into_iter().find(|row| row.seq == seq);
        let found = row.map(|row| read(row.seq, row.leaf)).transpose();
        if self.past_damage && is_damaged(&found) { Ok(None) } else { found }
    }

    /// The newest entry.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn newest(&self) -> Result<Option<Recorded>> {
        match self.rows.size()?.checked_sub(1) {
            Some(seq) => self.get(seq),
            None => Ok(None),
        }
    }

    /// Entries from place `from` on, read a page at a time.
    #[must_use]
    pub fn entries(&self, from: u64) -> Entries<'a> {
        Entries {
            rows: self.rows,
            past_damage: self.past_damage,
            next: Some(from),
            page: Vec::new().into_iter(),
        }
    }

    /// Places of the entries of `kind`, of `subject` or of both, from the first on.
    #[must_use]
    pub fn find<'q>(&self, kind: Option<&'q EntryKind>, subject: Option<&'q str>) -> Found<'a, 'q>
    where
        'a: 'q,
    {
        Found { view: *self, places: self.places(kind, subject, 0) }
    }

    /// As [`View::find`], the places alone, from place `from` on: no entry is read.
    #[must_use]
    pub fn places<'q>(
        &self,
        kind: Option<&'q EntryKind>,
        subject: Option<&'q str>,
        from: u64,
    ) -> Places<'a, 'q>
    where
        'a: 'q,
    {
        let wanted = Wanted { kind: kind.map(EntryKind::as_str), subject };
        Places { rows: self.rows, wanted, next: Some(from), page: Vec::new().into_iter() }
    }

    /// As [`View::find`] by kind, from place `from` on.
    #[must_use]
    pub fn find_from<'q>(&self, kind: &'q EntryKind, from: u64) -> Found<'a, 'q>
    where
        'a: 'q,
    {
        Found { view: *self, places: self.places(Some(kind), None, from) }
    }

    /// The last entry of `kind` about `subject`.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn last(&self, kind: &EntryKind, subject: &str) -> Result<Option<Recorded>> {
        let wanted = Wanted { kind: Some(kind.as_str()), subject: Some(subject) };
        match self.rows.last(wanted)? {
            Some(seq) => match self.get(seq)? {
                None if !self.past_damage => Err(RegisterError::DamagedEntry { seq }),
                found => Ok(found),
            },
            None => Ok(None),
        }
    }

    /// Place of the first entry of `day` or later, in the register's own zone; times in a register
    /// only grow.
    ///
    /// # Errors
    /// Those of the store.
    pub fn first_of(&self, day: NaiveDate) -> Result<u64> {
        let (mut low, mut high) = (0, self.size()?);
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = self.get(middle)?;
            if entry.is_some_and(|entry| entry.entry().recorded_at.date_naive() < day) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Place of the last entry of `kind`, whatever it is about.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn last_place(&self, kind: &EntryKind) -> Result<Option<u64>> {
        self.rows.last(Wanted { kind: Some(kind.as_str()), subject: None })
    }

    /// The newest entry of `kind` with those of the same kind right before it, oldest first: what
    /// one transaction registered together, or more.
    ///
    /// # Errors
    /// As [`View::get`].
    pub fn newest_run(&self, kind: &EntryKind) -> Result<Vec<Recorded>> {
        let mut run = Vec::new();
        let mut place = self.last_place(kind)?;
        while let Some(seq) = place
            && let Some(entry) = self.get(seq)?.filter(|entry| entry.entry().kind == *kind)
        {
            run.push(entry);
            place = seq.checked_sub(1);
        }
        run.reverse();
        Ok(run)
    }

    /// Number the next entry of `series` may take. It stays free until an entry takes it, so it
    /// is of use only within the transaction that registers that entry.
    ///
    /// # Errors
    /// [`RegisterError::BadSeries`], or those of the storage.
    pub fn next_number(&self, series: &str) -> Result<Reservation> {
        let highest = self.rows.highest_number(series)?.unwrap_or(0);
        Reservation::new(series, highest.saturating_add(1))
    }

    /// Proves that entry `seq` is among the first `size` entries.
    ///
    /// # Errors
    /// [`RegisterError::OutOfRange`], or those of the storage.
    pub fn prove_inclusion(&self, seq: u64, size: u64) -> Result<InclusionProof> {
        self.within(size)?;
        merkle::prove_inclusion(&Stored(self.rows), seq, size)?.ok_or(self.out_of_range())
    }

    /// Proves that the first `old_size` entries begin the first `new_size`.
    ///
    /// # Errors
    /// [`RegisterError::OutOfRange`], or those of the storage.
    pub fn prove_consistency(&self, old_size: u64, new_size: u64) -> Result<ConsistencyProof> {
        self.within(new_size)?;
        merkle::prove_consistency(&Stored(self.rows), old_size, new_size)?
            .ok_or(self.out_of_range())
    }

    /// Root over the first `size` entries.
    ///
    /// # Errors
    /// [`RegisterError::OutOfRange`], or those of the storage.
    pub fn root(&self, size: u64) -> Result<Digest> {
        self.within(size)?;
        merkle::root(&Stored(self.rows), size)
    }

    /// Checkpoints filed in the register, oldest first.
    #[must_use]
    pub fn checkpoints(&self) -> Checkpoints<'a> {
        Checkpoints { rows: self.rows, after: Some(0), page: Vec::new().into_iter() }
    }

    /// The checkpoint filed last.
    ///
    /// # Errors
    /// [`RegisterError::NotACheckpoint`], or those of the storage.
    pub fn newest_checkpoint(&self) -> Result<Option<Note>> {
        self.rows.newest_note()?.map(|filed| Note::parse(&filed.note)).transpose()
    }

    fn within(&self, size: u64) -> Result<()> {
        if size <= self.rows.size()? { Ok(()) } else { Err(self.out_of_range()) }
    }

    fn out_of_range(&self) -> RegisterError {
        RegisterError::OutOfRange { size: self.rows.size().unwrap_or(0) }
    }
}

fn read(seq: u64, leaf: Vec<u8>) -> Result<Recorded> {
    match Entry::parse(&leaf) {
        Ok(entry) if entry.seq == seq => Ok(Recorded::new(entry, leaf)),
        Ok(_) | Err(_) => Err(RegisterError::DamagedEntry { seq }),
    }
}

fn is_damaged<T>(found: &Result<T>) -> bool {
    matches!(found, Err(RegisterError::DamagedEntry { .. }))
}

/// Entries in their order; see [`View::entries`].
pub struct Entries<'a> {
    rows: &'a dyn Read,
    past_damage: bool,
    next: Option<u64>,
    page: std::vec::IntoIter<super::store::Row>,
}

impl Iterator for Entries<'_> {
    type Item = Result<Recorded>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.page.len() == 0 {
                let page = match self.rows.leaves(self.next?, PAGE) {
                    Ok(page) => page,
                    Err(error) => {
                        self.next = None;
                        return Some(Err(error));
                    }
                };
                self.next = page.last().map(|row| row.seq.saturating_add(1));
                self.page = page.into_iter();
            }
            let found = self.page.next().map(|row| read(row.seq, row.leaf))?;
            if !(self.past_damage && is_damaged(&found)) {
                return Some(found);
            }
        }
    }
}

/// Entries that were looked for; see [`View::find`].
pub struct Found<'a, 'q> {
    view: View<'a>,
    places: Places<'a, 'q>,
}

impl Iterator for Found<'_, '_> {
    type Item = Result<Recorded>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = |seq| {
                self.view.get(seq).and_then(|got| got.ok_or(RegisterError::DamagedEntry { seq }))
            };
            let found = self.places.next()?.and_then(entry);
            if !(self.view.past_damage && is_damaged(&found)) {
                return Some(found);
            }
        }
    }
}

/// Places that were looked for; see [`View::places`].
pub struct Places<'a, 'q> {
    rows: &'a dyn Read,
    wanted: Wanted<'q>,
    next: Option<u64>,
    page: std::vec::IntoIter<u64>,
}

impl Iterator for Places<'_, '_> {
    type Item = Result<u64>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0 {
            let page = match self.rows.find(self.wanted, self.next?, PAGE) {
                Ok(page) => page,
                Err(error) => {
                    self.next = None;
                    return Some(Err(error));
                }
            };
            self.next = page.last().map(|seq| seq.saturating_add(1));
            self.page = page.into_iter();
        }
        self.page.next().map(Ok)
    }
}

/// Checkpoints in order of filing; see [`View::checkpoints`].
pub struct Checkpoints<'a> {
    rows: &'a dyn Read,
    after: Option<u64>,
    page: std::vec::IntoIter<FiledNote>,
}

impl Iterator for Checkpoints<'_> {
    type Item = Result<Note>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0 {
            let page = match self.rows.notes(self.after?, PAGE) {
                Ok(page) => page,
                Err(error) => {
                    self.after = None;
                    return Some(Err(error));
                }
            };
            self.after = page.last().map(|filed| filed.id);
            self.page = page.into_iter();
        }
        self.page.next().map(|filed| Note::parse(&filed.note))
    }
}

/// The hashes a store keeps, and those it leaves to be made from the leaves.
pub(crate) struct Stored<'a>(pub &'a dyn Read);

impl Hashes for Stored<'_> {
    type Error = RegisterError;

    fn hashes(&self, tier: u32, from: u64, count: u64) -> Result<Vec<Digest>> {
        let from_tile = self.0.tile(tier, from >> TILE_LEVELS)?.and_then(|tile| {
            let start = usize::try_from(from % TILE_WIDTH).ok()?;
            let end = start.checked_add(usize::try_from(count).ok()?)?;
            tile.hashes.get(start..end).map(<[Digest]>::to_vec)
        });
        let hashes = match (from_tile, tier.checked_sub(1)) {
            (Some(hashes), _) => hashes,
            (None, Some(below)) => self.0.tile_roots(below, from, count)?,
            (None, None) => self.leaf_hashes(from, count)?,
        };
        if u64::try_from(hashes.len()).is_ok_and(|found| found == count) {
            Ok(hashes)
        } else {
            Err(RegisterError::Damaged { what: "hashes of its tree are missing" })
        }
    }
}

impl Stored<'_> {
    fn leaf_hashes(&self, from: u64, count: u64) -> Result<Vec<Digest>> {
        let limit = u32::try_from(count).map_err(RegisterError::database)?;
        let rows = self.0.leaves(from, limit)?;
        let gapless = rows.iter().zip(from..).all(|(row, seq)| row.seq == seq);
        if gapless {
            Ok(rows.iter().map(|row| leaf_hash(&row.leaf)).collect())
        } else {
            Err(RegisterError::Damaged { what: "entries are missing" })
        }
    }

    /// Tile `index` of `tier`, made from what lies below it.
    pub(crate) fn make_tile(&self, tier: u32, index: u64) -> Result<super::store::Tile> {
        let hashes = self.hashes(tier, index << TILE_LEVELS, TILE_WIDTH)?;
        Ok(super::store::Tile { root: root_of(&hashes), hashes })
    }
}
