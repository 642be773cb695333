//! The closed set of fonts of a press.
//!
//! Fonts come in as bytes and nothing else is ever looked for. The digest of the set is part of
//! what approvers sign, since another font is another page. Refuses unreadable files and two
//! faces between which only their order would choose. Source: SPEC, decision 11.

use std::collections::BTreeSet;
use std::{
    borrow::Cow,
    fmt::{self, Write as _},
    sync::Arc,
};

use typst::{
    foundations::Bytes,
    text::{Font, FontBook},
    utils::LazyHash,
};

use super::{TypesetError, parting::Twins};
use crate::{digest::Digest, problem::Report};

/// Fonts given by name and bytes, parsed once. Cloning shares them.
#[derive(Clone)]
pub struct FontSet(Arc<Inner>);

struct Inner {
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
    digest: Digest,
    twins: Arc<Twins>,
}

impl FontSet {
    /// Parses `files`, given as file name and bytes. Their order does not matter.
    ///
    /// # Errors
    /// All of [`TypesetError::FontUnreadable`] and [`TypesetError::FontTwice`] at once.
    pub fn new(
        files: impl IntoIterator<Item = (String, Cow<'static, [u8]>)>,
    ) -> Result<Self, Vec<Report>> {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut listing = String::new();
        let mut faces: Vec<Font> = Vec::new();
        let mut reports = Vec::new();
        for (name, bytes) in files {
            // Writing to a string does not fail.
            let _ = writeln!(listing, "{}  {name}", Digest::of(&bytes));
            let before = faces.len();
            for face in Font::iter(Bytes::new(bytes)) {
                let info = face.info();
                if faces.iter().any(|known| {
                    let known = known.info();
                    known.family.eq_ignore_ascii_case(&info.family) && known.variant == info.variant
                }) {
                    let family = info.family.clone();
                    reports.push(TypesetError::FontTwice { name: name.clone(), family }.into());
                }
                faces.push(face);
            }
            if faces.len() == before {
                reports.push(TypesetError::FontUnreadable { name }.into());
            }
        }
        if !reports.is_empty() {
            return Err(reports);
        }
        let book = LazyHash::new(FontBook::from_fonts(&faces));
        Ok(Self(Arc::new(Inner {
            book,
            faces,
            digest: Digest::of(listing),
            twins: Arc::default(),
        })))
    }

    /// SHA-256 over the lines `SHA-256, two spaces, name` of the files, sorted by name.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.digest
    }

    /// The same set with the faces of `families` only: a layout that asks for another font gets a
    /// warning, and so a refusal. The digest stays that of the whole set.
    #[must_use]
    pub fn only(&self, families: &BTreeSet<String>) -> Self {
        let wanted = |face: &&Font| families.contains(face.info().family.as_str());
        let faces: Vec<Font> = self.0.faces.iter().filter(wanted).cloned().collect();
        let book = LazyHash::new(FontBook::from_fonts(&faces));
        let twins = Arc::clone(&self.0.twins);
        Self(Arc::new(Inner { book, faces, digest: self.0.digest, twins }))
    }

    /// Names of the families, sorted.
    pub fn families(&self) -> impl Iterator<Item = &str> {
        self.0.book.families().map(|(family, _)| family)
    }

    /// Whether a face of `family` draws `character`.
    #[must_use]
    pub fn draws(&self, family: &str, character: char) -> bool {
        self.0
            .book
            .select_family(&family.to_lowercase())
            .filter_map(|index| self.0.book.info(index))
            .any(|info| info.coverage.contains(character.into()))
    }

    pub(super) fn twins(&self) -> &Twins {
        &self.0.twins
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        &self.0.book
    }

    pub(super) fn face(&self, index: usize) -> Option<Font> {
        self.0.faces.get(index).cloned()
    }
}

impl fmt::Debug for FontSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "FontSet({}, {:?})",
            self.families().collect::<Vec<_>>().join(", "),
            self.0.digest
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_face_is_named() {
        let refused =
            FontSet::new([("broken.ttf".to_owned(), Cow::Borrowed(&b"no font"[..]))]).unwrap_err();
        assert_eq!(refused[0].code.code, "CH-P001");
        assert!(refused[0].english.contains("broken.ttf"));
    }

    #[test]
    fn digest_depends_on_the_files_and_not_on_their_order() {
        let Some(files) = crate::typeset::specimen::font_files() else { return };
        let set = FontSet::new(files.clone()).unwrap();
        let turned = FontSet::new(files.iter().rev().cloned()).unwrap();
        assert_eq!(set.digest(), turned.digest());
        let renamed = FontSet::new(files.into_iter().map(|(name, bytes)| (name + "x", bytes)));
        assert_ne!(set.digest(), renamed.unwrap().digest());
    }

    #[test]
    fn the_same_face_twice_is_refused() {
        let Some(files) = crate::typeset::specimen::font_files() else { return };
        let (name, bytes) = files[0].clone();
        let twice = [(name, bytes.clone()), ("again.ttf".to_owned(), bytes)];
        assert_eq!(FontSet::new(twice).unwrap_err()[0].code.code, "CH-P002");
    }
}
