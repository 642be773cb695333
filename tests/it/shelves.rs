//! Every archived object stands on a shelf, and a case that ended takes in nothing unseen.

use std::fs;

use crate::{
    office::{Desk, text},
    past::Past,
};

fn close(past: &Past, case: &str, on: &str) {
    past.by("desk", &["case", "close", case, "--on", on, "--principal", "bank-two"]).ends(0);
}

fn approve(past: &Past, plan: &std::path::Path) {
    past.by("judge", &["retention", "approve", text(plan)]).ends(0);
    let signed = plan.with_extension("p7s");
    past.principal(&["retention", "approve", text(plan), "--sign", "--out", text(&signed)]).ends(0);
    past.by("desk", &["retention", "approve", text(plan), "--import", text(&signed)]).ends(0);
}

/// Sorts of what is kept, without repetition.
fn sorts(due: &serde_json::Value) -> Vec<String> {
    let rows = due["due"].as_array().unwrap().iter();
    let mut sorts: Vec<String> = rows.map(|row| row["sort"].as_str().unwrap().to_owned()).collect();
    sorts.sort_unstable();
    sorts.dedup();
    sorts
}

#[test]
fn every_object_of_a_days_work_stands_on_a_shelf() {
    let desk = Desk::worked();
    // A print volume, a keyed statement.
    let rows = crate::office::rows(&desk.requests("letters.jsonl"));
    let fresh: Vec<String> = rows
        .iter()
        .filter(|row| row["kind"] == "collection_notice")
        .take(2)
        .enumerate()
        .map(|(at, row)| {
            let mut row = row.clone();
            row["request_id"] = format!("SHELF-{at}").into();
            row.to_string()
        })
        .collect();
    assert!(!fresh.is_empty());
    let file = desk.write("batch.jsonl", fresh.join("\n"));
    let out = desk.beside("batch");
    desk.by("clerk", &["letter", "batch", text(&file), "--out", text(&out)]);
    assert!(!desk.entries("print.volume").is_empty());
    let of = |name: &str| rows[0][name].as_str().unwrap_or_default().to_owned();
    let statement = format!(
        "合同编号,截至日期,欠款总额,备注\n{},{},{},x\n",
        of("contract_no"),
        of("as_of_date"),
        of("amount_total")
    );
    let statement = desk.write("statement.csv", statement);
    desk.by("clerk", &["reconcile", text(&statement), "--principal", "sample-bank"]);
    assert!(!desk.entries("reconcile.done").is_empty());
    let due = desk.by_json("auditor", &["retention", "due", "--all"]).ends(0).json();
    for sort in ["bundle", "letter", "statement", "volume"] {
        assert!(sorts(&due).contains(&sort.to_owned()), "{sort}: {:?}", sorts(&due));
    }
    let audit = desk.by_json("auditor", &["audit", "run"]);
    let told = audit.json()["findings"].to_string();
    assert!(!told.contains("CH-X033"), "{told}");
}

#[test]
fn a_keyed_statement_and_a_volume_are_planned_and_destroyed_as_all_else() {
    let Some(past) = Past::new() else { return };
    let request = past.office().join("samples/requests/letters.jsonl");
    let out = past.beside("letters");
    past.by("desk", &["letter", "batch", text(&request), "--out", text(&out)]);
    let volumes = past.entries("print.volume");
    assert!(!volumes.is_empty());
    let id = format!("PV-{}", volumes[0]["seq"].as_u64().unwrap());
    let row = |due: &serde_json::Value| {
        due["due"].as_array().unwrap().iter().find(|row| row["id"] == id.as_str()).cloned()
    };
    let due = row(&past.json("keeper", &["retention", "due", "--all"])).unwrap();
    assert_eq!((&due["sort"], &due["last_day_kept"]), (&"volume".into(), &"2024-03-01".into()));
    assert_eq!(due["open"], false);
    past.go("2024-03-02");
    // Its letters are all of another principal, whose plan it is in.
    let plan = past.beside("plan.json");
    let line = ["retention", "plan", "--principal", "bank-two", "--out", text(&plan)];
    past.by("keeper", &line).tells_only(1, &["CH-D033"]);
    let own = past.beside("own.json");
    let line = ["retention", "plan", "--principal", "sample-bank", "--out", text(&own)];
    past.by("keeper", &line).ends(0);
    let listed: serde_json::Value = serde_json::from_slice(&fs::read(&own).unwrap()).unwrap();
    assert!(listed["items"].as_array().unwrap().iter().any(|item| item["id"] == id.as_str()));
    past.by("keeper", &["retention", "dispose", text(&own)]).tells_only(1, &["CH-D035"]);
    let audit = past.by("keeper", &["audit", "run"]).ends(0);
    assert!(!audit.both().contains("CH-X033"));
}

#[test]
fn a_closed_case_takes_in_evidence_and_says_so_and_one_destroyed_does_not() {
    let Some(past) = Past::new() else { return };
    past.seal("C-1", "other");
    close(&past, "C-1", "2019-03-01");
    let folder = past.beside("more");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("more.txt"), "more").unwrap();
    let seal = ["evidence", "seal", text(&folder), "--case", "C-1", "--kind", "other"];
    past.go("2020-07-01");
    past.by("keeper", &seal).ends(0).tells(0, "CH-E188");
    let due = past.json("keeper", &["retention", "due", "--all"]);
    let last: Vec<&str> = due["due"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["case"] == "C-1")
        .map(|row| row["last_day_kept"].as_str().unwrap())
        .collect();
    assert_eq!(last, ["2024-03-01", "2025-07-01"]);
    past.go("2024-03-02");
    let plan = past.beside("plan.json");
    let line = ["retention", "plan", "--principal", "bank-two", "--out", text(&plan)];
    past.by("keeper", &line).ends(0);
    approve(&past, &plan);
    past.by("keeper", &["retention", "dispose", text(&plan)]).ends(0);
    past.by("keeper", &seal).tells_only(1, &["CH-E187"]);
    past.by("desk", &["case", "reopen", "C-1", "--proof", "BANK-7"]).ends(0);
    past.by("keeper", &seal).ends(0);
    past.by("keeper", &["audit", "run"]).ends(0);
}

#[test]
fn a_clock_that_was_moved_is_named() {
    let Some(past) = Past::new() else { return };
    past.seal("C-1", "other");
    // Ten years forward and back again: what was registered then lies ahead.
    past.go("2028-12-01");
    past.seal("C-2", "other");
    past.go("2019-03-02");
    let audit = past.by("keeper", &["audit", "run"]).tells(1, "CH-X034");
    assert!(audit.both().contains("CH-X035"), "{}", audit.both());
    past.by("keeper", &["register", "verify"]).tells(1, "CH-X034");
    let folder = past.beside("evidence-C-1-other");
    let seal = ["evidence", "seal", text(&folder), "--case", "C-3", "--kind", "other"];
    past.by("keeper", &seal).tells(1, "CH-L012");
    // With the right clock nothing is ahead.
    past.go("2028-12-02");
    past.by("keeper", &["register", "verify"]).ends(0);
}
