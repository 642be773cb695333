//! Arguments of `chancery letter`.

use std::path::PathBuf;

use clap::Subcommand;

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
    /// 信封或标签 · envelopes or labels, equal to their letters
    Envelope {
        /// 函号或函号文件 · letter number, or a file of numbers
        letters: String,
        /// 规格 · B6, DL, ZL, C5, C4 or window
        #[arg(long, value_name = "SIZE", required_unless_present = "labels")]
        size: Option<String>,
        /// 标签 · sheets of labels instead: 3x8 or 2x7
        #[arg(long, value_name = "COLUMNSxROWS", conflicts_with = "size")]
        labels: Option<String>,
        /// 输出目录 · folder for the PDFs
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
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
}
