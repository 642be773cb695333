//! Arguments of `chancery register`.

use std::path::PathBuf;

use clap::Subcommand;

/// Verbs of `register`.
#[derive(Debug, Subcommand)]
pub enum Register {
    /// 一览 · list entries
    List {
        /// 从第几条起 · first entry
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// 只列某类 · only kinds that begin so
        #[arg(long)]
        kind: Option<String>,
    },
    /// 查看 · show one entry
    Show {
        /// 序号 · sequence number
        seq: u64,
    },
    /// 证明 · inclusion proof of one entry
    Prove {
        /// 序号 · sequence number
        seq: u64,
    },
    /// 检查点 · sign the register's size and root
    Checkpoint {
        /// 输出 · also write the note here
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 导出 · every entry as one JSON line
    Export {
        /// 输出 · file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// 核验 · verify every entry
    Verify {
        /// 外部保存的检查点 · a checkpoint held outside
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
    },
}
