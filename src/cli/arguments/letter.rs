//! Arguments of `chancery letter`.

use std::path::PathBuf;

use clap::Subcommand;

use super::life::Life;

/// Verbs of `letter`.
#[derive(Debug, Subcommand)]
pub enum Letter {
    /// 预览（有标记、无编号、不登记） · preview: marked, unnumbered, unregistered
    Preview {
        /// 请求 · request: JSON, or one of a JSONL, CSV or XLSX file
        file: PathBuf,
        /// 请求编号 · which request of the file
        #[arg(long, value_name = "REQUEST_ID")]
        request: Option<String>,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 签发 · issue every request of a file
    Issue {
        /// 请求 · request: JSON, JSONL, CSV or XLSX
        file: PathBuf,
        /// 请求编号 · only this request of the file
        #[arg(long, value_name = "REQUEST_ID")]
        request: Option<String>,
        /// 输出目录 · folder for the PDFs
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// 查看 · show one
    Show {
        /// 函号 · letter number
        number: String,
    },
    /// 一览 · list
    List,
    /// 自档案重制 · render again from the archive to the same bytes
    Reproduce {
        /// 函号 · letter number
        number: String,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 签发之后 · what happens after issue
    #[command(flatten)]
    Life(Life),
}
