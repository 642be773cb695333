//! A finished PDF, read back as any reader of it would.
//!
//! The last gate looks at the bytes that leave and not at what was meant to be written: text of
//! the pages, metadata, names, every string and every stream. It is another library's reading
//! (lopdf, not krilla), so a fault of one shows in the other.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

use super::{
    ProvedPage, TypesetError,
    extraction::{LARGEST_STREAM, page_text},
    placed::bare,
    sweep::between_streams,
};
use crate::problem::Report;

/// Keys and actions that make a PDF do something.
const ACTIVE: [&str; 14] = [
    "AA",
    "AcroForm",
    "GoToE",
    "GoToR",
    "ImportData",
    "JS",
    "JavaScript",
    "Launch",
    "Movie",
    "RichMedia",
    "Sound",
    "SubmitForm",
    "URI",
    "XFA",
];

/// Everything readable in a PDF.
#[derive(Default)]
pub struct FinishedText {
    /// Text of each page, in the order of painting: lines apart, ` ¦ ` between parts of a line.
    pub pages: Vec<String>,
    /// The same with nothing between.
    shown: Vec<String>,
    /// XMP and other metadata streams, as XML text.
    pub metadata: Vec<String>,
    /// Every string object of the file, decoded: document information, alternative texts, marks.
    pub strings: BTreeSet<String>,
    /// Every name object and key of the file.
    pub names: BTreeSet<String>,
    /// Attached files.
    pub attachments: usize,
    /// Annotations, actions, scripts and forms, by name.
    pub active: BTreeSet<String>,
    /// Streams, inflated, that are neither fonts, pictures nor colour profiles.
    pub(super) inflated: Vec<Vec<u8>>,
    /// What stands in the file outside of streams.
    pub(super) between: Vec<u8>,
}

// What a letter says is personal.
impl std::fmt::Debug for FinishedText {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "FinishedText({} pages)", self.pages.len())
    }
}

impl FinishedText {
    /// What a file would hold that has these pages and nothing else.
    pub(super) fn of_pages(pages: Vec<String>) -> Self {
        Self { pages, ..Self::default() }
    }

    /// Reads all of `pdf`.
    ///
    /// # Errors
    /// [`TypesetError::Unreadable`] if it is no PDF, damaged, encrypted or too large.
    pub fn read(pdf: &[u8]) -> Result<Self, TypesetError> {
        Self::of(&load(pdf)?, pdf)
    }

    fn of(document: &Document, pdf: &[u8]) -> Result<Self, TypesetError> {
        let mut finished = Self { between: between_streams(pdf), ..Self::default() };
        for id in document.page_iter() {
            let text = page_text(document, id).map_err(|e| unreadable(&e))?;
            finished.pages.push(text.divided);
            finished.shown.push(text.shown);
        }
        if finished.pages.is_empty() {
            return Err(TypesetError::Unreadable { what: "it has no pages".to_owned() });
        }
        finished.dictionary(&document.trailer);
        let fonts = font_files(document);
        for (id, object) in &document.objects {
            match object {
                // Its dictionary is read; its outlines are binary, so figures in them are chance.
                Object::Stream(stream) if fonts.contains(id) && is_font(&inflate(stream)) => {
                    finished.dictionary(&stream.dict);
                }
                object => finished.object(object),
            }
        }
        Ok(finished)
    }

