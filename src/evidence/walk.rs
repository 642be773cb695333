//! The walk of a folder of evidence, and the state in which each file was met.
//!
//! No link is followed at any level: every folder and file is opened below its parent's handle.
//! Devices, pipes and sockets are never opened.

use std::{collections::BTreeSet, fs::File, io, os::unix::fs::MetadataExt, path::Path};

use rustix::{
    fd::{AsFd, OwnedFd},
    fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat},
};

use super::{
    names::{check_original, masked},
    problem::EvidenceError,
    words::Words,
};
use crate::{digest::Hasher, masking::Masking};

/// Most files of one bundle.
pub const MOST_FILES: usize = 200_000;
const DEEPEST: usize = 8;

/// How much a walk takes in before it stops.
#[derive(Clone, Copy, Debug)]
struct Most {
    files: usize,
    /// Names of whatever lies there, folders and what is refused among them.
    names: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { files: MOST_FILES, names: 2 * MOST_FILES }
    }
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    /// Half a digest over device, inode and the times of change: of very many files it is kept.
    state: [u8; 16],
}

impl Stamp {
    /// The state of no file, for lists that are not walked.
    #[cfg(test)]
    pub(super) const fn nothing() -> Self {
        Self { size: 0, state: [0; 16] }
    }

    fn of(file: &File) -> io::Result<Self> {
        let data = file.metadata()?;
        if !data.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut hasher = Hasher::default();
        for number in [data.dev(), data.ino()] {
            hasher.update(&number.to_le_bytes());
        }
        for time in [data.mtime(), data.mtime_nsec(), data.ctime(), data.ctime_nsec()] {
            hasher.update(&time.to_le_bytes());
        }
        let digest = hasher.finish();
        let mut state = [0; 16];
        state.iter_mut().zip(digest.as_bytes()).for_each(|(kept, byte)| *kept = *byte);
        Ok(Self { size: data.len(), state })
    }
}

/// Opens a folder, but no link to one.
pub(super) fn open_folder(at: impl AsFd, path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(at, path, flags, Mode::empty())?)
}

/// Opens the file at `original` below `root`, following no link.
pub(super) fn open_file(root: &OwnedFd, original: &str) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let (folders, name) = original.rsplit_once('/').unwrap_or(("", original));
    let mut folder: Option<OwnedFd> = None;
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        folder = Some(open_folder(folder.as_ref().unwrap_or(root), Path::new(part))?);
    }
    Ok(openat(folder.as_ref().unwrap_or(root), name, flags, Mode::empty())?.into())
}

/// Opens the file at `original` if it is still in the state `stamp`; errors call it `name`.
pub(super) fn open_same(
    root: &OwnedFd,
    original: &str,
    stamp: Stamp,
    name: &str,
) -> Result<File, EvidenceError> {
    let file = open_file(root, original)
        .map_err(|source| EvidenceError::Io { name: name.to_owned(), source })?;
    prove(stamp, &file, name)?;
    Ok(file)
}

/// Proves that the open `file` is still in the state `stamp`; errors call it `name`.
pub(super) fn prove(stamp: Stamp, file: &File, name: &str) -> Result<(), EvidenceError> {
    match Stamp::of(file) {
        Ok(now) if now == stamp => Ok(()),
        Ok(_) => Err(EvidenceError::Changed { name: name.to_owned() }),
        Err(source) => Err(EvidenceError::Io { name: name.to_owned(), source }),
    }
}

/// Tells `each` regular file below `root` by its path; what is not one is a problem.
pub(super) fn walk(
    root: &OwnedFd,
    masking: &Masking,
    problems: &mut Vec<EvidenceError>,
    each: &mut dyn FnMut(&str, Stamp),
) {
    walk_within(Most::default(), root, masking, problems, each);
}

fn walk_within(
    most: Most,
    root: &OwnedFd,
    masking: &Masking,
    problems: &mut Vec<EvidenceError>,
    each: &mut dyn FnMut(&str, Stamp),
) {
    let mut walk = Walk { each, most, files: 0, names: 0, full: None, masking, problems };
    walk.folder(root, "", 0);
    if let Some((what, limit)) = walk.full {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        problems.push(EvidenceError::TooMany { what, limit });
    }
}

