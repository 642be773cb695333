//! Why a desk could not work.

use crate::{
    durable,
    letter::batch::BatchProblem,
    office::{actor::ActorError, office_folder::OfficeError},
};

crate::problems! {
    /// Why a desk could not work.
    pub enum DeskError {
        /// Office, register or archive failed.
        Office { source: OfficeError } = "CH-R030", Fault,
            "the letter could not be registered: {source}" => "mend the cause and run the same command again; nothing is issued twice",
            "函件未能登记：{source}" => "请排除原因后再次执行同一命令，不会重复签发";
        /// Another process issues.
        Busy = "CH-R031", Fault,
            "another command is issuing in this office" => "wait until it is done and run the same command again",
            "本办公室正有其他命令在签发" => "请待其完成后再执行同一命令";
        /// The lock file cannot be used.
        Lock { source: durable::DurableError } = "CH-R032", Fault,
            "the issuing lock cannot be used: {source}" => "check the office's folder and its permissions",
            "签发锁无法使用：{source}" => "请检查办公室目录与权限";
        /// No such letter.
        Unknown = "CH-R033", Input,
            "no letter of that number" => "check the number; `chancery letter list` shows all",
            "没有该函号的函件" => "请核对函号；`chancery letter list` 列出全部";
        /// The actor may not act.
        Actor { source: ActorError } = "CH-R034", Refusal,
            "{source}" => "let another operator act",
            "操作员不能办理（{source}）" => "请由其他操作员办理";
        /// A batch may not go on.
        Stopped { source: BatchProblem } = "CH-B102", Refusal,
            "the batch was stopped: {source}" => "mend the cause and run the same command again; nothing is issued twice",
            "批量签发已停止：{source}" => "请排除原因后再次执行同一命令，不会重复签发";
    }
}

impl<E: Into<OfficeError>> From<E> for DeskError {
    fn from(source: E) -> Self {
        Self::Office { source: source.into() }
    }
}
