//! Time that comes later: tokens for bundles sealed without one, and evidence records that outlast
//! certificates.
//!
//! Both are sibling objects: a sealed bundle never changes. Each is staged → entry → published like
//! everything archived, one at a time, under the room's lock. Source: SPEC decision 12; RFC 4998.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    Office,
    actor::Actor,
    credentials::{Ask, Credentials},
    evidence_room::Kept,
    journal,
    office_folder::OfficeError,
    operator::Role,
    state::digest,
};
use crate::{
    archive::{ArchiveError, Objects as _, Stage as _},
    digest::Digest,
    evidence::{
        Finding, Verification, later,
        renewal::{self, Hashes, Member, Proven, Record, Stamping},
    },
    problem::{Report, alone as report},
    register::{Draft, EntryKind, Recorded},
    signing::{DigestAlgorithm, Random, TimestampAuthority, Token, TrustAnchors},
};

/// Largest token or record that is read, in bytes.
const SIBLING_LIMIT: u64 = renewal::LIMIT;

crate::problems! {
    /// What is told of time that comes later.
    pub enum TimeError {
        /// Bundles wait for their token; told, and no defect.
        Waiting { bundles: usize } = "CH-E167", Finding,
            "{bundles} bundles or exports were sealed while the timestamp authority was absent and wait for their token" => "run `chancery evidence timestamp` when it is there",
            "{bundles} 个证据包或导出封存时时间戳机构不可达，时间戳待补" => "请待机构恢复后运行 `chancery evidence timestamp`";
        /// The export has no token of its own.
        NoToken = "CH-E186", Input,
            "no token came later for an export of that number" => "an export that was stamped when it was made needs none; else run `chancery evidence timestamp`",
            "没有为该编号的导出补盖的时间戳" => "导出时已盖时间戳的无需补盖；否则请运行 `chancery evidence timestamp`";
        /// Without an outside authority nothing can be stamped later.
        OwnAuthority = "CH-E168", Refusal,
            "no timestamp authority is set in office.toml" => "set `timestamp.url` and `timestamp.anchor`",
            "office.toml 未设置时间戳机构" => "请设置 `timestamp.url` 与 `timestamp.anchor`";
        /// A record that does not hold is not renewed.
        NotRenewed { bundle: String, why: String } = "CH-E185", Finding,
            "the evidence record of bundle `{bundle}` does not hold and was not renewed: {why}" => "find out why; a renewal proves nothing about a record that was broken before",
            "证据包 `{bundle}` 的证据记录不成立，未予续证：{why}" => "请查明原因；对已失效的证据记录续证没有证明力";
    }
}

type Reports<T> = Result<T, Vec<Report>>;

/// A token that was put beside its bundle.
#[derive(Clone, Debug)]
pub struct Timestamped {
    /// The bundle or export.
    pub bundle: String,
    /// The token's object.
    pub token: Digest,
    /// Its time.
    pub gen_time: DateTime<Utc>,
    /// The entry.
    pub entry: u64,
}

/// A record that was put beside its bundle.
#[derive(Clone, Debug)]
pub struct Renewed {
    /// The bundle.
    pub bundle: String,
    /// The record's object.
    pub record: Digest,
    /// Stamps in it.
    pub stamps: usize,
    /// Algorithm of its newest chain.
    pub algorithm: DigestAlgorithm,
    /// The entry.
    pub entry: u64,
}

/// What is to be renewed besides bundles that have no record.
#[derive(Clone, Copy, Debug, Default)]
pub struct RenewalWish {
    /// Put a new stamp over the records that stand.
    pub again: bool,
    /// Hash anew by this algorithm what is known by weaker ones.
    pub algorithm: Option<DigestAlgorithm>,
}

/// What became of a renewal.
#[derive(Debug, Default)]
pub struct Renewal {
    /// Records that were made.
    pub done: Vec<Renewed>,
    /// Records that do not hold, and were left as they are.
    pub left: Vec<Report>,
}

/// What waits for its token: a bundle of the archive, or the bundle inside an export.
struct Waiting {
    id: String,
    seq: u64,
    sealed: Digest,
}

