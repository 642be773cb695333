//! The documents say what is so: every command of the README works, and the lists that
//! `docs/` repeats are those of the code.
//!
//! Shell blocks of the README run in order in one shell, with the command first on the path. A
//! block that is not run says so in its first line. A command ends with the status it is written
//! with (`# exit 1`), else with 0.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use chancery::case::field::{self, Kind, Supplier};

/// First words of a block that is not run.
const NOT_RUN: &str = "# not run by the tests: ";
/// Programs of others that the README uses.
const TOOLS: [&str; 3] = ["openssl", "unzip", "sha256sum"];

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn chancery(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chancery"));
    command.args(arguments).env_remove("CHANCERY_OFFICE").env_remove("CREDENTIALS_DIRECTORY");
    command.output().unwrap()
}

/// Shell blocks with the number of their first line.
fn blocks(readme: &str) -> Vec<(usize, Vec<&str>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Vec<&str>)> = None;
    for (number, line) in (1..).zip(readme.lines()) {
        match (&mut open, line) {
            (None, "```sh") => open = Some((number + 1, Vec::new())),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, lines)), line) => lines.push(line),
            (None, _) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// A shell script that runs `blocks` and stops at the first command with another status.
fn script(blocks: &[(usize, Vec<&str>)]) -> (String, usize) {
    let mut script = String::from(
        "set -o pipefail\nexpect() { [ \"$2\" = \"$1\" ] || { echo \"README.md:$3: exit $2, not $1\" >&2; exit 99; }; }\n",
    );
    let mut commands = 0;
    for (first, lines) in blocks {
        let mut lines = (*first..).zip(lines.iter().copied());
        while let Some((number, line)) = lines.next() {
            let mut command = vec![line];
            // A command goes on after a backslash and to the end of its here-document.
            while command.last().is_some_and(|line| line.ends_with('\\')) {
                command.extend(lines.next().map(|(_, line)| line));
            }
            if let Some((_, end)) = line.split_once("<<'") {
                let end = end.trim_end_matches('\'');
                while command.last().copied() != Some(end) {
                    command.push(lines.next().unwrap_or_else(|| panic!("no {end}")).1);
                }
            }
            let last = command.last().copied().unwrap_or_default();
            let status = last.rsplit_once(" # exit ").map_or("0", |(_, status)| status);
            writeln!(script, "{}\nexpect {status} $? {number}", command.join("\n")).unwrap();
            commands += 1;
        }
    }
    (script, commands)
}

fn missing_tools() -> Vec<&'static str> {
    let found = |tool: &&str| {
        let asked = Command::new("sh").arg("-c").arg(format!("command -v {tool}")).output();
        asked.is_ok_and(|asked| asked.status.success())
    };
    TOOLS.into_iter().filter(|tool| !found(tool)).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a missing tool fails in continuous integration")]
fn every_command_of_the_readme_works_in_order() {
    let readme = document("README.md");
    let all = blocks(&readme);
    let (run, not): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, lines)| !lines[0].starts_with(NOT_RUN));
    assert_eq!(not.len(), 2, "only Cargo's own blocks are left out");
    let missing = missing_tools();
    if !missing.is_empty() {
        let told = format!("skipped: the README needs {missing:?}");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{told}");
        eprintln!("{told}");
        return;
    }
    let (script, commands) = script(&run);
    assert!(commands > 60, "only {commands} commands were found");
    let folder = tempfile::tempdir().unwrap();
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_chancery"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .args(["--norc", "-c", &script])
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .env_remove("CHANCERY_OFFICE")
        .env_remove("CREDENTIALS_DIRECTORY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n--- stdout ---\n{said}");
    assert!(said.contains("VERIFIED at "), "{said}");
    assert!(said.contains("人民币壹仟肆佰零玖元伍角"), "{said}");
    assert!(!said.contains("6200 0000 0000 0005"), "{said}");
    every_entry_is_in_the_formats(&folder.path().join("office"));
    every_entry_is_in_the_formats(&folder.path().join("real"));
}

/// Kind and members of each entry an office wrote stand in one row of `docs/formats.md`.
fn every_entry_is_in_the_formats(office: &Path) {
    let formats = document("docs/formats.md");
    let office = office.display().to_string();
    let listed = chancery(&["--office", &office, "--json", "register", "list"]);
    let mut entries = 0;
    for line in String::from_utf8(listed.stdout).unwrap().lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(kind) = entry["kind"].as_str() else { continue };
        let row = formats.lines().find(|line| line.starts_with(&format!("| `{kind}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/formats.md has no row for `{kind}`"));
        for member in entry["body"].as_object().unwrap().keys() {
            assert!(row.contains(&format!("`{member}`")), "{kind}: `{member}` is not in {row}");
        }
        entries += 1;
    }
    assert!(entries > 3, "{office} has only {entries} entries");
}

#[test]
fn every_kind_of_entry_is_in_the_formats() {
    let formats = document("docs/formats.md");
    let journal = document("src/office/journal.rs");
    let kinds: Vec<&str> = journal
        .split("EntryKind::literal(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(kinds.len() >= 20);
    for kind in kinds {
        assert!(formats.contains(&format!("\n| `{kind}` |")), "no row for `{kind}`");
    }
}

#[test]
fn the_page_of_codes_is_the_one_the_command_prints() {
    let printed = chancery(&["errors"]);
    assert!(printed.status.success());
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed == document("docs/errors.md"),
        "run `chancery errors > docs/errors.md` and look at what changed"
    );
}

#[test]
fn the_table_of_fields_is_that_of_the_catalogue() {
    let mut table =
        String::from("| field | headings | value | at most | personal |\n|-|-|-|-|-|\n");
    let entered = |supplier| matches!(supplier, Supplier::Request | Supplier::Either);
    for field in field::all().iter().filter(|field| entered(field.supplier)) {
        let value = match field.kind {
            Kind::Choice(choices) => {
                let values: Vec<_> =
                    choices.iter().map(|one| format!("`{}` {}", one.value, one.chinese)).collect();
                values.join(", ")
            }
            kind => kind.english().to_owned(),
        };
        let personal = if field.personal { "yes" } else { "" };
        let (headings, limit) = (field.headings.join("、"), field.limit);
        writeln!(table, "| `{}` | {headings} | {value} | {limit} | {personal} |", field.name)
            .unwrap();
    }
    assert!(document("docs/formats.md").contains(&table), "docs/formats.md should hold:\n{table}");
}

#[test]
fn every_domain_of_the_rules_is_in_the_formats() {
    let formats = document("docs/formats.md");
    for domain in chancery::rules::domains() {
        assert!(formats.contains(&format!("\n| `{domain}` |")), "no row for `{domain}`");
    }
}

#[test]
fn every_picture_and_document_the_readme_links_to_is_there() {
    let readme = document("README.md");
    let links: BTreeSet<&str> = readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|link| !link.contains("://"))
        .collect();
    assert!(links.len() >= 8);
    for link in links {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(), "{link}");
    }
    assert!(readme.lines().count() <= 260);
}
