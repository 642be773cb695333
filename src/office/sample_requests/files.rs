//! The same requests as JSON lines, CSV and XLSX.
//!
//! Owns the form in which this program writes sheets: Chinese headings, every cell text, CSV with
//! a byte order mark so that Excel reads it as UTF-8. The same requests give the same bytes.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::SampleRequest;
use crate::case::{field::Field, request};

crate::problems! {
    /// Why sample requests could not be written.
    pub enum SampleError {
        /// The workbook could not be made.
        Workbook { source: XlsxError } = "CH-I090", Fault,
            "the sample workbook cannot be made: {source}" => "check that memory and disk have room",
            "样例工作簿无法生成：{source}" => "请检查内存与磁盘空间";
        /// The text could not be made.
        Text { source: std::io::Error } = "CH-I091", Fault,
            "the sample file cannot be made: {source}" => "check that memory and disk have room",
            "样例文件无法生成：{source}" => "请检查内存与磁盘空间";
    }
}

/// One JSON object a line.
///
/// # Errors
/// [`SampleError::Text`].
pub fn jsonl(requests: &[SampleRequest]) -> Result<Vec<u8>, SampleError> {
    let mut bytes = Vec::new();
    for request in requests {
        let entries: BTreeMap<_, _> =
            request.fields().map(|name| (name, request.get(name))).collect();
        serde_json::to_writer(&mut bytes, &entries)
            .map_err(|error| SampleError::Text { source: error.into() })?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// CSV in UTF-8 with a byte order mark, under Chinese headings.
///
/// # Errors
/// [`SampleError::Text`].
pub fn csv(requests: &[SampleRequest]) -> Result<Vec<u8>, SampleError> {
    let columns = columns(requests);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |error: csv::Error| SampleError::Text { source: error.into() };
    writer.write_record(columns.iter().map(|field| field.heading())).map_err(failed)?;
    for request in requests {
        let cells = columns.iter().map(|field| request.get(field.name));
        writer.write_record(cells).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| SampleError::Text { source: error.into_error() })
}

/// A workbook of text cells under Chinese headings, dated `day`.
///
/// # Errors
/// [`SampleError::Workbook`].
pub fn xlsx(requests: &[SampleRequest], day: NaiveDate) -> Result<Vec<u8>, SampleError> {
    let failed = |source| SampleError::Workbook { source };
    let columns = columns(requests);
    let mut workbook = Workbook::new();
    let year = u16::try_from(day.year()).unwrap_or(1900);
    let month = u8::try_from(day.month()).unwrap_or(1);
    let created = ExcelDateTime::from_ymd(year, month, u8::try_from(day.day()).unwrap_or(1));
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created.map_err(failed)?));
    let sheet = workbook.add_worksheet();
    let (text, bold) = (Format::new().set_num_format("@"), Format::new().set_bold());
    for (column, field) in (0u16..).zip(&columns) {
        sheet.write_string_with_format(0, column, field.heading(), &bold).map_err(failed)?;
        for (row, request) in (1u32..).zip(requests) {
            let value = request.get(field.name);
            sheet.write_string_with_format(row, column, value, &text).map_err(failed)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    workbook.save_to_buffer().map_err(failed)
}

/// Columns any of `requests` uses, in the order of the catalogue.
fn columns(requests: &[SampleRequest]) -> Vec<&'static Field> {
    request::columns()
        .filter(|field| requests.iter().any(|request| !request.get(field.name).is_empty()))
        .collect()
}
