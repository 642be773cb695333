//! Comparing what was read with what would be written, without holding the latter, or either.

use std::io::{self, BufRead, BufReader, Read, Write};

use crate::digest::{Digest, Hasher};

/// Takes what is written and compares it with bytes there already.
pub(super) struct Alike<'a>(Option<&'a [u8]>);

impl<'a> Alike<'a> {
    pub(super) const fn to(bytes: &'a [u8]) -> Self {
        Self(Some(bytes))
    }

    /// Whether all of it was written, and nothing else.
    pub(super) fn holds(&self) -> bool {
        self.0.is_some_and(<[u8]>::is_empty)
    }
}

impl Write for Alike<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.and_then(|rest| rest.strip_prefix(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes what is written and compares it with what is read meanwhile.
pub(super) struct Against<'a> {
    there: &'a mut dyn BufRead,
    same: bool,
}

impl<'a> Against<'a> {
    pub(super) const fn to(there: &'a mut dyn BufRead) -> Self {
        Self { there, same: true }
    }

    /// Whether all of it was written, and nothing else.
    pub(super) fn holds(self) -> bool {
        self.same && self.there.fill_buf().is_ok_and(<[u8]>::is_empty)
    }
}

impl Write for Against<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while self.same && !rest.is_empty() {
            let there = self.there.fill_buf()?;
            let length = there.len().min(rest.len());
            let (Some((part, after)), Some(there)) =
                (rest.split_at_checked(length), there.get(..length))
            else {
                break;
            };
            self.same = length > 0 && part == there;
            self.there.consume(length);
            rest = after;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hashes what is read of it.
pub(super) struct Hashed<R> {
    reader: BufReader<R>,
    hasher: Hasher,
}

impl<R: Read> Hashed<R> {
    pub(super) fn of(reader: BufReader<R>) -> Self {
        Self { reader, hasher: Hasher::default() }
    }

    /// Digest of what was read.
    pub(super) fn digest(self) -> Digest {
        self.hasher.finish()
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Hashed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.hasher.update(self.reader.buffer().get(..length).unwrap_or_default());
        self.reader.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_bytes_to_the_last_are_alike() {
        let alike = |parts: &[&str]| {
            let mut alike = Alike::to(b"abc");
            for part in parts {
                alike.write_all(part.as_bytes()).unwrap();
            }
            alike.holds()
        };
        assert!(alike(&["abc"]) && alike(&["a", "", "bc"]));
        let against = |parts: &[&str]| {
            let mut there = Hashed::of(BufReader::with_capacity(2, b"abc".as_slice()));
            let mut against = Against::to(&mut there);
            for part in parts {
                against.write_all(part.as_bytes()).unwrap();
            }
            against.holds() && there.digest() == Digest::of("abc")
        };
        assert!(against(&["abc"]) && against(&["a", "", "bc"]));
        for other in [vec!["ab"], vec!["abcd"], vec!["ac", "abc"], vec!["abc", "d"], vec![]] {
            assert!(!against(&other), "{other:?}");
        }
        assert!(!alike(&["ab"]) && !alike(&["abcd"]) && !alike(&["ac", "abc"]) && !alike(&[]));
    }
}
