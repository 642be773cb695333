//! Letters that a program without the rules would issue: the audit finds them from the register.

use chancery::{
    office::{Office, actor::Actor, credentials::Credentials, journal, paths::OfficePaths},
    register::{Draft, EntryKind},
};
use serde_json::Value;

use crate::office::Desk;

/// Appends what the library would not: two entries of a letter, bodies taken from a real one.
fn forge(desk: &Desk, number: &str, package: Option<&str>) -> u64 {
    let issued = desk.entries("letter.issued").remove(0);
    let prepared = desk.entries("letter.prepared");
    let place = &issued["body"]["prepared"];
    let prepared = prepared.into_iter().find(|entry| &entry["seq"] == place).unwrap();
    let mut office = Office::open(OfficePaths::new(desk.office())).unwrap();
    let clerk = office.state().operators["clerk"].clone();
    let folders = vec![desk.office().join("credentials")];
    let credentials = Credentials { operator_file: None, folders };
    let actor = Actor::open(clerk, office.paths(), &credentials, &|_| None, office.now()).unwrap();
    let draft = |kind: EntryKind, subject: &str, body: &Value, changed: [(&str, Value); 2]| {
        let mut draft = Draft::new(kind, subject);
        draft.body.clone_from(body.as_object().unwrap());
        draft.body.remove("reserved_number");
        for (name, value) in changed {
            draft.body.insert(name.to_owned(), value);
        }
        draft
    };
    let package = package.map_or_else(|| prepared["body"]["package"].clone(), Value::from);
    let changed = [("number", number.into()), ("package", package)];
    let kind = journal::LETTER_PREPARED;
    let prepared = draft(kind, &format!("forged {number}"), &prepared["body"], changed);
    let seq = office.append(prepared, &actor).unwrap().seq();
    let changed = [("prepared", seq.into()), ("check_code", "0000-0000".into())];
    let issue = draft(journal::LETTER_ISSUED, number, &issued["body"], changed);
    let seq = office.append(issue, &actor).unwrap().seq();
    for kind in [journal::LETTER_REGISTERED, journal::LETTER_ARCHIVED] {
        office.append(Draft::new(kind, number).with("issued", seq), &actor).unwrap();
    }
    seq
}

/// What the audit says of letters without approval: entry and sentence.
fn found(desk: &Desk) -> Vec<(u64, String)> {
    let ran = desk.by_json("auditor", &["audit", "run"]).tells(1, "CH-X020");
    let findings = ran.json()["findings"].as_array().unwrap().clone();
    let others: Vec<&Value> =
        findings.iter().filter(|finding| finding["code"] != "CH-X020").collect();
    assert!(others.is_empty(), "{others:?}");
    let told = |finding: &Value| {
        (finding["entry"].as_u64().unwrap(), finding["message"].as_str().unwrap().to_owned())
    };
    findings.iter().map(told).collect()
}

#[test]
fn a_letter_of_bytes_that_nobody_approved_is_found_by_its_entry() {
    let desk = Desk::worked();
    let entry = forge(&desk, "QH-2026-900001", Some(&"0".repeat(64)));
    let told = found(&desk);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, entry);
    assert!(told[0].1.contains("byte of it"), "{told:?}");
}

#[test]
fn a_letter_issued_after_the_withdrawal_is_found_and_those_before_are_not() {
    let desk = Desk::worked();
    let template = desk.entries("letter.issued")[0]["body"]["template"].clone();
    let principal = desk.entries("letter.prepared")[0]["body"]["principal"].clone();
    let (template, principal) = (template.as_str().unwrap(), principal.as_str().unwrap());
    let line = ["template", "withdraw", template, "--principal", principal, "--reason", "更正"];
    desk.by("approver", &line).ends(0);
    desk.by("auditor", &["audit", "run"]).ends(0);
    let entry = forge(&desk, "QH-2026-900002", None);
    let told = found(&desk);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, entry);
    assert!(told[0].1.contains("withdrawn"), "{told:?}");
}
