//! The sweep: does a finished text show a number?
//!
//! The last gate before a page, an entry or a name is written. It uses the detector that masked
//! the parts, over the composed whole, and tells where a leak is, never what.

use super::allow::AllowList;
use super::{MaskingError, NumberKind, find};

/// A number in a finished text that shows more than its last four characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Leak {
    /// What kind of number it is.
    pub kind: NumberKind,
    /// Its first character, counted in characters from 0.
    pub position: usize,
    /// How many characters it spans, separators included.
    pub length: usize,
    /// Whether it may be something else.
    pub doubtful: bool,
}

impl From<Leak> for MaskingError {
    fn from(leak: Leak) -> Self {
        Self::Leak { kind: leak.kind.name(), position: leak.position }
    }
}

/// Every number in `text` that shows more than its last four characters, in order.
#[must_use]
pub fn sweep_text(text: &str, allow: &AllowList) -> Vec<Leak> {
    let (mut bytes, mut characters) = (0, 0);
    find(text, allow)
        .into_iter()
        .map(|span| {
            let count =
                |from: usize, to: usize| text.get(from..to).map_or(0, |part| part.chars().count());
            characters += count(bytes, span.range.start);
            bytes = span.range.start;
            Leak {
                kind: span.kind,
                position: characters,
                length: count(span.range.start, span.range.end),
                doubtful: span.doubtful,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_tells_kind_and_place_and_no_digit() {
        let leaks =
            sweep_text("卡号６200 0000 0000 0005，身份证110199199001010010", &AllowList::default());
        let told: Vec<_> =
            leaks.iter().map(|leak| (leak.kind, leak.position, leak.length)).collect();
        assert_eq!(told, [(NumberKind::Card, 2, 19), (NumberKind::Identity, 25, 18)]);
        let error = MaskingError::from(leaks[0]);
        assert_eq!(error.to_string(), "an unmasked card number stands at character 2");
    }

    #[test]
    fn what_is_masked_or_official_is_no_leak() {
        let official = AllowList::of(["6200000000000005"]).unwrap();
        assert!(sweep_text("卡号************0005，还款账号6200000000000005", &official).is_empty());
        assert_eq!(sweep_text("还款账号6200000000000005", &AllowList::default()).len(), 1);
    }
}
