//! One sample office, made once a run; tests that write work on a copy of it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::command::{Call, Ran, chancery};

/// A copy of the sample office, in a folder that goes when it is dropped.
#[derive(Debug)]
pub struct Desk {
    room: TempDir,
}

impl Desk {
    /// A copy of the office as `init --sample` left it.
    pub fn fresh() -> Self {
        Self::copy_of(untouched())
    }

    /// A copy of the office after a day's work: see [`worked`].
    pub fn worked() -> Self {
        Self::copy_of(worked())
    }

    fn copy_of(from: &Path) -> Self {
        let room = room();
        copy(from, &room.path().join("office"));
        Self { room }
    }

    /// The office.
    pub fn office(&self) -> PathBuf {
        self.room.path().join("office")
    }

    /// A path beside the office.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    /// Writes a file beside the office.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.beside(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// A call in this office.
    pub fn call(&self) -> Call {
        chancery().office(&self.office())
    }

    /// Runs as `operator` in this office.
    pub fn by(&self, operator: &str, arguments: &[&str]) -> Ran {
        self.call().by(operator).run(arguments)
    }

    /// As [`Desk::by`], with JSON.
    pub fn by_json(&self, operator: &str, arguments: &[&str]) -> Ran {
        self.call().by(operator).json().run(arguments)
    }

    /// Issues the requests of `file` into the folder `out`, as clerk.
    pub fn issue(&self, file: &Path) -> Ran {
        self.issue_by("clerk", file)
    }

    /// Issues the requests of `file` into the folder `out`.
    pub fn issue_by(&self, operator: &str, file: &Path) -> Ran {
        let out = self.beside("out");
        self.by_json(operator, &["letter", "issue", text(file), "--out", text(&out)])
    }

    /// The sample file of requests, by name and ending.
    pub fn requests(&self, file: &str) -> PathBuf {
        self.office().join("samples").join("requests").join(file)
    }

    /// One sample request, which the test may change.
    pub fn request(&self, id: &str) -> Value {
        ["letters.jsonl", "visits.jsonl", "kinds.jsonl"]
            .iter()
            .flat_map(|file| rows(&self.requests(file)))
            .find(|row| row["request_id"] == id)
            .unwrap_or_else(|| panic!("no sample request {id}"))
    }

    /// A sample request with some members set; `null` removes one.
    pub fn request_with(&self, id: &str, changes: Value) -> PathBuf {
        let mut row = self.request(id);
        let members = row.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
        self.write(&format!("{}.json", digest(row.to_string())), row.to_string())
    }

    /// Entries of the register whose kind begins so.
    pub fn entries(&self, kind: &str) -> Vec<Value> {
        let ran = self.by_json("auditor", &["register", "list", "--kind", kind]).ends(0);
        let mut lines = ran.json_lines();
        lines.pop();
        lines
    }

    /// The bundle that [`worked`] sealed.
    pub fn bundle(&self) -> PathBuf {
        self.office().join("out").join("bundle.asice")
    }

    /// The office's root certificate.
    pub fn anchor(&self) -> PathBuf {
        self.office().join("keys").join("ca.pem")
    }
}

/// Rows of a JSON Lines file.
pub fn rows(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A folder that goes when it is dropped.
pub fn room() -> TempDir {
    tempfile::Builder::new().prefix("chancery-it-").tempdir().unwrap()
}

/// Where this run keeps what it makes once. Leftovers of runs that ended are swept.
pub fn kept() -> &'static Path {
    static KEPT: OnceLock<PathBuf> = OnceLock::new();
    KEPT.get_or_init(|| {
        let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("it");
        fs::create_dir_all(&all).unwrap();
        for entry in fs::read_dir(&all).unwrap().flatten() {
            let owner = entry.file_name().into_string().unwrap();
            if !Path::new("/proc").join(&owner).exists() {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let own = all.join(std::process::id().to_string());
        let _ = fs::remove_dir_all(&own);
        fs::create_dir_all(&own).unwrap();
        own
    })
}

/// The office as `init --sample` leaves it. Not to be written to.
fn untouched() -> &'static Path {
    static OFFICE: OnceLock<PathBuf> = OnceLock::new();
    OFFICE.get_or_init(|| {
        let folder = kept().join("untouched");
        chancery().run(&["init", text(&folder), "--sample"]).ends(0);
        folder
    })
}

/// An office after a day's work: every sample request put to it, the sample visit sealed; the
/// documents and the bundle lie in its folder `out`, what was said in `said`. Not to be written to.
pub fn worked() -> &'static Path {
    static OFFICE: OnceLock<PathBuf> = OnceLock::new();
    OFFICE.get_or_init(|| {
        let folder = kept().join("worked");
        copy(untouched(), &folder);
        let out = folder.join("out");
        let call = |operator: &str| chancery().office(&folder).by(operator).json();
        let requests = folder.join("samples").join("requests");
        let letters = requests.join("letters.jsonl");
        let visits = requests.join("visits.jsonl");
        let said = folder.join("said");
        fs::create_dir(&said).unwrap();
        for (name, ran) in [
            (
                "letters",
                call("clerk")
                    .run(&["letter", "issue", text(&letters), "--out", text(&out)])
                    .ends(1),
            ),
            (
                "visits",
                call("agent-a")
                    .run(&["visit", "statement", text(&visits), "--out", text(&out)])
                    .ends(1),
            ),
            (
                "bundle",
                call("archivist")
                    .run(&[
                        "evidence",
                        "seal",
                        text(&folder.join("samples").join("visit")),
                        "--case",
                        "YL-2026-0501",
                        "--kind",
                        "auto",
                        "--out",
                        text(&out.join("bundle.asice")),
                    ])
                    .ends(0),
            ),
        ] {
            fs::write(said.join(format!("{name}.out")), &ran.stdout).unwrap();
            fs::write(said.join(format!("{name}.err")), &ran.stderr).unwrap();
        }
        folder
    })
}

/// What the day's work in [`worked`] said on standard output: `letters`, `visits` or `bundle`.
pub fn said(name: &str) -> Vec<Value> {
    rows(&worked().join("said").join(format!("{name}.out")))
}

/// Copies a folder with its permissions.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}

/// Every file below a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let entry = entry.unwrap();
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => open.push(entry.path()),
                kind if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Name, length and digest of every file below a folder.
pub fn state(folder: &Path) -> Vec<(PathBuf, String)> {
    let digest = |path: PathBuf| {
        let bytes = fs::read(&path).unwrap();
        (path, digest(bytes))
    };
    files(folder).into_iter().map(digest).collect()
}

/// Lets a file be written to.
pub fn unlock(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
}
