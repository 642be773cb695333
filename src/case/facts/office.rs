//! What the office and the principal's profile give a document.
//!
//! Owns [`OfficeContext`]. Refuses values for fields they do not supply.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, Timelike};

use super::Table;
use crate::case::{
    amount::Fen,
    date,
    field::{self, Kind, Supplier},
    value::Value,
};

crate::problems! {
    /// Why facts could not be put together.
    pub enum FactsError {
        /// The office does not supply this field.
        NotOfTheOffice { field: String } = "CH-I085", Input,
            "`{field}` is not a field the office supplies" => "see the field catalogue for who supplies it",
            "`{field}` 不是机构应提供的字段" => "请查阅字段目录中的提供方";
        /// Archived facts are not in the form in which they were archived.
        Archived = "CH-I086", Finding,
            "archived facts cannot be read" => "verify the archive object against its register entry",
            "归档的要素无法读取" => "请对照登记核验该归档件";
    }
}

/// One value the office gives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OfficeValue {
    /// Text, printed as it is.
    Text(String),
    /// A day, printed as `2024年5月7日`.
    Date(NaiveDate),
    /// A day and time, printed as `2024年5月7日14时05分`.
    DateTime(NaiveDateTime),
    /// An amount, printed with thousands marks.
    Money(Fen),
    /// A table.
    Table(Table),
}

impl OfficeValue {
    /// As it is printed; a table prints as nothing in a line.
    pub(crate) fn printed(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Date(day) => date::display(*day),
            Self::DateTime(at) => print_date_time(*at),
            Self::Money(amount) => amount.to_string(),
            Self::Table(_) => String::new(),
        }
    }
}

impl From<&str> for OfficeValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for OfficeValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<NaiveDate> for OfficeValue {
    fn from(day: NaiveDate) -> Self {
        Self::Date(day)
    }
}

impl From<NaiveDateTime> for OfficeValue {
    fn from(at: NaiveDateTime) -> Self {
        Self::DateTime(at)
    }
}

impl From<Fen> for OfficeValue {
    fn from(amount: Fen) -> Self {
        Self::Money(amount)
    }
}

impl From<Table> for OfficeValue {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

/// Values of the office and the principal's profile for one document.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OfficeContext {
    values: BTreeMap<&'static str, OfficeValue>,
}

impl OfficeContext {
    /// Gives `field` a value, in the place of an earlier one.
    ///
    /// # Errors
    /// [`FactsError::NotOfTheOffice`] if requests or derivations supply it, or nobody knows it.
    pub fn set(&mut self, field: &str, value: impl Into<OfficeValue>) -> Result<(), FactsError> {
        let known = field::named(field)
            .filter(|known| matches!(known.supplier, Supplier::Office | Supplier::Either))
            .ok_or_else(|| FactsError::NotOfTheOffice { field: field.to_owned() })?;
        self.values.insert(known.name, value.into());
        Ok(())
    }

    /// Gives `field` of an internal document a value, whoever supplies that field to letters.
    ///
    /// Numbers that are printed masked only, and fields no document may carry, have no place there.
    ///
    /// # Errors
    /// [`FactsError::NotOfTheOffice`] for those, and for what nobody knows.
    pub fn tell(&mut self, field: &str, value: impl Into<OfficeValue>) -> Result<(), FactsError> {
        let known = field::named(field)
            .filter(|known| known.supplier != Supplier::Banned)
            .filter(|known| {
                let hidden = [Kind::Card, Kind::Account, Kind::Identity, Kind::Phone];
                !hidden.contains(&known.kind)
            })
            .ok_or_else(|| FactsError::NotOfTheOffice { field: field.to_owned() })?;
        self.values.insert(known.name, value.into());
        Ok(())
    }

    /// Takes over all that `other` gives.
    pub fn extend(&mut self, other: Self) {
        self.values.extend(other.values);
    }

    /// As [`OfficeContext::set`], for building in one expression.
    ///
    /// # Errors
    /// As [`OfficeContext::set`].
    pub fn with(mut self, field: &str, value: impl Into<OfficeValue>) -> Result<Self, FactsError> {
        self.set(field, value)?;
        Ok(self)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = (&'static str, &OfficeValue)> {
        self.values.iter().map(|(name, value)| (*name, value))
    }
}

/// An entered value as it is printed: a flag as `是` or nothing, a choice by its label.
pub(super) fn printed(value: &Value) -> zeroize::Zeroizing<String> {
    match value {
        Value::Text(text) => text.expose().to_owned(),
        Value::Money(amount) => amount.to_string(),
        Value::Date(day) => date::display(*day),
        Value::Time(time) => time.format("%H:%M").to_string(),
        Value::DateTime(at) => print_date_time(*at),
        Value::Count(count) => count.to_string(),
        Value::Flag(flag) => if *flag { "是" } else { "" }.to_owned(),
        Value::Choice(choice) => choice.chinese.to_owned(),
        Value::Terms(_) => String::new(),
    }
    .into()
}

fn print_date_time(at: NaiveDateTime) -> String {
    format!("{}{}时{:02}分", date::display(at.date()), at.hour(), at.minute())
}
