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
    let original = desk.office().join("out").join(format!("{}.pdf", number.unwrap()));
    let copy = desk.beside("copy.pdf");
    let line = ["evidence", "stamp", text(&original), "--out", text(&copy)];
    desk.by("clerk", &line).ends(0);
    let (before, after) = (fs::read(&original).unwrap(), fs::read(&copy).unwrap());
    assert!(after.starts_with(&before) && after.len() > before.len());
    if let Some(qpdf) = tool("qpdf") {
        qpdf.run(&["--check", text(&copy)]).ends(0);
    }
    if let Some(pdftotext) = tool("pdftotext") {
        let ran = pdftotext.run(&[text(&copy), "-"]).ends(0);
        assert!(ran.out().contains("与原件一致"), "{}", ran.out());
    }
    let note = desk.write("note.pdf", "no pdf");
    let out = desk.beside("none.pdf");
    desk.by("clerk", &["evidence", "stamp", text(&note), "--out", text(&out)])
        .tells_only(2, &["CH-E123"]);
    assert!(!out.exists());
}
