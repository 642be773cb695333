//! Programs nobody here wrote, which judge what is made here.
//!
//! A missing one is a visible skip on a developer's machine and a failure with `CI=true`.

use std::{ffi::OsStr, path::PathBuf, process::Command};

use crate::command::Ran;

/// Where the program `name` lies on the path.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A program, or `None` with a visible message; with `CI=true` its absence fails the test.
pub fn tool(name: &str) -> Option<Tool> {
    if let Some(path) = find(name) {
        return Some(Tool { path });
    }
    missing(&format!("`{name}` is not installed"));
    None
}

/// Says that something cannot be judged here; with `CI=true` that is a failure.
pub fn missing(what: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{what}, and CI needs it");
    absent(what);
}

/// Says that cases which lie beside the project and are no part of it are not here.
pub fn absent(what: &str) {
    // Written past the capture of the test harness, so that it is seen.
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
}

/// A program that is there.
#[derive(Debug)]
pub struct Tool {
    path: PathBuf,
}

impl Tool {
    /// Runs it.
    pub fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Ran {
        let mut command = Command::new(&self.path);
        command.args(arguments.iter().map(AsRef::as_ref)).env("LC_ALL", "C.UTF-8");
        Ran::of(command, b"")
    }
}
