//! Several finished PDFs as one: joined page after page, or laid side by side.
//!
//! For people who compare and approve, never for letters: the result is neither tagged nor archived.
//! Pages are taken over as they are; what is marked is painted beneath them.

use std::fmt::Write as _;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::{Area, TypesetError};

/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;
/// Room around the pages that are laid side by side, and for the heads above them, in points.
const MARGIN: f32 = 18.0;
const HEAD: f32 = 26.0;
/// Colours beneath what only the left and only the right has.
const COLOURS: [&str; 2] = ["1 0.84 0.82", "0.82 0.94 0.82"];

/// One page of two that are compared: its place in its file and what is marked on it.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Areas that are marked, in millimetres, by page.
    pub marked: Vec<Vec<Area>>,
    /// Head above the page, printable ASCII.
    pub head: String,
}

/// All pages of `pdfs`, one after the other.
///
/// # Errors
/// [`TypesetError::Unreadable`] if one cannot be read.
pub fn joined(pdfs: &[Vec<u8>]) -> Result<Vec<u8>, TypesetError> {
    let mut whole = Document::with_version("1.7");
    let pages = whole.new_object_id();
    let mut kids = Vec::new();
    for pdf in pdfs {
        for page in take_over(&mut whole, pdf)? {
            if let Ok(Object::Dictionary(page)) = whole.get_object_mut(page) {
                page.set("Parent", pages);
                page.remove(b"StructParents");
                page.remove(b"Tabs");
            }
            kids.push(page);
        }
    }
    finish(whole, pages, &kids)
}

/// Each page of `left` beside the same page of `right`.
///
/// # Errors
/// [`TypesetError::Unreadable`] if one cannot be read.
pub fn beside(left: (&[u8], &Side), right: (&[u8], &Side)) -> Result<Vec<u8>, TypesetError> {
    let mut whole = Document::with_version("1.7");
    let pages = whole.new_object_id();
    let font = whole.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
    });
    let mut sides = Vec::new();
    for (pdf, side) in [left, right] {
        let mut forms = Vec::new();
        for page in take_over(&mut whole, pdf)? {
            forms.push(form(&mut whole, page)?);
        }
        sides.push((forms, side));
    }
    let most = sides.iter().map(|(forms, _)| forms.len()).max().unwrap_or_default();
    let mut kids = Vec::new();
    for at in 0..most {
        let mut content = String::new();
        let mut names = Dictionary::new();
        let (mut x, mut height) = (MARGIN, 0.0_f32);
        for (which, (forms, side)) in sides.iter().enumerate() {
            let Some((id, [width, tall])) = forms.get(at).or_else(|| forms.first()) else {
                continue;
            };
            if forms.len() > at {
                let name = format!("P{which}");
                let colour = COLOURS.get(which).copied().unwrap_or_default();
                // Writing to a string does not fail.
                let _ = writeln!(content, "q 1 0 0 1 {x} {MARGIN} cm 1 g 0 0 {width} {tall} re f");
                for area in side.marked.get(at).into_iter().flatten() {
                    content.push_str(&marked(area, *tall, colour));
                }
                let _ = writeln!(content, "/{name} Do 0.6 G 0.4 w 0 0 {width} {tall} re S Q");
                names.set(name, *id);
            }
            let y = MARGIN + tall + 8.0;
            let head = side.head.replace(['(', ')', '\\'], " ");
            let _ = writeln!(content, "BT /F 9 Tf {x} {y} Td ({head}) Tj ET");
            x += width + MARGIN;
            height = height.max(*tall);
        }
        let content = whole.add_object(Stream::new(Dictionary::new(), content.into_bytes()));
        let box_ = [0.0, 0.0, x, height + 2.0 * MARGIN + HEAD].map(Object::Real).to_vec();
        kids.push(whole.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "MediaBox" => box_, "Contents" => content,
            "Resources" => dictionary! {
                "XObject" => names, "Font" => dictionary! { "F" => font },
            },
        }));
    }
    finish(whole, pages, &kids)
}

/// A mark beneath one area of a page that is `tall` points high.
fn marked(area: &Area, tall: f32, colour: &str) -> String {
    let point = |millimetres: f64| narrowed(millimetres) * POINTS;
    let (left, right) = (point(area.left) - 1.0, point(area.right) + 1.0);
    let (top, bottom) = (point(area.top) - 1.0, point(area.bottom) + 1.0);
    let (y, width, height) = (tall - bottom, right - left, bottom - top);
    format!("{colour} rg {left} {y} {width} {height} re f\n")
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "millimetres on paper, of which PDF readers keep no more"
)]
fn narrowed(measure: f64) -> f32 {
    measure as f32
}

/// Takes the objects of `pdf` into `whole` and gives its pages.
fn take_over(whole: &mut Document, pdf: &[u8]) -> Result<Vec<ObjectId>, TypesetError> {
    let mut document = Document::load_mem(pdf).map_err(|_| unreadable())?;
    document.renumber_objects_with(whole.max_id + 1);
    whole.max_id = document.max_id;
    let pages = document.page_iter().collect();
    whole.objects.extend(document.objects);
    Ok(pages)
}

/// A page as a picture that other pages can show, with its size in points.
fn form(whole: &mut Document, page: ObjectId) -> Result<(ObjectId, [f32; 2]), TypesetError> {
    let content = whole.get_page_content(page);
    let dictionary = whole.get_dictionary(page).map_err(|_| unreadable())?;
    let resources = dictionary.get(b"Resources").map_err(|_| unreadable())?.clone();
    let media = dictionary.get(b"MediaBox").and_then(Object::as_array).map_err(|_| unreadable())?;
    let sides: Vec<f32> = media.iter().filter_map(|side| side.as_float().ok()).collect();
    let [left, low, right, high] = sides.as_slice() else { return Err(unreadable()) };
    let size = [right - left, high - low];
    let media = media.clone();
    let form = Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => media, "Resources" => resources,
        },
        content,
    );
    Ok((whole.add_object(form), size))
}

fn finish(
    mut whole: Document,
    pages: ObjectId,
    kids: &[ObjectId],
) -> Result<Vec<u8>, TypesetError> {
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    let kids: Vec<Object> = kids.iter().map(|kid| Object::Reference(*kid)).collect();
    whole
        .objects
        .insert(pages, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = whole.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    whole.trailer.set("Root", catalog);
    whole.prune_objects();
    whole.compress();
    let mut bytes = Vec::new();
    whole.save_to(&mut bytes).map_err(|_| unreadable())?;
    Ok(bytes)
}

fn unreadable() -> TypesetError {
    TypesetError::Unreadable { what: "its pages cannot be put together".to_owned() }
}
