//! Arguments of `chancery hold`.

use clap::Subcommand;

/// Verbs of `hold`.
#[derive(Debug, Subcommand)]
pub enum Hold {
    /// 暂停 · place
    Place {
        /// 案号 · case number
        case: String,
        /// 种类 · kind
        #[arg(long)]
        kind: String,
        /// 依据编号 · id of the document it rests on
        #[arg(long)]
        proof: Option<String>,
    },
    /// 解除 · release
    Release {
        /// 案号 · case number
        case: String,
        /// 种类 · kind
        #[arg(long)]
        kind: String,
        /// 依据编号 · id of the document that allows it
        #[arg(long)]
        proof: String,
    },
    /// 一览 · list
    List,
}
