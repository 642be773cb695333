//! The stamp 副本 on every page of a copy.
//!
//! What is written is an incremental update (ISO 32000-2 section 7.5.6): the copy begins with all
//! bytes of the original, so that who has the copy has the original too.

use std::collections::BTreeSet;

use lopdf::{Document, IncrementalDocument, Object, ObjectId, Stream, dictionary};
use serde_json::json;

use super::{Occasion, Reports, SheetError, words};
use crate::{
    digest::Digest,
    problem::alone as report,
    typeset::{FontSet, Meant, PdfIdentity},
};

const WORDS: &str = "副本 与原件一致";
/// The stamp's sides, in points, as `stamp.typ` has them.
const SIDES: (f32, f32) = (147.4, 48.19);
/// Its distance from the page's edges.
const MARGIN: f32 = 14.0;
/// What a whole document ends with (ISO 32000-2 section 7.5.5), and how near to its last byte.
const END: &[u8] = b"%%EOF";
const TAIL: usize = 1024;
/// Most levels of a page tree that inherited sides are looked for in.
const DEEPEST: usize = 32;

/// A copy of `original` with the stamp on every page, below it who made it and when.
///
/// # Errors
/// [`SheetError::Pdf`] if it is no whole PDF or encrypted; all that refuses the stamp's words.
pub fn stamp(
    original: &[u8],
    agency: &str,
    occasion: &Occasion,
    fonts: &FontSet,
) -> Reports<Vec<u8>> {
    let digest = Digest::of(original).to_string();
    let half = digest.len().div_euclid(2);
    let (first, second) = digest.split_at(half);
    let lines = [
        WORDS.to_owned(),
        format!("{agency} {}", occasion.day),
        first.to_owned(),
        second.to_owned(),
    ];
    let meant: Vec<Meant> = lines.iter().map(|line| Meant::once("stamp", line.clone())).collect();
    let identity = PdfIdentity {
        ident: digest,
        title: WORDS.to_owned(),
        issued_on: occasion.day,
        zone: occasion.zone,
    };
    let layout = include_bytes!("stamp.typ");
    let pdf = words(layout, &json!({ "lines": lines }), &meant, &identity, fonts)?;
    put(original, &pdf).map_err(report)
}

/// What the stamp is called among a page's pictures.
const NAME: &str = "ChanceryCopyStamp";

/// Whether `object` holds the name of a stamp, references not followed.
fn is_stamped(object: &Object) -> bool {
    let dictionary = match object {
        Object::Dictionary(dictionary) => dictionary,
        Object::Stream(stream) => &stream.dict,
        Object::Array(items) => return items.iter().any(is_stamped),
        _ => return false,
    };
    dictionary.has(NAME.as_bytes()) || dictionary.iter().any(|(_, held)| is_stamped(held))
}

fn put(original: &[u8], stamp: &[u8]) -> Result<Vec<u8>, SheetError> {
    let told = |error: lopdf::Error| SheetError::Pdf { what: error.to_string() };
    let wrong = |what: &str| Err(SheetError::Pdf { what: what.to_owned() });
    // Readers rebuild what was cut off; a stamp on half a document would pass it off as whole.
    let tail = original.get(original.len().saturating_sub(TAIL)..).unwrap_or_default();
    if !tail.windows(END.len()).any(|part| part == END) {
        return wrong("its end is missing");
    }
    let before = Document::load_mem(original).map_err(told)?;
    if before.is_encrypted() || before.trailer.has(b"Encrypt") {
        return wrong("it is encrypted");
    }
    if before.objects.values().any(is_stamped) {
        return Err(SheetError::Copied);
    }
    let pages: Vec<ObjectId> = before.get_pages().into_values().collect();
    if pages.is_empty() {
        return wrong("it has no pages");
    }
    let corners: Vec<(f32, f32)> = pages.iter().map(|page| upper_right(&before, *page)).collect();
    let mut copy = IncrementalDocument::create_from(original.to_vec(), before);
    let form = form(&mut copy.new_document, stamp).map_err(told)?;
    for (page, (right, top)) in pages.into_iter().zip(corners) {
        copy.add_xobject(page, NAME, form).map_err(told)?;
        let (x, y) = (right - SIDES.0 - MARGIN, top - SIDES.1 - MARGIN);
        let drawn = format!("Q\nq\n1 0 0 1 {x:.2} {y:.2} cm\n/{NAME} Do\nQ\n");
        let begin = copy.new_document.add_object(super::plain("q\n".to_owned()));
        let end = copy.new_document.add_object(super::plain(drawn));
        copy.opt_clone_object_to_new_document(page).map_err(told)?;
        let held = copy.new_document.get_object(page).and_then(Object::as_dict).map_err(told)?;
        let own = held.get(b"Contents").cloned().ok();
        let mut all = vec![Object::Reference(begin)];
        all.extend(own.map(|own| contents(copy.get_prev_documents(), own)).unwrap_or_default());
        all.push(Object::Reference(end));
        let held =
            copy.new_document.get_object_mut(page).and_then(Object::as_dict_mut).map_err(told)?;
        held.set("Contents", all);
    }
    let mut out = Vec::new();
    let saved = copy.save_to(&mut out);
    saved.map_err(|error| SheetError::Pdf { what: error.to_string() })?;
    if out.starts_with(original) { Ok(out) } else { wrong("its bytes could not be kept") }
}

