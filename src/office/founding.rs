//! Founding an office: authority, keys, first administrator, templates, register, archive.
//!
//! Everything is made in a folder beside the new one and moved to its name when it is whole, so a
//! half-made office is never found under that name.

use std::path::{Path, PathBuf};

use chrono::Utc;
use serde_json::Value;

use crate::{
    archive::{ArchiveError, LocalArchive, Objects as _},
    durable::{self, DurableError},
    office::{
        actor::Actor,
        clock::SystemClock,
        credentials::{Ask, CredentialError, Credentials, Service},
        embedded, journal,
        office_folder::log_name,
        operator::{Operator, Role, is_id},
        paths::OfficePaths,
        settings::{Settings, SettingsError},
        state::certificate_value,
    },
    problem::{Report, alone as report},
    register::{Clock as _, Draft, LogSigner, Register, RegisterError, SqliteStore},
    signing::{
        CertificateAuthority, KeyPair, LogKey, Random, SecretKey32, Subject, Validity,
        authority::AuthorityError,
        certificate::Certificate,
        key::{KeyError, Passphrase},
        signer::{Credential, Signer, SigningError},
        token::{TokenError, TokenKey, TokenSigner},
    },
    typeset::ENGINE_ID,
};

/// Years the office's authority is valid: longer than anything it seals must be kept.
const AUTHORITY_YEARS: u8 = 20;
/// Years an operator's certificate is valid, where nothing else is said.
pub const OPERATOR_YEARS: u8 = 3;

crate::problems! {
    /// Why no office could be founded.
    pub enum FoundingError {
        /// There is something already.
        Occupied { path: String } = "CH-O070", Input,
            "`{path}` exists and is not an empty folder" => "choose a new folder",
            "`{path}` 已存在且不是空目录" => "请另选新目录";
        /// The id is none.
        Id = "CH-O071", Input,
            "the id is not 2 to 32 of a-z, 0-9 and -, beginning with a letter" => "choose such an id; it is never used again",
            "编号须为 2 至 32 个小写字母、数字或 -，以字母开头" => "请另选编号；编号永不复用";
        /// The name would pose as somebody else on a page.
        Name = "CH-Q060", Refusal,
            "the name cannot stand on a page: it names an organ of the state, a tribunal or a lawyer, or is no line of 1 to 40 characters" => "give the person's own name",
            "该姓名不得出现在函件上：含有国家机关、仲裁机构或律师字样，或不是一行 1 至 40 字" => "请填写本人姓名";
        /// The id was used before.
        IdTaken { id: String } = "CH-O072", Refusal,
            "the id `{id}` was used before" => "choose a new id; ids are never used again",
            "编号 `{id}` 已使用过" => "请另选编号；编号永不复用";
        /// Settings.
        Settings { source: SettingsError } = "CH-O073", Input,
            "{source}" => "correct the settings file",
            "设置有误（{source}）" => "请更正设置文件";
        /// A passphrase is missing.
        Credential { source: CredentialError } = "CH-O074", Input,
            "{source}" => "put the passphrase files into a folder and give it with --credentials, or run at a terminal",
            "缺少口令（{source}）" => "请将口令文件放入目录并用 --credentials 指定，或在终端中运行";
        /// A file could not be written.
        File { source: DurableError } = "CH-O075", Fault,
            "the office cannot be written: {source}" => "check the folder, its permissions and the disk",
            "无法写出办公室：{source}" => "请检查目录、权限与磁盘";
        /// A key could not be made.
        Key { source: KeyError } = "CH-O076", Fault,
            "a key cannot be made: {source}" => "check the operating system and try again",
            "无法生成密钥：{source}" => "请检查操作系统后重试";
        /// A certificate could not be issued.
        Authority { source: AuthorityError } = "CH-O077", Fault,
            "a certificate cannot be issued: {source}" => "check names and terms",
            "无法签发证书：{source}" => "请检查名称与期限";
        /// A key could not sign.
        Signing { source: SigningError } = "CH-O078", Fault,
            "a key cannot sign: {source}" => "check the operating system and try again",
            "密钥无法签名：{source}" => "请检查操作系统后重试";
        /// The token could not make the key.
        Token { source: TokenError } = "CH-O081", Refusal,
            "the token cannot make the operator's key: {source}" => "mend the cause and enrol again; nobody is enrolled",
            "令牌无法生成操作员密钥：{source}" => "请排除原因后重新登记；尚未登记任何人";
        /// The register could not be founded.
        Register { source: RegisterError } = "CH-O079", Fault,
            "the register cannot be founded: {source}" => "check the disk; a network folder cannot hold a register",
            "无法设立登记簿：{source}" => "请检查磁盘；登记簿不得放在网络目录";
        /// The archive could not be made.
        Archive { source: ArchiveError } = "CH-O080", Fault,
            "the archive cannot be made: {source}" => "check the disk and its permissions",
            "无法设立档案库：{source}" => "请检查磁盘与权限";
    }
}

