//! An open office: settings, clock, register, archive, and what the register says is so.
//!
//! Opening for acting finishes or spoils what was cut off; opening for looking writes nothing and
//! works from read-only media.

mod problem;
mod profiles;
mod services;
mod stand_in;

pub use problem::OfficeError;
pub(super) use profiles::open_dated_profile;
pub use profiles::open_profile;
use services::KEY_LIMIT;
pub use services::log_name;

use std::{collections::BTreeSet, path::Path};

use chrono::{DateTime, FixedOffset, NaiveDate};

use crate::{
    archive::{self, ArchiveError, LocalArchive, Objects as _, Stage as _},
    digest::Digest,
    durable::{self, DurableError},
    office::{
        actor::Actor,
        clock::SystemClock,
        credentials::Service,
        export_room, journal,
        paths::OfficePaths,
        settings::Settings,
        state::{State, StateError, digest},
    },
    problem::{Report, alone as report},
    register::{
        Clock as _, Draft, Recorded, Register, RegisterError, Rows as _, SqliteReader, SqliteStore,
        View,
    },
};

/// Largest object that is read into memory, in bytes: letters, records, packages, profiles.
const OBJECT_LIMIT: u64 = 128 * 1024 * 1024;

#[derive(Debug)]
enum Books {
    Writing(Register<SqliteStore>),
    Reading(SqliteReader),
}

/// An open office.
#[derive(Debug)]
pub struct Office {
    paths: OfficePaths,
    settings: Settings,
    clock: SystemClock,
    books: Books,
    archive: LocalArchive,
    state: State,
    past_damage: bool,
    /// What an audit takes for the state after a founding entry that cannot be read.
    stand_in: Option<State>,
}

impl Office {
    /// Opens an office for acting.
    ///
    /// # Errors
    /// What is wrong with settings, register or archive.
    pub fn open(paths: OfficePaths) -> Result<Self, Vec<Report>> {
        let office = Self::assemble(
            paths,
            |view, _| State::replay(view),
            |path| Ok(Books::Writing(Register::open(SqliteStore::open(path)?)?)),
        )?;
        let found = office.unlike_founded();
        if !found.is_empty() {
            return Err(found);
        }
        // No plain copy outlives the next command that acts.
        export_room::sweep(&office.paths).map_err(report)?;
        Ok(office)
    }

    /// Opens an office for looking: nothing is written.
    ///
    /// # Errors
    /// As [`Office::open`].
    pub fn open_read_only(paths: OfficePaths) -> Result<Self, Vec<Report>> {
        Self::assemble(paths, |view, _| State::read(view), reading)
    }

    /// Opens an office for an audit: nothing is written, and an entry that cannot be read is as if
    /// it were not there, so that all the rest is judged. The check of the register names it. For
    /// the founding entry the certificates stand in that the office holds besides.
    ///
    /// # Errors
    /// As [`Office::open`].
    pub fn open_for_audit(paths: OfficePaths) -> Result<Self, Vec<Report>> {
        let own = paths.clone();
        let mut stand_in = None;
        let office = Self::assemble(
            paths,
            |view, settings| match State::read(view) {
                Err(error) if error.is_of_founding() => {
                    let begun = stand_in::begin(&own, settings, view).ok_or(error)?;
                    stand_in = Some(begun.clone());
                    begun.read_on(view)
                }
                read => read,
            },
            reading,
        )?;
        Ok(Self { past_damage: true, stand_in, ..office })
    }

    fn assemble(
        paths: OfficePaths,
        state: impl FnOnce(&View<'_>, &Settings) -> Result<State, StateError>,
        books: impl FnOnce(&Path) -> Result<Books, RegisterError>,
    ) -> Result<Self, Vec<Report>> {
        let settings = Settings::read(&paths.settings()).map_err(report)?;
        let clock = SystemClock::new(settings.zone().map_err(report)?);
        let books = books(&paths.register()).map_err(|e| report(OfficeError::from(e)))?;
        let archive = LocalArchive::open_folder(&paths.archive())
            .map_err(|e| report(OfficeError::from(e)))?;
        let state = state(&view(&books), &settings).map_err(report)?;
        Ok(Self {
            paths,
            settings,
            clock,
            books,
            archive,
            state,
            past_damage: false,
            stand_in: None,
        })
    }

    /// What tells that settings moved the office's days, or that the register is another office's.
    /// Nobody may act then; an audit tells it with the rest.
    #[must_use]
    pub fn unlike_founded(&self) -> Vec<Report> {
        let mut found = Vec::new();
        if self.settings.agency.uscc != self.state.uscc {
            found.push(OfficeError::Settings { member: "agency.uscc" }.into());
        }
        if self.now().offset() != self.state.founded_at.offset() {
            found.push(OfficeError::Settings { member: "time.zone" }.into());
        }
        // A missing certificate is told by whatever needs it; an audit needs none.
        let own = self.service_certificate(Service::CertificateAuthority).ok();
        if own.is_some_and(|own| own.fingerprint() != self.state.authority.fingerprint()) {
            found.push(OfficeError::OtherRegister.into());
        }
        found
    }

    /// Where its files lie.
    #[must_use]
    pub const fn paths(&self) -> &OfficePaths {
        &self.paths
    }

    /// Its settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its clock.
    #[must_use]
    pub const fn clock(&self) -> &SystemClock {
        &self.clock
    }

    /// Now, by its clock.
    #[must_use]
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.clock.now()
    }

