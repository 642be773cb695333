//! Which names an entry may have, and which two names are one.
//!
//! A path is refused when any common system would read it as another one, or show it as another
//! one: absolute or with dot parts, with backslash, colon or percent sign, with control, bidi or
//! invisible characters, not in NFC, ending in a dot or a blank, or a device name of Windows.
//! Two paths are one when they are equal after NFKC and case folding, or when one is a folder of
//! the other. Source: SPEC "Bundle"; RFC 8493 section 5; UAX #15, UAX #9.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{ContainerError, name_set::Names};
use crate::{
    evidence::words::Words,
    masking::{Masking, mask_text},
};

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
pub fn check(path: &str) -> Result<(), Words> {
    if path.is_empty() {
        return Err(Words("it is empty", "为空"));
    }
    if path.len() > MAX_PATH {
        return Err(Words("it is too long", "过长"));
    }
    // Of ASCII, as paths in a bundle are, only controls are hidden, and all of it is in NFC.
    let is_ascii = path.is_ascii();
    let hidden = if is_ascii {
        path.bytes().any(|byte| byte.is_ascii_control())
    } else {
        path.chars().any(is_hidden)
    };
    if hidden {
        return Err(Words(
            "it holds control, direction or invisible characters",
            "含控制、方向或不可见字符",
        ));
    }
    let is_read_otherwise =
        |byte| matches!(byte, b'\\' | b':' | b'%' | b'*' | b'?' | b'"' | b'<' | b'>' | b'|');
    if path.bytes().any(is_read_otherwise) {
        return Err(Words(
            "it holds a character that some system reads in its own way",
            "含某些系统会另作解释的字符",
        ));
    }
    if !is_ascii && !is_nfc(path) {
        return Err(Words("it is not in Unicode normal form C", "不是 Unicode NFC 规范形式"));
    }
    path.split('/').try_for_each(check_part)
}

fn check_part(part: &str) -> Result<(), Words> {
    if part.is_empty() {
        return Err(Words(
            "it has an empty part, or begins or ends with `/`",
            "含空的路径段，或以 `/` 开头或结尾",
        ));
    }
    if part == "." || part == ".." {
        return Err(Words("it has a dot segment", "含 `.` 或 `..` 路径段"));
    }
    if part.ends_with(['.', ' ']) || part.starts_with(' ') {
        return Err(Words(
            "a part begins with a blank, or ends in a dot or a blank",
            "路径段以空格开头，或以点或空格结尾",
        ));
    }
    let stem = part.split('.').next().unwrap_or(part).trim_end();
    if matches!(stem.len(), 3 | 4) && DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device))
    {
        return Err(Words("a part is a device name of Windows", "路径段是 Windows 设备名"));
    }
    Ok(())
}

/// Says what makes `path` unsafe in a container of others, where names need only lead nowhere and
/// be read alike by all.
///
/// # Errors
/// A few words that name the defect and never the path.
pub fn check_foreign(path: &str) -> Result<(), Words> {
    if path.chars().any(|character| character.is_control() || character == '\u{fffd}') {
        return Err(Words("it holds control characters", "含控制字符"));
    }
    let mut letters = path.chars();
    let drive = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.next() == Some(':');
    if drive || path.contains('\\') {
        return Err(Words(
            "it holds a character that some system reads in its own way",
            "含某些系统会另作解释的字符",
        ));
    }
    path.split('/').try_for_each(|part| match part {
        "" => Err(Words(
            "it has an empty part, or begins or ends with `/`",
            "含空的路径段，或以 `/` 开头或结尾",
        )),
        "." | ".." => Err(Words("it has a dot segment", "含 `.` 或 `..` 路径段")),
        _ => Ok(()),
    })
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
    // Of ASCII, as paths in a bundle are, nothing else is left of it.
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    path.nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect()
}

/// `path` as it may be shown: hidden characters escaped, full numbers masked.
#[must_use]
pub fn shown(path: &str) -> String {
    mask_text(&escaped(path), &Masking::default()).text
}

/// `text` with its hidden characters escaped.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            escaped.extend(character.escape_unicode());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// The paths of one container so far.
#[derive(Debug, Default)]
pub struct Paths {
    files: Names,
    folders: Names,
    /// The folder of the last, which is among the folders with all it is in.
    last: String,
}

impl Paths {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.files.count()
    }

    /// The path that came as the `number`th, from 0, as it is compared.
    pub(super) fn folded(&self, number: usize) -> Option<&str> {
        self.files.name(number)
    }

    /// Takes in `path`.
    ///
    /// # Errors
    /// [`ContainerError::UnsafePath`] or [`ContainerError::SameName`].
    pub fn insert(&mut self, path: &str) -> Result<(), ContainerError> {
        check(path).map_err(|what| ContainerError::UnsafePath { path: shown(path), what })?;
        self.take(path, &fold(path))
    }

    /// Takes in a path of a container of others, where case and Unicode form tell names apart.
    ///
    /// # Errors
    /// [`ContainerError::UnsafePath`] or [`ContainerError::SameName`].
    pub fn insert_foreign(&mut self, path: &str) -> Result<(), ContainerError> {
        check_foreign(path)
            .map_err(|what| ContainerError::UnsafePath { path: shown(path), what })?;
        self.take(path, path)
    }

    fn take(&mut self, path: &str, folded: &str) -> Result<(), ContainerError> {
        let above = folded.rsplit_once('/').map_or("", |(above, _)| above);
        if !above.is_empty() && above == self.last {
            // Neither it nor what it is in is a file.
            let is_new = !self.folders.contains(folded) && self.files.insert(folded);
            return if is_new {
                Ok(())
            } else {
                Err(ContainerError::SameName { path: shown(path) })
            };
        }
        let parents = || folded.match_indices('/').filter_map(|(at, _)| folded.get(..at));
        // A folder that is known was held against the files when it came.
        let is_file = |parent| !self.folders.contains(parent) && self.files.contains(parent);
        if self.folders.contains(folded) || parents().any(is_file) || !self.files.insert(folded) {
            return Err(ContainerError::SameName { path: shown(path) });
        }
        for parent in parents() {
            self.folders.insert(parent);
        }
        above.clone_into(&mut self.last);
        Ok(())
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

    #[test]
    fn a_file_beside_the_last_one_is_held_against_folders_and_files_all_the_same() {
        let mut paths = Paths::default();
        paths.insert("data/a/1").unwrap();
        paths.insert("data/b").unwrap();
        for taken in ["data/A", "data/B", "data/b/2"] {
            assert!(paths.insert(taken).is_err(), "{taken}");
        }
        paths.insert("data/c").unwrap();
        paths.insert("data/c1/1").unwrap();
        assert!(paths.insert("data/c1").is_err());
    }
}
