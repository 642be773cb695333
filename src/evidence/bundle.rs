//! A bundle in its two states: taken in and described, or sealed.
//!
//! A [`Bundle<Open>`] becomes a [`Bundle<Sealed>`] or nothing: an unfinished file is removed, and
//! one left by a crash has no end record, so nothing reads it. Refuses every field that could not
//! be read back alike. The stages of sealing are in `sealing`.
//! Source: SPEC "Bundle", decision 12; STYLE rule 8.

use std::{
    fs::File,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use chrono::DateTime;

use super::{
    bag,
    coverage::Window,
    custody::{Act, Event},
    intake::{Details, Intake},
    kind::Kind,
    listing::{Item, SealedFiles},
    problem::EvidenceError,
    seal::{Seal, Sealing},
    sealing::Draft,
    staged::Staged,
};
use crate::{durable, problem::Report};

/// What a bundle is about.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// The bundle's own number, given by the register.
    pub bundle_id: String,
    /// The case it belongs to.
    pub case_no: String,
    /// The agency.
    pub organization: String,
    /// Id of the operator who takes in and seals.
    pub operator: String,
    /// Who keeps the recordings.
    pub custodian: Option<String>,
    /// The visit it documents.
    pub visit: Option<String>,
    /// What the recordings of the visit are held against.
    pub window: Option<Window>,
    /// Kinds without which the evidence is not complete.
    pub needs: Vec<Kind>,
    /// What was done with the evidence before, in order of time.
    pub custody: Vec<Event>,
}

/// A bundle in one of its two states.
#[derive(Debug)]
pub struct Bundle<State>(State);

/// Taken in and described, not yet written.
#[derive(Debug)]
pub struct Open {
    intake: Intake,
    description: Description,
}

/// Written, signed, stamped and on disk.
#[derive(Debug)]
pub struct Sealed {
    path: PathBuf,
    seal: Seal,
}

impl Bundle<Open> {
    /// Puts evidence and description together.
    ///
    /// # Errors
    /// Every field that cannot stand in the bundle.
    pub fn open(intake: Intake, description: Description) -> Result<Self, Vec<Report>> {
        let is_fit = |value: &str| bag::is_fit(value) && intake.masked(value) == value;
        let is_token = |value: &str| is_fit(value) && is_token(value);
        let optional = |value: &Option<String>| value.as_deref().is_none_or(is_fit);
        let event = |event: &Event| {
            is_fit(&event.by)
                && event.note.as_deref().is_none_or(is_fit)
                && event.act != Act::TakenIn
        };
        let time = |text: &str| DateTime::parse_from_rfc3339(text).is_ok();
        let recording = |item: Item<'_>| {
            let Details { recording_id, captured_at, device } = item.details;
            recording_id.as_deref().is_none_or(is_token)
                && device.as_deref().is_none_or(is_fit)
                && captured_at.as_deref().is_none_or(time)
        };
        let fields = [
            ("bundle", is_token(&description.bundle_id)),
            ("case", is_fit(&description.case_no)),
            ("organization", is_fit(&description.organization)),
            ("operator", is_token(&description.operator)),
            ("custodian", optional(&description.custodian)),
            ("visit", optional(&description.visit)),
            ("custody", description.custody.iter().all(event)),
            ("recording", intake.items().all().all(recording)),
        ];
        let unfit = fields.into_iter().filter(|(_, fit)| !fit).map(|(field, _)| field);
        let problems: Vec<Report> =
            unfit.map(|field| Report::of(&EvidenceError::UnfitField { field })).collect();
        if problems.is_empty() { Ok(Self(Open { intake, description })) } else { Err(problems) }
    }

    /// What was taken in.
    #[must_use]
    pub const fn intake(&self) -> &Intake {
        &self.0.intake
    }

    /// Writes the bundle to `staging`, a path that must not exist yet; nothing is left there
    /// unless all of it succeeds, and then it is on disk. `progress` is told the bytes read since
    /// it was last called, and stops the work by breaking.
    ///
    /// # Errors
    /// Every reason why it was not sealed.
    pub fn seal(
        self,
        staging: &Path,
        sealing: &Sealing<'_>,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Bundle<Sealed>, Vec<Report>> {
        let staged = Staged::create(staging).map_err(|error| vec![Report::of(&error)])?;
        let seal = self.seal_into(&staged.file, staging, sealing, progress)?;
        let folder = staging.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            durable::sync_folder(folder)
                .map_err(|source| vec![Report::of(&EvidenceError::File { source })])?;
        }
        Ok(Bundle(Sealed { path: staged.keep(), seal }))
    }

    /// Writes the bundle to `file`, which is empty, open for reading too, and called `name` in
    /// messages. When it succeeds, the bytes are on disk; else the file is of no use.
    ///
    /// # Errors
    /// Every reason why it was not sealed.
    pub fn seal_into(
        self,
        file: &File,
        name: &Path,
        sealing: &Sealing<'_>,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Seal, Vec<Report>> {
        let Open { intake, description } = self.0;
        let draft = Draft { intake: &intake, description: &description, sealing };
        let (seal, digests) = draft
            .write(file, name, progress)
            .map_err(|errors| errors.iter().map(Report::of).collect::<Vec<_>>())?;
        let files = SealedFiles { listing: intake.into_items(), digests };
        Ok(Seal { files, ..seal })
    }
}

impl Bundle<Sealed> {
    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// What is known of it.
    #[must_use]
    pub const fn seal(&self) -> &Seal {
        &self.0.seal
    }
}

/// Whether `value` is written like an identifier: letters, digits and a few marks.
fn is_token(value: &str) -> bool {
    let plain = |character: char| character.is_alphanumeric() || "-_.〔〕".contains(character);
    value.chars().all(plain) && !value.starts_with('.')
}
