//! Arguments of `chancery heading`.

use std::path::PathBuf;

use clap::Subcommand;

/// Verbs of `heading`.
#[derive(Debug, Subcommand)]
pub enum Heading {
    /// 预览文件各列按委托方表头对照的含义 · preview what each column of a file gives
    Map {
        /// 委托方编号 · principal
        principal: String,
        /// 文件 · CSV or XLSX
        file: PathBuf,
    },
    /// 一览 · the headings and constants of a principal's signed profile
    List {
        /// 委托方编号 · principal
        principal: String,
    },
}
