//! Reading ahead of the writer: the CRC of a content stands before it in the container.
//!
//! A thread opens the files in their order and sums each before the writer asks for it; short
//! ones it hands over whole, with their digest. The writer reads a long one again, from the
//! system's memory, and proves by the sum that it met the same bytes. Until the first long one is
//! summed nothing is hashed, so two threads sum the halves of each.
//! Source: PKWARE APPNOTE 6.3.10 section 4.3.7.

use std::{
    fs::File,
    io::{self, Read as _},
    ops::Range,
    os::unix::fs::FileExt as _,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use super::{intake::Intake, listing::Item, problem::EvidenceError};
use crate::digest::Digest;

/// Most bytes of a content that is handed over whole.
const SHORT: u64 = 256 << 10;
/// Bytes from which on two threads sum a content.
const WORTH_TWO: u64 = 16 << 20;
const BUFFER: usize = 128 << 10;
/// Files that are ready at most.
pub(super) const READY: usize = 4;

/// A file that was summed.
pub(super) struct Summed {
    pub(super) file: File,
    pub(super) crc32: u32,
    /// All of it and its digest, if it is short.
    pub(super) short: Option<(Vec<u8>, Digest)>,
}

/// Sums the files of `intake` in their order until the first that fails, or nobody asks any more.
pub(super) fn sum(
    intake: &Intake,
    ready: &mpsc::SyncSender<Result<Summed, EvidenceError>>,
    stop: &AtomicBool,
) {
    for item in intake.items().all() {
        let summed = one(intake, &item, stop);
        let failed = summed.is_err();
        if ready.send(summed).is_err() || failed {
            return;
        }
    }
}

fn one(intake: &Intake, item: &Item<'_>, stop: &AtomicBool) -> Result<Summed, EvidenceError> {
    let file = intake.open(item)?;
    let fault = |source| EvidenceError::Io { name: item.masked_original.to_owned(), source };
    if item.bytes() <= SHORT {
        let mut bytes = Vec::with_capacity(usize::try_from(item.bytes()).unwrap_or_default());
        (&file).take(SHORT + 1).read_to_end(&mut bytes).map_err(fault)?;
        let (crc32, digest) = (crc32fast::hash(&bytes), Digest::of(&bytes));
        return Ok(Summed { file, crc32, short: Some((bytes, digest)) });
    }
    let crc32 = sum_of(&file, item.bytes(), stop).map_err(fault)?;
    if stop.load(Ordering::Relaxed) {
        return Err(EvidenceError::Interrupted);
    }
    Ok(Summed { file, crc32, short: None })
}

/// CRC-32 of the first `length` bytes of `file`; of no use once it is to `stop`.
fn sum_of(file: &File, length: u64, stop: &AtomicBool) -> io::Result<u32> {
    let half = if length < WORTH_TWO { length } else { length / 2 };
    thread::scope(|scope| {
        let second =
            (half < length).then(|| scope.spawn(move || sum_part(file, half..length, stop)));
        let mut sum = sum_part(file, 0..half, stop)?;
        if let Some(second) = second {
            let stopped = |_| io::Error::other("a thread of sealing stopped");
            sum.combine(&second.join().map_err(stopped)??);
        }
        Ok(sum.finalize())
    })
}

fn sum_part(file: &File, part: Range<u64>, stop: &AtomicBool) -> io::Result<crc32fast::Hasher> {
    let mut sum = crc32fast::Hasher::new();
    let mut buffer = vec![0; BUFFER];
    let mut at = part.start;
    while at < part.end && !stop.load(Ordering::Relaxed) {
        let rest = usize::try_from(part.end.saturating_sub(at)).unwrap_or(BUFFER).min(BUFFER);
        match file.read_at(buffer.get_mut(..rest).unwrap_or_default(), at) {
            // That it ends early is told when it is written.
            Ok(0) => break,
            Ok(read) => {
                sum.update(buffer.get(..read).unwrap_or_default());
                at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_sum_in_two_parts_is_the_sum_of_the_whole() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> =
            (0..24_000_001_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
        file.write_all(&bytes).unwrap();
        for length in [1, 300_000, WORTH_TWO - 1, WORTH_TWO, WORTH_TWO + 1, 24_000_001] {
            let part = &bytes[..usize::try_from(length).unwrap()];
            let sum = sum_of(&file, length, &AtomicBool::new(false)).unwrap();
            assert_eq!(sum, crc32fast::hash(part), "{length}");
        }
    }
}
