//! What SQLite must do for the register: durability, one writer, append only, reading only.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rusqlite::Connection;

use super::*;
use crate::digest::Digest;
use crate::register::{
    Register, View,
    testing::{Key, moment, note},
};

struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        let office = Self { folder: tempfile::tempdir().unwrap() };
        let store = SqliteStore::create(&office.path()).unwrap();
        let genesis = note("office", "founded");
        Register::create(store, genesis, &Key::new("admin"), &moment(0)).unwrap();
        office
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("register?#%41.sqlite")
    }

    fn open(&self) -> Register<SqliteStore> {
        Register::open(SqliteStore::open(&self.path()).unwrap()).unwrap()
    }

    fn append(&self, count: i64) {
        let mut register = self.open();
        for second in 0..count {
            register.append(note("S1", "x"), &Key::new("clerk"), &moment(second)).unwrap();
        }
    }

    /// Names, digests and times of all files.
    fn bytes(&self) -> BTreeMap<PathBuf, (Digest, std::time::SystemTime)> {
        let files = fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().path());
        files
            .map(|path| {
                let modified = path.metadata().unwrap().modified().unwrap();
                (path.clone(), (Digest::of(fs::read(&path).unwrap()), modified))
            })
            .collect()
    }
}

fn size(path: &Path) -> u64 {
    let reader = SqliteReader::open(path).unwrap();
    let view = View::of(reader.rows());
    let count = view.entries(0).map(|entry| entry.unwrap().seq() + 1).last().unwrap();
    assert_eq!(view.size().unwrap(), count);
    assert_eq!(view.head().unwrap().root, view.root(count).unwrap());
    count
}

#[test]
fn a_store_is_made_once_and_is_never_made_in_passing() {
    let office = Office::new();
    let again = SqliteStore::create(&office.path());
    assert!(matches!(again, Err(RegisterError::Exists { .. })));
    let none = office.folder.path().join("none");
    assert!(matches!(SqliteStore::open(&none), Err(RegisterError::Missing { .. })));
    assert!(matches!(SqliteReader::open(&none), Err(RegisterError::Missing { .. })));
    fs::File::create(&none).unwrap();
    assert!(matches!(SqliteStore::open(&none), Err(RegisterError::NotARegister { .. })));
    fs::remove_file(&none).unwrap();
    durable::write_new(&none, &[b'x'; 5000]).unwrap();
    assert!(matches!(SqliteStore::open(&none), Err(RegisterError::NotARegister { .. })));
    assert!(matches!(SqliteReader::open(&none), Err(RegisterError::NotARegister { .. })));
    let other = office.folder.path().join("other");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(SqliteStore::open(&other), Err(RegisterError::NotARegister { .. })));
    let link = office.folder.path().join("link");
    std::os::unix::fs::symlink(office.path(), &link).unwrap();
    assert!(matches!(SqliteStore::open(&link), Err(RegisterError::NotARegister { .. })));
    assert_eq!(fs::read_dir(office.folder.path()).unwrap().count(), 4);
}

#[test]
fn a_register_of_a_newer_release_is_left_alone() {
    let office = Office::new();
    let connection = Connection::open(office.path()).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    let verdict = SqliteStore::open(&office.path());
    assert!(matches!(verdict, Err(RegisterError::NewerSchema { found: 2 })));
}

#[test]
fn what_was_appended_is_there_after_reopening() {
    let office = Office::new();
    office.append(520);
    let register = office.open();
    assert_eq!(register.view().size().unwrap(), 521);
    assert_eq!(register.view().entries(0).map(Result::unwrap).count(), 521);
    let head = register.view().head().unwrap();
    assert_eq!(register.view().root(521).unwrap(), head.root);
    assert_eq!(register.snapshot().unwrap().rows().tile_count().unwrap(), 2);
    assert!(register.snapshot().unwrap().rows().irregularities().unwrap().is_empty());
}

