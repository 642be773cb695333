//! `audit run·sample`.

use chancery::audit;
use serde_json::{Value, json};

use super::{
    arguments::Audit,
    context::Context,
    internal,
    register::{found_json, read_notes},
    report::{Answer, Stopped},
};

/// Runs a verb of `audit`.
pub fn run(context: &Context, verb: Audit) -> Result<Answer, Stopped> {
    let checkpoint = match verb {
        Audit::Run { checkpoint } => checkpoint,
        Audit::Report { principal, checkpoint, out } => {
            return internal::audit_report(context, principal.as_deref(), &checkpoint, &out);
        }
        Audit::Sample { week, count, to: Some(to), out: Some(out) } => {
            return super::export::sample(context, (week.as_deref(), count), &to, &out);
        }
        Audit::Sample { week, count, .. } => return drawn(context, week.as_deref(), count),
    };
    let office = context.look_past_damage()?;
    let notes = read_notes(&checkpoint)?;
    let done = audit::run(&office, &notes).map_err(Stopped)?;
    let rows = found_json(context, &done.findings);
    let notes: Vec<Value> = done.notes.iter().map(|r| context.printer.report_json(r)).collect();
    let json = json!({
        "entries": done.entries,
        "expected": done.expected,
        "checked": done.checked,
        "ok": done.ok,
        "first_bad_entry": done.first_bad(),
        "findings": rows,
        "notes": notes,
    });
    let head = match context.pick("zh", "en") {
        "zh" => format!(
            "登记条目 {}；应核对象 {}，实核 {}，一致 {}；发现 {} 项",
            done.entries,
            done.expected,
            done.checked,
            done.ok,
            done.findings.len()
        ),
        _ => format!(
            "{} entries; objects expected {}, checked {}, as registered {}; findings {}",
            done.entries,
            done.expected,
            done.checked,
            done.ok,
            done.findings.len()
        ),
    };
    let mut text = head;
    for note in &done.notes {
        text.push('\n');
        text.push_str(&context.printer.note_text(note));
    }
    if done.findings.is_empty() {
        return Ok(Answer::done(json, text));
    }
    if let Some(first) = done.first_bad() {
        text.push('\n');
        text.push_str(context.pick("首个异常条目：", "first bad entry: "));
        text.push_str(&first.to_string());
    }
    for finding in &done.findings {
        text.push('\n');
        text.push_str(&context.printer.report_text(&finding.report));
    }
    Ok(Answer::found(json, text))
}

/// Draws the sample of a week.
fn drawn(context: &Context, week: Option<&str>, count: usize) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let sample = audit::sample::draw(&office, week, count).map_err(Stopped)?;
    let mut rows: Vec<Value> = Vec::new();
    let head = match context.pick("zh", "en") {
        "zh" => {
            format!("{} 共 {} 件，抽取 {} 件", sample.week, sample.population, sample.drawn.len())
        }
        _ => format!("{}: {} of {} drawn", sample.week, sample.drawn.len(), sample.population),
    };
    let mut lines = vec![head];
    for one in &sample.drawn {
        let sort = one.sort.name();
        rows.push(json!({
            "sort": sort, "id": one.id, "entry": one.entry, "rank": one.rank.to_string(),
        }));
        lines.push(format!("  {:<16} {sort}  {}", one.id, one.entry));
    }
    let json = json!({
        "week": sample.week,
        "checkpoint": sample.checkpoint.as_str(),
        "population": sample.population,
        "drawn": rows,
    });
    Ok(Answer::done(json, lines.join("\n")))
}
