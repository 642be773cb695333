//! Masking of card and identity numbers, before any text is composed.
//!
//! Raw numbers enter as [`CardNumber`], [`IdentityNumber`] and [`DocumentNumber`] and leave only
//! as [`Masked`]. Free text goes through [`mask_text`] or [`mask_stream`], and what was composed
//! is swept by [`sweep_text`]; all use one detector. A number is not hidden from it by the script
//! of its digits, by separators, line breaks or characters that show nothing. What is no such
//! number stays. In doubt it masks, and says so.
//!
//! Refused: numbers written in words (`六二〇〇`) or in pictures, and unlabelled ones with letters
//! put for digits.
//! Source: SPEC "Masking"; REQUIREMENTS 1 (L345), 5 decisions 1, 13, 16.

mod allow;
mod card;
mod chain;
mod column;
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
mod words;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tables;

pub use allow::AllowList;
pub use card::{CardNumber, luhn};
pub use fault::MaskingError;
pub use identity::{
    DocumentNumber, IdentityFault, IdentityNumber, check_gb11643, normalize_identity,
};
pub use masked::{Mask, Masked, Masking, Policy};
pub use stream::{Summary, mask_stream};
pub use sweep::{Leak, sweep_text};
pub use window::NumberKind;

use std::ops::Range;
use zeroize::Zeroizing;

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

/// Masks every number in `text`; everything else stays as it is.
///
/// Each digit or letter of a number but those the policy keeps becomes `*`.
#[must_use]
pub fn mask_text(text: &str, masking: &Masking) -> Redaction {
    let mut copy = Zeroizing::new(text.to_owned());
    let scan = detector::scan(&mut copy, 0, true, masking);
    let mut masked = String::with_capacity(text.len());
    replace(text, 0..text.len(), &scan.replaced, &mut masked);
    Redaction { text: masked, spans: scan.spans }
}

/// The numbers in `text` that show more than their last four characters.
#[must_use]
pub fn find(text: &str, allow: &AllowList) -> Vec<Span> {
    let masking = Masking { policy: Policy::LastFour, allow: allow.clone() };
    let mut copy = Zeroizing::new(text.to_owned());
    detector::scan(&mut copy, 0, true, &masking).spans
}

/// Appends `part` of `text` to `out` with a star for each character at `replaced`.
fn replace(text: &str, part: Range<usize>, replaced: &[Range<usize>], out: &mut String) {
    let mut at = part.start;
    for bytes in replaced {
        out.push_str(text.get(at..bytes.start).unwrap_or_default());
        out.push('*');
        at = bytes.end;
    }
    out.push_str(text.get(at..part.end).unwrap_or_default());
}
