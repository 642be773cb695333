//! What an audit finds beside a damaged register: it goes on, and says what it could not judge.

use std::{collections::BTreeSet, fs};

use chancery::office::journal;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    forge::Forger,
    office::{Desk, said, text},
    past::Past,
};

fn audit(desk: &Desk) -> Value {
    desk.by_json("auditor", &["audit", "run"]).ends(1).json()
}

/// Codes of the findings, each once, and of each the first entry.
fn codes(audit: &Value) -> BTreeSet<String> {
    let findings = audit["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

fn finding<'a>(audit: &'a Value, code: &str) -> Vec<&'a Value> {
    let findings = audit["findings"].as_array().unwrap().iter();
    findings.filter(|finding| finding["code"] == code).collect()
}

/// Runs SQL on the register behind its triggers.
fn tamper(desk: &Desk, sql: &str) {
    let database = Connection::open(desk.office().join("register/register.sqlite")).unwrap();
    let mut found =
        database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    let triggers: Vec<String> =
        found.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for trigger in triggers {
        database.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    database.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
}

#[test]
fn a_damaged_founding_entry_is_a_finding_and_the_rest_is_judged() {
    let whole = Desk::worked().by_json("auditor", &["audit", "run"]).ends(0).json();
    let brackets = "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '{', '[') AS BLOB) \
                    WHERE seq = 0";
    let exchanged = "CREATE TEMP TABLE two AS SELECT * FROM entry WHERE seq < 2; \
                     UPDATE entry SET leaf = (SELECT leaf FROM two WHERE two.seq = 1 - entry.seq) \
                     WHERE seq < 2";
    let authority = "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"authority\":\"', \
                     '\"authority\":\"x') AS BLOB) WHERE seq = 0";
    for sql in [brackets, exchanged, authority] {
        let desk = Desk::worked();
        tamper(&desk, sql);
        let found = audit(&desk);
        assert_eq!(found["first_bad_entry"], 0, "{found}");
        let codes = codes(&found);
        assert!(codes.contains("CH-X036"), "{codes:?}");
        // Nobody is accused for want of what the entry told: all else stands.
        // But for who was enrolled by the entry exchanged with it.
        let wrongs: &[&str] = if sql == exchanged {
            &["CH-X004", "CH-X005", "CH-X008", "CH-X042"]
        } else {
            &["CH-X003", "CH-X004", "CH-X005", "CH-X008", "CH-X020", "CH-X042", "CH-L111"]
        };
        for wrong in wrongs {
            let told = finding(&found, wrong);
            assert!(told.iter().all(|told| told["entry"].as_u64() < Some(2)), "{wrong}: {told:?}");
        }
        let fewer = whole["checked"].as_u64().unwrap() - found["checked"].as_u64().unwrap();
        // The fonts alone are named by the founding entry.
        assert!(fewer < 20, "{found}");
        assert_eq!(found["checked"], found["ok"], "{found}");
        let verified = desk.by_json("auditor", &["register", "verify"]).tells(1, "CH-X036").json();
        assert_eq!(verified["first_bad_entry"], 0);
        // Nobody acts on it, and what else is forged is still found.
        assert_ne!(desk.by("auditor", &["letter", "list"]).status, Some(0));
    }
}

#[test]
fn behind_a_damaged_founding_entry_a_forged_letter_and_a_lost_bundle_are_found() {
    let desk = Desk::worked();
    let issued = desk.entries("letter.issued").remove(0);
    let entry = Forger::new(&desk.office()).append(
        "archivist",
        journal::LETTER_VOIDED,
        issued["subject"].as_str().unwrap(),
        json!({ "reason": "x" }),
    );
    let sealed = desk.entries("evidence.sealed").remove(0);
    let object = sealed["body"]["object"].as_str().unwrap();
    let path = desk.office().join("archive/objects").join(&object[..2]).join(&object[2..]);
    fs::remove_file(path).unwrap();
    tamper(&desk, "UPDATE entry SET leaf = x'5b5d' WHERE seq = 0");
    let found = audit(&desk);
    assert_eq!(finding(&found, "CH-X003")[0]["entry"], entry);
    assert_eq!(finding(&found, "CH-S101")[0]["entry"], sealed["seq"]);
    assert_eq!(finding(&found, "CH-X036")[0]["entry"], 0);
}

#[test]
fn bundles_that_could_not_be_checked_are_told_once_and_their_bytes_are_still_looked_at() {
    let desk = Desk::worked();
    let folder = desk.beside("other");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("note.txt"), "another case").unwrap();
    let line = ["evidence", "seal", text(&folder), "--case", "C-2", "--kind", "other"];
    desk.by("archivist", &line).ends(0);
    let settings = desk.office().join("office.toml");
    let before = fs::read_to_string(&settings).unwrap();
    let changed = before.replace("[timestamp]\n", "[timestamp]\nanchor = \"keys/none.pem\"\n");
    assert_ne!(changed, before);
    fs::write(&settings, changed).unwrap();
    let found = audit(&desk);
    let told = found["findings"].as_array().unwrap();
    assert_eq!(told.len(), 1, "one cause is told once: {found}");
    assert!(told[0]["message"].as_str().unwrap().contains("none.pem"), "{found}");
    let first = desk.entries("evidence.sealed").remove(0);
    assert_eq!(told[0]["entry"], first["seq"]);
    assert_eq!((&found["checked"], &found["ok"]), (&found["expected"], &found["expected"]));
    // Of a bundle that is changed as well, the bytes tell.
    let object = first["body"]["object"].as_str().unwrap();
    let path = desk.office().join("archive/objects").join(&object[..2]).join(&object[2..]);
    crate::office::unlock(&path);
    fs::write(&path, "something else").unwrap();
    assert_eq!(finding(&audit(&desk), "CH-S102")[0]["entry"], first["seq"]);
}

