//! What each kind of letter must and must not say, to whom and how it may go.
//!
//! Owns the rows of the catalogue of documents that a package is held to, whoever wrote it: its
//! audience, its channels, sentences it must hold and words it must not. Kinds without a row are
//! held to the general rules only. Source: DOCUMENTS, its table, F0 and "must not hold".

/// One document's row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Kind of document.
    pub id: &'static str,
    /// Its number in the catalogue.
    pub number: &'static str,
    /// Roles a recipient may have.
    pub audience: &'static [&'static str],
    /// Channels it may go by.
    pub channels: &'static [&'static str],
    /// Fields it cannot do without.
    pub holds: &'static [&'static str],
    /// Words that stand in every version of its wording.
    pub says: &'static [&'static str],
    /// Words that stand in none, nor in a value written for it.
    pub never_says: &'static [&'static str],
}

const PHX: &[&str] = &["ems", "hand", "mailbox", "post"];
const PH: &[&str] = &["ems", "hand", "post"];
const H: &[&str] = &["hand"];
const CRIME: &[&str] = &["刑法", "刑事", "犯罪", "诈骗", "冻结", "已立案", "立案侦查", "公安"];
const GUILT: &[&str] =
    &["构成犯罪", "恶意透支", "信用卡诈骗", "诈骗", "刑事", "公安", "立案侦查", "坐牢", "逮捕"];
const DEBT: &[&str] = &[
    "欠",
    "债",
    "逾期",
    "还款",
    "催收",
    "贷",
    "信用卡",
    "账户",
    "账号",
    "卡号",
    "金额",
    "利息",
    "委托",
    "诉讼",
    "律师",
    "法院",
];
const CONSEQUENCES: &[&str] =
    &["法律后果", "法律责任", "诉讼", "起诉", "违约责任", "强制执行", "征信", "信用信息"];

/// Documents that are no letters: what a visit is recorded in, and what the office keeps or reports.
const RECORDS: [&str; 20] = [
    "archive_certificate",
    "audit_report",
    "delivery_receipt",
    "destruction_certificate",
    "incident_report",
    "letter_register",
    "photo_sheet",
    "principal_report",
    "seal_register",
    "stats_report",
    "visit_absent",
    "visit_agreed",
    "visit_not_agreed",
    "visit_plan",
    "visit_refused",
    "visit_report",
    "visit_reported",
    "visit_script",
    "visit_wrong_address",
    "envelope",
];

/// Whether documents of kind `id` are letters to people, and counted among them.
///
/// Source: DOCUMENTS 11–18, 21–28 are none.
#[must_use]
pub fn is_letter(id: &str) -> bool {
    !RECORDS.contains(&id)
}

