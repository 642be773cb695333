//! `letter batch`: a file of requests, the volumes for the printer and the lists that go with it.
//!
//! Everything written is made from register and archive, so that the same command, run again after
//! whatever cut it off, ends with the same files.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use chancery::{
    digest::Digest,
    durable,
    letter::{
        batch::{Fate, Lettered, Run, Told, Watch},
        desk::Desk,
        issued,
        print::{
            MOST_LETTERS, PrintProblem, Volume,
            lists::{self, RefusedRow},
            pull, volume,
        },
    },
    office::{Office, intake_file::IntakeFile, office_folder::OfficeError},
    problem::Report,
};
use indicatif::ProgressBar;
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::{
    arguments::Batch,
    context::Context,
    report::{Answer, Stopped},
};

/// Name of the file that tells whose folder it is.
const SUMMARY: &str = "batch.json";
/// Most bytes of that file.
const SUMMARY_LIMIT: u64 = 1 << 20;

/// Most rows named beside a reason; `--json` names all.
const ROWS_TOLD: usize = 20;

/// Runs `letter batch`.
pub fn run(context: &Context, arguments: &Batch) -> Result<Answer, Stopped> {
    if !(1..=MOST_LETTERS).contains(&arguments.volume) {
        return Err(PrintProblem::Volume.into());
    }
    let mut office = context.open()?;
    let principal = arguments.principal.as_deref();
    let mut intake = IntakeFile::open(&office, &arguments.file, principal).map_err(Stopped)?;
    let digest = intake.digest();
    let actor = context.actor(&office)?;
    let credentials = context.credentials(office.paths(), office.settings());
    let index = office.index_key(&credentials, &|name| context.ask(name))?;
    let workers = arguments
        .workers
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get));
    let mut desk = Desk::open(&mut office, &actor, index)?;
    let batch = desk.batch_name(&digest);
    durable::writable_folder(&arguments.out)?;
    if arguments.proof {
        return proof(context, &mut desk, &mut intake, &arguments.out);
    }
    own_folder(&arguments.out, &batch)?;
    intake.keep_signature(desk.office_mut(), &actor, &batch)?;
    let bar = context.counter();
    let mut tally = Tally::new(stop_signal(), bar.clone());
    let run = Run { batch: batch.clone(), workers };
    let mut twins = desk.twins()?;
    let whole = desk.batch(&mut twins.beside(&mut intake), &run, &mut tally)?;
    let mut printing =
        Printing { context, arguments, batch: &batch, workers, stop: tally.stop.clone(), bar };
    let printed = if whole { printing.volumes(&mut desk, &tally)? } else { None };
    printing.bar.finish_and_clear();
    let mut answer = match printed {
        Some(printed) => printing.answer(desk.office(), &tally, &printed)?,
        None => printing.stopped(&tally),
    };
    let lettered = tally.letters.iter().map(|(row, _)| *row).collect();
    let told = twins.told(&desk.office().view(), &lettered).map_err(OfficeError::from)?;
    let notes = [context.notes(&intake.notes()), context.row_notes(&told)].concat();
    answer.note(notes);
    drop(desk);
    context.auto_checkpoint(&mut office);
    Ok(answer)
}

