//! Sheets and stamps on pictures and documents made here.

use super::*;
use crate::{digest::Digest, office::embedded};

fn occasion() -> Occasion {
    Occasion {
        case: Some("YL-2026-0501".into()),
        day: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
        zone: FixedOffset::east_opt(8 * 3600).unwrap(),
        sample: true,
    }
}

fn pictures(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, at) in names.iter().zip((1..=3).cycle()) {
        let made = embedded::sample_media(&format!("door_plate_{at}.jpg")).unwrap();
        durable::write_new(&folder.path().join(name), made).unwrap();
    }
    folder
}

#[test]
fn pictures_stand_on_the_sheet_byte_for_byte_with_digest_and_time() {
    let folder = pictures(&["门牌 一.jpg", "b.jpg", "c.jpg"]);
    let found = Pictures::of_folder(folder.path()).unwrap();
    let fonts = embedded::fonts().unwrap();
    let (pdf, placed) = found.part(0, &occasion(), fonts).unwrap();
    assert_eq!((placed, found.parts()), (3, 1));
    let document = Document::load_mem(&pdf).unwrap();
    assert_eq!(document.get_pages().len(), 2);
    let is_picture = |stream: &&Stream| {
        stream.dict.get(b"Filter").and_then(Object::as_name).is_ok_and(|name| name == b"DCTDecode")
    };
    let streams = document.objects.values().filter_map(|object| object.as_stream().ok());
    let held: BTreeSet<Digest> =
        streams.filter(is_picture).map(|stream| Digest::of(&stream.content)).collect();
    let made = (1..=3)
        .map(|at| Digest::of(embedded::sample_media(&format!("door_plate_{at}.jpg")).unwrap()));
    assert_eq!(held, made.collect());
    let (again, _) = found.part(0, &occasion(), fonts).unwrap();
    assert_eq!(Digest::of(again), Digest::of(&pdf), "the same pictures give the same bytes");
}

/// A PNG of two by two pixels of `kind`, its rows as given.
fn png(kind: u8, interlace: u8, rows: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(rows).unwrap();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [0, 0, 0, 2, 0, 0, 0, 2, 8, kind, 0, 0, interlace];
    let packed = packed.finish().unwrap();
    for (name, content) in [(b"IHDR", &header[..]), (b"IDAT", &packed), (b"IEND", &[])] {
        out.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        let named = [&name[..], content].concat();
        out.extend(&named);
        out.extend(crc32fast::hash(&named).to_be_bytes());
    }
    out
}

#[test]
fn a_png_keeps_the_value_of_every_pixel_and_heic_is_named() {
    use std::io::Read as _;
    let rows = |own: &[u8], other: &[u8]| [&[1], own, &[4], other].concat();
    let plain = rows(&[1, 2, 3, 4, 5, 6], &[7, 8, 9, 10, 11, 12]);
    let clear = rows(&[1, 2, 3, 90, 4, 5, 6, 91], &[7, 8, 9, 92, 10, 11, 12, 93]);
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| durable::write_new(&folder.path().join(name), bytes);
    put("a.png", &png(2, 0, &plain)).unwrap();
    put("b.png", &png(6, 0, &clear)).unwrap();
    put("interlaced.png", &png(2, 1, &plain)).unwrap();
    put("short.png", &png(2, 0, &plain[1..])).unwrap();
    put("x.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").unwrap();
    let found = Pictures::of_folder(folder.path()).unwrap();
    let codes: Vec<_> = found.left_out.iter().map(|report| report.code.code).collect();
    assert_eq!(codes, ["CH-E121", "CH-E121", "CH-E133"]);
    let (pdf, placed) = found.part(0, &occasion(), embedded::fonts().unwrap()).unwrap();
    assert_eq!(placed, 2);
    let document = Document::load_mem(&pdf).unwrap();
    let unpacked = |stream: &Stream| {
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(stream.content.as_slice()).read_to_end(&mut rows).unwrap();
        rows
    };
    let is_image = |stream: &&Stream| {
        stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Image")
    };
    let images: Vec<&Stream> = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(is_image)
        .collect();
    assert_eq!(images.len(), 3);
    let coloured = images.iter().filter(|image| unpacked(image) == plain).count();
    assert_eq!(coloured, 2, "without its alpha the second has the rows of the first");
    assert!(images.iter().any(|image| unpacked(image) == rows(&[90, 91], &[92, 93])));
    assert_eq!(images.iter().filter(|image| image.dict.has(b"SMask")).count(), 1);
}

