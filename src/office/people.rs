//! Enrolling and revoking operators, pinning principals, taking in profiles.

use std::path::Path;

use crate::{
    archive::Objects as _,
    digest::Digest,
    durable,
    office::{
        Office,
        actor::{Actor, ActorError},
        credentials::{Ask, Credentials, Service},
        founding::{Enrolment, FoundingError, NewKey},
        journal,
        office_folder::{OfficeError, open_dated_profile},
        operator::{Role, is_id},
        principal::{PrincipalError, Profile},
        state::certificate_value,
    },
    problem::{Phrase, Report, alone as report},
    register::{Clock as _, Draft},
    signing::{
        CertificateAuthority, Random,
        certificate::Certificate,
        chain::{Purpose, verify_chain},
    },
    template::wording_scan,
};

/// Most characters of a person's name.
const NAME_LIMIT: usize = 40;

type Reports<T> = Result<T, Vec<Report>>;

impl Office {
    /// Enrols an operator: key, certificate, register entry.
    ///
    /// # Errors
    /// [`ActorError::Role`], [`FoundingError`], [`OfficeError`].
    #[expect(clippy::too_many_arguments, reason = "each is a separate thing an enrolment needs")]
    pub fn enrol(
        &mut self,
        enrolment: Enrolment<'_>,
        name: Option<&str>,
        key: NewKey<'_>,
        actor: &Actor,
        credentials: &Credentials,
        ask: &Ask<'_>,
        random: &mut dyn Random,
    ) -> Reports<()> {
        actor.require(Role::Administrator).map_err(report)?;
        let id = enrolment.id;
        if name.is_some_and(|name| !stands_on_pages(name)) {
            return Err(report(FoundingError::Name));
        }
        if self.state().operators.contains_key(id) {
            return Err(report(FoundingError::IdTaken { id: id.to_owned() }));
        }
        if is_id(id) {
            // Nobody was enrolled under this id: files of that name are leftovers of a cut-off try.
            let paths = self.paths();
            let kept =
                [paths.operator_key(id), paths.operator_token(id), paths.operator_certificate(id)];
            for path in kept {
                if path.is_file() {
                    std::fs::remove_file(&path)
                        .map_err(durable::at(&path))
                        .map_err(|source| report(FoundingError::File { source }))?;
                }
            }
        }
        let ca = self.service(Service::CertificateAuthority, credentials, ask).map_err(report)?;
        let authority = CertificateAuthority::from_credential(ca)
            .map_err(|source| report(FoundingError::Authority { source }))?;
        let organisation = self.settings().agency.name.clone();
        let clock = *self.clock();
        let (operator, _) = enrolment
            .issue(&authority, &organisation, key, self.paths(), &clock, random)
            .map_err(report)?;
        if let Some(name) = name {
            durable::replace(&self.paths().operator_name(id), name.as_bytes())
                .map_err(|source| report(FoundingError::File { source }))?;
        }
        let roles: Vec<&str> = enrolment.roles.iter().map(|role| role.name()).collect();
        let draft = Draft::new(journal::OPERATOR_ENROLLED, id)
            .with("operator", id)
            .with("roles", roles)
            .with("certificate", certificate_value(&operator.certificate));
        self.append(draft, actor).map_err(report)?;
        Ok(())
    }

    /// Revokes an operator from now on.
    ///
    /// # Errors
    /// [`ActorError`], [`OfficeError`].
    pub fn revoke(&mut self, id: &str, actor: &Actor) -> Reports<()> {
        actor.require(Role::Administrator).map_err(report)?;
        let shown = || if is_id(id) { id.to_owned() } else { "?".to_owned() };
        match self.state().operators.get(id) {
            None => return Err(report(ActorError::Unknown { id: shown() })),
            Some(known) if known.revoked_at.is_some() => {
                return Err(report(ActorError::Revoked { id: shown() }));
            }
            Some(_) => {}
        }
        let draft = Draft::new(journal::OPERATOR_REVOKED, id).with("operator", id);
        self.append(draft, actor).map_err(report)?;
        Ok(())
    }

