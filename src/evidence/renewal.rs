//! Evidence records: what keeps a seal provable after its certificates have ended.
//!
//! Owns the `EvidenceRecord` of RFC 4998: many objects under one hash tree, whose root an authority
//! stamps; before that stamp ages another is put over it. [`Record::verify`] takes the time of
//! judgement: each stamp's chain must be good when the next one was given, the last one at that
//! time. Refuses encrypted records, and trees of another algorithm than SHA-256 (a second chain).
//! Source: RFC 4998.

use chrono::{DateTime, Utc};
use der::{Any, Decode, Encode, Sequence, asn1::OctetString};
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attributes;

use crate::{
    digest::Digest,
    signing::{
        Purpose, TimestampAuthority, TimestampError, Token, TrustAnchors, chain::ChainError,
        verify_chain, verify_token,
    },
};

/// Largest record that is read, in bytes.
pub const LIMIT: u64 = 4 << 20;
/// SHA-256, the algorithm of trees and stamps.
const SHA256: der::asn1::ObjectIdentifier =
    der::asn1::ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

crate::problems! {
    /// Why an evidence record was not made, or does not hold.
    pub enum RecordError {
        /// Not a record.
        NotARecord = "CH-K090", Input,
            "not an evidence record of RFC 4998 over SHA-256" => "give the record as `chancery evidence renew` kept it",
            "不是基于 SHA-256 的 RFC 4998 证据记录" => "请提供 `chancery evidence renew` 保存的证据记录";
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
        /// The authority gave no stamp.
        Authority { source: TimestampError } = "CH-K096", Fault,
            "the authority gave no stamp: {source}" => "try again when it is there",
            "时间戳机构未能签发：{source}" => "请待其恢复后重试";
        /// Nothing to cover.
        Nothing = "CH-K097", Input,
            "there is nothing to cover" => "seal something first",
            "没有可续证的内容" => "请先封存";
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

/// An evidence record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record(EvidenceRecord);

/// What a record proves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proven {
    /// The time at which the object existed: that of the first stamp.
    pub since: DateTime<Utc>,
    /// The time of the last stamp.
    pub renewed: DateTime<Utc>,
    /// Stamps in the record.
    pub stamps: usize,
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
    fn over(&self, root: &Digest) -> Result<Any> {
        let token = self
            .authority
            .stamp(root, self.nonce, self.now)
            .map_err(|source| RecordError::Authority { source })?;
        Any::from_der(&token).map_err(|_| RecordError::NotARecord)
    }
}

/// Makes a record for each group of objects, all under one stamp. A group is what is proved
/// together, such as a bundle and its late token; its first digest names it.
///
/// # Errors
/// [`RecordError::Nothing`], [`RecordError::Authority`].
pub fn cover(groups: &[Vec<Digest>], stamping: &Stamping<'_>) -> Result<Vec<Record>> {
    let (root, trees) = tree(groups)?;
    let stamp = stamping.over(&root)?;
    let record = |tree: Option<Vec<Vec<OctetString>>>| {
        let first = ArchiveTimeStamp {
            digest_algorithm: None,
            attributes: None,
            tree,
            stamp: stamp.clone(),
        };
        let algorithm = AlgorithmIdentifierOwned { oid: SHA256, parameters: None };
        Record(EvidenceRecord {
            version: 1,
            digest_algorithms: vec![algorithm],
            chains: vec![vec![first]],
        })
    };
    Ok(trees.into_iter().map(record).collect())
}

/// Puts one new stamp over the newest stamps of all `records` (RFC 4998, section 5.2).
///
/// # Errors
/// [`RecordError::Nothing`], [`RecordError::NotARecord`], [`RecordError::Authority`].
pub fn renew(records: &[Record], stamping: &Stamping<'_>) -> Result<Vec<Record>> {
    // Records that share their newest stamp share its hash, and so one leaf.
    let leaves: Vec<Digest> = records.iter().map(Record::newest_stamp).collect::<Result<_>>()?;
    let mut distinct = leaves.clone();
    distinct.sort_unstable_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    distinct.dedup();
    let groups: Vec<Vec<Digest>> = distinct.iter().map(|leaf| vec![*leaf]).collect();
    let (root, trees) = tree(&groups)?;
    let stamp = stamping.over(&root)?;
    let mut renewed = Vec::with_capacity(records.len());
    for (record, leaf) in records.iter().zip(&leaves) {
        let place = distinct.iter().position(|one| one == leaf);
        let tree = place.and_then(|place| trees.get(place)).cloned().flatten();
        let next = ArchiveTimeStamp {
            digest_algorithm: None,
            attributes: None,
            tree,
            stamp: stamp.clone(),
        };
        let mut record = record.clone();
        let chain = record.0.chains.last_mut().ok_or(RecordError::NotARecord)?;
        chain.push(next);
        renewed.push(record);
    }
    Ok(renewed)
}

impl Record {
    /// Reads a record in DER.
    ///
    /// # Errors
    /// [`RecordError::NotARecord`].
    pub fn from_der(bytes: &[u8]) -> Result<Self> {
        let record = EvidenceRecord::from_der(bytes).map_err(|_| RecordError::NotARecord)?;
        let is_sha256 = |algorithm: &AlgorithmIdentifierOwned| {
            algorithm.oid == SHA256 && algorithm.parameters.as_ref().is_none_or(Any::is_null)
        };
        let known = record.version == 1
            && record.digest_algorithms.iter().all(is_sha256)
            && record.chains.len() == 1
            && record.chains.iter().all(|chain| !chain.is_empty())
            && record.chains.iter().flatten().all(|stamp| {
                stamp.digest_algorithm.as_ref().is_none_or(is_sha256) && stamp.attributes.is_none()
            });
        if known { Ok(Self(record)) } else { Err(RecordError::NotARecord) }
    }

    /// The record in DER.
    ///
    /// # Errors
    /// [`RecordError::NotARecord`] if it cannot be encoded.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        self.0.to_der().map_err(|_| RecordError::NotARecord)
    }

    /// Judges the record over `object` at the time `at`, under the roots of all its authorities.
    ///
    /// # Errors
    /// The first reason why the proof does not hold.
    pub fn verify(
        &self,
        object: &Digest,
        anchors: &TrustAnchors,
        at: DateTime<Utc>,
    ) -> Result<Proven> {
        let mut stamps: Vec<(&ArchiveTimeStamp, Digest)> = Vec::new();
        let mut covered = *object;
        for stamp in self.0.chains.iter().flatten() {
            stamps.push((stamp, covered));
            covered = stamp_hash(stamp)?;
        }
        let tokens: Vec<Token> = stamps
            .iter()
            .enumerate()
            .map(|(number, (stamp, _))| {
                let der = stamp.stamp.to_der().map_err(|_| RecordError::NotARecord)?;
                let stamp = number + 1;
                Token::parse(&der).map_err(|source| RecordError::Stamp { stamp, source })
            })
            .collect::<Result<_>>()?;
        for (number, ((stamp, covered), token)) in stamps.iter().zip(&tokens).enumerate() {
            let place = number + 1;
            let root = root_of(stamp, covered).ok_or(if number == 0 {
                RecordError::OtherObject
            } else {
                RecordError::OtherTree { stamp: place }
            })?;
            if token.imprint() != Some(root) {
                // Without a tree the stamp is over the object itself.
                return Err(if number == 0 && stamp.tree.is_none() {
                    RecordError::OtherObject
                } else {
                    RecordError::OtherTree { stamp: place }
                });
            }
            let held = verify_token(token, &root, anchors, None)
                .map_err(|source| RecordError::Stamp { stamp: place, source })?;
            let until = tokens.get(place).map_or(at, Token::gen_time);
            if until < held.gen_time() {
                return Err(RecordError::Order { stamp: place + 1 });
            }
            verify_chain(
                held.authority(),
                token.certificates(),
                anchors,
                until,
                Purpose::Timestamp,
            )
            .map_err(|source| RecordError::Aged { stamp: place, source })?;
        }
        match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => Ok(Proven {
                since: first.gen_time(),
                renewed: last.gen_time(),
                stamps: tokens.len(),
            }),
            _ => Err(RecordError::NotARecord),
        }
    }

    /// Stamps in it.
    #[must_use]
    pub fn stamps(&self) -> usize {
        self.0.chains.iter().map(Vec::len).sum()
    }

    fn newest_stamp(&self) -> Result<Digest> {
        let stamp = self.0.chains.last().and_then(|chain| chain.last());
        stamp_hash(stamp.ok_or(RecordError::NotARecord)?)
    }
}

