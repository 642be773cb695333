//! Evidence records: what keeps a seal provable after its certificates have ended.
//!
//! Owns the `EvidenceRecord` of RFC 4998: many objects under one hash tree, whose root an authority
//! stamps. Before that stamp ages another is put over it ([`renew`]); before the algorithm of the
//! tree ages the objects, with all that proves them so far, are hashed anew by a stronger one
//! ([`rehash`]), which begins a second chain. [`Record::verify`] takes the time of judgement: each
//! stamp's chain must be good when the next one was given, the last one at that time. Refuses
//! encrypted records and algorithms outside SHA-2. Source: RFC 4998.

mod hashes;
mod tree;

use chrono::{DateTime, Utc};
use der::{Any, Decode, Encode, Sequence, asn1::OctetString};
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attributes;

pub use hashes::Hashes;
use tree::{Hash, Reduced};

use crate::signing::{
    Certificate, DigestAlgorithm, Imprint, Purpose, TimestampAuthority, TimestampError, Token,
    TrustAnchors, chain::ChainError, verify_chain, verify_imprint,
};

/// Largest record that is read, in bytes.
pub const LIMIT: u64 = 4 << 20;

crate::problems! {
    /// Why an evidence record was not made, or does not hold.
    pub enum RecordError {
        /// Not a record.
        NotARecord = "CH-K090", Input,
            "not an evidence record of RFC 4998 over SHA-2" => "give the record as `chancery evidence renew` kept it",
            "不是基于 SHA-2 的 RFC 4998 证据记录" => "请提供 `chancery evidence renew` 保存的证据记录";
        /// The record is about something else.
        OtherObject = "CH-K091", Finding,
            "the evidence record is about another object" => "find the record that belongs to this file",
            "证据记录对应的是其他对象" => "请找出与该文件对应的证据记录";
        /// A stamp is over another tree.
        OtherTree { stamp: usize } = "CH-K092", Finding,
            "stamp {stamp} of the evidence record is not over what it should cover" => "treat the record as altered",
            "证据记录的第 {stamp} 个时间戳与其应覆盖的内容不符" => "请将该证据记录视为已被改动";
        /// A stamp does not hold by itself.
        Stamp { stamp: usize, source: TimestampError } = "CH-K093", Finding,
            "stamp {stamp} of the evidence record does not hold: {source}" => "name its authority's root as anchor, after confirming its fingerprint",
            "证据记录的第 {stamp} 个时间戳不成立：{source}" => "请核对指纹后将其机构的根证书列为信任锚";
        /// A stamp had aged before the next was given.
        Aged { stamp: usize, source: ChainError } = "CH-K094", Finding,
            "stamp {stamp} of the evidence record had aged before the next was given: {source}" => "the proof ends there; renew earlier",
            "证据记录的第 {stamp} 个时间戳在下一个签发前已失效：{source}" => "证明止于此处；请更早续证";
        /// Stamps are out of order.
        Order { stamp: usize } = "CH-K095", Finding,
            "stamp {stamp} of the evidence record is older than the one it renews" => "treat the record as altered",
            "证据记录的第 {stamp} 个时间戳早于其所更新者" => "请将该证据记录视为已被改动";
        /// The last stamp had aged by the time asked about, and none was put over it.
        Unrenewed { stamp: usize, until: String, at: String } = "CH-K141", Finding,
            "a certificate of stamp {stamp}, the last of the evidence record, ended on {until}, and no renewal followed before {at}" => "the proof ends there, unless there is a newer record: name it; renew earlier",
            "证据记录最后一个（第 {stamp} 个）时间戳的证书已于 {until} 到期，至 {at} 未再续证" => "如有更新的证据记录，请提供；否则证明止于此处，今后请更早续证";
        /// Judged at a time before a stamp of it was given.
        NotYet { stamp: usize, given: String, at: String } = "CH-K140", Finding,
            "at the time asked about, {at}, the evidence record was not made as it is: its stamp {stamp} is of {given}" => "give a time after that",
            "在所问时点 {at}，该证据记录尚未形成：其第 {stamp} 个时间戳签发于 {given}" => "请给出此后的时间";
        /// The authority gave no stamp.
        Authority { source: TimestampError } = "CH-K096", Fault,
            "the authority gave no stamp: {source}" => "try again when it is there",
            "时间戳机构未能签发：{source}" => "请待其恢复后重试";
        /// Nothing to cover.
        Nothing = "CH-K097", Input,
            "there is nothing to cover" => "seal something first",
            "没有可续证的内容" => "请先封存";
        /// The object was not hashed by an algorithm of the record.
        Unhashed { algorithm: &'static str } = "CH-E180", Fault,
            "the evidence record needs the object's {algorithm} digest, which was not computed" => "check the object itself, not its SHA-256 alone",
            "证据记录需要对象的 {algorithm} 摘要，但未计算" => "请核验对象本身，而非仅凭其 SHA-256";
        /// The object is no longer what the record began with.
        Changed = "CH-E181", Finding,
            "the object is not what the evidence record covers and was not hashed anew" => "restore it from a copy first; a changed object is never covered",
            "对象与证据记录所覆盖的内容不符，未重新计算摘要" => "请先从副本恢复；被改动的对象不得续证";
    }
}

type Result<T> = std::result::Result<T, RecordError>;

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
struct EvidenceRecord {
    version: u8,
    digest_algorithms: Vec<AlgorithmIdentifierOwned>,
    chains: Vec<Vec<ArchiveTimeStamp>>,
}

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
struct ArchiveTimeStamp {
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    digest_algorithm: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    attributes: Option<Attributes>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    tree: Option<Vec<Vec<OctetString>>>,
    stamp: Any,
}

impl ArchiveTimeStamp {
    const fn new(tree: Reduced, stamp: Any) -> Self {
        Self { digest_algorithm: None, attributes: None, tree, stamp }
    }

    fn der(&self) -> Result<Vec<u8>> {
        self.stamp.to_der().map_err(|_| RecordError::NotARecord)
    }
}

/// An evidence record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    record: EvidenceRecord,
    /// That of each chain.
    algorithms: Vec<DigestAlgorithm>,
}

