//! Envelopes and labels: equal to their letters, of the right size, telling nothing; addresses in the window.

use std::fs;

use chancery::{
    letter::{
        proof::{ProofPage, Strain},
        window,
    },
    office::embedded,
    template::package::{self, Package},
    typeset::Area,
};
use serde_json::{Value, json};

use crate::{
    office::{Desk, text},
    tools::tool,
};

fn make(desk: &Desk, what: &str, option: &str, size: &str) -> crate::command::Ran {
    let out = desk.beside("envelopes");
    desk.by_json("clerk", &["letter", "envelope", what, option, size, "--out", text(&out)])
}

fn issued(desk: &Desk, request: &str) -> Value {
    desk.issue(&desk.request_with(request, json!({}))).ends(0).json_lines().remove(0)
}

#[test]
fn an_envelope_of_each_size_bears_address_name_and_number_of_its_letter_and_no_more() {
    let desk = Desk::fresh();
    let letter = issued(&desk, "notice-001");
    let number = letter["number"].as_str().unwrap();
    let request = desk.request("notice-001");
    for (size, width, height) in
        [("B6", 176, 125), ("DL", 220, 110), ("ZL", 230, 120), ("C5", 229, 162), ("C4", 324, 229)]
    {
        let told = make(&desk, number, "--size", size).ends(0).json_lines().remove(0);
        let pdf = told["out"].as_str().unwrap().to_owned();
        if let Some(pdfinfo) = tool("pdfinfo") {
            let said = pdfinfo.run(&[&pdf]).ends(0).out();
            let line = said.lines().find(|line| line.starts_with("Page size")).unwrap();
            let points: Vec<f64> =
                line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let millimetres = |at: usize| points[at] / 72.0 * 25.4;
            assert!((millimetres(0) - f64::from(width)).abs() < 0.2, "{size}: {line}");
            assert!((millimetres(1) - f64::from(height)).abs() < 0.2, "{size}: {line}");
        }
        let Some(pdftotext) = tool("pdftotext") else { continue };
        let page = pdftotext.run(&["-layout", &pdf, "-"]).ends(0).out();
        let page: String = page.chars().filter(|c| !c.is_whitespace()).collect();
        for field in ["recipient_name", "recipient_address", "recipient_postcode"] {
            assert!(page.contains(request[field].as_str().unwrap()), "{size} {field}: {page}");
        }
        assert!(page.contains(number), "{size}: {page}");
        for word in ["催收", "欠", "法院", "律师", "样例银行", "****", "委托", "1,409.50"]
        {
            assert!(!page.contains(word), "{size} {word}: {page}");
        }
    }
    // Through the window the letter shows its own address: the envelope bears none.
    let told = make(&desk, number, "--size", "window").ends(0).json_lines().remove(0);
    if let Some(pdftotext) = tool("pdftotext") {
        let page = pdftotext.run(&["-layout", told["out"].as_str().unwrap(), "-"]).ends(0).out();
        assert!(!page.contains(request["recipient_name"].as_str().unwrap()), "{page}");
        assert!(page.contains(number), "{page}");
    }
    let entries = desk.entries("letter.enveloped");
    assert_eq!(entries.len(), 6);
    assert!(entries.iter().all(|entry| entry["subject"] == number));
    let text = serde_json::to_string(&entries).unwrap();
    assert!(!text.contains(request["recipient_name"].as_str().unwrap()));
    // The very same again is no further entry and the same file.
    make(&desk, number, "--size", "DL").ends(0);
    assert_eq!(desk.entries("letter.enveloped").len(), 6);
    desk.by("auditor", &["audit", "run"]).ends(0);
}

