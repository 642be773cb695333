//! `letter answer·unanswered`: replies and what they wait for.

use std::fmt::Write as _;

use chancery::{
    letter::life::answers,
    office::{Office, refused},
};
use serde_json::json;

use crate::cli::{
    context::Context,
    report::{Answer, Stopped},
};

pub(super) fn answer(context: &Context, reply: &str, by: &str) -> Result<Answer, Stopped> {
    let mut office: Office = context.open()?;
    let actor = context.actor(&office)?;
    let (letter, to, seq) = answers::answer(&mut office, &actor, reply, by).map_err(|reports| {
        let subject = refused::letter(Some(reply));
        context.refused(&mut office, &actor, "letter.answer", subject, reports)
    })?;
    context.auto_checkpoint(&mut office);
    let json = json!({ "reply": reply, "letter": letter, "answer": by, "to": to, "entry": seq });
    let text = match (context.pick("zh", "en"), to) {
        ("zh", answers::PRINCIPAL) => format!("{reply} 已由 {by} 报告委托方"),
        ("zh", _) => format!("{reply} 已由 {by} 答复"),
        (_, answers::PRINCIPAL) => format!("{reply} reported to the principal by {by}"),
        _ => format!("{reply} answered by {by}"),
    };
    Ok(Answer::done(json, text))
}

pub(super) fn unanswered(context: &Context) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let open = answers::unanswered(&office)?;
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for one in &open {
        let reply = &one.reply;
        rows.push(json!({
            "reply": reply.number,
            "letter": one.letter,
            "case": one.case,
            "principal": one.principal,
            "kind": reply.kind,
            "came": reply.came.day().to_string(),
            "age_days": one.age,
            "answer_due": one.wants_answer.then_some(reply.answer_due).flatten().map(|day| day.to_string()),
            "report_due": one.wants_report.then_some(reply.report_due).flatten().map(|day| day.to_string()),
            "wants_answer": one.wants_answer,
            "wants_report": one.wants_report,
            "overdue": one.overdue,
        }));
        let mut line = format!(
            "{}  {}  {:<10} {:>3} {}",
            reply.number,
            one.letter,
            reply.kind,
            one.age,
            context.pick("日", "days"),
        );
        if one.wants_report
            && let Some(due) = reply.report_due
        {
            let _ = write!(line, "  {} {due}", context.pick("报告委托方", "report by"));
        }
        if one.wants_answer {
            let due = reply.answer_due.map(|due| due.to_string());
            let none = context.pick("未设期限", "no term set").to_owned();
            let _ = write!(line, "  {} {}", context.pick("答复", "answer by"), due.unwrap_or(none));
        }
        if one.overdue {
            line.push_str(context.pick("  已逾期", "  overdue"));
        }
        lines.push(line);
    }
    Ok(Answer::done(json!({ "unanswered": rows }), lines.join("\n")))
}
