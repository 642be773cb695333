use chrono::{FixedOffset, NaiveDate};
use serde_json::json;

use super::*;
use crate::masking::AllowList;
use crate::typeset::{
    Assets, Limits, Meant, Occurrence, PdfIdentity, qr_svg,
    specimen::{codes, press},
    sweep,
};

const LETTER: &str = "#let data = json(\"data.json\")
    #set page(footer: context [#json(\"data.json\").agency])
    = #data.title
    #data.name

    #data.body.join(parbreak())
    #table(columns: (40mm, 40mm), ..data.cells)
    #image(\"code.svg\", width: 20mm, alt: \"核验码\")";

fn data() -> serde_json::Value {
    json!({
        "title": "催收通知书", "agency": "某某资产管理有限公司", "name": "王某某：",
        "body": ["请您于二〇二六年十二月三十一日前与我方联系，卡号 ************1234。", "VIP “客户” 100%"],
        "cells": ["本金", "10,000.00", "利息", "1,200.50"],
    })
}

fn meant() -> Vec<Meant> {
    let data = data();
    let mut meant = vec![Meant::new("footer", "某某资产管理有限公司", Occurrence::EachPage)];
    for part in ["title", "name"] {
        meant.push(Meant::once(part, data[part].as_str().unwrap()));
    }
    for part in ["body", "cells"] {
        let texts = data[part].as_array().unwrap();
        meant.extend(texts.iter().map(|text| Meant::once(part, text.as_str().unwrap())));
    }
    meant
}

fn identity() -> PdfIdentity {
    PdfIdentity {
        ident: "HX2026-000123".to_owned(),
        title: "催收通知书".to_owned(),
        issued_on: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
        zone: FixedOffset::east_opt(8 * 3600).unwrap(),
    }
}

fn proved() -> Option<ProvedPage> {
    let assets = Assets::from([("code.svg".to_owned(), qr_svg("HX2026-000123").unwrap())]);
    let composition = press(LETTER)?.compose(&data(), &assets, Limits::default()).unwrap();
    Some(composition.prove(&meant()).unwrap())
}

fn letter() -> Option<(ProvedPage, Vec<u8>)> {
    let proved = proved()?;
    let pdf = proved.to_pdf(&identity()).unwrap();
    Some((proved, pdf))
}

/// Runs an outside tool on the letter, or skips visibly.
#[expect(clippy::print_stderr, reason = "a skip has to be seen")]
fn outside(tool: &str, arguments: &[&str], pdf: &[u8]) -> Option<String> {
    use std::io::Write as _;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let at = arguments.iter().map(|&argument| match argument {
        "FILE" => file.path().as_os_str(),
        other => std::ffi::OsStr::new(other),
    });
    let Ok(output) = std::process::Command::new(tool).args(at).output() else {
        assert!(option_env!("CI").is_none(), "{tool} is needed in CI");
        eprintln!("SKIPPED: no {tool}");
        return None;
    };
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    Some(told)
}

#[test]
fn the_same_letter_gives_the_same_bytes_in_any_press() {
    let Some((proved_page, pdf)) = letter() else { return };
    assert!(proved_page.to_pdf(&identity()).unwrap() == pdf);
    assert!(proved().unwrap().to_pdf(&identity()).unwrap() == pdf);
    let other = PdfIdentity { ident: "HX2026-000124".to_owned(), ..identity() };
    assert!(proved_page.to_pdf(&other).unwrap() != pdf);
}

#[test]
fn what_is_read_back_is_what_was_placed() {
    let Some((proved, pdf)) = letter() else { return };
    let finished = proved.read_back(&pdf).unwrap();
    assert_eq!(finished.pages.len(), 1);
    assert!(finished.pages[0].contains("************1234"), "{}", finished.pages[0]);
    assert_eq!(finished.attachments, 0);
    assert!(finished.active.is_empty(), "{finished:?} {:?}", finished.active);
    assert!(finished.strings.contains("催收通知书"));
    assert!(finished.metadata.iter().any(|xmp| xmp.contains("pdfaid")));
    let told = contains_any(&pdf, &["王某某", "10,000.00", "6222001234567890", "HX2026-000123"]);
    assert_eq!(told.unwrap(), ["王某某", "10,000.00"]);
}