#[test]
fn what_cannot_be_enveloped_is_refused_with_its_reason_and_registers_nothing() {
    let desk = Desk::fresh();
    let letter = issued(&desk, "notice-001");
    let number = letter["number"].as_str().unwrap();
    make(&desk, number, "--size", "A4").tells_only(2, &["CH-R163"]);
    let ran = make(&desk, "QH-2026-999999", "--size", "DL").ends(1);
    assert_eq!(ran.json_lines()[0]["refused"][0]["code"], "CH-R033");
    let out = desk.beside("envelopes");
    let ran = desk
        .by_json("agent-a", &["letter", "envelope", number, "--size", "DL", "--out", text(&out)])
        .ends(1);
    assert_eq!(ran.json_lines()[0]["refused"][0]["code"], "CH-R001");
    // A hold stops what is not yet on its way.
    let case = desk.request("notice-001")["case_no"].as_str().unwrap().to_owned();
    desk.by("clerk", &["hold", "place", &case, "--kind", "complaint"]).ends(0);
    let ran = make(&desk, number, "--size", "DL").ends(1);
    assert_eq!(ran.json_lines()[0]["refused"][0]["code"], "CH-R191");
    // A sender's name that betrays the trade.
    let other = issued(&desk, "notice-002");
    let settings = desk.office().join("office.toml");
    let before = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, before.replace("\"启衡服务\"", "\"启衡催收\"")).unwrap();
    let ran = make(&desk, other["number"].as_str().unwrap(), "--size", "DL").ends(1);
    assert_eq!(ran.json_lines()[0]["refused"][0]["code"], "CH-R160");
    fs::write(&settings, before).unwrap();
    assert!(desk.entries("letter.enveloped").is_empty());
    let file = desk.write("numbers.txt", "QH-2026-000001\nnonsense\n");
    make(&desk, text(&file), "--size", "DL").tells_only(2, &["CH-R164"]);
}

#[test]
fn labels_take_a_file_of_letters_and_go_on_sheets_by_principal() {
    let desk = Desk::worked();
    let numbers: Vec<String> = desk
        .entries("letter.issued")
        .iter()
        .filter(|entry| {
            ["collection_notice", "subrogation_notice"]
                .contains(&entry["body"]["template"].as_str().unwrap())
        })
        .map(|entry| entry["subject"].as_str().unwrap().to_owned())
        .collect();
    assert!(numbers.len() > 25);
    let file = desk.write("numbers.txt", numbers.join("\n"));
    let lines = make(&desk, text(&file), "--labels", "3x8").ends(0).json_lines();
    let sheets: Vec<&Value> = lines.iter().filter(|line| line["out"].is_string()).collect();
    assert_eq!(sheets.len(), 3, "two sheets of the bank's and one of the insurer's");
    assert_eq!(sheets[0]["numbers"].as_array().unwrap().len(), 24);
    assert_eq!(desk.entries("letter.enveloped").len(), numbers.len());
    let Some(pdftotext) = tool("pdftotext") else { return };
    let page = pdftotext.run(&["-raw", sheets[0]["out"].as_str().unwrap(), "-"]).ends(0).out();
    for number in sheets[0]["numbers"].as_array().unwrap() {
        assert_eq!(page.matches(number.as_str().unwrap()).count(), 1, "{number}");
    }
}

#[test]
fn the_address_of_every_layout_stays_in_the_window_however_sheet_and_fold_lie() {
    let room = crate::office::room();
    let templates = room.path().join("templates");
    embedded::write_templates(&templates).unwrap();
    let fonts = embedded::fonts().unwrap();
    let mut measured = 0;
    for id in package::list(&templates).unwrap() {
        let package = Package::load(&templates, &id).unwrap();
        if !package.text("wording.tera").contains("=== window") {
            continue;
        }
        for strain in [Strain::Usual, Strain::Extreme] {
            let proof = ProofPage::of(&package, fonts, strain).unwrap();
            let first = &proof.placed()[0];
            for (across, down) in [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0), (0.0, 0.0)] {
                // The sheet slides by its play; the window shows another part of it.
                let (x, y) = (across * window::PLAY, down * window::PLAY);
                let seen = Area {
                    left: window::WINDOW.left + x,
                    top: window::WINDOW.top + y,
                    right: window::WINDOW.right + x,
                    bottom: window::WINDOW.bottom + y,
                };
                let block = first
                    .texts
                    .iter()
                    .filter(|run| run.size < 60.0 && window::WINDOW.holds(&run.area, 0.0))
                    .map(|run| run.area)
                    .reduce(|one, other| one.around(&other))
                    .unwrap();
                assert!(seen.holds(&block, 0.5), "{id} {strain:?} {across} {down}: {block:?}");
            }
        }
        measured += 1;
    }
    assert!(measured >= 8, "{measured}");
}

