//! The register in one SQLite file.
//!
//! Owns the writing side: WAL with `synchronous = FULL`, so that a commit is on disk when it
//! returns, and `BEGIN IMMEDIATE`, so that there is one writer over all processes. Refuses a folder
//! on a network, where neither lock nor shared memory holds, and never makes a file in passing.
//! Source: SPEC decision 17; FINDINGS Register (what each level of `synchronous` lost);
//! SQLite documentation, "Write-Ahead Logging".

mod local;
mod reader;
mod rows;
mod schema;

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig, params};

pub use self::reader::SqliteReader;
use self::rows::{SqliteRows, stored};
use super::{
    error::{RegisterError, Result},
    merkle::Frontier,
    store::{IndexLine, Read, Rows, Store, Tile, Transaction},
};
use crate::durable::{self, DurableError};

/// How long a writer waits for another.
const PATIENCE: Duration = Duration::from_secs(30);

/// A register's file, open for writing.
#[derive(Debug)]
pub struct SqliteStore {
    rows: SqliteRows,
    path: PathBuf,
}

impl SqliteStore {
    /// Makes an empty store at `path`, whole or not at all.
    ///
    /// # Errors
    /// [`RegisterError::Exists`], [`RegisterError::NetworkFileSystem`],
    /// [`RegisterError::ReadOnly`], [`RegisterError::Database`].
    pub fn create(path: &Path) -> Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        local::refuse_network(folder)?;
        if path.symlink_metadata().is_ok() {
            return Err(RegisterError::Exists { path: path.display().to_string() });
        }
        let made = tempfile::Builder::new()
            .prefix(".register-")
            .tempdir_in(folder)
            .map_err(|error| file_problem(path, error))?;
        let staged = made.path().join("register");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection =
            Connection::open_with_flags(&staged, flags).map_err(|error| problem(&error))?;
        let journal: String = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
            .map_err(|error| problem(&error))?;
        if journal != "wal" {
            return Err(RegisterError::ReadOnly { path: path.display().to_string() });
        }
        connection.pragma_update(None, "synchronous", "FULL").map_err(|error| problem(&error))?;
        schema::lay(&connection).map_err(|error| problem(&error))?;
        connection.close().map_err(|(_, error)| problem(&error))?;
        durable::publish(&staged, path).map_err(|error| match error {
            DurableError::Exists { path } => RegisterError::Exists { path },
            other => RegisterError::database(other),
        })?;
        Self::open(path)
    }

    /// Opens the store at `path`.
    ///
    /// # Errors
    /// [`RegisterError::Missing`], [`RegisterError::NotARegister`],
    /// [`RegisterError::NewerSchema`], [`RegisterError::NetworkFileSystem`],
    /// [`RegisterError::ReadOnly`], [`RegisterError::Database`].
    pub fn open(path: &Path) -> Result<Self> {
        refuse_other_files(path)?;
        local::refuse_network(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(path, flags).map_err(|error| problem(&error))?;
        let store = Self { rows: SqliteRows::new(connection), path: path.to_owned() };
        store.prepare().map_err(|error| store.problem(&error))?;
        schema::identify(store.connection(), path)?;
        Ok(store)
    }

    /// Sets how long to wait for another writer; 30 seconds at first.
    ///
    /// # Errors
    /// [`RegisterError::Database`].
    pub fn set_patience(&self, patience: Duration) -> Result<()> {
        self.connection().busy_timeout(patience).map_err(|error| problem(&error))
    }

    fn connection(&self) -> &Connection {
        self.rows.connection()
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        let connection = self.connection();
        connection.busy_timeout(PATIENCE)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "recursive_triggers", true)?;
        connection.pragma_update(None, "cell_size_check", true)
    }

    fn problem(&self, error: &rusqlite::Error) -> RegisterError {
        match error.sqlite_error_code() {
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                RegisterError::ReadOnly { path: self.path.display().to_string() }
            }
            Some(ErrorCode::NotADatabase) => {
                RegisterError::NotARegister { path: self.path.display().to_string() }
            }
            _ => problem(error),
        }
    }
}

impl Rows for SqliteStore {
    fn rows(&self) -> &dyn Read {
        &self.rows
    }
}

impl Store for SqliteStore {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>> {
        let begun = self.connection().execute_batch("BEGIN IMMEDIATE");
        begun.map_err(|error| self.problem(&error))?;
        Ok(Box::new(SqliteTransaction(Open(&self.rows))))
    }

