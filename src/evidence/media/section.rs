//! Reading small parts of a content at known places.

use std::io::{self, Read, Seek, SeekFrom};

use crate::evidence::container::Source;

/// A content and its length.
pub(super) struct Bytes<'a> {
    source: &'a dyn Source,
    pub(super) length: u64,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(source: &'a dyn Source) -> io::Result<Self> {
        Ok(Self { source, length: source.length()? })
    }

    /// The bytes from `offset` on, `length` of them, or fewer at the end of the content.
    pub(super) fn at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(left)];
        // Past the end there is nothing to read; not every source takes such a place.
        if !bytes.is_empty() {
            self.source.read_exact_at(&mut bytes, offset)?;
        }
        Ok(bytes)
    }

    pub(super) fn head(&self, length: usize) -> io::Result<Vec<u8>> {
        self.at(0, length)
    }

    pub(super) fn tail(&self, length: usize) -> io::Result<Vec<u8>> {
        let back = u64::try_from(length).unwrap_or(u64::MAX);
        self.at(self.length.saturating_sub(back), length)
    }

    /// `N` bytes at `offset`, or nothing where the content ends before.
    pub(super) fn array<const N: usize>(&self, offset: u64) -> io::Result<Option<[u8; N]>> {
        Ok(self.at(offset, N)?.try_into().ok())
    }

    pub(super) const fn window(&self) -> Window<'_, 'a> {
        Window { bytes: self, block: Vec::new(), from: 0 }
    }

    pub(super) fn reader(&self, offset: u64) -> io::BufReader<SectionReader<'a>> {
        let reader = SectionReader { source: self.source, length: self.length, at: offset };
        io::BufReader::with_capacity(64 << 10, reader)
    }
}

/// Small pieces one after another, read from the source a block at a time.
pub(super) struct Window<'a, 'b> {
    bytes: &'a Bytes<'b>,
    block: Vec<u8>,
    from: u64,
}

impl Window<'_, '_> {
    /// `N` bytes at `offset`, or nothing where the content ends before.
    pub(super) fn array<const N: usize>(&mut self, offset: u64) -> io::Result<Option<[u8; N]>> {
        let held = |block: &[u8], from: u64| -> Option<[u8; N]> {
            let at = usize::try_from(offset.checked_sub(from)?).ok()?;
            block.get(at..at.checked_add(N)?)?.try_into().ok()
        };
        if let Some(found) = held(&self.block, self.from) {
            return Ok(Some(found));
        }
        self.block = self.bytes.at(offset, 64 << 10)?;
        self.from = offset;
        Ok(held(&self.block, self.from))
    }
}

/// Reads on from a place.
pub(super) struct SectionReader<'a> {
    source: &'a dyn Source,
    length: u64,
    at: u64,
}

impl Read for SectionReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let length = left.min(buffer.len());
        let Some(part) = buffer.get_mut(..length).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        self.source.read_exact_at(part, self.at)?;
        self.at = self.at.saturating_add(u64::try_from(length).map_err(io::Error::other)?);
        Ok(length)
    }
}

impl Seek for SectionReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        self.at = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
