//! What people hand in by mistake or malice: told with a code, a sentence and a hint, and nothing
//! half made. Read-only archives stand in `read_only`, wrong passphrases in `session`.

use std::{
    fs,
    io::Write as _,
    os::unix::{fs::symlink, net::UnixListener},
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    command::{Ran, chancery},
    office::{Desk, files, room, text},
    tools::tool,
};

/// Most memory that reading a file of any size may take, in KiB.
const FLAT: u64 = 160 * 1024;

/// Whether an object of the archive is a signed checkpoint.
fn is_checkpoint(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|note| note.starts_with("chancery.invalid/"))
}

/// What may not change where a command refuses: entries of the register, objects of the archive,
/// what lies in staging and beside the office.
fn standing(desk: &Desk) -> (usize, Vec<PathBuf>, Vec<PathBuf>) {
    let entries = desk.entries("").len();
    let mut made = files(&desk.office().join("archive"));
    // A command that acts signs a checkpoint of what there is, whatever came of it.
    made.retain(|path| !is_checkpoint(path));
    if let Ok(staging) = fs::read_dir(desk.office().join("staging")) {
        made.extend(staging.map(|entry| entry.unwrap().path()));
    }
    let out = desk.beside("out");
    let out = if out.is_dir() { files(&out) } else { Vec::new() };
    (entries, made, out)
}

/// Fails unless the command ended so, and told a hint with each code.
#[track_caller]
fn refused(ran: Ran, status: i32, code: &str) -> Ran {
    let ran = ran.tells(status, code);
    let told = ran.both();
    let hints = told.matches("→").count() + told.matches("\"hint\"").count();
    assert!(hints >= ran.codes().len(), "{told}");
    ran
}

/// Fails if anything that was tried changed what may not change.
fn unchanged<T>(desk: &Desk, tried: impl FnOnce() -> T) -> T {
    let before = standing(desk);
    let result = tried();
    assert_eq!(standing(desk), before);
    result
}

/// A compound file as Excel writes a workbook with a password: its directory names the stream
/// `EncryptedPackage`. Source: MS-CFB 2.2 and 2.6.1; MS-OFFCRYPTO 2.3.4.4.
fn protected_workbook() -> Vec<u8> {
    let mut header = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    header.resize(24, 0);
    for word in [0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0] {
        header.extend(word.to_le_bytes());
    }
    header.resize(512, 0xff);
    let entry = |name: &str| {
        let mut bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.resize(128, 0);
        bytes
    };
    let mut sector = vec![0xff; 512];
    for name in ["Root Entry", "EncryptionInfo", "EncryptedPackage", ""] {
        sector.extend(entry(name));
    }
    [header, sector].concat()
}

#[test]
fn a_file_that_holds_no_requests_is_told_and_nothing_is_issued() {
    let desk = Desk::fresh();
    let sample = desk.request("notice-001").to_string();
    let workbook = fs::read(desk.requests("letters.xlsx")).unwrap();
    let utf16: Vec<u8> = sample.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut wrong_type = desk.request("notice-001");
    wrong_type["amount_total"] = json!(1409.5);
    let mut unknown = desk.request("notice-001");
    unknown["favourite_colour"] = json!("red");
    let cases: [(&str, Vec<u8>, &str); 17] = [
        ("cut.json", sample.as_bytes()[..sample.len() / 2].to_vec(), "CH-I056"),
        ("list.json", format!("[{sample}]").into(), "CH-I057"),
        ("type.json", wrong_type.to_string().into(), "CH-I005"),
        ("field.json", unknown.to_string().into(), "CH-I001"),
        ("empty.json", vec![], "CH-I050"),
        ("blank.csv", b" \r\n\r\n".to_vec(), "CH-I050"),
        ("empty.xlsx", vec![], "CH-I050"),
        ("headings.csv", b"request_id,favourite colour\na,red\n".to_vec(), "CH-I060"),
        ("uneven.csv", b"request_id,kind\na,b,c\n".to_vec(), "CH-I062"),
        ("quote.csv", b"request_id,kind\n\"a,b\n".to_vec(), "CH-I063"),
        ("utf16.csv", [&b"\xff\xfe"[..], &utf16].concat(), "CH-I054"),
        ("latin.csv", b"request_id,kind\n\xe9\xe8\xe0 caf\xe9,\xff\n".to_vec(), "CH-I053"),
        ("gb.json", encoding_rs::GB18030.encode(&sample).0.into_owned(), "CH-I092"),
        ("cut.xlsx", workbook[..workbook.len() / 2].to_vec(), "CH-I066"),
        ("text.xlsx", b"no workbook at all".to_vec(), "CH-I059"),
        ("old.xlsx", [&protected_workbook()[..512], &[0; 512]].concat(), "CH-I065"),
        ("locked.xlsx", protected_workbook(), "CH-I064"),
    ];
    unchanged(&desk, || {
        for (name, bytes, code) in cases {
            let file = desk.write(name, bytes);
            refused(desk.issue(&file), 2, code);
            let out = desk.beside("preview.pdf");
            let preview = ["letter", "preview", text(&file), "--out", text(&out)];
            refused(desk.by("clerk", &preview), 2, code);
            assert!(!out.exists(), "{name}");
        }
    });
}

