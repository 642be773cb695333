//! One request for each further kind of letter.
//!
//! Owns their cases, sums and references, none of which is anyone's.

use chrono::Datelike as _;

use super::{
    ANSWER, ANSWERED_CASE, PLAN_CASE, SampleRequest, Setting, VISITED_CASE, card_number,
    firm_letter::firm_letter, letters,
};
use crate::digest::Digest;

pub(super) fn all(setting: &Setting) -> Vec<SampleRequest> {
    vec![
        letters::notice(setting, 0, "王䶮"),
        guarantor(setting),
        reminder(setting),
        rights(setting),
        plan(setting),
        risk(setting),
        commitment(setting),
        volunteer(setting),
        overdraft(setting),
        employer(setting),
        cover(setting),
        hold(setting),
        reply(setting),
        outcome(setting),
    ]
}

/// What a letter to the debtor `name` has.
fn debtor(setting: &Setting, kind: &'static str, serial: u32, name: &str) -> SampleRequest {
    letters::base(setting, &format!("kind-{kind}"), 700 + serial, name)
        .with("kind", kind)
        .with("principal", setting.bank)
        .with("recipient_role", "debtor")
        .with("debt_verified_on", setting.day(-10))
        .with("address_verified_on", setting.day(-9))
}

/// The number of the first letter, bundle or reply of the year.
fn first(setting: &Setting, prefix: &str) -> String {
    format!("{prefix}-{}-000001", setting.today.year())
}

fn guarantor(setting: &Setting) -> SampleRequest {
    debtor(setting, "guarantor_notice", 1, "保例一")
        .with("recipient_role", "joint_guarantor")
        .with("debtor_name", "张例一")
        .with("debt_kind", "business_loan")
        .with("contract_no", "样保〔2023〕00001号")
        .with("guarantee_until", setting.day(200))
        .with("as_of_date", setting.day(-1))
        .with("due_date", setting.day(15))
        .with("amount_total", "80000.00")
}

fn reminder(setting: &Setting) -> SampleRequest {
    debtor(setting, "payment_reminder", 2, "苏州样例贸易有限公司")
        .with("debt_kind", "business_loan")
        .with("account", card_number(702, 16))
        .with("original_due_date", setting.day(-20))
        .with("as_of_date", setting.day(-1))
        .with("due_date", setting.day(15))
        .with("amount_total", "1409.50")
}

/// Rests on the notice that stands first in both files of letters, once that was dispatched.
fn rights(setting: &Setting) -> SampleRequest {
    debtor(setting, "legal_rights_notice", 3, "王䶮")
        .with("case_no", "YL-2026-0000")
        .with("prior_notice_no", first(setting, "QH"))
        .with("prior_notice_date", setting.day(0))
        .with("citation_ids", "mfd-577")
        .with("as_of_date", setting.day(-1))
        .with("due_date", setting.day(30))
        .with("amount_total", "1409.50")
}

fn plan(setting: &Setting) -> SampleRequest {
    let terms = [(30, "400.00"), (60, "400.00"), (90, "309.50")];
    let terms: Vec<_> =
        terms.iter().map(|(days, sum)| format!("{}={sum}", setting.day(*days))).collect();
    debtor(setting, "repayment_plan_agreement", 5, "李㛃")
        .with("case_no", PLAN_CASE)
        .with("channel", "hand")
        .with("debt_kind", "credit_card")
        .with("as_of_date", setting.day(-1))
        .with("amount_total", "1109.50")
        .with("terms", terms.join(";"))
        .with("interest_terms", "依原合同约定计算")
        .with("breach_terms", "依原合同约定处理")
        .with("approval_id", "PZ-0001")
}

fn risk(setting: &Setting) -> SampleRequest {
    debtor(setting, "overdue_risk_notice", 6, "刘𬭎")
        .with("promise_date", setting.day(-20))
        .with("promise_amount", "500.00")
        .with("as_of_date", setting.day(-1))
        .with("due_date", setting.day(10))
}

/// Attached to the notice before it.
fn commitment(setting: &Setting) -> SampleRequest {
    debtor(setting, "repayment_commitment", 6, "刘𬭎")
        .with("channel", "hand")
        .with("paired_with", "kind-overdue_risk_notice")
        .with("as_of_date", setting.day(-1))
        .with("amount_total", "6007.14")
        .with("commit_amount", "500.00")
        .with("due_date", setting.day(20))
        .with("agent1", setting.agents[0].0)
        .with("agent2", setting.agents[1].0)
}

fn volunteer(setting: &Setting) -> SampleRequest {
    debtor(setting, "voluntary_payment_commitment", 7, "代例一")
        .with("recipient_role", "volunteer")
        .with("channel", "hand")
        .with("debtor_name", "赵例三")
        .with("cap_amount", "1000.00")
        .with("due_date", setting.day(20))
}

/// Rests on the bundle that is sealed first, that of the sample visit.
fn overdraft(setting: &Setting) -> SampleRequest {
    debtor(setting, "overdraft_notice", 8, "马𫘜")
        .with("case_no", VISITED_CASE)
        .with("debt_kind", "credit_card")
        .with("card_number", card_number(708, 16))
        .with("overdraft_principal", "12000.00")
        .with("notice1_date", setting.day(-80))
        .with("notice2_date", setting.day(-40))
        .with("evidence_ids", first(setting, "EV"))
        .with("as_of_date", setting.day(-1))
        .with("due_date", setting.day(30))
        .with("approval_id", "PZ-0002")
}

fn employer(setting: &Setting) -> SampleRequest {
    letters::base(setting, "kind-employer_assist", 709, "样例实业有限公司")
        .with("kind", "employer_assist")
        .with("principal", setting.bank)
        .with("recipient_role", "employer")
        .with("identity_verified_on", setting.day(-10))
        .with("address_verified_on", setting.day(-9))
        .with("unit_name", "样例实业有限公司")
        .with("person_name", "孙例四")
        .with("consent_or_court_ref", "本人书面同意书（编号TY-0001）")
}

fn cover(setting: &Setting) -> SampleRequest {
    debtor(setting, "law_firm_cover", 10, "周例五")
        .with("law_firm_name", "样例律师事务所")
        .with("firm_license", "31100000SAMPLE01X")
        .with("lawyer_name", "吴例六")
        .with("lawyer_license", "SL-2020-0001")
        .with("firm_letter_no", "样律函〔2026〕001号")
        .with("firm_phone", "400-000-0200")
        .with("pages", "3")
        .with("attachment_hash", Digest::of(firm_letter()).to_string())
}

/// What answers the first reply, to the first notice.
fn answering(setting: &Setting, kind: &'static str, serial: u32) -> SampleRequest {
    debtor(setting, kind, serial, "王䶮")
        .with("case_no", ANSWERED_CASE)
        .with("reply_no", first(setting, "RE"))
}

fn hold(setting: &Setting) -> SampleRequest {
    answering(setting, "dispute_hold_notice", 20)
        .with("objection_date", setting.day(0))
        .with("forward_date", setting.day(0))
}

fn reply(setting: &Setting) -> SampleRequest {
    answering(setting, "reply_letter", 29)
        .with("reply_date", setting.day(0))
        .with("principal_answer", ANSWER)
        .with("approval_id", "PZ-0003")
}

fn outcome(setting: &Setting) -> SampleRequest {
    answering(setting, "dispute_outcome_notice", 30)
        .with("objection_date", setting.day(0))
        .with("finding_date", setting.day(0))
        .with("finding", "账单金额与合同约定一致")
        .with("next_step", "如需账户明细，可向委托人索取")
}
