//! Acts that a rule refused: signed, without what was typed, once a day for a row of a file.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    life::{number, today},
    office::{Desk, text},
};

fn act(desk: &Desk, arguments: &[&str]) -> crate::command::Ran {
    desk.by_json("clerk", &[&["letter"], arguments].concat())
}

/// Act, subject and codes of each registered refusal.
fn told(desk: &Desk) -> Vec<(String, String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |entry: Value| {
        let codes = entry["body"]["codes"].as_array().unwrap().iter().map(text).collect();
        (text(&entry["body"]["act"]), text(&entry["subject"]), codes)
    };
    desk.entries("act.refused").into_iter().map(of).collect()
}

#[test]
fn each_act_on_a_letter_that_a_rule_refuses_is_a_signed_entry() {
    let desk = Desk::worked();
    let (one, gone, day) = (number("notice-001"), "QH-2026-999999", today());
    let out = desk.beside("x.pdf");
    let envelopes = desk.beside("envelopes");
    let hand = ["--mode", "hand", "--signer", "recipient", "--agent", "agent-a"];
    let three = [&hand[..], &["--agent", "agent-b", "--agent", "agent-a"]].concat();
    let deliver = |who: &[&str]| {
        let line = [&["deliver", &one, "--at", &day][..], who].concat();
        act(&desk, &line).tells(1, "CH-R196")
    };
    act(&desk, &["dispatch", gone, "--tracking", "XA12345678911"]).tells_only(1, &["CH-R180"]);
    deliver(&hand);
    deliver(&three);
    act(&desk, &["return", &one, "--reason", "moved", "--at", &day]).tells_only(1, &["CH-R193"]);
    act(&desk, &["reply", &one, "--kind", "paid", "--at", "2099-01-01"])
        .tells_only(1, &["CH-R186"]);
    act(&desk, &["answer", "RE-2026-999999", "--by", &one]).tells_only(1, &["CH-R201"]);
    act(&desk, &["receipt", gone, "--out", text(&out)]).tells_only(1, &["CH-R180"]);
    act(&desk, &["reprint", gone, "--out", text(&out)]).tells_only(1, &["CH-R180"]);
    let envelope = ["letter", "envelope", &one, "--size", "DL", "--out", text(&envelopes)];
    desk.by_json("agent-a", &envelope).ends(1);
    act(&desk, &["void", &one, "--reason", "wrong"]).ends(0);
    act(&desk, &["void", &one, "--reason", "duplicate"]).tells_only(1, &["CH-R192"]);
    let acts: Vec<String> = told(&desk).into_iter().map(|(act, ..)| act).collect();
    assert_eq!(
        acts,
        [
            "letter.dispatch",
            "letter.deliver",
            "letter.deliver",
            "letter.return",
            "letter.reply",
            "letter.answer",
            "letter.receipt",
            "letter.reprint",
            "letter.envelope",
            "letter.void"
        ]
    );
    assert_eq!(told(&desk)[0], ("letter.dispatch".into(), gone.into(), vec!["CH-R180".into()]));
    // What cannot be read is no refusal of a rule, and a card number typed as a letter is not kept.
    act(&desk, &["reply", &one, "--kind", "paid", "--at", "yesterday"]).tells_only(2, &["CH-R183"]);
    act(&desk, &["void", "6200000000000005", "--reason", "wrong"]).tells_only(1, &["CH-R180"]);
    let last = told(&desk).pop().unwrap();
    assert_eq!((told(&desk).len(), last.1.as_str()), (acts.len() + 1, "?"));
    let operators: Vec<Value> =
        desk.entries("act.refused").iter().map(|entry| entry["operator"].clone()).collect();
    assert_eq!((&operators[0], &operators[8]), (&json!("clerk"), &json!("agent-a")));
    // A count of its own: nothing was refused to be made.
    let stats = desk.call().json().run(&["stats"]).ends(0).json();
    assert_eq!(stats["acts_refused"]["letter.deliver"], 2);
    let requests: BTreeSet<String> = desk
        .entries("letter.refused")
        .iter()
        .map(|entry| entry["subject"].as_str().unwrap().to_owned())
        .collect();
    let documents = stats["documents"].as_object().unwrap().values();
    let documents: u64 = documents.filter_map(|one| one["refused"].as_u64()).sum();
    let letters = stats["total"]["refused"].as_u64().unwrap();
    assert_eq!(letters + documents, requests.len() as u64);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn the_rows_of_a_file_are_entered_once_a_day_however_often_it_is_run() {
    let desk = Desk::worked();
    let (one, other) = (number("notice-001"), number("notice-002"));
    let file = desk.write(
        "dispatch.csv",
        format!("函号,邮件号\n{one},XA12345678911\n{other},XA12345678911\nQH-2026-999999,XA12345678913\n{other},6200000000000005\n"),
    );
    let run = || act(&desk, &["dispatch", "--file", text(&file)]).ends(2);
    run();
    let entered = [
        ("letter.dispatch".to_owned(), other, vec!["CH-R198".to_owned()]),
        ("letter.dispatch".to_owned(), "QH-2026-999999".to_owned(), vec!["CH-R180".to_owned()]),
    ];
    let mut sorted = told(&desk);
    sorted.sort();
    assert_eq!(sorted, entered);
    run();
    assert_eq!(told(&desk).len(), 2);
    // Somebody else who tries is told of apart, and signs it: whoever has a key is not unsigned.
    desk.by("auditor", &["letter", "dispatch", "--file", text(&file)]).tells(2, "CH-O053");
    let by: Vec<Value> = desk.entries("act.refused");
    assert!(by[2..].iter().all(|entry| entry["operator"] == "auditor" && by.len() > 2));
    assert!(!desk.office().join("refusals.jsonl").exists());
    let reprints = desk.write("reprint.csv", "number\nQH-2026-999999\n");
    let out = desk.beside("reprints");
    let before = told(&desk).len();
    for _ in 0..2 {
        act(&desk, &["reprint", "--file", text(&reprints), "--out", text(&out)])
            .tells(1, "CH-R180");
    }
    assert_eq!(told(&desk).len(), before + 1);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn refused_holds_are_entered_with_their_case_and_nothing_else_that_was_typed() {
    let desk = Desk::fresh();
    let hold = |who: &str, line: &[&str]| desk.by(who, &[&["hold"], line].concat());
    hold("auditor", &["place", "X-1", "--kind", "dispute"]).tells_only(1, &["CH-R051"]);
    hold("clerk", &["place", "X-1", "--kind", "do_not_collect"]).ends(0);
    hold("admin", &["release", "X-1", "--kind", "do_not_collect", "--proof", "P"])
        .tells_only(1, &["CH-R053"]);
    hold("clerk", &["place", "X-1", "--kind", "holiday"]).tells_only(2, &["CH-R050"]);
    let file = desk.write(
        "holds.csv",
        "案号,种类,金额\nX-2,small_debt_objection,900.00\nX-3,dispute,\n6200000000000005,dispute,\n",
    );
    for _ in 0..2 {
        hold("clerk", &["place", "--file", text(&file)]).ends(2);
    }
    let expected = |act: &str, case: &str, code: &str| {
        (act.to_owned(), case.to_owned(), vec![code.to_owned()])
    };
    assert_eq!(
        told(&desk),
        [
            expected("hold.place", "X-1", "CH-R051"),
            expected("hold.release", "X-1", "CH-R053"),
            expected("hold.place", "X-2", "CH-R138"),
        ]
    );
    let stats = desk.call().json().run(&["stats"]).ends(0).json();
    assert_eq!(stats["acts_refused"], json!({ "hold.place": 2, "hold.release": 1 }));
    assert_eq!(stats["holds"], 2);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn refused_acts_on_batches_templates_and_principals_are_entered_too() {
    let desk = Desk::fresh();
    let (file, out) = (desk.request_with("notice-001", json!({})), desk.beside("night"));
    let line = ["letter", "batch", text(&file), "--out", text(&out)];
    let batch = desk.by_json("clerk", &line).ends(0).json()["batch"].as_str().unwrap().to_owned();
    let number = desk.entries("letter.issued")[0]["subject"].as_str().unwrap().to_owned();
    desk.by("agent-a", &["letter", "pull", &batch]).tells_only(1, &["CH-O053"]);
    act(&desk, &["dispatch", &number, "--tracking", "XA12345678911"]).ends(0);
    let again = desk.beside("again");
    let respool =
        |name: &str| act(&desk, &["respool", name, "--sheets", "1", "--out", text(&again)]);
    respool(&batch).tells_only(1, &["CH-B114"]);
    // A batch that is none is no rule's refusal.
    respool("B-0000000000").tells_only(2, &["CH-B110"]);
    let of_bank = ["--principal", "sample-bank"];
    let template = |who: &str, words: &[&str]| {
        desk.by(who, &[&["template"], words, &of_bank[..]].concat()).tells_only(1, &["CH-O053"]);
    };
    template("clerk", &["withdraw", "collection_notice", "--reason", "更正"]);
    template("clerk", &["approve", "collection_notice"]);
    let profile = desk.office().join("principal-side/sample-bank/profile.toml");
    let add = ["principal", "add", "sample-bank", "--profile", text(&profile)];
    desk.by("clerk", &add).tells_only(1, &["CH-O053"]);
    desk.by("admin", &add).tells_only(1, &["CH-O014"]);
    let expected = |act: &str, subject: &str, codes: &[&str]| {
        let codes = codes.iter().map(|code| (*code).to_owned()).collect();
        (act.to_owned(), subject.to_owned(), codes)
    };
    let wanted = [
        expected("letter.pull", &batch, &["CH-O053"]),
        expected("letter.respool", &batch, &["CH-B114"]),
        expected("template.withdraw", "collection_notice", &["CH-O053"]),
        expected("template.approve", "collection_notice", &["CH-O053"]),
        expected("principal.add", "sample-bank", &["CH-O053"]),
        expected("principal.add", "sample-bank", &["CH-O014"]),
    ];
    assert_eq!(told(&desk), wanted);
    assert!(!desk.office().join("refusals.jsonl").exists());
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn acts_of_the_office_that_a_rule_refuses_are_signed_entries_too() {
    let desk = Desk::worked();
    let case = "YL-2026-0501";
    let plain = |by: &str, line: &[&str]| desk.by(by, line).ends(1);
    let bundle = desk.entries("evidence.sealed")[0]["subject"].as_str().unwrap().to_owned();
    plain("clerk", &["operator", "revoke", "auditor"]);
    plain("admin", &["operator", "revoke", "somebody"]);
    plain("auditor", &["case", "close", case, "--on", "2026-01-01"]);
    let hold = ["retention", "hold", &bundle, "--who", "court", "--why", "litigation"];
    plain("auditor", &hold);
    plain("clerk", &["evidence", "timestamp"]);
    let told: Vec<(String, String)> =
        told(&desk).into_iter().map(|(act, subject, _)| (act, subject)).collect();
    let expected = [
        ("operator.revoke", "auditor"),
        ("operator.revoke", "?"),
        ("case.close", case),
        ("retention.hold", &bundle),
        ("evidence.timestamp", "?"),
    ]
    .map(|(act, subject)| (act.to_owned(), subject.to_owned()));
    assert_eq!(told, expected);
    assert!(!desk.office().join("refusals.jsonl").exists());
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn a_fault_in_a_file_of_reprints_is_told_with_what_was_done_and_refused_before_it() {
    let desk = Desk::worked();
    let issued = desk.entries("letter.issued");
    let shelf = |entry: &Value, name: &str| entry["body"][name].as_str().unwrap()[..2].to_owned();
    let first = &issued[0];
    let of_first = ["record", "pdf", "package_object"].map(|name| shelf(first, name));
    let other = issued[1..].iter().find(|entry| !of_first.contains(&shelf(entry, "record")));
    let other = other.unwrap();
    let number = |entry: &Value| entry["subject"].as_str().unwrap().to_owned();
    let (one, two, gone) = (number(first), number(other), "QH-2026-999999");
    let rows = desk.write("again.csv", format!("number\n{one}\n{gone}\n{two}\n{gone}\n"));
    let out = desk.beside("again");
    let line = ["reprint", "--file", text(&rows), "--out", text(&out)];
    let record = other["body"]["record"].as_str().unwrap();
    let ran = crate::batch::unreadable(&desk, record, || act(&desk, &line)).ends(3);
    let lines = ran.json_lines();
    assert_eq!((&lines[0]["number"], &lines[0]["row"]), (&json!(one), &json!(2)), "{lines:?}");
    assert_eq!(lines[1]["refused"][0]["code"], "CH-R180", "{lines:?}");
    let summary = json!({ "rows": 2, "reprinted": 1, "refused": 1, "unread": 0 });
    assert_eq!(lines[2]["summary"], summary, "{lines:?}");
    assert_eq!(lines[3]["problems"][0]["code"], "CH-O061", "{lines:?}");
    let entered = || told(&desk).into_iter().map(|(_, subject, _)| subject).collect::<Vec<_>>();
    assert_eq!(entered(), [gone]);
    // The same command goes on: nothing is reprinted or entered twice.
    let lines = act(&desk, &line).ends(1).json_lines();
    assert_eq!(lines[0]["already"], true, "{lines:?}");
    assert_eq!(lines.last().unwrap()["summary"]["reprinted"], 2);
    assert_eq!(entered(), [gone]);
    assert_eq!(desk.entries("letter.reprinted").len(), 2);
}