    fn object(&mut self, object: &Object) {
        match object {
            Object::String(bytes, _) => {
                self.strings.insert(
                    lopdf::decode_text_string(object)
                        .unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned()),
                );
            }
            Object::Name(name) => self.name(name),
            Object::Array(items) => items.iter().for_each(|item| self.object(item)),
            Object::Dictionary(dictionary) => self.dictionary(dictionary),
            Object::Stream(stream) => {
                self.dictionary(&stream.dict);
                if is_font_or_picture(&stream.dict) {
                    return;
                }
                let inflated = inflate(stream);
                if is(&stream.dict, b"Type", b"Metadata") {
                    self.metadata.push(String::from_utf8_lossy(&inflated).into_owned());
                }
                if !is_profile(&inflated) {
                    self.inflated.push(inflated);
                }
            }
            Object::Null
            | Object::Boolean(_)
            | Object::Integer(_)
            | Object::Real(_)
            | Object::Reference(_) => {}
        }
    }

    fn name(&mut self, name: &[u8]) {
        let name = String::from_utf8_lossy(name);
        if !self.names.contains(name.as_ref()) {
            self.names.insert(name.into_owned());
        }
    }

    fn dictionary(&mut self, dictionary: &Dictionary) {
        if is(dictionary, b"Type", b"EmbeddedFile") || is(dictionary, b"Type", b"Filespec") {
            self.attachments += 1;
        }
        if is(dictionary, b"Type", b"Annot") {
            self.active.insert("Annot".to_owned());
        }
        for (key, value) in dictionary {
            let filled = !matches!(value, Object::Array(items) if items.is_empty());
            let key = key.as_slice();
            if key == b"EmbeddedFiles" || (key == b"AF" && filled) {
                self.attachments += 1;
            }
            if key == b"Annots" && filled {
                self.active.insert("Annots".to_owned());
            }
            let action = if key == b"S" { value.as_name().unwrap_or(key) } else { key };
            let active = ACTIVE.iter().find(|name| name.as_bytes() == action);
            self.active.extend(active.map(|&name| name.to_owned()));
            self.name(key);
            self.object(value);
        }
    }
}

impl ProvedPage {
    /// Reads `pdf` back and shows that it says what these pages say, character for character.
    ///
    /// # Errors
    /// [`TypesetError::Unreadable`]; [`TypesetError::TextDiffers`] for each page that differs or
    /// is there on one side only.
    pub fn read_back(&self, pdf: &[u8]) -> Result<FinishedText, Vec<Report>> {
        let finished = FinishedText::read(pdf).map_err(|refused| vec![refused.into()])?;
        let (placed, read) = (self.pages(), &finished.shown);
        let reports: Vec<Report> = (0..placed.len().max(read.len()))
            .filter(|&page| match (placed.get(page), read.get(page)) {
                (Some(placed), Some(read)) => bare(&placed.text()) != bare(read),
                _ => true,
            })
            .map(|page| TypesetError::TextDiffers { page: page + 1 }.into())
            .collect();
        if reports.is_empty() { Ok(finished) } else { Err(reports) }
    }
}

