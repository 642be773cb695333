//! `letter preview·issue·show·reproduce` and `visit statement`.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use chancery::{
    case::request::Request,
    durable,
    letter::{
        desk::{Desk, DeskError, Outcome},
        issued::{self, Issued},
        life::{Life, Status},
        reproduce,
    },
    masking::{Masking, mask_text},
    office::{Office, intake_file::IntakeFile, office_folder::OfficeError},
    problem::Report,
};
use serde_json::{Value, json};

use super::{
    arguments::{Letter, Requests, Visit},
    context::{Context, UsageError},
    life,
    report::{Answer, Stopped},
};

/// Runs a verb of `letter`.
pub fn run(context: &Context, verb: Letter) -> Result<Answer, Stopped> {
    match verb {
        Letter::Preview { requests, out } => preview(context, &requests, &out),
        Letter::Issue { requests, out } => issue(context, &requests, &out, Desks::All),
        Letter::Batch(arguments) => super::batch::run(context, &arguments),
        Letter::Pull { batch } => super::printing::pull(context, &batch),
        Letter::Respool { batch, sheets, out } => {
            super::printing::respool(context, &batch, &sheets, &out)
        }
        Letter::Envelope { letters, size, labels, out } => {
            let paper = size.or(labels).unwrap_or_default();
            super::envelope::run(context, &letters, &paper, &out)
        }
        Letter::Show { number } => show(context, &number),
        Letter::List(filter) => super::letters::list(context, filter),
        Letter::Life(verb) => life::run(context, verb),
        Letter::Reproduce { number, out } => {
            durable::vacant(&out)?;
            let office = context.look()?;
            let pdf = reproduce::reproduce(&office, &number).map_err(Stopped)?;
            durable::write_new(&out, &pdf)?;
            let digest = chancery::digest::Digest::of(&pdf).to_string();
            let text = match context.pick("zh", "en") {
                "zh" => format!("{number} 已重制，与签发时逐字节一致：{}", out.display()),
                _ => format!("{number} made again, byte for byte as issued: {}", out.display()),
            };
            Ok(Answer::done(json!({ "number": number, "pdf": digest, "out": out }), text))
        }
    }
}

/// Runs a verb of `visit`.
pub fn visit(context: &Context, verb: Visit) -> Result<Answer, Stopped> {
    match verb {
        Visit::Statement { file, request, out } => {
            let requests = Requests { file, request, principal: None };
            issue(context, &requests, &out, Desks::Visits)
        }
    }
}

/// Which documents a command makes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Desks {
    All,
    Visits,
}

/// Rows of a file: all, or the one named.
struct Rows {
    intake: IntakeFile,
    wanted: Option<String>,
    /// How many rows could not be read, and so had no name to be chosen by, and the first of them.
    passed: u64,
    first_passed: Option<(u64, Vec<Report>)>,
}

impl Rows {
    fn open(office: &Office, requests: &Requests) -> Result<Self, Stopped> {
        let Requests { file, request, principal } = requests;
        let intake = IntakeFile::open(office, file, principal.as_deref()).map_err(Stopped)?;
        Ok(Self { intake, wanted: request.clone(), passed: 0, first_passed: None })
    }

    /// Why there was no row.
    fn none(self) -> Stopped {
        let id = self.wanted.as_deref();
        let id = id.map(|id| mask_text(id, &Masking::default()).text).unwrap_or_default();
        match self.first_passed {
            None => UsageError::NoRequest { id }.into(),
            Some((row, mut reports)) => {
                let (rows, first) = (self.passed, row);
                reports.insert(0, UsageError::NoReadableRequest { id, rows, first }.into());
                Stopped(reports)
            }
        }
    }
}

impl Iterator for Rows {
    type Item = (u64, Result<Request, Vec<Report>>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (row, read) = self.intake.next()?;
            match (&self.wanted, read) {
                (Some(_), Err(reports)) => {
                    self.passed += 1;
                    self.first_passed.get_or_insert((row, reports));
                }
                (Some(wanted), Ok(request)) if request.request_id() != wanted => {}
                (_, read) => return Some((row, read)),
            }
        }
    }
}

