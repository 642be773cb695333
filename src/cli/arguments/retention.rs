//! Arguments of `chancery retention`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Verbs of `retention`.
#[derive(Debug, Subcommand)]
pub enum Retention {
    /// 到期一览 · what is due by today
    Due {
        /// 含今后若干日内到期者 · and what falls due within so many days
        #[arg(long, value_name = "DAYS", default_value_t = 0)]
        within: u32,
        /// 全部，含未结案者 · everything kept, open cases too
        #[arg(long)]
        all: bool,
    },
    /// 暂停销毁 · place a legal hold
    Hold {
        /// 案号、证据包编号或函号 · case, bundle or letter number
        subject: String,
        /// 要求方 · court, arbitration, police, regulator, auditor, principal or agency
        #[arg(long)]
        who: String,
        /// 依据 · litigation, complaint, audit or instruction
        #[arg(long)]
        why: String,
        /// 文书编号 · number of the document it rests on
        #[arg(long)]
        proof: Option<String>,
        /// 终止日（含当日） · last day on which it stands (default: until released)
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
    },
    /// 解除暂停销毁 · release a legal hold
    Release {
        /// 暂停编号（登记条目） · entry that placed it
        hold: u64,
        /// 文书编号 · number of the document that allows it
        #[arg(long)]
        proof: String,
    },
    /// 暂停销毁一览 · list legal holds
    Holds,
    /// 制定销毁计划 · draw up the plan of what may be destroyed today
    Plan {
        /// 委托方 · principal whose approval it needs
        #[arg(long)]
        principal: String,
        /// 输出 · file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// 批准销毁计划 · approve a plan: one signature of each side
    Approve(ApprovePlan),
    /// 销毁 · destroy what an approved plan names
    Dispose {
        /// 计划 · plan
        plan: PathBuf,
    },
    /// 销毁证明 · issue the destruction certificate of what was destroyed
    Certificate {
        /// 证据包编号或函号 · bundle or letter number
        id: String,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
}

/// `retention approve`.
#[derive(Args, Debug)]
pub struct ApprovePlan {
    /// 计划 · plan
    pub plan: PathBuf,
    /// 在委托方机器上签署（无需办公室） · sign on the principal's machine (no office)
    #[arg(long, requires_all = ["key", "own_certificate", "out"], conflicts_with = "import")]
    pub sign: bool,
    /// 导入委托方签署 · take in the principal's signature
    #[arg(long, value_name = "P7S")]
    pub import: Option<PathBuf>,
    /// 私钥 · encrypted PKCS#8 key, PEM
    #[arg(long, value_name = "PEM")]
    pub key: Option<PathBuf>,
    /// 证书 · its certificate, PEM
    #[arg(long, value_name = "PEM")]
    pub own_certificate: Option<PathBuf>,
    /// 输出 · signature, CAdES
    #[arg(long, value_name = "P7S")]
    pub out: Option<PathBuf>,
}
