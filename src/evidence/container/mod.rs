//! The ZIP container of a bundle: a deterministic writer and a strict reader.
//!
//! Owns the byte layout. Refuses every ZIP that two programs could read in two ways: entries that
//! are not contiguous from offset 0, local headers that differ from the directory, data
//! descriptors, comments, extra fields but zip64, names without the UTF-8 flag, names that escape,
//! hide or collide, links, encryption and bytes after the end.
//! Source: PKWARE APPNOTE 6.3.10; the `ZipDiff` study (USENIX Security 2025); SPEC "Bundle".

mod directory;
mod end;
mod extra;
mod fixity;
mod format;
mod local;
pub(super) mod name_set;
pub mod path;
mod reader;
mod source;
mod writer;

pub use fixity::{Fixity, copy_hashed};
pub use reader::{Container, Inspection, Limits, Profile};
pub use source::Source;
pub use writer::Writer;

use super::words::Words;

crate::problems! {
    /// Why a container cannot be written, or is not read.
    pub enum ContainerError {
        /// The system refused.
        Io { source: std::io::Error } = "CH-E001", Fault,
            "cannot read or write the container: {source}" => "check that it may be used and that the disk has room",
            "无法读写容器：{source}" => "请检查权限与磁盘空间";
        /// There is no end record at the very end.
        NoEnd = "CH-E002", Finding,
            "the container has no end record at its very end" => "get the file again; it is cut off, has bytes appended, or is no ZIP",
            "容器末尾没有结束记录" => "请重新获取文件；它可能被截断、被追加内容或并非 ZIP";
        /// The end record contradicts itself or the file.
        BadEnd { what: Words } = "CH-E003", Finding,
            "the end record of the container is not sound: {what}" => "get the file again from the one who made it",
            "容器结束记录不可靠：{what:#}" => "请向制作者重新获取文件";
        /// More than the limits allow.
        OverLimit { what: Words, limit: u64 } = "CH-E004", Finding,
            "the container has more {what} than {limit}" => "split it, or read it with higher limits",
            "容器的 {what:#} 超过 {limit}" => "请拆分容器，或放宽限制后读取";
        /// Entries overlap, leave gaps or are not in order.
        Layout { path: String, what: Words } = "CH-E005", Finding,
            "entry `{path}` is not where it must be: {what}" => "do not trust the container; get it again",
            "条目 `{path}` 位置不符：{what:#}" => "请勿采信该容器，并重新获取";
        /// The local header and the directory do not say the same.
        HeaderDiffers { path: String, what: Words } = "CH-E006", Finding,
            "the two headers of entry `{path}` differ in {what}" => "do not trust the container; programs read it in different ways",
            "条目 `{path}` 的两处文件头不一致：{what:#}" => "请勿采信该容器；不同程序会读出不同内容";
        /// It uses something this reader refuses on purpose.
        Feature { path: String, what: Words } = "CH-E007", Finding,
            "entry `{path}` uses {what}" => "have it written again without",
            "条目 `{path}` 使用了不允许的特性：{what:#}" => "请去除后重新制作";
        /// The name is not a safe relative path.
        UnsafePath { path: String, what: Words } = "CH-E008", Finding,
            "entry name `{path}` is not safe: {what}" => "have it written again under a plain name",
            "条目名 `{path}` 不安全：{what:#}" => "请改用普通名称重新制作";
        /// Two names that some system would take for one.
        SameName { path: String } = "CH-E009", Finding,
            "entry name `{path}` is the same as another to some system" => "have one of the two renamed",
            "条目名 `{path}` 在某些系统上与另一条目相同" => "请将其中之一改名";
        /// It is a link, folder or device.
        NotRegular { path: String } = "CH-E010", Finding,
            "entry `{path}` is not a regular file" => "have it written again with regular files only",
            "条目 `{path}` 不是普通文件" => "请仅以普通文件重新制作";
        /// It claims to grow beyond the allowed ratio.
        Ratio { path: String, limit: u64 } = "CH-E011", Finding,
            "entry `{path}` would grow more than {limit} times" => "do not unpack it; it may be made to fill the disk",
            "条目 `{path}` 解压后超过 {limit} 倍" => "请勿解压；可能意在占满磁盘";
        /// Its bytes are not what its headers promise.
        Content { path: String, what: Words } = "CH-E012", Finding,
            "the bytes of entry `{path}` are not what its header says: {what}" => "get the file again; it was damaged or changed",
            "条目 `{path}` 的内容与文件头不符：{what:#}" => "请重新获取文件；它已损坏或被改动";
        /// It is sound, but not byte for byte as a bundle is written.
        NotCanonical { path: String } = "CH-E013", Finding,
            "the header of `{path}` is not written as a bundle's is" => "compare with an archived copy; the container was changed or written by another program",
            "`{path}` 的文件头与证据包规范写法不符" => "请与存档副本比对；容器被改动或由其他程序制作";
        /// The source did not give as many bytes as announced.
        WrongLength { path: String } = "CH-E014", Refusal,
            "`{path}` did not have the announced length" => "seal again once nothing changes the file any more",
            "`{path}` 的长度与预告不符" => "请在文件不再变动后重新封存";
        /// Written on a Unix system in its own UTF-8, without saying so.
        NameNative { path: String } = "CH-E016", Finding,
            "the name of entry `{path}` is UTF-8 and is not marked as such" => "have it packed by 7-Zip, bsdtar or jar, which mark it; `zip` on Linux does not",
            "条目 `{path}` 的名称为 UTF-8，但未作标记" => "请改用 7-Zip、bsdtar 或 jar 打包，它们会作标记；Linux 的 `zip` 不会";
        /// Nobody can say in which characters the name is.
        NameUnmarked { path: String } = "CH-E017", Finding,
            "in which characters the name of entry `{path}` is written, the ZIP does not tell" => "have it packed by 7-Zip (on Windows with `cu=on`), bsdtar or jar, which write UTF-8; older Windows programs write GB18030 and each reader takes it for something else",
            "ZIP 未说明条目 `{path}` 的名称采用何种字符编码" => "请改用 7-Zip（Windows 下加参数 `cu=on`）、bsdtar 或 jar 以 UTF-8 打包；较早的 Windows 程序写入 GB18030，各软件解读不一";
        /// A name that was promised unique and safe is not.
        UnfitPath { path: String, what: Words } = "CH-E015", Input,
            "`{path}` cannot be an entry name: {what}" => "choose a plain name not yet used",
            "`{path}` 不能作为条目名：{what:#}" => "请另选未使用的普通名称";
    }
}

impl From<std::io::Error> for ContainerError {
    fn from(source: std::io::Error) -> Self {
        Self::Io { source }
    }
}

/// Result of container work.
pub type Result<T> = std::result::Result<T, ContainerError>;

/// How the bytes of an entry are held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// As they are.
    Stored,
    /// Compressed by DEFLATE.
    Deflated,
}

/// One file of a container, as its directory and its local header both say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Relative path with `/` between its parts.
    pub path: String,
    /// How the bytes are held.
    pub method: Method,
    /// CRC-32 of the content.
    pub crc32: u32,
    /// Bytes as held.
    pub packed: u64,
    /// Bytes of the content.
    pub size: u64,
    /// Offset of the local header.
    pub offset: u64,
    /// Offset of the first byte held.
    pub data: u64,
}

#[cfg(test)]
pub(crate) mod tests;
