//! Sheets of photographs and stamped copies, looked at by other programs.

use std::fs;

use crate::{
    office::{Desk, digest, said, text},
    tools::tool,
};

#[test]
fn a_sheets_pictures_come_out_byte_for_byte() {
    let desk = Desk::worked();
    let folder = desk.office().join("samples/visit");
    let pdf = desk.beside("sheet.pdf");
    let line = ["evidence", "sheet", text(&folder), "--out", text(&pdf), "--case", "YL-2026-0501"];
    let said = desk.by_json("auditor", &line).ends(0).json();
    assert_eq!(said["pictures"], 3);
    if let Some(qpdf) = tool("qpdf") {
        qpdf.run(&["--check", text(&pdf)]).ends(0);
    }
    let mut made: Vec<String> = Vec::new();
    for at in 1..=3 {
        let path = folder.join(format!("door_plate/door_plate_{at}.jpg"));
        made.push(digest(fs::read(path).unwrap()));
    }
    if let Some(pdfimages) = tool("pdfimages") {
        let stem = desk.beside("image");
        pdfimages.run(&["-all", text(&pdf), text(&stem)]).ends(0);
        let found: Vec<String> = (0..3)
            .map(|at| digest(fs::read(desk.beside(&format!("image-{at:03}.jpg"))).unwrap()))
            .collect();
        assert_eq!(found, made);
    }
    if let Some(pdftotext) = tool("pdftotext") {
        let ran = pdftotext.run(&[text(&pdf), "-"]).ends(0);
        assert!(made.iter().all(|digest| ran.out().contains(digest.as_str())), "{}", ran.out());
        assert!(ran.out().contains("样张") && ran.out().contains("拍摄时间"), "{}", ran.out());
    }
}

#[test]
fn a_stamped_copy_begins_with_the_original_and_says_so() {
    let desk = Desk::worked();
    let number = said("visits").iter().find_map(|row| row["number"].as_str().map(str::to_owned));
    let original = desk.office().join("out").join(format!("{}.pdf", number.as_ref().unwrap()));
    let copy = desk.beside("copy.pdf");
    let number = number.unwrap();
    let line = ["evidence", "stamp", text(&original), "--out", text(&copy)];
    desk.by("clerk", &line).tells_only(1, &["CH-O053"]);
    assert!(!copy.exists());
    let said = desk.by_json("archivist", &line).ends(0).json();
    assert_eq!(said["of"], number.as_str());
    let entries = desk.entries("evidence.stamped");
    assert_eq!((entries.len(), &entries[0]["subject"]), (1, &said["of"]));
    assert_eq!(entries[0]["body"]["original"], digest(fs::read(&original).unwrap()));
    assert_eq!(entries[0]["body"]["copy"], digest(fs::read(&copy).unwrap()));
    let (before, after) = (fs::read(&original).unwrap(), fs::read(&copy).unwrap());
    assert!(after.starts_with(&before) && after.len() > before.len());
    if let Some(qpdf) = tool("qpdf") {
        qpdf.run(&["--check", text(&copy)]).ends(0);
    }
    if let Some(pdftotext) = tool("pdftotext") {
        let ran = pdftotext.run(&[text(&copy), "-"]).ends(0);
        assert!(ran.out().contains("与原件一致"), "{}", ran.out());
    }
    // What the archive does not keep is certified by nobody: any file, one changed, a copy itself.
    let out = desk.beside("none.pdf");
    let mut changed = before.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for file in [desk.write("note.pdf", "no pdf"), desk.write("changed.pdf", changed), copy] {
        desk.by("archivist", &["evidence", "stamp", text(&file), "--out", text(&out)])
            .tells_only(1, &["CH-E211"]);
        assert!(!out.exists());
    }
    assert_eq!(desk.entries("evidence.stamped").len(), 1);
}

#[test]
fn a_copy_of_a_file_in_a_bundle_is_an_act_of_that_bundles_custody() {
    let desk = Desk::worked();
    let folder = desk.beside("papers");
    fs::create_dir(&folder).unwrap();
    let number = said("visits").iter().find_map(|row| row["number"].as_str().map(str::to_owned));
    let issued = desk.office().join("out").join(format!("{}.pdf", number.unwrap()));
    // Other bytes than the letter's own: what follows its end is read by no one.
    let paper = folder.join("paper.pdf");
    fs::write(&paper, [&fs::read(issued).unwrap()[..], b"\n"].concat()).unwrap();
    let out = desk.beside("paper-copy.pdf");
    let line = ["evidence", "stamp", text(&paper), "--out", text(&out)];
    desk.by("archivist", &line).tells_only(1, &["CH-E211"]);
    let seal = ["evidence", "seal", text(&folder), "--case", "C-7", "--kind", "other"];
    let bundle = desk.by_json("archivist", &seal).ends(0).json()["bundle"].clone();
    let said = desk.by_json("archivist", &line).ends(0).json();
    assert_eq!(said["of"], bundle);
    let custody = desk.by_json("auditor", &["evidence", "custody", bundle.as_str().unwrap()]);
    let custody = custody.ends(0).json();
    let last = custody["custody"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["act"], &last["entry"]), (&"evidence.stamped".into(), &said["entry"]));
    desk.by("auditor", &["audit", "run"]).ends(0);
}
