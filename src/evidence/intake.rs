//! Taking evidence in: what lies in a folder, what it is, and whether it stays so.
//!
//! Nothing but regular files in folders is taken, and every defect found is told at once. Each
//! file's size, and a digest of its device, inode and times, are kept; after sealing the folder is
//! walked again, and what changed, came or went is refused. Source: REQUIREMENTS 3 (L403: each hashed); FINDINGS "Hashing and sealing".

use std::{collections::BTreeSet, fs::File, io, path::Path};

use rustix::{fd::OwnedFd, fs::CWD};

use super::{
    container::{name_set::Names, path::fold},
    coverage,
    kind::Kind,
    listing::{Item, Listing, NOTHING, Walked},
    media::{self, Defect, FEWEST_LINES, Format, MediaFacts},
    names::{SafeNames, masked},
    problem::EvidenceError,
    walk::{MOST_FILES, Stamp, open_folder, open_same, walk},
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

/// A folder that was walked, held open so that nothing can be put in its place.
#[derive(Debug)]
pub struct Intake {
    root: OwnedFd,
    masking: Masking,
    items: Listing,
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
        let mut walked = Walked::default();
        let mut has_room = true;
        walk(&root, masking, &mut problems, &mut |original, stamp| {
            has_room &= walked.push(original, stamp);
        });
        if walked.is_empty() && problems.is_empty() {
            problems.push(EvidenceError::NoFiles);
        }
        walked.sort();
        let mut forms = Names::default();
        for original in walked.names().filter(|original| !forms.insert(&fold(original))) {
            problems.push(EvidenceError::NamesAlike { name: masked(original) });
        }
        drop(forms);
        walked.sort_into(|original| match sorting {
            Sorting::As(kind) => Some(kind),
            Sorting::BySubfolder => {
                original.split_once('/').and_then(|(folder, _)| folder.parse::<Kind>().ok())
            }
        });
        let mut names = SafeNames::default();
        let mut notes = Vec::new();
        let (mut items, files) = walked.into_listing();
        for met in &files {
            let original = items.name_of(met).to_owned();
            let masked_original = masked(&original);
            let Some(kind) = met.kind else {
                problems.push(EvidenceError::NoKind { name: masked_original });
                continue;
            };
            match facts(&root, &original, met.stamp, &masked_original) {
                Ok(facts) => {
                    let path = names.assign(kind, &masked_original);
                    let item = Item {
                        original: &original,
                        stamp: met.stamp,
                        masked_original: &masked_original,
                        path: &path,
                        kind,
                        facts: (&facts).into(),
                        details: &NOTHING,
                    };
                    problems.extend(refusal(&item, &facts));
                    notes.extend(item_notes(&item, &facts));
                    has_room &= items.push(met, &item);
                }
                Err(problem) => problems.push(problem),
            }
        }
        items.sort();
        if !has_room {
            let limit = u64::try_from(MOST_FILES).unwrap_or(u64::MAX);
            problems.push(EvidenceError::TooMany { what: Words("files", "文件数"), limit });
        }
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
        let place = self.items.all().position(|item| item.original == original);
        let known = place.and_then(|place| self.items.details_mut(place));
        let name = || masked(original, &self.masking);
        *known.ok_or_else(|| EvidenceError::NoSuchFile { name: name() })? = details;
        Ok(())
    }

    /// Binds the recordings that a statement names to the files that are they.
    pub fn bind(&mut self, named: &[(Kind, String)]) {
        for (at, id) in coverage::bound(&self.items, named) {
            if let Some(details) = self.items.details_mut(at) {
                details.recording_id = Some(id);
            }
        }
    }

    /// The files, in the order of their paths in the container.
    #[must_use]
    pub const fn items(&self) -> &Listing {
        &self.items
    }

    /// The files, where nothing else of it is needed any more.
    pub(super) fn into_items(self) -> Listing {
        self.items
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
    pub(super) fn open(&self, item: &Item<'_>) -> Result<File, EvidenceError> {
        open_same(&self.root, item.original, item.stamp, item.masked_original)
    }

    /// Walks the folder again and proves that nothing changed, came or went.
    ///
    /// # Errors
    /// Every difference.
    pub(super) fn unchanged(&self) -> Result<(), Vec<EvidenceError>> {
        let mut problems = Vec::new();
        let before = self.items.by_original();
        let mut met = vec![false; before.len()];
        let mut changed = BTreeSet::new();
        walk(&self.root, &self.masking, &mut problems, &mut |name, stamp| {
            let found = before.binary_search_by(|place| self.items.original(*place).cmp(name));
            let place = found.ok().and_then(|at| before.get(at));
            if let Some(is_met) = found.ok().and_then(|at| met.get_mut(at)) {
                *is_met = true;
            }
            if place.and_then(|place| self.items.stamp(*place)) != Some(stamp) {
                changed.insert(name.to_owned());
            }
        });
        let gone = before.iter().zip(met).filter(|(_, is_met)| !is_met);
        changed.extend(gone.map(|(place, _)| self.items.original(*place).to_owned()));
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

/// Why `item`, whose bytes say `facts`, cannot be sealed as its kind, if it cannot.
fn refusal(item: &Item<'_>, facts: &MediaFacts) -> Option<EvidenceError> {
    let name = item.masked_original.to_owned();
    if item.stamp.size == 0 && item.kind.must_be_whole() {
        return Some(EvidenceError::EmptyFile { name });
    }
    // Cut off before its tracks are told, a recording is no other thing for that.
    let unknown = facts.defect.is_some() && !facts.is_audio() && !facts.is_video();
    let recording = matches!(facts.format, Format::Mp4 | Format::Mov | Format::Mkv | Format::M4a);
    let kept_back = unknown && recording && item.kind.is_recorded();
    if !item.kind.admits(facts) && !kept_back {
        let (kind, format) = (item.kind.name(), facts.format.name());
        return Some(EvidenceError::KindContradicted { name, kind, format });
    }
    if !item.kind.must_be_whole() {
        return None;
    }
    Some(match facts.defect? {
        Defect::Truncated => EvidenceError::Truncated { name },
        Defect::Encrypted => EvidenceError::Encrypted { name },
        Defect::Malformed => EvidenceError::Malformed { name },
    })
}

/// What is worth knowing about `item` though it is sealed.
fn item_notes(item: &Item<'_>, facts: &MediaFacts) -> Vec<Report> {
    let path = || item.path.to_owned();
    let mut notes = Vec::new();
    if facts.is_video() && item.kind == Kind::Video {
        match facts.lines() {
            Some(lines) if lines >= FEWEST_LINES => {}
            Some(lines) => notes.push(EvidenceError::FewLines { path: path(), lines }),
            None => notes.push(EvidenceError::UnknownLines { path: path() }),
        }
    }
    let suffix = item.path.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    if facts.format.is_belied_by(suffix) {
        let format = facts.format.name();
        notes.push(EvidenceError::Belied { path: path(), format });
    }
    if item.stamp.size == 0 {
        notes.push(EvidenceError::Unusable { path: path(), what: Words("empty", "空文件") });
    }
    if let (Some(defect), false) = (facts.defect, item.kind.must_be_whole()) {
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

    use super::{super::walk::prove, *};
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
        let (a, b) = (intake.items().get(0).unwrap(), intake.items().get(1).unwrap());
        let open = intake.open(&a).unwrap();
        crate::durable::replace(&at("a"), b"other").unwrap();
        assert!(matches!(intake.open(&a), Err(EvidenceError::Changed { .. })));
        assert!(prove(a.stamp, &open, "a").is_err(), "its link count and change time differ");
        std::fs::remove_file(at("b")).unwrap();
        symlink("a", at("b")).unwrap();
        assert!(intake.open(&b).is_err());
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
        assert_eq!(intake.items().get(0).unwrap().path, "data/other/x0018.mp4");
        assert_eq!(intake.items().get(0).unwrap().masked_original, "***************0018.mp4");
    }
}
