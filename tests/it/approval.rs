//! Nothing unapproved is rendered: every changed byte, every lacking signature is refused.

use std::{fs, path::Path};

use chancery::office::sample;
use serde_json::json;

use crate::office::{Desk, files, text, unlock};

fn notice(desk: &Desk) -> std::path::PathBuf {
    desk.request_with("notice-001", json!({}))
}

/// Changes one byte of a file so that it stays text: where `mark` stands, else in the middle.
fn edit(path: &Path, from: &str, to: &str) {
    unlock(path);
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn one_byte_changed_in_any_file_of_the_package_is_refused_and_registered() {
    let desk = Desk::fresh();
    let file = notice(&desk);
    let templates = desk.office().join("templates");
    let mut refused = 0;
    let own = ["wording.tera", "layout.typ", "template.toml"]
        .map(|name| templates.join("collection_notice").join(name));
    let shared = files(&templates.join("_shared"));
    assert!(shared.iter().any(|path| path.ends_with("seal.svg")));
    for path in own.iter().chain(&shared) {
        let before = fs::read(path).unwrap();
        unlock(path);
        // A space more at the end changes no page, and yet it is another package.
        fs::write(path, [before.as_slice(), b"\n"].concat()).unwrap();
        desk.issue(&file).tells_only(1, &["CH-A002"]);
        refused += 1;
        fs::write(path, &before).unwrap();
    }
    let entries = desk.entries("letter.refused");
    assert_eq!(entries.len(), refused);
    assert!(entries.iter().all(|entry| entry["body"]["codes"] == json!(["CH-A002"])));
    // All is as it was: it goes out.
    desk.issue(&file).ends(0);
}

#[test]
fn edits_of_wording_layout_and_rules_are_refused() {
    let templates = "templates/collection_notice";
    for (name, from, to) in [
        (format!("{templates}/wording.tera"), "。", "！"),
        (format!("{templates}/layout.typ"), "#", "// \n#"),
        (format!("{templates}/template.toml"), "seal = true", "seal = false"),
        ("templates/_shared/blocks/dispute.tera".to_owned(), "异议", "意见"),
        ("templates/_shared/page.typ".to_owned(), "12pt", "13pt"),
    ] {
        let desk = Desk::fresh();
        let path = desk.office().join(&name);
        if !fs::read_to_string(&path).unwrap().contains(from) {
            panic!("{name} holds no {from}");
        }
        edit(&path, from, to);
        desk.issue(&notice(&desk)).tells(1, "CH-A002");
    }
}

#[test]
fn a_file_more_or_less_and_a_link_are_no_package() {
    let desk = Desk::fresh();
    let folder = desk.office().join("templates/collection_notice");
    let file = notice(&desk);
    fs::write(folder.join("more.txt"), "x").unwrap();
    desk.issue(&file).tells_only(1, &["CH-A002"]);
    fs::remove_file(folder.join("more.txt")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", folder.join("link.txt")).unwrap();
    let ran = desk.issue(&file);
    assert_ne!(ran.status, Some(0));
    assert_eq!(ran.codes(), ["CH-T004"], "{}", ran.both());
    fs::remove_file(folder.join("link.txt")).unwrap();
    fs::rename(folder.join("wording.tera"), desk.beside("kept.tera")).unwrap();
    let ran = desk.issue(&file);
    assert_eq!(ran.codes(), ["CH-T002"], "{}", ran.both());
    fs::rename(desk.beside("kept.tera"), folder.join("wording.tera")).unwrap();
    desk.issue(&file).ends(0);
}

#[test]
fn a_withdrawn_approval_stops_letters_at_once_for_that_principal_only() {
    let desk = Desk::fresh();
    let card = desk.request_with("card-001", json!({}));
    let withdraw = |principal: &str| {
        ["template", "withdraw", "callback_card", "--principal", principal, "--reason", "更正"]
            .map(str::to_owned)
    };
    let run = |who: &str, principal: &str| desk.call().by(who).run(&withdraw(principal));
    run("clerk", "sample-bank").tells_only(1, &["CH-O053"]);
    run("approver", "sample-insurer").ends(0);
    desk.issue(&card).ends(0);
    run("approver", "sample-bank").ends(0);
    let next = desk.request_with("card-002", json!({}));
    desk.issue(&next).tells_only(1, &["CH-A005"]);
    // A letter that was issued stays issued and is no longer handed out.
    desk.issue(&card).tells_only(1, &["CH-R281"]);
    assert_eq!(desk.entries("letter.issued").len(), 1);
    run("approver", "sample-bank").tells_only(1, &["CH-A001"]);
}

#[test]
fn a_template_nobody_approved_is_refused() {
    let desk = Desk::fresh();
    let changes = json!({ "kind": "visit_plan" });
    let file = desk.request_with("notice-001", changes);
    desk.issue(&file).tells(1, "CH-A001");
    let file = desk.request_with("notice-001", json!({ "kind": "../collection_notice" }));
    let ran = desk.issue(&file);
    assert_ne!(ran.status, Some(0));
    assert!(desk.entries("letter.prepared").is_empty());
}

#[test]
fn every_template_passes_its_own_lint_and_a_bad_one_does_not() {
    let desk = Desk::fresh();
    let list = desk.by_json("auditor", &["template", "list"]).ends(0).json();
    let all = list["templates"].as_array().unwrap();
    let approved =
        all.iter().filter(|one| one["approvals"].as_array().is_some_and(|a| a.len() >= 2)).count();
    let kinds = sample::KINDS.len() + sample::BANK_KINDS.len();
    assert_eq!(approved, kinds, "{list}");
    for id in ["collection_notice", "subrogation_notice", "callback_card"] {
        desk.by("approver", &["template", "check", id]).ends(0);
    }
    let wording = desk.office().join("templates/collection_notice/wording.tera");
    unlock(&wording);
    let before = fs::read_to_string(&wording).unwrap();
    for bad in [
        "\n不还就上门，让你全家不得安宁。\n",
        "\n{{ undeclared_field }}\n",
        "\n本公司系法院执行部门。\n",
    ] {
        fs::write(&wording, before.clone() + bad).unwrap();
        let ran = desk.by("approver", &["template", "check", "collection_notice"]).ends(1);
        assert!(!ran.codes().is_empty(), "{bad}");
        let approve = ["template", "approve", "collection_notice", "--principal", "sample-bank"];
        desk.by("approver", &approve).ends(1);
    }
    let out = desk.beside("proof.pdf");
    desk.by("approver", &["template", "proof", "callback_card", "--out", text(&out)]).ends(0);
    assert!(fs::read(out).unwrap().starts_with(b"%PDF"));
}
