//! Requests as XLSX: headings in the first row of the first sheet.
//!
//! Owns what a cell may be. Text cells are taken as they are; date cells for dates; numbers only
//! where nothing can be lost (amounts, counts, full postcodes, mobile phones). Refuses numbers
//! beyond 15 digits, formulas (their stored result may be stale), errors, merged cells, hidden
//! rows, hidden columns that give a field, hidden first sheets, and workbooks that unpack out of proportion. A workbook is held in memory, which
//! its limits bound.
//! Source: SPEC, decision 6; ECMA-376 part 1, 18.3 and 18.17.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{Cursor, Read},
};

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use zeroize::Zeroizing;

use crate::{
    case::{
        field::Kind,
        raw::RawText,
        request::{Entered, Key},
    },
    problem::Report,
};

use super::{
    Next,
    columns::{Columns, HeadingMap, letter},
    hidden::{self, Hidden},
    problem::IntakeProblem,
};

/// Most bytes of a packed workbook.
const MOST_PACKED: u64 = 40 * 1024 * 1024;
/// Most bytes it may unpack to.
const MOST_UNPACKED: u64 = 400 * 1024 * 1024;
/// Most rows and columns of a sheet.
const MOST_ROWS: usize = 100_000;
const MOST_COLUMNS: u32 = 1_000;

pub(super) enum Cell {
    Text(RawText),
    Number(f64),
    When(NaiveDateTime),
    Flag(bool),
    Formula,
    Error,
    Other,
}

pub(super) type Row = BTreeMap<u32, Cell>;

/// Rows of a workbook's first sheet.
pub(super) struct Sheet {
    columns: Columns,
    rows: std::collections::btree_map::IntoIter<u32, Row>,
    merged: Vec<Dimensions>,
    hidden: BTreeSet<u32>,
}

/// What a workbook's first sheet holds.
pub(super) struct Loaded {
    pub(super) rows: BTreeMap<u32, Row>,
    pub(super) merged: Vec<Dimensions>,
    /// What does not show, as under a filter.
    pub(super) hidden: Hidden,
    /// Names of the sheets that are not read, and whether each is hidden.
    pub(super) others: Vec<(String, bool)>,
}

impl Sheet {
    /// Reads the first sheet and its headings.
    pub(super) fn open(file: &mut File, map: &HeadingMap) -> Result<Self, Vec<Report>> {
        let loaded = load(file).map_err(|problem| vec![problem.into()])?;
        let Loaded { mut rows, merged, hidden, others } = loaded;
        let Some((first, headings)) = rows.pop_first() else {
            return Err(vec![IntakeProblem::Empty.into()]);
        };
        if let Some(row) = merged_row(&merged, first) {
            return Err(vec![IntakeProblem::MergedCells { row }.into()]);
        }
        if hidden.rows.contains(&first) {
            return Err(vec![IntakeProblem::HiddenRow { row: u64::from(first) + 1 }.into()]);
        }
        let width = rows.values().chain([&headings]).filter_map(|row| row.keys().next_back()).max();
        let names = (0..=width.copied().unwrap_or_default()).map(|at| match headings.get(&at) {
            Some(Cell::Text(text)) => text.expose(),
            _ => "",
        });
        let mut columns = Columns::resolve(names, map)?;
        columns.hide(&hidden.columns)?;
        columns.pass_over(&others);
        Ok(Self { columns, rows: rows.into_iter(), merged, hidden: hidden.rows })
    }

    pub(super) const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Next {
        let Some((at, mut cells)) = self.rows.next() else { return Next::End };
        let row = u64::from(at) + 1;
        if let Some(row) = merged_row(&self.merged, at) {
            return Next::Row(row, Err(vec![IntakeProblem::MergedCells { row }.into()]));
        }
        if self.hidden.contains(&at) {
            return Next::Row(row, Err(vec![IntakeProblem::HiddenRow { row }.into()]));
        }
        let request = self.columns.request(row, |at, key| {
            let cell = u32::try_from(at).ok().and_then(|at| cells.remove(&at));
            cell.map_or(Ok(Entered::Absent), |cell| enter(cell, key, row, at))
        });
        Next::Row(row, request)
    }
}

