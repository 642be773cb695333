//! The text a reader extracts from the pages of a PDF.
//!
//! Follows the content of each page through its form objects, decodes what is shown through the
//! fonts' `ToUnicode` maps, and takes replacement text (`ActualText`) where it is given. Runs
//! that touch are joined, whatever their fonts; ` ¦ ` divides those of one line that stand apart,
//! and a line break divides lines: a number broken over runs or lines is still one, figures in
//! neighbouring cells are not.
//! Source: ISO 32000-1, 9.10 and 14.9.4.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Encoding, Object, ObjectId, content::Content};

/// Most bytes any stream of a letter inflates to.
pub(super) const LARGEST_STREAM: usize = 64 << 20;

/// Form objects inside form objects.
const DEEPEST: usize = 16;

/// How far two base lines may be apart and still be one line, in points.
const SAME_LINE: f32 = 0.5;

/// Widest gap between runs that touch, and widest overlap, in parts of the type size: what is
/// put between Chinese and Latin letters is a quarter.
const TOUCHING: std::ops::Range<f32> = -0.5..0.3;

/// Width of a character where a font does not tell, in thousandths.
const USUAL_WIDTH: f32 = 500.0;

/// Text of one page.
pub(super) struct PageText {
    /// With lines and the parts of a line divided.
    pub(super) divided: String,
    /// What was shown, with nothing between.
    pub(super) shown: String,
}

/// Reads the pages of one document; a font of several pages is read once.
pub(super) struct Pages<'a> {
    document: &'a Document,
    fonts: Fonts,
}

impl<'a> Pages<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        Self { document, fonts: Fonts::new() }
    }

    /// Text of the page `id`.
    pub(super) fn text(&mut self, id: ObjectId) -> lopdf::Result<PageText> {
        let Self { document, fonts } = self;
        let content = document.get_page_content_with_limit(id, LARGEST_STREAM)?;
        let text = PageText { divided: String::new(), shown: String::new() };
        let mut reader = Reader { document, fonts, text, end: None };
        reader.content(&content, page_resources(document, id), Matrix::IDENTITY, 0)?;
        Ok(reader.text)
    }
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

    /// Where the point `along` on the base line lands.
    fn point(self, along: f32) -> (f32, f32) {
        let [xx, xy, _, _, dx, dy] = self.0;
        (along * xx + dx, along * xy + dy)
    }

    /// How much larger it paints.
    fn scale(self) -> f32 {
        let [xx, xy, ..] = self.0;
        xx.hypot(xy)
    }
}

#[derive(Clone)]
struct GraphicsState<'a> {
    to_page: Matrix,
    font: Option<&'a Dictionary>,
    size: f32,
}

/// Fonts by where their dictionary is in the document; `None` for one that cannot be read.
type Fonts = HashMap<*const Dictionary, Option<ReadFont>>;

struct Reader<'a> {
    document: &'a Document,
    fonts: &'a mut Fonts,
    text: PageText,
    /// Where the run written last ended on the page.
    end: Option<(f32, f32)>,
}

/// What reading needs of a font.
struct ReadFont {
    to_unicode: Encoding<'static>,
    /// Widths of two-byte codes in thousandths; none for a font with other codes.
    widths: Option<HashMap<u16, f32>>,
    usual: f32,
}