type ToRenew = (Vec<Kept>, Vec<(Kept, Record)>, Vec<Report>);

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
    /// Asks tokens for every bundle and export that waits for one. What was stamped before a fault stays.
    ///
    /// # Errors
    /// [`TimeError::OwnAuthority`]; whatever the authority lacks or lies about; faults of register
    /// and archive.
    pub fn stamp_pending(&mut self, by: &mut Timing<'_>) -> Reports<Vec<Timestamped>> {
        by.actor.require(Role::Archivist).map_err(report)?;
        let _lock = self.room_lock().map_err(report)?;
        self.settle_staged().map_err(report)?;
        let waiting = self.waiting().map_err(report)?;
        let mut done = Vec::new();
        if waiting.is_empty() {
            return Ok(done);
        }
        if self.settings().timestamp.url.is_none() {
            return Err(report(TimeError::OwnAuthority));
        }
        let authority = self.timestamp_authority(by.credentials, by.ask)?;
        for bundle in waiting {
            let now = self.now().with_timezone(&Utc);
            let token = authority.stamp(&bundle.sealed, by.nonce()?, now).map_err(report)?;
            let token = Token::parse(&token).map_err(report)?;
            let gen_time = token.gen_time();
            let draft = Draft::new(journal::EVIDENCE_TIMESTAMPED, bundle.id.clone())
                .with("sealed", bundle.seq)
                .with("stamped", bundle.sealed.to_string())
                .with("gen_time", gen_time.to_rfc3339());
            let (object, entry) = self.put_sibling(token.as_der(), draft, by.actor)?;
            let bundle = bundle.id;
            done.push(Timestamped { bundle, token: object, gen_time, entry: entry.seq() });
        }
        Ok(done)
    }

    /// Covers every bundle by an evidence record that has none; with `wish.again` puts a new stamp
    /// over the records that stand, too; with `wish.algorithm` hashes all anew whose newest chain
    /// is of a weaker one. A record that no longer holds is told and left as it is.
    ///
    /// # Errors
    /// [`renewal::RecordError`]; faults of register and archive.
    pub fn renew_evidence(&mut self, wish: RenewalWish, by: &mut Timing<'_>) -> Reports<Renewal> {
        by.actor.require(Role::Archivist).map_err(report)?;
        let _lock = self.room_lock().map_err(report)?;
        self.settle_staged().map_err(report)?;
        let authority = self.timestamp_authority(by.credentials, by.ask)?;
        let authority: &dyn TimestampAuthority = authority.as_ref();
        let now = self.now().with_timezone(&Utc);
        let (fresh, standing, left) = self.to_renew(wish, now)?;
        let mut made: Vec<(Kept, Record)> = Vec::new();
        if !fresh.is_empty() {
            let algorithm = wish.algorithm.unwrap_or(DigestAlgorithm::Sha256);
            let mut groups = Vec::with_capacity(fresh.len());
            for bundle in &fresh {
                groups.push(self.group(bundle, &[algorithm], None)?);
            }
            let stamping = Stamping { authority, nonce: by.nonce()?, now };
            let records = renewal::cover(algorithm, &groups, &stamping).map_err(report)?;
            made.extend(fresh.into_iter().zip(records));
        }
        let mut aged: Vec<(Kept, Record)> = Vec::new();
        let mut stamped: BTreeMap<DigestAlgorithm, (Vec<Kept>, Vec<Record>)> = BTreeMap::new();
        for (bundle, record) in standing {
            if wish.algorithm.is_some_and(|algorithm| record.algorithm() < algorithm) {
                aged.push((bundle, record));
            } else if wish.again {
                let (bundles, records) = stamped.entry(record.algorithm()).or_default();
                bundles.push(bundle);
                records.push(record);
            }
        }
        for (bundles, records) in stamped.into_values() {
            let stamping = Stamping { authority, nonce: by.nonce()?, now };
            let records = renewal::renew(&records, &stamping).map_err(report)?;
            made.extend(bundles.into_iter().zip(records));
        }
        if let Some(algorithm) = wish.algorithm.filter(|_| !aged.is_empty()) {
            let mut members = Vec::with_capacity(aged.len());
            for (bundle, record) in &aged {
                let algorithms = [record.algorithms(), &[algorithm]].concat();
                let objects = self.group(bundle, &algorithms, Some(record))?;
                members.push(Member { record, objects });
            }
            let stamping = Stamping { authority, nonce: by.nonce()?, now };
            let records = renewal::rehash(algorithm, &members, &stamping).map_err(report)?;
            made.extend(aged.into_iter().map(|(bundle, _)| bundle).zip(records));
        }
        let mut done = Vec::new();
        for (bundle, record) in made {
            let bytes = record.to_der().map_err(report)?;
            let algorithm = record.algorithm();
            let draft = Draft::new(journal::EVIDENCE_RENEWED, bundle.id.clone())
                .with("sealed", bundle.seq)
                .with("covers", bundle.object.to_string())
                .with("stamps", u64::try_from(record.stamps()).unwrap_or(u64::MAX))
                .with("algorithm", algorithm.name());
            let (object, entry) = self.put_sibling(&bytes, draft, by.actor)?;
            let (bundle, stamps) = (bundle.id, record.stamps());
            done.push(Renewed { bundle, record: object, stamps, algorithm, entry: entry.seq() });
        }
        Ok(Renewal { done, left })
    }

    /// Bundles without a record, those with one that holds, and what is told of the others. Only
    /// what `wish` touches is judged.
    fn to_renew(&self, wish: RenewalWish, now: DateTime<Utc>) -> Reports<ToRenew> {
        let anchors = self.evidence_anchors()?;
        let gone = self.shelves().map_err(report)?.disposed;
        let mut fresh: Vec<Kept> = Vec::new();
        let mut standing: Vec<(Kept, Record)> = Vec::new();
        let mut left: Vec<Report> = Vec::new();
        for bundle in self.bundles().map_err(report)? {
            if gone.contains_key(&bundle.id) {
                continue;
            }
            let record = match self.record_of(&bundle) {
                Ok(None) => {
                    fresh.push(bundle);
                    continue;
                }
                Ok(Some(record)) => Ok(record),
                Err(reports) => Err(reports),
            };
            let judged = record.and_then(|record| {
                let ages = wish.algorithm.is_some_and(|algorithm| record.algorithm() < algorithm);
                if !wish.again && !ages {
                    return Ok(None);
                }
                self.judged(&record, &bundle, &anchors, now)?;
                Ok(Some(record))
            });
            match judged {
                Ok(Some(record)) => standing.push((bundle, record)),
                Ok(None) => {}
                Err(reports) => {
                    left.extend(reports.iter().map(|why| not_renewed(&bundle.id, why)));
                }
            }
        }
        Ok((fresh, standing, left))
    }

    /// Digests of a bundle and of its late token; with `record` of the token only if it was there
    /// when the record began.
    fn group(
        &self,
        bundle: &Kept,
        algorithms: &[DigestAlgorithm],
        record: Option<&Record>,
    ) -> Reports<Vec<Hashes>> {
        let mut group = vec![self.hashes(&bundle.object, algorithms)?];
        let token = self.sibling(&journal::EVIDENCE_TIMESTAMPED, &bundle.id).map_err(report)?;
        if let Some(token) = token {
            let token = self.hashes(&token, algorithms)?;
            let began = record.map(|record| record.begins_with(&token)).transpose();
            if began.map_err(report)?.unwrap_or(true) {
                group.push(token);
            }
        }
        Ok(group)
    }

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

    /// What an audit tells of bundles that wait for their token.
    ///
    /// # Errors
    /// [`OfficeError::Register`].
    pub fn pending_note(&self) -> Result<Option<Report>, OfficeError> {
        let bundles = self.waiting()?.len();
        Ok((bundles > 0).then(|| TimeError::Waiting { bundles }.into()))
    }

    /// The token that came later for the export `id`, to be handed to its recipient.
    ///
    /// # Errors
    /// [`TimeError::NoToken`] if there is none; faults of register and archive.
    pub fn export_token(&self, id: &str) -> Reports<Vec<u8>> {
        let object = self.sibling(&journal::EVIDENCE_TIMESTAMPED, id).map_err(report)?;
        self.read_sibling(&object.ok_or_else(|| report(TimeError::NoToken))?)
    }

    /// Bundles and exports that wait for their token.
    fn waiting(&self) -> Result<Vec<Waiting>, OfficeError> {
        let mut waiting = Vec::new();
        for bundle in self.bundles()?.into_iter().filter(|bundle| bundle.time_pending) {
            if self.sibling(&journal::EVIDENCE_TIMESTAMPED, &bundle.id)?.is_none()
                && self.archive().contains(&bundle.object)?
            {
                waiting.push(Waiting { id: bundle.id, seq: bundle.seq, sealed: bundle.object });
            }
        }
        for entry in self.view().find(Some(&journal::EVIDENCE_EXPORTED), None) {
            let entry = entry?;
            let (id, body) = (&entry.entry().subject, &entry.entry().body);
            let pending = body.get("time_pending").and_then(Value::as_bool).unwrap_or(false);
            if let Some(sealed) = digest(body, "sealed").filter(|_| pending)
                && self.sibling(&journal::EVIDENCE_TIMESTAMPED, id)?.is_none()
            {
                waiting.push(Waiting { id: id.clone(), seq: entry.seq(), sealed });
            }
        }
        Ok(waiting)
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

fn not_renewed(bundle: &str, why: &Report) -> Report {
    Report::quoting(why, |why| TimeError::NotRenewed {
        bundle: bundle.to_owned(),
        why: why.to_owned(),
    })
}
