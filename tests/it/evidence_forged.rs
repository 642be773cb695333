//! Forged, foreign and exchanged bundles.

use std::{fs, path::PathBuf};

use crate::{
    command::{Ran, chancery},
    office::{Desk, said, text, unlock},
};

fn verify(desk: &Desk, bytes: &[u8]) -> Ran {
    let forged = desk.write("forged.asice", bytes);
    chancery().json().run(&["verify", text(&forged), "--anchor", text(&desk.anchor())])
}

/// Path of a bundle's object in the archive.
fn object(desk: &Desk, id: &str) -> PathBuf {
    let shown = desk.by_json("auditor", &["evidence", "show", id]).ends(0).json();
    let name = shown["object"].as_str().unwrap();
    desk.office().join("archive/objects").join(&name[..2]).join(&name[2..])
}

#[test]
fn every_sampled_byte_and_every_cut_is_found() {
    let desk = Desk::worked();
    let whole = fs::read(desk.bundle()).unwrap();
    verify(&desk, &whole).ends(0);
    for part in 0..24 {
        let at = whole.len() * part / 24;
        let mut forged = whole.clone();
        forged[at] ^= 0x20;
        let ran = verify(&desk, &forged);
        // The first four bytes say what the file is.
        let expected = if at < 4 { 2 } else { 1 };
        assert_eq!(ran.status, Some(expected), "byte {at}: {}", ran.both());
        assert!(!ran.codes().is_empty());
    }
    for keep in [whole.len() - 1, whole.len() / 2, 100] {
        verify(&desk, &whole[..keep]).ends(1);
    }
    verify(&desk, &[&whole[..], b"x"].concat()).ends(1);
    verify(&desk, b"").ends(2);
}

#[test]
fn a_changed_recording_is_named() {
    let desk = Desk::worked();
    let mut forged = fs::read(desk.bundle()).unwrap();
    let at = forged.windows(4).position(|w| w == b"mdat").unwrap() + 100;
    forged[at] ^= 1;
    let ran = verify(&desk, &forged).ends(1);
    let findings = ran.json()["files"][0]["findings"].clone();
    let named = findings
        .as_array()
        .unwrap()
        .iter()
        .any(|finding| finding["file"] == "data/video/visit_video.mp4");
    assert!(named, "{findings}");
}

#[test]
fn without_an_anchor_or_with_anothers_nothing_is_verified() {
    let desk = Desk::worked();
    let bundle = desk.bundle();
    chancery().run(&["verify", text(&bundle)]).tells_only(2, &["CH-U011"]);
    let foreign = desk.office().join("principal-side/sample-bank/certificate.pem");
    chancery().run(&["verify", text(&bundle), "--anchor", text(&foreign)]).ends(1);
    let letter = said("letters")[0]["out"].clone();
    let letter = letter.as_str().unwrap();
    chancery().run(&["verify", letter]).tells_only(2, &["CH-U013"]);
    let toml = desk.office().join("office.toml");
    chancery().run(&["verify", text(&toml)]).tells_only(2, &["CH-U010"]);
}

#[test]
fn a_valid_bundle_in_anothers_place_is_named() {
    let desk = Desk::worked();
    let folder = desk.beside("other");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("note.txt"), "another case").unwrap();
    let line = ["evidence", "seal", text(&folder), "--case", "C-2", "--kind", "other"];
    let other = desk.by_json("archivist", &line).ends(0).json();
    let first = said("bundle")[0]["bundle"].as_str().unwrap().to_owned();
    let second = other["bundle"].as_str().unwrap().to_owned();
    desk.by("auditor", &["evidence", "verify"]).ends(0);
    let (from, to) = (object(&desk, &second), object(&desk, &first));
    let bytes = fs::read(from).unwrap();
    // By itself it is without fault.
    verify(&desk, &bytes).ends(0);
    unlock(&to);
    fs::write(&to, bytes).unwrap();
    let verified = desk.by_json("auditor", &["evidence", "verify", &first]).ends(1).json();
    assert_eq!(verified["bundles"][0]["another_bundle"], true, "{verified}");
    let audit = desk.by_json("auditor", &["audit", "run"]).tells(1, "CH-X009");
    assert!(audit.out().contains(&first), "{}", audit.out());
    desk.by("auditor", &["evidence", "verify", &second]).ends(0);
}

