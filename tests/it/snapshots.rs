//! What the main commands say, word for word: exit status and both streams, in both languages.
//!
//! What differs from run to run is replaced: letter numbers, bundle numbers, dates, digests,
//! check codes, sizes and folders. `cargo insta review` shows what a change of wording does.

use std::fs;

use crate::{
    command::{Call, Ran, chancery},
    office::{Desk, room, text, unlock},
};

/// What is replaced, first match first.
const FILTERS: [(&str, &str); 13] = [
    (r"\bYL-\d{4}-\d{4}\b", "[case]"),
    (r"(first bad entry: |首个异常条目：)\d+", "$1[n]"),
    (r"\brow \d+|第 \d+ 行", "row [n]"),
    (r"/[^\s`\x22]*/chancery-it-[A-Za-z0-9]+", "[room]"),
    (r"\b[0-9a-f]{64}\b", "[digest]"),
    (r"\b[A-Z]{2}-\d{4}-\d{6}\b", "[number]"),
    (r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", "[check code]"),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[0-9.:+Z-]*", "[time]"),
    (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", "[time]"),
    (r"\d{4}-\d{2}-\d{2}", "[date]"),
    (r"(entry|entries|条目) ?\d+", "$1 [n]"),
    (r"\d+ entries|登记条目 \d+", "[n] entries"),
    (r"(expected|checked|as registered|应核对象|实核|一致) \d+", "$1 [n]"),
];

/// Status and both streams.
fn told(ran: &Ran) -> String {
    let status = ran.status.map_or("killed".to_owned(), |status| status.to_string());
    format!("exit {status}\n--- stdout\n{}\n--- stderr\n{}", ran.out().trim(), ran.err().trim())
}

/// Compares what was told with what is kept under `name`.
fn keep(name: &str, told: &str) {
    insta::with_settings!({ filters => FILTERS, prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, told);
    });
}

/// Runs in English and in Chinese, one snapshot of both.
fn both(name: &str, call: &Call, arguments: &[&str]) {
    let english = told(&call.run(arguments));
    let chinese = told(&call.clone().chinese().run(arguments));
    keep(name, &format!("{english}\n=== zh\n{chinese}"));
}

#[test]
fn help_of_the_whole() {
    // Both languages stand in one text.
    keep("help", &told(&chancery().run(&["--help"])));
}

#[test]
fn usage_errors() {
    both("usage_unknown_command", &chancery(), &["letters"]);
    both("usage_missing_verb", &chancery(), &["letter"]);
    both("usage_number_in_the_wrong_place", &chancery(), &["doctor", "6200000000000005"]);
    let room = room();
    both("usage_no_office", &chancery().office(room.path()), &["letter", "list"]);
}

#[test]
fn mask_and_rules() {
    let text_in =
        "卡号6200 0000 0000 0005，身份证11010519491231002X，金额1,409.50元，函号QH-2026-000001\n";
    let call = chancery().stdin(text_in);
    keep("mask", &told(&call.run(&["mask"])));
    keep("mask_full", &told(&call.run(&["mask", "--policy", "full"])));
    let questions = "{\"domain\":\"rmb\",\"input\":\"107000.53\"}\n\
        {\"domain\":\"contact_hours\",\"input\":\"22:00:00\"}\nnonsense\n";
    both("rules", &chancery().stdin(questions), &["rules", "-"]);
}

#[test]
fn template_check() {
    let line = ["template", "check", "--text", "再不还款，后果自负，并将通知您的家人。"];
    both("check_text_refused", &chancery(), &line);
    both("check_text_passed", &chancery(), &["template", "check", "--text", "严禁侮辱、恐吓。"]);
    let desk = Desk::fresh();
    let wording = desk.office().join("templates/callback_card/wording.tera");
    unlock(&wording);
    let changed = fs::read_to_string(&wording).unwrap();
    fs::write(&wording, changed.replace("请于方便时回电", "逾期后果自负")).unwrap();
    both("check_template_found", &desk.call(), &["template", "check", "callback_card"]);
}

#[test]
fn letters_refused() {
    let desk = Desk::fresh();
    let out = desk.beside("out");
    let file = desk.requests("letters.jsonl");
    let issue = |id: &'static str| {
        let call = desk.call().by("clerk");
        let line = ["letter", "issue", text(&file), "--request", id, "--out", text(&out)];
        both(&format!("letter_{id}"), &call, &line);
    };
    issue("refused-channel-wechat");
    issue("refused-no-source");
    let line = ["letter", "issue", text(&file), "--out", text(&out)];
    both(
        "letter_by_an_auditor",
        &desk.call().by("auditor"),
        &[&line[..], &["--request", "card-001"]].concat(),
    );
}

#[test]
fn holds_are_listed() {
    let desk = Desk::fresh();
    desk.by("clerk", &["hold", "place", "YL-2026-0007", "--kind", "dispute"]).ends(0);
    both("hold_list", &desk.call(), &["hold", "list"]);
}

#[test]
fn evidence_that_was_altered() {
    let desk = Desk::worked();
    both("evidence_verified", &desk.call(), &["evidence", "verify"]);
    let bundle = desk.entries("evidence.sealed").remove(0);
    let object = bundle["body"]["object"].as_str().unwrap().to_owned();
    let place = desk.office().join("archive/objects").join(&object[..2]).join(&object[2..]);
    unlock(&place);
    let mut bytes = fs::read(&place).unwrap();
    // The last byte of the archive is the end record's comment length.
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&place, bytes).unwrap();
    both("evidence_altered", &desk.call(), &["evidence", "verify"]);
}

#[test]
fn an_audit_that_finds_something() {
    let desk = Desk::worked();
    both("audit_clean", &desk.call(), &["audit", "run"]);
    let letter = desk.entries("letter.issued").remove(0);
    let pdf = letter["body"]["pdf"].as_str().unwrap().to_owned();
    let place = desk.office().join("archive/objects").join(&pdf[..2]).join(&pdf[2..]);
    unlock(&place);
    fs::remove_file(&place).unwrap();
    both("audit_missing_object", &desk.call(), &["audit", "run"]);
}
