//! Defects put into a SQLite file behind the register's back.

use std::{fs, os::unix::fs::FileExt, path::PathBuf};

use proptest::prelude::*;
use rusqlite::{Connection, params};

use super::{
    super::super::{SqliteReader, SqliteStore},
    *,
};

struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new(count: i64) -> Self {
        let office = Self { folder: tempfile::tempdir().unwrap() };
        let store = SqliteStore::create(&office.path()).unwrap();
        let genesis = note("office", "founded");
        let admin = Key::new("admin");
        let (mut register, _) = Register::create(store, genesis, &admin, &moment(0)).unwrap();
        for second in 1..count {
            let draft = note(&format!("S{}", second % 7), "x");
            register.append(draft, &Key::new("clerk"), &moment(second)).unwrap();
        }
        register.checkpoint(&log(), moment(count)).unwrap();
        office
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("register.sqlite")
    }

    fn intrude(&self, sql: &str) {
        Connection::open(self.path()).unwrap().execute_batch(sql).unwrap();
    }

    fn found(&self) -> Vec<(&'static str, Option<u64>)> {
        let reader = SqliteReader::open(&self.path()).unwrap();
        codes(&verdict(reader.rows(), &[]))
    }
}

#[test]
fn a_sound_file_verifies_while_open_and_when_closed() {
    let office = Office::new(270);
    assert_eq!(office.found(), []);
    let register = Register::open(SqliteStore::open(&office.path()).unwrap()).unwrap();
    let snapshot = register.snapshot().unwrap();
    assert!(verdict(snapshot.rows(), &[]).is_sound());
}

#[test]
fn every_byte_of_every_leaf_counts() {
    let office = Office::new(2);
    let connection = Connection::open(office.path()).unwrap();
    connection
        .execute_batch(
            "PRAGMA synchronous = OFF; DROP TRIGGER entry_is_not_changed; \
             CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry \
             WHEN NEW.seq < 0 BEGIN SELECT 1; END",
        )
        .unwrap();
    assert_eq!(office.found(), [("CH-L141", None)]);
    let put = |seq: u64, leaf: &[u8]| {
        let values = params![leaf, i64::try_from(seq).unwrap()];
        connection.execute("UPDATE entry SET leaf = ?1 WHERE seq = ?2", values).unwrap();
    };
    for seq in 0..2 {
        let query = "SELECT leaf FROM entry WHERE seq = ?1";
        let seq_stored = i64::try_from(seq).unwrap();
        let leaf: Vec<u8> = connection.query_row(query, [seq_stored], |row| row.get(0)).unwrap();
        for at in 0..leaf.len() {
            let mut changed = leaf.clone();
            changed[at] ^= 1 << (at % 8);
            put(seq, &changed);
            let found = office.found();
            assert!(found.iter().any(|(_, found)| *found == Some(seq)), "{seq} {at}");
            assert!(found.contains(&("CH-L126", None)), "{seq} {at}");
        }
        put(seq, &leaf);
    }
    assert_eq!(office.found(), [("CH-L141", None)]);
}

#[test]
fn a_schema_or_rows_that_are_not_the_registers_are_found() {
    let office = Office::new(5);
    office.intrude("DROP TRIGGER entry_is_not_deleted; CREATE TABLE extra (x)");
    assert_eq!(office.found(), [("CH-L141", None), ("CH-L141", None)]);
    let office = Office::new(5);
    office
        .intrude("PRAGMA foreign_keys = OFF; INSERT INTO line VALUES (9, 'a.b', 'S', NULL, NULL)");
    assert_eq!(office.found(), [("CH-L122", Some(9)), ("CH-L140", None)]);
    let office = Office::new(5);
    office.intrude(
        "PRAGMA ignore_check_constraints = ON; DROP TRIGGER entry_takes_next_place; \
         INSERT INTO entry VALUES (-1, x'00')",
    );
    assert_eq!(office.found(), [("CH-L141", None), ("CH-L140", None)]);
}

#[test]
fn an_entry_deleted_from_the_file_is_named() {
    let office = Office::new(300);
    office.intrude(
        "PRAGMA foreign_keys = OFF; DROP TRIGGER entry_is_not_deleted; \
         DELETE FROM entry WHERE seq = 7",
    );
    let found = office.found();
    assert_eq!(found[0], ("CH-L104", Some(7)));
    assert!(found.contains(&("CH-L141", None)));
}

#[test]
fn a_register_without_its_tables_is_a_finding_and_no_failure() {
    let office = Office::new(5);
    office.intrude("PRAGMA foreign_keys = OFF; DROP TABLE note; DROP TABLE frontier");
    let found = office.found();
    assert!(found.contains(&("CH-L142", None)));
}

#[test]
fn the_file_is_not_changed_by_verification() {
    let office = Office::new(300);
    let before = fs::read(office.path()).unwrap();
    office.intrude("SELECT 1");
    office.found();
    assert_eq!(fs::read(office.path()).unwrap(), before);
    assert_eq!(fs::read_dir(office.folder.path()).unwrap().count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_changed_byte_of_the_file_never_makes_verification_fail(
        at in any::<u64>(), flip in 1_u8..=255,
    ) {
        let office = Office::new(30);
        let file = fs::File::options().read(true).write(true).open(office.path()).unwrap();
        let at = at % file.metadata().unwrap().len();
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ flip], at).unwrap();
        drop(file);
        // Its header may no longer be that of a register; then it is refused as a whole.
        if let Ok(reader) = SqliteReader::open(&office.path()) {
            let log = [log().verifier()];
            let against =
                Against { operators: &Keyring, log: &log, outside: &[], threads: THREADS };
            prop_assert!(verify(reader.rows(), &against, &mut |_| ()).is_ok());
        }
    }
}
