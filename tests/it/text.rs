//! `mask`, `rules`, `template check --text` and `errors`: the plain functions behind the letters.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    command::chancery,
    office::{room, rows, text},
    tools::absent,
};

/// The folder of the cases that count, or a visible skip.
fn vectors(name: &str) -> Option<Vec<Value>> {
    let folder = std::env::var_os("CHANCERY_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/domain/vectors"),
        PathBuf::from,
    );
    let file = folder.join(name);
    if file.is_file() {
        return Some(rows(&file));
    }
    absent(&format!("the cases of {name} are not here (CHANCERY_VECTORS)"));
    None
}

#[test]
fn mask_gives_every_case_its_answer() {
    let Some(cases) = vectors("masking.jsonl") else { return };
    let mut wrong = Vec::new();
    for case in &cases {
        let input = case["input"].as_str().unwrap();
        let ran = chancery().stdin(input).run(&["mask"]).ends(0);
        if ran.out() != case["expect"].as_str().unwrap() {
            wrong.push(format!("{}: {:?} for {case}", case["id"], ran.out()));
        }
    }
    assert!(cases.len() > 20 && wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn mask_knows_both_policies_and_official_accounts() {
    let room = room();
    let allow = room.path().join("allow");
    fs::write(&allow, "6200000000000005\n").unwrap();
    let text_in = "卡号6200000000000005，卡号6216261000000000018，金额1,000.00元\n";
    let last = chancery().stdin(text_in).run(&["mask"]).ends(0).out();
    assert_eq!(last, "卡号************0005，卡号***************0018，金额1,000.00元\n");
    let full = chancery().stdin(text_in).run(&["mask", "--policy", "full"]).ends(0).out();
    assert_eq!(full, format!("卡号{}，卡号{}，金额1,000.00元\n", "*".repeat(16), "*".repeat(19)));
    let allowed = chancery().stdin(text_in).run(&["mask", "--allow", text(&allow)]).ends(0).out();
    assert_eq!(allowed, "卡号6200000000000005，卡号***************0018，金额1,000.00元\n");
    fs::write(&allow, "not an account\n").unwrap();
    let ran = chancery().stdin(text_in).run(&["mask", "--allow", text(&allow)]).ends(2);
    assert!(ran.out().is_empty() && ran.codes().len() == 1);
    chancery().run(&["mask", "--policy", "none"]).ends(2);
}

#[test]
fn mask_keeps_a_long_stream_and_what_is_no_text() {
    let line = "您的卡号6200 0000 0000 0005已逾期，函号QH-2026-000001。\n";
    let masked = line.replace("6200 0000 0000 0005", "**** **** **** 0005");
    let ran = chancery().stdin(line.repeat(20_000)).run(&["mask"]).ends(0);
    assert!(ran.out() == masked.repeat(20_000));
    assert!(chancery().run(&["mask"]).ends(0).out().is_empty());
    let ran = chancery().stdin([0xff, 0xfe, b'6', 0x00, b'2']).run(&["mask"]);
    assert!(ran.status == Some(2) && !ran.codes().is_empty() || ran.status == Some(0));
}

#[test]
fn rules_answer_every_case() {
    let Some(cases) = vectors("rules.jsonl") else { return };
    let questions: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let answers = chancery().stdin(questions).run(&["rules", "-"]).ends(0).json_lines();
    assert_eq!(answers.len(), cases.len());
    let mut wrong = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let given = answer.get("answer").or_else(|| answer.get("result")).unwrap_or(answer);
        let any = case["any_of"].as_array().cloned().unwrap_or_default();
        let right =
            holds(given, &case["expect"]) || any.iter().any(|expected| holds(given, expected));
        if !right {
            wrong.push(format!("{case}\n   -> {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), cases.len());
}

/// Whether an answer is the expected one; of an object, every expected member.
fn holds(given: &Value, expected: &Value) -> bool {
    match (given, expected) {
        (_, Value::Null) => false,
        (Value::Object(given), Value::Object(expected)) => {
            expected.iter().all(|(name, value)| given.get(name) == Some(value))
        }
        (given, expected) => given == expected,
    }
}

#[test]
fn rules_tell_the_line_that_is_no_question_and_go_on() {
    let questions = "{\"domain\":\"luhn\",\"input\":\"6200000000000005\"}\nnonsense\n\
                     {\"domain\":\"unheard_of\",\"input\":1}\n\
                     {\"domain\":\"luhn\",\"input\":\"6200000000000006\"}\n";
    let ran = chancery().stdin(questions).run(&["rules", "-"]).ends(2);
    let lines = ran.json_lines();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1]["line"], 2);
    assert_eq!(lines[2]["line"], 3);
    assert!(lines[1]["problem"]["code"].is_string() && lines[2]["problem"]["code"].is_string());
    chancery().run(&["rules", "/nowhere/none.jsonl"]).tells(2, "CH-U040");
}

#[test]
fn wording_cases_pass_or_are_refused_as_they_should() {
    let Some(cases) = vectors("rules.jsonl") else { return };
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases.iter().filter(|case| case["domain"] == "wording") {
        let input = match &case["input"] {
            Value::String(text) => text.clone(),
            other => other["text"].as_str().unwrap().to_owned(),
        };
        count += 1;
        let ran = chancery().json().run(&["template", "check", "--text", &input]);
        let verdict = ran.json()["verdict"].clone();
        let expected = case["expect"].get("verdict").unwrap_or(&case["expect"]);
        let any = case["any_of"].as_array().is_some_and(|any| any.contains(&verdict));
        if &verdict != expected && !any {
            wrong.push(format!("{case} -> {verdict}"));
        }
        assert_eq!(ran.status, Some(i32::from(verdict != "pass")), "{case}");
    }
    assert!(count > 5 && wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_text_is_judged_line_by_line() {
    let lines = "本公司不会以任何方式威胁您。\n不还钱就让你好看，去你单位闹。\n";
    let ran = chancery().json().stdin(lines).run(&["template", "check", "--text", "-"]).ends(1);
    let json = ran.json();
    assert_eq!(json["lines"].as_array().unwrap().len(), 2, "{json}");
    assert_eq!(json["lines"][0]["findings"], json!([]));
    let found = &json["lines"][1]["findings"][0];
    assert!(found["rule"].as_str().unwrap().starts_with("CH-W"), "{json}");
    assert!(found["end"].as_u64() > found["start"].as_u64());
}

#[test]
fn no_hint_holds_a_field_that_nobody_fills() {
    let printed = chancery().run(&["errors"]).ends(0).out();
    let rows: Vec<Vec<&str>> = printed
        .lines()
        .filter(|line| line.starts_with("| CH-"))
        .map(|line| line.trim_matches(['|', ' ']).split(" | ").collect())
        .collect();
    assert!(rows.len() > 200, "{}", rows.len());
    for row in rows {
        assert_eq!(row.len(), 6, "{row:?}");
        for hint in [row[3], row[5]] {
            // A brace of an example of JSON is followed by a quotation mark.
            let unfilled = hint.split('{').skip(1).find(|rest| !rest.starts_with(['"', '\\']));
            assert!(unfilled.is_none(), "{}: {hint}", row[0]);
        }
    }
}

#[test]
fn the_page_of_errors_is_the_one_the_command_prints() {
    let printed = chancery().run(&["errors"]).ends(0).out();
    let mut codes: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.get(..7).filter(|code| code.starts_with("CH-")))
        .collect();
    assert!(codes.len() > 200, "{}", codes.len());
    codes.sort_unstable();
    let all = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), all, "a code is declared twice");
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    if page.is_file() {
        let kept = fs::read_to_string(page).unwrap();
        assert_eq!(kept.trim_end(), printed.trim_end(), "run `chancery errors > docs/errors.md`");
    }
}
