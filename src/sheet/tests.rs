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
    for bad in [&b"no pdf"[..], &original[..original.len() / 2]] {
        let codes = stamp(bad, "甲", &occasion(), fonts).unwrap_err();
        assert_eq!(codes[0].code.code, "CH-E123");
    }
}
