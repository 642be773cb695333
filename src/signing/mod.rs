//! Keys, certificates, signatures and timestamps.
//!
//! Owns everything that signs or judges a signature: encrypted keys ([`key`]), certificates and
//! the office's own authority ([`certificate`], [`authority`]), the judgement of a chain at a
//! time ([`chain`]), CAdES signatures ([`cades`]), RFC 3161 timestamps ([`timestamp`]) and keyed
//! look-ups ([`keyed`]). Time and randomness come in as parameters.
//!
//! It refuses what a signature does not cover: trailing bytes, stray certificates, a second
//! signer. Revocation is not judged here: the register says whose authority ended when.

mod algorithm;
pub mod authority;
pub mod cades;
pub mod certificate;
pub mod chain;
pub mod envelope;
pub mod key;
pub mod keyed;
mod known;
mod links;
mod oid;
pub mod random;
mod signed_data;
pub mod signer;
pub mod timestamp;
#[cfg(feature = "office")]
pub mod token;

#[cfg(test)]
pub(crate) mod testing;

pub use algorithm::DigestAlgorithm;
pub use authority::{CertificateAuthority, Subject, Validity};
pub use cades::{
    Enveloped, VerifiedSignature, sign_detached, sign_enveloping, verify_detached,
    verify_enveloping,
};
pub use certificate::Certificate;
pub use chain::{Purpose, TrustAnchors, verify_chain};
pub use envelope::{EnvelopeError, Recipient};
pub use key::{KeyPair, LogKey, LogPublicKey, Passphrase, PublicKey, SecretKey32};
pub use keyed::{KeyedIndex, check_code};
pub use random::{Random, SystemRandom};
pub use signer::{Credential, SignatureBytes, Signer, SigningError};
#[cfg(feature = "office")]
pub use timestamp::HttpAuthority;
pub use timestamp::{
    Imprint, LocalAuthority, TimestampAuthority, TimestampError, Token, VerifiedTimestamp,
    timestamp_request, verify_imprint, verify_token,
};
#[cfg(feature = "office")]
pub use token::{TokenError, TokenKey, TokenSigner};
