//! X.509 certificates, kept as the bytes they came in.
//!
//! Owns reading and naming; whether one is trusted is [`super::chain`]'s to say. The fingerprint
//! is SHA-256 over the DER, as `openssl x509 -fingerprint -sha256` prints it.
//! Source: RFC 5280.

use std::{fmt, ops::Range, sync::Arc};

use chrono::{DateTime, Utc};
use der::{
    Decode, Encode, Reader, SliceReader,
    asn1::{ObjectIdentifier, Utf8StringRef},
    pem::LineEnding,
    referenced::OwnedToRef,
};
use p256::ecdsa::signature::Verifier;
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::{
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage},
    name::Name,
    time::Time,
};

use super::{algorithm, known, links, oid, signer::SignatureBytes};
use crate::digest::Digest;

crate::problems! {
    /// Why bytes are not a usable certificate, or a signature not its owner's.
    pub enum CertificateError {
        /// Not one DER certificate, or something follows it.
        NotACertificate = "CH-K012", Input,
            "not an X.509 certificate" => "give one certificate in PEM or DER",
            "不是 X.509 证书" => "请提供一份 PEM 或 DER 证书";
        /// The signature is not the certificate owner's over that message.
        BadSignature = "CH-K013", Finding,
            "the signature does not verify under the certificate" => "treat what was signed as altered until its origin is found",
            "签名与证书不符" => "在查明来源前，请将签名内容视为已被改动";
    }
}

/// A certificate, kept as DER.
#[derive(Clone)]
pub struct Certificate {
    der: Arc<[u8]>,
    signed: Range<usize>,
    parsed: Arc<x509_cert::Certificate>,
}

impl Certificate {
    /// Reads one DER certificate with nothing after it.
    ///
    /// # Errors
    /// [`CertificateError::NotACertificate`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        known::certificate(der, || Self::read(der)).map_err(|_| CertificateError::NotACertificate)
    }

    fn read(der: &[u8]) -> der::Result<Self> {
        let parsed = x509_cert::Certificate::from_der(der)?;
        // What the issuer signed are the bytes as they came, not an encoding of ours.
        let mut reader = SliceReader::new(der)?;
        let signed = reader.sequence(|reader| -> der::Result<Range<usize>> {
            let start = usize::try_from(reader.position())?;
            reader.tlv_bytes()?;
            let end = usize::try_from(reader.position())?;
            reader.drain(reader.remaining_len())?;
            Ok(start..end)
        })?;
        Ok(Self { der: der.into(), signed, parsed: Arc::new(parsed) })
    }

    /// Reads one PEM certificate.
    ///
    /// # Errors
    /// [`CertificateError::NotACertificate`].
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let (label, der) = der::pem::decode_vec(pem.trim().as_bytes())
            .map_err(|_| CertificateError::NotACertificate)?;
        if label != "CERTIFICATE" {
            return Err(CertificateError::NotACertificate);
        }
        Self::from_der(&der)
    }

    /// The certificate in PEM, with line feeds.
    #[must_use]
    pub fn to_pem(&self) -> String {
        // Encoding bytes under a fixed, valid label cannot fail.
        der::pem::encode_string("CERTIFICATE", LineEnding::LF, &self.der).unwrap_or_default()
    }

    /// The bytes as they came.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 over the DER.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.der)
    }

    /// The subject's common name; an operator's id in certificates of the office's authority.
    #[must_use]
    pub fn common_name(&self) -> Option<String> {
        text_of(self.subject(), oid::COMMON_NAME).into_iter().next()
    }

    /// The subject's organisation.
    #[must_use]
    pub fn organisation(&self) -> Option<String> {
        text_of(self.subject(), oid::ORGANISATION).into_iter().next()
    }

    /// The subject's organisational units; the roles in certificates of the office's authority.
    #[must_use]
    pub fn roles(&self) -> Vec<String> {
        text_of(self.subject(), oid::UNIT)
    }

    /// The issuer's common name.
    #[must_use]
    pub fn issuer_common_name(&self) -> Option<String> {
        text_of(self.issuer(), oid::COMMON_NAME).into_iter().next()
    }

    /// The serial number in lower-case hexadecimal, without leading zeros.
    #[must_use]
    pub fn serial(&self) -> String {
        hex::encode(self.parsed.tbs_certificate().serial_number().as_bytes())
    }

    /// First second of validity.
    #[must_use]
    pub fn not_before(&self) -> DateTime<Utc> {
        moment(self.parsed.tbs_certificate().validity().not_before)
    }

    /// Last second of validity.
    #[must_use]
    pub fn not_after(&self) -> DateTime<Utc> {
        moment(self.parsed.tbs_certificate().validity().not_after)
    }

    /// Whether `at` lies within the validity, both ends included.
    #[must_use]
    pub fn is_valid_at(&self, at: DateTime<Utc>) -> bool {
        // The fields count whole seconds: the last one ends when the next begins.
        (self.not_before().timestamp()..=self.not_after().timestamp()).contains(&at.timestamp())
    }

    /// Verifies an own signature: ECDSA P-256 with SHA-256, `r` and `s`, `s` in the lower half.
    ///
    /// # Errors
    /// [`CertificateError::BadSignature`], also for a key that is not P-256.
    pub fn verify(
        &self,
        message: &[u8],
        signature: &SignatureBytes,
    ) -> Result<(), CertificateError> {
        let verify = || -> Option<()> {
            let key = p256::ecdsa::VerifyingKey::try_from(self.public_key().owned_to_ref()).ok()?;
            let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
            // The mirrored form with high s verifies too; only one form may be valid.
            (signature.normalize_s() == signature).then_some(())?;
            key.verify(message, &signature).ok()
        };
        verify().ok_or(CertificateError::BadSignature)
    }

    /// The subject's `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// [`CertificateError::NotACertificate`] if it cannot be encoded again.
    pub fn public_key_der(&self) -> Result<Vec<u8>, CertificateError> {
        self.public_key().to_der().map_err(|_| CertificateError::NotACertificate)
    }

    /// Whether issuer and subject carry the same name.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer() == self.subject()
    }

    /// The basic constraints as (is an authority, greatest number of authorities below it), if
    /// present and readable.
    #[must_use]
    pub fn basic_constraints(&self) -> Option<(bool, Option<u8>)> {
        let (_, constraints) =
            self.parsed.tbs_certificate().get_extension::<BasicConstraints>().ok()??;
        Some((constraints.ca, constraints.path_len_constraint))
    }

    /// What the key may do; `None` if the certificate does not say.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        Some(self.parsed.tbs_certificate().get_extension::<KeyUsage>().ok()??.1)
    }

    /// The extended key usages as (critical, identifiers); `None` if the certificate has none.
    #[must_use]
    pub fn extended_key_usage(&self) -> Option<(bool, Vec<ObjectIdentifier>)> {
        let (critical, usage) =
            self.parsed.tbs_certificate().get_extension::<ExtendedKeyUsage>().ok()??;
        Some((critical, usage.0))
    }

    pub(super) fn subject(&self) -> &Name {
        self.parsed.tbs_certificate().subject()
    }

    pub(super) fn issuer(&self) -> &Name {
        self.parsed.tbs_certificate().issuer()
    }

    pub(super) fn parsed(&self) -> &x509_cert::Certificate {
        &self.parsed
    }

    pub(super) fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        self.parsed.tbs_certificate().subject_public_key_info()
    }

    pub(super) fn is_p256(&self) -> bool {
        p256::ecdsa::VerifyingKey::try_from(self.public_key().owned_to_ref()).is_ok()
    }

    /// Whether `issuer` signed this certificate. A link that was proved is not proved again.
    pub(super) fn is_signed_by(&self, issuer: &Self) -> bool {
        self.issuer() == issuer.subject()
            && links::proved(&self.der, &issuer.der, || self.proves_signed_by(issuer))
    }

    fn proves_signed_by(&self, issuer: &Self) -> bool {
        let outer = self.parsed.signature_algorithm();
        outer == self.parsed.tbs_certificate().signature()
            && self.der.get(self.signed.clone()).is_some_and(|signed| {
                self.parsed.signature().as_bytes().is_some_and(|signature| {
                    algorithm::verifies(issuer.public_key(), outer, None, signed, signature)
                })
            })
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Certificate({:?})", self.fingerprint())
    }
}

