//! Passport and travel-permit numbers, taken only where a label says so.
//!
//! Their shapes differ from state to state, so the label decides and the token follows it: up to
//! four letters, digits, at most a letter or a check digit in brackets at the end.
//! Source: REQUIREMENTS 5 decision 16.

use super::chain::{shown_after, shown_before};
use super::glyph::{digit, is_letter, is_mask, is_transparent};
use super::label::{self, Label, Reach, Subject};
use super::token;
use super::window::{NumberKind, Verdict};

/// Most characters of a number's letters and the blank after them, before its first digit.
const LEAD: usize = 12;
/// Most characters read for one number.
const MAX_READ: usize = 64;
/// Most letters and digits in a number.
const MAX_COUNT: usize = 18;
/// A blank inside a number is followed only up to this many digits.
const GROUPED: usize = 8;

/// What one character of a found number is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ink {
    /// A digit or letter that can be read.
    Shown,
    /// A sign that masks.
    Sign,
    /// A letter x that masks.
    Letter,
}

/// One character of a found number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Spot {
    pub at: usize,
    pub length: usize,
    pub ink: Ink,
}

impl Spot {
    /// The byte after it.
    pub const fn end(&self) -> usize {
        self.at + self.length
    }
}

/// The labelled document number whose first digit stands at byte `at` behind `label`; it does not
/// begin before byte `floor`.
pub(super) fn read(
    text: &str,
    at: usize,
    floor: usize,
    label: Option<Label>,
) -> Option<(Verdict, Vec<Spot>)> {
    let head = text.get(floor..at).unwrap_or_default();
    let bare = head.strip_suffix(' ').unwrap_or(head);
    if label.is_none() && !bare.ends_with(|c| is_letter(c) || is_transparent(c)) {
        return None;
    }
    for start in starts(text, at, floor) {
        let label = if start == at { label } else { label::before(text, start) };
        let spots = follow(text, start);
        let end = spots.last().map_or(at, Spot::end);
        let behind = || {
            let subject = label::after(text, end)?;
            let lettered = start < at && subject == Subject::Document;
            lettered.then_some(Label { subject, reach: Reach::Near })
        };
        let Some(label) = label.or_else(behind) else { continue };
        if !label.is_identity() || (label.subject == Subject::Identity && start == at) {
            continue;
        }
        if token::is_random(text, start, end) {
            continue;
        }
        if let Some(verdict) = weigh(text, label, &spots) {
            return Some((verdict, spots));
        }
    }
    None
}

/// Fewest and most characters of a card or identity number.
const CARD_OR_IDENTITY: std::ops::RangeInclusive<usize> = 13..=19;

/// The labelled card or identity number in which letters that look like digits stand for some,
/// as they do after reading by machine; its first true digit stands at byte `at`.
pub(super) fn read_misread(
    text: &str,
    at: usize,
    floor: usize,
    label: Option<Label>,
) -> Option<(Verdict, Vec<Spot>)> {
    let head = text.get(floor..at)?;
    let letters = head.char_indices().rev().take_while(|(_, c)| looks_like_digit(*c));
    let start = letters.last().map_or(at, |(back, _)| floor + back);
    let label = if start == at { label } else { label::before(text, start) }?;
    let kind = match label.subject {
        Subject::Card | Subject::Account => NumberKind::Card,
        Subject::Identity => NumberKind::Identity,
        _ => return None,
    };
    if label.reach != Reach::Adjacent {
        return None;
    }
    let mut spots: Vec<Spot> = Vec::with_capacity(20);
    let (mut read, mut blank) = (0_usize, false);
    for (offset, c) in text.get(start..)?.char_indices().take(MAX_READ) {
        let length = c.len_utf8();
        let ten = matches!(c, 'X' | 'x' | 'Ｘ' | 'ｘ') && kind == NumberKind::Identity;
        if digit(c).is_some() || looks_like_digit(c) || (ten && spots.len() == 17) {
            read += usize::from(digit(c).is_none());
            spots.push(Spot { at: start + offset, length, ink: Ink::Shown });
            blank = false;
        } else if matches!(c, ' ' | '-' | '\u{A0}' | '\u{3000}') && !blank {
            blank = true;
        } else if is_letter(c) {
            return None;
        } else if !is_transparent(c) {
            break;
        }
    }
    let mostly_digits = read > 0 && read * 2 <= spots.len();
    (mostly_digits && CARD_OR_IDENTITY.contains(&spots.len()))
        .then(|| (Verdict::exposed(59, kind, true), spots))
}

/// Whether `c` is a letter that is read for a digit: O for 0, I and l for 1.
const fn looks_like_digit(c: char) -> bool {
    matches!(c, 'O' | 'o' | 'I' | 'l' | 'Ｏ' | 'ｏ' | 'Ｉ' | 'ｌ' | 'О' | 'о' | 'Ο' | 'ο')
}

