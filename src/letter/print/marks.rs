//! Marks on the sheets of a volume, by which the inserter keeps letters whole and in order.
//!
//! Bars, from above, 4.2333 mm apart: gate (always), end of letter, parity (so that the bars below
//! the gate are even in number), and the letter's position modulo 8 in three bars, highest first. The data
//! matrix reads `BATCH SHEET NUMBER N/M`, the text beside it the same. `docs/formats.md` has both.

use serde_json::{Value, json};

use super::Manifest;
use crate::{
    problem::Report,
    typeset::{Assets, Composition, FontSet, Limits, Marks, Matrix, Press},
};

/// Upper left corner of the data matrix and its side, in millimetres: it is apart from the bars and
/// the text by more than its quiet zone.
const CORNER: (f64, f64) = (4.0, 147.0);
const SIDE: f64 = 10.0;
const LAYOUT: &str = include_str!("marks.typ");

/// One page of marks for each sheet of `manifest`.
pub(super) fn compose(manifest: &Manifest, fonts: &FontSet) -> Result<Marks, Vec<Report>> {
    let (mut sheets, mut codes) = (Vec::new(), Vec::new());
    for letter in &manifest.letters {
        for page in 1..=letter.sheets {
            let sheet = letter.sheet.saturating_add(page).saturating_sub(1);
            let (batch, number) = (&manifest.batch, &letter.number);
            let text = format!("{batch} {sheet} {number} {page}/{}", letter.sheets);
            codes.push(Matrix::of(&text).map_err(|refused| vec![Report::from(refused)])?);
            sheets.push(json!({
                "bars": bars(letter.position, page == letter.sheets),
                "text": text,
            }));
        }
    }
    let pages = lay_out(&sheets, fonts)?;
    Ok(Marks { pages, codes, corner: CORNER, side: SIDE })
}

/// One page for each of `texts`, in the margin, without bars or code.
pub(in crate::letter) fn labels(texts: &[String], fonts: &FontSet) -> Result<Marks, Vec<Report>> {
    let sheet = |text: &String| json!({ "bars": [], "text": text });
    let pages = lay_out(&texts.iter().map(sheet).collect::<Vec<_>>(), fonts)?;
    Ok(Marks { pages, codes: Vec::new(), corner: CORNER, side: SIDE })
}

fn lay_out(sheets: &[Value], fonts: &FontSet) -> Result<Composition, Vec<Report>> {
    let fonts = fonts.only(&["Noto Sans SC".to_owned()].into());
    let press = Press::new(&fonts, [("layout.typ".to_owned(), LAYOUT.into())].into())?;
    let limits = Limits {
        pages: sheets.len(),
        deadline: std::time::Duration::from_mins(5),
        data: 256 << 20,
    };
    press.compose(&json!({ "sheets": sheets }), &Assets::new(), limits)
}

/// Which of the six bars are printed.
fn bars(position: u64, end: bool) -> [bool; 6] {
    let bit = |place: u64| position >> place & 1 == 1;
    let below = [end, bit(2), bit(1), bit(0)];
    let odd = below.iter().filter(|bar| **bar).count() % 2 == 1;
    let [end, four, two, one] = below;
    [true, end, odd, four, two, one]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_below_the_gate_are_always_even_and_tell_neighbours_apart() {
        for position in 1..20 {
            for end in [false, true] {
                let [gate, below @ ..] = bars(position, end);
                assert!(gate);
                assert_eq!(below.iter().filter(|bar| **bar).count() % 2, 0);
                assert_ne!(bars(position, end), bars(position + 1, end));
            }
        }
    }
}
