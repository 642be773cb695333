//! Time that comes later: tokens for bundles sealed without one, and evidence records that outlast
//! certificates.
//!
//! Both are sibling objects: a sealed bundle never changes. Each is staged → entry → published like
//! everything archived, one at a time, under the room's lock. Source: SPEC decision 12; RFC 4998.

mod problem;
mod renewing;
mod stamping;

pub use problem::TimeError;
pub use renewing::{Renewal, RenewalWish, Renewed};
pub use stamping::Timestamped;

use chrono::{DateTime, Utc};

use super::{
    Office,
    actor::Actor,
    credentials::{Ask, Credentials},
    evidence_room::Kept,
    journal,
    office_folder::OfficeError,
    state::digest,
};
use crate::{
    archive::{ArchiveError, Objects as _, Stage as _},
    digest::Digest,
    evidence::{
        Finding, Verification, later,
        renewal::{self, Hashes, Proven, Record},
    },
    problem::{Report, alone as report},
    register::{Draft, EntryKind, Recorded},
    signing::{DigestAlgorithm, Random, TrustAnchors},
};

/// Largest token or record that is read, in bytes.
const SIBLING_LIMIT: u64 = renewal::LIMIT;

type Reports<T> = Result<T, Vec<Report>>;

/// Who asks for time, and with what.
pub struct Timing<'a> {
    /// The archivist.
    pub actor: &'a Actor,
    /// Where passphrases are.
    pub credentials: &'a Credentials,
    /// Who is asked for one that is nowhere.
    pub ask: &'a Ask<'a>,
    /// Fresh bytes.
    pub random: &'a mut dyn Random,
}

impl Timing<'_> {
    fn nonce(&mut self) -> Reports<u64> {
        let mut nonce = [0; 8];
        self.random.fill(&mut nonce).map_err(report)?;
        Ok(u64::from_be_bytes(nonce) >> 1)
    }
}

impl Office {
    /// Digests of an object, which is read only if it is known by more than its SHA-256; then it
    /// must still be the object of that name.
    fn hashes(&self, object: &Digest, algorithms: &[DigestAlgorithm]) -> Reports<Hashes> {
        if algorithms.iter().all(|algorithm| *algorithm == DigestAlgorithm::Sha256) {
            return Ok(object.into());
        }
        let fault = |error: ArchiveError| report(OfficeError::from(error));
        let reader = self.archive().open(object).map_err(fault)?;
        Hashes::of_reader(reader, algorithms).map_err(|source| {
            let told = match source.downcast::<ArchiveError>() {
                Ok(changed) => changed,
                Err(source) => ArchiveError::Io { path: object.to_string(), source },
            };
            fault(told)
        })
    }

    /// Judges the evidence record of `bundle`, if it has one, at the time `at`.
    ///
    /// # Errors
    /// [`renewal::RecordError`] where it does not hold; faults of register and archive.
    pub fn judge_record(
        &self,
        bundle: &Kept,
        anchors: &TrustAnchors,
        at: DateTime<Utc>,
    ) -> Reports<Option<Proven>> {
        let record = self.record_of(bundle)?;
        record.map(|record| self.judged(&record, bundle, anchors, at)).transpose()
    }

    /// Checks a bundle and its evidence record as of the time `at`. With `strictly`, or with a
    /// record, the seal must also still prove something at that time.
    ///
    /// # Errors
    /// Where the check itself failed.
    pub fn verify_as_of(
        &self,
        bundle: &Kept,
        at: DateTime<Utc>,
        strictly: bool,
    ) -> Reports<(Verification, Option<Proven>)> {
        let mut found = self.verify_bundle(bundle)?;
        let anchors = self.evidence_anchors()?;
        let proven = match self.judge_record(bundle, &anchors, at) {
            Ok(proven) => proven,
            Err(reports) => {
                let told = reports.into_iter().map(|report| Finding { file: None, report });
                found.findings.extend(told);
                return Ok((found, None));
            }
        };
        if strictly || proven.is_some() {
            found.findings.extend(later::judge(&found.facts, proven.as_ref(), at));
        }
        Ok((found, proven))
    }

    fn judged(
        &self,
        record: &Record,
        bundle: &Kept,
        anchors: &TrustAnchors,
        at: DateTime<Utc>,
    ) -> Reports<Proven> {
        let object = self.hashes(&bundle.object, record.algorithms())?;
        record.verify(object, anchors, at).map_err(report)
    }

    /// The late token of `bundle`, if it has one.
    pub(super) fn late_token(&self, bundle: &Kept) -> Reports<Option<Vec<u8>>> {
        let object = self.sibling(&journal::EVIDENCE_TIMESTAMPED, &bundle.id).map_err(report)?;
        object.map(|object| self.read_sibling(&object)).transpose()
    }

    fn record_of(&self, bundle: &Kept) -> Reports<Option<Record>> {
        let object = self.sibling(&journal::EVIDENCE_RENEWED, &bundle.id).map_err(report)?;
        let Some(object) = object else { return Ok(None) };
        Record::from_der(&self.read_sibling(&object)?).map(Some).map_err(report)
    }

    fn sibling(&self, kind: &EntryKind, id: &str) -> Result<Option<Digest>, OfficeError> {
        let last = self.view().last(kind, id)?;
        Ok(last.and_then(|entry| digest(&entry.entry().body, "object")))
    }

    fn read_sibling(&self, object: &Digest) -> Reports<Vec<u8>> {
        let read = self.archive().read(object, SIBLING_LIMIT);
        read.map_err(|error| report(OfficeError::from(error)))
    }

    fn put_sibling(
        &mut self,
        mut bytes: &[u8],
        draft: Draft,
        actor: &Actor,
    ) -> Reports<(Digest, Recorded)> {
        let fault = |error: ArchiveError| report(OfficeError::from(error));
        let staged = self.archive().stage(&mut bytes).map_err(fault)?;
        let object = staged.digest();
        let draft = draft.with("object", object.to_string()).with("object_bytes", staged.length());
        let entry = self.append(draft, actor).map_err(report)?;
        self.archive().publish(staged).map_err(fault)?;
        Ok((object, entry))
    }
}
