//! Packages on their way to approval: a principal's own papers, proofs and differences.

use std::fs;

use serde_json::json;

use crate::{
    internal::words,
    office::{Desk, files, text, unlock},
    tools::tool,
};

#[test]
fn what_a_principal_puts_on_its_letters_is_part_of_what_it_approved() {
    let desk = Desk::fresh();
    let own = desk.office().join("templates/_principals/sample-bank");
    fs::create_dir_all(own.join("assets")).unwrap();
    let logo = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"><path d=\"M0 0h10v10h-10z\"/></svg>";
    fs::write(own.join("assets/logo.svg"), logo).unwrap();
    fs::write(own.join("letterhead.txt"), "样例银行个人信贷部\n").unwrap();
    let notice = desk.request_with("notice-001", json!({}));
    desk.issue(&notice).tells_only(1, &["CH-A002"]);
    // The card names no principal, so nothing of it is part of the card.
    desk.issue(&desk.request_with("card-001", json!({}))).ends(0);
    let approve = |principal: &str| {
        desk.by(
            "approver",
            &["template", "approve", "collection_notice", "--principal", principal],
        )
        .ends(0);
        let request = desk.beside("request.json");
        let signed = desk.beside("signed.json");
        let side = desk.office().join("principal-side").join(principal);
        desk.by(
            "approver",
            &[
                "template",
                "approve",
                "collection_notice",
                "--principal",
                principal,
                "--request",
                text(&request),
            ],
        )
        .ends(0);
        let look = desk.beside("look");
        let ran = crate::command::chancery()
            .json()
            .run(&["template", "review", text(&request), "--out", text(&look)])
            .ends(0);
        let changed = ran.json()["difference"]["files"].clone();
        let paths: Vec<&str> =
            changed.as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["_principal/assets/logo.svg", "_principal/letterhead.txt"]);
        assert!(look.join("proof.pdf").is_file() && look.join("difference.pdf").is_file());
        let pass = desk.office().join("credentials/principal");
        crate::command::chancery()
            .run(&[
                "template",
                "approve",
                "--sign",
                text(&request),
                "--key",
                text(&side.join("approver-key.pem")),
                "--own-certificate",
                text(&side.join("approver.pem")),
                "--passphrase-file",
                text(&pass),
                "--out",
                text(&signed),
            ])
            .ends(0);
        desk.by("approver", &["template", "approve", "--import", text(&signed)]).ends(0);
    };
    approve("sample-bank");
    let told = desk.issue(&notice).ends(0).json_lines();
    let page = words(std::path::Path::new(told[0]["out"].as_str().unwrap()));
    assert!(page.is_none_or(|page| page.contains("样例银行个人信贷部")));
    // One byte of the logo or the line voids the approval; the other principal's is untouched.
    for (file, bytes) in [
        ("letterhead.txt", "样例银行个人信贷处\n".to_owned()),
        ("assets/logo.svg", logo.replace("10z", "11z")),
    ] {
        let path = own.join(file);
        let before = fs::read(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        let next = desk.request_with("notice-002", json!({}));
        desk.issue(&next).tells_only(1, &["CH-A002"]);
        fs::write(&path, before).unwrap();
    }
    fs::write(own.join("more.txt"), "x").unwrap();
    assert_eq!(desk.issue(&desk.request_with("notice-002", json!({}))).codes(), ["CH-T052"]);
    fs::remove_file(own.join("more.txt")).unwrap();
    desk.issue(&desk.request_with("notice-002", json!({}))).ends(0);
    assert!(files(&own).len() == 2);
}

