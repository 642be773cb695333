//! From wording to `/data.json`, and the list of strings the pages are meant to hold.
//!
//! Owns the shape that `docs/templates.md` describes: sections, table, marks. The layout is given
//! nothing else, and the proof of the page compares what it placed with the same strings.

use serde_json::{Map, Value, json};

use super::paper::Paper;
use crate::{
    template::{
        metadata::{Table, TableKind},
        package::Package,
        wording::{Wording, WordingError},
    },
    typeset::Meant,
};

/// Why a page is no letter, printed across it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mark {
    /// Made in a sample office.
    Sample,
    /// A proof before approval.
    Proof,
    /// A preview without number.
    Preview,
}

impl Mark {
    /// The words printed.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Sample => "样张",
            Self::Proof => "样稿",
            Self::Preview => "预览 未编号",
        }
    }
}

/// What stands on a page besides wording.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dress<'a> {
    /// Mark across the page.
    pub mark: Option<Mark>,
    /// Words by which a reprint is known.
    pub reprint: Option<&'a str>,
    /// Whether the seal image is placed, if the template has one.
    pub seal: bool,
    /// What it is printed on, if not on A4.
    pub paper: Option<Paper>,
}

/// The letter as the layout sees it.
#[derive(Debug)]
pub struct PageData {
    /// `/data.json`.
    pub json: Value,
    /// Every string the pages are meant to hold.
    pub meant: Vec<Meant>,
}

/// Writes the page of `package` from masked facts, an object of fields and table rows.
///
/// # Errors
/// As [`Wording::write`]; also [`WordingError::Field`] if the table's rows are missing.
pub fn write(
    package: &Package,
    wording: &Wording,
    facts: &Map<String, Value>,
    dress: Dress<'_>,
) -> Result<PageData, WordingError> {
    let metadata = package.metadata();
    let mut fields = Map::new();
    for name in &metadata.fields.optional {
        fields.insert(name.clone(), "".into());
    }
    for (name, value) in facts {
        if metadata.fields.required.contains(name) || metadata.fields.optional.contains(name) {
            fields.insert(name.clone(), value.clone());
        }
    }
    fields.insert("template_id".to_owned(), metadata.id.as_str().into());
    fields.insert("template_version".to_owned(), metadata.version.to_string().into());
    let table = metadata.table.as_ref().map(|table| rows(table, &fields)).transpose()?;
    let sections = wording.write(&Value::Object(fields))?;
    let mark = dress.mark.map(Mark::words);
    let json = json!({
        "title": metadata.title,
        "paper": dress.paper.map(Paper::data),
        "barcode": metadata.barcode,
        "language": "zh",
        "mark": mark,
        "reprint": dress.reprint,
        "code": metadata.code,
        "bare": metadata.bare,
        "seal": package.seal().is_some() && dress.seal,
        "logo": package.logo().is_some(),
        "principal_line": package.letterhead(),
        "sections": sections,
        "table": table,
    });
    let meant = Meant::of_letter(&json);
    Ok(PageData { json, meant })
}

/// The table as the layout sees it: head from the template, rows and sum from the facts.
fn rows(table: &Table, fields: &Map<String, Value>) -> Result<Value, WordingError> {
    let missing = || WordingError::Field { section: "table".to_owned() };
    let given = fields.get(&table.field).ok_or_else(missing)?;
    let rows = given.get("rows").and_then(Value::as_array).ok_or_else(missing)?;
    let width = table.columns.len();
    // A register may have nothing to tell; a letter without its amounts is none.
    let empty = rows.is_empty() && table.kind != TableKind::Rows;
    if empty || rows.iter().any(|row| row.as_array().map(Vec::len) != Some(width)) {
        return Err(missing());
    }
    // A table without rows is not shown; the wording tells that there are none.
    if rows.is_empty() {
        return Ok(Value::Null);
    }
    let total = match &table.total {
        None => Value::Null,
        Some(label) => {
            let sum = given.get("total").and_then(Value::as_str).ok_or_else(missing)?;
            let mut cells = vec![json!(""); width];
            if let Some(first) = cells.first_mut() {
                *first = label.as_str().into();
            }
            if let Some(last) = cells.last_mut() {
                *last = sum.into();
            }
            cells.into()
        }
    };
    let mut shown = json!({
        "caption": table.caption,
        "columns": table.columns,
        "align": table.align,
        "rows": rows,
        "total": total,
    });
    if table.kind == TableKind::Rows
        && let Some(members) = shown.as_object_mut()
    {
        members.insert("widths".to_owned(), json!(table.widths));
        members.insert("bar".to_owned(), json!(table.bar));
    }
    Ok(shown)
}
