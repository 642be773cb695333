//! One thing at a time: locks that hold between processes.
//!
//! A lock is an open file of the office's `register` folder; it goes with the file, however the
//! process ends, so that what its holder left unfinished can be finished by the next.

use std::fs::{File, TryLockError};

use super::paths::OfficePaths;
use crate::durable::{self, DurableError};

/// Takes the lock `name`, or gives nothing while another process holds it.
///
/// # Errors
/// [`DurableError::Io`] if the lock's file cannot be used.
pub fn take(paths: &OfficePaths, name: &str) -> Result<Option<File>, DurableError> {
    let path = paths.root().join("register").join(name);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(durable::at(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(durable::at(&path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_goes_with_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("register")).unwrap();
        let paths = OfficePaths::new(folder.path());
        let held = take(&paths, "a.lock").unwrap().unwrap();
        assert!(take(&paths, "a.lock").unwrap().is_none());
        assert!(take(&paths, "b.lock").unwrap().is_some());
        drop(held);
        assert!(take(&paths, "a.lock").unwrap().is_some());
        assert!(take(&OfficePaths::new(folder.path().join("none")), "a.lock").is_err());
    }
}