#[test]
fn no_organ_of_the_state_stands_at_the_head_of_a_letter() {
    let desk = Desk::fresh();
    let own = desk.office().join("templates/_principals/sample-bank");
    fs::create_dir_all(own.join("assets")).unwrap();
    let line = own.join("letterhead.txt");
    let before = desk.entries("template.approved").len();
    let about = ["payment_reminder", "--principal", "sample-bank"];
    let check = || desk.call().run(&[&["template", "check"], &about[..]].concat());
    let approve = || desk.by("approver", &[&["template", "approve"], &about[..]].concat());
    for name in [
        "样例市公安局经侦支队",
        "样例市人民法院",
        "样例区人民检察院",
        "样例仲裁委员会",
        "欠债还钱天经地义",
    ] {
        fs::write(&line, format!("{name}\n")).unwrap();
        check().tells(1, "CH-T025");
        approve().tells(1, "CH-T025");
    }
    assert_eq!(desk.entries("template.approved").len(), before);
    // Nor in the words of its seal or logo.
    fs::write(&line, "样例银行个人信贷部\n").unwrap();
    let logo = own.join("assets/logo.svg");
    fs::write(
        &logo,
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>样例市<tspan>公</tspan>安局</text></svg>",
    )
    .unwrap();
    check().tells(1, "CH-T025");
    fs::remove_file(&logo).unwrap();
    approve().ends(0);
    // Nor as the name of an operator, nor of the agency.
    fs::write(desk.office().join("credentials/clerk-x"), "a passphrase of clerk-x").unwrap();
    let add = ["operator", "add", "clerk-x", "--role", "clerk", "--name", "样例市公安局王警官"];
    desk.by("admin", &add).tells(1, "CH-Q060");
    let settings = desk.office().join("office.toml");
    let text_of = fs::read_to_string(&settings).unwrap();
    let named = text_of.lines().find(|line| line.starts_with("name = ")).unwrap();
    fs::write(&settings, text_of.replace(named, "name = \"样例市公安局\"")).unwrap();
    desk.by("clerk", &["letter", "list"]).tells(2, "CH-O003");
}

#[test]
fn a_folder_alone_is_compared_with_the_offices_shared_page() {
    let desk = Desk::fresh();
    let folder = desk.beside("payment_reminder");
    crate::office::copy(&desk.office().join("templates/payment_reminder"), &folder);
    let diff = |folder: &std::path::Path| {
        desk.call().json().run(&["template", "diff", "payment_reminder", text(folder)])
    };
    assert_eq!(diff(&folder).ends(0).json()["same"], true);
    let empty = desk.beside("empty");
    fs::create_dir(&empty).unwrap();
    diff(&empty).tells(2, "CH-T060");
    let alone = ["template", "diff", text(&folder), text(&folder)];
    crate::command::chancery().run(&alone).tells(2, "CH-T061");
}

#[test]
fn a_proof_shows_every_branch_and_a_difference_shows_both_sides() {
    let desk = Desk::fresh();
    let out = desk.beside("proof.pdf");
    let told = desk
        .by_json("approver", &["template", "proof", "collection_notice", "--out", text(&out)])
        .ends(0)
        .json();
    let cases: Vec<&str> = told["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["case"].as_str().unwrap())
        .collect();
    assert_eq!(cases[..3], ["usual", "extreme", "zero"]);
    assert!(cases.iter().any(|case| case.contains("recipient_form = \"company\"")), "{cases:?}");
    assert!(cases.iter().any(|case| case.contains("to_address = \"\"")), "{cases:?}");
    if let Some(qpdf) = tool("qpdf") {
        qpdf.run(&["--check", text(&out)]).ends(0);
    }
    let same = desk
        .by_json(
            "approver",
            &["template", "diff", "collection_notice@approved", "collection_notice"],
        )
        .ends(0)
        .json();
    assert_eq!(same["same"], true);
    let wording = desk.office().join("templates/collection_notice/wording.tera");
    unlock(&wording);
    let before = fs::read_to_string(&wording).unwrap();
    fs::write(&wording, before.replace("与我们协商还款安排", "与我们商量还款安排")).unwrap();
    let side = desk.beside("side.pdf");
    let told = desk
        .by_json(
            "approver",
            &["template", "diff", "collection_notice@1", "collection_notice", "--out", text(&side)],
        )
        .ends(0)
        .json();
    assert_eq!(told["same"], false);
    let lines = told["files"][0]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[1]["text"].as_str().unwrap().contains("商量"));
    let placed = told["placed"].to_string();
    assert!(placed.contains("商量") && placed.contains("协商"), "{placed}");
    if let Some(qpdf) = tool("qpdf") {
        qpdf.run(&["--check", text(&side)]).ends(0);
    }
    // A branch that nothing reaches is refused before anyone is asked to approve it.
    fs::write(
        &wording,
        before.replace("=== demand\n", "=== demand\n{% if recipient_form == \"company\" and recipient_form == \"person\" %}此外。{% endif %}\n"),
    )
    .unwrap();
    let ran = desk.by("approver", &["template", "check", "collection_notice"]).ends(1);
    assert_eq!(ran.codes(), ["CH-T053"], "{}", ran.both());
    let list = desk.by_json("auditor", &["template", "list"]).ends(0).json();
    let envelope = list["templates"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == "envelope")
        .unwrap()
        .clone();
    assert!(envelope["gates"].to_string().contains("papers=B6,C4,C5,DL,ZL,window"), "{envelope}");
}
