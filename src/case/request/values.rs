//! What a request gives, by the names of its fields.

use chrono::NaiveDate;

use super::Request;
use crate::case::{
    amount::Fen,
    raw::RawText,
    value::{Term, Value},
};

impl Request {
    /// Whether the request gives `name`.
    #[must_use]
    pub fn gives(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Names of the fields given, in order.
    pub fn given(&self) -> impl Iterator<Item = &'static str> {
        self.values.keys().copied()
    }

    /// Amount called `name`.
    #[must_use]
    pub fn money(&self, name: &str) -> Option<Fen> {
        self.values.get(name).and_then(|value| match value {
            Value::Money(amount) => Some(*amount),
            _ => None,
        })
    }

    /// Day called `name`.
    #[must_use]
    pub fn date(&self, name: &str) -> Option<NaiveDate> {
        self.values.get(name).and_then(|value| match value {
            Value::Date(day) => Some(*day),
            _ => None,
        })
    }

    /// Time of day called `name`.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<chrono::NaiveTime> {
        self.values.get(name).and_then(|value| match value {
            Value::Time(time) => Some(*time),
            _ => None,
        })
    }

    /// Day and time called `name`, in the office's zone.
    #[must_use]
    pub fn date_time(&self, name: &str) -> Option<chrono::NaiveDateTime> {
        self.values.get(name).and_then(|value| match value {
            Value::DateTime(at) => Some(*at),
            _ => None,
        })
    }

    /// Flag called `name`, if it was given.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.values.get(name).and_then(|value| match value {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        })
    }

    /// Whole number called `name`.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u32> {
        self.values.get(name).and_then(|value| match value {
            Value::Count(count) => Some(*count),
            _ => None,
        })
    }

    /// Stored value of the enumeration called `name`.
    #[must_use]
    pub fn choice(&self, name: &str) -> Option<&'static str> {
        self.values.get(name).and_then(|value| match value {
            Value::Choice(choice) => Some(choice.value),
            _ => None,
        })
    }

    /// Instalments, empty if none are given.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        match self.values.get("terms") {
            Some(Value::Terms(terms)) => terms,
            _ => &[],
        }
    }

    /// Text called `name`, still raw. Inside this crate a rule may compare it.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&RawText> {
        self.values.get(name).and_then(|value| match value {
            Value::Text(text) => Some(text),
            _ => None,
        })
    }

    /// Every value given.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.values.iter().map(|(name, value)| (*name, value))
    }
}
