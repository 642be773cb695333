//! Why the register refused, could not read what it was given, or failed.
//!
//! Findings of a check are in [`super::finding`]. Messages name entries by their place in the
//! register, never by their subject.

use std::error::Error;

/// What a signer, a database or a file system said.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Result of register work.
pub type Result<T> = std::result::Result<T, RegisterError>;

crate::problems! {
    /// Why the register did not do what was asked.
    pub enum RegisterError {
        /// The database failed.
        Database { source: BoxError } = "CH-L001", Fault,
            "the register's database failed: {source}" => "check the disk and its free space, then try again",
            "登记库读写失败：{source}" => "请检查磁盘及其剩余空间后重试";
        /// Another process holds the writer's lock for too long.
        Busy = "CH-L002", Fault,
            "another process is writing to the register" => "wait for it to finish and try again",
            "另一进程正在写入登记库" => "请待其完成后重试";
        /// The file is something else.
        NotARegister { path: String } = "CH-L003", Fault,
            "`{path}` is not a register" => "check the office folder; restore the register from a backup if it was replaced",
            "`{path}` 不是登记库" => "请检查机构目录；若登记库被替换，请从备份恢复";
        /// There is no such file. It is never made anew in passing.
        Missing { path: String } = "CH-L004", Fault,
            "there is no register at `{path}`" => "restore it from a backup; a new one would hide what the old one held",
            "`{path}` 处没有登记库" => "请从备份恢复；新建登记库会掩盖原有记录";
        /// A file of that name is there already.
        Exists { path: String } = "CH-L005", Input,
            "`{path}` exists already" => "choose another office folder",
            "`{path}` 已存在" => "请另选机构目录";
        /// The folder is on a network file system.
        NetworkFileSystem { path: String, kind: &'static str } = "CH-L006", Refusal,
            "`{path}` is on a network file system ({kind})" => "keep the office on a local disk: the register's locks do not hold over a network",
            "`{path}` 位于网络文件系统（{kind}）" => "请将机构目录放在本地磁盘：登记库的锁在网络上不可靠";
        /// A newer release made it.
        NewerSchema { found: i64 } = "CH-L007", Fault,
            "the register has schema {found}, which this release does not know" => "use the release that made it or a newer one",
            "登记库的结构版本为 {found}，本版本无法识别" => "请使用创建它的版本或更新版本";
        /// What is stored is not what this program stores.
        Damaged { what: &'static str } = "CH-L008", Fault,
            "the register is damaged: {what}" => "run `chancery register verify` and restore from a backup",
            "登记库已损坏" => "请运行 `chancery register verify`，并从备份恢复";
        /// One entry cannot be read.
        DamagedEntry { seq: u64 } = "CH-L009", Fault,
            "entry {seq} of the register is damaged" => "run `chancery register verify` and restore from a backup",
            "登记库第 {seq} 条已损坏" => "请运行 `chancery register verify`，并从备份恢复";
        /// It holds no first entry.
        NotFounded = "CH-L010", Fault,
            "the register holds no first entry" => "making the office was cut off; run `chancery init` on a new folder",
            "登记库没有首条记录" => "建立机构时被中断；请在新目录上运行 `chancery init`";
        /// It holds a first entry already.
        AlreadyFounded = "CH-L011", Input,
            "the register holds entries already" => "open it instead of founding it again",
            "登记库已有记录" => "请打开现有登记库，不要重新建立";
        /// The clock shows a time before the last entry's.
        ClockBehind { last: String } = "CH-L012", Refusal,
            "the clock is behind the register, whose last entry is of {last}" => "set the machine's clock right",
            "时钟早于登记库最后一条记录的时间 {last}" => "请校准本机时钟";
        /// What is reported would lie in the future.
        OccurredLater { now: String } = "CH-L013", Refusal,
            "what is registered would have occurred after now ({now})" => "correct the time it occurred at",
            "所登记事项的发生时间晚于当前时间（{now}）" => "请更正发生时间";
        /// A kind is dotted lower-case words.
        BadKind = "CH-L014", Input,
            "an entry's kind is not dotted lower-case words such as `letter.issued`" => "use a kind from the list in the documentation",
            "记录类型不是以点分隔的小写词（如 `letter.issued`）" => "请使用文档所列的类型";
        /// A subject is short printable text.
        BadSubject = "CH-L015", Input,
            "an entry's subject is empty, too long or holds control characters" => "give the number of the letter, bundle or case it concerns",
            "记录对象为空、过长或含控制字符" => "请填写所涉函件、证据包或案件的编号";
        /// A number in the body is no safe integer, or the body is nested too deep.
        BadBody = "CH-L016", Input,
            "an entry's body holds a fraction, a number of 2^53 or more, or too many levels" => "write such numbers as text and keep the body flat",
            "记录内容含小数、不小于 2^53 的数字，或层级过多" => "请将此类数字写成文本，并减少层级";
        /// The body is too long.
        BodyTooLarge { limit: usize } = "CH-L017", Input,
            "an entry's body is longer than {limit} bytes" => "put the data into the archive and its digest into the entry",
            "记录内容超过 {limit} 字节" => "请将数据存入档案库，在记录中只写其摘要";
        /// Not the next number of its series.
        NumberNotNext { expected: u64 } = "CH-L018", Refusal,
            "the number is not the next of its series, which is {expected}" => "ask for the next number in the same transaction",
            "该编号不是本序列的下一个编号（应为 {expected}）" => "请在同一事务中取下一个编号";
        /// A series is a short name.
        BadSeries = "CH-L019", Input,
            "a number series is not a short name of lower-case letters, digits and `. - _ /`" => "use a name such as `letter/2026`",
            "编号序列名须为小写字母、数字及 `. - _ /` 组成的短名" => "请使用如 `letter/2026` 的名称";
        /// The same kind and subject was registered with other content.
        Differs { seq: u64 } = "CH-L020", Refusal,
            "entry {seq} registers the same thing with different content" => "compare both; what is registered cannot be changed",
            "第 {seq} 条已登记同一事项，但内容不同" => "请比对两者；已登记的内容不可更改";
        /// The signer failed.
        Signing { source: BoxError } = "CH-L021", Fault,
            "the entry could not be signed: {source}" => "unlock the operator's key and try again",
            "无法签署该记录：{source}" => "请解锁操作员密钥后重试";
        /// No such entries or tree.
        OutOfRange { size: u64 } = "CH-L022", Input,
            "the register holds {size} entries, so there is no such proof" => "ask for an entry or a size within it",
            "登记库共有 {size} 条，无法出具该证明" => "请在范围内选择条目或规模";
        /// A time that cannot be written down.
        BadTime = "CH-L023", Input,
            "a time lies outside the years 0 to 9999 or its offset has seconds" => "set the machine's clock and the office's offset right",
            "时间超出 0 至 9999 年，或时区偏移含秒" => "请校准时钟与机构时区";
        /// A step of this transaction failed and it went on.
        Spoiled = "CH-L024", Fault,
            "a step of this transaction failed, so nothing of it was kept" => "try the whole again",
            "本事务有一步失败，全部未予保存" => "请整体重试";
        /// It was written to while it was being read without locks.
        ChangedMeanwhile = "CH-L025", Fault,
            "the register was written to while it was being verified" => "verify it again",
            "核验期间登记库被写入" => "请重新核验";
        /// The bytes are no entry.
        NotAnEntry { reason: &'static str } = "CH-L026", Input,
            "not a register entry: {reason}" => "give the leaf's bytes exactly as exported",
            "不是登记记录" => "请按导出的原始字节提供";
        /// The text is no signed checkpoint.
        NotACheckpoint { reason: &'static str } = "CH-L027", Input,
            "not a signed checkpoint: {reason}" => "give the note exactly as it was issued, with its last line break",
            "不是已签署的检查点" => "请按签发原样提供，包括末尾换行";
        /// The text is no log key.
        NotAVerifierKey = "CH-L028", Input,
            "not a log key of the form `name+hash+base64`" => "copy the whole line from the office",
            "不是 `名称+哈希+base64` 形式的日志公钥" => "请从机构处复制整行";
        /// A key's name would break the note's format.
        BadKeyName = "CH-L029", Input,
            "a log's name is empty or holds spaces, `+` or control characters" => "use a name such as `example.cn/register`",
            "日志名称为空，或含空格、`+`、控制字符" => "请使用如 `example.cn/register` 的名称";
        /// The bytes are an entry, but not in the one form it may have.
        NotCanonical = "CH-L031", Input,
            "a register entry is not in its canonical form" => "give the leaf's bytes exactly as exported",
            "登记记录不是规范形式" => "请按导出的原始字节提供";
        /// The folder or file may not be written.
        ReadOnly { path: String } = "CH-L030", Fault,
            "`{path}` may not be written to" => "check the permissions and that the disk is not mounted read-only",
            "`{path}` 不可写" => "请检查权限，以及磁盘是否以只读方式挂载";
    }
}

impl RegisterError {
    /// A failure of the storage behind the register.
    pub fn database(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Database { source: Box::new(source) }
    }
}
