//! What stands between two characters of a number, and how firmly it holds them together.
//!
//! Owns the separators: blanks, dashes and dots of all kinds, line breaks with their indentation,
//! punctuation, and separators written as escapes (`%20`, `&nbsp;`, `\n` in JSON). Anything else
//! ends a number.

use super::glyph::is_transparent;

/// Most separating characters between two digits of one number.
const MAX_SEPARATORS: usize = 64;
/// Most characters without a glyph between two digits of one number. Bounds the memory a reader
/// of endless text needs; more of them end the number.
pub(super) const MAX_TRANSPARENT: usize = 1024;

/// How a character of a number follows the one before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Join {
    /// Nothing between, same family of digits: no number begins or ends here.
    Seamless,
    /// Nothing between, but the family changes: a number may begin or end here.
    Tight,
    /// What people put inside numbers: a blank, dash, dot or line break. Holds the separator
    /// where it is a single one.
    Easy(Option<char>),
    /// What people put between numbers: commas, slashes, several signs.
    Loose(Option<char>),
}

/// A gap that was read: its length in bytes, and the join it makes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Gap {
    pub bytes: usize,
    /// `None` where nothing separates; the families of the neighbours then decide.
    pub join: Option<Join>,
}

/// Separators written out as escapes. A break reads as a line feed, the rest as a blank.
const ESCAPED: [(&str, char); 24] = [
    ("%C2%A0", ' '),
    ("%c2%a0", ' '),
    ("%E3%80%80", ' '),
    ("%e3%80%80", ' '),
    ("%20", ' '),
    ("%2D", '-'),
    ("%2d", '-'),
    ("%09", ' '),
    ("%0D", '\n'),
    ("%0d", '\n'),
    ("%0A", '\n'),
    ("%0a", '\n'),
    ("&nbsp;", ' '),
    ("&#160;", ' '),
    ("&#xA0;", ' '),
    ("&ensp;", ' '),
    ("&emsp;", ' '),
    ("&thinsp;", ' '),
    ("<br>", '\n'),
    ("<br/>", '\n'),
    ("<br />", '\n'),
    ("\\n", '\n'),
    ("\\r", '\n'),
    ("\\t", ' '),
];

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{58A}' | '\u{5BE}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2E17}'
                | '\u{2E1A}'
                | '\u{2E3A}'
                | '\u{2E3B}'
                | '\u{2E40}'
                | '\u{2E5D}'
                | '\u{30A0}'
                | '\u{FE31}'
                | '\u{FE32}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{10EAD}'
                | '\u{2212}'
                | '\u{2D7}'
                | '\u{2043}'
                | '\u{207B}'
                | '\u{208B}'
                | '\u{AF}'
                | '\u{203E}'
                | '\u{FFE3}'
                | '\u{2500}'
                | '\u{2501}'
                | '\u{2574}'
                | '\u{2576}'
                | '\u{23AF}'
                | '\u{23E4}'
                | '\u{30FC}'
                | '\u{FF70}'
                | '\u{2796}'
    )
}

const fn is_dot(c: char) -> bool {
    matches!(
        c,
        '.' | '．'
            | '·'
            | '‧'
            | '∙'
            | '⋅'
            | '・'
            | '･'
            | '․'
            | '﹒'
            | '｡'
            | '\u{387}'
            | '\u{16EB}'
            | '\u{2E31}'
            | '\u{2E33}'
            | '\u{10101}'
            | '\u{FBC1}'..='\u{FBC1}'
    )
}

const fn is_loose(c: char) -> bool {
    matches!(
        c,
        ',' | '，'
            | '、'
            | '､'
            | '﹐'
            | '﹑'
            | ';'
            | '；'
            | ':'
            | '：'
            | '∶'
            | '/'
            | '／'
            | '∕'
            | '⁄'
            | '\\'
            | '＼'
            | '|'
            | '｜'
            | '¦'
            | '│'
            | '_'
            | '＿'
            | '+'
            | '＋'
            | '='
            | '＝'
            | '~'
            | '～'
            | '〜'
            | '〰'
            | '('
            | ')'
            | '（'
            | '）'
            | '['
            | ']'
            | '【'
            | '】'
            | '<'
            | '>'
            | '\''
            | '"'
            | '’'
            | '‘'
            | '“'
            | '”'
            | '`'
            | '^'
            | '&'
            | '!'
            | '！'
    )
}

