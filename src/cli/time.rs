//! `evidence timestamp·renew`, and the time of judgement of `verify`.

use chancery::{
    evidence::renewal::Proven,
    office::{
        Office,
        clock::SystemClock,
        refused,
        time_room::{RenewalWish, Renewed, Timestamped, Timing},
    },
    problem::{Phrase, Report},
    register::Clock as _,
    signing::{DigestAlgorithm, SystemRandom},
};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

use super::{
    context::{Context, UsageError},
    report::{Answer, Stopped},
};

/// Lets the archivist do something with the timestamp authority. What was entered before a fault
/// gets its checkpoint, too.
fn timed<T>(
    context: &Context,
    act: &str,
    work: impl FnOnce(&mut Office, &mut Timing<'_>) -> Result<T, Vec<Report>>,
) -> Result<T, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let ask = |name: &str| context.ask(name);
    let mut random = SystemRandom;
    let mut by =
        Timing { actor: &actor, credentials: &credentials, ask: &ask, random: &mut random };
    let done = work(&mut office, &mut by);
    context.auto_checkpoint(&mut office);
    done.map_err(|reports| context.refused(&mut office, &actor, act, refused::UNKNOWN, reports))
}

/// Stamps what waits for its token.
pub fn timestamp(context: &Context) -> Result<Answer, Stopped> {
    let done = timed(context, "evidence.timestamp", Office::stamp_pending)?;
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
pub fn renew(context: &Context, again: bool, algorithm: Option<&str>) -> Result<Answer, Stopped> {
    let wish = RenewalWish { again, algorithm: algorithm.and_then(DigestAlgorithm::named) };
    let done = timed(context, "evidence.renew", |office, by| office.renew_evidence(wish, by))?;
    let row = |one: &Renewed| {
        json!({
            "bundle": one.bundle,
            "record": one.record.to_string(),
            "stamps": one.stamps,
            "algorithm": one.algorithm.name(),
            "entry": one.entry,
        })
    };
    let rows: Vec<Value> = done.done.iter().map(row).collect();
    let mut text = vec![match context.pick("zh", "en") {
        "zh" => format!("证据记录 {} 份", done.done.len()),
        _ => format!("{} evidence records", done.done.len()),
    }];
    text.extend(done.left.iter().map(|report| context.printer.report_text(report)));
    let left: Vec<Value> =
        done.left.iter().map(|report| context.printer.report_json(report)).collect();
    let json = json!({ "renewed": rows, "left": left });
    let text = text.join("\n");
    Ok(if done.left.is_empty() { Answer::done(json, text) } else { Answer::found(json, text) })
}

/// The time as of which is judged: `text` if it is given, else now. A day alone means its last
/// second, in UTC.
pub fn judged_at(text: Option<&str>) -> Result<DateTime<Utc>, Stopped> {
    let Some(text) = text else {
        let zone = *DateTime::<FixedOffset>::default().offset();
        return Ok(SystemClock::new(zone).now().to_utc());
    };
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    let last = NaiveTime::from_hms_opt(23, 59, 59);
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    match day.filter(|_| text.len() == 10).zip(last) {
        Some((day, last)) => Ok(day.and_time(last).and_utc()),
        None => Err(UsageError::Argument {
            name: "--at",
            expected: Phrase(
                "a time such as 2046-11-23T09:00:00+08:00, or a day",
                "如 2046-11-23T09:00:00+08:00 的时间，或日期",
            ),
        }
        .into()),
    }
}

/// What an evidence record proves, as JSON.
pub fn proven_json(proven: &Proven) -> Value {
    let algorithms: Vec<&str> = proven.algorithms.iter().map(|one| one.name()).collect();
    json!({
        "since": proven.since.to_rfc3339(),
        "renewed": proven.renewed.to_rfc3339(),
        "until": proven.until.to_rfc3339(),
        "stamps": proven.stamps,
        "algorithms": algorithms,
    })
}

/// The same as a line.
pub fn proven_text(context: &Context, proven: &Proven) -> String {
    let algorithms: Vec<&str> = proven.algorithms.iter().map(|one| one.name()).collect();
    let (since, until) = (proven.since.to_rfc3339(), proven.until.to_rfc3339());
    let (stamps, algorithms) = (proven.stamps, algorithms.join(", "));
    match context.pick("zh", "en") {
        "zh" => {
            format!("  证据记录：自 {since} 起，时间戳 {stamps} 个（{algorithms}），有效至 {until}")
        }
        _ => format!(
            "  evidence record: since {since}, {stamps} timestamps ({algorithms}), good until {until}"
        ),
    }
}
