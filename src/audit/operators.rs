//! Who could sign which entry, told by the register itself and by nothing else.
//!
//! The first entry names the office's authority and first administrator, or what stands in for it
//! does; each enrolment carries a certificate, which must chain to that authority.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Utc};

use crate::{
    office::{
        journal,
        state::{State, certificate, text},
    },
    register::{Entry, OperatorCertificates, RegisterError, View},
    signing::chain::{Purpose, TrustAnchors, verify_chain},
};

/// Reads the enrolments and revocations of a register; `stand_in` stands for a founding entry that
/// cannot be read.
///
/// # Errors
/// Those of the storage.
pub fn certificates(
    view: &View<'_>,
    stand_in: Option<&State>,
) -> Result<OperatorCertificates, RegisterError> {
    let mut revoked: BTreeMap<String, DateTime<FixedOffset>> = BTreeMap::new();
    for entry in view.find(Some(&journal::OPERATOR_REVOKED), None).flatten() {
        let entry = entry.entry();
        revoked.entry(entry.subject.clone()).or_insert(entry.recorded_at);
    }
    let mut known = OperatorCertificates::new();
    // A damaged entry is a finding of the verification; here it just tells nothing.
    let genesis = view.get(0).ok().flatten().filter(|_| stand_in.is_none());
    let authority = match (&genesis, stand_in) {
        (_, Some(stand_in)) => Some(stand_in.authority.clone()),
        (Some(genesis), None) => certificate(&genesis.entry().body, "authority"),
        (None, None) => return Ok(known),
    };
    let anchors = TrustAnchors::new(authority);
    for first in stand_in.into_iter().flat_map(|stand_in| stand_in.operators.values()) {
        known.add(&first.id, first.certificate.clone(), revoked.get(&first.id).copied());
    }
    let mut enrol = |entry: &Entry| {
        let operator = text(&entry.body, "operator");
        let certificate = certificate(&entry.body, "certificate");
        let (Some(operator), Some(certificate)) = (operator, certificate) else { return };
        let at = entry.recorded_at.with_timezone(&Utc);
        if verify_chain(&certificate, &[], &anchors, at, Purpose::Sign).is_ok() {
            known.add(operator, certificate, revoked.get(operator).copied());
        }
    };
    if let Some(genesis) = &genesis {
        enrol(genesis.entry());
    }
    for enrolled in view.find(Some(&journal::OPERATOR_ENROLLED), None).flatten() {
        enrol(enrolled.entry());
    }
    Ok(known)
}
