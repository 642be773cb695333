//! Statements of visits, and each rule of conduct by which one is refused.

use serde_json::{Value, json};

use crate::office::Desk;

#[test]
fn each_rule_of_conduct_refuses_its_own_case() {
    let desk = Desk::fresh();
    let agreed = "visit-agreed-01";
    let silent = "visit-not-agreed-04";
    let dark = "visit-not-agreed-06";
    let cases: Vec<(&str, &str, Value)> = vec![
        ("CH-V030", agreed, json!({ "agent2": "样例外访员甲" })),
        ("CH-V030", agreed, json!({ "badge2": "W-0001" })),
        ("CH-V030", silent, json!({ "agent1": null, "badge1": null })),
        ("CH-V031", agreed, json!({ "badge1_shown": "false" })),
        ("CH-V031", silent, json!({ "badge2_shown": "false" })),
        ("CH-V032", agreed, json!({ "start": "07:59" })),
        ("CH-V032", agreed, json!({ "start": "20:30", "end": "21:01" })),
        ("CH-V032", silent, json!({ "start": "21:00", "end": "21:30" })),
        ("CH-V033", agreed, json!({ "start": "15:00", "end": "14:00" })),
        ("CH-V033", silent, json!({ "visit_date": "2090-01-01" })),
        ("CH-V034", agreed, json!({ "audio_id": null })),
        ("CH-V034", silent, json!({ "video_id": null })),
        ("CH-V035", dark, json!({ "video_off_reason": null })),
        ("CH-V035", dark, json!({ "video_off_at": null })),
        ("CH-V035", dark, json!({ "video_off_at": "13:00" })),
        ("CH-V035", dark, json!({ "willing_to_talk": "false" })),
        ("CH-V035", dark, json!({ "audio_continuous": "false" })),
        ("CH-V036", dark, json!({ "video_resumed_at": "14:10" })),
        ("CH-V036", dark, json!({ "video_resumed_at": "15:10" })),
        ("CH-V037", agreed, json!({ "entered_home": "true" })),
        ("CH-V037", agreed, json!({ "entered_home": "true", "invited": "false" })),
        ("CH-V037", dark, json!({ "entered_home": "true", "invited": "true" })),
        ("CH-V038", agreed, json!({ "terms": null, "total": null })),
        ("CH-V040", agreed, json!({ "terms": "2020-01-31=1000.00", "total": "1000.00" })),
    ];
    let mut wrong = Vec::new();
    for (code, id, changes) in cases {
        let ran = desk.issue_by("agent-a", &desk.request_with(id, changes.clone()));
        if ran.status != Some(1) || !ran.codes().contains(&code.to_owned()) {
            wrong.push(format!("{code} {id} {changes}: {:?} {:?}", ran.status, ran.codes()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(desk.entries("letter.prepared").is_empty());
}

#[test]
fn what_keeps_the_rules_by_a_minute_is_stated() {
    let desk = Desk::fresh();
    for (id, changes) in [
        ("visit-agreed-01", json!({ "start": "08:00", "end": "08:01" })),
        ("visit-agreed-02", json!({ "start": "20:00", "end": "21:00" })),
        ("visit-not-agreed-06", json!({ "video_resumed_at": "14:20" })),
        ("visit-not-agreed-05", json!({ "entered_home": "true", "invited": "true" })),
    ] {
        desk.issue_by("agent-a", &desk.request_with(id, changes)).ends(0);
    }
}

#[test]
fn a_statement_of_no_agreement_holds_no_plan() {
    let desk = Desk::fresh();
    let changes = json!({ "terms": "2090-01-31=1000.00", "total": "1000.00" });
    let ran = desk.issue_by("agent-a", &desk.request_with("visit-not-agreed-04", changes)).ends(1);
    assert!(ran.codes().contains(&"CH-V039".to_owned()), "{}", ran.both());
}

#[test]
fn terms_that_do_not_sum_to_their_total_are_refused() {
    let desk = Desk::fresh();
    let changes = json!({ "total": "999.99" });
    let ran = desk.issue_by("agent-a", &desk.request_with("visit-agreed-01", changes)).ends(1);
    assert_eq!(ran.codes().len(), 1, "{}", ran.both());
}

#[test]
fn what_a_debtor_said_is_quoted_masked() {
    let desk = Desk::fresh();
    let said = "客户称卡号6200000000000005已注销。";
    let file = desk.request_with("visit-not-agreed-04", json!({ "debtor_statement": said }));
    let line = desk.issue_by("agent-b", &file).ends(0).json_lines()[0].clone();
    let Some(pdftotext) = crate::tools::tool("pdftotext") else { return };
    let page = pdftotext.run(&[line["out"].as_str().unwrap(), "-"]).ends(0).out();
    let page: String = page.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(page.contains("************0005"), "{page}");
}
