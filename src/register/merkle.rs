//! The RFC 6962 tree over the register's leaves: hashes, tiles, proofs.
//!
//! Pure: reads stored hashes through [`Hashes`], writes nothing. Owns the growing [`Frontier`], the
//! making of inclusion and consistency proofs and their checking, which needs neither a register
//! nor this office. Refuses a proof with a hash too many or too few.
//! Source: RFC 6962 section 2.1; RFC 9162 sections 2.1.3.2 and 2.1.4.2 (checking).

use serde::{Deserialize, Serialize};

use crate::digest::{Digest, Hasher};

/// Levels of the binary tree that one tile spans.
pub const TILE_LEVELS: u32 = 8;
/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 1 << TILE_LEVELS;

/// Hash of a leaf: SHA-256 of 0x00 and the leaf's bytes.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&[0]);
    hasher.update(leaf);
    hasher.finish()
}

/// Hash of an inner node: SHA-256 of 0x01 and both children.
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&[1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    hasher.finish()
}

/// Root of the tree over no leaf at all: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Digest {
    Digest::of("")
}

/// The right edge of a growing tree: the root of each full subtree, largest first.
///
/// Holds one hash for each bit set in its size, so at most 64.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// A frontier as it was stored, if `peaks` are as many as `size` calls for.
    #[must_use]
    pub fn from_parts(size: u64, peaks: Vec<Digest>) -> Option<Self> {
        let wanted = usize::try_from(size.count_ones()).ok()?;
        (peaks.len() == wanted).then_some(Self { size, peaks })
    }

    /// Leaves taken in.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the full subtrees, largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// Takes in the hash of the next leaf.
    pub fn push(&mut self, leaf: Digest) {
        let mut carried = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                carried = node_hash(&left, &carried);
            }
        }
        self.peaks.push(carried);
        self.size = self.size.saturating_add(1);
    }

    /// Root of the tree so far.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut rest = self.peaks.iter().rev().copied();
        let Some(smallest) = rest.next() else { return empty_root() };
        rest.fold(smallest, |right, left| node_hash(&left, &right))
    }
}

/// Root over `hashes`, taken as leaves' or equal-sized subtrees' hashes.
#[must_use]
pub fn root_of(hashes: &[Digest]) -> Digest {
    let mut frontier = Frontier::default();
    for hash in hashes {
        frontier.push(*hash);
    }
    frontier.root()
}

/// Where the stored hashes of full subtrees are read from.
pub trait Hashes {
    /// Why they could not be read.
    type Error;

    /// Hashes `from .. from + count` of the full subtrees of 256^`tier` leaves each; tier 0 is
    /// the leaves' own. The range never crosses a multiple of 256. Exactly `count` of them.
    ///
    /// # Errors
    /// Those of the storage behind it.
    fn hashes(&self, tier: u32, from: u64, count: u64) -> Result<Vec<Digest>, Self::Error>;
}

/// That one leaf stands at its place in a tree.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// Place of the leaf, counted from 0.
    pub index: u64,
    /// Leaves in the tree.
    pub size: u64,
    /// Hashes beside the way up, lowest first.
    pub path: Vec<Digest>,
}

/// That a tree is the beginning of a larger one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// Leaves in the older tree.
    pub old_size: u64,
    /// Leaves in the newer tree.
    pub new_size: u64,
    /// Hashes that make both roots.
    pub path: Vec<Digest>,
}

/// The proof does not prove it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the proof does not lead to the root")]
pub struct NotProven;

/// Root of the first `size` leaves.
///
/// # Errors
/// Those of `hashes`.
pub fn root<H: Hashes>(hashes: &H, size: u64) -> Result<Digest, H::Error> {
    if size == 0 { Ok(empty_root()) } else { range(hashes, 0, size) }
}

