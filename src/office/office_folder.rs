//! An open office: settings, clock, register, archive, and what the register says is so.
//!
//! Opening for acting finishes or spoils what was cut off; opening for looking writes nothing and
//! works from read-only media.

use std::{collections::BTreeSet, path::Path};

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use crate::{
    archive::{self, ArchiveError, LocalArchive, Objects as _, Stage as _},
    digest::Digest,
    durable::{self, DurableError},
    office::{
        actor::Actor,
        clock::SystemClock,
        credentials::{Ask, CredentialError, Credentials, Service},
        export_room, journal,
        paths::OfficePaths,
        principal::{PrincipalError, Profile},
        settings::Settings,
        state::{State, StateError, digest},
    },
    problem::{Report, alone as report},
    register::{
        Clock as _, Draft, LogSigner, Note, Recorded, Register, RegisterError, Rows as _,
        SqliteReader, SqliteStore, View,
    },
    signing::{
        KeyPair, LogKey, SecretKey32, cades,
        certificate::Certificate,
        chain::{Purpose, TrustAnchors, verify_chain},
        key::KeyError,
        signer::{Credential, SigningError},
    },
};

/// Largest object that is read into memory, in bytes: letters, records, packages, profiles.
const OBJECT_LIMIT: u64 = 128 * 1024 * 1024;
/// Largest key or certificate file, in bytes.
const KEY_LIMIT: u64 = 16 * 1024;