/// A certificate's time as chrono has it.
pub(super) fn moment(time: Time) -> DateTime<Utc> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn text_of(name: &Name, kind: ObjectIdentifier) -> Vec<String> {
    name.iter()
        .filter(|part| part.oid == kind)
        .filter_map(|part| {
            let text = match der::Tagged::tag(&part.value) {
                der::Tag::Utf8String => part.value.decode_as::<Utf8StringRef<'_>>().ok()?.as_str(),
                der::Tag::PrintableString => {
                    part.value.decode_as::<der::asn1::PrintableStringRef<'_>>().ok()?.as_str()
                }
                _ => return None,
            };
            Some(text.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::{
        signer::Signer,
        testing::{at, operator, sample_authority},
    };
    use proptest::prelude::*;

    #[test]
    fn an_operators_certificate_names_operator_agency_and_roles() {
        let authority = sample_authority();
        let certificate = operator(&authority, "op-007").certificate().clone();
        assert_eq!(certificate.common_name().as_deref(), Some("op-007"));
        assert_eq!(certificate.organisation().as_deref(), Some("示例清收服务有限公司"));
        assert_eq!(certificate.roles(), ["clerk", "archivist"]);
        assert_eq!(certificate.issuer_common_name(), authority.certificate().common_name());
        assert_eq!(certificate.basic_constraints(), Some((false, None)));
        assert!(certificate.key_usage().unwrap().digital_signature());
        assert_eq!(certificate.extended_key_usage(), None);
    }

    #[test]
    fn pem_and_der_give_the_same_certificate() {
        let certificate = sample_authority().certificate().clone();
        assert_eq!(Certificate::from_pem(&certificate.to_pem()).unwrap(), certificate);
        assert_eq!(Certificate::from_der(certificate.as_der()).unwrap(), certificate);
        let mut longer = certificate.as_der().to_vec();
        longer.push(0);
        assert!(Certificate::from_der(&longer).is_err());
        assert!(Certificate::from_pem(&certificate.to_pem().replace("CERT", "CART")).is_err());
    }

    #[test]
    fn validity_includes_the_whole_of_its_last_second() {
        let certificate = sample_authority().certificate().clone();
        let end = certificate.not_after();
        assert!(certificate.is_valid_at(end + chrono::TimeDelta::milliseconds(900)));
        assert!(!certificate.is_valid_at(end + chrono::TimeDelta::seconds(1)));
        assert!(!certificate.is_valid_at(at("2019-12-31T23:59:59Z")));
    }

    proptest! {
        #[test]
        fn reading_any_bytes_does_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Certificate::from_der(&bytes);
        }
    }
}