macro_rules! sources {
    ($($variant:ident($type:ty)),*) => {
        $(impl From<$type> for FoundingError {
            fn from(source: $type) -> Self {
                Self::$variant { source }
            }
        })*
    };
}
sources!(
    Settings(SettingsError),
    Credential(CredentialError),
    File(DurableError),
    Key(KeyError),
    Authority(AuthorityError),
    Signing(SigningError),
    Token(TokenError),
    Register(RegisterError),
    Archive(ArchiveError)
);

/// What an office is founded with.
#[derive(Debug)]
pub struct Founding {
    /// Who and where.
    pub settings: Settings,
    /// Id of the first administrator.
    pub administrator: String,
    /// Whether everything in it is a sample; this cannot be taken back.
    pub sample: bool,
    /// Seal image, SVG.
    pub seal: Option<Vec<u8>>,
}

/// Founds an office at `folder`.
///
/// # Errors
/// [`FoundingError`], by variant, or what is wrong with the fonts the program carries.
pub fn found(
    folder: &Path,
    founding: &Founding,
    credentials: &Credentials,
    ask: &Ask<'_>,
    random: &mut dyn Random,
) -> Result<OfficePaths, Vec<Report>> {
    let fonts = embedded::fonts()?.digest();
    let building = begin(folder).map_err(report)?;
    let outcome = build(&building, founding, &fonts.to_string(), credentials, ask, random)
        .and_then(|()| finish(&building, folder));
    if let Err(error) = outcome {
        // What was begun is of no use to anybody; the name was never taken.
        let _ = std::fs::remove_dir_all(&building);
        return Err(report(error));
    }
    Ok(OfficePaths::new(folder))
}

fn begin(folder: &Path) -> Result<PathBuf, FoundingError> {
    let parent = vacant(folder)?;
    let building = tempfile::Builder::new()
        .prefix(".chancery-founding-")
        .tempdir_in(&parent)
        .map_err(durable::at(&parent))?;
    Ok(building.keep())
}

/// The folder in which `folder` is to be made; refuses a place that is taken.
///
/// # Errors
/// [`FoundingError::Occupied`], [`FoundingError::File`].
pub fn vacant(folder: &Path) -> Result<PathBuf, FoundingError> {
    let occupied = || FoundingError::Occupied { path: folder.display().to_string() };
    match std::fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(occupied());
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(_) => return Err(occupied()),
    }
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    durable::create_folder(parent)?;
    Ok(parent.to_owned())
}

/// Moves a whole office to its name.
pub(super) fn finish(building: &Path, folder: &Path) -> Result<(), FoundingError> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(building, std::fs::Permissions::from_mode(0o755))
        .map_err(durable::at(building))?;
    if folder.is_dir() {
        std::fs::remove_dir(folder).map_err(durable::at(folder))?;
    }
    durable::publish(building, folder).map_err(FoundingError::from)
}

fn build(
    root: &Path,
    founding: &Founding,
    fonts: &str,
    credentials: &Credentials,
    ask: &Ask<'_>,
    random: &mut dyn Random,
) -> Result<(), FoundingError> {
    let paths = OfficePaths::new(root);
    let settings = &founding.settings;
    let agency = &settings.agency;
    let clock = SystemClock::new(settings.zone()?);
    let now = clock.now().with_timezone(&Utc);
    if !is_id(&founding.administrator) || is_service(&founding.administrator) {
        return Err(FoundingError::Id);
    }
    for folder in ["keys", "operators", "register", "sessions"] {
        durable::create_folder(&root.join(folder))?;
    }

    // Services: authority, timestamps, log, index; each under its own passphrase.
    let subject = Subject::new(format!("{} CA", agency.prefix), &agency.name);
    let authority =
        CertificateAuthority::create(&subject, Validity::years(now, AUTHORITY_YEARS), random)?;
    // Passphrases of a sample are drawn by this program and lie beside their keys.
    let own = |text: Passphrase| if founding.sample { text.drawn() } else { text };
    let pass = |service: Service| credentials.of_service(service, ask).map(own);
    let keep = |service: Service, pem: &str| {
        durable::write_new_private(&paths.service_key(service.name()), pem.as_bytes())
    };
    let ca = Service::CertificateAuthority;
    keep(ca, &authority.credential().key().to_encrypted_pem(&pass(ca)?, random)?)?;
    write_certificate(&paths.service_certificate(ca.name()), authority.certificate())?;

    let tsa = Service::TimestampAuthority;
    let key = KeyPair::generate(random)?;
    let subject = Subject::new(format!("{} TSA", agency.prefix), &agency.name);
    let term = Validity::years(now, AUTHORITY_YEARS.saturating_sub(1));
    let timestamping = authority.issue_timestamping(&key.public(), &subject, term, random)?;
    keep(tsa, &key.to_encrypted_pem(&pass(tsa)?, random)?)?;
    write_certificate(&paths.service_certificate(tsa.name()), &timestamping)?;

    let log = LogKey::generate(random)?;
    keep(Service::Log, &log.to_encrypted_pem(&pass(Service::Log)?, random)?)?;
    let index = SecretKey32::generate(random)?;
    keep(Service::Index, &index.to_encrypted_pem(&pass(Service::Index)?, random)?)?;
    let log = LogSigner::new(log_name(settings), log)?;

    // The first administrator, enrolled by the founding entry itself.
    let id = &founding.administrator;
    let passphrase = own(credentials.of_operator(id, ask)?);
    let enrolment = Enrolment { id, roles: &[Role::Administrator], years: OPERATOR_YEARS };
    let (operator, signer) = enrolment.issue(
        &authority,
        &agency.name,
        NewKey::File(&passphrase),
        &paths,
        &clock,
        random,
    )?;

    // Templates, with the agency's seal among the shared files.
    embedded::write_templates(&paths.templates())?;
    if let Some(seal) = &founding.seal {
        let assets = paths.templates().join("_shared").join("assets");
        durable::create_folder(&assets)?;
        durable::write_new(&assets.join("seal.svg"), seal)?;
    }
    durable::write_new(&paths.settings(), settings.to_toml()?.as_bytes())?;

    // The archive keeps the fonts, so that every document can be made again from it alone.
    let archive = LocalArchive::create(&paths.archive())?;
    let mut font_objects = serde_json::Map::new();
    for (name, bytes) in embedded::font_files() {
        let object = archive.put(&bytes)?.digest();
        font_objects.insert(name, object.to_string().into());
    }

    let actor = Actor::with_signer(operator, signer);
    let roles: Vec<Value> = vec![Role::Administrator.name().into()];
    let genesis = Draft::new(journal::OFFICE_FOUNDED, agency.uscc.clone())
        .with("format", 1)
        .with("sample", founding.sample)
        .with("engine", ENGINE_ID)
        .with("fonts", fonts)
        .with("font_objects", font_objects)
        .with("authority", certificate_value(authority.certificate()))
        .with("timestamp_authority", certificate_value(&timestamping))
        .with("log_key", log.verifier().to_string())
        .with("operator", id.as_str())
        .with("roles", roles)
        .with("certificate", certificate_value(&actor.operator().certificate));
    let store = SqliteStore::create(&paths.register())?;
    let (mut register, _) = Register::create(store, genesis, &actor, &clock)?;
    let note = register.checkpoint(&log, clock.now())?;
    archive.put(note.as_str().as_bytes())?;
    Ok(())
}