/// What a record proves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proven {
    /// The time at which the object existed: that of the first stamp.
    pub since: DateTime<Utc>,
    /// The time of the last stamp.
    pub renewed: DateTime<Utc>,
    /// The time at which the first certificate on the path of the last stamp ends.
    pub until: DateTime<Utc>,
    /// Stamps in the record.
    pub stamps: usize,
    /// Algorithm of each chain, in order.
    pub algorithms: Vec<DigestAlgorithm>,
}

/// Whom stamps are asked of.
#[derive(Clone, Copy)]
pub struct Stamping<'a> {
    /// The authority.
    pub authority: &'a dyn TimestampAuthority,
    /// A fresh random number.
    pub nonce: u64,
    /// The office's clock.
    pub now: DateTime<Utc>,
}

impl Stamping<'_> {
    fn over(&self, algorithm: DigestAlgorithm, root: Hash) -> Result<Any> {
        let root = Imprint::new(algorithm, root).ok_or(RecordError::Nothing)?;
        let token = self
            .authority
            .stamp_imprint(&root, self.nonce, self.now)
            .map_err(|source| RecordError::Authority { source })?;
        Any::from_der(&token).map_err(|_| RecordError::NotARecord)
    }
}

/// A record whose objects are hashed anew.
pub struct Member<'a> {
    /// What proves them so far.
    pub record: &'a Record,
    /// Their digests: by the algorithms of the record, to see that they are unchanged, and by the
    /// new one.
    pub objects: Vec<Hashes>,
}

