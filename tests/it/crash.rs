//! The command killed at any moment: no registered thing is lost, no number is given twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread::sleep,
    time::{Duration, Instant, SystemTime},
};

use crate::office::{Desk, text};

/// Moments at which the command is killed.
const TRIES: u64 = 10;

#[test]
fn killed_ten_times_and_run_to_its_end_every_request_has_exactly_one_number() {
    let desk = Desk::fresh();
    let (letters, out) = (desk.requests("letters.jsonl"), desk.beside("out"));
    let line = ["letter", "issue", text(&letters), "--out", text(&out)];
    // How long the whole takes here, from a copy of its own.
    let measured = Desk::fresh();
    let began = Instant::now();
    measured.issue(&measured.requests("letters.jsonl")).ends(1);
    let whole = began.elapsed();
    let mut seed =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos().into();
    let mut killed = 0;
    for attempt in 0..TRIES {
        let mut child = desk.call().by("clerk").json().process(&line).spawn().unwrap();
        drop(child.stdin.take());
        // A linear congruence is random enough for a moment (Knuth, MMIX).
        seed = u64::wrapping_add(u64::wrapping_mul(seed, 6364136223846793005), 1442695040888963407);
        let share = (seed >> 33) % 100;
        let span = whole.mul_f64(if attempt % 2 == 0 { 0.25 } else { 0.1 });
        sleep(Duration::from_millis(30) + span.mul_f64(f64::from(share as u32) / 100.0));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
    }
    assert!(killed > 0);
    let lines = desk.issue(&letters).ends(1).json_lines();
    let mut numbers = BTreeMap::new();
    for line in &lines {
        if let Some(number) = line["number"].as_str() {
            let before = numbers.insert(number.to_owned(), line["request"].clone());
            assert!(before.is_none(), "{number} was given twice");
        }
    }
    let again = desk.issue(&letters).ends(1).json_lines();
    for (once, twice) in lines.iter().zip(&again) {
        assert_eq!(once["number"], twice["number"]);
    }
    // Every number of the register is one letter's or is spoiled with its reason.
    let prepared = desk.entries("letter.prepared");
    let of = |kind: &str| -> BTreeSet<String> {
        let subject = |entry: &serde_json::Value| entry["subject"].as_str().unwrap().to_owned();
        desk.entries(kind).iter().map(subject).collect()
    };
    let (issued, archived, spoiled) =
        (of("letter.issued"), of("letter.archived"), of("letter.spoiled"));
    let given: Vec<&str> =
        prepared.iter().map(|entry| entry["body"]["number"].as_str().unwrap()).collect();
    let distinct: BTreeSet<&str> = given.iter().copied().collect();
    assert_eq!(given.len(), distinct.len(), "a number was given twice");
    assert_eq!(issued, numbers.keys().cloned().collect());
    assert_eq!(issued, archived);
    for number in distinct {
        assert!(issued.contains(number) != spoiled.contains(number), "{number}");
    }
    for entry in desk.entries("letter.spoiled") {
        assert!(entry["body"]["reason"].as_str().is_some_and(|why| why.len() > 5), "{entry}");
    }
    desk.by("auditor", &["audit", "run"]).ends(0);
    for path in crate::office::files(&out) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"%PDF") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }
}

#[test]
fn sealing_killed_leaves_no_bundle_that_looks_whole_and_the_next_run_goes_on() {
    let desk = Desk::fresh();
    let visit = desk.office().join("samples/visit");
    let line = ["evidence", "seal", text(&visit), "--case", "C-1", "--kind", "auto"];
    for pause in [40, 70, 100, 140, 200] {
        let mut child = desk.call().by("archivist").process(&line).spawn().unwrap();
        drop(child.stdin.take());
        sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    desk.by("archivist", &line).ends(0);
    let sealed = desk.entries("evidence.sealed").len();
    let spoiled = desk.entries("evidence.spoiled").len();
    assert_eq!(desk.entries("evidence.prepared").len(), sealed + spoiled);
    assert_eq!(desk.entries("evidence.archived").len(), sealed);
    desk.by("auditor", &["audit", "run"]).ends(0);
    desk.by("auditor", &["evidence", "verify"]).ends(0);
}

#[test]
fn two_desks_at_once_give_no_number_twice() {
    let desk = Desk::fresh();
    let (letters, out) = (desk.requests("letters.csv"), desk.beside("out"));
    let line = ["letter", "issue", text(&letters), "--out", text(&out)];
    let start = || desk.call().by("clerk").json().process(&line).spawn().unwrap();
    let children = [start(), start()];
    let mut statuses = Vec::new();
    for mut child in children {
        drop(child.stdin.take());
        let output = child.wait_with_output().unwrap();
        statuses.push(output.status.code());
    }
    // The second is turned away, or comes when the first is done.
    assert!(statuses.iter().all(|status| matches!(status, Some(1 | 3))), "{statuses:?}");
    desk.issue(&letters).ends(1);
    assert_eq!(desk.entries("letter.issued").len(), desk.entries("letter.archived").len());
    let prepared = desk.entries("letter.prepared").len();
    assert_eq!(
        desk.entries("letter.issued").len() + desk.entries("letter.spoiled").len(),
        prepared
    );
    desk.by("auditor", &["audit", "run"]).ends(0);
}
