//! Reads `lexicon.txt` into patterns, once, and finds them in text.

use std::{collections::BTreeMap, sync::LazyLock};

use super::{
    Rule,
    text::{Kind, Unit},
};

/// The lexicon carried in the binary.
pub(super) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("lexicon.txt")));

/// All patterns, by the first character of what they begin with.
#[derive(Default)]
pub(super) struct Lexicon {
    sections: Vec<Section>,
    patterns: Vec<Pattern>,
    by_first: BTreeMap<char, Vec<usize>>,
    /// Lines that could not be read; a test keeps it empty.
    unread: Vec<String>,
}

/// What holds for the patterns of one section.
#[derive(Default)]
pub(super) struct Section {
    rule: Option<Rule>,
    pub(super) pardon_before: Vec<String>,
    pub(super) pardon_clause: Vec<String>,
    /// One of these in the clause the finding ends in makes it lawful.
    pub(super) pardon_end: Vec<String>,
    /// It counts only where it ends in a clause no longer than a person's name.
    pub(super) name_only: bool,
    pub(super) prohibition_only: bool,
    /// A negation between the words of a pattern is part of the threat.
    pub(super) outright: bool,
}

struct Pattern {
    section: usize,
    elements: Vec<Element>,
}

struct Element {
    words: Vec<Vec<char>>,
    gap: usize,
    across_clauses: bool,
    /// Nothing but marks may lie between.
    behind_marks: bool,
}

/// A pattern found: the places of its elements among the units.
pub(super) struct Found<'a> {
    pub(super) rule: Rule,
    pub(super) section: &'a Section,
    pub(super) elements: Vec<(usize, usize)>,
}

const NEAR: usize = 8;
const FAR: usize = 20;
const ACROSS: usize = 40;
const MARKS: usize = 2;

impl Lexicon {
    fn read(source: &str) -> Self {
        let mut lexicon = Self::default();
        let mut classes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for line in source.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((name, words)) =
                line.strip_prefix('@').and_then(|rest| rest.split_once(' '))
            {
                let words = alternatives(words, &classes);
                classes.insert(name, words);
            } else if let Some(code) =
                line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
            {
                let rule = Rule::coded(code);
                if rule.is_none() {
                    lexicon.unread.push(line.to_owned());
                }
                lexicon.sections.push(Section { rule, ..Section::default() });
            } else if let Some(option) = line.strip_prefix("? ") {
                if !lexicon.sections.last_mut().is_some_and(|section| section.set(option)) {
                    lexicon.unread.push(line.to_owned());
                }
            } else {
                lexicon.add(line, &classes);
            }
        }
        lexicon
    }

    fn add(&mut self, line: &str, classes: &BTreeMap<&str, Vec<String>>) {
        let elements: Vec<Element> =
            line.split(' ').map(|part| Element::read(part, classes)).collect();
        let empty =
            |element: &Element| element.words.is_empty() || element.words.iter().any(Vec::is_empty);
        if self.sections.is_empty() || elements.iter().any(empty) {
            self.unread.push(line.to_owned());
            return;
        }
        for word in elements.first().map(|element| element.words.as_slice()).unwrap_or_default() {
            if let Some(first) = word.first() {
                let patterns = self.by_first.entry(*first).or_default();
                if patterns.last() != Some(&self.patterns.len()) {
                    patterns.push(self.patterns.len());
                }
            }
        }
        self.patterns.push(Pattern { section: self.sections.len() - 1, elements });
    }

    /// Every pattern that begins at `start`.
    pub(super) fn at<'a>(
        &'a self,
        units: &'a [Unit],
        start: usize,
    ) -> impl Iterator<Item = Found<'a>> {
        let first = units.get(start).map_or(super::text::OPAQUE, |unit| unit.ch);
        let candidates = self.by_first.get(&first).map(Vec::as_slice).unwrap_or_default();
        candidates.iter().filter_map(move |index| {
            let pattern = self.patterns.get(*index)?;
            let section = self.sections.get(pattern.section)?;
            let (head, tail) = pattern.elements.split_first()?;
            head.words.iter().find_map(|word| {
                let end = word_at(units, start, word)?;
                let mut elements = vec![(start, end)];
                follow(units, tail, &mut elements).then_some(())?;
                Some(Found { rule: section.rule?, section, elements })
            })
        })
    }
}

