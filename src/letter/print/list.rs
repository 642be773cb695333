//! A list that goes with a batch, written row by row.
//!
//! Owns the two forms a list takes, CSV and workbook, and that neither holds a formula. Memory does
//! not grow with the rows: both go to files beside their place and take it when the list is
//! finished, so that a reader sees a whole list or the one before. The same rows give the same
//! bytes. Source: issue of the night's batch.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::PrintProblem;
use crate::{
    durable::{DurableError, Replacement},
    problem::Report,
};

/// In which forms a list is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// CSV in UTF-8 with a byte order mark.
    Csv,
    /// A workbook of text cells.
    Workbook,
    /// Both.
    Both,
}

/// A list that is being written.
pub struct List {
    csv: Option<csv::Writer<Replacement>>,
    book: Option<(PathBuf, Workbook)>,
    text: Format,
    rows: u32,
}

impl List {
    /// Begins the list `name` in `folder` under `headings`.
    ///
    /// # Errors
    /// Faults of the folder, [`PrintProblem::List`], [`PrintProblem::Workbook`].
    pub fn begin(folder: &Path, name: &str, form: Form, headings: &[&str]) -> Result<Self, Report> {
        let path = |end: &str| folder.join(format!("{name}.{end}"));
        let csv = match form {
            Form::Workbook => None,
            Form::Csv | Form::Both => Some(begin_csv(&path("csv"), headings)?),
        };
        let book = match form {
            Form::Csv => None,
            Form::Workbook | Form::Both => {
                Some((path("xlsx"), begin_book(folder, headings).map_err(workbook)?))
            }
        };
        Ok(Self { csv, book, text: Format::new().set_num_format("@"), rows: 0 })
    }

    /// Adds a row. A cell of the CSV that a spreadsheet would take for a formula is led by an
    /// apostrophe.
    ///
    /// # Errors
    /// [`PrintProblem::List`], [`PrintProblem::Workbook`].
    pub fn push(&mut self, cells: &[&str]) -> Result<(), Report> {
        self.rows = self.rows.saturating_add(1);
        if let Some(csv) = &mut self.csv {
            csv.write_record(cells.iter().map(|cell| harmless(cell))).map_err(list)?;
        }
        if let Some((_, book)) = &mut self.book {
            let sheet = book.worksheet_from_index(0).map_err(workbook)?;
            for (column, cell) in (0_u16..).zip(cells) {
                sheet
                    .write_string_with_format(self.rows, column, *cell, &self.text)
                    .map_err(workbook)?;
            }
        }
        Ok(())
    }

    /// Rows so far, without the headings.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// Puts the list in its place and says how many rows it has.
    ///
    /// # Errors
    /// Faults of the folder, [`PrintProblem::List`], [`PrintProblem::Workbook`].
    pub fn finish(self) -> Result<u32, Report> {
        if let Some(csv) = self.csv {
            let file = csv.into_inner().map_err(|error| list(error.into_error().into()))?;
            file.finish().map_err(fault)?;
        }
        if let Some((path, mut book)) = self.book {
            let mut file = Replacement::begin(&path).map_err(fault)?;
            book.save_to_writer(&mut file).map_err(workbook)?;
            file.finish().map_err(fault)?;
        }
        Ok(self.rows)
    }
}

// Its rows hold names and addresses.
impl std::fmt::Debug for List {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "List({} rows)", self.rows)
    }
}

fn begin_csv(path: &Path, headings: &[&str]) -> Result<csv::Writer<Replacement>, Report> {
    use std::io::Write as _;
    let mut file = Replacement::begin(path).map_err(fault)?;
    file.write_all(b"\xef\xbb\xbf").map_err(|source| PrintProblem::List { source })?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
    csv.write_record(headings).map_err(list)?;
    Ok(csv)
}

fn begin_book(folder: &Path, headings: &[&str]) -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    // Rows wait beside the list, in files without a name, not in a folder shared with others.
    book.set_tempdir(folder)?;
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let sheet = book.add_worksheet_with_constant_memory()?;
    let bold = Format::new().set_bold();
    sheet.set_freeze_panes(1, 0)?;
    for (column, heading) in (0_u16..).zip(headings) {
        sheet.write_string_with_format(0, column, *heading, &bold)?;
    }
    Ok(book)
}

fn fault(error: DurableError) -> Report {
    error.into()
}

fn list(error: csv::Error) -> Report {
    PrintProblem::List { source: error.into() }.into()
}

fn workbook(source: XlsxError) -> Report {
    PrintProblem::Workbook { source }.into()
}

fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &Path, name: &str) -> [Vec<u8>; 2] {
        let mut list = List::begin(folder, name, Form::Both, &["a", "b"]).unwrap();
        list.push(&["=1+1", "王某"]).unwrap();
        list.push(&["", "621700000000000000"]).unwrap();
        assert_eq!(list.finish().unwrap(), 2);
        ["csv", "xlsx"].map(|end| std::fs::read(folder.join(format!("{name}.{end}"))).unwrap())
    }

    #[test]
    fn a_list_holds_its_cells_as_text_and_is_the_same_again() {
        use calamine::{Data, Reader as _};
        let folder = tempfile::tempdir().unwrap();
        let [csv, book] = written(folder.path(), "one");
        assert_eq!(written(folder.path(), "two"), [csv.clone(), book.clone()]);
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!(csv, "\u{feff}a,b\r\n'=1+1,王某\r\n,621700000000000000\r\n");
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(book)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let cell = |row, column| sheet.get_value((row, column)).cloned();
        assert_eq!(cell(1, 0), Some(Data::String("=1+1".to_owned())));
        assert_eq!(cell(2, 1), Some(Data::String("621700000000000000".to_owned())));
        assert_eq!(sheet.get_size(), (3, 2));
        // Nothing of the way there is left.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
    }

    #[test]
    fn a_list_that_is_not_finished_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        crate::durable::write_new(&folder.path().join("one.csv"), b"before").unwrap();
        let mut list = List::begin(folder.path(), "one", Form::Both, &["a"]).unwrap();
        list.push(&["1"]).unwrap();
        drop(list);
        assert_eq!(std::fs::read(folder.path().join("one.csv")).unwrap(), b"before");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