#[test]
fn an_object_that_cannot_be_opened_does_not_stop_the_audit() {
    let desk = Desk::worked();
    let issued = desk.entries("letter.issued").remove(0);
    let object = issued["body"]["pdf"].as_str().unwrap();
    let shard = desk.office().join("archive/objects").join(&object[..2]);
    fs::remove_dir_all(&shard).unwrap();
    // What is no folder can be looked into by nobody, whatever the reader's rights.
    fs::write(&shard, "in the way").unwrap();
    let found = audit(&desk);
    let told = finding(&found, "CH-O061");
    assert!(told.iter().any(|told| told["entry"] == issued["seq"]), "{found}");
    assert!(found["ok"].as_u64().unwrap() > 80, "{found}");
}

#[test]
fn a_hold_that_was_released_on_what_placed_it_is_found_and_others_are_not() {
    let desk = Desk::worked();
    let bundle = said("bundle")[0]["bundle"].as_str().unwrap().to_owned();
    let mut forger = Forger::new(&desk.office());
    let mut place = |case: &str, kind: &str, on: Value, off: Value| {
        let with = |mut body: Value| {
            body["hold"] = kind.into();
            body
        };
        let placed = forger.append("clerk", journal::HOLD_PLACED, case, with(on));
        (placed, forger.append("admin", journal::HOLD_RELEASED, case, with(off)))
    };
    let same = [
        place("C-1", "dispute", json!({ "proof": "BANK-7" }), json!({ "proof": "bank－7 " })),
        place("C-2", "forged", json!({ "proof": bundle }), json!({ "proof": bundle })),
        place(
            "C-3",
            "principal_locked",
            json!({ "instruction": "IN-1" }),
            json!({ "instruction": "IN-1" }),
        ),
    ];
    place("C-4", "dispute", json!({ "proof": "BANK-7" }), json!({ "proof": "BANK-8" }));
    place("C-5", "suspended", json!({}), json!({ "proof": "BANK-9" }));
    // Placed anew on another document, it is that one which counts.
    place("C-1", "dispute", json!({ "proof": "BANK-10" }), json!({ "proof": "BANK-7" }));
    drop(forger);
    let found = audit(&desk);
    let told: Vec<u64> = finding(&found, "CH-X037")
        .iter()
        .map(|finding| finding["entry"].as_u64().unwrap())
        .collect();
    assert_eq!(told, same.map(|(_, released)| released), "{found}");
    let (placed, _) = same[0];
    let sentence = finding(&found, "CH-X037")[0]["message"].as_str().unwrap();
    assert!(sentence.contains(&format!("entry {placed} ")), "{sentence}");
}