crate::problems! {
    /// Why an office cannot do what is asked.
    pub enum OfficeError {
        /// The register cannot be used.
        Register { source: RegisterError } = "CH-O060", Fault,
            "the register cannot be used: {source}" => "check the disk; run `chancery audit run`",
            "登记簿无法使用：{source}" => "请检查磁盘，并运行 `chancery audit run`";
        /// The machine's clock is behind the register.
        Clock { last: String } = "CH-E189", Refusal,
            "the machine's clock is behind the register, whose last entry is of {last}" => "set the machine's clock right; if it was moved forward and back, see `chancery audit run`: times registered ahead prove nothing, and nothing is registered before they are reached",
            "本机时钟落后于登记簿，其末条登记于 {last}" => "请校准本机时钟；若时钟曾被拨快又拨回，请看 `chancery audit run`：提前登记的时间不具证明力，到达该时间之前不再登记";
        /// The archive cannot be used.
        Archive { source: ArchiveError } = "CH-O061", Fault,
            "the archive cannot be used: {source}" => "check the disk and its permissions; run `chancery audit run`",
            "档案库无法使用：{source}" => "请检查磁盘与权限，并运行 `chancery audit run`";
        /// The office was opened for looking only.
        ReadOnly = "CH-O062", Fault,
            "the office was opened for reading only" => "report this with the command that was run",
            "办公室以只读方式打开" => "请连同所执行的命令一并报告";
        /// The key of a service cannot be opened.
        ServiceKey { service: &'static str, source: KeyError } = "CH-O063", Refusal,
            "the key `{service}` cannot be opened: {source}" => "give the right passphrase in the credentials folder",
            "无法打开服务密钥 `{service}`：{source}" => "请在口令目录中提供正确口令";
        /// What lies in an object's place is not what was registered, or nothing does.
        Object { source: ArchiveError } = "CH-X041", Finding,
            "what was registered is not in the archive as it was: {source}" => "keep what is there as evidence, find out who removed or exchanged it, and restore it from a copy; `chancery audit run` shows what else was changed",
            "档案库内容与登记时不符：{source}" => "请保留现状作为证据，查明何人移除或调换，并从副本恢复；`chancery audit run` 可显示其他改动";
        /// A file of the office is missing or unreadable.
        File { source: DurableError } = "CH-O064", Fault,
            "a file of the office cannot be used: {source}" => "restore it from a backup",
            "办公室文件无法使用：{source}" => "请从备份恢复";
        /// A certificate file is none.
        Certificate { service: &'static str } = "CH-O065", Fault,
            "the certificate of `{service}` is missing or damaged" => "restore it from a backup",
            "`{service}` 的证书缺失或损坏" => "请从备份恢复";
        /// The key is of another certificate.
        Signing { source: SigningError } = "CH-O066", Fault,
            "a key of the office cannot sign: {source}" => "restore the key that was made with its certificate",
            "办公室密钥无法签名：{source}" => "请恢复与证书同批生成的密钥";
        /// The register names another authority than the office's.
        OtherRegister = "CH-O069", Finding,
            "the register is not this office's: it was founded under another authority than `keys/ca.pem`" => "put back the register, or the certificate, from a backup; keep what is there as evidence",
            "登记簿不属于本办公室：其设立时的签发机构与 `keys/ca.pem` 不同" => "请从备份恢复登记簿或证书，并保留现状作为证据";
        /// The settings are not those the office was founded with.
        Settings { member: &'static str } = "CH-O068", Finding,
            "`{member}` in office.toml is not what the office was founded with" => "put back the founding value, or give the right office; `chancery register show 0` tells it",
            "office.toml 中的 `{member}` 与设立时不一致" => "请恢复设立时的值，或指定正确的办公室；见 `chancery register show 0`";
        /// A passphrase is missing.
        Credential { source: CredentialError } = "CH-O067", Input,
            "{source}" => "put the passphrase file into the credentials folder, or run at a terminal",
            "缺少口令（{source}）" => "请在口令目录中放置口令文件，或在终端中运行";
    }
}

impl From<RegisterError> for OfficeError {
    fn from(source: RegisterError) -> Self {
        match source {
            RegisterError::ClockBehind { last } => Self::Clock { last },
            source => Self::Register { source },
        }
    }
}

impl From<ArchiveError> for OfficeError {
    fn from(source: ArchiveError) -> Self {
        match source {
            ArchiveError::Missing { .. } | ArchiveError::Changed { .. } => Self::Object { source },
            source => Self::Archive { source },
        }
    }
}

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
}

impl Office {
    /// Opens an office for acting.
    ///
    /// # Errors
    /// What is wrong with settings, register or archive.
    pub fn open(paths: OfficePaths) -> Result<Self, Vec<Report>> {
        let office = Self::assemble(paths, State::replay, |path| {
            Ok(Books::Writing(Register::open(SqliteStore::open(path)?)?))
        })?;
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
        Self::assemble(paths, State::read, |path| Ok(Books::Reading(SqliteReader::open(path)?)))
    }

    /// Opens an office for an audit: nothing is written, and an entry that cannot be read is as if
    /// it were not there, so that all the rest is judged. The check of the register names it.
    ///
    /// # Errors
    /// As [`Office::open`].
    pub fn open_for_audit(paths: OfficePaths) -> Result<Self, Vec<Report>> {
        Ok(Self { past_damage: true, ..Self::open_read_only(paths)? })
    }

    fn assemble(
        paths: OfficePaths,
        state: impl FnOnce(&View<'_>) -> Result<State, StateError>,
        books: impl FnOnce(&Path) -> Result<Books, RegisterError>,
    ) -> Result<Self, Vec<Report>> {
        let settings = Settings::read(&paths.settings()).map_err(report)?;
        let clock = SystemClock::new(settings.zone().map_err(report)?);
        let books = books(&paths.register()).map_err(|e| report(OfficeError::from(e)))?;
        let archive = LocalArchive::open_folder(&paths.archive())
            .map_err(|e| report(OfficeError::from(e)))?;
        let state = state(&view(&books)).map_err(report)?;
        Ok(Self { paths, settings, clock, books, archive, state, past_damage: false })
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

    /// A principal's newest signed profile, its signature checked again.
    ///
    /// # Errors
    /// [`PrincipalError`], [`OfficeError::Archive`].
    pub fn profile(&self, id: &str) -> Result<Profile, Vec<Report>> {
        let known = crate::office::operator::is_id(id);
        let shown = || if known { id.to_owned() } else { "?".to_owned() };
        let principal = self.state.principals.get(id);
        let principal = principal.ok_or_else(|| report(PrincipalError::Unknown { id: shown() }))?;
        let object =
            principal.profile.ok_or_else(|| report(PrincipalError::NoProfile { id: shown() }))?;
        let bytes =
            self.archive.read(&object, OBJECT_LIMIT).map_err(|e| report(OfficeError::from(e)))?;
        open_profile(&bytes, &principal.certificate, None).map_err(report)
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

    /// Whether the newest checkpoint, filed and archived, tells of every entry there is.
    ///
    /// # Errors
    /// [`OfficeError`], by variant.
    pub fn is_checkpointed(&self) -> Result<bool, OfficeError> {
        let Some(last) = self.view().newest_checkpoint()? else { return Ok(false) };
        Ok(last.checkpoint().size == self.view().size()?
            && self.archive.contains(&Digest::of(last.as_str()))?)
    }

    /// Signs a checkpoint, files it and keeps it in the archive, where it outlives a register that
    /// is cut or put back. One that a cut-off command filed and did not publish is published too.
    ///
    /// # Errors
    /// [`OfficeError`], by variant.
    pub fn checkpoint(
        &mut self,
        credentials: &Credentials,
        ask: &Ask<'_>,
    ) -> Result<Note, OfficeError> {
        let pem = self.service_pem(Service::Log)?;
        let passphrase = credentials
            .of_service(Service::Log, ask)
            .map_err(|source| OfficeError::Credential { source })?;
        let key = LogKey::from_encrypted_pem(&pem, &passphrase)
            .map_err(|source| OfficeError::ServiceKey { service: Service::Log.name(), source })?;
        let name = log_name(&self.settings);
        let signer = LogSigner::new(name, key)?;
        let now = self.clock.now();
        if let Some(last) = self.view().newest_checkpoint()?
            && !self.archive.contains(&Digest::of(last.as_str()))?
        {
            // Those of an office older than this custody are put there with it.
            for note in self.view().checkpoints().flatten() {
                if !self.archive.contains(&Digest::of(note.as_str()))? {
                    self.archive.put(note.as_str().as_bytes())?;
                }
            }
        }
        let Books::Writing(register) = &mut self.books else { return Err(OfficeError::ReadOnly) };
        let archive = &self.archive;
        let (note, staged) = register.checkpoint_after(&signer, now, |note| {
            Ok::<_, OfficeError>(archive.stage(&mut note.as_str().as_bytes())?)
        })?;
        self.archive.publish(staged)?;
        Ok(note)
    }

    /// The key of the office's index and check codes.
    ///
    /// # Errors
    /// [`OfficeError`], by variant.
    pub fn index_key(
        &self,
        credentials: &Credentials,
        ask: &Ask<'_>,
    ) -> Result<SecretKey32, OfficeError> {
        let pem = self.service_pem(Service::Index)?;
        let passphrase = credentials
            .of_service(Service::Index, ask)
            .map_err(|source| OfficeError::Credential { source })?;
        SecretKey32::from_encrypted_pem(&pem, &passphrase)
            .map_err(|source| OfficeError::ServiceKey { service: Service::Index.name(), source })
    }

    /// A service's key with its certificate.
    ///
    /// # Errors
    /// [`OfficeError`], by variant.
    pub fn service(
        &self,
        service: Service,
        credentials: &Credentials,
        ask: &Ask<'_>,
    ) -> Result<Credential, OfficeError> {
        let pem = self.service_pem(service)?;
        let passphrase = credentials
            .of_service(service, ask)
            .map_err(|source| OfficeError::Credential { source })?;
        let key = KeyPair::from_encrypted_pem(&pem, &passphrase)
            .map_err(|source| OfficeError::ServiceKey { service: service.name(), source })?;
        Credential::new(key, self.service_certificate(service)?)
            .map_err(|source| OfficeError::Signing { source })
    }

    /// A service's certificate.
    ///
    /// # Errors
    /// [`OfficeError::Certificate`].
    pub fn service_certificate(&self, service: Service) -> Result<Certificate, OfficeError> {
        let damaged = || OfficeError::Certificate { service: service.name() };
        let path = self.paths.service_certificate(service.name());
        let pem = durable::read(&path, KEY_LIMIT).map_err(|_| damaged())?;
        Certificate::from_pem(&String::from_utf8_lossy(&pem)).map_err(|_| damaged())
    }

    fn service_pem(&self, service: Service) -> Result<String, OfficeError> {
        let path = self.paths.service_key(service.name());
        let pem = durable::read(&path, KEY_LIMIT).map_err(|source| OfficeError::File { source })?;
        Ok(String::from_utf8_lossy(&pem).into_owned())
    }
}

/// Name of the register's log, in checkpoints and its verifier key.
#[must_use]
pub fn log_name(settings: &Settings) -> String {
    format!("chancery.invalid/{}", settings.agency.uscc)
}

/// Opens a signed profile: the signature must chain to `pinned`.
///
/// `at` judges the certificate at that time; without it, at the time the signer claims.
///
/// # Errors
/// [`PrincipalError::NotPinned`] and those of [`Profile::parse`].
pub fn open_profile(
    signed: &[u8],
    pinned: &Certificate,
    at: Option<DateTime<FixedOffset>>,
) -> Result<Profile, PrincipalError> {
    open_dated_profile(signed, pinned, at).map(|(profile, _)| profile)
}

/// Opens a signed profile, with the time at which its signer says it was signed.
pub(super) fn open_dated_profile(
    signed: &[u8],
    pinned: &Certificate,
    at: Option<DateTime<FixedOffset>>,
) -> Result<(Profile, DateTime<Utc>), PrincipalError> {
    let opened = cades::verify_enveloping(signed).map_err(|_| PrincipalError::NotPinned)?;
    let signed_at = opened.signature.signing_time();
    let at = at.map_or(signed_at, |at| at.to_utc());
    verify_chain(
        opened.signature.certificate(),
        opened.signature.intermediates(),
        &TrustAnchors::new([pinned.clone()]),
        at,
        Purpose::Sign,
    )
    .map_err(|_| PrincipalError::NotPinned)?;
    let text = std::str::from_utf8(&opened.content)
        .map_err(|_| PrincipalError::Malformed { line: 1, detail: "not UTF-8".to_owned() })?;
    Ok((Profile::parse(text)?, signed_at))
}

fn view(books: &Books) -> View<'_> {
    match books {
        Books::Writing(register) => register.view(),
        Books::Reading(reader) => View::of(reader.rows()),
    }
}
