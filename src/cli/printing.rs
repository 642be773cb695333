//! `letter pull·respool`: between the printer and the post.

use std::{collections::BTreeSet, path::Path};

use chancery::{
    digest::Digest,
    durable,
    letter::print::{Manifest, Volume, pull, respool},
    office::{Office, actor::Actor, operator::Role, refused},
};
use serde_json::{Value, json};

use super::{
    context::Context,
    report::{Answer, Stopped},
};

/// Names and blocks what was overtaken.
pub fn pull(context: &Context, batch: &str) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let overtaken = overtaken_of(&office, &actor, batch).map_err(|stopped| {
        let subject = refused::batch(batch);
        context.refused(&mut office, &actor, "letter.pull", subject, stopped.0)
    });
    let (_, found) = overtaken?;
    let blocked = pull::block(&mut office, &actor, batch, &found)?;
    if blocked > 0 {
        context.auto_checkpoint(&mut office);
    }
    let mut lines = Vec::new();
    let mut rows: Vec<Value> = Vec::new();
    for one in &found {
        let last = one.sheet.saturating_add(one.sheets).saturating_sub(1);
        let gone = if one.dispatched {
            context.pick("，已交寄，无法抽出", ", dispatched already")
        } else {
            ""
        };
        let reasons: Vec<&str> = one.reasons.iter().map(|(reason, _)| reason.name()).collect();
        lines.push(match context.pick("zh", "en") {
            "zh" => format!(
                "第 {} 卷第 {} 件，第 {}—{last} 页  {}（{}{gone}）",
                one.volume,
                one.position,
                one.sheet,
                one.number,
                reasons.join("、")
            ),
            _ => format!(
                "volume {} position {}, sheets {}–{last}  {} ({}{gone})",
                one.volume,
                one.position,
                one.sheet,
                one.number,
                reasons.join(", ")
            ),
        });
        let reasons = one.reasons.iter();
        let reasons =
            reasons.map(|(reason, cause)| json!({ "reason": reason.name(), "cause": cause }));
        rows.push(json!({
            "volume": one.volume,
            "position": one.position,
            "sheet": one.sheet,
            "sheets": one.sheets,
            "number": one.number,
            "reasons": reasons.collect::<Vec<_>>(),
            "dispatched": one.dispatched,
        }));
    }
    let gone = found.iter().filter(|one| one.dispatched).count();
    let here = found.len().saturating_sub(gone);
    lines.push(match context.pick("zh", "en") {
        "zh" => format!("应抽出 {here} 件，已离开 {gone} 件，本次新禁止交寄 {blocked} 件"),
        _ => format!("to pull: {here}, already gone: {gone}, newly blocked: {blocked}"),
    });
    let json = json!({ "batch": batch, "pull": rows, "blocked": blocked });
    Ok(Answer { json, text: lines.join("\n"), exit: u8::from(!found.is_empty()) })
}

/// The volumes of a batch and what was overtaken in them, for a clerk.
fn overtaken_of(
    office: &Office,
    actor: &Actor,
    batch: &str,
) -> Result<(Vec<Volume>, Vec<pull::Overtaken>), Stopped> {
    actor.require(Role::Clerk)?;
    let volumes = pull::of_batch(office, batch).map_err(Stopped)?;
    let found = pull::overtaken(office, &volumes).map_err(Stopped)?;
    Ok((volumes, found))
}

/// What is to be printed again, once nothing speaks against it.
fn chosen(
    office: &mut Office,
    actor: &Actor,
    batch: &str,
    spoiled: &BTreeSet<u64>,
) -> Result<Vec<Manifest>, Stopped> {
    // What was overtaken meanwhile is not printed again, whether it was pulled yet or not.
    let (volumes, found) = overtaken_of(office, actor, batch)?;
    pull::block(office, actor, batch, &found)?;
    respool::select(office, &volumes, spoiled).map_err(Stopped)
}

/// Prints the letters of spoiled sheets again.
pub fn respool(
    context: &Context,
    batch: &str,
    sheets: &str,
    out: &Path,
) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let spoiled = respool::sheets(sheets)?;
    let chosen = chosen(&mut office, &actor, batch, &spoiled).map_err(|stopped| {
        let subject = refused::batch(batch);
        context.refused(&mut office, &actor, "letter.respool", subject, stopped.0)
    })?;
    durable::writable_folder(out)?;
    let mut made = Vec::new();
    for manifest in chosen {
        let pdf = respool::make(&office, &manifest).map_err(Stopped)?;
        made.push((manifest, pdf));
    }
    let digests: Vec<_> =
        made.iter().map(|(manifest, pdf)| (manifest.clone(), Digest::of(pdf))).collect();
    let count = respool::register(&mut office, &actor, batch, &spoiled, &digests)?;
    let (mut files, mut rows) = (Vec::new(), Vec::new());
    for (manifest, pdf) in &made {
        let name = manifest.file_name().replace(".pdf", &format!("-R{count}.pdf"));
        let path = out.join(name);
        durable::write_new(&path, pdf)?;
        files.push(format!("  {}", path.display()));
        rows.push(json!({
            "volume": manifest.volume,
            "letters": manifest.letters.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(),
            "sheets": manifest.sheets(),
            "out": path,
        }));
    }
    context.auto_checkpoint(&mut office);
    let spoiled = spoiled.len();
    let said = match context.pick("zh", "en") {
        "zh" => format!("批次 {batch} 第 {count} 次重印，损坏 {spoiled} 页\n{}", files.join("\n")),
        _ => format!(
            "batch {batch}, respooling {count}, {spoiled} sheets spoiled\n{}",
            files.join("\n")
        ),
    };
    let json = json!({ "batch": batch, "respool": count, "spoiled": spoiled, "volumes": rows });
    Ok(Answer::done(json, said))
}
