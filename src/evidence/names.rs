//! From the names devices give to names that are safe everywhere.
//!
//! A file keeps its original name in `meta/originals.csv`, masked; in the container it has an
//! ASCII slug made from the masked name. Refused are original names that hide or redirect: control,
//! direction and invisible characters, paths in place of names, names that are not UTF-8. Slugs do
//! not depend on the order of intake: they are given in the order of kind and original name.
//! Source: SPEC "Bundle" (names), decision 12; promise 2.

use std::collections::BTreeMap;

use super::{
    container::path::{self, Paths, is_hidden},
    kind::Kind,
    words::Words,
};
use crate::masking::{Masking, mask_text};

/// Longest original name of one file, in bytes; what a file system allows.
const LONGEST_ORIGINAL: usize = 255;
const LONGEST_STEM: usize = 48;
const LONGEST_SUFFIX: usize = 8;

/// Says what makes `name` unfit as the original name of one file, if anything does.
///
/// # Errors
/// A few words that name the defect and never the name.
pub fn check_original(name: &str) -> Result<(), Words> {
    if name.is_empty() || name.len() > LONGEST_ORIGINAL {
        return Err(Words("it is empty or too long", "为空或过长"));
    }
    if name.chars().any(is_hidden) {
        return Err(Words(
            "it holds control, direction or invisible characters",
            "含控制、方向或不可见字符",
        ));
    }
    if name.contains(['/', '\\']) || name == "." || name == ".." {
        return Err(Words("it is a path, not a name", "它是路径而非名称"));
    }
    Ok(())
}

/// An original name as it may be shown and kept: numbers masked, hidden characters escaped.
#[must_use]
pub fn masked(name: &str, masking: &Masking) -> String {
    mask_text(&path::escaped(name), masking).text
}

/// Gives each file of a bundle its name in the container.
#[derive(Debug, Default)]
pub struct SafeNames {
    taken: Paths,
    /// The number after the last that was given, by the path without it.
    next: BTreeMap<String, u64>,
}

impl SafeNames {
    /// The path `data/<kind>/<slug>` of a file, from its masked original name.
    ///
    /// Call in the order of kind and original name, so that the numbers of equal slugs are the
    /// same for the same files.
    pub fn assign(&mut self, kind: Kind, masked: &str) -> String {
        let name = masked.rsplit('/').next().unwrap_or(masked);
        let (stem, suffix) = match name.rsplit_once('.') {
            Some((stem, suffix)) if !stem.is_empty() => (stem, slug(suffix, LONGEST_SUFFIX)),
            _ => (name, String::new()),
        };
        let stem = match slug(stem, LONGEST_STEM) {
            stem if stem.is_empty() || path::check(&stem).is_err() => {
                format!("{}{}{stem}", kind.name(), if stem.is_empty() { "" } else { "-" })
            }
            stem => stem,
        };
        let dot = if suffix.is_empty() { "" } else { "." };
        let first = format!("data/{}/{stem}{dot}{suffix}", kind.name());
        // All numbers before are taken.
        let mut number = self.next.get(&first).copied().unwrap_or(1);
        loop {
            let count = if number == 1 { String::new() } else { format!("-{number}") };
            let path = format!("data/{}/{stem}{count}{dot}{suffix}", kind.name());
            if self.taken.insert(&path).is_ok() {
                if number > 1 {
                    self.next.insert(first, number.saturating_add(1));
                }
                return path;
            }
            number = number.saturating_add(1);
        }
    }
}

/// Lower-case ASCII letters and digits of `text`, everything else as single hyphens.
fn slug(text: &str, longest: usize) -> String {
    let mut slug = String::new();
    for character in text.chars() {
        let character = match character.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9' | '_') => letter,
            '*' if slug.ends_with('x') => continue,
            // What was masked leaves a mark.
            '*' => 'x',
            _ if slug.is_empty() || slug.ends_with('-') => continue,
            _ => '-',
        };
        if slug.len() < longest {
            slug.push(character);
        }
    }
    slug.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn chinese_names_become_slugs_and_equal_slugs_are_numbered() {
        let mut names = SafeNames::default();
        assert_eq!(names.assign(Kind::DoorPlate, "门牌照片.JPG"), "data/door_plate/door_plate.jpg");
        assert_eq!(names.assign(Kind::DoorPlate, "楼道.jpg"), "data/door_plate/door_plate-2.jpg");
        assert_eq!(names.assign(Kind::Video, "a/IMG 0001(1).MOV"), "data/video/img-0001-1.mov");
        assert_eq!(names.assign(Kind::Other, "NUL.txt"), "data/other/other-nul.txt");
        assert_eq!(names.assign(Kind::Other, ".hidden"), "data/other/hidden");
        assert_eq!(names.assign(Kind::Other, "************1234.txt"), "data/other/x1234.txt");
    }

    #[test]
    fn names_that_hide_or_redirect_are_refused() {
        for name in ["", "a/b", "..", "c:\\x", "a\nb", "gpj.\u{202e}exe", "a\u{200b}", "\u{feff}a"]
        {
            assert!(check_original(name).is_err(), "{name:?}");
        }
        assert_eq!(check_original("录像 2026:11.mp4"), Ok(()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_names_get_safe_and_different_paths(names in proptest::collection::vec("\\PC{0,40}", 1..20)) {
            let mut safe = SafeNames::default();
            let mut seen = Paths::default();
            for name in &names {
                let path = safe.assign(Kind::Photo, name);
                prop_assert!(path.is_ascii() && !path.contains(['%', '*', ' ']));
                prop_assert!(seen.insert(&path).is_ok(), "{}", path);
            }
        }
    }
}
