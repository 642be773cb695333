//! What evidence is sealed for, what is told of it, and its chain of custody.

use std::fs;

use serde_json::Value;

use crate::office::{Desk, said, text};

/// Number of the first visit statement that was issued.
fn visit() -> String {
    said("visits").iter().find_map(|row| row["number"].as_str().map(str::to_owned)).unwrap()
}

fn codes(notes: &Value) -> Vec<String> {
    let notes = notes.as_array().unwrap();
    notes.iter().map(|note| note["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_visits_bundle_takes_case_and_recordings_from_its_statement() {
    let desk = Desk::worked();
    let folder = desk.office().join("samples/visit");
    let number = visit();
    let line = ["evidence", "seal", text(&folder), "--visit", &number];
    let sealed = desk.by_json("archivist", &line).ends(0).json();
    assert_eq!(sealed["visit"], number.as_str());
    assert_eq!(sealed["case"], "YL-2026-0501");
    // The sample's recordings last seconds, the visit half an hour: kept, and never complete.
    assert_eq!(sealed["complete"], false);
    let told = codes(&sealed["notes"]);
    assert_eq!(told.iter().filter(|code| *code == "CH-E102").count(), 2, "{told:?}");
    // The day's work sealed the same files before.
    assert!(told.contains(&"CH-E117".to_owned()), "{told:?}");
    let entry = desk.entries("evidence.sealed").pop().unwrap();
    let recordings = entry["body"]["recordings"].as_array().unwrap();
    assert_eq!(recordings.len(), 2);
    assert!(recordings.iter().all(|one| one["sha256"].as_str().unwrap().len() == 64));
    let other = [&line[..], &["--case", "YL-2026-9999"]].concat();
    desk.by("archivist", &other).tells_only(1, &["CH-E113"]);
}

#[test]
fn a_recording_that_the_statement_names_and_that_is_absent_is_told_and_the_reverse() {
    let desk = Desk::worked();
    let folder = desk.beside("visit");
    crate::office::copy(&desk.office().join("samples/visit"), &folder);
    fs::remove_dir_all(folder.join("video")).unwrap();
    let second = folder.join("audio/second.wav");
    fs::copy(folder.join("audio/visit_audio.wav"), &second).unwrap();
    let number = visit();
    let line = ["evidence", "seal", text(&folder), "--visit", &number];
    let sealed = desk.by_json("archivist", &line).ends(0).json();
    let told = codes(&sealed["notes"]);
    for code in ["CH-E104", "CH-E105", "CH-E106", "CH-E053"] {
        assert!(told.contains(&code.to_owned()), "{code}: {told:?}");
    }
}

#[test]
fn a_signed_copy_names_its_letter_and_other_kinds_do_not() {
    let desk = Desk::worked();
    let folder = desk.beside("scan");
    fs::create_dir(&folder).unwrap();
    let made = desk.office().join("samples/visit/door_plate/door_plate_1.jpg");
    fs::copy(made, folder.join("scan.jpg")).unwrap();
    let number = visit();
    let line = ["evidence", "seal", text(&folder), "--letter", &number];
    let sealed = desk.by_json("archivist", &line).ends(0).json();
    assert_eq!(sealed["letter"], number.as_str());
    let entry = desk.entries("evidence.sealed").pop().unwrap();
    assert_eq!(entry["body"]["letter"], number.as_str());
    let photo = [&line[..], &["--kind", "photo"]].concat();
    desk.by("archivist", &photo).tells_only(1, &["CH-E112"]);
    let none = ["evidence", "seal", text(&folder), "--letter", "QH-2026-999999"];
    desk.by("archivist", &none).tells_only(2, &["CH-E111"]);
    desk.by("archivist", &["evidence", "seal", text(&folder)]).tells_only(2, &["CH-E114"]);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn custody_lists_every_act_and_verification_registers_only_when_asked() {
    let desk = Desk::worked();
    let id = said("bundle")[0]["bundle"].as_str().unwrap().to_owned();
    desk.by("auditor", &["evidence", "verify", &id]).ends(0);
    assert!(desk.entries("evidence.verified").is_empty());
    desk.by("auditor", &["evidence", "verify", &id, "--record"]).ends(0);
    let out = desk.beside("copy.asice");
    desk.by("archivist", &["evidence", "retrieve", &id, "--out", text(&out)]).ends(0);
    let said = desk.by_json("auditor", &["evidence", "custody", &id]).ends(0).json();
    let acts: Vec<&str> = said["custody"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["act"].as_str().unwrap())
        .collect();
    assert_eq!(
        acts,
        [
            "taken_in",
            "evidence.prepared",
            "evidence.sealed",
            "evidence.archived",
            "evidence.verified",
            "evidence.retrieved"
        ]
    );
    // Only who checks or keeps evidence registers a check.
    let refused = desk.by("clerk", &["evidence", "verify", &id, "--record"]);
    assert_eq!(refused.status, Some(1), "{}", refused.both());
}
