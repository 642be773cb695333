//! Arguments of `chancery audit`.

use std::path::PathBuf;

use clap::Subcommand;

/// Verbs of `audit`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// 核验登记簿与档案 · check register and archive
    Run {
        /// 外部保存的检查点 · a checkpoint held outside
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
    },
    /// 审计核验报告 · check, then issue the report in the auditor's name
    Report {
        /// 委托方 · principal to whom the report is made (default: the only one)
        #[arg(long)]
        principal: Option<String>,
        /// 外部保存的检查点 · a checkpoint held outside
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 每周质检抽样，任何人可复算 · weekly random sample for quality control, which anybody can draw again
    Sample {
        /// 周次，如 2026-W21 · week (default: the last one that ended)
        #[arg(long)]
        week: Option<String>,
        /// 件数 · how many
        #[arg(long, default_value_t = 10)]
        count: usize,
        /// 同时导出给此证书的持有人 · also export what is drawn, to the holder of this certificate
        #[arg(long, value_name = "PEM", requires = "out")]
        to: Option<PathBuf>,
        /// 导出文件 · file of the export
        #[arg(long, value_name = "FILE", requires = "to")]
        out: Option<PathBuf>,
    },
}