    /// Pins a principal's certificate, whose fingerprint was confirmed outside this system.
    ///
    /// # Errors
    /// [`PrincipalError::Fingerprint`], [`PrincipalError::AgencySide`], [`ActorError::Role`],
    /// [`OfficeError`].
    pub fn pin(
        &mut self,
        id: &str,
        certificate: &Certificate,
        fingerprint: &Digest,
        actor: &Actor,
    ) -> Reports<()> {
        actor.require(Role::Administrator).map_err(report)?;
        if !is_id(id) {
            return Err(report(FoundingError::Id));
        }
        if self.state().principals.contains_key(id) {
            return Err(report(FoundingError::IdTaken { id: id.to_owned() }));
        }
        if certificate.fingerprint() != *fingerprint {
            return Err(report(PrincipalError::Fingerprint));
        }
        if self.is_agency_side(certificate) {
            return Err(report(PrincipalError::AgencySide));
        }
        let draft = Draft::new(journal::PRINCIPAL_PINNED, id)
            .with("fingerprint", fingerprint.to_string())
            .with("certificate", certificate_value(certificate));
        self.append(draft, actor).map_err(report)?;
        Ok(())
    }

    /// Whether `certificate` is of the office's authority, or holds a key of the agency's people.
    fn is_agency_side(&self, certificate: &Certificate) -> bool {
        let authority = &self.state().authority;
        let own = self.state().operators.values().map(|operator| &operator.certificate);
        let key = certificate.public_key_der().ok();
        let shared = own.chain([authority]).any(|one| one.public_key_der().ok() == key);
        let at = self.now().to_utc();
        shared
            || verify_chain(certificate, &[], &self.state().agency_anchors(), at, Purpose::Sign)
                .is_ok()
    }

    /// Takes in a profile that the principal signed.
    ///
    /// # Errors
    /// [`PrincipalError`], [`ActorError::Role`], [`OfficeError`].
    pub fn take_profile(&mut self, id: &str, signed: &[u8], actor: &Actor) -> Reports<Profile> {
        actor.require(Role::Administrator).map_err(report)?;
        let shown = || if is_id(id) { id.to_owned() } else { "?".to_owned() };
        let principal = self.state().principals.get(id);
        let principal = principal.ok_or_else(|| report(PrincipalError::Unknown { id: shown() }))?;
        let now = self.clock().now();
        let (profile, signed_at) =
            open_dated_profile(signed, &principal.certificate, Some(now)).map_err(report)?;
        if profile.id != id {
            return Err(report(PrincipalError::Member {
                member: "id",
                expected: Phrase(
                    "the id under which the principal is pinned here",
                    "应为该委托方在本办公室的编号",
                ),
            }));
        }
        // An older profile would bring back what the principal changed since.
        let current = principal.profile.and_then(|object| self.object(&object).ok());
        let current =
            current.and_then(|bytes| open_dated_profile(&bytes, &principal.certificate, None).ok());
        if current.is_some_and(|(_, in_force)| signed_at < in_force) {
            return Err(report(PrincipalError::Older));
        }
        let object = self
            .archive()
            .put(signed)
            .map_err(|source| report(OfficeError::from(source)))?
            .digest();
        let draft = Draft::new(journal::PRINCIPAL_PROFILE, id)
            .with("object", object.to_string())
            .with("mandate_until", profile.mandate.until.to_string());
        self.append(draft, actor).map_err(report)?;
        Ok(profile)
    }

    /// Name of an operator as letters print it; the id where none was given, or one that no page
    /// may bear.
    #[must_use]
    pub fn operator_name(&self, id: &str) -> String {
        let path: &Path = &self.paths().operator_name(id);
        let name = durable::read(path, 256).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        name.map(|name| name.trim().to_owned())
            .filter(|n| stands_on_pages(n))
            .unwrap_or(id.to_owned())
    }
}

/// Whether a person's name may stand on a page: one line that poses as no organ.
fn stands_on_pages(name: &str) -> bool {
    !name.trim().is_empty()
        && name.chars().count() <= NAME_LIMIT
        && !name.chars().any(char::is_control)
        && wording_scan::scan_name(name).findings.is_empty()
}
