//! Comparing what was read with what would be written, without holding the latter.

use std::io::{self, Write};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_bytes_to_the_last_are_alike() {
        let alike = |parts: &[&str]| {
            let mut alike = Alike::to(b"abc");
            parts.iter().for_each(|part| alike.write_all(part.as_bytes()).unwrap());
            alike.holds()
        };
        assert!(alike(&["abc"]) && alike(&["a", "", "bc"]));
        assert!(!alike(&["ab"]) && !alike(&["abcd"]) && !alike(&["ac", "abc"]) && !alike(&[]));
    }
}
