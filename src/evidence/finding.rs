//! What can be wrong with a bundle, file by file.

use std::fmt;

use crate::problem::Report;

crate::problems! {
    /// What is wrong with a bundle as a whole; defects of its parts keep their own codes.
    pub enum BundleFinding {
        /// The first entry is not the media type.
        Mimetype = "CH-G001", Finding,
            "the container does not begin with its media type" => "do not trust it; a bundle always does",
            "容器开头不是媒体类型" => "请勿采信；证据包必以此开头";
        /// Entries are not in the order in which a bundle is written.
        Order { path: String } = "CH-G002", Finding,
            "`{path}` is not where a bundle has it" => "compare with an archived copy",
            "`{path}` 不在证据包规定的位置" => "请与存档副本比对";
        /// A file that no bundle has.
        Foreign { path: String } = "CH-G003", Finding,
            "`{path}` does not belong into a bundle" => "do not trust it; it was put in later",
            "`{path}` 不属于证据包" => "请勿采信，该文件系后来加入";
        /// A manifest of the container is not of the form.
        AsicForm { path: String } = "CH-G004", Finding,
            "`{path}` is not of the form it must have" => "compare with an archived copy",
            "`{path}` 格式不符" => "请与存档副本比对";
        /// A line of the chain of custody is broken.
        CustodyForm { line: usize } = "CH-G005", Finding,
            "line {line} of the chain of custody is not of the form it must have" => "compare with an archived copy",
            "保管链第 {line} 行格式不符" => "请与存档副本比对";
        /// A line does not hold the hash of the one before.
        CustodyLink { line: usize } = "CH-G006", Finding,
            "line {line} of the chain of custody does not hold the hash of the one before" => "do not trust the chain; a line was changed or taken out",
            "保管链第 {line} 行与前一行哈希不符" => "请勿采信；保管链被改动";
        /// Lines are out of order.
        CustodyOrder { line: usize } = "CH-G007", Finding,
            "line {line} of the chain of custody is out of order" => "do not trust the chain; a line was moved",
            "保管链第 {line} 行顺序有误" => "请勿采信；保管链被改动";
        /// The chain does not end with the taking-in of this payload.
        CustodyEnd = "CH-G008", Finding,
            "the chain of custody does not end with the taking-in of this payload" => "do not trust the chain; it belongs to other evidence",
            "保管链未以本载荷的收录结束" => "请勿采信；保管链属于其他证据";
        /// The list of originals is not of the form.
        Originals { line: usize } = "CH-G009", Finding,
            "line {line} of the list of originals is not of the form it must have" => "compare with an archived copy",
            "原始文件清单第 {line} 行格式不符" => "请与存档副本比对";
        /// A file lies under another kind than the list says.
        OtherKind { path: String } = "CH-G010", Finding,
            "`{path}` lies in the folder of another kind than the list of originals says" => "compare with an archived copy",
            "`{path}` 所在文件夹与原始文件清单的种类不符" => "请与存档副本比对";
        /// The token is not held as DER.
        TokenForm = "CH-G011", Finding,
            "the timestamp is not held in the form it must have" => "compare with an archived copy",
            "时间戳的保存形式不符" => "请与存档副本比对";
        /// The signer claims a time after the timestamp's.
        SignedLater = "CH-G012", Finding,
            "the signer claims to have signed after the timestamp was given" => "do not trust the signer's time",
            "签名者声称的时间晚于时间戳" => "请勿采信签名者所称时间";
        /// The bundle says otherwise whose word the time is.
        TimeClaim = "CH-G013", Finding,
            "the bundle claims the time of an outside authority, but the office's own gave it" => "treat the time as the office's own word",
            "证据包声称时间来自外部机构，实由本机构签发" => "请视为本机构自证时间";
        /// A tag file is larger than any bundle's.
        TooLarge { path: String } = "CH-G014", Finding,
            "`{path}` is larger than such a file can be" => "do not trust it; it was not made by sealing",
            "`{path}` 超出此类文件应有大小" => "请勿采信；并非由封存生成";
        /// No token is in it.
        TimePending = "CH-E166", Finding,
            "the bundle holds no timestamp: its time is the signer's own word until one comes" => "give the token that came later with --token, or run `chancery evidence timestamp` in its office",
            "证据包内没有时间戳，在时间戳补到之前其时间仅为签名者自述" => "请用 --token 给出后补的时间戳，或在其办公室运行 `chancery evidence timestamp`";
    }
}

/// Something that is wrong, and with which file.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Path in the container; none where it is about the container itself.
    pub file: Option<String>,
    /// What it is.
    pub report: Report,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.file.as_deref().unwrap_or("-"), self.report)
    }
}