/// Rows of the letters.
pub const ROWS: [Row; 17] = [
    Row {
        id: "collection_notice",
        number: "1",
        audience: &["debtor"],
        channels: PHX,
        holds: &[
            "account_masked",
            "amount_rows",
            "amount_total",
            "amount_cap",
            "as_of_date",
            "due_date",
            "legal_basis",
            "inquiry_channel",
        ],
        says: &["有权查询账户明细", "依约计算"],
        never_says: CRIME,
    },
    Row {
        id: "guarantor_notice",
        number: "1b",
        audience: &["joint_guarantor"],
        channels: PHX,
        holds: &[
            "debtor_name",
            "guarantee_until",
            "amount_total",
            "amount_cap",
            "as_of_date",
            "due_date",
        ],
        says: &["连带责任保证", "保证期间"],
        never_says: CRIME,
    },
    Row {
        id: "payment_reminder",
        number: "2",
        audience: &["debtor"],
        channels: PHX,
        holds: &["account_masked", "amount_total", "original_due_date", "as_of_date", "due_date"],
        says: &["温馨提示"],
        never_says: CONSEQUENCES,
    },
    Row {
        id: "legal_rights_notice",
        number: "3",
        audience: &["debtor", "joint_guarantor"],
        channels: PH,
        holds: &["citations", "prior_notice_no", "prior_notice_date", "as_of_date", "due_date"],
        says: &["由委托人决定", "不构成对任何法律责任的认定"],
        never_says: CRIME,
    },
    Row {
        id: "callback_card",
        number: "4",
        audience: &["addressee"],
        channels: PHX,
        holds: &["agency_postal_name", "callback_phone", "service_hours", "letter_no"],
        says: &["本人亲启", "请于方便时回电"],
        never_says: DEBT,
    },
    Row {
        id: "repayment_plan_agreement",
        number: "5",
        audience: &["debtor", "principal"],
        channels: PH,
        holds: &["plan_rows", "amount_total", "final_due", "approval_id", "official_channels"],
        says: &["代理人不代收", "提出变更", "经甲方批准"],
        never_says: GUILT,
    },
    Row {
        id: "repayment_commitment",
        number: "6",
        audience: &["debtor"],
        channels: H,
        holds: &["commit_amount", "amount_total", "as_of_date", "due_date", "pair_no"],
        says: &["自愿", "真实意思", "未受胁迫、误导", "副本"],
        never_says: &["逮捕", "拘留", "坐牢", "刑事", "罚款", "罚金", "滞纳金", "违约金"],
    },
    Row {
        id: "voluntary_payment_commitment",
        number: "6b",
        audience: &["volunteer"],
        channels: H,
        holds: &["debtor_name", "cap_amount", "amount_cap", "due_date"],
        says: &["无法定还款义务", "自愿", "真实意思", "未受胁迫、误导", "副本"],
        never_says: &["逮捕", "拘留", "坐牢", "刑事", "罚款", "罚金", "滞纳金", "违约金"],
    },
    Row {
        id: "overdue_risk_notice",
        number: "7",
        audience: &["debtor"],
        channels: PH,
        holds: &["promise_date", "promise_amount", "as_of_date", "due_date"],
        says: &["尚未查询到款项入账", "协商方案"],
        never_says: &["后果自负", "刑法", "刑事", "犯罪", "诈骗", "公安"],
    },
    Row {
        id: "overdraft_notice",
        number: "8",
        audience: &["debtor"],
        channels: PH,
        holds: &[
            "issuer_name",
            "card_masked",
            "overdraft_principal",
            "notice1_date",
            "notice2_date",
            "evidence_ids",
            "due_date",
        ],
        says: &["由有权机关依法认定", "不作认定", "受托送达"],
        never_says: GUILT,
    },
    Row {
        id: "employer_assist",
        number: "9",
        audience: &["employer"],
        channels: PH,
        holds: &["unit_name", "person_name", "consent_or_court_ref", "letter_no"],
        says: &["仅供本人拆阅", "不承担任何义务", "按原址退回"],
        never_says: &[
            "欠",
            "债",
            "逾期",
            "还款",
            "催收",
            "贷",
            "信用卡",
            "账户",
            "账号",
            "卡号",
            "金额",
            "利息",
            "委托",
            "诉讼",
            "律师",
            "工资",
            "扣划",
        ],
    },
    Row {
        id: "law_firm_cover",
        number: "10",
        audience: &["debtor"],
        channels: PH,
        holds: &[
            "law_firm_name",
            "firm_license",
            "lawyer_name",
            "lawyer_license",
            "firm_letter_no",
            "attachment_hash",
            "pages",
            "firm_phone",
        ],
        says: &["仅代为转送", "不对法律意见负责"],
        never_says: &["本所认为", "依据《", "应当承担", "构成违约", "构成犯罪"],
    },
    Row {
        id: "delivery_receipt",
        number: "17",
        audience: &["addressee"],
        channels: PH,
        holds: &["doc_title", "letter_no", "mode", "time", "agent1", "agent2"],
        says: &["签收仅表示收到"],
        never_says: GUILT,
    },
    Row {
        id: "subrogation_notice",
        number: "19",
        audience: &["liable_third_party"],
        channels: PH,
        holds: &[
            "policy_no",
            "accident_date",
            "paid_date",
            "indemnity",
            "demand",
            "liability_basis",
        ],
        says: &["第六十条", "请勿再就同一损失向被保险人重复赔付"],
        never_says: CRIME,
    },
    Row {
        id: "dispute_hold_notice",
        number: "20",
        audience: &["debtor"],
        channels: PH,
        holds: &["objection_date", "reply_no", "forward_date"],
        says: &["暂停催收", "转交委托人核实"],
        never_says: CONSEQUENCES,
    },
    Row {
        id: "reply_letter",
        number: "29",
        audience: &["debtor"],
        channels: PH,
        holds: &["reply_date", "reply_no", "principal_answer"],
        says: &["收悉"],
        never_says: GUILT,
    },
    Row {
        id: "dispute_outcome_notice",
        number: "30",
        audience: &["debtor"],
        channels: PH,
        holds: &["objection_date", "reply_no", "finding_date", "finding"],
        says: &["如仍有异议", "依法寻求救济"],
        never_says: GUILT,
    },
];

/// Holds that answering the one who objected may pass; nothing passes the others.
pub const ANSWERABLE: [&str; 4] = ["complaint", "denial", "dispute", "small_debt_objection"];

/// The row of a kind of document.
#[must_use]
pub fn row(id: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_its_own_and_posts_where_it_may() {
        for (at, one) in ROWS.iter().enumerate() {
            assert!(!ROWS.iter().skip(at + 1).any(|other| other.id == one.id), "{}", one.id);
            let posted = ["ems", "post"].iter().all(|channel| one.channels.contains(channel));
            assert!(posted || one.channels == H, "{}", one.id);
        }
    }
}
