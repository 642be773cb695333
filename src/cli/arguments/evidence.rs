//! Arguments of `chancery evidence`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Verbs of `evidence`.
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// 封存 · seal a folder into a bundle
    Seal {
        /// 文件夹 · folder
        dir: PathBuf,
        /// 案号 · case number
        #[arg(long)]
        case: String,
        /// 种类 · kind of every file, or `auto` for kinds by subfolder
        #[arg(long)]
        kind: String,
        /// 另存一份 · also write a copy here
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 核验 · verify a bundle of this office
    Verify {
        /// 证据包编号 · bundle id (default: all)
        id: Option<String>,
    },
    /// 查看 · show one
    Show {
        /// 证据包编号 · bundle id
        id: String,
    },
    /// 一览 · list
    List {
        /// 只列此案 · only this case
        #[arg(long)]
        case: Option<String>,
    },
    /// 为封存时缺时间戳的证据包补盖 · stamp bundles whose timestamp is pending
    Timestamp,
    /// 以证据记录续证，先于证书与算法老化 · cover bundles by evidence records, or renew these
    Renew {
        /// 也更新已有的证据记录 · renew records that stand, too
        #[arg(long)]
        again: bool,
    },
    /// 导出：封装并加密给接收方 · export: sealed once more and encrypted to a recipient
    Export(Export),
    /// 调阅 · write a copy of a sealed bundle
    Retrieve {
        /// 证据包编号 · bundle id
        id: String,
        /// 输出 · file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// `evidence export`.
#[derive(Args, Debug)]
pub struct Export {
    /// 案号 · everything of this case
    #[arg(long, group = "selection")]
    pub case: Option<String>,
    /// 证据包编号 · this bundle
    #[arg(long, group = "selection")]
    pub bundle: Option<String>,
    /// 函号 · this letter
    #[arg(long, group = "selection")]
    pub letter: Option<String>,
    /// 含身份证号的文件，`-` 为标准输入；号码不得写在命令行 · file with an identity number, or `-` for standard input
    #[arg(long, group = "selection", value_name = "FILE")]
    pub person: Option<PathBuf>,
    /// 归档起始日 · first day of archiving
    #[arg(long, value_name = "DATE", group = "selection", requires = "until")]
    pub from: Option<String>,
    /// 归档截止日（含当日） · last day of archiving
    #[arg(long, value_name = "DATE", requires = "from")]
    pub until: Option<String>,
    /// 只含此委托方的内容 · only what is this principal's
    #[arg(long)]
    pub principal: Option<String>,
    /// 接收方证书 · the recipient's certificate, PEM
    #[arg(long, value_name = "PEM")]
    pub to: PathBuf,
    /// 输出 · file
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