/// What one operator shows: its text and how far it moves on, in text space.
#[derive(Default)]
struct Shown {
    text: String,
    advance: f32,
}

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
        let mut now = GraphicsState { to_page, font: None, size: 0.0 };
        let mut kept = Vec::new();
        let (mut line, mut leading) = (Matrix::IDENTITY, 0.0);
        // How far the line is set already.
        let mut along = 0.0;
        // One entry for each marked stretch: whether replacement text stands for it.
        let mut marked: Vec<bool> = Vec::new();
        for operation in Content::decode(content)?.operations {
            let operands = operation.operands.as_slice();
            let number = |index: usize| {
                operands.get(index).and_then(|each| each.as_float().ok()).unwrap_or(0.0)
            };
            let operator = operation.operator.as_str();
            if matches!(operator, "BT" | "Tm" | "Td" | "TD" | "T*" | "'" | "\"") {
                along = 0.0;
            }
            match operator {
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
                "Tf" => {
                    now.font = self.font_named(resources, operands);
                    now.size = number(1);
                }
                "BMC" => marked.push(false),
                "BDC" => {
                    let actual = self.actual_text(resources, operands);
                    marked.push(actual.is_some());
                    if let Some(actual) = actual {
                        // How long it is shows in what it stands for.
                        self.write(&actual, line.within(now.to_page), along, now.size);
                    }
                }
                "EMC" => drop(marked.pop()),
                "Tj" | "TJ" | "'" | "\"" => {
                    if matches!(operator, "'" | "\"") {
                        line = moved(line, 0.0, -leading);
                    }
                    let shown = self.shown(now.font, now.size, operands)?;
                    let here = line.within(now.to_page);
                    if !marked.contains(&true) {
                        self.write(&shown.text, here, along, now.size);
                    }
                    along += shown.advance;
                    self.end = Some(here.point(along));
                }
                "Do" => self.form(resources, operands, now.to_page, depth)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn write(&mut self, text: &str, here: Matrix, along: f32, size: f32) {
        if text.is_empty() {
            return;
        }
        let (x, y) = here.point(along);
        if let Some((end_x, end_y)) = self.end {
            let gap = (x - end_x) / (size * here.scale()).abs().max(f32::EPSILON);
            self.text.divided.push_str(if (y - end_y).abs() >= SAME_LINE {
                "\n"
            } else if TOUCHING.contains(&gap) {
                ""
            } else {
                " ¦ "
            });
        }
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
        size: f32,
        operands: &[Object],
    ) -> lopdf::Result<Shown> {
        let mut shown = Shown::default();
        let parts = match operands.last() {
            Some(Object::Array(parts)) => parts.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        for part in parts {
            let Ok(bytes) = part.as_str() else {
                shown.advance -= part.as_float().unwrap_or(0.0) / 1000.0 * size;
                continue;
            };
            let read = match font {
                Some(font) => self.read_font(font)?,
                None => None,
            };
            match read {
                Some(font) => {
                    font.to_unicode.write_to_string(bytes, &mut shown.text)?;
                    shown.advance += font.width(bytes) / 1000.0 * size;
                }
                None if bytes.is_empty() => {}
                None => shown.text.push(char::REPLACEMENT_CHARACTER),
            }
        }
        Ok(shown)
    }

    fn read_font(&mut self, font: &'a Dictionary) -> lopdf::Result<Option<&ReadFont>> {
        let key = std::ptr::from_ref(font);
        if !self.fonts.contains_key(&key) {
            let read = self.font(font)?;
            self.fonts.insert(key, read);
        }
        Ok(self.fonts.get(&key).and_then(Option::as_ref))
    }

    /// The font's map to Unicode, and its widths. Its encoding alone would not say what a reader
    /// extracts.
    fn font(&self, font: &Dictionary) -> lopdf::Result<Option<ReadFont>> {
        if font.get_deref(b"ToUnicode", self.document).and_then(Object::as_stream).is_err() {
            return Ok(None);
        }
        let mut only = Dictionary::new();
        for key in [&b"Type"[..], b"ToUnicode"] {
            only.set(key, font.get(key)?.clone());
        }
        let encoding = only.get_font_encoding_with_limit(self.document, LARGEST_STREAM)?;
        let Encoding::UnicodeMapEncoding(map) = encoding else { return Ok(None) };
        let descendant = font
            .get_deref(b"DescendantFonts", self.document)
            .and_then(Object::as_array)
            .ok()
            .and_then(|fonts| self.document.dereference(fonts.first()?).ok())
            .and_then(|(_, font)| font.as_dict().ok());
        Ok(Some(ReadFont {
            to_unicode: Encoding::UnicodeMapEncoding(map),
            widths: descendant.map(|font| self.widths(font)),
            usual: match descendant {
                Some(font) => font.get(b"DW").and_then(Object::as_float).unwrap_or(1000.0),
                None => USUAL_WIDTH,
            },
        }))
    }

    /// The widths of a composite font: `first [w w …]` or `first last w`. ISO 32000-1, 9.7.4.3.
    fn widths(&self, font: &Dictionary) -> HashMap<u16, f32> {
        let mut widths = HashMap::new();
        let listed = font.get_deref(b"W", self.document).and_then(Object::as_array);
        let mut rest = listed.map_or(&[][..], Vec::as_slice);
        let code = |object: &Object| object.as_i64().ok().and_then(|code| code.try_into().ok());
        while let [first, second, after @ ..] = rest {
            let Some(first) = code(first) else { break };
            let second = self.document.dereference(second).map_or(second, |(_, object)| object);
            if let Object::Array(each) = second {
                let each = each.iter().map(|width| width.as_float().unwrap_or(0.0));
                widths.extend((first..=u16::MAX).zip(each));
                rest = after;
            } else if let (Some(last), [width, after @ ..]) = (code(second), after) {
                let width = width.as_float().unwrap_or(0.0);
                widths.extend((first..=last).map(|code: u16| (code, width)));
                rest = after;
            } else {
                break;
            }
        }
        widths
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

impl ReadFont {
    /// How wide `bytes` are set, in thousandths of the type size.
    fn width(&self, bytes: &[u8]) -> f32 {
        match &self.widths {
            Some(widths) => {
                let (codes, _) = bytes.as_chunks::<2>();
                codes
                    .iter()
                    .map(|&code| widths.get(&u16::from_be_bytes(code)).unwrap_or(&self.usual))
                    .sum()
            }
            None => bytes.iter().map(|_| self.usual).sum(),
        }
    }
}

fn moved(line: Matrix, x: f32, y: f32) -> Matrix {
    Matrix([1.0, 0.0, 0.0, 1.0, x, y]).within(line)
}
