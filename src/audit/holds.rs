//! Whether a hold stood on what was disposed of when its tombstone was registered.
//!
//! Owns a look back from the tombstone, by what the register said then: legal holds on the thing or
//! its case, and the holds of a case that forbid disposal. A print manifest is held with every
//! letter in it. Source: REQUIREMENTS 5 (7); DOCUMENTS 23.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;

use crate::{
    office::{Office, hold, journal, operator::Role, retention_state::CASE_HOLDS, state::text},
    register::{Entry, EntryKind},
};

/// Whether anything held what `tombstone` is about.
pub(super) fn stood(office: &Office, tombstone: &Entry) -> bool {
    let subjects = subjects(office, tombstone);
    subjects.iter().any(|subject| is_held(office, subject, tombstone))
}

/// What a hold may have been placed on: the thing, its case, the letters of a volume and their
/// cases.
fn subjects(office: &Office, tombstone: &Entry) -> BTreeSet<String> {
    let view = office.view();
    let body = &tombstone.body;
    let mut found = BTreeSet::from([tombstone.subject.clone()]);
    found.extend(text(body, "case").map(str::to_owned));
    let rests_on = body.get("rests_on").and_then(Value::as_u64);
    let founded = rests_on.and_then(|seq| view.get(seq).ok().flatten());
    let volume = founded.filter(|founded| founded.entry().kind == journal::PRINT_VOLUME);
    let letters = volume.as_ref().and_then(|volume| volume.entry().body.get("letters"));
    let letters = letters.and_then(Value::as_array).into_iter().flatten();
    for letter in letters.filter_map(Value::as_str) {
        found.insert(letter.to_owned());
        let issued = view.last(&journal::LETTER_ISSUED, letter).ok().flatten();
        let prepared = issued.and_then(|issued| issued.entry().body.get("prepared")?.as_u64());
        let prepared = prepared.and_then(|seq| view.get(seq).ok().flatten());
        found
            .extend(prepared.and_then(|entry| Some(text(&entry.entry().body, "case")?.to_owned())));
    }
    found
}

fn is_held(office: &Office, subject: &str, tombstone: &Entry) -> bool {
    let state = office.state();
    let zone = state.founded_at.timezone();
    let day = tombstone.recorded_at.with_timezone(&zone).date_naive();
    let released = before(office, &journal::RETENTION_RELEASED, subject, tombstone);
    let is_released = |hold: u64| {
        released.iter().any(|entry| {
            entry.body.get("hold").and_then(Value::as_u64) == Some(hold)
                && state.had_role(entry, Role::Administrator)
        })
    };
    let until = |entry: &Entry| text(&entry.body, "until")?.parse::<NaiveDate>().ok();
    let legal = before(office, &journal::RETENTION_HELD, subject, tombstone);
    let is_legal = legal
        .iter()
        .any(|held| until(held).is_none_or(|until| day <= until) && !is_released(held.seq));
    is_legal || CASE_HOLDS.iter().any(|kind| is_on(office, kind, subject, tombstone))
}

/// Whether `case` was on its hold of `kind`: the last entry that counts placed it.
fn is_on(office: &Office, kind: &str, case: &str, tombstone: &Entry) -> bool {
    let state = office.state();
    let own = |entry: &Entry| text(&entry.body, "hold") == Some(kind);
    let placed = before(office, &journal::HOLD_PLACED, case, tombstone);
    let placed = placed.iter().rfind(|entry| {
        own(entry) && hold::PLACED_BY.iter().any(|role| state.had_role(entry, *role))
    });
    let released = before(office, &journal::HOLD_RELEASED, case, tombstone);
    let released = released.iter().rfind(|entry| {
        own(entry)
            && state.had_role(entry, hold::RELEASED_BY)
            && hold::release_counts(kind, |member| text(&entry.body, member).is_some())
    });
    match (placed, released) {
        (Some(placed), Some(released)) => placed.seq > released.seq,
        (placed, _) => placed.is_some(),
    }
}

/// Entries of `kind` about `subject` that can be read and were there before `tombstone`.
fn before(office: &Office, kind: &EntryKind, subject: &str, tombstone: &Entry) -> Vec<Entry> {
    let view = office.view();
    let found = view.find(Some(kind), Some(subject)).flatten();
    let entries = found.map(|found| found.entry().clone());
    entries.take_while(|entry| entry.seq < tombstone.seq).collect()
}
