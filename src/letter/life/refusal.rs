//! What may not happen to a letter, and what is said about it in a way nobody can read.

use chrono::NaiveDate;

use crate::{
    letter::overtaken::{Cause, Reason},
    problem::{Phrase, Report},
};

crate::problems! {
    /// Why an act on a letter is refused.
    pub enum LifeRefusal {
        /// No such letter.
        Unknown = "CH-R180", Refusal,
            "no issued letter has that number" => "check the number; `chancery letter list` shows all",
            "没有该函号的已签发函件" => "请核对函号；`chancery letter list` 列出全部";
        /// A member is missing.
        Missing { member: &'static str } = "CH-R181", Input,
            "`{member}` is missing" => "give it as an option, or in a column of that name",
            "缺少 `{member}`" => "请用选项给出，或在同名列中填写";
        /// A member is not one of its words.
        NotAWord { member: &'static str, words: &'static str } = "CH-R182", Input,
            "`{member}` is none of {words}" => "use one of these words or its Chinese label",
            "`{member}` 应为 {words} 之一" => "请使用其中一项或其中文名称";
        /// A time cannot be read.
        NotATime = "CH-R183", Input,
            "`at` is no day or time" => "write `2026-11-23` or `2026-11-23T14:05`",
            "`at` 不是日期或时间" => "请写作 `2026-11-23` 或 `2026-11-23T14:05`";
        /// A tracking number cannot be one.
        NotATracking = "CH-R184", Input,
            "the tracking number is not one" => "give the carrier's number: 8 to 30 letters and digits; never a card or identity number",
            "邮件号不符合要求" => "请填写承运方的邮件号：8 至 30 位字母与数字，不得为卡号或证件号码";
        /// A member does not belong to this act.
        NotForThis { member: &'static str } = "CH-R185", Input,
            "`{member}` says nothing about this act" => "leave it out",
            "`{member}` 与本事项无关" => "请删除";
        /// It would have happened later than now.
        Later = "CH-R186", Refusal,
            "it would have happened after now" => "correct the time; register it once it has happened",
            "所报时间晚于现在" => "请更正时间，事后再登记";
        /// It would have happened too early.
        TooEarly { after: Phrase } = "CH-R187", Refusal,
            "it would have happened before {after}" => "correct the time, or the number of the letter",
            "所报时间早于{after}" => "请更正时间或函号";
        /// The document stays inside.
        Internal = "CH-R188", Refusal,
            "this document goes to nobody outside" => "give it to the principal by the principal's own channel",
            "本文书不对外送达" => "请按委托方自有渠道移交";
        /// It is void.
        Voided = "CH-R189", Refusal,
            "the letter is void" => "issue another",
            "该函已作废" => "请另行签发";
        /// It is blocked.
        Blocked = "CH-R190", Refusal,
            "the letter was pulled out of its stack and is blocked" => "void it, and issue another when nothing stands against it",
            "该函已从待寄件中抽出并锁定" => "请作废，待无阻碍后另行签发";
        /// The case is on hold.
        Held { kind: String } = "CH-R191", Refusal,
            "the case is on hold (`{kind}`): the letter stays here" => "release the hold with its proof, or void the letter",
            "案件处于暂停状态（`{kind}`），该函不得外发" => "请凭依据解除暂停，或将该函作废";
        /// A payment was reported after it was issued.
        Paid { on: NaiveDate } = "CH-R280", Refusal,
            "a payment was reported for the case on {on}, after the letter was issued: it stays here" => "void the letter; if something is still owed, issue another as of a later day",
            "该函签发后，案件已于 {on} 登记称已还款，该函不得外发" => "请将该函作废；仍有欠款的，以其后的截至日期另行签发";
        /// An approval of its template was withdrawn.
        Withdrawn { on: NaiveDate } = "CH-R281", Refusal,
            "the approval of its template was withdrawn on {on}: the letter stays here" => "void the letter and issue another once the template is approved anew",
            "其模板的批准已于 {on} 撤回，该函不得外发" => "请将该函作废，待模板重新批准后另行签发";
        /// DOCUMENTS, channels.
        Way = "CH-R283", Refusal,
            "the letter was issued for another way of delivery" => "`post` ends registered_post and ems, `hand` ends hand and mailbox, `mailbox` ends mailbox; for another way issue another letter",
            "该函并非按此方式送达的函件" => "registered_post 与 ems 用 `post`，hand 与 mailbox 可用 `hand`，mailbox 用 `mailbox`；改用其他方式请另行签发";
        /// What is told fits how it was delivered.
        Learnt = "CH-R284", Refusal,
            "that source cannot tell of this way of delivery" => "of post: `carrier`, `receipt`, `clerk` or `principal`; by hand: `receipt` or `agents`; into a mailbox: `agents`",
            "该消息来源与送达方式不符" => "邮寄：`carrier`、`receipt`、`clerk` 或 `principal`；直接送达：`receipt` 或 `agents`；投入信箱：`agents`";
        /// REQUIREMENTS L349, L421.
        MailboxAgents = "CH-R285", Refusal,
            "a letter is sealed into a mailbox by two agents, who are named" => "name two different operators with the role `agent`",
            "投入信箱须由两名外访员办理并具名" => "请填写两名不同的、具备 `agent` 角色的操作员";
        /// The post office's form tells of another letter.
        Form { column: &'static str } = "CH-R286", Refusal,
            "column `{column}` of the post office's form says otherwise than the letter" => "check whether the row got another letter's number or tracking number",
            "邮局表单的 `{column}` 列与该函不符" => "请核对该行是否错填了其他函件的函号或邮件号码";
        /// It contradicts what is registered.
        Contradicts { with: Phrase } = "CH-R192", Refusal,
            "the register says otherwise: {with}" => "see `chancery letter show NUMBER`; a fact once registered stays",
            "与登记不符：{with}" => "请查看 `chancery letter show 函号`；已登记的事实不更改";
        /// It never left.
        NotDispatched = "CH-R193", Refusal,
            "the letter was never dispatched" => "register its dispatch first",
            "该函尚未登记发出" => "请先登记发出";
        /// REQUIREMENTS L349.
        Posted = "CH-R194", Refusal,
            "a letter is never posted on a door or left with a third party" => "seal it into the recipient's own mailbox at a verified address, or bring it back",
            "函件不得张贴或留置于第三人处" => "请投入经核实地址的本人信箱，或带回";
        /// REQUIREMENTS L349.
        Mailbox = "CH-R195", Refusal,
            "the mailbox is not known to be the recipient's: the address is not verified" => "bring the letter back; only a letter issued to a verified address goes into a mailbox",
            "地址未经核实，不能认定为本人信箱" => "请将函件带回；仅寄往经核实地址的函件可投入信箱";
        /// REQUIREMENTS L349.
        HandReceipt = "CH-R196", Refusal,
            "delivery by hand needs the recipient's own signature, the time to the minute and two agents" => "give signer `recipient` or `authorised`, the time, and two operators with the role `agent`; until then the letter counts as sent",
            "直接送达须有本人签收、精确到分的时间和两名外访员" => "请填写签收人（本人或授权收件人）、时间和两名具备 `agent` 角色的操作员；此前该函仅记为已发出";
        /// The carrier is not the one of the channel.
        Carrier = "CH-R197", Refusal,
            "that carrier is not the one of the letter's channel" => "registered_post goes by china_post, ems by ems, hand and mailbox by agents",
            "承运方与该函的送达渠道不符" => "registered_post 用 china_post，ems 用 ems，hand 与 mailbox 用 agents";
        /// Another letter has that tracking number.
        Tracking = "CH-R198", Refusal,
            "another letter was dispatched under that tracking number" => "check both; each letter has its own",
            "该邮件号已用于另一函件" => "请核对；每函一号";
        /// A letter that left cannot be void.
        HasLeft = "CH-R199", Refusal,
            "the letter has left and cannot be made void" => "write a correcting letter, or register its return first",
            "该函已发出，不能作废" => "请另发更正函，或先登记退回";
        /// The evidence is not there.
        Evidence = "CH-R200", Refusal,
            "no sealed bundle of that number belongs to the letter's case" => "seal the evidence first; `chancery evidence list` shows all",
            "没有属于该案件的该编号证据包" => "请先封存证据；`chancery evidence list` 列出全部";
        /// No such reply.
        UnknownReply = "CH-R201", Refusal,
            "no reply of that number" => "see `chancery letter unanswered`",
            "没有该编号的回复" => "请查看 `chancery letter unanswered`";
        /// The letter answers no reply.
        NotAnAnswer = "CH-R202", Refusal,
            "a reply is answered by `reply_letter` or `dispute_outcome_notice` of the same case, and reported by `principal_report`" => "issue such a letter, then name it",
            "回复须以同一案件的 `reply_letter` 或 `dispute_outcome_notice` 答复，并以 `principal_report` 报告委托方" => "请先签发此类函件再登记";
        /// The letter's archived facts cannot be had.
        Facts = "CH-R203", Finding,
            "the archived record of the letter cannot be read" => "run `chancery audit run`",
            "该函的归档记录无法读取" => "请运行 `chancery audit run`";
        /// Who handed it over is no agent here.
        Agents = "CH-R204", Refusal,
            "an agent named is no operator with the role `agent`" => "name those who handed it over; `chancery operator list` shows all",
            "所填外访员不是具备 `agent` 角色的操作员" => "请填写实际送达人；`chancery operator list` 列出全部";
        /// A file holds no acts.
        NoActs = "CH-R205", Input,
            "the file holds headings and no act" => "check that it was exported completely",
            "文件只有表头，没有事项" => "请确认导出完整";
        /// Neither a number nor a file.
        NothingNamed = "CH-R206", Input,
            "no letter is named" => "give a letter number, or --file with a CSV or XLSX of them",
            "未指明函件" => "请给出函号，或用 --file 指定 CSV 或 XLSX 文件";
    }
}

/// What is said to whoever would let a letter leave that `cause` overtook.
#[must_use]
pub fn overtaken(cause: &Cause) -> Report {
    let on = cause.at.date_naive();
    match cause.reason {
        Reason::Hold => LifeRefusal::Held { kind: cause.hold.clone().unwrap_or_default() }.into(),
        Reason::Paid => LifeRefusal::Paid { on }.into(),
        Reason::Void => LifeRefusal::Voided.into(),
        Reason::Withdrawn => LifeRefusal::Withdrawn { on }.into(),
    }
}
