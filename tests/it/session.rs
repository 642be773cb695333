//! Passphrases: from a file, a credential or a session, never from the command line.

use std::fs;

use serde_json::json;

use crate::{
    command::{Ran, chancery},
    office::{Desk, text},
};

/// Takes a passphrase out of the office's folder.
fn take(desk: &Desk, name: &str) -> std::path::PathBuf {
    let kept = desk.beside(&format!("{name}.passphrase"));
    fs::rename(desk.office().join("credentials").join(name), &kept).unwrap();
    kept
}

fn session(desk: &Desk, verb: &[&str], file: Option<&std::path::Path>) -> Ran {
    let call = desk.call().by("clerk");
    let call = file.map_or(call.clone(), |file| call.passphrase(file));
    call.run(&[&["session"], verb].concat())
}

#[test]
fn a_session_signs_until_it_is_ended() {
    let desk = Desk::fresh();
    let kept = take(&desk, "clerk");
    let one = desk.request_with("card-001", json!({}));
    let two = desk.request_with("card-002", json!({}));
    desk.issue(&one).tells_only(2, &["CH-O056"]);
    session(&desk, &["start", "--minutes", "5"], None).ends(2);
    session(&desk, &["start", "--minutes", "5"], Some(&kept)).ends(0);
    desk.issue(&one).ends(0);
    // One session at a time; another operator's key is not in it.
    session(&desk, &["start"], Some(&kept)).tells_only(2, &["CH-O032"]);
    take(&desk, "admin");
    desk.by("admin", &["operator", "revoke", "auditor"]).tells_only(2, &["CH-O056"]);
    session(&desk, &["end"], None).ends(0);
    session(&desk, &["end"], None).tells_only(2, &["CH-O031"]);
    desk.issue(&two).tells_only(2, &["CH-O056"]);
    assert_eq!(desk.entries("letter.issued").len(), 1);
}

#[test]
fn a_session_must_end_within_a_day() {
    let desk = Desk::fresh();
    for minutes in ["0", "481", "x"] {
        session(&desk, &["start", "--minutes", minutes], None).ends(2);
    }
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_changes_nothing() {
    let desk = Desk::fresh();
    take(&desk, "clerk");
    let before = crate::office::state(&desk.office());
    let file = desk.request_with("card-001", json!({}));
    let out = desk.beside("out");
    let issue = ["letter", "issue", text(&file), "--out", text(&out)];
    for (name, bytes, status, code) in [
        ("wrong", &b"not the passphrase\n"[..], 1, "CH-O055"),
        ("empty", b"", 2, "CH-O056"),
        ("short", b"abc\n", 2, "CH-O056"),
        ("two-lines", b"first line here\nsecond line\n", 2, "CH-O056"),
        ("binary", b"\xff\xfe\x00\x01\x02\x03\x04\x05\x06", 2, "CH-O056"),
    ] {
        let pass = desk.write(name, bytes);
        let ran = desk.call().by("clerk").passphrase(&pass).run(&issue).tells_only(status, &[code]);
        let told = ran.both();
        assert!(!told.contains("not the passphrase") && !told.contains("second line"), "{told}");
    }
    let none = desk.beside("none");
    let ran = desk.call().by("clerk").passphrase(&none).run(&issue);
    assert_ne!(ran.status, Some(0));
    assert!(!ran.codes().is_empty());
    // Refusals that nobody could sign are noted, and nothing else is.
    let mut after = crate::office::state(&desk.office());
    after.retain(|(path, _)| !path.to_string_lossy().ends_with("refusals.jsonl"));
    assert_eq!(after, before);
}

#[test]
fn a_systemd_credential_serves_and_the_log_credential_is_not_needed_to_issue() {
    let desk = Desk::fresh();
    let away = desk.beside("credentials.d");
    fs::create_dir(&away).unwrap();
    for name in ["clerk", "index"] {
        fs::rename(desk.office().join("credentials").join(name), away.join(name)).unwrap();
    }
    fs::remove_dir_all(desk.office().join("credentials")).unwrap();
    let file = desk.request_with("card-001", json!({}));
    let out = desk.beside("out");
    let line = ["letter", "issue", text(&file), "--out", text(&out)];
    let mut command = desk.call().by("clerk").process(&line);
    command.env("CREDENTIALS_DIRECTORY", &away);
    let ran = Ran::of(command, b"").ends(0);
    assert!(ran.err().contains("register checkpoint"), "{}", ran.err());
}

#[test]
fn no_option_takes_a_passphrase() {
    for line in ["init", "letter issue", "session start", "operator add", "principal keygen"] {
        let words: Vec<&str> = line.split(' ').chain(["--help"]).collect();
        let help = chancery().run(&words).ends(0).out();
        for option in help.split_whitespace().filter(|word| word.contains("--pass")) {
            assert!(option.contains("passphrase-file"), "{line}: {option}");
        }
    }
    chancery().run(&["--passphrase", "x", "mask"]).ends(2);
}

#[test]
fn keys_and_passphrases_are_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::fresh();
    for path in crate::office::files(&desk.office()) {
        let private = path.to_string_lossy().ends_with(".key.pem")
            || path.to_string_lossy().ends_with("-key.pem")
            || path.parent().unwrap().ends_with("credentials");
        if private {
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o077;
            assert_eq!(mode, 0, "{}", path.display());
            let text = fs::read_to_string(&path).unwrap();
            assert!(!text.contains("BEGIN PRIVATE KEY") && !text.contains("BEGIN EC PRIVATE KEY"));
        }
    }
}
