//! The words around a number that say what it is.
//!
//! A label stands right before a number (`卡号：`), near it in the same clause, before a list the
//! number belongs to, or after it in brackets. The nearest one speaks. Matching is by the end of
//! the label, over text without blanks, in compatibility form and lower case.

use super::glyph::{digit, is_letter, is_mask, is_transparent};
use super::words;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Most characters looked back at for a label.
const LOOK_BACK: usize = 160;
/// Characters looked back at first; enough for a label right before a number.
const NEAR_BY: usize = 48;
/// Most characters of a clause in which a label still speaks for a number after it.
const CLAUSE: usize = 16;
/// Most characters looked ahead at for a label after a number.
const LOOK_AHEAD: usize = 24;

/// What a label says a number is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Subject {
    /// A payment card.
    Card,
    /// A bank account, or an account of some other kind.
    Account,
    /// An identity card.
    Identity,
    /// A passport or permit.
    Document,
    /// The last digits of a number.
    Tail,
    /// A telephone.
    Phone,
    /// A sum of money.
    Amount,
    /// Something else that is known not to be any of these.
    Other,
}

/// Where the label stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reach {
    /// Right before the number.
    Adjacent,
    /// In the same clause.
    Near,
    /// Before an earlier number of the same list.
    Carried,
}

/// A label found for a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Label {
    pub subject: Subject,
    pub reach: Reach,
}

impl Label {
    /// Whether it says card or account.
    pub fn is_card(self) -> bool {
        matches!(self.subject, Subject::Card | Subject::Account)
    }

    /// Whether it says identity card or document.
    pub fn is_identity(self) -> bool {
        matches!(self.subject, Subject::Identity | Subject::Document)
    }

    /// Whether it says that the number is none that is masked.
    pub fn is_innocent(self) -> bool {
        matches!(self.subject, Subject::Phone | Subject::Amount | Subject::Other)
    }
}

const TABLE: [(Subject, &str); 8] = [
    (Subject::Card, words::CARD),
    (Subject::Account, words::ACCOUNT),
    (Subject::Identity, words::IDENTITY),
    (Subject::Document, words::DOCUMENT),
    (Subject::Tail, words::TAIL),
    (Subject::Phone, words::PHONE),
    (Subject::Amount, words::AMOUNT),
    (Subject::Other, words::OTHER),
];

/// Labels of many meanings: they speak as if from afar.
const WEAK: [&str; 9] = ["证", "id", "身份", "持证人", "证件", "户口", "账", "zh", "kh"];

/// Words that may stand between a label and its number without changing what it says.
const FILLERS: [&str; 22] = [
    "号码", "號碼", "号", "號", "号数", "编号", "编码", "代码", "码", "number", "num", "nos", "no",
    "id", "为", "是", "系", "如下", "即", "的", "全号", "完整",
];

fn is_connector(c: char) -> bool {
    matches!(
        c,
        '\n' | ':'
            | '='
            | '"'
            | '\''
            | '('
            | '['
            | '{'
            | '<'
            | '>'
            | '【'
            | '〔'
            | '《'
            | '〈'
            | '「'
            | '『'
            | '“'
            | '‘'
            | '”'
            | '’'
            | ','
            | '、'
            | '|'
            | '¦'
            | '/'
            | '\\'
            | '#'
            | '.'
            | '*'
            | '→'
            | '_'
            | '`'
            | '~'
            | '…'
            | '&'
            | '?'
            | '│'
            | '+'
    )
}

fn ends_clause(c: char) -> bool {
    matches!(c, '\n' | '。' | '.' | ',' | '、' | ';' | '!' | '?' | '|' | '*' | '│')
        || c.is_ascii_digit()
}

/// Labels by their last character.
static INDEX: LazyLock<BTreeMap<char, Vec<(Subject, &'static str)>>> = LazyLock::new(|| {
    let mut index: BTreeMap<char, Vec<(Subject, &'static str)>> = BTreeMap::new();
    for (subject, labels) in TABLE {
        for label in labels.split_whitespace() {
            if let Some(last) = label.chars().next_back() {
                index.entry(last).or_default().push((subject, label));
            }
        }
    }
    index
});

/// `raw` without blanks and what shows nothing, narrowed, in lower case.
fn squeeze(raw: impl Iterator<Item = char>) -> String {
    let mut squeezed = String::with_capacity(128);
    for c in raw {
        match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => squeezed.push('\n'),
            '-' | '_' => {}
            _ if c.is_ascii_graphic() => squeezed.push(c.to_ascii_lowercase()),
            '\u{4E00}'..='\u{9FFF}' => squeezed.push(c),
            _ if c.is_whitespace() || is_transparent(c) => {}
            _ => match digit(c) {
                Some(digit) => squeezed.push(char::from(b'0' + digit.value)),
                None => squeezed.extend(
                    std::iter::once(c)
                        .nfkc()
                        .filter(|c| !(c.is_whitespace() || matches!(c, '-' | '_')))
                        .flat_map(char::to_lowercase),
                ),
            },
        }
    }
    squeezed
}

