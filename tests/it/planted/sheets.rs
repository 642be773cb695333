//! The same in sheets: what a spreadsheet may have lost, by row, beside what rules refuse.

use std::{
    fs,
    io::{Cursor, Read as _, Write as _},
    path::PathBuf,
};

use chancery::{digest::Digest, signing::cades};
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};

use super::{
    judge,
    rows::{Planted, changed},
    templates::principal_side,
};
use crate::office::{Desk, text};

/// Codes that only sheets can meet; each is planted below.
pub const CODES: [&str; 11] = [
    "CH-I062", "CH-I069", "CH-I070", "CH-I071", "CH-I072", "CH-I073", "CH-I074", "CH-I075",
    "CH-I122", "CH-I131", "CH-I140",
];

/// Columns of the sheets and a sound row of them, number `at`.
fn cells(desk: &Desk, at: usize, changes: &Value) -> (Vec<String>, Planted) {
    let case = format!("BG-2026-{at:05}");
    let mut row = changed(desk, "notice-004", &format!("sheet-{at:05}"), &json!({}));
    row.insert("case_no".to_owned(), json!(case));
    for (name, value) in changes.as_object().unwrap() {
        row.insert(name.clone(), value.clone());
    }
    let value = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let cells = row.values().map(value).collect();
    (cells, Planted { told: vec![], line: String::new(), case: Some(case) })
}

fn heads(desk: &Desk) -> Vec<String> {
    let row = changed(desk, "notice-004", "x", &json!({}));
    row.keys().cloned().collect()
}

fn place(desk: &Desk, name: &str) -> usize {
    heads(desk).iter().position(|head| head == name).unwrap()
}

fn column(desk: &Desk, name: &str) -> u16 {
    u16::try_from(place(desk, name)).unwrap()
}

fn told(codes: &[&str]) -> Planted {
    let told = codes.iter().map(|code| (*code).to_owned()).collect();
    Planted { told, line: String::new(), case: None }
}

/// A number in whose place [`failing`] puts a failed calculation.
const FAILED: f64 = 123_456.75;

/// The workbook with the number [`FAILED`] turned into what a failed calculation leaves.
fn failing(book: &[u8]) -> Vec<u8> {
    let mut read = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut written = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..read.len() {
        let mut file = read.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            let xml = String::from_utf8(bytes).unwrap();
            let number = format!("><v>{FAILED}</v>");
            assert!(xml.contains(&number));
            bytes = xml.replace(&number, " t=\"e\"><v>#DIV/0!</v>").into_bytes();
        }
        written.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        written.write_all(&bytes).unwrap();
    }
    written.finish().unwrap().into_inner()
}

#[test]
fn what_a_workbook_may_have_lost_is_told_by_row_and_the_rows_between_are_letters() {
    let desk = Desk::fresh();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, head) in (0..).zip(heads(&desk)) {
        sheet.write_string(0, at, head).unwrap();
    }
    let planted: Vec<&[&str]> = vec![
        &[],
        &["CH-I071"],
        &["CH-I070"],
        &[],
        &["CH-I072"],
        &["CH-I073"],
        &["CH-I074"],
        &["CH-I075"],
        &["CH-I069"],
        &[],
        &["CH-I131"],
        &["CH-I140"],
        &["CH-I071", "CH-I072"],
        &["CH-R003"],
        &[],
    ];
    let mut rows = Vec::new();
    for (at, codes) in planted.iter().enumerate() {
        let forbidden = json!({ "channel": "sms" });
        let changes = if codes == &["CH-R003"] { forbidden } else { json!({}) };
        let (cells, sound) = cells(&desk, at, &changes);
        let row = u32::try_from(at + 1).unwrap();
        for (at, cell) in (0..).zip(cells) {
            sheet.write_string(row, at, cell).unwrap();
        }
        let at = |name: &str| column(&desk, name);
        for code in *codes {
            match *code {
                "CH-I071" => sheet.write_number(row, at("case_no"), 17.0).map(drop),
                "CH-I070" => {
                    sheet.write_number(row, at("account"), 6_200_000_000_000_005.0).map(drop)
                }
                "CH-I072" => sheet.write_formula(row, at("amount_total"), "=1+1").map(drop),
                "CH-I073" => sheet.write_number(row, at("amount_total"), FAILED).map(drop),
                "CH-I074" => sheet.write_boolean(row, at("recipient_name"), true).map(drop),
                "CH-I075" => sheet.write_string(row, 60, "批注").map(drop),
                "CH-I069" => {
                    let first = at("contract_no");
                    sheet.merge_range(row, first, row, first + 1, "甲", &Format::new()).map(drop)
                }
                "CH-I131" => sheet.set_row_hidden(row).map(drop),
                "CH-I140" => sheet.write_string(row, at("due_date"), "06/01/99").map(drop),
                _ => Ok(()),
            }
            .unwrap();
        }
        rows.push(if codes.is_empty() { sound } else { told(codes) });
    }
    let file = desk.beside("planted.xlsx");
    fs::write(&file, failing(&book.save_to_buffer().unwrap())).unwrap();
    judge(&desk, "clerk", "xlsx", &file, &rows, 2);
}

/// A CSV file of rows that are sound but for `changes`, and what `edit` does to a row's cells.
fn csv(desk: &Desk, name: &str, rows: &[(Value, &[&str])]) -> (PathBuf, Vec<Planted>) {
    let mut file = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    file.write_record(heads(desk)).unwrap();
    let mut planted = Vec::new();
    for (at, (changes, codes)) in rows.iter().enumerate() {
        let (mut cells, sound) = cells(desk, at, changes);
        if codes.contains(&"CH-I062") {
            cells.push("多出一格".to_owned());
        }
        file.write_record(cells).unwrap();
        planted.push(if codes.is_empty() { sound } else { told(codes) });
    }
    (desk.write(name, file.into_inner().unwrap()), planted)
}

#[test]
fn a_csv_tells_its_rows_as_the_file_numbers_them() {
    let desk = Desk::fresh();
    let none = || json!({});
    let (file, planted) = csv(
        &desk,
        "planted.csv",
        &[
            (none(), &[]),
            (none(), &["CH-I062"]),
            (json!({ "amount_total": "1.2.3" }), &["CH-I021"]),
            (none(), &[]),
            (json!({ "due_date": "06/01/99" }), &["CH-I140"]),
            (json!({ "channel": "fax", "recipient_postcode": "000001" }), &["CH-R002", "CH-R106"]),
            (json!({ "recipient_name": "王?明", "due_date": "x" }), &["CH-I022", "CH-N020"]),
            (json!({ "request_id": "sheet-00000" }), &["CH-B100"]),
            (none(), &[]),
        ],
    );
    judge(&desk, "clerk", "csv", &file, &planted, 2);
}

#[test]
fn a_signed_file_holds_no_row_of_another_principal() {
    let desk = Desk::fresh();
    let other = json!({ "principal": "sample-insurer" });
    let rows: [(Value, &[&str]); 3] = [(json!({}), &[]), (other, &["CH-I122"]), (json!({}), &[])];
    let (file, planted) = csv(&desk, "signed.csv", &rows);
    let now: DateTime<Utc> = std::time::SystemTime::now().into();
    let digest = Digest::of(fs::read(&file).unwrap());
    let signer = principal_side(&desk, "sample-bank");
    let signature = cades::sign_detached(&digest, &signer, &[], now).unwrap();
    fs::write(format!("{}.p7s", text(&file)), signature).unwrap();
    judge(&desk, "clerk", "signed", &file, &planted, 2);
}
