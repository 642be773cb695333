//! The lists that go with a batch: print manifest, the post office's form, seal register, refusals.
//!
//! Each is made from the register and the archive alone (refusals: from what the run told), so that
//! the same command gives the same files. Every cell is text. Names and addresses stand in the
//! post office's form only, as the letters bear them. Source: issue of the night's batch.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Placed, PrintProblem, Volume,
    list::{Form, List},
    single, volume,
};
use crate::{
    case::party::Channel,
    letter::{issued::text, record::Record},
    office::{Office, office_folder::OfficeError},
    problem::{Language, Report, alone as report},
};

/// A refused row.
#[derive(Clone, Debug)]
pub struct RefusedRow {
    /// Row of the file.
    pub row: u64,
    /// Request id, masked.
    pub request: Option<String>,
    /// Why.
    pub reports: Vec<Report>,
}

/// Writes one line for each reason of each refused row.
///
/// # Errors
/// Faults of the folder, [`PrintProblem::List`], [`PrintProblem::Workbook`].
pub fn refusals(folder: &Path, refused: &[&RefusedRow]) -> Result<u32, Report> {
    let headings = ["行", "请求编号", "代码", "原因", "处理办法", "reason", "what to do"];
    let mut list = List::begin(folder, "refusals", Form::Both, &headings)?;
    let [chinese, english] = [Language::Chinese, Language::English];
    for one in refused {
        for report in &one.reports {
            list.push(&[
                &one.row.to_string(),
                one.request.as_deref().unwrap_or_default(),
                report.code.code,
                report.say(chinese),
                report.code.hint(chinese),
                report.say(english),
                report.code.hint(english),
            ])?;
        }
    }
    list.finish()
}

/// Writes the print manifest of all volumes: one line a letter.
///
/// # Errors
/// Faults of the folder, [`PrintProblem::List`], [`PrintProblem::Workbook`].
pub fn manifest(folder: &Path, volumes: &[Volume]) -> Result<u32, Report> {
    let headings = ["卷", "信封", "序号", "首页", "页数", "函号", "文件"];
    let mut list = List::begin(folder, "manifest", Form::Csv, &headings)?;
    for volume in volumes {
        let file = volume.manifest.file_name();
        for letter in &volume.manifest.letters {
            list.push(&[
                &volume.manifest.volume.to_string(),
                volume.manifest.envelope.name(),
                &letter.position.to_string(),
                &letter.sheet.to_string(),
                &letter.sheets.to_string(),
                &letter.number,
                &file,
            ])?;
        }
    }
    list.finish()
}

/// The print manifest as JSON.
#[derive(Debug, Serialize)]
pub struct ManifestFile<'a> {
    batch: &'a str,
    volumes: Vec<ManifestVolume<'a>>,
}

/// A volume in it.
#[derive(Debug, Serialize)]
struct ManifestVolume<'a> {
    volume: u64,
    envelope: &'static str,
    file: String,
    sha256: String,
    bytes: u64,
    sheets: u64,
    entry: u64,
    letters: Vec<ManifestLetter<'a>>,
}

/// A letter in that.
#[derive(Debug, Serialize)]
struct ManifestLetter<'a> {
    position: u64,
    sheet: u64,
    sheets: u64,
    number: &'a str,
}

impl<'a> ManifestFile<'a> {
    /// The manifest of `volumes`.
    #[must_use]
    pub fn of(batch: &'a str, volumes: &'a [Volume]) -> Self {
        let letter = |letter: &'a Placed| ManifestLetter {
            position: letter.position,
            sheet: letter.sheet,
            sheets: letter.sheets,
            number: &letter.number,
        };
        let volume = |volume: &'a Volume| ManifestVolume {
            volume: volume.manifest.volume,
            envelope: volume.manifest.envelope.name(),
            file: volume.manifest.file_name(),
            sha256: volume.stream.to_string(),
            bytes: volume.stream_bytes,
            sheets: volume.manifest.sheets(),
            entry: volume.entry,
            letters: volume.manifest.letters.iter().map(letter).collect(),
        };
        Self { batch, volumes: volumes.iter().map(volume).collect() }
    }
}

