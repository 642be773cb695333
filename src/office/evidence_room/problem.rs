//! Why evidence was not sealed or cannot be shown.

use crate::{durable::DurableError, signing::timestamp::TimestampError};

crate::problems! {
    /// Why evidence was not sealed or cannot be shown.
    pub enum RoomError {
        /// No such bundle.
        Unknown = "CH-E090", Input,
            "no bundle of that number" => "check the number; `chancery evidence list` shows all",
            "没有该编号的证据包" => "请核对编号；`chancery evidence list` 列出全部";
        /// The kind is none.
        Kind = "CH-E091", Input,
            "that is no kind of evidence" => "use auto, door_plate, address_check, audio, video, photo, signed_copy, acknowledgement, call_recording, letter, statement, training or other",
            "没有该种类的证据" => "请使用 auto、door_plate、address_check、audio、video、photo、signed_copy、acknowledgement、call_recording、letter、statement、training 或 other";
        /// Another process seals.
        Busy = "CH-E092", Fault,
            "another command is sealing in this office" => "wait until it is done and run the same command again",
            "本办公室正有其他命令在封存" => "请待其完成后再执行同一命令";
        /// The timestamp authority cannot be used.
        Authority { source: TimestampError } = "CH-E093", Fault,
            "the timestamp authority cannot be used: {source}" => "check its address and certificate in office.toml",
            "时间戳机构无法使用：{source}" => "请检查 office.toml 中的地址与证书";
        /// A file failed.
        File { source: DurableError } = "CH-E094", Fault,
            "a file of the office cannot be used: {source}" => "check the folder, its permissions and the disk",
            "办公室文件无法使用：{source}" => "请检查目录、权限与磁盘";
        /// The case number is a card or identity number.
        CaseNumber = "CH-E095", Refusal,
            "the case number looks like a card or identity number" => "give the case's own number",
            "案号形似卡号或证件号码" => "请填写案件自身的编号";
    }
}
