//! The pages, as tools nobody here wrote see them.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::{
    office::{Desk, said, text, worked},
    tools::tool,
};

/// One issued document of each kind, with its request.
fn one_of_each() -> Vec<(PathBuf, Value)> {
    let desk = Desk::worked();
    let mut found: Vec<(PathBuf, Value)> = Vec::new();
    for line in said("letters").into_iter().chain(said("visits")) {
        let Some(path) = line["out"].as_str() else { continue };
        let request = desk.request(line["request"].as_str().unwrap());
        if !found.iter().any(|(_, other)| other["kind"] == request["kind"]) {
            found.push((path.into(), request));
        }
    }
    assert_eq!(found.len(), 5);
    found
}

/// Every document made.
fn all() -> Vec<PathBuf> {
    let mut found = crate::office::files(&worked().join("out"));
    found.retain(|path| path.extension().is_some_and(|ending| ending == "pdf"));
    assert!(found.len() > 40);
    found
}

#[test]
fn every_pdf_is_sound_for_qpdf() {
    let Some(qpdf) = tool("qpdf") else { return };
    for pdf in all() {
        let said = qpdf.run(&["--check", text(&pdf)]).ends(0).out();
        assert!(said.contains("No syntax or stream encoding errors"), "{said}");
    }
}

#[test]
fn every_font_is_embedded_subset_and_mapped_to_unicode() {
    let Some(pdffonts) = tool("pdffonts") else { return };
    for pdf in all() {
        let said = pdffonts.run(&[text(&pdf)]).ends(0).out();
        let fonts: Vec<&str> = said.lines().skip(2).collect();
        assert!(!fonts.is_empty());
        for font in fonts {
            let cells: Vec<&str> = font.split_whitespace().rev().skip(2).take(3).collect();
            assert_eq!(cells, ["yes", "yes", "yes"], "{font}");
        }
    }
}

#[test]
fn pages_say_who_what_and_how_much_with_the_account_masked() {
    let Some(pdftotext) = tool("pdftotext") else { return };
    for (pdf, request) in one_of_each() {
        let page = pdftotext.run(&["-layout", text(&pdf), "-"]).ends(0).out();
        let page: String = page.chars().filter(|c| !c.is_whitespace()).collect();
        let name = request["recipient_name"].as_str().unwrap();
        assert!(page.contains(name) && page.contains("样张"), "{page}");
        let number = pdf.file_stem().unwrap().to_str().unwrap();
        assert!(page.contains(number), "{number}: {page}");
        for raw in ["account", "recipient_id_number"] {
            let Some(raw) = request[raw].as_str() else { continue };
            assert!(!page.contains(raw), "{page}");
            let (_, tail) = raw.split_at(raw.len() - 4);
            if request["kind"] == "collection_notice" && raw.starts_with("6200") {
                assert!(page.contains(&format!("{}{tail}", "*".repeat(raw.len() - 4))), "{page}");
            }
        }
        match request["kind"].as_str().unwrap() {
            "collection_notice" => {
                assert!(page.contains("1,409.50"), "{page}");
                assert!(page.contains("人民币壹仟肆佰零玖元伍角"), "{page}");
            }
            // The card goes to an address nobody verified: no word of a debt.
            "callback_card" => {
                for word in ["欠", "债", "逾期", "还款", "催收", "贷", "信用卡", "委托书"]
                {
                    assert!(!page.contains(word), "{word}: {page}");
                }
            }
            "visit_agreed" => assert!(page.contains("W-0001") && page.contains("AUD-0001")),
            _ => {}
        }
    }
}

#[test]
fn every_document_declares_pdf_a_2a_and_pdf_ua_1_and_is_tagged() {
    for pdf in all() {
        let bytes = fs::read(&pdf).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for mark in [
            "<pdfaid:part>2</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
            "<rdf:li>zh",
            "/MarkInfo",
            "/StructTreeRoot",
        ] {
            assert!(text.contains(mark), "{mark} in {}", pdf.display());
        }
        for active in ["/JavaScript", "/OpenAction", "/EmbeddedFiles", "/Launch", "/AcroForm"] {
            assert!(!text.contains(active), "{active} in {}", pdf.display());
        }
    }
}

#[test]
fn a_statement_names_agents_recordings_and_terms_as_its_kind_demands() {
    let Some(pdftotext) = tool("pdftotext") else { return };
    let desk = Desk::worked();
    for line in said("visits") {
        let Some(out) = line["out"].as_str() else { continue };
        let request = desk.request(line["request"].as_str().unwrap());
        let page = pdftotext.run(&["-layout", out, "-"]).ends(0).out();
        let page: String = page.chars().filter(|c| !c.is_whitespace()).collect();
        for field in ["agent1", "agent2", "badge1", "badge2", "audio_id", "video_id", "place"] {
            let value = request[field].as_str().unwrap();
            assert!(page.contains(value), "{field} {value}: {page}");
        }
        let first = request["terms"].as_str().and_then(|terms| terms.split(';').next());
        let sum = first.and_then(|term| term.split('=').nth(1));
        assert_eq!(sum.is_some(), request["kind"] == "visit_agreed");
        if let Some(sum) = sum {
            let whole = sum.split('.').next().unwrap();
            let tail = &whole[whole.len() - 3..];
            assert!(page.contains(tail), "{sum}: {page}");
        }
    }
}
