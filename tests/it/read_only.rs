//! Checking writes nothing, and works where nothing can be written.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    command::{Call, PROGRAM, Ran, chancery},
    office::{Desk, said, state, text},
};

/// Somebody who is not root: permissions do not stop root.
const NOBODY: u32 = 65534;

/// Everything below a folder, folders last, then the folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found
}

/// A desk whose files belong to whoever runs the command: to nobody, if the tests are run by root.
struct Humble {
    desk: Desk,
    program: PathBuf,
    root: bool,
}

impl Humble {
    fn new(desk: Desk) -> Self {
        let room = desk.office().parent().unwrap().to_owned();
        let root = fs::metadata(&room).unwrap().uid() == 0;
        let program = if root { desk.beside("chancery") } else { PROGRAM.into() };
        if root {
            fs::copy(PROGRAM, &program).unwrap();
            for path in below(&room).iter().chain([&room]) {
                chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        Self { desk, program, root }
    }

    fn run(&self, call: &Call, arguments: &[&str]) -> Ran {
        use std::os::unix::process::CommandExt as _;
        let mut command = call.process_of(&self.program, arguments);
        if self.root {
            command.uid(NOBODY).gid(NOBODY);
        }
        Ran::of(command, b"")
    }

    fn lock(&self, folder: &str) {
        let folder = self.desk.office().join(folder);
        for path in below(&folder).iter().chain([&folder]) {
            let mode = if path.is_dir() { 0o555 } else { 0o444 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }
}

impl Drop for Humble {
    fn drop(&mut self) {
        // The folder can then be removed.
        for path in below(&self.desk.office()).iter().rev().chain([&self.desk.office()]) {
            if path.is_dir() {
                let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o755));
            }
        }
        for path in below(&self.desk.office()) {
            if path.is_dir() {
                let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o755));
            }
        }
    }
}

/// Commands that only look, and how each ends.
fn looking(desk: &Desk) -> Vec<Vec<String>> {
    let number = said("letters")[0]["number"].as_str().unwrap().to_owned();
    let bundle = said("bundle")[0]["bundle"].as_str().unwrap().to_owned();
    let anchor = text(&desk.anchor()).to_owned();
    let file = text(&desk.bundle()).to_owned();
    let line = |words: &str| -> Vec<String> {
        let put = |word: &str| match word {
            "NUMBER" => number.clone(),
            "BUNDLE" => bundle.clone(),
            "ANCHOR" => anchor.clone(),
            "FILE" => file.clone(),
            other => other.to_owned(),
        };
        words.split(' ').map(put).collect()
    };
    [
        "audit run",
        "register verify",
        "register list",
        "register show 3",
        "register prove 3",
        "evidence verify",
        "evidence show BUNDLE",
        "evidence list",
        "verify FILE --anchor ANCHOR",
        "letter list",
        "letter show NUMBER",
        "template list",
        "template show callback_card",
        "operator list",
        "principal list",
        "principal show sample-bank",
        "hold list",
    ]
    .map(line)
    .into()
}

#[test]
fn looking_changes_no_byte_and_leaves_no_file() {
    let desk = Desk::worked();
    let before = state(&desk.office());
    for line in looking(&desk) {
        desk.call().by("auditor").run(&line).ends(0);
        assert_eq!(state(&desk.office()), before, "{line:?}");
    }
}

#[test]
fn looking_works_where_nothing_can_be_written() {
    let humble = Humble::new(Desk::worked());
    humble.lock("");
    for line in looking(&humble.desk) {
        let call = chancery().office(&humble.desk.office()).by("auditor");
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        humble.run(&call, &line).ends(0);
    }
}

#[test]
fn a_read_only_archive_stops_issue_and_sealing_with_a_fault_and_nothing_is_lost() {
    let desk = Desk::fresh();
    let request = desk.request_with("notice-001", json!({}));
    let humble = Humble::new(desk);
    humble.lock("archive");
    let desk = &humble.desk;
    let office = desk.office();
    let out = desk.beside("out");
    let clerk = chancery().office(&office).by("clerk").json();
    let issue = ["letter", "issue", text(&request), "--out", text(&out)];
    let ran = humble.run(&clerk, &issue).ends(3);
    assert!(!ran.codes().is_empty(), "{}", ran.both());
    let pdfs = fs::read_dir(&out).map_or(0, Iterator::count);
    assert_eq!(pdfs, 0, "nothing half made");
    let archivist = chancery().office(&office).by("archivist").json();
    let visit = office.join("samples/visit");
    let seal = ["evidence", "seal", text(&visit), "--case", "C-1", "--kind", "auto"];
    let ran = humble.run(&archivist, &seal).ends(3);
    assert!(!ran.codes().is_empty(), "{}", ran.both());
    // The folder mended, the same commands finish what was cut off.
    for path in below(&office.join("archive")).iter().chain([&office.join("archive")]) {
        if path.is_dir() {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    humble.run(&clerk, &issue).ends(0);
    humble.run(&archivist, &seal).ends(0);
    humble.run(&chancery().office(&office).by("auditor"), &["audit", "run"]).ends(0);
    let prepared = desk_entries(&humble, "letter.prepared");
    let spoiled = desk_entries(&humble, "letter.spoiled");
    let issued = desk_entries(&humble, "letter.issued");
    assert_eq!((issued, prepared), (1, 1 + spoiled));
}

fn desk_entries(humble: &Humble, kind: &str) -> usize {
    let call = chancery().office(&humble.desk.office()).json();
    let ran = humble.run(&call, &["register", "list", "--kind", kind]).ends(0);
    ran.json_lines().len() - 1
}

#[test]
fn an_output_folder_that_cannot_be_written_is_a_fault_and_the_letter_is_not_lost() {
    let desk = Desk::fresh();
    let request = desk.request_with("card-001", json!({}));
    let blocked = desk.write("blocked", "a file where a folder should be");
    let line = ["letter", "issue", text(&request), "--out", text(&blocked)];
    let ran = desk.by_json("clerk", &line);
    assert!(matches!(ran.status, Some(2 | 3)) && !ran.codes().is_empty(), "{}", ran.both());
    let issued = desk.issue(&request).ends(0);
    assert!(issued.json_lines()[0]["number"].is_string());
    assert_eq!(desk.entries("letter.prepared").len(), 1);
}
