//! What the columns of a sheet mean.
//!
//! Owns [`HeadingMap`], by which a principal's own headings are understood, and [`Columns`], the
//! headings of one file resolved. Refuses unknown and doubled headings, each by its column; a
//! heading's text is never in a message, since a sheet without headings begins with a person.
//! Source: SPEC, decision 6.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    case::{
        raw::RawText,
        request::{Entered, Key, Request},
    },
    masking::{Masking, mask_text},
    problem::Report,
};

use super::{
    days::{self, Day, Shape},
    problem::IntakeProblem,
};

/// A principal's headings, columns to ignore, and constants for columns its files lack.
#[derive(Clone, Debug, Default)]
pub struct HeadingMap {
    headings: BTreeMap<String, Option<Key>>,
    constants: Vec<(Key, RawText)>,
    survey: bool,
}

impl HeadingMap {
    /// Target that says "ignore this column".
    pub const IGNORED: &'static str = "-";

    /// Reads pairs of heading and field name.
    ///
    /// # Errors
    /// [`IntakeProblem::UnknownTarget`] and [`IntakeProblem::DoubleHeading`], for every such pair.
    pub fn read<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Report>> {
        let mut map = Self::default();
        let mut found: Vec<Report> = Vec::new();
        for (at, (heading, target)) in pairs.into_iter().enumerate() {
            let row = at + 1;
            let key = if target == Self::IGNORED {
                None
            } else if let Some(key) = request_key(target) {
                Some(key)
            } else {
                found.push(IntakeProblem::UnknownTarget { row }.into());
                continue;
            };
            if map.headings.insert(heading.trim().to_owned(), key).is_some() {
                found.push(IntakeProblem::DoubleHeading { row }.into());
            }
        }
        if found.is_empty() { Ok(map) } else { Err(found) }
    }

    /// Gives `field` the same `value` in every row of files that have no such column.
    ///
    /// # Errors
    /// [`IntakeProblem::UnknownTarget`] and [`IntakeProblem::DoubleHeading`].
    pub fn with_constant(mut self, field: &str, value: &str) -> Result<Self, IntakeProblem> {
        let row = self.constants.len() + 1;
        let key = request_key(field).ok_or(IntakeProblem::UnknownTarget { row })?;
        if self.constants.iter().any(|(known, _)| *known == key) {
            return Err(IntakeProblem::DoubleHeading { row });
        }
        self.constants.push((key, value.into()));
        Ok(self)
    }

    /// Takes unknown and doubled headings as they are, to show what a file holds.
    #[must_use]
    pub const fn surveying(mut self) -> Self {
        self.survey = true;
        self
    }

    /// Adds the constants for keys that `entries` lacks.
    pub(super) fn complete(&self, entries: &mut Vec<(Key, Entered)>) {
        for (key, value) in &self.constants {
            if !entries.iter().any(|(known, _)| known == key) {
                entries.push((*key, Entered::Text(value.clone())));
            }
        }
    }
}

fn request_key(name: &str) -> Option<Key> {
    Key::read(name).filter(|key| key.field().is_some_and(crate::case::field::Field::in_requests))
}

/// One column of a file.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its letter, as spreadsheets name it.
    pub letter: String,
    /// Its heading as written, for a preview.
    pub heading: String,
    /// What it gives; nothing if it is ignored or has no heading.
    pub gives: Option<Key>,
    /// Whether the heading map ignores it.
    pub ignored: bool,
    /// Whether it does not show in the sheet.
    pub hidden: bool,
}

/// Dates of one spelling in one column.
#[derive(Clone, Copy, Debug)]
struct Spelled {
    first: u64,
    count: u64,
}

/// The columns of one file, resolved.
#[derive(Clone, Debug)]
pub struct Columns {
    list: Vec<Column>,
    map: HeadingMap,
    spelled: BTreeMap<(usize, Shape), Spelled>,
    /// What is beside the columns read: hidden and further parts of the workbook.
    beside: Vec<Report>,
}

