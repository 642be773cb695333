//! `contact add·withdraw`.

use std::path::Path;

use chancery::{office::contact, signing::KeyedIndex};
use serde_json::{Value, json};

use super::{
    arguments::Contact,
    context::Context,
    report::{Answer, Stopped},
};

/// Runs a verb of `contact`.
pub fn run(context: &Context, verb: &Contact) -> Result<Answer, Stopped> {
    match verb {
        Contact::Add { file } => take(context, file, false),
        Contact::Withdraw { file } => take(context, file, true),
    }
}

fn take(context: &Context, file: &Path, withdraw: bool) -> Result<Answer, Stopped> {
    let mut contacts = Vec::new();
    let mut wrong: Vec<Value> = Vec::new();
    for (line, row) in contact::read(file)? {
        match row {
            Ok(contact) => contacts.push(contact),
            Err(reports) => {
                for report in &reports {
                    let text = context.printer.report_text(report);
                    context.printer.tell(&format!("{line}: {text}"));
                    let mut told = context.printer.report_json(report);
                    if let Some(told) = told.as_object_mut() {
                        told.insert("line".to_owned(), line.into());
                    }
                    wrong.push(told);
                }
            }
        }
    }
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let index = office.index_key(&credentials, &|name| context.ask(name))?;
    let index = KeyedIndex::new(index);
    let taken = office.take_contacts(&contacts, withdraw, &index, &actor).map_err(Stopped)?;
    context.auto_checkpoint(&mut office);
    let json = json!({ "new": taken.new, "already": taken.already, "problems": wrong });
    let text = match context.pick("zh", "en") {
        "zh" => format!("处理 {}，此前已处理 {}，有误 {}", taken.new, taken.already, wrong.len()),
        _ => format!("{} done, {} done before, {} wrong", taken.new, taken.already, wrong.len()),
    };
    Ok(Answer { json, text, exit: if wrong.is_empty() { 0 } else { 2 } })
}
