//! Codes of plain squares: the QR code of a letter as SVG, the data matrix of a sheet.
//!
//! QR code: model 2 in the smallest version that holds the text at error correction M, with the quiet
//! zone of four modules. Squares of one row that touch are one path, so that no seams print
//! between them. Data matrix: ECC 200 in the smallest square.
//! Source: ISO/IEC 18004, ISO/IEC 16022.

use std::fmt::Write as _;

use datamatrix::{DataMatrix, SymbolList};
use fast_qr::{ECL, QRBuilder};

use super::TypesetError;

/// Longest text: version 9 at level M, which still reads at 20 mm.
const LONGEST: usize = 180;

/// Width of the quiet zone in modules.
const QUIET: usize = 4;

/// QR code of short printable ASCII `text`. The same text gives the same bytes.
///
/// # Errors
/// [`TypesetError::CodeText`] if the text is empty, longer than 180 characters or not printable
/// ASCII.
pub fn qr_svg(text: &str) -> Result<Vec<u8>, TypesetError> {
    let refused = || TypesetError::CodeText { limit: LONGEST };
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if text.is_empty() || text.len() > LONGEST || !printable {
        return Err(refused());
    }
    let code = QRBuilder::new(text).ecl(ECL::M).build().map_err(|_| refused())?;
    let modules: Vec<bool> =
        code.data.iter().take(code.size * code.size).map(|module| module.value()).collect();
    Ok(squares(&modules, code.size, QUIET))
}

/// A square of modules, row by row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Matrix {
    modules: Vec<bool>,
    width: usize,
}

impl Matrix {
    /// Data matrix of short printable ASCII `text`. The same text gives the same modules.
    ///
    /// # Errors
    /// [`TypesetError::CodeText`] as for [`qr_svg`].
    pub fn of(text: &str) -> Result<Self, TypesetError> {
        let refused = || TypesetError::CodeText { limit: LONGEST };
        let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if text.is_empty() || text.len() > LONGEST || !printable {
            return Err(refused());
        }
        let sizes = SymbolList::default().enforce_square();
        let code = DataMatrix::encode(text.as_bytes(), sizes).map_err(|_| refused())?;
        let bitmap = code.bitmap();
        Ok(Self { modules: bitmap.bits().to_vec(), width: bitmap.width() })
    }

    /// Modules of a row.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Stretches of dark modules: left, top, length.
    pub(super) fn stretches(&self) -> Vec<(usize, usize, usize)> {
        stretches(&self.modules, self.width)
    }
}

fn stretches(modules: &[bool], size: usize) -> Vec<(usize, usize, usize)> {
    let mut found = Vec::new();
    for (y, row) in modules.chunks(size.max(1)).enumerate() {
        let mut x = 0;
        for stretch in row.chunk_by(|one, other| one == other) {
            if stretch.first().is_some_and(|dark| *dark) {
                found.push((x, y, stretch.len()));
            }
            x += stretch.len();
        }
    }
    found
}

/// A square of modules, `quiet` modules free around it.
fn squares(modules: &[bool], width: usize, quiet: usize) -> Vec<u8> {
    let side = width + 2 * quiet;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path d=\""
    );
    for (x, y, length) in stretches(modules, width) {
        let (left, top) = (x + quiet, y + quiet);
        // Writing to a string does not fail.
        let _ = write!(svg, "M{left} {top}h{length}v1h-{length}z");
    }
    svg.push_str("\"/></svg>");
    svg.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typeset::world::is_plain_picture;

    #[test]
    fn the_same_text_gives_the_same_plain_picture() {
        let code = qr_svg("HX2026-000123-7K4Q").unwrap();
        assert_eq!(code, qr_svg("HX2026-000123-7K4Q").unwrap());
        assert!(is_plain_picture("code.svg", &code));
        assert_ne!(code, qr_svg("HX2026-000124-7K4Q").unwrap());
    }

    #[test]
    fn a_short_text_takes_a_small_version_inside_its_quiet_zone() {
        // Version 1 is 21 modules wide; four modules stay free on each side.
        let svg = String::from_utf8(qr_svg("HX2026-000123-7K4Q").unwrap()).unwrap();
        assert!(svg.contains("viewBox=\"0 0 29 29\""), "{svg}");
        // The finder pattern starts with a bar of seven in the corner.
        assert!(svg.contains("d=\"M4 4h7v1h-7z"), "{svg}");
    }

    #[test]
    fn the_data_matrix_reads_back_as_what_was_written() {
        let text = "B-0123456789 12 HX-2026-000123 1/2";
        let matrix = Matrix::of(text).unwrap();
        let read = DataMatrix::decode(&matrix.modules, matrix.width).unwrap();
        assert_eq!(read, text.as_bytes());
        let dark = matrix.modules.iter().filter(|dark| **dark).count();
        assert_eq!(matrix.stretches().iter().map(|(.., width)| width).sum::<usize>(), dark);
        assert!(Matrix::of("函号").is_err());
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "函号", "a\nb", &"7".repeat(181)] {
            assert!(qr_svg(text).is_err());
        }
        assert!(qr_svg(&"z".repeat(180)).is_ok());
    }
}
