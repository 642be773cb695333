//! The sweep of a finished PDF for numbers that must not leave.
//!
//! What a reader can read (text, metadata, strings, names) goes through the detector as it is.
//! What only a tool can read (inflated content, bytes between the objects) is full of figures
//! that are coordinates, so there each unbroken run of figures goes through the detector alone.
//! Fonts, pictures and colour profiles are approved with the package and binary; they are left
//! out. Attachments and active parts are findings too. Findings hold no number.
//! Source: REQUIREMENTS 1 (L345: scan the finished PDF's text; a leak → no file is written).

use super::{FinishedText, ProvedPage, TypesetError};
use crate::{
    masking::{AllowList, sweep_text},
    problem::Report,
};

/// Shortest run of figures that can be a card or identity number.
const SHORTEST: usize = 13;

/// Fewest figures of any number that must not leave; names with fewer are not looked at.
const FEWEST: usize = 7;

/// All that must not leave in `pdf`: unmasked numbers but the principal's official accounts,
/// attachments, and parts that act.
///
/// # Errors
/// [`TypesetError::Unreadable`].
pub fn sweep(pdf: &[u8], allow: &AllowList) -> Result<Vec<Report>, TypesetError> {
    Ok(FinishedText::read(pdf)?.sweep(allow))
}

impl ProvedPage {
    /// The unmasked numbers within a run of what stands on the pages, before any PDF is made of
    /// them. One that is broken over runs is found in the finished file only.
    #[must_use]
    pub fn sweep(&self, allow: &AllowList) -> Vec<Report> {
        let pages = self.pages().iter().map(|page| {
            let runs: Vec<&str> = page.texts.iter().map(|run| run.text.as_str()).collect();
            runs.join(" ¦ ")
        });
        FinishedText::of_pages(pages.collect()).sweep(allow)
    }
}

impl FinishedText {
    /// As [`sweep`], of a PDF read already.
    #[must_use]
    pub fn sweep(&self, allow: &AllowList) -> Vec<Report> {
        self.sweep_by(|text| {
            sweep_text(text, allow).iter().map(|leak| leak.kind.name().to_owned()).collect()
        })
    }

    /// All that must not leave, as `detect` tells for a text: the kinds of number found in it.
    pub fn sweep_by(&self, detect: impl Fn(&str) -> Vec<String>) -> Vec<Report> {
        let mut reports: Vec<Report> = Vec::new();
        let mut look = |text: &str, place: &str| {
            for kind in detect(text) {
                reports.push(TypesetError::Leak { kind, place: place.to_owned() }.into());
            }
        };
        for (index, page) in self.pages.iter().enumerate() {
            look(page, &format!("page {}", index + 1));
        }
        if self.pages.len() > 1 {
            for (index, pair) in self.pages.windows(2).enumerate() {
                look(&seam(pair), &format!("pages {} to {}", index + 1, index + 2));
            }
        }
        self.metadata.iter().for_each(|text| look(text, "metadata"));
        self.strings.iter().filter(|text| !is_date(text)).for_each(|text| look(text, "strings"));
        let long = |name: &&String| name.bytes().filter(u8::is_ascii_digit).count() >= FEWEST;
        self.names.iter().filter(long).for_each(|text| look(text, "names"));
        for stream in self.inflated.iter().chain([&self.between]) {
            for run in figures(stream) {
                look(&run, "streams");
            }
        }
        reports.extend((0..self.attachments.min(1)).map(|_| TypesetError::Attachment.into()));
        reports.extend(
            self.active.iter().map(|what| TypesetError::Active { what: what.clone() }.into()),
        );
        reports
    }
}

/// The end of one page and the beginning of the next, where a number could be broken.
fn seam(pair: &[String]) -> String {
    let [one, next] = pair else { return String::new() };
    let end = one.rsplit('\n').next().unwrap_or_default();
    let begin = next.split('\n').next().unwrap_or_default();
    format!("{end}\n{begin}")
}

/// A date of a PDF, `D:` and fourteen figures, which would pass for a card number one time in ten.
fn is_date(text: &str) -> bool {
    let Some(date) = text.strip_prefix("D:") else { return false };
    let (Some(figures), Some(zone)) = (date.get(..14), date.get(14..)) else { return false };
    let part = |range| figures.get(range).and_then(|part: &str| part.parse::<u32>().ok());
    matches!(part(0..4), Some(1900..=2199))
        && matches!(part(4..6), Some(1..=12))
        && matches!(part(6..8), Some(1..=31))
        && matches!(part(8..10), Some(0..=23))
        && matches!(part(10..12), Some(0..=59))
        && matches!(part(12..14), Some(0..=59))
        && (zone.is_empty() || zone == "Z" || is_zone(zone))
}

