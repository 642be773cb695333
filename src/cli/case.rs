//! `case close·reopen`.

use chancery::office::refused;
use serde_json::json;

use super::{
    arguments::Case,
    context::Context,
    report::{Answer, Stopped},
    retention::day,
};

/// Runs a verb of `case`.
pub fn run(context: &Context, verb: Case) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    match verb {
        Case::Close { case, on, principal } => {
            let on = day(&on, "on")?;
            let closed = office.close_case(&case, on, principal.as_deref(), &actor);
            let closed = closed.map_err(|reports| {
                let subject = refused::case(&case);
                context.refused(&mut office, &actor, "case.close", &subject, reports)
            })?;
            context.auto_checkpoint(&mut office);
            let principal = closed.entry().body.get("principal");
            let json = json!({
                "case": case, "on": on.to_string(), "principal": principal, "entry": closed.seq(),
            });
            let text = match context.pick("zh", "en") {
                "zh" => format!("案件 {case} 已于 {on} 结案，保管期限自归档与结案较晚者起算"),
                _ => format!(
                    "case {case} closed as of {on}: its retention runs from the later of archiving and closing"
                ),
            };
            Ok(Answer::done(json, text))
        }
        Case::Reopen { case, proof } => {
            let opened = office.reopen_case(&case, &proof, &actor).map_err(|reports| {
                let subject = refused::case(&case);
                context.refused(&mut office, &actor, "case.reopen", &subject, reports)
            })?;
            context.auto_checkpoint(&mut office);
            let json = json!({ "case": case, "reopened": true, "entry": opened.seq() });
            let text = match context.pick("zh", "en") {
                "zh" => format!("案件 {case} 已重新立案，保管期限待再次结案后起算"),
                _ => format!(
                    "case {case} is open again: its retention begins when it is closed anew"
                ),
            };
            Ok(Answer::done(json, text))
        }
    }
}