fn preview(context: &Context, requests: &Requests, out: &Path) -> Result<Answer, Stopped> {
    durable::vacant(out)?;
    let mut office = context.open()?;
    let mut rows = Rows::open(&office, requests)?;
    let Some((row, request)) = rows.next() else { return Err(rows.none()) };
    let request = request.map_err(Stopped)?;
    if rows.next().is_some() {
        return Err(UsageError::Several.into());
    }
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let index = office.index_key(&credentials, &|name| context.ask(name))?;
    let mut desk = Desk::open(&mut office, &actor, index)?;
    let made = desk.preview(&request).map_err(Stopped)?;
    durable::write_new(out, &made.pdf)?;
    let mut twins = desk.twins()?;
    twins.look(row, &request);
    let told = twins.told(&desk.office().view(), &[row].into()).map_err(OfficeError::from)?;
    let notes = [context.notes(&rows.intake.notes()), context.row_notes(&told)].concat();
    let json = json!({ "pages": made.pages, "out": out, "notes": notes });
    Ok(Answer::done(json, out.display().to_string()))
}

fn issue(
    context: &Context,
    requests: &Requests,
    out: &Path,
    desks: Desks,
) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let mut rows = Rows::open(&office, requests)?;
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let index = office.index_key(&credentials, &|name| context.ask(name))?;
    // Known before a number is given; a letter that is issued and not written is written by a rerun.
    durable::writable_folder(out)?;
    let mut tally = Tally::default();
    let told = {
        let mut desk = Desk::open(&mut office, &actor, index)?;
        let name = desk.batch_name(&rows.intake.digest());
        rows.intake.keep_signature(desk.office_mut(), &actor, &name)?;
        let mut twins = desk.twins()?;
        let mut lettered = BTreeSet::new();
        for (row, read) in rows.by_ref() {
            tally.rows += 1;
            match read {
                Err(reports) => tally.refuse(context, row, None, &reports),
                Ok(request) if desks == Desks::Visits && !request.kind().starts_with("visit_") => {
                    let id = mask_text(request.request_id(), &Masking::default()).text;
                    tally.refuse(context, row, Some(&id), &[UsageError::NoStatement.into()]);
                }
                Ok(request) => {
                    let id = mask_text(request.request_id(), &Masking::default()).text;
                    twins.look(row, &request);
                    match desk.issue(&request).map_err(|fault| Stopped(fault.into()))? {
                        Outcome::Refused(reports) => {
                            tally.refuse(context, row, Some(&id), &reports);
                        }
                        Outcome::Issued(letter) => {
                            tally.issued += 1;
                            lettered.insert(row);
                            tally.hand_out(
                                context,
                                (row, &id),
                                write(&desk, &letter, out),
                                &letter,
                                false,
                            )?;
                        }
                        Outcome::Already(letter) => {
                            tally.already += 1;
                            lettered.insert(row);
                            tally.hand_out(
                                context,
                                (row, &id),
                                write(&desk, &letter, out),
                                &letter,
                                true,
                            )?;
                        }
                    }
                }
            }
        }
        twins.told(&desk.office().view(), &lettered).map_err(OfficeError::from)?
    };
    context.auto_checkpoint(&mut office);
    if tally.rows == 0 {
        return Err(rows.none());
    }
    let notes = [context.notes(&rows.intake.notes()), context.row_notes(&told)].concat();
    let Tally { rows, issued, already, refused, unread, unwritten } = tally;
    let summary = match context.pick("zh", "en") {
        "zh" => format!(
            "共 {rows} 件：签发 {issued}，此前已签发 {already}，拒绝 {refused}，无法读取 {unread}"
        ),
        _ => format!(
            "{rows} requests: {issued} issued, {already} issued before, {refused} refused, {unread} unreadable"
        ),
    };
    let exit = match (refused, unread + unwritten) {
        (_, 1..) => 2,
        (1.., 0) => 1,
        (0, 0) => 0,
    };
    let json = json!({
        "summary": { "rows": rows, "issued": issued, "already": already, "refused": refused, "unread": unread, "unwritten": unwritten },
        "notes": notes,
    });
    Ok(Answer { json, text: summary, exit })
}

#[derive(Default)]
struct Tally {
    rows: u64,
    issued: u64,
    already: u64,
    refused: u64,
    unread: u64,
    unwritten: u64,
}

