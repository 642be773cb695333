//! Checkpoints in the archive: a register that was cut or put back is told by them alone.

use std::{fs, path::PathBuf};

use rusqlite::Connection;
use serde_json::Value;

use crate::{
    command::chancery,
    office::{Desk, digest, files, text, unlock},
};

/// Every checkpoint among the archive's objects, with its size.
fn archived(desk: &Desk) -> Vec<(PathBuf, u64)> {
    let all = files(&desk.office().join("archive/objects")).into_iter();
    let notes = all.filter_map(|path| {
        let note = fs::read_to_string(&path).ok()?;
        let mut lines = note.lines();
        let is_note = lines.next()?.starts_with("chancery.invalid/");
        let size = lines.next()?.parse().ok()?;
        is_note.then_some((path, size))
    });
    notes.collect()
}

/// Cuts the register behind `keep` entries and everything in it that tells of the rest, with its
/// triggers in place again afterwards.
fn cut(desk: &Desk, keep: u64) {
    let database = Connection::open(desk.office().join("register/register.sqlite")).unwrap();
    let mut asked =
        database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    let triggers: Vec<(String, String)> = asked
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    drop(asked);
    for (name, _) in &triggers {
        database.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    let sql = format!(
        "PRAGMA foreign_keys = OFF; DELETE FROM line WHERE seq >= {keep}; \
         DELETE FROM entry WHERE seq >= {keep}; DELETE FROM note WHERE size > {keep}"
    );
    database.execute_batch(&sql).unwrap();
    for (_, sql) in &triggers {
        database.execute_batch(sql).unwrap();
    }
}

fn codes(ran: &Value) -> Vec<(String, String)> {
    let rows = ran["findings"].as_array().unwrap().iter();
    let told = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.map(|row| (told(row, "code"), told(row, "message"))).collect()
}

#[test]
fn every_checkpoint_is_an_object_of_the_archive_and_none_is_unknown() {
    let desk = Desk::worked();
    let before = archived(&desk);
    assert!(before.len() > 2, "{before:?}");
    let point = desk.call().json().run(&["register", "checkpoint"]).ends(0).json();
    let note = point["checkpoint"].as_str().unwrap();
    let name = digest(note);
    let object = desk.office().join("archive/objects").join(&name[..2]).join(&name[2..]);
    assert_eq!(fs::read_to_string(object).unwrap(), note);
    assert_eq!(archived(&desk).len(), before.len() + 1);
    let database = Connection::open(desk.office().join("register/register.sqlite")).unwrap();
    let filed: u32 = database.query_row("SELECT count(*) FROM note", [], |row| row.get(0)).unwrap();
    drop(database);
    assert_eq!(archived(&desk).len(), usize::try_from(filed).unwrap());
    let audit = desk.by_json("auditor", &["audit", "run"]).ends(0).json();
    assert_eq!(audit["findings"], serde_json::json!([]));
}

#[test]
fn an_old_copy_of_the_register_is_found_by_the_archive_alone() {
    let desk = Desk::worked();
    let path = desk.office().join("register/register.sqlite");
    let old = fs::read(&path).unwrap();
    // What leaves no object behind: a hold.
    let line = ["hold", "place", "C-77", "--kind", "dispute"];
    desk.by("clerk", &line).ends(0);
    let size = desk.call().json().run(&["register", "checkpoint"]).ends(0).json();
    let size = size["checkpoint"].as_str().unwrap().lines().nth(1).unwrap().to_owned();
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(desk.office().join(format!("register/register.sqlite{ending}")));
    }
    fs::write(&path, old).unwrap();
    let verified = desk.call().json().run(&["register", "verify"]).ends(1).json();
    let audited = desk.by_json("auditor", &["audit", "run"]).ends(1).json();
    for ran in [&verified, &audited] {
        let told = codes(ran);
        let truncated = told.iter().find(|(code, _)| code == "CH-L133").unwrap();
        assert!(truncated.1.contains(&format!("over {size} entries")), "{told:?}");
        assert!(truncated.1.contains("of 2026-"), "{told:?}");
        assert!(!told.iter().any(|(code, _)| code == "CH-X001"), "{told:?}");
    }
}

#[test]
fn a_cut_tail_is_found_though_the_checkpoints_in_the_register_are_cut_too() {
    let desk = Desk::worked();
    let newest = archived(&desk).iter().map(|(_, size)| *size).max().unwrap();
    cut(&desk, newest - 3);
    for line in [["register", "verify"], ["audit", "run"]] {
        let told = codes(&desk.by_json("auditor", &line).ends(1).json());
        let named = told.iter().any(|(code, message)| {
            code == "CH-L133" && message.contains(&format!("over {newest} entries"))
        });
        assert!(named, "{told:?}");
    }
}

#[test]
fn a_checkpoint_that_was_taken_out_of_the_archive_is_named() {
    let desk = Desk::worked();
    let (path, size) = archived(&desk).into_iter().max_by_key(|(_, size)| *size).unwrap();
    fs::remove_file(&path).unwrap();
    let told = codes(&desk.by_json("auditor", &["audit", "run"]).ends(1).json());
    let [(code, message)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(code, "CH-X043");
    assert!(message.contains(&format!("over {size} entries")), "{message}");
    // The next one puts back all where the newest is missing, as after a command that was cut off
    // or in an office that kept none.
    for (path, _) in archived(&desk) {
        fs::remove_file(path).unwrap();
    }
    desk.call().run(&["register", "checkpoint"]).ends(0);
    assert!(path.exists());
    desk.by("auditor", &["audit", "run"]).ends(0);
    // One that was changed is named as well.
    unlock(&path);
    fs::write(&path, "chancery.invalid/x\n1\n").unwrap();
    desk.by("auditor", &["audit", "run"]).tells(1, "CH-X043");
}

#[test]
fn what_a_command_staged_and_filed_is_published_by_the_next() {
    let desk = Desk::worked();
    let (path, _) = archived(&desk).into_iter().max_by_key(|(_, size)| *size).unwrap();
    let name = digest(fs::read(&path).unwrap());
    fs::rename(&path, desk.office().join(format!("archive/staged/{name}-cut"))).unwrap();
    desk.issue(&desk.request_with("notice-001", serde_json::json!({})));
    assert!(path.exists());
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn a_checkpoint_of_another_key_in_the_archive_is_named() {
    let desk = Desk::worked();
    let other = desk.beside("elsewhere");
    chancery().run(&["init", text(&other), "--sample"]).ends(0);
    let foreign = desk.beside("foreign");
    let line = ["register", "checkpoint", "--out", text(&foreign)];
    chancery().office(&other).run(&line).ends(0);
    let note = fs::read(&foreign).unwrap();
    let name = digest(&note);
    let shard = desk.office().join("archive/objects").join(&name[..2]);
    fs::create_dir_all(&shard).unwrap();
    fs::write(shard.join(&name[2..]), note).unwrap();
    for line in [["register", "verify"], ["audit", "run"]] {
        let told = codes(&desk.by_json("auditor", &line).ends(1).json());
        let [(code, message)] = told.as_slice() else { panic!("{told:?}") };
        assert!(code == "CH-X042" && message.contains(&name), "{told:?}");
    }
}
