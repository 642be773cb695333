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
}
