//! Signature and digest algorithms that are accepted from others.
//!
//! Own signatures are ECDSA P-256 with SHA-256 only. Certificates and tokens of outside
//! authorities may also use P-384 and RSA PKCS#1 v1.5 of 2048 to 4096 bits, with SHA-256, 384 or
//! 512. Refused: SHA-1 and MD5 signatures, shorter keys, RSA-PSS, DSA, SM2 and all others.

use der::{Tag, Tagged, asn1::ObjectIdentifier, referenced::OwnedToRef};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256, Sha384, Sha512};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::oid;

/// A digest of the SHA-2 family, the weakest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum DigestAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// Its name as commands write it, such as `sha512`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The algorithm of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha384, Self::Sha512].into_iter().find(|one| one.name() == name)
    }

    /// Length of a digest, in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Its identifier, without parameters.
    pub(crate) const fn identifier(self) -> AlgorithmIdentifierOwned {
        identifier(match self {
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        })
    }

    /// Reads an identifier whose parameters are absent or NULL.
    pub(crate) fn read(identifier: &AlgorithmIdentifierOwned) -> Option<Self> {
        if identifier.parameters.as_ref().is_some_and(|any| !any.is_null()) {
            return None;
        }
        match identifier.oid {
            oid::SHA256 => Some(Self::Sha256),
            oid::SHA384 => Some(Self::Sha384),
            oid::SHA512 => Some(Self::Sha512),
            _ => None,
        }
    }

    /// Hashes `bytes`.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// An identifier without parameters.
pub(super) const fn identifier(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Family {
    Ecdsa,
    Rsa,
}

/// Whether `signature` over `message` verifies under `key`.
///
/// `digest` is the digest named beside the signature, where the container names one; it must then
/// agree with the one the signature algorithm implies.
pub(super) fn verifies(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<DigestAlgorithm>,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let Some((family, hash)) = scheme(algorithm, digest) else { return false };
    if digest.is_some_and(|named| named != hash) {
        return false;
    }
    if family == Family::Ecdsa && verifies_usual(key, hash, message, signature) {
        return true;
    }
    let prehash = hash.digest(message);
    match family {
        Family::Ecdsa => verifies_ecdsa(key, &prehash, signature),
        Family::Rsa => verifies_rsa(key, hash, &prehash, signature),
    }
}

fn scheme(
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<DigestAlgorithm>,
) -> Option<(Family, DigestAlgorithm)> {
    let (family, hash) = match algorithm.oid {
        oid::ECDSA_SHA256 => (Family::Ecdsa, DigestAlgorithm::Sha256),
        oid::ECDSA_SHA384 => (Family::Ecdsa, DigestAlgorithm::Sha384),
        oid::ECDSA_SHA512 => (Family::Ecdsa, DigestAlgorithm::Sha512),
        oid::RSA_SHA256 => (Family::Rsa, DigestAlgorithm::Sha256),
        oid::RSA_SHA384 => (Family::Rsa, DigestAlgorithm::Sha384),
        oid::RSA_SHA512 => (Family::Rsa, DigestAlgorithm::Sha512),
        // CMS may name the key's algorithm alone; the digest then stands beside it.
        oid::RSA => (Family::Rsa, digest?),
        _ => return None,
    };
    let parameters_fit = match (&algorithm.parameters, family) {
        (None, _) => true,
        (Some(any), Family::Rsa) => any.tag() == Tag::Null && any.is_null(),
        (Some(_), Family::Ecdsa) => false,
    };
    parameters_fit.then_some((family, hash))
}

/// The curve of an elliptic key.
fn curve(key: &SubjectPublicKeyInfoOwned) -> Option<ObjectIdentifier> {
    let parameters = key.algorithm.parameters.as_ref();
    let named = parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    named.filter(|_| key.algorithm.oid == oid::EC_PUBLIC_KEY)
}

/// Whether the signature is P-256 with SHA-256 and holds, by the faster library. Of whatever it
/// does not pass, other curves and other forms of a key among it, the usual one is the judge.
fn verifies_usual(
    key: &SubjectPublicKeyInfoOwned,
    hash: DigestAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> bool {
    use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
    let point = key.subject_public_key.as_bytes();
    let point = point.filter(|_| hash == DigestAlgorithm::Sha256 && curve(key) == Some(oid::P256));
    point.is_some_and(|point| {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).is_ok()
    })
}

fn verifies_ecdsa(key: &SubjectPublicKeyInfoOwned, prehash: &[u8], signature: &[u8]) -> bool {
    match curve(key) {
        Some(oid::P256) => {
            p256::ecdsa::VerifyingKey::try_from(key.owned_to_ref()).is_ok_and(|key| {
                p256::ecdsa::Signature::from_der(signature)
                    .is_ok_and(|signature| key.verify_prehash(prehash, &signature).is_ok())
            })
        }
        Some(oid::P384) => {
            p384::ecdsa::VerifyingKey::try_from(key.owned_to_ref()).is_ok_and(|key| {
                p384::ecdsa::Signature::from_der(signature)
                    .is_ok_and(|signature| key.verify_prehash(prehash, &signature).is_ok())
            })
        }
        _ => false,
    }
}

fn verifies_rsa(
    key: &SubjectPublicKeyInfoOwned,
    hash: DigestAlgorithm,
    prehash: &[u8],
    signature: &[u8],
) -> bool {
    use rsa::pkcs1v15::Pkcs1v15Sign;
    let Ok(key) = rsa::PublicKey::try_from(key.owned_to_ref()) else { return false };
    if !(2048 / 8..=4096 / 8).contains(&key.size()) {
        return false;
    }
    let padding = match hash {
        DigestAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        DigestAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        DigestAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
    };
    key.verify(padding, prehash, signature).is_ok()
}