/// The streams of a page: one, or a list, or a reference to a list.
fn contents(document: &Document, own: Object) -> Vec<Object> {
    match own {
        Object::Array(list) => list,
        Object::Reference(id) => match document.get_object(id) {
            Ok(Object::Array(list)) => list.clone(),
            _ => vec![Object::Reference(id)],
        },
        _ => Vec::new(),
    }
}

/// The upper right corner of a page, from it or from the nodes above it.
fn upper_right(document: &Document, page: ObjectId) -> (f32, f32) {
    let mut next = Some(page);
    for _ in 0..DEEPEST {
        let Some(node) = next.and_then(|id| document.get_dictionary(id).ok()) else { break };
        let sides = [&b"CropBox"[..], b"MediaBox"].into_iter().find_map(|name| {
            let found = document.dereference(node.get(name).ok()?).ok()?.1;
            let [left, bottom, right, top] = found.as_array().ok()?.as_slice() else { return None };
            let number = |object: &Object| document.dereference(object).ok()?.1.as_float().ok();
            let (left, right) = (number(left)?, number(right)?);
            let (bottom, top) = (number(bottom)?, number(top)?);
            Some((left.max(right), bottom.max(top)))
        });
        if let Some(corner) = sides {
            return corner;
        }
        next = node.get(b"Parent").and_then(Object::as_reference).ok();
    }
    (595.28, 841.89)
}

/// Takes the stamp's page over into `document` as a form, with its fonts.
fn form(document: &mut Document, stamp: &[u8]) -> lopdf::Result<ObjectId> {
    let mut drawn = Document::load_mem(stamp)?;
    drawn.renumber_objects_with(document.max_id.saturating_add(1));
    let page = drawn.get_pages().into_values().next().ok_or(lopdf::Error::PageNumberNotFound(1))?;
    let content = drawn.get_page_content(page);
    let held = drawn.get_dictionary(page)?;
    let resources = held.get(b"Resources")?.clone();
    document.max_id = drawn.max_id;
    let used = reachable(&drawn, &resources);
    for (id, object) in &drawn.objects {
        if used.contains(id) {
            document.objects.insert(*id, object.clone());
        }
    }
    let form = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Form",
        "BBox" => vec![0.into(), 0.into(), Object::Real(SIDES.0), Object::Real(SIDES.1)],
        "Resources" => resources,
    };
    Ok(document.add_object(Stream::new(form, content)))
}

/// Every object that `from` leads to.
fn reachable(document: &Document, from: &Object) -> BTreeSet<ObjectId> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(object) = open.pop() {
        match object {
            Object::Reference(id) if found.insert(*id) => open.extend(document.objects.get(id)),
            Object::Array(items) => open.extend(items),
            Object::Dictionary(items) => open.extend(items.iter().map(|(_, item)| item)),
            Object::Stream(stream) => open.extend(stream.dict.iter().map(|(_, item)| item)),
            _ => {}
        }
    }
    found
}
