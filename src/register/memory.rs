//! A register in memory, for tests and for proofs over a copy.
//!
//! Keeps the contract of [`super::store`] but for durability: it lasts as long as its value. Made
//! without any check, so that a test can put into it what no office would.

use std::collections::BTreeMap;

use super::{
    error::{RegisterError, Result},
    merkle::Frontier,
    store::{
        FiledNote, IndexLine, Irregularity, Read, Row, Rows, Store, Tile, Transaction, Wanted,
    },
};
use crate::digest::Digest;

/// Rows in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    /// Leaves by place.
    pub leaves: BTreeMap<u64, Vec<u8>>,
    /// Lines of the index by place.
    pub index: BTreeMap<u64, IndexLine>,
    /// Tiles by tier and place.
    pub tiles: BTreeMap<(u32, u64), Tile>,
    /// The right edge.
    pub frontier: Frontier,
    /// Notes, in order of filing.
    pub notes: Vec<(u64, String)>,
}

impl Read for MemoryStore {
    fn size(&self) -> Result<u64> {
        Ok(self.leaves.last_key_value().map_or(0, |(seq, _)| seq + 1))
    }

    fn leaves(&self, from: u64, limit: u32) -> Result<Vec<Row>> {
        let row = |(seq, leaf): (&u64, &Vec<u8>)| Row { seq: *seq, leaf: leaf.clone() };
        Ok(self.leaves.range(from..).take(count(limit)).map(row).collect())
    }

    fn frontier(&self) -> Result<Frontier> {
        Ok(self.frontier.clone())
    }

    fn tile(&self, tier: u32, index: u64) -> Result<Option<Tile>> {
        Ok(self.tiles.get(&(tier, index)).cloned())
    }

    fn tile_roots(&self, tier: u32, from: u64, count: u64) -> Result<Vec<Digest>> {
        let range = (tier, from)..(tier, from.saturating_add(count));
        Ok(self.tiles.range(range).map(|(_, tile)| tile.root).collect())
    }

    fn tile_count(&self) -> Result<u64> {
        u64::try_from(self.tiles.len()).map_err(RegisterError::database)
    }

    fn index(&self, from: u64, limit: u32) -> Result<Vec<IndexLine>> {
        Ok(self.index.range(from..).take(count(limit)).map(|(_, line)| line.clone()).collect())
    }

    fn find(&self, wanted: Wanted<'_>, from: u64, limit: u32) -> Result<Vec<u64>> {
        let lines = self.index.range(from..).filter(|(_, line)| is_wanted(wanted, line));
        Ok(lines.take(count(limit)).map(|(seq, _)| *seq).collect())
    }

    fn last(&self, wanted: Wanted<'_>) -> Result<Option<u64>> {
        let found = self.index.iter().rfind(|(_, line)| is_wanted(wanted, line));
        Ok(found.map(|(seq, _)| *seq))
    }

    fn highest_number(&self, series: &str) -> Result<Option<u64>> {
        let numbers = self.index.values().filter_map(|line| line.number.as_ref());
        Ok(numbers.filter(|(name, _)| name == series).map(|(_, value)| *value).max())
    }

    fn notes(&self, after: u64, limit: u32) -> Result<Vec<FiledNote>> {
        let filed = (1..).zip(&self.notes).filter(|(id, _)| *id > after);
        let note = |(id, (size, note)): (u64, &(u64, String))| FiledNote {
            id,
            size: *size,
            note: note.clone(),
        };
        Ok(filed.take(count(limit)).map(note).collect())
    }

    fn newest_note(&self) -> Result<Option<FiledNote>> {
        let before = u64::try_from(self.notes.len()).map_err(RegisterError::database)?;
        Ok(self.notes(before.saturating_sub(1), 1)?.pop())
    }

    fn irregularities(&self) -> Result<Vec<Irregularity>> {
        Ok(Vec::new())
    }

    fn stood_still(&self) -> Result<bool> {
        Ok(true)
    }
}

impl Rows for MemoryStore {
    fn rows(&self) -> &dyn Read {
        self
    }
}

impl Store for MemoryStore {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>> {
        Ok(Box::new(MemoryTransaction { made: self.clone(), kept: self }))
    }

    fn snapshot(&self) -> Result<Box<dyn Rows + '_>> {
        Ok(Box::new(self.clone()))
    }
}

struct MemoryTransaction<'a> {
    made: MemoryStore,
    kept: &'a mut MemoryStore,
}

impl Rows for MemoryTransaction<'_> {
    fn rows(&self) -> &dyn Read {
        &self.made
    }
}

impl Transaction for MemoryTransaction<'_> {
    fn push(&mut self, leaf: &[u8], line: &IndexLine) -> Result<()> {
        if line.seq != self.made.size()? {
            return Err(RegisterError::Damaged { what: "an entry is not at the next place" });
        }
        self.made.leaves.insert(line.seq, leaf.to_vec());
        self.put_line(line)
    }

    fn put_tile(&mut self, tier: u32, index: u64, tile: &Tile) -> Result<()> {
        match self.made.tiles.insert((tier, index), tile.clone()) {
            None => Ok(()),
            Some(_) => Err(RegisterError::Damaged { what: "a tile is there already" }),
        }
    }

    fn set_frontier(&mut self, frontier: &Frontier) -> Result<()> {
        self.made.frontier = frontier.clone();
        Ok(())
    }

    fn file_note(&mut self, size: u64, note: &str) -> Result<()> {
        self.made.notes.push((size, note.to_owned()));
        Ok(())
    }

    fn clear_index(&mut self) -> Result<()> {
        self.made.index.clear();
        Ok(())
    }

    fn put_line(&mut self, line: &IndexLine) -> Result<()> {
        self.made.index.insert(line.seq, line.clone());
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        *self.kept = self.made;
        Ok(())
    }
}

fn is_wanted(wanted: Wanted<'_>, line: &IndexLine) -> bool {
    wanted.kind.is_none_or(|kind| kind == line.kind)
        && wanted.subject.is_none_or(|subject| subject == line.subject)
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
