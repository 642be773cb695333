//! Every kind of letter on paper, and what keeps one from being made.

use std::{collections::BTreeMap, fs};

use chancery::office::journal;
use serde_json::{Value, json};

use crate::{
    office::{Desk, rows, text},
    rules::{enter, today},
    tools::tool,
};

/// Words each kind must say; its request's values are looked for besides.
const SAYS: [(&str, &[&str]); 13] = [
    ("guarantor_notice", &["连带责任保证", "保证期间至", "捌万元整"]),
    ("payment_reminder", &["温馨提示", "贵公司", "1,409.50"]),
    ("legal_rights_notice", &["第五百七十七条", "不构成对任何法律责任的认定"]),
    ("repayment_plan_agreement", &["分3期还款", "PZ-0001", "甲方代理人", "1,109.50"]),
    ("overdue_risk_notice", &["尚未查询到款项入账", "500.00"]),
    ("repayment_commitment", &["未受胁迫、误导", "6,007.14", "逾期事项告知函"]),
    ("voluntary_payment_commitment", &["无法定还款义务", "壹仟元整"]),
    ("overdraft_notice", &["受托送达", "不作认定", "壹万贰仟元整", "样例银行股份有限公司函告"]),
    ("employer_assist", &["贵单位", "不承担任何义务", "TY-0001"]),
    ("law_firm_cover", &["样例律师事务所", "共3页", "a85bba3f9137fa1c", "不对法律意见负责"]),
    ("dispute_hold_notice", &["已暂停催收", "转交委托人核实"]),
    ("reply_letter", &["收悉", "款项已于账单日后入账"]),
    ("dispute_outcome_notice", &["结果为", "依法寻求救济"]),
];

fn page_of(pdf: &str) -> Option<String> {
    let page = tool("pdftotext")?.run(&["-layout", pdf, "-"]).ends(0).out();
    Some(page.chars().filter(|c| !c.is_whitespace()).collect())
}