/// Writes marked pages of the file's extremes; nothing is registered.
fn proof(
    context: &Context,
    desk: &mut Desk<'_>,
    rows: &mut IntakeFile,
    out: &Path,
) -> Result<Answer, Stopped> {
    let mut twins = desk.twins()?;
    let proofs = desk.extremes(&mut twins.beside(rows)).map_err(Stopped)?;
    let refused: BTreeSet<u64> = proofs.refused.iter().map(|(row, _)| *row).collect();
    let tried = twins.rows().filter(|row| !refused.contains(row)).collect();
    let told = twins.told(&desk.office().view(), &tried).map_err(OfficeError::from)?;
    let notes = [context.notes(&rows.notes()), context.row_notes(&told)].concat();
    let path = out.join("proof.pdf");
    let written = match &proofs.pdf {
        Some(pdf) => {
            durable::replace(&path, pdf)?;
            Some(path)
        }
        None => None,
    };
    let chinese = context.pick("zh", "en") == "zh";
    let mut lines = Vec::new();
    let mut shown = Vec::new();
    for one in &proofs.shown {
        let why: Vec<&str> = one.why.iter().map(|why| context.pick(why.1, why.0)).collect();
        lines.push(format!("{:>6}  {}  {}", one.row, one.kind, why.join(context.pick("、", ", "))));
        shown.push(json!({ "row": one.row, "kind": one.kind, "pages": one.pages, "why": one.why.iter().map(|why| why.0).collect::<Vec<_>>() }));
    }
    // Each reason once, with the rows that have it.
    let mut reasons: BTreeMap<(&str, &str), (&Report, Vec<u64>)> = BTreeMap::new();
    for (row, reports) in &proofs.refused {
        for report in reports {
            let told = (report.code.code, report.english.as_str());
            let (_, rows) = reasons.entry(told).or_insert_with(|| (report, Vec::new()));
            if rows.last() != Some(row) {
                rows.push(*row);
            }
        }
    }
    for (report, rows) in reasons.values() {
        lines.push(context.printer.report_text(report));
        lines.push(told_rows(rows, chinese));
    }
    let refused: Vec<_> = proofs
        .refused
        .iter()
        .map(|(row, reports)| {
            let problems: Vec<_> =
                reports.iter().map(|report| context.printer.report_json(report)).collect();
            json!({ "row": row, "refused": problems })
        })
        .collect();
    let (rows, count) = (proofs.rows, refused.len());
    lines.push(match (chinese, &written) {
        (true, Some(path)) => format!(
            "共 {rows} 行，取样 {} 件；所试各行中 {count} 行会被拒绝  {}",
            shown.len(),
            path.display()
        ),
        (true, None) => {
            format!("共 {rows} 行；所试各行中 {count} 行会被拒绝，无可取样，未写出样稿")
        }
        (false, Some(path)) => format!(
            "{rows} rows, {} shown; of the rows tried {count} would be refused  {}",
            shown.len(),
            path.display()
        ),
        (false, None) => format!(
            "{rows} rows; of the rows tried {count} would be refused; none can be shown, no proof was written"
        ),
    });
    let json = json!({ "rows": rows, "tried_and_refused": count, "refused": refused, "shown": shown, "out": written, "notes": notes });
    Ok(Answer { json, text: lines.join("\n"), exit: u8::from(count > 0 || written.is_none()) })
}

/// The rows that have a reason, of many the first.
fn told_rows(rows: &[u64], chinese: bool) -> String {
    let first: Vec<String> = rows.iter().take(ROWS_TOLD).map(u64::to_string).collect();
    let more = rows.len().saturating_sub(ROWS_TOLD);
    match (chinese, more) {
        (true, 0) => format!("  第 {} 行", first.join("、")),
        (true, _) => format!("  第 {} 行，另 {more} 行", first.join("、")),
        (false, 0) => format!("  rows {}", first.join(", ")),
        (false, _) => format!("  rows {} and {more} more", first.join(", ")),
    }
}

/// A flag that Ctrl-C raises; the second time it ends the program.
fn stop_signal() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // Without it the signal ends the program at once, which loses nothing either.
        let _ = signal_hook::flag::register_conditional_default(signal, flag.clone());
        let _ = signal_hook::flag::register(signal, flag.clone());
    }
    flag
}

/// Refuses a folder that holds another batch.
fn own_folder(out: &Path, batch: &str) -> Result<(), Stopped> {
    let path = out.join(SUMMARY);
    if !path.exists() {
        return Ok(());
    }
    let bytes = durable::read(&path, SUMMARY_LIMIT)?;
    let there: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    match there.as_ref().and_then(|there| there.get("batch")?.as_str()) {
        Some(there) if there == batch => Ok(()),
        _ => Err(PrintProblem::OtherFolder.into()),
    }
}

/// What the rows came to.
struct Tally {
    stop: Arc<AtomicBool>,
    bar: ProgressBar,
    rows: u64,
    issued: u64,
    already: u64,
    refused: u64,
    unread: u64,
    letters: Vec<(u64, Lettered)>,
    refusals: Vec<RefusedRow>,
}

impl Watch for Tally {
    fn told(&mut self, told: Told) {
        self.rows = self.rows.saturating_add(1);
        self.bar.inc(1);
        let Told { row, request, fate } = told;
        let count = match fate {
            Fate::Issued(letter) => {
                self.letters.push((row, letter));
                &mut self.issued
            }
            Fate::Already(letter) => {
                self.letters.push((row, letter));
                &mut self.already
            }
            Fate::Refused(reports) => {
                self.refusals.push(RefusedRow { row, request, reports });
                &mut self.refused
            }
            Fate::Unread(reports) => {
                self.refusals.push(RefusedRow { row, request, reports });
                &mut self.unread
            }
        };
        *count = count.saturating_add(1);
    }

    fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Tally {
    const fn new(stop: Arc<AtomicBool>, bar: ProgressBar) -> Self {
        Self {
            stop,
            bar,
            rows: 0,
            issued: 0,
            already: 0,
            refused: 0,
            unread: 0,
            letters: Vec::new(),
            refusals: Vec::new(),
        }
    }

    fn codes(&self) -> BTreeMap<&'static str, u64> {
        let mut codes: BTreeMap<&'static str, u64> = BTreeMap::new();
        for report in self.refusals.iter().flat_map(|one| &one.reports) {
            let count = codes.entry(report.code.code).or_default();
            *count = count.saturating_add(1);
        }
        codes
    }
}

