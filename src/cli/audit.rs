//! `audit run`.

use chancery::audit;
use serde_json::{Value, json};

use super::{
    arguments::Audit,
    context::Context,
    internal,
    register::read_notes,
    report::{Answer, Stopped},
};

/// Runs a verb of `audit`.
pub fn run(context: &Context, verb: Audit) -> Result<Answer, Stopped> {
    let checkpoint = match verb {
        Audit::Run { checkpoint } => checkpoint,
        Audit::Report { principal, checkpoint, out } => {
            return internal::audit_report(context, principal.as_deref(), &checkpoint, &out);
        }
    };
    let office = context.look()?;
    let notes = read_notes(&checkpoint)?;
    let done = audit::run(&office, &notes).map_err(Stopped)?;
    let rows: Vec<Value> = done
        .findings
        .iter()
        .map(|finding| {
            let mut row = context.printer.report_json(&finding.report);
            if let Some(object) = row.as_object_mut() {
                object.insert("entry".to_owned(), json!(finding.entry));
            }
            row
        })
        .collect();
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
