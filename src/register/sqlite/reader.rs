//! A register's file, read without writing one byte beside it.
//!
//! SQLite reads a WAL file by way of a shared-memory file which even a reader makes. So there are
//! three ways in: a file without a log is read as one that does not change; one whose shared memory
//! exists is read through it, read-only; one with a log alone, as a dead process or a copy leaves
//! it, is read with the log's index in this process's own memory.
//! Source: SPEC decision 17; SQLite documentation, "Write-Ahead Logging", sections on read-only
//! databases and on use without shared memory.

use std::{
    ffi::OsString,
    fs,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{
    super::{
        error::Result,
        store::{Read, Rows},
    },
    file_problem, problem, refuse_other_files,
    rows::SqliteRows,
    schema,
};

/// A register's file, open for reading only; a view of one moment.
#[derive(Debug)]
pub struct SqliteReader {
    rows: SqliteRows,
}

impl SqliteReader {
    /// Opens the file at `path`, which may lie on read-only media or on a network.
    ///
    /// # Errors
    /// [`super::RegisterError::Missing`], [`super::RegisterError::NotARegister`],
    /// [`super::RegisterError::NewerSchema`], [`super::RegisterError::Database`].
    pub fn open(path: &Path) -> Result<Self> {
        refuse_other_files(path)?;
        let whole = std::path::absolute(path).map_err(|error| file_problem(path, error))?;
        let fence = Fence::around(&whole);
        let (query, locks) = if fence.log.is_some() && beside(&whole, "-shm").exists() {
            ("mode=ro&readonly_shm=1", true)
        } else if fence.log.is_some_and(|log| log.length > 0) {
            ("mode=ro&vfs=unix-none", false)
        } else {
            ("mode=ro&immutable=1", false)
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let connection = Connection::open_with_flags(address(&whole, query), flags)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            connection.pragma_update(None, "cell_size_check", true)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            if !locks {
                connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            }
            connection.execute_batch("BEGIN DEFERRED")?;
            Ok(connection)
        };
        let connection = open().map_err(|error: rusqlite::Error| problem(&error))?;
        schema::identify(&connection, path)?;
        let rows =
            if locks { SqliteRows::new(connection) } else { SqliteRows::fenced(connection, fence) };
        Ok(Self { rows })
    }
}

impl Rows for SqliteReader {
    fn rows(&self) -> &dyn Read {
        &self.rows
    }
}

/// How the file and its log looked when they were opened without locks.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Fence {
    path: PathBuf,
    file: Option<Look>,
    log: Option<Look>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Look {
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Fence {
    fn around(path: &Path) -> Self {
        Self { path: path.to_owned(), file: look(path), log: look(&beside(path, "-wal")) }
    }

    /// Whether they look the same now.
    pub(super) fn holds(&self) -> bool {
        *self == Self::around(&self.path)
    }
}

fn look(path: &Path) -> Option<Look> {
    let found = fs::metadata(path).ok()?;
    let changed = (found.mtime(), found.mtime_nsec());
    Some(Look { inode: found.ino(), length: found.len(), changed })
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// `path` as a URI of SQLite's, with every unusual byte escaped.
fn address(path: &Path, query: &str) -> String {
    let mut address = String::from("file://");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                address.push(char::from(*byte));
            }
            other => {
                address.push('%');
                address.push_str(&hex::encode([*other]));
            }
        }
    }
    format!("{address}?{query}")
}
