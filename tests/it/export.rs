//! Exports: opened by openssl and by nobody else, registered, and whole.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::{
    command::{Ran, chancery},
    office::{Desk, files, text},
    tools::tool,
};

/// A recipient's key and certificate, made by openssl.
fn recipient(desk: &Desk, name: &str, key: &[&str], usage: &str) -> Option<(PathBuf, PathBuf)> {
    let openssl = tool("openssl")?;
    let (private, certificate) =
        (desk.beside(&format!("{name}.key")), desk.beside(&format!("{name}.pem")));
    openssl.run(&[&["genpkey", "-out", text(&private)], key].concat()).ends(0);
    let usage = format!("keyUsage=critical,{usage}");
    let line =
        ["req", "-new", "-x509", "-key", text(&private), "-subj", "/CN=court", "-days", "30"];
    openssl.run(&[&line[..], &["-addext", &usage, "-out", text(&certificate)]].concat()).ends(0);
    Some((private, certificate))
}

const P256: [&str; 4] = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const RSA: [&str; 4] = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];

fn decrypt(desk: &Desk, from: &std::path::Path, key: &(PathBuf, PathBuf), name: &str) -> PathBuf {
    let out = desk.beside(name);
    let line = ["cms", "-decrypt", "-inform", "DER", "-binary", "-in", text(from), "-recip"];
    let rest = [text(&key.1), "-inkey", text(&key.0), "-out", text(&out)];
    tool("openssl").unwrap().run(&[&line[..], &rest].concat()).ends(0);
    out
}

fn export(desk: &Desk, selection: &[&str], to: &std::path::Path, out: &std::path::Path) -> Ran {
    let line =
        [&["evidence", "export"], selection, &["--to", text(to), "--out", text(out)]].concat();
    desk.by_json("archivist", &line)
}

/// The receipt inside a decrypted export, and the bytes of each file.
fn receipt(inner: &std::path::Path) -> (Value, Vec<(String, Vec<u8>)>) {
    let mut zip = zip::ZipArchive::new(fs::File::open(inner).unwrap()).unwrap();
    let mut all = Vec::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        std::io::copy(&mut file, &mut bytes).unwrap();
        all.push((file.name().unwrap().into_owned(), bytes));
    }
    let receipt = all.iter().find(|(name, _)| name.ends_with("/receipt.json")).unwrap();
    (serde_json::from_slice(&receipt.1).unwrap(), all)
}

