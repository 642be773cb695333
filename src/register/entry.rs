//! One entry of the register: its draft, its canonical bytes, its strict reading.
//!
//! A leaf is the RFC 8785 form of the signed entry, signature included; what is signed is the same
//! form without the member `signature`. Refuses, on writing and on reading alike, unknown or
//! doubled members, numbers that other languages would round, and bytes that are not canonical.
//! Source: SPEC Register and decision 10; RFC 8785; RFC 7493 section 2.2 (integers).

use std::{borrow::Cow, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, FixedOffset};
use p256::ecdsa::Signature;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    error::{RegisterError, Result},
    number::{self, Reservation},
    time,
};
use crate::digest::Digest;

/// Version of the entry's format.
pub const VERSION: u64 = 1;
/// Most bytes of a canonical body.
pub const MAX_BODY: usize = 64 * 1024;
/// Most bytes of a leaf: the body and room for the other members.
pub const MAX_LEAF: usize = MAX_BODY + 4 * 1024;
/// Most levels of arrays and objects in a body.
const MAX_LEVELS: usize = 16;
/// Most bytes of a kind, a subject and an operator's name.
const MAX_NAME: usize = 200;
/// First integer a double no longer tells from its neighbour (RFC 7493).
const UNSAFE_INTEGER: u64 = 1 << 53;

