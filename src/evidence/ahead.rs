//! Reading ahead of the writer: the CRC of a content stands before it in the container.
//!
//! A thread opens the files in their order and sums each before the writer asks for it; short
//! ones it hands over whole. The writer reads a long one again, from the system's memory, and
//! proves by the sum that it met the same bytes. Source: PKWARE APPNOTE 6.3.10 section 4.3.7.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
};

use super::{
    intake::{Intake, Item},
    problem::EvidenceError,
};

/// Most bytes of a content that is handed over whole.
const SHORT: u64 = 256 << 10;
const BUFFER: usize = 128 << 10;
/// Files that are ready at most.
pub(super) const READY: usize = 4;

/// A file that was summed.
pub(super) struct Summed {
    pub(super) file: File,
    pub(super) crc32: u32,
    /// All of it, if it is short.
    pub(super) bytes: Option<Vec<u8>>,
}

/// Sums the files of `intake` in their order until the first that fails, or nobody asks any more.
pub(super) fn sum(
    intake: &Intake,
    ready: &mpsc::SyncSender<Result<Summed, EvidenceError>>,
    stop: &AtomicBool,
) {
    let mut buffer = vec![0; BUFFER];
    for item in intake.items() {
        let summed = one(intake, item, &mut buffer, stop);
        let failed = summed.is_err();
        if ready.send(summed).is_err() || failed {
            return;
        }
    }
}

fn one(
    intake: &Intake,
    item: &Item,
    buffer: &mut [u8],
    stop: &AtomicBool,
) -> Result<Summed, EvidenceError> {
    let mut file = intake.open(item)?;
    let fault = |source| EvidenceError::Io { name: item.masked_original.clone(), source };
    if item.bytes() <= SHORT {
        let mut bytes = Vec::with_capacity(usize::try_from(item.bytes()).unwrap_or_default());
        (&file).take(SHORT + 1).read_to_end(&mut bytes).map_err(fault)?;
        let crc32 = crc32fast::hash(&bytes);
        return Ok(Summed { file, crc32, bytes: Some(bytes) });
    }
    let mut sum = crc32fast::Hasher::new();
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(EvidenceError::Interrupted);
        }
        match file.read(buffer) {
            Ok(0) => break,
            Ok(read) => sum.update(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(fault(error)),
        }
    }
    file.rewind().map_err(fault)?;
    Ok(Summed { file, crc32: sum.finalize(), bytes: None })
}