/// Lines of the address on a page, between its postcode and its recipient, without their spaces.
fn address_lines(page: &str, address: &str) -> Vec<String> {
    let bare = |line: &str| line.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let lines: Vec<String> = page.lines().map(bare).filter(|line| !line.is_empty()).collect();
    for from in 0..lines.len() {
        for count in 1..=4.min(lines.len() - from) {
            if lines[from..from + count].concat() == address {
                return lines[from..from + count].to_vec();
            }
        }
    }
    panic!("no {address} in {page}")
}

#[test]
fn no_line_of_an_address_begins_with_its_last_characters_alone_on_letter_envelope_and_label() {
    let Some(pdftotext) = tool("pdftotext") else { return };
    let desk = Desk::fresh();
    // Lengths that leave one or two characters over at some size of type, and their neighbours.
    let lengths = [17, 18, 19, 20, 21, 22, 24, 30, 31, 35, 36, 37, 38, 41, 42, 47, 52, 53];
    let mut addresses = Vec::new();
    for length in lengths {
        for tail in ["路", "12号1203室"] {
            let head = "样例省样例市样例区";
            let middle = length - head.chars().count() - tail.chars().count();
            let middle: String = "幸福花园小区东".repeat(7).chars().take(middle).collect();
            addresses.push(format!("{head}{middle}{tail}"));
        }
    }
    let base = desk.request("notice-001");
    let rows: String = addresses
        .iter()
        .enumerate()
        .map(|(at, address)| {
            let mut row = base.clone();
            row["request_id"] = json!(format!("a-{at}"));
            row["recipient_address"] = json!(address);
            format!("{row}\n")
        })
        .collect();
    let lines = desk.issue(&desk.write("addresses.jsonl", rows)).ends(0).json_lines();
    // In the order of the page's own text: the mark across a sample does not come between.
    let read = |pdf: &str| pdftotext.run(&["-raw", pdf, "-"]).ends(0).out();
    let mut wrapped = 0;
    let mut look = |page: &str, address: &str, what: &str| {
        let lines = address_lines(page, address);
        wrapped += usize::from(lines.len() > 1);
        for line in lines.iter().skip(1) {
            assert!(line.chars().count() >= 3, "{what}: {lines:?}");
            assert!(!line.starts_with(|c: char| "203室".contains(c)), "{what}: {lines:?}");
        }
    };
    let mut numbers = Vec::new();
    for (line, address) in lines.iter().zip(&addresses) {
        look(&read(line["out"].as_str().unwrap()), address, "letter");
        numbers.push(line["number"].as_str().unwrap().to_owned());
    }
    let file = desk.write("numbers.txt", numbers.join("\n"));
    for size in ["DL", "B6"] {
        let made = make(&desk, text(&file), "--size", size).ends(0).json_lines();
        for (line, address) in made.iter().zip(&addresses) {
            look(&read(line["out"].as_str().unwrap()), address, size);
        }
    }
    // Labels stand side by side; one a sheet is read at a time.
    for (number, address) in numbers.iter().zip(&addresses).step_by(3) {
        let made = make(&desk, number, "--labels", "3x8").ends(0).json_lines();
        look(&read(made[0]["out"].as_str().unwrap()), address, "label");
    }
    assert!(wrapped > 40, "{wrapped}");
}
