//! `evidence seal·verify·extract·custody·show·list·retrieve`.

mod disposed;
mod pieces;

use std::{ops::ControlFlow, path::Path};

use chancery::{
    durable,
    evidence::{
        Finding, extraction,
        foreign::{self, Level},
    },
    office::{evidence_room::Kept, hold::case_number, occasion::Wanted},
    problem::Report,
    signing::SystemRandom,
};
use serde_json::{Value, json};

use super::{
    arguments::Evidence,
    context::Context,
    internal,
    report::{Answer, Stopped},
    time::{judged_at, proven_json, proven_text},
};

/// Runs a verb of `evidence`.
#[expect(clippy::too_many_lines, reason = "one arm for each verb")]
pub fn run(context: &Context, verb: Evidence) -> Result<Answer, Stopped> {
    match verb {
        Evidence::Certificate { bundle, principal, out } => {
            internal::certificate(context, &bundle, principal.as_deref(), &out)
        }
        Evidence::Seal { dir, case, kind, visit, letter, from, until, sheet, out } => {
            // Known before a number is given.
            for out in [&out, &sheet].into_iter().flatten() {
                durable::vacant(out)?;
            }
            let mut office = context.open()?;
            let actor = context.actor(&office)?;
            let credentials = context.credentials(office.paths(), office.settings());
            let bar = context.progress();
            let wanted = Wanted {
                folder: &dir,
                case: case.as_deref(),
                kind: kind.as_deref(),
                visit: visit.as_deref(),
                letter: letter.as_deref(),
                times: from.as_deref().zip(until.as_deref()),
            };
            let (kept, seal) = office
                .seal(
                    wanted,
                    &actor,
                    &credentials,
                    &|name| context.ask(name),
                    &mut SystemRandom,
                    &mut |bytes| {
                        bar.inc(bytes);
                        ControlFlow::Continue(())
                    },
                )
                .map_err(Stopped)?;
            bar.finish_and_clear();
            if let Some(out) = &out {
                office
                    .copy_object(&kept.object, out, |error| vec![Report::of(&error)])
                    .map_err(Stopped)?;
            }
            if let Some(sheet) = &sheet {
                pieces::sheet(context, &dir, sheet, Some(&kept.case))?;
            }
            context.auto_checkpoint(&mut office);
            let mut json = kept_json(&kept);
            let notes: Vec<Value> =
                seal.findings.iter().map(|r| context.printer.report_json(r)).collect();
            if let Some(object) = json.as_object_mut() {
                object.insert("notes".to_owned(), notes.into());
                object.insert("out".to_owned(), json!(out));
                object.insert("sheet".to_owned(), json!(sheet));
            }
            let mut text = describe(context, &kept);
            for note in &seal.findings {
                text.push('\n');
                text.push_str(&context.printer.report_text(note));
            }
            Ok(Answer::done(json, text))
        }
        Evidence::Verify { id: Some(id), .. } if is_path(&id) => {
            Ok(bag_answer(context, Path::new(&id))?)
        }
        Evidence::Verify { id, record, at } => {
            verify(context, id.as_deref(), record, at.as_deref())
        }
        Evidence::Custody { id } => pieces::custody(context, &id),
        Evidence::Inspect { files } => pieces::inspect(context, &files),
        Evidence::Sheet { dir, out, case } => {
            case.as_deref().map(case_number).transpose().map_err(Stopped)?;
            pieces::sheet(context, &dir, &out, case.as_deref())
        }
        Evidence::Stamp { file, out } => pieces::stamp(context, &file, &out),
        Evidence::Show { id } => {
            let office = context.look()?;
            let kept = office.bundle(&id).map_err(Stopped)?;
            let shelves = office.shelves()?;
            let gone = shelves.disposed.get(&kept.id);
            let text = match gone {
                Some(gone) => disposed::describe(context, &kept, gone),
                None => describe(context, &kept),
            };
            Ok(Answer::done(disposed::mark(kept_json(&kept), gone), text))
        }
        Evidence::List { case } => {
            let office = context.look()?;
            let mut all = office.bundles()?;
            all.retain(|kept| case.as_deref().is_none_or(|case| kept.case == case));
            let gone = office.shelves()?.disposed;
            let mut text = Vec::new();
            let mut rows = Vec::new();
            for kept in &all {
                let gone = gone.get(&kept.id);
                let told = gone.map(|gone| format!("  {}", disposed::words(context, gone)));
                let told = told.unwrap_or_default();
                text.push(format!("{}  {}  {}{told}", kept.id, kept.case, kept.object));
                rows.push(disposed::mark(kept_json(kept), gone));
            }
            Ok(Answer::done(json!({ "bundles": rows }), text.join("\n")))
        }
        Evidence::Timestamp => super::time::timestamp(context),
        Evidence::Renew { again, algorithm } => {
            super::time::renew(context, again, algorithm.as_deref())
        }
        Evidence::Export(arguments) => super::export::run(context, &arguments),
        Evidence::Extract { file, out } => {
            let done = extraction::extract(&file, &out).map_err(Stopped)?;
            let json = json!({ "out": out, "files": done.files, "bytes": done.bytes });
            let files = context.pick("件", "files");
            Ok(Answer::done(json, format!("{}\n{} {files}", out.display(), done.files)))
        }
        Evidence::Retrieve { id, out } if id.starts_with("EX-") => {
            let token = context.look()?.export_token(&id).map_err(Stopped)?;
            durable::write_new(&out, &token)?;
            Ok(Answer::done(json!({ "export": id, "out": out }), out.display().to_string()))
        }
        Evidence::Retrieve { id, out } => {
            durable::vacant(&out)?;
            for ending in ["tst", "ers"] {
                durable::vacant(&out.with_extension(ending))?;
            }
            let mut office = context.open()?;
            let actor = context.actor(&office)?;
            let kept = office.bundle(&id).map_err(Stopped)?;
            office.not_disposed(&id).map_err(Stopped)?;
            office.retrieve(&kept, &out, &actor).map_err(Stopped)?;
            // What proves it later goes with it, under its name.
            let mut beside = Vec::new();
            for (ending, object) in office.siblings(&id)? {
                let path = out.with_extension(ending);
                office
                    .copy_object(&object, &path, |error| vec![Report::of(&error)])
                    .map_err(Stopped)?;
                beside.push(path);
            }
            context.auto_checkpoint(&mut office);
            let files = std::iter::once(&out).chain(&beside);
            let text: Vec<String> = files.map(|file| file.display().to_string()).collect();
            let json = json!({ "bundle": id, "out": out, "beside": beside });
            Ok(Answer::done(json, text.join("\n")))
        }
    }
}

