//! The payload on its way into the container: each file in its order, hashed as it is written.
//!
//! A thread reads ahead. A short file it hands over whole and hashed; a long one is read again
//! into the blocks that are written and hashed there, and its CRC must come out the same.
//! Refuses what changed meanwhile, and stops when asked to.

use std::{
    io::{self, Read, Write as _},
    ops::ControlFlow,
    path::Path,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use super::{
    ahead::{self, Summed},
    container::{ContainerError, Writer, path::shown},
    intake::Intake,
    listing::Item,
    problem::EvidenceError,
    walk::prove,
    whole::Whole,
};
use crate::{digest::Digest, durable};

/// How long a wait goes on without asking whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);
/// Holds the place of a long file's digest until all have passed.
const TO_COME: Digest = Digest::from_bytes([0; 32]);

/// A long file: its place among all, and its CRC as it was summed before.
struct Long {
    place: usize,
    crc32: u32,
}

/// Writes the files of `intake`; tells their digests in their order. The container is called
/// `name` in messages.
///
/// # Errors
/// Why a file was not written, or is not the one that was taken in.
pub(super) fn write(
    intake: &Intake,
    writer: &mut Writer<Whole<'_>>,
    name: &Path,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Vec<Digest>, EvidenceError> {
    let items = intake.items();
    let stop = AtomicBool::new(false);
    let mut digests = Vec::with_capacity(items.count());
    let mut long = Vec::new();
    thread::scope(|scope| {
        let (ready, summed) = mpsc::sync_channel(ahead::READY);
        let stopping = &stop;
        scope.spawn(move || ahead::sum(intake, &ready, stopping));
        let written = items.all().enumerate().try_for_each(|(place, item)| {
            let summed = next(&summed, progress)?;
            let crc32 = summed.crc32;
            let digest = put(writer, &item, &summed, progress)?;
            if digest.is_none() {
                long.push(Long { place, crc32 });
            }
            digests.push(digest.unwrap_or(TO_COME));
            Ok::<_, EvidenceError>(())
        });
        stop.store(true, Ordering::Relaxed);
        written
    })?;
    let fault = |error| EvidenceError::File { source: durable::at(name)(error) };
    let passed = writer.out().contents().map_err(fault)?;
    if passed.len() != long.len() {
        return Err(fault(io::Error::other("a thread of sealing stopped")));
    }
    for (Long { place, crc32 }, passed) in long.into_iter().zip(passed) {
        if passed.crc32 != crc32 {
            let name = items.get(place).map_or("", |item| item.masked_original).to_owned();
            return Err(EvidenceError::Changed { name });
        }
        if let Some(digest) = digests.get_mut(place) {
            *digest = passed.digest;
        }
    }
    Ok(digests)
}

/// Waits for the next file; whoever asked for the bundle may stop it meanwhile.
fn next(
    summed: &mpsc::Receiver<Result<Summed, EvidenceError>>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Summed, EvidenceError> {
    loop {
        match summed.recv_timeout(PATIENCE) {
            Ok(summed) => return summed,
            Err(mpsc::RecvTimeoutError::Timeout) if progress(0).is_continue() => {}
            Err(_) => return Err(EvidenceError::Interrupted),
        }
    }
}

/// Writes the file of `item` and proves that it did not change; tells its digest if it is short.
fn put(
    writer: &mut Writer<Whole<'_>>,
    item: &Item<'_>,
    summed: &Summed,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Option<Digest>, EvidenceError> {
    let wrong = || ContainerError::WrongLength { path: shown(item.path) };
    let out = writer.begin(item.path, item.bytes(), summed.crc32)?;
    if let Some((bytes, digest)) = &summed.short {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length < item.bytes() {
            return Err(wrong().into());
        }
        prove(item.stamp, &summed.file, item.masked_original)?;
        if length > item.bytes() {
            return Err(wrong().into());
        }
        if progress(length).is_break() {
            return Err(EvidenceError::Interrupted);
        }
        out.write_all(bytes).map_err(ContainerError::from)?;
        return Ok(Some(*digest));
    }
    let mut stopped = false;
    // One byte more, were the file longer, shows in its stamp.
    let mut told = Told { reader: &mut &summed.file, progress, stopped: &mut stopped };
    let taken = out.take_in(&mut told, item.bytes());
    if stopped {
        return Err(EvidenceError::Interrupted);
    }
    if taken.map_err(ContainerError::from)? != item.bytes() {
        return Err(wrong().into());
    }
    prove(item.stamp, &summed.file, item.masked_original)?;
    Ok(None)
}

/// Tells how far reading is, and stops it when asked to.
struct Told<'a> {
    reader: &'a mut dyn Read,
    progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    stopped: &'a mut bool,
}

impl Read for Told<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        if (self.progress)(u64::try_from(read).unwrap_or_default()).is_break() {
            *self.stopped = true;
            return Err(io::Error::other("interrupted"));
        }
        Ok(read)
    }
}
