//! The file a bundle is written to: whole in the end, or gone.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::problem::EvidenceError;
use crate::durable::{self, DurableError};

/// The file being written; removed unless kept.
pub(super) struct Staged {
    pub(super) file: File,
    pub(super) path: PathBuf,
    kept: bool,
}

impl Staged {
    /// Makes the file, which only its owner may read and which must not exist yet.
    pub(super) fn create(path: &Path) -> Result<Self, EvidenceError> {
        let source = |error| EvidenceError::File { source: durable::at(path)(error) };
        match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path) {
            Ok(file) => Ok(Self { file, path: path.to_owned(), kept: false }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let path = path.display().to_string();
                Err(EvidenceError::File { source: DurableError::Exists { path } })
            }
            Err(error) => Err(source(error)),
        }
    }

    /// Keeps the file.
    pub(super) fn keep(mut self) -> PathBuf {
        self.kept = true;
        self.path.clone()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            // Whatever made sealing fail is what gets told.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
