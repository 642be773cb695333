//! Arguments of `chancery register`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// A book that is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Book {
    /// 催收信函登记簿 · every letter
    Letters,
    /// 用印登记 · each use of the seal image
    Seals,
}

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
    /// 登记簿与用印登记 · issue the register of letters or of seals of a period
    Report {
        /// 函件或用印 · which register
        book: Book,
        /// 委托方 · principal whose documents are told (default: the only one)
        #[arg(long)]
        principal: Option<String>,
        /// 首日 · first day
        #[arg(long, value_name = "DATE")]
        from: String,
        /// 末日 · last day
        #[arg(long, value_name = "DATE")]
        until: String,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 核验 · verify every entry
    Verify {
        /// 外部保存的检查点 · a checkpoint held outside
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
    },
}