struct Walk<'a> {
    each: &'a mut dyn FnMut(&str, Stamp),
    most: Most,
    files: usize,
    names: usize,
    /// Of what there is too much: nothing more is looked at.
    full: Option<(Words, usize)>,
    masking: &'a Masking,
    problems: &'a mut Vec<EvidenceError>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &OwnedFd, prefix: &str, depth: usize) {
        if depth > DEEPEST {
            let limit = u64::try_from(DEEPEST).unwrap_or(u64::MAX);
            self.problems.push(EvidenceError::TooMany {
                what: Words("levels of folders", "文件夹层数"),
                limit,
            });
            return;
        }
        let names = match self.names_of(folder) {
            Ok(names) => names,
            Err(error) => return self.io(prefix, error.into()),
        };
        for name in names {
            if self.full.is_some() {
                return;
            }
            self.entry(folder, prefix, &name, depth);
        }
    }

    /// The names in a folder, sorted; no more of them are held than one bundle can have.
    fn names_of(&mut self, folder: &OwnedFd) -> rustix::io::Result<BTreeSet<Vec<u8>>> {
        let mut names = BTreeSet::new();
        for entry in Dir::read_from(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            if self.names >= self.most.names {
                self.full = Some((Words("names", "名称数"), self.most.names));
                break;
            }
            self.names = self.names.saturating_add(1);
            names.insert(name.to_vec());
        }
        Ok(names)
    }

    fn entry(&mut self, folder: &OwnedFd, prefix: &str, bytes: &[u8], depth: usize) {
        let lossy = format!("{prefix}{}", String::from_utf8_lossy(bytes));
        let fit = std::str::from_utf8(bytes).map_err(|_| Words("it is not UTF-8", "不是 UTF-8"));
        let name = match fit.and_then(|name| check_original(name).map(|()| name)) {
            Ok(name) => name,
            Err(what) => {
                return self
                    .problems
                    .push(EvidenceError::UnfitName { name: masked(&lossy, self.masking), what });
            }
        };
        let kind = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
            .map(|stat| FileType::from_raw_mode(stat.st_mode));
        match kind {
            Ok(FileType::Directory) => match open_folder(folder, Path::new(name)) {
                Ok(below) => self.folder(&below, &format!("{lossy}/"), depth.saturating_add(1)),
                Err(error) => self.io(&lossy, error),
            },
            Ok(FileType::RegularFile) => {
                match open_file(folder, name).and_then(|file| Stamp::of(&file)) {
                    Ok(_) if self.files >= self.most.files => {
                        self.full = Some((Words("files", "文件数"), self.most.files));
                    }
                    Ok(stamp) => {
                        self.files = self.files.saturating_add(1);
                        (self.each)(&lossy, stamp);
                    }
                    Err(error) => self.io(&lossy, error),
                }
            }
            Ok(_) => {
                self.problems
                    .push(EvidenceError::NotRegular { name: masked(&lossy, self.masking) });
            }
            Err(error) => self.io(&lossy, error.into()),
        }
    }

    fn io(&mut self, name: &str, source: io::Error) {
        self.problems.push(EvidenceError::Io { name: masked(name, self.masking), source });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a walk of `folder` tells: files met, and the problems in their order.
    fn walked(folder: &Path, most: Most) -> (usize, Vec<String>) {
        let root = open_folder(rustix::fs::CWD, folder).unwrap();
        let (mut met, mut problems) = (0, Vec::new());
        walk_within(most, &root, &Masking::default(), &mut problems, &mut |_, _| met += 1);
        (met, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_folder_of_too_many_names_is_refused_once_before_they_are_held() {
        let room = tempfile::tempdir().unwrap();
        let at = |name: &str| room.path().join(name);
        for name in ["a", "b", "c"] {
            std::fs::create_dir(at(name)).unwrap();
            for file in ["1", "2", "3"] {
                File::create(at(name).join(file)).unwrap();
            }
        }
        assert_eq!(walked(room.path(), Most { files: 9, names: 12 }), (9, Vec::new()));
        let (met, told) = walked(room.path(), Most { files: 8, names: 12 });
        assert_eq!((met, told.len()), (8, 1), "{told:?}");
        // The last folder's names are not gathered to their end, and nothing of it is lost unsaid.
        let (met, told) = walked(room.path(), Most { files: 9, names: 11 });
        assert!(met < 9 && told.len() == 1, "{met} {told:?}");
        // Not even the first folder's.
        let (met, told) = walked(room.path(), Most { files: 9, names: 2 });
        assert_eq!((met, told.len()), (0, 1), "{told:?}");
    }
}