#[test]
fn csv_is_read_in_gb18030_and_with_a_byte_order_mark() {
    let Some(pdftotext) = tool("pdftotext") else { return };
    let desk = Desk::fresh();
    let csv = fs::read_to_string(desk.requests("letters.csv")).unwrap();
    let csv = csv.trim_start_matches('\u{feff}');
    let gb = encoding_rs::GB18030.encode(csv).0.into_owned();
    for (name, bytes) in [("gb.csv", gb), ("bom.csv", format!("\u{feff}{csv}").into_bytes())] {
        let file = desk.write(name, bytes);
        let out = desk.beside(&format!("{name}.pdf"));
        let arguments = ["letter", "preview", text(&file), "--request", "notice-001"];
        desk.by("clerk", &[&arguments[..], &["--out", text(&out)]].concat()).ends(0);
        let shown = pdftotext.run(&[text(&out), "-"]).ends(0).out();
        assert!(shown.contains("王䶮") && shown.contains("样例路1号"), "{name}: {shown}");
    }
}

/// Runs to the end, and tells the most memory it took, in KiB.
fn with_peak(desk: &Desk, arguments: &[&str]) -> (Ran, u64) {
    let mut process = desk.call().by("clerk").process(arguments);
    let out = desk.beside("said");
    let said = fs::File::create(&out).unwrap();
    process.stdin(Stdio::null()).stdout(said.try_clone().unwrap()).stderr(said);
    let mut child = process.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        let now = fs::read_to_string(&status).unwrap_or_default();
        let line = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(size.unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let mut cat = std::process::Command::new("cat");
    cat.arg(&out);
    let mut ran = Ran::of(cat, b"");
    ran.status = ended.code();
    (ran, peak)
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let desk = Desk::fresh();
    let before = standing(&desk);
    let sparse = desk.beside("sparse.json");
    fs::File::create(&sparse).unwrap().set_len(201 * 1024 * 1024).unwrap();
    let mut long = fs::File::create(desk.beside("long.csv")).unwrap();
    long.write_all(b"request_id,kind,").unwrap();
    let mut object = fs::File::create(desk.beside("object.json")).unwrap();
    object.write_all(b"{\"request_id\": \"").unwrap();
    for _ in 0..40 {
        long.write_all(&vec![b'a'; 1 << 20]).unwrap();
        object.write_all(&vec![b'a'; 1 << 20]).unwrap();
    }
    object.write_all(b"\"}").unwrap();
    let limits = [("sparse.json", "CH-I051"), ("long.csv", "CH-I058"), ("object.json", "CH-I058")];
    for (name, code) in limits {
        let file = desk.beside(name);
        let out = desk.beside("out");
        let line = ["letter", "issue", text(&file), "--out", text(&out)];
        let (ran, peak) = with_peak(&desk, &line);
        let ran = ran.tells(2, code);
        assert!(peak > 0 && peak < FLAT, "{name}: {peak} KiB\n{}", ran.both());
    }
    assert_eq!(standing(&desk).0, before.0);
    assert_eq!(standing(&desk).1, before.1);
}

#[test]
fn syntax_in_a_name_or_address_prints_as_text() {
    let Some(pdftotext) = tool("pdftotext") else { return };
    let desk = Desk::fresh();
    let cases = [
        ("recipient_name", "#set page(fill: red)"),
        ("recipient_name", "{{ name }}"),
        ("recipient_name", "{% raw %}"),
        ("recipient_name", "张#三"),
        ("recipient_address", "样例省[#eval(\"1+1\")]//注释$x$路1号"),
        ("recipient_address", "样例省{{name}}@ref<tag>路1号"),
        ("legal_basis", "#import \"/data.json\" {{ recipient_name }} {# c #}"),
    ];
    for (at, (field, value)) in cases.into_iter().enumerate() {
        let mut change = json!({ "request_id": format!("syntax-{at}") });
        change[field] = json!(value);
        // No name in Latin letters stands on a citizen's card.
        change["recipient_id_number"] = json!(null);
        let file = desk.request_with("notice-001", change);
        let out = desk.beside(&format!("{at}.pdf"));
        let arguments = ["letter", "preview", text(&file), "--out", text(&out)];
        desk.by("clerk", &arguments).ends(0);
        let shown: String = pdftotext.run(&["-layout", text(&out), "-"]).ends(0).out();
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        assert!(plain(&shown).contains(&plain(value)), "{value} in {shown}");
    }
}

#[test]
fn characters_that_hide_or_redirect_are_refused() {
    let desk = Desk::fresh();
    let cases = [
        ("recipient_name", "张\u{7}三", "CH-N001"),
        ("recipient_address", "样例省\n=== footer\n样例路1号", "CH-N002"),
        ("recipient_name", "张\u{202e}三", "CH-N003"),
        ("recipient_address", "样例路\u{2067}1号", "CH-N003"),
        ("recipient_name", "张\u{200b}三", "CH-N004"),
        ("recipient_address", "../../etc/passwd", "CH-N023"),
        ("kind", "../collection_notice", "CH-I027"),
        ("principal", "../sample-bank", "CH-I027"),
        ("case_no", "../../YL-1", "CH-I027"),
        ("request_id", "/etc/passwd/../x", "CH-I027"),
    ];
    unchanged(&desk, || {
        for (field, value, code) in cases {
            let mut change = json!({});
            change[field] = json!(value);
            let file = desk.request_with("notice-001", change);
            let ran = refused(desk.issue(&file), 2, code);
            assert!(!ran.both().contains(value), "{field} is repeated");
        }
    });
}

#[test]
fn a_path_in_the_place_of_a_name_leads_nowhere() {
    let desk = Desk::fresh();
    let out = desk.beside("out.pdf");
    let out = text(&out);
    let lines: [(&[&str], i32, &str); 10] = [
        (&["template", "show", "../collection_notice"], 1, "CH-T001"),
        (&["template", "check", "/etc/passwd"], 1, "CH-T001"),
        (&["template", "proof", "_shared/../callback_card", "--out", out], 1, "CH-T001"),
        (&["letter", "show", "../../office.toml"], 2, "CH-R033"),
        (&["letter", "reproduce", "../../x", "--out", out], 2, "CH-R033"),
        (&["evidence", "show", "../x"], 2, "CH-E090"),
        (&["evidence", "verify", "../x"], 2, "CH-U040"),
        (&["principal", "show", "../sample-bank"], 1, "CH-O012"),
        (&["--as", "../clerk", "hold", "list"], 0, ""),
        (&["--as", "../clerk", "letter", "preview", "/dev/null", "--out", out], 2, "CH-F004"),
    ];
    for (line, status, code) in lines {
        let ran = desk.call().run(line);
        if status == 0 {
            ran.ends(0);
        } else {
            let ran = ran.tells(status, code);
            assert!(!ran.both().contains("No such file"), "{line:?}");
        }
    }
    assert!(!Path::new(out).exists());
}

#[test]
fn what_is_not_there_is_a_usage_error_and_not_a_fault() {
    let desk = Desk::fresh();
    let file = text(&desk.requests("letters.jsonl")).to_owned();
    let visit = text(&desk.office().join("samples/visit")).to_owned();
    let taken = text(&desk.write("taken", b"taken")).to_owned();
    let out = text(&desk.beside("out")).to_owned();
    let seal = ["evidence", "seal"];
    let seal = |dir: &str, more: &[&str]| {
        let line = [&seal[..], &[dir, "--case", "YL-1", "--kind", "auto"], more].concat();
        line.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let line = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let cases = [
        ("clerk", line(&["letter", "issue", "/nowhere/a", "--out", &out]), "CH-U040"),
        ("clerk", line(&["letter", "issue", &file, "--out", &taken]), "CH-U041"),
        ("clerk", line(&["letter", "preview", &file, "--out", "/nowhere/a.pdf"]), "CH-U040"),
        ("clerk", line(&["letter", "preview", &file, "--out", &taken]), "CH-F002"),
        ("auditor", line(&["rules", "/nowhere/a"]), "CH-U040"),
        ("auditor", line(&["rules", "/dev/null"]), "CH-F004"),
        ("auditor", line(&["mask", "--allow", "/nowhere/a"]), "CH-U040"),
        ("auditor", line(&["verify", "/nowhere/a", &taken]), "CH-U040"),
        ("auditor", line(&["verify", "/nowhere/a", &taken]), "CH-U010"),
        ("auditor", line(&["verify", &taken, "--anchor", "/nowhere/a"]), "CH-U040"),
        ("auditor", line(&["register", "verify", "--checkpoint", "/nowhere/a"]), "CH-U040"),
        ("auditor", line(&["register", "checkpoint", "--out", &taken]), "CH-F002"),
        ("auditor", line(&["register", "export", "--out", &taken]), "CH-F002"),
        ("auditor", line(&["audit", "run", "--checkpoint", "/nowhere/a"]), "CH-U040"),
        ("archivist", seal("/nowhere", &[]), "CH-U042"),
        ("archivist", seal(&taken, &[]), "CH-U042"),
        ("archivist", seal(&visit, &["--out", &taken]), "CH-F002"),
        ("archivist", seal(&visit, &["--out", "/nowhere/a"]), "CH-U040"),
        ("approver", line(&["template", "approve", "--import", "/nowhere/a"]), "CH-U040"),
    ];
    unchanged(&desk, || {
        for (operator, line, code) in cases {
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            refused(desk.by(operator, &line), 2, code);
        }
    });
    assert_eq!(fs::read(&taken).unwrap(), b"taken");
    chancery().run(&["init", &taken, "--sample"]).tells(2, "CH-O070");
}

#[test]
fn a_request_asked_for_among_rows_that_cannot_be_read_is_told_with_them() {
    let desk = Desk::fresh();
    let file = desk.write("cut.jsonl", format!("{}\n{{\"a\":\n", desk.request("notice-001")));
    let out = desk.beside("out.pdf");
    let line = ["letter", "preview", text(&file), "--request", "other", "--out", text(&out)];
    desk.by("clerk", &line).tells_only(2, &["CH-I056", "CH-U043"]);
    let whole = desk.write("whole.jsonl", desk.request("notice-001").to_string());
    let line = ["letter", "preview", text(&whole), "--request", "other", "--out", text(&out)];
    desk.by("clerk", &line).tells_only(2, &["CH-U003"]);
}

#[test]
fn streams_of_lines_end_without_a_stray_document() {
    let room = room();
    let questions = room.path().join("questions");
    fs::write(&questions, "{\"domain\":\"luhn\",\"input\":\"6200000000000005\"}\n").unwrap();
    let ran = chancery().json().run(&["rules", text(&questions)]).ends(0);
    assert_eq!(ran.json_lines().len(), 1, "{}", ran.out());
    let ran = chancery().json().stdin("金额1,000.00元").run(&["mask"]).ends(0);
    assert_eq!(ran.out(), "金额1,000.00元");
    assert!(chancery().json().run(&["mask"]).ends(0).out().is_empty());
    let script = chancery().json().run(&["completions", "bash"]).ends(0).json();
    assert!(script["script"].as_str().unwrap().contains("chancery"));
    assert!(chancery().json().run(&["man"]).ends(0).json()["roff"].is_string());
}

#[test]
fn links_pipes_and_sockets_among_evidence_are_refused_together() {
    let desk = Desk::fresh();
    let folder = desk.beside("evidence");
    fs::create_dir_all(folder.join("other/deep")).unwrap();
    let at = |name: &str| folder.join("other").join(name);
    fs::write(at("plain.txt"), "plain").unwrap();
    symlink("/etc/hostname", at("link.txt")).unwrap();
    symlink("/dev/null", at("device")).unwrap();
    symlink("..", at("deep/up")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
    assert!(pipe.success());
    let _socket = UnixListener::bind(at("socket")).unwrap();
    fs::write(at("gpj.\u{202e}exe"), "x").unwrap();
    let line = ["evidence", "seal", text(&folder), "--case", "YL-1", "--kind", "auto"];
    let ran = unchanged(&desk, || refused(desk.by_json("archivist", &line), 1, "CH-E031"));
    let problems = ran.json()["problems"].as_array().unwrap().clone();
    let count = |code: &str| problems.iter().filter(|problem| problem["code"] == code).count();
    assert_eq!((count("CH-E031"), count("CH-E033")), (5, 1), "{problems:?}");
    // A link to a folder is no folder.
    let link = desk.beside("folder-link");
    symlink(&folder, &link).unwrap();
    let line = ["evidence", "seal", text(&link), "--case", "YL-1", "--kind", "auto"];
    refused(desk.by("archivist", &line), 2, "CH-U042");
}

#[test]
fn a_file_that_changes_while_it_is_sealed_spoils_the_bundle() {
    let desk = Desk::fresh();
    let folder = desk.beside("evidence");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("recording.bin");
    fs::write(&file, vec![7; 8 << 20]).unwrap();
    let done = AtomicBool::new(false);
    let line = ["evidence", "seal", text(&folder), "--case", "YL-1", "--kind", "other"];
    let before = files(&desk.office().join("archive"));
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            // The same length each time: only the change itself tells.
            while !done.load(Ordering::Relaxed) {
                let mut file = fs::OpenOptions::new().write(true).open(&file).unwrap();
                file.write_all(b"changed").unwrap();
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        let ran = desk.by("archivist", &line);
        done.store(true, Ordering::Relaxed);
        ran
    });
    ran.tells(1, "CH-E032");
    assert!(desk.entries("evidence.sealed").is_empty());
    let prepared = desk.entries("evidence.prepared").len();
    assert_eq!(desk.entries("evidence.spoiled").len(), prepared, "no number is left open");
    assert_eq!(files(&desk.office().join("archive")), before);
    let staging = desk.office().join("staging");
    assert!(!staging.is_dir() || files(&staging).is_empty());
    // Left alone it is sealed.
    desk.by("archivist", &line).ends(0);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn a_relation_to_the_insured_that_is_not_known_is_refused() {
    let desk = Desk::fresh();
    let unknown = desk.request_with("subrogation-001", json!({ "insured_relation": "unknown" }));
    let silent = desk.request_with(
        "subrogation-001",
        json!({ "insured_relation": Value::Null, "request_id": "subrogation-silent" }),
    );
    for file in [unknown, silent] {
        desk.issue(&file).tells(1, "CH-I093");
    }
}
