//! `hold place·release·list`.

use chancery::{
    masking::{Masking, mask_text},
    office::{hold, journal},
    register::Draft,
};
use serde_json::{Value, json};

use super::{
    arguments::Hold,
    context::Context,
    report::{Answer, Stopped},
};

/// Runs a verb of `hold`.
pub fn run(context: &Context, verb: Hold) -> Result<Answer, Stopped> {
    // A card number typed as a case number must not reach the register.
    let safe = |text: &str| mask_text(text, &Masking::default()).text;
    match verb {
        Hold::Place { case, kind, proof } => {
            hold::case_number(&case).map_err(Stopped)?;
            let mut office = context.open()?;
            let actor = context.actor(&office)?;
            let case = safe(&case);
            hold::may_place(&kind, actor.operator())?;
            let mut draft =
                Draft::new(journal::HOLD_PLACED, case.clone()).with("hold", kind.as_str());
            if let Some(proof) = proof {
                draft = draft.with("proof", safe(&proof));
            }
            let recorded = office.append(draft, &actor)?;
            context.auto_checkpoint(&mut office);
            let json = json!({ "case": case, "hold": kind, "entry": recorded.seq() });
            let text = match context.pick("zh", "en") {
                "zh" => format!("案件 {case} 已暂停（{kind}），即刻起不得发函、外访"),
                _ => format!("case {case} is on hold ({kind}): no letters, no visits from now on"),
            };
            Ok(Answer::done(json, text))
        }
        Hold::Release { case, kind, proof } => {
            let mut office = context.open()?;
            let actor = context.actor(&office)?;
            let case = safe(&case);
            let standing = office.state().holds.get(&case).cloned().unwrap_or_default();
            hold::may_release(&kind, &standing, actor.operator())?;
            let draft = Draft::new(journal::HOLD_RELEASED, case.clone())
                .with("hold", kind.as_str())
                .with("proof", safe(&proof));
            let recorded = office.append(draft, &actor)?;
            context.auto_checkpoint(&mut office);
            let json = json!({ "case": case, "released": kind, "entry": recorded.seq() });
            let text = match context.pick("zh", "en") {
                "zh" => format!("案件 {case} 的暂停（{kind}）已解除"),
                _ => format!("hold {kind} on case {case} released"),
            };
            Ok(Answer::done(json, text))
        }
        Hold::List => {
            let office = context.look()?;
            let mut rows: Vec<Value> = Vec::new();
            let mut lines = Vec::new();
            for (case, holds) in &office.state().holds {
                for hold in holds {
                    rows.push(json!({
                        "case": case,
                        "hold": hold.kind,
                        "since": hold.since.to_rfc3339(),
                        "entry": hold.seq,
                    }));
                    lines.push(format!("{case:<24} {:<20} {}", hold.kind, hold.since.to_rfc3339()));
                }
            }
            Ok(Answer::done(json!({ "holds": rows }), lines.join("\n")))
        }
    }
}
