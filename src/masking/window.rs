//! One stretch of a chain, looked at as if it were a number.

use super::card::{Issuer, issuer, luhn_values};
use super::chain::{Cell, Glyph, shown_after, shown_before};
use super::gap::Join;
use super::glyph::is_letter;
use super::label::{Label, Reach};
use super::token;

/// Stands for a masked digit among the values of a window.
pub(super) const HIDDEN: u8 = u8::MAX;

/// What kind of number was found.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum NumberKind {
    /// A payment card or bank account.
    Card,
    /// A citizen's identity number.
    Identity,
    /// A passport or travel permit.
    Document,
}

impl NumberKind {
    /// Stable name: `card`, `identity`, `document`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Identity => "identity",
            Self::Document => "document",
        }
    }
}

/// What a stretch is taken for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Claim {
    /// A number that shows more than its last four characters.
    Exposed { kind: NumberKind, doubtful: bool },
    /// A number of which at most the last four are shown.
    Masked { kind: NumberKind },
    /// No number that is masked.
    Innocent,
}

/// A claim and its weight against claims on the same digits.
///
/// Above 80: shape and label agree. 70s: the shape alone is sure. 50 and more: beats what is
/// innocent by its shape. Below: only where nothing else explains the digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Verdict {
    pub weight: u8,
    pub claim: Claim,
}

impl Verdict {
    pub fn exposed(weight: u8, kind: NumberKind, doubtful: bool) -> Self {
        Self { weight, claim: Claim::Exposed { kind, doubtful } }
    }

    pub fn masked(weight: u8, kind: NumberKind) -> Self {
        Self { weight, claim: Claim::Masked { kind } }
    }

    pub fn innocent(weight: u8) -> Self {
        Self { weight, claim: Claim::Innocent }
    }
}

/// How firmly the parts of a window hold together, by their loosest join.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Hold {
    /// One unbroken part.
    Whole,
    /// Parts with easy joins.
    Easy,
    /// Parts with a loose join among them.
    Loose,
}

/// A stretch of a chain with what is known about it.
#[derive(Debug)]
pub(super) struct Window<'a> {
    pub text: &'a str,
    pub cells: &'a [Cell],
    /// Digit values, 10 for an X, [`HIDDEN`] for a mask.
    pub values: &'a [u8],
    /// Sizes of the parts between separators.
    pub sizes: &'a [usize],
    pub hold: Hold,
    /// Whether one and the same character separates all parts.
    pub uniform: bool,
    /// Whether the digits change their family within.
    pub mixed: bool,
    /// How many of the values are masked digits.
    pub hidden: usize,
    pub label: Option<Label>,
}

impl Window<'_> {
    pub fn count(&self) -> usize {
        self.values.len()
    }

    pub fn start(&self) -> usize {
        self.cells.first().map_or(0, |cell| cell.at)
    }

    pub fn end(&self) -> usize {
        self.cells.last().map_or(0, Cell::end)
    }

    pub fn is_whole(&self) -> bool {
        self.hold == Hold::Whole
    }

    pub fn is_digits(&self) -> bool {
        self.values.iter().all(|value| *value < 10)
    }

    pub fn is_luhn(&self) -> bool {
        self.is_digits() && luhn_values(self.values)
    }

    pub fn issuer(&self) -> Issuer {
        issuer(self.values)
    }

    /// Whether a Latin letter touches it that no label explains.
    pub fn is_glued(&self) -> bool {
        shown_before(self.text, self.start()).is_some_and(is_letter) && self.label.is_none()
            || shown_after(self.text, self.end()).is_some_and(is_letter)
    }

    /// Whether it lies in a hash, a UUID or the like, or begins or ends in one: in a table of
    /// digests the last digits of one and the row number and date after it are no number.
    pub fn is_in_hash(&self) -> bool {
        let whole = |cells: &[Cell]| match cells {
            [first, .., last] => token::is_random(self.text, first.at, last.end()),
            [only] => token::is_random(self.text, only.at, only.end()),
            [] => false,
        };
        match self.sizes {
            [first, .., last] => {
                let tail = self.cells.len().saturating_sub(*last);
                whole(self.cells.get(..*first).unwrap_or_default())
                    || whole(self.cells.get(tail..).unwrap_or_default())
                    || whole(self.cells)
            }
            _ => whole(self.cells),
        }
    }

    pub fn label_where(&self, test: impl Fn(Label) -> bool) -> bool {
        self.label.is_some_and(test)
    }

    pub fn has_adjacent(&self, test: impl Fn(Label) -> bool) -> bool {
        self.label.is_some_and(|label| label.reach == Reach::Adjacent && test(label))
    }

    /// Whether it is written as cards are: in fours, with a rest of at most four, or as the
    /// 15- and 14-digit networks print theirs.
    pub fn is_in_fours(&self) -> bool {
        match self.sizes {
            [4, 6, 5 | 4] | [6, 7..=13] => true,
            [head @ .., last] => {
                head.len() >= 3 && head.iter().all(|size| *size == 4) && *last <= 4
            }
            [] => false,
        }
    }

    /// Whether its parts are few and long, or all of one size.
    pub fn is_regular(&self) -> bool {
        match self.sizes {
            [first, rest @ ..] => {
                (self.sizes.len() <= 3 && self.sizes.iter().all(|size| *size >= 4))
                    || (rest.split_last().is_some_and(|(last, middle)| {
                        last <= first && middle.iter().all(|size| size == first)
                    }))
            }
            [] => false,
        }
    }
}

/// What separates the parts of a window.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Separator {
    #[default]
    None,
    One(char),
    Several,
}

/// Builds the windows that begin at one cell.
#[derive(Debug, Default)]
pub(super) struct Widening {
    pub values: Vec<u8>,
    pub sizes: Vec<usize>,
    pub hold: Option<Hold>,
    separator: Separator,
    pub uniform: bool,
    pub mixed: bool,
    /// How many of the values are masked digits.
    pub hidden: usize,
}

impl Widening {
    pub fn clear(&mut self) {
        self.values.clear();
        self.sizes.clear();
        self.hold = Some(Hold::Whole);
        self.separator = Separator::None;
        self.uniform = true;
        self.mixed = false;
        self.hidden = 0;
    }

    /// Takes the next cell in.
    pub fn push(&mut self, cell: &Cell) {
        let value = match cell.glyph {
            Glyph::Digit(value) => value,
            Glyph::Ten => 10,
            Glyph::Hidden(_) => HIDDEN,
        };
        if self.values.is_empty() {
            self.sizes.push(0);
        } else {
            match cell.join {
                Join::Seamless => {}
                Join::Tight => self.mixed = true,
                Join::Easy(separator) => self.part(Hold::Easy, separator),
                Join::Loose(separator) => self.part(Hold::Loose, separator),
            }
        }
        self.hidden += usize::from(value == HIDDEN);
        self.values.push(value);
        if let Some(size) = self.sizes.last_mut() {
            *size += 1;
        }
    }

    fn part(&mut self, hold: Hold, separator: Option<char>) {
        self.hold = self.hold.max(Some(hold));
        self.sizes.push(0);
        self.separator = match (self.separator, separator) {
            (Separator::None, Some(separator)) => Separator::One(separator),
            (Separator::One(first), Some(separator)) if first == separator => self.separator,
            _ => Separator::Several,
        };
        self.uniform = self.separator != Separator::Several;
    }
}