/// Which of `needles` are anywhere in `pdf`: in its bytes, in any inflated stream, or in any text,
/// as UTF-8, UTF-16 or hexadecimal, with or without white space between the characters.
///
/// # Errors
/// [`TypesetError::Unreadable`].
pub fn contains_any(pdf: &[u8], needles: &[&str]) -> Result<Vec<String>, TypesetError> {
    let document = load(pdf)?;
    let finished = FinishedText::of(&document, pdf)?;
    let streams: Vec<Vec<u8>> = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .map(inflate)
        .collect();
    let paged = finished.shown.iter().chain(&finished.metadata);
    let texts: Vec<String> =
        paged.chain(&finished.strings).chain(&finished.names).map(|text| bare(text)).collect();
    let found = needles.iter().filter(|needle| {
        let plain = bare(needle);
        let wide: Vec<u8> = needle.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let hex = hex::encode(&wide);
        let forms =
            [needle.as_bytes().to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes(), wide];
        let in_bytes = |bytes: &[u8]| forms.iter().any(|form| holds(bytes, form));
        !plain.is_empty()
            && (in_bytes(pdf)
                || streams.iter().any(|stream| in_bytes(stream))
                || texts.iter().any(|text| text.contains(&plain)))
    });
    Ok(found.map(|&needle| needle.to_owned()).collect())
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

fn is(dictionary: &Dictionary, key: &[u8], name: &[u8]) -> bool {
    dictionary.get(key).and_then(Object::as_name).ok() == Some(name)
}

/// Fonts and pictures are binary, so digits in them are chance.
fn is_font_or_picture(dictionary: &Dictionary) -> bool {
    dictionary.has(b"Length1")
        || [&b"CIDFontType0C"[..], b"OpenType", b"Type1C", b"Image"]
            .into_iter()
            .any(|subtype| is(dictionary, b"Subtype", subtype))
}

/// Streams that a font descriptor names as its font, and nothing but font descriptors does.
fn font_files(document: &Document) -> BTreeSet<ObjectId> {
    let (mut fonts, mut others) = (BTreeSet::new(), BTreeSet::new());
    for object in document.objects.values() {
        references(object, &mut fonts, &mut others);
    }
    fonts.difference(&others).copied().collect()
}

/// Sorts the references of `object` into those to font files and all others.
fn references(object: &Object, fonts: &mut BTreeSet<ObjectId>, others: &mut BTreeSet<ObjectId>) {
    let dictionary = match object {
        Object::Reference(id) => {
            others.insert(*id);
            return;
        }
        Object::Array(items) => {
            return items.iter().for_each(|item| references(item, fonts, others));
        }
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &stream.dict,
        _ => return,
    };
    let descriptor = is(dictionary, b"Type", b"FontDescriptor");
    for (key, value) in dictionary {
        match value {
            Object::Reference(id) if descriptor && key.starts_with(b"FontFile") => {
                fonts.insert(*id);
            }
            value => references(value, fonts, others),
        }
    }
}

/// Whether bytes begin as a font does. Source: OpenType 1.9, "Font file"; Adobe TN 5176, 6.
fn is_font(bytes: &[u8]) -> bool {
    let magic: [&[u8]; 4] = [b"\x00\x01\x00\x00", b"OTTO", b"true", b"\x01\x00\x04"];
    magic.iter().any(|magic| bytes.starts_with(magic))
}

/// Whether a stream is a colour profile. Source: ICC.1, 7.2.11.
fn is_profile(inflated: &[u8]) -> bool {
    inflated.get(36..40) == Some(b"acsp")
}

fn load(pdf: &[u8]) -> Result<Document, TypesetError> {
    let options = LoadOptions::with_max_decompressed_size(LARGEST_STREAM);
    let document = Document::load_mem_with_options(pdf, options).map_err(|e| unreadable(&e))?;
    if document.is_encrypted() || document.was_encrypted() {
        return Err(TypesetError::Unreadable { what: "it is encrypted".to_owned() });
    }
    Ok(document)
}

/// The content of a stream, as it is if it cannot be inflated.
fn inflate(stream: &Stream) -> Vec<u8> {
    let inflated = stream.get_plain_content_with_limit(LARGEST_STREAM);
    inflated.unwrap_or_else(|_| stream.content.clone())
}

/// The kind of failure without a value of the file in it.
fn unreadable(error: &lopdf::Error) -> TypesetError {
    let what = match error {
        lopdf::Error::Parse(_) => "its structure is damaged",
        lopdf::Error::Decompress(_) => "a stream is damaged or too large",
        lopdf::Error::Xref(_) => "its cross-reference table is damaged",
        lopdf::Error::RecursionLimit | lopdf::Error::ReferenceCycle(_) => "it is nested too deep",
        _ => "it is damaged or not a pdf",
    };
    TypesetError::Unreadable { what: what.to_owned() }
}

#[cfg(test)]
mod tests {
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
        let told =
            contains_any(&pdf, &["王某某", "10,000.00", "6222001234567890", "HX2026-000123"]);
        assert_eq!(told.unwrap(), ["王某某", "10,000.00"]);
    }

    #[test]
    fn runs_that_touch_are_one_word_and_cells_are_apart() {
        let Some(press) = press(
            "身份证110199199001010010X号12#strong[34]56\n#table(columns: 2, [1,200], [3,400])",
        ) else {
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
        let find =
            |text: &str| Vec::from_iter(text.contains("10,000.00").then(|| "amount".to_owned()));
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
}
