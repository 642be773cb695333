//! `retention due·hold·release·holds·plan·approve·dispose`.

use std::path::Path;

use chancery::{
    digest::Digest,
    durable,
    office::{
        clock::SystemClock,
        disposal_room::Disposal,
        refused,
        retention_room::{Due, HoldWish, RetentionError},
    },
    register::Clock as _,
    retention::{plan::Plan, schedule::Keeping},
    signing::sign_detached,
};
use chrono::{Days, NaiveDate, Utc};
use serde_json::{Value, json};

use super::{
    arguments::{ApprovePlan, OwnKey, Retention},
    context::Context,
    principal::own_key,
    report::{Answer, Stopped},
};

/// Largest plan or signature file, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Runs a verb of `retention`.
pub fn run(context: &Context, verb: Retention) -> Result<Answer, Stopped> {
    match verb {
        Retention::Due { within, all } => due(context, within, all),
        Retention::Hold { subject, who, why, proof, until } => {
            let until = until.map(|until| day(&until, "until")).transpose()?;
            let mut office = context.open()?;
            let actor = context.actor(&office)?;
            let (subject, who, why) = (subject.as_str(), who.as_str(), why.as_str());
            let wish = HoldWish { subject, who, why, proof: proof.as_deref(), until };
            let (entry, covers) = office.hold_for_law(wish, &actor).map_err(|reports| {
                let subject = refused::kept(subject);
                context.refused(&mut office, &actor, "retention.hold", &subject, reports)
            })?;
            context.auto_checkpoint(&mut office);
            let json = json!({ "hold": entry.seq(), "subject": subject, "covers": covers });
            let text = match context.pick("zh", "en") {
                "zh" => {
                    format!("暂停销毁 {} 已设置：{subject}，现有 {covers} 项受其保护", entry.seq())
                }
                _ => {
                    format!("legal hold {} on {subject}: it keeps {covers} things now", entry.seq())
                }
            };
            Ok(Answer::done(json, text))
        }
        Retention::Release { hold, proof } => {
            let mut office = context.open()?;
            let actor = context.actor(&office)?;
            let released = office.release_for_law(hold, &proof, &actor);
            let (entry, was) = released.map_err(|reports| {
                let holds = office.shelves().map(|shelves| shelves.holds).unwrap_or_default();
                let of = holds.iter().find(|one| one.seq == hold);
                let subject =
                    of.map_or_else(|| refused::UNKNOWN.to_owned(), |one| one.subject.clone());
                context.refused(&mut office, &actor, "retention.release", &subject, reports)
            })?;
            context.auto_checkpoint(&mut office);
            let json = json!({ "released": hold, "subject": was.subject, "entry": entry.seq() });
            let text = match context.pick("zh", "en") {
                "zh" => format!("暂停销毁 {hold}（{}）已解除", was.subject),
                _ => format!("legal hold {hold} on {} released", was.subject),
            };
            Ok(Answer::done(json, text))
        }
        Retention::Holds => holds(context),
        Retention::Plan { principal, out } => {
            let office = context.look()?;
            let plan = office.disposal_plan(&principal).map_err(Stopped)?;
            let bytes = plan.to_bytes();
            durable::write_new(&out, &bytes)?;
            let digest = Digest::of(&bytes);
            let json = json!({
                "plan": digest.to_string(), "principal": principal,
                "items": plan.items.len(), "out": out,
            });
            Ok(Answer::done(json, listing(context, &plan, &digest)))
        }
        Retention::Approve(arguments) => approve(context, arguments),
        Retention::Certificate { id, out } => super::internal::destruction(context, &id, &out),
        Retention::Dispose { plan } => {
            let (plan, digest) = read(&plan)?;
            let mut office = context.open()?;
            let actor = context.actor(&office)?;
            let done = office.dispose(&plan, &digest, &actor);
            // What was disposed of before a refusal stands in the register too.
            context.auto_checkpoint(&mut office);
            let done = done.map_err(|reports| {
                let subject = refused::principal(&office, &plan.principal);
                context.refused(&mut office, &actor, "retention.dispose", subject, reports)
            })?;
            let rows: Vec<Value> = done.iter().map(disposal_json).collect();
            let lines: Vec<String> = done.iter().map(|one| disposal_text(context, one)).collect();
            let json = json!({ "plan": digest.to_string(), "disposed": rows });
            Ok(Answer::done(json, lines.join("\n")))
        }
    }
}

fn due(context: &Context, within: u32, all: bool) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let shelves = office.shelves()?;
    let today = office.today();
    let until = today.checked_add_days(Days::new(within.into())).unwrap_or(NaiveDate::MAX);
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for due in office.terms(&shelves).map_err(Stopped)? {
        if all || due.schedule.expired(until).is_ok() {
            lines.push(due_text(context, &due));
            rows.push(due_json(&due, today));
        }
    }
    if lines.is_empty() {
        lines.push(context.pick("没有到期的内容", "nothing is due").to_owned());
    }
    Ok(Answer::done(json!({ "today": today.to_string(), "due": rows }), lines.join("\n")))
}

