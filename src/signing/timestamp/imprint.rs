//! What a timestamp is over: a digest and the algorithm that gave it.
//!
//! Bundles and signatures are stamped by SHA-256; hash trees that outlast it by another of SHA-2.
//! Source: RFC 3161, section 2.4.1 (`MessageImprint`).

use der::asn1::OctetString;

use super::structures::MessageImprint;
use crate::{digest::Digest, signing::algorithm::DigestAlgorithm};

/// A digest and its algorithm; their lengths agree.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Imprint {
    algorithm: DigestAlgorithm,
    hash: Vec<u8>,
}

impl Imprint {
    /// `hash` as a digest by `algorithm`; `None` if its length is another.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm, hash: Vec<u8>) -> Option<Self> {
        (hash.len() == algorithm.length()).then_some(Self { algorithm, hash })
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// The digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.hash
    }

    pub(super) fn read(imprint: &MessageImprint) -> Option<Self> {
        let algorithm = DigestAlgorithm::read(&imprint.hash_algorithm)?;
        Self::new(algorithm, imprint.hashed_message.as_bytes().to_vec())
    }

    pub(super) fn write(&self) -> der::Result<MessageImprint> {
        Ok(MessageImprint {
            hash_algorithm: self.algorithm.identifier(),
            hashed_message: OctetString::new(self.hash.as_slice())?,
        })
    }
}

impl From<Digest> for Imprint {
    fn from(digest: Digest) -> Self {
        Self { algorithm: DigestAlgorithm::Sha256, hash: digest.as_bytes().to_vec() }
    }
}