/// Codes told of each request, none if it was issued.
fn outcomes(lines: &[Value]) -> BTreeMap<String, Vec<String>> {
    let told = |line: &Value| -> Vec<String> {
        let refused = line["refused"].as_array().cloned().unwrap_or_default();
        refused.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let named = lines.iter().filter_map(|line| Some((line["request"].as_str()?, line)));
    named.map(|(id, line)| (id.to_owned(), told(line))).collect()
}

#[test]
fn every_kind_is_issued_once_what_it_rests_on_is_registered() {
    let desk = Desk::fresh();
    let file = desk.requests("kinds.jsonl");
    let before = outcomes(&desk.issue(&file).ends(1).json_lines());
    for (id, codes) in [
        ("kind-legal_rights_notice", vec!["CH-R251"]),
        ("kind-overdraft_notice", vec!["CH-R113", "CH-R114", "CH-R114"]),
        ("kind-employer_assist", vec!["CH-R116"]),
        ("kind-law_firm_cover", vec!["CH-R211"]),
        ("kind-dispute_hold_notice", vec!["CH-R130"]),
        ("kind-reply_letter", vec!["CH-R130"]),
        ("kind-dispute_outcome_notice", vec!["CH-R130"]),
    ] {
        assert_eq!(before[id], codes, "{id}");
    }
    assert_eq!(before.values().filter(|codes| !codes.is_empty()).count(), 7, "{before:?}");

    // The sample visit is sealed, the first letter answered, letters to employers turned on.
    let visit = desk.office().join("samples/visit");
    let seal =
        ["evidence", "seal", text(&visit), "--case", "YL-2026-0501", "--kind", "auto", "--out"];
    desk.by("archivist", &[&seal[..], &[text(&desk.beside("v.asice"))]].concat()).ends(0);
    let firm = desk.office().join("samples/law_firm");
    let case = desk.request("kind-law_firm_cover")["case_no"].as_str().unwrap().to_owned();
    // Evidence of another case says nothing about this one.
    for (of, codes) in [("YL-2026-0501", &["CH-R211"][..]), (&case, &[])] {
        let line = ["evidence", "seal", text(&firm), "--case", of, "--kind", "other"];
        desk.by("archivist", &line).ends(0);
        let cover = desk
            .request_with("kind-law_firm_cover", json!({ "request_id": format!("cover-{of}") }));
        let told = outcomes(&desk.issue(&cover).json_lines());
        assert_eq!(told[&format!("cover-{of}")], codes);
    }
    let first = desk.entries("letter.issued")[0]["subject"].as_str().unwrap().to_owned();
    let left = json!({ "number": first, "carrier": "china_post" });
    enter(&desk, journal::LETTER_DISPATCHED, &first, left, None);
    // The notice of rights goes out before the objection comes.
    let rights = desk.request_with("kind-legal_rights_notice", json!({}));
    let mut lines = desk.issue(&rights).ends(0).json_lines();
    let reply = format!("RE-{}-000001", &first[3..7]);
    let body = json!({ "number": first, "reply": reply, "kind": "dispute" });
    enter(&desk, journal::LETTER_REPLIED, &first, body, None);
    desk.by("clerk", &["hold", "place", "YL-2026-0000", "--kind", "dispute"]).ends(0);
    let settings = desk.office().join("office.toml");
    let on = fs::read_to_string(&settings).unwrap().replace("assist = false", "assist = true");
    fs::write(&settings, on).unwrap();

    let told = desk.issue(&file).ends(1).json_lines();
    // What was sent before the objection is not handed out again; all else is.
    let refused: Vec<_> =
        outcomes(&told).into_iter().filter(|(_, codes)| !codes.is_empty()).collect();
    let held = |id: &str| (id.to_owned(), vec!["CH-R191".to_owned()]);
    assert_eq!(refused, [held("kind-legal_rights_notice"), held("notice-001")]);
    lines.extend(told);
    let entries = desk.entries("letter.prepared");
    for (kind, words) in SAYS {
        let line =
            lines.iter().find(|line| line["template"] == kind).unwrap_or_else(|| panic!("{kind}"));
        let Some(page) = page_of(line["out"].as_str().unwrap()) else { return };
        let number = line["number"].as_str().unwrap();
        let request = desk.request(line["request"].as_str().unwrap());
        let name = if kind == "employer_assist" { "unit_name" } else { "recipient_name" };
        for word in words.iter().copied().chain([number, request[name].as_str().unwrap()]) {
            assert!(page.contains(word), "{kind} lacks {word}: {page}");
        }
        for raw in ["account", "card_number", "recipient_id_number"] {
            let Some(raw) = request[raw].as_str() else { continue };
            assert!(!page.contains(raw), "{kind} shows a full number: {page}");
        }
        if kind == "employer_assist" {
            for word in ["欠", "债", "还款", "催收", "银行", "金额", "委托"] {
                assert!(!page.contains(word), "{kind} betrays {word}: {page}");
            }
        }
    }
    // The commitment names its notice, on paper and in both directions in the register.
    let number =
        |kind: &str| lines.iter().find(|l| l["template"] == kind).unwrap()["number"].clone();
    let (notice, commitment) = (number("overdue_risk_notice"), number("repayment_commitment"));
    let prepared = entries.iter().find(|entry| entry["body"]["number"] == commitment).unwrap();
    assert_eq!(prepared["body"]["pair"], notice);
    let paired = desk.entries("letter.paired");
    assert_eq!(paired.len(), 1, "{paired:?}");
    assert_eq!((&paired[0]["subject"], &paired[0]["body"]["commitment"]), (&notice, &commitment));
    // A plan tells the days on which the debtor is to be reminded.
    let plan = entries.iter().find(|entry| entry["body"]["template"] == "repayment_plan_agreement");
    let due =
        desk.request("kind-repayment_plan_agreement")["terms"].as_str().unwrap()[..10].to_owned();
    let due: chrono::NaiveDate = due.parse().unwrap();
    let reminders = &plan.unwrap()["body"]["reminders"];
    assert_eq!(reminders[0], due.pred_opt().unwrap().to_string());
    assert_eq!(reminders.as_array().unwrap().len(), 3);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn two_delivered_notices_prove_the_days_an_overdraft_reminder_names() {
    let desk = Desk::fresh();
    let today = today(&desk);
    let before = |days| today - chrono::Days::new(days);
    let mut numbers = Vec::new();
    for (id, days) in [("n-1", 45), ("n-2", 15)] {
        let file =
            desk.request_with("notice-001", json!({ "request_id": id, "case_no": "YL-2026-0501" }));
        let line = desk.issue(&file).ends(0).json_lines()[0].clone();
        let number = line["number"].as_str().unwrap().to_owned();
        let body = json!({ "number": number });
        enter(&desk, journal::LETTER_DELIVERED, &number, body, Some(before(days)));
        numbers.push(number);
    }
    let asked = |id: &str, first: u64, second: u64| {
        desk.issue(&desk.request_with(
            "kind-overdraft_notice",
            json!({
                "request_id": id, "evidence_ids": numbers.join("、"),
                "notice1_date": before(first).to_string(), "notice2_date": before(second).to_string(),
            }),
        ))
    };
    asked("o-1", 45, 16).tells_only(1, &["CH-R112", "CH-R114"]);
    asked("o-2", 46, 15).tells_only(1, &["CH-R114"]);
    asked("o-3", 45, 15).ends(0);
}

#[test]
fn names_with_rare_characters_print_and_what_stands_for_one_is_refused_before_a_number() {
    let desk = Desk::fresh();
    let name = "欧阳䶮㛃𬭎𠮷";
    let file = desk.request_with("notice-004", json!({ "recipient_name": name }));
    let line = desk.issue(&file).ends(0).json_lines()[0].clone();
    if let Some(page) = page_of(line["out"].as_str().unwrap()) {
        assert!(page.contains(name), "{page}");
    }
    for (wrong, code, status) in [
        ("王?明", "CH-N020", 2),
        ("王□明", "CH-N020", 2),
        ("王YAN", "CH-N021", 2),
        ("zhang三", "CH-N021", 2),
        ("王\u{e863}", "CH-N005", 2),
        ("王\u{fffd}", "CH-N006", 2),
    ] {
        let file = desk.request_with("notice-005", json!({ "recipient_name": wrong }));
        desk.issue(&file).tells(status, code);
    }
    // A character of no font at hand is refused by its name.
    let file = desk.request_with("notice-005", json!({ "recipient_name": "王\u{3134a}" }));
    let ran = desk.issue(&file);
    assert!(ran.status != Some(0) && ran.both().to_uppercase().contains("3134A"), "{}", ran.both());
    assert_eq!(desk.entries("letter.prepared").len(), 1);
}

#[test]
fn a_contact_is_refused_until_it_is_withdrawn_and_the_register_tells_nobody_who_it_is() {
    let desk = Desk::fresh();
    let name = desk.request("notice-004")["recipient_name"].as_str().unwrap().to_owned();
    let place = desk.request("notice-006")["recipient_address"].as_str().unwrap().to_owned();
    let cases = |id: &str| desk.request(id)["case_no"].as_str().unwrap().to_owned();
    let sheet = format!(
        "案号,姓名,地址\n{},{name},\n{},,{place}\n",
        cases("notice-004"),
        cases("notice-006")
    );
    let file = desk.write("contacts.csv", sheet);
    let add = || desk.by_json("clerk", &["contact", "add", text(&file)]).ends(0).json();
    assert_eq!(add(), json!({ "new": 2, "already": 0, "problems": [] }));
    assert_eq!(add(), json!({ "new": 0, "already": 2, "problems": [] }));
    let entries = json!(desk.entries("case.contact")).to_string();
    assert!(!entries.contains(&name) && !entries.contains(&place), "{entries}");
    let issue = |id: &str| desk.issue(&desk.request_with(id, json!({})));
    issue("notice-004").tells_only(1, &["CH-R104"]);
    issue("notice-006").tells_only(1, &["CH-R105"]);
    // The same name in another case is somebody else's.
    let other = json!({ "request_id": "x", "case_no": "YL-2026-0999" });
    desk.issue(&desk.request_with("notice-004", other)).ends(0);
    desk.by("clerk", &["contact", "withdraw", text(&file)]).ends(1);
    desk.by("admin", &["contact", "withdraw", text(&file)]).ends(0);
    issue("notice-004").ends(0);
    let wrong = desk.write("wrong.csv", "案号,姓名,地址\n,张例,\nX-1,,\nX-1,李例,\n");
    let ran = desk.by_json("clerk", &["contact", "add", text(&wrong)]).ends(2);
    assert_eq!(ran.json()["new"], 1, "{}", ran.both());
    desk.by("clerk", &["contact", "add", text(&desk.write("h.csv", "姓名\n张例\n"))])
        .tells_only(2, &["CH-I111"]);
}

#[test]
fn hardship_lets_gentle_letters_through_and_do_not_collect_none() {
    let desk = Desk::fresh();
    desk.by("clerk", &["hold", "place", "H-1", "--kind", "hardship"]).ends(0);
    desk.by("clerk", &["hold", "place", "D-1", "--kind", "do_not_collect"]).ends(0);
    let issue = |id: &str, name: &str, case: &str| {
        desk.issue(&desk.request_with(id, json!({ "request_id": name, "case_no": case })))
    };
    for (id, gentle) in [
        ("notice-001", false),
        ("kind-overdue_risk_notice", false),
        ("kind-payment_reminder", true),
        ("card-001", true),
    ] {
        let hardship = issue(id, &format!("h-{id}"), "H-1");
        if gentle {
            hardship.ends(0);
        } else {
            hardship.tells_only(1, &["CH-R009"]);
        }
        issue(id, &format!("d-{id}"), "D-1").tells_only(1, &["CH-R009"]);
    }
}

#[test]
fn a_file_of_holds_is_done_row_by_row_and_done_again_changes_nothing() {
    let desk = Desk::fresh();
    let sheet = "案号,种类,依据编号,金额\nF-1,denial,,\nF-2,small_debt_objection,,499.99\n\
                 F-3,small_debt_objection,,500.00\nF-4,holiday,,\n6200000000000005,dispute,,\nF-5,dispute,SX-1,\n";
    let file = desk.write("holds.csv", sheet);
    let place =
        || desk.by_json("clerk", &["hold", "place", "--file", text(&file)]).ends(2).json_lines();
    let lines = place();
    assert_eq!(lines.last().unwrap()["summary"], json!({ "done": 3, "already": 0, "refused": 3 }));
    assert_eq!(lines[2]["line"], 4);
    assert_eq!(lines[2]["refused"][0]["code"], "CH-R138");
    let again = place();
    assert_eq!(again.last().unwrap()["summary"], json!({ "done": 0, "already": 3, "refused": 3 }));
    assert_eq!(desk.entries("hold.placed").len(), 3);
    // A denial is to be reported today, a small debt on the next working day.
    let listed = desk.by_json("auditor", &["hold", "list"]).ends(0).json();
    let today = today(&desk).to_string();
    let hold = |case: &str| {
        listed["holds"]
            .as_array()
            .unwrap()
            .iter()
            .find(|hold| hold["case"] == case)
            .unwrap()
            .clone()
    };
    assert_eq!(hold("F-1")["report_due"], today);
    assert!(hold("F-2")["report_due"].as_str().unwrap() > today.as_str());
    assert!(hold("F-5").get("report_due").is_none());
    let release =
        desk.write("release.csv", "case_no,kind,proof\nF-5,dispute,JG-1\nF-1,denial,HF-1\n");
    let ran = desk.by_json("admin", &["hold", "release", "--file", text(&release)]).ends(1);
    let codes: Vec<_> = ran.json_lines()[1]["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes, ["CH-R210", "CH-R137"]);
    assert_eq!(
        desk.by_json("auditor", &["hold", "list"]).ends(0).json()["holds"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn the_sample_has_a_request_for_each_kind_of_letter() {
    let desk = Desk::fresh();
    let of = |file: &str| rows(&desk.requests(file));
    let kinds: Vec<String> = [of("letters.jsonl"), of("kinds.jsonl")]
        .concat()
        .iter()
        .map(|row| row["kind"].as_str().unwrap().to_owned())
        .collect();
    for (kind, _) in SAYS {
        assert!(kinds.iter().any(|one| one == kind), "{kind}");
    }
}
