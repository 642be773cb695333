//! The register: what somebody with a database tool changes is found and named.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rusqlite::Connection;
use serde_json::Value;

use crate::{
    command::{Ran, chancery},
    office::{Desk, said, text},
};

/// Runs SQL on the register's file as somebody would who removes its triggers first.
fn tamper(desk: &Desk, sql: &str) {
    let database = Connection::open(desk.office().join("register/register.sqlite")).unwrap();
    let triggers: Vec<String> = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(!triggers.is_empty());
    for trigger in triggers {
        database.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    database.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
}

fn verify(desk: &Desk) -> Ran {
    desk.call().json().run(&["register", "verify"])
}

/// A register whose first bad entry must be named, whether it is verified or audited.
fn first_bad(desk: &Desk, seq: u64, code: &str) {
    let verified = verify(desk).tells(1, code).json();
    assert_eq!(verified["first_bad_entry"], seq, "{code}: {verified}");
    let audited = desk.by_json("auditor", &["audit", "run"]).tells(1, code).json();
    assert_eq!(audited["first_bad_entry"], seq, "{code}: {audited}");
}

#[test]
fn an_untouched_register_is_verified_by_every_command() {
    let desk = Desk::worked();
    let verified = verify(&desk).ends(0).json();
    assert!(verified["entries"].as_u64().unwrap() > 200);
    let audit = desk.by_json("auditor", &["audit", "run"]).ends(0).json();
    assert_eq!(audit["expected"], audit["ok"]);
    assert!(audit["checked"].as_u64().unwrap() > 90);
}

#[test]
fn triggers_stop_a_mistake() {
    let desk = Desk::worked();
    let database = Connection::open(desk.office().join("register/register.sqlite")).unwrap();
    for sql in ["UPDATE entry SET leaf = x'00' WHERE seq = 5", "DELETE FROM entry WHERE seq = 5"] {
        assert!(database.execute_batch(sql).is_err(), "{sql}");
    }
    drop(database);
    verify(&desk).ends(0);
}

#[test]
fn an_edited_entry_is_named_as_the_first_bad_one() {
    let at = |kind: &str| Desk::worked().entries(kind)[0]["seq"].as_u64().unwrap();
    let (letter, approval) = (at("letter.prepared"), at("template.approved"));
    for (seq, from, to) in [
        (letter, "clerk", "clark"),
        (letter, "2026", "2025"),
        (at("letter.issued"), "issued", "issuer"),
        // An entry that makes state, and one that can no longer be read.
        (approval, "approver", "approvar"),
        (approval, "{", "["),
    ] {
        let desk = Desk::worked();
        tamper(
            &desk,
            &format!(
                "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '{from}', '{to}') AS BLOB) \
                 WHERE seq = {seq}"
            ),
        );
        let verified = verify(&desk).ends(1).json();
        assert_eq!(verified["first_bad_entry"], seq, "{verified}");
    }
}

#[test]
fn a_deleted_an_exchanged_and_a_repeated_entry_are_named() {
    let desk = Desk::worked();
    tamper(&desk, "DELETE FROM line WHERE seq = 50; DELETE FROM entry WHERE seq = 50");
    first_bad(&desk, 50, "CH-L104");

    let desk = Desk::worked();
    tamper(
        &desk,
        "CREATE TEMP TABLE two AS SELECT * FROM entry WHERE seq IN (60, 61); \
         UPDATE entry SET leaf = (SELECT leaf FROM two WHERE two.seq = 121 - entry.seq) \
         WHERE seq IN (60, 61)",
    );
    first_bad(&desk, 60, "CH-L105");

    let desk = Desk::worked();
    tamper(&desk, "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE seq = 69) WHERE seq = 70");
    first_bad(&desk, 70, "CH-L106");
}

#[test]
fn the_schema_without_its_triggers_is_found() {
    let desk = Desk::worked();
    tamper(&desk, "");
    verify(&desk).tells(1, "CH-L141");
}

#[test]
fn an_index_that_says_otherwise_is_found() {
    let desk = Desk::worked();
    tamper(&desk, "UPDATE line SET subject = 'QH-2026-000777' WHERE seq = 40");
    let ran = verify(&desk).ends(1);
    assert!(ran.codes().iter().any(|code| code.starts_with("CH-L12")), "{}", ran.both());
}

#[test]
fn a_cut_tail_is_found_by_a_checkpoint_held_outside() {
    let desk = Desk::worked();
    let held = desk.beside("checkpoint");
    desk.call().run(&["register", "checkpoint", "--out", text(&held)]).ends(0);
    let size = verify(&desk).ends(0).json()["entries"].as_u64().unwrap();
    let line = ["register", "verify", "--checkpoint", text(&held)];
    desk.call().run(&line).ends(0);
    let keep = size - 10;
    // Whoever cuts the tail cuts everything in the file that tells of it.
    tamper(
        &desk,
        &format!(
            "DELETE FROM line WHERE seq >= {keep}; DELETE FROM entry WHERE seq >= {keep}; \
             DELETE FROM note WHERE size > {keep}"
        ),
    );
    let ran = desk.call().json().run(&line).tells(1, "CH-L133");
    assert!(ran.out().contains(&size.to_string()), "{}", ran.out());
    let audit = ["audit", "run", "--checkpoint", text(&held)];
    desk.by("auditor", &audit).tells(1, "CH-L133");
}

#[test]
fn an_old_copy_of_the_office_is_found_by_a_checkpoint_held_outside() {
    let desk = Desk::worked();
    let held = desk.beside("checkpoint");
    desk.call().run(&["register", "checkpoint", "--out", text(&held)]).ends(0);
    let old = Desk::fresh();
    old.call().run(&["register", "verify", "--checkpoint", text(&held)]).tells(1, "CH-L133");
    // And a checkpoint of another office is not taken for one of this.
    let other = desk.beside("other");
    chancery().run(&["init", text(&other), "--sample"]).ends(0);
    let foreign = desk.beside("foreign");
    let line = ["register", "checkpoint", "--out", text(&foreign)];
    chancery().office(&other).run(&line).ends(0);
    let line = ["register", "verify", "--checkpoint", text(&foreign)];
    desk.call().run(&line).ends(1);
}

#[test]
fn a_letter_is_proved_to_a_stranger_by_one_file_and_one_key() {
    let desk = Desk::worked();
    let letter = &said("letters")[3];
    let pdf = letter["out"].as_str().unwrap();
    let point = desk.call().json().run(&["register", "checkpoint"]).ends(0).json();
    let key = point["log_key"].as_str().unwrap();
    let held = desk.write("held", point["checkpoint"].as_str().unwrap());
    let seq = letter["entry"].to_string();
    let proof = desk.call().json().run(&["register", "prove", &seq]).ends(0);
    let file = desk.write("proof.json", &proof.stdout);
    let line = ["verify", pdf, "--proof", text(&file), "--log-key", key];
    let ran = chancery().json().run(&line).ends(0).json();
    assert_eq!(ran["files"][0]["number"], letter["number"], "{ran}");
    let with_point = [&line[..], &["--checkpoint", text(&held)]].concat();
    chancery().run(&with_point).ends(0);

    // Another byte, another letter, another key, another proof: none is proved.
    let mut forged = fs::read(pdf).unwrap();
    let at = forged.len() / 2;
    forged[at] ^= 1;
    let forged = desk.write("forged.pdf", forged);
    let own = ["--proof", text(&file), "--log-key", key];
    chancery().run(&[&["verify", text(&forged)], &own[..]].concat()).tells(1, "CH-U012");
    let other = said("letters")[4]["out"].as_str().unwrap().to_owned();
    chancery().run(&[&["verify", &other], &own[..]].concat()).tells(1, "CH-U012");
    let mut read: Value = serde_json::from_slice(&proof.stdout).unwrap();
    assert!(swap_first_hash(&mut read), "{read}");
    let bad = desk.write("bad.json", read.to_string());
    let ran = chancery().run(&["verify", pdf, "--proof", text(&bad), "--log-key", key]);
    assert_ne!(ran.status, Some(0), "{}", ran.both());
    let nonsense = desk.write("nonsense.json", "{}");
    let ran = chancery().run(&["verify", pdf, "--proof", text(&nonsense), "--log-key", key]);
    assert_eq!(ran.status, Some(2), "{}", ran.both());
}

/// Changes one letter of the first text in an array: one hash of the path.
fn swap_first_hash(value: &mut Value) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().any(|item| match item {
            Value::String(text) if text.len() > 20 => {
                let first = if text.starts_with('A') || text.starts_with('a') { "b" } else { "a" };
                text.replace_range(0..1, first);
                true
            }
            other => swap_first_hash(other),
        }),
        Value::Object(members) => members.values_mut().any(swap_first_hash),
        _ => false,
    }
}