impl Tally {
    /// Tells where the letter's PDF lies. One that is issued and could not be written is told as
    /// such: the same command writes it later. A fault stops the rest, another file in its place
    /// does not.
    fn hand_out(
        &mut self,
        context: &Context,
        (row, id): (u64, &str),
        written: Result<PathBuf, Stopped>,
        letter: &Issued,
        already: bool,
    ) -> Result<(), Stopped> {
        let stopped = match written {
            Ok(path) => {
                tell(context, row, id, letter, &path, already);
                return Ok(());
            }
            Err(stopped) => stopped,
        };
        self.unwritten += 1;
        let reports = stopped.0.iter();
        let problems: Vec<Value> = reports.map(|one| context.printer.report_json(one)).collect();
        let number = &letter.number;
        let mut text = match context.pick("zh", "en") {
            "zh" => format!(
                "{number}  {id}  已签发并归档，PDF 未能写出；排除原因后再次执行同一命令即可补写"
            ),
            _ => format!(
                "{number}  {id}  issued and archived, its PDF not written; mend the cause and run the same command again"
            ),
        };
        for report in &stopped.0 {
            text.push('\n');
            text.push_str(&context.printer.report_text(report));
        }
        let json = json!({ "row": row, "request": id, "number": number, "unwritten": problems });
        context.printer.line(&json, &text);
        if stopped.exit() == 3 { Err(stopped) } else { Ok(()) }
    }

    fn refuse(&mut self, context: &Context, row: u64, id: Option<&str>, reports: &[Report]) {
        // A row without a request could not be read at all.
        if id.is_some() {
            self.refused += 1;
        } else {
            self.unread += 1;
        }
        let problems: Vec<Value> =
            reports.iter().map(|report| context.printer.report_json(report)).collect();
        let mut text = match context.pick("zh", "en") {
            "zh" => format!("第 {row} 行 {} 未签发", id.unwrap_or("?")),
            _ => format!("row {row} {} not issued", id.unwrap_or("?")),
        };
        for report in reports {
            text.push('\n');
            text.push_str(&context.printer.report_text(report));
        }
        context.printer.line(&json!({ "row": row, "request": id, "refused": problems }), &text);
    }
}

/// Writes the archived PDF under the letter's number; the same file again is left alone.
fn write(desk: &Desk<'_>, letter: &Issued, out: &Path) -> Result<PathBuf, Stopped> {
    let path = out.join(format!("{}.pdf", letter.number));
    let pdf = desk.office().object(&letter.pdf)?;
    match durable::write_new(&path, &pdf) {
        Err(durable::DurableError::Exists { path: shown }) => {
            let there = durable::read(&path, u64::try_from(pdf.len()).unwrap_or(u64::MAX));
            if there.is_ok_and(|there| there == pdf) {
                Ok(path)
            } else {
                Err(durable::DurableError::Exists { path: shown }.into())
            }
        }
        other => Ok(other.map(|()| path)?),
    }
}

fn tell(context: &Context, row: u64, id: &str, letter: &Issued, path: &Path, already: bool) {
    let json = json!({
        "row": row,
        "request": id,
        "number": letter.number,
        "check_code": letter.check_code,
        "template": letter.template,
        "pdf": letter.pdf.to_string(),
        "pages": letter.pages,
        "entry": letter.seq,
        "already": already,
        "out": path,
    });
    let note = if already { context.pick("（此前已签发）", " (issued before)") } else { "" };
    let text = format!("{}  {id}  {}{note}", letter.number, path.display());
    context.printer.line(&json, &text);
}

fn show(context: &Context, number: &str) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let letter = issued::find(&office, number)?.ok_or(DeskError::Unknown)?;
    let mut entries = Vec::new();
    let mut lines = Vec::new();
    for entry in office.view().find(None, Some(&letter.number)) {
        let entry = entry?;
        let entry = entry.entry();
        let at = entry.recorded_at.to_rfc3339();
        lines.push(format!("  {:>6} {at} {:<18} {}", entry.seq, entry.kind, entry.operator));
        entries.push(json!({
            "seq": entry.seq,
            "kind": entry.kind.as_str(),
            "recorded_at": at,
            "operator": entry.operator,
        }));
    }
    let became = Life::of(&office.view(), &letter.number)?;
    let status = became.as_ref().map_or(Status::Issued, Life::status);
    let text = format!(
        "{}  {}  {} {}  {}\n  SHA-256 {}\n{}",
        letter.number,
        letter.template,
        context.pick("核验码", "check code"),
        letter.check_code,
        context.pick(status.chinese(), status.name()),
        letter.pdf,
        lines.join("\n")
    );
    let json = json!({
        "number": letter.number,
        "template": letter.template,
        "check_code": letter.check_code,
        "pdf": letter.pdf.to_string(),
        "pages": letter.pages,
        "status": status.name(),
        "entries": entries,
    });
    Ok(Answer::done(json, text))
}
