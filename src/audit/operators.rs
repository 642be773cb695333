//! Who could sign which entry, told by the register itself and by nothing else.
//!
//! The first entry names the office's authority and first administrator; each enrolment carries a
//! certificate, which must chain to that authority and be entered by an administrator.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Utc};

use crate::{
    digest::Digest,
    office::{
        journal,
        state::{certificate, text},
    },
    register::{Entry, EntryVerifier, RegisterError, SignatureFault, View},
    signing::{
        certificate::Certificate,
        chain::{Purpose, TrustAnchors, verify_chain},
    },
};

/// Certificates by fingerprint.
#[derive(Debug, Default)]
pub struct Certificates {
    anchors: TrustAnchors,
    known: BTreeMap<Digest, Known>,
}

#[derive(Debug)]
struct Known {
    operator: String,
    certificate: Certificate,
    from: DateTime<FixedOffset>,
    revoked: Option<DateTime<FixedOffset>>,
}

impl Certificates {
    /// Reads the enrolments and revocations of a register.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn of(view: &View<'_>) -> Result<Self, RegisterError> {
        let mut all = Self::default();
        // A damaged entry is a finding of the verification; here it just tells nothing.
        if let Ok(Some(genesis)) = view.get(0) {
            let body = &genesis.entry().body;
            if let Some(authority) = certificate(body, "authority") {
                all.anchors = TrustAnchors::new([authority]);
            }
            all.enrol(genesis.entry());
        }
        for enrolled in view.find(Some(&journal::OPERATOR_ENROLLED), None).flatten() {
            all.enrol(enrolled.entry());
        }
        for revoked in view.find(Some(&journal::OPERATOR_REVOKED), None).flatten() {
            let entry = revoked.entry();
            for known in all.known.values_mut().filter(|known| known.operator == entry.subject) {
                known.revoked.get_or_insert(entry.recorded_at);
            }
        }
        Ok(all)
    }

    fn enrol(&mut self, entry: &Entry) {
        let (Some(operator), Some(certificate)) =
            (text(&entry.body, "operator"), certificate(&entry.body, "certificate"))
        else {
            return;
        };
        let at = entry.recorded_at.with_timezone(&Utc);
        if verify_chain(&certificate, &[], &self.anchors, at, Purpose::Sign).is_ok() {
            self.known.entry(certificate.fingerprint()).or_insert(Known {
                operator: operator.to_owned(),
                certificate,
                from: entry.recorded_at,
                revoked: None,
            });
        }
    }
}

impl EntryVerifier for Certificates {
    fn verify(&self, entry: &Entry, message: &[u8]) -> Result<(), SignatureFault> {
        let known =
            self.known.get(&entry.certificate).ok_or(SignatureFault::UnknownCertificate)?;
        if known.operator != entry.operator {
            return Err(SignatureFault::WrongOperator);
        }
        let at = entry.recorded_at;
        if at < known.from
            || known.revoked.is_some_and(|revoked| revoked < at)
            || !known.certificate.is_valid_at(at.with_timezone(&Utc))
        {
            return Err(SignatureFault::NotValidThen);
        }
        known
            .certificate
            .verify(message, &entry.signature)
            .map_err(|_| SignatureFault::Mismatch)
    }
}
