//! Fixed wording in fonts of its own, so that their data is the same in letter after letter.
//!
//! A PDF holds the part of each font that its text uses. Names and amounts change that part with
//! every letter, and cutting it out and deflating it costs more than the rest of the file. So text
//! that the package fixes is set in a twin of its font, told apart by one byte at its end,
//! and the twin's part stays the same for a whole batch. What is split is decided by the package
//! and the letter alone, never by what was made before: the same letter gives the same bytes.
//! Source: FINDINGS "Typst 0.15.1 in process"; docs/decisions/0012.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use typst::{
    foundations::Bytes,
    layout::{Abs, Frame, FrameItem, GroupItem, Point},
    model::Document as _,
    text::{Font, FontVariations, TextItem},
};
use typst_layout::{Page, PagedDocument};

/// Characters of fixed wording that must stand together to be known as such.
const GRAM: usize = 4;

/// What a package writes into each of its letters.
#[derive(Clone, Debug, Default)]
pub struct FixedText(HashSet<[char; GRAM]>);

impl FixedText {
    /// Knows the wording in `runs`.
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known = HashSet::new();
        for run in runs {
            let run: Vec<char> = run.chars().collect();
            known.extend(run.windows(GRAM).filter_map(|gram| <[char; GRAM]>::try_from(gram).ok()));
        }
        Self(known)
    }

    /// Which of `text` belong to fixed wording.
    fn marks(&self, text: &[char]) -> Vec<bool> {
        let mut marks = vec![false; text.len()];
        for (at, gram) in text.windows(GRAM).enumerate() {
            if self.0.contains(gram) {
                marks.iter_mut().skip(at).take(GRAM).for_each(|mark| *mark = true);
            }
        }
        marks
    }
}

/// Twins of fonts, made when first needed.
#[derive(Default)]
pub(super) struct Twins(Mutex<HashMap<Font, Option<Font>>>);

impl Twins {
    fn of(&self, font: &Font) -> Option<Font> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let twin = || Font::new(twin_data(font.data()), font.index());
        known.entry(font.clone()).or_insert_with(twin).clone()
    }
}

/// The data of a font without the last byte of its padding, which takes no memory; with a byte
/// more, which takes a copy, where its last table reaches to the end.
fn twin_data(data: &Bytes) -> Bytes {
    match tables_end(data) {
        Some(end) if end < data.len() => Bytes::new(Shorter(data.clone())),
        _ => Bytes::new([&data[..], b"\0"].concat()),
    }
}

/// All bytes but the last.
struct Shorter(Bytes);

impl AsRef<[u8]> for Shorter {
    fn as_ref(&self) -> &[u8] {
        self.0.split_last().map_or(&[], |(_, rest)| rest)
    }
}

