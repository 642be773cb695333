//! Tables that are no requests: acts on letters, a principal's statement, the post office's bill.
//!
//! Owns [`Table`], which reads CSV and XLSX row by row under headings the caller names, by the same
//! decoding, limits and refusals as requests: nothing is guessed, no cell is repeated in a message.
//! Other people's files may hold more columns than are asked for; the office's own may not, for a
//! mistyped heading would lose what stands under it. Source: SPEC decisions 6 and 14.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Seek as _,
    path::Path,
};

use super::{
    Format,
    columns::letter,
    days::{self, Day},
    delimited, detect,
    problem::IntakeProblem,
    sheet,
    sheet::Cell,
};
use crate::{
    case::{field::Kind, request::Entered},
    digest::Digest,
    durable,
    problem::Report,
};

crate::problems! {
    /// What is wrong with a table as a whole.
    pub enum TableProblem {
        /// It is JSON or the like.
        NotATable = "CH-Q001", Input,
            "the file is neither CSV nor XLSX" => "export it as one of these",
            "文件既不是 CSV 也不是 XLSX" => "请导出为其中一种";
        /// A column is missing.
        MissingColumn { column: &'static str, headings: String } = "CH-Q002", Input,
            "the file has no column `{column}`" => "give one of its columns a heading that docs/formats.md names for it",
            "文件没有 `{column}` 列（可用表头：{headings}）" => "请将相应列的表头改为所列之一";
        /// Two columns mean the same.
        DoubleColumn { column: &'static str } = "CH-Q003", Input,
            "two columns are headed `{column}`" => "remove one of them",
            "有两列均为 `{column}`" => "请删除其中一列";
        /// A column of the office's own file means nothing.
        ForeignColumn { place: String } = "CH-Q004", Input,
            "the heading of column {place} is not known" => "correct it, or remove the column; docs/formats.md names the headings",
            "第 {place} 列的表头无法识别" => "请更正或删除该列；表头见 docs/formats.md";
    }
}

/// One column that may be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, which is a heading as well.
    pub name: &'static str,
    /// Other headings for it.
    pub headings: &'static [&'static str],
    /// What its cells may hold.
    pub kind: Kind,
    /// Whether the file must have it.
    pub required: bool,
}

