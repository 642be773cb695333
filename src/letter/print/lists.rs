//! The lists that go with a batch: print manifest, the post office's form, seal register, refusals.
//!
//! Each is made from the register and the archive alone (refusals: from what the run told), so that
//! the same command gives the same files. Every cell is text. Names and addresses stand in the
//! post office's form only, as the letters bear them. Source: issue of the night's batch.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};

use super::{PrintProblem, Volume, single, volume};
use crate::{
    case::party::Channel,
    letter::issued::text,
    office::{Office, office_folder::OfficeError},
    problem::{Language, Report, alone as report},
};

type Reports<T> = Result<T, Vec<Report>>;

/// Rows of text under headings.
#[derive(Clone, Debug)]
pub struct Table {
    headings: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Rows, without the headings.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are headings only.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// CSV in UTF-8 with a byte order mark. A cell that a spreadsheet would take for a formula is
    /// led by an apostrophe.
    ///
    /// # Errors
    /// [`PrintProblem::List`].
    pub fn csv(&self) -> Result<Vec<u8>, PrintProblem> {
        let failed = |error: csv::Error| PrintProblem::List { source: error.into() };
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(b"\xef\xbb\xbf".to_vec());
        writer.write_record(self.headings).map_err(failed)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(failed)?;
        }
        writer.into_inner().map_err(|error| PrintProblem::List { source: error.into_error() })
    }

    /// A workbook of text cells. The same table gives the same bytes.
    ///
    /// # Errors
    /// [`PrintProblem::Workbook`].
    pub fn xlsx(&self) -> Result<Vec<u8>, PrintProblem> {
        let failed = |source| PrintProblem::Workbook { source };
        let mut workbook = Workbook::new();
        let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let sheet = workbook.add_worksheet();
        let (cell, bold) = (Format::new().set_num_format("@"), Format::new().set_bold());
        for (column, heading) in (0_u16..).zip(self.headings) {
            sheet.write_string_with_format(0, column, *heading, &bold).map_err(failed)?;
        }
        for (at, row) in (1_u32..).zip(&self.rows) {
            for (column, value) in (0_u16..).zip(row) {
                sheet.write_string_with_format(at, column, value, &cell).map_err(failed)?;
            }
        }
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        workbook.save_to_buffer().map_err(failed)
    }
}

fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

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

/// One line for each reason of each refused row.
#[must_use]
pub fn refusals(refused: &[RefusedRow]) -> Table {
    let line = |one: &RefusedRow, report: &Report| {
        let request = one.request.clone().unwrap_or_default();
        let [chinese, english] = [Language::Chinese, Language::English];
        vec![
            one.row.to_string(),
            request,
            report.code.code.to_owned(),
            report.say(chinese).to_owned(),
            report.code.hint(chinese).to_owned(),
            report.say(english).to_owned(),
            report.code.hint(english).to_owned(),
        ]
    };
    let rows = refused.iter().flat_map(|one| one.reports.iter().map(move |told| line(one, told)));
    Table {
        headings: &["行", "请求编号", "代码", "原因", "处理办法", "reason", "what to do"],
        rows: rows.collect(),
    }
}

/// The print manifest of all volumes: one line a letter.
#[must_use]
pub fn manifest(volumes: &[Volume]) -> Table {
    let mut rows = Vec::new();
    for volume in volumes {
        for letter in &volume.manifest.letters {
            rows.push(vec![
                volume.manifest.volume.to_string(),
                volume.manifest.envelope.name().to_owned(),
                letter.position.to_string(),
                letter.sheet.to_string(),
                letter.sheets.to_string(),
                letter.number.clone(),
                volume.manifest.file_name(),
            ]);
        }
    }
    Table { headings: &["卷", "信封", "序号", "首页", "页数", "函号", "文件"], rows }
}

/// The print manifest as JSON.
#[must_use]
pub fn manifest_json(batch: &str, volumes: &[Volume]) -> Value {
    let volumes: Vec<Value> = volumes
        .iter()
        .map(|volume| {
            json!({
                "volume": volume.manifest.volume,
                "envelope": volume.manifest.envelope.name(),
                "file": volume.manifest.file_name(),
                "sha256": volume.stream.to_string(),
                "bytes": volume.stream_bytes,
                "sheets": volume.manifest.sheets(),
                "entry": volume.entry.seq(),
                "letters": volume.manifest.letters.iter().map(|letter| json!({
                    "position": letter.position,
                    "sheet": letter.sheet,
                    "sheets": letter.sheets,
                    "number": letter.number,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "batch": batch, "volumes": volumes })
}

/// The post office's form of bulk mail, and each use of the seal image.
///
/// # Errors
/// Faults of register and archive.
pub fn mail_and_seals(office: &Office, volumes: &[Volume]) -> Reports<(Table, Table)> {
    let agency = &office.settings().agency;
    let (mut mail, mut seals) = (Vec::new(), Vec::new());
    for volume in volumes {
        for letter in &volume.manifest.letters {
            let (record, entry, _) = volume::letter(office, &letter.number)?;
            let fact = |name: &str| record.facts.get(name).and_then(Value::as_str).unwrap_or("");
            let body = &entry.entry().body;
            if record.seal {
                seals.push(vec![
                    seals.len().saturating_add(1).to_string(),
                    letter.number.clone(),
                    record.template.clone(),
                    entry.entry().operator.clone(),
                    entry.recorded_at().format("%Y-%m-%d %H:%M:%S").to_string(),
                    entry.seq().to_string(),
                ]);
            }
            let prepared = body.get("prepared").and_then(Value::as_u64).unwrap_or_default();
            let prepared = office.view().get(prepared);
            let prepared = prepared.map_err(|error| report(OfficeError::from(error)))?;
            let prepared = prepared.ok_or_else(|| single(PrintProblem::Manifest))?;
            let kind = match Channel::read(&text(&prepared.entry().body, "channel")) {
                Channel::RegisteredPost => "挂号信函",
                Channel::Ems => "EMS",
                _ => continue,
            };
            mail.push(vec![
                mail.len().saturating_add(1).to_string(),
                letter.number.clone(),
                kind.to_owned(),
                fact("recipient_name").to_owned(),
                fact("to_address").to_owned(),
                fact("to_postcode").to_owned(),
                agency.postal_name.clone(),
                agency.address.clone(),
                agency.postcode.clone(),
                volume.manifest.envelope.name().to_owned(),
                letter.sheets.to_string(),
                String::new(),
            ]);
        }
    }
    let mail = Table {
        headings: &[
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
        ],
        rows: mail,
    };
    let headings = &["序号", "函号", "模板", "用印人", "用印时间", "登记序号"];
    Ok((mail, Table { headings, rows: seals }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        let rows = vec![vec!["=1+1".to_owned(), "王某".to_owned()]];
        let table = Table { headings: &["a", "b"], rows };
        let csv = String::from_utf8(table.csv().unwrap()).unwrap();
        assert!(csv.contains("\r\n'=1+1,王某\r\n"), "{csv}");
        assert_eq!(table.xlsx().unwrap(), table.xlsx().unwrap());
    }
}
