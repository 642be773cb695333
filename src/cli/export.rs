//! `evidence export`.

use std::{io::Read as _, ops::ControlFlow, path::Path};

use chancery::{
    durable::{self, DurableError},
    masking::IdentityNumber,
    office::{
        Office,
        actor::Actor,
        export_room::{ExportError, Exporting, Selection, person, told},
        refused,
        retention_state::Shelved,
    },
    signing::{Recipient, SystemRandom},
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{
    arguments::Export,
    context::Context,
    principal::read_certificate,
    report::{Answer, Stopped},
};

/// Largest file that holds one identity number, in bytes.
const PERSON_LIMIT: u64 = 256;
/// The act, as refusals of it are entered.
const EXPORT: &str = "evidence.export";

/// Exports what was asked for.
pub fn run(context: &Context, wanted: &Export) -> Result<Answer, Stopped> {
    let selection = selection(wanted)?;
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let ask = |name: &str| context.ask(name);
    let certificate = read_certificate(&wanted.to)?;
    let recipient = Recipient::new(certificate, office.now().to_utc())?;
    let shelves = office.shelves()?;
    let by = wanted.principal.as_deref();
    let items = office.select(&shelves, &selection, by, &credentials, &ask);
    let subject = match &selection {
        Selection::Case(named) | Selection::Number(named) => refused::kept(named),
        _ => refused::UNKNOWN.to_owned(),
    };
    let items =
        items.map_err(|reports| context.refused(&mut office, &actor, EXPORT, &subject, reports))?;
    made(context, (&mut office, &actor), (&items, &subject), &recipient, &wanted.out, None)
}

/// Exports the sample of a week.
pub fn sample(
    context: &Context,
    (week, count): (Option<&str>, usize),
    to: &Path,
    out: &Path,
) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let recipient = Recipient::new(read_certificate(to)?, office.now().to_utc())?;
    let sample = chancery::audit::sample::draw(&office, week, count).map_err(Stopped)?;
    let items = sample.items(&office.shelves()?);
    if items.is_empty() {
        return Err(ExportError::Nothing.into());
    }
    let items = (&items[..], refused::UNKNOWN);
    made(context, (&mut office, &actor), items, &recipient, out, Some(sample.told()))
}

/// Exports `items`, which are of `subject`, and says so.
fn made(
    context: &Context,
    (office, actor): (&mut Office, &Actor),
    (items, subject): (&[Shelved], &str),
    recipient: &Recipient,
    out: &Path,
    drawn: Option<Value>,
) -> Result<Answer, Stopped> {
    let credentials = context.credentials(office.paths(), office.settings());
    let ask = |name: &str| context.ask(name);
    let bar = context.progress();
    let mut random = SystemRandom;
    let random = &mut random;
    let mut by =
        Exporting { actor, credentials: &credentials, ask: &ask, random, drawn: drawn.clone() };
    let made = office.export(items, recipient, out, &mut by, &mut |bytes| {
        bar.inc(bytes);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    let made = made.map_err(|reports| context.refused(office, actor, EXPORT, subject, reports))?;
    context.auto_checkpoint(office);
    let mut json = told(&made);
    if let Some(object) = json.as_object_mut() {
        object.insert("out".to_owned(), json!(out));
        object.extend(drawn.map(|drawn| ("drawn".to_owned(), drawn)));
    }
    let text = match context.pick("zh", "en") {
        "zh" => format!(
            "导出 {}：{} 项，已加密给 {}\n  {}\n  SHA-256 {}\n  开启：openssl cms -decrypt -inform DER -binary -in FILE -recip CERT -inkey KEY -out export.asice",
            made.id,
            made.items.len(),
            made.recipient,
            out.display(),
            made.digest
        ),
        _ => format!(
            "export {}: {} things, encrypted to {}\n  {}\n  SHA-256 {}\n  opened by: openssl cms -decrypt -inform DER -binary -in FILE -recip CERT -inkey KEY -out export.asice",
            made.id,
            made.items.len(),
            made.recipient,
            out.display(),
            made.digest
        ),
    };
    Ok(Answer::done(json, text))
}

fn selection(wanted: &Export) -> Result<Selection, Stopped> {
    if let Some(case) = &wanted.case {
        return Ok(Selection::Case(case.clone()));
    }
    if let Some(number) = wanted.bundle.as_ref().or(wanted.letter.as_ref()) {
        return Ok(Selection::Number(number.clone()));
    }
    if let Some(file) = &wanted.person {
        return Ok(Selection::Person(read_person(file)?));
    }
    if let (Some(from), Some(until)) = (&wanted.from, &wanted.until) {
        let day = |text: &str| chancery::case::date::parse(text).map_err(|_| ExportError::Days);
        let (from, until) = (day(from)?, day(until)?);
        return if from <= until {
            Ok(Selection::Days(from, until))
        } else {
            Err(ExportError::Days.into())
        };
    }
    Err(ExportError::Selection.into())
}

/// The number is wiped; it was never an argument, so it is in no list of processes.
fn read_person(file: &Path) -> Result<IdentityNumber, Stopped> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Zeroizing::new(Vec::new());
        let read = std::io::stdin().take(PERSON_LIMIT + 1).read_to_end(&mut bytes);
        let read = read.map_err(|_| ExportError::Person)?;
        if u64::try_from(read).is_ok_and(|read| read > PERSON_LIMIT) {
            let path = file.display().to_string();
            return Err(DurableError::TooLarge { path, limit: PERSON_LIMIT }.into());
        }
        bytes
    } else {
        Zeroizing::new(durable::read(file, PERSON_LIMIT)?)
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| ExportError::Person)?;
    Ok(person(text)?)
}
