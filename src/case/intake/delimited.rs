//! Requests as CSV: headings in the first row, separated by comma, semicolon or tab.
//!
//! Owns the choice of the separator (the one under which the headings are known) and the reading
//! row by row in constant memory. Refuses rows that do not fit the headings. Rows are numbered
//! by the line they begin on.
//! Source: RFC 4180; Excel's regional separators.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom},
};

use crate::{case::request::Entered, digest::Digest, problem::Report};

use super::{
    Encoding, Next,
    columns::{Columns, HeadingMap},
    decode::{Decoded, Rehashed, UnixLines},
    problem::IntakeProblem,
};

/// Most bytes of one row.
const MOST_BYTES: u64 = 1 << 20;

pub(super) type Reader = csv::Reader<UnixLines<Decoded<Rehashed>>>;

/// Rows of a CSV file.
pub(super) struct Delimited {
    reader: Reader,
    columns: Columns,
    record: csv::StringRecord,
}

impl Delimited {
    /// Finds separator and headings.
    ///
    /// # Errors
    /// What the separator with the most columns has against the headings.
    pub(super) fn open(
        file: &mut File,
        encoding: Encoding,
        map: &HeadingMap,
    ) -> Result<Self, Vec<Report>> {
        let mut chosen: Option<(usize, u8, Result<Columns, Vec<Report>>)> = None;
        for separator in [b',', b';', b'\t'] {
            let (_, record) = start(file, encoding, separator).map_err(|told| vec![told])?;
            let columns = Columns::resolve(record.iter(), map);
            let better = chosen.as_ref().is_none_or(|(width, _, known)| {
                (columns.is_ok(), record.len()) > (known.is_ok(), *width)
            });
            if better {
                chosen = Some((record.len(), separator, columns));
            }
        }
        let Some((_, separator, columns)) = chosen else {
            return Err(vec![IntakeProblem::NoHeadings.into()]);
        };
        let columns = columns?;
        let (reader, record) = start(file, encoding, separator).map_err(|told| vec![told])?;
        Ok(Self { reader, columns, record })
    }

    pub(super) const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Digest of what was read so far.
    pub(super) fn digest(&self) -> Digest {
        self.reader.get_ref().inner().inner().digest()
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Next {
        loop {
            let line = self.reader.position().line();
            match self.reader.read_record(&mut self.record) {
                Ok(false) => return Next::End,
                Ok(true) => {}
                Err(error) => {
                    return Next::Broken(line, failure(error, line, self.reader.get_ref()));
                }
            }
            self.reader.get_mut().inner_mut().mark();
            // Blank lines are passed over unseen: the line is counted back from the row's end.
            let breaks = self.record.as_slice().bytes().filter(|byte| *byte == b'\n').count();
            let back = u64::try_from(breaks).unwrap_or_default() + 1;
            let row = self.reader.position().line().saturating_sub(back);
            let (wanted, found) = (self.columns.all().len(), self.record.len());
            if self.record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if found != wanted {
                let problem = IntakeProblem::UnevenRow { row, wanted, found };
                return Next::Row(row, Err(vec![problem.into()]));
            }
            let cell = |at, _| Ok(Entered::Text(self.record.get(at).unwrap_or_default().into()));
            return Next::Row(row, self.columns.request(row, cell));
        }
    }
}

/// A reader at the second row, and the first.
pub(super) fn start(
    file: &mut File,
    encoding: Encoding,
    separator: u8,
) -> Result<(Reader, csv::StringRecord), Report> {
    let unreadable = |source: io::Error| Report::from(IntakeProblem::Unreadable { source });
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let bytes = Rehashed::new(file.try_clone().map_err(unreadable)?);
    let text = UnixLines::new(Decoded::new(bytes, encoding, MOST_BYTES));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    let mut record = csv::StringRecord::new();
    let read = reader.read_record(&mut record);
    read.map_err(|error| failure(error, 1, reader.get_ref()))?;
    reader.get_mut().inner_mut().mark();
    Ok((reader, record))
}

pub(super) fn failure(error: csv::Error, row: u64, text: &UnixLines<Decoded<Rehashed>>) -> Report {
    if text.inner().exceeded() {
        return IntakeProblem::RowTooLong { row, limit: MOST_BYTES }.into();
    }
    match error.into_kind() {
        csv::ErrorKind::Io(source) if source.kind() == io::ErrorKind::InvalidData => {
            IntakeProblem::UnknownEncoding.into()
        }
        csv::ErrorKind::Io(source) => IntakeProblem::Unreadable { source }.into(),
        _ => IntakeProblem::UnknownEncoding.into(),
    }
}
