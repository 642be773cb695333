//! The office's own timestamp authority: its clock, its key, its word.
//!
//! What it stamps is ordered and bound, but against the office itself it proves nothing; every
//! report says so by [`TimestampAuthority::self_asserted`].

use chrono::{DateTime, Utc};
use der::{
    Any, Decode, Encode,
    asn1::{Int, ObjectIdentifier, Uint},
};

use super::{
    Imprint, TimestampAuthority, TimestampError,
    structures::{PkiStatusInfo, TimeStampReq, TimeStampResp, TstInfo, integer, write_time},
};
use crate::{
    digest::Hasher,
    signing::{
        algorithm::DigestAlgorithm,
        certificate::Certificate,
        chain::{Purpose, TrustAnchors, check_validity, verify_chain},
        oid,
        signed_data::{self, Content, Draft},
        signer::{Signer, SigningError},
    },
};

/// A timestamp authority of one's own.
pub struct LocalAuthority<S> {
    signer: S,
    chain: Vec<Certificate>,
    policy: ObjectIdentifier,
}

impl<S: Signer> LocalAuthority<S> {
    /// An authority that signs by `signer` under the policy `policy` (numbers joined by dots) and
    /// includes `chain`, whose first certificate is the issuer of the signer's.
    ///
    /// # Errors
    /// [`TimestampError::Policy`]; [`TimestampError::Chain`] if the certificate is not one for
    /// timestamps.
    pub fn new(signer: S, chain: Vec<Certificate>, policy: &str) -> Result<Self, TimestampError> {
        let policy = ObjectIdentifier::new(policy).map_err(|_| TimestampError::Policy)?;
        // Judged as its own anchor: only the purpose is asked here, at the start of validity.
        let certificate = signer.certificate();
        let itself = TrustAnchors::new([certificate.clone()]);
        verify_chain(certificate, &[], &itself, certificate.not_before(), Purpose::Timestamp)?;
        Ok(Self { signer, chain, policy })
    }

    /// An authority whose certificate is not one for timestamps: a named defect.
    #[cfg(test)]
    pub(super) fn unchecked(signer: S, policy: &str) -> Self {
        Self { signer, chain: Vec::new(), policy: ObjectIdentifier::new(policy).unwrap() }
    }

    /// Answers a DER request, as an authority on the network does: DER of a response.
    ///
    /// # Errors
    /// [`TimestampError::NotARequest`], [`TimestampError::Signing`], [`TimestampError::Chain`].
    pub fn respond(&self, request: &[u8], now: DateTime<Utc>) -> Result<Vec<u8>, TimestampError> {
        let request = TimeStampReq::from_der(request).map_err(|_| TimestampError::NotARequest)?;
        let is_sha256 = |imprint: &Imprint| imprint.algorithm() == DigestAlgorithm::Sha256;
        let imprint = Imprint::read(&request.message_imprint).filter(is_sha256);
        let is_ours = request.policy.is_none_or(|policy| policy == self.policy);
        let (Some(imprint), true, true, true, None) =
            (imprint, is_ours, request.cert_req, request.version == 1, &request.extensions)
        else {
            return Err(TimestampError::NotARequest);
        };
        let token = self.token(&imprint, request.nonce, now)?;
        let encode = || -> der::Result<Vec<u8>> {
            TimeStampResp {
                status: PkiStatusInfo { status: 0, status_string: None, fail_info: None },
                token: Some(Any::from_der(&token)?),
            }
            .to_der()
        };
        encode().map_err(|_| SigningError::Encoding.into())
    }

    fn token(
        &self,
        imprint: &Imprint,
        nonce: Option<Int>,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, TimestampError> {
        check_validity(self.signer.certificate(), now)?;
        let info = self.info(imprint, nonce, now).map_err(|_| SigningError::Encoding)?;
        let draft = Draft {
            content_type: oid::TST_INFO,
            content: Content::Bytes(&info),
            signing_time: now,
            chain: &self.chain,
        };
        Ok(signed_data::sign(&draft, &self.signer)?)
    }

    fn info(
        &self,
        imprint: &Imprint,
        nonce: Option<Int>,
        now: DateTime<Utc>,
    ) -> der::Result<Vec<u8>> {
        TstInfo {
            version: 1,
            policy: self.policy,
            message_imprint: imprint.write()?,
            serial_number: serial(imprint, nonce.as_ref(), now)?,
            gen_time: write_time(now)?,
            accuracy: None,
            ordering: false,
            nonce,
            tsa: None,
            extensions: None,
        }
        .to_der()
    }
}

/// A serial number that differs for each request without a counter to keep: 152 bits of a digest
/// over what was asked and when.
fn serial(imprint: &Imprint, nonce: Option<&Int>, now: DateTime<Utc>) -> der::Result<Int> {
    let mut hasher = Hasher::default();
    hasher.update(b"chancery/timestamp-serial");
    hasher.update(&now.timestamp_micros().to_be_bytes());
    hasher.update(imprint.as_bytes());
    hasher.update(nonce.map_or(&[][..], Int::as_bytes));
    let whole = hasher.finish();
    let (bytes, _) = whole.as_bytes().split_at(19);
    Uint::new(bytes).map(Int::from)
}

impl<S: Signer> TimestampAuthority for LocalAuthority<S> {
    fn stamp_imprint(
        &self,
        imprint: &Imprint,
        nonce: u64,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, TimestampError> {
        let nonce = integer(nonce).map_err(|_| SigningError::Encoding)?;
        self.token(imprint, Some(nonce), now)
    }

    fn self_asserted(&self) -> bool {
        true
    }
}
