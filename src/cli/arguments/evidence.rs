//! Arguments of `chancery evidence`.

use std::path::PathBuf;

use clap::Subcommand;

/// Verbs of `evidence`.
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// 归档证书 · issue the certificate of archiving of a bundle
    Certificate {
        /// 证据包编号 · bundle
        bundle: String,
        /// 委托方 · principal whose case it is (default: the only one)
        #[arg(long)]
        principal: Option<String>,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
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
    /// 调阅 · write a copy of a sealed bundle
    Retrieve {
        /// 证据包编号 · bundle id
        id: String,
        /// 输出 · file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}
