//! Taking evidence in: what lies in a folder, what it is, and whether it stays so.
//!
//! Nothing but regular files in folders is taken, and every defect found is told at once. Each file's device, inode, size and
//! times are kept; after sealing the folder is walked again, and what changed, came or went is
//! refused. Source: REQUIREMENTS 3 (L403: each hashed); FINDINGS "Hashing and sealing".

use std::{collections::BTreeSet, fs::File, io, path::Path, sync::Arc};

use rustix::{fd::OwnedFd, fs::CWD};

use super::{
    container::path::{Names, fold},
    coverage,
    kind::Kind,
    media::{self, Defect, FEWEST_LINES, Format, MediaFacts},
    names::{SafeNames, masked},
    problem::EvidenceError,
    walk::{Stamp, open_folder, open_same, prove, walk},
    words::Words,
};
use crate::{masking::Masking, problem::Report};

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
    /// The path below the folder, masked.
    pub masked_original: String,
    /// Its path in the container.
    pub path: String,
    /// What it is evidence of.
    pub kind: Kind,
    /// What its bytes say.
    pub facts: Arc<MediaFacts>,
    /// What a person says.
    pub details: Details,
}

impl Item {
    /// Size in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.stamp.size
    }

    /// Proves that the open `file` of it has not changed.
    ///
    /// # Errors
    /// [`EvidenceError::Changed`]; [`EvidenceError::Io`].
    pub(super) fn unchanged(&self, file: &File) -> Result<(), EvidenceError> {
        prove(self.stamp, file, &self.masked_original)
    }
}

/// A folder that was walked, held open so that nothing can be put in its place.
#[derive(Debug)]
pub struct Intake {
    root: OwnedFd,
    masking: Masking,
    items: Vec<Item>,
    notes: Vec<Report>,
}

