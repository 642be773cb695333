//! `register list·show·prove·checkpoint·export·verify`.

use std::path::PathBuf;

use chancery::{
    audit, durable,
    problem::Phrase,
    register::{Leaves, ProofFile, Recorded},
};
use serde_json::{Value, json};

use super::{
    arguments::Register,
    context::{Context, UsageError},
    internal,
    report::{Answer, Stopped},
};

/// Largest checkpoint file, in bytes.
const NOTE_LIMIT: u64 = 64 * 1024;

/// Runs a verb of `register`.
pub fn run(context: &Context, verb: Register) -> Result<Answer, Stopped> {
    match verb {
        Register::List { from, kind } => list(context, from, kind.as_deref()),
        Register::Show { seq } => {
            let office = context.look()?;
            let entry = office.view().get(seq)?.ok_or_else(no_entry)?;
            let json = entry_json(&entry);
            let text = serde_json::to_string_pretty(&json).unwrap_or_default();
            Ok(Answer::done(json, text))
        }
        Register::Prove { seq } => {
            let office = context.look()?;
            let entry = office.view().get(seq)?.ok_or_else(no_entry)?;
            let note = office.view().newest_checkpoint()?;
            let covers = |size: u64| size > seq;
            let uncovered = UsageError::Argument {
                name: "SEQ",
                expected: Phrase(
                    "covered by a checkpoint: run `register checkpoint` first",
                    "尚无检查点覆盖，请先执行 `register checkpoint`",
                ),
            };
            let note = note.filter(|note| covers(note.checkpoint().size)).ok_or(uncovered)?;
            let proof = office.view().prove_inclusion(seq, note.checkpoint().size)?;
            let proof = ProofFile::new(&entry, proof, &note, &office.state().log_key);
            let json = serde_json::to_value(&proof).unwrap_or(Value::Null);
            let text = serde_json::to_string_pretty(&json).unwrap_or_default();
            Ok(Answer::done(json, text))
        }
        Register::Checkpoint { out } => {
            out.as_deref().map(durable::vacant).transpose()?;
            let mut office = context.open()?;
            let credentials = context.credentials(office.paths(), office.settings());
            let note = office.checkpoint(&credentials, &|name| context.ask(name))?;
            if let Some(out) = out {
                durable::write_new(&out, note.as_str().as_bytes())?;
            }
            let json = json!({ "checkpoint": note.as_str(), "log_key": office.state().log_key });
            let text = format!("{}\n{}", note.as_str(), office.state().log_key);
            Ok(Answer::done(json, text))
        }
        Register::Export { out } => {
            let office = context.look()?;
            let view = office.view();
            let mut leaves = Leaves::new(view.entries(0));
            let written = durable::write_new_from(&out, &mut leaves);
            // What the register says goes before what the file says of it.
            let count = leaves.ended()?;
            written?;
            Ok(Answer::done(json!({ "entries": count, "out": out }), out.display().to_string()))
        }
        Register::Report { book, principal, from, until, out } => {
            internal::book(context, book, principal.as_deref(), (&from, &until), &out)
        }
        Register::Verify { checkpoint } => verify(context, &checkpoint),
    }
}

fn list(context: &Context, from: u64, kind: Option<&str>) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let mut count = 0_u64;
    for entry in office.view().entries(from) {
        let entry = entry?;
        if kind.is_some_and(|kind| !entry.entry().kind.as_str().starts_with(kind)) {
            continue;
        }
        count += 1;
        let one = entry.entry();
        let text = format!(
            "{:>6}  {}  {:<20} {:<12} {}",
            one.seq,
            one.recorded_at.format("%Y-%m-%d %H:%M:%S"),
            one.kind,
            one.operator,
            one.subject.chars().take(40).collect::<String>(),
        );
        context.printer.line(&entry_json(&entry), &text);
    }
    Ok(Answer::done(json!({ "entries": count }), String::new()))
}

/// Findings as JSON, each with its entry.
pub fn found_json(context: &Context, findings: &[audit::Finding]) -> Vec<Value> {
    let row = |finding: &audit::Finding| {
        let mut row = context.printer.report_json(&finding.report);
        if let Some(object) = row.as_object_mut() {
            object.insert("entry".to_owned(), json!(finding.entry));
        }
        row
    };
    findings.iter().map(row).collect()
}

/// Findings of the register alone.
pub fn verify(context: &Context, checkpoints: &[PathBuf]) -> Result<Answer, Stopped> {
    let office = context.look_past_damage()?;
    let notes = read_notes(checkpoints)?;
    let found = audit::register(&office, &notes).map_err(Stopped)?;
    let rows = found_json(context, &found);
    let size = office.view().size().unwrap_or_default();
    let first = found.iter().filter_map(|finding| finding.entry).min();
    let json = json!({ "entries": size, "findings": rows, "first_bad_entry": first });
    if found.is_empty() {
        let text = match context.pick("zh", "en") {
            "zh" => format!("登记簿 {size} 条，全部核验一致"),
            _ => format!("{size} entries, all verified"),
        };
        return Ok(Answer::done(json, text));
    }
    let mut text = match (context.pick("zh", "en"), first) {
        ("zh", Some(first)) => format!("登记簿核验不通过；首个异常条目 {first}"),
        ("zh", None) => "登记簿核验不通过".to_owned(),
        (_, Some(first)) => format!("the register does not verify; first bad entry {first}"),
        (_, None) => "the register does not verify".to_owned(),
    };
    for finding in &found {
        text.push('\n');
        text.push_str(&context.printer.report_text(&finding.report));
    }
    Ok(Answer::found(json, text))
}

/// Reads checkpoints held outside.
pub fn read_notes(files: &[PathBuf]) -> Result<Vec<String>, Stopped> {
    files
        .iter()
        .map(|file| {
            let bytes = durable::read(file, NOTE_LIMIT)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect()
}

fn entry_json(entry: &Recorded) -> Value {
    let mut json: Value = serde_json::from_slice(entry.leaf()).unwrap_or(Value::Null);
    if let Some(object) = json.as_object_mut() {
        object.insert("leaf_hash".to_owned(), entry.leaf_hash().to_string().into());
    }
    json
}

fn no_entry() -> UsageError {
    UsageError::Argument {
        name: "SEQ", expected: Phrase("the number of an entry", "应为条目序号")
    }
}