#[test]
fn runs_that_touch_are_one_word_and_cells_are_apart() {
    let Some(press) =
        press("身份证110199199001010010X号12#strong[34]56\n#table(columns: 2, [1,200], [3,400])")
    else {
        return;
    };
    let composition = press.compose(&json!({}), &Assets::new(), Limits::default()).unwrap();
    let meant = ["身份证110199199001010010X号123456", "1,200", "3,400"]
        .map(|text| Meant::once("text", text));
    let pdf = composition.prove(&meant).unwrap().to_pdf(&identity()).unwrap();
    let read = FinishedText::read(&pdf).unwrap();
    assert_eq!(read.pages, ["身份证110199199001010010X号123456\n1,200 ¦ 3,400"]);
}

#[test]
fn another_pdf_does_not_pass_for_the_letter() {
    let Some((proved, pdf)) = letter() else { return };
    let changed = press("函")
        .unwrap()
        .compose(&json!({}), &Assets::new(), Limits::default())
        .and_then(|composition| composition.prove(&[Meant::once("text", "函")]))
        .unwrap();
    let other = changed.to_pdf(&identity()).unwrap();
    assert_eq!(codes(&proved.read_back(&other).unwrap_err()), ["CH-P051"]);
    let damaged = &pdf[..pdf.len() / 2];
    assert!(proved.read_back(damaged).is_err());
}

#[test]
fn the_pdf_claims_both_standards_and_outside_tools_read_it() {
    let Some((_, pdf)) = letter() else { return };
    let xmp = FinishedText::read(&pdf).unwrap().metadata.concat();
    for claim in ["pdfaid:part>2<", "pdfaid:conformance>A<", "pdfuaid:part>1<", "zh-CN"] {
        assert!(xmp.contains(claim), "{claim}: {xmp}");
    }
    assert!(xmp.contains("chancery 0."), "{xmp}");
    outside("qpdf", &["--check", "FILE"], &pdf);
    if let Some(fonts) = outside("pdffonts", &["FILE"], &pdf) {
        assert!(fonts.lines().skip(2).all(|font| font.contains("yes yes yes")), "{fonts}");
    }
    if let Some(text) = outside("pdftotext", &["-layout", "FILE", "-"], &pdf) {
        assert!(text.contains("催收通知书") && text.contains("10,000.00"), "{text}");
    }
}

#[test]
fn the_sweep_finds_what_a_detector_finds_in_text_and_only_there() {
    let Some((_, pdf)) = letter() else { return };
    let finished = FinishedText::read(&pdf).unwrap();
    let find = |text: &str| Vec::from_iter(text.contains("10,000.00").then(|| "amount".to_owned()));
    let reports = finished.sweep_by(find);
    assert_eq!(codes(&reports), ["CH-P052"]);
    assert!(reports[0].english.contains("page 1"), "{}", reports[0]);
    // No run of figures in the whole file is long enough to be looked at but for text.
    let long = |text: &str| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        Vec::from_iter((digits >= 13 && digits == text.len()).then(|| "run".to_owned()))
    };
    assert_eq!(codes(&finished.sweep_by(long)), Vec::<&str>::new());
}