#[test]
fn an_export_is_opened_by_openssl_and_holds_the_archived_bytes() {
    let desk = Desk::worked();
    let anchor = desk.anchor();
    for (name, key, usage) in [("court", P256, "keyAgreement"), ("bank", RSA, "keyEncipherment")] {
        let Some(pair) = recipient(&desk, name, &key, usage) else { return };
        let out = desk.beside(&format!("{name}.p7m"));
        let made = export(&desk, &["--case", "YL-2026-0501"], &pair.1, &out).ends(0).json();
        assert_eq!(made["digest"], crate::office::digest(fs::read(&out).unwrap()));
        let inner = decrypt(&desk, &out, &pair, &format!("{name}.asice"));
        assert_eq!(made["sealed"], crate::office::digest(fs::read(&inner).unwrap()));
        chancery().run(&["verify", text(&inner), "--anchor", text(&anchor)]).ends(0);
        let (receipt, all) = receipt(&inner);
        assert_eq!(receipt["recipient"], made["recipient"]);
        let items = receipt["items"].as_array().unwrap();
        assert!(items.iter().any(|row| row["id"] == "EV-2026-000001") || items.len() > 1);
        for row in items {
            let digest = row["sha256"].as_str().unwrap();
            assert!(all.iter().any(|(_, bytes)| crate::office::digest(bytes) == digest), "{row}");
        }
        let bundle = fs::read(desk.bundle()).unwrap();
        assert!(all.iter().any(|(_, bytes)| *bytes == bundle), "the sealed bundle is in it");
        // Nothing plain stays behind.
        assert!(files(&desk.office().join("staging")).is_empty());
        let again = export(&desk, &["--case", "YL-2026-0501"], &pair.1, &out);
        again.tells_only(3, &["CH-E162"]);
    }
    let entries = desk.entries("evidence.exported");
    assert_eq!(entries.len(), 2);
    assert_ne!(entries[0]["body"]["recipient"], entries[1]["body"]["recipient"]);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn a_person_is_found_by_number_which_is_kept_nowhere() {
    let desk = Desk::worked();
    let Some(pair) = recipient(&desk, "court", &P256, "keyAgreement") else { return };
    let request = desk.request("notice-001");
    let number = request["recipient_id_number"].as_str().unwrap();
    let out = desk.beside("person.p7m");
    let line = ["evidence", "export", "--person", "-", "--to", text(&pair.1), "--out", text(&out)];
    let made = desk.call().by("archivist").json().stdin(format!("{number}\n")).run(&line).ends(0);
    let items = made.json()["items"].clone();
    assert!(!items.as_array().unwrap().is_empty());
    let case = request["case_no"].as_str().unwrap();
    for entry in desk.entries("letter.prepared") {
        let number = &entry["body"]["number"];
        let wanted = entry["body"]["case"] == case;
        let issued = desk.entries("letter.issued").iter().any(|one| one["subject"] == *number);
        assert_eq!(items.as_array().unwrap().contains(number), wanted && issued, "{number}");
    }
    let other = desk.write("other", "110199199001010010");
    let line = ["--person", text(&other)];
    export(&desk, &line, &pair.1, &desk.beside("none")).tells_only(2, &["CH-E160"]);
    // What is longer than any number is not cut to one.
    let long = desk.beside("long.p7m");
    let line = ["evidence", "export", "--person", "-", "--to", text(&pair.1), "--out", text(&long)];
    let padded = format!("{number}{}110199199001010010", " ".repeat(300));
    desk.call().by("archivist").stdin(padded).run(&line).tells_only(2, &["CH-F003"]);
    assert!(!long.exists());
    let none = desk.write("none-at-all", "a name\n");
    export(&desk, &["--person", text(&none)], &pair.1, &desk.beside("none"))
        .tells_only(2, &["CH-E164"]);
    for path in files(&desk.office()) {
        let hay = fs::read(&path).unwrap();
        let found = hay.windows(number.len()).any(|part| part == number.as_bytes());
        assert!(!found || text(&path).contains("/samples/"), "{}", path.display());
    }
}

#[test]
fn selections_recipients_and_roles_are_checked_before_anything_is_made() {
    let desk = Desk::worked();
    let Some(pair) = recipient(&desk, "court", &P256, "keyAgreement") else { return };
    let signs = recipient(&desk, "signs", &P256, "digitalSignature").unwrap();
    let out = desk.beside("out.p7m");
    let case = ["--case", "YL-2026-0501"];
    export(&desk, &case, &signs.1, &out).tells_only(1, &["CH-K081"]);
    export(&desk, &["--case", "C-404"], &pair.1, &out).tells_only(2, &["CH-E160"]);
    export(&desk, &[], &pair.1, &out).tells_only(2, &["CH-E165"]);
    export(&desk, &["--from", "2026-02-30", "--until", "2026-03-01"], &pair.1, &out)
        .tells_only(2, &["CH-E163"]);
    export(&desk, &["--from", "2026-03-02", "--until", "2026-03-01"], &pair.1, &out)
        .tells_only(2, &["CH-E163"]);
    let line = [
        "evidence",
        "export",
        "--case",
        "YL-2026-0501",
        "--to",
        text(&pair.1),
        "--out",
        text(&out),
    ];
    desk.by("clerk", &line).tells_only(1, &["CH-O053"]);
    assert!(!out.exists());
    assert!(desk.entries("evidence.exported").is_empty());
    // By days, of one principal only.
    let all = ["--from", "2020-01-01", "--until", "2099-12-31"];
    let both = export(&desk, &all, &pair.1, &desk.beside("all.p7m")).ends(0).json();
    let one = export(
        &desk,
        &[&all[..], &["--principal", "sample-insurer"]].concat(),
        &pair.1,
        &desk.beside("one.p7m"),
    )
    .ends(0)
    .json();
    let count = |made: &Value| made["items"].as_array().unwrap().len();
    assert!(count(&one) > 0 && count(&one) < count(&both));
    let leftovers: Vec<_> = fs::read_dir(desk.beside("")).unwrap().flatten().collect();
    assert!(
        leftovers.iter().all(|entry| !entry.file_name().to_string_lossy().starts_with(".staged-"))
    );
}

#[test]
fn a_killed_export_leaves_no_plain_copy_past_the_next_command_that_acts() {
    use std::time::{Duration, Instant};
    let desk = Desk::worked();
    let Some(pair) = recipient(&desk, "court", &P256, "keyAgreement") else { return };
    let folder = desk.beside("large");
    fs::create_dir(&folder).unwrap();
    // Large enough that the export is met while it runs.
    fs::write(folder.join("large.bin"), vec![7; 96 << 20]).unwrap();
    let seal = ["evidence", "seal", text(&folder), "--case", "C-9-LARGE", "--kind", "other"];
    desk.by("archivist", &seal).ends(0);
    let copies = desk.office().join("staging/export");
    let out = desk.beside("out.p7m");
    let line = ["evidence", "export", "--case", "C-9-LARGE", "--to", text(&pair.1)];
    let begun = || {
        let items = fs::read_dir(copies.join("items")).into_iter().flatten().flatten();
        items.filter_map(|item| item.metadata().ok()).any(|at| at.is_file() && at.len() > 0)
    };
    let begin = |out: &std::path::Path| {
        let line = [&line[..], &["--out", text(out)]].concat();
        let child = desk.call().by("archivist").process(&line).spawn().unwrap();
        let patience = Instant::now();
        while !begun() {
            assert!(patience.elapsed() < Duration::from_mins(1), "no copy was made");
            std::thread::sleep(Duration::from_millis(2));
        }
        child
    };
    let mut killed = begin(&out);
    killed.kill().unwrap();
    assert_eq!(killed.wait().unwrap().code(), None, "it ended before it was killed");
    assert!(!files(&copies).is_empty(), "the kill left copies");
    assert!(!out.exists() && desk.entries("evidence.exported").is_empty());
    // Looking writes nothing and tells it; acting removes it.
    desk.by("auditor", &["doctor"]).tells(1, "CH-E131");
    assert!(!files(&copies).is_empty());
    desk.by("admin", &["register", "checkpoint"]).ends(0);
    assert!(!copies.exists());
    // A running export keeps its own.
    let mut running = begin(&out);
    desk.by("admin", &["register", "checkpoint"]).ends(0);
    assert_eq!(running.wait().unwrap().code(), Some(0));
    assert!(out.is_file() && !copies.exists());
    assert_eq!(desk.entries("evidence.exported").len(), 1);
}

#[test]
fn what_was_changed_in_the_archive_is_not_exported() {
    let desk = Desk::worked();
    let Some(pair) = recipient(&desk, "court", &P256, "keyAgreement") else { return };
    let id = crate::office::said("bundle")[0]["bundle"].as_str().unwrap().to_owned();
    let shown = desk.by_json("auditor", &["evidence", "show", &id]).ends(0).json();
    let name = shown["object"].as_str().unwrap();
    let object = desk.office().join("archive/objects").join(&name[..2]).join(&name[2..]);
    crate::office::unlock(&object);
    let mut bytes = fs::read(&object).unwrap();
    bytes[1000] ^= 1;
    fs::write(&object, bytes).unwrap();
    let out = desk.beside("export.p7m");
    export(&desk, &["--bundle", &id], &pair.1, &out).tells_only(1, &["CH-X041"]);
    fs::remove_file(&object).unwrap();
    export(&desk, &["--bundle", &id], &pair.1, &out).tells_only(1, &["CH-X041"]);
    assert!(!out.exists() && desk.entries("evidence.exported").is_empty());
}
