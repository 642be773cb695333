//! Whether every disposal was lawful, and whether its bytes are gone.
//!
//! A tombstone must rest on what it says, on a term that had ended, and on an approval of each
//! side; no hold may have stood when it was registered, as the register tells. An object it names
//! must be absent.
//! Source: REQUIREMENTS 5 (7).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;

use super::{Finding, holds};
use crate::{
    archive::Objects as _,
    digest::Digest,
    office::{
        Office, disposal_room, journal, office_folder::OfficeError, retention_table::paper_id,
        state::text,
    },
    problem::{Report, alone as report},
    register::Entry,
};

crate::problems! {
    /// What an audit finds about disposals.
    pub enum DisposalFinding {
        /// The object is still there.
        StillThere { object: Digest, entry: u64 } = "CH-D042", Finding,
            "object `{object}` was disposed of by entry {entry} and is still in the archive" => "run the same `chancery retention dispose` again",
            "对象 `{object}` 已由条目 {entry} 处置，但仍在档案库中" => "请再次执行同一 `chancery retention dispose`";
        /// The tombstone does not follow.
        Unfounded { entry: u64, why: &'static str } = "CH-D043", Finding,
            "the disposal of entry {entry} is not founded: {why}" => "find out who destroyed it and why; keep the register as evidence",
            "条目 {entry} 的处置不成立：{why}" => "请查明何人因何销毁，并保留登记簿作为证据";
    }
}

/// Checks every tombstone; takes what was destroyed out of what the archive must hold.
pub(super) fn check(
    office: &Office,
    named: &mut BTreeMap<Digest, (u64, Option<u64>)>,
    findings: &mut Vec<Finding>,
) -> Result<(), Vec<Report>> {
    let view = office.view();
    let fault = |error| report(OfficeError::from(error));
    let destroyed = disposal_room::destroyed(&view).map_err(fault)?;
    for (object, entry) in &destroyed {
        named.remove(object);
        let there = office.archive().contains(object).unwrap_or_else(|error| {
            // What cannot be looked for is not gone for certain.
            let report = OfficeError::from(error).into();
            findings.push(Finding { entry: Some(*entry), report });
            false
        });
        if there {
            let told = DisposalFinding::StillThere { object: *object, entry: *entry };
            findings.push(Finding { entry: Some(*entry), report: told.into() });
            // It was told; it is not foreign besides.
            named.insert(*object, (*entry, None));
        }
    }
    // Each is judged, also one that a later one over the same object covers.
    for kind in disposal_room::TOMBSTONES {
        for found in view.find(Some(kind), None) {
            let found = found.map_err(fault)?;
            let seq = found.seq();
            for why in unfounded(office, found.entry()) {
                let told = DisposalFinding::Unfounded { entry: seq, why };
                findings.push(Finding { entry: Some(seq), report: told.into() });
            }
        }
    }
    Ok(())
}

/// Everything a tombstone lacks.
fn unfounded(office: &Office, entry: &Entry) -> Vec<&'static str> {
    let view = office.view();
    let mut found = Vec::new();
    let rests_on = disposal_room::rests_on(entry).and_then(|(seq, manifest)| {
        let founded = view.get(seq).ok().flatten()?;
        let body = &founded.entry().body;
        let own = text(body, "manifest").or_else(|| text(body, "pdf"));
        let own = own.or_else(|| text(body, "object"));
        let id = paper_id(founded.entry());
        let id = id.as_deref().unwrap_or(&founded.entry().subject);
        (id == entry.subject && own == Some(&manifest.to_string())).then_some(())
    });
    if rests_on.is_none() {
        found.push("it names what was never registered so");
    }
    let last: Option<NaiveDate> =
        text(&entry.body, "last_day_kept").and_then(|day| day.parse().ok());
    let zone = office.state().founded_at.timezone();
    if last.is_none_or(|last| entry.recorded_at.with_timezone(&zone).date_naive() <= last) {
        found.push("its term had not ended");
    }
    let approvals = entry.body.get("approvals").and_then(Value::as_array);
    let mut sides = BTreeSet::new();
    for seq in approvals.into_iter().flatten().filter_map(Value::as_u64) {
        let Ok(Some(approval)) = view.get(seq) else { continue };
        let approval = approval.entry();
        let of_plan = approval.kind == journal::RETENTION_APPROVED
            && text(&entry.body, "plan") == Some(approval.subject.as_str())
            && approval.seq < entry.seq;
        if of_plan && office.is_approval_of(approval, text(&entry.body, "principal")) {
            sides.insert(text(&approval.body, "side").unwrap_or_default().to_owned());
        }
    }
    if sides.len() != 2 {
        found.push("it lacks the approval of a side");
    }
    if holds::stood(office, entry) {
        found.push("a hold stood on it");
    }
    found
}
