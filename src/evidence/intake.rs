//! Taking evidence in: what lies in a folder, what it is, and whether it stays so.
//!
//! Owns the walk of the folder. No link is followed at any level, nothing but regular files and
//! folders is touched, and every defect found is told at once. Each file's device, inode, size and
//! times are kept; after sealing the folder is walked again, and what changed, came or went is
//! refused. Source: REQUIREMENTS 3 (L403: each hashed); FINDINGS "Hashing and sealing".

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::Path,
};

use rustix::{
    fd::{AsFd, OwnedFd},
    fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat},
};

use super::{
    container::path::fold,
    kind::Kind,
    media::{self, Defect, FEWEST_LINES, MediaFacts},
    names::{SafeNames, check_original, masked},
    problem::EvidenceError,
};
use crate::problem::Report;

/// Most files of one bundle.
pub const MOST_FILES: usize = 10_000;
const DEEPEST: usize = 8;

/// How the kinds of the files are told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sorting {
    /// All are of one kind.
    As(Kind),
    /// The first folder below is named after the kind.
    BySubfolder,
}

/// What a person says about one file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Details {
    /// The recording's number, given before it was made and printed on the statement.
    pub recording_id: Option<String>,
    /// When it was captured, in RFC 3339, where the file itself does not tell.
    pub captured_at: Option<String>,
    /// The device, where the file itself does not tell.
    pub device: Option<String>,
}

/// One file that was taken in.
#[derive(Clone, Debug)]
pub struct Item {
    original: String,
    stamp: Stamp,
    /// Its path in the container.
    pub path: String,
    /// What it is evidence of.
    pub kind: Kind,
    /// What its bytes say.
    pub facts: MediaFacts,
    /// What a person says.
    pub details: Details,
}

impl Item {
    /// The path below the folder, masked.
    #[must_use]
    pub fn masked_original(&self) -> String {
        masked(&self.original)
    }

    /// Size in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.stamp.size
    }
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let data = file.metadata()?;
        if !data.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Ok(Self {
            device: data.dev(),
            inode: data.ino(),
            size: data.len(),
            modified: (data.mtime(), data.mtime_nsec()),
            changed: (data.ctime(), data.ctime_nsec()),
        })
    }
}

/// A folder that was walked, held open so that nothing can be put in its place.
#[derive(Debug)]
pub struct Intake {
    root: OwnedFd,
    items: Vec<Item>,
    notes: Vec<Report>,
}

impl Intake {
    /// Walks `folder` and looks into every file.
    ///
    /// # Errors
    /// Every reason to refuse, none left out.
    pub fn of_folder(folder: &Path, sorting: Sorting) -> Result<Self, Vec<Report>> {
        let root = open_folder(CWD, folder).map_err(|source| {
            let name = masked(&folder.display().to_string());
            vec![Report::of(&EvidenceError::Io { name, source })]
        })?;
        let mut problems = Vec::new();
        let files = walk(&root, &mut problems);
        if files.is_empty() && problems.is_empty() {
            problems.push(EvidenceError::NoFiles);
        }
        let mut folded = BTreeSet::new();
        for original in files.keys().filter(|original| !folded.insert(fold(original))) {
            problems.push(EvidenceError::NamesAlike { name: masked(original) });
        }
        let mut sorted = Vec::new();
        for (original, stamp) in files {
            let kind = match sorting {
                Sorting::As(kind) => Some(kind),
                Sorting::BySubfolder => {
                    original.split_once('/').and_then(|(folder, _)| folder.parse().ok())
                }
            };
            match kind {
                Some(kind) => sorted.push((kind, original, stamp)),
                None => problems.push(EvidenceError::NoKind { name: masked(&original) }),
            }
        }
        sorted.sort_by(|one, other| (one.0.name(), &one.1).cmp(&(other.0.name(), &other.1)));
        let mut names = SafeNames::default();
        let mut items = Vec::new();
        let mut notes = Vec::new();
        for (kind, original, stamp) in sorted {
            match facts(&root, &original, stamp) {
                Ok(facts) => {
                    let path = names.assign(kind, &masked(&original));
                    let item =
                        Item { original, stamp, path, kind, facts, details: Details::default() };
                    problems.extend(refusal(&item));
                    notes.extend(item_notes(&item));
                    items.push(item);
                }
                Err(problem) => problems.push(problem),
            }
        }
        items.sort_by(|one, other| one.path.cmp(&other.path));
        if problems.is_empty() {
            Ok(Self { root, items, notes })
        } else {
            Err(problems.iter().map(Report::of).collect())
        }
    }

