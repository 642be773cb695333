//! The deterministic writer: same contents in the same order, same bytes.
//!
//! Everything is stored, dated 1980-01-01, flagged UTF-8; zip64 fields appear only where a number
//! needs them. Long contents are streamed once: hashed, summed and written together, and the CRC
//! is put into the local header afterwards, so there are no data descriptors.
//! Source: SPEC "Bundle"; EN 319 162-1 annex A (mimetype first).

use std::io::{Read, Seek, SeekFrom, Write};

use super::{
    ContainerError, Entry, Method, Result,
    fixity::{BUFFER, Fixity, copy_hashed},
    format,
    path::{Paths, shown},
};
use crate::{digest::Digest, evidence::words::Words};

/// Writes one container from its first byte to its last.
pub struct Writer<W> {
    out: W,
    at: u64,
    entries: Vec<Entry>,
    paths: Paths,
}

impl<W: Write + Seek> Writer<W> {
    /// Begins a container at the beginning of `out`, which must be empty.
    pub fn new(out: W) -> Self {
        Self { out, at: 0, entries: Vec::new(), paths: Paths::default() }
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
        self.keep(entry);
        Ok(fixity)
    }

    /// Streams a content of exactly `size` bytes, reading it once.
    ///
    /// After an error the container is unfinished and must be thrown away.
    ///
    /// # Errors
    /// [`ContainerError::WrongLength`] if `reader` gives fewer or more bytes, and those of
    /// [`Self::add`].
    pub fn copy(&mut self, path: &str, size: u64, reader: &mut dyn Read) -> Result<Fixity> {
        let wrong = || ContainerError::WrongLength { path: shown(path) };
        if usize::try_from(size).is_ok_and(|size| size <= BUFFER) {
            let mut bytes = Vec::new();
            reader.take(size.saturating_add(1)).read_to_end(&mut bytes)?;
            if u64::try_from(bytes.len()).ok() != Some(size) {
                return Err(wrong());
            }
            return self.add(path, &bytes);
        }
        let mut entry = self.entry(path, size, 0)?;
        self.out.write_all(&format::local_header(&entry))?;
        let fixity = copy_hashed(reader, &mut self.out, size)?;
        if fixity.bytes != size {
            return Err(wrong());
        }
        entry.crc32 = fixity.crc32;
        self.out.seek(SeekFrom::Start(entry.offset.saturating_add(format::CRC_AT)))?;
        self.out.write_all(&entry.crc32.to_le_bytes())?;
        self.out.seek(SeekFrom::Start(entry.data.saturating_add(size)))?;
        self.keep(entry);
        Ok(fixity)
    }

    /// Bytes written so far, all of which stay as they are.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.at
    }

    /// Writes directory and end record; gives back `out` and the length of the container.
    ///
    /// # Errors
    /// [`ContainerError::Io`].
    pub fn finish(mut self) -> Result<(W, u64)> {
        let directory: Vec<u8> = self.entries.iter().flat_map(format::central_record).collect();
        let length = u64::try_from(directory.len()).unwrap_or(u64::MAX);
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        let end = format::end(count, length, self.at);
        self.out.write_all(&directory)?;
        self.out.write_all(&end)?;
        self.out.flush()?;
        let end_length = u64::try_from(end.len()).unwrap_or(u64::MAX);
        Ok((self.out, self.at.saturating_add(length).saturating_add(end_length)))
    }

    fn entry(&mut self, path: &str, size: u64, crc32: u32) -> Result<Entry> {
        let unfit = |what| ContainerError::UnfitPath { path: shown(path), what };
        self.paths.insert(path).map_err(|error| match error {
            ContainerError::UnsafePath { what, .. } => unfit(what),
            _ => unfit(Words("it is taken", "已被使用")),
        })?;
        let mut entry = Entry {
            path: path.to_owned(),
            method: Method::Stored,
            crc32,
            packed: size,
            size,
            offset: self.at,
            data: 0,
        };
        let header = format::local_header(&entry).len();
        entry.data = self.at.saturating_add(u64::try_from(header).unwrap_or(u64::MAX));
        Ok(entry)
    }

    fn keep(&mut self, entry: Entry) {
        self.at = entry.data.saturating_add(entry.packed);
        self.entries.push(entry);
    }
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
    fn a_streamed_content_is_written_as_one_from_memory() {
        let bytes = vec![0x5a; BUFFER * 2 + 5];
        let mut streamed = Writer::new(Cursor::new(Vec::new()));
        streamed.copy("a", u64::try_from(bytes.len()).unwrap(), &mut bytes.as_slice()).unwrap();
        streamed.add("b", b"after").unwrap();
        let mut added = Writer::new(Cursor::new(Vec::new()));
        added.add("a", &bytes).unwrap();
        added.add("b", b"after").unwrap();
        assert!(streamed.finish().unwrap().0 == added.finish().unwrap().0);
    }

    #[test]
    fn a_content_that_is_shorter_or_longer_than_announced_is_refused() {
        for (announced, length) in [(3, 2), (3, 4), (3 << 20, 2 << 20), (2 << 20, 3 << 20)] {
            let mut writer = Writer::new(Cursor::new(Vec::new()));
            let result = writer.copy("a", announced, &mut vec![0; length].as_slice());
            assert!(matches!(result, Err(ContainerError::WrongLength { .. })), "{announced}");
        }
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
