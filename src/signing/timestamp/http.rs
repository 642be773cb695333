//! An RFC 3161 authority reached over HTTP.
//!
//! The answer is believed only after it verifies under the anchors named for this authority,
//! carries the nonce and lies near the office's clock. Plain HTTP is enough: the token is signed,
//! and only a digest leaves the office. No proxy, no redirect, no cookie.
//! Source: RFC 3161, section 3.4.

use std::time::Duration;

use super::{
    Imprint, TimestampAuthority, TimestampError,
    exchange::imprint_request,
    token::{LIMIT, Token, verify_imprint},
};
use crate::signing::chain::TrustAnchors;
use chrono::{DateTime, TimeDelta, Utc};

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
    queues: bool,
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
        Ok(Self { url, anchors, time_limit, queues: false, agent })
    }

    /// The same authority, whose absence lets sealing go on and stamp later.
    #[must_use]
    pub fn queueing(self, queues: bool) -> Self {
        Self { queues, ..self }
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

impl TimestampAuthority for HttpAuthority {
    fn stamp_imprint(
        &self,
        imprint: &Imprint,
        nonce: u64,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, TimestampError> {
        let request = imprint_request(imprint, nonce)?;
        let token = Token::from_response(&self.ask(&request)?)?;
        verify_imprint(&token, imprint, &self.anchors, Some(nonce))?;
        let apart = token.gen_time() - now;
        if apart.abs() > TOLERANCE {
            return Err(TimestampError::WrongTime { seconds: apart.num_seconds() });
        }
        Ok(token.as_der().to_vec())
    }

    fn self_asserted(&self) -> bool {
        false
    }

    fn queues(&self) -> bool {
        self.queues
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{TcpListener, TcpStream},
        thread,
    };

    use der::{Decode, Encode};

    use super::*;
    use crate::{
        digest::Digest,
        signing::{
            chain::ChainError,
            testing::at,
            timestamp::{
                exchange::timestamp_request,
                structures::{TimeStampReq, integer},
                tests::{NONCE, TIME, digest, local},
                token::verify_token,
            },
        },
    };

    /// Reads one request off `stream`: head and body.
    fn read_request(stream: &mut TcpStream) -> (String, Vec<u8>) {
        let mut bytes = Vec::new();
        let mut piece = [0; 1024];
        loop {
            let count = stream.read(&mut piece).unwrap();
            bytes.extend(&piece[..count]);
            let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if bytes.len() >= end + 4 + length {
                return (head, bytes[end + 4..].to_vec());
            }
        }
    }

    /// Answers one request on the loopback with what `answer` makes of its body.
    fn serve(answer: impl FnOnce(&[u8]) -> Vec<u8> + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (head, body) = read_request(&mut stream);
            assert!(head.starts_with("post /tsa "), "{head}");
            assert!(head.contains("content-type: application/timestamp-query"), "{head}");
            // The other side may have hung up, as on an answer that is too large.
            let _ = stream.write_all(&answer(&body));
        });
        url
    }

    fn reply(body: &[u8]) -> Vec<u8> {
        with_head("200 OK", "application/timestamp-reply", body)
    }

    fn with_head(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    }

    fn ask(url: String, now: &str) -> Result<Vec<u8>, TimestampError> {
        let limit = Duration::from_secs(5);
        HttpAuthority::with_time_limit(url, local().1, limit)?.stamp(&digest(), NONCE, at(now))
    }

    fn answer_at(time: &'static str) -> impl FnOnce(&[u8]) -> Vec<u8> + Send + 'static {
        move |request| reply(&local().0.respond(request, at(time)).unwrap())
    }

    #[test]
    fn a_good_answer_gives_a_token_that_verifies() {
        let token = ask(serve(answer_at(TIME)), TIME).unwrap();
        let verified =
            verify_token(&Token::parse(&token).unwrap(), &digest(), &local().1, Some(NONCE));
        assert_eq!(verified.unwrap().gen_time(), at(TIME));
        let authority = HttpAuthority::new("http://127.0.0.1:9/", local().1).unwrap();
        assert!(!authority.self_asserted());
    }

    #[test]
    fn an_authority_whose_time_is_off_is_not_believed() {
        let answer = ask(serve(answer_at("2026-06-01T08:36:00Z")), TIME);
        assert!(matches!(answer, Err(TimestampError::WrongTime { seconds: 360 })));
    }

    #[test]
    fn a_replayed_or_other_answer_is_refused() {
        let replayed = |request: &[u8]| {
            let mut request = TimeStampReq::from_der(request).unwrap();
            request.nonce = Some(integer(7).unwrap());
            reply(&local().0.respond(&request.to_der().unwrap(), at(TIME)).unwrap())
        };
        assert!(matches!(ask(serve(replayed), TIME), Err(TimestampError::Nonce)));
        let lying = |_: &[u8]| {
            let other = timestamp_request(&Digest::of("other"), NONCE).unwrap();
            reply(&local().0.respond(&other, at(TIME)).unwrap())
        };
        assert!(matches!(ask(serve(lying), TIME), Err(TimestampError::OtherContent)));
    }

    #[test]
    fn an_authority_under_no_anchor_is_not_trusted() {
        let authority = HttpAuthority::new(serve(answer_at(TIME)), TrustAnchors::default());
        assert!(matches!(
            authority.unwrap().stamp(&digest(), NONCE, at(TIME)),
            Err(TimestampError::Chain { source: ChainError::Untrusted })
        ));
    }

    #[test]
    fn every_wrong_answer_has_its_own_code() {
        let page = |_: &[u8]| with_head("200 OK", "text/html", b"<html>");
        assert!(matches!(ask(serve(page), TIME), Err(TimestampError::MediaType)));
        let absent = |_: &[u8]| with_head("404 Not Found", "text/html", b"");
        let answer = ask(serve(absent), TIME);
        assert!(matches!(answer, Err(TimestampError::HttpStatus { status: 404 })));
        let moved = |_: &[u8]| {
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
                .to_vec()
        };
        let answer = ask(serve(moved), TIME);
        assert!(matches!(answer, Err(TimestampError::HttpStatus { status: 302 })), "{answer:?}");
        let noise = |_: &[u8]| reply(b"noise");
        assert!(matches!(ask(serve(noise), TIME), Err(TimestampError::NotAResponse)));
        // PKIStatus 2 (rejection), without a token.
        let refusal = |_: &[u8]| reply(&[0x30, 5, 0x30, 3, 2, 1, 2]);
        let answer = ask(serve(refusal), TIME);
        assert!(matches!(answer, Err(TimestampError::Refused { status: 2 })));
        let empty = |_: &[u8]| reply(&[0x30, 5, 0x30, 3, 2, 1, 0]);
        assert!(matches!(ask(serve(empty), TIME), Err(TimestampError::NotAResponse)));
        let large = |_: &[u8]| reply(&vec![0; LIMIT + 1]);
        assert!(matches!(ask(serve(large), TIME), Err(TimestampError::TooLarge { .. })));
    }

    #[test]
    fn silence_ends_at_the_limit_and_absence_at_once() {
        let slow = serve(|_| {
            thread::sleep(Duration::from_secs(2));
            Vec::new()
        });
        let limit = Duration::from_millis(300);
        let authority = HttpAuthority::with_time_limit(slow, local().1, limit).unwrap();
        let answer = authority.stamp(&digest(), NONCE, at(TIME));
        assert!(matches!(answer, Err(TimestampError::Slow { .. })), "{answer:?}");
        let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let answer = ask(format!("http://{unused}/"), TIME);
        assert!(matches!(answer, Err(TimestampError::Unreachable)), "{answer:?}");
    }

    #[test]
    fn only_plain_http_addresses_are_taken() {
        for url in ["https://tsa.example/", "tsa.example", "http://a b/", ""] {
            assert!(matches!(
                HttpAuthority::new(url, TrustAnchors::default()),
                Err(TimestampError::Address)
            ));
        }
    }
}