    /// Adds what a person says about the file at `original`, a path below the folder.
    ///
    /// # Errors
    /// [`EvidenceError::NoSuchFile`].
    pub fn describe(&mut self, original: &str, details: Details) -> Result<(), EvidenceError> {
        let item = self.items.iter_mut().find(|item| item.original == original);
        item.ok_or_else(|| EvidenceError::NoSuchFile { name: masked(original) })?.details = details;
        Ok(())
    }

    /// The files, in the order of their paths in the container.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What was noted without being refused.
    #[must_use]
    pub fn notes(&self) -> &[Report] {
        &self.notes
    }

    /// Opens the file of `item`, if it is still the one that was taken in.
    ///
    /// # Errors
    /// [`EvidenceError::Changed`]; [`EvidenceError::Io`].
    pub(super) fn open(&self, item: &Item) -> Result<File, EvidenceError> {
        open_same(&self.root, &item.original, item.stamp)
    }

    /// Proves that the open `file` of `item` has not changed.
    ///
    /// # Errors
    /// [`EvidenceError::Changed`]; [`EvidenceError::Io`].
    pub(super) fn still(&self, item: &Item, file: &File) -> Result<(), EvidenceError> {
        prove(&item.original, item.stamp, file)
    }

    /// Walks the folder again and proves that nothing changed, came or went.
    ///
    /// # Errors
    /// Every difference.
    pub(super) fn unchanged(&self) -> Result<(), Vec<EvidenceError>> {
        let mut problems = Vec::new();
        let now = walk(&self.root, &mut problems);
        let before: BTreeMap<&str, Stamp> =
            self.items.iter().map(|item| (item.original.as_str(), item.stamp)).collect();
        let names: BTreeSet<&str> =
            before.keys().copied().chain(now.keys().map(String::as_str)).collect();
        for name in names {
            if now.get(name) != before.get(name) {
                problems.push(EvidenceError::Changed { name: masked(name) });
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

fn open_folder(at: impl AsFd, path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(at, path, flags, Mode::empty())?)
}

fn open_file(root: &OwnedFd, original: &str) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let (folders, name) = original.rsplit_once('/').unwrap_or(("", original));
    let mut folder: Option<OwnedFd> = None;
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        folder = Some(open_folder(folder.as_ref().unwrap_or(root), Path::new(part))?);
    }
    Ok(openat(folder.as_ref().unwrap_or(root), name, flags, Mode::empty())?.into())
}

fn open_same(root: &OwnedFd, original: &str, stamp: Stamp) -> Result<File, EvidenceError> {
    let file = open_file(root, original)
        .map_err(|source| EvidenceError::Io { name: masked(original), source })?;
    prove(original, stamp, &file)?;
    Ok(file)
}

fn prove(original: &str, stamp: Stamp, file: &File) -> Result<(), EvidenceError> {
    match Stamp::of(file) {
        Ok(now) if now == stamp => Ok(()),
        Ok(_) => Err(EvidenceError::Changed { name: masked(original) }),
        Err(source) => Err(EvidenceError::Io { name: masked(original), source }),
    }
}

fn facts(root: &OwnedFd, original: &str, stamp: Stamp) -> Result<MediaFacts, EvidenceError> {
    let file = open_same(root, original, stamp)?;
    media::inspect(&file).map_err(|source| EvidenceError::Io { name: masked(original), source })
}

/// Every regular file below `root` by its path; what is not one is a problem.
fn walk(root: &OwnedFd, problems: &mut Vec<EvidenceError>) -> BTreeMap<String, Stamp> {
    let mut walk = Walk { files: BTreeMap::new(), problems };
    walk.folder(root, "", 0);
    walk.files
}

struct Walk<'a> {
    files: BTreeMap<String, Stamp>,
    problems: &'a mut Vec<EvidenceError>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &OwnedFd, prefix: &str, depth: usize) {
        if depth > DEEPEST {
            let limit = u64::try_from(DEEPEST).unwrap_or(u64::MAX);
            self.problems.push(EvidenceError::TooMany { what: "levels of folders", limit });
            return;
        }
        let names = Dir::read_from(folder).and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.file_name().to_bytes().to_vec()))
                .collect::<rustix::io::Result<BTreeSet<Vec<u8>>>>()
        });
        let names = match names {
            Ok(names) => names,
            Err(error) => return self.io(prefix, error.into()),
        };
        for name in names {
            if matches!(name.as_slice(), b"." | b"..") {
                continue;
            }
            if self.files.len() >= MOST_FILES {
                let limit = u64::try_from(MOST_FILES).unwrap_or(u64::MAX);
                return self.problems.push(EvidenceError::TooMany { what: "files", limit });
            }
            self.entry(folder, prefix, &name, depth);
        }
    }

    fn entry(&mut self, folder: &OwnedFd, prefix: &str, bytes: &[u8], depth: usize) {
        let lossy = format!("{prefix}{}", String::from_utf8_lossy(bytes));
        let fit = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8");
        let name = match fit.and_then(|name| check_original(name).map(|()| name)) {
            Ok(name) => name,
            Err(what) => {
                return self.problems.push(EvidenceError::UnfitName { name: masked(&lossy), what });
            }
        };
        let kind = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
            .map(|stat| FileType::from_raw_mode(stat.st_mode));
        match kind {
            Ok(FileType::Directory) => {
                match open_folder(folder, Path::new(std::ffi::OsStr::from_bytes(bytes))) {
                    Ok(below) => self.folder(&below, &format!("{lossy}/"), depth.saturating_add(1)),
                    Err(error) => self.io(&lossy, error),
                }
            }
            Ok(FileType::RegularFile) => {
                match open_file(folder, name).and_then(|file| Stamp::of(&file)) {
                    Ok(stamp) => drop(self.files.insert(lossy, stamp)),
                    Err(error) => self.io(&lossy, error),
                }
            }
            Ok(_) => self.problems.push(EvidenceError::NotRegular { name: masked(&lossy) }),
            Err(error) => self.io(&lossy, error.into()),
        }
    }

    fn io(&mut self, name: &str, source: io::Error) {
        self.problems.push(EvidenceError::Io { name: masked(name), source });
    }
}

