//! The deterministic writer: same contents in the same order, same bytes.
//!
//! Everything is stored, dated 1980-01-01, flagged UTF-8; zip64 fields appear only where a number
//! needs them. It writes from the first byte to the last and never goes back: the CRC of a long
//! content is known when it begins, so there are no data descriptors.
//! Source: SPEC "Bundle"; EN 319 162-1 annex A (mimetype first).

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::{
    ContainerError, Entry, Method, Result,
    fixity::{BUFFER, Fixity, Summing},
    format,
    path::{Paths, shown},
};
use crate::{digest::Digest, evidence::words::Words};

/// Writes one container from its first byte to its last.
pub struct Writer<W> {
    out: W,
    at: u64,
    /// Paths of the entries so far, in their order, as they are compared.
    paths: Paths,
    /// Those written otherwise than they are compared, by number.
    unfolded: BTreeMap<usize, String>,
    /// Size and CRC of each. With its path this is all its record says: the directory is made of
    /// it in the end, since as bytes it would be several times as large.
    sums: Vec<Sum>,
}

/// What a record says besides path and place.
#[derive(Clone, Copy)]
struct Sum {
    size: [u8; 8],
    crc32: u32,
}

impl<W: Write> Writer<W> {
    /// Begins a container at the beginning of `out`, which must be empty.
    pub fn new(out: W) -> Self {
        let (paths, unfolded) = (Paths::default(), BTreeMap::new());
        Self { out, at: 0, paths, unfolded, sums: Vec::new() }
    }

    /// Writes a short content that is in memory.
    ///
    /// # Errors
    /// [`ContainerError::UnfitPath`] if the path is unsafe or taken; [`ContainerError::Io`].
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<Fixity> {
        let fixity = Fixity::of(bytes);
        let entry = self.entry(path, fixity.bytes, fixity.crc32)?;
        let mut whole = format::local_header(&entry);
        if bytes.len() <= BUFFER {
            whole.extend(bytes);
            self.out.write_all(&whole)?;
        } else {
            self.out.write_all(&whole)?;
            self.out.write_all(bytes)?;
        }
        Ok(fixity)
    }

    /// Begins a content of exactly `size` bytes whose CRC-32 is known. They must be written to
    /// what this gives before anything else is added; [`super::Container`] refuses other bytes.
    ///
    /// # Errors
    /// Those of [`Self::add`].
    pub fn begin(&mut self, path: &str, size: u64, crc32: u32) -> Result<&mut W> {
        let entry = self.entry(path, size, crc32)?;
        self.out.write_all(&format::local_header(&entry))?;
        Ok(&mut self.out)
    }

    /// Writes a content that is made twice, alike, instead of being held: once to be summed and
    /// once to be written.
    ///
    /// # Errors
    /// Those of [`Self::add`], and whatever `make` returns.
    pub fn compose(
        &mut self,
        path: &str,
        make: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Fixity> {
        let mut summing = Summing::default();
        make(&mut summing)?;
        let fixity = summing.finish();
        make(self.begin(path, fixity.bytes, fixity.crc32)?)?;
        Ok(fixity)
    }

    /// What it writes to, behind everything written so far.
    pub const fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes directory and end record; gives back `out` and the length of the container.
    ///
    /// # Errors
    /// [`ContainerError::Io`].
    pub fn finish(mut self) -> Result<(W, u64)> {
        let directory = self.at;
        let mut length = 0_u64;
        let mut offset = 0;
        for (number, sum) in self.sums.iter().enumerate() {
            let folded = || self.paths.folded(number).unwrap_or_default();
            let path = self.unfolded.get(&number).map_or_else(folded, String::as_str);
            let entry = entry(path, u64::from_ne_bytes(sum.size), sum.crc32, offset);
            offset = entry.data.saturating_add(entry.packed);
            let record = format::central_record(&entry);
            self.out.write_all(&record)?;
            length = length.saturating_add(u64::try_from(record.len()).unwrap_or(u64::MAX));
        }
        let count = u64::try_from(self.sums.len()).unwrap_or(u64::MAX);
        let end = format::end(count, length, directory);
        self.out.write_all(&end)?;
        self.out.flush()?;
        let end_length = u64::try_from(end.len()).unwrap_or(u64::MAX);
        Ok((self.out, directory.saturating_add(length).saturating_add(end_length)))
    }

    fn entry(&mut self, path: &str, size: u64, crc32: u32) -> Result<Entry> {
        let unfit = |what| ContainerError::UnfitPath { path: shown(path), what };
        let number = self.paths.count();
        self.paths.insert(path).map_err(|error| match error {
            ContainerError::UnsafePath { what, .. } => unfit(what),
            _ => unfit(Words("it is taken", "已被使用")),
        })?;
        if self.paths.folded(number) != Some(path) {
            self.unfolded.insert(number, path.to_owned());
        }
        self.sums.push(Sum { size: size.to_ne_bytes(), crc32 });
        let entry = entry(path, size, crc32, self.at);
        self.at = entry.data.saturating_add(entry.packed);
        Ok(entry)
    }
}

/// The entry whose local header is at `offset`.
fn entry(path: &str, size: u64, crc32: u32, offset: u64) -> Entry {
    let (path, method) = (path.to_owned(), Method::Stored);
    let mut entry = Entry { path, method, crc32, packed: size, size, offset, data: 0 };
    let header = format::local_header(&entry).len();
    entry.data = offset.saturating_add(u64::try_from(header).unwrap_or(u64::MAX));
    entry
}

/// Digest of a content that went into a container.
impl From<Fixity> for Digest {
    fn from(fixity: Fixity) -> Self {
        fixity.digest
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_content_that_is_begun_is_written_as_one_from_memory() {
        let bytes = vec![0x5a; BUFFER * 2 + 5];
        let mut begun = Writer::new(Cursor::new(Vec::new()));
        let size = u64::try_from(bytes.len()).unwrap();
        begun.begin("a", size, crc32fast::hash(&bytes)).unwrap().write_all(&bytes).unwrap();
        begun.add("b", b"after").unwrap();
        let mut added = Writer::new(Cursor::new(Vec::new()));
        added.add("a", &bytes).unwrap();
        added.add("b", b"after").unwrap();
        assert!(begun.finish().unwrap().0.into_inner() == added.finish().unwrap().0.into_inner());
    }

    #[test]
    fn a_content_that_is_made_twice_is_written_as_one_from_memory() {
        let mut composed = Writer::new(Cursor::new(Vec::new()));
        let fixity =
            composed.compose("a", &|out| out.write_all(b"te").and_then(|()| write!(out, "xt")));
        assert_eq!(fixity.unwrap(), Fixity::of(b"text"));
        let mut added = Writer::new(Cursor::new(Vec::new()));
        added.add("a", b"text").unwrap();
        assert!(
            composed.finish().unwrap().0.into_inner() == added.finish().unwrap().0.into_inner()
        );
    }

    #[test]
    fn a_name_is_written_once_and_only_if_safe() {
        let mut writer = Writer::new(Cursor::new(Vec::new()));
        writer.add("data/a", b"").unwrap();
        for path in ["data/A", "../a", "data"] {
            let error = writer.add(path, b"").unwrap_err();
            assert!(matches!(error, ContainerError::UnfitPath { .. }), "{path}");
        }
    }
}
