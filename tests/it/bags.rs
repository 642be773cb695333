//! Bags that others made, judged by the command.

use std::{fs, path::Path};

use crate::{
    command::chancery,
    office::{room, text},
};

fn bag(folder: &Path) {
    fs::create_dir_all(folder.join("data")).unwrap();
    fs::write(folder.join("bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        .unwrap();
    fs::write(folder.join("data/a.txt"), "alpha").unwrap();
    let line = format!("{}  data/a.txt\n", crate::office::digest("alpha"));
    fs::write(folder.join("manifest-sha256.txt"), line).unwrap();
}

#[test]
fn a_bag_is_judged_without_an_office_and_by_exit_status() {
    let room = room();
    let folder = room.path().join("bag");
    bag(&folder);
    let judge = |status| {
        let ran = chancery().json().run(&["evidence", "verify", text(&folder)]).ends(status).json();
        let also = chancery().json().run(&["verify", text(&folder)]).ends(status).json();
        assert_eq!(also["files"][0]["verdict"], ran["verdict"]);
        ran["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(judge(0), "valid");
    let manifest = folder.join("manifest-sha256.txt");
    let lines = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, lines.replace("data/", "./data/")).unwrap();
    assert_eq!(judge(0), "warning");
    fs::write(folder.join("data/a.txt"), "alphA").unwrap();
    assert_eq!(judge(1), "invalid");
}

#[test]
fn what_leads_out_of_a_bag_is_told_and_never_read() {
    let room = room();
    let folder = room.path().join("bag");
    bag(&folder);
    let outside = room.path().join("secret");
    fs::write(&outside, "secret").unwrap();
    let sum = crate::office::digest("secret");
    let manifest = folder.join("manifest-sha256.txt");
    let lines = fs::read_to_string(&manifest).unwrap();
    for path in ["../secret", text(&outside), "data/../../secret"] {
        fs::write(&manifest, format!("{lines}{sum}  {path}\n")).unwrap();
        let ran = chancery().run(&["evidence", "verify", text(&folder)]).ends(1);
        assert!(ran.both().contains("CH-B030"), "{path}: {}", ran.both());
    }
    fs::write(&manifest, lines).unwrap();
    std::os::unix::fs::symlink(&outside, folder.join("data/link")).unwrap();
    let ran = chancery().run(&["evidence", "verify", text(&folder)]).ends(1);
    assert!(ran.both().contains("CH-B045"), "{}", ran.both());
}
