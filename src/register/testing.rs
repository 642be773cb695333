//! What the register's tests share: keys, moments, small registers.

use chrono::{DateTime, FixedOffset, TimeDelta, TimeZone};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};

use super::{BoxError, Draft, EntryKind, EntrySigner};
use crate::digest::Digest;

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
