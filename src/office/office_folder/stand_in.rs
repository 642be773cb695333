//! What stands in for a founding entry that cannot be read, while somebody audits.
//!
//! The authority is the office's `keys/ca.pem`. The first administrator is whoever signed the first
//! entry that only an administrator signs, by the certificate the office holds of them; it must be
//! the one the entry names. Nobody may act on such a state, and the audit says what it rests on.

use std::path::PathBuf;

use super::KEY_LIMIT;
use crate::{
    durable,
    office::{
        credentials::Service, journal, operator::is_id, paths::OfficePaths, settings::Settings,
        state::State,
    },
    register::{Recorded, View},
    signing::certificate::Certificate,
};

/// The state after the founding entry, by the office's own files; nothing if they do not tell.
pub(super) fn begin(paths: &OfficePaths, settings: &Settings, view: &View<'_>) -> Option<State> {
    let view = view.past_damage();
    let read = |path: PathBuf| {
        let pem = durable::read(&path, KEY_LIMIT).ok()?;
        Certificate::from_pem(&String::from_utf8_lossy(&pem)).ok()
    };
    let authority = read(paths.service_certificate(Service::CertificateAuthority.name()))?;
    let first = view.entries(1).find_map(Result::ok)?;
    let enrolled = [&journal::OPERATOR_ENROLLED, &journal::PRINCIPAL_PINNED]
        .into_iter()
        .filter_map(|kind| view.find(Some(kind), None).find_map(Result::ok))
        .min_by_key(Recorded::seq);
    let administrator = enrolled.as_ref().and_then(|enrolled| {
        let entry = enrolled.entry();
        let id = is_id(&entry.operator).then_some(entry.operator.as_str())?;
        let own = read(paths.operator_certificate(id))?;
        (own.fingerprint() == entry.certificate).then_some((id, own))
    });
    let since = first.recorded_at();
    Some(State::stood_in(authority, &settings.agency.uscc, since, administrator))
}
