//! Reading a register's tables.
//!
//! Every query is bounded by a limit or gives one value; a value of the wrong type is damage, never
//! mended on the way.

use std::fmt;

use rusqlite::{Connection, OptionalExtension, Params, Row as SqlRow, params};

use super::{
    super::{
        error::{RegisterError, Result},
        merkle::Frontier,
        store::{FiledNote, IndexLine, Irregularity, Read, Row, Tile, Wanted},
    },
    problem,
    reader::Fence,
    schema,
};
use crate::digest::Digest;

/// The tables behind one connection.
pub(super) struct SqliteRows {
    connection: Connection,
    fence: Option<Fence>,
}

impl fmt::Debug for SqliteRows {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SqliteRows")
    }
}

impl SqliteRows {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, fence: None }
    }

    /// Rows of a file that is read without locks.
    pub(super) fn fenced(connection: Connection, fence: Fence) -> Self {
        Self { connection, fence: Some(fence) }
    }

    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }

    fn one<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&SqlRow<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| problem(&error))?;
        statement.query_row(values, read).optional().map_err(|error| problem(&error))
    }

    fn many<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&SqlRow<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| problem(&error))?;
        let rows = statement.query_map(values, read).map_err(|error| problem(&error))?;
        rows.collect::<rusqlite::Result<_>>().map_err(|error| problem(&error))
    }

    fn filed(&self, sql: &str, values: impl Params) -> Result<Vec<FiledNote>> {
        let rows = self.many(sql, values, |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?))
        })?;
        let note = |(id, size, note)| Ok(FiledNote { id: loaded(id)?, size: loaded(size)?, note });
        rows.into_iter().map(note).collect()
    }
}

impl Read for SqliteRows {
    fn size(&self) -> Result<u64> {
        let sql = "SELECT coalesce(max(seq), -1) + 1 FROM entry";
        let size = self.one(sql, [], |row| row.get::<_, i64>(0))?;
        loaded(size.unwrap_or(0))
    }

