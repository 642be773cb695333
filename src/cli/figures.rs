//! `reconcile`, `stats`, `copies missing`, `letter bill`.

use std::path::Path;

use chancery::{
    durable,
    figures::{
        bill::{self, Bill},
        month::Month,
        reconcile::{self, Deviation, Outcome},
        statement::{ByRow, Statement},
        stats::{Counts, Figure, Stats},
        table,
    },
    letter::copies,
    office::Office,
    problem::{Phrase, Report},
};
use serde_json::{Map, Value, json};

use super::{
    arguments,
    context::{Context, UsageError, shown},
    report::{Answer, Stopped},
};

/// The month given, or that of today.
fn month(given: Option<&str>, office: &Office) -> Result<Month, Stopped> {
    match given {
        None => Ok(Month::of(office.today())),
        Some(text) => text.parse().map_err(|_| {
            let expected = Phrase("a month such as 2026-11", "应为月份，如 2026-11");
            UsageError::Argument { name: "--month", expected }.into()
        }),
    }
}

/// Tells what is wrong with a file, by row, and gives the answer of a file that cannot be read.
fn unreadable(context: &Context, wrong: &ByRow) -> Answer {
    let mut exit = 2;
    for (row, reports) in wrong {
        exit = exit.max(reports.iter().map(|r| r.code.severity.exit_status()).max().unwrap_or(2));
        let problems: Vec<Value> =
            reports.iter().map(|report| context.printer.report_json(report)).collect();
        let mut lines: Vec<String> = Vec::new();
        if *row > 0 {
            lines.push(match context.pick("zh", "en") {
                "zh" => format!("第 {row} 行"),
                _ => format!("row {row}"),
            });
        }
        lines.extend(reports.iter().map(|report| context.printer.report_text(report)));
        context.printer.line(&json!({ "row": row, "refused": problems }), &lines.join("\n"));
    }
    let text = match context.pick("zh", "en") {
        "zh" => format!("文件有 {} 处无法读取，未作比对", wrong.len()),
        _ => format!("the file cannot be read in {} places; nothing was compared", wrong.len()),
    };
    Answer { json: json!({ "unread": wrong.len() }), text, exit }
}

/// Runs `reconcile`.
pub fn reconcile(context: &Context, arguments: &arguments::Reconcile) -> Result<Answer, Stopped> {
    let statement = match Statement::read(&arguments.file) {
        Ok(statement) => statement,
        Err(wrong) => return Ok(unreadable(context, &wrong)),
    };
    let mut office = context.open()?;
    let month = month(arguments.month.as_deref(), &office)?;
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let index = office.index_key(&credentials, &|name| context.ask(name))?;
    let outcome =
        reconcile::reconcile(&mut office, &actor, index, &statement, &arguments.principal, month)
            .map_err(Stopped)?;
    context.auto_checkpoint(&mut office);
    for (letter, found) in &outcome.deviating {
        tell(context, letter, found);
    }
    Ok(reconciled(context, &outcome, &shown(&arguments.principal), month))
}

fn tell(context: &Context, letter: &str, found: &[Report]) {
    let findings: Vec<Value> =
        found.iter().map(|report| context.printer.report_json(report)).collect();
    let told = found.iter().map(|report| context.printer.report_text(report));
    let text: Vec<String> = [letter.to_owned()].into_iter().chain(told).collect();
    context.printer.line(&json!({ "number": letter, "findings": findings }), &text.join("\n"));
}

fn reconciled(context: &Context, outcome: &Outcome, principal: &str, month: Month) -> Answer {
    let Outcome { letters, equal, unequal, stale, absent, .. } = outcome;
    let rate = outcome.rate();
    let percent = rate.percent();
    let mut text = match context.pick("zh", "en") {
        "zh" => format!(
            "{principal} {month}：核对 {letters} 件，相符 {equal}，金额不符 {unequal}，过期 {stale}，报表未载 {absent}；偏离率 {rate} = {percent}"
        ),
        _ => format!(
            "{principal} {month}: {letters} letters, {equal} equal, {unequal} unequal, {stale} stale, {absent} absent; deviation rate {rate} = {percent}"
        ),
    };
    if !rate.passes() {
        let above = Deviation::Rate { rate: rate.to_string(), percent: percent.clone() };
        text.push('\n');
        text.push_str(&context.printer.report_text(&above.into()));
    }
    let json = json!({ "summary": {
        "principal": principal, "month": month.to_string(), "letters": letters, "equal": equal,
        "unequal": unequal, "stale": stale, "absent": absent, "deviations": rate.deviations,
        "rate": rate.to_string(), "percent": percent, "passes": rate.passes(),
        "entry": outcome.seq, "already": outcome.already,
    } });
    if outcome.deviating.is_empty() { Answer::done(json, text) } else { Answer::found(json, text) }
}

