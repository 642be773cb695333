//! An archive in a folder of this machine.
//!
//! `objects/ab/cdef…` holds the objects, read-only, by the digits of their digest; `staged/` what is
//! on its way in: `.part-…` while it is being written, `<digest>-…` once whole. A file that is
//! staged is locked by the process that stages it, so that recovery leaves the living alone.
//! Files and folders are synced before a call returns. Refuses links in the place of folders.

mod fault;
mod listing;
mod staging;

use fault::from_durable;
pub use staging::{StagedFile, Writing};

use std::{
    collections::BTreeSet,
    fs::{self, File, Permissions},
    io::{self, Read, Seek},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{ArchiveError, ArchiveFinding, Archived, Listed, ObjectReader, Objects, Result};
use crate::{
    digest::Digest,
    durable::{self, DurableError},
    retention::disposal::DisposalPermit,
};

const OBJECTS: &str = "objects";
const STAGED: &str = "staged";
const MODE: u32 = 0o444;
const BUFFER: usize = 1 << 18;

/// An archive in a folder.
#[derive(Debug)]
pub struct LocalArchive {
    folder: PathBuf,
}

impl LocalArchive {
    /// Makes an empty archive; `folder` may exist if it is empty.
    ///
    /// # Errors
    /// [`ArchiveError::Exists`] if an archive is there; [`ArchiveError::ReadOnly`],
    /// [`ArchiveError::Io`].
    pub fn create(folder: &Path) -> Result<Self> {
        let archive = Self { folder: folder.to_owned() };
        fs::create_dir_all(folder).map_err(|error| archive.fault(folder, error))?;
        for name in [OBJECTS, STAGED] {
            let path = folder.join(name);
            fs::create_dir(&path).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    ArchiveError::Exists { path: path.display().to_string() }
                }
                _ => archive.fault(&path, error),
            })?;
        }
        sync(folder)?;
        durable::create_folder(folder).map_err(from_durable)?;
        Ok(archive)
    }

    /// Opens the archive in `folder`.
    ///
    /// # Errors
    /// [`ArchiveError::NoArchive`], [`ArchiveError::Obstructed`], [`ArchiveError::Io`].
    pub fn open_folder(folder: &Path) -> Result<Self> {
        let archive = Self { folder: folder.to_owned() };
        for name in [OBJECTS, STAGED] {
            let path = folder.join(name);
            match path.symlink_metadata() {
                Ok(found) if found.is_dir() => {}
                Ok(_) => return Err(ArchiveError::Obstructed { path: path.display().to_string() }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(ArchiveError::NoArchive { path: folder.display().to_string() });
                }
                Err(error) => return Err(archive.fault(&path, error)),
            }
        }
        Ok(archive)
    }

    /// Opens whatever bytes lie in an object's place, to find out what is wrong with them.
    ///
    /// # Errors
    /// [`ArchiveError::Missing`], [`ArchiveError::Io`].
    pub fn open_as_found(&self, digest: &Digest) -> Result<File> {
        self.open_object(digest)
    }

    /// Opens an object as a file, once all of it was read and found right.
    ///
    /// # Errors
    /// [`ArchiveError::Missing`], [`ArchiveError::Changed`], [`ArchiveError::Io`].
    pub fn open_checked(&self, digest: &Digest) -> Result<File> {
        let path = self.path_of(digest);
        let mut file = self.open_object(digest)?;
        let (found, _) = Digest::of_reader(&mut file).map_err(|error| self.fault(&path, error))?;
        if found != *digest {
            return Err(ArchiveError::Changed { digest: *digest });
        }
        file.rewind().map_err(|error| self.fault(&path, error))?;
        Ok(file)
    }

    /// Destroys the bytes of `object` under a registered disposal: they are overwritten, the name
    /// is removed, and the folder is on disk without it. Says whether they were there; safe to
    /// retry.
    ///
    /// # Errors
    /// [`ArchiveError::NotPermitted`], [`ArchiveError::ReadOnly`], [`ArchiveError::Io`].
    pub fn destroy(&self, object: &Digest, permit: &DisposalPermit) -> Result<bool> {
        if !permit.covers(object) {
            return Err(ArchiveError::NotPermitted { digest: *object });
        }
        let path = self.path_of(object);
        let there = match path.symlink_metadata() {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.fault(&path, error)),
        };
        if there.is_file() {
            fs::set_permissions(&path, Permissions::from_mode(0o600))
                .map_err(|error| self.fault(&path, error))?;
            overwrite(&path, there.len()).map_err(|error| self.fault(&path, error))?;
        }
        fs::remove_file(&path).map_err(|error| self.fault(&path, error))?;
        if let Some(shard) = path.parent() {
            sync(shard)?;
        }
        Ok(true)
    }

    /// Publishes objects whose entries are registered. Durable on return; safe to retry with what
    /// is still staged.
    ///
    /// # Errors
    /// As [`Objects::publish`].
    pub fn publish_all(&self, staged: impl IntoIterator<Item = StagedFile>) -> Result<()> {
        let mut folders = BTreeSet::new();
        for staged in staged {
            folders.insert(self.place(staged)?.1);
        }
        folders.extend([self.folder.join(OBJECTS), self.folder.join(STAGED)]);
        folders.iter().try_for_each(|folder| sync(folder))
    }

    /// Moves a staged object to its place, which is not yet on disk, and names its folder.
    fn place(&self, mut staged: StagedFile) -> Result<(Archived, PathBuf)> {
        let StagedFile { digest, length, .. } = staged;
        if staged.left_over {
            let found = staged.file.rewind().and_then(|()| Digest::of_reader(&mut staged.file));
            if found.map_err(|error| self.fault(&staged.path, error))? != (digest, length) {
                return Err(ArchiveError::Changed { digest });
            }
        }
        let object = self.path_of(&digest);
        let shard = self.shard(&object)?;
        match renameat_with(CWD, &staged.path, CWD, &object, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            Err(rustix::io::Errno::EXIST) => {
                self.open_checked(&digest)?;
                fs::remove_file(&staged.path).map_err(|error| self.fault(&staged.path, error))?;
            }
            Err(rustix::io::Errno::NOENT) if !staged.path.exists() => {
                return Err(ArchiveError::NotStaged { digest });
            }
            Err(error) => return Err(self.fault(&object, error.into())),
        }
        Ok((Archived { digest, length }, shard))
    }

    fn path_of(&self, digest: &Digest) -> PathBuf {
        let digits = digest.to_string();
        let (shard, rest) = digits.split_at(2);
        self.folder.join(OBJECTS).join(shard).join(rest)
    }

    fn open_object(&self, digest: &Digest) -> Result<File> {
        durable::open_regular(&self.path_of(digest)).map_err(|error| match error {
            DurableError::Missing { .. } => ArchiveError::Missing { digest: *digest },
            DurableError::NotRegular { .. } => ArchiveError::Changed { digest: *digest },
            other => from_durable(other),
        })
    }

    /// The folder an object belongs in, made if need be.
    fn shard(&self, object: &Path) -> Result<PathBuf> {
        let shard = object.parent().unwrap_or(&self.folder).to_owned();
        match fs::create_dir(&shard) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !shard.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                    return Err(ArchiveError::Obstructed { path: shard.display().to_string() });
                }
            }
            Err(error) => return Err(self.fault(&shard, error)),
        }
        Ok(shard)
    }
}