impl Column {
    /// A column of text.
    #[must_use]
    pub const fn text(name: &'static str, headings: &'static [&'static str]) -> Self {
        Self { name, headings, kind: Kind::Text, required: false }
    }

    /// The same column, holding values of `kind`.
    #[must_use]
    pub const fn holding(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same column, which the file must have.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    fn is_headed(&self, heading: &str) -> bool {
        self.name == heading || self.headings.contains(&heading)
    }
}

/// What stands in a row, by column; empty cells are absent.
pub type Cells = BTreeMap<&'static str, String>;

/// A row with its number in the file, counted from one.
pub type Row = (u64, Result<Cells, Vec<Report>>);

enum Rows {
    Delimited {
        reader: Box<delimited::Reader>,
        record: csv::StringRecord,
    },
    Sheet {
        rows: std::collections::btree_map::IntoIter<u32, sheet::Row>,
        merged: Vec<u64>,
        hidden: BTreeSet<u32>,
    },
    Ended,
}

/// A table, read row by row.
pub struct Table {
    columns: Vec<Option<Column>>,
    rows: Rows,
    digest: Digest,
}

impl Table {
    /// Opens the table at `path` and finds the columns `wanted`.
    ///
    /// # Errors
    /// Everything wrong with the file as a whole: [`TableProblem`], [`IntakeProblem`] or
    /// [`DurableError`](durable::DurableError).
    pub fn open(path: &Path, wanted: &[Column], own: bool) -> Result<Self, Vec<Report>> {
        let one = |report: Report| vec![report];
        let mut file = durable::open_regular(path).map_err(|problem| one(problem.into()))?;
        let found = detect::detect(&mut file, None).map_err(|problem| one(problem.into()))?;
        match found.format {
            Format::Json | Format::JsonLines => Err(one(TableProblem::NotATable.into())),
            Format::Csv => {
                let mut chosen: Option<(usize, u8)> = None;
                for separator in [b',', b';', b'\t'] {
                    let (_, record) =
                        delimited::start(&mut file, found.encoding, separator).map_err(one)?;
                    let known = record.iter().filter(|heading| is_known(wanted, heading)).count();
                    if chosen.is_none_or(|(most, _)| known > most) {
                        chosen = Some((known, separator));
                    }
                }
                let separator = chosen.map_or(b',', |(_, separator)| separator);
                let (reader, record) =
                    delimited::start(&mut file, found.encoding, separator).map_err(one)?;
                let columns = resolve(record.iter(), wanted, own)?;
                let rows = Rows::Delimited { reader: Box::new(reader), record };
                Ok(Self { columns, rows, digest: found.digest })
            }
            Format::Xlsx => {
                file.rewind().map_err(|source| one(IntakeProblem::Unreadable { source }.into()))?;
                let loaded = sheet::load(&mut file).map_err(|problem| one(problem.into()))?;
                let sheet::Loaded { mut rows, merged, hidden, .. } = loaded;
                let Some((first, headings)) = rows.pop_first() else {
                    return Err(one(IntakeProblem::Empty.into()));
                };
                if let Some(row) = sheet::merged_row(&merged, first) {
                    return Err(one(IntakeProblem::MergedCells { row }.into()));
                }
                if hidden.rows.contains(&first) {
                    let row = u64::from(first) + 1;
                    return Err(one(IntakeProblem::HiddenRow { row }.into()));
                }
                let width =
                    rows.values().chain([&headings]).filter_map(|row| row.keys().next_back());
                let width = width.max().copied().unwrap_or_default();
                let names = (0..=width).map(|at| match headings.get(&at) {
                    Some(Cell::Text(text)) => text.expose(),
                    _ => "",
                });
                let columns = resolve(names, wanted, own)?;
                check_shown(&columns, &hidden.columns)?;
                let merged = rows.keys().filter_map(|at| sheet::merged_row(&merged, *at)).collect();
                let rows = Rows::Sheet { rows: rows.into_iter(), merged, hidden: hidden.rows };
                Ok(Self { columns, rows, digest: found.digest })
            }
        }
    }

    /// Digest of the whole file.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}

impl Iterator for Table {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let columns = &self.columns;
        match &mut self.rows {
            Rows::Ended => None,
            Rows::Sheet { rows, merged, hidden } => {
                let (at, cells) = rows.next()?;
                if hidden.contains(&at) {
                    let row = u64::from(at) + 1;
                    return Some((row, Err(vec![IntakeProblem::HiddenRow { row }.into()])));
                }
                Some(sheet_row(columns, at, cells, merged))
            }
            Rows::Delimited { reader, record } => loop {
                let line = reader.position().line();
                match reader.read_record(record) {
                    Ok(false) => {
                        self.rows = Rows::Ended;
                        return None;
                    }
                    Ok(true) => {}
                    Err(error) => {
                        let told = delimited::failure(error, line, reader.get_ref());
                        self.rows = Rows::Ended;
                        return Some((line, Err(vec![told])));
                    }
                }
                reader.get_mut().inner_mut().mark();
                // Blank lines are passed over unseen: the line is counted back from the row's end.
                let breaks = record.as_slice().bytes().filter(|byte| *byte == b'\n').count();
                let back = u64::try_from(breaks).unwrap_or_default() + 1;
                let row = reader.position().line().saturating_sub(back);
                if record.iter().all(|cell| cell.trim().is_empty()) {
                    continue;
                }
                let (wanted, found) = (columns.len(), record.len());
                if found != wanted {
                    let problem = IntakeProblem::UnevenRow { row, wanted, found };
                    return Some((row, Err(vec![problem.into()])));
                }
                let cells = record.iter().map(|cell| Ok(cell.trim().to_owned()));
                return Some((row, read_row(columns, cells, row)));
            },
        }
    }
}

fn is_known(wanted: &[Column], heading: &str) -> bool {
    wanted.iter().any(|column| column.is_headed(heading.trim()))
}

fn resolve<'a>(
    headings: impl Iterator<Item = &'a str>,
    wanted: &[Column],
    own: bool,
) -> Result<Vec<Option<Column>>, Vec<Report>> {
    let mut found: Vec<Report> = Vec::new();
    let mut columns: Vec<Option<Column>> = Vec::new();
    for (at, heading) in headings.enumerate() {
        let heading = heading.trim();
        let column = wanted.iter().find(|column| column.is_headed(heading)).copied();
        if let Some(column) = column
            && columns.iter().flatten().any(|before| before.name == column.name)
        {
            found.push(TableProblem::DoubleColumn { column: column.name }.into());
        }
        if column.is_none() && own && !heading.is_empty() {
            found.push(TableProblem::ForeignColumn { place: letter(at) }.into());
        }
        columns.push(column);
    }
    for column in wanted.iter().filter(|column| column.required) {
        if !columns.iter().flatten().any(|there| there.name == column.name) {
            let headings = column.headings.join("、");
            found.push(TableProblem::MissingColumn { column: column.name, headings }.into());
        }
    }
    if found.is_empty() { Ok(columns) } else { Err(found) }
}

fn sheet_row(columns: &[Option<Column>], at: u32, mut cells: sheet::Row, merged: &[u64]) -> Row {
    let row = u64::from(at) + 1;
    if merged.contains(&row) {
        return (row, Err(vec![IntakeProblem::MergedCells { row }.into()]));
    }
    let texts = columns.iter().enumerate().map(|(position, column)| {
        let cell = u32::try_from(position).ok().and_then(|position| cells.remove(&position));
        match (column, cell) {
            (Some(column), Some(cell)) => enter(cell, column.kind, row, position),
            _ => Ok(String::new()),
        }
    });
    (row, read_row(columns, texts, row))
}

/// A row's cells by column; dates in the one spelling of this program.
fn read_row(
    columns: &[Option<Column>],
    texts: impl Iterator<Item = Result<String, Report>>,
    row: u64,
) -> Result<Cells, Vec<Report>> {
    let mut found = Vec::new();
    let mut read = Cells::new();
    for (at, (column, text)) in columns.iter().zip(texts).enumerate() {
        let Some(column) = column else { continue };
        let text = match text {
            Ok(text) if text.is_empty() => continue,
            Ok(text) => text,
            Err(report) => {
                found.push(report);
                continue;
            }
        };
        match days::read(&text, column.kind) {
            Day::AsItIs => read.insert(column.name, text),
            Day::Spelled(text, _) => read.insert(column.name, text),
            Day::Doubtful => {
                found.push(IntakeProblem::DoubtfulDate { row, column: letter(at) }.into());
                continue;
            }
        };
    }
    if found.is_empty() { Ok(read) } else { Err(found) }
}

/// Refuses hidden columns that are read.
fn check_shown(columns: &[Option<Column>], hidden: &BTreeSet<u32>) -> Result<(), Vec<Report>> {
    let hides = |at: usize| u32::try_from(at).is_ok_and(|at| hidden.contains(&at));
    let read = columns.iter().enumerate().filter(|(at, _)| hides(*at));
    let told = read.filter_map(|(at, column)| {
        let field = column.as_ref()?.name.to_owned();
        Some(IntakeProblem::HiddenColumn { column: letter(at), field }.into())
    });
    let found: Vec<Report> = told.collect();
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn enter(cell: Cell, kind: Kind, row: u64, at: usize) -> Result<String, Report> {
    // A day in a column of times is a day.
    let kind = match (&cell, kind) {
        (Cell::When(when), Kind::DateTime) if when.time() == chrono::NaiveTime::MIN => Kind::Date,
        _ => kind,
    };
    Ok(match sheet::enter_as(cell, Some(kind), row, at)? {
        Entered::Text(text) => text.expose().trim().to_owned(),
        _ => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format as Style, Workbook};

    use super::*;

    const COLUMNS: &[Column] = &[
        Column::text("number", &["函号"]).required(),
        Column::text("at", &["时间"]).holding(Kind::DateTime),
        Column::text("charge", &["资费"]).holding(Kind::Money),
    ];

    fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file.as_file(), bytes).unwrap();
        file
    }

    fn rows(bytes: &[u8], own: bool) -> Result<Vec<Row>, Vec<Report>> {
        Table::open(written(bytes).path(), COLUMNS, own).map(Iterator::collect)
    }

    fn codes(bytes: &[u8], own: bool) -> Vec<&'static str> {
        match rows(bytes, own) {
            Ok(_) => Vec::new(),
            Err(found) => found.iter().map(|report| report.code.code).collect(),
        }
    }

