//! The rules a request must satisfy before a letter is given a number.
//!
//! Owns the refusals of issue that any letter may meet; all that apply are told at once, and none
//! names a value. One concept a file beneath: who and how, holds, verification, addresses and
//! contacts, dates and content, and in [`gates`] the rules of single documents. [`table`] lists
//! every rule with its source. What a field may look like is the request's matter, whether a
//! template is approved the approvals'. Source: REQUIREMENTS 1 and 2, by the line at each rule.

mod address;
mod content;
pub mod gates;
mod health;
mod holds;
mod law;
mod parties;
pub mod table;
mod verification;

use chrono::NaiveDate;

use super::past::Past;
use crate::{
    case::request::Request,
    office::{operator, principal::Profile, settings::Gates, state::Hold},
    problem::Report,
    template::metadata::Metadata,
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
        /// REQUIREMENTS L313: what is asked for is what is owed.
        PaidSince { on: NaiveDate } = "CH-R282", Refusal,
            "a payment was reported for the case on {on}: the figures, or the verification of the debt, must be of a later day" => "take the amounts from a later statement of the principal, if something is still owed",
            "案件已于 {on} 登记称已还款：金额截至日期或债务核实日期须晚于该日" => "仍有欠款的，请按委托方其后的报表填写";
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
        /// DOCUMENTS 19; 保险法 62: known to be neither, or no letter.
        InsuredRelation = "CH-I093", Refusal,
            "it is not known that the recipient is neither of the insured's family nor of its household" => "find out and give insured_relation; `none` if there is no such relation",
            "未查明受送达人并非被保险人的家庭成员或其组成人员" => "请查明并填写 insured_relation，无此关系的填 `none`";
        /// REQUIREMENTS L337.
        VerifiedLater = "CH-R021", Refusal,
            "a verification is dated after today" => "correct the date of verification",
            "核实日期晚于今日" => "请更正核实日期";
        /// SPEC decision 6.
        RequestReused = "CH-R022", Refusal,
            "this request id was used with other content" => "give the changed request a new id",
            "该请求编号已用于其他内容" => "内容有变的请求请使用新编号";
        /// DOCUMENTS: what a letter tells has happened.
        NotYet { field: &'static str } = "CH-R100", Refusal,
            "`{field}` is after today, though the letter tells it as done" => "correct the date",
            "`{field}` 晚于今日，而函件将其作为已发生之事陈述" => "请更正日期";
        /// DOCUMENTS, "must not hold".
        DocumentWord { field: String } = "CH-R101", Refusal,
            "`{field}` says what this kind of document must not" => "state it without that word, or choose another document",
            "`{field}` 含有本类文书不得出现的内容" => "请改写该内容，或改用其他文书";
        /// REQUIREMENTS L357.
        DiscountUncovered = "CH-R102", Refusal,
            "no approval of the principal covers the discount's amount and expiry in this case" => "give discount_amount, discount_until and the approval_id that covers both",
            "本案没有涵盖该减免金额与有效期的委托方批准" => "请填写 discount_amount、discount_until 及涵盖二者的 approval_id";
        /// REQUIREMENTS L349.
        AddressReturned { on: NaiveDate } = "CH-R103", Refusal,
            "a letter came back from this address on {on}" => "verify the address anew and give the later address_verified_on, or use another address",
            "该地址曾于 {on} 退信" => "请重新核实地址并填写其后的 address_verified_on，或改用其他地址";
        /// REQUIREMENTS L349.
        ContactName = "CH-R104", Refusal,
            "the recipient's name is that of a known contact of this case, who owes nothing" => "write to the debtor or a joint guarantor only",
            "收件人姓名与本案已登记的联系人相同，其无还款义务" => "仅可发给债务人或连带责任保证人";
        /// REQUIREMENTS L349.
        ContactAddress = "CH-R105", Refusal,
            "the address is that of a known contact of this case" => "use the debtor's own verified address",
            "该地址为本案已登记联系人的地址" => "请使用债务人本人的经核实地址";
        /// GB/T 15001 and the postal code list of China Post.
        Postcode = "CH-R106", Refusal,
            "no province has a postcode that begins like this one" => "correct the postcode",
            "该邮政编码不属于任何省份" => "请更正邮政编码";
        /// Postal code list of China Post.
        PostcodeElsewhere = "CH-R107", Refusal,
            "postcode and address lie in different provinces" => "correct the one that is wrong",
            "邮政编码与地址所在省份不符" => "请更正其中有误者";
        /// Form of a Chinese address.
        AddressForm = "CH-R108", Refusal,
            "the address names no place, street or number a postman could find" => "write it from the province or city down to the number",
            "地址缺少行政区划、街道或门牌" => "请由省市写至门牌号";
        /// The window holds all three or none.
        AddressHalf = "CH-R109", Refusal,
            "an address without its postcode, or a postcode without address" => "give both",
            "地址与邮政编码缺一" => "请同时填写地址与邮政编码";
        /// REQUIREMENTS L363.
        Law { field: String } = "CH-R250", Refusal,
            "`{field}` cites a law that is unknown, repealed or not yet in force, or an article it does not have" => "cite a law in force by its full title and an article it has, or let the principal add it to its citation table",
            "`{field}` 引用的法律不明、已废止或尚未生效，或所引条文不存在" => "请以全称引用现行法律及其现有条文，或由委托方列入引用表";
        /// REQUIREMENTS L301, L349.
        SamePerson = "CH-R252", Refusal,
            "who answers for the debtor has the debtor's own name" => "write to the debtor as such, or correct the name that is wrong",
            "保证人或代偿人与债务人姓名相同" => "请以债务人身份发函，或更正有误的姓名";
        /// SPEC decision 7; DOCUMENTS F0.
        Health { field: String } = "CH-R253", Refusal,
            "`{field}` tells of somebody's health, which no document carries" => "leave that sentence out; register `hardship` as the kind of reply or hold instead",
            "`{field}` 涉及健康信息，任何文书均不得载明" => "请删去该内容；可将来函或暂停登记为 `hardship`";
        /// REQUIREMENTS L359; SPEC, the principal's profile.
        OtherChannel { field: &'static str } = "CH-R254", Refusal,
            "`{field}` is not what the principal's signed profile says" => "leave it out: the profile supplies it",
            "`{field}` 与委托方已签署档案不符" => "请勿填写，由档案提供";
        /// Civil registration in Chinese characters.
        LatinName = "CH-R255", Refusal,
            "a name in Latin letters stands with a citizen's identity number" => "enter the characters on the identity card",
            "居民身份证号码对应的姓名为拉丁字母" => "请按居民身份证填写汉字姓名";
        /// DOCUMENTS 1: what is asked for must be possible.
        DueOnPosting = "CH-R256", Refusal,
            "the due date is today, and a posted letter cannot be there before tomorrow" => "give a later due date",
            "还款期限为今日，邮寄函件今日无法送达" => "请填写更晚的期限";
    }
}

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
    /// What the register tells about letters, replies and people the request touches.
    pub past: &'a Past,
    /// Documents the office turned on.
    pub gates: Gates,
    /// Case number under which holds, contacts and letters are kept.
    pub case: &'a str,
    /// Today at the office.
    pub today: NaiveDate,
}

/// Every rule that refuses `request`.
#[must_use]
pub fn refusals(request: &Request, at: &Circumstances<'_>) -> Vec<Report> {
    let mut found = request.checks();
    for rule in RULES.iter().chain(gates::RULES) {
        rule(request, at, &mut found);
    }
    found
}

/// A rule: it looks and adds what it refuses.
type Rule = fn(&Request, &Circumstances<'_>, &mut Found);

/// Rules of every letter, in the order in which they are told.
const RULES: &[Rule] = &[
    parties::issuer,
    parties::channel,
    parties::recipient,
    parties::mandate,
    holds::holds,
    verification::verification,
    address::address,
    address::contacts,
    parties::persons,
    content::dates,
    content::paid,
    content::content,
    law::law,
    health::health,
];

/// What the rules have refused so far.
type Found = Vec<Report>;
