//! An RFC 3161 authority reached over HTTP.
//!
//! The answer is believed only after it verifies under the anchors named for this authority,
//! carries the nonce and lies near the office's clock. Plain HTTP is enough: the token is signed,
//! and only a digest leaves the office. No proxy, no redirect, no cookie.
//! Source: RFC 3161, section 3.4.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use der::{Decode, Encode, asn1::OctetString};

use super::{
    TimestampAuthority, TimestampError, ber,
    structures::{MessageImprint, TimeStampReq, TimeStampResp, integer},
    token::{LIMIT, Token, verify_token},
};
use crate::{
    digest::Digest,
    signing::{algorithm::identifier, chain::TrustAnchors, oid, signer::SigningError},
};

/// Longest wait for an answer.
const TIME_LIMIT: Duration = Duration::from_secs(15);
/// Farthest that genTime may lie from the office's clock.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// An outside authority.
#[derive(Debug)]
pub struct HttpAuthority {
    url: String,
    anchors: TrustAnchors,
    time_limit: Duration,
    agent: ureq::Agent,
}

impl HttpAuthority {
    /// The authority at `url`, whose tokens must verify under `anchors`.
    ///
    /// # Errors
    /// [`TimestampError::Address`] if it is not an `http://` address.
    pub fn new(url: impl Into<String>, anchors: TrustAnchors) -> Result<Self, TimestampError> {
        Self::with_time_limit(url, anchors, TIME_LIMIT)
    }

    /// As [`HttpAuthority::new`], with another limit than 15 seconds.
    ///
    /// # Errors
    /// [`TimestampError::Address`].
    pub fn with_time_limit(
        url: impl Into<String>,
        anchors: TrustAnchors,
        time_limit: Duration,
    ) -> Result<Self, TimestampError> {
        let url = url.into();
        if !url.starts_with("http://") || url.contains(|letter: char| letter.is_whitespace()) {
            return Err(TimestampError::Address);
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(time_limit))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build()
            .into();
        Ok(Self { url, anchors, time_limit, agent })
    }

    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, TimestampError> {
        let mut answer = self
            .agent
            .post(&self.url)
            .header("Content-Type", "application/timestamp-query")
            .header("Accept", "application/timestamp-reply")
            .send(request)
            .map_err(|error| self.told(&error))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(TimestampError::HttpStatus { status });
        }
        let is_reply = answer
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/timestamp-reply"));
        if !is_reply {
            return Err(TimestampError::MediaType);
        }
        answer
            .body_mut()
            .with_config()
            .limit(limit())
            .read_to_vec()
            .map_err(|error| self.told(&error))
    }

    fn told(&self, error: &ureq::Error) -> TimestampError {
        match error {
            ureq::Error::Timeout(_) => TimestampError::Slow { seconds: self.time_limit.as_secs() },
            ureq::Error::BodyExceedsLimit(_) => TimestampError::TooLarge { limit: limit() },
            ureq::Error::BadUri(_) => TimestampError::Address,
            _ => TimestampError::Unreachable,
        }
    }
}

fn limit() -> u64 {
    u64::try_from(LIMIT).unwrap_or(u64::MAX)
}

fn request(digest: &Digest, nonce: u64) -> der::Result<Vec<u8>> {
    TimeStampReq {
        version: 1,
        message_imprint: MessageImprint {
            hash_algorithm: identifier(oid::SHA256),
            hashed_message: OctetString::new(digest.as_bytes().as_slice())?,
        },
        policy: None,
        nonce: Some(integer(nonce)?),
        cert_req: true,
        extensions: None,
    }
    .to_der()
}

/// The token of a response that grants one.
fn token_of(answer: &[u8]) -> Result<Token, TimestampError> {
    let response = TimeStampResp::from_der(answer)
        .ok()
        .or_else(|| TimeStampResp::from_der(&ber::to_der(answer)?).ok())
        .ok_or(TimestampError::NotAResponse)?;
    match (response.status.status, response.token) {
        (0 | 1, Some(token)) => {
            Token::parse(&token.to_der().map_err(|_| TimestampError::NotAResponse)?)
        }
        (0 | 1, None) => Err(TimestampError::NotAResponse),
        (status, _) => Err(TimestampError::Refused { status }),
    }
}

impl TimestampAuthority for HttpAuthority {
    fn stamp(
        &self,
        digest: &Digest,
        nonce: u64,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, TimestampError> {
        let request = request(digest, nonce).map_err(|_| SigningError::Encoding)?;
        let token = token_of(&self.ask(&request)?)?;
        verify_token(&token, digest, &self.anchors, Some(nonce))?;
        let apart = token.gen_time() - now;
        if apart.abs() > TOLERANCE {
            return Err(TimestampError::WrongTime { seconds: apart.num_seconds() });
        }
        Ok(token.as_der().to_vec())
    }

    fn self_asserted(&self) -> bool {
        false
    }
}
