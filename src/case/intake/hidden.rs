//! Which rows and columns of a workbook's first sheet do not show.
//!
//! Owns a reading of three members of the package, tag by tag: which sheet is first, where it lies,
//! and what of it is `hidden`, as filters and people set it, or has no height or width. It decides
//! nothing. What it cannot follow hides nothing here, for the reader of cells refuses such a
//! workbook. Source: ECMA-376 part 1, 18.3.1.13 and 18.3.1.73.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Cursor},
};

use zip::ZipArchive;

/// What does not show, counted from 0.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    pub(super) rows: BTreeSet<u32>,
    pub(super) columns: BTreeSet<u32>,
}

/// Rows and columns, of the first `most`, that do not show.
pub(super) fn of(packed: &[u8], most: u32) -> Hidden {
    let mut hidden = Hidden::default();
    let Some(path) = first_sheet(packed) else { return hidden };
    let mut next = 0_u32;
    each_tag(packed, &path, |tag| {
        match name(tag) {
            "col" if is_hidden(tag, "width") => {
                let bound = |name| attribute(tag, name).and_then(|at| at.parse::<u32>().ok());
                let first = bound("min").unwrap_or(1).saturating_sub(1);
                hidden.columns.extend(first..bound("max").unwrap_or(0).min(most));
            }
            "row" => {
                let row = attribute(tag, "r").and_then(|row| row.parse::<u32>().ok());
                let at = row.and_then(|row| row.checked_sub(1)).unwrap_or(next);
                if is_hidden(tag, "ht") {
                    hidden.rows.insert(at);
                }
                next = at.saturating_add(1);
            }
            _ => {}
        }
        true
    });
    hidden
}

/// Whether a tag says so, or gives no extent.
fn is_hidden(tag: &str, extent: &str) -> bool {
    matches!(attribute(tag, "hidden"), Some("1" | "true"))
        || attribute(tag, extent).and_then(|extent| extent.parse::<f64>().ok()) == Some(0.0)
}

/// Where the first sheet lies in the package.
fn first_sheet(packed: &[u8]) -> Option<String> {
    let mut id = None;
    each_tag(packed, "xl/workbook.xml", |tag| {
        let first = name(tag) == "sheet";
        if first {
            id = attribute(tag, "id").map(str::to_owned);
        }
        !first
    });
    let id = id?;
    let mut target = None;
    each_tag(packed, "xl/_rels/workbook.xml.rels", |tag| {
        let ours = name(tag) == "Relationship" && attribute(tag, "Id") == Some(&id);
        if ours {
            target = attribute(tag, "Target").map(str::to_owned);
        }
        !ours
    });
    let target = target?;
    let absolute = target.strip_prefix('/').map(str::to_owned);
    Some(absolute.unwrap_or_else(|| format!("xl/{target}")))
}

/// Hands `wanted` each tag of a member, until it has enough.
fn each_tag(packed: &[u8], path: &str, mut wanted: impl FnMut(&str) -> bool) {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(packed)) else { return };
    let Ok(member) = archive.by_name(path) else { return };
    let mut member = BufReader::new(member);
    let mut piece = Vec::new();
    loop {
        piece.clear();
        match member.read_until(b'>', &mut piece) {
            Ok(1..) => {}
            _ => return,
        }
        let text = String::from_utf8_lossy(&piece);
        let Some((_, tag)) = text.rsplit_once('<') else { continue };
        if !wanted(tag.trim_end_matches(['>', '/'])) {
            return;
        }
    }
}

/// A tag's name without its prefix.
fn name(tag: &str) -> &str {
    let name = tag.split_whitespace().next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

/// An attribute by its name without prefix.
fn attribute<'a>(tag: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = tag.split_once(char::is_whitespace)?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after.get(1..)?.split_once(quote)?;
        if key.trim().rsplit(':').next() == Some(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_whatever_its_prefix_and_quotes() {
        let tag = r#"x:row r="3" spans='1:2' hidden="1" x14ac:dyDescent="0.2""#;
        assert_eq!((name(tag), attribute(tag, "r")), ("row", Some("3")));
        assert_eq!(attribute(tag, "hidden"), Some("1"));
        assert_eq!(attribute(tag, "dyDescent"), Some("0.2"));
        assert_eq!(attribute("row", "r"), None);
        assert!(is_hidden(tag, "ht"));
        assert!(is_hidden(r#"col min="2" max="2" width="0" customWidth="1""#, "width"));
        assert!(!is_hidden(r#"col min="2" max="2" width="9.5" hidden="0""#, "width"));
    }
}
