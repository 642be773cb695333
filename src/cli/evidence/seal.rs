//! `evidence seal`.

use std::ops::ControlFlow;

use chancery::{durable, office::occasion::Wanted, problem::Report, signing::SystemRandom};
use serde_json::{Value, json};

use super::{describe, kept_json, pieces};
use crate::cli::{
    arguments::Seal,
    context::Context,
    report::{Answer, Stopped},
};

/// Seals a folder, with a copy and a sheet of its pictures where they are asked for.
pub fn run(context: &Context, arguments: Seal) -> Result<Answer, Stopped> {
    let Seal { dir, case, kind, visit, letter, from, until, sheet, out } = arguments;
    // Known before a number is given.
    for out in [&out, &sheet].into_iter().flatten() {
        durable::vacant(out)?;
    }
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let bar = context.progress();
    let wanted = Wanted {
        folder: &dir,
        case: case.as_deref(),
        kind: kind.as_deref(),
        visit: visit.as_deref(),
        letter: letter.as_deref(),
        times: from.as_deref().zip(until.as_deref()),
    };
    let (kept, seal) = office
        .seal(
            wanted,
            &actor,
            &credentials,
            &|name| context.ask(name),
            &mut SystemRandom,
            &mut |bytes| {
                bar.inc(bytes);
                ControlFlow::Continue(())
            },
        )
        .map_err(Stopped)?;
    bar.finish_and_clear();
    if let Some(out) = &out {
        office.copy_object(&kept.object, out, |error| vec![Report::of(&error)]).map_err(Stopped)?;
    }
    if let Some(sheet) = &sheet {
        pieces::sheet(context, &dir, sheet, Some(&kept.case))?;
    }
    context.auto_checkpoint(&mut office);
    let mut json = kept_json(&kept);
    let notes: Vec<Value> = seal.findings.iter().map(|r| context.printer.report_json(r)).collect();
    if let Some(object) = json.as_object_mut() {
        object.insert("notes".to_owned(), notes.into());
        object.insert("out".to_owned(), json!(out));
        object.insert("sheet".to_owned(), json!(sheet));
    }
    let mut text = describe(context, &kept);
    for note in &seal.findings {
        text.push('\n');
        text.push_str(&context.printer.report_text(note));
    }
    Ok(Answer::done(json, text))
}
