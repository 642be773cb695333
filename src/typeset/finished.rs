//! A finished PDF, read back as any reader of it would.
//!
//! The last gate looks at the bytes that leave and not at what was meant to be written: text of
//! the pages, metadata, names, every string and every stream. It is another library's reading
//! (lopdf, not krilla), so a fault of one shows in the other.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

use super::{
    ProvedPage, TypesetError,
    extraction::{LARGEST_STREAM, Pages},
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

    /// Reads the pages of `pdf` alone, one after the other, and gives each one's text with nothing
    /// between its parts. Keeps none of them.
    pub(super) fn each_page(pdf: &[u8], mut take: impl FnMut(String)) -> Result<(), TypesetError> {
        let document = load(pdf)?;
        let mut pages = Pages::of(&document);
        for id in document.page_iter() {
            take(pages.text(id).map_err(|e| unreadable(&e))?.shown);
        }
        Ok(())
    }

    fn of(document: &Document, pdf: &[u8]) -> Result<Self, TypesetError> {
        let mut finished = Self { between: between_streams(pdf), ..Self::default() };
        let mut pages = Pages::of(document);
        for id in document.page_iter() {
            let text = pages.text(id).map_err(|e| unreadable(&e))?;
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
mod tests;
