//! Figures: statements and bills against letters, and a month counted again by hand.

use std::{collections::BTreeMap, fs};

use serde_json::{Value, json};

use crate::{
    life::{approve, number, today},
    office::{Desk, files, rows, said, text},
};

/// A statement that agrees with every notice of the sample but those changed.
fn statement(desk: &Desk, change: impl Fn(&str, &mut Vec<String>) -> bool) -> std::path::PathBuf {
    let mut file = String::from("合同编号,截至日期,欠款总额,备注\n");
    for request in rows(&desk.requests("letters.jsonl")) {
        let of = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
        if of("kind") != "collection_notice" || of("request_id").starts_with("refused-") {
            continue;
        }
        let mut row = vec![of("contract_no"), of("as_of_date"), of("amount_total"), "x".into()];
        if change(&of("request_id"), &mut row) {
            file.push_str(&(row.join(",") + "\n"));
        }
    }
    desk.write("statement.csv", file)
}

fn reconcile(desk: &Desk, file: &std::path::Path) -> crate::command::Ran {
    desk.by_json("clerk", &["reconcile", text(file), "--principal", "sample-bank"])
}

fn notices() -> u64 {
    let issued = said("letters");
    let notices = issued.iter().filter(|line| line["template"] == "collection_notice");
    u64::try_from(notices.count()).unwrap()
}

