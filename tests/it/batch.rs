//! A file of requests: refusals, volumes, and whatever cuts in while it runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Child,
    thread::sleep,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};

use crate::{
    command::Ran,
    office::{Desk, text},
    tools::tool,
};

/// `count` notices that every rule lets pass, each of a case of its own.
fn notices(desk: &Desk, count: usize) -> Vec<Value> {
    let base = desk.request("notice-001");
    (0..count)
        .map(|at| {
            let mut row = base.clone();
            row["request_id"] = json!(format!("bulk-{at:05}"));
            row["case_no"] = json!(format!("BK-2026-{at:05}"));
            row
        })
        .collect()
}

fn write(desk: &Desk, name: &str, rows: &[Value]) -> PathBuf {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    desk.write(name, lines)
}

fn line<'a>(file: &'a Path, out: &'a Path) -> [&'a str; 7] {
    ["letter", "batch", text(file), "--out", text(out), "--volume", "20"]
}

fn batch(desk: &Desk, file: &Path, out: &Path) -> Ran {
    desk.by_json("clerk", &line(file, out))
}

fn start(desk: &Desk, file: &Path, out: &Path) -> Child {
    let mut child = desk.call().by("clerk").json().process(&line(file, out)).spawn().unwrap();
    drop(child.stdin.take());
    child
}

/// Every file of the folder by name.
fn files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(out).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect()
}

fn subjects(desk: &Desk, kind: &str) -> Vec<String> {
    let entries = desk.entries(kind);
    entries.iter().map(|entry| entry["subject"].as_str().unwrap().to_owned()).collect()
}