/// Headings of the post office's form.
const MAIL: [&str; 12] = [
    "序号",
    "函号",
    "邮件种类",
    "收件人",
    "收件地址",
    "收件邮编",
    "寄件人",
    "寄件地址",
    "寄件邮编",
    "信封",
    "页数",
    "邮件号码",
];

/// Writes the post office's form of bulk mail and each use of the seal image, and says how many of
/// each there are.
///
/// # Errors
/// Faults of register and archive; those of [`refusals`].
pub fn mail_and_seals(
    office: &Office,
    folder: &Path,
    volumes: &[Volume],
) -> Result<(u32, u32), Vec<Report>> {
    let agency = &office.settings().agency;
    let mut mail = List::begin(folder, "mail", Form::Workbook, &MAIL).map_err(alone)?;
    let headings = ["序号", "函号", "模板", "用印人", "用印时间", "登记序号"];
    let mut seals = List::begin(folder, "seals", Form::Both, &headings).map_err(alone)?;
    let next = |list: &List| list.rows().saturating_add(1).to_string();
    for volume in volumes {
        for letter in &volume.manifest.letters {
            let (record, entry, _) = volume::letter(office, &letter.number)?;
            let body = &entry.entry().body;
            if record.seal {
                let row = [
                    &next(&seals),
                    &letter.number,
                    &record.template,
                    &entry.entry().operator,
                    &entry.recorded_at().format("%Y-%m-%d %H:%M:%S").to_string(),
                    &entry.seq().to_string(),
                ];
                seals.push(&row.map(String::as_str)).map_err(alone)?;
            }
            let Some(posted) = posted(office, &record, body)? else { continue };
            let [kind, name, address, postcode] = &posted;
            mail.push(&[
                &next(&mail),
                &letter.number,
                kind,
                name,
                address,
                postcode,
                &agency.postal_name,
                &agency.address,
                &agency.postcode,
                volume.manifest.envelope.name(),
                &letter.sheets.to_string(),
                "",
            ])
            .map_err(alone)?;
        }
    }
    Ok((mail.finish().map_err(alone)?, seals.finish().map_err(alone)?))
}

/// Columns of the form that tell of the letter: how it goes, to whom, where.
pub const TELLING: [&str; 4] = ["邮件种类", "收件人", "收件地址", "收件邮编"];
/// Columns of the form that are the sender's, or count what lies before the clerk.
pub const BESIDES: [&str; 6] = ["序号", "寄件人", "寄件地址", "寄件邮编", "信封", "页数"];

/// What the form says of letter `number` under [`TELLING`]; nothing of one that is not posted.
///
/// # Errors
/// Faults of register and archive.
pub fn told_of(office: &Office, number: &str) -> Result<Option<[String; 4]>, Vec<Report>> {
    let (record, entry, _) = volume::letter(office, number)?;
    posted(office, &record, &entry.entry().body)
}

fn posted(
    office: &Office,
    record: &Record,
    issued: &Map<String, Value>,
) -> Result<Option<[String; 4]>, Vec<Report>> {
    let prepared = issued.get("prepared").and_then(Value::as_u64).unwrap_or_default();
    let prepared = office.view().get(prepared);
    let prepared = prepared.map_err(|error| report(OfficeError::from(error)))?;
    let prepared = prepared.ok_or_else(|| single(PrintProblem::Manifest))?;
    let kind = match Channel::read(&text(&prepared.entry().body, "channel")) {
        Channel::RegisteredPost => "挂号信函",
        Channel::Ems => "EMS",
        _ => return Ok(None),
    };
    let fact = |name: &str| record.facts.get(name).and_then(Value::as_str).unwrap_or_default();
    let told = [kind, fact("recipient_name"), fact("to_address"), fact("to_postcode")];
    Ok(Some(told.map(str::to_owned)))
}

fn alone(report: Report) -> Vec<Report> {
    vec![report]
}