    fn snapshot(&self) -> Result<Box<dyn Rows + '_>> {
        let begun = self.connection().execute_batch("BEGIN DEFERRED");
        begun.map_err(|error| self.problem(&error))?;
        let snapshot = Open(&self.rows);
        // The moment is that of the first reading.
        self.rows.size()?;
        Ok(Box::new(snapshot))
    }
}

/// An open transaction of the connection, undone when dropped.
struct Open<'a>(&'a SqliteRows);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if !self.0.connection().is_autocommit() {
            // Nothing is left to do where even this fails: SQLite undoes it on its next opening.
            let _ = self.0.connection().execute_batch("ROLLBACK");
        }
    }
}

impl Rows for Open<'_> {
    fn rows(&self) -> &dyn Read {
        self.0
    }
}

struct SqliteTransaction<'a>(Open<'a>);

impl SqliteTransaction<'_> {
    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<()> {
        let connection = self.0.0.connection();
        let done = connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values));
        done.map(drop).map_err(|error| problem(&error))
    }
}

impl Rows for SqliteTransaction<'_> {
    fn rows(&self) -> &dyn Read {
        self.0.rows()
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn push(&mut self, leaf: &[u8], line: &IndexLine) -> Result<()> {
        let sql = "INSERT INTO entry (seq, leaf) VALUES (?1, ?2)";
        self.execute(sql, params![stored(line.seq)?, leaf])?;
        self.put_line(line)
    }

    fn put_tile(&mut self, tier: u32, index: u64, tile: &Tile) -> Result<()> {
        let sql = "INSERT INTO tile (tier, place, root, hashes) VALUES (?1, ?2, ?3, ?4)";
        let hashes = rows::concatenated(&tile.hashes);
        self.execute(sql, params![tier, stored(index)?, tile.root.as_bytes(), hashes])
    }

    fn set_frontier(&mut self, frontier: &Frontier) -> Result<()> {
        let sql = "UPDATE frontier SET size = ?1, peaks = ?2 WHERE id = 0";
        let peaks = rows::concatenated(frontier.peaks());
        self.execute(sql, params![stored(frontier.size())?, peaks])
    }

    fn file_note(&mut self, size: u64, note: &str) -> Result<()> {
        let sql = "INSERT INTO note (size, note) VALUES (?1, ?2)";
        self.execute(sql, params![stored(size)?, note])
    }

    fn clear_index(&mut self) -> Result<()> {
        self.execute("DELETE FROM line", [])
    }

    fn put_line(&mut self, line: &IndexLine) -> Result<()> {
        let sql =
            "INSERT INTO line (seq, kind, subject, series, number) VALUES (?1, ?2, ?3, ?4, ?5)";
        let number = line.number.as_ref().map(|(_, value)| stored(*value)).transpose()?;
        let series = line.number.as_ref().map(|(series, _)| series);
        self.execute(sql, params![stored(line.seq)?, line.kind, line.subject, series, number])
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let done = self.0.0.connection().execute_batch("COMMIT");
        done.map_err(|error| problem(&error))
    }
}

/// What SQLite's `error` means for the register.
fn problem(error: &rusqlite::Error) -> RegisterError {
    match (error, error.sqlite_error_code()) {
        (_, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => RegisterError::Busy,
        (_, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) => {
            RegisterError::Damaged { what: "its file is corrupt" }
        }
        // The statements are right, so it is the tables that are not.
        _ if error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_ERROR) => {
            RegisterError::Damaged { what: "its tables are not those of a register" }
        }
        (_, Some(ErrorCode::ConstraintViolation)) => {
            RegisterError::Damaged { what: "a row does not fit those before it" }
        }
        (
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::QueryReturnedNoRows,
            _,
        ) => RegisterError::Damaged { what: "a value is not of its column's type" },
        // Its own words without the statement, which could hold a subject.
        (_, Some(_)) => RegisterError::database(io::Error::other(error.to_string())),
        _ => RegisterError::Damaged { what: "its tables do not give what was asked" },
    }
}

/// Refuses what cannot be a register's file, by its looks alone.
///
/// The file itself is opened by SQLite only: closing it once more in this process would release
/// the locks that another connection of this process holds on it.
fn refuse_other_files(path: &Path) -> Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() && found.len() > 0 => Ok(()),
        Ok(_) => Err(RegisterError::NotARegister { path: path.display().to_string() }),
        Err(error) => Err(file_problem(path, error)),
    }
}

fn file_problem(path: &Path, error: io::Error) -> RegisterError {
    let path = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound => RegisterError::Missing { path },
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            RegisterError::ReadOnly { path }
        }
        _ => RegisterError::database(error),
    }
}

#[cfg(test)]
mod tests;
