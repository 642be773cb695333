//! How two versions of a package differ: metadata, fields, lines of wording and layout.
//!
//! Owns the comparison of texts. Pages are compared by [`crate::letter::comparison`]. Refuses
//! nothing: any two packages can be compared. Source: SPEC decision 1, `template diff`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::package::Package;

/// Whether something came or went.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
}

impl Change {
    /// The sign before a line.
    #[must_use]
    pub const fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
        }
    }
}

/// One member of the metadata that came or went.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct MemberChange {
    /// Where it stands: `fields.required`, `channels`, `title` …
    pub member: String,
    /// What came or went.
    pub value: String,
    /// Which of both.
    pub change: Change,
}

/// One line that came or went.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LineChange {
    /// Which of both.
    pub change: Change,
    /// Its number in the file that has it, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
}

/// How one file differs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FileChange {
    /// Its path in the package.
    pub path: String,
    /// Lines that came or went; none for pictures, which are other bytes.
    pub lines: Vec<LineChange>,
}

/// How two packages differ.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Difference {
    /// Members of the metadata.
    pub members: Vec<MemberChange>,
    /// Files.
    pub files: Vec<FileChange>,
}

impl Difference {
    /// How `new` differs from `old`.
    #[must_use]
    pub fn between(old: &Package, new: &Package) -> Self {
        let mut paths: BTreeSet<&String> = old.files().keys().collect();
        paths.extend(new.files().keys());
        let files = paths.into_iter().filter_map(|path| file(path, old, new));
        Self { members: members(old, new), files: files.collect() }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.files.is_empty()
    }

    /// As plain text: members, then lines by file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut lines = Vec::new();
        for MemberChange { member, value, change } in &self.members {
            lines.push(format!("{} {member}: {value}", change.sign()));
        }
        for FileChange { path, lines: changed } in &self.files {
            lines.push(format!("== {path}"));
            for LineChange { change, line, text } in changed {
                lines.push(format!("{}{line:>4} {text}", change.sign()));
            }
        }
        lines.join("\n")
    }
}

fn file(path: &str, old: &Package, new: &Package) -> Option<FileChange> {
    let (before, after) = (old.files().get(path), new.files().get(path));
    if before == after {
        return None;
    }
    let text = |bytes: Option<&Vec<u8>>| -> Vec<String> {
        let text = std::str::from_utf8(bytes.map(Vec::as_slice).unwrap_or_default());
        text.unwrap_or_default().lines().map(str::to_owned).collect()
    };
    let is_text = ["tera", "toml", "typ", "txt"].iter().any(|end| path.ends_with(end));
    let lines = if is_text { changed(&text(before), &text(after)) } else { Vec::new() };
    Some(FileChange { path: path.to_owned(), lines })
}

/// Lines only one of both has, in order.
#[must_use]
pub fn changed(before: &[String], after: &[String]) -> Vec<LineChange> {
    let mut found = Vec::new();
    let line =
        |change, at: usize, text: &String| LineChange { change, line: at + 1, text: text.clone() };
    let matches = common(before, after).into_iter().chain([(before.len(), after.len())]);
    let (mut from, mut to) = (0, 0);
    for (left, right) in matches {
        for (at, text) in before.iter().enumerate().take(left).skip(from) {
            found.push(line(Change::Removed, at, text));
        }
        for (at, text) in after.iter().enumerate().take(right).skip(to) {
            found.push(line(Change::Added, at, text));
        }
        (from, to) = (left + 1, right + 1);
    }
    found
}

/// Longest texts compared line by line; of longer ones only what begins and ends alike is common.
const LONGEST: usize = 4000;

/// Places of the lines of a longest common subsequence.
#[must_use]
pub fn common(before: &[String], after: &[String]) -> Vec<(usize, usize)> {
    let head = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let rest = before.len().min(after.len()) - head;
    let tail = before.iter().rev().zip(after.iter().rev());
    let tail = tail.take(rest).take_while(|(one, other)| one == other).count();
    let (one, other) = (before.len() - head - tail, after.len() - head - tail);
    let mut found: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    let middle = |texts: &[String], count: usize| -> Vec<String> {
        texts.iter().skip(head).take(count).cloned().collect()
    };
    let (left, right) = (middle(before, one), middle(after, other));
    if one <= LONGEST && other <= LONGEST {
        found.extend(inner(&left, &right).into_iter().map(|(a, b)| (a + head, b + head)));
    }
    found.extend((0..tail).map(|at| (before.len() - tail + at, after.len() - tail + at)));
    found
}

