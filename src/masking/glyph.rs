//! What one character can be inside a number: digit, check letter, mask, or nothing seen.
//!
//! Digits are those of every script (Unicode `Nd`) and the styled ones (superscript, subscript,
//! circled, with full stop), so that a number cannot be hidden by its glyphs. Ideographic
//! numerals are words, not digits, and are left alone.
//! Source: Unicode 16 categories `Nd`, `No`, `Cf`, `Mn`.

use unicode_normalization::char::is_combining_mark;

/// Code points of the zeros of all scripts; nine more digits follow each.
const ZEROS: [u32; 77] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6,
    0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
    0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450,
    0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50,
    0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0,
    0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950,
    0x1FBF0,
];

/// Styled digits: first code point, last code point, value of the first.
const STYLED: [(u32, u32, u8); 17] = [
    (0x00B2, 0x00B3, 2),
    (0x00B9, 0x00B9, 1),
    (0x2070, 0x2070, 0),
    (0x2074, 0x2079, 4),
    (0x2080, 0x2089, 0),
    (0x2460, 0x2468, 1),
    (0x2474, 0x247C, 1),
    (0x2488, 0x2490, 1),
    (0x24EA, 0x24EA, 0),
    (0x24F5, 0x24FD, 1),
    (0x24FF, 0x24FF, 0),
    (0x2776, 0x277E, 1),
    (0x2780, 0x2788, 1),
    (0x278A, 0x2792, 1),
    (0x1F100, 0x1F100, 0),
    (0x1F101, 0x1F10A, 0),
    (0x1F10B, 0x1F10C, 0),
];

/// A digit: its value, and the code point its family begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Digit {
    /// 0 to 9.
    pub value: u8,
    /// Code point of the family's zero; differs where the style of the digits changes.
    pub family: u32,
}

/// The digit `c` stands for, in any script or style.
pub(super) fn digit(c: char) -> Option<Digit> {
    if c.is_ascii() {
        let value = u8::try_from(c.to_digit(10)?).ok()?;
        return Some(Digit { value, family: 0x30 });
    }
    let point = u32::from(c);
    if (0x3000..0xA620).contains(&point) || (0xAC00..0xFF10).contains(&point) {
        return None; // ideographs, kana, hangul and their marks hold no digits
    }
    let zero = ZEROS.partition_point(|zero| *zero <= point).checked_sub(1);
    if let Some(&family) = zero.and_then(|at| ZEROS.get(at))
        && let Ok(value) = u8::try_from(point.saturating_sub(family))
        && value < 10
    {
        return Some(Digit { value, family });
    }
    STYLED.iter().find(|(first, last, _)| (*first..=*last).contains(&point)).and_then(
        |(first, _, value)| {
            let value = value.checked_add(u8::try_from(point - first).ok()?)?;
            (value < 10).then_some(Digit { value, family: *first })
        },
    )
}

/// Whether `c` shows nothing of its own: format, joiner, bidi and tag characters, soft hyphens,
/// combining marks, fillers and stray controls. Such a character never ends a number.
pub(super) fn is_transparent(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control() && !matches!(c, '\t'..='\r');
    }
    let point = u32::from(c);
    if (0x3400..0xA000).contains(&point) {
        return false;
    }
    matches!(point,
        0x80..=0x84 | 0x86..=0x9F | 0xAD | 0x0600..=0x0605 | 0x061C | 0x06DD | 0x070F
        | 0x0890..=0x0891 | 0x08E2 | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF
        | 0xFFA0 | 0xFFF0..=0xFFFB | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3
        | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
        || is_combining_mark(c)
}

/// Whether `c` is a sign that others, or this module, put where a digit was.
pub(super) const fn is_mask(c: char) -> bool {
    matches!(
        c,
        '*' | '＊'
            | '﹡'
            | '∗'
            | '⁎'
            | '✱'
            | '✲'
            | '●'
            | '○'
            | '◯'
            | '◆'
            | '■'
            | '□'
            | '▇'
            | '█'
            | '▓'
            | '▒'
            | '░'
            | '◼'
            | '⬛'
            | '•'
            | '#'
            | '＃'
            | '…'
            | '⋯'
    )
}

/// Whether `c` is, or looks like, the check letter X of an identity number.
pub(super) const fn is_ten(c: char) -> bool {
    matches!(c, 'X' | 'x' | 'Ｘ' | 'ｘ' | 'Х' | 'х' | 'Χ' | 'χ' | 'Ⅹ' | 'ⅹ' | '×')
}

/// Whether `c` is a Latin letter, narrow or full width.
pub(super) const fn is_letter(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn digits_of_every_script_and_style_count() {
        for (text, value) in [
            ("7", 7),
            ("７", 7),
            ("٧", 7),
            ("७", 7),
            ("𝟕", 7),
            ("⑦", 7),
            ("⁷", 7),
            ("₇", 7),
            ("❼", 7),
        ] {
            let c = text.chars().next().unwrap();
            assert_eq!(digit(c).map(|d| d.value), Some(value), "{text}");
        }
        for c in ['七', '〇', 'O', 'l', '½', '⑩', '一', '①'.to_uppercase().next().unwrap_or('a')]
        {
            assert!(c == '①' || digit(c).is_none(), "{c}");
        }
    }

    #[test]
    fn the_value_of_a_digit_agrees_with_its_compatibility_form() {
        for c in (0..0x0011_0000).filter_map(char::from_u32) {
            let plain: String = c.nfkc().collect();
            if plain.len() == 1 && plain.bytes().all(|b| b.is_ascii_digit()) {
                let value = plain.bytes().next().map(|b| b - b'0');
                assert_eq!(digit(c).map(|d| d.value), value, "U+{:04X}", u32::from(c));
            }
        }
    }

    #[test]
    fn what_shows_nothing_is_transparent_and_what_separates_is_not() {
        for c in [
            '\u{200B}',
            '\u{200D}',
            '\u{FEFF}',
            '\u{AD}',
            '\u{202E}',
            '\u{20E3}',
            '\u{E0031}',
            '\u{301}',
            '\u{0}',
        ] {
            assert!(is_transparent(c), "U+{:04X}", u32::from(c));
        }
        for c in [' ', '\n', '\r', '\t', '-', '中', '5', 'a', '\u{A0}', '\u{3000}', '\u{85}'] {
            assert!(!is_transparent(c), "U+{:04X}", u32::from(c));
        }
    }
}
