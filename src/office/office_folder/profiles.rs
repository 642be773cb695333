//! Signed profiles of principals, as the office reads them.

use chrono::{DateTime, FixedOffset, Utc};

use super::{OBJECT_LIMIT, Office, OfficeError};
use crate::{
    archive::Objects as _,
    office::principal::{PrincipalError, Profile},
    problem::{Report, alone as report},
    signing::{
        cades,
        certificate::Certificate,
        chain::{Purpose, TrustAnchors, verify_chain},
    },
};

impl Office {
    /// A principal's newest signed profile, its signature checked again.
    ///
    /// # Errors
    /// [`PrincipalError`], [`OfficeError::Archive`].
    pub fn profile(&self, id: &str) -> Result<Profile, Vec<Report>> {
        let known = crate::office::operator::is_id(id);
        let shown = || if known { id.to_owned() } else { "?".to_owned() };
        let principal = self.state.principals.get(id);
        let principal = principal.ok_or_else(|| report(PrincipalError::Unknown { id: shown() }))?;
        let object =
            principal.profile.ok_or_else(|| report(PrincipalError::NoProfile { id: shown() }))?;
        let bytes =
            self.archive.read(&object, OBJECT_LIMIT).map_err(|e| report(OfficeError::from(e)))?;
        open_profile(&bytes, &principal.certificate, None).map_err(report)
    }
}

/// Opens a signed profile: the signature must chain to `pinned`.
///
/// `at` judges the certificate at that time; without it, at the time the signer claims.
///
/// # Errors
/// [`PrincipalError::NotPinned`] and those of [`Profile::parse`].
pub fn open_profile(
    signed: &[u8],
    pinned: &Certificate,
    at: Option<DateTime<FixedOffset>>,
) -> Result<Profile, PrincipalError> {
    open_dated_profile(signed, pinned, at).map(|(profile, _)| profile)
}

/// Opens a signed profile, with the time at which its signer says it was signed.
pub(in crate::office) fn open_dated_profile(
    signed: &[u8],
    pinned: &Certificate,
    at: Option<DateTime<FixedOffset>>,
) -> Result<(Profile, DateTime<Utc>), PrincipalError> {
    let opened = cades::verify_enveloping(signed).map_err(|_| PrincipalError::NotPinned)?;
    let signed_at = opened.signature.signing_time();
    let at = at.map_or(signed_at, |at| at.to_utc());
    verify_chain(
        opened.signature.certificate(),
        opened.signature.intermediates(),
        &TrustAnchors::new([pinned.clone()]),
        at,
        Purpose::Sign,
    )
    .map_err(|_| PrincipalError::NotPinned)?;
    let text = std::str::from_utf8(&opened.content)
        .map_err(|_| PrincipalError::Malformed { line: 1, detail: "not UTF-8".to_owned() })?;
    Ok((Profile::parse(text)?, signed_at))
}
