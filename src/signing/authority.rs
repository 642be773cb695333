//! The office's own certificate authority, and a principal's self-made one.
//!
//! Issues operator certificates (CN = operator id, O = agency, OU = each role) and timestamping
//! certificates, signed by ECDSA P-256. Refuses to issue past its own end. Operator certificates
//! carry no extended key usage, so that `openssl cms -verify` accepts them for signing.
//! Source: RFC 5280, RFC 3161 section 2.3.

use chrono::{DateTime, Months, Utc};
use der::{
    Decode, Encode,
    asn1::{Any, ObjectIdentifier, SetOfVec, Utf8StringRef},
};
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::{
    attr::AttributeTypeAndValue,
    builder::{Builder, CertificateBuilder, profile::BuilderProfile},
    ext::{
        Extension, ToExtension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
            SubjectKeyIdentifier,
        },
    },
    name::{Name, RdnSequence},
    serial_number::SerialNumber,
    time::Time,
};

use super::{
    certificate::Certificate,
    key::{KeyPair, PublicKey},
    oid,
    random::{self, Random},
    signer::{Credential, Signer, SigningError},
};

crate::problems! {
    /// Why a certificate was not issued.
    pub enum AuthorityError {
        /// The certificate would be valid when its authority is not.
        Outlives { until: String } = "CH-K020", Refusal,
            "the certificate would be valid outside its authority's own validity, which ends {until}" => "choose a shorter validity or renew the authority",
            "证书有效期超出签发机构自身的有效期（至 {until}）" => "请缩短有效期，或先更新签发机构";
        /// The validity ends before it begins, or a date cannot be written.
        Validity = "CH-K021", Input,
            "the validity ends before it begins or reaches past the year 9999" => "give a later end",
            "有效期的起止时间有误" => "请给出晚于起始的结束时间";
        /// The name is empty, or longer than X.509 allows.
        Name = "CH-K022", Input,
            "a certificate's name must have 1 to 64 characters" => "shorten the name",
            "证书名称须为 1 至 64 个字符" => "请缩短名称";
        /// The certificate is not an authority's.
        NotAnAuthority = "CH-K023", Input,
            "the certificate is not that of an authority" => "give the authority's certificate",
            "该证书不是签发机构证书" => "请提供签发机构的证书";
        /// Signing failed.
        Signing { source: SigningError } = "CH-K024", Fault,
            "the certificate could not be signed: {source}" => "see the cause and try again",
            "无法签署证书：{source}" => "请排除原因后重试";
    }
}

impl From<SigningError> for AuthorityError {
    fn from(source: SigningError) -> Self {
        Self::Signing { source }
    }
}

/// Who a certificate is for.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Common name: an operator's id, or an authority's name.
    pub common_name: String,
    /// Organisation: the agency or principal.
    pub organisation: String,
    /// Organisational units: one for each role.
    pub units: Vec<String>,
}

impl Subject {
    /// A subject without units.
    pub fn new(common_name: impl Into<String>, organisation: impl Into<String>) -> Self {
        Self {
            common_name: common_name.into(),
            organisation: organisation.into(),
            units: Vec::new(),
        }
    }

    fn name(&self) -> Result<Name, AuthorityError> {
        let parts = [(oid::ORGANISATION, &self.organisation)]
            .into_iter()
            .chain(self.units.iter().map(|unit| (oid::UNIT, unit)))
            .chain([(oid::COMMON_NAME, &self.common_name)]);
        let mut sequence = RdnSequence::default();
        for (kind, text) in parts {
            // The upper bound of RFC 5280, appendix A, counts characters.
            if !(1..=64).contains(&text.chars().count()) || text.chars().any(char::is_control) {
                return Err(AuthorityError::Name);
            }
            sequence.push(attribute(kind, text).map_err(encoding)?.into());
        }
        Name::from_der(&sequence.to_der().map_err(encoding)?).map_err(encoding)
    }
}

/// When a certificate is valid: from the first second to the last, both included.
#[derive(Clone, Copy, Debug)]
pub struct Validity {
    /// First second.
    pub from: DateTime<Utc>,
    /// Last second.
    pub until: DateTime<Utc>,
}

impl Validity {
    /// `years` calendar years from `from`.
    #[must_use]
    pub fn years(from: DateTime<Utc>, years: u8) -> Self {
        let until = from.checked_add_months(Months::new(12 * u32::from(years)));
        Self { from, until: until.unwrap_or(DateTime::<Utc>::MAX_UTC) }
    }
}

