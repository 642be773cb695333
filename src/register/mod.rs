//! The append-only register: entries, the tree over them, checkpoints, and their verification.
//!
//! Promise 3: nothing registered can be lost, altered or back-dated unseen. Each entry is signed by
//! its operator and chained to the one before; all are leaves of one RFC 6962 tree whose size and
//! root the log's key signs. State is a replay of entries: the index is made from them and can be
//! made again. Owns no key, no clock and no policy of what is registered.
//!
//! | file | owns |
//! |-|-|
//! | `entry`, `time`, `number` | an entry, its canonical bytes, its strict reading |
//! | `merkle` | tree hashes and proofs, pure |
//! | `checkpoint` | signed notes |
//! | `store`, `memory`, `sqlite` | where rows are kept, and the contract for it |
//! | `export` | the leaves as lines |
//! | `ledger`, `view` | appending under one lock; looking up and proving |
//! | `operators` | signing and judging entries with operators' certificates |
//! | `verify`, `finding` | checking all of it from the leaves alone |

mod checkpoint;
mod entry;
mod error;
mod export;
mod finding;
mod ledger;
mod memory;
pub mod merkle;
mod number;
mod operators;
mod proof;
#[cfg(feature = "sqlite")]
mod sqlite;
pub mod store;
mod time;
mod verify;
mod view;

#[cfg(feature = "sqlite")]
pub use self::sqlite::{SqliteReader, SqliteStore};
pub use self::{
    checkpoint::{Checkpoint, LogSigner, LogVerifier, MAX_NOTE, Note, when_signed},
    entry::{Draft, Entry, EntryKind, EntrySigner, MAX_BODY, MAX_LEAF, VERSION},
    error::{BoxError, RegisterError, Result},
    export::Leaves,
    finding::RegisterFinding,
    ledger::{Committed, Pending, Register, Tx},
    memory::MemoryStore,
    merkle::{ConsistencyProof, InclusionProof},
    number::Reservation,
    operators::{OperatorCertificates, OperatorSigner},
    proof::{ProofError, ProofFile},
    store::{Read, Rows, Store},
    time::Clock,
    verify::{Against, EntryVerifier, SignatureFault, Verdict, verify},
    view::{Checkpoints, Entries, Found, Head, Recorded, View},
};

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
