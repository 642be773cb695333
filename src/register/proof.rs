//! A proof file: one entry, its way up the tree, and the checkpoint it leads to.
//!
//! What an auditor needs to check one entry without the office: `register prove` writes it,
//! `verify` reads it. Refuses a proof whose checkpoint is not signed by the given key or whose way
//! does not lead to the checkpoint's root. Source: RFC 6962, C2SP tlog-checkpoint.

use serde::{Deserialize, Serialize};

use super::{
    checkpoint::{LogVerifier, Note},
    entry::Entry,
    merkle::{InclusionProof, leaf_hash},
    view::Recorded,
};
use crate::digest::Digest;

/// First words of every proof.
const FORMAT: &str = "chancery inclusion proof v1";

crate::problems! {
    /// Why a proof proves nothing.
    pub enum ProofError {
        /// The file is no proof.
        NotAProof = "CH-L090", Input,
            "the file is no inclusion proof" => "give the file that `chancery register prove --json` wrote",
            "该文件不是收录证明" => "请提供 `chancery register prove --json` 写出的文件";
        /// The checkpoint is not signed by the key given.
        Checkpoint = "CH-L091", Finding,
            "the proof's checkpoint is not signed by the register's key" => "compare the key with the one the office published",
            "证明所附检查点并非由登记簿密钥签署" => "请与办公室公布的公钥比对";
        /// The way does not lead to the root.
        Path = "CH-L092", Finding,
            "the entry is not in the checkpoint's tree" => "ask the office for a new proof, and have its register audited",
            "该条目不在检查点的树中" => "请向办公室索取新的证明，并审计其登记簿";
        /// The checkpoint is another than the one held.
        OtherCheckpoint = "CH-L093", Finding,
            "the proof's checkpoint contradicts the one given" => "the register was rewritten or is another: have it audited",
            "证明所附检查点与所给检查点相矛盾" => "登记簿可能被改写，或并非同一登记簿：请审计";
    }
}

/// A proof as it is written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    format: String,
    /// The leaf, canonical JSON.
    pub entry: String,
    /// Place of the entry.
    pub index: u64,
    /// Entries in the tree.
    pub size: u64,
    /// Hashes beside the way up, lowest first.
    pub path: Vec<Digest>,
    /// The checkpoint, a signed note.
    pub checkpoint: String,
    /// The register's verifier key, for comparison only: a reader uses the one it trusts.
    pub log_key: String,
}

impl ProofFile {
    /// Puts a proof together.
    #[must_use]
    pub fn new(entry: &Recorded, proof: InclusionProof, note: &Note, log_key: &str) -> Self {
        Self {
            format: FORMAT.to_owned(),
            entry: String::from_utf8_lossy(entry.leaf()).into_owned(),
            index: proof.index,
            size: proof.size,
            path: proof.path,
            checkpoint: note.as_str().to_owned(),
            log_key: log_key.to_owned(),
        }
    }

    /// Reads a proof.
    ///
    /// # Errors
    /// [`ProofError::NotAProof`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        serde_json::from_slice(bytes)
            .ok()
            .filter(|proof: &Self| proof.format == FORMAT)
            .ok_or(ProofError::NotAProof)
    }

    /// The entry, shown to stand in a checkpoint signed by `log`; `held`, a checkpoint the reader
    /// kept, must agree where it has the same size.
    ///
    /// # Errors
    /// [`ProofError`], by variant.
    pub fn check(&self, log: &LogVerifier, held: Option<&Note>) -> Result<Entry, ProofError> {
        let note = Note::parse(&self.checkpoint).map_err(|_| ProofError::NotAProof)?;
        if !log.admits(&note) {
            return Err(ProofError::Checkpoint);
        }
        let checkpoint = note.checkpoint();
        if let Some(held) = held {
            if !log.admits(held) {
                return Err(ProofError::Checkpoint);
            }
            let held = held.checkpoint();
            if held.size == checkpoint.size && held.root != checkpoint.root {
                return Err(ProofError::OtherCheckpoint);
            }
        }
        if checkpoint.size != self.size {
            return Err(ProofError::Path);
        }
        let proof = InclusionProof { index: self.index, size: self.size, path: self.path.clone() };
        proof
            .check(&leaf_hash(self.entry.as_bytes()), &checkpoint.root)
            .map_err(|_| ProofError::Path)?;
        Entry::parse(self.entry.as_bytes()).map_err(|_| ProofError::NotAProof)
    }
}
