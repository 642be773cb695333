//! What is told of a bundle that was destroyed after its term.
//!
//! Owns the words for a tombstone wherever bundles are listed, shown and checked: what was sealed
//! stays known by number and digest, and is never called kept.
//! Source: issue "Evidence" item 7; REQUIREMENTS 4.

use chancery::office::{evidence_room::Kept, retention_state::Disposed};
use serde_json::{Value, json};

use crate::cli::context::Context;

/// Day and certificate of a disposal.
fn facts(gone: &Disposed) -> (String, &str) {
    let entry = gone.entry.entry();
    let certificate = entry.body.get("certificate").and_then(Value::as_str).unwrap_or_default();
    (entry.recorded_at.format("%Y-%m-%d").to_string(), certificate)
}

/// A disposal as JSON: day, certificate, tombstone, and whether the register says the bytes are gone.
fn json(gone: &Disposed) -> Value {
    let (on, certificate) = facts(gone);
    json!({
        "on": on, "certificate": certificate, "entry": gone.entry.seq(), "destroyed": gone.destroyed,
    })
}

/// Says in `row` what became of the bundle: null while it is kept.
pub fn mark(mut row: Value, gone: Option<&Disposed>) -> Value {
    if let Some(members) = row.as_object_mut() {
        members.insert("disposed".to_owned(), gone.map_or(Value::Null, json));
    }
    row
}

/// A line that says when and by which certificate it was destroyed, and where that is registered.
pub fn words(context: &Context, gone: &Disposed) -> String {
    let ((on, certificate), entry) = (facts(gone), gone.entry.seq());
    match context.pick("zh", "en") {
        "zh" => format!("已于 {on} 处置，销毁证明 {certificate}，销毁记录见条目 {entry}"),
        _ => format!("disposed of on {on}, certificate {certificate}, tombstone entry {entry}"),
    }
}

/// A destroyed bundle in words: what it was, and what became of it.
pub fn describe(context: &Context, kept: &Kept, gone: &Disposed) -> String {
    let words = words(context, gone);
    match context.pick("zh", "en") {
        "zh" => format!(
            "证据包 {}（案号 {}）：原有 {} 件\n  SHA-256 {}\n  {words}",
            kept.id, kept.case, kept.files, kept.object
        ),
        _ => format!(
            "bundle {} (case {}): was {} files\n  SHA-256 {}\n  {words}",
            kept.id, kept.case, kept.files, kept.object
        ),
    }
}
