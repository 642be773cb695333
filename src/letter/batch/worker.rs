//! A thread that makes letters: page, proof, PDF, reading back, staging.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::Cursor,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender},
    },
};

use super::super::record::{Maker, Record};
use crate::{
    archive::{ArchiveError, LocalArchive, Objects as _, StagedFile},
    digest::Digest,
    office::embedded,
    problem::Report,
    template::package::Package,
    typeset::TypesetError,
};

/// A letter to be made.
pub(super) struct Job {
    pub(super) ticket: u64,
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
    pub(super) result: Result<Result<Staged, Vec<Report>>, ArchiveError>,
}

/// Works off jobs until there are no more or nobody waits.
pub(super) fn work(jobs: &Mutex<Receiver<Job>>, done: &SyncSender<Done>, archive: &LocalArchive) {
    let mut makers = HashMap::new();
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        let result = match make(&job, &mut makers) {
            Ok((pdf, pages)) => stage(archive, &job.record, &pdf, pages).map(Ok),
            Err(reports) => {
                // A stopped press stays stopped: the next letter gets another.
                if reports.iter().any(TypesetError::stops_press) {
                    makers.remove(&job.digest);
                }
                Ok(Err(reports))
            }
        };
        if done.send(Done { ticket: job.ticket, result }).is_err() {
            return;
        }
    }
}

fn make(job: &Job, makers: &mut HashMap<Digest, Maker>) -> Result<(Vec<u8>, u64), Vec<Report>> {
    let maker = match makers.entry(job.digest) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(Maker::new(&job.package, embedded::fonts()?)?),
    };
    let made = maker.make(&job.record)?;
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