/// What an entry tells, as dotted lower-case words: `letter.issued`.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String")]
pub struct EntryKind(Cow<'static, str>);

impl EntryKind {
    /// A kind known when the program is written; any other text does not compile in a constant.
    ///
    /// # Panics
    /// If `text` is no kind and the call is not made in a constant.
    #[must_use]
    pub const fn literal(text: &'static str) -> Self {
        assert!(is_kind(text), "a kind is dotted lower-case words");
        Self(Cow::Borrowed(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EntryKind {
    type Error = RegisterError;

    fn try_from(text: String) -> Result<Self> {
        if is_kind(&text) { Ok(Self(Cow::Owned(text))) } else { Err(RegisterError::BadKind) }
    }
}

impl std::str::FromStr for EntryKind {
    type Err = RegisterError;

    fn from_str(text: &str) -> Result<Self> {
        Self::try_from(text.to_owned())
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Two or more words of letters, digits and `_`, each led by a letter, with dots between.
const fn is_kind(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let (mut dots, mut at_start) = (0, true);
    if rest.len() > MAX_NAME {
        return false;
    }
    while let Some((byte, after)) = rest.split_first() {
        match *byte {
            b'a'..=b'z' => at_start = false,
            b'0'..=b'9' | b'_' if !at_start => {}
            b'.' if !at_start => {
                dots += 1;
                at_start = true;
            }
            _ => return false,
        }
        rest = after;
    }
    dots > 0 && !at_start
}

/// What someone wants registered; the register adds place, time and signature.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What is told.
    pub kind: EntryKind,
    /// Number of the letter, bundle, case or operator it is about; never a name or address.
    pub subject: String,
    /// When it happened, if someone reported that; never after it is registered.
    pub occurred_at: Option<DateTime<FixedOffset>>,
    /// Everything else. The member `reserved_number` belongs to [`Draft::with_number`].
    pub body: Map<String, Value>,
}

impl Draft {
    /// A draft with an empty body, of something that happens as it is registered.
    #[must_use]
    pub fn new(kind: EntryKind, subject: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), occurred_at: None, body: Map::new() }
    }

    /// Adds a member to the body.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.body.insert(name.into(), value.into());
        self
    }

    /// Says when it happened.
    #[must_use]
    pub const fn occurred_at(mut self, when: DateTime<FixedOffset>) -> Self {
        self.occurred_at = Some(when);
        self
    }

    /// Takes `number` for good: once the entry is registered, its series goes on after it.
    #[must_use]
    pub fn with_number(mut self, number: &Reservation) -> Self {
        self.body.insert(number::MEMBER.to_owned(), number.to_value());
        self
    }
}

/// Who signs an entry.
pub trait EntrySigner {
    /// The operator's name in the office.
    fn operator(&self) -> &str;

    /// SHA-256 of the DER form of the operator's certificate.
    fn certificate_fingerprint(&self) -> Digest;

    /// ECDSA P-256 signature with SHA-256 over `message`: r and s, 32 bytes each.
    ///
    /// # Errors
    /// Whatever keeps the key from signing.
    fn sign(&self, message: &[u8]) -> std::result::Result<[u8; 64], super::BoxError>;
}

/// One entry as it stands in the register.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Version of the format.
    pub version: u64,
    /// Place in the register, counted from 0.
    pub seq: u64,
    /// Leaf hash of the entry before; 32 zero bytes in the first.
    pub previous: Digest,
    /// When the register took it in, by the office's clock and offset, to the millisecond.
    pub recorded_at: DateTime<FixedOffset>,
    /// What it tells.
    pub kind: EntryKind,
    /// What it is about.
    pub subject: String,
    /// When it happened, as reported.
    pub occurred_at: Option<DateTime<FixedOffset>>,
    /// Name of the operator who signed it.
    pub operator: String,
    /// SHA-256 of the operator's certificate.
    pub certificate: Digest,
    /// Everything else.
    pub body: Map<String, Value>,
    /// ECDSA P-256 signature: r and s, 32 bytes each.
    pub signature: [u8; 64],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    version: u64,
    seq: u64,
    previous: Digest,
    recorded_at: String,
    kind: EntryKind,
    subject: String,
    occurred_at: Option<String>,
    operator: String,
    certificate: Digest,
    body: Map<String, Value>,
    signature: String,
}

impl Entry {
    /// Reads a leaf, whose bytes must be exactly those [`Entry::leaf`] gives.
    ///
    /// # Errors
    /// [`RegisterError::NotAnEntry`] with the first reason found, or
    /// [`RegisterError::NotCanonical`].
    pub fn parse(leaf: &[u8]) -> Result<Self> {
        let reason = |reason| RegisterError::NotAnEntry { reason };
        if leaf.len() > MAX_LEAF {
            return Err(reason("it is too long"));
        }
        let wire: Wire = serde_json::from_slice(leaf)
            .map_err(|_| reason("a member is missing, unknown, doubled or of the wrong type"))?;
        if wire.version != VERSION {
            return Err(reason("its version is unknown"));
        }
        let moment = |text: &str| time::parse(text).ok_or(reason("a time is badly written"));
        let entry = Self {
            version: wire.version,
            seq: wire.seq,
            previous: wire.previous,
            recorded_at: moment(&wire.recorded_at)?,
            kind: wire.kind,
            subject: wire.subject,
            occurred_at: wire.occurred_at.as_deref().map(moment).transpose()?,
            operator: wire.operator,
            certificate: wire.certificate,
            body: wire.body,
            signature: STANDARD
                .decode(&wire.signature)
                .ok()
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or(reason("its signature is not 64 bytes in base64"))?,
        };
        if lower_form(&entry.signature)? != entry.signature {
            return Err(RegisterError::NotCanonical);
        }
        if !is_name(&entry.subject) || !is_name(&entry.operator) {
            return Err(reason("its subject or operator is badly written"));
        }
        check_body(&entry.body)
            .and_then(|()| check_length(&entry.body, leaf.len()))
            .map_err(|_| reason("its body breaks the rules for bodies"))?;
        if number::of(&entry.body).is_err() {
            return Err(reason("its number is badly written"));
        }
        if entry.leaf()? == leaf { Ok(entry) } else { Err(RegisterError::NotCanonical) }
    }

    /// The bytes the operator signed.
    ///
    /// # Errors
    /// [`RegisterError::BadBody`] or [`RegisterError::BadTime`] for an entry made by hand.
    pub fn signed_bytes(&self) -> Result<Vec<u8>> {
        canonical(&self.members()?)
    }

    /// The leaf: the signed bytes with the signature among them.
    ///
    /// # Errors
    /// As [`Entry::signed_bytes`].
    pub fn leaf(&self) -> Result<Vec<u8>> {
        let mut members = self.members()?;
        members.insert("signature".into(), STANDARD.encode(self.signature).into());
        canonical(&members)
    }

    /// Number this entry takes for good, if any.
    #[must_use]
    pub fn number(&self) -> Option<Reservation> {
        number::of(&self.body).ok().flatten()
    }

    fn members(&self) -> Result<Map<String, Value>> {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("version", self.version.into());
        put("seq", self.seq.into());
        put("previous", self.previous.to_string().into());
        put("recorded_at", time::format(&self.recorded_at)?.into());
        put("kind", self.kind.as_str().into());
        put("subject", self.subject.clone().into());
        if let Some(occurred_at) = &self.occurred_at {
            put("occurred_at", time::format(occurred_at)?.into());
        }
        put("operator", self.operator.clone().into());
        put("certificate", self.certificate.to_string().into());
        put("body", self.body.clone().into());
        Ok(members)
    }
}

/// Place of a new entry: everything in it that the operator does not choose.
pub(crate) struct Place {
    pub seq: u64,
    pub previous: Digest,
    pub recorded_at: DateTime<FixedOffset>,
}

/// Signs `draft` at its place, and gives the entry as read back from its own leaf.
pub(crate) fn sign(
    draft: Draft,
    place: &Place,
    signer: &dyn EntrySigner,
) -> Result<(Entry, Vec<u8>)> {
    if !is_name(&draft.subject) {
        return Err(RegisterError::BadSubject);
    }
    check_body(&draft.body)?;
    number::of(&draft.body)?;
    let mut entry = Entry {
        version: VERSION,
        seq: place.seq,
        previous: place.previous,
        recorded_at: time::whole(place.recorded_at)?,
        kind: draft.kind,
        subject: draft.subject,
        occurred_at: draft.occurred_at.map(time::whole).transpose()?,
        operator: signer.operator().to_owned(),
        certificate: signer.certificate_fingerprint(),
        body: draft.body,
        signature: [0; 64],
    };
    if entry.occurred_at.is_some_and(|occurred_at| occurred_at > entry.recorded_at) {
        return Err(RegisterError::OccurredLater { now: time::format(&entry.recorded_at)? });
    }
    let message = entry.signed_bytes()?;
    check_length(&entry.body, message.len())?;
    let signature = signer.sign(&message).map_err(|source| RegisterError::Signing { source })?;
    entry.signature = lower_form(&signature)?;
    let leaf = entry.leaf()?;
    Ok((Entry::parse(&leaf)?, leaf))
}

/// The form of a signature with the lower s. Both forms verify; only this one is registered, so
/// that nobody can change an entry's bytes without changing what they say.
fn lower_form(signature: &[u8; 64]) -> Result<[u8; 64]> {
    Signature::from_slice(signature)
        .map(|signature| signature.normalize_s().to_bytes().into())
        .map_err(|_| RegisterError::NotAnEntry {
            reason: "its signature holds numbers out of range",
        })
}

fn canonical(members: &Map<String, Value>) -> Result<Vec<u8>> {
    serde_json_canonicalizer::to_vec(members).map_err(|_| RegisterError::BadBody)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control)
}

fn check_body(body: &Map<String, Value>) -> Result<()> {
    for value in body.values() {
        check_value(value, 1)?;
    }
    Ok(())
}

/// Refuses a body that is too long; `around` is the length of something that holds it.
fn check_length(body: &Map<String, Value>, around: usize) -> Result<()> {
    if around > MAX_BODY && canonical(body)?.len() > MAX_BODY {
        Err(RegisterError::BodyTooLarge { limit: MAX_BODY })
    } else {
        Ok(())
    }
}

fn check_value(value: &Value, level: usize) -> Result<()> {
    let good = match value {
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            size.is_some_and(|size| size < UNSAFE_INTEGER)
        }
        Value::Array(items) if level < MAX_LEVELS => {
            return items.iter().try_for_each(|item| check_value(item, level + 1));
        }
        Value::Object(members) if level < MAX_LEVELS => {
            return members.values().try_for_each(|member| check_value(member, level + 1));
        }
        Value::Array(_) | Value::Object(_) => false,
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    };
    if good { Ok(()) } else { Err(RegisterError::BadBody) }
}

#[cfg(test)]
mod tests;