impl Objects for LocalArchive {
    type Staged = StagedFile;

    fn stage(&self, bytes: &mut dyn Read) -> Result<StagedFile> {
        let writing = self.begin()?;
        let (digest, length) = self.copy(bytes, writing.file())?;
        self.written(writing, digest, length)
    }

    fn publish(&self, staged: StagedFile) -> Result<Archived> {
        let (archived, shard) = self.place(staged)?;
        for folder in [&shard, &self.folder.join(OBJECTS), &self.folder.join(STAGED)] {
            sync(folder)?;
        }
        Ok(archived)
    }

    fn discard(&self, staged: StagedFile) -> Result<()> {
        match fs::remove_file(&staged.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.fault(&staged.path, error))
            }
            _ => sync(&self.folder.join(STAGED)),
        }
    }

    fn staged(&self) -> Result<Vec<StagedFile>> {
        let mut found = Vec::new();
        for entry in self.entries(&self.folder.join(STAGED))? {
            let name = entry.file_name();
            let digest = name.to_str().and_then(|name| name.split_once('-')?.0.parse().ok());
            if let Some(digest) = digest
                && let Some(file) = self.lock(&entry.path())?
            {
                let path = entry.path();
                let length = file.metadata().map_err(|error| self.fault(&path, error))?.len();
                found.push(StagedFile { digest, length, path, file, left_over: true });
            }
        }
        Ok(found)
    }

    fn open(&self, digest: &Digest) -> Result<ObjectReader> {
        Ok(ObjectReader::new(Box::new(self.open_object(digest)?), *digest))
    }

    fn contains(&self, digest: &Digest) -> Result<bool> {
        match self.open_object(digest) {
            Ok(_) | Err(ArchiveError::Changed { .. }) => Ok(true),
            Err(ArchiveError::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn list(&self) -> Result<Box<dyn Iterator<Item = Result<Listed>> + '_>> {
        let shards = self.entries(&self.folder.join(OBJECTS))?;
        Ok(Box::new(shards.into_iter().flat_map(|entry| self.shard_listed(&entry))))
    }

    fn check(&self, digest: &Digest, length: Option<u64>) -> Result<Vec<ArchiveFinding>> {
        let digest = *digest;
        let path = self.path_of(&digest);
        let file = match self.open_object(&digest) {
            Ok(file) => file,
            Err(ArchiveError::Missing { .. }) => {
                return Ok(vec![ArchiveFinding::Missing { digest }]);
            }
            Err(ArchiveError::Changed { .. }) => {
                let folder =
                    format!("{OBJECTS}/{}", digest.to_string().get(..2).unwrap_or_default());
                return Ok(vec![ArchiveFinding::NotAFile { folder }]);
            }
            Err(error) => return Err(error),
        };
        let mut findings = Vec::new();
        let metadata = file.metadata().map_err(|error| self.fault(&path, error))?;
        let found = metadata.len();
        if let Some(expected) = length.filter(|expected| *expected != found) {
            findings.push(ArchiveFinding::WrongLength { digest, expected, found });
        }
        if metadata.permissions().mode() & 0o222 != 0 {
            findings.push(ArchiveFinding::Writable { digest });
        }
        match Digest::of_reader(&file) {
            Ok((found, _)) if found == digest => {}
            Ok(_) => findings.push(ArchiveFinding::Changed { digest }),
            Err(error) => return Err(self.fault(&path, error)),
        }
        Ok(findings)
    }
}

/// Writes zeros over a file and brings them to the disk, without following a link.
fn overwrite(path: &Path, length: u64) -> io::Result<()> {
    let flags = rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::NOFOLLOW;
    let file = File::from(rustix::fs::open(path, flags, rustix::fs::Mode::empty())?);
    io::copy(&mut io::repeat(0).take(length), &mut io::BufWriter::with_capacity(BUFFER, &file))?;
    file.sync_all()
}

fn sync(folder: &Path) -> Result<()> {
    durable::sync_folder(folder).map_err(from_durable)
}

#[cfg(test)]
mod tests;
