//! One case that each rule of letters refuses, and its neighbour that passes.

use serde_json::{Value, json};

use super::setting::Setting;

/// What a rule refuses, and what it lets pass: a sample request with changes.
pub struct Case {
    pub code: &'static str,
    pub refused: (&'static str, Value),
    pub passes: (&'static str, Value),
}

#[expect(clippy::too_many_lines, reason = "one row a rule")]
/// Every case, in the office `at`.
pub fn cases(at: &Setting) -> Vec<Case> {
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
                json!({ "approval_id": null, "principal_answer": "所述情况已收到并核对，账户明细可通过官方客服索取。" }),
            ),
        ),
    ]
}
