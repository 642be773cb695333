//! What a check of the archive can find.
//!
//! Names of files that are no objects are not told: they may be anything. Their folder is.

use crate::digest::Digest;

crate::problems! {
    /// Something is not as the archive leaves it.
    pub enum ArchiveFinding {
        /// An object is gone.
        Missing { digest: Digest } = "CH-S101", Finding,
            "object `{digest}` is missing" => "restore it from a copy",
            "对象 `{digest}` 缺失" => "请从副本恢复";
        /// Its bytes are not those it is named by.
        Changed { digest: Digest } = "CH-S102", Finding,
            "object `{digest}` was changed" => "keep it as evidence, and restore the right bytes from a copy",
            "对象 `{digest}` 的内容已被改动" => "请保留现状作为证据，并从副本恢复正确内容";
        /// It is not as long as the register says.
        WrongLength { digest: Digest, expected: u64, found: u64 } = "CH-S103", Finding,
            "object `{digest}` has {found} bytes instead of {expected}" => "restore it from a copy, and verify the register",
            "对象 `{digest}` 为 {found} 字节，应为 {expected} 字节" => "请从副本恢复，并核验登记库";
        /// A file whose name is no digest.
        ForeignName { folder: String } = "CH-S104", Finding,
            "`{folder}` of the archive holds something whose name is no digest" => "find out who put it there and move it away",
            "档案库目录 `{folder}` 中有名称并非摘要的内容" => "请查明缘由并移走";
        /// A link, folder or device under an object's name.
        NotAFile { folder: String } = "CH-S105", Finding,
            "`{folder}` of the archive holds a link, folder or device in an object's place" => "find out who put it there, and restore the object from a copy",
            "档案库目录 `{folder}` 中对象的位置上是链接、目录或设备" => "请查明缘由，并从副本恢复对象";
        /// Someone may write to it.
        Writable { digest: Digest } = "CH-S106", Finding,
            "object `{digest}` may be written to" => "take the write permission away and check the object",
            "对象 `{digest}` 可被写入" => "请取消写权限，并核查该对象";
        /// An object that was staged and neither published nor discarded.
        LeftStaged { digest: Digest } = "CH-S107", Finding,
            "object `{digest}` was staged and never published" => "run `chancery doctor`, which finishes or drops it by the register",
            "对象 `{digest}` 已暂存但未发布" => "请运行 `chancery doctor`，由其按登记库完成或清除";
        /// A file that was cut off while it was being staged.
        HalfMade = "CH-S108", Finding,
            "a file was cut off while it was being staged" => "run `chancery doctor`, which drops it",
            "有文件在暂存过程中中断" => "请运行 `chancery doctor` 清除";
    }
}
