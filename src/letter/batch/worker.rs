//! A thread that makes letters: page, proof, PDF, reading back, staging.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender},
    },
};

use super::super::{
    desk::{Against, Fault, Unmade},
    record::{Maker, Record},
};
use crate::{
    archive::{ArchiveError, LocalArchive, Objects as _, StagedFile},
    digest::Digest,
    office::embedded,
    template::package::Package,
    typeset::TypesetError,
};

/// A letter to be made.
pub(super) struct Job {
    pub(super) ticket: u64,
    /// Whether anybody still waits for it.
    pub(super) wanted: Arc<AtomicBool>,
    pub(super) digest: Digest,
    pub(super) package: Arc<Package>,
    pub(super) record: Arc<Record>,
}

/// A letter whose objects are staged.
pub(super) struct Staged {
    pub(super) record: StagedFile,
    pub(super) pdf: StagedFile,
    pub(super) pages: u64,
}

/// What became of a job.
pub(super) struct Done {
    pub(super) ticket: u64,
    pub(super) result: Result<Staged, Unmade>,
}

/// Works off jobs until there are no more or nobody waits.
pub(super) fn work(jobs: &Mutex<Receiver<Job>>, done: &SyncSender<Done>, archive: &LocalArchive) {
    let mut makers = HashMap::new();
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        if !job.wanted.load(Ordering::Relaxed) {
            continue;
        }
        let made = catch_unwind(AssertUnwindSafe(|| make(&job, &mut makers)));
        let made = made.unwrap_or_else(|_| Err(Against::one(TypesetError::BrokenOff)));
        let result = match made {
            Ok((pdf, pages)) => stage(archive, &job.record, &pdf, pages).map_err(Unmade::from),
            Err(unmade) => {
                // A stopped press stays stopped: the next letter gets another.
                if unmade.reports().iter().any(TypesetError::stops_press) {
                    makers.remove(&job.digest);
                }
                Err(unmade)
            }
        };
        if done.send(Done { ticket: job.ticket, result }).is_err() {
            return;
        }
    }
}

fn make(job: &Job, makers: &mut HashMap<Digest, Maker>) -> Result<(Vec<u8>, u64), Unmade> {
    let maker = match makers.entry(job.digest) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => {
            let fonts = embedded::fonts().map_err(Fault::of_office)?;
            place.insert(Maker::new(&job.package, fonts).map_err(Against::all)?)
        }
    };
    let made = maker.make(&job.record).map_err(Against::all)?;
    Ok((made.pdf, u64::try_from(made.pages).unwrap_or(u64::MAX)))
}

fn stage(
    archive: &LocalArchive,
    record: &Record,
    pdf: &[u8],
    pages: u64,
) -> Result<Staged, ArchiveError> {
    Ok(Staged {
        record: archive.stage(&mut Cursor::new(record.to_bytes()))?,
        pdf: archive.stage(&mut Cursor::new(pdf))?,
        pages,
    })
}
