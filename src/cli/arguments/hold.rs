//! Arguments of `chancery hold`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Verbs of `hold`.
#[derive(Debug, Subcommand)]
pub enum Hold {
    /// 暂停 · place
    Place {
        /// Which cases.
        #[command(flatten)]
        cases: Cases,
        /// 欠款金额（小额异议必填） · what is owed, for a small-debt objection
        #[arg(long, value_name = "YUAN")]
        amount: Option<String>,
    },
    /// 解除 · release
    Release {
        /// Which cases.
        #[command(flatten)]
        cases: Cases,
        /// 委托方指令编号 · id of the principal's instruction
        #[arg(long, value_name = "ID")]
        instruction: Option<String>,
        /// 委托方书面回应日期 · date of the principal's answer
        #[arg(long, value_name = "DATE")]
        answered_on: Option<String>,
    },
    /// 一览及应报告事项 · list, with the reports due
    List,
}

/// One case or a file of them, and on what.
#[derive(Args, Debug)]
pub struct Cases {
    /// 案号 · case number
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub case: Option<String>,
    /// 案件清单（CSV：案号、种类、依据编号、指令编号、回应日期、金额） · a CSV file of cases
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// 种类 · kind
    #[arg(long, required_unless_present = "file")]
    pub kind: Option<String>,
    /// 依据编号 · id of the document it rests on
    #[arg(long, value_name = "ID")]
    pub proof: Option<String>,
}
