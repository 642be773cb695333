//! One file with a defect planted in every other row: each is told by its row and under its code,
//! all reasons of a row together, and every sound row between them is a letter.

mod excused;
mod rows;
mod sheets;
mod templates;

use std::{collections::BTreeMap, fs, path::Path};

use calamine::{Reader as _, open_workbook};
use chancery::{
    office::{Office, credentials::Credentials, paths::OfficePaths, sample},
    signing::Certificate,
};
use serde_json::{Value, json};

use crate::{
    office::{Desk, text},
    rules::setting::Setting,
};
use rows::{OVERRUN, Planted, changed, of, refused, rows, sound};

/// Codes of each row of the list of refusals, as CSV and as a workbook, which must be equal.
fn told(out: &Path) -> BTreeMap<u64, Vec<String>> {
    let mut list: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    let mut csv = csv::Reader::from_path(out.join("refusals.csv")).unwrap();
    let mut cells: Vec<Vec<String>> = Vec::new();
    for record in csv.records() {
        let record = record.unwrap();
        list.entry(record[0].parse().unwrap()).or_default().push(record[2].to_owned());
        cells.push(record.iter().map(str::to_owned).collect());
    }
    let mut book: calamine::Xlsx<_> = open_workbook(out.join("refusals.xlsx")).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<Vec<String>> =
        sheet.rows().skip(1).map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rows, cells);
    for codes in list.values_mut() {
        codes.sort();
    }
    list
}

/// Runs the batch of `file` and holds what it told against what was planted; `first` is the number
/// that the file's first planted row has.
fn judge(desk: &Desk, by: &str, name: &str, file: &Path, planted: &[Planted], first: u64) {
    let before = desk.entries("letter.prepared").len();
    let out = desk.beside(&format!("{name}-out"));
    let line = ["letter", "batch", text(file), "--out", text(&out)];
    let ran = desk.by_json(by, &line).ends(1);
    let mut told = told(&out);
    let mut wrong = Vec::new();
    for (row, one) in (first..).zip(planted) {
        let mut expected = one.told.clone();
        expected.sort();
        let codes = told.remove(&row).unwrap_or_default();
        if codes != expected {
            wrong.push(format!("row {row}: {codes:?}, planted {expected:?}"));
        }
    }
    wrong.extend(told.into_iter().map(|(row, codes)| format!("row {row} is none: {codes:?}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let sound: Vec<&str> = planted.iter().filter_map(|one| one.case.as_deref()).collect();
    let said = ran.json();
    assert_eq!(said["summary"]["issued"], sound.len(), "{}", said["summary"]);
    assert_eq!(said["summary"]["rows"], planted.len());
    // The sound rows have the numbers after the last, in the order of the file.
    let prepared = desk.entries("letter.prepared");
    let number = |entry: &Value| -> u64 {
        let number = entry["body"]["number"].as_str().unwrap();
        number.rsplit('-').next().unwrap().parse().unwrap()
    };
    let next = prepared[..before].iter().map(number).max().unwrap_or(0) + 1;
    let (numbers, cases): (Vec<u64>, Vec<&str>) = prepared[before..]
        .iter()
        .map(|entry| (number(entry), entry["body"]["case"].as_str().unwrap()))
        .unzip();
    assert_eq!(cases, sound);
    assert_eq!(numbers, (next..).take(sound.len()).collect::<Vec<_>>());
}

/// What stands in the register and the folder before the file comes.
fn prepare(at: &Setting) {
    let desk = &at.desk;
    templates::put(desk, at.today);
    // A principal who is pinned and has signed nothing.
    let mut office = Office::open(OfficePaths::new(desk.office())).unwrap();
    let held =
        Credentials { operator_file: None, folders: vec![desk.office().join("credentials")] };
    let admin = sample::actor(&office, "admin", &held).unwrap();
    let pem = desk.office().join("principal-side/sample-bank/certificate.pem");
    let certificate = Certificate::from_pem(&fs::read_to_string(pem).unwrap()).unwrap();
    office.pin("bare-bank", &certificate, &certificate.fingerprint(), &admin).unwrap();
    drop(office);
    // The newest statement knows two debts otherwise than the file.
    let owed = desk.request("notice-004")["amount_total"].as_str().unwrap().to_owned();
    let day = at.day(-1);
    let statement =
        format!("合同编号,截至日期,合计金额\nQC-DIFFERS,{day},1.00\nQC-STALE,{day},{owed}\n");
    let statement = desk.write("statement.csv", statement);
    desk.by("clerk", &["reconcile", text(&statement), "--principal", "sample-bank"]);
}

#[test]
fn every_code_that_a_row_can_meet_is_told_by_its_row_and_the_sound_rows_are_letters() {
    let at = Setting::new();
    prepare(&at);
    let planted = rows(&at);
    let lines: Vec<&str> = planted.iter().map(|one| one.line.as_str()).collect();
    let file = at.desk.write("planted.jsonl", lines.join("\n"));
    judge(&at.desk, "clerk", "planted", &file, &planted, 1);
    // Whoever approved a template does not issue with it.
    let mut own = of(sound(&at.desk, 8000));
    (own.told, own.case) = (vec!["CH-A010".to_owned(), "CH-R001".to_owned()], None);
    let file = at.desk.write("own.jsonl", &own.line);
    let own = [own];
    judge(&at.desk, "approver", "own", &file, &own, 1);
    // A page that does not end costs its own letter only.
    let kind = json!({ "kind": "planted_ch_p012" });
    let endless = changed(&at.desk, "notice-004", "endless", &kind);
    let endless = [
        of(sound(&at.desk, 8100)),
        of(sound(&at.desk, 8101)),
        refused(OVERRUN, Value::Object(endless)),
    ];
    let lines: Vec<&str> = endless.iter().map(|one| one.line.as_str()).collect();
    let file = at.desk.write("endless.jsonl", lines.join("\n"));
    judge(&at.desk, "clerk", "endless", &file, &endless, 1);
    // What a principal's change does to all its letters, and to nobody else's.
    at.end_the_insurers_mandate();
    let insurers = |code: &str, name: &str, first: usize| {
        let claim = changed(&at.desk, "subrogation-001", name, &json!({}));
        let planted = [
            of(sound(&at.desk, first)),
            refused(code, Value::Object(claim)),
            of(sound(&at.desk, first + 1)),
        ];
        let lines: Vec<&str> = planted.iter().map(|one| one.line.as_str()).collect();
        let file = at.desk.write(&format!("{name}.jsonl"), lines.join("\n"));
        judge(&at.desk, "clerk", name, &file, &planted, 1);
        code.to_owned()
    };
    let ended = insurers("CH-R007", "ended", 9000);
    let overlay = at.desk.office().join("templates/_principals/sample-insurer");
    fs::create_dir_all(&overlay).unwrap();
    fs::write(overlay.join("notes.txt"), "x").unwrap();
    let overlaid = insurers("CH-T052", "overlaid", 9010);
    fs::remove_dir_all(&overlay).unwrap();
    at.desk.by("auditor", &["audit", "run"]).ends(0);
    let codes = planted.iter().chain(&own).chain(&endless).flat_map(|one| one.told.iter().cloned());
    excused::judge(
        &codes.chain(sheets::CODES.map(str::to_owned)).chain([ended, overlaid]).collect(),
    );
}