#[test]
fn a_missing_bundle_is_named() {
    let desk = Desk::worked();
    let id = said("bundle")[0]["bundle"].as_str().unwrap().to_owned();
    let path = object(&desk, &id);
    fs::remove_file(&path).unwrap();
    let ran = desk.by("auditor", &["evidence", "verify", &id]);
    assert!(matches!(ran.status, Some(1 | 3)) && !ran.codes().is_empty(), "{}", ran.both());
    desk.by("auditor", &["audit", "run"]).tells(1, "CH-S101");
}

/// Seals a second bundle of another case and answers its number.
fn second(desk: &Desk) -> String {
    let folder = desk.beside("other");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("note.txt"), "another case").unwrap();
    let line = ["evidence", "seal", text(&folder), "--case", "C-2", "--kind", "other"];
    let sealed = desk.by_json("archivist", &line).ends(0).json();
    sealed["bundle"].as_str().unwrap().to_owned()
}

#[test]
fn each_bundle_is_judged_by_itself_when_one_is_missing() {
    let desk = Desk::worked();
    let first = said("bundle")[0]["bundle"].as_str().unwrap().to_owned();
    let second = second(&desk);
    fs::remove_file(object(&desk, &first)).unwrap();
    let ran = desk.by_json("auditor", &["evidence", "verify"]).ends(1);
    let bundles = ran.json()["bundles"].clone();
    let row = |id: &str| bundles.as_array().unwrap().iter().find(|row| row["bundle"] == id);
    let (lost, kept) = (row(&first).unwrap(), row(&second).unwrap());
    assert_eq!(lost["verified"], false, "{bundles}");
    assert_eq!(lost["findings"][0]["code"], "CH-S101", "{bundles}");
    assert_eq!(kept["verified"], true, "{bundles}");
    // It is registered as not verified, and cannot be taken out.
    desk.by("auditor", &["evidence", "verify", &first, "--record"]).ends(1);
    let entry = desk.entries("evidence.verified").pop().unwrap();
    assert_eq!((&entry["subject"], &entry["body"]["verified"]), (&lost["bundle"], &false.into()));
    let out = desk.beside("copy.asice");
    let line = ["evidence", "retrieve", &first, "--out", text(&out)];
    desk.by("archivist", &line).tells_only(1, &["CH-X041"]);
    assert!(desk.entries("evidence.retrieved").is_empty() && !out.exists());
}

#[test]
fn a_bundle_in_anothers_place_is_not_given_out() {
    let desk = Desk::worked();
    let first = said("bundle")[0]["bundle"].as_str().unwrap().to_owned();
    let second = second(&desk);
    let (from, to) = (object(&desk, &second), object(&desk, &first));
    unlock(&to);
    fs::write(&to, fs::read(from).unwrap()).unwrap();
    let out = desk.beside("copy.asice");
    let line = ["evidence", "retrieve", &first, "--out", text(&out)];
    let ran = desk.by("archivist", &line).tells_only(1, &["CH-X041"]);
    assert!(!ran.both().contains("permissions"), "{}", ran.both());
    // Nothing was given out, and the register does not say so.
    assert!(desk.entries("evidence.retrieved").is_empty() && !out.exists());
    // One byte exchanged, as many bytes as before.
    let mut bytes = fs::read(&to).unwrap();
    bytes[100] ^= 1;
    fs::write(&to, bytes).unwrap();
    desk.by("archivist", &line).tells_only(1, &["CH-X041"]);
    assert!(desk.entries("evidence.retrieved").is_empty() && !out.exists());
    let line = ["evidence", "retrieve", &second, "--out", text(&out)];
    desk.by("archivist", &line).ends(0);
    assert_eq!(desk.entries("evidence.retrieved").len(), 1);
}
