//! Time that comes later: tokens for bundles sealed without one, and evidence records that outlast
//! certificates.
//!
//! Both are sibling objects: a sealed bundle never changes. Each is staged → entry → published like
//! everything archived, one at a time, under the room's lock. Source: SPEC decision 12; RFC 4998.

use chrono::{DateTime, Utc};

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
    evidence::renewal::{self, Proven, Record, Stamping},
    problem::{Report, alone as report},
    register::{Draft, EntryKind, Recorded},
    signing::{Random, TimestampAuthority, Token, TrustAnchors},
};

/// Largest token or record that is read, in bytes.
const SIBLING_LIMIT: u64 = renewal::LIMIT;

crate::problems! {
    /// What is told of time that comes later.
    pub enum TimeError {
        /// Bundles wait for their token; told, and no defect.
        Waiting { bundles: usize } = "CH-E167", Finding,
            "{bundles} bundles were sealed while the timestamp authority was absent and wait for their token" => "run `chancery evidence timestamp` when it is there",
            "{bundles} 个证据包封存时时间戳机构不可达，时间戳待补" => "请待机构恢复后运行 `chancery evidence timestamp`";
        /// Without an outside authority nothing can be stamped later.
        OwnAuthority = "CH-E168", Refusal,
            "no timestamp authority is set in office.toml" => "set `timestamp.url` and `timestamp.anchor`",
            "office.toml 未设置时间戳机构" => "请设置 `timestamp.url` 与 `timestamp.anchor`";
    }
}

type Reports<T> = Result<T, Vec<Report>>;

/// A token that was put beside its bundle.
#[derive(Clone, Debug)]
pub struct Timestamped {
    /// The bundle.
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
    /// The entry.
    pub entry: u64,
}

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
    /// Asks tokens for every bundle that waits for one. What was stamped before a fault stays.
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
            let token = authority.stamp(&bundle.object, by.nonce()?, now).map_err(report)?;
            let token = Token::parse(&token).map_err(report)?;
            let gen_time = token.gen_time();
            let draft = Draft::new(journal::EVIDENCE_TIMESTAMPED, bundle.id.clone())
                .with("sealed", bundle.seq)
                .with("stamped", bundle.object.to_string())
                .with("gen_time", gen_time.to_rfc3339());
            let (object, entry) = self.put_sibling(token.as_der(), draft, by.actor)?;
            let bundle = bundle.id;
            done.push(Timestamped { bundle, token: object, gen_time, entry: entry.seq() });
        }
        Ok(done)
    }

    /// Covers every bundle by an evidence record that has none; with `again` puts a new stamp over
    /// the records that stand, too.
    ///
    /// # Errors
    /// [`renewal::RecordError`]; faults of register and archive.
    pub fn renew_evidence(&mut self, again: bool, by: &mut Timing<'_>) -> Reports<Vec<Renewed>> {
        by.actor.require(Role::Archivist).map_err(report)?;
        let _lock = self.room_lock().map_err(report)?;
        self.settle_staged().map_err(report)?;
        let gone = self.shelves().map_err(report)?.disposed;
        let mut fresh: Vec<(Kept, Vec<Digest>)> = Vec::new();
        let mut standing: Vec<(Kept, Record)> = Vec::new();
        for bundle in self.bundles().map_err(report)? {
            if gone.contains_key(&bundle.id) {
                continue;
            }
            if let Some(record) = self.record_of(&bundle)? {
                standing.push((bundle, record));
            } else {
                let mut group = vec![bundle.object];
                let token = self.sibling(&journal::EVIDENCE_TIMESTAMPED, &bundle.id);
                group.extend(token.map_err(report)?);
                fresh.push((bundle, group));
            }
        }
        let authority = self.timestamp_authority(by.credentials, by.ask)?;
        let authority: &dyn TimestampAuthority = authority.as_ref();
        let mut made: Vec<(Kept, Record)> = Vec::new();
        let now = self.now().with_timezone(&Utc);
        if !fresh.is_empty() {
            let (bundles, groups): (Vec<Kept>, Vec<Vec<Digest>>) = fresh.into_iter().unzip();
            let stamping = Stamping { authority, nonce: by.nonce()?, now };
            let records = renewal::cover(&groups, &stamping).map_err(report)?;
            made.extend(bundles.into_iter().zip(records));
        }
        if again && !standing.is_empty() {
            let (bundles, records): (Vec<Kept>, Vec<Record>) = standing.into_iter().unzip();
            let stamping = Stamping { authority, nonce: by.nonce()?, now };
            let records = renewal::renew(&records, &stamping).map_err(report)?;
            made.extend(bundles.into_iter().zip(records));
        }
        let mut done = Vec::new();
        for (bundle, record) in made {
            let bytes = record.to_der().map_err(report)?;
            let draft = Draft::new(journal::EVIDENCE_RENEWED, bundle.id.clone())
                .with("sealed", bundle.seq)
                .with("covers", bundle.object.to_string())
                .with("stamps", u64::try_from(record.stamps()).unwrap_or(u64::MAX));
            let (object, entry) = self.put_sibling(&bytes, draft, by.actor)?;
            let (bundle, stamps) = (bundle.id, record.stamps());
            done.push(Renewed { bundle, record: object, stamps, entry: entry.seq() });
        }
        Ok(done)
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
        record.map(|record| record.verify(&bundle.object, anchors, at)).transpose().map_err(report)
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

    /// Bundles that wait for their token.
    fn waiting(&self) -> Result<Vec<Kept>, OfficeError> {
        let mut waiting = Vec::new();
        for bundle in self.bundles()?.into_iter().filter(|bundle| bundle.time_pending) {
            if self.sibling(&journal::EVIDENCE_TIMESTAMPED, &bundle.id)?.is_none()
                && self.archive().contains(&bundle.object)?
            {
                waiting.push(bundle);
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
