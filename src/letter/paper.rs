//! Papers of what is printed besides letters: envelopes and sheets of labels.
//!
//! Owns their names and sizes. Source: GB/T 1416 by [`crate::rules::paper`]; DOCUMENTS 18.

use serde_json::{Value, json};

use crate::rules::paper::Envelope;

/// What an envelope or a sheet of labels is printed on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Paper {
    /// An envelope without window.
    Plain(&'static str, [u32; 2]),
    /// A DL envelope with a window, through which the letter shows its own address.
    Window,
    /// A sheet of A4 with labels, so many beside and so many below each other.
    Labels(u32, u32),
}

/// Sheets of labels: none smaller than 70 × 37 mm, as address and bar code need.
const SHEETS: [(&str, Paper); 2] = [("2x7", Paper::Labels(2, 7)), ("3x8", Paper::Labels(3, 8))];

impl Paper {
    /// The paper of that name: `B6`, `DL`, `ZL`, `C5`, `C4`, `window`, `3x8`, `2x7`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "window" {
            return Some(Self::Window);
        }
        let sheet = SHEETS.iter().find(|(known, _)| *known == name).map(|(_, sheet)| *sheet);
        sheet.or_else(|| {
            Envelope::named(name).map(|size| Self::Plain(size.name(), size.millimetres()))
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain(name, _) => name,
            Self::Window => "window",
            Self::Labels(..) => {
                SHEETS.iter().find(|(_, sheet)| *sheet == self).map_or("", |(name, _)| name)
            }
        }
    }

    /// Labels on a sheet; nothing on an envelope.
    #[must_use]
    pub const fn labels(self) -> Option<u32> {
        match self {
            Self::Labels(columns, rows) => Some(columns * rows),
            Self::Plain(..) | Self::Window => None,
        }
    }

    /// As the layout sees it, in millimetres.
    #[must_use]
    pub fn data(self) -> Value {
        let ([width, height], [columns, rows]) = match self {
            Self::Plain(_, size) => (size, [0, 0]),
            Self::Window => (Envelope::Dl.millimetres(), [0, 0]),
            Self::Labels(columns, rows) => ([210, 297], [columns, rows]),
        };
        json!({
            "name": self.name(), "width": width, "height": height, "columns": columns, "rows": rows,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_names_its_paper_and_no_other_word_does() {
        for name in ["B6", "DL", "ZL", "C5", "C4", "window", "2x7", "3x8"] {
            assert_eq!(Paper::named(name).map(Paper::name), Some(name));
        }
        for name in ["", "A4", "dl", "8x3", "3x9"] {
            assert!(Paper::named(name).is_none(), "{name}");
        }
    }
}
