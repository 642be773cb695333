//! Sealed bundles: made, checked here, and checked by tools nobody here wrote.

use std::{fs, path::Path, process::Command};

use base64::Engine as _;

use crate::{
    command::{Ran, chancery},
    office::{Desk, said, text},
    tools::{missing, tool},
};

/// The commands for a Unix shell in a bundle's `meta/VERIFY.txt`.
fn shell(bundle: &Path) -> String {
    let file = fs::File::open(bundle).unwrap();
    let mut zip = zip::ZipArchive::new(file).unwrap();
    let text = std::io::read_to_string(zip.by_name("meta/VERIFY.txt").unwrap()).unwrap();
    let (_, rest) = text.split_once("#--- sh ---\n").unwrap();
    rest.split_once("#--- end ---").unwrap().0.to_owned()
}

/// Runs the commands a bundle brings along.
fn verify_by_its_own_words(bundle: &Path, commands: &str, anchors: &Path) -> Ran {
    let mut sh = Command::new("sh");
    sh.args(["-c", commands]).env("BUNDLE", bundle).env("ANCHORS", anchors).env("LC_ALL", "C");
    Ran::of(sh, b"")
}

fn outside_tools() -> bool {
    ["unzip", "sha256sum", "openssl", "bagit.py"].iter().all(|name| tool(name).is_some())
}

/// One PEM file of the anchors a reader would have confirmed.
fn anchors(desk: &Desk) -> std::path::PathBuf {
    let keys = desk.office().join("keys");
    let mut pem = fs::read(keys.join("ca.pem")).unwrap();
    pem.extend(fs::read(keys.join("authority.pem")).unwrap());
    desk.write("anchors.pem", pem)
}

/// The byte in the middle of each file of a bundle. What lies between them, headers that `unzip`
/// does not compare, is for the reader here to find: `evidence_forged` flips those.
fn middles(bundle: &Path) -> Vec<(String, usize)> {
    let mut zip = zip::ZipArchive::new(fs::File::open(bundle).unwrap()).unwrap();
    let files = 0..zip.len();
    let of = |at| {
        let file = zip.by_index(at).unwrap();
        let middle = file.data_start().unwrap() + file.compressed_size() / 2;
        (file.name().unwrap().into_owned(), usize::try_from(middle).unwrap())
    };
    files.map(of).collect()
}

fn seal(desk: &Desk, folder: &Path, kind: &str) -> Ran {
    let line = ["evidence", "seal", text(folder), "--case", "YL-2026-0009", "--kind", kind];
    desk.by_json("archivist", &line)
}

#[test]
fn a_bundle_is_verified_by_the_commands_it_brings_along() {
    if !outside_tools() {
        return;
    }
    let desk = Desk::worked();
    let commands = shell(&desk.bundle());
    let ran = verify_by_its_own_words(&desk.bundle(), &commands, &anchors(&desk)).ends(0);
    assert!(ran.out().contains("VERIFIED at"), "{}", ran.both());
    assert!(ran.out().contains("sha256 Fingerprint="), "{}", ran.both());
    // With anchors of somebody else nothing holds.
    let other = Desk::worked();
    fs::remove_file(other.office().join("keys/ca.pem")).unwrap();
    let foreign = desk.office().join("principal-side/sample-bank/certificate.pem");
    let ran = verify_by_its_own_words(&desk.bundle(), &commands, &foreign);
    assert_ne!(ran.status, Some(0));
}

#[test]
fn the_commands_find_every_changed_byte_of_content() {
    if !outside_tools() {
        return;
    }
    let desk = Desk::worked();
    let anchors = anchors(&desk);
    let commands = shell(&desk.bundle());
    let bytes = fs::read(desk.bundle()).unwrap();
    let anchor = desk.anchor();
    for (name, at) in middles(&desk.bundle()) {
        let mut forged = bytes.clone();
        forged[at] ^= 1;
        let forged = desk.write("forged.asice", forged);
        let ran = verify_by_its_own_words(&forged, &commands, &anchors);
        assert_ne!(ran.status, Some(0), "{name}, byte {at}: {}", ran.both());
        let own = ["verify", text(&forged), "--anchor", text(&anchor)];
        assert_eq!(chancery().run(&own).status, Some(1), "{name}, byte {at}");
    }
}

