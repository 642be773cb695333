//! Which rows and columns of a workbook's first sheet do not show.
//!
//! Owns a reading of three members of the package, tag by tag: which sheet is first, where it lies,
//! and what of it is `hidden`, as filters and people set it, or has no height or width. It decides
//! nothing. It holds one tag at a time, and refuses one longer than any that programs write. What it cannot follow hides nothing here, for the reader of cells refuses such a
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

/// Longest tag that is held, in bytes; spreadsheet programs write some hundred.
const LONGEST: usize = 64 << 10;
/// Bytes that are held of what is no tag.
const DATA: usize = 16;

/// A tag goes on for longer than any spreadsheet program writes.
#[derive(Debug)]
pub(super) struct TagTooLong;

/// Rows and columns, of the first `most`, that do not show.
pub(super) fn of(packed: &[u8], most: u32) -> Result<Hidden, TagTooLong> {
    let mut hidden = Hidden::default();
    let Some(path) = first_sheet(packed)? else { return Ok(hidden) };
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
    })?;
    Ok(hidden)
}

/// Whether a tag says so, or gives no extent.
fn is_hidden(tag: &str, extent: &str) -> bool {
    matches!(attribute(tag, "hidden"), Some("1" | "true"))
        || attribute(tag, extent).and_then(|extent| extent.parse::<f64>().ok()) == Some(0.0)
}

/// Where the first sheet lies in the package.
fn first_sheet(packed: &[u8]) -> Result<Option<String>, TagTooLong> {
    let mut id = None;
    each_tag(packed, "xl/workbook.xml", |tag| {
        let first = name(tag) == "sheet";
        if first {
            id = attribute(tag, "id").map(str::to_owned);
        }
        !first
    })?;
    let Some(id) = id else { return Ok(None) };
    let mut target = None;
    each_tag(packed, "xl/_rels/workbook.xml.rels", |tag| {
        let ours = name(tag) == "Relationship" && attribute(tag, "Id") == Some(&id);
        if ours {
            target = attribute(tag, "Target").map(str::to_owned);
        }
        !ours
    })?;
    Ok(target.map(|target: String| {
        let absolute = target.strip_prefix('/').map(str::to_owned);
        absolute.unwrap_or_else(|| format!("xl/{target}"))
    }))
}

/// Hands `wanted` each tag of a member, until it has enough.
fn each_tag(packed: &[u8], path: &str, wanted: impl FnMut(&str) -> bool) -> Result<(), TagTooLong> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(packed)) else { return Ok(()) };
    let Ok(member) = archive.by_name(path) else { return Ok(()) };
    tags(BufReader::new(member), wanted)
}

/// As [`each_tag`], of `bytes`. No more of them is held than one tag; comments, instructions and
/// character data are passed over.
fn tags(bytes: impl BufRead, mut wanted: impl FnMut(&str) -> bool) -> Result<(), TagTooLong> {
    let mut tag: Vec<u8> = Vec::new();
    let mut inside = false;
    let mut quote = None;
    for byte in bytes.bytes() {
        let Ok(byte) = byte else { return Ok(()) };
        if !inside {
            inside = byte == b'<';
            tag.clear();
            quote = None;
        } else if byte == b'>' && ends(&tag, quote) {
            inside = false;
            let text = String::from_utf8_lossy(&tag);
            let is_tag = !text.starts_with(['!', '?']);
            if is_tag && !wanted(text.trim_end_matches('/')) {
                return Ok(());
            }
        } else {
            if let Some(open) = quote {
                quote = Some(open).filter(|open| *open != byte);
            } else if matches!(byte, b'"' | b'\'') && !is_data(&tag) {
                quote = Some(byte);
            }
            tag.push(byte);
            if is_data(&tag) && tag.len() > DATA {
                // Only how it ends is of interest.
                tag.remove(DATA - 2);
            } else if tag.len() > LONGEST {
                return Err(TagTooLong);
            }
        }
    }
    Ok(())
}

/// Whether what begins so is a comment, an instruction or character data, in which quotes mean
/// nothing.
fn is_data(tag: &[u8]) -> bool {
    [&b"!--"[..], b"![CDATA[", b"?"].iter().any(|begin| tag.starts_with(begin))
}

/// Whether `>` ends what stands before it.
fn ends(tag: &[u8], quote: Option<u8>) -> bool {
    if tag.starts_with(b"!--") {
        tag.len() >= 5 && tag.ends_with(b"--")
    } else if tag.starts_with(b"![CDATA[") {
        tag.ends_with(b"]]")
    } else if tag.starts_with(b"?") {
        tag.len() >= 2 && tag.ends_with(b"?")
    } else {
        quote.is_none()
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
    use std::io::Read as _;

    use super::*;

    #[test]
    fn tags_are_found_whatever_stands_in_quotes_comments_and_data() {
        let found = |text: &str| {
            let mut found = Vec::new();
            tags(text.as_bytes(), |tag| {
                found.push(tag.to_owned());
                true
            })
            .unwrap();
            found
        };
        let text = "<?xml version='1.0'?><!-- don't <a b=\"1\"> --><sheet><row note='a>b' \
                    hidden=\"1\"/>x<![CDATA[ <row> ]] \" ]]></sheet><unclosed a='";
        assert_eq!(found(text), ["sheet", "row note='a>b' hidden=\"1\"", "/sheet"]);
        assert_eq!(attribute(&found(text)[1], "hidden"), Some("1"));
        assert_eq!(found("<!--><row>--><c>"), ["c"]);
    }

    #[test]
    fn an_unclosed_element_is_refused_and_not_held_and_long_data_are_passed_over() {
        let long = |text: &'static str, end: &'static str| {
            text.as_bytes().chain(std::io::repeat(b'x').take(4 << 20)).chain(end.as_bytes())
        };
        assert!(tags(BufReader::new(long("<row r=\"", "\">")), |_| true).is_err());
        assert!(tags(BufReader::new(long("<row", "")), |_| true).is_err());
        for (begin, end) in [("<!--", "--><row>"), ("<t>", "</t><row>"), ("<![CDATA[", "]]><row>")]
        {
            let mut last = String::new();
            let read = tags(BufReader::new(long(begin, end)), |tag| {
                tag.clone_into(&mut last);
                true
            });
            assert!(read.is_ok() && last == "row", "{begin}");
        }
    }

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
