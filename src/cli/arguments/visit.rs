//! Arguments of `chancery visit`.

use std::path::PathBuf;

use clap::Subcommand;

/// Verbs of `visit`.
#[derive(Debug, Subcommand)]
pub enum Visit {
    /// 外访结果声明 · visit statement
    Statement {
        /// 请求 · request: JSON, JSONL, CSV or XLSX
        file: PathBuf,
        /// 请求编号 · only this request of the file
        #[arg(long, value_name = "REQUEST_ID")]
        request: Option<String>,
        /// 输出目录 · folder for the PDFs
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}
