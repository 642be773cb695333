//! What can be wrong with evidence before it is sealed, and with sealing.

use super::{container::ContainerError, words::Words};
use crate::{
    durable::DurableError,
    signing::{SigningError, TimestampError},
};

crate::problems! {
    /// Why evidence is not taken in or not sealed, and what is noted about it.
    ///
    /// Names in messages are masked original names or names of the container.
    pub enum EvidenceError {
        /// The system refused.
        Io { name: String, source: std::io::Error } = "CH-E030", Fault,
            "cannot read `{name}`: {source}" => "check that it exists and that you may read it",
            "无法读取 `{name}`：{source}" => "请检查其是否存在以及读取权限";
        /// What was given to be sealed is no folder.
        NoFolder { name: String } = "CH-U042", Input,
            "there is no folder `{name}`" => "give the folder with the evidence itself, not a link or a file",
            "没有文件夹 `{name}`" => "请指定存放证据的文件夹本身，而非链接或文件";
        /// A link, device, pipe or socket.
        NotRegular { name: String } = "CH-E031", Refusal,
            "`{name}` is not a regular file" => "put the file itself into the folder, not a link or device",
            "`{name}` 不是普通文件" => "请放入文件本身，而非链接或设备";
        /// It changed between intake and the end of sealing.
        Changed { name: String } = "CH-E032", Refusal,
            "`{name}` changed, came or went while it was being sealed" => "stop what writes to the folder and seal again",
            "`{name}` 在封存过程中发生变化" => "请停止写入该文件夹后重新封存";
        /// The name hides or redirects.
        UnfitName { name: String, what: Words } = "CH-E033", Refusal,
            "the name `{name}` is refused: {what}" => "rename a copy of the file plainly and record why in the custody note",
            "文件名 `{name}` 不可用：{what:#}" => "请将副本改为普通名称，并在保管记录中说明";
        /// Some system would take two files for one.
        NamesAlike { name: String } = "CH-E034", Refusal,
            "`{name}` has the same name as another file on some systems" => "rename one of the two",
            "`{name}` 与另一文件在某些系统上同名" => "请将其中之一改名";
        /// There is nothing to seal.
        NoFiles = "CH-E035", Refusal,
            "the folder holds no files" => "give the folder with the evidence",
            "文件夹中没有文件" => "请指定存放证据的文件夹";
        /// More than one bundle may hold.
        TooMany { what: Words, limit: u64 } = "CH-E036", Refusal,
            "the folder has more {what} than {limit}" => "seal it as several bundles",
            "文件夹的 {what:#} 超过 {limit}" => "请分成多个证据包封存";
        /// A file lies in no folder of a kind.
        NoKind { name: String } = "CH-E037", Refusal,
            "`{name}` is in no folder named after a kind of evidence" => "put it into `video`, `audio`, `door_plate` or another kind's folder",
            "`{name}` 不在以证据种类命名的子文件夹中" => "请放入 `video`、`audio`、`door_plate` 等种类文件夹";
        /// The bytes are not what the kind needs.
        KindContradicted { name: String, kind: &'static str, format: &'static str } = "CH-E038", Refusal,
            "`{name}` cannot be evidence of kind `{kind}`: its bytes are `{format}`" => "choose the kind that fits, or `other`",
            "`{name}` 不能作为 `{kind}` 类证据：内容格式为 `{format}`" => "请选择相符的种类，或使用 `other`";
        /// It ends too early.
        Truncated { name: String } = "CH-E039", Refusal,
            "`{name}` ends before its own headers say" => "copy it from the device again, or seal it as `other`",
            "`{name}` 不完整，提前结束" => "请从设备重新拷贝，或以 `other` 类封存";
        /// It needs a key.
        Encrypted { name: String } = "CH-E040", Refusal,
            "`{name}` is encrypted" => "have it unlocked first, or seal it as `other`",
            "`{name}` 已加密" => "请先解密，或以 `other` 类封存";
        /// Its headers contradict themselves.
        Malformed { name: String } = "CH-E041", Refusal,
            "the headers of `{name}` contradict themselves" => "copy it from the device again, or seal it as `other`",
            "`{name}` 的文件头自相矛盾" => "请从设备重新拷贝，或以 `other` 类封存";
        /// It is empty.
        EmptyFile { name: String } = "CH-E042", Refusal,
            "`{name}` is empty" => "copy it from the device again, or leave it out",
            "`{name}` 为空文件" => "请从设备重新拷贝，或不予封存";
        /// Something was said about a file that is not there.
        NoSuchFile { name: String } = "CH-E043", Input,
            "there is no file `{name}` among the evidence" => "name it as it lies below the folder",
            "证据中没有文件 `{name}`" => "请按其在文件夹中的相对路径填写";
        /// A value cannot stand in the bundle's tag files.
        UnfitField { field: &'static str } = "CH-E044", Input,
            "the value of `{field}` is empty, too long, holds hidden characters or a full number" => "give a short plain text without card or identity numbers",
            "`{field}` 的值为空、过长、含隐藏字符或完整号码" => "请填写简短文本，且不含完整卡号或证件号";
        /// The custody events are not in order of time.
        CustodyOrder = "CH-E045", Input,
            "the custody events are not in order of time, or later than the sealing" => "check the times of the events",
            "保管记录的时间顺序有误，或晚于封存时间" => "请核对各环节时间";
        /// The container could not be written.
        Container { source: ContainerError } = "CH-E046", Fault,
            "the bundle could not be written: {source}" => "see the cause and seal again",
            "无法写入证据包：{source}" => "请排除原因后重新封存";
        /// The bundle's file could not be made.
        File { source: DurableError } = "CH-E047", Fault,
            "the bundle's file could not be made: {source}" => "see the cause and seal again",
            "无法创建证据包文件：{source}" => "请排除原因后重新封存";
        /// The bundle could not be signed.
        Signing { source: SigningError } = "CH-E048", Fault,
            "the bundle could not be signed: {source}" => "see the cause and seal again",
            "无法签署证据包：{source}" => "请排除原因后重新封存";
        /// The authority gave no token.
        Timestamp { source: TimestampError } = "CH-E049", Fault,
            "the bundle could not be timestamped: {source}" => "see the cause and seal again, or let the office stamp it",
            "无法为证据包加盖时间戳：{source}" => "请排除原因后重新封存，或改用本机构时间";
        /// Somebody asked to stop.
        Interrupted = "CH-E050", Fault,
            "sealing was interrupted" => "seal again; nothing was kept",
            "封存被中断" => "请重新封存；未保留任何内容";
        /// A film of fewer lines than a complete one has.
        FewLines { path: String, lines: u32 } = "CH-E051", Finding,
            "the film `{path}` has {lines} lines, fewer than 1080" => "keep it, but do not call the evidence complete",
            "录像 `{path}` 仅 {lines} 线，低于 1080" => "可以保留，但不得视为完整证据";
        /// A film that does not tell its size.
        UnknownLines { path: String } = "CH-E052", Finding,
            "the film `{path}` does not tell its number of lines" => "keep it, but do not call the evidence complete",
            "录像 `{path}` 未注明分辨率" => "可以保留，但不得视为完整证据";
        /// A kind is missing that the occasion needs.
        KindMissing { kind: &'static str } = "CH-E053", Finding,
            "there is no evidence of kind `{kind}`" => "add it, or record why there is none",
            "缺少 `{kind}` 类证据" => "请补充，或记录缺失原因";
        /// The suffix promises another format.
        Belied { path: String, format: &'static str } = "CH-E054", Finding,
            "the suffix of `{path}` does not fit its bytes, which are `{format}`" => "ask how the file was made",
            "`{path}` 的后缀与内容格式 `{format}` 不符" => "请询问文件来源";
        /// Sealed as it is, though cut off or locked.
        Unusable { path: String, what: Words } = "CH-E055", Finding,
            "`{path}` is {what} and was sealed as it is" => "keep it, and ask for a usable copy",
            "`{path}` 存在缺陷（{what:#}），按原样封存" => "请保留，并索取可用副本";
        /// Nobody is named as custodian.
        NoCustodian = "CH-E056", Finding,
            "no custodian is named" => "name the person who keeps the recordings",
            "未指定保管人" => "请指定录音录像的保管人";
        /// More files than common validators accept.
        ManyFiles { count: u64 } = "CH-E057", Finding,
            "the bundle has {count} files; some validators refuse more than 1000" => "seal it as several bundles if others must validate it",
            "证据包含 {count} 个文件，部分校验工具拒绝超过 1000 个" => "如需他方校验，请分包封存";
    }
}

impl From<ContainerError> for EvidenceError {
    fn from(source: ContainerError) -> Self {
        match source {
            ContainerError::WrongLength { path } => Self::Changed { name: path },
            source => Self::Container { source },
        }
    }
}

impl From<SigningError> for EvidenceError {
    fn from(source: SigningError) -> Self {
        Self::Signing { source }
    }
}

impl From<TimestampError> for EvidenceError {
    fn from(source: TimestampError) -> Self {
        Self::Timestamp { source }
    }
}
