//! Every full number of the requests, looked for in every byte the office wrote.
//!
//! The requests themselves, which a user keeps under `samples/requests`, are the only place where
//! one may stand.

use std::{collections::BTreeSet, fs, io::Read as _, path::Path};

use flate2::read::ZlibDecoder;
use serde_json::json;

use crate::{
    office::{Desk, files, rows},
    tools::tool,
};

/// Digits and letters only, full-width ones made plain: so no separator hides a number.
fn plain(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
            _ => c.is_ascii_alphanumeric().then(|| c.to_ascii_uppercase()),
        })
        .collect()
}

/// What a file holds: its bytes, every PDF stream inflated, every ZIP member as it is stored.
fn contents(path: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(path).unwrap();
    let mut found = Vec::new();
    for (at, _) in bytes.windows(6).enumerate().filter(|(_, window)| window == b"stream") {
        let mut start = at + 6;
        while bytes.get(start).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            start += 1;
        }
        let mut out = Vec::new();
        let _ = ZlibDecoder::new(&bytes[start..]).read_to_end(&mut out);
        if !out.is_empty() {
            found.push(out);
        }
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
        for index in 0..zip.len() {
            let mut out = Vec::new();
            zip.by_index(index).unwrap().read_to_end(&mut out).unwrap();
            found.push(out);
        }
    }
    found.push(bytes);
    found
}

/// Forms in which a number could stand: as text, as UTF-16, as hexadecimal of text.
fn forms(number: &str) -> Vec<Vec<u8>> {
    let wide = |little: bool| {
        let pairs = number.encode_utf16();
        pairs
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    };
    let hexed = hex::encode(number);
    let wide_hexed = hex::encode::<Vec<u8>>(wide(false));
    vec![
        number.as_bytes().to_vec(),
        number.to_lowercase().into_bytes(),
        wide(true),
        wide(false),
        hexed.to_uppercase().into_bytes(),
        hexed.into_bytes(),
        wide_hexed.to_uppercase().into_bytes(),
        wide_hexed.into_bytes(),
    ]
}

/// Finds any form of any of the numbers in one pass.
struct Search {
    needles: Vec<Vec<u8>>,
    /// Whether a needle begins with these two bytes.
    begins: Vec<bool>,
}

impl Search {
    fn of<'a>(numbers: impl IntoIterator<Item = &'a String>) -> Self {
        let needles: Vec<_> = numbers.into_iter().flat_map(|number| forms(number)).collect();
        let mut begins = vec![false; 1 << 16];
        for needle in &needles {
            begins[usize::from(u16::from_be_bytes([needle[0], needle[1]]))] = true;
        }
        Self { needles, begins }
    }

    /// Whether a number stands in `bytes` as they are.
    fn hits(&self, bytes: &[u8]) -> bool {
        bytes.windows(2).enumerate().any(|(at, pair)| {
            self.begins[usize::from(u16::from_be_bytes([pair[0], pair[1]]))]
                && self.needles.iter().any(|needle| bytes[at..].starts_with(needle))
        })
    }

    /// Whether a number stands in `bytes`, with or without separators.
    fn finds(&self, bytes: &[u8]) -> bool {
        self.hits(bytes) || self.hits(plain(&String::from_utf8_lossy(bytes)).as_bytes())
    }
}

/// The full numbers of the sample requests.
fn numbers(desk: &Desk) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in ["letters.jsonl", "visits.jsonl"] {
        for row in rows(&desk.requests(file)) {
            for field in ["account", "card_number", "recipient_id_number"] {
                found.extend(row[field].as_str().map(str::to_owned));
            }
        }
    }
    assert!(found.len() >= 40);
    found
}

fn assert_clean(folder: &Path, numbers: &BTreeSet<String>) {
    let search = Search::of(numbers);
    let mut looked = 0;
    for path in files(folder) {
        if path.components().any(|part| part.as_os_str() == "requests") {
            continue;
        }
        let name = plain(&path.to_string_lossy());
        assert!(!numbers.iter().any(|number| name.contains(number.as_str())), "a name");
        for content in contents(&path) {
            looked += 1;
            assert!(!search.finds(&content), "a full number stands in {}", path.display());
        }
    }
    assert!(looked > 200, "{looked}");
}

#[test]
fn the_search_would_find_a_number() {
    let desk = Desk::fresh();
    let numbers = numbers(&desk);
    let search = Search::of(&numbers);
    let number = numbers.iter().find(|number| number.len() == 19).unwrap();
    for hidden in [
        number.clone(),
        format!("{} {}-{}", &number[..4], &number[4..8], &number[8..]),
        hex::encode(number),
    ] {
        assert!(search.finds(format!("a {hidden} b").as_bytes()), "{hidden}");
    }
    assert!(!search.finds(format!("a {} b", &number[1..]).as_bytes()));
    for file in ["letters.jsonl", "letters.csv", "letters.xlsx"] {
        let found = contents(&desk.requests(file)).iter().any(|content| search.finds(content));
        assert!(found, "{file}");
    }
}

