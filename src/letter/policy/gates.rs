//! The rules of single documents: what must be so before one of that kind is made.
//!
//! Each looks at its own kind only and at nothing but request, profile, settings and what the
//! register tells. A letter, a bundle or a reply counts only if it is of the same case, and of the
//! same principal where it has one. Source: DOCUMENTS, by number; REQUIREMENTS 1, 5 (10, 11);
//! 法释〔2018〕19号; 商业银行信用卡业务监督管理办法 70; 民法典 692; 保险法 60, 62.

use chrono::{Months, NaiveDate};

use super::{Circumstances, Found, Rule};
use crate::{
    case::request::Request,
    letter::past::{Evidence, Reply, Sent},
    rules::notices,
};

crate::problems! {
    /// Why a single kind of document is refused.
    pub enum GateRefusal {
        /// DOCUMENTS 8.
        NotCreditCard = "CH-R110", Refusal,
            "this document is for credit cards only" => "use `collection_notice` for other debts",
            "本文书仅适用于信用卡欠款" => "其他债务请使用 `collection_notice`";
        /// DOCUMENTS 8, 19.
        OtherWriter { field: &'static str } = "CH-R111", Refusal,
            "`{field}` names somebody else than the principal, in whose name this document is written" => "leave it out: the principal's signed profile gives it",
            "`{field}` 并非委托人，而本文书以委托人名义出具" => "请删除该字段，由委托人已签署档案提供";
        /// 法释〔2018〕19号.
        TooClose = "CH-R112", Refusal,
            "the two notices are not at least 30 days apart, or not both before today" => "send a second notice, or wait; then give both days",
            "两次催收相隔不足三十日，或未全部发生于今日之前" => "请补发第二次催收或待期满后填写两次日期";
        /// DOCUMENTS 8; evidence of another case proves nothing here.
        EvidenceUnknown = "CH-R113", Refusal,
            "`evidence_ids` names something the register does not hold for this case" => "give numbers of this case's letters or sealed bundles",
            "`evidence_ids` 含登记簿中本案没有的编号" => "请填写本案函件或已封存证据包的编号";
        /// 法释〔2018〕19号: receipt confirmable.
        NoticeUnproved { field: &'static str } = "CH-R114", Refusal,
            "no delivered notice of that day, nor a sealed bundle, proves `{field}`" => "register the delivery, seal the principal's proof, or correct the day",
            "`{field}` 没有当日送达的催收函或已封存证据佐证" => "请登记送达、封存委托人的送达凭证，或更正日期";
        /// DOCUMENTS 5, 8.
        NotApproved = "CH-R115", Refusal,
            "the principal's signed profile holds no approval of that id for this document, case and day" => "obtain the principal's approval in a newly signed profile and give its id",
            "委托人已签署档案中没有适用于本文书、本案、今日的该批准号" => "请取得委托人批准并导入其重新签署的档案，填写批准号";
        /// REQUIREMENTS 5 (10).
        EmployerOff = "CH-R116", Refusal,
            "letters to employers are off in this office" => "turn on `gates.employer_assist` in office.toml if the agency decided so",
            "本办公室未启用单位协助函" => "如机构已决定启用，请在 office.toml 设置 `gates.employer_assist`";
        /// REQUIREMENTS 5 (10).
        NoConsent = "CH-R117", Refusal,
            "`consent_or_court_ref` names neither the person's written consent nor a court's document with its number" => "give the kind of document and its number",
            "`consent_or_court_ref` 未载明本人书面同意或法院文书及其编号" => "请填写文书种类与编号";
        /// DOCUMENTS 10.
        AttachmentHash = "CH-R118", Refusal,
            "`attachment_hash` is no SHA-256" => "give the 64 hexadecimal digits `sha256sum` prints for the firm's signed PDF",
            "`attachment_hash` 不是 SHA-256 摘要" => "请填写律所签署 PDF 的 64 位十六进制 SHA-256";
        /// DOCUMENTS 10; SPEC promise 3: what is named must be kept.
        AttachmentUnknown = "CH-R211", Refusal,
            "no sealed bundle of this case holds a file with that `attachment_hash`" => "seal the firm's signed PDF with `chancery evidence seal` for this case, or correct the hash",
            "本案没有证据包含有与 `attachment_hash` 一致的文件" => "请用 `chancery evidence seal` 将律所签署的 PDF 封存入本案，或更正摘要";
        /// DOCUMENTS 10.
        AttachmentPages = "CH-R119", Refusal,
            "the firm's letter has no page" => "count the pages of the attachment",
            "附件页数为零" => "请核对附件页数";
        /// DOCUMENTS 3.
        PriorUnknown = "CH-R120", Refusal,
            "`prior_notice_no` is no letter of this case and principal" => "give the number of the notice that was sent",
            "`prior_notice_no` 不是本案、本委托人的函件" => "请填写此前所发通知的函号";
        /// DOCUMENTS 3.
        PriorDate = "CH-R121", Refusal,
            "the earlier notice went out on another day" => "give the day of dispatch, or of delivery by hand, that the register tells",
            "前次通知的发出日期与登记不符" => "请按登记簿填写寄出日期，当面送达的填写送达日期";
        /// DOCUMENTS 1b; 民法典 692.
        GuaranteeOver { until: NaiveDate } = "CH-R122", Refusal,
            "the guarantee ended on {until}" => "do not write to the guarantor; tell the principal",
            "保证期间已于 {until} 届满" => "不得向保证人发函，请告知委托人";
        /// REQUIREMENTS L149.
        PlanPastMandate { until: NaiveDate } = "CH-R123", Refusal,
            "an instalment is due after the mandate ends on {until}" => "end the plan within the mandate",
            "有分期的到期日晚于委托期间末日 {until}" => "请在委托期间内安排分期";
        /// 商业银行信用卡业务监督管理办法 70.
        PlanTooLong = "CH-R124", Refusal,
            "a plan for a credit card runs longer than five years" => "agree on at most five years",
            "信用卡分期超过五年" => "最长不得超过五年";
        /// DOCUMENTS 5.
        PlanPast = "CH-R125", Refusal,
            "an instalment is due before today" => "let the plan begin today or later",
            "有分期的到期日早于今日" => "首期不得早于今日";
        /// REQUIREMENTS L441.
        PairMissing = "CH-R126", Refusal,
            "a commitment is issued only with its notice: `paired_with` names no request whose `overdue_risk_notice` was issued in this case" => "issue the notice first and name its request in paired_with",
            "还款承诺书须附逾期事项告知函：`paired_with` 未指向本案已签发的 `overdue_risk_notice`" => "请先签发告知函，并在 paired_with 填写其请求编号";
        /// REQUIREMENTS L441.
        PairTaken = "CH-R127", Refusal,
            "that notice is attached to another commitment" => "issue a notice of its own for this commitment",
            "该告知函已附于另一份承诺书" => "请为本承诺书另行签发告知函";
        /// DOCUMENTS 6.
        CommitsTooMuch = "CH-R128", Refusal,
            "the commitment is for more than is owed" => "nobody commits to more than the principal's statement shows",
            "承诺金额高于所欠金额" => "承诺金额不得超过委托人报表所示欠款";
        /// 保险法 62.
        RelationUnknown = "CH-R129", Refusal,
            "it is not said that the recipient is no family or household of the insured" => "find out and give insured_relation; Insurance Law 62 spares the family",
            "未说明收件人与被保险人无家庭或组成人员关系" => "请核实后填写 insured_relation（保险法第六十二条）";
        /// DOCUMENTS 20, 29, 30.
        ReplyUnknown = "CH-R130", Refusal,
            "`reply_no` is no registered reply of this case" => "register the reply with `chancery letter reply` and give its number",
            "`reply_no` 不是本案已登记的来函" => "请先用 `chancery letter reply` 登记来函，再填写其编号";
        /// DOCUMENTS 20, 29, 30.
        ReplyDate = "CH-R131", Refusal,
            "the letter names another day for the reply than the register" => "give the day on which the reply came",
            "来函日期与登记不符" => "请按登记簿填写来函日期";
        /// DOCUMENTS 20, 30.
        NoObjection = "CH-R132", Refusal,
            "the reply was registered as something else than an objection" => "use `reply_letter`",
            "该来函并非按异议登记" => "请使用 `reply_letter`";
        /// DOCUMENTS 20.
        NotHeld = "CH-R133", Refusal,
            "the letter says that collection is on hold, and no objection holds this case" => "place the hold first",
            "函件称已暂停催收，而本案没有因异议设置的暂停" => "请先设置暂停";
        /// DOCUMENTS 29.
        AnswerUnapproved = "CH-R134", Refusal,
            "the answer is neither an approved clause nor the principal's own text" => "use a clause of the profile word for word, or give the approval_id whose text digest is that of the answer",
            "答复既非经批准的条款，也非委托人批准的原文" => "请逐字使用档案中的条款，或填写与答复文本摘要一致的 approval_id";
        /// DOCUMENTS 7.
        NoCreditReports = "CH-R140", Refusal,
            "the letter speaks of credit reports, and the principal's signed profile says that it makes none" => "leave `credit_reporting` out",
            "函件提及报送信用信息，而委托人已签署档案载明其不报送" => "请删除 `credit_reporting`";
        /// DOCUMENTS 3; L301.
        PriorNotSent = "CH-R251", Refusal,
            "the letter says that the earlier notice was sent, and the register does not" => "register its dispatch or delivery first",
            "函件称前次通知已发出，而登记簿中没有其寄出或送达记录" => "请先登记其寄出或送达";
    }
}

/// Notices that count as a collection towards the two the law asks for.
const NOTICES: [&str; 4] =
    ["collection_notice", "payment_reminder", "legal_rights_notice", "overdue_risk_notice"];
/// Kinds of replies that object.
const OBJECTIONS: [&str; 3] = ["complaint", "denial", "dispute"];
/// Holds that an objection places.
const OBJECTION_HOLDS: [&str; 5] =
    ["complaint", "denial", "dispute", "identity_mismatch", "small_debt_objection"];
/// Longest plan for a credit card, in months.
const CARD_PLAN: Months = Months::new(60);

/// The rules of single documents, in the order in which they are told.
pub(super) const RULES: &[Rule] = &[
    overdraft,
    writer,
    approval,
    employer,
    law_firm,
    prior_notice,
    guarantor,
    plan,
    pair,
    relation,
    reply,
    answer,
    credit_reports,
];

/// Kinds of documents that are made only where something else than the request vouches for them.
#[must_use]
pub fn is_gated(id: &str) -> bool {
    matches!(
        id,
        "overdraft_notice"
            | "employer_assist"
            | "law_firm_cover"
            | "legal_rights_notice"
            | "guarantor_notice"
            | "repayment_plan_agreement"
            | "repayment_commitment"
            | "subrogation_notice"
            | "dispute_hold_notice"
            | "reply_letter"
            | "dispute_outcome_notice"
    )
}

fn of(at: &Circumstances<'_>, kinds: &[&str]) -> bool {
    kinds.contains(&at.document.id.as_str())
}

/// Whether `letter` is of this case and principal.
fn is_ours(letter: &Sent, at: &Circumstances<'_>) -> bool {
    letter.case == at.case && letter.principal == at.principal.id
}

fn overdraft(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if !of(at, &["overdraft_notice"]) {
        return;
    }
    if request.choice("debt_kind") != Some("credit_card") {
        found.push(GateRefusal::NotCreditCard.into());
    }
    let named = ["notice1_date", "notice2_date"];
    let days: Vec<NaiveDate> = named.iter().filter_map(|name| request.date(name)).collect();
    if days.len() == named.len()
        && (!notices::far_enough_apart(&days) || days.iter().any(|day| *day >= at.today))
    {
        found.push(GateRefusal::TooClose.into());
    }
    let known = |one: &Evidence| match one {
        Evidence::Letter(letter) => is_ours(letter, at),
        Evidence::Bundle { case } => case == at.case,
        Evidence::Unknown => false,
    };
    let evidence = &at.past.evidence;
    if request.gives("evidence_ids") && (evidence.is_empty() || !evidence.iter().all(known)) {
        found.push(GateRefusal::EvidenceUnknown.into());
    }
    let sealed = evidence.iter().any(|one| matches!(one, Evidence::Bundle { .. }) && known(one));
    for field in named {
        let Some(day) = request.date(field) else { continue };
        let delivered = evidence.iter().any(|one| match one {
            Evidence::Letter(letter) => {
                is_ours(letter, at)
                    && NOTICES.contains(&letter.template.as_str())
                    && letter.delivered_on == Some(day)
            }
            _ => false,
        });
        if !delivered && !sealed {
            found.push(GateRefusal::NoticeUnproved { field }.into());
        }
    }
}

/// Who writes in the principal's name is the principal.
fn writer(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    for field in ["issuer_name", "insurer_name"] {
        let other = request.raw(field).is_some_and(|name| name.expose() != at.principal.name);
        let printed = at.document.fields.required.contains(field);
        if other && printed {
            found.push(GateRefusal::OtherWriter { field }.into());
        }
    }
}

fn approval(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if of(at, &["overdraft_notice", "repayment_plan_agreement"]) && at.grant(request).is_none() {
        found.push(GateRefusal::NotApproved.into());
    }
}

fn employer(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if !of(at, &["employer_assist"]) {
        return;
    }
    if !at.gates.employer_assist {
        found.push(GateRefusal::EmployerOff.into());
    }
    let named = request.raw("consent_or_court_ref").is_some_and(|text| {
        let text = text.expose();
        let kind = ["同意", "授权书", "裁定", "判决", "调查令", "调解书"];
        text.bytes().any(|byte| byte.is_ascii_digit())
            && kind.iter().any(|word| text.contains(word))
    });
    if !named {
        found.push(GateRefusal::NoConsent.into());
    }
}

fn law_firm(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if !of(at, &["law_firm_cover"]) {
        return;
    }
    let digest = |text: &str| {
        text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    match request.raw("attachment_hash") {
        Some(hash) if !digest(hash.expose()) => found.push(GateRefusal::AttachmentHash.into()),
        Some(_) if !at.past.attachment => found.push(GateRefusal::AttachmentUnknown.into()),
        _ => {}
    }
    if request.count("pages") == Some(0) {
        found.push(GateRefusal::AttachmentPages.into());
    }
}

fn prior_notice(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if !of(at, &["legal_rights_notice"]) || !request.gives("prior_notice_no") {
        return;
    }
    let notice = |letter: &&Sent| {
        NOTICES.contains(&letter.template.as_str()) || letter.template == "guarantor_notice"
    };
    let prior = at.past.prior.as_ref().filter(|letter| is_ours(letter, at)).filter(notice);
    match (prior, request.date("prior_notice_date")) {
        (None, _) => found.push(GateRefusal::PriorUnknown.into()),
        (Some(Sent { left_on: None, .. }), _) => found.push(GateRefusal::PriorNotSent.into()),
        (Some(letter), Some(day)) if letter.left_on != Some(day) => {
            found.push(GateRefusal::PriorDate.into());
        }
        _ => {}
    }
}

fn guarantor(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let until = request.date("guarantee_until").filter(|until| *until < at.today);
    if let (true, Some(until)) = (of(at, &["guarantor_notice"]), until) {
        found.push(GateRefusal::GuaranteeOver { until }.into());
    }
}

fn plan(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if !of(at, &["repayment_plan_agreement"]) {
        return;
    }
    let terms = request.terms();
    let until = at.principal.mandate.until;
    if terms.iter().any(|term| term.due > until) {
        found.push(GateRefusal::PlanPastMandate { until }.into());
    }
    if terms.iter().any(|term| term.due < at.today) {
        found.push(GateRefusal::PlanPast.into());
    }
    let latest = at.today.checked_add_months(CARD_PLAN);
    let card = request.choice("debt_kind") == Some("credit_card");
    if card && latest.is_some_and(|latest| terms.iter().any(|term| term.due > latest)) {
        found.push(GateRefusal::PlanTooLong.into());
    }
}

fn pair(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if !of(at, &["repayment_commitment"]) {
        return;
    }
    match &at.past.pair {
        Some(letter) if is_ours(letter, at) && letter.template == "overdue_risk_notice" => {
            if letter.paired {
                found.push(GateRefusal::PairTaken.into());
            }
        }
        _ => found.push(GateRefusal::PairMissing.into()),
    }
    if let (Some(commits), Some(owes)) =
        (request.money("commit_amount"), request.money("amount_total"))
        && commits > owes
    {
        found.push(GateRefusal::CommitsTooMuch.into());
    }
}

fn relation(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let said = request.choice("insured_relation");
    if of(at, &["subrogation_notice"]) && matches!(said, None | Some("unknown")) {
        found.push(GateRefusal::RelationUnknown.into());
    }
}

fn reply(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if !of(at, &["dispute_hold_notice", "reply_letter", "dispute_outcome_notice"])
        || !request.gives("reply_no")
    {
        return;
    }
    let known: Option<&Reply> = at.past.reply.as_ref().filter(|reply| is_ours(&reply.letter, at));
    let Some(known) = known else {
        found.push(GateRefusal::ReplyUnknown.into());
        return;
    };
    let said = request.date("objection_date").or_else(|| request.date("reply_date"));
    if said.is_some_and(|day| day != known.came_on) {
        found.push(GateRefusal::ReplyDate.into());
    }
    if !of(at, &["reply_letter"]) && !OBJECTIONS.contains(&known.kind.as_str()) {
        found.push(GateRefusal::NoObjection.into());
    }
    let held = at.holds.iter().any(|hold| OBJECTION_HOLDS.contains(&hold.kind.as_str()));
    if of(at, &["dispute_hold_notice"]) && !held {
        found.push(GateRefusal::NotHeld.into());
    }
}

fn answer(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let Some(answer) = request.raw("principal_answer") else { return };
    if of(at, &["reply_letter"]) && !at.approves_text(request, answer.expose()) {
        found.push(GateRefusal::AnswerUnapproved.into());
    }
}

fn credit_reports(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if request.flag("credit_reporting") == Some(true) && !at.principal.credit_reporting {
        found.push(GateRefusal::NoCreditReports.into());
    }
}
