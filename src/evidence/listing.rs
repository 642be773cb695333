//! The files of a bundle, held small: there may be two hundred thousand of them.
//!
//! Names and paths stand one behind the other in one text, and of each file stays a row of forty
//! bytes. What few files have is kept beside: a name that had to be masked, what a person says.
//! Of what the bytes say stays what later stages ask for, in the same text, and once for neighbours
//! that are alike: ten thousand films differ in their times alone.

use std::collections::BTreeMap;

use super::{
    intake::Details,
    kind::Kind,
    media::{Format, MediaFacts},
    walk::Stamp,
};
use crate::digest::Digest;

/// One file that was taken in.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Its path below the folder.
    pub(super) original: &'a str,
    pub(super) stamp: Stamp,
    /// That path, masked.
    pub masked_original: &'a str,
    /// Its path in the container.
    pub path: &'a str,
    /// What it is evidence of.
    pub kind: Kind,
    /// What its bytes say.
    pub facts: Told<'a>,
    /// What a person says.
    pub details: &'a Details,
}

impl Item<'_> {
    /// Size in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.stamp.size
    }
}

/// What the bytes of a file say, as far as it is asked for once they were judged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Told<'a> {
    /// Format.
    pub format: Format,
    /// Duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// When it was captured, as the device claims.
    pub captured: Option<&'a str>,
    /// Maker and model of the device, as it claims.
    pub device: Option<&'a str>,
}

impl<'a> From<&'a MediaFacts> for Told<'a> {
    fn from(facts: &'a MediaFacts) -> Self {
        Self {
            format: facts.format,
            duration_ms: facts.duration_ms,
            captured: facts.captured.as_deref(),
            device: facts.device.as_deref(),
        }
    }
}

/// What a person says of most files.
pub(super) static NOTHING: Details =
    Details { recording_id: None, captured_at: None, device: None };

/// A name in the text of a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Name {
    start: u32,
    length: u16,
}

impl Name {
    fn put(text: &mut String, name: &str) -> Option<Self> {
        let start = u32::try_from(text.len()).ok()?;
        let length = u16::try_from(name.len()).ok()?;
        text.push_str(name);
        Some(Self { start, length })
    }

    fn of(self, text: &str) -> &str {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        text.get(start..start.saturating_add(usize::from(self.length))).unwrap_or_default()
    }
}

/// A file that a walk met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    name: Name,
    pub(super) stamp: Stamp,
    pub(super) kind: Option<Kind>,
}

/// The files that a walk met.
#[derive(Debug, Default)]
pub(super) struct Walked {
    text: String,
    files: Vec<Met>,
}

impl Walked {
    /// Adds a file; `false` if there is no room for its name.
    pub(super) fn push(&mut self, original: &str, stamp: Stamp) -> bool {
        let name = Name::put(&mut self.text, original);
        self.files.extend(name.map(|name| Met { name, stamp, kind: None }));
        name.is_some()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Sorts them by name.
    pub(super) fn sort(&mut self) {
        let Self { text, files } = self;
        files.sort_unstable_by(|one, other| one.name.of(text).cmp(other.name.of(text)));
    }

    /// Gives each the kind that its name tells, and sorts them by kind and name.
    pub(super) fn sort_into(&mut self, kind: impl Fn(&str) -> Option<Kind>) {
        let Self { text, files } = self;
        for file in files.iter_mut() {
            file.kind = kind(file.name.of(text));
        }
        files.sort_unstable_by(|one, other| {
            let by_kind = one.kind.map(Kind::name).cmp(&other.kind.map(Kind::name));
            by_kind.then_with(|| one.name.of(text).cmp(other.name.of(text)))
        });
    }

    /// Their names, in their order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.of(&self.text))
    }

    /// An empty list in which their names stand, and the files.
    pub(super) fn into_listing(self) -> (Listing, Vec<Met>) {
        let rows = Vec::with_capacity(self.files.len());
        (Listing { rows, text: self.text, ..Listing::default() }, self.files)
    }
}

