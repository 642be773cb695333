//! Arguments of `chancery contact`.

use std::path::PathBuf;

use clap::Subcommand;

/// Verbs of `contact`.
#[derive(Debug, Subcommand)]
pub enum Contact {
    /// 登记联系人（CSV：案号、姓名、地址） · enter contacts of cases from a CSV file
    Add {
        /// CSV 文件 · file
        file: PathBuf,
    },
    /// 撤销误登 · withdraw contacts entered wrongly, from a file of the same form
    Withdraw {
        /// CSV 文件 · file
        file: PathBuf,
    },
}