    #[test]
    fn csv_rows_are_read_by_either_heading_and_any_separator() {
        for text in
            ["函号,时间\nQH-1,2026-11-23\n\nQH-2,\n", "number;时间\nQH-1;2026-11-23\nQH-2;\n"]
        {
            let read = rows(text.as_bytes(), true).unwrap();
            let first = read[0].1.as_ref().unwrap();
            assert_eq!((first["number"].as_str(), first["at"].as_str()), ("QH-1", "2026-11-23"));
            assert_eq!(read[1].1.as_ref().unwrap().len(), 1);
        }
    }

    #[test]
    fn days_are_read_as_banks_write_them_and_doubtful_ones_refused_by_row() {
        let text = "函号,时间\nQH-1,2026年11月3日\nQH-2,2026/11/3 9:05\nQH-3,03/11/2026\n";
        let read = rows(text.as_bytes(), true).unwrap();
        assert_eq!(read[0].1.as_ref().unwrap()["at"], "2026-11-03");
        assert_eq!(read[1].1.as_ref().unwrap()["at"], "2026-11-03T09:05");
        let told = read[2].1.as_ref().unwrap_err();
        assert!(told[0].to_string().starts_with("CH-I140: row 4, column B"), "{}", told[0]);
    }

    #[test]
    fn a_hidden_column_is_refused_only_where_it_is_read() {
        let book = |hidden: u16| {
            let mut book = Workbook::new();
            let sheet = book.add_worksheet();
            for (at, heading) in (0..).zip(["函号", "时间", "备注"]) {
                sheet.write(0, at, heading).unwrap();
                sheet.write(1, at, "QH-1").unwrap();
            }
            sheet.set_column_hidden(hidden).unwrap();
            book.save_to_buffer().unwrap()
        };
        assert_eq!(codes(&book(1), false), ["CH-I141"]);
        assert!(codes(&book(2), false).is_empty());
    }

