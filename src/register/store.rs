//! What keeps the register's rows, and what it promises.
//!
//! Owns the contract; `MemoryStore` and `SqliteStore` keep it. A store knows nothing of
//! signatures or proofs: it holds leaves in their order, and beside them what can be made again
//! from the leaves (the index, the tree's tiles and frontier), and the notes signed over them.

use super::{error::Result, merkle::Frontier, number::Reservation};
use crate::digest::Digest;

/// A leaf with its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// Place, counted from 0.
    pub seq: u64,
    /// The leaf's bytes.
    pub leaf: Vec<u8>,
}

/// Line of the index: what lookups need of one entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IndexLine {
    /// The entry's place.
    pub seq: u64,
    /// Its kind.
    pub kind: String,
    /// Its subject.
    pub subject: String,
    /// Series and number it takes.
    pub number: Option<(String, u64)>,
}

impl IndexLine {
    /// The line of an entry.
    #[must_use]
    pub fn of(entry: &super::Entry) -> Self {
        let taken = |number: Reservation| (number.series().to_owned(), number.value());
        Self {
            seq: entry.seq,
            kind: entry.kind.as_str().to_owned(),
            subject: entry.subject.clone(),
            number: entry.number().map(taken),
        }
    }
}

/// Hashes of 256 neighbouring full subtrees, and the root over them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tile {
    /// Root over the hashes: the hash this tile has in the tier above.
    pub root: Digest,
    /// 256 hashes.
    pub hashes: Vec<Digest>,
}

/// A note with the size it is filed under.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FiledNote {
    /// Order of filing, from 1.
    pub id: u64,
    /// Size it is filed under.
    pub size: u64,
    /// The note's text.
    pub note: String,
}

/// Which entries are wanted; what is `None` does not matter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Of this kind.
    pub kind: Option<&'a str>,
    /// About this subject.
    pub subject: Option<&'a str>,
}

/// Something in a store that no program of this office put there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Irregularity {
    /// A row of a table that stands for nothing.
    ForeignRow {
        /// The table.
        table: &'static str,
    },
    /// A table, index or trigger is missing, changed or too many.
    Schema {
        /// Its name, if it is one of the schema's own; else its type.
        object: String,
    },
    /// The file's own structure is broken.
    Structure,
}

/// Reads a store. Rows come in pages, so that memory does not grow with the register.
///
/// Contract: rows are as the last finished [`Transaction`] left them, or, read through one, as it has
/// made them so far. Bytes are given as stored, never mended. What cannot be read because the
/// storage is broken is [`super::RegisterError::Damaged`]. Safe to repeat.
pub trait Read {
    /// Entries held: one more than the highest place.
    ///
    /// # Errors
    /// Those of the storage.
    fn size(&self) -> Result<u64>;

    /// Leaves from place `from` on, in their order, at most `limit`.
    ///
    /// # Errors
    /// Those of the storage.
    fn leaves(&self, from: u64, limit: u32) -> Result<Vec<Row>>;

    /// The tree's right edge.
    ///
    /// # Errors
    /// Those of the storage.
    fn frontier(&self) -> Result<Frontier>;

    /// Full tile `index` of `tier`.
    ///
    /// # Errors
    /// Those of the storage.
    fn tile(&self, tier: u32, index: u64) -> Result<Option<Tile>>;

    /// Roots of the tiles `from .. from + count` of `tier`, as far as they are there.
    ///
    /// # Errors
    /// Those of the storage.
    fn tile_roots(&self, tier: u32, from: u64, count: u64) -> Result<Vec<Digest>>;

    /// Number of tiles in all tiers.
    ///
    /// # Errors
    /// Those of the storage.
    fn tile_count(&self) -> Result<u64>;

    /// Lines of the index from place `from` on, in their order, at most `limit`.
    ///
    /// # Errors
    /// Those of the storage.
    fn index(&self, from: u64, limit: u32) -> Result<Vec<IndexLine>>;

    /// Places of wanted entries from place `from` on, in their order, at most `limit`.
    ///
    /// # Errors
    /// Those of the storage.
    fn find(&self, wanted: Wanted<'_>, from: u64, limit: u32) -> Result<Vec<u64>>;

    /// Place of the last wanted entry.
    ///
    /// # Errors
    /// Those of the storage.
    fn last(&self, wanted: Wanted<'_>) -> Result<Option<u64>>;

    /// Highest number of a series, by the index.
    ///
    /// # Errors
    /// Those of the storage.
    fn highest_number(&self, series: &str) -> Result<Option<u64>>;

    /// Notes filed after the note `after`, by order of filing, at most `limit`.
    ///
    /// # Errors
    /// Those of the storage.
    fn notes(&self, after: u64, limit: u32) -> Result<Vec<FiledNote>>;

    /// The note filed last.
    ///
    /// # Errors
    /// Those of the storage.
    fn newest_note(&self) -> Result<Option<FiledNote>>;

    /// What no program of this office put there.
    ///
    /// # Errors
    /// Those of the storage.
    fn irregularities(&self) -> Result<Vec<Irregularity>>;

    /// Whether everything read so far stood still: `false` if it may be a mixture of two states.
    ///
    /// # Errors
    /// Those of the storage.
    fn stood_still(&self) -> Result<bool>;
}

/// What has rows to read: a store, a view of one moment, a transaction with its changes so far.
pub trait Rows {
    /// Its rows.
    fn rows(&self) -> &dyn Read;
}

/// A store that can be written to.
///
/// Contract: one writer at a time, over all processes; others wait, then get
/// [`super::RegisterError::Busy`]. Readers are never kept waiting.
pub trait Store: Rows {
    /// Takes the writer's lock.
    ///
    /// # Errors
    /// [`super::RegisterError::Busy`], or those of the storage.
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>>;

    /// A view of one moment, which later writing does not change.
    ///
    /// # Errors
    /// Those of the storage.
    fn snapshot(&self) -> Result<Box<dyn Rows + '_>>;
}

/// Changes that are made together or not at all.
///
/// Contract: dropped, it leaves no trace. Once [`Transaction::commit`] has returned, everything is
/// on disk; when it fails, or the machine does, either everything is or nothing. So a caller who
/// got no answer looks before trying again.
pub trait Transaction: Rows {
    /// Adds the next leaf and its line of the index.
    ///
    /// # Errors
    /// Those of the storage, also if `line.seq` is not the next place.
    fn push(&mut self, leaf: &[u8], line: &IndexLine) -> Result<()>;

    /// Adds a full tile.
    ///
    /// # Errors
    /// Those of the storage, also if it is there already.
    fn put_tile(&mut self, tier: u32, index: u64, tile: &Tile) -> Result<()>;

    /// Moves the right edge on.
    ///
    /// # Errors
    /// Those of the storage.
    fn set_frontier(&mut self, frontier: &Frontier) -> Result<()>;

    /// Files a note.
    ///
    /// # Errors
    /// Those of the storage.
    fn file_note(&mut self, size: u64, note: &str) -> Result<()>;

    /// Empties the index, to be made again from the leaves.
    ///
    /// # Errors
    /// Those of the storage.
    fn clear_index(&mut self) -> Result<()>;

    /// Puts back a line of the index.
    ///
    /// # Errors
    /// Those of the storage.
    fn put_line(&mut self, line: &IndexLine) -> Result<()>;

    /// Makes everything durable.
    ///
    /// # Errors
    /// Those of the storage; see the contract for what then holds.
    fn commit(self: Box<Self>) -> Result<()>;
}
