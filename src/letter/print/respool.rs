//! Sheets that the printer spoiled, printed again before dispatch.
//!
//! A respooled letter is whole again and bears the same marks; nothing tells it from the first
//! printing, so each respooling is registered with its count. What was dispatched or blocked is not
//! respooled. Source: SPEC decision 13.

use std::collections::BTreeSet;

use super::{Manifest, Placed, PrintProblem, Volume, single, volume};
use crate::{
    digest::Digest,
    office::{Office, actor::Actor, journal, office_folder::OfficeError},
    problem::{Report, alone as report},
    register::{Draft, RegisterError},
};

type Reports<T> = Result<T, Vec<Report>>;

/// Most sheets of one respooling.
const MOST_SHEETS: u64 = 20_000;

/// Reads sheet numbers such as `12,40-44`.
///
/// # Errors
/// [`PrintProblem::Sheets`].
pub fn sheets(text: &str) -> Result<BTreeSet<u64>, PrintProblem> {
    let wrong = || PrintProblem::Sheets;
    let number = |text: &str| text.trim().parse::<u64>().ok().filter(|sheet| *sheet > 0);
    let mut sheets = BTreeSet::new();
    for part in text.split([',', '，']) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (number(first).ok_or_else(wrong)?, number(last).ok_or_else(wrong)?);
        if last < first || last.saturating_sub(first) > MOST_SHEETS {
            return Err(wrong());
        }
        sheets.extend(first..=last);
    }
    Ok(sheets)
}

/// What is to be printed again: of each volume the letters that hold any of `sheets`, whole.
///
/// # Errors
/// [`PrintProblem::Sheets`] if a sheet is of no volume; [`PrintProblem::Dispatched`] and
/// [`PrintProblem::Blocked`] for every such letter; faults of the register.
pub fn select(
    office: &Office,
    volumes: &[Volume],
    sheets: &BTreeSet<u64>,
) -> Reports<Vec<Manifest>> {
    let holds = |letter: &Placed| {
        let end = letter.sheet.saturating_add(letter.sheets);
        sheets.range(letter.sheet..end).next().is_some()
    };
    let last = volumes.iter().map(|one| one.manifest.sheets()).sum::<u64>();
    if sheets.iter().next_back().is_none_or(|sheet| *sheet > last) {
        return Err(single(PrintProblem::Sheets));
    }
    let fault = |error: RegisterError| report(OfficeError::from(error));
    let mut chosen = Vec::new();
    let mut refused = Vec::new();
    for volume in volumes {
        let mut manifest = volume.manifest.clone();
        manifest.letters.retain(holds);
        for letter in &manifest.letters {
            let number = letter.number.clone();
            let view = office.view();
            if view.last(&journal::LETTER_DISPATCHED, &number).map_err(fault)?.is_some() {
                refused.push(PrintProblem::Dispatched { number }.into());
            } else if view.last(&journal::LETTER_BLOCKED, &number).map_err(fault)?.is_some() {
                refused.push(PrintProblem::Blocked { number }.into());
            }
        }
        if !manifest.letters.is_empty() {
            chosen.push(manifest);
        }
    }
    if refused.is_empty() { Ok(chosen) } else { Err(refused) }
}

/// Registers that `sheets` were printed again with the letters that hold them, and says which
/// respooling of the batch it is, from 1.
///
/// # Errors
/// Faults of the register.
pub fn register(
    office: &mut Office,
    actor: &Actor,
    batch: &str,
    sheets: &BTreeSet<u64>,
    chosen: &[(Manifest, Digest)],
) -> Result<u64, OfficeError> {
    let clock = *office.clock();
    let numbers = chosen.iter().flat_map(|(manifest, _)| &manifest.letters);
    let numbers: Vec<&str> = numbers.map(|letter| letter.number.as_str()).collect();
    let streams: Vec<String> = chosen.iter().map(|(_, digest)| digest.to_string()).collect();
    let committed = office.register()?.transact(|tx| {
        let mut count = 1_u64;
        for place in tx.view().places(Some(&journal::PRINT_RESPOOLED), Some(batch), 0) {
            place?;
            count = count.saturating_add(1);
        }
        let draft = Draft::new(journal::PRINT_RESPOOLED, batch)
            .with("respool", count)
            .with("spoiled", ranges(sheets))
            .with("spoiled_sheets", u64::try_from(sheets.len()).unwrap_or(u64::MAX))
            .with("letters", numbers)
            .with("streams", streams);
        tx.append(draft, actor, &clock)?;
        Ok::<_, RegisterError>(count)
    })?;
    office.refresh()?;
    Ok(committed.value)
}

/// Sheet numbers in the form in which they are given.
fn ranges(sheets: &BTreeSet<u64>) -> String {
    let mut parts: Vec<(u64, u64)> = Vec::new();
    for &sheet in sheets {
        match parts.last_mut() {
            Some((_, last)) if last.saturating_add(1) == sheet => *last = sheet,
            _ => parts.push((sheet, sheet)),
        }
    }
    let part = |(first, last): &(u64, u64)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    parts.iter().map(part).collect::<Vec<_>>().join(",")
}

/// Makes the file of what was chosen of one volume.
///
/// # Errors
/// As [`volume::make`].
pub fn make(office: &Office, chosen: &Manifest) -> Reports<Vec<u8>> {
    volume::make(office, chosen, 1, &|| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_read_as_they_are_written() {
        let read = sheets("12, 40-44，7").unwrap();
        assert_eq!(ranges(&read), "7,12,40-44");
        for wrong in ["", "0", "5-3", "a", "1-", "1-99999999"] {
            assert!(sheets(wrong).is_err(), "{wrong}");
        }
    }
}
