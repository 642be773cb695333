//! `letter batch`: a file of requests, the volumes for the printer and the lists that go with it.
//!
//! Everything written is made from register and archive, so that the same command, run again after
//! whatever cut it off, ends with the same files.

mod printing;
mod proof;
mod tally;
mod told;

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    thread,
};

use chancery::{
    durable,
    letter::{
        batch::Run,
        desk::Desk,
        print::{MOST_LETTERS, PrintProblem},
    },
    office::{intake_file::IntakeFile, office_folder::OfficeError},
};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::{
    arguments::Batch,
    context::Context,
    report::{Answer, Stopped},
};
use printing::Printing;
use tally::Tally;

/// Name of the file that tells whose folder it is.
const SUMMARY: &str = "batch.json";
/// Most bytes of that file.
const SUMMARY_LIMIT: u64 = 1 << 20;

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
        return proof::run(context, &mut desk, &mut intake, &arguments.out);
    }
    own_folder(&arguments.out, &batch)?;
    intake.keep_signature(desk.office_mut(), &actor, &batch)?;
    let bar = context.counter();
    let mut tally = Tally::new(stop_signal(), bar.clone());
    let run = Run { batch: batch.clone(), workers };
    let mut twins = desk.twins()?;
    let mut printing =
        Printing { context, arguments, batch: &batch, workers, stop: tally.stop.clone(), bar };
    let whole = desk.batch(&mut twins.beside(&mut intake), &run, &mut tally);
    let whole = whole.map_err(|fault| {
        printing.bar.finish_and_clear();
        context.printer.tell(&printing.text(&tally, None));
        Stopped(fault.into())
    })?;
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
