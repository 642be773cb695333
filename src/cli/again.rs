//! `letter reprint·receipt`: what is printed of a letter after it is issued.

use std::path::Path;

use chancery::{
    case::intake::plain::{Column, Table},
    durable,
    letter::{
        desk::Desk,
        life::refusal::LifeRefusal,
        reprint::{Reprint, Reprints},
    },
    office::refused::{self, Times},
    problem::Severity,
};
use serde_json::{Value, json};

use super::{
    arguments::Named,
    context::Context,
    life,
    report::{Answer, Stopped},
};

/// Columns of a file of letters to reprint.
const COLUMNS: [Column; 1] = [Column::text("number", &["函号", "letter_no"]).required()];

/// Prints one letter again, or a file of them into a folder.
pub fn reprint(context: &Context, named: &Named, out: &Path) -> Result<Answer, Stopped> {
    let Some(file) = &named.file else {
        let number = named.number.as_deref().ok_or(LifeRefusal::NothingNamed)?;
        let mut office = context.open()?;
        let actor = context.actor(&office)?;
        let mut reprints = Reprints::default();
        let reprint = reprints.reprint(&mut office, &actor, number).map_err(|reports| {
            let subject = refused::letter(Some(number));
            context.refused(&mut office, &actor, "letter.reprint", subject, reports)
        })?;
        write_same(out, &reprint.pdf)?;
        context.auto_checkpoint(&mut office);
        return Ok(Answer::done(reprint_json(&reprint, out), reprint_text(context, &reprint, out)));
    };
    let table = Table::open(file, &COLUMNS, true).map_err(Stopped)?;
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    durable::writable_folder(out)?;
    let (mut rows, mut done, mut said_no, mut unread) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut refusals = Vec::new();
    let mut reprints = Reprints::default();
    let mut fault = None;
    for (row, cells) in table {
        let number = cells.as_ref().ok().and_then(|cells| cells.get("number")).cloned();
        let mut again = |number: Option<&str>| {
            let number =
                number.ok_or_else(|| vec![LifeRefusal::Missing { member: "number" }.into()])?;
            let reprint = reprints.reprint(&mut office, &actor, number)?;
            let path = out.join(format!("{}-reprint.pdf", reprint.number));
            write_same(&path, &reprint.pdf).map_err(|stopped| stopped.0)?;
            Ok((reprint, path))
        };
        match cells.and_then(|_| again(number.as_deref())) {
            Ok((reprint, path)) => {
                rows += 1;
                done += 1;
                let mut json = reprint_json(&reprint, &path);
                if let Some(members) = json.as_object_mut() {
                    members.insert("row".to_owned(), row.into());
                }
                context.printer.line(&json, &reprint_text(context, &reprint, &path));
            }
            Err(reports) if Stopped::is_fault(&reports) => {
                fault = Some(reports);
                break;
            }
            Err(reports) => {
                rows += 1;
                let rule = reports.iter().any(|report| report.code.severity == Severity::Refusal);
                *(if rule { &mut said_no } else { &mut unread }) += 1;
                let subject = refused::letter(number.as_deref());
                refusals.extend(refused::draft("letter.reprint", subject, &reports));
                life::refuse(context, row, number.as_deref(), &reports);
            }
        }
    }
    if rows == 0 && fault.is_none() {
        return Err(LifeRefusal::NoActs.into());
    }
    let entered = context.register_refused(&mut office, &actor, &refusals, Times::OnceADay);
    context.auto_checkpoint(&mut office);
    let text = match context.pick("zh", "en") {
        "zh" => format!("共 {rows} 行：补打 {done}，拒绝 {said_no}，无法读取 {unread}"),
        _ => format!("{rows} rows: {done} reprinted, {said_no} refused, {unread} unreadable"),
    };
    let exit = match (said_no, unread) {
        (_, 1..) => 2,
        (1.., 0) => 1,
        (0, 0) => 0,
    };
    let summary = json!({ "rows": rows, "reprinted": done, "refused": said_no, "unread": unread });
    context.finished(Answer { json: json!({ "summary": summary }), text, exit }, fault, entered)
}

/// Writes a file; one that holds these very bytes is left alone.
fn write_same(path: &Path, bytes: &[u8]) -> Result<(), Stopped> {
    match durable::write_new(path, bytes) {
        Err(durable::DurableError::Exists { path: shown }) => {
            let there = durable::read(path, u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            if there.is_ok_and(|there| there == bytes) {
                Ok(())
            } else {
                Err(durable::DurableError::Exists { path: shown }.into())
            }
        }
        other => Ok(other?),
    }
}

fn reprint_json(reprint: &Reprint, out: &Path) -> Value {
    json!({
        "number": reprint.number,
        "copy": reprint.copy,
        "entry": reprint.seq,
        "already": reprint.already,
        "out": out,
    })
}

fn reprint_text(context: &Context, reprint: &Reprint, out: &Path) -> String {
    let Reprint { number, copy, .. } = reprint;
    match context.pick("zh", "en") {
        "zh" => format!("{number}  第 {copy} 次补打  {}", out.display()),
        _ => format!("{number}  reprint {copy}  {}", out.display()),
    }
}

/// Prints the delivery receipt of a letter.
pub fn receipt(
    context: &Context,
    number: &str,
    agents: &[String],
    out: &Path,
) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let index = office.index_key(&credentials, &|name| context.ask(name))?;
    let receipt = Desk::open(&mut office, &actor, index)?.receipt(number, agents);
    let receipt = receipt.map_err(|reports| {
        let subject = refused::letter(Some(number));
        context.refused(&mut office, &actor, "letter.receipt", subject, reports)
    })?;
    write_same(out, &receipt.pdf)?;
    context.auto_checkpoint(&mut office);
    let json = json!({
        "number": number, "entry": receipt.seq, "already": receipt.already, "out": out,
    });
    let text = match context.pick("zh", "en") {
        "zh" => format!("{number}  签收单  {}", out.display()),
        _ => format!("{number}  delivery receipt  {}", out.display()),
    };
    Ok(Answer::done(json, text))
}