impl Columns {
    /// Finds what each heading means.
    ///
    /// # Errors
    /// [`IntakeProblem::NoHeadings`] if none is known; otherwise every
    /// [`IntakeProblem::UnknownColumn`] and [`IntakeProblem::DoubleColumn`].
    pub(super) fn resolve<'a>(
        headings: impl IntoIterator<Item = &'a str>,
        map: &HeadingMap,
    ) -> Result<Self, Vec<Report>> {
        let mut columns: Vec<Column> = Vec::new();
        let mut found: Vec<Report> = Vec::new();
        for (at, heading) in headings.into_iter().enumerate() {
            let heading = heading.trim();
            let mapped = map.headings.get(heading);
            let gives = mapped.map_or_else(|| Key::read(heading), |key| *key);
            let column = Column {
                letter: letter(at),
                heading: heading.to_owned(),
                gives,
                ignored: matches!(mapped, Some(None)),
                hidden: false,
            };
            if gives.is_none() && !column.ignored && !heading.is_empty() {
                found.push(IntakeProblem::UnknownColumn { column: column.letter.clone() }.into());
            }
            if let Some(key) = gives
                && columns.iter().any(|known| known.gives == gives)
            {
                let column = column.letter.clone();
                found.push(IntakeProblem::DoubleColumn { column, field: key.name() }.into());
            }
            columns.push(column);
        }
        let resolved = |list| {
            let (spelled, beside) = (BTreeMap::new(), Vec::new());
            Self { list, map: map.clone(), spelled, beside }
        };
        if map.survey {
            return Ok(resolved(columns));
        }
        if columns.iter().all(|column| column.gives.is_none()) {
            return Err(vec![IntakeProblem::NoHeadings.into()]);
        }
        if found.is_empty() { Ok(resolved(columns)) } else { Err(found) }
    }

    /// Marks the columns at `hidden`, counted from 0.
    ///
    /// # Errors
    /// Every [`IntakeProblem::HiddenColumn`], for what nobody sees nobody has checked.
    pub(super) fn hide(&mut self, hidden: &BTreeSet<u32>) -> Result<(), Vec<Report>> {
        let mut found: Vec<Report> = Vec::new();
        for (at, column) in self.list.iter_mut().enumerate() {
            column.hidden = u32::try_from(at).is_ok_and(|at| hidden.contains(&at));
            if !column.hidden {
                continue;
            }
            let letter = column.letter.clone();
            if let Some(key) = column.gives {
                found
                    .push(IntakeProblem::HiddenColumn { column: letter, field: key.name() }.into());
            } else if column.ignored {
                self.beside.push(IntakeProblem::HiddenAside { column: letter }.into());
            }
        }
        if found.is_empty() || self.map.survey { Ok(()) } else { Err(found) }
    }

    /// Notes the sheets that are not read, each with whether it is hidden.
    pub(super) fn pass_over(&mut self, sheets: &[(String, bool)]) {
        self.beside.extend(sheets.iter().map(|(name, hidden)| {
            let name = mask_text(name, &Masking::default()).text;
            if *hidden {
                IntakeProblem::HiddenOther { name }.into()
            } else {
                IntakeProblem::OtherSheet { name }.into()
            }
        }));
    }

    /// What is to be told about the file as far as it was read, and stops nothing.
    #[must_use]
    pub fn notes(&self) -> Vec<Report> {
        let spelled = self.spelled.iter().map(|((at, shape), spelled)| {
            let Spelled { first: row, count } = *spelled;
            let (column, example) = (letter(*at), shape.example());
            IntakeProblem::SpelledDates { column, count, row, example }.into()
        });
        self.beside.iter().cloned().chain(spelled).collect()
    }

    /// A date in the spelling of requests, whichever of its own the sheet has.
    fn dated(&mut self, row: u64, at: usize, entered: Entered) -> Result<Entered, Report> {
        let key = self.list.get(at).and_then(|column| column.gives);
        let kind = key.and_then(Key::field).map(|field| field.kind);
        let (Entered::Text(text), Some(kind)) = (&entered, kind) else { return Ok(entered) };
        match days::read(text.expose(), kind) {
            Day::AsItIs => Ok(entered),
            Day::Doubtful => Err(IntakeProblem::DoubtfulDate { row, column: letter(at) }.into()),
            Day::Spelled(text, shape) => {
                let spelled =
                    self.spelled.entry((at, shape)).or_insert(Spelled { first: row, count: 0 });
                spelled.count = spelled.count.saturating_add(1);
                Ok(Entered::Text(text.into()))
            }
        }
    }

    /// The columns in order, for a preview of what each gives.
    #[must_use]
    pub fn all(&self) -> &[Column] {
        &self.list
    }

    /// Makes a request of a row's cells; `cell` yields what stands in each column.
    pub(super) fn request(
        &mut self,
        row: u64,
        mut cell: impl FnMut(usize, Option<Key>) -> Result<Entered, Report>,
    ) -> Result<Request, Vec<Report>> {
        let mut entries = Vec::with_capacity(self.list.len());
        let mut found: Vec<Report> = Vec::new();
        for at in 0..self.list.len() {
            let Some(column) = self.list.get(at).filter(|column| !column.ignored) else {
                continue;
            };
            let (gives, letter) = (column.gives, column.letter.clone());
            let entered = cell(at, gives).and_then(|entered| self.dated(row, at, entered));
            let entered = match entered {
                Ok(entered) => entered,
                Err(report) => {
                    found.push(report);
                    Entered::Told
                }
            };
            match gives {
                Some(key) => entries.push((key, entered)),
                None if says_nothing(&entered) => {}
                None => found.push(IntakeProblem::NoHeadingAbove { row, column: letter }.into()),
            }
        }
        self.map.complete(&mut entries);
        match Request::read_keyed(entries) {
            Ok(request) if found.is_empty() => Ok(request),
            Ok(_) => Err(found),
            Err(more) => {
                found.extend(more);
                Err(found)
            }
        }
    }
}