#[test]
fn an_export_holds_every_entry_and_names_stay_out_of_the_register() {
    let desk = Desk::worked();
    let out = desk.beside("export.jsonl");
    desk.by("auditor", &["register", "export", "--out", text(&out)]).ends(0);
    let export = fs::read_to_string(&out).unwrap();
    let size = verify(&desk).json()["entries"].as_u64().unwrap();
    assert_eq!(export.lines().count() as u64, size);
    for row in crate::office::rows(&desk.requests("letters.jsonl")) {
        for field in ["recipient_name", "recipient_address", "recipient_phone"] {
            let Some(value) = row[field].as_str() else { continue };
            assert!(!export.contains(value), "{field} in the register");
        }
    }
    let shown = desk.by_json("auditor", &["register", "show", "0"]).ends(0).json();
    assert_eq!(shown["kind"], "office.founded");
    desk.by("auditor", &["register", "show", "99999999"]).ends(2);
    desk.by("auditor", &["register", "prove", "99999999"]).ends(2);
}

#[test]
fn a_file_that_is_no_database_is_a_fault_with_a_code() {
    let desk = Desk::fresh();
    fs::write(desk.office().join("register/register.sqlite"), "not a database").unwrap();
    for line in [&["register", "verify"][..], &["audit", "run"], &["letter", "list"]] {
        let ran = desk.call().run(line);
        assert!(matches!(ran.status, Some(1..=3)), "{:?}", ran.status);
        assert!(!ran.codes().is_empty(), "{}", ran.both());
    }
}

