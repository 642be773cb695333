//! An archive in a folder of this machine.
//!
//! `objects/ab/cdef…` holds the objects, read-only, by the digits of their digest; `staged/` what is
//! on its way in: `.part-…` while it is being written, `<digest>-…` once whole. A file that is
//! staged is locked by the process that stages it, so that recovery leaves the living alone.
//! Files and folders are synced before a call returns. Refuses links in the place of folders.
//! Longer than other files because it is one trait over one folder, every step of it in order.

use std::{
    collections::BTreeSet,
    fs::{self, DirEntry, File, Permissions},
    io::{self, Read, Seek},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};

use super::{ArchiveError, ArchiveFinding, Archived, Listed, ObjectReader, Objects, Result, Stage};
use crate::{
    digest::{Digest, Hasher},
    durable::{self, DurableError},
    retention::disposal::DisposalPermit,
};

const OBJECTS: &str = "objects";
const STAGED: &str = "staged";
const PART: &str = ".part-";
const MODE: u32 = 0o444;
const BUFFER: usize = 1 << 18;

/// An archive in a folder.
#[derive(Debug)]
pub struct LocalArchive {
    folder: PathBuf,
}

/// An object on its way in, locked by this process.
#[derive(Debug)]
pub struct StagedFile {
    digest: Digest,
    length: u64,
    path: PathBuf,
    /// Holds the lock. A leftover's bytes are read again before they are trusted.
    file: File,
    left_over: bool,
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
    fn lock(&self, path: &Path) -> Result<Option<File>> {
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

    /// Entries of a folder in the order of their names.
    fn entries(&self, folder: &Path) -> Result<Vec<DirEntry>> {
        let mut entries = fs::read_dir(folder)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(|error| self.fault(folder, error))?;
        entries.sort_by_key(DirEntry::file_name);
        Ok(entries)
    }

    fn listed(&self, shard: &str, entry: &DirEntry) -> Result<Listed> {
        let folder = || format!("{OBJECTS}/{shard}");
        let name = entry.file_name();
        let digest = name.to_str().and_then(|rest| format!("{shard}{rest}").parse().ok());
        let Some(digest) = digest else {
            return Ok(Listed::Foreign(ArchiveFinding::ForeignName { folder: folder() }));
        };
        let found =
            entry.path().symlink_metadata().map_err(|error| self.fault(&entry.path(), error))?;
        if found.is_file() {
            Ok(Listed::Object(Archived { digest, length: found.len() }))
        } else {
            Ok(Listed::Foreign(ArchiveFinding::NotAFile { folder: folder() }))
        }
    }

    /// What the entry of `objects/` holds.
    fn shard_listed(&self, entry: &DirEntry) -> Vec<Result<Listed>> {
        let name = entry.file_name();
        let is_shard = |name: &&str| {
            name.len() == 2 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let foreign = |finding| vec![Ok(Listed::Foreign(finding))];
        let Some(shard) = name.to_str().filter(is_shard) else {
            return foreign(ArchiveFinding::ForeignName { folder: OBJECTS.to_owned() });
        };
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            return foreign(ArchiveFinding::NotAFile { folder: OBJECTS.to_owned() });
        }
        match self.entries(&entry.path()) {
            Ok(entries) => entries.iter().map(|entry| self.listed(shard, entry)).collect(),
            Err(error) => vec![Err(error)],
        }
    }

    fn fault(&self, path: &Path, source: io::Error) -> ArchiveError {
        fault(path.strip_prefix(&self.folder).unwrap_or(path), &self.folder, source)
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

impl LocalArchive {
    /// Copies and hashes, telling apart who failed.
    fn copy(&self, source: &mut dyn Read, mut target: &File) -> Result<(Digest, u64)> {
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

/// Says whether the archive itself may not be written to, or one path of it cannot be used.
fn fault(path: &Path, archive: &Path, source: io::Error) -> ArchiveError {
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ArchiveError::ReadOnly { path: archive.display().to_string() }
        }
        _ => ArchiveError::Io { path: path.display().to_string(), source },
    }
}

fn from_durable(error: DurableError) -> ArchiveError {
    match error {
        DurableError::Io { path, source } => fault(Path::new(&path), Path::new(&path), source),
        other => {
            ArchiveError::Io { path: String::new(), source: io::Error::other(other.to_string()) }
        }
    }
}

#[cfg(test)]
mod tests;
