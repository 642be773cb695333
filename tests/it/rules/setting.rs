//! An office whose register tells what each gate asks for.

use std::{collections::BTreeMap, fs, path::PathBuf};

use chancery::{
    office::{Office, credentials::Credentials, journal, paths::OfficePaths, sample},
    register::{Draft, EntryKind},
};
use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use serde_json::{Map, Value, json};

use crate::{
    command::chancery,
    office::{Desk, text},
};

/// Today as the sample's requests know it.
pub fn today(desk: &Desk) -> NaiveDate {
    let as_of = desk.request("notice-001")["as_of_date"].as_str().unwrap().to_owned();
    as_of.parse::<NaiveDate>().unwrap().succ_opt().unwrap()
}

/// Registers something in the clerk's name, as the commands of a letter's later life do.
pub fn enter(desk: &Desk, kind: EntryKind, subject: &str, members: Value, on: Option<NaiveDate>) {
    let mut office = Office::open(OfficePaths::new(desk.office())).unwrap();
    let folders = vec![desk.office().join("credentials")];
    let held = Credentials { operator_file: None, folders };
    let clerk = sample::actor(&office, "clerk", &held).unwrap();
    let mut draft = Draft::new(kind, subject);
    for (name, value) in members.as_object().unwrap() {
        draft = draft.with(name.as_str(), value.clone());
    }
    if let Some(day) = on {
        let at: DateTime<FixedOffset> = format!("{day}T00:00:01+08:00").parse().unwrap();
        draft = draft.occurred_at(at);
    }
    office.append(draft, &clerk).unwrap();
}

/// A register in which every gate finds what it asks for.
pub struct Setting {
    pub desk: Desk,
    pub today: NaiveDate,
    pub letter: String,
    pub unsent: String,
    pub year: String,
}

impl Setting {
    pub fn new() -> Self {
        let desk = Desk::fresh();
        let today = today(&desk);
        let issue = |id: &str, changes: Value| {
            let said = desk.issue(&desk.request_with(id, changes)).ends(0).json_lines();
            said[0]["number"].as_str().unwrap().to_owned()
        };
        let letter = issue("notice-001", json!({}));
        let year = letter[3..7].to_owned();
        enter(
            &desk,
            journal::LETTER_DISPATCHED,
            &letter,
            json!({ "number": letter, "carrier": "china_post" }),
            None,
        );
        issue("kind-overdue_risk_notice", json!({}));
        issue(
            "kind-overdue_risk_notice",
            json!({ "request_id": "risk-of-0000", "case_no": "YL-2026-0000" }),
        );
        for id in ["risk-taken", "risk-b", "risk-c"] {
            issue("kind-overdue_risk_notice", json!({ "request_id": id }));
        }
        issue(
            "kind-repayment_commitment",
            json!({ "request_id": "taken", "paired_with": "risk-taken" }),
        );
        let unsent = issue("notice-001", json!({ "request_id": "unsent" }));
        let reply = |reply: &str, kind: &str, number: &str| {
            let body = json!({ "number": number, "reply": reply, "kind": kind });
            enter(&desk, journal::LETTER_REPLIED, number, body, None);
        };
        reply(&format!("RE-{year}-000001"), "dispute", &letter);
        reply(&format!("RE-{year}-000002"), "promise", &letter);
        let other = issue("notice-005", json!({}));
        reply(&format!("RE-{year}-000003"), "dispute", &other);
        // Somebody who said yesterday that it was paid.
        let paid = issue("notice-008", json!({ "case_no": "YL-2026-0808" }));
        let body = json!({ "number": paid, "kind": "paid" });
        enter(&desk, journal::LETTER_REPLIED, &paid, body, today.pred_opt());
        // An address from which a letter came back yesterday.
        let back = issue("notice-007", json!({ "recipient_address": "样例省样例市退信路7号" }));
        let body = json!({ "number": back, "reason": "moved" });
        enter(&desk, journal::LETTER_RETURNED, &back, body, today.pred_opt());
        let sealed = desk.by(
            "archivist",
            &[
                "evidence",
                "seal",
                text(&desk.office().join("samples/visit")),
                "--case",
                "YL-2026-0501",
                "--kind",
                "auto",
                "--out",
                text(&desk.beside("visit.asice")),
            ],
        );
        sealed.ends(0);
        let case = desk.request("kind-law_firm_cover")["case_no"].as_str().unwrap().to_owned();
        let firm = desk.office().join("samples/law_firm");
        let line = ["evidence", "seal", text(&firm), "--case", &case, "--kind", "other"];
        desk.by("archivist", &line).ends(0);
        let contacts =
            "案号,姓名,地址\nYL-2026-0003,许联系人,\nYL-2026-0003,,样例省样例市联系路８号\n";
        desk.by("clerk", &["contact", "add", text(&desk.write("contacts.csv", contacts))]).ends(0);
        desk.by("clerk", &["hold", "place", "YL-2026-0000", "--kind", "dispute"]).ends(0);
        desk.by("clerk", &["hold", "place", "YL-2026-0708", "--kind", "hardship"]).ends(0);
        let settings = desk.office().join("office.toml");
        let text = fs::read_to_string(&settings).unwrap();
        assert!(text.contains("employer_assist = false"), "off unless turned on: {text}");
        Self { desk, today, letter, unsent, year }
    }

