//! The rules a request must satisfy before a letter is given a number.
//!
//! Owns the refusals of issue; all that apply are told at once, and none names a value. What a
//! field may look like is the request's matter, whether a template is approved the approvals'.
//! Source: REQUIREMENTS 1 and 2, by the line given at each rule.

use chrono::NaiveDate;

use crate::{
    case::{
        field,
        party::{Channel, Role},
        provenance::Group,
        request::Request,
    },
    office::{operator, principal::Profile, state::Hold},
    problem::Report,
    template::{
        metadata::{Exemption, Issuer, Metadata},
        wording_scan::{self, Verdict},
    },
};

crate::problems! {
    /// Why a request is refused.
    pub enum PolicyRefusal {
        /// REQUIREMENTS L205.
        NotIssuer { role: &'static str } = "CH-R001", Refusal,
            "this document is issued by an operator with the role `{role}`" => "let such an operator issue it",
            "本文书须由具备角色 `{role}` 的操作员签发" => "请由该角色的操作员办理";
        /// REQUIREMENTS L213.
        FaxOrPostcard = "CH-R002", Refusal,
            "a notice may not go by fax or postcard" => "use registered_post, ems, hand or mailbox",
            "通知不得以传真或明信片发送" => "请使用 registered_post、ems、hand 或 mailbox";
        /// REQUIREMENTS L211, L335.
        Messenger = "CH-R003", Refusal,
            "no letter goes by telephone, text message, e-mail or messenger" => "use registered_post, ems, hand or mailbox",
            "函件不得以电话、短信、电子邮件或即时通讯发送" => "请使用 registered_post、ems、hand 或 mailbox";
        /// REQUIREMENTS L349.
        Posted = "CH-R004", Refusal,
            "a letter is never posted on a door or handed to a third party" => "seal it into the mailbox at a verified address, or bring it back",
            "函件不得张贴或交由第三人" => "请投入经核实地址的信箱，或带回";
        /// DOCUMENTS, channels.
        Channel = "CH-R005", Refusal,
            "this document may not go by that channel" => "choose a channel that `chancery template show` lists",
            "本文书不得使用该送达渠道" => "请从 `chancery template show` 所列渠道中选择";
        /// REQUIREMENTS L349.
        Recipient = "CH-R006", Refusal,
            "this document may not go to a recipient of that role" => "send it to the debtor or a joint guarantor only",
            "本文书不得发给该身份的收件人" => "仅可发给债务人或连带责任保证人";
        /// REQUIREMENTS L149.
        Mandate { from: NaiveDate, until: NaiveDate } = "CH-R007", Refusal,
            "the mandate runs from {from} to {until}, not today" => "take in a new profile when the mandate is renewed",
            "委托期间为 {from} 至 {until}，今日不在其内" => "续签委托后请导入新档案";
        /// REQUIREMENTS L349, SPEC decision 5.
        AddressUnverified = "CH-R008", Refusal,
            "the address is not verified: only a call-back card may go there" => "give address_verified_on with its source, or send `callback_card`",
            "地址未经核实，仅可寄送回电通知书" => "请填写 address_verified_on 及来源，或改用 `callback_card`";
        /// REQUIREMENTS 2.
        Hold { kind: String } = "CH-R009", Refusal,
            "the case is on hold (`{kind}`)" => "release the hold with its proof, or do not write",
            "案件处于暂停状态（`{kind}`）" => "请凭依据解除暂停，否则不得发函";
        /// REQUIREMENTS L327.
        IdentityUnverified = "CH-R010", Refusal,
            "the recipient's identity is not verified" => "give identity_verified_on with its source",
            "收件人身份未经核实" => "请填写 identity_verified_on 及来源";
        /// REQUIREMENTS L327.
        DebtUnverified = "CH-R011", Refusal,
            "the debt is not verified" => "give debt_verified_on with its source",
            "债务未经核实" => "请填写 debt_verified_on 及来源";
        /// REQUIREMENTS L337.
        FieldUnverified { field: String } = "CH-R012", Refusal,
            "personal field `{field}` has no source, verifier and date" => "give source, verified_by and verified_on",
            "个人信息字段 `{field}` 缺少来源、核实人与核实日期" => "请填写 source、verified_by、verified_on";
        /// DOCUMENTS, each document's row.
        FieldMissing { field: String } = "CH-R013", Refusal,
            "`{field}` is required by this document" => "supply it",
            "本文书必须具备 `{field}`" => "请补填";
        /// DOCUMENTS, F0.
        FieldForbidden { field: String } = "CH-R014", Refusal,
            "`{field}` may not be given for this document" => "remove it from the request",
            "本文书不得含有 `{field}`" => "请从请求中移除";
        /// REQUIREMENTS L313.
        AsOf = "CH-R015", Refusal,
            "the as-of date is after today or more than 31 days ago" => "take the amounts from the principal's newest statement",
            "截至日期晚于今日，或早于 31 日前" => "请按委托方最新报表填写金额";
        /// DOCUMENTS 1.
        Due = "CH-R016", Refusal,
            "the due date is before today" => "give the recipient time: a date from today on",
            "还款期限早于今日" => "请给予合理期限：不早于今日";
        /// REQUIREMENTS L357.
        Discount = "CH-R017", Refusal,
            "a discount needs the principal's approval" => "remove the discount, or obtain the principal's approval of amount and expiry",
            "减免须有委托方批准" => "请移除减免内容，或取得委托方对金额与有效期的批准";
        /// REQUIREMENTS L363.
        Citation = "CH-R018", Refusal,
            "a citation is unknown, not yet in force or repealed" => "cite only what the principal's citation table holds today",
            "引用的法条不在引用表内、尚未生效或已废止" => "仅可引用委托方引用表中现行有效的条目";
        /// REQUIREMENTS L303.
        Wording { field: String } = "CH-R019", Refusal,
            "`{field}` holds prohibited wording" => "state the fact without threat, insult or disclosure",
            "`{field}` 含有禁用措辞" => "请客观陈述，不得威胁、侮辱或泄露";
        /// DOCUMENTS 19; 保险法 62.
        InsuredFamily = "CH-R020", Refusal,
            "the insurer has no claim against the insured's family or household" => "do not write; see Insurance Law 62",
            "保险人对被保险人的家庭成员或其组成人员无代位求偿权" => "不得发函，参见保险法第六十二条";
        /// REQUIREMENTS L337.
        VerifiedLater = "CH-R021", Refusal,
            "a verification is dated after today" => "correct the date of verification",
            "核实日期晚于今日" => "请更正核实日期";
        /// SPEC decision 6.
        RequestReused = "CH-R022", Refusal,
            "this request id was used with other content" => "give the changed request a new id",
            "该请求编号已用于其他内容" => "内容有变的请求请使用新编号";
    }
}

/// Oldest as-of date, in days before today.
const STALE_DAYS: i64 = 31;
/// Relations of the insured against which there is no claim.
const FAMILY: [&str; 2] = ["family", "member"];
/// Fields that quote what a person said: told, not refused (SPEC decision 7).
const QUOTED: [&str; 2] = ["debtor_statement", "facts"];

/// Everything a rule may look at besides the request.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Metadata of the template asked for.
    pub document: &'a Metadata,
    /// Roles of who issues.
    pub issuer: &'a operator::Operator,
    /// The principal's signed profile.
    pub principal: &'a Profile,
    /// Holds on the case.
    pub holds: &'a [Hold],
    /// Today at the office.
    pub today: NaiveDate,
}

