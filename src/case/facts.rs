//! The facts of one document: what its wording may name, before and after masking.
//!
//! Owns [`Facts`], raw and wiped when dropped, made of a request, the office's values and what
//! follows from them; and [`ShownFacts`], all that is left of them once masked. Card, account and
//! identity numbers exist only as derived, masked fields; every other text passes the detector
//! too, so that a number typed into an address is masked. Only `Masked<Facts>` gives wording its
//! data. Refuses office values for fields that requests or derivations supply.
//! Source: SPEC, promises 2 and 4 and decision 9; DOCUMENTS, the placeholders.

mod derived;
mod office;

pub use office::{FactsError, OfficeContext, OfficeValue};

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    field::{self, Kind, Supplier},
    phone::mask_phone,
    raw::RawText,
    request::Request,
    value::Value,
};
use crate::masking::{
    CardNumber, DocumentNumber, IdentityNumber, Mask, Masked, Masking, mask_text, masked::Sealed,
};

/// Rows of a table, and what its amounts add up to.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Cells, row by row.
    pub rows: Vec<Vec<String>>,
    /// Sum of the last column, formatted, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub total: Option<String>,
}

/// Fields whose sentence the wording closes: a stop at their end would stand twice. What somebody
/// said, and a principal's answer, stay as they were written.
const CLOSED: [&str; 14] = [
    "breach_terms",
    "citations",
    "consent_or_court_ref",
    "dispute_channel",
    "evidence_ids",
    "finding",
    "inquiry_channel",
    "interest_terms",
    "legal_basis",
    "liability_basis",
    "next_step",
    "official_channels",
    "outcome_if_known",
    "reason",
];

/// The text without the marks that end a sentence.
fn unstopped(text: &RawText) -> RawText {
    let open = text.expose().trim_end_matches(['。', '；', ';', '，', ',']);
    if open.is_empty() { text.clone() } else { open.into() }
}

/// What one field holds before masking.
#[derive(Clone)]
enum Fact {
    Text(RawText),
    Card(CardNumber),
    Identity(IdentityNumber),
    Document(DocumentNumber),
    Phone(RawText),
    Table(Table),
}

/// The raw facts of one document.
#[derive(Clone)]
pub struct Facts {
    kind: String,
    facts: BTreeMap<&'static str, Fact>,
}

impl Facts {
    /// Facts of the document `request` asks for, with the office's values.
    ///
    /// Where both give a value the request's is taken; an office gives only what requests may
    /// leave to it.
    #[must_use]
    pub fn of(request: &Request, office: &OfficeContext) -> Self {
        let mut facts = Self { kind: request.kind().to_owned(), facts: BTreeMap::new() };
        facts.take_office(office);
        for (name, value) in request.values() {
            facts.take_entered(name, value);
        }
        facts.put("case_no", request.case_no());
        facts.derive(request);
        facts
    }

    /// Facts of an internal document, which no request asks for.
    #[must_use]
    pub fn of_office(kind: &str, office: &OfficeContext) -> Self {
        let mut facts = Self { kind: kind.to_owned(), facts: BTreeMap::new() };
        facts.take_office(office);
        facts
    }

    /// Facts of a document made before, from its archived masked data.
    ///
    /// They hold no raw number any more. They must be masked again to be used, which leaves
    /// masked text as it is.
    ///
    /// # Errors
    /// [`FactsError::Archived`] if `data` is not what [`Masked::data`] gave.
    pub fn from_archived(kind: &str, data: &serde_json::Value) -> Result<Self, FactsError> {
        let mut facts = BTreeMap::new();
        for (name, value) in data.as_object().ok_or(FactsError::Archived)? {
            let field = field::named(name).ok_or(FactsError::Archived)?;
            let fact = match value {
                serde_json::Value::String(text) => Fact::Text(text.as_str().into()),
                table => Fact::Table(
                    serde_json::from_value(table.clone()).map_err(|_| FactsError::Archived)?,
                ),
            };
            facts.insert(field.name, fact);
        }
        Ok(Self { kind: kind.to_owned(), facts })
    }

