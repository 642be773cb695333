//! What sealing is given besides the evidence, and what is known of a bundle once it is sealed.

use chrono::{DateTime, FixedOffset, Utc};

use super::listing::SealedFiles;
use crate::{
    digest::Digest,
    problem::Report,
    signing::{Certificate, Signer, TimestampAuthority},
};

/// Field that says whose word the time is.
pub(super) const TIMESTAMP_FIELD: &str = "Chancery-Timestamp";
/// Its value where the time is the office's own word.
pub(super) const SELF_ASSERTED: &str = "self-asserted";

/// Who seals and when.
#[derive(Clone, Copy)]
pub struct Sealing<'a> {
    /// The archivist's key and certificate.
    pub signer: &'a dyn Signer,
    /// Certificates between the signer's and a trust anchor.
    pub chain: &'a [Certificate],
    /// Who gives the timestamp.
    pub authority: &'a dyn TimestampAuthority,
    /// A fresh random number for the authority.
    pub nonce: u64,
    /// The office's clock.
    pub now: DateTime<FixedOffset>,
}

/// What is known of a sealed bundle.
#[derive(Clone, Debug)]
pub struct Seal {
    /// The bundle's number.
    pub bundle_id: String,
    /// The visit it documents.
    pub visit: Option<String>,
    /// SHA-256 of the whole file.
    pub digest: Digest,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// SHA-256 of `manifest-sha256.txt`, which is the same for the same evidence.
    pub payload_manifest: Digest,
    /// Files of the payload.
    pub payload_files: u64,
    /// Bytes of the payload.
    pub payload_bytes: u64,
    /// SHA-256 of the signer's certificate.
    pub signer: Digest,
    /// The time the token asserts.
    pub gen_time: DateTime<Utc>,
    /// Whether that time is only the office's own word.
    pub self_asserted: bool,
    /// Whether the authority was absent: the time is the signer's until a token comes.
    pub time_pending: bool,
    /// Path, kind and digest of each file, by path, and its recording's number if it has one.
    pub files: SealedFiles,
    /// Whether nothing is missing that the occasion needs and every film has enough lines.
    pub complete: bool,
    /// What was noted about the evidence.
    pub findings: Vec<Report>,
}
