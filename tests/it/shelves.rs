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
fn the_manifest_of_a_volume_is_planned_and_destroyed_as_all_else() {
    let Some(past) = Past::new() else { return };
    let letter = past.bank_twos_letter();
    let (file, out) = (past.beside("letters.jsonl"), past.beside("letters"));
    fs::write(&file, letter.to_string()).unwrap();
    past.by("desk", &["letter", "batch", text(&file), "--out", text(&out)]).ends(0);
    let volume = past.entries("print.volume").remove(0);
    let id = format!("PV-{}", volume["seq"].as_u64().unwrap());
    let object = past.object(volume["body"]["object"].as_str().unwrap());
    let due = past.json("keeper", &["retention", "due", "--all"]);
    let row = due["due"].as_array().unwrap().iter().find(|row| row["id"] == id.as_str()).unwrap();
    assert_eq!((&row["sort"], &row["last_day_kept"]), (&"volume".into(), &"2024-03-01".into()));
    past.go("2024-03-02");
    // It is in the plan of the principal it is about and in no other.
    let plan = past.beside("plan.json");
    let line = ["retention", "plan", "--out", text(&plan), "--principal"];
    past.by("keeper", &[&line[..], &["sample-bank"]].concat()).tells_only(1, &["CH-D033"]);
    past.by("keeper", &[&line[..], &["bank-two"]].concat()).ends(0);
    approve(&past, &plan);
    let hold = ["retention", "hold", &id, "--who", "court", "--why", "litigation"];
    let held = past.json("keeper", &hold)["hold"].as_u64().unwrap().to_string();
    past.by("keeper", &["retention", "dispose", text(&plan)]).tells_only(1, &["CH-D038"]);
    assert!(object.is_file());
    past.by("chief", &["retention", "release", &held, "--proof", "J-1"]).ends(0);
    let done = past.json("keeper", &["retention", "dispose", text(&plan)]);
    assert_eq!(done["disposed"][0]["id"], id.as_str());
    assert!(!object.exists());
    assert_eq!(past.entries("retention.disposed").len(), 1);
    past.by("keeper", &["audit", "run"]).ends(0);
    fs::write(&object, "back").unwrap();
    past.by("keeper", &["audit", "run"]).tells(1, "CH-D042");
}

#[test]
fn the_manifest_of_a_volume_is_held_with_every_letter_in_it() {
    let Some(past) = Past::new() else { return };
    let letter = past.bank_twos_letter();
    let (file, out) = (past.beside("letters.jsonl"), past.beside("letters"));
    fs::write(&file, letter.to_string()).unwrap();
    past.by("desk", &["letter", "batch", text(&file), "--out", text(&out)]).ends(0);
    let volume = past.entries("print.volume").remove(0);
    let id = format!("PV-{}", volume["seq"].as_u64().unwrap());
    let object = past.object(volume["body"]["object"].as_str().unwrap());
    let number = volume["body"]["letters"][0].as_str().unwrap().to_owned();
    let case = letter["case_no"].as_str().unwrap();
    past.go("2024-03-02");
    let plan = past.beside("plan.json");
    let line = ["retention", "plan", "--principal", "bank-two", "--out", text(&plan)];
    past.by("keeper", &line).ends(0);
    approve(&past, &plan);
    let dispose = ["retention", "dispose", text(&plan)];
    let hold = ["retention", "hold"];
    let grounds = ["--who", "court", "--why", "litigation"];
    // A court's hold on the case, or on the letter, holds what was printed of it.
    for subject in [case, &number] {
        let held = past.json("keeper", &[&hold[..], &[subject], &grounds].concat());
        // The letter and its volume.
        assert_eq!(held["covers"], 2, "{held}");
        let due = past.json("keeper", &["retention", "due", "--all"]);
        let rows = due["due"].as_array().unwrap().iter();
        let row = rows.into_iter().find(|row| row["id"] == id.as_str()).unwrap();
        assert_eq!(row["holds"].as_array().map(Vec::len), Some(1), "{row}");
        let refused = past.by("keeper", &dispose).tells_only(1, &["CH-D038"]);
        assert!(refused.err().contains(&id) && object.is_file(), "{}", refused.err());
        let other = past.beside("other.json");
        let again = ["retention", "plan", "--principal", "bank-two", "--out", text(&other)];
        past.by("keeper", &again).tells_only(1, &["CH-D033"]);
        let held = held["hold"].as_u64().unwrap().to_string();
        past.by("chief", &["retention", "release", &held, "--proof", "J-1"]).ends(0);
    }
    // So does a complaint in the case, and nothing of another case does.
    past.by("desk", &["hold", "place", case, "--kind", "complaint"]).ends(0);
    past.by("keeper", &dispose).tells_only(1, &["CH-D038"]);
    let settled = ["hold", "release", case, "--kind", "complaint", "--proof", "J-2"];
    past.by("chief", &settled).ends(0);
    past.by("keeper", &[&hold[..], &["C-77"], &grounds].concat()).ends(0);
    past.by("keeper", &dispose).ends(0);
    assert!(!object.exists());
    past.by("keeper", &["audit", "run"]).ends(0);
}

