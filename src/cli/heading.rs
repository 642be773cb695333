//! `heading map·list`: how a principal's own sheets are read.
//!
//! The map is part of the profile that the principal signs; here it is looked at, and lines for it
//! are proposed.

use std::path::Path;

use chancery::{
    case::{
        field,
        intake::{Intake, Options, columns::HeadingMap},
    },
    masking::{Masking, mask_text},
    problem::Report,
};
use serde_json::{Value, json};

use super::{
    arguments::Heading,
    context::Context,
    report::{Answer, Stopped},
};

/// Rows that a preview reads.
const ROWS: usize = 20;

/// Runs a verb of `heading`.
pub fn run(context: &Context, verb: &Heading) -> Result<Answer, Stopped> {
    match verb {
        Heading::Map { principal, file } => map(context, principal, file),
        Heading::List { principal } => list(context, principal),
    }
}

fn list(context: &Context, principal: &str) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let profile = office.profile(principal).map_err(Stopped)?;
    let mut lines: Vec<String> = Vec::new();
    lines.extend(profile.headings.iter().map(|(heading, field)| format!("{heading} → {field}")));
    lines.extend(profile.constants.iter().map(|(field, value)| format!("{field} = {value}")));
    if lines.is_empty() {
        lines.push(
            context
                .pick(
                    "档案未设表头对照，按字段名与通用中文表头读取",
                    "the profile has no heading map: field names and the usual Chinese headings are read",
                )
                .to_owned(),
        );
    }
    let json = json!({
        "principal": profile.id,
        "headings": profile.headings,
        "constants": profile.constants,
    });
    Ok(Answer::done(json, lines.join("\n")))
}

fn map(context: &Context, principal: &str, file: &Path) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let map = office.profile(principal).map_err(Stopped)?.heading_map().map_err(Stopped)?;
    let survey = Options { headings: map.clone().surveying(), encoding: None };
    let surveyed = Intake::open(file, &survey).map_err(Stopped)?;
    let mut columns: Vec<Value> = Vec::new();
    let mut lines = Vec::new();
    let mut proposed = Vec::new();
    for column in
        surveyed.columns().map(chancery::case::intake::columns::Columns::all).unwrap_or_default()
    {
        // A sheet without headings begins with a person: numbers at least are masked.
        let heading = mask_text(&column.heading, &Masking::default()).text;
        let gives = column.gives.map(chancery::case::request::Key::name);
        let near = field::nearest(&column.heading).map(|field| field.name);
        let said = match (&gives, column.ignored, heading.is_empty()) {
            (Some(field), ..) => format!("→ {field}"),
            (None, true, _) => context.pick("忽略", "ignored").to_owned(),
            (None, false, true) => context.pick("无表头", "no heading").to_owned(),
            (None, false, false) => {
                proposed.push(format!(
                    "\"{}\" = \"{}\"",
                    heading.replace(['\\', '"'], ""),
                    near.unwrap_or_default()
                ));
                context.pick("未识别", "not known").to_owned()
            }
        };
        let hidden = if column.hidden { context.pick("（隐藏）", " (hidden)") } else { "" };
        lines.push(format!("{:>3}  {heading}  {said}{hidden}", column.letter));
        columns.push(json!({
            "column": column.letter,
            "heading": heading,
            "gives": gives,
            "ignored": column.ignored,
            "hidden": column.hidden,
            "near": near,
        }));
    }
    let (rows, problems, notes) = preview(file, map);
    lines.extend(notes.iter().map(|note| context.printer.note_text(note)));
    let notes: Vec<Value> = notes.iter().map(|note| context.printer.report_json(note)).collect();
    let mut exit = 0;
    for (row, report) in &problems {
        exit = exit.max(report.code.severity.exit_status());
        let told = context.printer.report_text(report);
        lines.push(match (row, context.pick("zh", "en")) {
            (Some(row), "zh") => format!("第 {row} 行 {told}"),
            (Some(row), _) => format!("row {row} {told}"),
            (None, _) => told,
        });
    }
    if !proposed.is_empty() {
        lines.push(
            context
                .pick("供委托方写入档案 [headings]：", "for the principal's profile, [headings]:")
                .to_owned(),
        );
        lines.extend(proposed.iter().map(|line| format!("  {line}")));
    }
    lines.push(match context.pick("zh", "en") {
        "zh" => format!("试读 {rows} 行"),
        _ => format!("{rows} rows read for the preview"),
    });
    let problem = |(row, report): &ByPlace| {
        let mut told = context.printer.report_json(report);
        if let Some(members) = told.as_object_mut() {
            members.insert("row".to_owned(), json!(row));
        }
        told
    };
    let problems: Vec<Value> = problems.iter().map(problem).collect();
    let json = json!({
        "principal": principal,
        "format": surveyed.format().name(),
        "encoding": surveyed.encoding().name(),
        "columns": columns,
        "proposed": proposed,
        "rows": rows,
        "notes": notes,
        "problems": problems,
    });
    Ok(Answer { json, text: lines.join("\n"), exit })
}

/// What is wrong, in a row or with the file as a whole.
type ByPlace = (Option<u64>, Report);

/// Reads the first rows; gives how many were read, everything wrong with the file or a row, and
/// what else there is to tell.
fn preview(file: &Path, headings: HeadingMap) -> (usize, Vec<ByPlace>, Vec<Report>) {
    let mut intake = match Intake::open(file, &Options { headings, encoding: None }) {
        Ok(intake) => intake,
        Err(reports) => {
            return (0, reports.into_iter().map(|report| (None, report)).collect(), Vec::new());
        }
    };
    let mut problems = Vec::new();
    let mut rows = 0_usize;
    for (row, read) in intake.by_ref().take(ROWS) {
        rows = rows.saturating_add(1);
        if let Err(reports) = read {
            problems.extend(reports.into_iter().map(|report| (Some(row), report)));
        }
    }
    (rows, problems, intake.notes())
}
