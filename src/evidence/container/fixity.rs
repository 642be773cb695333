//! Reading once for everything: SHA-256, CRC-32, length, and the copy itself.
//!
//! Memory stays flat: a few buffers that fit the processor's own memory. Short contents are hashed in place; longer
//! ones are hashed by a thread of their own while the next buffer is read and written.

use std::{
    io::{self, Read, Write},
    sync::mpsc,
    thread,
};

use crate::digest::{Digest, Hasher};

/// Bytes of one buffer.
pub(super) const BUFFER: usize = 256 << 10;
const IN_FLIGHT: usize = 4;

/// What is known of a content that was read to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fixity {
    /// SHA-256.
    pub digest: Digest,
    /// CRC-32 as in ZIP.
    pub crc32: u32,
    /// Length in bytes.
    pub bytes: u64,
}

impl Fixity {
    /// Fixity of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            digest: Digest::of(bytes),
            crc32: crc32fast::hash(bytes),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        }
    }
}

/// Sums what is written to it.
#[derive(Default)]
pub(super) struct Summing {
    hasher: Hasher,
    sum: crc32fast::Hasher,
    bytes: u64,
}

impl Summing {
    pub(super) fn finish(self) -> Fixity {
        let Self { hasher, sum, bytes } = self;
        Fixity { digest: hasher.finish(), crc32: sum.finalize(), bytes }
    }
}

impl Write for Summing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.update(bytes);
        self.sum.update(bytes);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Copies `reader` to its end into `out`, at most `limit` bytes and one more, and says what went
/// through.
///
/// # Errors
/// Whatever `reader` or `out` returns.
pub fn copy_hashed(reader: &mut dyn Read, out: &mut dyn Write, limit: u64) -> io::Result<Fixity> {
    let mut reader = reader.take(limit.saturating_add(1));
    // Of a short content no more than is needed, and one byte that shows its end.
    let length = usize::try_from(limit.saturating_add(1)).unwrap_or(BUFFER).min(BUFFER);
    let mut first = vec![0; length];
    let filled = fill(&mut reader, &mut first)?;
    if filled < BUFFER {
        first.truncate(filled);
        out.write_all(&first)?;
        return Ok(Fixity::of(&first));
    }
    copy_long(first, &mut reader, out)
}

fn copy_long(first: Vec<u8>, reader: &mut dyn Read, out: &mut dyn Write) -> io::Result<Fixity> {
    let (to_hash, for_hash) = mpsc::sync_channel::<Vec<u8>>(IN_FLIGHT);
    let (give_back, returned) = mpsc::channel::<Vec<u8>>();
    thread::scope(|scope| {
        let hashing = scope.spawn(move || {
            let mut hasher = Hasher::default();
            for buffer in for_hash {
                hasher.update(&buffer);
                // The copying side may be done and gone; the buffer is then dropped.
                let _ = give_back.send(buffer);
            }
            hasher.finish()
        });
        let stopped = || io::Error::other("the hashing thread stopped");
        let mut crc = crc32fast::Hasher::new();
        let mut bytes = 0_u64;
        let mut buffer = first;
        while !buffer.is_empty() {
            crc.update(&buffer);
            out.write_all(&buffer)?;
            bytes = bytes.saturating_add(u64::try_from(buffer.len()).unwrap_or(u64::MAX));
            to_hash.send(buffer).map_err(|_| stopped())?;
            buffer = returned.try_recv().unwrap_or_default();
            buffer.resize(BUFFER, 0);
            let filled = fill(reader, &mut buffer)?;
            buffer.truncate(filled);
        }
        drop(to_hash);
        let digest = hashing.join().map_err(|_| stopped())?;
        Ok(Fixity { digest, crc32: crc.finalize(), bytes })
    })
}

/// Reads until `buffer` is full or the reader ends.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled = filled.saturating_add(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_on_two_threads_equals_the_bytes_and_their_digest() {
        for length in [0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 7 * BUFFER + 13] {
            let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let mut copy = Vec::new();
            let fixity = copy_hashed(&mut bytes.as_slice(), &mut copy, u64::MAX).unwrap();
            assert_eq!(fixity, Fixity::of(&bytes), "{length}");
            assert!(copy == bytes, "{length}");
        }
    }

    #[test]
    fn a_copy_never_goes_more_than_one_byte_past_its_limit() {
        let mut endless = io::repeat(7);
        let fixity = copy_hashed(&mut endless, &mut io::sink(), 3_000_000).unwrap();
        assert_eq!(fixity.bytes, 3_000_001);
    }
}