/// One file of a list.
#[derive(Clone, Copy, Debug)]
struct Row {
    stamp: Stamp,
    original: u32,
    path: u32,
    facts: u32,
    original_length: u16,
    path_length: u8,
    kind: Kind,
}

impl Row {
    const fn original(&self) -> Name {
        Name { start: self.original, length: self.original_length }
    }

    fn path(&self) -> Name {
        Name { start: self.path, length: u16::from(self.path_length) }
    }
}

/// What the bytes of a file say, its words in the text of the list.
#[derive(Clone, Copy, Debug)]
struct Fact {
    duration_ms: Option<u64>,
    captured: Option<Name>,
    device: Option<Name>,
    format: Format,
}

impl Fact {
    fn told(self, text: &str) -> Told<'_> {
        Told {
            format: self.format,
            duration_ms: self.duration_ms,
            captured: self.captured.map(|name| name.of(text)),
            device: self.device.map(|name| name.of(text)),
        }
    }
}

/// The files that were taken in, by their paths in the container.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    rows: Vec<Row>,
    text: String,
    facts: Vec<Fact>,
    /// Masked names of those that are not shown as they are, by where the name starts.
    masked: BTreeMap<u32, String>,
    /// What a person says, by where the name starts.
    details: BTreeMap<u32, Details>,
}

impl Listing {
    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.rows.len()
    }

    /// The one at `place`, from 0.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Item<'_>> {
        self.item(self.rows.get(place)?)
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = Item<'_>> {
        self.rows.iter().filter_map(|row| self.item(row))
    }

    /// Their paths in the container, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.path().of(&self.text))
    }

    /// Places of all, by their names below the folder.
    pub(super) fn by_original(&self) -> Vec<u32> {
        let mut places: Vec<u32> = (0..).take(self.rows.len()).collect();
        places.sort_unstable_by_key(|place| self.original(*place));
        places
    }

    /// Name below the folder of the one at `place`.
    pub(super) fn original(&self, place: u32) -> &str {
        self.row(place).map_or("", |row| row.original().of(&self.text))
    }

    /// The state in which the one at `place` was met.
    pub(super) fn stamp(&self, place: u32) -> Option<Stamp> {
        self.row(place).map(|row| row.stamp)
    }

    fn row(&self, place: u32) -> Option<&Row> {
        self.rows.get(usize::try_from(place).ok()?)
    }

    fn item(&self, row: &Row) -> Option<Item<'_>> {
        let original = row.original().of(&self.text);
        Some(Item {
            original,
            stamp: row.stamp,
            masked_original: self.masked.get(&row.original).map_or(original, String::as_str),
            path: row.path().of(&self.text),
            kind: row.kind,
            facts: self.facts.get(usize::try_from(row.facts).ok()?)?.told(&self.text),
            details: self.details.get(&row.original).unwrap_or(&NOTHING),
        })
    }

    /// Name below the folder of a file that a walk met.
    pub(super) fn name_of(&self, met: &Met) -> &str {
        met.name.of(&self.text)
    }

    /// Adds what was `met`, of which `item` tells the rest; `false` if there is no room for it.
    pub(super) fn push(&mut self, met: &Met, item: &Item<'_>) -> bool {
        if self.facts.last().map(|last| last.told(&self.text)) != Some(item.facts) {
            let Some(fact) = self.fact(item.facts) else { return false };
            self.facts.push(fact);
        }
        let facts = self.facts.len().checked_sub(1).and_then(|at| u32::try_from(at).ok());
        let path = Name::put(&mut self.text, item.path);
        let path = path.and_then(|path| Some((path.start, u8::try_from(path.length).ok()?)));
        let (Some(facts), Some((path, path_length))) = (facts, path) else { return false };
        let Name { start: original, length: original_length } = met.name;
        if item.masked_original != item.original {
            self.masked.insert(original, item.masked_original.to_owned());
        }
        let (stamp, kind) = (item.stamp, item.kind);
        self.rows.push(Row { stamp, original, path, facts, original_length, path_length, kind });
        true
    }

    /// Puts what is `told` into the text, unless the file before told the same.
    fn fact(&mut self, told: Told<'_>) -> Option<Fact> {
        let last = self.facts.last().copied();
        let Self { text, .. } = self;
        let mut put = |words: Option<&str>, before: Option<Name>| match (words, before) {
            (None, _) => Some(None),
            (Some(words), Some(before)) if before.of(text) == words => Some(Some(before)),
            (Some(words), _) => Name::put(text, words).map(Some),
        };
        Some(Fact {
            duration_ms: told.duration_ms,
            captured: put(told.captured, last.and_then(|last| last.captured))?,
            device: put(told.device, last.and_then(|last| last.device))?,
            format: told.format,
        })
    }

    /// Sorts them by their paths in the container.
    pub(super) fn sort(&mut self) {
        let Self { rows, text, .. } = self;
        rows.sort_unstable_by(|one, other| one.path().of(text).cmp(other.path().of(text)));
        self.text.shrink_to_fit();
    }

    /// What a person says of the one at `place`, to be changed.
    pub(super) fn details_mut(&mut self, place: usize) -> Option<&mut Details> {
        let original = self.rows.get(place)?.original;
        Some(self.details.entry(original).or_default())
    }
}

