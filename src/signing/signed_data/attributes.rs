//! Signed attributes, and how a signature names its certificate.
//!
//! Source: RFC 5652 section 11, RFC 5035 section 3, RFC 2634 section 5.4.

use der::{
    Any, Decode, Encode, Sequence, SliceReader,
    asn1::{ObjectIdentifier, OctetString, SetOfVec},
};
use sha1::Sha1;
use sha2::Digest as _;
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attribute;

use super::{SignatureError, all};
use crate::signing::{algorithm::DigestAlgorithm, certificate::Certificate, oid};

/// The attributes of one signer.
#[derive(Clone)]
pub(super) struct SignedAttributes(Vec<Attribute>);

impl SignedAttributes {
    /// Reads the content octets of the set.
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        all(&mut SliceReader::new(octets).ok()?).map(Self).ok()
    }

    /// The single value of an attribute that stands once or not at all.
    fn value(&self, kind: ObjectIdentifier) -> Result<Option<&Any>, SignatureError> {
        let mut found = self.0.iter().filter(|attribute| attribute.oid == kind);
        let Some(attribute) = found.next() else { return Ok(None) };
        match (attribute.values.as_slice(), found.next()) {
            ([value], None) => Ok(Some(value)),
            _ => Err(SignatureError::Attributes),
        }
    }

    /// That value, read as `T`.
    pub(super) fn one<T>(&self, kind: ObjectIdentifier) -> Result<Option<T>, SignatureError>
    where
        T: for<'a> Decode<'a>,
    {
        let Some(value) = self.value(kind)? else { return Ok(None) };
        let der = value.to_der().map_err(|_| SignatureError::Attributes)?;
        T::from_der(&der).map(Some).map_err(|_| SignatureError::Attributes)
    }

    /// The signature must name its certificate by digest, in either form or both; the first
    /// entry is the signer's.
    pub(super) fn check_signing_certificate(
        &self,
        certificate: &Certificate,
    ) -> Result<(), SignatureError> {
        let second = self.one::<SigningCertificateV2>(oid::SIGNING_CERTIFICATE_V2)?;
        let first = self.one::<SigningCertificate>(oid::SIGNING_CERTIFICATE)?;
        if second.is_none() && first.is_none() {
            return Err(SignatureError::Attributes);
        }
        if let Some(second) = second {
            let named = second.certs.first().ok_or(SignatureError::Attributes)?;
            let digest = match &named.hash_algorithm {
                Some(algorithm) => DigestAlgorithm::read(algorithm),
                None => Some(DigestAlgorithm::Sha256),
            }
            .ok_or(SignatureError::Algorithm)?;
            if digest.digest(certificate.as_der()) != named.cert_hash.as_bytes() {
                return Err(SignatureError::OtherCertificate);
            }
        }
        if let Some(first) = first {
            let named = first.certs.first().ok_or(SignatureError::Attributes)?;
            if Sha1::digest(certificate.as_der()).as_slice() != named.cert_hash.as_bytes() {
                return Err(SignatureError::OtherCertificate);
            }
        }
        Ok(())
    }

    /// The set in DER, whatever the order it came in.
    pub(super) fn sorted(&self) -> Option<Vec<u8>> {
        SetOfVec::try_from(self.0.clone()).and_then(|set| set.to_der()).ok()
    }

    /// Whether the second, SHA-2 form is there: CAdES asks for it.
    pub(super) fn has_second_form(&self) -> bool {
        self.0.iter().any(|attribute| attribute.oid == oid::SIGNING_CERTIFICATE_V2)
    }
}

/// RFC 5035, section 3.
#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
pub(super) struct SigningCertificateV2 {
    pub(super) certs: Vec<EssCertIdV2>,
    #[asn1(optional = "true")]
    pub(super) policies: Option<Any>,
}

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
pub(super) struct EssCertIdV2 {
    /// SHA-256 if absent.
    #[asn1(optional = "true")]
    pub(super) hash_algorithm: Option<AlgorithmIdentifierOwned>,
    pub(super) cert_hash: OctetString,
    #[asn1(optional = "true")]
    pub(super) issuer_serial: Option<Any>,
}

/// RFC 2634, section 5.4: the older form, with SHA-1.
#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
struct SigningCertificate {
    certs: Vec<EssCertId>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
struct EssCertId {
    cert_hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}