fn stamp_hash(stamp: &ArchiveTimeStamp) -> Result<Digest> {
    Ok(Digest::of(stamp.stamp.to_der().map_err(|_| RecordError::NotARecord)?))
}

/// The root that the reduced tree of `stamp` gives for `leaf`; `None` if it is not in it.
fn root_of(stamp: &ArchiveTimeStamp, leaf: &Digest) -> Option<Digest> {
    let Some(lists) = &stamp.tree else { return Some(*leaf) };
    let read = |list: &Vec<OctetString>| -> Option<Vec<Digest>> {
        list.iter().map(|hash| hash.as_bytes().try_into().ok().map(Digest::from_bytes)).collect()
    };
    let mut lists = lists.iter();
    let first = read(lists.next()?)?;
    if !first.contains(leaf) {
        return None;
    }
    let mut root = joined(&first);
    for list in lists {
        let mut list = read(list)?;
        list.push(root);
        root = joined(&list);
    }
    Some(root)
}

/// The hash of hashes: in ascending order, one after the other; of one alone itself.
fn joined(hashes: &[Digest]) -> Digest {
    if let [one] = hashes {
        return *one;
    }
    let mut sorted: Vec<&[u8]> = hashes.iter().map(|hash| hash.as_bytes().as_slice()).collect();
    sorted.sort_unstable();
    Digest::of(sorted.concat())
}

