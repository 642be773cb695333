//! Operators' credentials, as the register signs and judges entries with them.
//!
//! Owns no trust: which certificates are an operator's, and since when one is revoked, the office
//! says. An entry stands if its certificate was its operator's and valid when it was registered.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Utc};

use super::{
    entry::{Entry, EntrySigner},
    error::BoxError,
    verify::{EntryVerifier, SignatureFault},
};
use crate::{
    digest::Digest,
    signing::{Certificate, Signer},
};

/// An operator at work: a name in the office and a signer.
#[derive(Clone, Copy)]
pub struct OperatorSigner<'a> {
    operator: &'a str,
    signer: &'a dyn Signer,
}

impl<'a> OperatorSigner<'a> {
    /// Signs entries as `operator`.
    #[must_use]
    pub fn new(operator: &'a str, signer: &'a dyn Signer) -> Self {
        Self { operator, signer }
    }
}

impl EntrySigner for OperatorSigner<'_> {
    fn operator(&self) -> &str {
        self.operator
    }

    fn certificate_fingerprint(&self) -> Digest {
        self.signer.certificate().fingerprint()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], BoxError> {
        Ok(self.signer.sign(message)?)
    }
}

struct Known {
    operator: String,
    certificate: Certificate,
    revoked_at: Option<DateTime<Utc>>,
}

/// The certificates of all operators, past ones too.
#[derive(Default)]
pub struct OperatorCertificates {
    known: BTreeMap<Digest, Known>,
}

impl OperatorCertificates {
    /// Knows nobody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a certificate that is `operator`'s; entries from `revoked_at` on may not bear it.
    pub fn add(
        &mut self,
        operator: impl Into<String>,
        certificate: Certificate,
        revoked_at: Option<DateTime<FixedOffset>>,
    ) {
        let revoked_at = revoked_at.map(|moment| moment.to_utc());
        let known = Known { operator: operator.into(), certificate, revoked_at };
        self.known.insert(known.certificate.fingerprint(), known);
    }
}

impl EntryVerifier for OperatorCertificates {
    fn verify(&self, entry: &Entry, message: &[u8]) -> Result<(), SignatureFault> {
        let known = self.known.get(&entry.certificate).ok_or(SignatureFault::UnknownCertificate)?;
        known
            .certificate
            .verify(message, &entry.signature)
            .map_err(|_| SignatureFault::Mismatch)?;
        if known.operator != entry.operator {
            return Err(SignatureFault::WrongOperator);
        }
        let then = entry.recorded_at.to_utc();
        let revoked = known.revoked_at.is_some_and(|revoked_at| revoked_at <= then);
        if revoked || !known.certificate.is_valid_at(then) {
            return Err(SignatureFault::NotValidThen);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        register::{
            MemoryStore, Register,
            testing::{moment, note},
        },
        signing::testing::{operator, sample_authority},
    };

    #[test]
    fn an_entry_stands_by_its_operators_certificate_at_its_time() {
        let credential = operator(&sample_authority(), "op-1");
        let signer = OperatorSigner::new("op-1", &credential);
        let genesis = note("office", "founded");
        let store = MemoryStore::default();
        let (_, recorded) = Register::create(store, genesis, &signer, &moment(0)).unwrap();
        let entry = recorded.entry();
        let message = entry.signed_bytes().unwrap();
        let judge = |operator: &str, revoked_at| {
            let mut known = OperatorCertificates::new();
            known.add(operator, credential.certificate().clone(), revoked_at);
            known.verify(entry, &message)
        };
        assert_eq!(judge("op-1", None), Ok(()));
        assert_eq!(judge("op-1", Some(moment(1))), Ok(()));
        assert_eq!(judge("op-1", Some(moment(0))), Err(SignatureFault::NotValidThen));
        assert_eq!(judge("op-2", None), Err(SignatureFault::WrongOperator));
        let nobody = OperatorCertificates::new().verify(entry, &message);
        assert_eq!(nobody, Err(SignatureFault::UnknownCertificate));
        let mut known = OperatorCertificates::new();
        known.add("op-1", credential.certificate().clone(), None);
        assert_eq!(known.verify(entry, b"other"), Err(SignatureFault::Mismatch));
        let mut late = entry.clone();
        late.recorded_at = "2031-01-01T00:00:00+08:00".parse().unwrap();
        assert_eq!(known.verify(&late, &message), Err(SignatureFault::NotValidThen));
    }
}