    /// Id of the document.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether there is a value for `name`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.facts.contains_key(name)
    }

    /// Names of all fields that have a value, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.facts.keys().copied()
    }

    fn put(&mut self, name: &'static str, text: impl Into<RawText>) {
        let text = text.into();
        let text = if CLOSED.contains(&name) { unstopped(&text) } else { text };
        self.facts.insert(name, Fact::Text(text));
    }

    fn take_office(&mut self, office: &OfficeContext) {
        for (name, value) in office.values() {
            match value {
                OfficeValue::Table(table) => {
                    self.facts.insert(name, Fact::Table(table.clone()));
                }
                value => self.put(name, value.printed()),
            }
        }
    }

    /// Takes an entered value as it is printed. Numbers that are printed masked only, and fields
    /// that only steer a rule or a derivation, are left to the derivations.
    fn take_entered(&mut self, name: &'static str, value: &Value) {
        let Some(field) = field::named(name) else { return };
        let hidden = matches!(
            field.kind,
            Kind::Card | Kind::Account | Kind::Identity | Kind::Phone | Kind::Terms
        );
        let steers = matches!(name, "debt_kind" | "recipient_form" | "insured_relation");
        if !hidden && !steers && field.supplier != Supplier::Banned {
            self.put(name, office::printed(value));
        }
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Facts")
            .field("kind", &self.kind)
            .field("fields", &self.facts.keys())
            .finish_non_exhaustive()
    }
}

/// What one field shows.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// One line of text.
    Text(String),
    /// A table.
    Table(Table),
}

/// Facts as they may be shown: in the order of their names, every number masked.
#[derive(Clone, Eq, PartialEq)]
pub struct ShownFacts {
    kind: String,
    values: BTreeMap<&'static str, Shown>,
}

impl fmt::Debug for ShownFacts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ShownFacts")
            .field("kind", &self.kind)
            .field("fields", &self.values.keys())
            .finish_non_exhaustive()
    }
}

impl Serialize for ShownFacts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for (name, shown) in &self.values {
            map.serialize_entry(name, shown)?;
        }
        map.end()
    }
}

impl Sealed for Facts {}
impl Mask for Facts {
    type Shown = ShownFacts;

    fn shown(&self, masking: &Masking) -> ShownFacts {
        let text = |raw: &str| mask_text(raw, masking).text;
        let show = |fact: &Fact| match fact {
            Fact::Text(raw) => Shown::Text(text(raw.expose())),
            Fact::Card(number) => Shown::Text(number.shown(masking)),
            Fact::Identity(number) => Shown::Text(number.shown(masking)),
            Fact::Document(number) => Shown::Text(number.shown(masking)),
            Fact::Phone(number) => Shown::Text(mask_phone(number.expose())),
            Fact::Table(table) => Shown::Table(Table {
                rows: table
                    .rows
                    .iter()
                    .map(|row| row.iter().map(|cell| text(cell)).collect())
                    .collect(),
                total: table.total.as_deref().map(text),
            }),
        };
        let values = self.facts.iter().map(|(name, fact)| (*name, show(fact))).collect();
        ShownFacts { kind: self.kind.clone(), values }
    }
}

impl Masked<Facts> {
    /// Id of the document.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.shown().kind
    }

    /// What `name` shows, if it has a value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Shown> {
        self.shown().values.get(name)
    }

    /// Text that `name` shows, if it has one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Shown::Text(text) => Some(text),
            Shown::Table(_) => None,
        }
    }

    /// Table that `name` shows, if it has one.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        match self.get(name)? {
            Shown::Table(table) => Some(table),
            Shown::Text(_) => None,
        }
    }

    /// Names and what they show, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Shown)> {
        self.shown().values.iter().map(|(name, shown)| (*name, shown))
    }

    /// Everything shown, as the object that wording reads and the archive keeps: texts as
    /// strings, tables as `{"rows": […], "total": "…"}`.
    #[must_use]
    pub fn data(&self) -> serde_json::Value {
        self.data_of(|_| true)
    }

    /// As [`Masked::data`], with the fields `wanted` admits only.
    #[must_use]
    pub fn data_of(&self, wanted: impl Fn(&str) -> bool) -> serde_json::Value {
        let value = |shown: &Shown| match shown {
            Shown::Text(text) => serde_json::Value::from(text.as_str()),
            Shown::Table(table) => {
                let mut object = serde_json::Map::new();
                object.insert("rows".into(), table.rows.clone().into());
                if let Some(total) = &table.total {
                    object.insert("total".into(), total.as_str().into());
                }
                object.into()
            }
        };
        let kept = self.iter().filter(|(name, _)| wanted(name));
        kept.map(|(name, shown)| (name.to_owned(), value(shown))).collect()
    }
}

#[cfg(test)]
mod tests;