fn says_nothing(entered: &Entered) -> bool {
    match entered {
        Entered::Text(text) => text.is_empty(),
        Entered::Absent | Entered::Told => true,
        Entered::Flag(_) | Entered::Foreign => false,
    }
}

/// Spreadsheet letter of the column at `position`, counted from zero.
pub(super) fn letter(position: usize) -> String {
    let mut letters = String::new();
    let mut rest = position + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.insert(0, char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(result: Result<Columns, Vec<Report>>) -> Vec<&'static str> {
        result.unwrap_err().iter().map(|report| report.code.code).collect()
    }

    #[test]
    fn letters_are_those_of_spreadsheets() {
        assert_eq!([0, 25, 26, 701, 702].map(letter), ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn own_headings_are_mapped_ignored_or_refused_by_column() {
        let map = HeadingMap::read([("借款人全称", "recipient_name"), ("备注", "-")]).unwrap();
        let columns = Columns::resolve(["借款人全称", "备注", "邮政编码", ""], &map).unwrap();
        let gives: Vec<_> = columns.all().iter().map(|c| c.gives.map(Key::name)).collect();
        assert_eq!(
            gives,
            [Some("recipient_name".into()), None, Some("recipient_postcode".into()), None]
        );
        let none = HeadingMap::default();
        assert_eq!(codes(Columns::resolve(["案号", "备注"], &none)), ["CH-I060"]);
        assert_eq!(codes(Columns::resolve(["案号", "case_no"], &none)), ["CH-I061"]);
        assert_eq!(codes(Columns::resolve(["张三", "13800138000"], &none)), ["CH-I059"]);
    }

    #[test]
    fn a_map_to_what_requests_do_not_carry_is_refused() {
        let pairs = [("甲", "letter_no"), ("乙", "nothing"), ("丙", "account"), ("丙", "account")];
        let told = HeadingMap::read(pairs).unwrap_err();
        let codes: Vec<_> = told.iter().map(|report| report.code.code).collect();
        assert_eq!(codes, ["CH-I080", "CH-I080", "CH-I081"]);
        let map = HeadingMap::default().with_constant("principal", "p").unwrap();
        assert!(map.with_constant("principal", "q").is_err());
    }
}
