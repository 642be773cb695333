//! The tree against its definition, and its proofs against vectors made by others.

use std::{convert::Infallible, path::PathBuf, process::Command};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;

use super::*;

/// Leaves' hashes in memory.
struct Leaves(Vec<Digest>);

impl Hashes for Leaves {
    type Error = Infallible;

    fn hashes(&self, tier: u32, from: u64, count: u64) -> Result<Vec<Digest>, Infallible> {
        assert!(from / TILE_WIDTH == (from + count - 1) / TILE_WIDTH, "a range in one tile");
        let width = 1_usize << (tier * TILE_LEVELS);
        let from = usize::try_from(from).unwrap() * width;
        let until = from + usize::try_from(count).unwrap() * width;
        Ok(self.0[from..until].chunks(width).map(root_of).collect())
    }
}

fn leaves(count: u64) -> Leaves {
    Leaves((0..count).map(|seq| leaf_hash(&seq.to_be_bytes())).collect())
}

/// Section 2.1 of RFC 6962, word for word.
fn by_definition(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        more => {
            let middle = more.len().next_power_of_two() / 2;
            node_hash(&by_definition(&more[..middle]), &by_definition(&more[middle..]))
        }
    }
}

#[test]
fn every_proof_up_to_300_leaves_holds_and_no_other() {
    let all = leaves(300);
    let mut frontier = Frontier::default();
    let mut roots = vec![frontier.root()];
    for leaf in &all.0 {
        frontier.push(*leaf);
        roots.push(frontier.root());
    }
    for size in 0..=300_u64 {
        let new = roots[usize::try_from(size).unwrap()];
        assert_eq!(new, by_definition(&all.0[..usize::try_from(size).unwrap()]));
        assert_eq!(root(&all, size), Ok(new));
        for index in 0..size {
            let proof = prove_inclusion(&all, index, size).unwrap().unwrap();
            let leaf = all.0[usize::try_from(index).unwrap()];
            assert_eq!(proof.check(&leaf, &new), Ok(()));
            assert_eq!(proof.check(&node_hash(&leaf, &leaf), &new), Err(NotProven));
        }
        for old_size in 0..=size {
            let old = roots[usize::try_from(old_size).unwrap()];
            let proof = prove_consistency(&all, old_size, size).unwrap().unwrap();
            let proven = old_size > 0;
            assert_eq!(proof.check(&old, &new).is_ok(), proven, "{old_size} {size}");
            if old_size != size {
                assert_eq!(proof.check(&new, &new), Err(NotProven));
            }
        }
    }
    assert_eq!(prove_inclusion(&all, 5, 5), Ok(None));
    assert_eq!(prove_consistency(&all, 6, 5), Ok(None));
}

#[test]
fn tiers_above_the_first_give_the_same_root() {
    let all = leaves(70_000);
    assert_eq!(root(&all, 70_000), Ok(root_of(&all.0)));
    let proof = prove_inclusion(&all, 65_537, 70_000).unwrap().unwrap();
    assert_eq!(proof.check(&all.0[65_537], &root_of(&all.0)), Ok(()));
}

proptest! {
    #[test]
    fn a_proof_with_one_bit_changed_proves_nothing(
        size in 2_u64..300, index in any::<u64>(), hash in any::<usize>(), bit in 0_usize..256,
    ) {
        let index = index % size;
        let all = leaves(size);
        let root = root_of(&all.0);
        let mut proof = prove_inclusion(&all, index, size).unwrap().unwrap();
        let leaf = all.0[usize::try_from(index).unwrap()];
        let at = hash % proof.path.len();
        let mut bytes = *proof.path[at].as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        proof.path[at] = Digest::from_bytes(bytes);
        prop_assert_eq!(proof.check(&leaf, &root), Err(NotProven));
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InclusionCase {
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsistencyCase {
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

fn digest(text: &str) -> Option<Digest> {
    STANDARD.decode(text).ok()?.try_into().ok().map(Digest::from_bytes)
}

fn digests(texts: Option<Vec<String>>) -> Option<Vec<Digest>> {
    texts.unwrap_or_default().iter().map(|text| digest(text)).collect()
}

fn included(case: InclusionCase) -> Option<()> {
    let proof =
        InclusionProof { index: case.leaf_idx, size: case.tree_size, path: digests(case.proof)? };
    proof.check(&digest(&case.leaf_hash)?, &digest(&case.root)?).ok()
}

fn consistent(case: ConsistencyCase) -> Option<()> {
    let proof =
        ConsistencyProof { old_size: case.size1, new_size: case.size2, path: digests(case.proof)? };
    proof.check(&stated_root(&case.root1), &stated_root(&case.root2)).ok()
}

/// A root of a consistency case; where the vectors write words in its place, a digest that is the
/// same for the same words.
fn stated_root(text: &str) -> Digest {
    digest(text).unwrap_or_else(|| Digest::of(text))
}

fn files(folder: PathBuf) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(path)) } else { found.push(path) }
    }
    found
}

#[test]
fn verdicts_equal_those_of_the_public_vectors() {
    let Some(archive) = crate::evidence::container::tests::corpus("merkle") else { return };
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(folder.path()).status();
    assert!(status.unwrap().success());
    let mut counted = 0;
    for path in files(folder.path().join("testdata")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let (wanted, got) = if path.iter().any(|part| part == "inclusion") {
            let case: InclusionCase = serde_json::from_str(&text).unwrap();
            (!case.want_err, included(case).is_some())
        } else {
            let case: ConsistencyCase = serde_json::from_str(&text).unwrap();
            (!case.want_err, consistent(case).is_some())
        };
        assert_eq!(got, wanted, "{}", path.display());
        counted += 1;
    }
    assert!(counted > 50, "{counted} vectors read");
}
