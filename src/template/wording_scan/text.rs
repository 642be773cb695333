//! Text as the scan reads it: folded characters with their places, cut into clauses.
//!
//! Spaces, zero-width characters and marks inside words are left out, so they hide nothing.
//! Fields of a template (`{{ name }}`) and titles of laws (《…法》) become one opaque character.
//! A comma or bracket ends a clause; a semicolon, a full stop or a new line ends a sentence.

use std::ops::Range;

use super::{
    fold::fold,
    spelling::{close_up, spell},
};

/// Stands for a field or a title.
pub(super) const OPAQUE: char = '□';

/// What a character does to the sentence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Part of a word.
    Letter,
    /// An enumeration mark, which joins.
    List,
    /// Ends a clause.
    Clause,
    /// Ends a sentence.
    Sentence,
    /// A new line: ends a sentence, but words may run across it.
    Line,
}

/// One character that counts.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) ch: char,
    pub(super) kind: Kind,
    /// Bytes of the scanned text.
    pub(super) bytes: Range<usize>,
    pub(super) clause: usize,
    pub(super) sentence: usize,
    /// Counts full stops and new lines, not semicolons.
    pub(super) passage: usize,
}

/// One character before it has its place.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) ch: char,
    pub(super) kind: Kind,
    pub(super) bytes: Range<usize>,
}

/// Reads `text` into units.
pub(super) fn read(text: &str) -> Vec<Unit> {
    let pieces = close_up(spell(pieces(text)));
    let mut units = Vec::with_capacity(pieces.len());
    let (mut clause, mut sentence, mut passage) = (0, 0, 0);
    for Piece { ch, kind, bytes } in pieces {
        units.push(Unit { ch, kind, bytes, clause, sentence, passage });
        if matches!(kind, Kind::Clause | Kind::Sentence | Kind::Line) {
            clause += 1;
        }
        if matches!(kind, Kind::Sentence | Kind::Line) {
            sentence += 1;
        }
        if matches!(kind, Kind::Line) || (kind == Kind::Sentence && ch != ';') {
            passage += 1;
        }
    }
    units
}

/// The folded characters that count.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(text.len() / 3);
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = opaque(rest) {
            pieces.push(Piece { ch: OPAQUE, kind: Kind::Letter, bytes: at..at + length });
            at += length;
            continue;
        }
        if let Some(length) = tag(rest) {
            at += length;
            continue;
        }
        let Some(ch) = rest.chars().next() else { break };
        let end = at + ch.len_utf8();
        let next = rest.chars().nth(1);
        for folded in fold(ch) {
            if let Some(kind) = kind_of(folded, next) {
                pieces.push(Piece { ch: folded, kind, bytes: at..end });
            }
        }
        at = end;
    }
    pieces
}

/// What a folded character does; `None` if it is left out.
fn kind_of(ch: char, next: Option<char>) -> Option<Kind> {
    match ch {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(Kind::Line),
        '。' | '!' | '?' | ';' | '｡' => Some(Kind::Sentence),
        '.' if next.is_none_or(char::is_whitespace) => Some(Kind::Sentence),
        ',' | ':' | '(' | ')' | '[' | ']' | '【' | '】' | '…' | '｜' | '〔' | '〕' => {
            Some(Kind::Clause)
        }
        '、' => Some(Kind::List),
        _ if ch.is_alphanumeric() => Some(Kind::Letter),
        _ => None,
    }
}

/// Length of a field `{{ name | filter }}` or of the title of a law at the start of `rest`.
fn opaque(rest: &str) -> Option<usize> {
    if let Some(inside) = rest.strip_prefix("{{") {
        let end = inside.find("}}")?;
        let plain = inside.get(..end)?.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        return plain.then_some(end + 4);
    }
    let inside = rest.strip_prefix('《')?;
    let end = inside.find('》')?;
    let title = inside.get(..end)?;
    let of_law = [
        "法",
        "法典",
        "条例",
        "规定",
        "办法",
        "解释",
        "准则",
        "规则",
        "通知",
        "意见",
        "公约",
        "协议",
        "规划表",
        "标准",
        "合同",
        "书",
    ];
    let named = of_law.iter().any(|ending| title.ends_with(ending))
        && title.chars().count() <= 60
        && !title.contains(['你', '您', '我']);
    named.then_some(end + "《》".len())
}

/// Length of a statement `{% … %}` or a comment `{# … #}` at the start of `rest`.
fn tag(rest: &str) -> Option<usize> {
    for (open, close) in [("{%", "%}"), ("{#", "#}")] {
        if let Some(inside) = rest.strip_prefix(open) {
            let end = inside.find(close)?;
            return inside.get(..end)?.is_ascii().then_some(end + 4);
        }
    }
    None
}

/// The characters of some units, as one string.
pub(super) fn string(units: &[Unit]) -> String {
    units.iter().map(|unit| if unit.kind == Kind::Letter { unit.ch } else { '、' }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letters(text: &str) -> String {
        read(text).iter().filter(|unit| unit.kind == Kind::Letter).map(|unit| unit.ch).collect()
    }

    #[test]
    fn spaces_and_marks_inside_words_are_left_out() {
        assert_eq!(letters("老 赖 老-赖 老\u{200B}赖 老·赖 老*賴 “老”赖 老😀赖"), "老赖".repeat(7));
    }

    #[test]
    fn fields_and_titles_of_laws_are_one_character() {
        assert_eq!(
            letters("依据《中华人民共和国刑法》和{{ law | name }}{% if x %}者"),
            "依据□和□者"
        );
        assert_eq!(letters("《老赖》{{老赖}}"), "老赖老赖");
        assert_eq!(letters("《你坐牢通知》"), "你坐牢通知");
    }

    #[test]
    fn commas_end_clauses_and_stops_end_sentences() {
        let units = read("甲甲、乙乙，丙丙；丁丁。戊戊");
        let place =
            |ch| units.iter().find(|unit| unit.ch == ch).map(|u| (u.clause, u.sentence, u.passage));
        assert_eq!(place('乙'), Some((0, 0, 0)));
        assert_eq!(place('丙'), Some((1, 0, 0)));
        assert_eq!(place('丁'), Some((2, 1, 0)));
        assert_eq!(place('戊'), Some((3, 2, 1)));
    }

    proptest! {
        #[test]
        fn every_unit_points_at_whole_characters(text in "[\\PC\n]{0,60}") {
            for unit in read(&text) {
                prop_assert!(text.get(unit.bytes).is_some());
            }
        }
    }
}