pub(super) fn merged_row(merged: &[Dimensions], at: u32) -> Option<u64> {
    merged.iter().any(|part| (part.start.0..=part.end.0).contains(&at)).then(|| u64::from(at) + 1)
}

pub(super) fn load(file: &mut File) -> Result<Loaded, IntakeProblem> {
    let mut packed = Zeroizing::new(Vec::new());
    file.take(MOST_PACKED + 1)
        .read_to_end(&mut packed)
        .map_err(|source| IntakeProblem::Unreadable { source })?;
    if u64::try_from(packed.len()).is_ok_and(|length| length > MOST_PACKED) {
        return Err(IntakeProblem::TooLarge { limit: MOST_PACKED });
    }
    check_unpacked(packed.as_slice())?;
    // The parser's errors may quote content: only that it failed is told.
    let broken = |_| IntakeProblem::BrokenWorkbook;
    let mut workbook = Xlsx::new(Cursor::new(packed.as_slice())).map_err(|error| match error {
        calamine::XlsxError::Password => IntakeProblem::Password,
        _ => IntakeProblem::BrokenWorkbook,
    })?;
    let sheet = workbook.sheets_metadata().first().cloned().ok_or(IntakeProblem::BrokenWorkbook)?;
    if sheet.visible != SheetVisible::Visible || sheet.typ != SheetType::WorkSheet {
        return Err(IntakeProblem::HiddenSheet);
    }
    let others = workbook.sheets_metadata().iter().skip(1);
    let others =
        others.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect();
    let merged = workbook.merge_cells_by_sheet_name(&sheet.name).map_err(broken)?;
    let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
    let mut cells = workbook.worksheet_cells_reader(&sheet.name).map_err(broken)?;
    while let Some(record) = cells.next_cell_with_formula_metadata().map_err(broken)? {
        let (row, column) = record.pos;
        let cell = if record.formula.is_some() {
            Cell::Formula
        } else {
            match cell(record.value) {
                Some(cell) => cell,
                None => continue,
            }
        };
        if column >= MOST_COLUMNS || (rows.len() > MOST_ROWS && !rows.contains_key(&row)) {
            let limit = if column >= MOST_COLUMNS { u64::from(MOST_COLUMNS) } else { 100_000 };
            return Err(IntakeProblem::TooManyCells { limit });
        }
        // Two cells in one place could be read in two ways.
        if rows.entry(row).or_default().insert(column, cell).is_some() {
            return Err(IntakeProblem::BrokenWorkbook);
        }
    }
    let hidden = hidden::of(packed.as_slice(), MOST_COLUMNS);
    let hidden = hidden.map_err(|_| IntakeProblem::BrokenWorkbook)?;
    Ok(Loaded { rows, merged, hidden, others })
}

/// Unpacks every member into nothing, so that no size it declares has to be believed.
fn check_unpacked(packed: &[u8]) -> Result<(), IntakeProblem> {
    let broken = |_| IntakeProblem::BrokenWorkbook;
    let mut archive = zip::ZipArchive::new(Cursor::new(packed)).map_err(broken)?;
    let mut workbook = false;
    let mut rest = MOST_UNPACKED;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(broken)?;
        let name = member.name().map_err(broken)?.to_ascii_lowercase();
        workbook |= name == "xl/workbook.xml";
        let mut limited = member.take(rest + 1);
        let length = std::io::copy(&mut limited, &mut std::io::sink())
            .map_err(|_| IntakeProblem::BrokenWorkbook)?;
        rest = rest.checked_sub(length).ok_or(IntakeProblem::Inflated { limit: MOST_UNPACKED })?;
    }
    if workbook { Ok(()) } else { Err(IntakeProblem::WrongType { found: "a ZIP" }) }
}

