//! An entry's one form, and everything that is not it.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::register::testing::{Key, moment};

fn place() -> Place {
    Place { seq: 3, previous: Digest::of("before"), recorded_at: moment(60) }
}

fn draft(body: Value) -> Draft {
    let Value::Object(body) = body else { panic!("a body is an object") };
    Draft { body, ..Draft::new(EntryKind::literal("letter.issued"), "L2026000001") }
}

fn leaf(body: Value) -> Vec<u8> {
    sign(draft(body), &place(), &Key::new("clerk")).unwrap().1
}

#[test]
fn kinds_are_dotted_lower_case_words() {
    for good in ["letter.issued", "batch.volume_2.printed"] {
        assert_eq!(good.parse::<EntryKind>().unwrap().as_str(), good);
    }
    for bad in ["", "letter", "letter.", ".issued", "Letter.issued", "a..b", "a.1", "信.a"] {
        assert!(matches!(bad.parse::<EntryKind>(), Err(RegisterError::BadKind)), "{bad}");
    }
}

#[test]
fn a_leaf_is_the_canonical_form_of_the_signed_entry() {
    let leaf = leaf(json!({ "b": 1, "a": ["甲", null, true], "é": "\u{8}\n" }));
    let text = String::from_utf8(leaf.clone()).unwrap();
    assert!(text.starts_with(r#"{"body":{"a":["甲",null,true],"b":1,"é":"\b\n"},"certificate":""#));
    assert!(text.contains(r#""kind":"letter.issued","operator":"clerk","previous":""#));
    assert!(text.contains(r#""recorded_at":"2026-11-03T09:01:00.000+08:00","seq":3,"#));
    assert!(text.ends_with(r#""subject":"L2026000001","version":1}"#));
    let entry = Entry::parse(&leaf).unwrap();
    assert_eq!(entry.leaf().unwrap(), leaf);
    let signed = String::from_utf8(entry.signed_bytes().unwrap()).unwrap();
    assert!(!signed.contains("signature"));
}

#[test]
fn bytes_that_two_programs_could_read_in_two_ways_are_refused() {
    let text = String::from_utf8(leaf(json!({ "a": 1 }))).unwrap();
    for (from, to) in [
        (r#"{"body""#, r#"{ "body""#),
        (r#"{"a":1}"#, r#"{"a":1,"a":1}"#),
        (r#"{"a":1}"#, r#"{"a":1.0}"#),
        (r#"{"a":1}"#, r#"{"a":1e0}"#),
        (r#"{"a":1}"#, r#"{"a":-0}"#),
        (r#"{"a":1}"#, r#"{"a":9007199254740992}"#),
        (r#"{"a":1}"#, r#"{"\u0061":1}"#),
        (r#""seq":3"#, r#""seq":3,"seq":3"#),
        (r#""seq":3"#, r#""seq":3,"more":3"#),
        (r#""seq":3"#, r#""seq":-3"#),
        (r#","version":1"#, r#","version":2"#),
        (r#","version":1"#, ""),
        ("09:01:00.000+08:00", "09:01:00+08:00"),
        ("09:01:00.000+08:00", "09:01:60.000+08:00"),
        ("2026-11-03T", "2026-11-03 "),
        (r#""kind":"letter.issued""#, r#""kind":"letter""#),
        (r#""version":1}"#, "\"version\":1}\n"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        assert!(Entry::parse(changed.as_bytes()).is_err(), "{to}");
    }
    let null = text.replacen(r#","operator""#, r#","occurred_at":null,"operator""#, 1);
    assert!(Entry::parse(null.as_bytes()).is_err());
    assert!(Entry::parse(&[0xff; 10]).is_err());
}

#[test]
fn the_mirrored_form_of_a_signature_is_refused() {
    let mut entry = Entry::parse(&leaf(json!({}))).unwrap();
    let signature = Signature::from_slice(&entry.signature).unwrap();
    let mirrored = Signature::from_scalars(*signature.r(), -*signature.s()).unwrap();
    entry.signature = mirrored.to_bytes().into();
    let verdict = Entry::parse(&entry.leaf().unwrap());
    assert!(matches!(verdict, Err(RegisterError::NotCanonical)));
}

#[test]
fn bodies_hold_only_numbers_every_language_reads_alike() {
    let sign = |body| sign(draft(body), &place(), &Key::new("clerk")).map(|_| ());
    assert!(
        sign(json!({ "a": 9_007_199_254_740_991_u64, "b": -9_007_199_254_740_991_i64 })).is_ok()
    );
    for bad in [json!({ "a": 0.5 }), json!({ "a": [1, { "b": 9_007_199_254_740_992_u64 }] })] {
        assert!(matches!(sign(bad), Err(RegisterError::BadBody)));
    }
    let mut deep = json!(1);
    for _ in 0..17 {
        deep = json!([deep]);
    }
    assert!(matches!(sign(json!({ "a": deep })), Err(RegisterError::BadBody)));
    let long = json!({ "a": "x".repeat(MAX_BODY) });
    assert!(matches!(sign(long), Err(RegisterError::BodyTooLarge { .. })));
}

#[test]
fn a_subject_is_short_and_printable() {
    for bad in [String::new(), "a\nb".into(), "x".repeat(201)] {
        let draft = Draft::new(EntryKind::literal("letter.issued"), bad);
        let verdict = sign(draft, &place(), &Key::new("clerk"));
        assert!(matches!(verdict, Err(RegisterError::BadSubject)));
    }
}

#[test]
fn nothing_occurs_after_it_is_registered() {
    let later = draft(json!({})).occurred_at(moment(61));
    let verdict = sign(later, &place(), &Key::new("clerk"));
    assert!(matches!(verdict, Err(RegisterError::OccurredLater { .. })));
    let at_once = draft(json!({})).occurred_at(moment(60));
    assert!(sign(at_once, &place(), &Key::new("clerk")).is_ok());
}

proptest! {
    #[test]
    fn no_changed_byte_reads_as_the_same_entry(at in any::<usize>(), flip in 1_u8..=255) {
        let whole = leaf(json!({ "amount_fen": 12_345, "kind": "甲" }));
        let mut changed = whole.clone();
        let at = at % changed.len();
        changed[at] ^= flip;
        if let Ok(entry) = Entry::parse(&changed) {
            prop_assert_ne!(entry, Entry::parse(&whole).unwrap());
        }
    }

    #[test]
    fn any_text_in_a_body_survives(key in any::<String>(), value in any::<String>()) {
        let leaf = leaf(json!({ format!("x{key}"): value.clone() }));
        let entry = Entry::parse(&leaf).unwrap();
        prop_assert_eq!(&entry.body[&format!("x{key}")], &Value::String(value));
    }
}
