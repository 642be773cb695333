//! Time from outside: an authority of openssl behind a server on the loopback.

mod authority;

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    command::{Ran, chancery},
    office::{Desk, text},
    past::Past,
    tools::tool,
};
use authority::{ABSENT, Authority, GOOD, LYING, openssl};

fn seal(desk: &Desk, case: &str) -> Ran {
    let folder = desk.beside(case);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("note.txt"), case).unwrap();
    let out = desk.beside(&format!("{case}.asice"));
    let line =
        ["evidence", "seal", text(&folder), "--case", case, "--kind", "other", "--out", text(&out)];
    desk.by_json("archivist", &line)
}

/// Copies the newest sibling object of `kind` out of the archive, as a reader would be given it.
fn sibling(desk: &Desk, kind: &str, name: &str) -> PathBuf {
    let entries = desk.entries(kind);
    let digest = entries.last().unwrap()["body"]["object"].as_str().unwrap().to_owned();
    let object = desk.office().join("archive/objects").join(&digest[..2]).join(&digest[2..]);
    desk.write(name, fs::read(object).unwrap())
}

#[test]
fn a_bundle_sealed_while_the_authority_was_absent_gets_its_token_later() {
    let desk = Desk::fresh();
    let Some(tsa) = Authority::new(&desk) else { return };
    assert!(tsa.url.starts_with("http://127.0.0.1:"));
    let (anchor, root) = (desk.anchor(), tsa.root.clone());
    let verify = |file: &Path, more: &[&str]| {
        let line = ["verify", text(file), "--anchor", text(&anchor), "--anchor", text(&root)];
        chancery().run(&[&line[..], more].concat())
    };
    let whole = seal(&desk, "C-1").ends(0).json();
    assert_eq!(
        (&whole["time_pending"], &whole["self_asserted_time"]),
        (&false.into(), &false.into())
    );
    verify(&desk.beside("C-1.asice"), &[]).ends(0);

    tsa.is(ABSENT);
    let waiting = seal(&desk, "C-2").ends(0).json();
    assert_eq!(waiting["time_pending"], true);
    let bundle = desk.beside("C-2.asice");
    verify(&bundle, &[]).tells_only(1, &["CH-E166"]);
    desk.by("auditor", &["evidence", "verify"]).ends(0);
    desk.by("auditor", &["audit", "run"]).ends(0).tells(0, "CH-E167");
    desk.by("archivist", &["evidence", "timestamp"]).tells_only(3, &["CH-K071"]);
    // One that lies is refused, for sealing and for stamping.
    tsa.is(LYING);
    seal(&desk, "C-3").tells_only(3, &["CH-E049"]);
    desk.by("archivist", &["evidence", "timestamp"]).tells_only(1, &["CH-K063"]);
    assert!(desk.entries("evidence.timestamped").is_empty());

    tsa.is(GOOD);
    let done = desk.by_json("archivist", &["evidence", "timestamp"]).ends(0).json();
    assert_eq!(done["timestamped"].as_array().unwrap().len(), 1);
    let again = desk.by_json("archivist", &["evidence", "timestamp"]).ends(0).json();
    assert!(again["timestamped"].as_array().unwrap().is_empty());
    desk.by("auditor", &["evidence", "verify"]).ends(0);
    let audit = desk.by("auditor", &["audit", "run"]).ends(0);
    assert!(!audit.both().contains("CH-E167"), "{}", audit.both());
    let token = sibling(&desk, "evidence.timestamped", "C-2.tst");
    verify(&bundle, &["--token", text(&token)]).ends(0);
    verify(&desk.beside("C-1.asice"), &["--token", text(&token)]).ends(0);
    // openssl judges the token over the very file.
    let line = [
        "ts",
        "-verify",
        "-token_in",
        "-in",
        text(&token),
        "-data",
        text(&bundle),
        "-CAfile",
        text(&root),
    ];
    tool("openssl").unwrap().run(&line).ends(0);
    let forged = crate::past::flipped(&token, fs::read(&token).unwrap().len() - 5);
    let forged = desk.write("forged.tst", forged);
    assert_ne!(verify(&bundle, &["--token", text(&forged)]).status, Some(0));
    // The commands the bundle brings along take the token that came later.
    let mut zip = zip::ZipArchive::new(fs::File::open(&bundle).unwrap()).unwrap();
    let words = std::io::read_to_string(zip.by_name("meta/VERIFY.txt").unwrap()).unwrap();
    let (_, shell) = words.split_once("#--- sh ---\n").unwrap();
    let (shell, _) = shell.split_once("#--- end ---").unwrap();
    if tool("unzip").is_some() {
        let anchors =
            desk.write("anchors", [fs::read(&anchor).unwrap(), fs::read(&root).unwrap()].concat());
        let run = |token: Option<&Path>| {
            let mut sh = std::process::Command::new("sh");
            sh.args(["-c", shell])
                .env("BUNDLE", &bundle)
                .env("ANCHORS", &anchors)
                .env("LC_ALL", "C");
            if let Some(token) = token {
                sh.env("TOKEN", token);
            }
            Ran::of(sh, b"")
        };
        assert_ne!(run(None).status, Some(0));
        assert!(run(Some(&token)).ends(0).out().contains("VERIFIED at"));
    }
}