/// Every rule that refuses `request`.
#[must_use]
pub fn refusals(request: &Request, at: &Circumstances<'_>) -> Vec<Report> {
    let mut found = request.checks();
    for rule in [issuer, channel, recipient, mandate, holds, verification, dates, content] {
        rule(request, at, &mut found);
    }
    found
}

type Found = Vec<Report>;

fn issuer(_: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let role = at.document.issuer.role();
    if !at.issuer.may(role) {
        found.push(PolicyRefusal::NotIssuer { role: role.name() }.into());
    }
}

fn channel(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let listed = match request.channel() {
        Channel::RegisteredPost => "post",
        other => other.name(),
    };
    match request.channel() {
        Channel::Forbidden("fax" | "postcard") => found.push(PolicyRefusal::FaxOrPostcard.into()),
        Channel::Forbidden("door_posting" | "third_party") => {
            found.push(PolicyRefusal::Posted.into());
        }
        Channel::Forbidden("ordinary_post") | Channel::Unknown => {
            found.push(PolicyRefusal::Channel.into());
        }
        Channel::Forbidden(_) => found.push(PolicyRefusal::Messenger.into()),
        _ if !at.document.channels.contains(listed) => found.push(PolicyRefusal::Channel.into()),
        _ => {}
    }
}

fn recipient(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if !at.document.audience.contains(request.role().name())
        || matches!(request.role(), Role::Other(_) | Role::Unknown)
    {
        found.push(PolicyRefusal::Recipient.into());
    }
    if request.choice("insured_relation").is_some_and(|relation| FAMILY.contains(&relation)) {
        found.push(PolicyRefusal::InsuredFamily.into());
    }
}

