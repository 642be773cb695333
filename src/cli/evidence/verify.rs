//! `evidence verify`: bundles of this office, and bags of others.

use std::path::Path;

use chancery::{
    durable,
    evidence::{
        Finding,
        foreign::{self, Level},
    },
    office::evidence_room::Kept,
};
use serde_json::{Value, json};

use super::disposed;
use crate::cli::{
    context::Context,
    report::{Answer, Stopped},
    time::{judged_at, proven_json, proven_text},
};

/// Judges a bag of others; a bag that holds with a warning exits 0 and says so.
pub fn bag_answer(context: &Context, path: &Path) -> Result<Answer, Stopped> {
    path.symlink_metadata().map_err(durable::existing(path))?;
    let found = foreign::judge(path).map_err(|report| Stopped(vec![report]))?;
    let verdict = match found.verdict() {
        "valid" => context.pick("有效", "valid"),
        "warning" => context.pick("有效，但有提示", "valid, with a warning"),
        _ => context.pick("无效", "invalid"),
    };
    let mut text = vec![format!(
        "{}  {verdict}  BagIt {} · {} {}",
        path.display(),
        found.version.as_deref().unwrap_or("?"),
        found.payload_files,
        context.pick("件", "files"),
    )];
    let mut rows = Vec::new();
    for judged in &found.findings {
        let told = match judged.level {
            Level::Warning => context.printer.note_text(&judged.report),
            Level::Invalid => context.printer.report_text(&judged.report),
        };
        text.push(format!("  {}", told.replace('\n', "\n  ")));
        let mut row = context.printer.report_json(&judged.report);
        if let Some(object) = row.as_object_mut() {
            object.insert("level".to_owned(), json!(judged.level.name()));
        }
        rows.push(row);
    }
    let json = json!({
        "file": path, "kind": "bag", "verdict": found.verdict(), "verified": found.holds(),
        "version": found.version, "payload_files": found.payload_files,
        "payload_bytes": found.payload_bytes, "findings": rows,
    });
    let text = text.join("\n");
    Ok(if found.holds() { Answer::done(json, text) } else { Answer::found(json, text) })
}

/// Verifies one bundle or all, as of a time, and registers the outcome if asked to.
pub(super) fn verify(
    context: &Context,
    id: Option<&str>,
    record: bool,
    at: Option<&str>,
) -> Result<Answer, Stopped> {
    let when = judged_at(at)?;
    let mut office = if record { context.open()? } else { context.look()? };
    let actor = if record { Some(context.actor(&office)?) } else { None };
    let gone = office.shelves()?.disposed;
    let (destroyed, wanted): (Vec<Kept>, Vec<Kept>) = if let Some(id) = id {
        let kept = office.bundle(id).map_err(Stopped)?;
        office.not_disposed(id).map_err(Stopped)?;
        (Vec::new(), vec![kept])
    } else {
        office.bundles()?.into_iter().partition(|kept| gone.contains_key(&kept.id))
    };
    let mut rows = Vec::new();
    let mut text = Vec::new();
    let mut exit = 0;
    let mut tombstones = Vec::new();
    for (kept, gone) in destroyed.iter().filter_map(|kept| Some((kept, gone.get(&kept.id)?))) {
        text.push(format!("{}  {}", kept.id, disposed::words(context, gone)));
        tombstones.push(disposed::mark(json!({ "bundle": kept.id }), Some(gone)));
    }
    for kept in &wanted {
        let (found, proven) = match office.verify_as_of(kept, when, at.is_some()) {
            Ok(judged) => judged,
            // The others are judged all the same.
            Err(reports) => {
                let unjudged = context.pick("无法核验", "cannot be verified");
                text.push(format!("{}  {unjudged}", kept.id));
                let findings: Vec<Finding> =
                    reports.iter().cloned().map(|report| Finding { file: None, report }).collect();
                text.extend(findings.iter().map(|finding| line(context, finding)));
                rows.push(json!({
                    "bundle": kept.id, "verified": false, "another_bundle": false, "record": null,
                    "findings": findings_json(context, &findings),
                }));
                exit = Stopped(reports).exit().max(exit);
                continue;
            }
        };
        let other = found.is_another(&kept.id, &kept.manifest);
        let sound = found.holds() && !other;
        exit = exit.max(u8::from(!sound));
        if let Some(actor) = &actor {
            office.record_verification(kept, sound, &found, actor).map_err(Stopped)?;
            context.auto_checkpoint(&mut office);
        }
        text.push(format!(
            "{}  {}  {} {}",
            kept.id,
            if sound {
                context.pick("一致", "verified")
            } else {
                context.pick("不通过", "does not verify")
            },
            kept.files,
            context.pick("件", "files"),
        ));
        if other {
            text.push(format!(
                "  {}",
                context.pick("此处是另一个证据包", "another bundle lies in its place")
            ));
        }
        text.extend(proven.iter().map(|proven| proven_text(context, proven)));
        text.extend(found.findings.iter().map(|finding| line(context, finding)));
        rows.push(json!({
            "bundle": kept.id,
            "verified": sound,
            "another_bundle": other,
            "record": proven.as_ref().map(proven_json),
            "findings": findings_json(context, &found.findings),
        }));
    }
    let json = json!({ "at": when.to_rfc3339(), "bundles": rows, "disposed": tombstones });
    Ok(Answer { exit, ..Answer::done(json, text.join("\n")) })
}

/// Findings as JSON, each with its file.
pub fn findings_json(context: &Context, findings: &[Finding]) -> Vec<Value> {
    findings
        .iter()
        .map(|finding| {
            let mut row = context.printer.report_json(&finding.report);
            if let Some(object) = row.as_object_mut() {
                object.insert("file".to_owned(), json!(finding.file));
            }
            row
        })
        .collect()
}

/// A finding as lines, its file first.
pub fn line(context: &Context, finding: &Finding) -> String {
    let file = finding.file.as_deref().unwrap_or("-");
    format!(
        "  {file}\n    {}",
        context.printer.report_text(&finding.report).replace('\n', "\n    ")
    )
}