/// Where the last table of a single font ends. Source: `OpenType` 1.9, "Table directory".
fn tables_end(data: &[u8]) -> Option<usize> {
    let (head, rest) = data.split_at_checked(12)?;
    let count = match head {
        [0, 1, 0, 0, high, low, ..] | [b'O', b'T', b'T', b'O', high, low, ..] => {
            usize::from(u16::from_be_bytes([*high, *low]))
        }
        _ => return None,
    };
    let number = |bytes: &[u8]| Some(u32::from_be_bytes(bytes.try_into().ok()?));
    let records = rest.get(..count.checked_mul(16)?)?.chunks_exact(16);
    let ends = records.map(|record| {
        let end = number(record.get(8..12)?)?.checked_add(number(record.get(12..16)?)?)?;
        usize::try_from(end).ok()
    });
    ends.collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// The same pages with fixed wording in the twins of its fonts.
pub(super) fn part(document: &PagedDocument, fixed: &FixedText, twins: &Twins) -> PagedDocument {
    let pages = document.pages().iter().map(|page| {
        let frame = parted(&page.frame, fixed, twins).unwrap_or_else(|| page.frame.clone());
        Page { frame, ..page.clone() }
    });
    PagedDocument::new(pages.collect(), document.info().clone())
}

/// The frame with its text parted; `None` if nothing in it changes.
fn parted(frame: &Frame, fixed: &FixedText, twins: &Twins) -> Option<Frame> {
    let mut changed = false;
    let mut items = Vec::with_capacity(frame.items().len());
    for (at, item) in frame.items() {
        match item {
            FrameItem::Text(text) => match pieces(text, fixed, twins) {
                Some(pieces) => {
                    changed = true;
                    items.extend(pieces.into_iter().map(|(along, piece)| {
                        (Point::new(at.x + along, at.y), FrameItem::Text(piece))
                    }));
                }
                None => items.push((*at, item.clone())),
            },
            FrameItem::Group(group) => match parted(&group.frame, fixed, twins) {
                Some(frame) => {
                    changed = true;
                    let group = GroupItem { frame, ..group.clone() };
                    items.push((*at, FrameItem::Group(group)));
                }
                None => items.push((*at, item.clone())),
            },
            _ => items.push((*at, item.clone())),
        }
    }
    changed.then(|| {
        let mut new = Frame::new(frame.size(), frame.kind());
        if frame.has_baseline() {
            new.set_baseline(frame.baseline());
        }
        new.push_multiple(items);
        new
    })
}

/// The text cut where fixed wording begins and ends, each piece with its distance along the line.
fn pieces(text: &TextItem, fixed: &FixedText, twins: &Twins) -> Option<Vec<(Abs, TextItem)>> {
    // A character a glyph, in order: anything else is left as it is.
    let characters: Vec<char> = text.text.chars().collect();
    let plain = characters.len() == text.glyphs.len()
        && text
            .text
            .char_indices()
            .zip(&text.glyphs)
            .all(|((at, character), glyph)| glyph.range() == (at..at + character.len_utf8()));
    if !plain || *text.font.variations() != FontVariations::default() {
        return None;
    }
    let marks = fixed.marks(&characters);
    if !marks.contains(&true) {
        return None;
    }
    let twin = twins.of(text.font.font())?;
    let twin = twin.instantiate(text.font.info().variant, text.size, &FontVariations::default());
    let mut pieces = Vec::new();
    let mut along = Abs::zero();
    let mut glyphs = text.glyphs.iter().zip(&marks).peekable();
    while let Some((first, &mark)) = glyphs.next() {
        let mut piece = vec![first.clone()];
        while let Some((glyph, _)) = glyphs.next_if(|(_, next)| **next == mark) {
            piece.push(glyph.clone());
        }
        let start = first.range.start;
        let end = piece.last().map_or(start, |glyph| glyph.range.end);
        let words = text.text.get(usize::from(start)..usize::from(end))?;
        for glyph in &mut piece {
            glyph.range = glyph.range.start - start..glyph.range.end - start;
        }
        let item = TextItem {
            font: if mark { twin.clone() } else { text.font.clone() },
            text: words.into(),
            glyphs: piece,
            ..text.clone()
        };
        let width = item.width();
        pieces.push((along, item));
        along += width;
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, NaiveDate};
    use serde_json::json;

    use super::*;
    use crate::typeset::{Assets, Limits, Meant, PdfIdentity, Press, specimen};

    const LAYOUT: &str =
        "#let d = json(\"data.json\")\n请于收到本函后与委托人核对账目，#d.name\n再行办理";

    fn pdf(press: &Press, name: &str) -> Vec<u8> {
        let data = json!({ "name": name });
        let meant = format!("请于收到本函后与委托人核对账目，{name}再行办理");
        let made = press.compose(&data, &Assets::new(), Limits::default()).unwrap();
        let proved = made.prove(&[Meant::once("text", meant)]).unwrap();
        let identity = PdfIdentity {
            ident: "HX2026-000123".to_owned(),
            title: "函".to_owned(),
            issued_on: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
            zone: FixedOffset::east_opt(8 * 3600).unwrap(),
        };
        let pdf = proved.to_pdf(&identity).unwrap();
        proved.read_back(&pdf).unwrap();
        pdf
    }

    /// Deflated TrueType programs of a PDF, sorted.
    fn fonts(pdf: &[u8]) -> Vec<Vec<u8>> {
        let document = lopdf::Document::load_mem(pdf).unwrap();
        let streams = document.objects.values().filter_map(|object| object.as_stream().ok());
        let outlines = |stream: &lopdf::Stream| {
            stream.get_plain_content().is_ok_and(|bytes| bytes.starts_with(&[0, 1, 0, 0]))
        };
        let fonts = streams.filter(|stream| outlines(stream));
        let mut fonts: Vec<Vec<u8>> = fonts.map(|font| font.content.clone()).collect();
        fonts.sort();
        fonts
    }

    #[test]
    fn fonts_of_fixed_wording_are_the_same_in_every_letter_and_the_text_is_whole() {
        let Some(press) = specimen::press(LAYOUT) else { return };
        let plain = fonts(&pdf(&press, "王小明"));
        let press = press.knowing(FixedText::of(["请于收到本函后与委托人核对账目，"]));
        let [one, other] = [pdf(&press, "王小明"), pdf(&press, "李大红")];
        let shared = fonts(&one).into_iter().filter(|font| fonts(&other).contains(font)).count();
        assert_eq!((plain.len(), fonts(&one).len(), shared), (1, 2, 1));
        assert_eq!(one, pdf(&press, "王小明"));
    }

    #[test]
    fn a_twin_shares_the_bytes_of_a_padded_font_and_copies_those_of_another() {
        let Some(files) = specimen::font_files() else { return };
        for (name, data) in files {
            let data = Bytes::new(data);
            let twin = twin_data(&data);
            let is_padded = tables_end(&data).unwrap() < data.len();
            assert_eq!(twin.as_ptr() == data.as_ptr(), is_padded, "{name}");
            assert_eq!(data.len().abs_diff(twin.len()), 1, "{name}");
            assert!(Font::new(twin, 0).is_some(), "{name}");
        }
        assert_eq!(tables_end(b"ttcf\0\x01\0\0\0\0\0\x01"), None);
    }

    #[test]
    fn only_runs_of_the_wording_are_fixed() {
        let fixed = FixedText::of(["请于收到本函后", "短文"]);
        let marks = |text: &str| fixed.marks(&text.chars().collect::<Vec<_>>());
        assert_eq!(marks("甲请于收到乙"), [false, true, true, true, true, false]);
        assert_eq!(marks("请于收短文"), [false; 5]);
        assert_eq!(marks(""), Vec::<bool>::new());
    }
}
