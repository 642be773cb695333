//! Letters that something has overtaken between print and post.
//!
//! A payment, a hold, a void or a withdrawal after issue blocks a printed letter from dispatch. The
//! entry is about the letter's number, once for each reason. Source: issue of the night's batch.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{PrintProblem, Volume, single, volume};
use crate::{
    letter::issued::text,
    office::{Office, actor::Actor, journal, office_folder::OfficeError},
    problem::{Report, alone as report},
    register::{Draft, Entry, EntryKind, RegisterError},
};

type Reports<T> = Result<T, Vec<Report>>;

/// Why a letter may not be posted.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Reason {
    /// The case is on hold.
    Hold,
    /// A payment was reported for the case.
    Paid,
    /// The letter was declared void.
    Void,
    /// An approval of its template was withdrawn.
    Withdrawn,
}

impl Reason {
    /// Its name in entries and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Withdrawn => "withdrawn",
        }
    }
}

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
    /// Why.
    pub reason: Reason,
    /// Entry that overtook it.
    pub cause: u64,
    /// Whether it has left already, so that nothing can be blocked.
    pub dispatched: bool,
}

/// What the register says against letters.
#[derive(Debug, Default)]
struct Against {
    void: HashMap<String, u64>,
    paid: HashMap<String, u64>,
    withdrawn: HashMap<(String, String), u64>,
    dispatched: HashSet<String>,
}

/// Letters of `volumes` that were overtaken.
///
/// # Errors
/// Faults of the register.
pub fn overtaken(office: &Office, volumes: &[Volume]) -> Reports<Vec<Overtaken>> {
    let against = against(office)?;
    let mut found = Vec::new();
    for volume in volumes {
        for letter in &volume.manifest.letters {
            let (prepared, issued) = prepared_of(office, &letter.number)?;
            for (reason, cause) in reasons(office, &against, &letter.number, &prepared, issued) {
                found.push(Overtaken {
                    volume: volume.manifest.volume,
                    position: letter.position,
                    sheet: letter.sheet,
                    sheets: letter.sheets,
                    number: letter.number.clone(),
                    reason,
                    cause,
                    dispatched: against.dispatched.contains(&letter.number),
                });
            }
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
    let against = against(office)?;
    let mut found = HashMap::new();
    for (number, _) in letters {
        let (prepared, issued) = prepared_of(office, number)?;
        if let Some((reason, _)) = reasons(office, &against, number, &prepared, issued).first() {
            found.insert(number.clone(), *reason);
        }
    }
    Ok(found)
}

fn prepared_of(office: &Office, number: &str) -> Reports<(Entry, u64)> {
    let fault = |error: RegisterError| report(OfficeError::from(error));
    let view = office.view();
    let issued = view.last(&journal::LETTER_ISSUED, number).map_err(fault)?;
    let issued = issued.ok_or_else(|| single(PrintProblem::Manifest))?;
    let place = issued.entry().body.get("prepared").and_then(Value::as_u64);
    let prepared = view.get(place.unwrap_or_default()).map_err(fault)?;
    let prepared = prepared.ok_or_else(|| single(PrintProblem::Manifest))?;
    Ok((prepared.entry().clone(), issued.seq()))
}

fn reasons(
    office: &Office,
    against: &Against,
    number: &str,
    prepared: &Entry,
    issued: u64,
) -> Vec<(Reason, u64)> {
    let member = |name| text(&prepared.body, name);
    let mut found = Vec::new();
    // What stood when the letter was issued it was let past: an answer to the objection must leave.
    let holds = office.state().holds.get(&member("case")).into_iter().flatten();
    let later = holds.map(|hold| hold.seq).filter(|seq| *seq > issued).min();
    found.extend(later.map(|seq| (Reason::Hold, seq)));
    let paid = against.paid.get(&member("case")).filter(|paid| **paid > issued);
    found.extend(paid.map(|seq| (Reason::Paid, *seq)));
    found.extend(against.void.get(number).map(|seq| (Reason::Void, *seq)));
    let withdrawn = against.withdrawn.get(&(member("template"), member("principal")));
    let withdrawn = withdrawn.filter(|withdrawn| **withdrawn > issued);
    found.extend(withdrawn.map(|seq| (Reason::Withdrawn, *seq)));
    found
}

fn against(office: &Office) -> Reports<Against> {
    let fault = |error: RegisterError| report(OfficeError::from(error));
    let mut against = Against::default();
    let each = |kind: &EntryKind, take: &mut dyn FnMut(&Entry) -> Reports<()>| -> Reports<()> {
        for entry in office.view().find(Some(kind), None) {
            take(entry.map_err(fault)?.entry())?;
        }
        Ok(())
    };
    each(&journal::LETTER_VOIDED, &mut |entry| {
        against.void.insert(entry.subject.clone(), entry.seq);
        Ok(())
    })?;
    // What was handed over or put into a mailbox has left without a dispatch.
    for kind in [&journal::LETTER_DISPATCHED, &journal::LETTER_DELIVERED, &journal::LETTER_RETURNED]
    {
        each(kind, &mut |entry| {
            against.dispatched.insert(entry.subject.clone());
            Ok(())
        })?;
    }
    each(&journal::TEMPLATE_WITHDRAWN, &mut |entry| {
        let principal = text(&entry.body, "principal");
        against.withdrawn.insert((entry.subject.clone(), principal), entry.seq);
        Ok(())
    })?;
    // A payment regards the case, whichever of its letters was answered.
    each(&journal::LETTER_REPLIED, &mut |entry| {
        let paid = ["kind", "reply"].iter().any(|name| text(&entry.body, name) == "paid");
        if paid {
            // A reply is about the letter's number, or names it.
            let named = text(&entry.body, "letter");
            let number = if named.is_empty() { &entry.subject } else { &named };
            if let Ok((prepared, _)) = prepared_of(office, number) {
                against.paid.insert(text(&prepared.body, "case"), entry.seq);
            }
        }
        Ok(())
    })?;
    Ok(against)
}

/// Blocks the dispatch of what was overtaken and has not left: one entry for each letter and
/// reason, however often this runs. Says how many are new.
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
            let mut added = 0_u64;
            for one in part.iter().filter(|one| !one.dispatched) {
                let reason = one.reason.name();
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
                        .with("cause", one.cause);
                    tx.append(draft, actor, &clock)?;
                    added = added.saturating_add(1);
                }
            }
            Ok::<_, RegisterError>(added)
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