/// What was printed, and what was kept back.
struct Printed {
    volumes: Vec<Volume>,
    withheld: Vec<(String, pull::Reason)>,
    singly: u64,
    elsewhere: u64,
}

struct Printing<'a> {
    context: &'a Context,
    arguments: &'a Batch,
    batch: &'a str,
    workers: usize,
    stop: Arc<AtomicBool>,
    bar: ProgressBar,
}

impl Printing<'_> {
    /// Makes the volumes that are registered and not there, then those still needed. `None` if it
    /// was stopped in between.
    fn volumes(&mut self, desk: &mut Desk<'_>, tally: &Tally) -> Result<Option<Printed>, Stopped> {
        let actor = desk.actor();
        let office = desk.office_mut();
        let mut letters: Vec<&(u64, Lettered)> = tally.letters.iter().collect();
        letters.sort_by_key(|(row, _)| *row);
        let registered = volume::volumes(office, self.batch).map_err(Stopped)?;
        let numbers = letters.iter().map(|(_, letter)| letter.number.as_str());
        let printed = volume::printed(office, numbers)?;
        let (mut wanted, mut singly, mut elsewhere) = (Vec::new(), 0_u64, 0_u64);
        for (_, letter) in letters {
            match printed.get(letter.number.as_str()) {
                Some(batch) if batch == self.batch => {}
                Some(_) => elsewhere = elsewhere.saturating_add(1),
                // Issued one by one, and so handed out as a file of its own.
                None if letter.batch.is_none() => singly = singly.saturating_add(1),
                None => wanted.push((letter.number.clone(), letter.pages)),
            }
        }
        let overtaken = pull::overtaken_unprinted(office, &wanted).map_err(Stopped)?;
        wanted.retain(|(number, _)| !overtaken.contains_key(number));
        let mut withheld: Vec<_> = overtaken.into_iter().collect();
        withheld.sort();
        let most = self.arguments.volume;
        let planned = volume::plan(office, self.batch, &registered, &wanted, most);
        let planned = planned.map_err(Stopped)?;
        let mut volumes = Vec::new();
        self.bar.set_position(0);
        for volume in registered {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let path = self.path(&volume.manifest.file_name());
            if !holds(&path, &volume.stream, volume.stream_bytes)? {
                let pdf = self.make(office, &volume.manifest)?;
                if Digest::of(&pdf) != volume.stream {
                    return Err(PrintProblem::Differs { volume: volume.manifest.volume }.into());
                }
                durable::replace(&path, &pdf)?;
            }
            volumes.push(volume);
        }
        for manifest in planned {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let pdf = self.make(office, &manifest)?;
            durable::replace(&self.path(&manifest.file_name()), &pdf)?;
            volumes.push(volume::register(office, actor, manifest, &pdf)?);
        }
        Ok(Some(Printed { volumes, withheld, singly, elsewhere }))
    }

    fn make(
        &self,
        office: &Office,
        manifest: &chancery::letter::print::Manifest,
    ) -> Result<Vec<u8>, Stopped> {
        volume::make(office, manifest, self.workers, &|| self.bar.inc(1)).map_err(Stopped)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.arguments.out.join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Stopped> {
        Ok(durable::replace(&self.path(name), bytes)?)
    }

    /// Writes the print manifest.
    fn manifest(&self, volumes: &[Volume]) -> Result<(), Stopped> {
        let path = self.path("manifest.json");
        let mut file = std::io::BufWriter::new(durable::Replacement::begin(&path)?);
        let failed = |source: std::io::Error| Stopped::from(PrintProblem::List { source });
        serde_json::to_writer_pretty(&mut file, &lists::ManifestFile::of(self.batch, volumes))
            .map_err(|error| failed(error.into()))?;
        file.write_all(b"\n").map_err(failed)?;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        Ok(file.finish()?)
    }

    /// Writes the lists and tells the summary.
    fn answer(&self, office: &Office, tally: &Tally, printed: &Printed) -> Result<Answer, Stopped> {
        let out = &self.arguments.out;
        let mut refusals: Vec<&RefusedRow> = tally.refusals.iter().collect();
        refusals.sort_by_key(|one| one.row);
        let alone = |report| Stopped(vec![report]);
        lists::refusals(out, &refusals).map_err(alone)?;
        lists::manifest(out, &printed.volumes).map_err(alone)?;
        self.manifest(&printed.volumes)?;
        let (mail, seals) =
            lists::mail_and_seals(office, out, &printed.volumes).map_err(Stopped)?;
        if self.arguments.letters {
            let folder = self.path("letters");
            durable::create_folder(&folder)?;
            for (_, letter) in &tally.letters {
                let issued = issued::find(office, &letter.number)?;
                if let Some(issued) = issued {
                    let path = folder.join(format!("{}.pdf", issued.number));
                    let pdf = office.object(&issued.pdf)?;
                    let length = u64::try_from(pdf.len()).unwrap_or(u64::MAX);
                    if !holds(&path, &issued.pdf, length)? {
                        durable::replace(&path, &pdf)?;
                    }
                }
            }
        }
        let withheld: Vec<_> = printed
            .withheld
            .iter()
            .map(|(number, reason)| json!({ "number": number, "reason": reason.name() }))
            .collect();
        let json = json!({
            "batch": self.batch,
            "summary": {
                "rows": tally.rows,
                "issued": tally.issued,
                "already": tally.already,
                "refused": tally.refused,
                "unread": tally.unread,
            },
            "codes": tally.codes(),
            "volumes": printed.volumes.iter().map(|volume| json!({
                "volume": volume.manifest.volume,
                "envelope": volume.manifest.envelope.name(),
                "file": volume.manifest.file_name(),
                "sha256": volume.stream.to_string(),
                "bytes": volume.stream_bytes,
                "sheets": volume.manifest.sheets(),
                "entry": volume.entry.seq(),
                "letters": volume.manifest.letters.len(),
            })).collect::<Vec<_>>(),
            "withheld": withheld,
            "printed_elsewhere": printed.elsewhere,
            "issued_singly": printed.singly,
            "mail": mail,
            "seals": seals,
        });
        // What tells one run from another stays out of it: the same batch gives the same file.
        let kept = json!({ "batch": self.batch, "file": self.arguments.file.file_name().map(
            |name| chancery::masking::mask_text(&name.to_string_lossy(), &chancery::masking::Masking::default()).text) });
        self.put(SUMMARY, format!("{kept:#}\n").as_bytes())?;
        let exit = match (tally.refused, tally.unread) {
            (_, 1..) | (1.., _) => 1,
            (0, 0) => 0,
        };
        Ok(Answer { json, text: self.text(tally, Some(printed)), exit })
    }

    /// What is told after Ctrl-C.
    fn stopped(&self, tally: &Tally) -> Answer {
        let json = json!({
            "batch": self.batch,
            "stopped": true,
            "summary": {
                "rows": tally.rows,
                "issued": tally.issued,
                "already": tally.already,
                "refused": tally.refused,
                "unread": tally.unread,
            },
        });
        let mut text = self.text(tally, None);
        text.push('\n');
        text.push_str(self.context.pick(
            "已按要求停止；再次执行同一命令即可续办，不会重复签发",
            "stopped as asked; the same command goes on from here, nothing is issued twice",
        ));
        Answer { json, text, exit: 3 }
    }

    fn text(&self, tally: &Tally, printed: Option<&Printed>) -> String {
        let Tally { rows, issued, already, refused, unread, .. } = tally;
        let batch = self.batch;
        let chinese = self.context.pick("zh", "en") == "zh";
        let mut lines = vec![if chinese {
            format!(
                "批次 {batch}：共 {rows} 行，签发 {issued}，此前已签发 {already}，拒绝 {refused}，无法读取 {unread}"
            )
        } else {
            format!(
                "batch {batch}: {rows} rows, {issued} issued, {already} issued before, {refused} refused, {unread} unreadable"
            )
        }];
        lines.extend(tally.codes().into_iter().map(|(code, count)| format!("  {code} × {count}")));
        let Some(printed) = printed else { return lines.join("\n") };
        for volume in &printed.volumes {
            let manifest = &volume.manifest;
            let (letters, sheets) = (manifest.letters.len(), manifest.sheets());
            let name = manifest.file_name();
            lines.push(if chinese {
                format!("  第 {} 卷 {letters} 件 {sheets} 页  {name}", manifest.volume)
            } else {
                format!("  volume {} {letters} letters {sheets} sheets  {name}", manifest.volume)
            });
        }
        for (number, reason) in &printed.withheld {
            let reason = reason.name();
            lines.push(if chinese {
                format!("  未入卷 {number}（{reason}）")
            } else {
                format!("  kept out of the volumes: {number} ({reason})")
            });
        }
        lines.join("\n")
    }
}

/// Whether `path` holds the file with `digest` already.
fn holds(path: &Path, digest: &Digest, length: u64) -> Result<bool, Stopped> {
    if !path.exists() {
        return Ok(false);
    }
    let mut file = durable::open_regular(path)?;
    if file.metadata().map_err(durable::at(path))?.len() != length {
        return Ok(false);
    }
    let (found, _) = Digest::of_reader(&mut file).map_err(durable::at(path))?;
    Ok(found == *digest)
}
