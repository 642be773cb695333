//! What is on its way into the archive: being written, whole, or left over by the dead.
//!
//! `.part-…` is a file being written, `<digest>-…` one that is whole. Whoever stages a file holds its
//! lock, so that recovery leaves the living alone.

use std::{
    fs::{self, File, Permissions},
    io::{self, Read},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

use super::{BUFFER, LocalArchive, MODE, STAGED, fault::from_durable, sync};
use crate::{
    archive::{ArchiveError, ArchiveFinding, Objects as _, Result, Stage},
    digest::{Digest, Hasher},
    durable::{self, DurableError},
};

const PART: &str = ".part-";

/// An object on its way in, locked by this process.
#[derive(Debug)]
pub struct StagedFile {
    pub(super) digest: Digest,
    pub(super) length: u64,
    pub(super) path: PathBuf,
    /// Holds the lock. A leftover's bytes are read again before they are trusted.
    pub(super) file: File,
    pub(super) left_over: bool,
}

/// A file in the archive's staging folder that is still being written, locked by this process.
/// Dropped, it is gone; cut off, it is cleared away as what is half made.
#[derive(Debug)]
pub struct Writing(tempfile::NamedTempFile);

impl Writing {
    /// The file, open for reading and writing.
    #[must_use]
    pub fn file(&self) -> &File {
        self.0.as_file()
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Stage for StagedFile {
    fn digest(&self) -> Digest {
        self.digest
    }

    fn length(&self) -> u64 {
        self.length
    }
}

impl LocalArchive {
    /// Begins a file that becomes a staged object without being copied.
    ///
    /// # Errors
    /// [`ArchiveError::ReadOnly`], [`ArchiveError::Io`].
    pub fn begin(&self) -> Result<Writing> {
        let folder = self.folder.join(STAGED);
        let part = tempfile::Builder::new()
            .prefix(PART)
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(&folder)
            .map_err(|error| self.fault(&folder, error))?;
        flock(part.as_file(), FlockOperation::NonBlockingLockExclusive)
            .map_err(|error| self.fault(&folder, error.into()))?;
        Ok(Writing(part))
    }

    /// Stages what was written, whose digest the writer took from the file itself.
    ///
    /// # Errors
    /// [`ArchiveError::Changed`] if the file has another length; [`ArchiveError::Io`].
    pub fn written(&self, writing: Writing, digest: Digest, length: u64) -> Result<StagedFile> {
        let folder = self.folder.join(STAGED);
        let fault = |error: io::Error| self.fault(&folder, error);
        let Writing(part) = writing;
        if part.as_file().metadata().map_err(fault)?.len() != length {
            return Err(ArchiveError::Changed { digest });
        }
        part.as_file().set_permissions(Permissions::from_mode(MODE)).map_err(fault)?;
        part.as_file().sync_all().map_err(fault)?;
        let random = part.path().file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let random = random.strip_prefix(PART).unwrap_or_default();
        let path = folder.join(format!("{digest}-{random}"));
        let file = part.persist_noclobber(&path).map_err(|error| fault(error.error))?;
        sync(&folder)?;
        Ok(StagedFile { digest, length, path, file, left_over: false })
    }

    /// Leftovers of staging, whole or half made, that no living process owns.
    ///
    /// # Errors
    /// [`ArchiveError::Io`].
    pub fn leftovers(&self) -> Result<Vec<ArchiveFinding>> {
        let whole = self.staged()?;
        let mut found: Vec<_> = whole
            .iter()
            .map(|staged| ArchiveFinding::LeftStaged { digest: staged.digest })
            .collect();
        found.extend(self.half_made()?.iter().map(|_| ArchiveFinding::HalfMade));
        Ok(found)
    }

    /// Drops files that were cut off while being staged, and says how many.
    ///
    /// # Errors
    /// [`ArchiveError::ReadOnly`], [`ArchiveError::Io`].
    pub fn discard_half_made(&self) -> Result<usize> {
        let half_made = self.half_made()?;
        for (path, _lock) in &half_made {
            fs::remove_file(path).map_err(|error| self.fault(path, error))?;
        }
        sync(&self.folder.join(STAGED))?;
        Ok(half_made.len())
    }

    fn half_made(&self) -> Result<Vec<(PathBuf, File)>> {
        let mut found = Vec::new();
        for entry in self.entries(&self.folder.join(STAGED))? {
            if entry.file_name().as_encoded_bytes().starts_with(PART.as_bytes())
                && let Some(file) = self.lock(&entry.path())?
            {
                found.push((entry.path(), file));
            }
        }
        Ok(found)
    }

    /// Opens and locks a staged file, unless it is gone, a living process's, or no file.
    pub(super) fn lock(&self, path: &Path) -> Result<Option<File>> {
        let file = match durable::open_regular(path) {
            Ok(file) => file,
            Err(DurableError::NotRegular { .. } | DurableError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(from_durable(error)),
        };
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            // Its owner may have published it between the opening and the lock.
            Ok(()) => Ok(path.exists().then_some(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(self.fault(path, error.into())),
        }
    }

    /// Copies and hashes, telling apart who failed.
    pub(super) fn copy(&self, source: &mut dyn Read, mut target: &File) -> Result<(Digest, u64)> {
        let mut hasher = Hasher::default();
        let mut length = 0_u64;
        let mut buffer = vec![0; BUFFER];
        loop {
            let count = match source.read(&mut buffer) {
                Ok(0) => return Ok((hasher.finish(), length)),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(ArchiveError::Source { source }),
            };
            let read = buffer.get(..count).unwrap_or_default();
            hasher.update(read);
            io::Write::write_all(&mut target, read)
                .map_err(|error| self.fault(Path::new(STAGED), error))?;
            length = length.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        }
    }
}
