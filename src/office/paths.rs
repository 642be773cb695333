//! Where things lie in an office's folder.

use std::path::{Path, PathBuf};

/// The folder of one office.
#[derive(Clone, Debug)]
pub struct OfficePaths {
    root: PathBuf,
}

impl OfficePaths {
    /// The office at `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The nearest folder at or above `from` that holds `office.toml`.
    #[must_use]
    pub fn find(from: &Path) -> Option<Self> {
        from.ancestors().find(|folder| folder.join("office.toml").is_file()).map(Self::new)
    }

    /// The office's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Settings.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.root.join("office.toml")
    }

    /// Folder of the register.
    #[must_use]
    pub fn register(&self) -> PathBuf {
        self.root.join("register").join("register.sqlite")
    }

    /// Folder of the archive.
    #[must_use]
    pub fn archive(&self) -> PathBuf {
        self.root.join("archive")
    }

    /// Template packages.
    #[must_use]
    pub fn templates(&self) -> PathBuf {
        self.root.join("templates")
    }

    /// Key of a service, encrypted.
    #[must_use]
    pub fn service_key(&self, name: &str) -> PathBuf {
        self.root.join("keys").join(format!("{name}.key.pem"))
    }

    /// Certificate of a service.
    #[must_use]
    pub fn service_certificate(&self, name: &str) -> PathBuf {
        self.root.join("keys").join(format!("{name}.pem"))
    }

    /// Key of an operator, encrypted.
    #[must_use]
    pub fn operator_key(&self, id: &str) -> PathBuf {
        self.root.join("operators").join(format!("{id}.key.pem"))
    }

    /// Which key of which token is an operator's, where it is on a token.
    #[must_use]
    pub fn operator_token(&self, id: &str) -> PathBuf {
        self.root.join("operators").join(format!("{id}.token.json"))
    }

    /// Certificate of an operator.
    #[must_use]
    pub fn operator_certificate(&self, id: &str) -> PathBuf {
        self.root.join("operators").join(format!("{id}.pem"))
    }

    /// Name of an operator as letters print it; kept out of the register.
    #[must_use]
    pub fn operator_name(&self, id: &str) -> PathBuf {
        self.root.join("operators").join(format!("{id}.name"))
    }

    /// Socket of an operator's session.
    #[must_use]
    pub fn session(&self, id: &str) -> PathBuf {
        self.root.join("sessions").join(format!("{id}.sock"))
    }

    /// Refusals that nobody signed.
    #[must_use]
    pub fn unsigned_refusals(&self) -> PathBuf {
        self.root.join("refusals.jsonl")
    }
}