#[test]
fn no_full_number_leaves_the_requests() {
    let desk = Desk::worked();
    assert_clean(&desk.office(), &numbers(&desk));
}

#[test]
fn no_full_number_shows_in_what_qpdf_unpacks() {
    let Some(qpdf) = tool("qpdf") else { return };
    let desk = Desk::worked();
    let search = Search::of(&numbers(&desk));
    let out = desk.office().join("out");
    for pdf in files(&out).iter().filter(|path| path.extension().is_some_and(|e| e == "pdf")) {
        let plain = qpdf.run(&["--qdf", "--object-streams=disable", pdf.to_str().unwrap(), "-"]);
        assert!(!search.finds(&plain.ends(0).stdout), "{}", pdf.display());
    }
}

#[test]
fn numbers_in_fields_where_none_belongs_are_masked_or_refused_everywhere() {
    let desk = Desk::fresh();
    let (card, identity) = ("6200000000000005", "110199199001010010");
    let search = Search::of(&[card, identity].map(str::to_owned));
    let mut said = Vec::new();
    for (field, value) in [
        ("request_id", card.to_owned()),
        ("case_no", identity.to_owned()),
        ("recipient_name", format!("张例{card}")),
        ("recipient_address", format!("样例路1号 证件{identity}")),
        ("contract_no", card.to_owned()),
        ("legal_basis", format!("账户 6200 0000-0000　0005 与 {identity}")),
        ("source", format!("清单 {card}")),
        ("verified_by", identity.to_owned()),
        ("kind", card.to_owned()),
        ("principal", identity.to_owned()),
        ("channel", card.to_owned()),
        ("amount_total", card.to_owned()),
        ("due_date", identity.to_owned()),
        (card, "x".to_owned()),
    ] {
        let file = desk.request_with("notice-002", json!({ field: value, "remark": null }));
        for call in [desk.call().by("clerk").json(), desk.call().by("clerk").chinese()] {
            let out = desk.beside("out");
            let ran = call.run(
                &["letter", "issue", file.to_str().unwrap(), "--out"]
                    .map(str::to_owned)
                    .into_iter()
                    .chain([out.to_str().unwrap().to_owned()])
                    .collect::<Vec<_>>(),
            );
            said.extend([ran.stdout, ran.stderr]);
        }
        let preview = desk.beside("preview.pdf");
        let ran = desk.by(
            "clerk",
            &["letter", "preview", file.to_str().unwrap(), "--out", preview.to_str().unwrap()],
        );
        said.extend([ran.stdout, ran.stderr]);
        if preview.exists() {
            for content in contents(&preview) {
                assert!(!search.finds(&content), "{field} in the preview");
            }
            fs::remove_file(&preview).unwrap();
        }
        fs::remove_file(file).unwrap();
    }
    for (who, line) in [
        ("clerk", vec!["hold", "place", card, "--kind", "dispute", "--proof", identity]),
        ("clerk", vec!["letter", "show", card]),
        ("clerk", vec!["letter", "issue", card, "--out", "x"]),
        (
            "approver",
            vec![
                "template",
                "withdraw",
                "callback_card",
                "--principal",
                "sample-bank",
                "--reason",
                card,
            ],
        ),
        ("approver", vec!["template", "withdraw", card, "--principal", identity, "--reason", card]),
        ("admin", vec!["operator", "revoke", card]),
        (card, vec!["letter", "issue", "none", "--out", "x"]),
        ("admin", vec!["principal", "show", card]),
        ("archivist", vec!["evidence", "show", card]),
        ("auditor", vec!["template", "show", card]),
    ] {
        let ran = desk.by(who, &line);
        said.extend([ran.stdout, ran.stderr]);
    }
    let seal = desk.office().join("samples/visit");
    let ran = desk.by(
        "archivist",
        &["evidence", "seal", seal.to_str().unwrap(), "--case", card, "--kind", "auto"],
    );
    said.extend([ran.stdout, ran.stderr]);
    for (at, text) in said.iter().enumerate() {
        assert!(!search.finds(text), "{at}: {}", String::from_utf8_lossy(text));
    }
    // The samples hold these very numbers nowhere but in the requests.
    for part in ["register", "archive", "operators", "keys", "templates"] {
        for path in files(&desk.office().join(part)) {
            for content in contents(&path) {
                assert!(!search.finds(&content), "{}", path.display());
            }
        }
    }
    if desk.beside("out").exists() {
        for path in files(&desk.beside("out")) {
            for content in contents(&path) {
                assert!(!search.finds(&content), "{}", path.display());
            }
        }
    }
}