#[test]
fn every_tool_extracts_the_same_tree() {
    let desk = Desk::worked();
    let bundle = desk.bundle();
    let mut trees = Vec::new();
    for (name, arguments) in [
        ("unzip", vec!["-q", text(&bundle), "-d"]),
        ("7z", vec!["x", "-bd", "-y", text(&bundle)]),
        ("bsdtar", vec!["-xf", text(&bundle), "-C"]),
        ("python3", vec!["-m", "zipfile", "-e", text(&bundle)]),
    ] {
        let Some(program) = tool(name) else { continue };
        let into = desk.beside(&format!("by-{name}"));
        fs::create_dir(&into).unwrap();
        let target =
            if name == "7z" { format!("-o{}", text(&into)) } else { text(&into).to_owned() };
        program.run(&[&arguments[..], &[&target]].concat()).ends(0);
        let tree: Vec<_> = crate::office::state(&into)
            .into_iter()
            .map(|(path, digest)| (path.strip_prefix(&into).unwrap().to_owned(), digest))
            .collect();
        trees.push(tree);
    }
    let Some(first) = trees.first() else { return missing("no tool unpacks a ZIP") };
    assert_eq!(first.len(), 17);
    assert!(trees.iter().all(|tree| tree == first));
}

#[test]
fn a_bundle_is_a_bag_and_its_mimetype_comes_first() {
    let desk = Desk::worked();
    let bytes = fs::read(desk.bundle()).unwrap();
    assert_eq!(&bytes[30..69], b"mimetypeapplication/vnd.etsi.asic-e+zip");
    let Some(bagit) = tool("bagit.py") else { return };
    let Some(unzip) = tool("unzip") else { return };
    let into = desk.beside("bag");
    unzip.run(&["-q", text(&desk.bundle()), "-d", text(&into)]).ends(0);
    bagit.run(&["--validate", text(&into)]).ends(0);
}

#[test]
fn recordings_are_kept_to_the_byte_and_named_with_their_kind() {
    let desk = Desk::worked();
    let line = &said("bundle")[0];
    assert_eq!((&line["complete"], &line["files"]), (&true.into(), &5.into()));
    let mut zip = zip::ZipArchive::new(fs::File::open(desk.bundle()).unwrap()).unwrap();
    for path in crate::office::files(&desk.office().join("samples/visit")) {
        let kind = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut kept = Vec::new();
        let mut member = zip.by_name(&format!("data/{kind}/{name}")).unwrap();
        std::io::copy(&mut member, &mut kept).unwrap();
        assert_eq!(kept, fs::read(&path).unwrap(), "{name}");
    }
    let id = line["bundle"].as_str().unwrap();
    desk.by("auditor", &["evidence", "verify", id]).ends(0);
    let copy = desk.beside("copy.asice");
    desk.by("archivist", &["evidence", "retrieve", id, "--out", text(&copy)]).ends(0);
    assert_eq!(fs::read(&copy).unwrap(), fs::read(desk.bundle()).unwrap());
    assert_eq!(desk.entries("evidence.retrieved").len(), 1);
    desk.by("archivist", &["evidence", "show", "EV-2026-999999"]).ends(2);
}