type Tree = Option<Vec<Vec<OctetString>>>;

/// The root over `groups`, and the reduced tree of each.
fn tree(groups: &[Vec<Digest>]) -> Result<(Digest, Vec<Tree>)> {
    if groups.is_empty() || groups.iter().any(Vec::is_empty) {
        return Err(RecordError::Nothing);
    }
    // The lists of each group so far, and where its node stands in the level at hand.
    let mut lists: Vec<Vec<Vec<Digest>>> = groups
        .iter()
        .map(|group| if group.len() > 1 { vec![group.clone()] } else { Vec::new() })
        .collect();
    let mut places: Vec<usize> = (0..groups.len()).collect();
    let mut level: Vec<Digest> = groups.iter().map(|group| joined(group)).collect();
    while level.len() > 1 {
        for ((place, own), group) in places.iter_mut().zip(&mut lists).zip(groups) {
            // A node without a neighbour rises as it is.
            if let Some(sibling) = level.get(*place ^ 1) {
                match (own.is_empty(), group.first()) {
                    (true, Some(first)) => own.push(vec![*first, *sibling]),
                    _ => own.push(vec![*sibling]),
                }
            }
            *place /= 2;
        }
        level = level.chunks(2).map(joined).collect();
    }
    let root = level.first().copied().ok_or(RecordError::Nothing)?;
    let octets = |list: Vec<Digest>| -> Result<Vec<OctetString>> {
        let mut hashes = Vec::with_capacity(list.len());
        for hash in list {
            let octets = OctetString::new(hash.as_bytes().as_slice());
            hashes.push(octets.map_err(|_| RecordError::NotARecord)?);
        }
        Ok(hashes)
    };
    let mut trees = Vec::with_capacity(lists.len());
    for lists in lists {
        let lists: Vec<_> = lists.into_iter().map(octets).collect::<Result<_>>()?;
        trees.push((!lists.is_empty()).then_some(lists));
    }
    Ok((root, trees))
}

#[cfg(test)]
mod tests;
