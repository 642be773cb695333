//! Arguments of `chancery reconcile`, `stats` and `copies`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Arguments of `reconcile`.
#[derive(Args, Debug)]
pub struct Reconcile {
    /// 委托方报表 · statement: CSV or XLSX
    pub file: PathBuf,
    /// 委托方代码 · principal
    #[arg(long)]
    pub principal: String,
    /// 月份 · month of issue, such as 2026-11 (default: this month)
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
}

/// Arguments of `stats`.
#[derive(Args, Debug)]
pub struct Stats {
    /// 月份 · month, such as 2026-11 (default: this month)
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
    /// 只计该委托方 · only letters of this principal
    #[arg(long)]
    pub principal: Option<String>,
    /// 签发统计报表 PDF（须信函经办） · issue the report of one principal, as clerk
    #[arg(long, value_name = "PDF")]
    pub pdf: Option<PathBuf>,
    /// 写出 CSV · write CSV
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// 写出 XLSX · write XLSX
    #[arg(long, value_name = "FILE")]
    pub xlsx: Option<PathBuf>,
}

/// Verbs of `copies`.
#[derive(Debug, Subcommand)]
pub enum Copies {
    /// 尚缺的签署件 · signed copies that are due and not sealed
    Missing,
}