/// Whether a chain too short for a card can still be part of a labelled number.
pub(super) fn may_matter(text: &str, at: usize) -> bool {
    const SIGNS: [char; 18] = [
        '尾', '末', '后', '照', '证', '證', '第', '卡', '账', '帐', '賬', '帳', '户', '戶', '存',
        '留', '台', '胞',
    ];
    const WORDS: [&str; 9] =
        ["passport", "permit", "travel", "hkid", "huzhao", "last", "end", "card", "acc"];
    let nearby = last_chars(text, at, NEAR_BY);
    let behind = text.get(at..).unwrap_or_default().chars().take(NEAR_BY);
    nearby.contains(SIGNS)
        || behind.into_iter().any(|c| matches!(c, '照' | '證' | '证'))
        || (nearby.contains(is_letter) && {
            let squeezed = squeeze(nearby.chars());
            WORDS.iter().any(|word| squeezed.contains(word))
        })
}

/// The last `count` characters before byte `at`.
fn last_chars(text: &str, at: usize, count: usize) -> &str {
    let head = text.get(..at).unwrap_or_default();
    let start = head.char_indices().rev().nth(count - 1).map_or(0, |(start, _)| start);
    head.get(start..).unwrap_or_default()
}

/// The label that speaks for a number beginning at byte `at` of `text`.
pub(super) fn before(text: &str, at: usize) -> Option<Label> {
    let near_by = squeeze(last_chars(text, at, NEAR_BY).chars());
    if let Some(label) = direct(&near_by) {
        return Some(label);
    }
    earlier_in_list(&near_by)?;
    let squeezed = squeeze(last_chars(text, at, LOOK_BACK).chars());
    let mut context = squeezed.as_str();
    for _ in 0..4 {
        context = earlier_in_list(context)?;
        if let Some((subject, _)) = adjacent(context) {
            return Some(Label { subject, reach: Reach::Carried });
        }
    }
    None
}

/// The label right before the number or in its clause.
fn direct(context: &str) -> Option<Label> {
    if let Some((subject, weak)) = adjacent(context) {
        let reach = if weak { Reach::Near } else { Reach::Adjacent };
        return Some(Label { subject, reach });
    }
    near(context).map(|subject| Label { subject, reach: Reach::Near })
}

/// The label that ends right before the number, past fillers and one remark in brackets, and
/// whether it is a word of many meanings.
fn adjacent(context: &str) -> Option<(Subject, bool)> {
    let mut rest = context;
    let mut best: Option<(usize, Subject, bool)> = None;
    for _ in 0..5 {
        rest = rest.trim_end_matches(is_connector);
        if let Some((subject, label)) = ending(rest) {
            // `居留身份证号` ends in `证号`, but the label that begins first says more.
            let start = rest.len() - label.len();
            if best.is_none_or(|(first, _, _)| start < first) {
                best = Some((start, subject, WEAK.contains(&label)));
            }
        }
        match without_filler(rest) {
            Some(head) => rest = head,
            None if best.is_none() => {
                let (head, remark) = without_remark(rest)?;
                return adjacent(head)
                    .or_else(|| ending(remark).map(|(subject, _)| (subject, false)));
            }
            None => break,
        }
    }
    best.map(|(_, subject, weak)| (subject, weak))
}

fn without_filler(rest: &str) -> Option<&str> {
    if let Some(head) = rest.strip_suffix("字第") {
        return head.char_indices().next_back().and_then(|(at, _)| head.get(..at));
    }
    FILLERS.iter().filter_map(|filler| rest.strip_suffix(filler)).min_by_key(|rest| rest.len())
}

/// The context before a remark in brackets, and the remark.
fn without_remark(rest: &str) -> Option<(&str, &str)> {
    let close = rest.chars().next_back()?;
    let open = match close {
        ')' => '(',
        ']' => '[',
        '】' => '【',
        '〕' => '〔',
        '}' => '{',
        _ => return None,
    };
    let (before, remark) = rest.strip_suffix(close)?.rsplit_once(open)?;
    (remark.chars().count() <= 12).then_some((before, remark))
}

/// The longest label that `rest` ends with.
fn ending(rest: &str) -> Option<(Subject, &'static str)> {
    ending_before(rest, "")
}

/// The longest label that `rest` ends with, where `tail` follows.
fn ending_before(rest: &str, tail: &str) -> Option<(Subject, &'static str)> {
    INDEX
        .get(&rest.chars().next_back()?)?
        .iter()
        .filter(|(_, label)| {
            rest.strip_suffix(label).is_some_and(|head| is_word(head, label, tail))
        })
        .max_by_key(|(_, label)| label.len())
        .copied()
}

/// Whether a Latin label stands as a word of its own, or is long enough not to need it.
fn is_word(head: &str, label: &str, tail: &str) -> bool {
    if !label.is_ascii() {
        return true;
    }
    let letter = |c: char| c.is_ascii_alphabetic();
    let free = match label {
        "card" => !head.ends_with("post"),
        "time" | "date" | "order" | "end" | "total" => !head.ends_with(letter),
        _ => label.len() >= 5 || !head.ends_with(letter),
    };
    free && !tail.starts_with(letter)
}