/// `+08'00` or `+08'00'`.
fn is_zone(zone: &str) -> bool {
    zone.strip_prefix(['+', '-']).is_some_and(|rest| {
        let parts: Vec<&str> = rest.trim_end_matches('\'').split('\'').collect();
        let two = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        matches!(parts[..], [_] | [_, _]) && parts.iter().all(two)
    })
}

/// Unbroken runs of figures in `bytes`, in ASCII or UTF-16, with a letter X that ends one, but
/// for what stands in hexadecimal strings (glyph numbers) and dates.
fn figures(bytes: &[u8]) -> Vec<String> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (width, length) = match rest {
            [b'<', ..] => (1, hex_string(rest)),
            [b'0'..=b'9', ..] => (1, rest.iter().take_while(|byte| byte.is_ascii_digit()).count()),
            [0, b'0'..=b'9', ..] => {
                let (pairs, _) = rest.as_chunks::<2>();
                (
                    2,
                    pairs
                        .iter()
                        .take_while(|[high, low]| *high == 0 && low.is_ascii_digit())
                        .count(),
                )
            }
            _ => (1, 0),
        };
        let after = rest.get(width * length + width - 1);
        let run =
            rest.get(..width * length).filter(|run| !run.starts_with(b"<")).unwrap_or_default();
        if length >= SHORTEST && !run.is_empty() {
            let mut text: String =
                run.iter().filter(|byte| **byte != 0).map(|&byte| char::from(byte)).collect();
            let date = at >= 2 && bytes.get(at - 2..at) == Some(b"D:");
            if !(date && is_date(&format!("D:{text}"))) {
                text.extend(after.filter(|byte| byte.eq_ignore_ascii_case(&b'X')).map(|_| 'X'));
                runs.push(text);
            }
        }
        at += (width * length).max(1);
    }
    runs
}

/// Length of the hexadecimal string `rest` begins with, or zero.
fn hex_string(rest: &[u8]) -> usize {
    let inner = rest.iter().skip(1);
    let length =
        inner.take_while(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace()).count();
    if length > 0 && rest.get(length + 1) == Some(&b'>') { length + 2 } else { 0 }
}

/// What stands in the file outside of streams.
pub(super) fn between_streams(pdf: &[u8]) -> Vec<u8> {
    const BEGIN: &[u8] = b"stream\n";
    const END: &[u8] = b"endstream";
    let mut kept = Vec::new();
    let mut rest = pdf;
    loop {
        let begin =
            rest.windows(BEGIN.len()).position(|window| window == BEGIN || window == b"stream\r");
        let Some(begin) = begin else { break };
        let (before, stream) = rest.split_at(begin);
        kept.extend_from_slice(before);
        let Some(end) = stream.windows(END.len()).position(|window| window == END) else {
            rest = stream;
            break;
        };
        rest = stream.get(end + END.len()..).unwrap_or_default();
    }
    kept.extend_from_slice(rest);
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_of_a_pdf_are_no_numbers() {
        for date in ["D:20261123000000+08'00'", "D:20261123000000+08'00", "D:20261123000000Z"] {
            assert!(is_date(date), "{date}");
        }
        for other in ["D:62220012345678", "20261123000000", "D:20261123000000123", "D:2026"] {
            assert!(!is_date(other), "{other}");
        }
    }

    #[test]
    fn figures_are_found_in_bytes_but_not_in_glyph_numbers() {
        assert_eq!(figures(b"x 6222001234567890 y"), ["6222001234567890"]);
        assert_eq!(figures(b"(11010519491231002X)"), ["11010519491231002X"]);
        assert_eq!(figures(b"<0012003400560078> Tj 1 0 0 1 0 841.8898"), Vec::<String>::new());
        assert_eq!(figures(b"<<</A 6222001234567890>>"), ["6222001234567890"]);
        let wide: Vec<u8> =
            "号6222001234567890".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(figures(&wide), ["6222001234567890"]);
        assert_eq!(figures(&[&b" "[..], &wide].concat()), ["6222001234567890"]);
    }

    #[test]
    fn bytes_between_streams_are_kept_and_streams_are_not() {
        let pdf = b"1 0 obj<<>>\nstream\n123\nendstream\nendobj % 456\nstream\n7";
        let kept = String::from_utf8(between_streams(pdf)).unwrap();
        assert!(kept.contains("456") && kept.contains('7') && !kept.contains("123"), "{kept}");
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_swept(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = figures(&bytes);
            let _ = between_streams(&bytes);
            prop_assert!(FinishedText::read(&bytes).is_err());
        }
    }
}
