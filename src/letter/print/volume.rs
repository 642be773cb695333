//! Making, registering and making again the volumes of a batch.

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    io::Cursor,
    thread,
};

use chrono::{FixedOffset, NaiveDate};

use super::{Envelope, FORMAT, Manifest, Placed, PrintProblem, Volume, marks, single};
use crate::{
    archive::{Objects as _, Stage as _},
    digest::Digest,
    letter::{
        issued,
        record::{Maker, Record, RecordError},
    },
    office::{Office, actor::Actor, embedded, journal, office_folder::OfficeError, state},
    problem::{Report, alone as report},
    register::{Draft, Recorded, RegisterError},
    template::package::Package,
    typeset::{ENGINE_ID, PdfIdentity, PrintStream, TypesetError},
};

type Reports<T> = Result<T, Vec<Report>>;

/// Title of every volume's file.
const TITLE: &str = "打印卷";

impl Volume {
    fn of(office: &Office, entry: &Recorded) -> Reports<Self> {
        let body = &entry.entry().body;
        let object = state::digest(body, "object").ok_or_else(|| single(PrintProblem::Manifest))?;
        let stream = state::digest(body, "stream").ok_or_else(|| single(PrintProblem::Manifest))?;
        let bytes = office.object(&object).map_err(report)?;
        let stream_bytes = body.get("stream_bytes").and_then(serde_json::Value::as_u64);
        Ok(Self {
            manifest: Manifest::parse(&bytes).map_err(report)?,
            stream,
            stream_bytes: stream_bytes.unwrap_or_default(),
            entry: entry.seq(),
        })
    }
}

/// The registered volumes of `batch`, in order.
///
/// # Errors
/// [`PrintProblem::Manifest`], faults of register and archive.
pub fn volumes(office: &Office, batch: &str) -> Reports<Vec<Volume>> {
    let fault = |error: RegisterError| report(OfficeError::from(error));
    let kind = journal::PRINT_VOLUME;
    let found = office.view().find(Some(&kind), Some(batch));
    found.map(|entry| Volume::of(office, &entry.map_err(fault)?)).collect()
}

/// Which of `numbers` stand in a registered volume of any batch.
///
/// # Errors
/// Faults of the register.
pub fn printed<'n>(
    office: &Office,
    numbers: impl Iterator<Item = &'n str>,
) -> Result<BTreeMap<&'n str, String>, OfficeError> {
    let mut wanted: HashMap<&str, &'n str> = numbers.map(|number| (number, number)).collect();
    let mut found = BTreeMap::new();
    for entry in office.view().find(Some(&journal::PRINT_VOLUME), None) {
        let entry = entry?;
        let body = &entry.entry().body;
        let letters = body.get("letters").and_then(serde_json::Value::as_array);
        for number in letters.into_iter().flatten().filter_map(serde_json::Value::as_str) {
            if let Some(number) = wanted.remove(number) {
                found.insert(number, entry.entry().subject.clone());
            }
        }
    }
    Ok(found)
}

/// The manifests of the volumes that `letters` still need, after those `registered`: by envelope,
/// in order, at most `most` to a volume.
///
/// # Errors
/// [`OfficeError`].
pub fn plan(
    office: &Office,
    batch: &str,
    registered: &[Volume],
    letters: &[(String, u64)],
    most: usize,
) -> Reports<Vec<Manifest>> {
    let manifests = registered.iter().map(|volume| &volume.manifest);
    let mut sheet = 1_u64.saturating_add(manifests.clone().map(Manifest::sheets).sum());
    let mut volume = manifests.map(|manifest| manifest.volume).max().unwrap_or_default();
    let mut by_envelope: BTreeMap<Envelope, Vec<&(String, u64)>> = BTreeMap::new();
    for letter in letters {
        by_envelope.entry(Envelope::holding(letter.1)).or_default().push(letter);
    }
    let mut planned = Vec::new();
    for (envelope, letters) in by_envelope {
        for part in letters.chunks(most.max(1)) {
            let mut placed = Vec::new();
            for (position, (number, sheets)) in (1..).zip(part) {
                let record = record_of(office, number)?;
                placed.push(Placed {
                    number: number.clone(),
                    position,
                    sheet,
                    sheets: *sheets,
                    record,
                });
                sheet = sheet.saturating_add(*sheets);
            }
            volume = volume.saturating_add(1);
            planned.push(Manifest {
                format: FORMAT.to_owned(),
                batch: batch.to_owned(),
                volume,
                envelope,
                engine: ENGINE_ID.to_owned(),
                letters: placed,
            });
        }
    }
    Ok(planned)
}

fn record_of(office: &Office, number: &str) -> Reports<Digest> {
    let entry = office.view().last(&journal::LETTER_ISSUED, number);
    let entry = entry.map_err(|error| report(OfficeError::from(error)))?;
    let record = entry.and_then(|entry| state::digest(&entry.entry().body, "record"));
    record.ok_or_else(|| single(PrintProblem::Manifest))
}

/// Makes the file of a volume: the same manifest gives the same bytes. `tell` hears of each letter.
///
/// # Errors
/// All that refuses a page, an engine or a mark; faults of the archive.
pub fn make(
    office: &Office,
    manifest: &Manifest,
    workers: usize,
    tell: &(dyn Fn() + Sync),
) -> Reports<Vec<u8>> {
    let (stream, day, zone) = lay_out(office, manifest, &manifest.letters, workers, tell)?;
    let marks = marks::compose(manifest, embedded::fonts()?)?;
    let ident = format!("{}/{}", manifest.batch, manifest.volume);
    stream.finish(marks, &PdfIdentity { ident, title: TITLE.to_owned(), issued_on: day, zone })
}

