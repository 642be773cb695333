//! Plain copies while an export is made: their room, and what is encrypted from it.

use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use super::{ExportError, Reports};
use crate::{
    digest::{Digest, Hasher},
    durable::{self, DurableError},
    office::{lock, paths::OfficePaths},
    problem::alone as report,
    signing::{Random, Recipient},
};

/// The lock of everything that seals or exports.
pub(in crate::office) const ROOM_LOCK: &str = "sealing.lock";

/// Where plain copies stand while an export is made.
pub(super) fn copies(paths: &OfficePaths) -> PathBuf {
    paths.root().join("staging").join("export")
}

/// Whether plain copies lie there; those of an export that is running do, too.
#[must_use]
pub fn leftover(paths: &OfficePaths) -> bool {
    copies(paths).symlink_metadata().is_ok()
}

/// Removes the plain copies that a killed export left; one that is running keeps its own.
///
/// # Errors
/// [`ExportError::File`] if they cannot be removed.
pub fn sweep(paths: &OfficePaths) -> Result<(), ExportError> {
    if !leftover(paths) {
        return Ok(());
    }
    let path = copies(paths);
    let held = lock::take(paths, ROOM_LOCK).map_err(|source| ExportError::File { source })?;
    let Some(_held) = held else { return Ok(()) };
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ExportError::File { source: durable::at(&path)(error) })
        }
        _ => Ok(()),
    }
}

/// Where plain copies stand while an export is made; gone when it is dropped.
pub(super) struct Room {
    root: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) bundle: PathBuf,
}

impl Room {
    pub(super) fn at(root: PathBuf) -> Result<Self, DurableError> {
        // What a cut-off export left is of no use to anybody.
        let _ = fs::remove_dir_all(&root);
        let (folder, bundle) = (root.join("items"), root.join("export.asice"));
        durable::create_folder(&root)?;
        let own = Permissions::from_mode(0o700);
        fs::set_permissions(&root, own).map_err(durable::at(&root))?;
        durable::create_folder(&folder)?;
        Ok(Self { root, folder, bundle })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// Encrypts the file at `path` into a nameless file of `folder`, on disk when the call returns.
pub(super) fn encrypt(
    recipient: &Recipient,
    path: &Path,
    folder: &Path,
    random: &mut dyn Random,
) -> Reports<(tempfile::NamedTempFile, Digest)> {
    let file = |path: &Path, error| report(ExportError::File { source: durable::at(path)(error) });
    let mut plain = File::open(path).map_err(|error| file(path, error))?;
    let length = plain.metadata().map_err(|error| file(path, error))?.len();
    let staged = tempfile::Builder::new()
        .prefix(".staged-")
        .tempfile_in(folder)
        .map_err(|error| file(folder, error))?;
    let mut hashed = Hashed { file: staged.as_file(), hasher: Hasher::default() };
    recipient.encrypt(&mut plain, length, &mut hashed, random).map_err(report)?;
    let digest = hashed.hasher.finish();
    staged.as_file().sync_all().map_err(|error| file(folder, error))?;
    Ok((staged, digest))
}

struct Hashed<'a> {
    file: &'a File,
    hasher: Hasher,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
