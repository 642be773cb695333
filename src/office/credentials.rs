//! Where passphrases come from: a file, a credential folder, a prompt; never the command line.
//!
//! Owns the order in which they are looked for. A credential folder holds one file a name, as
//! systemd lays them out for `LoadCredential=`. Source: SPEC decision 10.

use std::path::{Path, PathBuf};

use crate::{durable, signing::key::Passphrase};

/// Largest passphrase file, in bytes.
const LIMIT: u64 = 4096;
/// Fewest characters of a passphrase.
const PASSPHRASE: usize = 8;
/// Fewest characters of a token's PIN.
const PIN: usize = 4;

/// Services of an office that have a key and a passphrase of their own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Service {
    /// The certificate authority, needed to enrol.
    CertificateAuthority,
    /// The office's own timestamp authority.
    TimestampAuthority,
    /// The register's log key, for checkpoints.
    Log,
    /// The keyed index and check codes.
    Index,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::CertificateAuthority, Self::TimestampAuthority, Self::Log, Self::Index];

    /// Name of its credential and key file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CertificateAuthority => "ca",
            Self::TimestampAuthority => "authority",
            Self::Log => "log",
            Self::Index => "index",
        }
    }
}

crate::problems! {
    /// Why a passphrase could not be had.
    pub enum CredentialError {
        /// No file, no credential, nobody to ask.
        Missing { name: String } = "CH-O020", Input,
            "no passphrase for `{name}`" => "start a session, give --passphrase-file, or put a file of that name into the credentials folder",
            "没有 `{name}` 的口令" => "请开始会话、用 --passphrase-file 指定，或在口令目录中放置同名文件";
        /// It is empty or no text.
        Unusable { name: String } = "CH-O021", Input,
            "the passphrase of `{name}` is empty or not one line of text" => "write one line of at least 8 characters",
            "`{name}` 的口令为空或不是一行文本" => "请写入一行不少于 8 个字符的口令";
        /// The file could not be read.
        File { source: durable::DurableError } = "CH-O022", Fault,
            "a passphrase file cannot be read: {source}" => "check the file and its permissions",
            "无法读取口令文件：{source}" => "请检查文件及其权限";
    }
}

/// Asks a person for the passphrase of a name; `None` where nobody can be asked.
pub type Ask<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Where passphrases are looked for, in this order: the operator's file, folders, a prompt.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// Passphrase file of the acting operator.
    pub operator_file: Option<PathBuf>,
    /// Folders with one file a name.
    pub folders: Vec<PathBuf>,
}

impl Credentials {
    /// Passphrase of the acting operator.
    ///
    /// # Errors
    /// [`CredentialError`], by variant.
    pub fn of_operator(
        &self,
        operator: &str,
        ask: &Ask<'_>,
    ) -> Result<Passphrase, CredentialError> {
        match &self.operator_file {
            Some(file) => read(file, operator),
            None => self.of_name(operator, ask),
        }
    }

    /// PIN of the acting operator's token, which may be shorter than a passphrase: the token
    /// itself stops whoever guesses.
    ///
    /// # Errors
    /// [`CredentialError`], by variant.
    pub fn pin_of_operator(
        &self,
        operator: &str,
        ask: &Ask<'_>,
    ) -> Result<Passphrase, CredentialError> {
        match &self.operator_file {
            Some(file) => read_at_least(file, operator, PIN),
            None => self.of_name_at_least(operator, ask, PIN),
        }
    }

    /// Passphrase of a service.
    ///
    /// # Errors
    /// [`CredentialError`], by variant.
    pub fn of_service(
        &self,
        service: Service,
        ask: &Ask<'_>,
    ) -> Result<Passphrase, CredentialError> {
        self.of_name(service.name(), ask)
    }

    /// Whether `service` can be had without asking anybody.
    #[must_use]
    pub fn holds(&self, service: Service) -> bool {
        self.folders.iter().any(|folder| folder.join(service.name()).is_file())
    }

    fn of_name(&self, name: &str, ask: &Ask<'_>) -> Result<Passphrase, CredentialError> {
        self.of_name_at_least(name, ask, PASSPHRASE)
    }

    fn of_name_at_least(
        &self,
        name: &str,
        ask: &Ask<'_>,
        least: usize,
    ) -> Result<Passphrase, CredentialError> {
        for folder in &self.folders {
            let file = folder.join(name);
            if file.is_file() {
                return read_at_least(&file, name, least);
            }
        }
        let text = ask(name).ok_or_else(|| CredentialError::Missing { name: name.to_owned() })?;
        usable(text, name, least)
    }
}

/// Reads one passphrase file; a line end at its end is not part of it.
///
/// # Errors
/// [`CredentialError::Unusable`], [`CredentialError::File`].
pub fn read(file: &Path, name: &str) -> Result<Passphrase, CredentialError> {
    read_at_least(file, name, PASSPHRASE)
}

fn read_at_least(file: &Path, name: &str, least: usize) -> Result<Passphrase, CredentialError> {
    let bytes = durable::read(file, LIMIT).map_err(|source| CredentialError::File { source })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| CredentialError::Unusable { name: name.to_owned() })?;
    usable(text, name, least)
}

fn usable(mut text: String, name: &str, least: usize) -> Result<Passphrase, CredentialError> {
    let length = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(length);
    if text.chars().count() < least || text.chars().any(char::is_control) {
        return Err(CredentialError::Unusable { name: name.to_owned() });
    }
    Ok(Passphrase::new(text))
}
