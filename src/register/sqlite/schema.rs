//! Tables, indexes and triggers, and whether a file still has just these.
//!
//! Entries, tiles and notes are append-only by triggers, a new entry takes the next place and no
//! other, and the frontier only moves on. Triggers stop a mistake, not an intruder who can write to
//! the file; him the chain, the signatures and checkpoints held elsewhere give away.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, ErrorCode};

use super::{
    super::{
        error::{RegisterError, Result},
        store::Irregularity,
    },
    problem,
};

/// Stands in the file's header: `chRG`.
const APPLICATION_ID: i64 = 0x6368_5247;
const VERSION: i64 = 1;

/// Type, name and statement of every object.
const OBJECTS: &[(&str, &str, &str)] = &[
    (
        "table",
        "entry",
        "CREATE TABLE entry (seq INTEGER PRIMARY KEY CHECK (seq >= 0), leaf BLOB NOT NULL) STRICT",
    ),
    (
        "table",
        "line",
        "CREATE TABLE line (seq INTEGER PRIMARY KEY REFERENCES entry (seq), kind TEXT NOT NULL, \
         subject TEXT NOT NULL, series TEXT, number INTEGER, \
         CHECK ((series IS NULL) = (number IS NULL))) STRICT",
    ),
    (
        "table",
        "tile",
        "CREATE TABLE tile (tier INTEGER NOT NULL, place INTEGER NOT NULL, \
         root BLOB NOT NULL CHECK (length(root) = 32), \
         hashes BLOB NOT NULL CHECK (length(hashes) = 8192), PRIMARY KEY (tier, place)) STRICT",
    ),
    (
        "table",
        "frontier",
        "CREATE TABLE frontier (id INTEGER PRIMARY KEY CHECK (id = 0), \
         size INTEGER NOT NULL CHECK (size >= 0), \
         peaks BLOB NOT NULL CHECK (length(peaks) % 32 = 0)) STRICT",
    ),
    (
        "table",
        "note",
        "CREATE TABLE note (id INTEGER PRIMARY KEY CHECK (id > 0), \
         size INTEGER NOT NULL CHECK (size >= 0), note TEXT NOT NULL) STRICT",
    ),
    ("index", "line_kind", "CREATE INDEX line_kind ON line (kind)"),
    ("index", "line_subject", "CREATE INDEX line_subject ON line (subject, kind)"),
    (
        "index",
        "line_number",
        "CREATE UNIQUE INDEX line_number ON line (series, number) WHERE series IS NOT NULL",
    ),
    (
        "trigger",
        "entry_takes_next_place",
        "CREATE TRIGGER entry_takes_next_place BEFORE INSERT ON entry \
         WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), -1) + 1 FROM entry) \
         BEGIN SELECT raise(ABORT, 'an entry takes the next place'); END",
    ),
    (
        "trigger",
        "entry_is_not_changed",
        "CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry \
         BEGIN SELECT raise(ABORT, 'an entry is not changed'); END",
    ),
    (
        "trigger",
        "entry_is_not_deleted",
        "CREATE TRIGGER entry_is_not_deleted BEFORE DELETE ON entry \
         BEGIN SELECT raise(ABORT, 'an entry is not deleted'); END",
    ),
    (
        "trigger",
        "tile_is_not_changed",
        "CREATE TRIGGER tile_is_not_changed BEFORE UPDATE ON tile \
         BEGIN SELECT raise(ABORT, 'a tile is not changed'); END",
    ),
    (
        "trigger",
        "tile_is_not_deleted",
        "CREATE TRIGGER tile_is_not_deleted BEFORE DELETE ON tile \
         BEGIN SELECT raise(ABORT, 'a tile is not deleted'); END",
    ),
    (
        "trigger",
        "frontier_moves_on",
        "CREATE TRIGGER frontier_moves_on BEFORE UPDATE ON frontier WHEN NEW.size <= OLD.size \
         BEGIN SELECT raise(ABORT, 'the frontier moves on'); END",
    ),
    (
        "trigger",
        "frontier_is_not_deleted",
        "CREATE TRIGGER frontier_is_not_deleted BEFORE DELETE ON frontier \
         BEGIN SELECT raise(ABORT, 'the frontier is not deleted'); END",
    ),
    (
        "trigger",
        "note_is_not_changed",
        "CREATE TRIGGER note_is_not_changed BEFORE UPDATE ON note \
         BEGIN SELECT raise(ABORT, 'a note is not changed'); END",
    ),
    (
        "trigger",
        "note_is_not_deleted",
        "CREATE TRIGGER note_is_not_deleted BEFORE DELETE ON note \
         BEGIN SELECT raise(ABORT, 'a note is not deleted'); END",
    ),
];