/// Proves that leaf `index` is in the tree of `size` leaves; `None` if it cannot be.
///
/// # Errors
/// Those of `hashes`.
pub fn prove_inclusion<H: Hashes>(
    hashes: &H,
    index: u64,
    size: u64,
) -> Result<Option<InclusionProof>, H::Error> {
    if index >= size {
        return Ok(None);
    }
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range(hashes, middle, end)?);
            end = middle;
        } else {
            path.push(range(hashes, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(Some(InclusionProof { index, size, path }))
}

/// Proves that the tree of `old_size` leaves begins that of `new_size`; `None` if it cannot.
///
/// # Errors
/// Those of `hashes`.
pub fn prove_consistency<H: Hashes>(
    hashes: &H,
    old_size: u64,
    new_size: u64,
) -> Result<Option<ConsistencyProof>, H::Error> {
    if old_size > new_size {
        return Ok(None);
    }
    let mut path = Vec::new();
    if old_size != 0 && old_size != new_size {
        let (mut start, mut end) = (0, new_size);
        while end != old_size {
            let middle = start + split(end - start);
            if old_size <= middle {
                path.push(range(hashes, middle, end)?);
                end = middle;
            } else {
                path.push(range(hashes, start, middle)?);
                start = middle;
            }
        }
        // The verifier knows the old root itself, unless it is only a part of it.
        if start != 0 {
            path.push(range(hashes, start, end)?);
        }
        path.reverse();
    }
    Ok(Some(ConsistencyProof { old_size, new_size, path }))
}

impl InclusionProof {
    /// Checks that `leaf` is the hash of the leaf at `index` of the tree with this `root`.
    ///
    /// # Errors
    /// [`NotProven`].
    pub fn check(&self, leaf: &Digest, root: &Digest) -> Result<(), NotProven> {
        if self.index >= self.size {
            return Err(NotProven);
        }
        let (mut place, mut last) = (self.index, self.size - 1);
        let mut hash = *leaf;
        for sibling in &self.path {
            if last == 0 {
                return Err(NotProven);
            }
            if place & 1 == 1 || place == last {
                hash = node_hash(sibling, &hash);
                while place & 1 == 0 && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node_hash(&hash, sibling);
            }
            place >>= 1;
            last >>= 1;
        }
        if last == 0 && hash == *root { Ok(()) } else { Err(NotProven) }
    }
}

impl ConsistencyProof {
    /// Checks that the tree with `old_root` begins the tree with `new_root`.
    ///
    /// An empty old tree begins every other: such a proof says nothing and is refused.
    ///
    /// # Errors
    /// [`NotProven`].
    pub fn check(&self, old_root: &Digest, new_root: &Digest) -> Result<(), NotProven> {
        if self.old_size == 0 {
            return Err(NotProven);
        }
        if self.old_size == self.new_size {
            let same = self.path.is_empty() && old_root == new_root;
            return if same { Ok(()) } else { Err(NotProven) };
        }
        if self.old_size > self.new_size {
            return Err(NotProven);
        }
        let mut path = self.path.iter();
        let seed = if self.old_size.is_power_of_two() {
            *old_root
        } else {
            *path.next().ok_or(NotProven)?
        };
        let shared = (self.old_size - 1).trailing_ones();
        let (mut place, mut last) = ((self.old_size - 1) >> shared, (self.new_size - 1) >> shared);
        let (mut old, mut new) = (seed, seed);
        for sibling in path {
            if last == 0 {
                return Err(NotProven);
            }
            if place & 1 == 1 || place == last {
                old = node_hash(sibling, &old);
                new = node_hash(sibling, &new);
                while place & 1 == 0 && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                new = node_hash(&new, sibling);
            }
            place >>= 1;
            last >>= 1;
        }
        if last == 0 && old == *old_root && new == *new_root { Ok(()) } else { Err(NotProven) }
    }
}

/// Largest power of two below `count`, which is at least 2.
const fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// Root of the leaves `start .. end`, where `start` is a multiple of the smallest power of two
/// that is not below their number.
fn range<H: Hashes>(hashes: &H, start: u64, end: u64) -> Result<Digest, H::Error> {
    let count = end - start;
    if count.is_power_of_two() {
        return full(hashes, count.trailing_zeros(), start);
    }
    let middle = start + split(count);
    Ok(node_hash(&range(hashes, start, middle)?, &range(hashes, middle, end)?))
}

/// Root of the full subtree of 2^`level` leaves that begins at leaf `start`.
fn full<H: Hashes>(hashes: &H, level: u32, start: u64) -> Result<Digest, H::Error> {
    let tier = level / TILE_LEVELS;
    let count = 1 << (level % TILE_LEVELS);
    Ok(root_of(&hashes.hashes(tier, start >> (tier * TILE_LEVELS), count)?))
}

#[cfg(test)]
mod tests;
