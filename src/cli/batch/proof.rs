//! `letter batch --proof`: marked pages of a file's extremes.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chancery::{
    durable,
    letter::desk::Desk,
    office::{intake_file::IntakeFile, office_folder::OfficeError},
    problem::Report,
};
use serde_json::json;

use crate::cli::{
    context::Context,
    report::{Answer, Stopped},
};

/// Most rows named beside a reason; `--json` names all.
const ROWS_TOLD: usize = 20;

/// Writes marked pages of the file's extremes; nothing is registered.
pub(super) fn run(
    context: &Context,
    desk: &mut Desk<'_>,
    rows: &mut IntakeFile,
    out: &Path,
) -> Result<Answer, Stopped> {
    let mut twins = desk.twins()?;
    let proofs = desk.extremes(&mut twins.beside(rows)).map_err(Stopped)?;
    let refused: BTreeSet<u64> = proofs.refused.iter().map(|(row, _)| *row).collect();
    let tried = twins.rows().filter(|row| !refused.contains(row)).collect();
    let told = twins.told(&desk.office().view(), &tried).map_err(OfficeError::from)?;
    let notes = [context.notes(&rows.notes()), context.row_notes(&told)].concat();
    let path = out.join("proof.pdf");
    let written = match &proofs.pdf {
        Some(pdf) => {
            durable::replace(&path, pdf)?;
            Some(path)
        }
        None => None,
    };
    let chinese = context.pick("zh", "en") == "zh";
    let mut lines = Vec::new();
    let mut shown = Vec::new();
    for one in &proofs.shown {
        let why: Vec<&str> = one.why.iter().map(|why| context.pick(why.1, why.0)).collect();
        lines.push(format!("{:>6}  {}  {}", one.row, one.kind, why.join(context.pick("、", ", "))));
        shown.push(json!({ "row": one.row, "kind": one.kind, "pages": one.pages, "why": one.why.iter().map(|why| why.0).collect::<Vec<_>>() }));
    }
    // Each reason once, with the rows that have it.
    let mut reasons: BTreeMap<(&str, &str), (&Report, Vec<u64>)> = BTreeMap::new();
    for (row, reports) in &proofs.refused {
        for report in reports {
            let told = (report.code.code, report.english.as_str());
            let (_, rows) = reasons.entry(told).or_insert_with(|| (report, Vec::new()));
            if rows.last() != Some(row) {
                rows.push(*row);
            }
        }
    }
    for (report, rows) in reasons.values() {
        lines.push(context.printer.report_text(report));
        lines.push(told_rows(rows, chinese));
    }
    let refused: Vec<_> = proofs
        .refused
        .iter()
        .map(|(row, reports)| {
            let problems: Vec<_> =
                reports.iter().map(|report| context.printer.report_json(report)).collect();
            json!({ "row": row, "refused": problems })
        })
        .collect();
    let (rows, count) = (proofs.rows, refused.len());
    lines.push(match (chinese, &written) {
        (true, Some(path)) => format!(
            "共 {rows} 行，取样 {} 件；所试各行中 {count} 行会被拒绝  {}",
            shown.len(),
            path.display()
        ),
        (true, None) => {
            format!("共 {rows} 行；所试各行中 {count} 行会被拒绝，无可取样，未写出样稿")
        }
        (false, Some(path)) => format!(
            "{rows} rows, {} shown; of the rows tried {count} would be refused  {}",
            shown.len(),
            path.display()
        ),
        (false, None) => format!(
            "{rows} rows; of the rows tried {count} would be refused; none can be shown, no proof was written"
        ),
    });
    let json = json!({ "rows": rows, "tried_and_refused": count, "refused": refused, "shown": shown, "out": written, "notes": notes });
    Ok(Answer { json, text: lines.join("\n"), exit: u8::from(count > 0 || written.is_none()) })
}

/// The rows that have a reason, of many the first.
fn told_rows(rows: &[u64], chinese: bool) -> String {
    let first: Vec<String> = rows.iter().take(ROWS_TOLD).map(u64::to_string).collect();
    let more = rows.len().saturating_sub(ROWS_TOLD);
    match (chinese, more) {
        (true, 0) => format!("  第 {} 行", first.join("、")),
        (true, _) => format!("  第 {} 行，另 {more} 行", first.join("、")),
        (false, 0) => format!("  rows {}", first.join(", ")),
        (false, _) => format!("  rows {} and {more} more", first.join(", ")),
    }
}