/// Index SQLite makes by itself for the primary key of `tile`.
const OWN_INDEX: &str = "sqlite_autoindex_tile_1";

/// Rows that stand for nothing, by table.
const FOREIGN: &[(&str, &str)] = &[
    ("entry", "SELECT count(*) FROM entry WHERE seq < 0"),
    ("line", "SELECT count(*) FROM line WHERE seq NOT IN (SELECT seq FROM entry)"),
    ("tile", "SELECT count(*) FROM tile WHERE place < 0 OR tier < 0 OR tier > 7"),
    ("frontier", "SELECT count(*) <> 1 OR sum(id) <> 0 FROM frontier"),
    ("note", "SELECT count(*) FROM note WHERE id < 1 OR size < 0"),
];

/// Lays the schema into an empty file.
pub(super) fn lay(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for (_, _, statement) in OBJECTS {
        connection.execute_batch(statement)?;
    }
    connection.execute_batch("INSERT INTO frontier (id, size, peaks) VALUES (0, 0, x'')")?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    connection.execute_batch("COMMIT")
}

/// Refuses a file that is no register, or one of a newer release.
pub(super) fn identify(connection: &Connection, path: &Path) -> Result<()> {
    let number = |pragma| {
        connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).map_err(|error| {
            match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => {
                    RegisterError::NotARegister { path: path.display().to_string() }
                }
                _ => problem(&error),
            }
        })
    };
    if number("application_id")? != APPLICATION_ID {
        return Err(RegisterError::NotARegister { path: path.display().to_string() });
    }
    match number("user_version")? {
        VERSION => Ok(()),
        found if found > VERSION => Err(RegisterError::NewerSchema { found }),
        _ => Err(RegisterError::NotARegister { path: path.display().to_string() }),
    }
}

/// What in the file is not as [`lay`] and the register's own writing leave it.
pub(super) fn irregularities(connection: &Connection) -> rusqlite::Result<Vec<Irregularity>> {
    let mut found = changed_objects(connection)?;
    for (table, count) in FOREIGN {
        let rows: i64 = connection.query_row(count, [], |row| row.get(0))?;
        if rows > 0 {
            found.push(Irregularity::ForeignRow { table });
        }
    }
    let verdict: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        found.push(Irregularity::Structure);
    }
    Ok(found)
}

fn changed_objects(connection: &Connection) -> rusqlite::Result<Vec<Irregularity>> {
    let mut wanted: BTreeMap<&str, &str> =
        OBJECTS.iter().map(|(_, name, statement)| (*name, *statement)).collect();
    let mut changed = Vec::new();
    let mut statement = connection.prepare("SELECT type, name, sql FROM sqlite_schema")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
        let sql: Option<String> = row.get(2)?;
        match (wanted.remove_entry(name.as_str()), sql) {
            (Some((_, statement)), Some(sql)) if statement == sql => {}
            (None, None) if name == OWN_INDEX => {}
            (Some((known, _)), _) => {
                changed.push(Irregularity::Schema { object: known.to_owned() });
            }
            // A foreign object's name is an intruder's text, so only its type is told.
            (None, _) => changed.push(Irregularity::Schema { object: kind }),
        }
    }
    let missing = wanted.into_keys().map(|name| Irregularity::Schema { object: name.to_owned() });
    changed.extend(missing);
    Ok(changed)
}
