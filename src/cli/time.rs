//! `evidence timestamp·renew`.

use chancery::{
    office::time_room::{Renewed, Timestamped, Timing},
    signing::SystemRandom,
};
use serde_json::{Value, json};

use super::{
    context::Context,
    report::{Answer, Stopped},
};

/// Stamps what waits for its token.
pub fn timestamp(context: &Context) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let ask = |name: &str| context.ask(name);
    let mut random = SystemRandom;
    let mut by =
        Timing { actor: &actor, credentials: &credentials, ask: &ask, random: &mut random };
    let done = office.stamp_pending(&mut by);
    context.auto_checkpoint(&mut office);
    let done = done.map_err(Stopped)?;
    let row = |one: &Timestamped| {
        json!({
            "bundle": one.bundle,
            "token": one.token.to_string(),
            "gen_time": one.gen_time.to_rfc3339(),
            "entry": one.entry,
        })
    };
    let rows: Vec<Value> = done.iter().map(row).collect();
    let lines: Vec<String> =
        done.iter().map(|one| format!("{}  {}", one.bundle, one.gen_time.to_rfc3339())).collect();
    let text = if lines.is_empty() {
        context.pick("没有待补时间戳的证据包", "no bundle waits for a timestamp").to_owned()
    } else {
        lines.join("\n")
    };
    Ok(Answer::done(json!({ "timestamped": rows }), text))
}

/// Covers bundles by evidence records.
pub fn renew(context: &Context, again: bool) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let ask = |name: &str| context.ask(name);
    let mut random = SystemRandom;
    let mut by =
        Timing { actor: &actor, credentials: &credentials, ask: &ask, random: &mut random };
    let done = office.renew_evidence(again, &mut by);
    context.auto_checkpoint(&mut office);
    let done = done.map_err(Stopped)?;
    let row = |one: &Renewed| {
        json!({
            "bundle": one.bundle,
            "record": one.record.to_string(),
            "stamps": one.stamps,
            "entry": one.entry,
        })
    };
    let rows: Vec<Value> = done.iter().map(row).collect();
    let text = match context.pick("zh", "en") {
        "zh" => format!("证据记录 {} 份", done.len()),
        _ => format!("{} evidence records", done.len()),
    };
    Ok(Answer::done(json!({ "renewed": rows }), text))
}
