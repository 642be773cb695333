//! A timestamp token and its judgement at its own time.
//!
//! Judged: one CMS signature bound to its certificate, the certificate good for timestamps (sole
//! and critical purpose) under the reader's anchors at genTime, the imprint SHA-256 and equal,
//! the nonce where one was sent. Not judged: how far genTime lies from any clock of ours.

use chrono::{DateTime, Utc};
use der::{Decode, asn1::ObjectIdentifier};

use super::{
    Imprint, TimestampError, ber,
    structures::{TstInfo, integer, read_time},
};
use crate::{
    digest::Digest,
    signing::{
        algorithm::DigestAlgorithm,
        certificate::Certificate,
        chain::{Purpose, TrustAnchors, verify_chain},
        oid,
        signed_data::{Content, SignedData},
    },
};

/// Largest token or answer that is read.
pub(super) const LIMIT: usize = 128 * 1024;

/// A token that was read, not yet believed.
#[derive(Clone)]
pub struct Token {
    der: Vec<u8>,
    data: SignedData,
    content: Vec<u8>,
    info: TstInfo,
    gen_time: DateTime<Utc>,
}

impl Token {
    /// Reads a token in DER, or in the BER that some authorities send.
    ///
    /// # Errors
    /// [`TimestampError::NotAToken`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TimestampError> {
        if bytes.len() > LIMIT {
            return Err(TimestampError::NotAToken);
        }
        let (der, data) = if let Ok(data) = SignedData::read(bytes) {
            (bytes.to_vec(), data)
        } else {
            let der = ber::to_der(bytes).ok_or(TimestampError::NotAToken)?;
            let data = SignedData::read(&der).map_err(|_| TimestampError::NotAToken)?;
            (der, data)
        };
        let content = data
            .content
            .clone()
            .filter(|_| data.content_type == oid::TST_INFO)
            .ok_or(TimestampError::NotAToken)?;
        let info = TstInfo::from_der(&content).map_err(|_| TimestampError::NotAToken)?;
        let gen_time = read_time(&info.gen_time).ok_or(TimestampError::NotAToken)?;
        let is_extended = info.extensions.iter().flatten().any(|extension| extension.critical);
        if info.version != 1 || is_extended {
            return Err(TimestampError::NotAToken);
        }
        Ok(Self { der, data, content, info, gen_time })
    }

    /// The token in DER: what is kept, and what other programs read.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The time the authority asserts, with its fraction of a second.
    #[must_use]
    pub const fn gen_time(&self) -> DateTime<Utc> {
        self.gen_time
    }

    /// The digest that was stamped, if it is a SHA-256.
    #[must_use]
    pub fn imprint(&self) -> Option<Digest> {
        let imprint = &self.info.message_imprint;
        if DigestAlgorithm::read(&imprint.hash_algorithm)? != DigestAlgorithm::Sha256 {
            return None;
        }
        imprint.hashed_message.as_bytes().try_into().ok().map(Digest::from_bytes)
    }

    /// What was stamped; `None` if it is no digest of SHA-2.
    #[must_use]
    pub fn message_imprint(&self) -> Option<Imprint> {
        Imprint::read(&self.info.message_imprint)
    }

    /// The authority's serial number for this token, in lower-case hexadecimal.
    #[must_use]
    pub fn serial(&self) -> String {
        hex::encode(self.info.serial_number.as_bytes())
    }

    /// The policy under which it was given, such as `1.2.3.4.1`.
    #[must_use]
    pub fn policy(&self) -> String {
        self.info.policy.to_string()
    }

    pub(super) const fn policy_identifier(&self) -> ObjectIdentifier {
        self.info.policy
    }

    /// The certificates the token carries.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.data.certificates
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Token({})", self.gen_time.to_rfc3339())
    }
}

/// A timestamp that holds; made by [`verify_token`] only.
#[derive(Clone, Debug)]
pub struct VerifiedTimestamp {
    gen_time: DateTime<Utc>,
    authority: Certificate,
    policy: ObjectIdentifier,
    path: Vec<Certificate>,
}

impl VerifiedTimestamp {
    /// The time at which the content existed, in the authority's word.
    #[must_use]
    pub const fn gen_time(&self) -> DateTime<Utc> {
        self.gen_time
    }

    /// The authority's certificate.
    #[must_use]
    pub const fn authority(&self) -> &Certificate {
        &self.authority
    }

    /// The policy, such as `1.2.3.4.1`.
    #[must_use]
    pub fn policy(&self) -> String {
        self.policy.to_string()
    }

    /// The path from the authority's certificate to the anchor.
    #[must_use]
    pub fn path(&self) -> &[Certificate] {
        &self.path
    }
}

/// Judges a token over `digest`, at the token's own time.
///
/// `nonce` is the one sent with the request, where this is the answer to one; a token of the
/// archive is judged with `None`.
///
/// # Errors
/// [`TimestampError`] by what is wrong.
pub fn verify_token(
    token: &Token,
    digest: &Digest,
    anchors: &TrustAnchors,
    nonce: Option<u64>,
) -> Result<VerifiedTimestamp, TimestampError> {
    if token.imprint().is_none() {
        return Err(TimestampError::ImprintAlgorithm);
    }
    verify_imprint(token, &Imprint::from(*digest), anchors, nonce)
}

/// As [`verify_token`], over a digest by whichever algorithm.
///
/// # Errors
/// [`TimestampError`] by what is wrong.
pub fn verify_imprint(
    token: &Token,
    imprint: &Imprint,
    anchors: &TrustAnchors,
    nonce: Option<u64>,
) -> Result<VerifiedTimestamp, TimestampError> {
    if token.message_imprint().as_ref() != Some(imprint) {
        return Err(TimestampError::OtherContent);
    }
    if let Some(nonce) = nonce
        && integer(nonce).ok() != token.info.nonce
    {
        return Err(TimestampError::Nonce);
    }
    let checked =
        token.data.check(oid::TST_INFO, Content::Bytes(&token.content), anchors.certificates())?;
    let path = verify_chain(
        &checked.certificate,
        &checked.others,
        anchors,
        token.gen_time,
        Purpose::Timestamp,
    )?;
    Ok(VerifiedTimestamp {
        gen_time: token.gen_time,
        authority: checked.certificate,
        policy: token.policy_identifier(),
        path,
    })
}
