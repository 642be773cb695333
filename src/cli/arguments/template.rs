//! Arguments of `chancery template`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Verbs of `template`.
#[derive(Debug, Subcommand)]
pub enum Template {
    /// 核准前检查 · lint before approval; or one sentence with `--text`
    Check {
        /// 模板 · template id, or a folder of templates with `--templates`
        #[arg(required_unless_present = "text")]
        id: Option<String>,
        /// 委托方 · as it is with this principal's letterhead and seal
        #[arg(long, conflicts_with = "text")]
        principal: Option<String>,
        /// 检查一句话 · lint one sentence (`-` reads lines of standard input)
        #[arg(long, conflicts_with = "id")]
        text: Option<String>,
    },
    /// 核准 · one signature of an approver
    Approve(Approve),
    /// 撤回 · withdraw an approval at once
    Withdraw {
        /// 模板 · template id
        id: String,
        /// 委托方 · principal
        #[arg(long)]
        principal: String,
        /// 原因 · reason
        #[arg(long)]
        reason: String,
    },
    /// 一览 · list
    List,
    /// 查看 · show one
    Show {
        /// 模板 · template id
        id: String,
        /// 委托方 · as it is with this principal's letterhead and seal
        #[arg(long)]
        principal: Option<String>,
    },
    /// 比较两个版本 · compare two versions: wording, fields, pages side by side
    Diff {
        /// 旧版 · folder, ID, ID@VERSION or ID@approved
        old: String,
        /// 新版 · likewise
        new: String,
        /// 委托方 · as they are for this principal
        #[arg(long)]
        principal: Option<String>,
        /// 输出 PDF · both proofs side by side, changes marked
        #[arg(long, value_name = "PDF")]
        out: Option<PathBuf>,
    },
    /// 审阅核准请求（无需办公室） · look at a request before signing it (no office needed)
    Review {
        /// 核准请求 · request file
        request: PathBuf,
        /// 输出目录 · folder for proof and difference
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// 样稿 · proofs of awkward synthetic data and of each branch of the wording, marked 样稿
    Proof {
        /// 模板 · template id
        id: String,
        /// 委托方 · as it is with this principal's letterhead
        #[arg(long)]
        principal: Option<String>,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
}

/// `template approve`.
#[derive(Args, Debug)]
pub struct Approve {
    /// 模板 · template id
    #[arg(required_unless_present_any = ["sign", "import"])]
    pub id: Option<String>,
    /// 委托方 · principal for whose letters it is approved
    #[arg(long, required_unless_present_any = ["sign", "import"])]
    pub principal: Option<String>,
    /// 有效期首日 · first day (default today)
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// 有效期末日 · last day
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// 写出给委托方的核准请求 · write the request for the principal's approver
    #[arg(long, value_name = "OUT")]
    pub request: Option<PathBuf>,
    /// 委托方自有机器上签署 · sign a request on the principal's machine (no office)
    #[arg(long, value_name = "REQUEST", requires_all = ["key", "own_certificate", "out"])]
    pub sign: Option<PathBuf>,
    /// 导入委托方的签署 · take in the principal's signature
    #[arg(long, value_name = "SIGNED", conflicts_with_all = ["sign", "request"])]
    pub import: Option<PathBuf>,
    /// 私钥 · key for `--sign`
    #[arg(long, value_name = "PEM")]
    pub key: Option<PathBuf>,
    /// 证书 · certificate for `--sign`
    #[arg(long, value_name = "PEM")]
    pub own_certificate: Option<PathBuf>,
    /// 输出 · signed file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
