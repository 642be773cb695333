//! Tables of figures as CSV and XLSX.
//!
//! Owns the form of both: CSV in UTF-8 with a byte order mark, one table below the other, each
//! row led by the table's name; a workbook with a sheet a table, counts as numbers. The same
//! figures give the same bytes.

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

crate::problems! {
    /// Why figures could not be written.
    pub enum TableError {
        /// The workbook could not be made.
        Workbook { source: XlsxError } = "CH-Q038", Fault,
            "the workbook cannot be made: {source}" => "check that memory and disk have room",
            "工作簿无法生成：{source}" => "请检查内存与磁盘空间";
        /// The text could not be made.
        Text { source: csv::Error } = "CH-Q039", Fault,
            "the table cannot be written: {source}" => "check that memory and disk have room",
            "表格无法写出：{source}" => "请检查内存与磁盘空间";
    }
}

/// A table of figures.
#[derive(Clone, Debug)]
pub struct Table {
    /// Stable name, and the sheet's.
    pub name: &'static str,
    /// Headings.
    pub head: Vec<String>,
    /// Rows as wide as the headings.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table.
    pub fn new<'a>(name: &'static str, head: impl IntoIterator<Item = &'a str>) -> Self {
        Self { name, head: head.into_iter().map(str::to_owned).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().collect());
    }

    /// The table as aligned text; wide characters count twice.
    #[must_use]
    pub fn to_text(&self) -> String {
        let width =
            |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
        let all = || [&self.head].into_iter().chain(&self.rows);
        let widths: Vec<usize> = (0..self.head.len())
            .map(|at| all().filter_map(|row| row.get(at)).map(|cell| width(cell)).max())
            .map(Option::unwrap_or_default)
            .collect();
        // Words stand at the left of their column, numbers at the right.
        let words = |at: usize| {
            at == 0 || self.rows.iter().filter_map(|row| row.get(at)).any(|cell| !cell.is_ascii())
        };
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, widest))| {
                let room = " ".repeat(widest.saturating_sub(width(cell)));
                if words(at) { format!("{cell}{room}") } else { format!("{room}{cell}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        all().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// `tables` as CSV.
///
/// # Errors
/// [`TableError::Text`].
pub fn csv(tables: &[Table]) -> Result<Vec<u8>, TableError> {
    let failed = |source| TableError::Text { source };
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    for table in tables {
        for row in [&table.head].into_iter().chain(&table.rows) {
            writer
                .write_record([table.name].into_iter().chain(row.iter().map(String::as_str)))
                .map_err(failed)?;
        }
    }
    writer.into_inner().map_err(|error| failed(error.into_error().into()))
}

/// `tables` as a workbook dated `day`.
///
/// # Errors
/// [`TableError::Workbook`].
pub fn xlsx(tables: &[Table], day: NaiveDate) -> Result<Vec<u8>, TableError> {
    let failed = |source| TableError::Workbook { source };
    let mut workbook = Workbook::new();
    let year = u16::try_from(day.year()).unwrap_or(1900);
    let month = u8::try_from(day.month()).unwrap_or(1);
    let created = ExcelDateTime::from_ymd(year, month, u8::try_from(day.day()).unwrap_or(1));
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created.map_err(failed)?));
    let bold = Format::new().set_bold();
    for table in tables {
        let sheet = workbook.add_worksheet();
        sheet.set_name(table.name).map_err(failed)?;
        for (column, heading) in (0u16..).zip(&table.head) {
            sheet.write_string_with_format(0, column, heading, &bold).map_err(failed)?;
        }
        for (row, cells) in (1u32..).zip(&table.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                match cell.parse::<u32>() {
                    Ok(count) => sheet.write_number(row, column, count).map_err(failed)?,
                    Err(_) => sheet.write_string(row, column, cell).map_err(failed)?,
                };
            }
        }
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
    }
    workbook.save_to_buffer().map_err(failed)
}