#[test]
fn a_record_that_the_register_describes_otherwise_is_found() {
    let desk = Desk::worked();
    desk.by("archivist", &["evidence", "renew"]).ends(0);
    desk.by("auditor", &["audit", "run"]).ends(0);
    let renewed = desk.entries("evidence.renewed").remove(0);
    let bundle = renewed["subject"].as_str().unwrap();
    let mut body = renewed["body"].clone();
    body["stamps"] = (body["stamps"].as_u64().unwrap() + 1).into();
    let mut forger = Forger::new(&desk.office());
    let entry = forger.append("archivist", journal::EVIDENCE_RENEWED, bundle, body);
    drop(forger);
    let found = audit(&desk);
    assert_eq!(codes(&found), BTreeSet::from(["CH-X031".to_owned()]), "{found}");
    assert_eq!(finding(&found, "CH-X031")[0]["entry"], entry);
}

#[test]
fn an_object_that_stands_on_no_shelf_is_found() {
    let desk = Desk::worked();
    let mut forger = Forger::new(&desk.office());
    let object = forger.put(b"whatever it is");
    let body = json!({ "object": object });
    let entry = forger.append("clerk", journal::LETTER_PAIRED, "QH-2026-000001", body);
    drop(forger);
    let found = audit(&desk);
    assert_eq!(codes(&found), BTreeSet::from(["CH-X033".to_owned()]), "{found}");
    assert_eq!(finding(&found, "CH-X033")[0]["entry"], entry);
}

#[test]
fn a_tombstone_by_a_revoked_archivist_disposes_of_nothing() {
    let Some(past) = Past::new() else { return };
    let bundle = past.seal("C-1", "other");
    let sealed = past.entries("evidence.sealed").remove(0);
    past.by("chief", &["operator", "revoke", "keeper"]).ends(0);
    let zone = chrono::FixedOffset::east_opt(8 * 3600).unwrap();
    let at = past.next().and_local_timezone(zone).unwrap();
    let body = json!({
        "case": "C-1", "rests_on": sealed["seq"], "destroyed": [sealed["body"]["object"]],
        "manifest": sealed["body"]["manifest"], "last_day_kept": "2019-02-28",
        "plan": "0".repeat(64), "principal": "bank-two", "approvals": [1, 2],
        "certificate": "DC-2019-000001",
    });
    let mut forger = Forger::new(&past.office()).at(at);
    let entry = forger.append("keeper", journal::EVIDENCE_DISPOSED, &bundle, body);
    drop(forger);
    // It is kept and held as before, and can be taken out.
    let due = past.json("chief", &["retention", "due", "--all"]);
    assert!(due["due"].as_array().unwrap().iter().any(|row| row["id"] == bundle.as_str()), "{due}");
    assert_eq!(past.json("chief", &["evidence", "show", &bundle])["disposed"], Value::Null);
    past.by("chief", &["evidence", "verify", &bundle]).ends(0);
    let found = past.by("chief", &["--json", "audit", "run"]).ends(1).json();
    for code in ["CH-X003", "CH-D042", "CH-D043"] {
        assert!(finding(&found, code).iter().any(|told| told["entry"] == entry), "{code}: {found}");
    }
}

