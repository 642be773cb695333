//! CAdES-BES signatures over files: detached beside them, or enveloping a small one.
//!
//! Made strictly (one signer, SHA-256, the signer's certificate bound by its digest) and read as
//! strictly: two signers, trailing bytes, unsigned attributes, revocation lists and certificates
//! off the signer's path are refused. A good signature says nothing of trust: give its
//! certificate and time to [`verify_chain`].
//! Sources: EN 319 122-1, RFC 5652, RFC 5035.

use chrono::{DateTime, Utc};

pub use super::signed_data::SignatureError;
use super::{
    certificate::Certificate,
    chain::{ChainError, Purpose, TrustAnchors, verify_chain},
    oid,
    signed_data::{self, Checked, Content, Draft, SignedData},
    signer::{Signer, SigningError},
};
use crate::digest::Digest;

/// A signature that holds over its content; made by [`verify_detached`] and
/// [`verify_enveloping`] only. Whether its certificate is trusted is another question.
#[derive(Clone, Debug)]
pub struct VerifiedSignature {
    certificate: Certificate,
    intermediates: Vec<Certificate>,
    /// Topmost certificate, if only a judged path can vouch for its bytes.
    open_top: Option<Certificate>,
    signing_time: DateTime<Utc>,
}

impl VerifiedSignature {
    /// The signer's certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The other certificates, on the signer's path.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// The time the signer claims.
    #[must_use]
    pub const fn signing_time(&self) -> DateTime<Utc> {
        self.signing_time
    }

    /// Judges the signer's certificate for signing at `at`: a time from the register or a
    /// timestamp, since the one the signer claims proves nothing. Of the certificates that came
    /// along none may be another than those of the path.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn verify_chain(
        &self,
        anchors: &TrustAnchors,
        at: DateTime<Utc>,
    ) -> Result<Vec<Certificate>, ChainError> {
        let path =
            verify_chain(&self.certificate, &self.intermediates, anchors, at, Purpose::Sign)?;
        if self.open_top.as_ref().is_some_and(|top| !path.contains(top)) {
            return Err(ChainError::Stray);
        }
        Ok(path)
    }
}

/// A signed file with what it holds.
#[derive(Clone, Debug)]
pub struct Enveloped {
    /// The content.
    pub content: Vec<u8>,
    /// The signature over it.
    pub signature: VerifiedSignature,
}

/// Signs content that stands elsewhere, by its SHA-256. `chain` are certificates to include
/// besides the signer's.
///
/// # Errors
/// [`SigningError`] if the signer does not sign or the time cannot be written.
pub fn sign_detached(
    content: &Digest,
    signer: &dyn Signer,
    chain: &[Certificate],
    signing_time: DateTime<Utc>,
) -> Result<Vec<u8>, SigningError> {
    let content = Content::Detached(content);
    signed_data::sign(&Draft { content_type: oid::DATA, content, signing_time, chain }, signer)
}

/// Signs a small content into one file that holds both.
///
/// # Errors
/// As [`sign_detached`].
pub fn sign_enveloping(
    content: &[u8],
    signer: &dyn Signer,
    chain: &[Certificate],
    signing_time: DateTime<Utc>,
) -> Result<Vec<u8>, SigningError> {
    let content = Content::Bytes(content);
    signed_data::sign(&Draft { content_type: oid::DATA, content, signing_time, chain }, signer)
}

/// Checks a detached signature over content of the given SHA-256.
///
/// # Errors
/// [`SignatureError`] by what is wrong.
pub fn verify_detached(p7s: &[u8], content: &Digest) -> Result<VerifiedSignature, SignatureError> {
    let data = SignedData::read(p7s)?;
    if data.content.is_some() {
        return Err(SignatureError::Content);
    }
    verify(&data, Content::Detached(content))
}

/// Checks a signature that holds its content, and gives the content out.
///
/// # Errors
/// [`SignatureError`] by what is wrong.
pub fn verify_enveloping(p7m: &[u8]) -> Result<Enveloped, SignatureError> {
    let mut data = SignedData::read(p7m)?;
    let content = data.content.take().ok_or(SignatureError::Content)?;
    let signature = verify(&data, Content::Bytes(&content))?;
    Ok(Enveloped { content, signature })
}

fn verify(data: &SignedData, content: Content<'_>) -> Result<VerifiedSignature, SignatureError> {
    let checked = data.check(oid::DATA, content, &[])?;
    data.check_strict()?;
    let open_top = data.check_nothing_uncovered(&checked)?;
    let Checked { certificate, others, signing_time } = checked;
    let signing_time = signing_time.ok_or(SignatureError::Attributes)?;
    Ok(VerifiedSignature { certificate, intermediates: others, open_top, signing_time })
}

#[cfg(test)]
mod tests;