/// An authority: its key and self-signed certificate.
#[derive(Clone, Debug)]
pub struct CertificateAuthority {
    credential: Credential,
}

impl CertificateAuthority {
    /// Makes an authority with a new key and a self-signed certificate; below it stand signers
    /// only, no further authorities.
    ///
    /// # Errors
    /// [`AuthorityError::Name`], [`AuthorityError::Validity`], [`AuthorityError::Signing`].
    pub fn create(
        subject: &Subject,
        validity: Validity,
        random: &mut dyn Random,
    ) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate(random)?;
        let name = subject.name()?;
        let public = key.public();
        let certificate =
            issue(&key, &public, name.clone(), name, Kind::Authority, validity, random)?;
        Ok(Self { credential: Credential::new(key, certificate)? })
    }

    /// Takes up an authority from its kept key and certificate.
    ///
    /// # Errors
    /// [`AuthorityError::NotAnAuthority`].
    pub fn from_credential(credential: Credential) -> Result<Self, AuthorityError> {
        let is_authority =
            credential.certificate().basic_constraints().is_some_and(|(authority, _)| authority);
        if is_authority { Ok(Self { credential }) } else { Err(AuthorityError::NotAnAuthority) }
    }

    /// The authority's certificate: what others take as their anchor.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        self.credential.certificate()
    }

    /// The authority's key and certificate, to be kept encrypted.
    #[must_use]
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Issues a certificate for signing documents and entries.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn issue_signer(
        &self,
        key: &PublicKey,
        subject: &Subject,
        validity: Validity,
        random: &mut dyn Random,
    ) -> Result<Certificate, AuthorityError> {
        self.issue(key, subject, Kind::Signer, validity, random)
    }

    /// Issues a certificate for signing timestamps: its sole and critical purpose.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn issue_timestamping(
        &self,
        key: &PublicKey,
        subject: &Subject,
        validity: Validity,
        random: &mut dyn Random,
    ) -> Result<Certificate, AuthorityError> {
        self.issue(key, subject, Kind::Timestamping, validity, random)
    }

    /// An authority by a certificate that is none: a named defect.
    #[cfg(test)]
    pub(crate) const fn unchecked(credential: Credential) -> Self {
        Self { credential }
    }

    /// An authority below this one, against its own path length: a named defect.
    #[cfg(test)]
    pub(crate) fn issue_authority(
        &self,
        key: &PublicKey,
        subject: &Subject,
        validity: Validity,
        random: &mut dyn Random,
    ) -> Result<Certificate, AuthorityError> {
        self.issue(key, subject, Kind::Authority, validity, random)
    }

    fn issue(
        &self,
        key: &PublicKey,
        subject: &Subject,
        kind: Kind,
        validity: Validity,
        random: &mut dyn Random,
    ) -> Result<Certificate, AuthorityError> {
        let own = self.certificate();
        if !own.is_valid_at(validity.from) || !own.is_valid_at(validity.until) {
            return Err(AuthorityError::Outlives { until: own.not_after().to_rfc3339() });
        }
        let issuer = own.subject().clone();
        issue(self.credential.key(), key, subject.name()?, issuer, kind, validity, random)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Authority,
    Signer,
    Timestamping,
}

struct IssueProfile {
    subject: Name,
    issuer: Name,
    kind: Kind,
}

impl BuilderProfile for IssueProfile {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        key: spki::SubjectPublicKeyInfoRef<'_>,
        issuer_key: spki::SubjectPublicKeyInfoRef<'_>,
        _: &x509_cert::TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let is_authority = matches!(self.kind, Kind::Authority);
        let constraints =
            BasicConstraints { ca: is_authority, path_len_constraint: is_authority.then_some(0) };
        let usage = match self.kind {
            Kind::Authority => KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign),
            Kind::Signer => KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation),
            Kind::Timestamping => KeyUsage(KeyUsages::DigitalSignature.into()),
        };
        let subject_key = SubjectKeyIdentifier::try_from(key)?;
        let authority_key = AuthorityKeyIdentifier::try_from(issuer_key)?;
        let none: &[Extension] = &[];
        let mut extensions = vec![
            (true, &constraints).to_extension(&self.subject, none)?,
            (true, &usage).to_extension(&self.subject, none)?,
            (false, &subject_key).to_extension(&self.subject, none)?,
            (false, &authority_key).to_extension(&self.subject, none)?,
        ];
        if matches!(self.kind, Kind::Timestamping) {
            let purpose = ExtendedKeyUsage(vec![oid::TIME_STAMPING]);
            extensions.push((true, &purpose).to_extension(&self.subject, none)?);
        }
        Ok(extensions)
    }
}

