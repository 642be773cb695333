//! A file of cases to be put on hold or released, one a row.
//!
//! CSV in UTF-8, comma-separated, with a row of headings, English or Chinese. Every row is told by
//! its line; a row that cannot be read stops none of the others.
//! Source: SPEC decision 14.

use std::path::Path;

use chrono::NaiveDate;

use super::Grounds;
use crate::{
    case::{
        date,
        field::Kind,
        intake::days::{self, Day},
    },
    durable,
    problem::Report,
};

/// Largest file, in bytes.
const LIMIT: u64 = 16 * 1024 * 1024;
/// Columns, with their Chinese headings.
const COLUMNS: [(&str, &str); 6] = [
    ("case_no", "案号"),
    ("kind", "种类"),
    ("proof", "依据编号"),
    ("instruction", "指令编号"),
    ("answered_on", "回应日期"),
    ("amount", "金额"),
];

crate::problems! {
    /// What is wrong with a file of holds.
    pub enum SheetProblem {
        /// The file cannot be read.
        File { source: durable::DurableError } = "CH-I100", Fault,
            "the file cannot be read: {source}" => "check the path and its permissions",
            "无法读取文件：{source}" => "请检查路径与权限";
        /// It is no CSV with the headings asked for.
        Headings = "CH-I101", Input,
            "the first row lacks the heading case_no, or has one that is not known" => "head the columns case_no, kind, proof, instruction, answered_on, amount, in UTF-8",
            "首行缺少“案号”，或含未知表头" => "表头请用：案号、种类、依据编号、指令编号、回应日期、金额（UTF-8）";
        /// A row does not fit.
        Row = "CH-I102", Input,
            "the row does not fit the headings" => "give each row as many cells as there are headings",
            "该行与表头列数不符" => "请使每行列数与表头一致";
        /// A cell is not what its column holds.
        Cell { column: &'static str } = "CH-I103", Input,
            "`{column}` cannot be read" => "write dates as 2024-05-07 and amounts as 123.45",
            "`{column}` 无法读取" => "日期请写 2024-05-07，金额请写 123.45";
        /// Neither row nor command says which kind.
        NoKind = "CH-I104", Input,
            "no kind of hold is given" => "give --kind or a column kind",
            "未指明暂停种类" => "请用 --kind 或“种类”列指明";
    }
}

/// One row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Case number as typed.
    pub case: String,
    /// Kind, if the row gives one.
    pub kind: Option<String>,
    /// Grounds.
    pub grounds: Grounds,
}

/// A row's line and what it says, or what is wrong with it.
pub type Line = (u64, Result<Row, Vec<Report>>);

/// Reads a file of cases.
///
/// # Errors
/// [`SheetProblem::File`], [`SheetProblem::Headings`].
pub fn read(path: &Path) -> Result<Vec<Line>, SheetProblem> {
    let bytes = durable::read(path, LIMIT).map_err(|source| SheetProblem::File { source })?;
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Result<Vec<Line>, SheetProblem> {
    // Lines are counted right only where they end in one character.
    let text = std::str::from_utf8(bytes).map_err(|_| SheetProblem::Headings)?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|_| SheetProblem::Headings)?;
    let column = |heading: &str| {
        let heading = heading.trim();
        COLUMNS.iter().find(|(name, chinese)| *name == heading || *chinese == heading)
    };
    let columns: Option<Vec<&'static str>> =
        headings.iter().map(|heading| column(heading).map(|(name, _)| *name)).collect();
    let columns = columns.filter(|known| known.contains(&"case_no"));
    let columns = columns.ok_or(SheetProblem::Headings)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else {
            rows.push((0, Err(vec![SheetProblem::Row.into()])));
            continue;
        };
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((line, row(&columns, &record)));
    }
    Ok(rows)
}

fn row(columns: &[&'static str], record: &csv::StringRecord) -> Result<Row, Vec<Report>> {
    if record.len() != columns.len() {
        return Err(vec![SheetProblem::Row.into()]);
    }
    let mut row = Row::default();
    let mut found: Vec<Report> = Vec::new();
    for (column, cell) in columns.iter().zip(record) {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        let mut wrong = || found.push(SheetProblem::Cell { column }.into());
        match *column {
            "case_no" => cell.clone_into(&mut row.case),
            "kind" => row.kind = Some(cell.to_owned()),
            "proof" => row.grounds.proof = Some(cell.to_owned()),
            "instruction" => row.grounds.instruction = Some(cell.to_owned()),
            "answered_on" => match day(cell) {
                Some(day) => row.grounds.answered_on = Some(day),
                None => wrong(),
            },
            _ => match cell.parse() {
                Ok(amount) => row.grounds.amount = Some(amount),
                Err(_) => wrong(),
            },
        }
    }
    if found.is_empty() { Ok(row) } else { Err(found) }
}

/// A day, as sheets of requests may write it.
fn day(cell: &str) -> Option<NaiveDate> {
    match days::read(cell, Kind::Date) {
        Day::AsItIs => date::parse(cell).ok(),
        Day::Spelled(text, _) => date::parse(&text).ok(),
        Day::Doubtful => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_under_either_heading_and_a_bad_one_stops_no_other() {
        let text = "\u{feff}案号,种类,金额\r\nYL-1,dispute,\r\nYL-2,small_debt_objection,x\r\nYL-3\r\nYL-4,small_debt_objection,499.99\r\n";
        let rows = parse(text.as_bytes()).unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|(line, row)| match row {
                Ok(row) => format!("{line} {}", row.case),
                Err(reports) => format!("{line} {}", reports[0].code.code),
            })
            .collect();
        assert_eq!(told, ["2 YL-1", "3 CH-I103", "4 CH-I102", "5 YL-4"]);
        assert!(matches!(parse(b"case_no,name\nx,y\n"), Err(SheetProblem::Headings)));
        assert!(matches!(parse(b"kind\ndispute\n"), Err(SheetProblem::Headings)));
    }
}