/// Reads the gap at the start of `rest`, up to the first character that is none.
///
/// `None` where more of it comes than any number has. The second value tells whether the gap
/// ran to the end of `rest`, so that more text could lengthen it.
pub(super) fn read(rest: &str) -> (Option<Gap>, bool) {
    let (mut bytes, mut hidden, mut blanks, mut dashes, mut loose) = (0, 0, 0_usize, 0_usize, 0);
    let (mut breaks, mut sole) = (0_usize, None);
    let mut after_return = false;
    loop {
        let tail = rest.get(bytes..).unwrap_or_default();
        let Some(first) = tail.chars().next() else {
            return (Some(Gap { bytes, join: join(blanks, breaks, dashes, loose, sole) }), true);
        };
        let (c, length) = match first {
            '%' | '&' | '<' | '\\' => escaped(tail).unwrap_or((first, 1)),
            _ => (first, first.len_utf8()),
        };
        if is_transparent(c) {
            hidden += 1;
        } else if is_break(c) {
            if !(c == '\n' && after_return) {
                breaks += 1;
            }
            blanks += 1;
        } else if is_blank(c) {
            blanks += 1;
        } else if is_dash(c) || is_dot(c) {
            dashes += 1;
        } else if is_loose(c) {
            loose += 1;
        } else {
            return (Some(Gap { bytes, join: join(blanks, breaks, dashes, loose, sole) }), false);
        }
        after_return = c == '\r';
        if !is_transparent(c) {
            sole = if blanks + dashes + loose == 1 { Some(c) } else { None };
        }
        if hidden > MAX_TRANSPARENT || blanks + dashes + loose > MAX_SEPARATORS {
            return (None, false);
        }
        bytes += length;
    }
}

fn escaped(tail: &str) -> Option<(char, usize)> {
    ESCAPED.iter().find(|(text, _)| tail.starts_with(text)).map(|(text, c)| (*c, text.len()))
}

fn join(
    blanks: usize,
    breaks: usize,
    dashes: usize,
    loose: usize,
    sole: Option<char>,
) -> Option<Join> {
    match (blanks, dashes, loose) {
        (0, 0, 0) => None,
        (..=16, ..=1, 0) | (..=2, 2, 0) if breaks < 2 => Some(Join::Easy(sole)),
        _ => Some(Join::Loose(sole)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(rest: &str) -> Option<Join> {
        read(rest).0.and_then(|gap| gap.join)
    }

    #[test]
    fn blanks_dashes_dots_and_one_line_break_join_easily() {
        for c in [' ', '\u{A0}', '\u{3000}', '\u{202F}', '-', '–', '—', '－', '·', '.', '\t']
        {
            assert_eq!(joined(&format!("{c}5")), Some(Join::Easy(Some(c))), "{c:?}");
        }
        for gap in ["\r\n", "\n    ", " - ", "-\n", "%20", "&nbsp;", "\\n", "\n\u{3000}\u{3000}"] {
            assert!(matches!(joined(&format!("{gap}5")), Some(Join::Easy(_))), "{gap:?}");
        }
    }

    #[test]
    fn commas_and_blank_lines_join_loosely_and_words_end_a_number() {
        for gap in [",", "、", " / ", "\n\n", "|", "_"] {
            assert!(matches!(joined(&format!("{gap}5")), Some(Join::Loose(_))), "{gap:?}");
        }
        assert_eq!(read("\u{200B}5").0, Some(Gap { bytes: 3, join: None }));
        assert_eq!(read("元5").0, Some(Gap { bytes: 0, join: None }));
        assert_eq!(read(&" ".repeat(65)).0, None);
    }

    #[test]
    fn a_gap_at_the_end_of_the_text_says_that_it_may_go_on() {
        assert!(read("  ").1);
        assert!(!read("  x").1);
    }
}