#[test]
fn a_tombstone_under_a_hold_is_found_and_one_after_its_release_is_not_for_that() {
    let desk = Desk::worked();
    let sealed = desk.entries("evidence.sealed").remove(0);
    let bundle = sealed["subject"].as_str().unwrap();
    let case = sealed["body"]["case"].as_str().unwrap();
    let volume_body = json!({ "letters": [], "object": "0".repeat(64) });
    let tombstone = json!({
        "case": case, "rests_on": sealed["seq"], "destroyed": [sealed["body"]["object"]],
        "manifest": sealed["body"]["manifest"], "last_day_kept": "2019-02-28",
        "plan": "0".repeat(64), "principal": "sample-bank", "approvals": [1, 2],
        "certificate": "DC-2026-000001",
    });
    let held = |found: &Value| -> BTreeSet<u64> {
        let told = finding(found, "CH-D043").into_iter();
        let told = told.filter(|told| told["message"].as_str().unwrap().contains("a hold stood"));
        told.map(|told| told["entry"].as_u64().unwrap()).collect()
    };
    let letter = desk.entries("letter.issued").remove(0);
    let number = letter["subject"].as_str().unwrap();
    let prepared = desk.entries("letter.prepared");
    let own = prepared.iter().find(|entry| entry["seq"] == letter["body"]["prepared"]).unwrap();
    let letters_case = own["body"]["case"].as_str().unwrap();
    let mut forger = Forger::new(&desk.office());
    let mut wrong = BTreeSet::new();
    let court = json!({ "who": "court", "why": "litigation" });
    // Held by number, by case, by a complaint in the case; each once more after the release.
    for subject in [bundle, case] {
        let hold = forger.append("clerk", journal::RETENTION_HELD, subject, court.clone());
        let body = tombstone.clone();
        wrong.insert(forger.append("archivist", journal::EVIDENCE_DISPOSED, bundle, body));
        let release = json!({ "hold": hold, "proof": "J-1" });
        // A release by whoever may not counts for nothing.
        forger.append("clerk", journal::RETENTION_RELEASED, subject, release.clone());
        let body = tombstone.clone();
        wrong.insert(forger.append("archivist", journal::EVIDENCE_DISPOSED, bundle, body));
        forger.append("admin", journal::RETENTION_RELEASED, subject, release);
        forger.append("archivist", journal::EVIDENCE_DISPOSED, bundle, tombstone.clone());
    }
    forger.append("clerk", journal::HOLD_PLACED, case, json!({ "hold": "complaint" }));
    let body = tombstone.clone();
    wrong.insert(forger.append("archivist", journal::EVIDENCE_DISPOSED, bundle, body));
    let release = json!({ "hold": "complaint", "proof": "J-2" });
    forger.append("admin", journal::HOLD_RELEASED, case, release);
    forger.append("archivist", journal::EVIDENCE_DISPOSED, bundle, tombstone.clone());
    // A print manifest is held with the letters in it.
    let mut body = volume_body;
    body["letters"] = json!([number]);
    body["object"] = forger.put(b"a manifest").into();
    let volume = forger.append("clerk", journal::PRINT_VOLUME, "batch", body.clone());
    let mut gone = tombstone;
    gone["rests_on"] = volume.into();
    gone["case"] = "-".into();
    gone["destroyed"] = json!([body["object"]]);
    gone["manifest"] = body["object"].clone();
    let id = format!("PV-{volume}");
    forger.append("archivist", journal::RETENTION_DISPOSED, &id, gone.clone());
    forger.append("clerk", journal::RETENTION_HELD, letters_case, court);
    wrong.insert(forger.append("archivist", journal::RETENTION_DISPOSED, &id, gone));
    drop(forger);
    let found = audit(&desk);
    assert_eq!(held(&found), wrong, "{found}");
}
