//! Letters that something has overtaken between print and post.
//!
//! A payment, a hold, a void or a withdrawal after issue blocks a printed letter from dispatch. The
//! entry is about the letter's number, once for each reason. Source: issue of the night's batch.

use std::collections::HashMap;

use super::{PrintProblem, Volume, single, volume};
pub use crate::letter::overtaken::Reason;
use crate::{
    letter::{issued::text, life::Life, overtaken::Overtaking},
    office::{Office, actor::Actor, journal, office_folder::OfficeError},
    problem::{Report, alone as report},
    register::{Draft, RegisterError},
};

type Reports<T> = Result<T, Vec<Report>>;

/// A printed letter that was overtaken.
#[derive(Clone, Debug)]
pub struct Overtaken {
    /// Volume in which it stands.
    pub volume: u64,
    /// Place in the volume.
    pub position: u64,
    /// First sheet in the batch.
    pub sheet: u64,
    /// Its sheets.
    pub sheets: u64,
    /// Its number.
    pub number: String,
    /// Why, each reason once, with the entry that overtook it.
    pub reasons: Vec<(Reason, u64)>,
    /// Whether it has left already, so that nothing can be blocked.
    pub dispatched: bool,
}

/// Letters of `volumes` that were overtaken.
///
/// # Errors
/// Faults of the register.
pub fn overtaken(office: &Office, volumes: &[Volume]) -> Reports<Vec<Overtaken>> {
    let known = Overtaking::of(&office.view()).map_err(fault)?;
    let mut found = Vec::new();
    for volume in volumes {
        for letter in &volume.manifest.letters {
            let life = life_of(office, &letter.number)?;
            let reasons = reasons(office, &known, &life);
            if reasons.is_empty() {
                continue;
            }
            // What was handed over or put into a mailbox has left without a dispatch.
            let dispatched = [&life.dispatched, &life.delivered, &life.returned];
            found.push(Overtaken {
                volume: volume.manifest.volume,
                position: letter.position,
                sheet: letter.sheet,
                sheets: letter.sheets,
                number: letter.number.clone(),
                reasons,
                dispatched: dispatched.into_iter().any(Option::is_some),
            });
        }
    }
    Ok(found)
}

/// Numbers among `letters` that were overtaken before they are printed.
///
/// # Errors
/// Faults of the register.
pub fn overtaken_unprinted(
    office: &Office,
    letters: &[(String, u64)],
) -> Reports<HashMap<String, Reason>> {
    let known = Overtaking::of(&office.view()).map_err(fault)?;
    let mut found = HashMap::new();
    for (number, _) in letters {
        let life = life_of(office, number)?;
        if let Some((reason, _)) = reasons(office, &known, &life).first() {
            found.insert(number.clone(), *reason);
        }
    }
    Ok(found)
}

fn fault(error: RegisterError) -> Vec<Report> {
    report(OfficeError::from(error))
}

fn life_of(office: &Office, number: &str) -> Reports<Life> {
    let life = Life::of(&office.view(), number).map_err(fault)?;
    life.ok_or_else(|| single(PrintProblem::Manifest))
}

/// Each reason once, with its first entry.
fn reasons(office: &Office, known: &Overtaking, life: &Life) -> Vec<(Reason, u64)> {
    let holds = office.state().holds.get(&life.case).map_or(&[][..], Vec::as_slice);
    let mut found: Vec<(Reason, u64)> = Vec::new();
    for cause in known.causes(life, holds) {
        match found.iter_mut().find(|(reason, _)| *reason == cause.reason) {
            Some((_, first)) => *first = cause.seq.min(*first),
            None => found.push((cause.reason, cause.seq)),
        }
    }
    found
}

/// Blocks the dispatch of what was overtaken and has not left: one entry for each letter and
/// reason, however often this runs. Says how many letters have a new one.
///
/// # Errors
/// Faults of the register.
pub fn block(
    office: &mut Office,
    actor: &Actor,
    batch: &str,
    overtaken: &[Overtaken],
) -> Result<u64, OfficeError> {
    let clock = *office.clock();
    let mut new = 0_u64;
    // A transaction for each part, so that the writer's lock is not held for long.
    for part in overtaken.chunks(64) {
        let committed = office.register()?.transact(|tx| {
            let mut newly: Vec<&str> = Vec::new();
            let staying = part.iter().filter(|one| !one.dispatched);
            for (one, (reason, cause)) in
                staying.flat_map(|one| one.reasons.iter().map(move |reason| (one, reason)))
            {
                let reason = reason.name();
                let mut known = false;
                for entry in tx.view().find(Some(&journal::LETTER_BLOCKED), Some(&one.number)) {
                    known = known || text(&entry?.entry().body, "reason") == reason;
                }
                if !known {
                    let draft = Draft::new(journal::LETTER_BLOCKED, one.number.as_str())
                        .with("batch", batch)
                        .with("volume", one.volume)
                        .with("sheet", one.sheet)
                        .with("sheets", one.sheets)
                        .with("reason", reason)
                        .with("cause", *cause);
                    tx.append(draft, actor, &clock)?;
                    if newly.last() != Some(&one.number.as_str()) {
                        newly.push(&one.number);
                    }
                }
            }
            Ok::<_, RegisterError>(u64::try_from(newly.len()).unwrap_or_default())
        })?;
        new = new.saturating_add(committed.value);
    }
    office.refresh()?;
    Ok(new)
}

/// Whether letter `number` may not be dispatched.
///
/// # Errors
/// Faults of the register.
pub fn is_blocked(office: &Office, number: &str) -> Result<bool, OfficeError> {
    Ok(office.view().last(&journal::LETTER_BLOCKED, number)?.is_some())
}

/// The registered volumes of a batch that must have some.
///
/// # Errors
/// [`PrintProblem::NoBatch`] and those of [`volume::volumes`].
pub fn of_batch(office: &Office, batch: &str) -> Reports<Vec<Volume>> {
    let volumes = volume::volumes(office, batch)?;
    if volumes.is_empty() { Err(single(PrintProblem::NoBatch)) } else { Ok(volumes) }
}
