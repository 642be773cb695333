//! A proved page as PDF/A-2a and PDF/UA-1 in one, the same bytes every time.
//!
//! Identity and date come from the letter, creator from this release, title from the approved
//! package; what a layout sets as metadata is not taken over. Krilla checks the clauses of both
//! standards and every violation is a refusal. The same composition, identity and engine give
//! the same bytes. Source: FINDINGS "Typst 0.15.1 in process"; ISO 19005-2, ISO 14289-1.

use std::sync::LazyLock;

use chrono::{Datelike as _, FixedOffset, NaiveDate};
use typst::{
    diag::HintedStrResult,
    foundations::{Datetime, Smart},
    text::{Lang, Locale, Region},
};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::{
    CREATOR, Composition, ProvedPage, TypesetError, diagnosis::export_refusals, parting::part,
};
use crate::problem::Report;

static STANDARDS: LazyLock<HintedStrResult<PdfStandards>> =
    LazyLock::new(|| PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]));

/// What identifies one document.
#[derive(Clone, Debug)]
pub struct PdfIdentity {
    /// Letter number. Only its hash is in the file.
    pub ident: String,
    /// Title of the document's kind, a constant of the package. PDF/UA-1 requires one.
    pub title: String,
    /// Day of issue; the time is midnight.
    pub issued_on: NaiveDate,
    /// Zone of the office.
    pub zone: FixedOffset,
}

impl ProvedPage {
    /// Writes the PDF.
    ///
    /// # Errors
    /// [`TypesetError::Date`], or [`TypesetError::Export`] for each clause of the standards that
    /// is violated.
    pub fn to_pdf(&self, identity: &PdfIdentity) -> Result<Vec<u8>, Vec<Report>> {
        let standards = STANDARDS.as_ref().map_err(|_| vec![TypesetError::EngineFailed.into()])?;
        self.export(identity, standards)
    }

    /// Writes a PDF that claims no standard: for sheets, to which pictures of others are added.
    ///
    /// # Errors
    /// As [`Self::to_pdf`].
    pub fn to_plain_pdf(&self, identity: &PdfIdentity) -> Result<Vec<u8>, Vec<Report>> {
        self.export(identity, &PdfStandards::default())
    }

    fn export(
        &self,
        identity: &PdfIdentity,
        standards: &PdfStandards,
    ) -> Result<Vec<u8>, Vec<Report>> {
        let timestamp = timestamp(identity).ok_or_else(|| vec![TypesetError::Date.into()])?;
        let Composition { document, fixed, fonts, .. } = &self.composition;
        let mut document = part(document, fixed, fonts.twins());
        let info = document.info_mut();
        info.title = Some(identity.title.as_str().into());
        info.author.clear();
        info.keywords.clear();
        info.description = None;
        info.date = Smart::Auto;
        if info.locale.is_auto() {
            info.locale = Smart::Custom(Locale::new(Lang::CHINESE, "CN".parse::<Region>().ok()));
        }
        let options = PdfOptions {
            ident: Smart::Custom(identity.ident.clone()),
            creator: Smart::Custom(Some(CREATOR.to_owned())),
            timestamp: Some(timestamp),
            standards: standards.clone(),
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options)
            .map_err(|said| export_refusals(&said, &self.composition.blotter))
    }
}

pub(super) fn timestamp(identity: &PdfIdentity) -> Option<Timestamp> {
    let date = identity.issued_on;
    let year = Some(date.year()).filter(|year| (1..=9999).contains(year))?;
    let (month, day) = (date.month().try_into().ok()?, date.day().try_into().ok()?);
    let midnight = Datetime::from_ymd_hms(year, month, day, 0, 0, 0)?;
    Timestamp::new_local(midnight, identity.zone.local_minus_utc() / 60)
}
