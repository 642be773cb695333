//! `evidence seal·verify·extract·custody·show·list·retrieve`.

mod disposed;
mod pieces;
mod seal;
mod verify;

pub use verify::{bag_answer, findings_json, line};

use std::path::{Path, PathBuf};

use chancery::{
    durable,
    evidence::extraction,
    office::{evidence_room::Kept, hold::case_number, refused},
    problem::Report,
};
use serde_json::{Value, json};

use super::{
    arguments::Evidence,
    context::Context,
    internal,
    report::{Answer, Stopped},
};

/// Runs a verb of `evidence`.
pub fn run(context: &Context, verb: Evidence) -> Result<Answer, Stopped> {
    match verb {
        Evidence::Certificate { bundle, principal, out } => {
            internal::certificate(context, &bundle, principal.as_deref(), &out)
        }
        Evidence::Seal(arguments) => seal::run(context, arguments),
        Evidence::Verify { id: Some(id), .. } if is_path(&id) => {
            Ok(bag_answer(context, Path::new(&id))?)
        }
        Evidence::Verify { id, record, at } => {
            verify::verify(context, id.as_deref(), record, at.as_deref())
        }
        Evidence::Custody { id } => pieces::custody(context, &id),
        Evidence::Inspect { files } => pieces::inspect(context, &files),
        Evidence::Sheet { dir, out, case } => {
            case.as_deref().map(case_number).transpose().map_err(Stopped)?;
            pieces::sheet(context, &dir, &out, case.as_deref())
        }
        Evidence::Stamp { file, out } => pieces::stamp(context, &file, &out),
        Evidence::Show { id } => show(context, &id),
        Evidence::List { case } => list(context, case.as_deref()),
        Evidence::Timestamp => super::time::timestamp(context),
        Evidence::Renew { again, algorithm } => {
            super::time::renew(context, again, algorithm.as_deref())
        }
        Evidence::Export(arguments) => super::export::run(context, &arguments),
        Evidence::Extract { file, out } => extract(context, &file, &out),
        Evidence::Retrieve { id, out } if id.starts_with("EX-") => token(context, &id, &out),
        Evidence::Retrieve { id, out } => retrieve(context, &id, &out),
    }
}

/// Whether `id` is no bundle's number, but leads to something.
fn is_path(id: &str) -> bool {
    let number = id.starts_with("EV-") && !id.contains(['/', '.']);
    !number && (id.contains(['/', '.']) || Path::new(id).exists())
}

/// Tells of one bundle.
fn show(context: &Context, id: &str) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let kept = office.bundle(id).map_err(Stopped)?;
    let shelves = office.shelves()?;
    let gone = shelves.disposed.get(&kept.id);
    let text = match gone {
        Some(gone) => disposed::describe(context, &kept, gone),
        None => describe(context, &kept),
    };
    Ok(Answer::done(disposed::mark(kept_json(&kept), gone), text))
}

/// Lists the bundles, of one case if it is named.
fn list(context: &Context, case: Option<&str>) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let mut all = office.bundles()?;
    all.retain(|kept| case.is_none_or(|case| kept.case == case));
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

/// Opens a bundle into a folder.
fn extract(context: &Context, file: &Path, out: &Path) -> Result<Answer, Stopped> {
    let done = extraction::extract(file, out).map_err(Stopped)?;
    let json = json!({ "out": out, "files": done.files, "bytes": done.bytes });
    let files = context.pick("件", "files");
    Ok(Answer::done(json, format!("{}\n{} {files}", out.display(), done.files)))
}

/// Hands out the token that came later for an export.
fn token(context: &Context, id: &str, out: &Path) -> Result<Answer, Stopped> {
    let token = context.look()?.export_token(id).map_err(Stopped)?;
    durable::write_new(out, &token)?;
    Ok(Answer::done(json!({ "export": id, "out": out }), out.display().to_string()))
}

/// Copies a bundle and what proves it later out of the archive.
fn retrieve(context: &Context, id: &str, out: &Path) -> Result<Answer, Stopped> {
    durable::vacant(out)?;
    for ending in ["tst", "ers"] {
        durable::vacant(&out.with_extension(ending))?;
    }
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let done = office.bundle(id).and_then(|kept| {
        office.not_disposed(id)?;
        office.retrieve(&kept, out, &actor)
    });
    done.map_err(|reports| {
        let subject = refused::kept(id);
        context.refused(&mut office, &actor, "evidence.retrieve", &subject, reports)
    })?;
    // What proves it later goes with it, under its name.
    let mut beside = Vec::new();
    for (ending, object) in office.siblings(id)? {
        let path = out.with_extension(ending);
        office.copy_object(&object, &path, |error| vec![Report::of(&error)]).map_err(Stopped)?;
        beside.push(path);
    }
    context.auto_checkpoint(&mut office);
    let files = std::iter::once(out).chain(beside.iter().map(PathBuf::as_path));
    let text: Vec<String> = files.map(|file| file.display().to_string()).collect();
    let json = json!({ "bundle": id, "out": out, "beside": beside });
    Ok(Answer::done(json, text.join("\n")))
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
