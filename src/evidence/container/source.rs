//! Where the bytes of a container come from: read at any offset, never written.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
};

/// Bytes that can be read at any offset, by several readers at once.
pub trait Source {
    /// Number of bytes.
    ///
    /// # Errors
    /// Whatever the system returns.
    fn length(&self) -> io::Result<u64>;

    /// Fills `buffer` from `offset` on, or fails.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] past the end, and whatever the system returns.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// The `length` bytes from `offset` on, if they are in memory.
    fn view(&self, _offset: u64, _length: u64) -> Option<&[u8]> {
        None
    }
}

impl Source for File {
    fn length(&self) -> io::Result<u64> {
        self.metadata().map(|data| data.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        FileExt::read_exact_at(self, buffer, offset)
    }
}

impl Source for [u8] {
    fn length(&self) -> io::Result<u64> {
        u64::try_from(self.len()).map_err(io::Error::other)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let length = u64::try_from(buffer.len()).map_err(io::Error::other)?;
        buffer.copy_from_slice(self.view(offset, length).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn view(&self, offset: u64, length: u64) -> Option<&[u8]> {
        let start = usize::try_from(offset).ok()?;
        self.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }
}

impl<S: Source + ?Sized> Source for &S {
    fn length(&self) -> io::Result<u64> {
        (**self).length()
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        (**self).read_exact_at(buffer, offset)
    }

    fn view(&self, offset: u64, length: u64) -> Option<&[u8]> {
        (**self).view(offset, length)
    }
}

/// The `length` bytes from `offset` on.
pub(super) fn read<S: Source>(source: &S, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    source.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}

/// The bytes held for one entry.
pub(super) struct Section<'a, S> {
    pub(super) source: &'a S,
    pub(super) at: u64,
    pub(super) left: u64,
}

impl<S: Source> Read for Section<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(part) = buffer.get_mut(..length).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        self.source.read_exact_at(part, self.at)?;
        let read = u64::try_from(length).map_err(io::Error::other)?;
        self.at = self.at.saturating_add(read);
        self.left = self.left.saturating_sub(read);
        Ok(length)
    }
}
