//! The office's services: their keys and certificates, and the checkpoints its log signs.

use super::{Books, Office, OfficeError};
use crate::{
    archive::Objects as _,
    digest::Digest,
    durable,
    office::{
        credentials::{Ask, Credentials, Service},
        settings::Settings,
    },
    register::{Clock as _, LogSigner, Note},
    signing::{KeyPair, LogKey, SecretKey32, certificate::Certificate, signer::Credential},
};

/// Largest key or certificate file, in bytes.
pub(super) const KEY_LIMIT: u64 = 16 * 1024;

impl Office {
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