fn issue(
    signer: &KeyPair,
    key: &PublicKey,
    subject: Name,
    issuer: Name,
    kind: Kind,
    validity: Validity,
    random: &mut dyn Random,
) -> Result<Certificate, AuthorityError> {
    if validity.until <= validity.from {
        return Err(AuthorityError::Validity);
    }
    let validity = x509_cert::time::Validity::new(time(validity.from)?, time(validity.until)?);
    // 128 random bits, positive and never zero.
    let mut serial = random::array::<17>(random)?;
    if let Some(first) = serial.first_mut() {
        *first = 1;
    }
    let build = || -> x509_cert::builder::Result<Vec<u8>> {
        let builder = CertificateBuilder::new(
            IssueProfile { subject, issuer, kind },
            SerialNumber::new(&serial)?,
            validity,
            SubjectPublicKeyInfoOwned::from_der(key.as_der())?,
        )?;
        let certificate = builder.build::<_, p256::ecdsa::DerSignature>(signer.signing_key())?;
        Ok(certificate.to_der()?)
    };
    let der = build().map_err(|_| SigningError::Encoding)?;
    Certificate::from_der(&der).map_err(|_| SigningError::Encoding.into())
}

/// A time as X.509 and CMS write it: `UTCTime` until 2049, `GeneralizedTime` after, in seconds.
pub(super) fn time(at: DateTime<Utc>) -> Result<Time, AuthorityError> {
    u64::try_from(at.timestamp())
        .ok()
        .and_then(|seconds| {
            der::DateTime::from_unix_duration(std::time::Duration::from_secs(seconds)).ok()
        })
        .map(Time::from)
        .ok_or(AuthorityError::Validity)
}

fn attribute(kind: ObjectIdentifier, text: &str) -> der::Result<SetOfVec<AttributeTypeAndValue>> {
    let value = Any::encode_from(&Utf8StringRef::new(text)?)?;
    SetOfVec::from_iter([AttributeTypeAndValue { oid: kind, value }])
}

fn encoding(_: der::Error) -> AuthorityError {
    SigningError::Encoding.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::testing::{at, sample_authority, seeded};

    #[test]
    fn nothing_is_issued_past_the_authoritys_own_end() {
        let authority = sample_authority();
        let key = KeyPair::generate(&mut seeded(5)).unwrap().public();
        let subject = Subject::new("op-9", "示例清收服务有限公司");
        let late = Validity { from: at("2026-01-01T00:00:00Z"), until: at("2090-01-01T00:00:00Z") };
        assert!(matches!(
            authority.issue_signer(&key, &subject, late, &mut seeded(6)),
            Err(AuthorityError::Outlives { .. })
        ));
        let backwards =
            Validity { from: at("2026-01-02T00:00:00Z"), until: at("2026-01-01T00:00:00Z") };
        assert!(matches!(
            authority.issue_signer(&key, &subject, backwards, &mut seeded(6)),
            Err(AuthorityError::Validity)
        ));
    }

    #[test]
    fn names_are_bounded_and_hold_no_control_characters() {
        let validity = Validity::years(at("2026-01-01T00:00:00Z"), 1);
        for name in ["", "a\nb", &"长".repeat(65)] {
            assert!(matches!(
                CertificateAuthority::create(&Subject::new(name, "机构"), validity, &mut seeded(1)),
                Err(AuthorityError::Name)
            ));
        }
        assert!(
            CertificateAuthority::create(
                &Subject::new("长".repeat(64), "机构"),
                validity,
                &mut seeded(1)
            )
            .is_ok()
        );
    }

    #[test]
    fn a_signers_certificate_makes_no_authority() {
        let authority = sample_authority();
        let signer = crate::signing::testing::operator(&authority, "op-1");
        assert!(matches!(
            CertificateAuthority::from_credential(signer),
            Err(AuthorityError::NotAnAuthority)
        ));
        assert!(CertificateAuthority::from_credential(authority.credential().clone()).is_ok());
    }

    #[test]
    fn serial_numbers_differ_and_have_128_random_bits() {
        let authority = sample_authority();
        let first = crate::signing::testing::operator(&authority, "op-1");
        let second = crate::signing::testing::operator(&authority, "op-2");
        assert_ne!(first.certificate().serial(), second.certificate().serial());
        assert_eq!(first.certificate().serial().len(), 34);
    }
}