fn cell(value: DataRef<'_>) -> Option<Cell> {
    Some(match value {
        DataRef::Empty | DataRef::SharedString("") => return None,
        DataRef::String(text) if text.is_empty() => return None,
        DataRef::String(text) | DataRef::DateTimeIso(text) => Cell::Text(text.into()),
        DataRef::SharedString(text) => Cell::Text(text.into()),
        DataRef::Bool(flag) => Cell::Flag(flag),
        DataRef::Float(number) => Cell::Number(number),
        // Only integers too long to be exact would differ, and those are refused either way.
        DataRef::Int(number) => Cell::Number(number.to_string().parse().unwrap_or(f64::MAX)),
        DataRef::DateTime(when) => date_time(when).map_or(Cell::Other, Cell::When),
        DataRef::DurationIso(_) => Cell::Other,
        DataRef::Error(_) => Cell::Error,
    })
}

/// The time a serial number means, to the second it was meant to be.
fn date_time(when: ExcelDateTime) -> Option<NaiveDateTime> {
    if when.is_duration() {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = when.to_ymd_hms_milli();
    NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())?
        .and_hms_milli_opt(hour.into(), minute.into(), second.into(), milli.into())?
        .checked_add_signed(TimeDelta::milliseconds(500))?
        .with_nanosecond(0)
}

fn enter(cell: Cell, key: Option<Key>, row: u64, at: usize) -> Result<Entered, Report> {
    enter_as(cell, key.and_then(Key::field).map(|field| field.kind), row, at)
}

/// What a cell in column `at` says where a value of `wanted` kind is due.
pub(super) fn enter_as(
    cell: Cell,
    wanted: Option<Kind>,
    row: u64,
    at: usize,
) -> Result<Entered, Report> {
    let column = letter(at);
    let kind = || IntakeProblem::CellKind { row, column: letter(at) };
    match cell {
        Cell::Text(text) => Ok(Entered::Text(text)),
        Cell::Flag(flag) if wanted == Some(Kind::Flag) => Ok(Entered::Flag(flag)),
        Cell::When(when) => written(when, wanted).ok_or_else(|| kind().into()),
        Cell::Number(number) if number.abs() >= 1e15 => {
            Err(IntakeProblem::LongNumber { row, column }.into())
        }
        Cell::Number(number) => match wanted {
            Some(Kind::Money) => money(number).ok_or_else(|| kind().into()),
            Some(Kind::Count) => whole(number, 0).ok_or_else(|| kind().into()),
            Some(Kind::Postcode) => {
                whole(number, 6).ok_or(IntakeProblem::NumericCell { row, column }.into())
            }
            Some(Kind::Phone) if (1e10..2e10).contains(&number) => {
                whole(number, 11).ok_or_else(|| kind().into())
            }
            _ => Err(IntakeProblem::NumericCell { row, column }.into()),
        },
        Cell::Formula => Err(IntakeProblem::FormulaCell { row, column }.into()),
        Cell::Error => Err(IntakeProblem::ErrorCell { row, column }.into()),
        Cell::Flag(_) | Cell::Other => Err(kind().into()),
    }
}

fn written(when: NaiveDateTime, wanted: Option<Kind>) -> Option<Entered> {
    let text = match wanted? {
        Kind::Date if when.time() == NaiveTime::MIN => when.date().to_string(),
        Kind::Time if when.second() == 0 => when.format("%H:%M").to_string(),
        Kind::DateTime if when.second() == 0 => when.format("%Y-%m-%dT%H:%M").to_string(),
        _ => return None,
    };
    Some(Entered::Text(text.into()))
}

/// An amount with at most two decimals, as the file holds it: the number nearest to them, within
/// the few last places that a spreadsheet's own sums lose.
fn money(number: f64) -> Option<Entered> {
    let text = format!("{number:.2}");
    let lost = 4.0 * f64::EPSILON * number.abs().max(1.0);
    let near = text.parse::<f64>().is_ok_and(|value| (value - number).abs() <= lost);
    (near && (0.0..1e13).contains(&number)).then(|| Entered::Text(text.into()))
}

/// A whole number of `digits` digits, or of any count for zero.
fn whole(number: f64, digits: usize) -> Option<Entered> {
    let text = format!("{number:.0}");
    let exact = number.fract() == 0.0 && number >= 0.0;
    (exact && (digits == 0 || text.len() == digits)).then(|| Entered::Text(text.into()))
}