/// The entry's bytes with the other of the two signatures that verify: the order less its `s`.
fn mirrored(leaf: &str) -> String {
    const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let entry: Value = serde_json::from_str(leaf).unwrap();
    let signature = entry["signature"].as_str().unwrap();
    let mut bytes = STANDARD.decode(signature).unwrap();
    let mut borrow = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(hex::decode(ORDER).unwrap()).rev() {
        let less = i32::from(order) - i32::from(*byte) - borrow;
        borrow = i32::from(less < 0);
        *byte = u8::try_from(less.rem_euclid(256)).unwrap();
    }
    leaf.replace(signature, &STANDARD.encode(bytes))
}

#[test]
fn an_audit_goes_on_past_a_damaged_entry_and_names_it() {
    let at = |kind: &str| Desk::worked().entries(kind)[0]["seq"].as_u64().unwrap();
    for kind in [
        "evidence.sealed",
        "evidence.archived",
        "letter.prepared",
        "letter.issued",
        "letter.archived",
        "template.approved",
    ] {
        let seq = at(kind);
        let brackets = format!(
            "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '{{', '[') AS BLOB) \
             WHERE seq = {seq}"
        );
        let before = seq - 1;
        let exchanged = format!(
            "CREATE TEMP TABLE two AS SELECT * FROM entry WHERE seq IN ({before}, {seq}); \
             UPDATE entry SET leaf = (SELECT leaf FROM two WHERE two.seq = {before} + {seq} - \
             entry.seq) WHERE seq IN ({before}, {seq})"
        );
        let desk = Desk::worked();
        let shown = Connection::open(desk.office().join("register/register.sqlite")).unwrap();
        let leaf: Vec<u8> = shown
            .query_row("SELECT leaf FROM entry WHERE seq = ?1", [seq.to_string()], |row| row.get(0))
            .unwrap();
        drop(shown);
        let other = hex::encode(mirrored(std::str::from_utf8(&leaf).unwrap()));
        let mirrored = format!("UPDATE entry SET leaf = x'{other}' WHERE seq = {seq}");
        for (sql, seq) in [(brackets, seq), (exchanged, before), (mirrored, seq)] {
            let desk = Desk::worked();
            tamper(&desk, &sql);
            let verified = verify(&desk).ends(1).json();
            assert_eq!(verified["first_bad_entry"], seq, "{kind}: {verified}");
            let audited = desk.by_json("auditor", &["audit", "run"]).ends(1).json();
            assert_eq!(audited["first_bad_entry"], seq, "{kind}: {audited}");
            // The rest was judged.
            assert!(audited["checked"].as_u64().unwrap() > 80, "{kind}: {audited}");
        }
    }
}