/// Makes a record for each group of objects, all under one stamp. A group is what is proved
/// together, such as a bundle and its late token; its first digest names it.
///
/// # Errors
/// [`RecordError::Nothing`], [`RecordError::Unhashed`], [`RecordError::Authority`].
pub fn cover<H>(
    algorithm: DigestAlgorithm,
    groups: &[Vec<H>],
    stamping: &Stamping<'_>,
) -> Result<Vec<Record>>
where
    for<'a> &'a H: Into<Hashes>,
{
    let mut leaves = Vec::with_capacity(groups.len());
    for group in groups {
        let hashes = group.iter().map(|one| hash(&one.into(), algorithm));
        leaves.push(hashes.collect::<Result<Vec<Hash>>>()?);
    }
    let (root, trees) = tree::grow(algorithm, &leaves)?;
    let stamp = stamping.over(algorithm, root)?;
    let record = |tree: Reduced| {
        let record = EvidenceRecord {
            version: 1,
            digest_algorithms: vec![algorithm.identifier()],
            chains: vec![vec![ArchiveTimeStamp::new(tree, stamp.clone())]],
        };
        Record { record, algorithms: vec![algorithm] }
    };
    Ok(trees.into_iter().map(record).collect())
}

/// Puts one new stamp over the newest stamps of all `records`, whose newest chains are of one
/// algorithm (timestamp renewal; RFC 4998, section 5.2).
///
/// # Errors
/// [`RecordError::Nothing`], [`RecordError::NotARecord`] where the algorithms differ,
/// [`RecordError::Authority`].
pub fn renew(records: &[Record], stamping: &Stamping<'_>) -> Result<Vec<Record>> {
    let algorithm = records.first().ok_or(RecordError::Nothing)?.algorithm();
    if records.iter().any(|record| record.algorithm() != algorithm) {
        return Err(RecordError::NotARecord);
    }
    // Records that share their newest stamp share its hash, and so one leaf.
    let leaves: Vec<Hash> = records.iter().map(Record::newest_stamp).collect::<Result<_>>()?;
    let mut distinct = leaves.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let groups: Vec<Vec<Hash>> = distinct.iter().map(|leaf| vec![leaf.clone()]).collect();
    let (root, trees) = tree::grow(algorithm, &groups)?;
    let stamp = stamping.over(algorithm, root)?;
    let mut renewed = Vec::with_capacity(records.len());
    for (record, leaf) in records.iter().zip(&leaves) {
        let place = distinct.binary_search(leaf).ok();
        let tree = place.and_then(|place| trees.get(place)).cloned().flatten();
        let mut record = record.clone();
        let chain = record.record.chains.last_mut().ok_or(RecordError::NotARecord)?;
        chain.push(ArchiveTimeStamp::new(tree, stamp.clone()));
        renewed.push(record);
    }
    Ok(renewed)
}

