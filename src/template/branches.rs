//! The branches of a wording: which there are, what they ask about, which values reach them.
//!
//! Owns the marking of branches, by which a set of proofs knows that it shows each of them.
//! Refuses nothing but what the wording itself refuses. Source: SPEC, `template proof`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    package::Package,
    wording::{BLOCKS, Wording, WordingError, block_name, is_name, unmarked},
};

/// Opens and closes the mark of a branch in an instrumented wording; private use, so that no text
/// holds them.
const BRANCH: [char; 2] = ['\u{E000}', '\u{E001}'];

/// A wording whose every branch marks itself, so that it can be told which are reached.
#[derive(Debug)]
pub struct Branches {
    wording: Wording,
    count: usize,
}

impl Branches {
    /// Marks each branch of the wording of `package` and of the blocks it includes: of every
    /// condition what follows if it holds, and what follows (or does not) if it does not hold.
    ///
    /// # Errors
    /// As [`Wording::compile`].
    pub fn of(package: &Package) -> Result<Self, WordingError> {
        let included = Wording::compile(package)?.blocks().to_vec();
        let mut count = 0;
        let mut files = package.files().clone();
        for (path, bytes) in &mut files {
            let own = path == "wording.tera"
                || block_name(path).is_some_and(|name| {
                    included.iter().any(|block| name == format!("{BLOCKS}{block}.tera"))
                });
            if own {
                *bytes = marked(&String::from_utf8_lossy(bytes), &mut count).into_bytes();
            }
        }
        let id = &package.metadata().id;
        let marked = Package::from_files(id, files)
            .map_err(|_| WordingError::Syntax { part: id.clone() })?;
        Ok(Self { wording: Wording::compile(&marked)?, count })
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Numbers of the branches that `facts` reach.
    #[must_use]
    pub fn reached(&self, facts: &serde_json::Value) -> BTreeSet<usize> {
        let [open, close] = BRANCH;
        let sections = self.wording.write(facts).unwrap_or_default();
        let lines = sections.into_values().flatten();
        lines
            .flat_map(|line| {
                let marks = line.split(open).skip(1);
                let number = |mark: &str| mark.split(close).next()?.parse().ok();
                marks.filter_map(number).collect::<Vec<usize>>()
            })
            .collect()
    }
}

/// Names that conditions of `package` ask about, each with the words it is compared with.
#[must_use]
pub fn conditions(package: &Package) -> BTreeMap<String, BTreeSet<String>> {
    let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let texts = package
        .files()
        .keys()
        .filter(|path| Path::new(path).extension().is_some_and(|ending| ending == "tera"));
    for tag in texts.flat_map(|path| package.text(path).split("{%").skip(1)) {
        let body = unmarked(tag.split_once("%}").map_or("", |(body, _)| body));
        let Some(("if" | "elif", condition)) = body.split_once(char::is_whitespace) else {
            continue;
        };
        let words: Vec<&str> = condition.split_whitespace().collect();
        for (at, word) in words.iter().enumerate() {
            if !is_name(word) || ["and", "or", "not"].contains(word) {
                continue;
            }
            let known = asked.entry((*word).to_owned()).or_default();
            let compared = words.get(at + 1).is_some_and(|next| ["==", "!="].contains(next));
            if let Some(value) = words.get(at + 2).filter(|_| compared) {
                known.insert(value.trim_matches('"').to_owned());
            }
        }
    }
    asked
}

/// `text` with a mark in each branch.
fn marked(text: &str, count: &mut usize) -> String {
    let [open, close] = BRANCH;
    let mut out = String::with_capacity(text.len() * 2);
    let mut has_else = Vec::new();
    let mut parts = text.split("{%");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (body, after) = part.split_once("%}").unwrap_or((part, ""));
        let word = unmarked(body).split_whitespace().next().unwrap_or_default();
        let mut mark = || {
            *count += 1;
            format!("{open}{}{close}", *count - 1)
        };
        match word {
            "if" => has_else.push(false),
            "else" => {
                if let Some(last) = has_else.last_mut() {
                    *last = true;
                }
            }
            "endif" if has_else.pop() == Some(false) => {
                let mark = mark();
                out.push_str("{% else %}");
                out.push_str(&mark);
            }
            _ => {}
        }
        out.push_str("{%");
        out.push_str(body);
        out.push_str("%}");
        if ["if", "elif", "else"].contains(&word) {
            out.push_str(&mark());
        }
        out.push_str(after);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::testing::card;

    fn package(wording: &str) -> Package {
        card(&[
            ("wording.tera", wording),
            ("_shared/blocks/own.tera", "{% if note %}{{ note }}{% endif %}"),
            ("_shared/blocks/other.tera", "{% if never %}x{% endif %}"),
        ])
    }

    #[test]
    fn each_branch_is_counted_with_those_of_included_blocks_only() {
        let package = package(
            "=== a\n{% if form == \"company\" %}贵公司{% elif form == \"unit\" %}贵单位{% else %}您{% endif %}\n\
             === b\n{% include \"blocks/own.tera\" %}\n",
        );
        let branches = Branches::of(&package).unwrap();
        assert_eq!(branches.count(), 5);
        let reached = |form: &str, note: &str| {
            branches.reached(&json!({ "form": form, "note": note, "never": "" })).len()
        };
        assert_eq!(reached("company", "x"), 2);
        let all: BTreeSet<usize> = [("company", "x"), ("unit", ""), ("person", "x")]
            .into_iter()
            .flat_map(|(form, note)| branches.reached(&json!({ "form": form, "note": note })))
            .collect();
        assert_eq!(all.len(), 5);
        let asked = conditions(&package);
        assert_eq!(asked["form"], ["company", "unit"].map(str::to_owned).into());
        assert!(asked["note"].is_empty());
    }
}