/// The files of a payload that was sealed, by path.
#[derive(Clone, Debug, Default)]
pub struct SealedFiles {
    pub(super) listing: Listing,
    pub(super) digests: Vec<Digest>,
}

/// One file of a sealed payload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SealedFile<'a> {
    /// Path in the container.
    pub path: &'a str,
    /// What it is evidence of.
    pub kind: Kind,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Length in bytes.
    pub bytes: u64,
    /// The recording's number.
    pub recording_id: Option<&'a str>,
}

impl SealedFiles {
    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.digests.len()
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = SealedFile<'_>> {
        self.listing.all().zip(&self.digests).map(|(item, digest)| SealedFile {
            path: item.path,
            kind: item.kind,
            digest: *digest,
            bytes: item.bytes(),
            recording_id: item.details.recording_id.as_deref(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_a_list_is_forty_bytes() {
        assert_eq!(size_of::<Row>(), 40);
    }

    #[test]
    fn what_films_say_is_held_in_few_bytes_and_told_as_it_was() {
        assert!(size_of::<Fact>() <= 56, "{}", size_of::<Fact>());
        let mut walked = Walked::default();
        let stamp = Stamp::nothing();
        let films: Vec<MediaFacts> = (0..100)
            .map(|at| MediaFacts {
                duration_ms: Some(at),
                captured: Some(format!("2026-11-24T10:00:{:02}", at / 2 % 60)),
                device: (at % 10 != 0).then(|| "记录仪 X1".to_owned()),
                codec: Some("avc1".to_owned()),
                ..MediaFacts::of(Format::Mp4)
            })
            .collect();
        for at in 0..films.len() {
            assert!(walked.push(&format!("{at:03}.mp4"), stamp));
        }
        walked.sort_into(|_| Some(Kind::Video));
        let (mut items, met) = walked.into_listing();
        for (met, facts) in met.iter().zip(&films) {
            let original = items.name_of(met).to_owned();
            let item = Item {
                original: &original,
                stamp,
                masked_original: &original,
                path: &format!("data/video/{original}"),
                kind: Kind::Video,
                facts: facts.into(),
                details: &NOTHING,
            };
            assert!(items.push(met, &item));
        }
        for (item, facts) in items.all().zip(&films) {
            assert_eq!(item.facts, Told::from(facts), "{}", item.path);
        }
        // A device is written once while it stays the same.
        assert_eq!(items.text.matches("记录仪").count(), 10);
    }
}
