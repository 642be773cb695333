//! `rules FILE`: answers a JSONL file of rule questions.

use std::{
    io::{self, BufRead, BufReader, Read as _},
    path::Path,
};

use chancery::{
    durable,
    problem::{Phrase, Report},
    rules,
};
use serde_json::json;

use super::{
    context::{Context, UsageError},
    report::{Answer, Stopped},
};

/// Longest question, in bytes.
const LINE: u64 = 4 * 1024 * 1024;

/// Answers every line; a line that is no question is told and does not stop the rest.
pub fn run(context: &Context, file: &Path) -> Result<Answer, Stopped> {
    let mut lines: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(durable::open_regular(file)?))
    };
    let mut exit = 0;
    let mut number = 0_u64;
    loop {
        let mut line = String::new();
        let read =
            (&mut lines).take(LINE).read_line(&mut line).map_err(|_| UsageError::Argument {
                name: "FILE",
                expected: Phrase("UTF-8 text in lines", "应为逐行的 UTF-8 文本"),
            })?;
        if read == 0 {
            break;
        }
        number += 1;
        if line.trim().is_empty() {
            continue;
        }
        match rules::answer(&line) {
            Ok(answer) => {
                let json = serde_json::to_value(&answer).unwrap_or_default();
                context.printer.line(&json, &json.to_string());
            }
            Err(error) => {
                exit = 2;
                let report = Report::from(error);
                let json =
                    json!({ "line": number, "problem": context.printer.report_json(&report) });
                context.printer.line(&json, &json.to_string());
            }
        }
    }
    Ok(Answer { json: serde_json::Value::Null, text: String::new(), exit })
}
