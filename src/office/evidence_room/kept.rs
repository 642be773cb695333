//! Sealed bundles as the register tells of them.

use chrono::NaiveDate;
use serde_json::Value;

use super::{Reports, RoomError};
use crate::{
    digest::Digest,
    office::{
        Office, journal,
        office_folder::OfficeError,
        state::{digest, text},
    },
    problem::alone as report,
    register::Recorded,
};

/// A sealed bundle of the office.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its number.
    pub id: String,
    /// The case it belongs to.
    pub case: String,
    /// Digest of the whole file, and its name in the archive.
    pub object: Digest,
    /// Length of the whole file.
    pub bytes: u64,
    /// Files of its payload.
    pub files: u64,
    /// Digest of the payload manifest.
    pub manifest: Digest,
    /// The visit's document it belongs to.
    pub visit: Option<String>,
    /// The letter whose signed copy it holds.
    pub letter: Option<String>,
    /// Whether everything is there that its occasion needs.
    pub complete: bool,
    /// Whether its time is only the office's own word.
    pub self_asserted: bool,
    /// Time of the token; of the signature while the token is pending.
    pub gen_time: String,
    /// Whether it was sealed without a token, because the authority was absent.
    pub time_pending: bool,
    /// Day through which it is kept at least, while its case is open.
    pub kept_not_before: NaiveDate,
    /// Register entry.
    pub seq: u64,
}

impl Office {
    /// Every bundle the register holds.
    ///
    /// # Errors
    /// [`OfficeError::Register`].
    pub fn bundles(&self) -> Result<Vec<Kept>, OfficeError> {
        let mut all = Vec::new();
        for entry in self.view().find(Some(&journal::EVIDENCE_SEALED), None) {
            all.extend(kept(&entry?));
        }
        Ok(all)
    }

    /// Bundle `id`.
    ///
    /// # Errors
    /// [`RoomError::Unknown`], [`OfficeError::Register`].
    pub fn bundle(&self, id: &str) -> Reports<Kept> {
        let entry = self
            .view()
            .last(&journal::EVIDENCE_SEALED, id)
            .map_err(|error| report(OfficeError::from(error)))?;
        entry.as_ref().and_then(kept).ok_or_else(|| report(RoomError::Unknown))
    }
}

pub(super) fn kept(entry: &Recorded) -> Option<Kept> {
    let body = &entry.entry().body;
    let number = |name| body.get(name).and_then(Value::as_u64);
    let flag = |name| body.get(name).and_then(Value::as_bool);
    Some(Kept {
        id: entry.entry().subject.clone(),
        case: text(body, "case")?.to_owned(),
        object: digest(body, "object")?,
        bytes: number("object_bytes")?,
        files: number("files")?,
        manifest: digest(body, "manifest")?,
        visit: text(body, "visit").map(str::to_owned),
        letter: text(body, "letter").map(str::to_owned),
        complete: flag("complete")?,
        self_asserted: flag("self_asserted_time")?,
        gen_time: text(body, "gen_time")?.to_owned(),
        time_pending: flag("time_pending").unwrap_or(false),
        kept_not_before: text(body, "kept_not_before")?.parse().ok()?,
        seq: entry.seq(),
    })
}