#[test]
fn rows_are_neither_changed_nor_deleted_nor_inserted_out_of_turn() {
    let office = Office::new();
    office.append(300);
    let connection = Connection::open(office.path()).unwrap();
    for sql in [
        "UPDATE entry SET leaf = x'00' WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 300",
        "INSERT INTO entry (seq, leaf) VALUES (302, x'00')",
        "INSERT OR REPLACE INTO entry (seq, leaf) VALUES (5, x'00')",
        "UPDATE tile SET root = zeroblob(32)",
        "DELETE FROM tile",
        "UPDATE frontier SET size = 1",
        "DELETE FROM frontier",
        "INSERT INTO entry (seq, leaf) VALUES (301, 'text')",
    ] {
        assert!(connection.execute_batch(sql).is_err(), "{sql}");
    }
}

#[test]
fn an_interrupted_transaction_leaves_no_trace() {
    let office = Office::new();
    let mut register = office.open();
    let clerk = Key::new("clerk");
    let failed = register.transact(|tx| {
        tx.append(note("S1", "x"), &clerk, &moment(1))?;
        Err::<(), _>(RegisterError::Spoiled)
    });
    assert!(failed.is_err());
    assert_eq!(register.view().size().unwrap(), 1);
    register.append(note("S1", "x"), &clerk, &moment(1)).unwrap();
    assert_eq!(size(&office.path()), 2);
}

#[test]
fn a_second_writer_waits_and_then_gives_up() {
    let office = Office::new();
    let mut first = SqliteStore::open(&office.path()).unwrap();
    let mut second = SqliteStore::open(&office.path()).unwrap();
    second.set_patience(Duration::from_millis(10)).unwrap();
    let held = first.begin().unwrap();
    assert!(matches!(second.begin(), Err(RegisterError::Busy)));
    assert_eq!(second.snapshot().unwrap().rows().size().unwrap(), 1);
    drop(held);
    assert!(second.begin().is_ok());
}

#[test]
fn reading_a_closed_register_writes_nothing() {
    let office = Office::new();
    office.append(300);
    let before = office.bytes();
    assert_eq!(before.len(), 1);
    assert_eq!(size(&office.path()), 301);
    assert_eq!(office.bytes(), before);
}

#[test]
fn reading_beside_a_writer_sees_one_moment() {
    let office = Office::new();
    let mut register = office.open();
    let clerk = Key::new("clerk");
    register.append(note("S1", "x"), &clerk, &moment(1)).unwrap();
    let reader = SqliteReader::open(&office.path()).unwrap();
    assert_eq!(reader.rows().size().unwrap(), 2);
    register.append(note("S1", "x"), &clerk, &moment(2)).unwrap();
    assert_eq!(reader.rows().size().unwrap(), 2);
    assert!(reader.rows().stood_still().unwrap());
    drop(reader);
    assert_eq!(size(&office.path()), 3);
}

#[test]
fn reading_beside_a_writer_of_another_process_writes_nothing() {
    let office = Office::new();
    let mut register = office.open();
    for second in 0..40 {
        register.append(note("S1", "x"), &Key::new("clerk"), &moment(second)).unwrap();
    }
    let before = office.bytes();
    assert_eq!(before.len(), 3);
    let read = worker(&office, "read", "auditor").output().unwrap();
    assert!(read.status.success());
    assert!(String::from_utf8(read.stdout).unwrap().contains("read 41 entries"));
    assert_eq!(office.bytes(), before);
}

/// Copies file and log, as they are, to another folder.
fn copied(office: &Office, suffixes: &[&str]) -> Office {
    let copy = Office { folder: tempfile::tempdir().unwrap() };
    for suffix in suffixes {
        let name = format!("{}{suffix}", office.path().file_name().unwrap().to_str().unwrap());
        fs::copy(office.folder.path().join(&name), copy.folder.path().join(&name)).unwrap();
    }
    copy
}

