//! Why a package is not admitted.

use chrono::NaiveDate;

crate::problems! {
    /// Why a package is not admitted.
    pub enum ApprovalRefusal {
        /// Nobody approved any version of it for anybody.
        NotApproved { id: String } = "CH-A001", Refusal,
            "template `{id}` is not approved" => "have both approvers sign it with `chancery template approve`",
            "模板 `{id}` 未经核准" => "请由双方核准人用 `chancery template approve` 签署";
        /// Its bytes are not those that were signed.
        Changed { id: String } = "CH-A002", Refusal,
            "template `{id}` is not the one that was approved: a byte of it, of the fonts or of the engine changed" => "restore the approved files, or have the change approved",
            "模板 `{id}` 与核准的不一致：其文件、字体或排版引擎有变动" => "请恢复已核准的文件，或就变动重新核准";
        /// Its approval has ended.
        Expired { id: String, until: NaiveDate } = "CH-A003", Refusal,
            "the approval of template `{id}` ended on {until}" => "have it approved again",
            "模板 `{id}` 的核准已于 {until} 到期" => "请重新核准";
        /// Its approval has not begun.
        NotYet { id: String, from: NaiveDate } = "CH-A004", Refusal,
            "the approval of template `{id}` begins on {from}" => "wait until then, or have it approved from today",
            "模板 `{id}` 的核准自 {from} 起生效" => "请待生效后使用，或重新核准";
        /// Its approval was taken back.
        Withdrawn { id: String } = "CH-A005", Refusal,
            "the approval of template `{id}` was withdrawn" => "ask the approvers; a new approval is needed",
            "模板 `{id}` 的核准已撤回" => "请联系核准人重新核准";
        /// It is approved for another principal.
        OtherPrincipal { id: String } = "CH-A006", Refusal,
            "template `{id}` is approved for another principal, not for this one" => "have this principal approve it",
            "模板 `{id}` 系为其他委托方核准" => "请由本委托方核准";
        /// The agency's signature is missing.
        AgencyMissing { id: String } = "CH-A007", Refusal,
            "template `{id}` lacks the agency's approval" => "have the agency's approver sign it",
            "模板 `{id}` 缺少本机构核准" => "请由本机构核准人签署";
        /// The principal's signature is missing.
        PrincipalMissing { id: String } = "CH-A008", Refusal,
            "template `{id}` lacks the principal's approval" => "send the principal a request and take in its signature",
            "模板 `{id}` 缺少委托方核准" => "请向委托方发出核准请求并导入其签署";
        /// Both signatures come from one side.
        OneSide { id: String } = "CH-A009", Refusal,
            "both approvals of template `{id}` come from one side" => "one approver of the agency and one of the principal must sign",
            "模板 `{id}` 的两项核准来自同一方" => "须由机构与委托方各一名核准人签署";
        /// The one who issues approved it.
        OwnApproval { id: String } = "CH-A010", Refusal,
            "whoever approved template `{id}` may not issue with it" => "let another operator issue",
            "模板 `{id}` 的核准人不得用其签发" => "请由其他操作员签发";
        /// A signature does not verify.
        BadSignature { id: String } = "CH-A011", Refusal,
            "a signature on template `{id}` does not verify" => "have it signed again; run `chancery audit run`",
            "模板 `{id}` 的一项签名核验不通过" => "请重新签署，并运行 `chancery audit run`";
        /// A statement is not about this template.
        OtherStatement = "CH-A012", Input,
            "the file is no approval of a template" => "give the file that `chancery template approve --sign` wrote",
            "该文件不是模板核准文件" => "请提供由 `chancery template approve --sign` 写出的文件";
        /// The term is not a term.
        Term = "CH-A013", Input,
            "the approval's last day is before its first" => "give --from and --until in order",
            "核准的末日早于首日" => "请按先后给出 --from 与 --until";
        /// It was signed before a withdrawal.
        Replayed { id: String } = "CH-A015", Refusal,
            "this approval of template `{id}` was signed before its withdrawal" => "have the approver look at the template and sign anew",
            "对模板 `{id}` 的这项核准签署于撤回之前" => "请核准人重新审阅并签署";
        /// The operator who signs is no approver.
        NotApprover = "CH-A014", Refusal,
            "the signer is not an approver of either side" => "sign with an approver's certificate",
            "签署人不是任何一方的核准人" => "请使用核准人的证书签署";
    }
}
