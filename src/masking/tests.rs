//! The shared cases, our own cases, and properties of the whole detector.

use super::*;
use proptest::prelude::*;
use std::path::PathBuf;

fn masked(text: &str) -> String {
    mask_text(text, &Masking::default()).text
}

fn vectors() -> Option<PathBuf> {
    let folder = std::env::vars_os()
        .find(|(name, _)| name == "CHANCERY_VECTORS")
        .map(|(_, folder)| PathBuf::from(folder));
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/domain/vectors");
    folder.into_iter().chain([beside]).find(|folder| folder.join("masking.jsonl").is_file())
}

#[test]
fn the_shared_cases_hold() {
    let Some(folder) = vectors() else {
        println!("SKIPPED: no shared cases (set CHANCERY_VECTORS)");
        return;
    };
    let text = std::fs::read_to_string(folder.join("masking.jsonl")).unwrap();
    let mut failed = Vec::new();
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let told = masked(case["input"].as_str().unwrap());
        if told != case["expect"] {
            failed.push(format!("{} {}\n  told {told}", case["id"], case));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
