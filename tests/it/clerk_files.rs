//! What a bank's files bring: dates as banks write them, what a workbook hides, letters asked for
//! twice; and the list of what was issued.

use std::path::PathBuf;

use rust_xlsxwriter::{Workbook, Worksheet};
use serde_json::{Value, json};

use crate::office::{Desk, text};

/// Members of the sample notice, in order, with some of them changed.
fn notice(desk: &Desk, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let request = desk.request("notice-001");
    let members = request.as_object().unwrap().iter();
    let mut cells: Vec<(String, String)> =
        members.map(|(name, value)| (name.clone(), cell(value))).collect();
    for (name, value) in changes {
        match cells.iter_mut().find(|(known, _)| known == name) {
            Some(cell) => (*value).clone_into(&mut cell.1),
            None => cells.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    cells
}

fn cell(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A CSV file of the sample notice, a row for each list of changes.
fn csv(desk: &Desk, name: &str, rows: &[&[(&str, &str)]]) -> PathBuf {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut lines = Vec::new();
    for changes in rows {
        let cells = notice(desk, changes);
        if lines.is_empty() {
            lines.push(cells.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>().join(","));
        }
        lines.push(cells.iter().map(|(_, value)| quoted(value)).collect::<Vec<_>>().join(","));
    }
    desk.write(name, lines.join("\n"))
}

/// A workbook of the sample notice, changed by `edit`.
fn workbook(desk: &Desk, name: &str, edit: impl FnOnce(&mut Worksheet)) -> PathBuf {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, (heading, value)) in (0..).zip(notice(desk, &[])) {
        sheet.write_string(0, column, heading).unwrap();
        sheet.write_string(1, column, value).unwrap();
    }
    edit(sheet);
    book.add_worksheet().set_name("旧账").unwrap().set_hidden(true);
    let path = desk.beside(name);
    book.save(&path).unwrap();
    path
}

/// Place of a member in the sheets of this module.
fn column(desk: &Desk, name: &str) -> u16 {
    let place = notice(desk, &[]).iter().position(|(known, _)| known == name).unwrap();
    u16::try_from(place).unwrap()
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

#[test]
fn dates_as_banks_write_them_give_the_same_letter_and_doubtful_ones_none() {
    let desk = Desk::fresh();
    let one = |id: &'static str, date: &'static str| [("request_id", id), ("due_date", date)];
    let rows = [
        one("D-1", "2099年12月9日"),
        one("D-2", "2099/12/09"),
        one("D-3", "2099.12.9"),
        one("D-4", "09/12/2099"),
        one("D-5", "12/09/99"),
        one("D-6", "2099/13/09"),
    ];
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    let file = csv(&desk, "dates.csv", &rows);
    let preview = desk.by_json("auditor", &["heading", "map", "sample-bank", text(&file)]);
    let preview = preview.ends(2).json();
    assert_eq!(codes(&preview["notes"]), ["CH-I145"; 3], "{preview}");
    assert!(preview["notes"][0]["message"].as_str().unwrap().contains("row 2"));
    let told: Vec<_> = preview["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["row"], &one["code"]))
        .collect();
    let expected = [(5, "CH-I140"), (6, "CH-I140"), (7, "CH-I022")]
        .map(|(row, code)| (json!(row), json!(code)));
    assert_eq!(told, expected.iter().map(|(row, code)| (row, code)).collect::<Vec<_>>());
    let issued = desk.issue(&file).ends(2).json_lines();
    assert_eq!(issued.last().unwrap()["summary"]["issued"], 3);
    // The very page says it in the one way of letters.
    let pdf = PathBuf::from(issued[0]["out"].as_str().unwrap());
    if let Some(pdftotext) = crate::tools::tool("pdftotext") {
        let page = pdftotext.run(&[text(&pdf), "-"]).ends(0).out();
        assert!(page.replace(['\n', ' '], "").contains("2099年12月9日"), "{page}");
    }
    // JSON has one spelling only.
    let json = desk.request_with("notice-001", json!({ "due_date": "2099/12/09" }));
    desk.issue(&json).tells_only(2, &["CH-I022"]);
}

#[test]
fn what_a_workbook_hides_is_told_and_a_hidden_field_is_not_read() {
    let desk = Desk::fresh();
    let account = column(&desk, "due_date");
    let hidden = workbook(&desk, "hidden.xlsx", |sheet| {
        sheet.set_column_hidden(account).unwrap();
    });
    let map = ["heading", "map", "sample-bank", text(&hidden)];
    let told = desk.by_json("auditor", &map).tells(2, "CH-I141").json();
    assert_eq!(told["columns"][usize::from(account)]["hidden"], true);
    desk.issue(&hidden).tells_only(2, &["CH-I141"]);
    assert!(desk.entries("letter.prepared").is_empty());
    let shown = workbook(&desk, "shown.xlsx", |_| {});
    let told = desk.issue(&shown).ends(0).json_lines();
    let last = told.last().unwrap();
    assert_eq!((codes(&last["notes"]), &last["summary"]["issued"]), (vec!["CH-I143"], &json!(1)));
    assert!(last["notes"][0]["message"].as_str().unwrap().contains("旧账"));
}

#[test]
fn a_second_letter_of_a_kind_to_the_same_person_on_a_day_is_told_by_row() {
    let desk = Desk::fresh();
    let rows: [&[(&str, &str)]; 4] = [
        &[("request_id", "T-1")],
        &[("request_id", "T-2")],
        &[("request_id", "T-3"), ("case_no", "YL-2026-7777")],
        &[("request_id", "T-4"), ("due_date", "2020-01-01")],
    ];
    let file = csv(&desk, "twins.csv", &rows);
    let out = desk.beside("night");
    let line = ["letter", "batch", text(&file), "--out", text(&out)];
    // Before anything is registered.
    let proof = desk.by_json("clerk", &[&line[..], &["--proof"]].concat()).ends(0).json();
    let told: Vec<_> = proof["notes"].as_array().unwrap().iter().map(|one| &one["row"]).collect();
    assert!(told.contains(&&json!(3)) && !told.contains(&&json!(4)), "{proof}");
    assert!(desk.entries("letter.prepared").is_empty());
    let batch = desk.by_json("clerk", &line).ends(1).json();
    assert_eq!(batch["summary"]["issued"], 3, "{batch}");
    let notes = batch["notes"].as_array().unwrap();
    assert_eq!(
        (notes.len(), &notes[0]["row"], &notes[0]["code"]),
        (1, &json!(3), &json!("CH-R291"))
    );
    // Against the register of today, one by one; a void letter counts no more.
    let again = csv(&desk, "again.csv", &[&[("request_id", "T-5")]]);
    let told = desk.issue(&again).ends(0).json_lines();
    let note = &told.last().unwrap()["notes"][0];
    assert_eq!((&note["row"], &note["code"]), (&json!(2), &json!("CH-R292")));
    for entry in desk.entries("letter.issued") {
        let number = entry["subject"].as_str().unwrap();
        desk.by("clerk", &["letter", "void", number, "--reason", "duplicate"]).ends(0);
    }
    let last = csv(&desk, "last.csv", &[&[("request_id", "T-6")]]);
    let told = desk.issue(&last).ends(0).json_lines();
    assert_eq!(told.last().unwrap()["notes"], json!([]));
}

#[test]
fn the_list_of_letters_is_chosen_by_case_kind_principal_state_and_month() {
    let desk = Desk::worked();
    let list = |more: &[&str]| {
        let mut lines =
            desk.by_json("auditor", &[&["letter", "list"][..], more].concat()).ends(0).json_lines();
        let count = lines.pop().unwrap()["letters"].as_u64().unwrap();
        assert_eq!(count, u64::try_from(lines.len()).unwrap());
        lines
    };
    let all = list(&[]);
    assert!(all.len() > 3);
    let month = all[0]["issued_at"].as_str().unwrap()[..7].to_owned();
    assert_eq!(list(&["--month", &month]).len(), all.len());
    assert!(list(&["--month", "2001-01"]).is_empty() && list(&["--month", "2090-01"]).is_empty());
    for (flag, member) in [
        ("--case", "case"),
        ("--kind", "template"),
        ("--principal", "principal"),
        ("--state", "status"),
    ] {
        let value = all[0][member].as_str().unwrap();
        let chosen = list(&[flag, value]);
        let wanted: Vec<_> = all.iter().filter(|one| one[member] == value).collect();
        assert_eq!(chosen.iter().collect::<Vec<_>>(), wanted, "{flag}");
        assert!(list(&[flag, if flag == "--state" { "returned" } else { "none" }]).is_empty());
    }
    let number = all[0]["number"].as_str().unwrap();
    desk.by("clerk", &["letter", "void", number, "--reason", "duplicate"]).ends(0);
    assert_eq!(list(&["--state", "voided"]).len(), 1);
    assert_eq!(list(&["--state", "voided,issued"]).len(), all.len());
    desk.by("auditor", &["letter", "list", "--state", "lost"]).tells(2, "CH-U001");
    desk.by("auditor", &["letter", "list", "--month", "2026"]).tells(2, "CH-U001");
    let chinese = desk.call().chinese().run(&["letter", "list", "--state", "voided"]).ends(0);
    assert!(chinese.out().contains("已作废") && chinese.err().contains("共 1 件"));
}

#[test]
fn a_banks_own_rules_may_be_named_and_laws_that_nobody_knows_may_not() {
    let desk = Desk::fresh();
    let basis = |text: &str| desk.request_with("notice-001", json!({ "legal_basis": text }));
    for fine in [
        "《样例银行信用卡业务管理办法》第十二条及双方签订的《信用卡领用合约》",
        "《信用卡章程》及《利息计算方法》",
    ] {
        let out = desk.beside(&format!("{}.pdf", fine.chars().count()));
        desk.by("clerk", &["letter", "preview", text(&basis(fine)), "--out", text(&out)]).ends(0);
    }
    for wrong in ["《另一银行信用卡业务管理办法》", "《样例银行条例》第一条"]
    {
        let told = desk.issue(&basis(wrong)).tells_only(1, &["CH-R250"]);
        assert!(told.out().contains("citation table"), "{}", told.out());
    }
}
