//! Internal documents from the command line: `register report`, `audit report`,
//! `evidence certificate`.

use std::path::{Path, PathBuf};

use chancery::{
    audit, durable,
    letter::{
        certificates,
        desk::Outcome,
        internal::{self, Wanted},
        issued::Issued,
        ledgers::{self, Period},
    },
    office::{Office, actor::Actor, operator::Role, refused},
    problem::{Phrase, alone},
};
use chrono::NaiveDate;
use serde_json::json;

use super::{
    arguments::Book,
    context::{Context, UsageError},
    register::read_notes,
    report::{Answer, Stopped},
};

/// `register report`.
pub fn book(
    context: &Context,
    book: Book,
    principal: Option<&str>,
    (from, until): (&str, &str),
    out: &Path,
) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let principal = whose(&office, principal)?;
    let period = Period::new(date(from, "--from")?, date(until, "--until")?, office.today())?;
    let wanted = match book {
        Book::Letters => ledgers::letters(&office, &principal, period),
        Book::Seals => ledgers::seals(&office, &principal, period),
    };
    issue(context, &mut office, &actor, &wanted.map_err(Stopped)?, out)
}

/// `audit report`: the check first, which reads only; then its report, which an auditor signs.
pub fn audit_report(
    context: &Context,
    principal: Option<&str>,
    checkpoints: &[PathBuf],
    out: &Path,
) -> Result<Answer, Stopped> {
    let notes = read_notes(checkpoints)?;
    let done = audit::run(&context.look_past_damage()?, &notes).map_err(Stopped)?;
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    required(context, &mut office, &actor, Role::Auditor, "audit.report", refused::UNKNOWN)?;
    let principal = whose(&office, principal)?;
    let auditor = office.operator_name(&actor.operator().id);
    let wanted = audit::report::wanted(&office, &done, notes.len(), &principal, &auditor)?;
    let mut answer = issue(context, &mut office, &actor, &wanted, out)?;
    if let Some(members) = answer.json.as_object_mut() {
        members.insert("findings".to_owned(), done.findings.len().into());
        members.insert("first_bad_entry".to_owned(), json!(done.first_bad()));
    }
    if !done.findings.is_empty() {
        answer.exit = 1;
    }
    Ok(answer)
}

/// `evidence certificate`.
pub fn certificate(
    context: &Context,
    bundle: &str,
    principal: Option<&str>,
    out: &Path,
) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let subject = refused::kept(bundle);
    required(context, &mut office, &actor, Role::Archivist, "evidence.certificate", &subject)?;
    let principal = whose(&office, principal)?;
    let bundle = office.bundle(bundle).map_err(Stopped)?;
    let wanted = certificates::of_bundle(&office, &principal, &bundle).map_err(Stopped)?;
    issue(context, &mut office, &actor, &wanted, out)
}

/// `retention certificate`.
pub fn destruction(context: &Context, id: &str, out: &Path) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let subject = refused::kept(id);
    required(context, &mut office, &actor, Role::Archivist, "retention.certificate", &subject)?;
    let disposal = office.disposal(id).map_err(Stopped)?;
    let wanted = certificates::of_disposal(&disposal)?;
    issue(context, &mut office, &actor, &wanted, out)
}

/// Refuses `act` to somebody without `role`, and enters that.
fn required(
    context: &Context,
    office: &mut Office,
    actor: &Actor,
    role: Role,
    act: &str,
    subject: &str,
) -> Result<(), Stopped> {
    let refused = actor.require(role).map_err(alone);
    refused.map_err(|reports| context.refused(office, actor, act, subject, reports))
}

/// Issues `wanted` and writes its PDF to `out`. The same file again is left alone.
pub fn issue(
    context: &Context,
    office: &mut Office,
    actor: &Actor,
    wanted: &Wanted,
    out: &Path,
) -> Result<Answer, Stopped> {
    // Known before a number is given; a document that is issued and not written is written by a rerun.
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    durable::writable_folder(folder.unwrap_or(Path::new(".")))?;
    if out.symlink_metadata().is_ok() {
        return Err(durable::DurableError::Exists { path: out.display().to_string() }.into());
    }
    let credentials = context.credentials(office.paths(), office.settings());
    let index = office.index_key(&credentials, &|name| context.ask(name))?;
    let outcome = internal::issue(office, actor, index, wanted);
    let (issued, already) = match outcome.map_err(|fault| Stopped(fault.into()))? {
        Outcome::Refused(reports) => return Err(Stopped(reports)),
        Outcome::Issued(issued) => (issued, false),
        Outcome::Already(issued) => (issued, true),
    };
    durable::write_new(out, &office.object(&issued.pdf)?)?;
    context.auto_checkpoint(office);
    Ok(told(context, &issued, already, out))
}

fn told(context: &Context, issued: &Issued, already: bool, out: &Path) -> Answer {
    let json = json!({
        "number": issued.number,
        "check_code": issued.check_code,
        "template": issued.template,
        "pdf": issued.pdf.to_string(),
        "pages": issued.pages,
        "entry": issued.seq,
        "already": already,
        "out": out,
    });
    let note = if already { context.pick("（此前已签发）", " (issued before)") } else { "" };
    let pages = match context.pick("zh", "en") {
        "zh" => format!("{} 页", issued.pages),
        _ => format!("{} pages", issued.pages),
    };
    Answer::done(json, format!("{}  {pages}  {}{note}", issued.number, out.display()))
}

/// The principal named, or the only one there is.
pub fn whose(office: &Office, given: Option<&str>) -> Result<String, Stopped> {
    let mut known = office.state().principals.keys();
    match (given, known.next(), known.next()) {
        (Some(given), ..) => Ok(given.to_owned()),
        (None, Some(only), None) => Ok(only.clone()),
        _ => Err(UsageError::Argument {
            name: "--principal",
            expected: Phrase("given, and there is more than one principal", "须指明委托方"),
        }
        .into()),
    }
}

fn date(text: &str, name: &'static str) -> Result<NaiveDate, Stopped> {
    text.parse().map_err(|_| {
        UsageError::Argument {
            name,
            expected: Phrase("a date such as 2026-12-31", "应为日期，如 2026-12-31"),
        }
        .into()
    })
}
