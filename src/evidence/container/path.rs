//! Which names an entry may have, and which two names are one.
//!
//! A path is refused when any common system would read it as another one, or show it as another
//! one: absolute or with dot parts, with backslash, colon or percent sign, with control, bidi or
//! invisible characters, not in NFC, ending in a dot or a blank, or a device name of Windows.
//! Two paths are one when they are equal after NFKC and case folding, or when one is a folder of
//! the other. Source: SPEC "Bundle"; RFC 8493 section 5; UAX #15, UAX #9.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::ContainerError;

/// Longest path of an entry, in bytes.
pub const MAX_PATH: usize = 240;

const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Says what makes `path` unsafe, if anything does.
///
/// # Errors
/// A few words that name the defect and never the path.
pub fn check(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("it is empty");
    }
    if path.len() > MAX_PATH {
        return Err("it is too long");
    }
    if path.chars().any(is_hidden) {
        return Err("it holds control, direction or invisible characters");
    }
    if path.contains(['\\', ':', '%', '*', '?', '"', '<', '>', '|']) {
        return Err("it holds a character that some system reads in its own way");
    }
    if !is_nfc(path) {
        return Err("it is not in Unicode normal form C");
    }
    path.split('/').try_for_each(check_part)
}

fn check_part(part: &str) -> Result<(), &'static str> {
    if part.is_empty() {
        return Err("it has an empty part, or begins or ends with `/`");
    }
    if part == "." || part == ".." {
        return Err("it has a dot segment");
    }
    if part.ends_with(['.', ' ']) || part.starts_with(' ') {
        return Err("a part begins with a blank, or ends in a dot or a blank");
    }
    let stem = part.split('.').next().unwrap_or(part).trim_end();
    if DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) {
        return Err("a part is a device name of Windows");
    }
    Ok(())
}

/// Whether `character` steers the text or does not show: controls, line breaks, bidi marks,
/// zero-width and tag characters, the private use areas and the replacement character.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{ffff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{10ffff}')
}

/// The form in which two names are compared: NFKC and case folded.
#[must_use]
pub fn fold(path: &str) -> String {
    path.nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect()
}

/// `path` as it may be shown: hidden characters escaped.
#[must_use]
pub fn shown(path: &str) -> String {
    path.chars()
        .map(|character| {
            if is_hidden(character) {
                character.escape_unicode().to_string()
            } else {
                character.to_string()
            }
        })
        .collect()
}

/// The paths of one container so far.
#[derive(Debug, Default)]
pub struct Paths {
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Paths {
    /// Takes in `path`.
    ///
    /// # Errors
    /// [`ContainerError::UnsafePath`] or [`ContainerError::SameName`].
    pub fn insert(&mut self, path: &str) -> Result<(), ContainerError> {
        check(path).map_err(|what| ContainerError::UnsafePath { path: shown(path), what })?;
        let folded = fold(path);
        let parents: Vec<String> =
            folded.match_indices('/').map(|(at, _)| folded.chars_before(at)).collect();
        if self.folders.contains(&folded)
            || parents.iter().any(|parent| self.files.contains(parent))
            || !self.files.insert(folded)
        {
            return Err(ContainerError::SameName { path: shown(path) });
        }
        self.folders.extend(parents);
        Ok(())
    }
}

trait CharsBefore {
    fn chars_before(&self, at: usize) -> String;
}

impl CharsBefore for String {
    fn chars_before(&self, at: usize) -> String {
        self.get(..at).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_some_system_reads_otherwise_are_refused() {
        for path in [
            "",
            "/a",
            "a/",
            "a//b",
            "./a",
            "a/..",
            "a\\b",
            "c:a",
            "a%20b",
            "a\nb",
            "a\u{202e}b",
            "a\u{200b}b",
            "a.",
            "a /b",
            "aux.txt",
            "x/NUL",
            "e\u{301}",
            "a\u{0}",
        ] {
            assert!(check(path).is_err(), "{path:?}");
        }
        for path in ["a", "data/门牌.jpg", "data/.hidden", "a..b", "data/a b.txt", "console"] {
            assert_eq!(check(path), Ok(()), "{path:?}");
        }
    }

    #[test]
    fn names_equal_after_folding_and_files_used_as_folders_are_one() {
        for (first, second) in [
            ("a/B", "A/b"),
            ("straße", "STRASSE"),
            ("ﬁle", "file"),
            ("a", "a/b"),
            ("x/y/z", "X/Y"),
            ("Ａ", "a"),
        ] {
            let mut paths = Paths::default();
            paths.insert(first).unwrap();
            assert!(
                matches!(paths.insert(second), Err(ContainerError::SameName { .. })),
                "{first} {second}"
            );
        }
        let mut paths = Paths::default();
        paths.insert("data/a").unwrap();
        paths.insert("data/b").unwrap();
    }
}
