//! Every rule of `chancery rules-table`, put to one case it refuses and one it lets pass.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

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

/// What a rule refuses, and what it lets pass: a sample request with changes.
struct Case {
    code: &'static str,
    refused: (&'static str, Value),
    passes: (&'static str, Value),
}

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
struct Setting {
    desk: Desk,
    today: NaiveDate,
    letter: String,
    unsent: String,
    year: String,
}

impl Setting {
    fn new() -> Self {
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

    fn day(&self, days: i64) -> String {
        let count = Days::new(days.unsigned_abs());
        if days < 0 { self.today - count } else { self.today + count }.to_string()
    }

    fn turn_on_employer_letters(&self) {
        let settings = self.desk.office().join("office.toml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, text.replace("employer_assist = false", "employer_assist = true"))
            .unwrap();
    }

    /// Lets the insurer sign a profile whose mandate is over.
    fn end_the_insurers_mandate(&self) {
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
        chancery()
            .passphrase(&pass)
            .run(&[
                "principal",
                "sign",
                "--profile",
                text(&profile),
                "--key",
                text(&side.join("approver-key.pem")),
                "--own-certificate",
                text(&side.join("approver.pem")),
                "--issuer",
                text(&side.join("certificate.pem")),
                "--out",
                text(&signed),
            ])
            .ends(0);
        self.desk
            .by("admin", &["principal", "add", "sample-insurer", "--profile", text(&signed)])
            .ends(0);
    }

    /// A file of requests made from samples, each under an id of its own.
    fn file(&self, name: &str, cases: &[(String, &(&'static str, Value))]) -> PathBuf {
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
    fn put(
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

#[expect(clippy::too_many_lines, reason = "one row a rule")]
fn cases(at: &Setting) -> Vec<Case> {
    let case = |code, refused, passes| Case { code, refused, passes };
    let (day, year) = (|days| at.day(days), &at.year);
    let (notice, plan, rights) =
        ("notice-004", "kind-repayment_plan_agreement", "kind-legal_rights_notice");
    let (commitment, overdraft, employer) =
        ("kind-repayment_commitment", "kind-overdraft_notice", "kind-employer_assist");
    let (cover, claim, guarantor) =
        ("kind-law_firm_cover", "subrogation-001", "kind-guarantor_notice");
    let (reply, hold, outcome) =
        ("kind-reply_letter", "kind-dispute_hold_notice", "kind-dispute_outcome_notice");
    let plain = || json!({});
    let terms = |rows: &[(i64, &str)]| {
        let rows: Vec<_> = rows.iter().map(|(days, sum)| format!("{}={sum}", day(*days))).collect();
        rows.join(";")
    };
    vec![
        case("CH-I040", (notice, json!({ "amount_total": "500.00" })), (notice, plain())),
        case("CH-I041", (notice, json!({ "amount_total": null })), (notice, plain())),
        case(
            "CH-I042",
            (plan, json!({ "terms": terms(&[(30, "1109.51")]) })),
            (plan, json!({ "terms": terms(&[(30, "1109.50")]) })),
        ),
        case(
            "CH-I043",
            (plan, json!({ "terms": terms(&[(60, "100.00"), (60, "1009.50")]) })),
            (plan, json!({ "terms": terms(&[(60, "100.00"), (61, "1009.50")]) })),
        ),
        case(
            "CH-I044",
            (plan, json!({ "terms": terms(&[(30, "0"), (60, "1109.50")]) })),
            (plan, plain()),
        ),
        case(
            "CH-I045",
            (claim, json!({ "demand": "8600.01", "indemnity": "8600.00" })),
            (claim, json!({ "demand": "8600.00", "indemnity": "8600.00" })),
        ),
        case(
            "CH-I046",
            (claim, json!({ "accident_date": day(-9), "paid_date": day(-10) })),
            (claim, json!({ "accident_date": day(-10), "paid_date": day(-10) })),
        ),
        case(
            "CH-I047",
            ("kind-payment_reminder", json!({ "amount_total": "0.00" })),
            ("kind-payment_reminder", json!({ "amount_total": "0.01" })),
        ),
        case(
            "CH-I048",
            (
                notice,
                json!({ "amount_principal": "9999999999999999.99", "amount_interest": "9999999999999999.99" }),
            ),
            (notice, plain()),
        ),
        case("CH-R001", ("visit-agreed-01", plain()), (notice, plain())),
        case(
            "CH-R002",
            (notice, json!({ "channel": "fax" })),
            (notice, json!({ "channel": "ems" })),
        ),
        case(
            "CH-R003",
            (notice, json!({ "channel": "sms" })),
            (notice, json!({ "channel": "hand" })),
        ),
        case(
            "CH-R004",
            (notice, json!({ "channel": "door_posting" })),
            (notice, json!({ "channel": "mailbox" })),
        ),
        case(
            "CH-R005",
            (rights, json!({ "channel": "mailbox" })),
            (rights, json!({ "channel": "hand" })),
        ),
        case("CH-R006", (notice, json!({ "recipient_role": "family" })), (guarantor, plain())),
        case("CH-R007", ("subrogation-002", plain()), (claim, plain())),
        case(
            "CH-R008",
            (notice, json!({ "address_verified_on": null })),
            ("card-001", json!({ "address_verified_on": null })),
        ),
        case(
            "CH-R009",
            (notice, json!({ "case_no": "YL-2026-0708" })),
            ("kind-payment_reminder", json!({ "case_no": "YL-2026-0708" })),
        ),
        case("CH-R010", (notice, json!({ "identity_verified_on": null })), (notice, plain())),
        case("CH-R011", (notice, json!({ "debt_verified_on": null })), (notice, plain())),
        case("CH-R012", (notice, json!({ "verified_by": null })), (notice, plain())),
        case("CH-R013", (notice, json!({ "contract_no": null })), (notice, plain())),
        case("CH-R014", (notice, json!({ "payee_name": "样例某" })), (notice, plain())),
        case(
            "CH-R015",
            (notice, json!({ "as_of_date": day(-32) })),
            (notice, json!({ "as_of_date": day(-31) })),
        ),
        case(
            "CH-R282",
            (notice, json!({ "case_no": "YL-2026-0808", "as_of_date": day(-1) })),
            (notice, json!({ "case_no": "YL-2026-0808", "as_of_date": day(0) })),
        ),
        case(
            "CH-R016",
            (notice, json!({ "due_date": day(-1), "as_of_date": day(-1) })),
            (notice, json!({ "due_date": day(0), "channel": "hand" })),
        ),
        case(
            "CH-R017",
            (notice, json!({ "discount_amount": "10.00", "discount_until": day(3) })),
            (notice, plain()),
        ),
        case(
            "CH-R018",
            (rights, json!({ "citation_ids": "xf-196" })),
            (rights, json!({ "citation_ids": "mfd-577" })),
        ),
        case(
            "CH-R019",
            (notice, json!({ "legal_basis": "再不还款就去你单位闹" })),
            (notice, json!({ "legal_basis": "双方签订的借款合同" })),
        ),
        case(
            "CH-R020",
            (claim, json!({ "insured_relation": "member" })),
            (claim, json!({ "insured_relation": "none" })),
        ),
        case(
            "CH-I093",
            (claim, json!({ "insured_relation": "unknown" })),
            (claim, json!({ "insured_relation": "none" })),
        ),
        case(
            "CH-R021",
            (notice, json!({ "identity_verified_on": day(1) })),
            (notice, json!({ "identity_verified_on": day(0) })),
        ),
        case("CH-R022", ("notice-001", json!({ "due_date": day(16) })), (notice, plain())),
        case(
            "CH-R100",
            ("kind-payment_reminder", json!({ "original_due_date": day(1) })),
            ("kind-payment_reminder", json!({ "original_due_date": day(0) })),
        ),
        case(
            "CH-R101",
            ("kind-payment_reminder", json!({ "interest_terms": "逾期的违约责任见合同" })),
            ("kind-payment_reminder", json!({ "interest_terms": "依合同约定" })),
        ),
        case(
            "CH-R102",
            (plan, json!({ "discount_amount": "500.01", "discount_until": day(9) })),
            (plan, json!({ "discount_amount": "500.00", "discount_until": day(9) })),
        ),
        case(
            "CH-R103",
            (
                "notice-007",
                json!({ "recipient_address": "样例市 退信路七号", "address_verified_on": day(-2) }),
            ),
            (
                "notice-007",
                json!({ "recipient_address": "样例省样例市退信路7号", "address_verified_on": day(-1) }),
            ),
        ),
        case(
            "CH-R104",
            (notice, json!({ "recipient_name": "许联系人", "case_no": "YL-2026-0003" })),
            (notice, json!({ "recipient_name": "许联系人", "case_no": "YL-2026-0004" })),
        ),
        case(
            "CH-R105",
            (
                notice,
                json!({ "recipient_address": "样例市联系路8号2室", "case_no": "YL-2026-0003" }),
            ),
            (
                notice,
                json!({ "recipient_address": "样例省样例市联系路9号", "case_no": "YL-2026-0003" }),
            ),
        ),
        case(
            "CH-R106",
            (notice, json!({ "recipient_postcode": "000001" })),
            (notice, json!({ "recipient_postcode": "010010" })),
        ),
        case(
            "CH-R107",
            (
                notice,
                json!({ "recipient_address": "江苏省样例市样例路1号", "recipient_postcode": "310000" }),
            ),
            (
                notice,
                json!({ "recipient_address": "江苏省样例市样例路1号", "recipient_postcode": "215000" }),
            ),
        ),
        case(
            "CH-R108",
            (notice, json!({ "recipient_address": "某某大厦前台" })),
            (notice, plain()),
        ),
        case("CH-R109", (notice, json!({ "recipient_postcode": null })), (notice, plain())),
        case("CH-R110", (overdraft, json!({ "debt_kind": "car_loan" })), (overdraft, plain())),
        case(
            "CH-R111",
            (overdraft, json!({ "issuer_name": "另一银行股份有限公司" })),
            (overdraft, json!({ "issuer_name": "样例银行股份有限公司" })),
        ),
        case(
            "CH-R112",
            (overdraft, json!({ "notice1_date": day(-60), "notice2_date": day(-31) })),
            (overdraft, json!({ "notice1_date": day(-60), "notice2_date": day(-30) })),
        ),
        case(
            "CH-R113",
            (overdraft, json!({ "evidence_ids": format!("EV-{year}-000001、{}", at.letter) })),
            (overdraft, json!({ "evidence_ids": format!("EV-{year}-000001") })),
        ),
        case(
            "CH-R114",
            (overdraft, json!({ "evidence_ids": at.letter, "case_no": "YL-2026-0000" })),
            (overdraft, plain()),
        ),
        case(
            "CH-R115",
            (overdraft, json!({ "approval_id": "PZ-0001" })),
            (overdraft, json!({ "approval_id": "PZ-0002" })),
        ),
        case(
            "CH-R250",
            (notice, json!({ "legal_basis": "《中华人民共和国民法典》第九千条" })),
            (notice, json!({ "legal_basis": "《中华人民共和国民法典》第一千二百六十条" })),
        ),
        case(
            "CH-R251",
            (rights, json!({ "prior_notice_no": at.unsent })),
            (rights, json!({ "prior_notice_no": at.letter })),
        ),
        case(
            "CH-R252",
            (guarantor, json!({ "debtor_name": "保例一" })),
            (guarantor, json!({ "debtor_name": "保例二" })),
        ),
        case(
            "CH-R253",
            (notice, json!({ "legal_basis": "双方签订的借款合同，债务人称患有抑郁症" })),
            (notice, json!({ "legal_basis": "双方签订的借款合同" })),
        ),
        case(
            "CH-R254",
            (notice, json!({ "inquiry_channel": "致电13812345678查询" })),
            (notice, json!({ "inquiry_channel": "委托人客服电话400-000-0100或官方App“我的账单”" })),
        ),
        case(
            "CH-R255",
            (notice, json!({ "recipient_name": "Wang Xiaoming" })),
            (notice, json!({ "recipient_name": "Wang Xiaoming", "recipient_id_number": null })),
        ),
        case(
            "CH-R256",
            (notice, json!({ "due_date": day(0), "channel": "registered_post" })),
            (notice, json!({ "due_date": day(1), "channel": "registered_post" })),
        ),
        case("CH-R116", (employer, plain()), (employer, plain())),
        case(
            "CH-R117",
            (employer, json!({ "consent_or_court_ref": "口头说明" })),
            (employer, json!({ "consent_or_court_ref": "民事裁定书（编号样例001）" })),
        ),
        case("CH-R118", (cover, json!({ "attachment_hash": "9f86d081" })), (cover, plain())),
        case(
            "CH-R211",
            (
                cover,
                json!({ "attachment_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" }),
            ),
            (cover, plain()),
        ),
        case("CH-R119", (cover, json!({ "pages": "0" })), (cover, json!({ "pages": "1" }))),
        case(
            "CH-R120",
            (rights, json!({ "prior_notice_no": format!("QH-{year}-999999") })),
            (rights, plain()),
        ),
        case(
            "CH-R121",
            (rights, json!({ "prior_notice_date": day(-1) })),
            (rights, json!({ "prior_notice_date": day(0) })),
        ),
        case(
            "CH-R122",
            (guarantor, json!({ "guarantee_until": day(-1) })),
            (guarantor, json!({ "guarantee_until": day(0) })),
        ),
        case(
            "CH-R123",
            (
                plan,
                json!({ "terms": terms(&[(30, "100.00"), (2000, "1009.50")]), "debt_kind": "car_loan" }),
            ),
            (
                plan,
                json!({ "terms": terms(&[(30, "100.00"), (1800, "1009.50")]), "debt_kind": "car_loan" }),
            ),
        ),
        case(
            "CH-R124",
            (plan, json!({ "terms": terms(&[(1830, "1109.50")]) })),
            (plan, json!({ "terms": terms(&[(1825, "1109.50")]) })),
        ),
        case(
            "CH-R125",
            (plan, json!({ "terms": terms(&[(-1, "1109.50")]) })),
            (plan, json!({ "terms": terms(&[(0, "1109.50")]) })),
        ),
        case(
            "CH-R126",
            (commitment, json!({ "paired_with": "notice-001" })),
            (commitment, plain()),
        ),
        case(
            "CH-R127",
            (commitment, json!({ "paired_with": "risk-taken" })),
            (commitment, json!({ "paired_with": "risk-b" })),
        ),
        case(
            "CH-R128",
            (commitment, json!({ "commit_amount": "6007.15" })),
            (commitment, json!({ "commit_amount": "6007.14", "paired_with": "risk-c" })),
        ),
        case("CH-R129", (claim, json!({ "insured_relation": "unknown" })), (claim, plain())),
        case(
            "CH-R130",
            (reply, json!({ "reply_no": format!("RE-{year}-000003") })),
            (reply, plain()),
        ),
        case(
            "CH-R131",
            (reply, json!({ "reply_date": day(-1) })),
            (reply, json!({ "reply_date": day(0) })),
        ),
        case(
            "CH-R132",
            (outcome, json!({ "reply_no": format!("RE-{year}-000002") })),
            (outcome, plain()),
        ),
        case(
            "CH-R133",
            (hold, json!({ "reply_no": format!("RE-{year}-000003"), "case_no": "YL-2026-0004" })),
            (hold, plain()),
        ),
        case(
            "CH-R140",
            ("kind-overdue_risk_notice", json!({ "credit_reporting": true })),
            ("kind-overdue_risk_notice", json!({ "credit_reporting": false })),
        ),
        case(
            "CH-R134",
            (reply, json!({ "principal_answer": "款项已于账单日后入账" })),
            (
                reply,
                json!({ "approval_id": null, "principal_answer": "所述情况已收到并核对，账户明细可通过官方客服索取" }),
            ),
        ),
    ]
}

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