/// Where the number can begin: at its letters, or at its first digit.
fn starts(text: &str, at: usize, floor: usize) -> Vec<usize> {
    let head = text.get(floor..at).unwrap_or_default();
    let mut letters = Vec::new();
    let mut blanks = 0;
    for (back, c) in head.char_indices().rev().take(LEAD) {
        if is_letter(c) {
            letters.push((floor + back, c));
        } else if matches!(c, ' ' | '-' | '－') && letters.is_empty() && blanks == 0 {
            blanks += 1;
        } else if !is_transparent(c) {
            break;
        }
    }
    let word: String = letters.iter().rev().map(|(_, c)| c.to_ascii_lowercase()).collect();
    let mut starts = Vec::new();
    let capital = |c: char| matches!(c, 'A'..='Z' | 'Ａ'..='Ｚ');
    if letters.len() <= if blanks == 0 { 4 } else { 2 } {
        if word != "no" && (blanks == 0 || letters.iter().all(|(_, c)| capital(*c))) {
            starts.extend(letters.last().map(|(start, _)| *start));
        }
    } else if blanks == 0 {
        let capitals = letters.iter().take_while(|(_, c)| capital(*c));
        starts.extend(capitals.take(2).last().map(|(start, _)| *start));
    }
    starts.push(at);
    starts
}

/// The characters of the number that begins at `start`.
fn follow(text: &str, start: usize) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::with_capacity(16);
    let mut digits = 0;
    let mut separated = false;
    let mut open = false;
    for (offset, c) in text.get(start..).unwrap_or_default().char_indices().take(MAX_READ) {
        let at = start + offset;
        let after = at + c.len_utf8();
        let ink = if digit(c).is_some() {
            Ink::Shown
        } else if is_mask(c) {
            Ink::Sign
        } else if is_letter(c) && (!separated || digits == 0) {
            Ink::Shown
        } else if is_transparent(c) {
            continue;
        } else if matches!(c, ')' | '）') && open {
            break;
        } else {
            let next = shown_after(text, after);
            let digit_next = next.is_some_and(|next| digit(next).is_some() || is_mask(next));
            let bracket = matches!(c, '(' | '（') && digits >= 4 && !open;
            let letter_next = bracket && next.is_some_and(is_letter);
            let blank = matches!(c, ' ' | '\u{A0}' | '\u{3000}' | '-' | '－');
            if bracket && (digit_next || letter_next) {
                open = true;
                separated = false;
                continue;
            }
            if blank && digit_next && !separated_too_late(digits) {
                separated = true;
                continue;
            }
            break;
        };
        if ink == Ink::Sign || digit(c).is_some() {
            digits += 1;
        }
        spots.push(Spot { at, length: c.len_utf8(), ink });
        if spots.len() > MAX_COUNT {
            break;
        }
    }
    spots
}

const fn separated_too_late(digits: usize) -> bool {
    digits >= GROUPED
}

fn weigh(text: &str, label: Label, spots: &[Spot]) -> Option<Verdict> {
    let count = spots.len();
    let glyph = |spot: &Spot| text.get(spot.at..).and_then(|rest| rest.chars().next());
    let is_digit =
        |spot: &&Spot| spot.ink == Ink::Sign || glyph(spot).is_some_and(|c| digit(c).is_some());
    let digits = spots.iter().filter(is_digit).count();
    let lettered = spots.first().and_then(glyph).is_some_and(is_letter);
    let capital = |spot: &Spot| {
        glyph(spot).is_some_and(|c| !is_letter(c) || matches!(c, 'A'..='Z' | 'Ａ'..='Ｚ'))
    };
    let fits = match (label.reach, lettered) {
        // An identity label before letters: the document it stands for was named elsewhere.
        _ if label.subject == Subject::Identity => {
            lettered && (7..=12).contains(&count) && digits >= 6 && spots.iter().all(capital)
        }
        (Reach::Near, true) => (7..=15).contains(&count) && digits >= 6,
        (Reach::Near, false) => false,
        (_, true) => (5..=MAX_COUNT).contains(&count) && digits >= 4,
        (Reach::Adjacent, false) => (6..=12).contains(&count),
        (Reach::Carried, false) => (8..=10).contains(&count),
    };
    let first = spots.first()?.at;
    if !fits || (lettered && shown_before(text, first).is_some_and(|c| digit(c).is_some())) {
        return None;
    }
    let head = spots.get(..count.checked_sub(4)?)?;
    Some(if head.iter().all(|spot| spot.ink != Ink::Shown) {
        Verdict::masked(91, NumberKind::Document)
    } else {
        Verdict::exposed(91, NumberKind::Document, label.reach != Reach::Adjacent)
    })
}
