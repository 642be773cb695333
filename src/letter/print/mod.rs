//! What leaves for the printer: letters of one envelope size in volumes.
//!
//! A volume is a derivative: its pages are laid out from the archived records, its text is that of
//! the archived letters and of the marks. It is registered with a manifest in the archive, so that
//! the same volume can be made again; the file itself is not kept. Sheets are counted through a
//! batch, over all its volumes. Source: SPEC decision 13; REQUIREMENTS L309.

mod list;
pub mod lists;
pub(super) mod marks;
pub mod pull;
pub mod respool;
pub mod volume;

use serde::{Deserialize, Serialize};

use crate::{digest::Digest, problem::Report};

crate::problems! {
    /// Why nothing is made for the printer.
    pub enum PrintProblem {
        /// The office has no such batch.
        NoBatch = "CH-B110", Input,
            "no volume of that batch is registered" => "give the name that `chancery letter batch` printed, such as B-0123456789",
            "没有该批次的打印卷" => "请填写 `chancery letter batch` 给出的批次号，如 B-0123456789";
        /// A manifest cannot be read.
        Manifest = "CH-B111", Finding,
            "the archived object is no print manifest" => "run `chancery audit run`",
            "归档对象不是打印清单" => "请运行 `chancery audit run`";
        /// A volume made again has other bytes.
        Differs { volume: u64 } = "CH-B112", Finding,
            "volume {volume} made again has other bytes than those registered" => "use the release that made it; else run `chancery audit run`",
            "第 {volume} 卷重制后与登记的字节不一致" => "请使用当时的版本；否则运行 `chancery audit run`";
        /// A sheet number is wrong.
        Sheets = "CH-B113", Input,
            "`--sheets` names no sheet of this batch" => "write numbers as the sheets bear them, such as 12,40-44",
            "`--sheets` 所列不是本批次的页" => "请按页上序号填写，如 12,40-44";
        /// A letter of the sheets has left.
        Dispatched { number: String } = "CH-B114", Refusal,
            "letter `{number}` was dispatched already" => "reprint it as a marked reprint",
            "函件 `{number}` 已交寄" => "请作为标记的补印件重新打印";
        /// A letter of the sheets may not leave.
        Blocked { number: String } = "CH-B115", Refusal,
            "letter `{number}` is blocked from dispatch" => "do not print it again; take its sheets out",
            "函件 `{number}` 已被禁止交寄" => "请勿重印，并抽出其各页";
        /// The folder is another batch's.
        OtherFolder = "CH-B116", Input,
            "the folder holds the files of another batch" => "give each batch a folder of its own",
            "该目录存有其他批次的文件" => "请为每个批次使用独立目录";
        /// A count is out of range.
        Volume = "CH-B117", Input,
            "a volume holds 1 to 2000 letters" => "give --volume a number in that range",
            "每卷可含 1 至 2000 件" => "请在此范围内设定 --volume";
        /// A workbook could not be made.
        Workbook { source: rust_xlsxwriter::XlsxError } = "CH-B118", Fault,
            "a workbook cannot be made: {source}" => "check that memory and disk have room",
            "工作簿无法生成：{source}" => "请检查内存与磁盘空间";
        /// A text list could not be made.
        List { source: std::io::Error } = "CH-B119", Fault,
            "a list cannot be made: {source}" => "check that memory and disk have room",
            "清单无法生成：{source}" => "请检查内存与磁盘空间";
        /// A letter has other pages than when it was issued.
        Pages { number: String } = "CH-B120", Finding,
            "letter `{number}` laid out again has another number of pages" => "run `chancery audit run`",
            "函件 `{number}` 重新排版后页数不同" => "请运行 `chancery audit run`";
    }
}

/// First words of every manifest.
const FORMAT: &str = "chancery print manifest v1";
/// Letters a volume may hold.
pub const MOST_LETTERS: usize = 2000;

/// Envelope that a letter of so many sheets goes into. Source: GB/T 1416; DOCUMENTS, Conventions.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Envelope {
    /// 220 × 110 mm: up to 5 sheets in three folds.
    #[serde(rename = "DL")]
    Dl,
    /// 229 × 162 mm: up to 10 sheets folded once.
    C5,
    /// 324 × 229 mm: flat.
    C4,
}

impl Envelope {
    /// The envelope for `sheets` sheets of A4.
    #[must_use]
    pub const fn holding(sheets: u64) -> Self {
        match sheets {
            0..=5 => Self::Dl,
            6..=10 => Self::C5,
            _ => Self::C4,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dl => "DL",
            Self::C5 => "C5",
            Self::C4 => "C4",
        }
    }
}

/// A letter's place in a volume.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// Letter number.
    pub number: String,
    /// Place in the volume, from 1.
    pub position: u64,
    /// First sheet, counted through the batch.
    pub sheet: u64,
    /// Its sheets.
    pub sheets: u64,
    /// Archive object of its record.
    pub record: Digest,
}

/// What the archive keeps of a volume.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    /// The batch.
    pub batch: String,
    /// The volume, from 1.
    pub volume: u64,
    /// Envelope of all its letters.
    pub envelope: Envelope,
    /// Engine that makes the same bytes.
    pub engine: String,
    /// Its letters in order.
    pub letters: Vec<Placed>,
}

impl Manifest {
    /// Its canonical JSON.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// [`PrintProblem::Manifest`].
    pub fn parse(bytes: &[u8]) -> Result<Self, PrintProblem> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|_| PrintProblem::Manifest)?;
        let canonical = manifest.format == FORMAT && manifest.to_bytes() == bytes;
        if canonical { Ok(manifest) } else { Err(PrintProblem::Manifest) }
    }

    /// Sheets of the volume.
    #[must_use]
    pub fn sheets(&self) -> u64 {
        self.letters.iter().map(|letter| letter.sheets).sum()
    }

    /// Name of its file.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}-{:03}.pdf", self.batch, self.envelope.name(), self.volume)
    }
}

/// A registered volume.
#[derive(Clone, Debug)]
pub struct Volume {
    /// What it holds.
    pub manifest: Manifest,
    /// Digest of its file.
    pub stream: Digest,
    /// Bytes of its file.
    pub stream_bytes: u64,
    /// Sequence number of the entry that registered it.
    pub entry: u64,
}

fn single(problem: impl Into<Report>) -> Vec<Report> {
    vec![problem.into()]
}
