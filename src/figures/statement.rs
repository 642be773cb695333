//! A principal's statement, and what the register keeps of it.
//!
//! Owns the reading of statements (CSV, XLSX) and [`Reconciled`], by which a request is compared
//! with the newest statement that names its contract. What is kept is keyed: contract and amount
//! as HMACs under the office's index key, beside the as-of date. Raw values are in no entry and no
//! archive object. Source: REQUIREMENTS 1 (L311, L313); SPEC decision 9.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::Path,
};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    case::{
        amount::Fen,
        date,
        field::Kind,
        intake::plain::{Cells, Column, Table},
        request::Request,
    },
    digest::Digest,
    office::{Office, disposal_room, journal, office_folder::OfficeError, state::digest},
    problem::{Report, alone},
    signing::KeyedIndex,
};

/// First words of the archived object.
const FORMAT: &str = "chancery statement v1";
/// What a statement may name a debt by, and the request's field of that name.
const NAMES: [&str; 3] = ["contract_no", "policy_no", "case_no"];
/// Amounts of a request that the statement has, the first that is given.
const SUMS: [&str; 3] = ["amount_total", "demand", "overdraft_principal"];
/// Columns of a statement.
const COLUMNS: [Column; 5] = [
    Column::text("contract_no", &["合同编号", "合同号", "借据号", "贷款合同号"]),
    Column::text("policy_no", &["保险单号", "保单号"]),
    Column::text("case_no", &["案号", "案件编号"]),
    Column::text("as_of_date", &["截至日期", "数据日期", "账务日期", "日期"])
        .holding(Kind::Date)
        .required(),
    Column::text(
        "amount_total",
        &["合计金额", "欠款总额", "应还金额", "缴款数额", "欠款余额", "请求金额", "金额"],
    )
    .holding(Kind::Money)
    .required(),
];

crate::problems! {
    /// What is wrong with a statement, or with an amount beside it.
    pub enum StatementProblem {
        /// A row names nothing.
        Unnamed = "CH-Q010", Input,
            "the row names no contract, policy or case" => "fill in one of them",
            "该行未填合同、保单或案件编号" => "请补填其中一项";
        /// A row has no amount.
        Amount = "CH-Q011", Input,
            "the row holds no amount in yuan" => "write digits with at most two decimals",
            "该行没有以元计的金额" => "请写数字，至多两位小数";
        /// A row has no date.
        AsOf = "CH-Q012", Input,
            "the row holds no as-of date" => "write it as `2026-11-23`",
            "该行没有截至日期" => "请写作 `2026-11-23`";
        /// Two rows disagree.
        Disagrees { row: u64 } = "CH-Q013", Input,
            "the row gives another amount than row {row} for the same debt and day" => "ask the principal which one holds",
            "该行与第 {row} 行为同一债务同一日期，金额却不同" => "请向委托方核实";
        /// Nothing is in it.
        Empty = "CH-Q014", Input,
            "the statement holds headings and no row" => "check that it was exported completely",
            "报表只有表头，没有明细" => "请确认导出完整";
        /// REQUIREMENTS L313.
        Differs = "CH-Q015", Refusal,
            "the amount is not the one of the principal's newest statement" => "take amount and as-of date from the newest statement; reconcile a newer one first",
            "金额与委托方最新报表不符" => "请按最新报表填写金额与截至日期；如有更新报表，请先核对";
        /// REQUIREMENTS L313.
        Stale { newest: NaiveDate } = "CH-Q016", Refusal,
            "the principal's newest statement is as of {newest}, later than this request" => "take amount and as-of date from it",
            "委托方最新报表截至 {newest}，晚于本请求" => "请按该报表填写金额与截至日期";
        /// The archived statement is none.
        Archived = "CH-Q017", Finding,
            "an archived statement cannot be read" => "run `chancery audit run`",
            "归档的报表无法读取" => "请运行 `chancery audit run`";
    }
}

/// One row of a statement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// Its number in the file.
    pub row: u64,
    /// What it names: field and value.
    pub names: Vec<(&'static str, String)>,
    /// Day of its figures.
    pub as_of: NaiveDate,
    /// What is owed.
    pub amount: Fen,
}

/// A statement whose every row could be read.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Digest of the file.
    pub digest: Digest,
}

/// What is wrong, by row; row 0 is the file as a whole.
pub type ByRow = Vec<(u64, Vec<Report>)>;