#[test]
fn letters_equal_to_the_statement_pass_and_the_same_statement_is_registered_once() {
    let desk = Desk::worked();
    let file = statement(&desk, |_, _| true);
    let summary = reconcile(&desk, &file).ends(0).json()["summary"].clone();
    assert_eq!((&summary["letters"], &summary["equal"]), (&json!(notices()), &json!(notices())));
    assert_eq!(
        (&summary["rate"], &summary["passes"]),
        (&json!(format!("0/{}", notices())), &json!(true))
    );
    assert_eq!(reconcile(&desk, &file).ends(0).json()["summary"]["already"], true);
    let done = desk.entries("reconcile.done");
    assert_eq!(done.len(), 1);
    let contract = desk.request("notice-001")["contract_no"].as_str().unwrap().to_owned();
    let object = done[0]["body"]["object"].as_str().unwrap();
    let kept = fs::read_to_string(
        desk.office().join("archive/objects").join(&object[..2]).join(&object[2..]),
    );
    let kept = kept.unwrap();
    assert!(
        !kept.contains(&contract) && !kept.contains("1409.50") && kept.contains("statement v1")
    );
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn a_cent_more_a_newer_day_and_a_missing_row_are_told_by_letter_and_row() {
    let desk = Desk::worked();
    let newer = today();
    let file = statement(&desk, |request, row| {
        match request {
            "notice-001" => row[2] = "1409.51".into(),
            "notice-002" => row[1].clone_from(&newer),
            "notice-003" => return false,
            _ => {}
        }
        true
    });
    let ran = reconcile(&desk, &file).ends(1);
    let lines = ran.json_lines();
    let code = |request: &str| {
        let line = lines.iter().find(|line| line["number"] == number(request).as_str()).unwrap();
        let found = line["findings"].as_array().unwrap().clone();
        found.iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(code("notice-001"), ["CH-Q020"]);
    assert_eq!(code("notice-002"), ["CH-Q021"]);
    assert_eq!(code("notice-003"), ["CH-Q022"]);
    assert!(ran.out().contains("row 2 of the statement"));
    let summary = &lines.last().unwrap()["summary"];
    for (figure, count) in [("unequal", 1), ("stale", 1), ("absent", 1), ("deviations", 3)] {
        assert_eq!(summary[figure], count, "{figure}");
    }
    assert_eq!(summary["passes"], false);
    // A void letter is no letter of the month.
    desk.by("clerk", &["letter", "void", &number("notice-003"), "--reason", "wrong"]).ends(0);
    let summary = reconcile(&desk, &file).ends(1).json_lines().pop().unwrap();
    assert_eq!(summary["summary"]["deviations"], 2);
}

#[test]
fn a_statement_is_taken_whole_or_not_at_all() {
    let desk = Desk::worked();
    for (name, rows, code) in [
        ("no amount", "合同编号,截至日期,欠款总额\nA,2026-11-01,abc\n", "CH-Q011"),
        ("no day", "合同编号,截至日期,欠款总额\nA,2026.13.1,5\n", "CH-Q012"),
        ("which day", "合同编号,截至日期,欠款总额\nA,1.11.2026,5\n", "CH-I140"),
        ("no name", "合同编号,截至日期,欠款总额\n,2026-11-01,5\n", "CH-Q010"),
        ("two sums", "合同编号,截至日期,欠款总额\nA,2026-11-01,5\nA,2026-11-01,6\n", "CH-Q013"),
        ("no column", "合同编号,欠款总额\nA,5\n", "CH-Q002"),
        ("no rows", "合同编号,截至日期,欠款总额\n", "CH-Q014"),
    ] {
        let file = desk.write("bad.csv", rows);
        let ran = reconcile(&desk, &file).ends(2);
        assert!(ran.codes().contains(&code.to_owned()), "{name}: {}", ran.both());
    }
    assert!(desk.entries("reconcile.done").is_empty());
    let file = statement(&desk, |_, _| true);
    desk.by("auditor", &["reconcile", text(&file), "--principal", "sample-bank"])
        .tells(1, "CH-O053");
    desk.by("clerk", &["reconcile", text(&file), "--principal", "nobody"]).tells(1, "CH-O012");
    let month = ["reconcile", text(&file), "--principal", "sample-bank", "--month", "2020-01"];
    desk.by("clerk", &month).tells(2, "CH-Q024");
}

#[test]
fn a_request_beside_the_newest_statement_is_refused_before_it_has_a_number() {
    let desk = Desk::worked();
    let newer = today();
    let file = statement(&desk, |request, row| {
        match request {
            "notice-001" => row[2] = "1400.00".into(),
            "notice-002" => row[1].clone_from(&newer),
            _ => {}
        }
        true
    });
    reconcile(&desk, &file).ends(1);
    let again = |request: &str, more: Value| {
        let mut changes = more;
        changes["request_id"] = json!(format!("{request}-again"));
        desk.issue(&desk.request_with(request, changes))
    };
    let prepared = desk.entries("letter.prepared").len();
    again("notice-001", json!({})).tells_only(1, &["CH-Q015"]);
    again("notice-002", json!({})).tells_only(1, &["CH-Q016"]);
    assert_eq!(desk.entries("letter.prepared").len(), prepared);
    again("notice-004", json!({})).ends(0);
    let corrected = json!({"amount_principal": "1400.00", "amount_total": "1400.00"});
    again("notice-001", corrected).ends(0);
}

#[test]
fn the_post_offices_bill_shows_what_was_sent_past_the_office() {
    let desk = Desk::worked();
    for (request, tracking) in [
        ("notice-001", "XA12345678911"),
        ("notice-002", "XA12345678912"),
        ("notice-003", "XA12345678913"),
    ] {
        let number = number(request);
        desk.by("clerk", &["letter", "dispatch", &number, "--tracking", tracking]).ends(0);
    }
    let today = today();
    let bill = |rows: &str| desk.write("bill.csv", format!("邮件号,资费,收寄日期\n{rows}"));
    let whole = bill(&format!(
        "XA12345678911,6.20,{today}\nXA12345678912,6.20,{today}\nXA12345678913,6.20,{today}\n"
    ));
    let fine = desk.call().json().run(&["letter", "bill", text(&whole)]).ends(0).json();
    assert_eq!((&fine["matched"], &fine["charged"]), (&json!(3), &json!("18.60")));
    fs::remove_file(&whole).unwrap();
    let odd = bill(&format!(
        "XA12345678911,6.20,{today}\nxa12345678911,6.20,{today}\nXA99999999999,7.00,{today}\nXA12345678912,6.20,\n"
    ));
    let ran = desk.call().json().run(&["letter", "bill", text(&odd)]).ends(1);
    let found = ran.json();
    let told: Vec<_> =
        found["findings"].as_array().unwrap().iter().map(|f| f["code"].clone()).collect();
    assert_eq!(told, ["CH-Q031", "CH-Q030", "CH-Q032"]);
    assert!(ran.out().contains(&number("notice-003")));
    assert_eq!((&found["charged"], &found["owed"]), (&json!("25.60"), &json!("12.40")));
    let none = ["letter", "bill", text(&odd), "--month", "2020-01"];
    assert_eq!(
        desk.call().json().run(&none).ends(1).json()["findings"].as_array().unwrap().len(),
        2
    );
}

/// Documents that are no letters.
fn is_record(kind: &str) -> bool {
    kind.starts_with("visit_") || ["stats_report", "letter_register"].contains(&kind)
}

/// Counts what an export of the register says, knowing nothing of the product's own counting:
/// letters by kind of entry, refused requests by code, documents that are no letters.
fn recount(desk: &Desk) -> (BTreeMap<String, u64>, BTreeMap<String, u64>, u64) {
    let export = desk.beside("register.jsonl");
    let _ = fs::remove_file(&export);
    desk.call().run(&["register", "export", "--out", text(&export)]).ends(0);
    let entries = rows(&export);
    let told = |entry: &Value, name: &str| entry["body"][name].as_str().unwrap().to_owned();
    let mut of_number: BTreeMap<String, String> = BTreeMap::new();
    let mut asked: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let (mut kinds, mut documents) = (BTreeMap::new(), 0);
    for entry in &entries {
        let kind = entry["kind"].as_str().unwrap().to_owned();
        let subject = entry["subject"].as_str().unwrap().to_owned();
        if kind == "letter.issued" {
            let prepared = entry["body"]["prepared"].as_u64().unwrap();
            let prepared = entries.iter().find(|one| one["seq"] == prepared).unwrap();
            let template = told(prepared, "template");
            if is_record(&template) {
                documents += 1;
            }
            of_number.insert(subject.clone(), template);
        }
        if of_number.get(&subject).is_some_and(|template| is_record(template)) {
            continue;
        }
        if kind == "letter.refused" {
            let template = told(entry, "template");
            let codes = entry["body"]["codes"].as_array().unwrap();
            let codes = codes.iter().map(|code| (template.clone(), code.as_str().unwrap().into()));
            asked.entry(subject).or_default().extend(codes);
            continue;
        }
        if kind == "letter.replied" {
            *kinds.entry(format!("replied {}", told(entry, "kind"))).or_insert(0) += 1;
        }
        *kinds.entry(kind).or_insert(0) += 1;
    }
    let mut reasons = BTreeMap::new();
    for codes in asked.into_values() {
        if is_record(&codes[0].0) {
            continue;
        }
        *kinds.entry("letter.refused".to_owned()).or_insert(0) += 1;
        let distinct: std::collections::BTreeSet<String> =
            codes.into_iter().map(|(_, code)| code).collect();
        for code in distinct {
            *reasons.entry(code).or_insert(0) += 1;
        }
    }
    (kinds, reasons, documents)
}

#[test]
fn the_months_figures_are_those_of_a_recount_of_the_register() {
    let desk = Desk::worked();
    let today = today();
    let act = |arguments: &[&str]| desk.by("clerk", &[&["letter"], arguments].concat()).ends(0);
    let one = number("notice-001");
    act(&["dispatch", &one, "--tracking", "XA12345678911"]);
    act(&["dispatch", &number("notice-002"), "--tracking", "XA12345678912"]);
    act(&["deliver", &one, "--mode", "post", "--signer", "recipient", "--at", &today]);
    act(&["return", &number("notice-002"), "--reason", "moved", "--at", &today]);
    act(&["reply", &one, "--kind", "dispute", "--at", &today]);
    act(&["reply", &one, "--kind", "complaint", "--at", &today]);
    act(&["reply", &number("subrogation-001"), "--kind", "paid", "--at", &today]);
    act(&["void", &number("notice-004"), "--reason", "duplicate"]);
    let file = statement(&desk, |request, _| request != "notice-001");
    reconcile(&desk, &file).ends(1);

    // A request without two of its amounts, refused twice: one request, each reason once.
    let lacking = desk.request_with(
        "notice-005",
        json!({ "request_id": "lacking", "amount_total": null, "legal_basis": null }),
    );
    let before = desk.call().json().run(&["stats"]).ends(0).json();
    let codes = desk.issue(&lacking).ends(1).codes();
    desk.issue(&lacking).ends(1);
    assert!(!codes.is_empty());
    let after = desk.call().json().run(&["stats"]).ends(0).json();
    let refused = |stats: &Value| stats["total"]["refused"].as_u64().unwrap();
    assert_eq!(refused(&after), refused(&before) + 1);
    for code in &codes {
        let of = |stats: &Value| stats["reasons"][code].as_u64().unwrap_or_default();
        assert_eq!(of(&after), of(&before) + 1, "{code}");
    }
    // The month's report is no letter of the month.
    approve(&desk, "stats_report");
    let report = desk.beside("stats.pdf");
    desk.by("clerk", &["stats", "--principal", "sample-bank", "--pdf", text(&report)]).ends(0);

    let (csv, xlsx) = (desk.beside("stats.csv"), desk.beside("stats.xlsx"));
    let stats = desk
        .call()
        .json()
        .run(&["stats", "--csv", text(&csv), "--xlsx", text(&xlsx)])
        .ends(0)
        .json();
    let (kinds, reasons, documents) = recount(&desk);
    let records = stats["documents"].as_object().unwrap().values();
    let records: u64 = records.map(|one| one["issued"].as_u64().unwrap()).sum();
    assert!(documents > 0 && records == documents, "{}", stats["documents"]);
    for (figure, kind) in [
        ("issued", "letter.issued"),
        ("dispatched", "letter.dispatched"),
        ("delivered", "letter.delivered"),
        ("returned", "letter.returned"),
        ("voided", "letter.voided"),
        ("replied", "letter.replied"),
        ("refused", "letter.refused"),
        ("disputes", "replied dispute"),
        ("complaints", "replied complaint"),
    ] {
        let counted = kinds[kind];
        assert!(counted > 0, "{kind}");
        assert_eq!(stats["total"][figure], counted, "{figure}");
        for group in ["by_kind", "by_principal", "by_clerk"] {
            let groups = stats[group].as_object().unwrap().values();
            let sum: u64 = groups.map(|one| one[figure].as_u64().unwrap()).sum();
            assert_eq!(sum, counted, "{group} {figure}");
        }
    }
    assert_eq!(stats["holds"], kinds["hold.placed"]);
    assert_eq!(stats["reasons"], json!(reasons));
    assert_eq!(stats["deviation_rate"], format!("1/{}", notices() - 1));
    assert_eq!(stats["by_principal"]["sample-insurer"]["replied"], 1);
    // The CSV has the same totals.
    let written = fs::read_to_string(&csv).unwrap();
    let total = written.lines().nth(1).unwrap().split(',').collect::<Vec<_>>();
    assert_eq!(total[..3], ["total", "合计", &kinds["letter.issued"].to_string()]);
    assert!(fs::read(&xlsx).unwrap().starts_with(b"PK"));
    let before = desk.call().json().run(&["stats", "--month", "2020-01"]).ends(0).json();
    assert_eq!(before["total"]["issued"], 0);
    desk.call().run(&["stats", "--month", "November"]).tells(2, "CH-U001");
}

#[test]
fn a_copy_is_missing_until_a_bundle_with_the_signed_paper_names_the_letter() {
    let desk = Desk::worked();
    let missing = || {
        let said = desk.call().json().run(&["copies", "missing"]).ends(0).json();
        said["missing"].as_array().unwrap().clone()
    };
    assert!(missing().is_empty(), "no document of the sample day is signed");
    approve(&desk, "payment_reminder");
    let reminder = |of: &str| {
        let request = desk.request_with(
            of,
            json!({
                "request_id": format!("{of}-reminder"), "kind": "payment_reminder",
                "original_due_date": "2026-01-05", "legal_basis": null, "contract_no": null,
            }),
        );
        desk.issue(&request).ends(0).json_lines()[0]["number"].as_str().unwrap().to_owned()
    };
    let (signed, void) = (reminder("notice-002"), reminder("notice-006"));
    desk.by("clerk", &["letter", "void", &void, "--reason", "withdrawn"]).ends(0);
    let open = missing();
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!((&open[0]["number"], &open[0]["because"]), (&json!(signed), &json!("kind")));

    let papers = desk.beside("papers");
    fs::create_dir(&papers).unwrap();
    let photos = files(&desk.office().join("samples/visit"));
    let photo = photos.iter().find(|path| path.extension().is_some_and(|end| end == "jpg"));
    fs::copy(photo.unwrap(), papers.join("signed.jpg")).unwrap();
    let case = open[0]["case"].as_str().unwrap();
    for (kind, done) in [("other", false), ("signed_copy", true)] {
        let seal = ["evidence", "seal", text(&papers), "--case", case, "--kind", kind];
        let sealed = desk.by_json("archivist", &seal).ends(0).json();
        assert_eq!(missing().len(), 1, "a bundle that names no letter closes nothing");
        name_letter(&desk, sealed["bundle"].as_str().unwrap(), &signed);
        assert_eq!(missing().is_empty(), done, "{kind}");
    }
}

/// Registers once more that `bundle` is sealed, with the letter whose paper it holds.
fn name_letter(desk: &Desk, bundle: &str, letter: &str) {
    use chancery::{
        office::{Office, credentials::Credentials, journal, paths::OfficePaths, sample},
        register::Draft,
    };
    let mut office = Office::open(OfficePaths::new(desk.office())).unwrap();
    let folders = vec![desk.office().join("credentials")];
    let held = Credentials { operator_file: None, folders };
    let actor = sample::actor(&office, "archivist", &held).unwrap();
    let sealed = office.view().last(&journal::EVIDENCE_SEALED, bundle).unwrap().unwrap();
    let mut draft = Draft::new(journal::EVIDENCE_SEALED, bundle).with("letter", letter);
    draft.body.extend(sealed.entry().body.clone());
    office.append(draft, &actor).unwrap();
}