    /// Today, by its clock.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.clock.today()
    }

    /// What its register says is so.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What was taken for the state after a founding entry that cannot be read; only an audit
    /// opens an office so.
    #[must_use]
    pub const fn stand_in(&self) -> Option<&State> {
        self.stand_in.as_ref()
    }

    /// Its archive.
    #[must_use]
    pub const fn archive(&self) -> &LocalArchive {
        &self.archive
    }

    /// The read side of its register.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        let view = view(&self.books);
        if self.past_damage { view.past_damage() } else { view }
    }

    /// Gives `look` the register's rows as of one moment.
    ///
    /// # Errors
    /// Those of `look` and of the storage.
    pub fn with_rows<T>(
        &self,
        look: impl FnOnce(&dyn crate::register::Read) -> Result<T, RegisterError>,
    ) -> Result<T, RegisterError> {
        match &self.books {
            Books::Writing(register) => look(register.snapshot()?.rows()),
            Books::Reading(reader) => look(reader.rows()),
        }
    }

    /// Its register, for writing.
    ///
    /// # Errors
    /// [`OfficeError::ReadOnly`].
    pub fn register(&mut self) -> Result<&mut Register<SqliteStore>, OfficeError> {
        match &mut self.books {
            Books::Writing(register) => Ok(register),
            Books::Reading(_) => Err(OfficeError::ReadOnly),
        }
    }

    /// Registers one thing in the name of `actor` and takes it into the state.
    ///
    /// # Errors
    /// [`OfficeError::Register`], [`OfficeError::ReadOnly`].
    pub fn append(&mut self, draft: Draft, actor: &Actor) -> Result<Recorded, OfficeError> {
        let clock = self.clock;
        let recorded = self.register()?.append(draft, actor, &clock)?;
        self.refresh()?;
        Ok(recorded)
    }

    /// Registers one thing in the name of `actor`, unless it is there; the state learns of it when it
    /// is refreshed.
    ///
    /// # Errors
    /// [`OfficeError::Register`], [`OfficeError::ReadOnly`].
    pub fn append_once(&mut self, draft: Draft, actor: &Actor) -> Result<Recorded, OfficeError> {
        let clock = self.clock;
        Ok(self.register()?.append_once(draft, actor, &clock)?)
    }

    /// Takes what was registered since into the state, by whomever; says whether it changed.
    ///
    /// # Errors
    /// [`OfficeError::Register`].
    pub fn refresh(&mut self) -> Result<bool, OfficeError> {
        let view = view(&self.books);
        self.state.advance(&view).map_err(|error| match error {
            StateError::Register { source } => OfficeError::Register { source },
            StateError::NotFounded => OfficeError::Register { source: RegisterError::NotFounded },
        })
    }

    /// Publishes what a cut-off command left staged and the register names, and drops the rest.
    /// Only the newest letters (those of one transaction), the newest bundle, volume and checkpoint
    /// can be unfinished; what a living command stages is its own.
    ///
    /// # Errors
    /// [`OfficeError::Register`], [`OfficeError::Archive`].
    pub(crate) fn settle_staged(&self) -> Result<(), OfficeError> {
        let view = self.view();
        let mut named = BTreeSet::new();
        let kinds = [
            &journal::LETTER_ISSUED,
            &journal::EVIDENCE_SEALED,
            &journal::EVIDENCE_TIMESTAMPED,
            &journal::EVIDENCE_RENEWED,
            &journal::LETTER_RECEIPT,
            &journal::RECONCILE_DONE,
            &journal::PRINT_VOLUME,
            &journal::INTAKE_VOUCHED,
            &journal::TEMPLATE_APPROVED,
        ];
        for kind in kinds {
            for entry in view.newest_run(kind)? {
                let body = &entry.entry().body;
                for member in ["package_object", "record", "pdf", "object"] {
                    named.extend(digest(body, member));
                }
            }
        }
        let newest = view.newest_checkpoint()?;
        named.extend(newest.map(|note| Digest::of(note.as_str())));
        for staged in self.archive.staged()? {
            if named.contains(&staged.digest()) {
                self.archive.publish(staged)?;
            } else {
                self.archive.discard(staged)?;
            }
        }
        self.archive.discard_half_made()?;
        Ok(())
    }

    /// An object of the archive, its digest checked.
    ///
    /// # Errors
    /// [`OfficeError::Archive`].
    pub fn object(&self, digest: &Digest) -> Result<Vec<u8>, OfficeError> {
        Ok(self.archive.read(digest, OBJECT_LIMIT)?)
    }

    /// Writes a copy of an object to the new file `to`; nothing is left of one whose bytes are not
    /// those it is named by. `file` tells what is wrong with `to`.
    ///
    /// # Errors
    /// [`OfficeError::Object`], [`OfficeError::Archive`], and what `file` tells.
    pub fn copy_object(
        &self,
        digest: &Digest,
        to: &Path,
        file: impl FnOnce(DurableError) -> Vec<Report>,
    ) -> Result<(), Vec<Report>> {
        let mut reader =
            self.archive.open(digest).map_err(|error| report(OfficeError::from(error)))?;
        durable::write_new_from(to, &mut reader).map_err(|error| match error {
            DurableError::Io { source, .. } if archive::is_changed(&source) => {
                report(OfficeError::Object { source: ArchiveError::Changed { digest: *digest } })
            }
            error => file(error),
        })
    }

    /// Entries the register holds by now, whatever was there when this office was opened.
    ///
    /// # Errors
    /// [`OfficeError::Register`].
    pub fn size_now(&self) -> Result<u64, OfficeError> {
        Ok(SqliteReader::open(&self.paths.register())?.rows().size()?)
    }
}

fn reading(path: &Path) -> Result<Books, RegisterError> {
    Ok(Books::Reading(SqliteReader::open(path)?))
}

fn view(books: &Books) -> View<'_> {
    match books {
        Books::Writing(register) => register.view(),
        Books::Reading(reader) => View::of(reader.rows()),
    }
}