#[test]
fn many_pictures_go_into_several_parts_and_broken_ones_are_told() {
    let names: Vec<String> = (0..20).map(|at| format!("{at:02}.jpg")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = pictures(&names);
    let whole = embedded::sample_media("door_plate_1.jpg").unwrap();
    durable::write_new(&folder.path().join("cut.jpg"), &whole[..whole.len() - 9]).unwrap();
    durable::write_new(&folder.path().join("note.txt"), b"text").unwrap();
    let found = Pictures::of_folder(folder.path()).unwrap();
    assert_eq!(found.parts(), 2);
    let codes: Vec<_> = found.left_out.iter().map(|report| report.code.code).collect();
    assert_eq!(codes, ["CH-E121"]);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(Pictures::of_folder(empty.path()).unwrap_err()[0].code.code, "CH-E120");
}

#[test]
fn a_folder_too_full_or_too_deep_is_refused_before_its_names_are_held() {
    let folder = pictures(&["a.jpg", "b.jpg", "c.jpg"]);
    let within = |most| Pictures::of_folder_within(folder.path(), most);
    assert_eq!(within((3, 0)).unwrap().parts(), 1);
    assert_eq!(within((2, 0)).unwrap_err()[0].code.code, "CH-E213");
    std::fs::create_dir_all(folder.path().join("d/e")).unwrap();
    assert_eq!(within((9, 2)).unwrap().parts(), 1);
    assert_eq!(within((9, 1)).unwrap_err()[0].code.code, "CH-E213");
}

#[test]
fn a_picture_exchanged_after_it_was_found_is_proved_anew() {
    let rows = |own: &[u8], other: &[u8]| [&[1], own, &[4], other].concat();
    let plain = rows(&[1, 2, 3, 4, 5, 6], &[7, 8, 9, 10, 11, 12]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    durable::write_new(&path, &png(2, 0, &plain)).unwrap();
    let found = Pictures::of_folder(folder.path()).unwrap();
    assert!(found.part(0, &occasion(), embedded::fonts().unwrap()).is_ok());
    durable::replace(&path, &png(2, 0, &plain[1..])).unwrap();
    let refused = found.part(0, &occasion(), embedded::fonts().unwrap()).unwrap_err();
    assert_eq!(refused[0].code.code, "CH-E121");
}

#[test]
fn a_stamped_copy_begins_with_all_bytes_of_the_original() {
    let folder = pictures(&["a.jpg", "b.jpg", "c.jpg"]);
    let fonts = embedded::fonts().unwrap();
    let found = Pictures::of_folder(folder.path()).unwrap();
    let (original, _) = found.part(0, &occasion(), fonts).unwrap();
    let copy = stamp(&original, "示例清收服务有限公司", &occasion(), fonts).unwrap();
    assert!(copy.starts_with(&original) && copy.len() > original.len());
    let document = Document::load_mem(&copy).unwrap();
    assert_eq!(document.get_pages().len(), 2);
    let text = crate::typeset::FinishedText::read(&copy);
    assert!(text.is_ok());
    // The stamp of a second day would hide the first.
    let again = stamp(&copy, "甲", &occasion(), fonts).unwrap_err();
    assert_eq!(again[0].code.code, "CH-E212");
    for bad in [&b"no pdf"[..], &original[..original.len() / 2]] {
        let codes = stamp(bad, "甲", &occasion(), fonts).unwrap_err();
        assert_eq!(codes[0].code.code, "CH-E123");
    }
}
