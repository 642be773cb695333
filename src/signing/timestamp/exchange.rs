//! What goes to an authority and what comes back, by whichever way it travels.
//!
//! An office without a network writes the request to a file and takes the response from one.
//! Source: RFC 3161, section 2.4.

use der::{Decode, Encode};

use super::{
    Imprint, TimestampError, ber,
    structures::{TimeStampReq, TimeStampResp, integer},
    token::{LIMIT, Token},
};
use crate::{digest::Digest, signing::signer::SigningError};

/// A DER request for a token over `digest`, with certificates (`.tsq`).
///
/// # Errors
/// [`TimestampError::Signing`] if it cannot be encoded.
pub fn timestamp_request(digest: &Digest, nonce: u64) -> Result<Vec<u8>, TimestampError> {
    imprint_request(&Imprint::from(*digest), nonce)
}

/// The same over a digest by whichever algorithm.
pub(super) fn imprint_request(imprint: &Imprint, nonce: u64) -> Result<Vec<u8>, TimestampError> {
    let encode = || -> der::Result<Vec<u8>> {
        TimeStampReq {
            version: 1,
            message_imprint: imprint.write()?,
            policy: None,
            nonce: Some(integer(nonce)?),
            cert_req: true,
            extensions: None,
        }
        .to_der()
    };
    encode().map_err(|_| SigningError::Encoding.into())
}

impl Token {
    /// The token of a response that grants one (`.tsr`), in DER or BER; not yet believed.
    ///
    /// # Errors
    /// [`TimestampError::NotAResponse`], [`TimestampError::Refused`],
    /// [`TimestampError::NotAToken`].
    pub fn from_response(response: &[u8]) -> Result<Self, TimestampError> {
        if response.len() > LIMIT {
            return Err(TimestampError::NotAResponse);
        }
        let response = TimeStampResp::from_der(response)
            .ok()
            .or_else(|| TimeStampResp::from_der(&ber::to_der(response)?).ok())
            .ok_or(TimestampError::NotAResponse)?;
        match (response.status.status, response.token) {
            (0 | 1, Some(token)) => {
                Self::parse(&token.to_der().map_err(|_| TimestampError::NotAResponse)?)
            }
            (0 | 1, None) => Err(TimestampError::NotAResponse),
            (status, _) => Err(TimestampError::Refused { status }),
        }
    }
}
