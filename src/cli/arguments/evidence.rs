//! Arguments of `chancery evidence`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Verbs of `evidence`.
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// 归档证书 · issue the certificate of archiving of a bundle
    Certificate {
        /// 证据包编号 · bundle
        bundle: String,
        /// 委托方 · principal whose case it is (default: the only one)
        #[arg(long)]
        principal: Option<String>,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 封存 · seal a folder into a bundle
    Seal(Seal),
    /// 核验 · verify a bundle of this office, or a bag of others in a folder or ZIP
    Verify {
        /// 证据包编号或路径 · bundle id (default: all), or path of a bag of others
        id: Option<String>,
        /// 登记核验结果 · register the outcome
        #[arg(long, requires = "id")]
        record: bool,
        /// 按此时点判断，如 2046-11-23T09:00:00+08:00 · judge as of this time (default: now)
        #[arg(long, value_name = "DATE-TIME", conflicts_with = "record")]
        at: Option<String>,
    },
    /// 保管链 · who did what with a bundle, from collection on
    Custody {
        /// 证据包编号 · bundle id
        id: String,
    },
    /// 读取文件头 · what files say of themselves: format, lines, duration, time, device, place
    Inspect {
        /// 文件 · files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// 证据照片页 · a PDF of the pictures in a folder, each with digest and capture time
    Sheet {
        /// 文件夹 · folder of JPEG and PNG pictures
        dir: PathBuf,
        /// 输出 · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
        /// 标题下的案号 · case number to print
        #[arg(long)]
        case: Option<String>,
    },
    /// 加盖副本章 · stamp a copy of a PDF, leaving the original's bytes in it
    Stamp {
        /// 原件 · PDF
        file: PathBuf,
        /// 输出 · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 查看 · show one
    Show {
        /// 证据包编号 · bundle id
        id: String,
    },
    /// 一览 · list
    List {
        /// 只列此案 · only this case
        #[arg(long)]
        case: Option<String>,
    },
    /// 为封存时缺时间戳的证据包补盖 · stamp bundles whose timestamp is pending
    Timestamp,
    /// 以证据记录续证，先于证书与算法老化 · cover bundles by evidence records, or renew these
    Renew {
        /// 也更新已有的证据记录 · renew records that stand, too
        #[arg(long)]
        again: bool,
        /// 以更强算法重新计算摘要（散列树更新） · hash anew what is known by a weaker algorithm
        #[arg(long, value_name = "NAME", value_parser = ["sha256", "sha384", "sha512"])]
        algorithm: Option<String>,
    },
    /// 导出：封装并加密给接收方 · export: sealed once more and encrypted to a recipient
    Export(Export),
    /// 解开证据包到新文件夹，无需办公室 · take a bundle apart into a new folder; needs no office
    Extract {
        /// 证据包文件 · bundle
        file: PathBuf,
        /// 新文件夹 · folder that does not exist yet
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// 调阅 · write a copy of a sealed bundle, with its later token and evidence record beside it
    Retrieve {
        /// 证据包编号；导出编号则取其补盖的时间戳 · bundle id, or an export's for the token that came later
        id: String,
        /// 输出 · file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// `evidence seal`.
#[derive(Args, Debug)]
pub struct Seal {
    /// 文件夹 · folder
    pub dir: PathBuf,
    /// 案号 · case number
    #[arg(long)]
    pub case: Option<String>,
    /// 种类 · kind of every file, or `auto` for kinds by subfolder
    #[arg(long)]
    pub kind: Option<String>,
    /// 外访文书编号 · the visit's document: case, times and recordings come from it
    #[arg(long, value_name = "NUMBER")]
    pub visit: Option<String>,
    /// 函件编号 · the letter whose signed copy this is
    #[arg(long, value_name = "NUMBER", conflicts_with = "visit")]
    pub letter: Option<String>,
    /// 外访开始 · beginning of the visit, as 2026-11-23T14:05
    #[arg(long, value_name = "TIME", requires = "until")]
    pub from: Option<String>,
    /// 外访结束 · end of the visit
    #[arg(long, value_name = "TIME", requires = "from")]
    pub until: Option<String>,
    /// 证据照片页 · also make a sheet of the pictures
    #[arg(long, value_name = "PDF")]
    pub sheet: Option<PathBuf>,
    /// 另存一份 · also write a copy here
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `evidence export`.
#[derive(Args, Debug)]
pub struct Export {
    /// 案号 · everything of this case
    #[arg(long, group = "selection")]
    pub case: Option<String>,
    /// 证据包编号 · this bundle
    #[arg(long, group = "selection")]
    pub bundle: Option<String>,
    /// 函号 · this letter
    #[arg(long, group = "selection")]
    pub letter: Option<String>,
    /// 含身份证号的文件，`-` 为标准输入；号码不得写在命令行 · file with an identity number, or `-` for standard input
    #[arg(long, group = "selection", value_name = "FILE")]
    pub person: Option<PathBuf>,
    /// 归档起始日 · first day of archiving
    #[arg(long, value_name = "DATE", group = "selection", requires = "until")]
    pub from: Option<String>,
    /// 归档截止日（含当日） · last day of archiving
    #[arg(long, value_name = "DATE", requires = "from")]
    pub until: Option<String>,
    /// 只含此委托方的内容 · only what is this principal's
    #[arg(long)]
    pub principal: Option<String>,
    /// 接收方证书 · the recipient's certificate, PEM
    #[arg(long, value_name = "PEM")]
    pub to: PathBuf,
    /// 输出 · file
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
