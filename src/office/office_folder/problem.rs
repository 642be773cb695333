//! Why an office cannot do what is asked, and what the faults below it mean here.

use crate::{
    archive::ArchiveError,
    durable::DurableError,
    office::credentials::CredentialError,
    register::RegisterError,
    signing::{key::KeyError, signer::SigningError},
};

crate::problems! {
    /// Why an office cannot do what is asked.
    pub enum OfficeError {
        /// The register cannot be used.
        Register { source: RegisterError } = "CH-O060", Fault,
            "the register cannot be used: {source}" => "check the disk; run `chancery audit run`",
            "登记簿无法使用：{source}" => "请检查磁盘，并运行 `chancery audit run`";
        /// The machine's clock is behind the register.
        Clock { last: String } = "CH-E189", Refusal,
            "the machine's clock is behind the register, whose last entry is of {last}" => "set the machine's clock right; if it was moved forward and back, see `chancery audit run`: times registered ahead prove nothing, and nothing is registered before they are reached",
            "本机时钟落后于登记簿，其末条登记于 {last}" => "请校准本机时钟；若时钟曾被拨快又拨回，请看 `chancery audit run`：提前登记的时间不具证明力，到达该时间之前不再登记";
        /// The archive cannot be used.
        Archive { source: ArchiveError } = "CH-O061", Fault,
            "the archive cannot be used: {source}" => "check the disk and its permissions; run `chancery audit run`",
            "档案库无法使用：{source}" => "请检查磁盘与权限，并运行 `chancery audit run`";
        /// The office was opened for looking only.
        ReadOnly = "CH-O062", Fault,
            "the office was opened for reading only" => "report this with the command that was run",
            "办公室以只读方式打开" => "请连同所执行的命令一并报告";
        /// The key of a service cannot be opened.
        ServiceKey { service: &'static str, source: KeyError } = "CH-O063", Refusal,
            "the key `{service}` cannot be opened: {source}" => "give the right passphrase in the credentials folder",
            "无法打开服务密钥 `{service}`：{source}" => "请在口令目录中提供正确口令";
        /// What lies in an object's place is not what was registered, or nothing does.
        Object { source: ArchiveError } = "CH-X041", Finding,
            "what was registered is not in the archive as it was: {source}" => "keep what is there as evidence, find out who removed or exchanged it, and restore it from a copy; `chancery audit run` shows what else was changed",
            "档案库内容与登记时不符：{source}" => "请保留现状作为证据，查明何人移除或调换，并从副本恢复；`chancery audit run` 可显示其他改动";
        /// A file of the office is missing or unreadable.
        File { source: DurableError } = "CH-O064", Fault,
            "a file of the office cannot be used: {source}" => "restore it from a backup",
            "办公室文件无法使用：{source}" => "请从备份恢复";
        /// A certificate file is none.
        Certificate { service: &'static str } = "CH-O065", Fault,
            "the certificate of `{service}` is missing or damaged" => "restore it from a backup",
            "`{service}` 的证书缺失或损坏" => "请从备份恢复";
        /// The key is of another certificate.
        Signing { source: SigningError } = "CH-O066", Fault,
            "a key of the office cannot sign: {source}" => "restore the key that was made with its certificate",
            "办公室密钥无法签名：{source}" => "请恢复与证书同批生成的密钥";
        /// The register names another authority than the office's.
        OtherRegister = "CH-O069", Finding,
            "the register is not this office's: it was founded under another authority than `keys/ca.pem`" => "put back the register, or the certificate, from a backup; keep what is there as evidence",
            "登记簿不属于本办公室：其设立时的签发机构与 `keys/ca.pem` 不同" => "请从备份恢复登记簿或证书，并保留现状作为证据";
        /// The settings are not those the office was founded with.
        Settings { member: &'static str } = "CH-O068", Finding,
            "`{member}` in office.toml is not what the office was founded with" => "put back the founding value, or give the right office; `chancery register show 0` tells it",
            "office.toml 中的 `{member}` 与设立时不一致" => "请恢复设立时的值，或指定正确的办公室；见 `chancery register show 0`";
        /// A passphrase is missing.
        Credential { source: CredentialError } = "CH-O067", Input,
            "{source}" => "put the passphrase file into the credentials folder, or run at a terminal",
            "缺少口令（{source}）" => "请在口令目录中放置口令文件，或在终端中运行";
    }
}

impl From<RegisterError> for OfficeError {
    fn from(source: RegisterError) -> Self {
        match source {
            RegisterError::ClockBehind { last } => Self::Clock { last },
            source => Self::Register { source },
        }
    }
}

impl From<ArchiveError> for OfficeError {
    fn from(source: ArchiveError) -> Self {
        match source {
            ArchiveError::Missing { .. } | ArchiveError::Changed { .. } => Self::Object { source },
            source => Self::Archive { source },
        }
    }
}