/// The last label in the clause before the number.
fn near(context: &str) -> Option<Subject> {
    let trimmed = context.trim_end_matches(is_connector);
    let clause = trimmed.rsplit(ends_clause).next()?;
    let start = clause.char_indices().rev().nth(CLAUSE - 1).map_or(0, |(start, _)| start);
    let clause = clause.get(start..)?;
    clause.char_indices().rev().find_map(|(at, c)| {
        let (head, tail) = clause.split_at_checked(at + c.len_utf8())?;
        let (subject, label) = ending_before(head, tail)?;
        (label.chars().count() > 1).then_some(subject)
    })
}

/// `context` without the number it ends with, if only list marks stand after that.
fn earlier_in_list(context: &str) -> Option<&str> {
    let number = context.trim_end_matches(|c: char| {
        matches!(
            c,
            ',' | '、' | ';' | '/' | '|' | '\n' | '和' | '及' | '与' | '或' | '以' | '(' | ')'
        )
    });
    let in_number =
        |c: char| c.is_ascii_digit() || is_mask(c) || matches!(c, '.' | '·' | '+' | 'x' | '\n');
    let head = number.trim_end_matches(in_number);
    let length = number.len() - head.len();
    if !(4..=120).contains(&length) {
        return None;
    }
    let letters = head.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    Some(if head.len() - letters.len() <= 3 { letters } else { head })
}

/// The label in brackets right after a number that ends at byte `at` of `text`.
pub(super) fn after(text: &str, at: usize) -> Option<Subject> {
    let squeezed = squeeze(text.get(at..)?.chars().take(LOOK_AHEAD));
    let remark = squeezed.strip_prefix(['(', '[', '【', '〔'])?;
    let remark = remark.split([')', ']', '】', '〕']).next().unwrap_or_default();
    let (subject, _) =
        ending(without_filler(remark).unwrap_or(remark)).or_else(|| ending(remark))?;
    (!matches!(subject, Subject::Tail | Subject::Other | Subject::Phone)).then_some(subject)
}

/// What the heading of a column says of the numbers below it.
pub(super) fn of_heading(heading: &str) -> Option<Subject> {
    let squeezed = squeeze(heading.chars());
    adjacent(&squeezed).map(|(subject, _)| subject)
}

/// Whether a unit of money follows a number that ends at byte `at` of `text`.
pub(super) fn is_money_after(text: &str, at: usize) -> bool {
    let squeezed = squeeze(text.get(at..).unwrap_or_default().chars().take(8));
    ["元", "万元", "亿", "圆", "角", "人民币", "rmb", "cny", "usd", "hkd", "美元", "港元", "%"]
        .iter()
        .any(|unit| squeezed.starts_with(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> Option<(Subject, Reach)> {
        before(text, text.len()).map(|label| (label.subject, label.reach))
    }

    #[test]
    fn a_label_right_before_a_number_speaks() {
        for (text, subject) in [
            ("卡号：", Subject::Card),
            ("卡 号（16位）：", Subject::Card),
            ("\"card_no\": \"", Subject::Card),
            ("Account No. ", Subject::Account),
            ("银行账号为", Subject::Account),
            ("身份证号码：", Subject::Identity),
            ("外国人永久居留身份证号：", Subject::Document),
            ("ID Card Number: ", Subject::Identity),
            ("信用卡交易流水号", Subject::Other),
            ("联行号", Subject::Other),
            ("证书编号：", Subject::Other),
            ("手机号码", Subject::Phone),
            ("Ｃａｒｄ：", Subject::Card),
            ("卡\u{200B}号：", Subject::Card),
        ] {
            assert_eq!(label(text), Some((subject, Reach::Adjacent)), "{text}");
        }
    }

    #[test]
    fn a_label_in_the_clause_speaks_unless_the_clause_ended() {
        assert_eq!(label("信用卡已经逾期 "), Some((Subject::Card, Reach::Near)));
        assert_eq!(label("信用卡已经逾期。见"), None);
        assert_eq!(label("今天"), None);
        assert_eq!(label("guid "), None);
    }

    #[test]
    fn a_label_carries_through_a_list() {
        assert_eq!(label("卡号6200000000000006、"), Some((Subject::Card, Reach::Carried)));
        assert_eq!(label("电话62000000 "), Some((Subject::Phone, Reach::Carried)));
        assert_eq!(label("护照号E12345678、"), Some((Subject::Document, Reach::Carried)));
    }

    #[test]
    fn a_label_may_follow_in_brackets() {
        assert_eq!(after("（一代证）", 0), Some(Subject::Identity));
        assert_eq!(after(" (个人银行卡)", 0), Some(Subject::Card));
        assert_eq!(after("(身份证号码)", 0), Some(Subject::Identity));
        assert_eq!(after("，卡号", 0), None);
        assert!(is_money_after("元整", 0));
    }
}
