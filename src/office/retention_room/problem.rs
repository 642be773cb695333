//! Why a case, a hold or a disposal is refused.

use chrono::NaiveDate;

use crate::retention::RetentionRefusal;

crate::problems! {
    /// Why a case, a hold or a disposal is refused.
    pub enum RetentionError {
        /// The operator may not.
        CloseRole = "CH-D022", Refusal,
            "cases are closed and opened again by a clerk or an administrator" => "let such an operator act",
            "结案与重新立案由信函经办或管理员办理" => "请由相应角色办理";
        /// The day is none, or lies ahead.
        Day { member: &'static str } = "CH-D023", Input,
            "`{member}` is no day that is meant here" => "give a day such as 2026-05-17; a case is closed today or before, a hold ends today or later",
            "`{member}` 不是此处可用的日期" => "请填写如 2026-05-17 的日期；结案日不得晚于今日，暂停终止日不得早于今日";
        /// Closed already.
        Closed { entry: u64 } = "CH-D024", Refusal,
            "the case was closed by entry {entry}" => "open it again first, if the principal demands it",
            "案件已由条目 {entry} 结案" => "如委托方要求，请先重新立案";
        /// Not closed.
        NotClosed = "CH-D025", Refusal,
            "the case is not closed" => "see `chancery retention due --all`",
            "案件尚未结案" => "请查看 `chancery retention due --all`";
        /// Nothing of that number was destroyed.
        NotDisposed = "CH-D050", Input,
            "nothing of that number was destroyed" => "see `chancery register list --kind evidence.disposed` and `letter.disposed`",
            "没有该编号的销毁登记" => "请查看 `chancery register list --kind evidence.disposed` 与 `letter.disposed`";
        /// Closed earlier than before.
        Earlier { latest: NaiveDate } = "CH-D026", Refusal,
            "the case was closed on {latest} before; an earlier day would shorten its term" => "give that day or a later one",
            "案件曾于 {latest} 结案；更早的日期会缩短保管期限" => "请填写该日或更晚的日期";
        /// Whose case it is cannot be told.
        WhosePrincipal = "CH-D027", Input,
            "it cannot be told whose case it is" => "give --principal with the one its letters were made for",
            "无法确定案件的委托方" => "请用 --principal 指明，须与其函件的委托方一致";
        /// Training archives close by month.
        ByMonth = "CH-D028", Refusal,
            "the archive of a month's training closes itself at the end of the month" => "nothing needs to be done",
            "培训月度档案于月末自动结案" => "无需办理";
        /// Who or why is none of the list.
        HoldWord = "CH-D029", Input,
            "that is no ground of a legal hold, or nobody who demands one" => "--who court, arbitration, police, regulator, auditor, principal or agency; --why litigation, complaint, audit or instruction",
            "暂停销毁的依据或要求方不在列表中" => "--who 取 court、arbitration、police、regulator、auditor、principal 或 agency；--why 取 litigation、complaint、audit 或 instruction";
        /// The operator may not place it.
        HoldRole = "CH-D030", Refusal,
            "legal holds are placed by whoever works on cases and released by an administrator" => "let such an operator act",
            "暂停销毁由办案人员设置，由管理员解除" => "请由相应角色办理";
        /// No such hold.
        NoHold = "CH-D031", Input,
            "no legal hold stands under that number" => "see `chancery retention holds`",
            "没有该编号的暂停销毁" => "请查看 `chancery retention holds`";
        /// The subject is a number nothing was archived under.
        NoSubject = "CH-D032", Input,
            "nothing is kept under that number" => "check the number of the bundle or letter; a case may be held before anything is kept",
            "没有以该编号保管的内容" => "请核对证据包编号或函号；案件可在归档前先行暂停";
        /// Nothing to plan.
        NothingDue = "CH-D033", Refusal,
            "nothing of this principal may be destroyed today" => "see `chancery retention due --all`",
            "该委托方今日没有可销毁的内容" => "请查看 `chancery retention due --all`";
        /// The plan is of another office.
        OtherOffice = "CH-D034", Refusal,
            "the plan was drawn up in another office, or for a principal unknown here" => "draw up a plan in this office",
            "销毁计划并非本办公室制定，或其委托方不属本办公室" => "请在本办公室制定计划";
        /// A side's approval is missing.
        Missing { side: &'static str } = "CH-D035", Refusal,
            "the plan lacks the approval of the side `{side}`, or a byte of it was changed since" => "agency: `retention approve PLAN`; principal: `retention approve --sign`, then `--import`",
            "计划缺少 `{side}` 一方的批准，或批准后被改动" => "机构：`retention approve PLAN`；委托方：`retention approve --sign`，再 `--import`";
        /// Nobody's signature.
        NotApprover = "CH-D036", Refusal,
            "the signature is not that of an approver of either side over this plan" => "sign this very plan with an approver's certificate",
            "该签名不是任何一方核准人对本计划的签名" => "请用核准人证书对本计划签名";
        /// An item is not what the register says.
        ItemDiffers { id: String } = "CH-D037", Refusal,
            "the plan's `{id}` is not as the register has it" => "draw up the plan again",
            "计划中的 `{id}` 与登记簿不一致" => "请重新制定计划";
        /// An item may not be destroyed.
        Forbidden { id: String, source: RetentionRefusal } = "CH-D038", Refusal,
            "`{id}` may not be destroyed: {source}" => "take it out of the plan, or wait; see `chancery retention due --all`",
            "`{id}` 不得销毁：{source}" => "请移出计划或等待；见 `chancery retention due --all`";
        /// Another process disposes.
        Busy = "CH-D039", Fault,
            "another command is disposing in this office" => "wait until it is done and run the same command again",
            "本办公室正有其他命令在处置" => "请待其完成后再执行同一命令";
        /// The lock or a file fails.
        File { source: crate::durable::DurableError } = "CH-D040", Fault,
            "a file cannot be used: {source}" => "check the folder, its permissions and the disk",
            "文件无法使用：{source}" => "请检查目录、权限与磁盘";
        /// What is asked for was destroyed.
        Gone { id: String, entry: u64 } = "CH-D041", Refusal,
            "`{id}` was destroyed after its term; `chancery register show {entry}` shows its tombstone" => "nothing brings it back; that entry names plan, approvals and certificate of its destruction",
            "`{id}` 已于保管期满后销毁，其销毁记录见 `chancery register show {entry}`" => "内容无法恢复；该条目载明销毁计划、批准与销毁证明编号";
    }
}
