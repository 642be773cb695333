//! `letter envelope`.

use std::{collections::BTreeMap, path::Path};

use chancery::{
    durable,
    letter::{
        envelope::{Enveloped, Envelopes},
        envelope_words::EnvelopeRefusal,
        paper::Paper,
    },
    masking::{Masking, mask_text},
    office::refused::{self, Times},
    problem::Report,
};
use serde_json::{Value, json};

use super::{
    context::Context,
    report::{Answer, Stopped},
};

/// Largest file of numbers, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Runs `letter envelope`.
pub fn run(context: &Context, letters: &str, paper: &str, out: &Path) -> Result<Answer, Stopped> {
    let size = || mask_text(paper, &Masking::default()).text;
    let paper = Paper::named(paper).ok_or_else(|| EnvelopeRefusal::Paper { size: size() })?;
    let times = if Path::new(letters).is_file() { Times::OnceADay } else { Times::Each };
    let numbers = numbers(letters)?;
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    durable::writable_folder(out)?;
    let mut made = 0_u64;
    let mut said_no = 0_u64;
    let mut refusals = Vec::new();
    let mut envelopes = Envelopes::new(&mut office, &actor, paper);
    let mut say = |numbers: &[String], done: Result<Enveloped, Vec<Report>>, name: &str| {
        let file = out.join(name);
        let done = match done {
            Ok(done) => match durable::write_new(&file, &done.pdf) {
                Err(durable::DurableError::Exists { .. })
                    if durable::read(&file, LIMIT).is_ok_and(|there| there == done.pdf) =>
                {
                    Ok(())
                }
                other => other.map_err(|error| vec![Report::of(&error)]),
            },
            Err(reports) => Err(reports),
        };
        match done {
            Ok(()) => {
                made += 1;
                let json = json!({ "numbers": numbers, "size": paper.name(), "out": file });
                context.printer.line(&json, &format!("{}  {}", numbers.join(" "), file.display()));
            }
            Err(reports) => {
                said_no += 1;
                refusals.extend(numbers.iter().filter_map(|number| {
                    refused::draft("letter.envelope", refused::letter(Some(number)), &reports)
                }));
                let rows: Vec<Value> =
                    reports.iter().map(|one| context.printer.report_json(one)).collect();
                let mut text = match context.pick("zh", "en") {
                    "zh" => format!("{} 未制作", numbers.join(" ")),
                    _ => format!("{} not made", numbers.join(" ")),
                };
                for one in &reports {
                    text.push('\n');
                    text.push_str(&context.printer.report_text(one));
                }
                context.printer.line(&json!({ "numbers": numbers, "refused": rows }), &text);
            }
        }
    };
    // One sheet holds letters of one principal, whose approval its template has.
    let mut waiting: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for number in numbers {
        match envelopes.principal(&number) {
            Err(reports) => say(&[mask_text(&number, &Masking::default()).text], Err(reports), ""),
            Ok(principal) => waiting.entry(principal).or_default().push(number),
        }
    }
    for numbers in waiting.values() {
        for chunk in numbers.chunks(envelopes.together().max(1)) {
            let first = chunk.first().map_or("", String::as_str);
            let name = format!("{first}-{}.pdf", paper.name());
            let done = envelopes.make(chunk);
            say(chunk, done, &name);
        }
    }
    context.register_refused(&mut office, &actor, &refusals, times)?;
    context.auto_checkpoint(&mut office);
    let json = json!({ "summary": { "made": made, "refused": said_no } });
    let text = match context.pick("zh", "en") {
        "zh" => format!("制作 {made}，拒绝 {said_no}"),
        _ => format!("{made} made, {said_no} refused"),
    };
    let exit = u8::from(said_no > 0);
    Ok(Answer { json, text, exit })
}

/// Letter numbers: the one given, or those of a file, one a line or as `letter issue --json` told.
fn numbers(letters: &str) -> Result<Vec<String>, Stopped> {
    let file = Path::new(letters);
    if !file.is_file() {
        return Ok(vec![letters.to_owned()]);
    }
    let bytes = durable::read(file, LIMIT)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut numbers: Vec<String> = Vec::new();
    for (at, line) in text.lines().map(str::trim).enumerate() {
        let told = serde_json::from_str::<Value>(line).ok();
        let number = match &told {
            Some(Value::Object(members)) => match members.get("number").and_then(Value::as_str) {
                Some(number) => number,
                // A refused row or the line of totals.
                None => continue,
            },
            _ => line.split([',', '\t']).next().unwrap_or_default().trim(),
        };
        if number.is_empty() && line.is_empty() {
            continue;
        }
        if !is_number(number) {
            return Err(EnvelopeRefusal::Numbers { line: at + 1 }.into());
        }
        if !numbers.iter().any(|known| known == number) {
            numbers.push(number.to_owned());
        }
    }
    Ok(numbers)
}

/// Whether a text has the form of a letter number: `QH-2026-000001`.
fn is_number(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [prefix, year, serial]
        if (2..=4).contains(&prefix.len())
            && prefix.bytes().all(|byte| byte.is_ascii_uppercase())
            && year.len() == 4 && digits(year) && serial.len() >= 6 && digits(serial))
}
