//! Text of a known encoding as UTF-8, strictly.
//!
//! Owns [`Decoded`], which stops at the first byte that is no text instead of writing a
//! replacement, [`UnixLines`], which gives every line one kind of end so that lines can be
//! counted, and [`Rehashed`], which digests what is read so that a change between two readings
//! is seen.
//! Source: WHATWG Encoding, `gb18030` and `utf-8` decoders.

use std::{
    fs::File,
    io::{self, Read},
};

use encoding_rs::{Decoder, DecoderResult};

use super::Encoding;
use crate::digest::{Digest, Hasher};

/// A file whose bytes are digested while they are read.
pub(super) struct Rehashed {
    file: File,
    hasher: Hasher,
}

impl Rehashed {
    pub(super) fn new(file: File) -> Self {
        Self { file, hasher: Hasher::default() }
    }

    /// Digest of what was read so far.
    pub(super) fn digest(&self) -> Digest {
        self.hasher.clone().finish()
    }
}

impl Read for Rehashed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.hasher.update(into.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// What `inner` yields, as UTF-8 without its byte order mark.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// Bytes of `input` not decoded yet.
    pending: std::ops::Range<usize>,
    ended: bool,
    finished: bool,
    since_mark: u64,
    limit: u64,
}

impl<R: Read> Decoded<R> {
    /// Decodes at most `limit` bytes between two calls of [`Decoded::mark`].
    pub(super) fn new(inner: R, encoding: Encoding, limit: u64) -> Self {
        let decoder = match encoding {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Gb18030 => encoding_rs::GB18030,
        }
        .new_decoder_with_bom_removal();
        Self {
            inner,
            decoder,
            input: vec![0; 16 * 1024],
            pending: 0..0,
            ended: false,
            finished: false,
            since_mark: 0,
            limit,
        }
    }

    /// Starts counting anew, after a whole record.
    pub(super) const fn mark(&mut self) {
        self.since_mark = 0;
    }

    /// Whether the limit was met.
    pub(super) const fn exceeded(&self) -> bool {
        self.since_mark > self.limit
    }

    pub(super) const fn inner(&self) -> &R {
        &self.inner
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.exceeded() {
            return Err(io::Error::other("record too long"));
        }
        while !self.finished {
            if self.pending.is_empty() && !self.ended {
                let count = self.inner.read(&mut self.input)?;
                self.pending = 0..count;
                self.ended = count == 0;
            }
            let source = self.input.get(self.pending.clone()).unwrap_or_default();
            let (result, taken, written) =
                self.decoder.decode_to_utf8_without_replacement(source, into, self.ended);
            self.pending.start += taken;
            match result {
                DecoderResult::Malformed(..) => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "not of its encoding"));
                }
                DecoderResult::InputEmpty => self.finished = self.ended,
                DecoderResult::OutputFull if written == 0 => {
                    return Err(io::Error::other("no room to decode into"));
                }
                DecoderResult::OutputFull => {}
            }
            if written > 0 {
                self.since_mark += u64::try_from(written).unwrap_or(u64::MAX);
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// What `inner` yields, with every line ended by `\n`, the last one too.
pub(super) struct UnixLines<R> {
    inner: R,
    after_cr: bool,
    open: bool,
}

impl<R: Read> UnixLines<R> {
    pub(super) const fn new(inner: R) -> Self {
        Self { inner, after_cr: false, open: false }
    }

    pub(super) const fn inner(&self) -> &R {
        &self.inner
    }

    pub(super) const fn inner_mut(&mut self) -> &mut R {
        &mut self.inner
    }
}

impl<R: Read> Read for UnixLines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.inner.read(into)?;
            let mut kept = 0;
            if count == 0 && std::mem::take(&mut self.open) {
                // The buffer is not empty: `inner` would have been asked for nothing otherwise.
                if let Some(first) = into.first_mut() {
                    *first = b'\n';
                    kept = 1;
                }
            }
            for at in 0..count {
                let byte = into.get(at).copied().unwrap_or_default();
                let second_of_pair = byte == b'\n' && self.after_cr;
                self.after_cr = byte == b'\r';
                if second_of_pair {
                    continue;
                }
                let written = if byte == b'\r' { b'\n' } else { byte };
                self.open = written != b'\n';
                if let Some(place) = into.get_mut(kept) {
                    *place = written;
                    kept += 1;
                }
            }
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(bytes: &[u8], encoding: Encoding) -> io::Result<String> {
        let mut text = String::new();
        Decoded::new(bytes, encoding, u64::MAX).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn both_encodings_are_read_and_broken_bytes_stop_the_reading() {
        let (gb, ..) = encoding_rs::GB18030.encode("张伟，䶮㛃𬭎");
        assert_eq!(decode(&gb, Encoding::Gb18030).unwrap(), "张伟，䶮㛃𬭎");
        assert_eq!(decode("\u{feff}张伟".as_bytes(), Encoding::Utf8).unwrap(), "张伟");
        assert!(decode(&gb, Encoding::Utf8).is_err());
        assert!(decode(b"\xe5\xbc", Encoding::Utf8).is_err());
    }

    #[test]
    fn lines_end_in_one_way() {
        let mut text = String::new();
        UnixLines::new(&b"a\r\nb\rc\n\r\n\nd"[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\nb\nc\n\n\nd\n");
    }

    proptest! {
        #[test]
        fn decoding_equals_the_standard_library(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let expected = std::str::from_utf8(&bytes).ok().map(|text| text.trim_start_matches('\u{feff}').to_owned());
            prop_assume!(!bytes.starts_with(b"\xef\xbb\xbf\xef\xbb\xbf"));
            prop_assert_eq!(decode(&bytes, Encoding::Utf8).ok(), expected);
        }
    }
}
