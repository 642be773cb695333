//! Retention from closing to destruction, years apart.

use std::{fs, thread::sleep, time::Duration};

use crate::{office::text, past::Past, tools::tool};

/// Draws up a plan and gives its file.
fn plan(past: &Past, name: &str) -> std::path::PathBuf {
    let out = past.beside(name);
    past.by("keeper", &["retention", "plan", "--principal", "bank-two", "--out", text(&out)])
        .ends(0);
    out
}

/// Both sides approve.
fn approve(past: &Past, plan: &std::path::Path) {
    past.by("judge", &["retention", "approve", text(plan)]).ends(0);
    principal_approves(past, plan);
}

fn principal_approves(past: &Past, plan: &std::path::Path) {
    let signed = plan.with_extension("p7s");
    past.principal(&["retention", "approve", text(plan), "--sign", "--out", text(&signed)]).ends(0);
    past.by("desk", &["retention", "approve", text(plan), "--import", text(&signed)]).ends(0);
}

fn close(past: &Past, case: &str, on: &str) {
    past.by("desk", &["case", "close", case, "--on", on, "--principal", "bank-two"]).ends(0);
}

fn last_day(past: &Past, id: &str) -> (String, bool) {
    let due = past.json("keeper", &["retention", "due", "--all"]);
    let row = due["due"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone();
    (row["last_day_kept"].as_str().unwrap().to_owned(), row["open"].as_bool().unwrap())
}

#[test]
fn what_expired_is_destroyed_by_two_people_and_leaves_its_tombstone() {
    let Some(past) = Past::new() else { return };
    let (one, other) = (past.seal("C-1", "other"), past.seal("C-2", "other"));
    let training = past.seal("TRAINING-2019-03", "training");
    close(&past, "C-1", "2019-02-27");
    past.go("2024-03-01");
    past.by("keeper", &["retention", "plan", "--principal", "bank-two", "--out", "/dev/null/x"])
        .tells_only(1, &["CH-D033"]);
    past.go("2024-03-02");
    assert_eq!(last_day(&past, &one), ("2024-03-01".to_owned(), false));
    assert_eq!(last_day(&past, &other), ("2024-03-01".to_owned(), true));
    assert_eq!(last_day(&past, &training), ("2024-03-31".to_owned(), false));
    let file = plan(&past, "plan.json");
    let listed: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let object = listed["items"][0]["objects"][0].as_str().unwrap().to_owned();
    assert!(past.object(&object).is_file());

    // Nobody, one side, one side twice.
    let dispose = ["retention", "dispose", text(&file)];
    past.by("keeper", &dispose).tells_only(1, &["CH-D035"]);
    past.by("judge", &["retention", "approve", text(&file)]).ends(0);
    past.by("judge", &["retention", "approve", text(&file)]).ends(0);
    past.by("keeper", &dispose).tells_only(1, &["CH-D035"]);
    past.by("keeper", &["retention", "approve", text(&file)]).tells_only(1, &["CH-O053"]);
    // A changed byte is another plan.
    for at in [10, 200, fs::read(&file).unwrap().len() - 3] {
        let forged = past.beside(&format!("forged-{at}.json"));
        fs::write(&forged, crate::past::flipped(&file, at)).unwrap();
        let ran = past.by("keeper", &["retention", "dispose", text(&forged)]);
        assert!(ran.status == Some(1) || ran.status == Some(2), "{}", ran.both());
    }
    principal_approves(&past, &file);
    past.by("desk", &dispose).tells_only(1, &["CH-O053"]);
    assert!(past.object(&object).is_file());
    let done = past.json("keeper", &dispose);
    let row = &done["disposed"][0];
    assert_eq!((&row["id"], &row["already"]), (&one.as_str().into(), &false.into()));
    assert_eq!(row["facts"]["last_day_kept"], "2024-03-01");
    assert_eq!(row["facts"]["approval_id"], "DC-2024-000001");
    assert!(!past.object(&object).exists());

    // Disposing twice changes nothing.
    let again = past.json("keeper", &dispose);
    assert_eq!(again["disposed"][0]["already"], true);
    assert_eq!(past.entries("evidence.disposed").len(), 1);
    assert_eq!(past.entries("retention.destroyed").len(), 1);
    let tombstone = &past.entries("evidence.disposed")[0]["body"];
    assert_eq!(tombstone["approvals"].as_array().unwrap().len(), 2);
    assert_eq!(tombstone["destroyed"][0], object.as_str());
    past.by("keeper", &["audit", "run"]).ends(0);
    // Wherever it is named, its disposal is told; of the others there is none.
    let entry = past.entries("evidence.disposed")[0]["seq"].clone();
    let known = serde_json::json!({
        "on": "2024-03-02", "certificate": "DC-2024-000001", "entry": entry, "destroyed": true,
    });
    assert_eq!(past.json("keeper", &["evidence", "show", &one])["disposed"], known);
    let listed = past.json("keeper", &["evidence", "list"]);
    for row in listed["bundles"].as_array().unwrap() {
        let want =
            if row["bundle"] == one.as_str() { known.clone() } else { serde_json::Value::Null };
        assert_eq!(row["disposed"], want, "{row}");
    }
    let checked = past.json("keeper", &["evidence", "verify"]);
    assert_eq!(checked["disposed"], serde_json::json!([{ "bundle": one, "disposed": known }]));
    for line in [&["evidence", "list"][..], &["evidence", "show", &one], &["evidence", "verify"]] {
        let told = past.by("keeper", line).ends(0).out();
        assert!(told.contains("disposed of on 2024-03-02, certificate DC-2024-000001"), "{told}");
        assert!(!told.contains("kept through"), "{told}");
    }
    let ran = past.by("keeper", &["evidence", "verify", &one]).tells_only(1, &["CH-D041"]);
    assert!(ran.both().contains(&format!("`chancery register show {entry}`")), "{}", ran.both());
    past.by("keeper", &["evidence", "retrieve", &one, "--out", text(&past.beside("copy"))])
        .tells_only(1, &["CH-D041"]);

    // Bytes put back are told.
    fs::write(past.object(&object), "back").unwrap();
    past.by("keeper", &["audit", "run"]).tells(1, "CH-D042");
}

#[test]
fn a_hold_placed_after_the_plan_was_approved_forbids_it() {
    let Some(past) = Past::new() else { return };
    let (one, two) = (past.seal("C-1", "other"), past.seal("C-2", "other"));
    close(&past, "C-1", "2019-03-01");
    close(&past, "C-2", "2019-03-01");
    past.go("2024-03-02");
    let file = plan(&past, "plan.json");
    approve(&past, &file);
    let hold = [
        "retention",
        "hold",
        &one,
        "--who",
        "court",
        "--why",
        "litigation",
        "--until",
        "2024-03-10",
    ];
    let held = past.json("keeper", &hold)["hold"].as_u64().unwrap();
    let dispose = ["retention", "dispose", text(&file)];
    past.by("keeper", &dispose).tells_only(1, &["CH-D038"]);
    assert!(past.entries("evidence.disposed").is_empty(), "all or nothing");
    // What holds the case holds its bundle; a dispute does too.
    let complaint = ["hold", "place", "C-2", "--kind", "complaint"];
    past.by("desk", &complaint).ends(0);
    let refused = past.by("keeper", &dispose).tells_only(1, &["CH-D038"]);
    assert!(refused.err().contains(&one) && refused.err().contains(&two), "{}", refused.err());
    past.by("desk", &["retention", "release", &held.to_string(), "--proof", "J-1"])
        .tells_only(1, &["CH-D030"]);
    past.by("chief", &["retention", "release", "3", "--proof", "J-1"]).tells_only(2, &["CH-D031"]);
    past.by("chief", &["hold", "release", "C-2", "--kind", "complaint", "--proof", "J-2"]).ends(0);
    past.by("keeper", &dispose).tells_only(1, &["CH-D038"]);
    // The hold ends with its last day.
    past.go("2024-03-11");
    past.by("keeper", &dispose).ends(0);
    assert_eq!(past.entries("evidence.disposed").len(), 2);
    past.by("keeper", &["audit", "run"]).ends(0);
}

#[test]
fn nothing_shortens_a_term() {
    let Some(past) = Past::new() else { return };
    past.go("2020-02-29");
    let one = past.seal("C-1", "other");
    past.by("keeper", &["case", "close", "C-1", "--on", "2020-02-29", "--principal", "bank-two"])
        .tells_only(1, &["CH-D022"]);
    past.by("desk", &["case", "close", "C-1", "--on", "2020-03-01", "--principal", "bank-two"])
        .tells_only(2, &["CH-D023"]);
    past.by("desk", &["case", "close", "C-1", "--on", "2020-02-29"]).tells_only(2, &["CH-D027"]);
    close(&past, "C-1", "2020-02-29");
    assert_eq!(last_day(&past, &one).0, "2025-02-28");
    past.by("desk", &["case", "close", "C-1", "--on", "2020-02-29"]).tells_only(1, &["CH-D024"]);
    // Opened again and closed later: the later day counts, an earlier one is refused.
    past.go("2020-06-01");
    past.by("desk", &["case", "reopen", "C-1", "--proof", "BANK-7"]).ends(0);
    assert_eq!(last_day(&past, &one), ("2025-02-28".to_owned(), true));
    past.by("desk", &["case", "close", "C-1", "--on", "2020-01-01"]).tells_only(1, &["CH-D026"]);
    close(&past, "C-1", "2020-05-31");
    assert_eq!(last_day(&past, &one).0, "2025-05-31");
    // A principal's longer term counts, and a shorter one after it does not.
    past.go("2021-01-01");
    past.bank_two(Some(8));
    assert_eq!(last_day(&past, &one).0, "2028-05-31");
    past.go("2021-01-02");
    past.bank_two(None);
    assert_eq!(last_day(&past, &one).0, "2028-05-31");
    past.go("2025-06-01");
    past.by(
        "keeper",
        &["retention", "plan", "--principal", "bank-two", "--out", text(&past.beside("p"))],
    )
    .tells_only(1, &["CH-D033"]);
    let due = past.json("keeper", &["retention", "due", "--within", "1200"]);
    assert_eq!(due["due"].as_array().unwrap().len(), 1);
    assert_eq!(due["due"][0]["years"], 8);
}

#[test]
fn a_term_lengthened_after_the_plan_forbids_it() {
    let Some(past) = Past::new() else { return };
    past.seal("C-1", "other");
    close(&past, "C-1", "2019-03-01");
    past.go("2024-03-02");
    let file = plan(&past, "plan.json");
    approve(&past, &file);
    past.bank_two(Some(6));
    past.by("keeper", &["retention", "dispose", text(&file)]).tells_only(1, &["CH-D038"]);
    assert!(past.entries("evidence.disposed").is_empty());
}

#[test]
fn killed_between_tombstone_and_bytes_it_is_finished_by_the_next_run() {
    let Some(past) = Past::new() else { return };
    for at in 0..6 {
        past.seal(&format!("C-{at}"), "other");
        close(&past, &format!("C-{at}"), "2019-03-01");
    }
    past.go("2024-03-02");
    let file = plan(&past, "plan.json");
    approve(&past, &file);
    let dispose = ["retention", "dispose", text(&file)];
    for pause in [20, 40, 60, 90, 120] {
        let mut child = past.process(Some("keeper"), &dispose).spawn().unwrap();
        sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // A tombstone whose bytes were left, as by a loss of power.
    let done = past.json("keeper", &dispose);
    let rows = done["disposed"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    assert_eq!(past.entries("evidence.disposed").len(), 6);
    assert_eq!(past.entries("retention.destroyed").len(), 6);
    for row in rows {
        assert!(!past.object(row["destroyed"][0].as_str().unwrap()).exists());
    }
    past.by("keeper", &["audit", "run"]).ends(0);
}

#[test]
fn a_letters_page_and_record_go_and_its_package_stays() {
    let Some(past) = Past::new() else { return };
    let letter = past.bank_twos_letter();
    let file = past.beside("letter.json");
    fs::write(&file, letter.to_string()).unwrap();
    let out = past.beside("letters");
    past.by("desk", &["letter", "issue", text(&file), "--out", text(&out)]).ends(0);
    let case = letter["case_no"].as_str().unwrap();
    past.by("desk", &["case", "close", case, "--on", "2019-03-01", "--principal", "sample-bank"])
        .tells_only(2, &["CH-D027"]);
    past.by("desk", &["case", "close", case, "--on", "2019-03-01"]).ends(0);

    past.go("2024-03-02");
    let plan = plan(&past, "plan.json");
    approve(&past, &plan);
    let issued = &past.entries("letter.issued")[0]["body"];
    let object = |name: &str| past.object(issued[name].as_str().unwrap());
    // Cut off between the tombstone and the bytes: what cannot be removed stands in for a loss of
    // power.
    let aside = past.beside("aside");
    fs::rename(object("record"), &aside).unwrap();
    fs::create_dir_all(object("record").join("in-the-way")).unwrap();
    let dispose = ["retention", "dispose", text(&plan)];
    assert_eq!(past.by("keeper", &dispose).status, Some(3));
    assert_eq!(past.entries("letter.disposed").len(), 1);
    assert!(past.entries("retention.destroyed").is_empty());
    fs::remove_dir_all(object("record")).unwrap();
    fs::rename(&aside, object("record")).unwrap();
    past.by("keeper", &["audit", "run"]).tells(1, "CH-D042");
    let done = past.json("keeper", &dispose);
    assert_eq!(done["disposed"][0]["already"], true);
    assert!(!object("pdf").exists() && !object("record").exists());
    assert!(object("package_object").is_file());
    assert_eq!(past.entries("retention.destroyed").len(), 1);
    past.by("keeper", &["audit", "run"]).ends(0);
    let number = done["disposed"][0]["id"].as_str().unwrap();
    let copy = past.beside("copy.pdf");
    let again = past.by("keeper", &["letter", "reproduce", number, "--out", text(&copy)]);
    assert_ne!(again.status, Some(0));
    assert!(!copy.exists());
    // A week's sample can be drawn again by anybody, from a checkpoint after it.
    past.by("keeper", &["audit", "sample", "--week", "2024-W09"]).tells_only(2, &["CH-E169"]);
    past.seal("C-9", "other");
    past.go("2024-03-11");
    past.seal("C-10", "other");
    let draw = ["audit", "sample", "--week", "2024-W09", "--count", "5"];
    let sample = past.json("keeper", &draw);
    assert_eq!((&sample["population"], &sample["drawn"][0]["sort"]), (&1.into(), &"bundle".into()));
    assert_eq!(past.json("keeper", &draw), sample);
    let to = past.beside("encryption.pem");
    let line = [
        "2024-01-01 00:00:00",
        "openssl",
        "req",
        "-new",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=quality",
        "-days",
        "3650",
        "-addext",
        "keyUsage=critical,keyAgreement",
        "-keyout",
    ];
    let key = past.beside("key");
    let certificate = [text(&key), "-out", text(&to)];
    tool("faketime").unwrap().run(&[&line[..], &certificate].concat()).ends(0);
    let out = past.beside("sample.p7m");
    let give = [&draw[..], &["--to", text(&to), "--out", text(&out)]].concat();
    assert_ne!(past.by("desk", &give).status, Some(0), "a clerk exports nothing");
    let given = past.json("keeper", &give);
    assert_eq!(
        (&given["drawn"]["week"], &given["drawn"]["population"]),
        (&"2024-W09".into(), &1.into())
    );
    assert_eq!(given["items"], serde_json::json!([sample["drawn"][0]["id"]]));
    assert_eq!(given["digest"], crate::office::digest(fs::read(&out).unwrap()));
    let entry = past.entries("evidence.exported").pop().unwrap();
    assert_eq!(entry["body"]["drawn"], given["drawn"]);
    let id = sample["drawn"][0]["id"].as_str().unwrap();
    let custody = past.json("keeper", &["evidence", "custody", id]);
    let last = custody["custody"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["act"], "evidence.exported");
    past.by("keeper", &["audit", "run"]).ends(0);
}
