//! The register as lines, read piece by piece.
//!
//! Owns [`Leaves`]: every leaf on a line of its own, as `docs/formats.md` shows it, in memory of
//! one entry whatever the size of the register.

use std::io::{self, Read};

use super::{Recorded, RegisterError};

/// Leaves as bytes, each ended by a line feed.
#[derive(Debug)]
pub struct Leaves<I> {
    entries: I,
    line: io::Cursor<Vec<u8>>,
    count: u64,
    failed: Option<RegisterError>,
}

impl<I: Iterator<Item = Result<Recorded, RegisterError>>> Leaves<I> {
    /// The leaves of `entries`, in their order.
    pub const fn new(entries: I) -> Self {
        Self { entries, line: io::Cursor::new(Vec::new()), count: 0, failed: None }
    }

    /// How many leaves were read.
    ///
    /// # Errors
    /// What stopped the reading.
    pub fn ended(self) -> Result<u64, RegisterError> {
        self.failed.map_or(Ok(self.count), Err)
    }
}

impl<I: Iterator<Item = Result<Recorded, RegisterError>>> Read for Leaves<I> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.line.read(into)?;
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            match self.entries.next() {
                None => return Ok(0),
                Some(Ok(entry)) => {
                    self.count += 1;
                    let mut line = entry.leaf().to_vec();
                    line.push(b'\n');
                    self.line = io::Cursor::new(line);
                }
                Some(Err(error)) => {
                    self.failed = Some(error);
                    return Err(io::Error::other("the register cannot be read"));
                }
            }
        }
    }
}