    #[test]
    fn only_the_offices_own_files_are_refused_for_a_strange_column() {
        assert_eq!(codes("函号,备注\nQH-1,x\n".as_bytes(), true), ["CH-Q004"]);
        assert!(codes("函号,备注\nQH-1,x\n".as_bytes(), false).is_empty());
        assert_eq!(codes("时间,时间\n1,2\n".as_bytes(), false), ["CH-Q003", "CH-Q002"]);
        assert_eq!(codes(b"{\"number\": \"QH-1\"}\n", false), ["CH-Q001"]);
    }

    #[test]
    fn a_workbooks_days_and_sums_are_read_and_its_long_numbers_refused_by_row() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (at, heading) in ["函号", "时间", "资费"].into_iter().enumerate() {
            sheet.write(0, u16::try_from(at).unwrap(), heading).unwrap();
        }
        let day = Style::new().set_num_format("yyyy-mm-dd");
        let when = ExcelDateTime::from_ymd(2026, 11, 23).unwrap();
        sheet.write(1, 0, "QH-1").unwrap();
        sheet.write_with_format(1, 1, &when, &day).unwrap();
        sheet.write(1, 2, 12.5).unwrap();
        sheet.write(2, 0, 1_234_567_890_123_f64).unwrap();
        let read = rows(&book.save_to_buffer().unwrap(), false).unwrap();
        let first = read[0].1.as_ref().unwrap();
        assert_eq!((first["at"].as_str(), first["charge"].as_str()), ("2026-11-23", "12.50"));
        assert_eq!(read[1].0, 3);
        assert_eq!(read[1].1.as_ref().unwrap_err()[0].code.code, "CH-I071");
    }
}