/// Hashes the objects of all `members` anew, each together with all that its record holds so far,
/// and begins a new chain of `algorithm` under one stamp (hash-tree renewal; RFC 4998, section
/// 5.2).
///
/// # Errors
/// [`RecordError::Nothing`], [`RecordError::Unhashed`], [`RecordError::Changed`],
/// [`RecordError::Authority`].
pub fn rehash(
    algorithm: DigestAlgorithm,
    members: &[Member<'_>],
    stamping: &Stamping<'_>,
) -> Result<Vec<Record>> {
    let mut groups: Vec<Vec<Hash>> = Vec::with_capacity(members.len());
    for member in members {
        let before = sequence_hash(algorithm, &member.record.record.chains)?;
        let mut group = Vec::with_capacity(member.objects.len());
        for object in &member.objects {
            if !member.record.begins_with(object)? {
                return Err(RecordError::Changed);
            }
            group.push(algorithm.digest(&[hash(object, algorithm)?, before.clone()].concat()));
        }
        groups.push(group);
    }
    let (root, trees) = tree::grow(algorithm, &groups)?;
    let stamp = stamping.over(algorithm, root)?;
    let mut renewed = Vec::with_capacity(members.len());
    for (member, tree) in members.iter().zip(trees) {
        let mut next = member.record.clone();
        if !next.algorithms.contains(&algorithm) {
            next.record.digest_algorithms.push(algorithm.identifier());
        }
        next.algorithms.push(algorithm);
        next.record.chains.push(vec![ArchiveTimeStamp::new(tree, stamp.clone())]);
        renewed.push(next);
    }
    Ok(renewed)
}

impl Record {
    /// Reads a record in DER.
    ///
    /// # Errors
    /// [`RecordError::NotARecord`]; [`RecordError::Stamp`] where one cannot be read.
    pub fn from_der(bytes: &[u8]) -> Result<Self> {
        let record = EvidenceRecord::from_der(bytes).map_err(|_| RecordError::NotARecord)?;
        let mut algorithms = Vec::with_capacity(record.chains.len());
        let mut place = 0;
        for chain in &record.chains {
            let mut own = None;
            for stamp in chain {
                place += 1;
                let token = Token::parse(&stamp.der()?)
                    .map_err(|source| RecordError::Stamp { stamp: place, source })?;
                let of_token = token.message_imprint().map(|imprint| imprint.algorithm());
                let named = match &stamp.digest_algorithm {
                    Some(named) => DigestAlgorithm::read(named),
                    None => of_token,
                };
                // One algorithm a chain, that of its stamps.
                let is_one = named.is_some() && named == of_token && named == own.or(named);
                if !is_one || stamp.attributes.is_some() {
                    return Err(RecordError::NotARecord);
                }
                own = named;
            }
            algorithms.push(own.ok_or(RecordError::NotARecord)?);
        }
        // Nothing covers this list, so it must say what the chains say.
        let declared = record.digest_algorithms.iter().map(DigestAlgorithm::read);
        let declared: Option<Vec<DigestAlgorithm>> = declared.collect();
        let mut used: Vec<DigestAlgorithm> = Vec::new();
        for algorithm in &algorithms {
            if !used.contains(algorithm) {
                used.push(*algorithm);
            }
        }
        if record.version != 1 || algorithms.is_empty() || declared.as_ref() != Some(&used) {
            return Err(RecordError::NotARecord);
        }
        Ok(Self { record, algorithms })
    }

    /// The record in DER.
    ///
    /// # Errors
    /// [`RecordError::NotARecord`] if it cannot be encoded.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        self.record.to_der().map_err(|_| RecordError::NotARecord)
    }

    /// Judges the record over `object` at the time `at`, under the roots of all its authorities.
    ///
    /// # Errors
    /// The first reason why the proof does not hold.
    pub fn verify(
        &self,
        object: impl Into<Hashes>,
        anchors: &TrustAnchors,
        at: DateTime<Utc>,
    ) -> Result<Proven> {
        let object = object.into();
        let mut stamps: Vec<(&ArchiveTimeStamp, DigestAlgorithm, Hash)> = Vec::new();
        for (place, (chain, algorithm)) in
            self.record.chains.iter().zip(&self.algorithms).enumerate()
        {
            let own = hash(&object, *algorithm)?;
            let older = self.record.chains.get(..place).unwrap_or_default();
            let mut covered = if older.is_empty() {
                own
            } else {
                algorithm.digest(&[own, sequence_hash(*algorithm, older)?].concat())
            };
            for stamp in chain {
                stamps.push((stamp, *algorithm, covered));
                covered = algorithm.digest(&stamp.der()?);
            }
        }
        let mut tokens: Vec<Token> = Vec::with_capacity(stamps.len());
        for (number, (stamp, ..)) in stamps.iter().enumerate() {
            let stamp_number = number + 1;
            let token = Token::parse(&stamp.der()?);
            tokens
                .push(token.map_err(|source| RecordError::Stamp { stamp: stamp_number, source })?);
        }
        let mut ends = at;
        for (number, ((stamp, algorithm, covered), token)) in stamps.iter().zip(&tokens).enumerate()
        {
            let place = number + 1;
            let root = tree::root_of(*algorithm, stamp.tree.as_deref(), covered);
            let root =
                root.and_then(|root| Imprint::new(*algorithm, root)).ok_or(if number == 0 {
                    RecordError::OtherObject
                } else {
                    RecordError::OtherTree { stamp: place }
                })?;
            if token.message_imprint().as_ref() != Some(&root) {
                // Without a tree the stamp is over the object itself.
                return Err(if number == 0 && stamp.tree.is_none() {
                    RecordError::OtherObject
                } else {
                    RecordError::OtherTree { stamp: place }
                });
            }
            let held = verify_imprint(token, &root, anchors, None)
                .map_err(|source| RecordError::Stamp { stamp: place, source })?;
            let until = tokens.get(place).map_or(at, Token::gen_time);
            if until < held.gen_time() {
                return Err(if place == tokens.len() {
                    let (given, at) = (held.gen_time().to_rfc3339(), at.to_rfc3339());
                    RecordError::NotYet { stamp: place, given, at }
                } else {
                    RecordError::Order { stamp: place + 1 }
                });
            }
            let path = verify_chain(
                held.authority(),
                token.certificates(),
                anchors,
                until,
                Purpose::Timestamp,
            )
            .map_err(|source| match source {
                ChainError::Expired { until, at } if place == tokens.len() => {
                    RecordError::Unrenewed { stamp: place, until, at }
                }
                source => RecordError::Aged { stamp: place, source },
            })?;
            let path = path.iter().chain([held.authority()]);
            ends = path.map(Certificate::not_after).min().unwrap_or(at);
        }
        match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => Ok(Proven {
                since: first.gen_time(),
                renewed: last.gen_time(),
                until: ends,
                stamps: tokens.len(),
                algorithms: self.algorithms.clone(),
            }),
            _ => Err(RecordError::NotARecord),
        }
    }

    /// Stamps in it.
    #[must_use]
    pub fn stamps(&self) -> usize {
        self.record.chains.iter().map(Vec::len).sum()
    }

    /// Algorithm of its newest chain.
    #[must_use]
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithms.last().copied().unwrap_or(DigestAlgorithm::Sha256)
    }

    /// Algorithms of all its chains, in order.
    #[must_use]
    pub fn algorithms(&self) -> &[DigestAlgorithm] {
        &self.algorithms
    }

    /// Whether `object` is one of those its first stamp is over.
    ///
    /// # Errors
    /// [`RecordError::Unhashed`], [`RecordError::NotARecord`].
    pub fn begins_with(&self, object: &Hashes) -> Result<bool> {
        let first = self.record.chains.first().and_then(|chain| chain.first());
        let first = first.ok_or(RecordError::NotARecord)?;
        let algorithm = self.algorithms.first().ok_or(RecordError::NotARecord)?;
        let leaf = hash(object, *algorithm)?;
        let root = tree::root_of(*algorithm, first.tree.as_deref(), &leaf);
        let token = Token::parse(&first.der()?);
        let token = token.map_err(|source| RecordError::Stamp { stamp: 1, source })?;
        let stamped = token.message_imprint();
        Ok(root.is_some_and(|root| stamped.is_some_and(|one| one.as_bytes() == root.as_slice())))
    }

    fn newest_stamp(&self) -> Result<Hash> {
        let stamp = self.record.chains.last().and_then(|chain| chain.last());
        Ok(self.algorithm().digest(&stamp.ok_or(RecordError::NotARecord)?.der()?))
    }
}

fn hash(object: &Hashes, algorithm: DigestAlgorithm) -> Result<Hash> {
    let hash = object.by(algorithm).map(<[u8]>::to_vec);
    hash.ok_or(RecordError::Unhashed { algorithm: algorithm.name() })
}

/// The hash of the DER of an `ArchiveTimeStampSequence` of `chains`.
fn sequence_hash(algorithm: DigestAlgorithm, chains: &[Vec<ArchiveTimeStamp>]) -> Result<Hash> {
    let der = chains.to_vec().to_der().map_err(|_| RecordError::NotARecord)?;
    Ok(algorithm.digest(&der))
}

#[cfg(test)]
mod tests;
