//! Letters: issued once, registered, archived, made again.

use std::fs;

use serde_json::{Value, json};

use crate::office::{Desk, digest, files, rows, said, text, unlock};

/// The first issued letter of a kind: number, digest and request id.
fn first(kind: &str) -> Value {
    let mut lines = said("letters").into_iter().chain(said("visits"));
    lines.find(|line| line["template"] == kind).unwrap_or_else(|| panic!("no {kind} was issued"))
}

#[test]
fn each_kind_has_four_linked_entries_and_its_bytes_in_the_archive() {
    let desk = Desk::worked();
    let prepared = desk.entries("letter.prepared");
    let issued = desk.entries("letter.issued");
    let registered = desk.entries("letter.registered");
    let archived = desk.entries("letter.archived");
    let kinds = [
        "collection_notice",
        "subrogation_notice",
        "callback_card",
        "visit_agreed",
        "visit_not_agreed",
    ];
    for kind in kinds {
        let said = first(kind);
        let of = |entries: &[Value]| -> Value {
            entries.iter().find(|entry| entry["subject"] == said["number"]).cloned().unwrap()
        };
        let issue = of(&issued);
        let seq = &issue["seq"];
        let reserve = prepared.iter().find(|entry| entry["seq"] == issue["body"]["prepared"]);
        assert_eq!(reserve.unwrap()["body"]["number"], said["number"], "{kind}");
        assert_eq!(reserve.unwrap()["body"]["template"], kind);
        assert_eq!(&of(&registered)["body"]["issued"], seq, "{kind}");
        assert_eq!(&of(&archived)["body"]["issued"], seq, "{kind}");
        let out = fs::read(said["out"].as_str().unwrap()).unwrap();
        assert_eq!(issue["body"]["pdf"], digest(&out), "{kind}");
        assert_eq!(issue["body"]["pdf_bytes"], out.len());
        let objects = of(&archived)["body"]["objects"].clone();
        for object in objects.as_array().unwrap() {
            let name = object.as_str().unwrap();
            let path = desk.office().join("archive/objects").join(&name[..2]).join(&name[2..]);
            assert_eq!(digest(fs::read(path).unwrap()), name, "{kind}");
        }
        assert!(objects.as_array().unwrap().contains(&issue["body"]["pdf"]));
    }
}

#[test]
fn just_the_requests_made_to_be_refused_are_refused_and_each_refusal_is_registered() {
    let desk = Desk::worked();
    let mut refused = 0;
    for file in ["letters", "visits"] {
        let said = said(file);
        let asked = rows(&desk.requests(&format!("{file}.jsonl")));
        assert_eq!(said.len(), asked.len() + 1, "a line a request and one of totals");
        for (line, request) in said.iter().zip(&asked) {
            let id = request["request_id"].as_str().unwrap();
            assert_eq!(line["request"], id);
            assert_eq!(line["refused"].is_array(), id.starts_with("refused-"), "{line}");
            refused += usize::from(line["refused"].is_array());
        }
    }
    let entries = desk.entries("letter.refused");
    assert_eq!(entries.len(), refused);
    assert!(entries.iter().all(|entry| !entry["body"]["codes"].as_array().unwrap().is_empty()));
}

#[test]
fn refusals_tell_every_code_and_its_hint() {
    let of = |id: &str| -> Vec<String> {
        let lines: Vec<Value> = said("letters").into_iter().chain(said("visits")).collect();
        let line = lines.iter().find(|line| line["request"] == id).unwrap().clone();
        let refused = line["refused"].as_array().unwrap().clone();
        assert!(refused.iter().all(|report| report["hint"].as_str().unwrap().len() > 8));
        refused.iter().map(|report| report["code"].as_str().unwrap().to_owned()).collect()
    };
    for (id, code) in [
        ("refused-channel-wechat", "CH-R003"),
        ("refused-channel-fax", "CH-R002"),
        ("refused-channel-postcard", "CH-R002"),
        ("refused-recipient-family", "CH-R006"),
        ("refused-recipient-employer", "CH-R006"),
        ("refused-amounts-differ", "CH-I040"),
        ("refused-address-unverified", "CH-R008"),
        ("refused-debt-unverified", "CH-R011"),
        ("refused-no-source", "CH-R012"),
        ("refused-kind-sms", "CH-T001"),
        ("refused-insured-family", "CH-R020"),
        ("refused-demand-exceeds", "CH-I045"),
        ("refused-visit-agreed-without-terms", "CH-V038"),
        ("refused-visit-one-agent", "CH-V030"),
        ("refused-visit-at-night", "CH-V032"),
    ] {
        assert!(of(id).iter().any(|told| told == code), "{id}: {:?}", of(id));
    }
}