fn inner(left: &[String], right: &[String]) -> Vec<(usize, usize)> {
    let width = right.len() + 1;
    let mut longest: Vec<u16> = vec![0; (left.len() + 1) * width];
    let at = |row: usize, column: usize| row * width + column;
    let get = |table: &[u16], place: usize| table.get(place).copied().unwrap_or_default();
    for (row, one) in left.iter().enumerate().rev() {
        for (column, other) in right.iter().enumerate().rev() {
            let value = if one == other {
                get(&longest, at(row + 1, column + 1)) + 1
            } else {
                get(&longest, at(row + 1, column)).max(get(&longest, at(row, column + 1)))
            };
            if let Some(cell) = longest.get_mut(at(row, column)) {
                *cell = value;
            }
        }
    }
    let (mut row, mut column, mut found) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (left.get(row), right.get(column)) {
        if one == other {
            found.push((row, column));
            (row, column) = (row + 1, column + 1);
        } else if get(&longest, at(row + 1, column)) >= get(&longest, at(row, column + 1)) {
            row += 1;
        } else {
            column += 1;
        }
    }
    found
}

/// Members of the metadata as sets of values by their place.
fn flat(package: &Package) -> BTreeMap<String, BTreeSet<String>> {
    fn collect(
        place: &str,
        value: &serde_json::Value,
        into: &mut BTreeMap<String, BTreeSet<String>>,
    ) {
        use serde_json::Value;
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let place =
                        if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                    collect(&place, value, into);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(place, item, into)),
            Value::Null => {}
            Value::String(text) => {
                into.entry(place.to_owned()).or_default().insert(text.clone());
            }
            other => {
                into.entry(place.to_owned()).or_default().insert(other.to_string());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect("", &serde_json::to_value(package.metadata()).unwrap_or_default(), &mut found);
    found
}

fn members(old: &Package, new: &Package) -> Vec<MemberChange> {
    let (before, after) = (flat(old), flat(new));
    let mut places: BTreeSet<&String> = before.keys().collect();
    places.extend(after.keys());
    let none = BTreeSet::new();
    let mut found = Vec::new();
    for place in places {
        let (one, other) = (before.get(place).unwrap_or(&none), after.get(place).unwrap_or(&none));
        let mut tell = |value: &String, change| {
            found.push(MemberChange { member: place.clone(), value: value.clone(), change });
        };
        one.difference(other).for_each(|value| tell(value, Change::Removed));
        other.difference(one).for_each(|value| tell(value, Change::Added));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &str) -> Vec<String> {
        lines.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn lines_that_came_or_went_are_told_in_order_with_their_numbers() {
        let told: Vec<String> = changed(&texts("a b c d"), &texts("a x c d e"))
            .iter()
            .map(|one| format!("{}{}{}", one.change.sign(), one.line, one.text))
            .collect();
        assert_eq!(told, ["-2b", "+2x", "+5e"]);
        assert!(changed(&texts("a b"), &texts("a b")).is_empty());
        assert_eq!(changed(&[], &texts("a b")).len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn what_is_common_and_what_changed_make_up_both(
            one in proptest::collection::vec("[ab]", 0..12), other in proptest::collection::vec("[ab]", 0..12),
        ) {
            let same = common(&one, &other);
            proptest::prop_assert!(same.iter().all(|(a, b)| one[*a] == other[*b]));
            proptest::prop_assert!(same.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            let count = |change| changed(&one, &other).iter().filter(|c| c.change == change).count();
            proptest::prop_assert_eq!(count(Change::Removed) + same.len(), one.len());
            proptest::prop_assert_eq!(count(Change::Added) + same.len(), other.len());
        }
    }
}
