//! The text a reader extracts from the pages of a PDF.
//!
//! Follows the content of each page through its form objects, decodes what is shown through the
//! fonts' `ToUnicode` maps, and takes replacement text (`ActualText`) where it is given. Text of
//! one line is divided by ` ¦ ` where one text object ends and another begins, lines by a line
//! break: a number broken over lines is still one, figures in neighbouring cells are not.
//! Source: ISO 32000-1, 9.10 and 14.9.4.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Encoding, Object, ObjectId, content::Content};

/// Most bytes any stream of a letter inflates to.
pub(super) const LARGEST_STREAM: usize = 64 << 20;

/// Form objects inside form objects.
const DEEPEST: usize = 16;

/// How far two base lines may be apart and still be one line, in points.
const SAME_LINE: f32 = 0.5;

/// Text of one page.
pub(super) struct PageText {
    /// With lines and the parts of a line divided.
    pub(super) divided: String,
    /// What was shown, with nothing between.
    pub(super) shown: String,
}

/// Text of the page `id`.
pub(super) fn page_text(document: &Document, id: ObjectId) -> lopdf::Result<PageText> {
    let content = document.get_page_content_with_limit(id, LARGEST_STREAM)?;
    let text = PageText { divided: String::new(), shown: String::new() };
    let mut reader = Reader { document, fonts: HashMap::new(), text, line: None };
    reader.content(&content, page_resources(document, id), Matrix::IDENTITY, 0)?;
    Ok(reader.text)
}

/// Resources of a page, its own or inherited.
fn page_resources(document: &Document, id: ObjectId) -> Option<&Dictionary> {
    let mut node = document.get_dictionary(id).ok()?;
    for _ in 0..64 {
        if let Ok(resources) = node.get_deref(b"Resources", document).and_then(Object::as_dict) {
            return Some(resources);
        }
        node = node.get_deref(b"Parent", document).and_then(Object::as_dict).ok()?;
    }
    None
}

#[derive(Clone, Copy)]
struct Matrix([f32; 6]);

impl Matrix {
    const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    fn of(operands: &[Object]) -> Self {
        let mut numbers = Self::IDENTITY.0;
        for (number, operand) in numbers.iter_mut().zip(operands) {
            *number = operand.as_float().unwrap_or(0.0);
        }
        Self(numbers)
    }

    /// First `self`, then `outer`.
    fn within(self, outer: Self) -> Self {
        let (inner, outer) = (self.0, outer.0);
        Self([
            inner[0] * outer[0] + inner[1] * outer[2],
            inner[0] * outer[1] + inner[1] * outer[3],
            inner[2] * outer[0] + inner[3] * outer[2],
            inner[2] * outer[1] + inner[3] * outer[3],
            inner[4] * outer[0] + inner[5] * outer[2] + outer[4],
            inner[4] * outer[1] + inner[5] * outer[3] + outer[5],
        ])
    }

    fn height(self) -> f32 {
        let [.., height] = self.0;
        height
    }
}

#[derive(Clone)]
struct GraphicsState<'a> {
    to_page: Matrix,
    font: Option<&'a Dictionary>,
}

struct Reader<'a> {
    document: &'a Document,
    fonts: HashMap<*const Dictionary, Option<ReadFont>>,
    text: PageText,
    /// Height of the line written last.
    line: Option<f32>,
}

