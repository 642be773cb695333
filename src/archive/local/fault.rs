//! Faults of the folder in the archive's words.

use std::{io, path::Path};

use super::LocalArchive;
use crate::{archive::ArchiveError, durable::DurableError};

impl LocalArchive {
    pub(super) fn fault(&self, path: &Path, source: io::Error) -> ArchiveError {
        fault(path.strip_prefix(&self.folder).unwrap_or(path), &self.folder, source)
    }
}

/// Says whether the archive itself may not be written to, or one path of it cannot be used.
pub(super) fn fault(path: &Path, archive: &Path, source: io::Error) -> ArchiveError {
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ArchiveError::ReadOnly { path: archive.display().to_string() }
        }
        _ => ArchiveError::Io { path: path.display().to_string(), source },
    }
}

pub(super) fn from_durable(error: DurableError) -> ArchiveError {
    match error {
        DurableError::Io { path, source } => fault(Path::new(&path), Path::new(&path), source),
        other => {
            ArchiveError::Io { path: String::new(), source: io::Error::other(other.to_string()) }
        }
    }
}
