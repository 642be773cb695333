//! The digest of a bundle's whole file, taken while the rest of it is still being written.
//!
//! The CRC of a long content stands before it and is known after it, so the file cannot be hashed
//! as it is written. A thread follows behind: it reads back what has become final, while the
//! system still holds it in memory, and another asks the disk to take it, so that little is left
//! to wait for in the end. Source: FINDINGS "Hashing and sealing".

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    sync::mpsc,
    thread::{Scope, ScopedJoinHandle},
};

use crate::digest::{Digest, Hasher};

const BUFFER: usize = 1 << 20;
/// Bytes after which the disk is asked to take what was written.
const FLUSHED: u64 = 64 << 20;

/// Follows the writing of one file.
pub(super) struct Whole<'scope> {
    finals: mpsc::Sender<u64>,
    hashing: ScopedJoinHandle<'scope, io::Result<Digest>>,
    flushing: ScopedJoinHandle<'scope, io::Result<()>>,
}

impl<'scope> Whole<'scope> {
    /// Begins to follow `file`, whose first byte is not yet written.
    pub(super) fn begin<'env>(scope: &'scope Scope<'scope, 'env>, file: &'env File) -> Self {
        let (finals, reached) = mpsc::channel();
        let (to_flush, asked) = mpsc::sync_channel(1);
        let hashing = scope.spawn(move || hash(file, &reached, &to_flush));
        let flushing = scope.spawn(move || {
            for () in asked {
                file.sync_data()?;
            }
            file.sync_all()
        });
        Self { finals, hashing, flushing }
    }

    /// Says that the bytes before `position` are final.
    pub(super) fn reached(&self, position: u64) {
        // A thread that stopped tells why in the end.
        let _ = self.finals.send(position);
    }

    /// Waits until all `length` bytes are hashed and on disk.
    pub(super) fn end(self, length: u64) -> io::Result<Digest> {
        self.reached(length);
        drop(self.finals);
        let stopped = || io::Error::other("a thread of sealing stopped");
        let digest = self.hashing.join().map_err(|_| stopped())?;
        self.flushing.join().map_err(|_| stopped())??;
        digest
    }
}

fn hash(
    file: &File,
    reached: &mpsc::Receiver<u64>,
    to_flush: &mpsc::SyncSender<()>,
) -> io::Result<Digest> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; BUFFER];
    let mut at = 0_u64;
    let mut flushed = 0_u64;
    for until in reached {
        while at < until {
            let left = usize::try_from(until.saturating_sub(at)).unwrap_or(BUFFER).min(BUFFER);
            let Some(part) = buffer.get_mut(..left) else { break };
            file.read_exact_at(part, at)?;
            hasher.update(part);
            at = at.saturating_add(u64::try_from(left).unwrap_or_default());
            if at.saturating_sub(flushed) >= FLUSHED {
                flushed = at;
                // Busy already, it will take this too.
                let _ = to_flush.try_send(());
            }
        }
    }
    Ok(hasher.finish())
}