#[test]
fn names_links_pipes_and_empty_folders_are_refused_and_leave_nothing() {
    let desk = Desk::fresh();
    let make = |name: &str| {
        let folder = desk.beside(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("note.txt"), "text").unwrap();
        folder
    };
    let empty = desk.beside("empty");
    fs::create_dir(&empty).unwrap();
    seal(&desk, &empty, "other").tells_only(1, &["CH-E035"]);

    let link = make("link");
    std::os::unix::fs::symlink("/etc/passwd", link.join("door.jpg")).unwrap();
    seal(&desk, &link, "other").tells_only(1, &["CH-E031"]);

    let pipe = make("pipe");
    let mut mkfifo = Command::new("mkfifo");
    mkfifo.arg(pipe.join("pipe.wav"));
    Ran::of(mkfifo, b"").ends(0);
    seal(&desk, &pipe, "other").tells_only(1, &["CH-E031"]);

    for (at, name) in ["a\nb.txt", "a\u{7}b.txt", "a\u{202e}gpj.exe"].iter().enumerate() {
        let folder = make(&format!("name-{at}"));
        fs::write(folder.join(name), "x").unwrap();
        seal(&desk, &folder, "other").tells_only(1, &["CH-E033"]);
    }

    let hollow = make("hollow");
    fs::remove_file(hollow.join("note.txt")).unwrap();
    fs::write(hollow.join("nothing.wav"), "").unwrap();
    seal(&desk, &hollow, "audio").tells_only(1, &["CH-E042"]);

    let belied = make("belied");
    seal(&desk, &belied, "video").tells_only(1, &["CH-E038"]);
    seal(&desk, &belied, "auto").tells_only(1, &["CH-E037"]);
    assert_eq!(seal(&desk, &belied, "nonsense").status, Some(2));
    seal(&desk, &desk.beside("none"), "other").tells_only(2, &["CH-U042"]);

    let cut = make("cut");
    let film = fs::read(desk.office().join("samples/visit/video/visit_video.mp4")).unwrap();
    fs::remove_file(cut.join("note.txt")).unwrap();
    fs::write(cut.join("visit.mp4"), &film[..film.len() / 2]).unwrap();
    seal(&desk, &cut, "video").tells_only(1, &["CH-E039"]);

    assert!(desk.entries("evidence.sealed").is_empty());
    let out = desk.beside("clerk.asice");
    let line = ["evidence", "seal", text(&belied), "--case", "C-1", "--kind", "other", "--out"];
    desk.by("clerk", &[&line[..], &[text(&out)]].concat()).tells_only(1, &["CH-O053"]);
    let card = ["evidence", "seal", text(&belied), "--case", "6200000000000005", "--kind", "other"];
    desk.by("archivist", &card).tells_only(1, &["CH-E095"]);
    // A name, a path, a line of words: nothing of it comes into the register, whichever verb is told.
    for (case, code) in [("王䶮", "CH-E210"), ("../x1", "CH-I027"), ("C 1", "CH-I027")] {
        let seal = ["evidence", "seal", text(&belied), "--case", case, "--kind", "other"];
        desk.by("archivist", &seal).tells_only(2, &[code]);
        let sheet = ["evidence", "sheet", text(&belied), "--out", text(&out), "--case", case];
        desk.by("archivist", &sheet).tells_only(2, &[code]);
        let day = ["--on", "2026-01-02", "--principal", "sample-bank"];
        desk.by("clerk", &[&["case", "close", case], &day[..]].concat()).tells_only(2, &[code]);
        let hold = ["retention", "hold", case, "--who", "court", "--why", "litigation"];
        desk.by("clerk", &hold).tells_only(2, &[code]);
        desk.by("clerk", &["hold", "place", case, "--kind", "dispute"]).tells_only(2, &[code]);
    }
    assert!(!out.exists());
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn chinese_names_and_a_number_in_a_name_are_sealed_under_safe_names() {
    let desk = Desk::fresh();
    let folder = desk.beside("named");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("门牌 照片（一）.txt"), "a").unwrap();
    fs::write(folder.join("卡6200000000000005.txt"), "b").unwrap();
    let out = desk.beside("named.asice");
    let line = ["evidence", "seal", text(&folder), "--case", "C-1", "--kind", "other", "--out"];
    desk.by("archivist", &[&line[..], &[text(&out)]].concat()).ends(0);
    let mut zip = zip::ZipArchive::new(fs::File::open(&out).unwrap()).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.iter().all(|name| name.is_ascii() && !name.contains("6200000")), "{names:?}");
    let originals = std::io::read_to_string(zip.by_name("meta/originals.csv").unwrap()).unwrap();
    assert!(originals.contains("门牌 照片（一）.txt"), "{originals}");
    assert!(originals.contains("************0005") && !originals.contains("6200000000000005"));
    let anchor = desk.anchor();
    let own = ["verify", text(&out), "--anchor", text(&anchor)];
    chancery().run(&own).ends(0);
    // One file of several, the one that counts in any place, with words between; and DER.
    let pem = fs::read_to_string(&anchor).unwrap();
    let stranger =
        fs::read_to_string(desk.office().join("principal-side/sample-bank/certificate.pem"));
    let stranger = stranger.unwrap();
    for (name, both) in
        [("first", format!("{pem}{stranger}")), ("last", format!("a\n{stranger}\nb\n{pem}"))]
    {
        let both = desk.write(name, both);
        chancery().run(&["verify", text(&out), "--anchor", text(&both)]).ends(0);
    }
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = desk.write("ca.der", base64::engine::general_purpose::STANDARD.decode(body).unwrap());
    chancery().run(&["verify", text(&out), "--anchor", text(&der)]).ends(0);
    let half = desk.write("half", format!("{pem}{}", &stranger[..stranger.len() / 2]));
    chancery().run(&["verify", text(&out), "--anchor", text(&half)]).tells_only(2, &["CH-K012"]);
    let alone = desk.write("alone", stranger);
    chancery().run(&["verify", text(&out), "--anchor", text(&alone)]).ends(1);
}

#[test]
fn the_same_files_give_the_same_manifest_and_keep_their_first_bundle() {
    let desk = Desk::worked();
    let again = seal(&desk, &desk.office().join("samples/visit"), "auto").ends(0).json();
    let first = &said("bundle")[0];
    assert_eq!(again["manifest"], first["manifest"]);
    assert_ne!(again["bundle"], first["bundle"]);
    let list = desk.by_json("auditor", &["evidence", "list", "--case", "YL-2026-0009"]).ends(0);
    assert_eq!(list.json()["bundles"].as_array().unwrap().len(), 1);
}
