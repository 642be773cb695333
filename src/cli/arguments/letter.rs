//! Arguments of `chancery letter`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::life::Life;

/// Verbs of `letter`.
#[derive(Debug, Subcommand)]
pub enum Letter {
    /// 预览（有标记、无编号、不登记） · preview: marked, unnumbered, unregistered
    Preview {
        #[command(flatten)]
        requests: Requests,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 签发 · issue every request of a file
    Issue {
        #[command(flatten)]
        requests: Requests,
        /// 输出目录 · folder for the PDFs
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// 批量签发并制作打印卷与清单 · issue a file of requests; volumes for the printer, lists
    Batch(Batch),
    /// 抽出已被还款、暂停、作废或撤回所超越的函件并禁止交寄 · name and block printed letters that something overtook
    Pull {
        /// 批次号 · batch, such as B-0123456789
        batch: String,
    },
    /// 交寄前重印损坏的页 · print spoiled sheets again before dispatch
    Respool {
        /// 批次号 · batch, such as B-0123456789
        batch: String,
        /// 页上序号 · numbers on the sheets, such as 12,40-44
        #[arg(long)]
        sheets: String,
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
    List(Filter),
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

/// Which letters to list; without a filter all.
#[derive(Args, Debug)]
pub struct Filter {
    /// 案号 · of this case
    #[arg(long, value_name = "CASE")]
    pub case: Option<String>,
    /// 委托人代码 · of this principal
    #[arg(long, value_name = "ID")]
    pub principal: Option<String>,
    /// 文书类型 · of this kind, such as `collection_notice`
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// 状态，可给多个：issued、blocked、dispatched、delivered、returned、voided · in one of these states
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    pub state: Vec<String>,
    /// 签发月份 · issued in this month, such as 2026-11
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
}

/// A file of requests, and which of them.
#[derive(Args, Debug)]
pub struct Requests {
    /// 请求 · request: JSON, JSONL, CSV or XLSX
    pub file: PathBuf,
    /// 请求编号 · only this request of the file
    #[arg(long, value_name = "REQUEST_ID")]
    pub request: Option<String>,
    /// 采用该委托方的表头对照与签名 · read the file by this principal's headings and signature
    #[arg(long, value_name = "ID")]
    pub principal: Option<String>,
}

/// Arguments of `letter batch`.
#[derive(Args, Debug)]
pub struct Batch {
    /// 请求 · requests: JSONL, CSV or XLSX
    pub file: PathBuf,
    /// 输出目录 · folder for volumes and lists, one for each batch
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 采用该委托方的表头对照与签名 · read the file by this principal's headings and signature
    #[arg(long, value_name = "ID")]
    pub principal: Option<String>,
    /// 仅制作样稿 · a marked proof of the file's extremes; nothing is registered
    #[arg(long)]
    pub proof: bool,
    /// 同时输出各函 PDF · also write each letter's archived PDF into DIR/letters
    #[arg(long)]
    pub letters: bool,
    /// 每卷函数 · letters of a volume
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub volume: usize,
    /// 排版线程数 · threads that make pages (default: the machine's)
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,
}