    pub fn day(&self, days: i64) -> String {
        let count = Days::new(days.unsigned_abs());
        if days < 0 { self.today - count } else { self.today + count }.to_string()
    }

    pub fn turn_on_employer_letters(&self) {
        let settings = self.desk.office().join("office.toml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, text.replace("employer_assist = false", "employer_assist = true"))
            .unwrap();
    }

    /// Lets the insurer sign a profile whose mandate is over.
    pub fn end_the_insurers_mandate(&self) {
        let side = self.desk.office().join("principal-side/sample-insurer");
        let profile = fs::read_to_string(side.join("profile.toml")).unwrap();
        let ended: Vec<String> = profile
            .lines()
            .map(|line| match line.strip_prefix("until = ") {
                Some(_) if line.contains('"') => format!("until = \"{}\"", self.day(-1)),
                Some(_) => format!("until = {}", self.day(-1)),
                None => line.to_owned(),
            })
            .collect();
        let profile = self.desk.write("ended.toml", ended.join("\n"));
        let signed = self.desk.beside("ended.p7m");
        let pass = self.desk.office().join("credentials/principal");
        chancery().passphrase(&pass).sign_profile(&profile, &side, &signed).ends(0);
        self.desk
            .by("admin", &["principal", "add", "sample-insurer", "--profile", text(&signed)])
            .ends(0);
    }

    /// A file of requests made from samples, each under an id of its own.
    pub fn file(&self, name: &str, cases: &[(String, &(&'static str, Value))]) -> PathBuf {
        let lines: Vec<String> = cases
            .iter()
            .map(|(id, (base, changes))| {
                let mut row: Map<String, Value> =
                    self.desk.request(base).as_object().unwrap().clone();
                row.insert("request_id".to_owned(), json!(id));
                for (name, value) in changes.as_object().unwrap() {
                    if value.is_null() {
                        row.remove(name);
                    } else {
                        row.insert(name.clone(), value.clone());
                    }
                }
                Value::Object(row).to_string()
            })
            .collect();
        self.desk.write(name, lines.join("\n"))
    }

    /// What was said of each request, by its id: codes, none if it was issued.
    pub fn put(
        &self,
        operator: &str,
        name: &str,
        cases: &[(String, &(&'static str, Value))],
    ) -> BTreeMap<String, Vec<String>> {
        let file = self.file(name, cases);
        let ran = self.desk.issue_by(operator, &file);
        let mut told = BTreeMap::new();
        for line in ran.json_lines() {
            let Some(id) = line["request"].as_str() else { continue };
            let codes = line["refused"].as_array().cloned().unwrap_or_default();
            let codes = codes.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect();
            told.insert(id.to_owned(), codes);
        }
        told
    }
}
