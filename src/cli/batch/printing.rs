//! The volumes of a batch.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chancery::{
    digest::Digest,
    durable,
    letter::{
        batch::Lettered,
        desk::Desk,
        print::{Manifest, PrintProblem, Volume, lists, pull, volume},
    },
    office::Office,
};
use indicatif::ProgressBar;

use super::Tally;
use crate::cli::{arguments::Batch, context::Context, report::Stopped};

/// What was printed, and what was kept back.
pub(super) struct Printed {
    pub(super) volumes: Vec<Volume>,
    pub(super) withheld: Vec<(String, pull::Reason)>,
    pub(super) singly: u64,
    pub(super) elsewhere: u64,
}

pub(super) struct Printing<'a> {
    pub(super) context: &'a Context,
    pub(super) arguments: &'a Batch,
    pub(super) batch: &'a str,
    pub(super) workers: usize,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) bar: ProgressBar,
}

impl Printing<'_> {
    /// Makes the volumes that are registered and not there, then those still needed. `None` if it
    /// was stopped in between.
    pub(super) fn volumes(
        &mut self,
        desk: &mut Desk<'_>,
        tally: &Tally,
    ) -> Result<Option<Printed>, Stopped> {
        let actor = desk.actor();
        let office = desk.office_mut();
        let mut letters: Vec<&(u64, Lettered)> = tally.letters.iter().collect();
        letters.sort_by_key(|(row, _)| *row);
        let registered = volume::volumes(office, self.batch).map_err(Stopped)?;
        let numbers = letters.iter().map(|(_, letter)| letter.number.as_str());
        let printed = volume::printed(office, numbers)?;
        let (mut wanted, mut singly, mut elsewhere) = (Vec::new(), 0_u64, 0_u64);
        for (_, letter) in letters {
            match printed.get(letter.number.as_str()) {
                Some(batch) if batch == self.batch => {}
                Some(_) => elsewhere = elsewhere.saturating_add(1),
                // Issued one by one, and so handed out as a file of its own.
                None if letter.batch.is_none() => singly = singly.saturating_add(1),
                None => wanted.push((letter.number.clone(), letter.pages)),
            }
        }
        let overtaken = pull::overtaken_unprinted(office, &wanted).map_err(Stopped)?;
        wanted.retain(|(number, _)| !overtaken.contains_key(number));
        let mut withheld: Vec<_> = overtaken.into_iter().collect();
        withheld.sort();
        let most = self.arguments.volume;
        let planned = volume::plan(office, self.batch, &registered, &wanted, most);
        let planned = planned.map_err(Stopped)?;
        let mut volumes = Vec::new();
        self.bar.set_position(0);
        for volume in registered {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let path = self.path(&volume.manifest.file_name());
            if !holds(&path, &volume.stream, volume.stream_bytes)? {
                let pdf = self.make(office, &volume.manifest)?;
                if Digest::of(&pdf) != volume.stream {
                    return Err(PrintProblem::Differs { volume: volume.manifest.volume }.into());
                }
                durable::replace(&path, &pdf)?;
            }
            volumes.push(volume);
        }
        for manifest in planned {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let pdf = self.make(office, &manifest)?;
            durable::replace(&self.path(&manifest.file_name()), &pdf)?;
            volumes.push(volume::register(office, actor, manifest, &pdf)?);
        }
        Ok(Some(Printed { volumes, withheld, singly, elsewhere }))
    }

    fn make(&self, office: &Office, manifest: &Manifest) -> Result<Vec<u8>, Stopped> {
        volume::make(office, manifest, self.workers, &|| self.bar.inc(1)).map_err(Stopped)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.arguments.out.join(name)
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Stopped> {
        Ok(durable::replace(&self.path(name), bytes)?)
    }

    /// Writes the print manifest.
    pub(super) fn manifest(&self, volumes: &[Volume]) -> Result<(), Stopped> {
        let path = self.path("manifest.json");
        let mut file = std::io::BufWriter::new(durable::Replacement::begin(&path)?);
        let failed = |source: std::io::Error| Stopped::from(PrintProblem::List { source });
        serde_json::to_writer_pretty(&mut file, &lists::ManifestFile::of(self.batch, volumes))
            .map_err(|error| failed(error.into()))?;
        file.write_all(b"\n").map_err(failed)?;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        Ok(file.finish()?)
    }
}

/// Whether `path` holds the file with `digest` already.
pub(super) fn holds(path: &Path, digest: &Digest, length: u64) -> Result<bool, Stopped> {
    if !path.exists() {
        return Ok(false);
    }
    let mut file = durable::open_regular(path)?;
    if file.metadata().map_err(durable::at(path))?.len() != length {
        return Ok(false);
    }
    let (found, _) = Digest::of_reader(&mut file).map_err(durable::at(path))?;
    Ok(found == *digest)
}