#[test]
fn everything_wrong_with_a_request_is_told_at_once() {
    let desk = Desk::fresh();
    let file = desk.request_with(
        "notice-001",
        json!({
            "channel": "wechat", "recipient_role": "family", "address_verified_on": null,
            "debt_verified_on": null, "due_date": "2020-01-01",
        }),
    );
    desk.call().by("approver").json().run(&["hold", "list"]).ends(0);
    desk.by("admin", &["hold", "place", "YL-2026-0000", "--kind", "dispute"]).ends(0);
    let ran = desk.issue(&file).ends(1);
    for code in ["CH-R003", "CH-R006", "CH-R009", "CH-R011", "CH-R016"] {
        assert!(ran.codes().contains(&code.to_owned()), "{code}: {}", ran.both());
    }
}

#[test]
fn jsonl_csv_and_xlsx_give_the_same_outcomes() {
    let desk = Desk::worked();
    for ending in ["jsonl", "csv", "xlsx"] {
        let again = desk.issue(&desk.requests(&format!("letters.{ending}"))).ends(1);
        let lines = again.json_lines();
        let before = said("letters");
        assert_eq!(lines.len(), before.len(), "{ending}");
        for (now, then) in lines.iter().zip(&before) {
            for member in ["request", "number", "pdf", "check_code", "template"] {
                assert_eq!(now[member], then[member], "{ending}");
            }
            let codes = |line: &Value| -> Vec<Value> {
                let refused = line["refused"].as_array().cloned().unwrap_or_default();
                refused.iter().map(|report| report["code"].clone()).collect()
            };
            assert_eq!(codes(now), codes(then), "{ending}");
        }
        assert_eq!(lines.last().unwrap()["summary"]["issued"], 0, "{ending}: nothing twice");
    }
}

#[test]
fn the_same_request_keeps_its_number_and_other_content_under_its_id_is_refused() {
    let desk = Desk::fresh();
    let file = desk.request_with("notice-004", json!({}));
    let once = desk.issue(&file).ends(0).json_lines();
    let twice = desk.issue(&file).ends(0).json_lines();
    assert_eq!(once[0]["number"], twice[0]["number"]);
    assert_eq!((&once[0]["already"], &twice[0]["already"]), (&json!(false), &json!(true)));
    let other =
        desk.request_with("notice-004", json!({ "recipient_address": "样例省样例市别处9号" }));
    desk.issue(&other).tells_only(1, &["CH-R022"]);
    assert_eq!(desk.entries("letter.prepared").len(), 1);
    assert_eq!(desk.entries("letter.refused").len(), 1);
}

#[test]
fn a_preview_is_marked_and_leaves_neither_number_nor_entry() {
    let desk = Desk::fresh();
    let before = desk.entries("").len();
    let out = desk.beside("preview.pdf");
    let letters = desk.requests("letters.jsonl");
    let preview = ["letter", "preview", text(&letters), "--request", "notice-001", "--out"];
    desk.by("clerk", &[&preview[..], &[text(&out)]].concat()).ends(0);
    assert!(fs::read(&out).unwrap().starts_with(b"%PDF"));
    let refused = ["letter", "preview", text(&letters), "--request", "refused-channel-fax"];
    let none = desk.beside("none.pdf");
    desk.by("clerk", &[&refused[..], &["--out", text(&none)]].concat()).tells(1, "CH-R002");
    assert!(!none.exists());
    assert_eq!(desk.entries("").len(), before);
    if let Some(pdftotext) = crate::tools::tool("pdftotext") {
        let page = pdftotext.run(&[text(&out), "-"]).ends(0).out();
        assert!(page.contains("预览") && !page.contains("QH-2"), "{page}");
    }
}

#[test]
fn reproduce_gives_the_bytes_that_were_issued() {
    let desk = Desk::worked();
    for kind in ["collection_notice", "subrogation_notice", "callback_card", "visit_not_agreed"] {
        let said = first(kind);
        let out = desk.beside(&format!("{kind}.pdf"));
        let number = said["number"].as_str().unwrap();
        desk.by("auditor", &["letter", "reproduce", number, "--out", text(&out)]).ends(0);
        assert_eq!(said["pdf"], digest(fs::read(&out).unwrap()), "{kind}");
        // What lies there already is never overwritten.
        desk.by("auditor", &["letter", "reproduce", number, "--out", text(&out)])
            .tells_only(2, &["CH-F002"]);
    }
    let none = desk.beside("none.pdf");
    desk.by("auditor", &["letter", "reproduce", "QH-2026-999999", "--out", text(&none)])
        .tells_only(2, &["CH-R033"]);
}

