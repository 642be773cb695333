//! Making an issued letter again, from the archive alone.

use std::collections::{HashMap, hash_map::Entry};

use super::{
    desk::DeskError,
    issued::issued_letter,
    record::{Maker, Record, RecordError},
};
use crate::{
    digest::Digest,
    office::{Office, embedded, journal, office_folder::OfficeError, state},
    problem::{Report, alone as report},
    template::package::Package,
};

/// Makes letter `number` again and shows that its bytes are those issued.
///
/// # Errors
/// [`DeskError::Unknown`], [`RecordError`], faults of the archive, and all that refuses a page.
pub fn reproduce(office: &Office, number: &str) -> Result<Vec<u8>, Vec<Report>> {
    again(office, number, &mut Makers::new()).map(|again| again.pdf)
}

/// Makers by the archived package they are of.
pub(super) type Makers = HashMap<Digest, Maker>;

/// An issued letter, made again to the same bytes.
pub(super) struct Again<'m> {
    pub(super) record: Record,
    pub(super) maker: &'m Maker,
    pub(super) pdf: Vec<u8>,
}

/// As [`reproduce`], with what the letter is made of; what is made for one letter serves the next.
pub(super) fn again<'m>(
    office: &Office,
    number: &str,
    makers: &'m mut Makers,
) -> Result<Again<'m>, Vec<Report>> {
    let entry = office
        .view()
        .last(&journal::LETTER_ISSUED, number)
        .map_err(|error| report(OfficeError::from(error)))?
        .ok_or_else(|| report(DeskError::Unknown))?;
    let issued = issued_letter(&entry).ok_or_else(|| report(RecordError::NotARecord))?;
    let body = &entry.entry().body;
    let named = |name| -> Result<Digest, Vec<Report>> {
        state::digest(body, name).ok_or_else(|| report(RecordError::NotARecord))
    };
    let object = |digest: Digest| office.object(&digest).map_err(report);
    let record = Record::parse(&object(named("record")?)?).map_err(report)?;
    let fonts = embedded::fonts()?;
    record.require_engine(fonts).map_err(report)?;
    let packed = named("package_object")?;
    let maker = match makers.entry(packed) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => {
            let package = Package::unpack(&object(packed)?).map_err(report)?;
            place.insert(Maker::new(&package, fonts)?)
        }
    };
    if maker.package().digest(&fonts.digest(), &record.engine) != record.package {
        return Err(report(RecordError::NotARecord));
    }
    let made = maker.make(&record)?;
    if Digest::of(&made.pdf) == issued.pdf {
        Ok(Again { record, maker, pdf: made.pdf })
    } else {
        Err(report(RecordError::Differs { number: issued.number }))
    }
}
