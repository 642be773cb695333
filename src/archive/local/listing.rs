//! What lies in the archive's folders, and what there is no object.

use std::{
    fs::{self, DirEntry},
    io,
    path::Path,
};

use super::{LocalArchive, OBJECTS};
use crate::archive::{ArchiveFinding, Archived, Listed, Result};

impl LocalArchive {
    /// Entries of a folder in the order of their names.
    pub(super) fn entries(&self, folder: &Path) -> Result<Vec<DirEntry>> {
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
    pub(super) fn shard_listed(&self, entry: &DirEntry) -> Vec<Result<Listed>> {
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
}
