//! Bar code of a letter's number: Code 128, as an SVG of plain bars.
//!
//! Set B for letters and marks, set C for the digits at the end, two in a symbol; check symbol by
//! the sum modulo 103; quiet zones of ten modules. Source: ISO/IEC 15417.

use std::fmt::Write as _;

use super::TypesetError;

/// Longest text: more would not fit an envelope at a width of module that printers hold.
const LONGEST: usize = 24;
/// Width of each quiet zone in modules.
const QUIET: u32 = 10;
/// Height in modules; the layout stretches it.
const HEIGHT: u32 = 32;
/// Symbols that begin set B, go over to set C, and end the code.
const START_B: usize = 104;
const CODE_C: usize = 99;
const STOP: usize = 106;

/// Widths of bar, space, bar … of each symbol, in modules.
const SYMBOLS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

/// Bar code of short printable ASCII `text`. The same text gives the same bytes.
///
/// # Errors
/// [`TypesetError::CodeText`] if the text is empty, longer than 24 characters or not printable
/// ASCII.
pub fn code128_svg(text: &str) -> Result<Vec<u8>, TypesetError> {
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if text.is_empty() || text.len() > LONGEST || !printable {
        return Err(TypesetError::CodeText { limit: LONGEST });
    }
    let mut bars = String::new();
    let mut at = QUIET;
    for symbol in symbols(text) {
        for (index, width) in SYMBOLS.get(symbol).into_iter().flat_map(|s| s.bytes()).enumerate() {
            let width = u32::from(width.saturating_sub(b'0'));
            if index % 2 == 0 {
                // Writing to a string does not fail.
                let _ = write!(bars, "M{at} 0h{width}v{HEIGHT}h-{width}z");
            }
            at += width;
        }
    }
    let side = at + QUIET;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {HEIGHT}\" \
         preserveAspectRatio=\"none\"><path fill=\"#fff\" d=\"M0 0h{side}v{HEIGHT}h-{side}z\"/>\
         <path d=\"{bars}\"/></svg>"
    );
    Ok(svg.into_bytes())
}

/// Symbols of `text` from start to stop, check symbol included.
fn symbols(text: &str) -> Vec<usize> {
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let in_pairs = if digits >= 4 { digits - digits % 2 } else { 0 };
    let (letters, pairs) = text.as_bytes().split_at(text.len() - in_pairs);
    let mut symbols = vec![START_B];
    symbols.extend(letters.iter().map(|letter| usize::from(letter.saturating_sub(b' '))));
    if !pairs.is_empty() {
        symbols.push(CODE_C);
    }
    symbols.extend(pairs.chunks(2).map(|pair| {
        pair.iter().fold(0, |value, digit| value * 10 + usize::from(digit.saturating_sub(b'0')))
    }));
    let sum: usize = symbols.iter().enumerate().map(|(place, symbol)| place.max(1) * symbol).sum();
    symbols.push(sum % 103);
    symbols.push(STOP);
    symbols
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typeset::world::is_plain_picture;

    #[test]
    fn every_symbol_is_eleven_modules_wide_and_none_comes_twice() {
        let width = |symbol: &str| symbol.bytes().map(|b| u32::from(b - b'0')).sum::<u32>();
        let all: std::collections::BTreeSet<&str> = SYMBOLS.into_iter().collect();
        assert_eq!(all.len(), SYMBOLS.len());
        let (stop, others) = SYMBOLS.split_last().unwrap();
        assert_eq!(width(stop), 13);
        // Bars of a symbol add up to an even number of modules, spaces to an odd one.
        for symbol in others {
            assert_eq!(width(symbol), 11, "{symbol}");
            let bars: u32 = symbol.bytes().step_by(2).map(|b| u32::from(b - b'0')).sum();
            assert_eq!(bars % 2, 0, "{symbol}");
        }
    }

    #[test]
    fn letters_are_set_b_and_the_digits_at_the_end_go_in_pairs() {
        // 104 start B; Q H - 2 0 2 6 -; 99 to C; 00 00 12; check; stop.
        let told = symbols("QH-2026-000012");
        assert_eq!(told[..10], [104, 49, 40, 13, 18, 16, 18, 22, 13, 99]);
        assert_eq!(told[10..13], [0, 0, 12]);
        let sum = 104 + 49 + 80 + 39 + 72 + 80 + 108 + 154 + 104 + 891 + 12 * 12;
        assert_eq!(told[13..], [sum % 103, STOP]);
        assert_eq!(symbols("A123").len(), 1 + 4 + 2, "three digits stay in set B");
    }

    #[test]
    fn the_same_text_gives_the_same_plain_picture_and_other_text_is_refused() {
        let code = code128_svg("QH-2026-000001").unwrap();
        assert_eq!(code, code128_svg("QH-2026-000001").unwrap());
        assert!(is_plain_picture("barcode-1.svg", &code));
        for text in ["", "函号", "a\nb", &"7".repeat(25)] {
            assert!(code128_svg(text).is_err());
        }
    }
}