#[test]
fn evidence_records_prove_every_bundle_and_are_renewed() {
    let desk = Desk::fresh();
    let Some(tsa) = Authority::new(&desk) else { return };
    for case in ["C-1", "C-2"] {
        seal(&desk, case).ends(0);
    }
    tsa.is(ABSENT);
    seal(&desk, "C-3").ends(0);
    tsa.is(GOOD);
    desk.by("archivist", &["evidence", "timestamp"]).ends(0);
    let renewed = |again: &[&str]| {
        let made =
            desk.by_json("archivist", &[&["evidence", "renew"], again].concat()).ends(0).json();
        made["renewed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["stamps"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(renewed(&[]), [1, 1, 1]);
    assert!(renewed(&[]).is_empty(), "each is covered");
    assert_eq!(renewed(&["--again"]), [2, 2, 2]);
    desk.by("auditor", &["audit", "run"]).ends(0);
    let record = sibling(&desk, "evidence.renewed", "C-3.ers");
    let token = sibling(&desk, "evidence.timestamped", "C-3.tst");
    let (anchor, root) = (desk.anchor(), tsa.root.clone());
    let verify = |case: &str, record: &Path| {
        let bundle = desk.beside(&format!("{case}.asice"));
        let line =
            ["--json", "verify", text(&bundle), "--anchor", text(&anchor), "--anchor", text(&root)];
        chancery().run(&[&line[..], &["--record", text(record), "--token", text(&token)]].concat())
    };
    let proven = verify("C-3", &record).ends(0).json();
    assert_eq!(proven["files"][0]["record"]["stamps"], 2);
    verify("C-1", &record).tells_only(1, &["CH-K091"]);
    let forged = crate::past::flipped(&record, fs::read(&record).unwrap().len() / 2);
    let forged = desk.write("forged.ers", forged);
    assert_ne!(verify("C-3", &forged).status, Some(0));
    // The record and the token go out with the bundle.
    let openssl = tool("openssl").unwrap();
    let (key, certificate) = (desk.beside("court.key"), desk.beside("court.pem"));
    openssl
        .run(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", text(&key)])
        .ends(0);
    openssl
        .run(&[
            "req",
            "-new",
            "-x509",
            "-key",
            text(&key),
            "-subj",
            "/CN=court",
            "-days",
            "30",
            "-out",
            text(&certificate),
        ])
        .ends(0);
    let out = desk.beside("export.p7m");
    desk.by(
        "archivist",
        &["evidence", "export", "--case", "C-3", "--to", text(&certificate), "--out", text(&out)],
    )
    .ends(0);
    let inner = desk.beside("export.asice");
    openssl
        .run(&[
            "cms",
            "-decrypt",
            "-inform",
            "DER",
            "-binary",
            "-in",
            text(&out),
            "-recip",
            text(&certificate),
            "-inkey",
            text(&key),
            "-out",
            text(&inner),
        ])
        .ends(0);
    let zip = zip::ZipArchive::new(fs::File::open(&inner).unwrap()).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    for ending in [".asice", ".tst", ".ers"] {
        assert!(
            names.iter().any(|name| name.starts_with("data/") && name.ends_with(ending)),
            "{ending} {names:?}"
        );
    }
    // Under the anchor of somebody else the records prove nothing, and the audit says so of each.
    fs::copy(&certificate, desk.office().join("tsa.pem")).unwrap();
    let audit = desk.by_json("auditor", &["audit", "run"]).tells(1, "CH-X030").json();
    let untrue = audit["findings"].as_array().unwrap().iter();
    assert_eq!(untrue.filter(|finding| finding["code"] == "CH-X030").count(), 3);
}

#[test]
fn a_medium_with_its_record_proves_its_bundle_twenty_years_later() {
    let Some(past) = Past::new() else { return };
    let (one, two) = (past.seal("C-1", "other"), past.seal("C-2", "other"));
    past.go("2026-05-01");
    let first = past.json("keeper", &["evidence", "renew"]);
    assert_eq!(first["renewed"][0]["algorithm"], "sha256");
    // Another authority, and a stronger algorithm.
    past.go("2028-06-01");
    let Some(tsa) = Authority::of(&past.office(), past.beside("tsa"), Some(past.next())) else {
        return;
    };
    let renew = ["evidence", "renew", "--algorithm", "sha512"];
    *tsa.now.lock().unwrap() = Some(past.next());
    let anew = past.json("keeper", &renew);
    for row in anew["renewed"].as_array().unwrap() {
        assert_eq!((&row["algorithm"], &row["stamps"]), (&"sha512".into(), &2.into()));
    }
    assert!(past.json("keeper", &renew)["renewed"].as_array().unwrap().is_empty());
    *tsa.now.lock().unwrap() = Some(past.next());
    let again = past.json("keeper", &["evidence", "renew", "--again"]);
    assert_eq!(again["renewed"][1]["stamps"], 3);
    let audit = past.by("keeper", &["audit", "run"]).ends(0);
    assert!(audit.both().contains("CH-X035"), "years of silence are told");
    let judged = past.json("keeper", &["evidence", "verify", &one, "--at", "2039-06-01"]);
    assert_eq!(
        judged["bundles"][0]["record"]["algorithms"],
        serde_json::json!(["sha256", "sha512"])
    );

    let medium = past.beside("medium");
    fs::create_dir(&medium).unwrap();
    for id in [&one, &two] {
        let out = medium.join(format!("{id}.asice"));
        past.by("keeper", &["evidence", "retrieve", id, "--out", text(&out)]).ends(0);
        assert!(out.with_extension("ers").is_file());
    }
    let (own, outside) = (medium.join("office.pem"), medium.join("tsa.pem"));
    fs::copy(past.office().join("keys/ca.pem"), &own).unwrap();
    fs::copy(&tsa.root, &outside).unwrap();
    let record = past.entries("evidence.renewed").last().unwrap()["body"]["object"].clone();
    // The office's copy of a record is changed, then lost: an audit says so.
    let object = past.object(record.as_str().unwrap());
    let bytes = fs::read(&object).unwrap();
    fs::remove_file(&object).unwrap();
    past.by("keeper", &["audit", "run"]).tells(1, "CH-S101");
    fs::write(&object, crate::past::flipped(&medium.join(format!("{two}.ers")), bytes.len() / 2))
        .unwrap();
    past.by("keeper", &["audit", "run"]).tells(1, "CH-S102");

    // Twenty years on there is the medium, and no office.
    fs::remove_dir_all(past.office()).unwrap();
    let bundle = medium.join(format!("{one}.asice"));
    let anchors = ["--anchor", text(&own), "--anchor", text(&outside)];
    let line = [&["--json", "verify", text(&bundle)][..], &anchors].concat();
    past.go("2039-06-01");
    let proven = Ran::of(past.process(None, &line), b"").ends(0).json();
    assert_eq!(proven["files"][0]["record"]["stamps"], 3);
    let at =
        |when: &str, more: &[&str]| chancery().run(&[&line[..], &["--at", when], more].concat());
    assert_eq!(at("2039-06-01", &[]).ends(0).json()["files"][0]["verified"], true);
    at("2051-06-01T00:00:00Z", &[]).tells_only(1, &["CH-K141"]);
    at("2018-01-01", &[]).tells_only(1, &["CH-K140"]);
    at("soon", &[]).tells_only(2, &["CH-U001"]);
    // Two bundles share the leaves of their first tree; the second chain is of one alone.
    at("2039-06-01", &["--record", text(&medium.join(format!("{two}.ers")))])
        .tells_only(1, &["CH-K092"]);
    // The root of one authority alone is not enough.
    let half = ["verify", text(&bundle), "--anchor", text(&own), "--at", "2039-06-01"];
    chancery().run(&half).tells_only(1, &["CH-K093"]);
    fs::remove_file(bundle.with_extension("ers")).unwrap();
    at("2039-06-01", &[]).tells_only(1, &["CH-E182"]);
    at("2018-01-01", &[]).tells_only(1, &["CH-E184"]);
    at("2030-01-01", &[]).ends(0);
}

#[test]
fn an_export_made_while_the_authority_was_absent_gets_its_token_later() {
    let desk = Desk::fresh();
    let Some(tsa) = Authority::new(&desk) else { return };
    seal(&desk, "C-1").ends(0);
    let (key, certificate) = (desk.beside("court.key"), desk.beside("court.pem"));
    openssl(None, &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", text(&key)]);
    let line = ["req", "-new", "-x509", "-key", text(&key), "-subj", "/CN=court", "-days", "30"];
    openssl(None, &[&line[..], &["-out", text(&certificate)]].concat());
    tsa.is(ABSENT);
    let out = desk.beside("export.p7m");
    let line = ["evidence", "export", "--case", "C-1", "--to", text(&certificate)];
    let made = desk.by_json("archivist", &[&line[..], &["--out", text(&out)]].concat()).ends(0);
    let id = made.json()["export"].as_str().unwrap().to_owned();
    let late = desk.beside("export.tst");
    let take = ["evidence", "retrieve", &id, "--out", text(&late)];
    desk.by("archivist", &take).tells_only(2, &["CH-E186"]);
    desk.by("auditor", &["audit", "run"]).ends(0).tells(0, "CH-E167");
    tsa.is(GOOD);
    let done = desk.by_json("archivist", &["evidence", "timestamp"]).ends(0).json();
    assert_eq!(done["timestamped"][0]["bundle"], id.as_str());
    desk.by("archivist", &take).ends(0);
    let audit = desk.by("auditor", &["audit", "run"]).ends(0);
    assert!(!audit.both().contains("CH-E167"), "{}", audit.both());
    // The recipient opens the export and verifies it with the token beside it.
    let inner = desk.beside("export.asice");
    let line = ["cms", "-decrypt", "-inform", "DER", "-binary", "-in", text(&out), "-recip"];
    openssl(
        None,
        &[&line[..], &[text(&certificate), "-inkey", text(&key), "-out", text(&inner)]].concat(),
    );
    let (anchor, root) = (desk.anchor(), tsa.root.clone());
    let line = ["verify", text(&inner), "--anchor", text(&anchor), "--anchor", text(&root)];
    chancery().run(&line).ends(0);
    fs::remove_file(&late).unwrap();
    chancery().run(&line).tells_only(1, &["CH-E166"]);
}