fn mandate(_: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let exempt = at.document.exempt_from.contains(&Exemption::Mandate);
    if !exempt && !at.principal.mandate_holds(at.today) {
        let mandate = &at.principal.mandate;
        found.push(PolicyRefusal::Mandate { from: mandate.from, until: mandate.until }.into());
    }
}

fn holds(_: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if at.document.exempt_from.contains(&Exemption::Holds) {
        return;
    }
    for hold in at.holds {
        found.push(PolicyRefusal::Hold { kind: hold.kind.clone() }.into());
    }
}

fn verification(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let said = request.provenance();
    let exempt = |exemption| at.document.exempt_from.contains(&exemption);
    let posted =
        matches!(request.channel(), Channel::RegisteredPost | Channel::Ems | Channel::Mailbox);
    // A mailbox is somebody's own only at a verified address, whatever the document.
    let mailbox = request.channel() == Channel::Mailbox;
    if said.verified_on(Group::Address).is_none()
        && (mailbox || (posted && !exempt(Exemption::AddressVerification)))
    {
        found.push(PolicyRefusal::AddressUnverified.into());
    }
    if !exempt(Exemption::DebtVerification) {
        if said.verified_on(Group::Identity).is_none() {
            found.push(PolicyRefusal::IdentityUnverified.into());
        }
        if said.verified_on(Group::Debt).is_none() {
            found.push(PolicyRefusal::DebtUnverified.into());
        }
    }
    let address_exempt = exempt(Exemption::AddressVerification) && !mailbox;
    for name in request.unverified() {
        let of_address = field::named(name).is_some_and(|field| Group::of(field) == Group::Address);
        if !(address_exempt && of_address) {
            found.push(PolicyRefusal::FieldUnverified { field: name.to_owned() }.into());
        }
    }
    if said.latest().is_some_and(|latest| latest > at.today) {
        found.push(PolicyRefusal::VerifiedLater.into());
    }
}

fn dates(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if let Some(as_of) = request.date("as_of_date") {
        let age = at.today.signed_duration_since(as_of).num_days();
        if !(0..=STALE_DAYS).contains(&age) {
            found.push(PolicyRefusal::AsOf.into());
        }
    }
    let due = request.date("due_date").filter(|_| at.document.issuer != Issuer::Agent);
    if due.is_some_and(|due| due < at.today) {
        found.push(PolicyRefusal::Due.into());
    }
}

fn content(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let fields = &at.document.fields;
    for name in request.banned() {
        found.push(PolicyRefusal::FieldForbidden { field: name.to_owned() }.into());
    }
    for name in request.given() {
        if fields.forbidden.contains(name) {
            found.push(PolicyRefusal::FieldForbidden { field: name.to_owned() }.into());
        }
        let Some(text) = request.raw(name).filter(|_| is_free_text(name)) else { continue };
        match wording_scan::scan(text.expose()).verdict() {
            Verdict::Pass => {}
            _ if QUOTED.contains(&name) => {}
            Verdict::RefuseUnlessApproved => found.push(PolicyRefusal::Discount.into()),
            Verdict::Refuse => {
                found.push(PolicyRefusal::Wording { field: name.to_owned() }.into());
            }
        }
    }
    if let Some(ids) = request.raw("citation_ids") {
        let known = |id: &str| at.principal.citation(id.trim(), at.today).is_some();
        if !ids.expose().split([',', ';', '、']).all(known) {
            found.push(PolicyRefusal::Citation.into());
        }
    }
}

/// Whether a field's text is written by a person for this letter.
fn is_free_text(name: &str) -> bool {
    field::named(name).is_some_and(|field| matches!(field.kind, field::Kind::Text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::field::{Kind, named};

    /// The rule once looked for words that no request can hold, and so refused nobody.
    #[test]
    fn the_insureds_family_is_known_by_the_words_requests_use() {
        let Some(Kind::Choice(choices)) = named("insured_relation").map(|field| field.kind) else {
            panic!("`insured_relation` is no choice")
        };
        for family in FAMILY {
            assert!(choices.iter().any(|choice| choice.value == family), "{family}");
        }
    }
}
