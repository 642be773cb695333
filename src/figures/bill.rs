//! The post office's bill against the letters that were dispatched.
//!
//! Owns its findings: posted and not dispatched from here, billed twice, dispatched and not billed.
//! Reads only. Source: SPEC decision 14.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use chrono::NaiveDate;

use super::{month::Month, statement::ByRow};
use crate::{
    case::{
        amount::Fen,
        date,
        field::Kind,
        intake::plain::{Column, Table},
    },
    office::{Office, journal, office_folder::OfficeError, state::text},
    problem::{Report, alone},
};

/// Columns of a bill.
const COLUMNS: [Column; 3] = [
    Column::text("tracking", &["邮件号", "邮件号码", "邮件编号", "运单号", "tracking_no"])
        .required(),
    Column::text("charge", &["资费", "邮资", "费用", "金额", "amount"])
        .holding(Kind::Money)
        .required(),
    Column::text("posted_on", &["收寄日期", "寄件日期", "日期", "date"]).holding(Kind::Date),
];

crate::problems! {
    /// What a bill shows.
    pub enum BillFinding {
        /// Nobody here sent it.
        Foreign { row: u64 } = "CH-Q030", Finding,
            "row {row} bills an item that no letter was dispatched under" => "find out who posted it and in whose name",
            "第 {row} 行的邮件未经本办公室登记发出" => "请查明何人以何名义交寄";
        /// It is billed twice.
        Twice { row: u64, first: u64 } = "CH-Q031", Finding,
            "row {row} bills what row {first} bills already" => "have the post office correct its bill",
            "第 {row} 行与第 {first} 行重复计费" => "请邮政更正账单";
        /// It is not billed.
        Unbilled { letter: String } = "CH-Q032", Finding,
            "letter `{letter}` was dispatched and is not billed" => "check whether it was really posted",
            "函件 `{letter}` 已登记发出，账单中没有" => "请核实是否实际交寄";
        /// A row has no item number or charge.
        Row = "CH-Q033", Input,
            "the row holds no item number or no charge in yuan" => "fill in both",
            "该行缺少邮件号或以元计的资费" => "请补填";
        /// Nothing says which dispatches the bill is for.
        Period = "CH-Q034", Input,
            "the bill holds no dates and no month is given" => "add --month, so that what was not billed can be told",
            "账单没有日期，也未指定月份" => "请用 --month 指定月份，以便核对未计费的函件";
        /// Nothing is in it.
        Empty = "CH-Q035", Input,
            "the bill holds headings and no row" => "check that it was exported completely",
            "账单只有表头，没有明细" => "请确认导出完整";
    }
}

/// What a bill came to.
#[derive(Clone, Debug, Default)]
pub struct Bill {
    /// Rows of the bill.
    pub rows: u64,
    /// Letters billed once.
    pub matched: u64,
    /// Sum of all charges.
    pub charged: Fen,
    /// Sum of the charges of letters billed once.
    pub owed: Fen,
    /// Everything found.
    pub findings: Vec<Report>,
}

/// Compares the bill at `path` with the dispatches of `month`, else of the months it dates.
///
/// # Errors
/// Everything wrong with the file, by row; faults of the register under row 0.
pub fn compare(office: &Office, path: &Path, month: Option<Month>) -> Result<Bill, ByRow> {
    let whole = |found: Vec<Report>| vec![(0, found)];
    let rows = read(path)?;
    let mut months: Vec<Month> = match month {
        Some(month) => vec![month],
        None => rows.iter().filter_map(|row| row.posted_on).map(Month::of).collect(),
    };
    months.sort_unstable();
    months.dedup();
    if months.is_empty() {
        return Err(whole(alone(BillFinding::Period)));
    }
    let mut sent: HashMap<String, (String, NaiveDate)> = HashMap::new();
    for found in office.view().find(Some(&journal::LETTER_DISPATCHED), None) {
        let found = found.map_err(|error| whole(alone(OfficeError::from(error))))?;
        let entry = found.entry();
        let Some(tracking) = text(&entry.body, "tracking") else { continue };
        let left = entry.occurred_at.unwrap_or(entry.recorded_at).date_naive();
        sent.insert(tracking.to_owned(), (entry.subject.clone(), left));
    }
    let mut bill = Bill::default();
    let mut billed: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &rows {
        bill.rows = bill.rows.saturating_add(1);
        bill.charged = bill.charged.plus(row.charge).unwrap_or(Fen::MAX);
        if let Some(first) = billed.get(row.tracking.as_str()) {
            bill.findings.push(BillFinding::Twice { row: row.row, first: *first }.into());
            continue;
        }
        billed.insert(&row.tracking, row.row);
        if sent.contains_key(&row.tracking) {
            bill.matched = bill.matched.saturating_add(1);
            bill.owed = bill.owed.plus(row.charge).unwrap_or(Fen::MAX);
        } else {
            bill.findings.push(BillFinding::Foreign { row: row.row }.into());
        }
    }
    let due = sent.iter().filter(|(tracking, (_, left))| {
        !billed.contains_key(tracking.as_str()) && months.iter().any(|month| month.has(*left))
    });
    let mut unbilled: Vec<&String> = due.map(|(_, (letter, _))| letter).collect();
    unbilled.sort_unstable();
    for letter in unbilled {
        bill.findings.push(BillFinding::Unbilled { letter: letter.clone() }.into());
    }
    Ok(bill)
}

/// One item billed.
struct Item {
    row: u64,
    tracking: String,
    charge: Fen,
    posted_on: Option<NaiveDate>,
}

fn read(path: &Path) -> Result<Vec<Item>, ByRow> {
    let table = Table::open(path, &COLUMNS, false).map_err(|found| vec![(0, found)])?;
    let mut wrong = ByRow::new();
    let mut rows = Vec::new();
    for (row, cells) in table {
        let read = cells.and_then(|cells| {
            let charge = cells.get("charge").and_then(|text| text.parse().ok());
            let posted = cells.get("posted_on").map(|text| date::parse(text));
            match (cells.get("tracking"), charge, posted.transpose()) {
                (Some(tracking), Some(charge), Ok(posted_on)) => {
                    let tracking = tracking.to_ascii_uppercase();
                    Ok(Item { row, tracking, charge, posted_on })
                }
                (_, _, Err(error)) => Err(alone(error)),
                _ => Err(alone(BillFinding::Row)),
            }
        });
        match read {
            Ok(read) => rows.push(read),
            Err(found) => wrong.push((row, found)),
        }
    }
    if rows.is_empty() && wrong.is_empty() {
        wrong.push((0, alone(BillFinding::Empty)));
    }
    if wrong.is_empty() { Ok(rows) } else { Err(wrong) }
}
