//! QR code of a letter: its number and check code, as an SVG of plain squares.
//!
//! Model 2 in the smallest version that holds the text at error correction M, with the quiet
//! zone of four modules. Squares of one row that touch are one path, so that no seams print
//! between them. Source: ISO/IEC 18004.

use std::fmt::Write as _;

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
    let side = code.size + 2 * QUIET;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path d=\""
    );
    for (y, row) in code.data.chunks(code.size).take(code.size).enumerate() {
        let mut x = 0;
        for stretch in row.chunk_by(|one, other| one.value() == other.value()) {
            let width = stretch.len();
            if stretch.first().is_some_and(|module| module.value()) {
                let (left, top) = (x + QUIET, y + QUIET);
                // Writing to a string does not fail.
                let _ = write!(svg, "M{left} {top}h{width}v1h-{width}z");
            }
            x += width;
        }
    }
    svg.push_str("\"/></svg>");
    Ok(svg.into_bytes())
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
    fn other_text_is_refused() {
        for text in ["", "函号", "a\nb", &"7".repeat(181)] {
            assert!(qr_svg(text).is_err());
        }
        assert!(qr_svg(&"z".repeat(180)).is_ok());
    }
}