    fn leaves(&self, from: u64, limit: u32) -> Result<Vec<Row>> {
        let sql = "SELECT seq, leaf FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
        let rows = self.many(sql, params![start(from), limit], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?))
        })?;
        rows.into_iter().map(|(seq, leaf)| Ok(Row { seq: loaded(seq)?, leaf })).collect()
    }

    fn frontier(&self) -> Result<Frontier> {
        let sql = "SELECT size, peaks FROM frontier WHERE id = 0";
        let read =
            self.one(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let broken = || RegisterError::Damaged { what: "the right edge of its tree is broken" };
        let (size, peaks) = read.ok_or_else(broken)?;
        Frontier::from_parts(loaded(size)?, cut(&peaks)?).ok_or_else(broken)
    }

    fn tile(&self, tier: u32, index: u64) -> Result<Option<Tile>> {
        let sql = "SELECT root, hashes FROM tile WHERE tier = ?1 AND place = ?2";
        let read = self.one(sql, params![tier, start(index)], |row| {
            Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        let tile = |(root, hashes): (_, Vec<u8>)| {
            Ok(Tile { root: Digest::from_bytes(root), hashes: cut(&hashes)? })
        };
        read.map(tile).transpose()
    }

    fn tile_roots(&self, tier: u32, from: u64, count: u64) -> Result<Vec<Digest>> {
        let sql =
            "SELECT root FROM tile WHERE tier = ?1 AND place >= ?2 AND place < ?3 ORDER BY place";
        let range = params![tier, start(from), start(from.saturating_add(count))];
        self.many(sql, range, |row| row.get(0).map(Digest::from_bytes))
    }

    fn tile_count(&self) -> Result<u64> {
        let count = self.one("SELECT count(*) FROM tile", [], |row| row.get::<_, i64>(0))?;
        loaded(count.unwrap_or(0))
    }

    fn index(&self, from: u64, limit: u32) -> Result<Vec<IndexLine>> {
        let sql = "SELECT seq, kind, subject, series, number FROM line \
                   WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
        let rows = self.many(sql, params![start(from), limit], |row| {
            let number = row.get::<_, Option<String>>(3)?.zip(row.get::<_, Option<i64>>(4)?);
            Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, number))
        })?;
        let line = |(seq, kind, subject, number): (i64, _, _, Option<(String, i64)>)| {
            let number = number.map(|(series, value)| Ok((series, loaded(value)?))).transpose()?;
            Ok(IndexLine { seq: loaded(seq)?, kind, subject, number })
        };
        rows.into_iter().map(line).collect()
    }

    fn find(&self, wanted: Wanted<'_>, from: u64, limit: u32) -> Result<Vec<u64>> {
        let from = start(from);
        let seq = |row: &SqlRow<'_>| row.get::<_, i64>(0);
        let places = match (wanted.kind, wanted.subject) {
            (Some(kind), Some(subject)) => self.many(
                "SELECT seq FROM line WHERE subject = ?1 AND kind = ?2 AND seq >= ?3 \
                 ORDER BY seq LIMIT ?4",
                params![subject, kind, from, limit],
                seq,
            ),
            (Some(kind), None) => self.many(
                "SELECT seq FROM line WHERE kind = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3",
                params![kind, from, limit],
                seq,
            ),
            (None, Some(subject)) => self.many(
                "SELECT seq FROM line WHERE subject = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3",
                params![subject, from, limit],
                seq,
            ),
            (None, None) => self.many(
                "SELECT seq FROM line WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
                params![from, limit],
                seq,
            ),
        };
        places?.into_iter().map(loaded).collect()
    }

    fn last(&self, wanted: Wanted<'_>) -> Result<Option<u64>> {
        let seq = |row: &SqlRow<'_>| row.get::<_, Option<i64>>(0);
        let place = match (wanted.kind, wanted.subject) {
            (Some(kind), Some(subject)) => self.one(
                "SELECT max(seq) FROM line WHERE subject = ?1 AND kind = ?2",
                params![subject, kind],
                seq,
            ),
            (Some(kind), None) => {
                self.one("SELECT max(seq) FROM line WHERE kind = ?1", params![kind], seq)
            }
            (None, Some(subject)) => {
                self.one("SELECT max(seq) FROM line WHERE subject = ?1", params![subject], seq)
            }
            (None, None) => self.one("SELECT max(seq) FROM line", [], seq),
        };
        place?.flatten().map(loaded).transpose()
    }

    fn highest_number(&self, series: &str) -> Result<Option<u64>> {
        let sql = "SELECT max(number) FROM line WHERE series = ?1";
        let highest = self.one(sql, params![series], |row| row.get::<_, Option<i64>>(0))?;
        highest.flatten().map(loaded).transpose()
    }

    fn notes(&self, after: u64, limit: u32) -> Result<Vec<FiledNote>> {
        let sql = "SELECT id, size, note FROM note WHERE id > ?1 ORDER BY id LIMIT ?2";
        self.filed(sql, params![start(after), limit])
    }

    fn newest_note(&self) -> Result<Option<FiledNote>> {
        Ok(self.filed("SELECT id, size, note FROM note ORDER BY id DESC LIMIT 1", [])?.pop())
    }

    fn irregularities(&self) -> Result<Vec<Irregularity>> {
        schema::irregularities(&self.connection).map_err(|error| problem(&error))
    }

    fn stood_still(&self) -> Result<bool> {
        Ok(self.fence.as_ref().is_none_or(Fence::holds))
    }
}

/// A number as SQLite holds it.
pub(super) fn stored(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(RegisterError::database)
}

pub(super) fn concatenated(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Where a range begins: past the last row, if beyond what can be stored.
fn start(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn loaded(number: i64) -> Result<u64> {
    u64::try_from(number)
        .map_err(|_| RegisterError::Damaged { what: "a place or size is negative" })
}

fn cut(bytes: &[u8]) -> Result<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(hashes.iter().copied().map(Digest::from_bytes).collect())
    } else {
        Err(RegisterError::Damaged { what: "a row of hashes is cut off" })
    }
}
