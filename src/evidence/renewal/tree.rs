//! Hash trees over groups of objects, and what a record keeps of one: the lists on the way up.
//!
//! A node is the hash of its children in ascending order; one without a neighbour rises as it is.
//! Source: RFC 4998, sections 4.2 and 4.3.

use der::asn1::OctetString;

use super::RecordError;
use crate::signing::DigestAlgorithm;

/// A digest by the tree's algorithm.
pub(super) type Hash = Vec<u8>;
/// A reduced tree; `None` where the root is the only leaf.
pub(super) type Reduced = Option<Vec<Vec<OctetString>>>;

/// The root over `groups`, and the reduced tree of each.
pub(super) fn grow(
    algorithm: DigestAlgorithm,
    groups: &[Vec<Hash>],
) -> Result<(Hash, Vec<Reduced>), RecordError> {
    if groups.is_empty() || groups.iter().any(Vec::is_empty) {
        return Err(RecordError::Nothing);
    }
    // The lists of each group so far, and where its node stands in the level at hand.
    let mut lists: Vec<Vec<Vec<Hash>>> = groups
        .iter()
        .map(|group| if group.len() > 1 { vec![group.clone()] } else { Vec::new() })
        .collect();
    let mut places: Vec<usize> = (0..groups.len()).collect();
    let mut level: Vec<Hash> = groups.iter().map(|group| joined(algorithm, group)).collect();
    while level.len() > 1 {
        for ((place, own), group) in places.iter_mut().zip(&mut lists).zip(groups) {
            if let Some(sibling) = level.get(*place ^ 1) {
                match (own.is_empty(), group.first()) {
                    (true, Some(first)) => own.push(vec![first.clone(), sibling.clone()]),
                    _ => own.push(vec![sibling.clone()]),
                }
            }
            *place /= 2;
        }
        level = level.chunks(2).map(|pair| joined(algorithm, pair)).collect();
    }
    let root = level.pop().ok_or(RecordError::Nothing)?;
    let octets = |list: Vec<Hash>| -> Result<Vec<OctetString>, RecordError> {
        let octets = list.into_iter().map(OctetString::new);
        octets.collect::<Result<_, _>>().map_err(|_| RecordError::NotARecord)
    };
    let mut trees = Vec::with_capacity(lists.len());
    for lists in lists {
        let lists: Vec<_> = lists.into_iter().map(octets).collect::<Result<_, _>>()?;
        trees.push((!lists.is_empty()).then_some(lists));
    }
    Ok((root, trees))
}

/// The root that the reduced tree `lists` gives for `leaf`; `None` if it is not in it.
pub(super) fn root_of(
    algorithm: DigestAlgorithm,
    lists: Option<&[Vec<OctetString>]>,
    leaf: &[u8],
) -> Option<Hash> {
    let Some(lists) = lists else { return Some(leaf.to_vec()) };
    let read = |list: &Vec<OctetString>| -> Option<Vec<Hash>> {
        let hashes = list.iter().map(|hash| hash.as_bytes().to_vec());
        let hashes: Vec<Hash> = hashes.collect();
        hashes.iter().all(|hash| hash.len() == algorithm.length()).then_some(hashes)
    };
    let mut lists = lists.iter();
    let first = read(lists.next()?)?;
    if !first.iter().any(|hash| hash == leaf) {
        return None;
    }
    let mut root = joined(algorithm, &first);
    for list in lists {
        let mut list = read(list)?;
        list.push(root);
        root = joined(algorithm, &list);
    }
    Some(root)
}

/// The hash of hashes: in ascending order, one after the other; of one alone itself.
fn joined(algorithm: DigestAlgorithm, hashes: &[Hash]) -> Hash {
    if let [one] = hashes {
        return one.clone();
    }
    let mut sorted: Vec<&[u8]> = hashes.iter().map(Vec::as_slice).collect();
    sorted.sort_unstable();
    algorithm.digest(&sorted.concat())
}
