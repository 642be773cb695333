//! Files of requests: JSON, JSON lines, CSV and XLSX.
//!
//! Owns [`Intake`], which reads a file row by row into requests. What a file is, is judged by its
//! content. A row that cannot be read is told with all its problems and the rows after it are
//! still read; a file that cannot be read further ends with one last told row. Nothing is
//! guessed: encodings, long numbers and formulas that could be wrong are refused.
//! Source: SPEC, decision 6 and "What has to be true of every part".

pub mod columns;
pub(crate) mod days;
mod decode;
mod delimited;
pub mod detect;
mod hidden;
mod json;
pub mod plain;
pub mod problem;
mod sheet;

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use zeroize::Zeroizing;

use self::{
    columns::{Columns, HeadingMap},
    decode::Rehashed,
    delimited::Delimited,
    problem::IntakeProblem,
    sheet::Sheet,
};
use super::request::Request;
use crate::{digest::Digest, durable, problem::Report};

/// What a file is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// One JSON object.
    Json,
    /// One JSON object a line.
    JsonLines,
    /// Separated values with headings.
    Csv,
    /// A workbook.
    Xlsx,
}

impl Format {
    /// Name for messages and JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// How text is encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// GB18030, and so GBK and GB2312.
    Gb18030,
}

impl Encoding {
    /// Name for messages and JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
        }
    }
}

/// How a file is to be read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The principal's headings, ignored columns and constants.
    pub headings: HeadingMap,
    /// Encoding, if the one who hands the file in names it.
    pub encoding: Option<Encoding>,
}

/// A row's number in its file, counted from one, and its request or everything wrong with it.
pub type Row = (u64, Result<Request, Vec<Report>>);

/// What a reader found next.
enum Next {
    Row(u64, Result<Request, Vec<Report>>),
    /// The file cannot be read further.
    Broken(u64, Report),
    End,
}

enum Rows {
    Once(Option<Box<Result<Request, Vec<Report>>>>),
    Lines(Box<json::Lines<BufReader<Rehashed>>>),
    Delimited(Box<Delimited>),
    Sheet(Box<Sheet>),
    Ended,
}

/// A file of requests, read row by row.
pub struct Intake {
    format: Format,
    encoding: Encoding,
    digest: Digest,
    rows: Rows,
    last: u64,
    seen: bool,
    /// What is left to tell once the rows are gone.
    notes: Vec<Report>,
}

impl Intake {
    /// Opens the file at `path` and finds what it is.
    ///
    /// # Errors
    /// Everything wrong with the file as a whole: [`IntakeProblem`] or
    /// [`DurableError`](durable::DurableError).
    pub fn open(path: &Path, options: &Options) -> Result<Self, Vec<Report>> {
        let file = durable::open_regular(path).map_err(|problem| vec![problem.into()])?;
        Self::from_file(file, options)
    }

    /// Takes an open file, from its current start.
    ///
    /// # Errors
    /// As [`Intake::open`].
    pub fn from_file(mut file: File, options: &Options) -> Result<Self, Vec<Report>> {
        let found =
            detect::detect(&mut file, options.encoding).map_err(|problem| vec![problem.into()])?;
        let map = &options.headings;
        let rows = match found.format {
            Format::Json => Rows::Once(Some(Box::new(read_one(file, found.digest, map)))),
            Format::JsonLines => {
                let reader = BufReader::new(Rehashed::new(file));
                Rows::Lines(Box::new(json::Lines::new(reader, map.clone())))
            }
            Format::Csv => {
                Rows::Delimited(Box::new(Delimited::open(&mut file, found.encoding, map)?))
            }
            Format::Xlsx => Rows::Sheet(Box::new(Sheet::open(&mut file, map)?)),
        };
        let (format, encoding, digest) = (found.format, found.encoding, found.digest);
        Ok(Self { format, encoding, digest, rows, last: 0, seen: false, notes: Vec::new() })
    }

    /// What the file is.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// How its text is encoded.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Digest of the whole file, as a principal signs it.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// What its columns mean, for a preview; nothing for JSON.
    #[must_use]
    pub const fn columns(&self) -> Option<&Columns> {
        match &self.rows {
            Rows::Delimited(rows) => Some(rows.columns()),
            Rows::Sheet(rows) => Some(rows.columns()),
            _ => None,
        }
    }

    /// What is to be told about the file as far as it was read, and stops nothing.
    #[must_use]
    pub fn notes(&self) -> Vec<Report> {
        self.columns().map_or_else(|| self.notes.clone(), Columns::notes)
    }

    /// Lets the rows go.
    fn close(&mut self) {
        self.notes = self.notes();
        self.rows = Rows::Ended;
    }

    /// What is to be told once the last row is read.
    fn end(&mut self) -> Option<IntakeProblem> {
        let read = match &mut self.rows {
            Rows::Lines(rows) => Some(rows.reader().get_ref().digest()),
            Rows::Delimited(rows) => Some(rows.digest()),
            _ => None,
        };
        if read.is_some_and(|digest| digest != self.digest) {
            return Some(IntakeProblem::Changed);
        }
        (!self.seen).then_some(IntakeProblem::NoRows)
    }
}

impl Iterator for Intake {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let next = match &mut self.rows {
            Rows::Ended => return None,
            Rows::Once(request) => {
                request.take().map_or(Next::End, |request| Next::Row(1, *request))
            }
            Rows::Lines(rows) => rows.next(),
            Rows::Delimited(rows) => rows.next(),
            Rows::Sheet(rows) => rows.next(),
        };
        match next {
            Next::Row(row, request) => {
                self.last = row;
                self.seen = true;
                Some((row, request))
            }
            Next::Broken(row, report) => {
                self.close();
                Some((row, Err(vec![report])))
            }
            Next::End => {
                let problem = self.end();
                self.close();
                problem.map(|problem| (self.last + 1, Err(vec![problem.into()])))
            }
        }
    }
}

/// A file that holds one object.
fn read_one(file: File, expected: Digest, map: &HeadingMap) -> Result<Request, Vec<Report>> {
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(json::MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| vec![IntakeProblem::Unreadable { source }.into()])?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > json::MOST_BYTES) {
        let limit = json::MOST_BYTES;
        return Err(vec![IntakeProblem::RowTooLong { row: 1, limit }.into()]);
    }
    if Digest::of(bytes.as_slice()) != expected {
        return Err(vec![IntakeProblem::Changed.into()]);
    }
    json::read(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes), 1, map)
}

#[cfg(test)]
mod tests;
