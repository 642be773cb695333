//! Instalments that lie ahead: told from the register, written by nobody.

use serde_json::{Value, json};

use crate::office::{Desk, state};

const PLAN: &str = "kind-repayment_plan_agreement";

fn listed(desk: &Desk, more: &[&str]) -> Value {
    desk.by_json("auditor", &[&["letter", "reminders"], more].concat()).ends(0).json()
}

#[test]
fn each_instalment_is_told_with_the_day_before_it_and_no_plan_that_is_stopped() {
    let desk = Desk::fresh();
    let ahead = listed(&desk, &[]);
    assert_eq!((&ahead["reminders"], &ahead["left_out"]), (&json!([]), &json!([])));
    let plan = desk.request(PLAN);
    let case = plan["case_no"].as_str().unwrap();
    let issue = |id: &str| {
        let file = desk.request_with(PLAN, json!({ "request_id": id }));
        let line = desk.issue(&file).ends(0).json_lines()[0].clone();
        line["number"].as_str().unwrap().to_owned()
    };
    let (one, other) = (issue("plan-1"), issue("plan-2"));
    desk.by("clerk", &["letter", "void", &other, "--reason", "duplicate"]).ends(0);
    let before = state(&desk.office());
    let ahead = listed(&desk, &[]);
    let rows = ahead["reminders"].as_array().unwrap();
    let terms: Vec<(String, String)> = plan["terms"]
        .as_str()
        .unwrap()
        .split(';')
        .map(|term| term.trim().split_once('=').unwrap())
        .map(|(day, amount)| (day.to_owned(), amount.to_owned()))
        .collect();
    assert_eq!(rows.len(), terms.len());
    for (at, (row, (due, amount))) in rows.iter().zip(&terms).enumerate() {
        let day: chrono::NaiveDate = due.parse().unwrap();
        assert_eq!(row["remind_on"], day.pred_opt().unwrap().to_string());
        assert_eq!((&row["due"], &row["number"]), (&json!(due), &json!(one)));
        assert_eq!((&row["case"], &row["instalment"]), (&json!(case), &json!(at + 1)));
        assert_eq!(row["amount"].as_str().unwrap().replace(',', ""), *amount);
        assert_eq!((&row["next"], &row["of"]), (&json!(at == 0), &json!(terms.len())));
    }
    let void = json!([{ "number": other, "case": case, "because": "void" }]);
    assert_eq!(ahead["left_out"], void);
    // Up to the first reminder there is one; the day before there is none.
    let first = rows[0]["remind_on"].as_str().unwrap();
    let until = |day: &str| listed(&desk, &["--until", day])["reminders"].as_array().unwrap().len();
    assert_eq!(until(first), 1);
    let day: chrono::NaiveDate = first.parse().unwrap();
    assert_eq!(until(&day.pred_opt().unwrap().to_string()), 0);
    desk.by("auditor", &["letter", "reminders", "--until", "soon"]).tells(2, "CH-U001");
    let told = desk.call().run(&["letter", "reminders"]).ends(0).out();
    assert!(told.contains(&format!("left out {other}")) && told.contains("1 of 3"), "{told}");
    assert_eq!(state(&desk.office()), before, "a list writes nothing");
    // A gentle document passes hardship, and nothing passes a dispute.
    desk.by("clerk", &["hold", "place", case, "--kind", "hardship"]).ends(0);
    assert_eq!(listed(&desk, &[])["reminders"].as_array().unwrap().len(), terms.len());
    desk.by("clerk", &["hold", "place", case, "--kind", "dispute"]).ends(0);
    let ahead = listed(&desk, &[]);
    assert_eq!(ahead["reminders"], json!([]));
    assert_eq!(ahead["left_out"][0]["because"], "dispute");
    desk.by("admin", &["hold", "release", case, "--kind", "dispute", "--proof", "P-1"]).ends(0);
    assert_eq!(listed(&desk, &[])["reminders"].as_array().unwrap().len(), terms.len());
    desk.by("clerk", &["case", "close", case, "--on", &crate::life::today()]).ends(0);
    let ahead = listed(&desk, &[]);
    assert_eq!(ahead["left_out"][0]["because"], "closed");
}
