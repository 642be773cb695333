//! An issued letter, as its register entry tells it.

use serde_json::{Map, Value};

use super::desk::DeskError;
use crate::{
    digest::Digest,
    office::{Office, journal},
    register::Recorded,
};

/// An issued letter.
#[derive(Clone, Debug)]
pub struct Issued {
    /// Its number.
    pub number: String,
    /// Its check code.
    pub check_code: String,
    /// Its kind.
    pub template: String,
    /// Digest of its PDF.
    pub pdf: Digest,
    /// Its pages.
    pub pages: u64,
    /// Register entry that issued it.
    pub seq: u64,
}

/// The issued letter `number`, as the register has it.
///
/// # Errors
/// [`DeskError::Office`].
pub fn find(office: &Office, number: &str) -> Result<Option<Issued>, DeskError> {
    let issued = office.view().last(&journal::LETTER_ISSUED, number)?;
    Ok(issued.as_ref().and_then(issued_letter))
}

/// What a `letter.issued` entry tells.
#[must_use]
pub fn issued_letter(entry: &Recorded) -> Option<Issued> {
    let body = &entry.entry().body;
    Some(Issued {
        number: entry.entry().subject.clone(),
        check_code: text(body, "check_code"),
        template: text(body, "template"),
        pdf: text(body, "pdf").parse().ok()?,
        pages: body.get("pages").and_then(Value::as_u64)?,
        seq: entry.seq(),
    })
}

/// A text member of a body, empty where there is none.
pub(super) fn text(body: &Map<String, Value>, name: &str) -> String {
    body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