#[test]
fn a_card_number_is_found_wherever_it_stands_in_the_pdf() {
    const CARD: &str = "6200000000000005";
    let Some((proved, pdf)) = letter() else { return };
    let allow = AllowList::default();
    assert_eq!(codes(&sweep(&pdf, &allow).unwrap()), Vec::<&str>::new());
    // In a title: in the document information and in the XMP.
    let titled = PdfIdentity { title: format!("函{CARD}"), ..identity() };
    let titled = proved.to_pdf(&titled).unwrap();
    assert!(codes(&sweep(&titled, &allow).unwrap()).len() >= 2);
    let official = AllowList::of([CARD]).unwrap();
    assert_eq!(codes(&sweep(&titled, &official).unwrap()), Vec::<&str>::new());
    // On a page, before a PDF is made of it.
    let one = press("卡号6200 0000 0000 0005").unwrap();
    let one = one.compose(&json!({}), &Assets::new(), Limits::default()).unwrap();
    let one = one.prove(&[Meant::once("text", format!("卡号{CARD}"))]).unwrap();
    assert_eq!(codes(&one.sweep(&allow)), ["CH-P052"]);
    assert_eq!(codes(&one.sweep(&official)), Vec::<&str>::new());
    // On a page, broken over two lines.
    let layout = "#set page(width: 60mm)\n卡号6200 0000 0000 0005";
    let composition =
        press(layout).unwrap().compose(&json!({}), &Assets::new(), Limits::default()).unwrap();
    assert!(composition.pages()[0].texts.len() > 1);
    let proved = composition.prove(&[Meant::once("text", format!("卡号{CARD}"))]).unwrap();
    let reports = sweep(&proved.to_pdf(&identity()).unwrap(), &allow).unwrap();
    assert_eq!(codes(&reports), ["CH-P052"]);
    assert!(!format!("{reports:?}").contains("0005"));
    // Behind the end of the file, where no object is.
    let behind = [&pdf[..], format!("\n% {CARD}\n").as_bytes()].concat();
    assert_eq!(codes(&sweep(&behind, &allow).unwrap()), ["CH-P052"]);
    // In a stream that no page shows.
    let mut document = Document::load_mem(&pdf).unwrap();
    document.add_object(Stream::new(Dictionary::new(), CARD.as_bytes().to_vec()));
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    assert_eq!(codes(&sweep(&bytes, &allow).unwrap()), ["CH-P052"]);
    assert_eq!(contains_any(&bytes, &[CARD]).unwrap(), [CARD]);
}

#[test]
fn figures_among_outlines_are_chance_and_nowhere_else() {
    const CARD: &str = "6200000000000005";
    let Some((_, pdf)) = letter() else { return };
    let with = |begin: &[u8], also: bool| {
        let mut document = Document::load_mem(&pdf).unwrap();
        let content = [begin, CARD.as_bytes()].concat();
        let id = document.add_object(Stream::new(Dictionary::new(), content));
        let mut descriptor = Dictionary::new();
        descriptor.set("Type", Object::Name(b"FontDescriptor".to_vec()));
        descriptor.set("FontFile2", Object::Reference(id));
        document.add_object(descriptor);
        if also {
            document.add_object(Object::Array(vec![Object::Reference(id)]));
        }
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        codes(&sweep(&bytes, &AllowList::default()).unwrap()).len()
    };
    assert_eq!(with(b"\x00\x01\x00\x00", false), 0);
    assert_eq!(with(b"BT ", false), 1, "it is no font");
    assert_eq!(with(b"\x00\x01\x00\x00", true), 1, "something else uses it");
}

#[test]
fn attachments_and_links_are_findings() {
    let Some((_, pdf)) = letter() else { return };
    let mut document = Document::load_mem(&pdf).unwrap();
    let mut file = Dictionary::new();
    file.set("Type", Object::Name(b"Filespec".to_vec()));
    document.add_object(file);
    let mut action = Dictionary::new();
    action.set("S", Object::Name(b"URI".to_vec()));
    document.add_object(action);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    let finished = FinishedText::read(&bytes).unwrap();
    assert_eq!(codes(&finished.sweep_by(|_| vec![])), ["CH-P053", "CH-P054"]);
}
