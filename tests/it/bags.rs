//! Bags that others made, judged by the command.

use std::{fs, path::Path, process::Command};

use crate::{
    command::{Ran, chancery},
    office::{room, text},
    tools::tool,
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

#[test]
fn a_bag_packed_by_any_common_tool_is_valid() {
    let room = room();
    let folder = room.path().join("bag");
    bag(&folder);
    // What looks like the description that packers put behind a content.
    let tricky = [&b"PK\x07\x08"[..], &[0; 12], b"tail"].concat();
    let manifest = fs::read_to_string(folder.join("manifest-sha256.txt")).unwrap();
    let line = format!("{}  data/tricky\n", crate::office::digest(&tricky));
    fs::write(folder.join("data/tricky"), tricky).unwrap();
    fs::write(folder.join("manifest-sha256.txt"), manifest + &line).unwrap();
    let store = "--options=zip:compression=store";
    for (name, program, line) in [
        ("bsdtar", "bsdtar", &["--format=zip", "-cf"][..]),
        ("bsdtar-stored", "bsdtar", &["--format=zip", store, "-cf"]),
        ("7z", "7z", &["a", "-bd"]),
        ("7z-stored", "7z", &["a", "-bd", "-mx=0"]),
        ("zip", "zip", &["-qr"]),
        ("zip-stored", "zip", &["-q0r"]),
        ("python", "python3", &["-m", "zipfile", "-c"]),
        ("jar", "jar", &["-cMf"]),
    ] {
        if tool(program).is_none() {
            continue;
        }
        let file = format!("{name}.zip");
        let mut command = Command::new(program);
        command.current_dir(room.path()).args(line).args([&file, "bag"]);
        Ran::of(command, b"").ends(0);
        let ran = chancery().run(&["evidence", "verify", text(&room.path().join(&file))]);
        assert_eq!(ran.status, Some(0), "{name}: {}", ran.both());
        // A file of one byte more than the directory tells of is none of it.
        let mut longer = fs::read(room.path().join(&file)).unwrap();
        longer.push(0);
        fs::write(room.path().join(&file), longer).unwrap();
        let ran = chancery().run(&["evidence", "verify", text(&room.path().join(&file))]);
        assert_eq!(ran.status, Some(1), "{name}: {}", ran.both());
    }
}