#[test]
fn a_log_left_by_a_dead_process_is_read_without_being_written() {
    let office = Office::new();
    let mut register = office.open();
    for second in 0..40 {
        register.append(note("S1", "x"), &Key::new("clerk"), &moment(second)).unwrap();
    }
    for suffixes in [&["", "-wal"][..], &["", "-wal", "-shm"][..]] {
        let copy = copied(&office, suffixes);
        let before = copy.bytes();
        assert_eq!(size(&copy.path()), 41, "{suffixes:?}");
        assert_eq!(copy.bytes(), before, "{suffixes:?}");
    }
}

#[test]
fn a_file_written_to_while_it_is_read_without_locks_is_noticed() {
    let office = Office::new();
    let reader = SqliteReader::open(&office.path()).unwrap();
    assert!(reader.rows().stood_still().unwrap());
    office.append(3);
    assert!(!reader.rows().stood_still().unwrap());
}

#[test]
fn two_processes_never_get_the_same_number() {
    let office = Office::new();
    let children: Vec<_> = ["first", "second"]
        .map(|name| worker(&office, "number", name))
        .into_iter()
        .map(|mut command| command.spawn().unwrap())
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let register = office.open();
    let entries = register.view().entries(1).map(Result::unwrap);
    let numbers: Vec<u64> = entries.map(|entry| entry.entry().number().unwrap().value()).collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
}

#[test]
fn killing_a_writer_loses_nothing_it_acknowledged() {
    let office = Office::new();
    let mut acknowledged = 0;
    for round in 0..6_u64 {
        let mut child = worker(&office, "append", "clerk").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The harness's own lines come between.
        let seen = lines.by_ref().filter_map(|line| acknowledgement(&line.unwrap()));
        acknowledged = seen.take(usize::try_from(20 + 13 * round).unwrap()).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let rest = lines
            .map_while(std::result::Result::ok)
            .filter_map(|line| acknowledgement(&line))
            .last();
        acknowledged = rest.unwrap_or(acknowledged);
        assert!(size(&office.path()) > acknowledged);
        let register = office.open();
        let seqs: Vec<u64> = register.view().entries(0).map(|entry| entry.unwrap().seq()).collect();
        assert_eq!(seqs, (0..register.view().size().unwrap()).collect::<Vec<_>>());
        assert!(register.snapshot().unwrap().rows().irregularities().unwrap().is_empty());
    }
    assert!(acknowledged > 300);
}

fn acknowledgement(line: &str) -> Option<u64> {
    line.rsplit_once("acknowledged ")?.1.parse().ok()
}

/// This test binary again, doing one thing to the office's register.
fn worker(office: &Office, task: &str, name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .arg("register::sqlite::tests::a_worker_of_the_tests_above")
        .env("CHANCERY_TEST_REGISTER", office.path())
        .env("CHANCERY_TEST_TASK", task)
        .env("CHANCERY_TEST_NAME", name);
    command
}

#[test]
#[expect(clippy::print_stdout, reason = "a worker answers on its standard output")]
fn a_worker_of_the_tests_above() {
    let Some(path) = std::env::var_os("CHANCERY_TEST_REGISTER") else { return };
    let task = std::env::var_os("CHANCERY_TEST_TASK").unwrap();
    let name = std::env::var_os("CHANCERY_TEST_NAME").unwrap();
    let operator = Key::new(name.to_str().unwrap());
    if task == "read" {
        println!("\nread {} entries", size(Path::new(&path)));
        return;
    }
    let mut register = Register::open(SqliteStore::open(Path::new(&path)).unwrap()).unwrap();
    if task == "number" {
        for _ in 0..50 {
            let done = register.transact(|tx| {
                let number = tx.view().next_number("letter/2026")?;
                tx.append(note("L", "x").with_number(&number), &operator, &moment(1))
            });
            done.unwrap();
        }
    } else {
        loop {
            let recorded = register.append(note("S1", "x"), &operator, &moment(1)).unwrap();
            println!("\nacknowledged {}", recorded.seq());
        }
    }
}
