//! Making an issued letter again, from the archive alone.

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
    again(office, number).map(|again| again.pdf)
}

/// An issued letter, made again to the same bytes.
pub(super) struct Again {
    pub(super) record: Record,
    pub(super) maker: Maker,
    pub(super) pdf: Vec<u8>,
}

/// As [`reproduce`], with what the letter is made of.
pub(super) fn again(office: &Office, number: &str) -> Result<Again, Vec<Report>> {
    let entry = office
        .view()
        .last(&journal::LETTER_ISSUED, number)
        .map_err(|error| report(OfficeError::from(error)))?
        .ok_or_else(|| report(DeskError::Unknown))?;
    let issued = issued_letter(&entry).ok_or_else(|| report(RecordError::NotARecord))?;
    let body = &entry.entry().body;
    let object = |name| -> Result<Vec<u8>, Vec<Report>> {
        let digest = state::digest(body, name).ok_or_else(|| report(RecordError::NotARecord))?;
        office.object(&digest).map_err(report)
    };
    let record = Record::parse(&object("record")?).map_err(report)?;
    let fonts = embedded::fonts()?;
    record.require_engine(fonts).map_err(report)?;
    let package = Package::unpack(&object("package_object")?).map_err(report)?;
    if package.digest(&fonts.digest(), &record.engine) != record.package {
        return Err(report(RecordError::NotARecord));
    }
    let maker = Maker::new(&package, fonts)?;
    let made = maker.make(&record)?;
    if Digest::of(&made.pdf) == issued.pdf {
        Ok(Again { record, maker, pdf: made.pdf })
    } else {
        Err(report(RecordError::Differs { number: issued.number }))
    }
}
