//! Why nothing was exported.

use crate::durable::DurableError;

crate::problems! {
    /// Why nothing was exported.
    pub enum ExportError {
        /// Nothing matches.
        Nothing = "CH-E160", Input,
            "nothing is kept that matches" => "check case, number or days; what was destroyed is not kept",
            "没有符合条件的保管内容" => "请核对案号、编号或日期；已销毁的内容不再保管";
        /// Too much matches.
        TooMany { limit: usize } = "CH-E161", Refusal,
            "more than {limit} things match" => "narrow the selection, by days or by case",
            "符合条件的内容超过 {limit} 项" => "请按日期或案号缩小范围";
        /// The output exists.
        File { source: DurableError } = "CH-E162", Fault,
            "a file cannot be used: {source}" => "check the folder, its permissions and the disk",
            "文件无法使用：{source}" => "请检查目录、权限与磁盘";
        /// The days are in disorder.
        Days = "CH-E163", Input,
            "the first day is after the last, or one of them is no day" => "give --from and --until such as 2026-05-17, in order",
            "起始日晚于截止日，或日期无效" => "请按先后给出 --from 与 --until，如 2026-05-17";
        /// No identity number.
        Person = "CH-E164", Input,
            "what was read is no identity number" => "give one identity number of 15 or 18 characters, in a file or on standard input",
            "所读内容不是身份证号码" => "请在文件或标准输入中提供一个 15 或 18 位身份证号码";
        /// Nothing, or several things, say what is wanted.
        Selection = "CH-E165", Input,
            "it is not said what to export" => "give one of --case, --bundle, --letter, --person, or --from and --until",
            "未指明导出什么" => "请给出 --case、--bundle、--letter、--person，或 --from 与 --until 之一";
    }
}
