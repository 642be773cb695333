//! Every rule of `chancery rules-table`, put to one case it refuses and one it lets pass.

pub mod cases;
pub mod setting;

use std::{
    fs,
    path::{Path, PathBuf},
};

use chancery::office::journal;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::{
    command::chancery,
    office::{Desk, text},
};
use cases::cases;
use setting::Setting;
pub use setting::{enter, today};

#[test]
fn each_rule_refuses_one_case_and_lets_its_neighbour_pass() {
    let at = Setting::new();
    let cases = cases(&at);
    let named = |what: &str| -> Vec<(String, &(&'static str, Value))> {
        cases
            .iter()
            .map(|case| {
                let content = if what == "no" { &case.refused } else { &case.passes };
                // Other content under an id that was used is a rule of its own.
                let used = what == "no" && case.code == "CH-R022";
                let id =
                    if used { "notice-001".to_owned() } else { format!("{what}-{}", case.code) };
                (id, content)
            })
            .collect()
    };
    let mut wrong = Vec::new();
    // Letters to employers are off first; then on, so that their other rules can pass.
    let off = at.put("clerk", "off.jsonl", &named("no"));
    at.turn_on_employer_letters();
    // A hold on the case of the plans would be another reason.
    let mut rights_wait = named("yes");
    let on_hold = |base: &str| base == "kind-legal_rights_notice";
    rights_wait.sort_by_key(|(_, (base, _))| !on_hold(base));
    at.desk
        .by("admin", &["hold", "release", "YL-2026-0000", "--kind", "dispute", "--proof", "P-1"])
        .ends(0);
    let (rights, rest): (Vec<_>, Vec<_>) =
        rights_wait.into_iter().partition(|(_, (base, _))| on_hold(base));
    let mut passed = at.put("clerk", "rights.jsonl", &rights);
    at.desk.by("clerk", &["hold", "place", "YL-2026-0000", "--kind", "dispute"]).ends(0);
    passed.extend(at.put("clerk", "rest.jsonl", &rest));
    at.end_the_insurers_mandate();
    let ended = at.put(
        "clerk",
        "ended.jsonl",
        &[("no-R007".to_owned(), &cases.iter().find(|c| c.code == "CH-R007").unwrap().refused)],
    );
    for case in &cases {
        let id = if case.code == "CH-R022" {
            "notice-001".to_owned()
        } else {
            format!("no-{}", case.code)
        };
        let told = if case.code == "CH-R007" { &ended["no-R007"] } else { &off[&id] };
        if !told.contains(&case.code.to_owned()) {
            wrong.push(format!("{} is not refused: {told:?}", case.code));
        }
        let passes = &passed[&format!("yes-{}", case.code)];
        if !passes.is_empty() {
            wrong.push(format!("{} does not let its neighbour pass: {passes:?}", case.code));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");

    let tried: Vec<&str> = cases.iter().map(|case| case.code).collect();
    let untried = listed(|documents| !["holds", "visit statements"].contains(&documents));
    let untried: Vec<_> = untried.iter().filter(|code| !tried.contains(&code.as_str())).collect();
    assert!(untried.is_empty(), "no case for {untried:?}");
}

/// Codes of the table whose documents are as asked.
fn listed(wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let table = chancery().json().run(&["rules-table"]).ends(0).json();
    let rules = table["rules"].as_array().unwrap().clone();
    let rules = rules.iter().filter(|rule| wanted(rule["documents"].as_str().unwrap()));
    rules.map(|rule| rule["code"].as_str().unwrap().to_owned()).collect()
}

/// The acts themselves are in `visits.rs`, where each rule of conduct has one that it refuses; and
/// statements that keep all of them are made there and in [`Desk::worked`].
#[test]
fn each_rule_of_conduct_has_its_case_among_the_visits() {
    let tried = include_str!("visits.rs");
    let untried: Vec<_> = listed(|documents| documents == "visit statements")
        .into_iter()
        .filter(|code| !tried.contains(&format!("\"{code}\"")))
        .collect();
    assert!(untried.is_empty(), "no case for {untried:?}");
}

/// In whatever spelling, nor the same files sealed anew.
#[test]
fn what_placed_a_hold_does_not_lift_it() {
    let (desk, case) = (Desk::fresh(), "YL-2026-0501");
    let place = |case: &str, kind: &str, proof: &str| {
        desk.by("clerk", &["hold", "place", case, "--kind", kind, "--proof", proof]).ends(0)
    };
    let release = |case: &str, kind: &str, proof: &str| {
        desk.by("admin", &["hold", "release", case, "--kind", kind, "--proof", proof])
    };
    let seal = |folder: &Path, kind: &str| {
        let out = desk.beside(&format!("{}.asice", desk.entries("evidence.sealed").len()));
        let line = ["evidence", "seal", text(folder), "--case", case, "--kind", kind];
        let line = [&line[..], &["--out", text(&out)]].concat();
        let told = desk.by_json("archivist", &line).ends(0).json();
        told["bundle"].as_str().unwrap().to_owned()
    };
    place("X-9", "dispute", "RE-7");
    release("X-9", "dispute", "re-7").tells_only(1, &["CH-R290"]);
    release("X-9", "dispute", "RE-8").ends(0);
    let visit = desk.office().join("samples/visit");
    let (bundle, again) = (seal(&visit, "auto"), seal(&visit, "auto"));
    assert_ne!(bundle, again);
    place(case, "forged", &bundle);
    for same in [&bundle, &again] {
        release(case, "forged", same).tells_only(1, &["CH-R290"]);
    }
    let verdict = desk.beside("verdict");
    fs::create_dir(&verdict).unwrap();
    fs::write(verdict.join("verdict.pdf"), b"%PDF-1.7 verdict").unwrap();
    release(case, "forged", &seal(&verdict, "other")).ends(0);
}

#[test]
fn each_rule_of_holds_refuses_one_act_and_lets_its_neighbour_pass() {
    // Each is met below, the last in the test above.
    let tried =
        ["CH-R051", "CH-R053", "CH-R135", "CH-R136", "CH-R137", "CH-R138", "CH-R210", "CH-R290"];
    assert_eq!(listed(|documents| documents == "holds"), tried);
    let desk = Desk::fresh();
    let today = today(&desk);
    let (day, later) = (today.to_string(), today.succ_opt().unwrap().to_string());
    let place = |who: &str, case: &str, kind: &str, more: &[&str]| {
        desk.by(who, &[&["hold", "place", case, "--kind", kind][..], more].concat())
    };
    let release = |who: &str, case: &str, kind: &str, more: &[&str]| {
        desk.by(who, &[&["hold", "release", case, "--kind", kind][..], more].concat())
    };
    place("auditor", "X-1", "suspended", &[]).tells_only(1, &["CH-R051"]);
    place("clerk", "X-1", "suspended", &[]).ends(0);
    release("clerk", "X-1", "suspended", &["--proof", "P-1"]).tells_only(1, &["CH-R051"]);
    release("admin", "X-1", "suspended", &["--proof", "P-1"]).ends(0);

    place("clerk", "X-2", "do_not_collect", &[]).ends(0);
    release("admin", "X-2", "do_not_collect", &["--proof", "P", "--instruction", "I"])
        .tells_only(1, &["CH-R053"]);

    for kind in ["deceased", "imprisoned", "forged"] {
        place("agent-a", "YL-2026-0501", kind, &[]).ends(0);
        release("admin", "YL-2026-0501", kind, &["--proof", "P-1"]).tells_only(1, &["CH-R135"]);
    }
    let visit = desk.office().join("samples/visit");
    let out = desk.beside("b.asice");
    let seal = [
        "evidence",
        "seal",
        text(&visit),
        "--case",
        "YL-2026-0501",
        "--kind",
        "auto",
        "--out",
        text(&out),
    ];
    let bundle = desk.by_json("archivist", &seal).ends(0).json();
    let bundle = bundle["bundle"].as_str().or_else(|| bundle["id"].as_str()).unwrap();
    for kind in ["deceased", "imprisoned", "forged"] {
        release("admin", "YL-2026-0501", kind, &["--proof", bundle]).ends(0);
    }
    place("clerk", "X-3", "deceased", &[]).ends(0);
    release("admin", "X-3", "deceased", &["--proof", bundle]).tells_only(1, &["CH-R135"]);

    place("clerk", "X-4", "principal_locked", &[]).ends(0);
    release("admin", "X-4", "principal_locked", &["--proof", "P-1"]).tells_only(1, &["CH-R136"]);
    release("admin", "X-4", "principal_locked", &["--instruction", "ZL-2026-01"]).ends(0);

    for kind in ["identity_mismatch", "denial"] {
        place("clerk", "X-5", kind, &[]).ends(0);
        if kind == "denial" {
            let answer = ["--proof", "HF-1", "--answered-on", &day];
            release("admin", "X-5", kind, &answer).tells_only(1, &["CH-R210"]);
            // A report made before the hold is none on it, and neither is one of another case.
            report(&desk, "X-4", kind);
            release("admin", "X-5", kind, &answer).tells_only(1, &["CH-R210"]);
            report(&desk, "X-5", kind);
        }
        release("admin", "X-5", kind, &["--proof", "HF-1"]).tells_only(1, &["CH-R137"]);
        let yesterday = today.pred_opt().unwrap().to_string();
        for wrong in [&later, &yesterday] {
            release("admin", "X-5", kind, &["--proof", "HF-1", "--answered-on", wrong])
                .tells_only(1, &["CH-R137"]);
        }
        release("admin", "X-5", kind, &["--proof", "HF-1", "--answered-on", &day]).ends(0);
    }

    for wrong in [&["--amount", "500.00"][..], &["--amount", "0"], &[]] {
        place("clerk", "X-6", "small_debt_objection", wrong).tells_only(1, &["CH-R138"]);
    }
    place("clerk", "X-6", "small_debt_objection", &["--amount", "499.99"]).ends(0);
    place("clerk", "X-6", "small_debt_objection", &["--amount", "x"]).tells_only(2, &["CH-I103"]);
    // A small debt is let go once the principal has its report.
    let release = || release("admin", "X-6", "small_debt_objection", &["--proof", "HF-2"]);
    release().tells_only(1, &["CH-R210"]);
    report(&desk, "X-6", "small_debt_objection");
    release().ends(0);
    // Held again, it is due again.
    place("clerk", "X-6", "small_debt_objection", &["--amount", "499.99"]).ends(0);
    release().tells_only(1, &["CH-R210"]);
}

/// Issues the report to the principal that a hold makes due.
fn report(desk: &Desk, case: &str, event: &str) {
    let day = today(desk).pred_opt().unwrap().to_string();
    let id = format!("report-{case}-{event}");
    let row = json!({
        "request_id": id, "principal": "sample-bank", "case_no": case, "channel": "internal",
        "source": "外访记录", "verified_by": "样例经办", "verified_on": day,
        "kind": "principal_report", "recipient_role": "principal", "event_kind": event,
        "occurred_at": format!("{day}T10:30"), "facts": "客户来电提出异议，要求核实。",
        "evidence_ids": "AUD-0001", "answer_due": "2099-01-01",
    });
    desk.issue(&desk.write(&format!("{id}.json"), row.to_string())).ends(0);
}

#[test]
fn the_page_of_rules_is_the_one_the_command_prints() {
    let printed = chancery().run(&["rules-table"]).ends(0).out();
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let kept = fs::read_to_string(page).unwrap();
    assert_eq!(kept.trim_end(), printed.trim_end(), "run `chancery rules-table > docs/rules.md`");
}

#[test]
fn a_return_shuts_the_address_for_whom_was_written_to_and_a_refusal_does_not() {
    let desk = Desk::fresh();
    let today = today(&desk);
    let place = "样例省样例市退信路9号";
    let letter = |base: &str, id: &str, verified: NaiveDate| {
        let changes = json!({
            "request_id": id, "recipient_address": place, "address_verified_on": verified.to_string(),
        });
        desk.issue(&desk.request_with(base, changes))
    };
    let before = today - Days::new(3);
    let first = letter("notice-001", "first", before).ends(0).json_lines();
    let number = first[0]["number"].as_str().unwrap().to_owned();
    let back = |reason: &str| {
        let body = json!({ "number": number, "reason": reason });
        enter(&desk, journal::LETTER_RETURNED, &number, body, Some(today));
    };
    for reason in ["refused", "unclaimed", "absent", "damaged"] {
        back(reason);
    }
    letter("notice-001", "lives-there", before).ends(0);
    back("moved");
    letter("notice-001", "gone", before).tells(1, "CH-R103");
    // The same person in another case, and another person at the same address.
    let other_case = json!({
        "request_id": "gone-too", "recipient_address": "样例市退信路九号", "case_no": "YL-2026-0990",
        "address_verified_on": before.to_string(),
    });
    desk.issue(&desk.request_with("notice-001", other_case)).tells(1, "CH-R103");
    letter("notice-002", "neighbour", before).ends(0);
    // Verified on the day of the return, and told after it.
    letter("notice-001", "found-again", today).ends(0);
}

#[test]
fn the_statement_of_a_visit_made_before_a_hold_is_issued_and_one_made_after_is_not() {
    let desk = Desk::fresh();
    let visit = desk.request("visit-not-agreed-04");
    let case = visit["case_no"].as_str().unwrap();
    let placed = desk.by("clerk", &["hold", "place", case, "--kind", "dispute"]).ends(0);
    assert!(placed.both().contains("answers to the objection"), "{}", placed.both());
    let placed = desk.by("clerk", &["hold", "place", case, "--kind", "hardship"]).ends(0);
    assert!(placed.both().contains("gentle"), "{}", placed.both());
    // Yesterday's visit.
    desk.issue_by("agent-a", &desk.request_with("visit-not-agreed-04", json!({}))).ends(0);
    let told = json!({ "request_id": "ill", "debtor_statement": "客户说他患有抑郁症" });
    desk.issue_by("agent-a", &desk.request_with("visit-not-agreed-04", told)).tells(1, "CH-R253");
    let today = today(&desk).to_string();
    let later =
        json!({ "request_id": "later", "visit_date": today, "start": "23:58", "end": "23:59" });
    desk.issue_by("agent-a", &desk.request_with("visit-not-agreed-04", later)).tells(1, "CH-R009");
}