#[test]
fn a_principals_signature_over_a_file_is_planned_and_destroyed_as_all_else() {
    let Some(past) = Past::new() else { return };
    let letter = past.bank_twos_letter();
    let (file, out) = (past.beside("letters.jsonl"), past.beside("letters"));
    fs::write(&file, letter.to_string()).unwrap();
    past.principal(&["principal", "vouch", text(&file)]).ends(0);
    past.by("desk", &["letter", "batch", text(&file), "--out", text(&out)]).ends(0);
    let vouched = past.entries("intake.vouched").remove(0);
    let id = format!("VO-{}", vouched["seq"].as_u64().unwrap());
    let object = past.object(vouched["body"]["object"].as_str().unwrap());
    let due = past.json("keeper", &["retention", "due", "--all"]);
    let row = due["due"].as_array().unwrap().iter().find(|row| row["id"] == id.as_str()).unwrap();
    assert_eq!((&row["sort"], &row["last_day_kept"]), (&"voucher".into(), &"2024-03-01".into()));
    past.go("2024-03-02");
    let plan = past.beside("plan.json");
    let line = ["retention", "plan", "--out", text(&plan), "--principal"];
    past.by("keeper", &[&line[..], &["sample-bank"]].concat()).tells_only(1, &["CH-D033"]);
    past.by("keeper", &[&line[..], &["bank-two"]].concat()).ends(0);
    approve(&past, &plan);
    let done = past.json("keeper", &["retention", "dispose", text(&plan)]);
    let gone = done["disposed"].as_array().unwrap().iter().any(|row| row["id"] == id.as_str());
    assert!(gone && !object.exists(), "{done}");
    past.by("keeper", &["audit", "run"]).ends(0);
    fs::write(&object, "back").unwrap();
    past.by("keeper", &["audit", "run"]).tells(1, "CH-D042");
}

#[test]
fn a_statement_of_a_principal_is_planned_and_destroyed_as_all_else() {
    let Some(past) = Past::new() else { return };
    let letter = past.bank_twos_letter();
    let (file, out) = (past.beside("letters.jsonl"), past.beside("letters"));
    fs::write(&file, letter.to_string()).unwrap();
    past.by("desk", &["letter", "issue", text(&file), "--out", text(&out)]).ends(0);
    let statement = past.beside("statement.csv");
    let of = |name: &str| letter[name].as_str().unwrap();
    let row = [of("contract_no"), of("as_of_date"), of("amount_total"), "x"].join(",");
    fs::write(&statement, format!("合同编号,截至日期,欠款总额,备注\n{row}\n")).unwrap();
    past.by("desk", &["reconcile", text(&statement), "--principal", "bank-two"]).ends(0);
    let done = past.entries("reconcile.done").remove(0);
    let id = format!("ST-{}", done["seq"].as_u64().unwrap());
    let object = past.object(done["body"]["object"].as_str().unwrap());
    let due = past.json("keeper", &["retention", "due", "--all"]);
    let row = due["due"].as_array().unwrap().iter().find(|row| row["id"] == id.as_str()).unwrap();
    assert_eq!(row["sort"], "statement");
    let last = row["last_day_kept"].as_str().unwrap().parse::<chrono::NaiveDate>().unwrap();
    let plan = past.beside("plan.json");
    let line = ["retention", "plan", "--principal", "bank-two", "--out", text(&plan)];
    // On its last day it is kept, and from the next on it may go.
    past.go(&last.to_string());
    past.by("keeper", &line);
    assert!(!fs::read_to_string(&plan).unwrap_or_default().contains(&id));
    past.go(&last.succ_opt().unwrap().to_string());
    fs::remove_file(&plan).unwrap_or_default();
    past.by("keeper", &line).ends(0);
    assert!(fs::read_to_string(&plan).unwrap().contains(&id));
    approve(&past, &plan);
    assert!(object.is_file());
    let done = past.json("keeper", &["retention", "dispose", text(&plan)]);
    let gone = done["disposed"].as_array().unwrap().iter().any(|row| row["id"] == id.as_str());
    assert!(gone && !object.exists(), "{done}");
    past.by("keeper", &["audit", "run"]).ends(0);
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
    past.by("keeper", &seal).tells_only(1, &["CH-E189"]);
    // With the right clock nothing is ahead.
    past.go("2028-12-02");
    past.by("keeper", &["register", "verify"]).ends(0);
}