impl Intake {
    /// Walks `folder` and looks into every file; names are kept as `masking` lets them be shown.
    ///
    /// # Errors
    /// Every reason to refuse, none left out.
    pub fn of_folder(
        folder: &Path,
        sorting: Sorting,
        masking: &Masking,
    ) -> Result<Self, Vec<Report>> {
        let masked = |name: &str| masked(name, masking);
        let root = open_folder(CWD, folder).map_err(|source| {
            let name = masked(&folder.display().to_string());
            let none = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
            vec![if none.contains(&source.kind()) {
                Report::of(&EvidenceError::NoFolder { name })
            } else {
                Report::of(&EvidenceError::Io { name, source })
            }]
        })?;
        let mut problems = Vec::new();
        let mut files: Vec<(String, Stamp)> = Vec::new();
        walk(&root, masking, &mut problems, &mut |original, stamp| files.push((original, stamp)));
        if files.is_empty() && problems.is_empty() {
            problems.push(EvidenceError::NoFiles);
        }
        files.sort_by(|one, other| one.0.cmp(&other.0));
        let mut forms = Names::default();
        for (original, _) in files.iter().filter(|(original, _)| !forms.insert(&fold(original))) {
            problems.push(EvidenceError::NamesAlike { name: masked(original) });
        }
        drop(forms);
        let kind = |original: &str| match sorting {
            Sorting::As(kind) => Some(kind),
            Sorting::BySubfolder => {
                original.split_once('/').and_then(|(folder, _)| folder.parse::<Kind>().ok())
            }
        };
        // Sorting keeps those of one kind in the order of their names.
        files.sort_by_key(|(original, _)| kind(original).map(Kind::name));
        let mut names = SafeNames::default();
        let mut items: Vec<Item> = Vec::with_capacity(files.len());
        let mut notes = Vec::new();
        for (original, stamp) in files {
            let masked_original = masked(&original);
            let Some(kind) = kind(&original) else {
                problems.push(EvidenceError::NoKind { name: masked_original });
                continue;
            };
            match facts(&root, &original, stamp, &masked_original) {
                Ok(facts) => {
                    // Most of many files are alike.
                    let last = items.last().filter(|last| *last.facts == facts);
                    let facts =
                        last.map_or_else(|| Arc::new(facts), |last| Arc::clone(&last.facts));
                    let path = names.assign(kind, &masked_original);
                    let details = Details::default();
                    let item =
                        Item { original, stamp, masked_original, path, kind, facts, details };
                    problems.extend(refusal(&item));
                    notes.extend(item_notes(&item));
                    items.push(item);
                }
                Err(problem) => problems.push(problem),
            }
        }
        items.sort_by(|one, other| one.path.cmp(&other.path));
        if problems.is_empty() {
            Ok(Self { root, masking: masking.clone(), items, notes })
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
        let name = || masked(original, &self.masking);
        item.ok_or_else(|| EvidenceError::NoSuchFile { name: name() })?.details = details;
        Ok(())
    }

    /// Binds the recordings that a statement names to the files that are they.
    pub fn bind(&mut self, named: &[(Kind, String)]) {
        for (at, id) in coverage::bound(&self.items, named) {
            if let Some(item) = self.items.get_mut(at) {
                item.details.recording_id = Some(id);
            }
        }
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

    /// `text` as it may be shown.
    pub(super) fn masked(&self, text: &str) -> String {
        masked(text, &self.masking)
    }

    /// Opens the file of `item`, if it is still the one that was taken in.
    ///
    /// # Errors
    /// [`EvidenceError::Changed`]; [`EvidenceError::Io`].
    pub(super) fn open(&self, item: &Item) -> Result<File, EvidenceError> {
        open_same(&self.root, &item.original, item.stamp, &item.masked_original)
    }

    /// Walks the folder again and proves that nothing changed, came or went.
    ///
    /// # Errors
    /// Every difference.
    pub(super) fn unchanged(&self) -> Result<(), Vec<EvidenceError>> {
        let mut problems = Vec::new();
        let mut before: Vec<(&Item, bool)> = self.items.iter().map(|item| (item, false)).collect();
        before.sort_by(|one, other| one.0.original.cmp(&other.0.original));
        let mut changed = BTreeSet::new();
        walk(&self.root, &self.masking, &mut problems, &mut |name, stamp| {
            let found = before.binary_search_by(|(item, _)| item.original.cmp(&name));
            let known = found.ok().and_then(|at| before.get_mut(at));
            let is_same = known.is_some_and(|(item, is_met)| {
                *is_met = true;
                item.stamp == stamp
            });
            if !is_same {
                changed.insert(name);
            }
        });
        let gone = before.iter().filter(|(_, is_met)| !is_met);
        changed.extend(gone.map(|(item, _)| item.original.clone()));
        let told = changed.iter().map(|name| EvidenceError::Changed { name: self.masked(name) });
        problems.extend(told);
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

fn facts(
    root: &OwnedFd,
    original: &str,
    stamp: Stamp,
    name: &str,
) -> Result<MediaFacts, EvidenceError> {
    let file = open_same(root, original, stamp, name)?;
    media::inspect(&file).map_err(|source| EvidenceError::Io { name: name.to_owned(), source })
}

/// Why `item` cannot be sealed as its kind, if it cannot.
fn refusal(item: &Item) -> Option<EvidenceError> {
    let name = item.masked_original.clone();
    if item.stamp.size == 0 && item.kind.must_be_whole() {
        return Some(EvidenceError::EmptyFile { name });
    }
    // Cut off before its tracks are told, a recording is no other thing for that.
    let unknown = item.facts.defect.is_some() && !item.facts.is_audio() && !item.facts.is_video();
    let recording =
        matches!(item.facts.format, Format::Mp4 | Format::Mov | Format::Mkv | Format::M4a);
    let kept_back = unknown && recording && item.kind.is_recorded();
    if !item.kind.admits(&item.facts) && !kept_back {
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
    if item.stamp.size == 0 {
        notes.push(EvidenceError::Unusable { path: path(), what: Words("empty", "空文件") });
    }
    if let (Some(defect), false) = (item.facts.defect, item.kind.must_be_whole()) {
        let what = match defect {
            Defect::Truncated => Words("cut off", "不完整"),
            Defect::Encrypted => Words("encrypted", "已加密"),
            Defect::Malformed => Words("malformed", "文件头有误"),
        };
        notes.push(EvidenceError::Unusable { path: path(), what });
    }
    notes.iter().map(Report::of).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use rustix::fs::{FileType, Mode};

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
        symlink("/etc/hostname", at("link")).unwrap();
        symlink("/etc", at("folder_link")).unwrap();
        let pipe = at("pipe");
        rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
        std::fs::create_dir(at("video")).unwrap();
        write_new(&at("video/film.mp4"), b"no film").unwrap();
        let found =
            codes(Intake::of_folder(folder.path(), Sorting::As(Kind::Other), &Masking::default()));
        assert_eq!(found, ["CH-E031", "CH-E033", "CH-E031", "CH-E031", "CH-E034"]);
        let found =
            codes(Intake::of_folder(folder.path(), Sorting::BySubfolder, &Masking::default()));
        assert!(found.contains(&"CH-E037") && found.contains(&"CH-E038"), "{found:?}");
        write_new(&at("video/empty.mp4"), b"").unwrap();
        let found =
            codes(Intake::of_folder(&at("video"), Sorting::As(Kind::Video), &Masking::default()));
        assert_eq!(found, ["CH-E042", "CH-E038"]);
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(
            codes(Intake::of_folder(empty.path(), Sorting::BySubfolder, &Masking::default())),
            ["CH-E035"]
        );
        assert_eq!(
            codes(Intake::of_folder(
                &at("folder_link"),
                Sorting::As(Kind::Other),
                &Masking::default()
            )),
            ["CH-U042"]
        );
    }

    #[test]
    fn what_changes_comes_or_goes_after_intake_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_new(&at("a"), b"text").unwrap();
        write_new(&at("b"), b"text").unwrap();
        let intake =
            Intake::of_folder(folder.path(), Sorting::As(Kind::Other), &Masking::default())
                .unwrap();
        assert!(intake.unchanged().is_ok());
        let [a, b] = intake.items() else { panic!("two files") };
        let open = intake.open(a).unwrap();
        crate::durable::replace(&at("a"), b"other").unwrap();
        assert!(matches!(intake.open(a), Err(EvidenceError::Changed { .. })));
        assert!(a.unchanged(&open).is_err(), "its link count and change time differ");
        std::fs::remove_file(at("b")).unwrap();
        symlink("a", at("b")).unwrap();
        assert!(intake.open(b).is_err());
        write_new(&at("c"), b"new").unwrap();
        assert_eq!(intake.unchanged().unwrap_err().len(), 4);
    }

    #[test]
    fn a_full_number_in_a_name_is_in_no_path_and_no_message() {
        let folder = tempfile::tempdir().unwrap();
        write_new(&folder.path().join("6222020000000000018.mp4"), b"no film").unwrap();
        let found = Intake::of_folder(folder.path(), Sorting::As(Kind::Video), &Masking::default())
            .unwrap_err();
        assert!(found.iter().all(|report| !report.english.contains("622202")));
        let intake =
            Intake::of_folder(folder.path(), Sorting::As(Kind::Other), &Masking::default())
                .unwrap();
        assert_eq!(intake.items()[0].path, "data/other/x0018.mp4");
        assert_eq!(intake.items()[0].masked_original, "***************0018.mp4");
    }
}
