//! Arguments of `chancery case`.

use clap::Subcommand;

/// Verbs of `case`.
#[derive(Debug, Subcommand)]
pub enum Case {
    /// 结案，保管期限起算 · close: retention begins
    Close {
        /// 案号 · case number
        case: String,
        /// 结案日 · day it was closed, today or before
        #[arg(long, value_name = "DATE")]
        on: String,
        /// 委托方 · principal (default: the one its letters were made for)
        #[arg(long)]
        principal: Option<String>,
    },
    /// 应委托方要求重新立案 · open a closed case again, because its principal demands it
    Reopen {
        /// 案号 · case number
        case: String,
        /// 要求文号 · number of the principal's demand
        #[arg(long)]
        proof: String,
    },
}
