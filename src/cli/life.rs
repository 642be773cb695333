//! `letter dispatch·deliver·return·reply·answer·unanswered·void`: one letter or a file of them.

mod answers;
mod file;
mod told;

use chancery::{
    letter::life::{
        act::{Act, Entered},
        acts::Counter,
        refusal::LifeRefusal,
        words::Verb,
    },
    office::refused,
    problem::{Report, alone},
};
use serde_json::{Value, json};

use super::{
    again,
    arguments::{Life, Named, Told},
    context::Context,
    figures,
    report::{Answer, Stopped},
};
use told::{done_json, done_text};

/// Runs one of these verbs of `letter`.
pub fn run(context: &Context, verb: Life) -> Result<Answer, Stopped> {
    match verb {
        Life::Dispatch { named, told, tracking, carrier } => {
            let options = [("tracking", tracking), ("carrier", carrier)];
            acts(context, Verb::Dispatch, &named, &entered(&named, told, options))
        }
        Life::Deliver { named, told, mode, signer, agent, evidence } => {
            let many = agent.len() > 2;
            let mut agents = agent.into_iter();
            let options = [
                ("mode", mode),
                ("signer", signer),
                ("agent1", agents.next()),
                ("agent2", agents.next()),
                ("evidence", evidence),
            ];
            let options = entered(&named, told, options);
            if many {
                let mut office = context.open()?;
                let actor = context.actor(&office)?;
                let subject = refused::letter(named.number.as_deref());
                let reports = vec![LifeRefusal::HandReceipt.into()];
                return Err(context.refused(
                    &mut office,
                    &actor,
                    &act_name(Verb::Deliver),
                    subject,
                    reports,
                ));
            }
            acts(context, Verb::Deliver, &named, &options)
        }
        Life::Return { named, told, reason, evidence } => {
            let options = [("reason", reason), ("evidence", evidence)];
            acts(context, Verb::Return, &named, &entered(&named, told, options))
        }
        Life::Reply { named, told, kind, evidence } => {
            let options = [("kind", kind), ("evidence", evidence)];
            acts(context, Verb::Reply, &named, &entered(&named, told, options))
        }
        Life::Void { named, reason, source } => {
            let told = Told { at: None, source };
            acts(context, Verb::Void, &named, &entered(&named, told, [("reason", reason)]))
        }
        Life::Answer { reply, by } => answers::answer(context, &reply, &by),
        Life::Unanswered => answers::unanswered(context),
        Life::Reminders { until } => super::reminders::run(context, until.as_deref()),
        Life::Reprint { named, out } => again::reprint(context, &named, &out),
        Life::Receipt { number, agent, out } => again::receipt(context, &number, &agent, &out),
        Life::Bill { file, month } => figures::bill(context, &file, month.as_deref()),
    }
}

fn entered<const N: usize>(
    named: &Named,
    told: Told,
    options: [(&'static str, Option<String>); N],
) -> Entered {
    let common = [("number", named.number.clone()), ("at", told.at), ("source", told.source)];
    let given = common.into_iter().chain(options);
    given.filter_map(|(name, value)| Some((name, value?.trim().to_owned()))).collect()
}

/// A letter number as it may be shown: what is none is not repeated.
pub fn shown(number: Option<&str>) -> String {
    refused::letter(number).to_owned()
}

/// What an act is called in the entry that tells its refusal.
fn act_name(verb: Verb) -> String {
    format!("letter.{}", verb.name())
}

fn acts(
    context: &Context,
    verb: Verb,
    named: &Named,
    options: &Entered,
) -> Result<Answer, Stopped> {
    let Some(file) = &named.file else {
        if named.number.is_none() {
            return Err(LifeRefusal::NothingNamed.into());
        }
        let mut office = context.open()?;
        let read = Act::read(verb, options, *office.now().offset());
        let actor = context.actor(&office)?;
        let judged = read.and_then(|act| {
            let mut counter = Counter::open(&mut office, &actor).map_err(alone)?;
            let judged = counter.register(std::slice::from_ref(&act))?;
            let done =
                judged.into_iter().next().unwrap_or_else(|| Err(alone(LifeRefusal::Unknown)))?;
            Ok((act, done))
        });
        let (act, done) = judged.map_err(|reports| {
            let subject = refused::letter(named.number.as_deref());
            context.refused(&mut office, &actor, &act_name(verb), subject, reports)
        })?;
        context.auto_checkpoint(&mut office);
        return Ok(Answer::done(done_json(&act, &done), done_text(context, verb, &act, &done)));
    };
    file::acts(context, verb, file, options)
}

/// Tells everything wrong with a row.
pub fn refuse(context: &Context, row: u64, number: Option<&str>, reports: &[Report]) {
    let number = shown(number);
    let problems: Vec<Value> =
        reports.iter().map(|report| context.printer.report_json(report)).collect();
    let mut text = match context.pick("zh", "en") {
        "zh" => format!("第 {row} 行 {number} 未登记"),
        _ => format!("row {row} {number} not registered"),
    };
    for report in reports {
        text.push('\n');
        text.push_str(&context.printer.report_text(report));
    }
    context.printer.line(&json!({ "row": row, "number": number, "refused": problems }), &text);
}
