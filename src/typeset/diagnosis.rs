//! What Typst says about a layout, as coded refusals with place, message and hint.
//!
//! Typst quotes values in some messages. Whatever string of the letter's data occurs in one is
//! blotted out, and so is every long number, before the message is kept.

use typst::{
    World, WorldExt,
    diag::{Severity, SourceDiagnostic},
    syntax::{DiagSpan, Lines},
};

use super::TypesetError;
use crate::problem::Report;

/// What stands for a blotted value.
const BLOT: &str = "…";

/// Runs of digits of this length or more are blotted wherever they come from.
const LONG_NUMBER: usize = 6;

/// Strings of one letter that may not be repeated in a message.
pub(super) struct Blotter(Vec<String>);

impl Blotter {
    /// Remembers every string in `data`, and every line of it.
    pub(super) fn of(data: &serde_json::Value) -> Self {
        let mut strings = Vec::new();
        collect(data, &mut strings);
        strings.retain(|text| text.chars().nth(1).is_some());
        strings.sort_by_key(|text| std::cmp::Reverse(text.len()));
        strings.dedup();
        Self(strings)
    }

    /// `message` without any of the strings.
    fn blot(&self, message: &str) -> String {
        let mut text = message.to_owned();
        for string in &self.0 {
            if text.contains(string.as_str()) {
                text = text.replace(string.as_str(), BLOT);
            }
        }
        let mut out = String::with_capacity(text.len());
        for part in text.split_inclusive(|each: char| !each.is_ascii_digit()) {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            if digits >= LONG_NUMBER {
                out.push_str(BLOT);
                out.push_str(part.get(digits..).unwrap_or_default());
            } else {
                out.push_str(part);
            }
        }
        out
    }
}

fn collect(value: &serde_json::Value, into: &mut Vec<String>) {
    use serde_json::Value;
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Turns what Typst said into refusals, errors first as Typst gives them.
pub(super) fn refusals<'a>(
    world: &dyn World,
    said: impl IntoIterator<Item = &'a SourceDiagnostic>,
    blotter: &Blotter,
) -> Vec<Report> {
    said.into_iter()
        .map(|each| {
            let (place, message, advice) = parts(Some(world), each, blotter);
            match each.severity {
                Severity::Error => TypesetError::Layout { place, message, advice },
                Severity::Warning => TypesetError::LayoutWarning { place, message, advice },
            }
            .into()
        })
        .collect()
}

/// Turns what the PDF export said into refusals; the page's own file and line are not known there.
pub(super) fn export_refusals<'a>(
    said: impl IntoIterator<Item = &'a SourceDiagnostic>,
    blotter: &Blotter,
) -> Vec<Report> {
    said.into_iter()
        .map(|each| {
            let (place, message, advice) = parts(None, each, blotter);
            TypesetError::Export { place, message, advice }.into()
        })
        .collect()
}

fn parts(
    world: Option<&dyn World>,
    said: &SourceDiagnostic,
    blotter: &Blotter,
) -> (String, String, String) {
    let mut advice = String::new();
    for hint in &said.hints {
        advice.push_str(if advice.is_empty() { " (" } else { "; " });
        advice.push_str(&blotter.blot(&hint.v));
    }
    if !advice.is_empty() {
        advice.push(')');
    }
    // An error inside a library function is found by the call that led there.
    let mut spans =
        std::iter::once(said.span).chain(said.trace.iter().map(|step| step.span.into()));
    let place = spans.find_map(|span| place(world, span));
    (place.unwrap_or_else(|| "the package".to_owned()), blotter.blot(&said.message), advice)
}

/// `file:line:column`, counted from one, or the file alone.
fn place(world: Option<&dyn World>, span: DiagSpan) -> Option<String> {
    let id = span.id()?;
    let path = id.vpath().get_without_slash();
    let Some(world) = world else { return Some(path.to_owned()) };
    let at = world.range(span).and_then(|range| {
        let bytes = world.file(id).ok()?;
        let lines = Lines::new(bytes.as_str().ok()?.to_owned());
        lines.byte_to_line_column(range.start)
    });
    Some(match at {
        Some((line, column)) => format!("{path}:{}:{}", line + 1, column + 1),
        None => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_letter_and_long_numbers_are_blotted_out() {
        let data = serde_json::json!({ "name": "王小明", "deep": [["上海市某路"]], "n": "1" });
        let blotter = Blotter::of(&data);
        assert_eq!(
            blotter.blot("cannot place 王小明 of 上海市某路, 1 of 4 at 123456 or 12345"),
            "cannot place … of …, 1 of 4 at … or 12345"
        );
    }
}