/// Where a new operator's key is made.
#[derive(Clone, Copy, Debug)]
pub enum NewKey<'a> {
    /// In a file of the office, under this passphrase.
    File(&'a Passphrase),
    /// On a token, under its PIN; the key never leaves it.
    Token(&'a TokenKey, &'a Passphrase),
}

/// What a new operator is to be.
#[derive(Clone, Copy, Debug)]
pub struct Enrolment<'a> {
    /// Id, never used twice.
    pub id: &'a str,
    /// Roles.
    pub roles: &'a [Role],
    /// Years the certificate is valid.
    pub years: u8,
}

impl Enrolment<'_> {
    /// Makes key and certificate and writes what is kept of both; the register entry is the
    /// caller's.
    ///
    /// # Errors
    /// [`FoundingError`], by variant.
    pub fn issue(
        &self,
        authority: &CertificateAuthority,
        organisation: &str,
        key: NewKey<'_>,
        paths: &OfficePaths,
        clock: &SystemClock,
        random: &mut dyn Random,
    ) -> Result<(Operator, Box<dyn Signer>), FoundingError> {
        if !is_id(self.id) || is_service(self.id) {
            return Err(FoundingError::Id);
        }
        let enrolled_at = clock.now();
        let mut subject = Subject::new(self.id, organisation);
        subject.units = self.roles.iter().map(|role| role.name().to_owned()).collect();
        let term = Validity::years(enrolled_at.with_timezone(&Utc), self.years);
        let (certificate, signer): (_, Box<dyn Signer>) = match key {
            NewKey::File(passphrase) => {
                let key = KeyPair::generate(random)?;
                let certificate = authority.issue_signer(&key.public(), &subject, term, random)?;
                let pem = key.to_encrypted_pem(passphrase, random)?;
                durable::write_new_private(&paths.operator_key(self.id), pem.as_bytes())?;
                (certificate.clone(), Box::new(Credential::new(key, certificate)?))
            }
            NewKey::Token(place, pin) => {
                let public = place.generate(pin)?;
                let certificate = authority.issue_signer(&public, &subject, term, random)?;
                let kept = paths.operator_token(self.id);
                durable::write_new_private(&kept, place.to_json().as_bytes())?;
                (certificate.clone(), Box::new(TokenSigner::open(place, pin, certificate)?))
            }
        };
        write_certificate(&paths.operator_certificate(self.id), &certificate)?;
        let operator = Operator {
            id: self.id.to_owned(),
            roles: self.roles.iter().copied().collect(),
            certificate,
            enrolled_at,
            revoked_at: None,
        };
        Ok((operator, signer))
    }
}

/// Whether a service already goes by this name, so that credentials cannot be confused.
fn is_service(id: &str) -> bool {
    Service::ALL.iter().any(|service| service.name() == id)
}

fn write_certificate(path: &Path, certificate: &Certificate) -> Result<(), FoundingError> {
    Ok(durable::write_new(path, certificate.to_pem().as_bytes())?)
}