/// Every number is of one letter, issued and archived, in the order of places; each is printed once.
fn whole(desk: &Desk, out: &Path, letters: usize) {
    let prepared = desk.entries("letter.prepared");
    let given: BTreeSet<&str> =
        prepared.iter().map(|entry| entry["body"]["number"].as_str().unwrap()).collect();
    assert_eq!(given.len(), prepared.len(), "a number was given twice");
    let issued = subjects(desk, "letter.issued");
    assert_eq!(issued.len(), letters);
    let archived: BTreeSet<_> = subjects(desk, "letter.archived").into_iter().collect();
    assert_eq!(archived, issued.iter().cloned().collect());
    let spoiled = subjects(desk, "letter.spoiled");
    assert_eq!(given.len(), issued.len() + spoiled.len());
    let manifest = fs::read(out.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let mut printed = Vec::new();
    let mut sheet = 1;
    for volume in manifest["volumes"].as_array().unwrap() {
        let bytes = fs::read(out.join(volume["file"].as_str().unwrap())).unwrap();
        assert_eq!(crate::office::digest(bytes), volume["sha256"].as_str().unwrap());
        for letter in volume["letters"].as_array().unwrap() {
            assert_eq!(letter["sheet"], sheet);
            sheet += letter["sheets"].as_u64().unwrap();
            printed.push(letter["number"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(printed, issued, "volumes hold each letter once, in order");
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn every_refused_row_is_listed_with_its_code_and_no_number_and_the_rest_is_printed() {
    let desk = Desk::fresh();
    let mut rows = notices(&desk, 12);
    desk.by("clerk", &["hold", "place", "BK-2026-00001", "--kind", "dispute"]).ends(0);
    rows[2]["channel"] = json!("sms");
    rows[3]["kind"] = json!("no_such_document");
    rows[4]["request_id"] = rows[0]["request_id"].clone();
    rows[5]["amount_total"] = json!("1.00");
    rows[6]["recipient_name"] = json!("王?明");
    rows[7]["due_date"] = json!("2001-01-01");
    rows[8]["third_party_name"] = json!("张三");
    rows[9].as_object_mut().unwrap().remove("recipient_name");
    let file = write(&desk, "planted.jsonl", &rows);
    let out = desk.beside("planted");
    let said = batch(&desk, &file, &out).ends(1).json();
    let summary = &said["summary"];
    assert_eq!(summary["rows"], 12);
    assert_eq!(summary["issued"], 3, "{said}");
    assert_eq!(summary["refused"].as_u64().unwrap() + summary["unread"].as_u64().unwrap(), 9);
    let list = fs::read_to_string(out.join("refusals.csv")).unwrap();
    let row = |wanted: &str| -> BTreeSet<String> {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let of_row = list.lines().map(cells).filter(|cells| cells[0] == wanted);
        of_row.map(|cells| cells[2].clone()).collect()
    };
    for (wanted, code) in
        [("2", "CH-R009"), ("3", "CH-R003"), ("4", "CH-T001"), ("5", "CH-B100"), ("8", "CH-R016")]
    {
        assert!(row(wanted).contains(code), "row {wanted}: {list}");
    }
    for wanted in 2..=10 {
        assert!(!row(&wanted.to_string()).is_empty(), "row {wanted} is not told: {list}");
    }
    for name in ["account", "recipient_id_number"] {
        assert!(!list.contains(rows[0][name].as_str().unwrap()));
    }
    for name in ["refusals.xlsx", "mail.xlsx", "seals.csv", "seals.xlsx", "manifest.csv"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    whole(&desk, &out, 3);
    // Again: no further letter, no further refusal, the same files.
    let (before, entries) = (files(&out), desk.entries("letter").len());
    let again = batch(&desk, &file, &out).ends(1).json();
    assert_eq!(again["summary"]["already"], 3);
    assert_eq!(files(&out), before);
    assert_eq!(desk.entries("letter").len(), entries);
    // Another batch does not write into this one's folder.
    let other = write(&desk, "other.jsonl", &rows[..1]);
    batch(&desk, &other, &out).tells(2, "CH-B116");
}

#[test]
fn killed_at_random_and_run_to_its_end_a_batch_ends_as_if_it_had_not_been() {
    let desk = Desk::fresh();
    let rows = notices(&desk, 70);
    let (file, out) = (write(&desk, "rows.jsonl", &rows), desk.beside("killed"));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let mut seed = u64::from(now.subsec_nanos());
    let mut killed = 0;
    for _ in 0..6 {
        let mut child = start(&desk, &file, &out);
        // A linear congruence is random enough for a moment (Knuth, MMIX).
        seed = u64::wrapping_add(u64::wrapping_mul(seed, 6364136223846793005), 1442695040888963407);
        sleep(Duration::from_millis(200 + (seed >> 33) % 5000));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
    }
    assert!(killed > 0);
    let said = batch(&desk, &file, &out).ends(0).json();
    let done = &said["summary"];
    assert_eq!(done["issued"].as_u64().unwrap() + done["already"].as_u64().unwrap(), 70);
    whole(&desk, &out, 70);
    let before = files(&out);
    batch(&desk, &file, &out).ends(0);
    assert_eq!(files(&out), before);
    // A volume that went is made again to the same bytes.
    let volume = before.keys().find(|name| name.ends_with("-001.pdf")).unwrap();
    fs::remove_file(out.join(volume)).unwrap();
    batch(&desk, &file, &out).ends(0);
    assert_eq!(files(&out), before);
}

/// Waits until the batch has issued something, or has ended.
fn wait_for_letters(desk: &Desk, child: &mut Child) {
    while desk.entries("letter.issued").is_empty() && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_hold_that_another_process_places_stops_the_rest_of_its_case() {
    let desk = Desk::fresh();
    let mut rows = notices(&desk, 160);
    for row in &mut rows[150..] {
        row["case_no"] = json!("BK-HELD-1");
    }
    let (file, out) = (write(&desk, "rows.jsonl", &rows), desk.beside("held"));
    let mut child = start(&desk, &file, &out);
    wait_for_letters(&desk, &mut child);
    desk.by("admin", &["hold", "place", "BK-HELD-1", "--kind", "dispute"]).ends(0);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(said["codes"]["CH-R009"].as_u64().unwrap() > 0, "{said}");
    let held = desk.entries("hold.placed")[0]["seq"].as_u64().unwrap();
    let mut after = 0;
    for prepared in desk.entries("letter.prepared") {
        let late = prepared["seq"].as_u64().unwrap() > held;
        after += u32::from(late);
        assert!(!late || prepared["body"]["case"] != "BK-HELD-1", "{prepared}");
    }
    assert!(after > 0, "the hold came when all was done");
    let refused = said["summary"]["refused"].as_u64().unwrap();
    assert_eq!(subjects(&desk, "letter.issued").len() as u64 + refused, 160);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn a_withdrawal_while_it_runs_stops_the_rest() {
    let desk = Desk::fresh();
    let rows = notices(&desk, 160);
    let (file, out) = (write(&desk, "rows.jsonl", &rows), desk.beside("withdrawn"));
    let mut child = start(&desk, &file, &out);
    wait_for_letters(&desk, &mut child);
    let line = ["template", "withdraw", "collection_notice", "--principal", "sample-bank"];
    desk.by("approver", &[&line[..], &["--reason", "更正"]].concat()).ends(0);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let withdrawn = desk.entries("template.withdrawn")[0]["seq"].as_u64().unwrap();
    let issued = desk.entries("letter.issued");
    assert!(issued.len() < 160);
    assert!(issued.iter().all(|entry| entry["seq"].as_u64().unwrap() < withdrawn));
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn volumes_say_what_the_letters_say_and_their_marks() {
    let Some(pdftotext) = tool("pdftotext") else { return };
    let desk = Desk::fresh();
    let (file, out) = (write(&desk, "rows.jsonl", &notices(&desk, 5)), desk.beside("volumes"));
    desk.by_json("clerk", &[&line(&file, &out)[..], &["--letters"]].concat()).ends(0);
    let manifest: Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let batch = manifest["batch"].as_str().unwrap();
    let read = |arguments: &[&str]| pdftotext.run(arguments).ends(0).out();
    let letters_of = |text: &str| {
        let mut letters: Vec<char> = text.chars().filter(|each| !each.is_whitespace()).collect();
        letters.sort_unstable();
        letters
    };
    for volume in manifest["volumes"].as_array().unwrap() {
        let path = out.join(volume["file"].as_str().unwrap());
        for letter in volume["letters"].as_array().unwrap() {
            let (first, sheets) =
                (letter["sheet"].as_u64().unwrap(), letter["sheets"].as_u64().unwrap());
            let number = letter["number"].as_str().unwrap();
            let last = first + sheets - 1;
            let (from, to) = (first.to_string(), last.to_string());
            let printed = read(&["-f", &from, "-l", &to, text(&path), "-"]);
            let single = out.join("letters").join(format!("{number}.pdf"));
            let mut meant = read(&[text(&single), "-"]);
            for page in 1..=sheets {
                let sheet = first + page - 1;
                meant += &format!("{batch} {sheet} {number} {page}/{sheets}");
            }
            assert_eq!(letters_of(&printed), letters_of(&meant), "{number}");
        }
    }
}

#[test]
fn what_a_hold_overtakes_is_pulled_blocked_and_not_respooled() {
    let desk = Desk::fresh();
    let (file, out) = (write(&desk, "rows.jsonl", &notices(&desk, 4)), desk.beside("pulled"));
    let said = batch(&desk, &file, &out).ends(0).json();
    let name = said["batch"].as_str().unwrap();
    desk.by_json("clerk", &["letter", "pull", name]).ends(0);
    desk.by("clerk", &["hold", "place", "BK-2026-00002", "--kind", "dispute"]).ends(0);
    let pulled = desk.by_json("clerk", &["letter", "pull", name]).ends(1).json();
    assert_eq!(pulled["pull"].as_array().unwrap().len(), 1);
    let sheet = pulled["pull"][0]["sheet"].as_u64().unwrap();
    assert_eq!(pulled["pull"][0]["position"], 3);
    assert_eq!(pulled["pull"][0]["reasons"][0]["reason"], "hold");
    assert_eq!(pulled["blocked"], 1);
    desk.by_json("clerk", &["letter", "pull", name]).ends(1);
    let blocked = desk.entries("letter.blocked");
    assert_eq!(blocked.len(), 1);
    assert_eq!(blocked[0]["subject"], pulled["pull"][0]["number"]);
    assert_eq!(blocked[0]["body"]["reason"], "hold");
    let again = desk.beside("again");
    let sheets = format!("1,{sheet}");
    let line = |sheets: &str| {
        let words = ["letter", "respool", name, "--sheets", sheets, "--out", text(&again)];
        desk.by_json("clerk", &words)
    };
    line(&sheets).tells(1, "CH-B115");
    line("9999").tells(2, "CH-B113");
    line("1-x").tells(2, "CH-B113");
    let done = line("1").ends(0).json();
    assert_eq!(done["respool"], 1);
    let first = done["volumes"][0]["letters"].as_array().unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(desk.entries("print.respooled")[0]["body"]["spoiled"], "1");
    desk.by("clerk", &["letter", "pull", "B-0000000000"]).tells(2, "CH-B110");
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn what_a_payment_a_void_a_hold_or_a_withdrawal_overtakes_is_pulled_and_what_has_left_is_told() {
    let desk = Desk::fresh();
    let mut rows = notices(&desk, 7);
    // Two letters of the case that pays.
    rows[1]["case_no"] = rows[0]["case_no"].clone();
    rows[4]["channel"] = json!("mailbox");
    let (file, out) = (write(&desk, "rows.jsonl", &rows), desk.beside("overtaken"));
    let said = batch(&desk, &file, &out).ends(0).json();
    let name = said["batch"].as_str().unwrap();
    let numbers = subjects(&desk, "letter.issued");
    let day = crate::life::today();
    let act = |line: &[&str]| desk.by("clerk", &[&["letter"], line].concat());
    let tracking = |at: usize| format!("XA{:011}", 12_345_678_900_u64 + at as u64);
    act(&["dispatch", &numbers[3], "--tracking", &tracking(3)]).ends(0);
    let sealed = ["deliver", &numbers[4], "--mode", "mailbox", "--at", &day];
    act(&[&sealed[..], &["--agent", "agent-a", "--agent", "agent-b"]].concat()).ends(0);
    act(&["reply", &numbers[0], "--kind", "paid", "--at", &day]).ends(0);
    act(&["reply", &numbers[3], "--kind", "paid", "--at", &day]).ends(0);
    act(&["void", &numbers[2], "--reason", "wrong"]).ends(0);
    for case in ["BK-2026-00004", "BK-2026-00005"] {
        desk.by("clerk", &["hold", "place", case, "--kind", "complaint"]).ends(0);
    }
    let pull = || desk.by_json("clerk", &["letter", "pull", name]).ends(1).json();
    let told = |pulled: &Value| -> Vec<(String, String, bool)> {
        let rows = pulled["pull"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let reasons = |row: &Value| -> Vec<String> {
            row["reasons"].as_array().unwrap().iter().map(|one| text(&one["reason"])).collect()
        };
        rows.map(|row| (text(&row["number"]), reasons(row).join("+"), row["dispatched"] == true))
            .collect()
    };
    let row = |at: usize, reason: &str, left: bool| (numbers[at].clone(), reason.to_owned(), left);
    let first = pull();
    assert_eq!(
        told(&first),
        [
            row(0, "paid", false),
            row(1, "paid", false),
            row(2, "void", false),
            row(3, "paid", true),
            row(4, "hold", true),
            row(5, "hold", false),
        ]
    );
    assert_eq!(first["blocked"], 4);
    // Nothing that was pulled leaves; the one that nothing overtook does, until its template goes.
    for (at, code) in [(0, "CH-R190"), (1, "CH-R190"), (2, "CH-R189"), (5, "CH-R191")] {
        act(&["dispatch", &numbers[at], "--tracking", &tracking(at)]).tells(1, code);
    }
    let line = ["template", "withdraw", "collection_notice", "--principal", "sample-bank"];
    desk.by("approver", &[&line[..], &["--reason", "更正"]].concat()).ends(0);
    let second = pull();
    assert_eq!(second["blocked"], 5, "each letter in the office once more, for the withdrawal");
    let reasons = ["paid", "paid", "void", "paid", "hold", "hold", ""];
    let meant: Vec<String> =
        reasons.iter().map(|first| format!("{first}+withdrawn").trim_matches('+').into()).collect();
    let all: Vec<String> = told(&second).into_iter().map(|(_, reasons, _)| reasons).collect();
    assert_eq!(all, meant, "each letter stands once, with all its reasons");
    let said = act(&["pull", name]).ends(1);
    assert!(said.out().contains("to pull: 5, already gone: 2, newly blocked: 0"));
    act(&["dispatch", &numbers[6], "--tracking", &tracking(6)])
        .tells_only(1, &["CH-R190", "CH-R281"]);
    assert_eq!(pull()["blocked"], 0);
    assert_eq!(desk.entries("letter.blocked").len(), 9);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn an_answer_that_a_hold_let_past_is_printed_and_not_pulled_for_that_hold() {
    let desk = Desk::fresh();
    let first = desk.request_with("notice-001", json!({}));
    let line = desk.issue(&first).ends(0).json_lines().remove(0);
    let (number, day) = (line["number"].as_str().unwrap(), crate::life::today());
    let reply = ["letter", "reply", number, "--kind", "dispute", "--at", &day];
    desk.by("clerk", &reply).ends(0);
    let rows = [desk.request("kind-dispute_hold_notice")];
    let (file, out) = (write(&desk, "answers.jsonl", &rows), desk.beside("answers"));
    let said = batch(&desk, &file, &out).ends(0).json();
    assert_eq!((&said["summary"]["issued"], &said["withheld"]), (&json!(1), &json!([])));
    let name = said["batch"].as_str().unwrap();
    desk.by_json("clerk", &["letter", "pull", name]).ends(0);
    // Another hold, placed after it, does overtake it.
    let case = rows[0]["case_no"].as_str().unwrap();
    desk.by("clerk", &["hold", "place", case, "--kind", "do_not_collect"]).ends(0);
    let pulled = desk.by_json("clerk", &["letter", "pull", name]).ends(1).json();
    assert_eq!(
        (&pulled["pull"][0]["reasons"][0]["reason"], &pulled["blocked"]),
        (&json!("hold"), &json!(1))
    );
}

/// Runs a command on a terminal of its own and types Ctrl-C once its progress shows a count.
const TERMINAL: &str = r#"
import json, os, pty, re, select, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen, typed = b"", False
while select.select([terminal], [], [], 300)[0]:
    try:
        read = os.read(terminal, 65536)
    except OSError:
        break
    if not read:
        break
    seen += read
    if not typed and re.search(rb"[1-9][0-9]* [0-9.,]+/s", seen):
        os.write(terminal, b"\x03")
        typed = True
_, status = os.waitpid(pid, 0)
print(json.dumps({"status": os.waitstatus_to_exitcode(status), "typed": typed, "seen": seen.decode("utf-8", "replace")}))
"#;

#[test]
fn on_a_terminal_a_batch_shows_its_progress_and_ctrl_c_stops_it_until_it_is_run_again() {
    let Some(python) = tool("python3") else { return };
    let desk = Desk::fresh();
    let rows = notices(&desk, 150);
    let (file, out) = (write(&desk, "rows.jsonl", &rows), desk.beside("terminal"));
    let process = desk.call().by("clerk").process(&line(&file, &out));
    let words: Vec<&str> = std::iter::once(process.get_program())
        .chain(process.get_args())
        .map(|word| word.to_str().unwrap())
        .collect();
    let ran = python.run(&[&["-c", TERMINAL][..], &words].concat()).ends(0).json();
    let seen = ran["seen"].as_str().unwrap();
    assert_eq!(ran["typed"], true, "no progress was shown: {seen}");
    assert_eq!(ran["status"], 3, "{seen}");
    assert!(seen.contains("stopped as asked"), "{seen}");
    let issued = subjects(&desk, "letter.issued").len();
    assert!(0 < issued && issued < 150, "{issued}");
    let again = batch(&desk, &file, &out).ends(0).json();
    assert_eq!(again["summary"]["already"], issued);
    whole(&desk, &out, 150);
}

#[test]
fn a_proof_names_reasons_by_row_and_a_file_only_if_it_wrote_one() {
    let desk = Desk::fresh();
    let out = desk.beside("proof");
    let proof = |rows: &[Value]| {
        let file = write(&desk, "proof.jsonl", rows);
        let line = ["letter", "batch", text(&file), "--out", text(&out), "--proof"];
        (desk.by_json("clerk", &line), desk.by("clerk", &line))
    };
    // Two notices without what they must say, and a third that could be shown.
    let mut rows = notices(&desk, 3);
    for row in &mut rows[..2] {
        row["legal_basis"] = Value::Null;
        row["recipient_name"] = json!("最长的姓名在前");
    }
    rows[1]["recipient_name"] = json!("比前一行更长的姓名在此");
    let (told, said) = proof(&rows[..2]);
    let answer = told.ends(1).json();
    assert_eq!((&answer["out"], &answer["tried_and_refused"]), (&Value::Null, &json!(2)));
    let told: Vec<u64> = answer["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["row"].as_u64().unwrap())
        .collect();
    assert_eq!(told, [1, 2]);
    let code = answer["refused"][0]["refused"][0]["code"].as_str().unwrap();
    let said = said.ends(1).both();
    assert!(said.contains(code) && said.contains("rows 1, 2"), "{said}");
    assert!(!said.contains("proof.pdf") && !out.join("proof.pdf").exists());
    let (told, _) = proof(&rows);
    let answer = told.ends(1).json();
    assert!(answer["out"].as_str().unwrap().ends_with("proof.pdf"));
    assert!(out.join("proof.pdf").is_file());
}

/// Ctrl-C, as a terminal or a supervisor sends it.
fn interrupt(child: &Child) {
    let Some(kill) = tool("kill") else { return };
    kill.run(&["-INT", &child.id().to_string()]).ends(0);
}

#[test]
fn interrupted_in_either_phase_a_batch_says_so_and_the_same_command_finishes_it() {
    if tool("kill").is_none() {
        return;
    }
    let desk = Desk::fresh();
    let rows = notices(&desk, 130);
    let (file, out) = (write(&desk, "rows.jsonl", &rows), desk.beside("interrupted"));
    // While letters are issued.
    let mut child = start(&desk, &file, &out);
    wait_for_letters(&desk, &mut child);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "not done, and nothing is refused");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["stopped"], true, "{said}");
    let first = subjects(&desk, "letter.issued");
    assert!(!first.is_empty() && first.len() < 130, "{}", first.len());
    assert_eq!(said["summary"]["issued"], first.len(), "{said}");
    assert!(!out.join("manifest.json").exists());
    desk.by("auditor", &["audit", "run"]).ends(0);
    // While volumes are made; told to a person this time.
    let mut child = desk.call().by("clerk").process(&line(&file, &out)).spawn().unwrap();
    drop(child.stdin.take());
    let volume = |number: &str| files(&out).keys().any(|name| name.ends_with(number));
    while !volume("-001.pdf") && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(10));
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("the same command goes on from here, nothing is issued twice"), "{told}");
    assert!(volume("-001.pdf") && !volume("-007.pdf"));
    let issued = subjects(&desk, "letter.issued");
    assert_eq!((issued.len(), &issued[..first.len()]), (130, &first[..]));
    let said = batch(&desk, &file, &out).ends(0).json();
    assert_eq!((&said["summary"]["already"], &said["summary"]["issued"]), (&json!(130), &json!(0)));
    assert_eq!(subjects(&desk, "letter.issued"), issued);
    whole(&desk, &out, 130);
}

/// Puts a file in the place of the folder that holds an archived object, and back.
pub fn unreadable<T>(desk: &Desk, object: &str, meanwhile: impl FnOnce() -> T) -> T {
    let files = crate::office::files(&desk.office().join("archive"));
    let named = |path: &&PathBuf| text(path).replace('/', "").ends_with(object);
    let shelf = files.iter().find(named).unwrap().parent().unwrap().to_owned();
    let aside = desk.beside("aside");
    fs::rename(&shelf, &aside).unwrap();
    fs::write(&shelf, "").unwrap();
    let done = meanwhile();
    fs::remove_file(&shelf).unwrap();
    fs::rename(&aside, &shelf).unwrap();
    done
}

#[test]
fn a_fault_of_the_office_stops_issue_and_batch_refuses_nothing_and_the_same_command_finishes() {
    let desk = Desk::fresh();
    let mut rows = notices(&desk, 3);
    rows.push(desk.request("subrogation-001"));
    rows[1]["channel"] = json!("sms");
    let (file, out) = (write(&desk, "rows.jsonl", &rows), desk.beside("faulty"));
    let profiles = desk.entries("principal.profile");
    let insurer = profiles.iter().find(|entry| entry["subject"] == "sample-insurer").unwrap();
    let object = insurer["body"]["object"].as_str().unwrap();
    let issue = ["letter", "issue", text(&file), "--out", text(&out)];
    let refused = unreadable(&desk, object, || {
        // The row before it was refused for itself, and that stands.
        let told = batch(&desk, &file, &out).ends(3);
        assert!(told.both().contains("CH-O061"), "{}", told.both());
        assert!(!out.join("refusals.csv").exists());
        let told = desk.by_json("clerk", &issue).ends(3);
        assert!(told.both().contains("CH-O061"), "{}", told.both());
        desk.entries("letter.refused")
    });
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0]["body"]["codes"], json!(["CH-R003"]));
    let said = batch(&desk, &file, &out).ends(1).json();
    let summary = &said["summary"];
    let done = summary["issued"].as_u64().unwrap() + summary["already"].as_u64().unwrap();
    assert_eq!((done, &summary["refused"]), (3, &json!(1)), "{said}");
    assert_eq!(desk.entries("letter.refused").len(), 1);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn a_commitment_is_issued_by_the_run_that_issues_its_notice() {
    let desk = Desk::fresh();
    let mut rows = notices(&desk, 3);
    rows.insert(1, desk.request("kind-overdue_risk_notice"));
    rows.push(desk.request("kind-repayment_commitment"));
    assert_eq!(rows[4]["paired_with"], rows[1]["request_id"]);
    let (file, out) = (write(&desk, "rows.jsonl", &rows), desk.beside("pair"));
    let said = batch(&desk, &file, &out).ends(0).json();
    assert_eq!(said["summary"]["issued"], 5, "{said}");
    let paired = desk.entries("letter.paired");
    let issued = subjects(&desk, "letter.issued");
    assert_eq!(paired[0]["body"]["number"], issued[1].as_str(), "{paired:?}");
    assert_eq!(paired[0]["body"]["commitment"], issued[4].as_str(), "{paired:?}");
    whole(&desk, &out, 5);
}
