//! Masking of card and identity numbers, before any text is composed.
//!
//! Raw numbers enter as [`CardNumber`], [`IdentityNumber`] and [`DocumentNumber`] and leave only
//! as [`Masked`]. Free text goes through [`mask_text`] or [`mask_stream`], and what was composed
//! is swept by [`sweep_text`]; all use one detector. A number is not hidden from it by the script
//! of its digits, by separators, line breaks or characters that show nothing. What is no such
//! number stays. In doubt it masks, and says so.
//!
//! Refused: numbers written in words (`六二〇〇`), with letters put for digits, or in pictures.
//! Source: SPEC "Masking"; REQUIREMENTS 1 (L345), 5 decisions 1, 13, 16.

mod allow;
mod card;
mod chain;
mod detector;
mod document;
mod evidence;
mod fault;
mod gap;
mod glyph;
mod identity;
mod innocent;
mod label;
pub(crate) mod masked;
mod run;
mod stream;
mod sweep;
mod token;
mod upstream;
mod window;

#[cfg(test)]
mod tests;

pub use allow::AllowList;
pub use card::{CardNumber, luhn};
pub use fault::MaskingError;
pub use identity::{
    DocumentNumber, IdentityFault, IdentityNumber, check_gb11643, normalize_identity,
};
pub(crate) use masked::Sealed;
pub use masked::{Mask, Masked, Masking, Policy};
pub use stream::{Summary, mask_stream};
pub use sweep::{Leak, sweep_text};
pub use window::NumberKind;

use detector::Found;
use document::Ink;
use std::ops::Range;

/// A number in a text that shows more than its policy lets it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Span {
    /// What kind of number it is.
    pub kind: NumberKind,
    /// The bytes of the given text from its first to its last character.
    pub range: Range<usize>,
    /// Whether it may be something else: masked to be safe.
    pub doubtful: bool,
}

/// A text with its numbers masked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Redaction {
    /// The masked text; it has as many characters as the given one.
    pub text: String,
    /// What was masked, in order, with ranges of the given text.
    pub spans: Vec<Span>,
}

/// How often a text is gone through. What was masked can make a neighbour look like a part of a
/// masked number; going on until nothing is found makes masking twice the same as masking once.
/// More than one pass changes something only in texts made of nothing but fragments of numbers.
const PASSES: usize = 4;

/// Masks every number in `text`; everything else stays as it is.
///
/// Each digit or letter of a number but those the policy keeps becomes `*`.
#[must_use]
pub fn mask_text(text: &str, masking: &Masking) -> Redaction {
    let mut redaction = mask_once(text, masking);
    for _ in 1..PASSES {
        let again = mask_once(&redaction.text, masking);
        if again.spans.is_empty() {
            break;
        }
        let places = |span: Span| Span { range: moved(&span.range, &redaction.text, text), ..span };
        let spans = again.spans.into_iter().map(places).collect();
        redaction = Redaction { text: again.text, spans: merged(redaction.spans, spans) };
    }
    redaction
}

fn mask_once(text: &str, masking: &Masking) -> Redaction {
    let found = detector::scan(text, 0, true, &masking.allow).found;
    let mut masked = String::with_capacity(text.len());
    let spans = replace(text, 0..text.len(), &found, masking.policy, &mut masked);
    Redaction { text: masked, spans }
}

/// Where the characters at the bytes `range` of `from` are in `to`, which has as many characters.
fn moved(range: &Range<usize>, from: &str, to: &str) -> Range<usize> {
    let place = |byte: usize| {
        let characters = from.get(..byte).map_or(0, |head| head.chars().count());
        to.char_indices().nth(characters).map_or(to.len(), |(at, _)| at)
    };
    place(range.start)..place(range.end)
}

/// Both lists in order, with spans that overlap made one.
fn merged(mut spans: Vec<Span>, more: Vec<Span>) -> Vec<Span> {
    spans.extend(more);
    spans.sort_by_key(|span| (span.range.start, span.range.end));
    let mut whole: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match whole.last_mut().filter(|last| last.range.end > span.range.start) {
            Some(last) => {
                last.range.end = last.range.end.max(span.range.end);
                last.doubtful |= span.doubtful;
            }
            None => whole.push(span),
        }
    }
    whole
}

/// The numbers in `text` that show more than their last four characters.
#[must_use]
pub fn find(text: &str, allow: &AllowList) -> Vec<Span> {
    let found = detector::scan(text, 0, true, allow).found;
    found.iter().filter_map(|found| span(found, Policy::LastFour)).collect()
}

/// The span of a number that `policy` does not let stand.
fn span(found: &Found, policy: Policy) -> Option<Span> {
    let (first, last) = found.spots.first().zip(found.spots.last())?;
    hidden(found, policy).next()?;
    Some(Span { kind: found.kind, range: first.at..last.end(), doubtful: found.doubtful })
}

/// The bytes of a number that `policy` replaces, character by character.
fn hidden(found: &Found, policy: Policy) -> impl Iterator<Item = Range<usize>> {
    let count = found.spots.len().saturating_sub(policy.kept());
    let count = if found.masked && policy == Policy::LastFour { 0 } else { count };
    let readable = found.spots.iter().any(|spot| spot.ink == Ink::Shown);
    found
        .spots
        .iter()
        .take(if readable { count } else { 0 })
        .filter(|spot| spot.ink != Ink::Sign)
        .map(|spot| spot.at..spot.end())
}

/// Appends `part` of `text` to `out` with what was found in it masked.
fn replace(
    text: &str,
    part: Range<usize>,
    found: &[Found],
    policy: Policy,
    out: &mut String,
) -> Vec<Span> {
    let mut at = part.start;
    let mut spans = Vec::new();
    for number in found {
        for bytes in hidden(number, policy) {
            out.push_str(text.get(at..bytes.start).unwrap_or_default());
            out.push('*');
            at = bytes.end;
        }
        spans.extend(span(number, policy));
    }
    out.push_str(text.get(at..part.end).unwrap_or_default());
    spans
}
