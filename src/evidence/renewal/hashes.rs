//! Digests of one object by every algorithm a record asks for.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::{
    digest::{Digest, Hasher},
    signing::DigestAlgorithm,
};

/// Bytes read at a time.
const PIECE: usize = 1 << 20;

/// Digests of one object, by algorithm.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Hashes(BTreeMap<DigestAlgorithm, Vec<u8>>);

impl Hashes {
    /// Digests of all that `reader` yields, by each of `algorithms`, in one pass. Memory is constant.
    ///
    /// # Errors
    /// Whatever `reader` returns.
    pub fn of_reader(mut reader: impl Read, algorithms: &[DigestAlgorithm]) -> io::Result<Self> {
        let wants = |algorithm| algorithms.contains(&algorithm);
        let mut sha256 = wants(DigestAlgorithm::Sha256).then(Sha256::new);
        let mut sha384 = wants(DigestAlgorithm::Sha384).then(Sha384::new);
        let mut sha512 = wants(DigestAlgorithm::Sha512).then(Sha512::new);
        let mut piece = vec![0; PIECE];
        loop {
            let count = match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let read = piece.get(..count).unwrap_or_default();
            if let Some(hasher) = &mut sha256 {
                hasher.update(read);
            }
            if let Some(hasher) = &mut sha384 {
                hasher.update(read);
            }
            if let Some(hasher) = &mut sha512 {
                hasher.update(read);
            }
        }
        let mut hashes = BTreeMap::new();
        if let Some(hasher) = sha256 {
            hashes.insert(DigestAlgorithm::Sha256, hasher.finalize().to_vec());
        }
        if let Some(hasher) = sha384 {
            hashes.insert(DigestAlgorithm::Sha384, hasher.finalize().to_vec());
        }
        if let Some(hasher) = sha512 {
            hashes.insert(DigestAlgorithm::Sha512, hasher.finalize().to_vec());
        }
        Ok(Self(hashes))
    }

    /// The SHA-256 of all that `reader` yields, and with it digests by each of `others`, in one
    /// pass. Memory is constant.
    ///
    /// # Errors
    /// Whatever `reader` returns.
    pub fn with_digest(
        reader: impl Read,
        others: &[DigestAlgorithm],
    ) -> io::Result<(Digest, Self)> {
        let mut hashing = Hashing { reader, hasher: Hasher::default() };
        let mut others = others.to_vec();
        others.retain(|algorithm| *algorithm != DigestAlgorithm::Sha256);
        let Self(mut hashes) = Self::of_reader(&mut hashing, &others)?;
        let digest = hashing.hasher.finish();
        hashes.insert(DigestAlgorithm::Sha256, digest.as_bytes().to_vec());
        Ok((digest, Self(hashes)))
    }

    /// The digest by `algorithm`, if it was computed.
    #[must_use]
    pub fn by(&self, algorithm: DigestAlgorithm) -> Option<&[u8]> {
        self.0.get(&algorithm).map(Vec::as_slice)
    }
}

/// Hashes what is read of it.
struct Hashing<R> {
    reader: R,
    hasher: Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl From<&Digest> for Hashes {
    fn from(digest: &Digest) -> Self {
        Self(BTreeMap::from([(DigestAlgorithm::Sha256, digest.as_bytes().to_vec())]))
    }
}

impl From<&Self> for Hashes {
    fn from(hashes: &Self) -> Self {
        hashes.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_all_bytes_whatever_else_is_asked_for() {
        let bytes: Vec<u8> = (0..PIECE + 7).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let all = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
        for others in [&all[..], &all[..1], &all[1..], &[]] {
            let (digest, hashes) = Hashes::with_digest(bytes.as_slice(), others).unwrap();
            assert_eq!(digest, Digest::of(&bytes));
            let mut wanted = others.to_vec();
            wanted.push(DigestAlgorithm::Sha256);
            assert_eq!(hashes, Hashes::of_reader(bytes.as_slice(), &wanted).unwrap());
        }
    }
}