impl Statement {
    /// Reads the statement at `path`.
    ///
    /// # Errors
    /// Everything wrong with it, by row: a statement is taken whole or not at all.
    pub fn read(path: &Path) -> Result<Self, ByRow> {
        let table = Table::open(path, &COLUMNS, false).map_err(|found| vec![(0, found)])?;
        let digest = table.digest();
        let mut wrong = ByRow::new();
        let mut rows: Vec<Row> = Vec::new();
        let mut seen: BTreeMap<(&'static str, String, NaiveDate), (u64, Fen)> = BTreeMap::new();
        for (row, cells) in table {
            let read = cells.and_then(|cells| read_row(row, &cells));
            let read = read.and_then(|read| {
                for (name, value) in &read.names {
                    let key = (*name, value.clone(), read.as_of);
                    let (before, amount) = *seen.entry(key).or_insert((row, read.amount));
                    if amount != read.amount {
                        return Err(alone(StatementProblem::Disagrees { row: before }));
                    }
                }
                Ok(read)
            });
            match read {
                Ok(read) => rows.push(read),
                Err(found) => wrong.push((row, found)),
            }
        }
        if rows.is_empty() && wrong.is_empty() {
            wrong.push((0, alone(StatementProblem::Empty)));
        }
        if wrong.is_empty() { Ok(Self { rows, digest }) } else { Err(wrong) }
    }

    /// What the archive keeps of it.
    #[must_use]
    pub fn keyed(&self, principal: &str, index: &KeyedIndex) -> Vec<u8> {
        let mut rows = Vec::new();
        for row in &self.rows {
            for (name, value) in &row.names {
                let debt = debt(index, principal, name, value);
                let amount = amount(index, &debt, row.amount);
                rows.push((debt, row.as_of, amount));
            }
        }
        rows.sort_unstable();
        rows.dedup();
        let kept = Kept { format: FORMAT.to_owned(), principal: principal.to_owned(), rows };
        serde_json_canonicalizer::to_vec(&kept).unwrap_or_default()
    }
}

fn read_row(row: u64, cells: &Cells) -> Result<Row, Vec<Report>> {
    let mut found: Vec<Report> = Vec::new();
    let names: Vec<_> =
        NAMES.iter().filter_map(|name| Some((*name, cells.get(name)?.clone()))).collect();
    if names.is_empty() {
        found.push(StatementProblem::Unnamed.into());
    }
    let as_of = cells.get("as_of_date").and_then(|text| date::parse(text).ok());
    if as_of.is_none() {
        found.push(StatementProblem::AsOf.into());
    }
    let amount: Option<Fen> = cells.get("amount_total").and_then(|text| text.parse().ok());
    if amount.is_none() {
        found.push(StatementProblem::Amount.into());
    }
    match (as_of, amount) {
        (Some(as_of), Some(amount)) if found.is_empty() => Ok(Row { row, names, as_of, amount }),
        _ => Err(found),
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: String,
    principal: String,
    rows: Vec<(String, NaiveDate, String)>,
}

fn debt(index: &KeyedIndex, principal: &str, name: &str, value: &str) -> String {
    index.value("statement", &format!("{principal}\n{name}\n{value}"))
}

fn amount(index: &KeyedIndex, debt: &str, amount: Fen) -> String {
    index.value("statement-amount", &format!("{debt}\n{}", amount.plain()))
}

/// The newest figure of each debt that reconciled statements of one principal name.
#[derive(Clone, Debug, Default)]
pub struct Reconciled {
    principal: String,
    newest: BTreeMap<String, (NaiveDate, String)>,
}

impl Reconciled {
    /// Reads the reconciled statements of `principal`.
    ///
    /// # Errors
    /// Faults of register and archive, [`StatementProblem::Archived`].
    pub fn of(office: &Office, principal: &str) -> Result<Self, Vec<Report>> {
        let mut newest: BTreeMap<String, (NaiveDate, String)> = BTreeMap::new();
        let gone = disposal_room::destroyed(&office.view());
        let gone = gone.map_err(|error| alone(OfficeError::from(error)))?;
        for found in office.view().find(Some(&journal::RECONCILE_DONE), Some(principal)) {
            let found = found.map_err(|error| alone(OfficeError::from(error)))?;
            let Some(object) = digest(&found.entry().body, "object") else { continue };
            if gone.contains_key(&object) {
                // Destroyed after its term; what it said is too old for any letter.
                continue;
            }
            let bytes = office.object(&object).map_err(alone)?;
            let kept: Kept =
                serde_json::from_slice(&bytes).map_err(|_| alone(StatementProblem::Archived))?;
            if kept.format != FORMAT || kept.principal != principal {
                return Err(alone(StatementProblem::Archived));
            }
            for (debt, as_of, amount) in kept.rows {
                // Of one day, what was reconciled last holds.
                let known = newest.get(&debt).is_some_and(|(known, _)| *known > as_of);
                if !known {
                    newest.insert(debt, (as_of, amount));
                }
            }
        }
        Ok(Self { principal: principal.to_owned(), newest })
    }

    /// Why `request` may not be issued beside what was reconciled; nothing if no statement names
    /// its debt, or it states no amount.
    #[must_use]
    pub fn refusals(&self, index: &KeyedIndex, request: &Request) -> Vec<Report> {
        let mut found = Vec::new();
        let Some(sum) = SUMS.iter().find_map(|name| request.money(name)) else { return found };
        let named = NAMES.iter().find_map(|name| {
            let value = match *name {
                "case_no" => request.case_no(),
                name => request.raw(name)?.expose(),
            };
            let debt = debt(index, &self.principal, name, value);
            self.newest.get(&debt).map(|newest| (debt, newest))
        });
        let Some((debt, (newest, keyed))) = named else { return found };
        if request.date("as_of_date").is_some_and(|as_of| as_of < *newest) {
            found.push(StatementProblem::Stale { newest: *newest }.into());
        }
        if amount(index, &debt, sum) != *keyed {
            found.push(StatementProblem::Differs.into());
        }
        found
    }
}

/// Reconciled statements of several principals, read again once another is reconciled.
#[derive(Clone, Debug, Default)]
pub struct Statements {
    newest: Option<u64>,
    known: BTreeMap<String, Reconciled>,
}

impl Statements {
    /// The reconciled statements of `principal` as they are now.
    ///
    /// # Errors
    /// As [`Reconciled::of`].
    pub fn of(&mut self, office: &Office, principal: &str) -> Result<&Reconciled, Vec<Report>> {
        let newest = office.view().last_place(&journal::RECONCILE_DONE);
        let newest = newest.map_err(|error| alone(OfficeError::from(error)))?;
        if newest != self.newest {
            (self.newest, self.known) = (newest, BTreeMap::new());
        }
        Ok(match self.known.entry(principal.to_owned()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Reconciled::of(office, principal)?),
        })
    }
}