fn due_json(due: &Due, today: NaiveDate) -> Value {
    json!({
        "sort": due.kept.sort.name(),
        "id": due.kept.id,
        "case": due.kept.case,
        "archived_on": due.schedule.archived_on.to_string(),
        "closed_on": due.schedule.closed_on.map(|day| day.to_string()),
        "years": due.schedule.term.years(),
        "last_day_kept": due.keeping.day().to_string(),
        "open": matches!(due.keeping, Keeping::AtLeastThrough(_)),
        "expired": due.schedule.expired(today).is_ok(),
        "holds": due.holds,
    })
}

fn due_text(context: &Context, due: &Due) -> String {
    let until = match due.keeping {
        Keeping::Through(day) => day.to_string(),
        Keeping::AtLeastThrough(day) => {
            format!("{}{day}", context.pick("不早于 ", "at least "))
        }
    };
    let held = if due.holds.is_empty() {
        String::new()
    } else {
        format!("  {}: {}", context.pick("暂停", "held"), due.holds.join(", "))
    };
    format!("{:<16} {:<24} {until}{held}", due.kept.id, due.kept.case)
}

fn holds(context: &Context) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let today = office.today();
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for hold in office.shelves()?.holds {
        let until = hold.until.map(|day| day.to_string());
        lines.push(format!(
            "{:<6} {:<24} {} {} {}",
            hold.seq,
            hold.subject,
            hold.who,
            hold.why,
            until.as_deref().unwrap_or("-")
        ));
        rows.push(json!({
            "hold": hold.seq, "subject": hold.subject, "who": hold.who, "why": hold.why,
            "proof": hold.proof, "until": until, "stands": hold.stands(today),
        }));
    }
    Ok(Answer::done(json!({ "holds": rows }), lines.join("\n")))
}

fn approve(context: &Context, arguments: ApprovePlan) -> Result<Answer, Stopped> {
    let (plan, digest) = read(&arguments.plan)?;
    if arguments.sign
        && let (Some(key), Some(own_certificate), Some(out)) =
            (arguments.key, arguments.own_certificate, arguments.out)
    {
        let (credential, chain) = own_key(context, &OwnKey { key, own_certificate, issuer: None })?;
        let zone = *chrono::DateTime::<chrono::FixedOffset>::default().offset();
        let now = SystemClock::new(zone).now().with_timezone(&Utc);
        let signature = sign_detached(&digest, &credential, &chain, now)?;
        durable::write_new(&out, &signature)?;
        let json = json!({ "plan": digest.to_string(), "items": plan.items.len(), "out": out });
        return Ok(Answer::done(json, listing(context, &plan, &digest)));
    }
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let entry = match &arguments.import {
        Some(file) => {
            office.take_plan_approval(&plan, &digest, &durable::read(file, LIMIT)?, &actor)
        }
        None => office.approve_disposal(&plan, &digest, &actor),
    };
    let entry = entry.map_err(|reports| {
        let subject = refused::principal(&office, &plan.principal);
        context.refused(&mut office, &actor, "retention.approve", subject, reports)
    })?;
    context.auto_checkpoint(&mut office);
    let side = entry.entry().body.get("side").and_then(Value::as_str).unwrap_or_default();
    let json = json!({ "plan": digest.to_string(), "side": side, "entry": entry.seq() });
    let text = format!(
        "{}\n{} {side}",
        listing(context, &plan, &digest),
        context.pick("已登记一项批准：", "one approval registered:")
    );
    Ok(Answer::done(json, text))
}

fn read(file: &Path) -> Result<(Plan, Digest), Stopped> {
    Ok(Plan::read(&durable::read(file, LIMIT)?)?)
}

/// A plan as a person reads it before signing.
fn listing(context: &Context, plan: &Plan, digest: &Digest) -> String {
    let head = match context.pick("zh", "en") {
        "zh" => format!(
            "销毁计划（委托方 {}，{} 制定）：{} 项\n  SHA-256 {digest}",
            plan.principal,
            plan.planned_on,
            plan.items.len()
        ),
        _ => format!(
            "disposal plan for {}, drawn up {}: {} items\n  SHA-256 {digest}",
            plan.principal,
            plan.planned_on,
            plan.items.len()
        ),
    };
    let items = plan.items.iter().map(|item| {
        format!(
            "\n  {:<16} {:<24} {} {} ({})",
            item.id,
            item.case,
            context.pick("保管至", "kept through"),
            item.last_day_kept,
            item.years.years()
        )
    });
    head + &items.collect::<String>()
}

fn disposal_json(one: &Disposal) -> Value {
    let objects: Vec<String> = one.objects.iter().map(Digest::to_string).collect();
    json!({
        "id": one.id,
        "certificate": one.certificate,
        "entry": one.entry,
        "destroyed": objects,
        "already": one.already,
        "facts": one.facts,
    })
}

fn disposal_text(context: &Context, one: &Disposal) -> String {
    let done = if one.already {
        context.pick("此前已销毁", "destroyed before")
    } else {
        context.pick("已销毁", "destroyed")
    };
    let number = context.pick("证明编号", "certificate");
    let entry = context.pick("条目", "entry");
    format!("{:<16} {done}  {number} {}  {entry} {}", one.id, one.certificate, one.entry)
}

/// A day of the command line.
pub fn day(text: &str, member: &'static str) -> Result<NaiveDate, Stopped> {
    chancery::case::date::parse(text).map_err(|_| RetentionError::Day { member }.into())
}