/// Why `item` cannot be sealed as its kind, if it cannot.
fn refusal(item: &Item) -> Option<EvidenceError> {
    let name = item.masked_original();
    if item.stamp.size == 0 {
        return Some(EvidenceError::EmptyFile { name });
    }
    if !item.kind.admits(&item.facts) {
        let (kind, format) = (item.kind.name(), item.facts.format.name());
        return Some(EvidenceError::KindContradicted { name, kind, format });
    }
    if !item.kind.must_be_whole() {
        return None;
    }
    Some(match item.facts.defect? {
        Defect::Truncated => EvidenceError::Truncated { name },
        Defect::Encrypted => EvidenceError::Encrypted { name },
        Defect::Malformed => EvidenceError::Malformed { name },
    })
}

/// What is worth knowing about `item` though it is sealed.
fn item_notes(item: &Item) -> Vec<Report> {
    let path = || item.path.clone();
    let mut notes = Vec::new();
    if item.facts.is_video() && item.kind == Kind::Video {
        match item.facts.lines() {
            Some(lines) if lines >= FEWEST_LINES => {}
            Some(lines) => notes.push(EvidenceError::FewLines { path: path(), lines }),
            None => notes.push(EvidenceError::UnknownLines { path: path() }),
        }
    }
    let suffix = item.path.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    if item.facts.format.is_belied_by(suffix) {
        let format = item.facts.format.name();
        notes.push(EvidenceError::Belied { path: path(), format });
    }
    if let (Some(defect), false) = (item.facts.defect, item.kind.must_be_whole()) {
        let what = match defect {
            Defect::Truncated => "cut off",
            Defect::Encrypted => "encrypted",
            Defect::Malformed => "malformed",
        };
        notes.push(EvidenceError::Unusable { path: path(), what });
    }
    notes.iter().map(Report::of).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::durable::write_new;

    fn codes(result: Result<Intake, Vec<Report>>) -> Vec<&'static str> {
        result
            .map_or_else(|found| found.iter().map(|report| report.code.code).collect(), |_| vec![])
    }

    #[test]
    fn everything_wrong_with_a_folder_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_new(&at("a.txt"), b"text").unwrap();
        write_new(&at("A.txt"), b"text").unwrap();
        write_new(&at("gpj.\u{202e}exe"), b"text").unwrap();
        write_new(&at("empty"), b"").unwrap();
        symlink("/etc/hostname", at("link")).unwrap();
        symlink("/etc", at("folder_link")).unwrap();
        let pipe = at("pipe");
        rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
        std::fs::create_dir(at("video")).unwrap();
        write_new(&at("video/film.mp4"), b"no film").unwrap();
        let found = codes(Intake::of_folder(folder.path(), Sorting::As(Kind::Other)));
        assert_eq!(found, ["CH-E031", "CH-E033", "CH-E031", "CH-E031", "CH-E034", "CH-E042"]);
        let found = codes(Intake::of_folder(folder.path(), Sorting::BySubfolder));
        assert!(found.contains(&"CH-E037") && found.contains(&"CH-E038"), "{found:?}");
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(codes(Intake::of_folder(empty.path(), Sorting::BySubfolder)), ["CH-E035"]);
        assert_eq!(
            codes(Intake::of_folder(&at("folder_link"), Sorting::As(Kind::Other))),
            ["CH-E030"]
        );
    }

    #[test]
    fn what_changes_comes_or_goes_after_intake_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_new(&at("a"), b"text").unwrap();
        write_new(&at("b"), b"text").unwrap();
        let intake = Intake::of_folder(folder.path(), Sorting::As(Kind::Other)).unwrap();
        assert!(intake.unchanged().is_ok());
        let [a, b] = intake.items() else { panic!("two files") };
        let open = intake.open(a).unwrap();
        crate::durable::replace(&at("a"), b"other").unwrap();
        assert!(matches!(intake.open(a), Err(EvidenceError::Changed { .. })));
        assert!(intake.still(a, &open).is_err(), "its link count and change time differ");
        std::fs::remove_file(at("b")).unwrap();
        symlink("a", at("b")).unwrap();
        assert!(intake.open(b).is_err());
        write_new(&at("c"), b"new").unwrap();
        assert_eq!(intake.unchanged().unwrap_err().len(), 4);
    }

    #[test]
    fn a_full_number_in_a_name_is_in_no_path_and_no_message() {
        let folder = tempfile::tempdir().unwrap();
        write_new(&folder.path().join("6222020000000000014.mp4"), b"no film").unwrap();
        let found = Intake::of_folder(folder.path(), Sorting::As(Kind::Video)).unwrap_err();
        assert!(found.iter().all(|report| !report.english.contains("622202")));
        let intake = Intake::of_folder(folder.path(), Sorting::As(Kind::Other)).unwrap();
        assert_eq!(intake.items()[0].path, "data/other/x0014.mp4");
        assert_eq!(intake.items()[0].masked_original(), "***************0014.mp4");
    }
}
