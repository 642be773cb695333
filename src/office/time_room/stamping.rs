//! Tokens for bundles and exports that were sealed without one.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Reports, TimeError, Timing};
use crate::{
    archive::Objects as _,
    digest::Digest,
    office::{Office, journal, office_folder::OfficeError, operator::Role, state::digest},
    problem::{Report, alone as report},
    register::Draft,
    signing::Token,
};

/// A token that was put beside its bundle.
#[derive(Clone, Debug)]
pub struct Timestamped {
    /// The bundle or export.
    pub bundle: String,
    /// The token's object.
    pub token: Digest,
    /// Its time.
    pub gen_time: DateTime<Utc>,
    /// The entry.
    pub entry: u64,
}

/// What waits for its token: a bundle of the archive, or the bundle inside an export.
struct Waiting {
    id: String,
    seq: u64,
    sealed: Digest,
}

impl Office {
    /// Asks tokens for every bundle and export that waits for one. What was stamped before a fault stays.
    ///
    /// # Errors
    /// [`TimeError::OwnAuthority`]; whatever the authority lacks or lies about; faults of register
    /// and archive.
    pub fn stamp_pending(&mut self, by: &mut Timing<'_>) -> Reports<Vec<Timestamped>> {
        by.actor.require(Role::Archivist).map_err(report)?;
        let _lock = self.room_lock().map_err(report)?;
        self.settle_staged().map_err(report)?;
        let waiting = self.waiting().map_err(report)?;
        let mut done = Vec::new();
        if waiting.is_empty() {
            return Ok(done);
        }
        if self.settings().timestamp.url.is_none() {
            return Err(report(TimeError::OwnAuthority));
        }
        let authority = self.timestamp_authority(by.credentials, by.ask)?;
        for bundle in waiting {
            let now = self.now().with_timezone(&Utc);
            let token = authority.stamp(&bundle.sealed, by.nonce()?, now).map_err(report)?;
            let token = Token::parse(&token).map_err(report)?;
            let gen_time = token.gen_time();
            let draft = Draft::new(journal::EVIDENCE_TIMESTAMPED, bundle.id.clone())
                .with("sealed", bundle.seq)
                .with("stamped", bundle.sealed.to_string())
                .with("gen_time", gen_time.to_rfc3339());
            let (object, entry) = self.put_sibling(token.as_der(), draft, by.actor)?;
            let bundle = bundle.id;
            done.push(Timestamped { bundle, token: object, gen_time, entry: entry.seq() });
        }
        Ok(done)
    }

    /// What an audit tells of bundles that wait for their token.
    ///
    /// # Errors
    /// [`OfficeError::Register`].
    pub fn pending_note(&self) -> Result<Option<Report>, OfficeError> {
        let bundles = self.waiting()?.len();
        Ok((bundles > 0).then(|| TimeError::Waiting { bundles }.into()))
    }

    /// The token that came later for the export `id`, to be handed to its recipient.
    ///
    /// # Errors
    /// [`TimeError::NoToken`] if there is none; faults of register and archive.
    pub fn export_token(&self, id: &str) -> Reports<Vec<u8>> {
        let object = self.sibling(&journal::EVIDENCE_TIMESTAMPED, id).map_err(report)?;
        self.read_sibling(&object.ok_or_else(|| report(TimeError::NoToken))?)
    }

    /// Bundles and exports that wait for their token.
    fn waiting(&self) -> Result<Vec<Waiting>, OfficeError> {
        let mut waiting = Vec::new();
        for bundle in self.bundles()?.into_iter().filter(|bundle| bundle.time_pending) {
            if self.sibling(&journal::EVIDENCE_TIMESTAMPED, &bundle.id)?.is_none()
                && self.archive().contains(&bundle.object)?
            {
                waiting.push(Waiting { id: bundle.id, seq: bundle.seq, sealed: bundle.object });
            }
        }
        for entry in self.view().find(Some(&journal::EVIDENCE_EXPORTED), None) {
            let entry = entry?;
            let (id, body) = (&entry.entry().subject, &entry.entry().body);
            let pending = body.get("time_pending").and_then(Value::as_bool).unwrap_or(false);
            if let Some(sealed) = digest(body, "sealed").filter(|_| pending)
                && self.sibling(&journal::EVIDENCE_TIMESTAMPED, id)?.is_none()
            {
                waiting.push(Waiting { id: id.clone(), seq: entry.seq(), sealed });
            }
        }
        Ok(waiting)
    }
}