/// Lays out `letters` from their records.
fn lay_out(
    office: &Office,
    manifest: &Manifest,
    letters: &[Placed],
    workers: usize,
    tell: &(dyn Fn() + Sync),
) -> Reports<(PrintStream, NaiveDate, FixedOffset)> {
    if manifest.engine != ENGINE_ID {
        let needed = manifest.engine.clone();
        return Err(single(RecordError::OtherEngine { needed }));
    }
    let mut records = Vec::new();
    let mut packages: HashMap<Digest, Package> = HashMap::new();
    for letter in letters {
        let record = Record::parse(&office.object(&letter.record).map_err(report)?);
        let record = record.map_err(report)?;
        record.require_engine(embedded::fonts()?).map_err(report)?;
        if let Entry::Vacant(place) = packages.entry(record.package) {
            place.insert(package_of(office, &record)?);
        }
        records.push(record);
    }
    let share = records.len().div_ceil(workers.max(1)).max(1);
    let jobs: Vec<(&Placed, &Record)> = letters.iter().zip(&records).collect();
    let work = |part: &[(&Placed, &Record)]| -> Reports<PrintStream> {
        let mut makers: HashMap<Digest, Maker> = HashMap::new();
        let mut stream = PrintStream::default();
        for (letter, record) in part {
            if !makers.contains_key(&record.package)
                && let Some(package) = packages.get(&record.package)
            {
                makers.insert(record.package, Maker::new(package, embedded::fonts()?)?);
            }
            let maker = makers.get(&record.package);
            let page = maker.ok_or_else(|| single(PrintProblem::Manifest))?.lay_out(record)?;
            if u64::try_from(stream.add(&page)).ok() != Some(letter.sheets) {
                return Err(single(PrintProblem::Pages { number: letter.number.clone() }));
            }
            tell();
        }
        Ok(stream)
    };
    let parts: Vec<Reports<PrintStream>> = thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            jobs.chunks(share).map(|part| scope.spawn(move || work(part))).collect();
        let failed = |_| Err(single(TypesetError::EngineFailed));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(failed)).collect()
    });
    let mut stream = PrintStream::default();
    for part in parts {
        stream.append(part?);
    }
    let newest = records.iter().map(|record| record.issued_on).max().unwrap_or_default();
    let zone = records.first().and_then(|record| FixedOffset::east_opt(record.zone));
    Ok((stream, newest, zone.ok_or_else(|| single(PrintProblem::Manifest))?))
}

fn package_of(office: &Office, record: &Record) -> Reports<Package> {
    let entry = office.view().last(&journal::LETTER_ISSUED, &record.number);
    let entry = entry.map_err(|error| report(OfficeError::from(error)))?;
    let object = entry.and_then(|entry| state::digest(&entry.entry().body, "package_object"));
    let object = object.ok_or_else(|| single(PrintProblem::Manifest))?;
    let package = Package::unpack(&office.object(&object).map_err(report)?).map_err(report)?;
    if package.digest(&embedded::fonts()?.digest(), &record.engine) == record.package {
        Ok(package)
    } else {
        Err(single(PrintProblem::Manifest))
    }
}

/// Registers a volume whose file is `pdf`.
///
/// # Errors
/// Faults of register and archive.
pub fn register(
    office: &mut Office,
    actor: &Actor,
    manifest: Manifest,
    pdf: &[u8],
) -> Result<Volume, OfficeError> {
    let bytes = manifest.to_bytes();
    let staged = office.archive().stage(&mut Cursor::new(&bytes))?;
    let letters: Vec<&str> = manifest.letters.iter().map(|one| one.number.as_str()).collect();
    let (stream, stream_bytes) = (Digest::of(pdf), u64::try_from(pdf.len()).unwrap_or(u64::MAX));
    let draft = Draft::new(journal::PRINT_VOLUME, manifest.batch.as_str())
        .with("volume", manifest.volume)
        .with("envelope", manifest.envelope.name())
        .with("letters", letters)
        .with("sheet", manifest.letters.first().map(|one| one.sheet).unwrap_or_default())
        .with("sheets", manifest.sheets())
        .with("object", staged.digest().to_string())
        .with("object_bytes", staged.length())
        .with("stream", stream.to_string())
        .with("stream_bytes", stream_bytes)
        .with("engine", manifest.engine.as_str());
    let entry = office.append(draft, actor)?;
    office.archive().publish(staged)?;
    Ok(Volume { manifest, stream, stream_bytes, entry: entry.seq() })
}

/// The facts of letter `number` as its record keeps them, and its issuing entry.
///
/// # Errors
/// Faults of register and archive; [`PrintProblem::Manifest`] if there is no such letter.
pub fn letter(office: &Office, number: &str) -> Reports<(Record, Recorded, issued::Issued)> {
    let entry = office.view().last(&journal::LETTER_ISSUED, number);
    let entry = entry.map_err(|error| report(OfficeError::from(error)))?;
    let entry = entry.ok_or_else(|| single(PrintProblem::Manifest))?;
    let issued = issued::issued_letter(&entry).ok_or_else(|| single(PrintProblem::Manifest))?;
    let object = state::digest(&entry.entry().body, "record");
    let object = object.ok_or_else(|| single(PrintProblem::Manifest))?;
    let record = Record::parse(&office.object(&object).map_err(report)?).map_err(report)?;
    Ok((record, entry, issued))
}