/// Runs `letter bill`.
pub fn bill(context: &Context, file: &Path, given: Option<&str>) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let month = given.map(|given| month(Some(given), &office)).transpose()?;
    let bill = match bill::compare(&office, file, month) {
        Ok(bill) => bill,
        Err(wrong) => return Ok(unreadable(context, &wrong)),
    };
    let Bill { rows, matched, charged, owed, findings } = &bill;
    let told = findings.iter().map(|report| context.printer.report_text(report));
    let summary = match context.pick("zh", "en") {
        "zh" => format!(
            "账单 {rows} 行，共 {charged} 元；与发出登记相符 {matched} 件，{owed} 元；发现 {} 项",
            findings.len()
        ),
        _ => format!(
            "{rows} rows, {charged} yuan; {matched} letters billed once, {owed} yuan; {} findings",
            findings.len()
        ),
    };
    let text: Vec<String> = told.chain([summary]).collect();
    let listed: Vec<Value> =
        findings.iter().map(|report| context.printer.report_json(report)).collect();
    let json = json!({
        "rows": rows, "matched": matched, "charged": charged.plain(), "owed": owed.plain(),
        "findings": listed,
    });
    let text = text.join("\n");
    Ok(if findings.is_empty() { Answer::done(json, text) } else { Answer::found(json, text) })
}

/// Runs `stats`.
pub fn stats(context: &Context, arguments: &arguments::Stats) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let month = month(arguments.month.as_deref(), &office)?;
    // A report is made for one principal and tells its figures alone.
    let principal = match (&arguments.principal, &arguments.pdf) {
        (None, Some(_)) => Some(super::internal::whose(&office, None)?),
        (given, _) => given.clone(),
    };
    let stats = Stats::of(&office, month, principal.as_deref())?;
    let tables = stats.tables();
    if let Some(path) = &arguments.csv {
        durable::write_new(path, &table::csv(&tables)?)?;
    }
    if let Some(path) = &arguments.xlsx {
        durable::write_new(path, &table::xlsx(&tables, month.first())?)?;
    }
    let shown = tables.iter().filter(|table| !table.rows.is_empty());
    let texts: Vec<String> = shown.map(table::Table::to_text).collect();
    let text = format!("{}\n\n{}", month.chinese(), texts.join("\n\n"));
    let mut answer = Answer::done(stats_json(&stats), text);
    if let (Some(out), Some(principal)) = (&arguments.pdf, &principal) {
        let mut office = context.open()?;
        let actor = context.actor(&office)?;
        let wanted = stats.report(principal)?;
        let issued = super::internal::issue(context, &mut office, &actor, &wanted, out)?;
        answer.text = format!("{}\n\n{}", answer.text, issued.text);
        if let Some(members) = answer.json.as_object_mut() {
            members.insert("report".to_owned(), issued.json);
        }
    }
    Ok(answer)
}

fn stats_json(stats: &Stats) -> Value {
    let counts = |counts: &Counts| -> Value {
        let figures =
            Figure::ALL.map(|figure| (figure.name().to_owned(), counts.get(figure).into()));
        Value::Object(Map::from_iter(figures))
    };
    let groups = |groups: &std::collections::BTreeMap<String, Counts>| -> Value {
        groups.iter().map(|(name, one)| (name.clone(), counts(one))).collect::<Map<_, _>>().into()
    };
    let reconciled: Map<String, Value> = stats
        .reconciled
        .iter()
        .map(|(principal, rate)| {
            let json = json!({
                "deviations": rate.deviations, "letters": rate.letters, "rate": rate.to_string(),
                "percent": rate.percent(), "passes": rate.passes(),
            });
            (principal.clone(), json)
        })
        .collect();
    json!({
        "month": stats.month.to_string(),
        "principal": stats.principal,
        "total": counts(&stats.total),
        "by_kind": groups(&stats.by_kind),
        "by_principal": groups(&stats.by_principal),
        "by_clerk": groups(&stats.by_clerk),
        "documents": groups(&stats.documents),
        "reasons": stats.reasons,
        "holds": stats.holds,
        "acts_refused": stats.acts_refused,
        "answer_days": {
            "answers": stats.times.count(),
            "median": stats.times.median(),
            "longest": stats.times.longest(),
        },
        "reconciled": reconciled,
        "deviation_rate": stats.rate().map(|rate| rate.to_string()),
    })
}

/// Runs `copies missing`.
pub fn copies(context: &Context) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let missing = copies::missing(&office).map_err(Stopped)?;
    let rows: Vec<Value> = missing
        .iter()
        .map(|one| {
            json!({
                "number": one.number, "template": one.template, "case": one.case,
                "because": one.because, "since": one.since.to_string(), "age_days": one.age,
            })
        })
        .collect();
    let lines: Vec<String> = missing
        .iter()
        .map(|one| {
            let because = match one.because {
                "hand" => context.pick("签收单", "delivery receipt"),
                _ => context.pick("签署件", "signed copy"),
            };
            let days = context.pick("日", "days");
            format!(
                "{}  {:<20} {:<28} {because}  {}  {} {days}",
                one.number, one.case, one.template, one.since, one.age
            )
        })
        .collect();
    let json = json!({ "missing": rows });
    let text = lines.join("\n");
    Ok(Answer::done(json, text))
}