struct ReadFont(Encoding<'static>);

impl<'a> Reader<'a> {
    fn content(
        &mut self,
        content: &[u8],
        resources: Option<&'a Dictionary>,
        to_page: Matrix,
        depth: usize,
    ) -> lopdf::Result<()> {
        if depth > DEEPEST {
            return Err(lopdf::Error::RecursionLimit);
        }
        let mut now = GraphicsState { to_page, font: None };
        let mut kept = Vec::new();
        let mut line = Matrix::IDENTITY;
        let mut leading = 0.0;
        // One entry for each marked stretch: whether replacement text stands for it.
        let mut marked: Vec<bool> = Vec::new();
        for operation in Content::decode(content)?.operations {
            let operands = operation.operands.as_slice();
            let number = |index: usize| {
                operands.get(index).and_then(|each| each.as_float().ok()).unwrap_or(0.0)
            };
            match operation.operator.as_str() {
                "q" => kept.push(now.clone()),
                "Q" => now = kept.pop().unwrap_or(now),
                "cm" => now.to_page = Matrix::of(operands).within(now.to_page),
                "BT" => line = Matrix::IDENTITY,
                "Tm" => line = Matrix::of(operands),
                "Td" => line = moved(line, number(0), number(1)),
                "TD" => {
                    leading = -number(1);
                    line = moved(line, number(0), number(1));
                }
                "TL" => leading = number(0),
                "T*" => line = moved(line, 0.0, -leading),
                "Tf" => now.font = self.font_named(resources, operands),
                "BMC" => marked.push(false),
                "BDC" => {
                    let actual = self.actual_text(resources, operands);
                    marked.push(actual.is_some());
                    if let Some(actual) = actual {
                        self.write(&actual, line.within(now.to_page).height());
                    }
                }
                "EMC" => drop(marked.pop()),
                "Tj" | "TJ" | "'" | "\"" => {
                    if matches!(operation.operator.as_str(), "'" | "\"") {
                        line = moved(line, 0.0, -leading);
                    }
                    if !marked.contains(&true) {
                        let shown = self.shown(now.font, operands)?;
                        self.write(&shown, line.within(now.to_page).height());
                    }
                }
                "Do" => self.form(resources, operands, now.to_page, depth)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn write(&mut self, text: &str, height: f32) {
        if text.is_empty() {
            return;
        }
        if let Some(line) = self.line {
            let same = (line - height).abs() < SAME_LINE;
            self.text.divided.push_str(if same { " ¦ " } else { "\n" });
        }
        self.line = Some(height);
        self.text.divided.push_str(text);
        self.text.shown.push_str(text);
    }

    fn resource(
        &self,
        resources: Option<&'a Dictionary>,
        kind: &[u8],
        name: Option<&Object>,
    ) -> Option<&'a Object> {
        let name = name?.as_name().ok()?;
        let kinds = resources?.get_deref(kind, self.document).ok()?.as_dict().ok()?;
        kinds.get_deref(name, self.document).ok()
    }

    fn font_named(
        &self,
        resources: Option<&'a Dictionary>,
        operands: &[Object],
    ) -> Option<&'a Dictionary> {
        self.resource(resources, b"Font", operands.first())?.as_dict().ok()
    }

    fn actual_text(
        &self,
        resources: Option<&'a Dictionary>,
        operands: &[Object],
    ) -> Option<String> {
        let properties = match operands.get(1)? {
            Object::Dictionary(properties) => properties,
            name => self.resource(resources, b"Properties", Some(name))?.as_dict().ok()?,
        };
        let text = properties.get_deref(b"ActualText", self.document).ok()?;
        lopdf::decode_text_string(text).ok()
    }

    /// What a showing operator shows; text without a font or a map is replacement characters.
    fn shown(
        &mut self,
        font: Option<&'a Dictionary>,
        operands: &[Object],
    ) -> lopdf::Result<String> {
        let mut text = String::new();
        let Some(shown) = operands.last() else { return Ok(text) };
        let parts = match shown {
            Object::Array(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for bytes in parts.iter().filter_map(|part| part.as_str().ok()) {
            let read = match font {
                Some(font) => self.read_font(font)?,
                None => None,
            };
            match read {
                Some(ReadFont(encoding)) => encoding.write_to_string(bytes, &mut text)?,
                None if bytes.is_empty() => {}
                None => text.push(char::REPLACEMENT_CHARACTER),
            }
        }
        Ok(text)
    }

    fn read_font(&mut self, font: &'a Dictionary) -> lopdf::Result<Option<&ReadFont>> {
        let key = std::ptr::from_ref(font);
        if !self.fonts.contains_key(&key) {
            let read = self.to_unicode(font)?;
            self.fonts.insert(key, read);
        }
        Ok(self.fonts.get(&key).and_then(Option::as_ref))
    }

    /// The font's map to Unicode. Its encoding alone would not say what a reader extracts.
    fn to_unicode(&self, font: &Dictionary) -> lopdf::Result<Option<ReadFont>> {
        if font.get_deref(b"ToUnicode", self.document).and_then(Object::as_stream).is_err() {
            return Ok(None);
        }
        let mut only = Dictionary::new();
        for key in [&b"Type"[..], b"ToUnicode"] {
            only.set(key, font.get(key)?.clone());
        }
        match only.get_font_encoding_with_limit(self.document, LARGEST_STREAM)? {
            Encoding::UnicodeMapEncoding(map) => {
                Ok(Some(ReadFont(Encoding::UnicodeMapEncoding(map))))
            }
            _ => Ok(None),
        }
    }

    fn form(
        &mut self,
        resources: Option<&'a Dictionary>,
        operands: &[Object],
        to_page: Matrix,
        depth: usize,
    ) -> lopdf::Result<()> {
        let named = self.resource(resources, b"XObject", operands.first());
        let Some(form) = named.and_then(|object| object.as_stream().ok()) else { return Ok(()) };
        if form.dict.get(b"Subtype").and_then(Object::as_name).ok() != Some(b"Form") {
            return Ok(());
        }
        let own = form.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok();
        let matrix = form.dict.get_deref(b"Matrix", self.document).and_then(Object::as_array);
        let inner = matrix.map_or(Matrix::IDENTITY, |numbers| Matrix::of(numbers));
        let content = form.get_plain_content_with_limit(LARGEST_STREAM)?;
        self.content(&content, own.or(resources), inner.within(to_page), depth + 1)
    }
}

fn moved(line: Matrix, x: f32, y: f32) -> Matrix {
    Matrix([1.0, 0.0, 0.0, 1.0, x, y]).within(line)
}
