//! Internal documents: registers, reports and certificates from the office's own books.

use std::fs;

use serde_json::{Value, json};

use crate::{
    office::{Desk, digest, text, unlock},
    tools::tool,
};

/// The office's day, as its newest entry has it.
fn today(desk: &Desk) -> String {
    let entry = desk.entries("office.founded").remove(0);
    let newest = desk.entries("letter.").pop().unwrap_or(entry);
    newest["recorded_at"].as_str().unwrap()[..10].to_owned()
}

fn report(desk: &Desk, book: &str, principal: &str, out: &str) -> crate::command::Ran {
    let day = today(desk);
    let out = desk.beside(out);
    desk.by_json(
        "clerk",
        &[
            "register",
            "report",
            book,
            "--principal",
            principal,
            "--from",
            &day,
            "--until",
            &day,
            "--out",
            text(&out),
        ],
    )
}

/// Text of a PDF without white space.
pub fn words(pdf: &std::path::Path) -> Option<String> {
    let page = tool("pdftotext")?.run(&["-layout", text(pdf), "-"]).ends(0).out();
    Some(page.chars().filter(|c| !c.is_whitespace()).collect())
}

#[test]
fn the_register_of_letters_tells_every_number_of_one_principal_and_no_name_or_account() {
    let desk = Desk::worked();
    let of_bank: Vec<Value> = desk
        .entries("letter.prepared")
        .into_iter()
        .filter(|entry| entry["body"]["principal"] == "sample-bank")
        .collect();
    let issued = desk.entries("letter.issued");
    let told = report(&desk, "letters", "sample-bank", "letters.pdf").ends(0).json();
    assert_eq!(told["template"], "letter_register");
    assert_eq!(told["already"], false);
    assert_eq!(told["pdf"], digest(fs::read(desk.beside("letters.pdf")).unwrap()));
    let Some(page) = words(&desk.beside("letters.pdf")) else { return };
    assert!(of_bank.len() > 20);
    for prepared in &of_bank {
        let number = prepared["body"]["number"].as_str().unwrap();
        assert!(page.contains(number), "{number}");
        let issue = issued.iter().find(|entry| entry["subject"] == number).unwrap();
        let pdf = issue["body"]["pdf"].as_str().unwrap();
        assert!(page.contains(&pdf[..32]) && page.contains(&pdf[32..]), "{number}");
    }
    for request in ["notice-001", "notice-002"] {
        let name = desk.request(request)["recipient_name"].as_str().unwrap().to_owned();
        assert!(!page.contains(&name), "{name}");
    }
    let insurers = desk
        .entries("letter.prepared")
        .into_iter()
        .find(|entry| entry["body"]["principal"] == "sample-insurer");
    assert!(!page.contains(insurers.unwrap()["body"]["number"].as_str().unwrap()));
    // It has a number and four entries as any letter, and the audit is content.
    let number = told["number"].as_str().unwrap();
    let shown = desk.by_json("auditor", &["letter", "show", number]).ends(0).json();
    assert_eq!(shown["entries"].as_array().unwrap().len(), 3);
    let again = desk.beside("again.pdf");
    desk.by("auditor", &["letter", "reproduce", number, "--out", text(&again)]).ends(0);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn the_register_of_seals_tells_each_use_with_number_and_operator() {
    let desk = Desk::worked();
    let sealed: Vec<Value> = desk
        .entries("letter.issued")
        .into_iter()
        .filter(|entry| {
            entry["body"]["seal"] == true && entry["body"]["template"] != "subrogation_notice"
        })
        .collect();
    let told = report(&desk, "seals", "sample-bank", "seals.pdf").ends(0).json();
    assert!(told["number"].is_string());
    let Some(page) = words(&desk.beside("seals.pdf")) else { return };
    assert!(page.contains(&format!("本期用印：{}件", sealed.len())), "{page}");
    assert!(sealed.iter().all(|entry| page.contains(entry["subject"].as_str().unwrap())));
}

#[test]
fn a_closed_day_gives_the_same_register_again_and_a_day_to_come_gives_none() {
    let desk = Desk::worked();
    let ask = |from: &str, until: &str, out: &str| {
        let out = desk.beside(out);
        desk.by_json(
            "clerk",
            &[
                "register",
                "report",
                "letters",
                "--principal",
                "sample-bank",
                "--from",
                from,
                "--until",
                until,
                "--out",
                text(&out),
            ],
        )
    };
    let first = ask("2020-01-01", "2020-01-31", "one.pdf").ends(0).json();
    let again = ask("2020-01-01", "2020-01-31", "two.pdf").ends(0).json();
    assert_eq!((&again["number"], &again["already"]), (&first["number"], &json!(true)));
    assert_eq!(
        fs::read(desk.beside("one.pdf")).unwrap(),
        fs::read(desk.beside("two.pdf")).unwrap()
    );
    ask("2020-02-01", "2020-01-31", "x.pdf").tells_only(2, &["CH-R155"]);
    ask("2020-02-01", "2999-01-31", "x.pdf").tells_only(2, &["CH-R156"]);
    // A file that is there is never written over, and no number is lost on it.
    let before = desk.entries("letter.prepared").len();
    assert_ne!(ask("2020-02-01", "2020-02-02", "one.pdf").status, Some(0));
    assert_eq!(desk.entries("letter.prepared").len(), before);
    assert!(!desk.beside("x.pdf").exists());
}

#[test]
fn an_audit_report_is_the_auditors_and_tells_what_was_found() {
    let desk = Desk::worked();
    let ask = |who: &str, out: &str| {
        let out = desk.beside(out);
        desk.by_json(who, &["audit", "report", "--principal", "sample-bank", "--out", text(&out)])
    };
    ask("clerk", "no.pdf").tells_only(1, &["CH-O053"]);
    let sound = ask("auditor", "sound.pdf").ends(0).json();
    assert_eq!(sound["findings"], 0);
    if let Some(page) = words(&desk.beside("sound.pdf")) {
        assert!(page.contains("登记链：一致（首个异常：无）"), "{page}");
    }
    desk.by("auditor", &["audit", "run"]).ends(0);
    // One archived object is changed: the report says so, and is issued all the same.
    let entry = desk.entries("letter.issued").remove(0);
    let name = entry["body"]["pdf"].as_str().unwrap().to_owned();
    let object = desk.office().join("archive/objects").join(&name[..2]).join(&name[2..]);
    unlock(&object);
    let mut bytes = fs::read(&object).unwrap();
    bytes[100] ^= 1;
    fs::write(&object, bytes).unwrap();
    let ran = ask("auditor", "bad.pdf");
    assert_eq!(ran.status, Some(1), "{}", ran.both());
    assert_eq!(ran.json()["first_bad_entry"], entry["seq"]);
    let Some(page) = words(&desk.beside("bad.pdf")) else { return };
    assert!(page.contains("内容变更：1件") && page.contains("CH-S102"), "{page}");
}

#[test]
fn a_certificate_is_the_archivists_and_of_a_sound_bundle_of_that_principal() {
    let desk = Desk::worked();
    let ask = |who: &str, principal: &str, out: &str| {
        let out = desk.beside(out);
        desk.by_json(
            who,
            &[
                "evidence",
                "certificate",
                "EV-2026-000001",
                "--principal",
                principal,
                "--out",
                text(&out),
            ]
            .map(|word| if word == "EV-2026-000001" { bundle(&desk) } else { word.to_owned() })
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        )
    };
    ask("clerk", "sample-bank", "no.pdf").tells_only(1, &["CH-O053"]);
    let told = ask("archivist", "sample-bank", "cert.pdf").ends(0).json();
    assert_eq!(told["template"], "archive_certificate");
    if let Some(page) = words(&desk.beside("cert.pdf")) {
        let sealed = desk.entries("evidence.sealed").remove(0);
        assert!(page.contains(sealed["body"]["manifest"].as_str().unwrap()), "{page}");
        assert!(page.contains("案件未结，不早于"), "{page}");
    }
    desk.by("auditor", &["audit", "run"]).ends(0);
}

fn bundle(desk: &Desk) -> String {
    desk.entries("evidence.sealed").remove(0)["subject"].as_str().unwrap().to_owned()
}

#[test]
fn requests_for_reports_and_scripts_are_issued_by_the_role_that_fits() {
    let desk = Desk::fresh();
    let base = desk.request("visit-agreed-01");
    let day = base["visit_date"].as_str().unwrap().to_owned();
    let write = |name: &str, changes: Value| {
        let mut row = json!({
            "request_id": name, "principal": "sample-bank", "case_no": "YL-2026-0901",
            "channel": "internal", "source": "外访记录", "verified_by": "样例外访员甲",
            "verified_on": day,
        });
        for (member, value) in changes.as_object().unwrap() {
            row[member] = value.clone();
        }
        desk.write(&format!("{name}.json"), row.to_string())
    };
    let denial = write(
        "report-1",
        json!({
            "kind": "principal_report", "recipient_role": "principal", "event_kind": "denial",
            "occurred_at": format!("{day}T10:30"), "facts": "客户来电称该笔交易并非本人办理，要求核实。",
            "evidence_ids": "AUD-0001", "answer_due": "2030-01-01",
        }),
    );
    desk.by("clerk", &["hold", "place", "YL-2026-0901", "--kind", "denial"]).ends(0);
    // The report is written because of the hold; it names it.
    let told = desk.issue(&denial).ends(0).json_lines();
    let page = words(std::path::Path::new(told[0]["out"].as_str().unwrap()));
    assert!(page.is_none_or(|page| page.contains("已采取：否认交易")));
    let incident = write(
        "incident-1",
        json!({
            "kind": "incident_report", "recipient_role": "principal", "incident_kind": "device_failure",
            "occurred_at": format!("{day}T14:10"), "place": "样例省样例市样例区样例路1号",
            "facts": "录像设备断电，录音未中断。", "agents": "样例外访员甲、样例外访员乙",
            "police_report": "无", "measures": "更换设备后继续", "deadline": format!("{day}T23:00"),
        }),
    );
    desk.issue(&incident).ends(0);
    let visit = write(
        "visit-report-1",
        json!({
            "kind": "visit_report", "recipient_role": "office", "visit_date": day,
            "agent1": "样例外访员甲", "agent2": "样例外访员乙", "purpose": "verify_address",
            "address_check": "matches", "photo_id": "DP-0001", "photo_hash": "a".repeat(63) + "1",
            "docs_left": "无", "docs_returned": "无", "outcome": "地址属实，未遇本人", "incident": "无",
            "facts": "按门铃两次，无人应答。",
        }),
    );
    desk.issue(&visit).tells(1, "CH-R001");
    desk.issue_by("agent-a", &visit).ends(0);
    let script = |case: &str| {
        write(
            &format!("script-{case}"),
            json!({
                "kind": "visit_script", "case_no": case, "recipient_role": "agent",
                "debtor_name": "王例", "agent1": "样例外访员甲", "badge1": "W-0001",
                "debt_kind": "consumer_loan", "as_of_date": day, "amount_total": "1409.50",
                "identity_verified_on": day, "debt_verified_on": day,
            }),
        )
    };
    // A script precedes a visit, which a hold stops.
    desk.issue_by("agent-a", &script("YL-2026-0901")).tells_only(1, &["CH-R009"]);
    desk.issue_by("agent-a", &script("YL-2026-0902")).ends(0);
    desk.by("auditor", &["audit", "run"]).ends(0);
}