/// Whether `id` is no bundle's number, but leads to something.
fn is_path(id: &str) -> bool {
    let number = id.starts_with("EV-") && !id.contains(['/', '.']);
    !number && (id.contains(['/', '.']) || Path::new(id).exists())
}

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

fn verify(
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

fn kept_json(kept: &Kept) -> Value {
    json!({
        "bundle": kept.id,
        "case": kept.case,
        "object": kept.object.to_string(),
        "bytes": kept.bytes,
        "files": kept.files,
        "manifest": kept.manifest.to_string(),
        "visit": kept.visit,
        "letter": kept.letter,
        "complete": kept.complete,
        "self_asserted_time": kept.self_asserted,
        "time_pending": kept.time_pending,
        "gen_time": kept.gen_time,
        "kept_not_before": kept.kept_not_before.to_string(),
        "entry": kept.seq,
        // What is destroyed says so: see `disposed::mark`.
        "disposed": null,
    })
}

fn describe(context: &Context, kept: &Kept) -> String {
    let time = if kept.time_pending {
        context.pick(
            "封存时时间戳机构不可达，时间戳待补；签名者自述时间",
            "sealed while the authority was absent, the timestamp comes later; the signer's own time",
        )
    } else if kept.self_asserted {
        context.pick(
            "自声明时间（本办公室自设时间戳）",
            "self-asserted time (the office's own timestamp)",
        )
    } else {
        context.pick("可信时间戳", "timestamp of an outside authority")
    };
    let whole = if kept.complete {
        context.pick("齐全", "complete")
    } else {
        context.pick("不齐全", "not complete")
    };
    match context.pick("zh", "en") {
        "zh" => format!(
            "证据包 {}（案号 {}）：{} 件，{whole}\n  SHA-256 {}\n  {time}：{}\n  保管期限不早于 {}（含当日）",
            kept.id, kept.case, kept.files, kept.object, kept.gen_time, kept.kept_not_before
        ),
        _ => format!(
            "bundle {} (case {}): {} files, {whole}\n  SHA-256 {}\n  {time}: {}\n  kept through {} at least",
            kept.id, kept.case, kept.files, kept.object, kept.gen_time, kept.kept_not_before
        ),
    }
}
