//! Chains: the longest runs of digits and masks that separators hold together.
//!
//! Every number that can be found lies in one chain. A chain of any length is read in blocks of
//! bounded size, and where a block begins is a function of the text alone, so that what is found
//! does not depend on how the text arrives.

use super::evidence::is_identity18;
use super::gap::{self, Join, MAX_TRANSPARENT};
use super::glyph::{digit, is_letter, is_mask, is_ten, is_transparent};

/// Most characters of numbers in one block.
const MAX_CELLS: usize = 4096;
/// Most bytes of one block.
const MAX_BYTES: usize = 1 << 20;
/// Fewest digits before an X that is taken for a check letter.
const MIN_BEFORE_TEN: usize = 14;

/// What one character of a chain stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Glyph {
    /// A digit of this value.
    Digit(u8),
    /// The check letter X.
    Ten,
    /// A digit that is masked already. Holds whether a letter x does it.
    Hidden(bool),
}

/// One character of a chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    /// Its first byte in the text.
    pub at: usize,
    /// Its length in bytes.
    pub length: usize,
    pub glyph: Glyph,
    /// How it follows the cell before.
    pub join: Join,
}

impl Cell {
    /// The byte after it.
    pub fn end(&self) -> usize {
        self.at + self.length
    }
}

/// A block of a chain.
#[derive(Debug)]
pub(super) struct Chain {
    pub cells: Vec<Cell>,
    /// Whether the chain ends with this block.
    pub ended: bool,
    /// Whether the end of the text kept the reader from knowing that.
    pub starved: bool,
    /// Whether the block begins inside an unbroken run of digits.
    pub mid_run: bool,
}

/// The first character at or after `from` with which a chain can begin.
pub(super) fn next_start(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() {
            if byte.is_ascii_digit() || byte == b'*' || byte == b'#' {
                return Some(from + at);
            }
            at += 1;
        } else {
            let c = rest.get(at..)?.chars().next()?;
            if is_mask(c) || digit(c).is_some() {
                return Some(from + at);
            }
            at += c.len_utf8();
        }
    }
    None
}

/// The last character before `at` that shows something, and whether nothing at all lies between.
pub(super) fn shown_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().rev().take(MAX_TRANSPARENT).find(|c| !is_transparent(*c))
}

/// The first character from `at` on that shows something.
pub(super) fn shown_after(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().take(MAX_TRANSPARENT).find(|c| !is_transparent(*c))
}

/// Reads a block of the chain that begins at byte `start`.
pub(super) fn read(text: &str, start: usize) -> Chain {
    let mut chain = Chain {
        cells: Vec::with_capacity(32),
        ended: true,
        starved: false,
        mid_run: shown_before(text, start).is_some_and(|c| digit(c).is_some()),
    };
    let (mut at, mut gap_join) = (start, None);
    let mut family = None;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let read = digit(c).map(|digit| (Glyph::Digit(digit.value), digit.family));
        let read = read.or_else(|| is_mask(c).then_some((Glyph::Hidden(false), 0)));
        let Some((glyph, own)) = read.or_else(|| letter(text, at, c, &chain.cells)) else { break };
        let join = gap_join.unwrap_or(if family.is_none_or(|family| family == own) {
            Join::Seamless
        } else {
            Join::Tight
        });
        chain.cells.push(Cell { at, length: c.len_utf8(), glyph, join });
        family = Some(own);
        at += c.len_utf8();
        if chain.cells.len() >= MAX_CELLS || at - start >= MAX_BYTES {
            chain.ended = false;
            return chain;
        }
        let (gap, open) = gap::read(text.get(at..).unwrap_or_default());
        chain.starved = open;
        if let Some((sign, end)) = lone_sign(text, at, glyph) {
            gap_join = Some(Join::Easy(Some(sign)));
            at = end;
            continue;
        }
        let Some(gap) = gap else { break };
        at += gap.bytes;
        gap_join = gap.join;
    }
    chain
}

/// A single sign of masking right between two digits: a separator, not a mask.
fn lone_sign(text: &str, at: usize, glyph: Glyph) -> Option<(char, usize)> {
    if !matches!(glyph, Glyph::Digit(_)) {
        return None;
    }
    let mut rest = text.get(at..)?.char_indices();
    let (offset, sign) = rest.by_ref().take(MAX_TRANSPARENT).find(|(_, c)| !is_transparent(*c))?;
    let end = at + offset + sign.len_utf8();
    (is_mask(sign) && shown_after(text, end).is_some_and(|c| digit(c).is_some()))
        .then_some((sign, end))
}

/// An x at byte `at`: several of them mask digits, a single one at the end is a check letter.
fn letter(text: &str, at: usize, c: char, cells: &[Cell]) -> Option<(Glyph, u32)> {
    if !is_ten(c) || cells.is_empty() {
        return None;
    }
    let next = shown_after(text, at + c.len_utf8());
    let follows_mask = cells.last().is_some_and(|cell| matches!(cell.glyph, Glyph::Hidden(true)));
    if follows_mask || next.is_some_and(is_ten) {
        return Some((Glyph::Hidden(is_letter(c)), 1));
    }
    let ends = next.is_none_or(|c| digit(c).is_none() && !is_mask(c) && !is_letter(c));
    let ten = if ends { cells.len() >= MIN_BEFORE_TEN } else { completes_identity(cells) };
    ten.then_some((Glyph::Ten, 2))
}

/// Whether an X makes the last 17 digits an identity number, whatever follows it.
fn completes_identity(cells: &[Cell]) -> bool {
    let last = cells.len().checked_sub(17).and_then(|from| cells.get(from..));
    let values = last.unwrap_or_default().iter().map_while(|cell| match cell.glyph {
        Glyph::Digit(value) => Some(value),
        _ => None,
    });
    let values: Vec<u8> = values.chain([10]).collect();
    is_identity18(&values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        let start = next_start(text, 0).unwrap();
        read(text, start)
            .cells
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                let glyph = match cell.glyph {
                    Glyph::Digit(value) => char::from(b'0' + value),
                    Glyph::Ten => 'X',
                    Glyph::Hidden(_) => '*',
                };
                match cell.join {
                    _ if at == 0 => glyph.to_string(),
                    Join::Seamless => glyph.to_string(),
                    Join::Tight => format!("'{glyph}"),
                    Join::Easy(_) => format!(" {glyph}"),
                    Join::Loose(_) => format!(",{glyph}"),
                }
            })
            .collect()
    }

    #[test]
    fn a_chain_sees_through_what_is_not_shown_and_ends_at_words() {
        assert_eq!(shape("卡62\u{200B}00\r\n0005,17元3"), "6200 0005,17");
        assert_eq!(shape("６２00"), "62'00");
        assert_eq!(shape("110199********0010"), "110199'********'0010");
        assert_eq!(shape("32059919920229003 X"), "32059919920229003 X");
        assert_eq!(shape("32059919920229003Xyz"), "32059919920229003'X");
        assert_eq!(shape("32059919920229004Xyz"), "32059919920229004");
        assert_eq!(shape("6200XXXXXXXX0005"), "6200'********'0005");
        assert_eq!(shape("3x5"), "3");
    }

    #[test]
    fn a_chain_at_the_end_of_the_text_may_go_on() {
        assert!(read("6200 ", 0).starved);
        assert!(!read("6200 元", 0).starved);
        let long = "5".repeat(5000);
        assert!(!read(&long, 0).ended);
        assert!(read(&long, 9).mid_run);
    }
}