impl Section {
    fn set(&mut self, option: &str) -> bool {
        let words = |words: &str| words.split('|').map(str::to_owned).collect();
        match option.split_once(' ') {
            Some(("before", list)) => self.pardon_before = words(list),
            Some(("clause", list)) => self.pardon_clause = words(list),
            Some(("end", list)) => self.pardon_end = words(list),
            None if option == "prohibition" => self.prohibition_only = true,
            None if option == "name" => self.name_only = true,
            None if option == "outright" => self.outright = true,
            _ => return false,
        }
        true
    }
}

impl Element {
    fn read(part: &str, classes: &BTreeMap<&str, Vec<String>>) -> Self {
        let (gap, across_clauses, list) = match part.split_at_checked(1) {
            Some(("=", list)) => (0, false, list),
            Some(("~", list)) => (FAR, false, list),
            Some((">", list)) => (ACROSS, true, list),
            Some((":", list)) => (MARKS, true, list),
            _ => (NEAR, false, part),
        };
        let words = alternatives(list, classes);
        Self {
            words: words.iter().map(|word| word.chars().collect()).collect(),
            gap,
            across_clauses,
            behind_marks: part.starts_with(':'),
        }
    }
}

fn alternatives(list: &str, classes: &BTreeMap<&str, Vec<String>>) -> Vec<String> {
    list.split('|')
        .flat_map(|word| match word.strip_prefix('$') {
            Some(name) => classes.get(name).cloned().unwrap_or_else(|| vec![String::new()]),
            None => vec![word.to_owned()],
        })
        .collect()
}

/// Finds the remaining elements, nearest first, behind the ones found.
fn follow(units: &[Unit], tail: &[Element], found: &mut Vec<(usize, usize)>) -> bool {
    let Some((element, rest)) = tail.split_first() else { return true };
    let Some((_, from)) = found.last().copied() else { return false };
    let Some(last) = from.checked_sub(1).and_then(|index| units.get(index)) else { return false };
    for start in from..=from.saturating_add(element.gap) {
        let Some(unit) = units.get(start) else { return false };
        let same = if element.across_clauses {
            unit.sentence == last.sentence
        } else {
            unit.clause == last.clause
        };
        let between = || units.get(from..start).unwrap_or_default();
        if !same || (element.behind_marks && between().iter().any(|unit| unit.kind == Kind::Letter))
        {
            return false;
        }
        for word in &element.words {
            if let Some(end) = word_at(units, start, word) {
                found.push((start, end));
                if follow(units, rest, found) {
                    return true;
                }
                found.pop();
            }
        }
    }
    false
}

/// Where `word` ends if it begins at `start`. Lists and new lines inside it do not hide it.
fn word_at(units: &[Unit], start: usize, word: &[char]) -> Option<usize> {
    let mut place = start;
    for (index, ch) in word.iter().enumerate() {
        while index > 0
            && units.get(place).is_some_and(|unit| matches!(unit.kind, Kind::List | Kind::Line))
        {
            place += 1;
        }
        if units.get(place)?.ch != *ch {
            return None;
        }
        place += 1;
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::wording_scan::text;

    #[test]
    fn the_lexicon_reads_without_remainder_and_covers_every_rule() {
        assert_eq!(LEXICON.unread, Vec::<String>::new());
        for code in Rule::CODES {
            let rule = Rule::coded(code.code);
            assert!(LEXICON.sections.iter().any(|section| section.rule == rule), "{}", code.code);
        }
    }

    #[test]
    fn the_lexicon_is_written_in_folded_form() {
        for pattern in &LEXICON.patterns {
            for word in pattern.elements.iter().flat_map(|element| &element.words) {
                let word: String = word.iter().collect();
                let folded: String = word.chars().flat_map(super::super::fold::fold).collect();
                assert_eq!(word, folded);
            }
        }
    }

    #[test]
    fn elements_follow_within_their_reach() {
        let lexicon = Lexicon::read("[CH-W001]\n寅卯\n甲 =乙\n丙 丁\n戊 >己\n辰 :巳");
        let finds = |sentence: &str| {
            let units = text::read(sentence);
            (0..units.len()).any(|start| lexicon.at(&units, start).next().is_some())
        };
        assert!(finds("甲乙") && !finds("甲一乙"));
        assert!(
            finds("丙一二三四五六七八丁") && !finds("丙一二三四五六七八九丁") && !finds("丙，丁")
        );
        assert!(finds("戊，一二三，己") && !finds("戊戊。己己"));
        assert!(finds("辰：巳") && finds("辰）巳") && finds("辰巳") && !finds("辰：一二，巳"));
        assert!(finds("寅\n卯") && finds("寅、卯") && finds("寅 卯"));
    }
}