#[test]
fn reproduction_from_a_changed_record_or_package_is_refused() {
    let said = first("collection_notice");
    for object in ["record", "package_object", "pdf"] {
        let desk = Desk::worked();
        let entries = desk.entries("letter.issued");
        let entry = entries.iter().find(|entry| entry["subject"] == said["number"]).unwrap();
        let name = entry["body"][object].as_str().unwrap();
        let path = desk.office().join("archive/objects").join(&name[..2]).join(&name[2..]);
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        unlock(&path);
        fs::write(&path, bytes).unwrap();
        let out = desk.beside("again.pdf");
        let number = said["number"].as_str().unwrap();
        let ran = desk.by("auditor", &["letter", "reproduce", number, "--out", text(&out)]);
        if object == "pdf" {
            // The page is made from facts and package; only the audit reads the old PDF.
            ran.ends(0);
        } else {
            assert!(matches!(ran.status, Some(1 | 3)), "{object}: {:?}", ran.status);
            assert!(!ran.codes().is_empty() && !out.exists(), "{object}");
        }
        let audit = desk.by_json("auditor", &["audit", "run"]).tells(1, "CH-S102");
        assert!(audit.out().contains(name), "{object}: {}", audit.out());
    }
}

#[test]
fn a_letter_is_written_once_and_what_stands_in_its_place_is_left_alone() {
    let desk = Desk::fresh();
    let file = desk.request_with("card-001", json!({}));
    let number = desk.issue(&file).ends(0).json_lines()[0]["number"].clone();
    let path = desk.beside("out").join(format!("{}.pdf", number.as_str().unwrap()));
    unlock(&path);
    fs::write(&path, "something of somebody's").unwrap();
    desk.issue(&file).tells_only(2, &["CH-F002"]);
    assert_eq!(fs::read(&path).unwrap(), b"something of somebody's");
}

#[test]
fn only_the_right_operator_issues() {
    let desk = Desk::fresh();
    let letter = desk.request_with("notice-001", json!({}));
    let visit = desk.request_with("visit-agreed-01", json!({}));
    for (who, file, expected) in [
        ("agent-a", &letter, &["CH-R001"][..]),
        ("approver", &letter, &["CH-A010", "CH-R001"]),
        ("auditor", &letter, &["CH-R001"]),
        ("clerk", &visit, &["CH-R001"]),
        ("nobody", &letter, &["CH-O051"]),
    ] {
        desk.issue_by(who, file).tells_only(1, expected);
    }
    desk.call().run(&["letter", "issue", text(&letter), "--out", "x"]).tells_only(2, &["CH-O050"]);
    desk.by("admin", &["operator", "revoke", "clerk"]).ends(0);
    desk.issue(&letter).tells_only(1, &["CH-O052"]);
    assert!(files(&desk.beside("out")).is_empty());
    assert!(desk.entries("letter.prepared").is_empty());
}

#[test]
fn a_hold_stops_letters_and_visits_at_once_and_only_its_release_lets_them_go() {
    let desk = Desk::fresh();
    let letter = desk.request_with("notice-001", json!({}));
    // A visit after the hold; one before it may be told.
    let visit = desk.request_with("visit-agreed-01", json!({ "visit_date": "2090-01-01" }));
    let kinds = ["dispute", "complaint", "do_not_collect"];
    for case in ["YL-2026-0000", "YL-2026-0501"] {
        for kind in kinds {
            desk.by("clerk", &["hold", "place", case, "--kind", kind]).ends(0);
        }
    }
    let told = desk.issue(&letter).tells_only(1, &["CH-R009"]);
    assert_eq!(told.json_lines()[0]["refused"].as_array().unwrap().len(), kinds.len());
    desk.issue_by("agent-a", &visit).tells(1, "CH-R009");
    let release = |who: &str, kind: &str| {
        desk.by(who, &["hold", "release", "YL-2026-0000", "--kind", kind, "--proof", "P-1"])
    };
    release("clerk", "dispute").tells_only(1, &["CH-R051"]);
    release("admin", "hardship").tells_only(2, &["CH-R052"]);
    release("admin", "dispute").ends(0);
    release("admin", "complaint").ends(0);
    release("admin", "do_not_collect").tells_only(1, &["CH-R053"]);
    desk.issue(&letter).tells_only(1, &["CH-R009"]);
    desk.by("clerk", &["hold", "place", "X-1", "--kind", "holiday"]).tells_only(2, &["CH-R050"]);
    desk.by("auditor", &["hold", "place", "X-1", "--kind", "dispute"]).tells_only(1, &["CH-R051"]);
}
