//! `letter reminders`: instalments that lie ahead.

use chancery::{
    case::date,
    letter::reminders::{self, Passed, Reminder},
    problem::Phrase,
};
use serde_json::{Value, json};

use super::{
    context::{Context, UsageError},
    report::{Answer, Stopped},
};

/// Lists the instalments of which is to be reminded.
pub fn run(context: &Context, until: Option<&str>) -> Result<Answer, Stopped> {
    let day = Phrase("a day, such as 2026-11-30", "日期，例如 2026-11-30");
    let wrong = |_| UsageError::Argument { name: "--until", expected: day };
    let until = until.map(|text| date::parse(text).map_err(wrong)).transpose()?;
    let office = context.look()?;
    let ahead = reminders::ahead(&office, until).map_err(Stopped)?;
    let today = office.today();
    let rows: Vec<Value> = ahead
        .reminders
        .iter()
        .map(|one| {
            json!({
                "remind_on": one.remind_on.to_string(),
                "due": one.due.to_string(),
                "case": one.case,
                "number": one.number,
                "template": one.template,
                "principal": one.principal,
                "instalment": one.instalment,
                "of": one.of,
                "amount": one.amount,
                "next": one.next,
                "now": one.remind_on <= today,
            })
        })
        .collect();
    let passed: Vec<Value> = ahead
        .passed
        .iter()
        .map(|one| json!({ "number": one.number, "case": one.case, "because": one.because }))
        .collect();
    let mut lines: Vec<String> =
        ahead.reminders.iter().map(|one| line(context, one, one.remind_on <= today)).collect();
    lines.extend(ahead.passed.iter().map(|one| left_out(context, one)));
    let (count, without) = (ahead.reminders.len(), ahead.passed.len());
    lines.push(match context.pick("zh", "en") {
        "zh" => format!("应提醒 {count} 期，略过函件 {without} 件"),
        _ => format!("{count} instalments to remind of, {without} letters left out"),
    });
    let json = json!({
        "today": today.to_string(),
        "until": until.map(|day| day.to_string()),
        "reminders": rows,
        "left_out": passed,
    });
    Ok(Answer::done(json, lines.join("\n")))
}

fn line(context: &Context, one: &Reminder, now: bool) -> String {
    let Reminder { remind_on, due, case, number, instalment, of, .. } = one;
    let amount = one.amount.as_deref().unwrap_or("?");
    let mut line = match context.pick("zh", "en") {
        "zh" => {
            format!("{remind_on}  {number}  {case}  第 {instalment}/{of} 期 {due} 到期 {amount} 元")
        }
        _ => format!("{remind_on}  {number}  {case}  {instalment} of {of}, due {due}: {amount}"),
    };
    if one.next {
        line.push_str(context.pick("  下一期", "  next"));
    }
    if now {
        line.push_str(context.pick("  今日应已提醒", "  remind now"));
    }
    line
}

fn left_out(context: &Context, one: &Passed) -> String {
    let Passed { number, case, because } = one;
    let words = match because.as_str() {
        "void" => context.pick("已作废", "void"),
        "blocked" => context.pick("已锁定", "blocked"),
        "returned" => context.pick("已退回", "it came back"),
        "closed" => context.pick("案件已结", "the case is closed"),
        kind => {
            let kind = chancery::office::hold::kind(kind);
            let (chinese, name) = kind.map_or(("暂停", "hold"), |kind| (kind.chinese, kind.name));
            return match context.pick("zh", "en") {
                "zh" => format!("略过 {number}  {case}  案件暂停（{chinese}）"),
                _ => format!("left out {number}  {case}  the case is on hold ({name})"),
            };
        }
    };
    match context.pick("zh", "en") {
        "zh" => format!("略过 {number}  {case}  {words}"),
        _ => format!("left out {number}  {case}  {words}"),
    }
}
