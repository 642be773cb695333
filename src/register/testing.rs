//! What the register's tests share: keys, moments, small registers.

use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset, TimeDelta, TimeZone};
use p256::ecdsa::{
    Signature, SigningKey,
    signature::{Signer as _, Verifier as _},
};

use super::{BoxError, Draft, Entry, EntryKind, EntrySigner, EntryVerifier, SignatureFault};
use crate::{
    digest::Digest,
    signing::{LogKey, testing::seeded},
};

pub(crate) const NOTED: EntryKind = EntryKind::literal("test.noted");

/// `seconds` after nine o'clock of a working day.
pub(crate) fn moment(seconds: i64) -> DateTime<FixedOffset> {
    let office = FixedOffset::east_opt(8 * 3600).unwrap();
    office.with_ymd_and_hms(2026, 11, 3, 9, 0, 0).unwrap() + TimeDelta::seconds(seconds)
}

/// An operator with a key made from the name.
pub(crate) struct Key {
    operator: String,
    key: SigningKey,
}

impl Key {
    pub(crate) fn new(operator: &str) -> Self {
        let key = SigningKey::from_slice(Digest::of(operator).as_bytes()).unwrap();
        Self { operator: operator.to_owned(), key }
    }
}

impl EntrySigner for Key {
    fn operator(&self) -> &str {
        &self.operator
    }

    fn certificate_fingerprint(&self) -> Digest {
        Digest::of(format!("certificate of {}", self.operator))
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], BoxError> {
        let signature: Signature = self.key.sign(message);
        Ok(signature.to_bytes().into())
    }
}

/// A draft that says `text` about `subject`.
pub(crate) fn note(subject: &str, text: &str) -> Draft {
    Draft::new(NOTED, subject).with("text", text)
}

/// The certificates of all operators of the tests but one called `stranger`. Nobody called
/// `retired` has a valid one.
pub(crate) struct Keyring;

impl EntryVerifier for Keyring {
    fn verify(&self, entry: &Entry, message: &[u8]) -> Result<(), SignatureFault> {
        static KNOWN: OnceLock<[Key; 4]> = OnceLock::new();
        let known = KNOWN.get_or_init(|| ["admin", "clerk", "archivist", "retired"].map(Key::new));
        let key = known
            .iter()
            .find(|key| key.certificate_fingerprint() == entry.certificate)
            .ok_or(SignatureFault::UnknownCertificate)?;
        let signature = Signature::from_slice(&entry.signature).unwrap();
        key.key
            .verifying_key()
            .verify(message, &signature)
            .map_err(|_| SignatureFault::Mismatch)?;
        match key.operator() {
            operator if operator != entry.operator => Err(SignatureFault::WrongOperator),
            "retired" => Err(SignatureFault::NotValidThen),
            _ => Ok(()),
        }
    }
}

/// A log's key made from `seed`.
pub(crate) fn log_key(seed: u64) -> LogKey {
    LogKey::generate(&mut seeded(seed)).unwrap()
}
