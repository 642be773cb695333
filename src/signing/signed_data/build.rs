//! Making a `SignedData` with one signer, in DER.
//!
//! Source: RFC 5652, EN 319 122-1 section 5 (the attributes of CAdES-BES).

use chrono::{DateTime, Utc};
use cms::{
    cert::IssuerAndSerialNumber,
    content_info::{CmsVersion, ContentInfo},
    signed_data::{EncapsulatedContentInfo, SignerIdentifier, SignerInfo},
};
use der::{
    Any, Decode, Encode, Sequence,
    asn1::{ObjectIdentifier, OctetString, SetOfVec},
};
use spki::AlgorithmIdentifierOwned;
use x509_cert::{attr::Attribute, time::Time};

use super::{
    Content,
    attributes::{EssCertIdV2, SigningCertificateV2},
};
use crate::{
    digest::Digest,
    signing::{
        algorithm::identifier,
        authority,
        certificate::Certificate,
        oid,
        signer::{self, Signer, SigningError},
    },
};

fn sha256() -> AlgorithmIdentifierOwned {
    identifier(oid::SHA256)
}

#[derive(Sequence)]
struct SignedDataOut {
    version: CmsVersion,
    digest_algorithms: SetOfVec<AlgorithmIdentifierOwned>,
    content: EncapsulatedContentInfo,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    certificates: SetOfVec<Any>,
    signer_infos: SetOfVec<SignerInfo>,
}

/// What is to be signed.
pub(in crate::signing) struct Draft<'a> {
    pub(in crate::signing) content_type: ObjectIdentifier,
    pub(in crate::signing) content: Content<'a>,
    pub(in crate::signing) signing_time: DateTime<Utc>,
    /// Certificates to include besides the signer's.
    pub(in crate::signing) chain: &'a [Certificate],
}

/// Signs a draft: DER of a `ContentInfo`, with content-type, message-digest, signing-time and
/// signing-certificate-v2 as signed attributes.
pub(in crate::signing) fn sign(
    draft: &Draft<'_>,
    signer: &dyn Signer,
) -> Result<Vec<u8>, SigningError> {
    let encoding = |_: der::Error| SigningError::Encoding;
    let certificate = signer.certificate();
    if !certificate.is_p256() {
        return Err(SigningError::NotP256);
    }
    let time = authority::time(draft.signing_time).map_err(|_| SigningError::Encoding)?;
    let attributes = attributes(draft, certificate, time).map_err(encoding)?;
    let octets = attributes.to_der().map_err(encoding)?;
    let signature = signer::der_signature(&signer.sign(&octets)?)?;
    assemble(draft, certificate, attributes, signature).map_err(encoding)
}

fn attributes(
    draft: &Draft<'_>,
    certificate: &Certificate,
    time: Time,
) -> der::Result<SetOfVec<Attribute>> {
    let digest = match draft.content {
        Content::Detached(digest) => *digest,
        Content::Bytes(bytes) => Digest::of(bytes),
    };
    let named = SigningCertificateV2 {
        certs: vec![EssCertIdV2 {
            hash_algorithm: None,
            cert_hash: OctetString::new(certificate.fingerprint().as_bytes().as_slice())?,
            issuer_serial: None,
        }],
        policies: None,
    };
    let attribute = |oid, value: Any| -> der::Result<Attribute> {
        Ok(Attribute { oid, values: SetOfVec::from_iter([value])? })
    };
    let time = Any::from_der(&time.to_der()?)?;
    let digest = OctetString::new(digest.as_bytes().as_slice())?;
    SetOfVec::from_iter([
        attribute(oid::CONTENT_TYPE, Any::encode_from(&draft.content_type)?)?,
        attribute(oid::MESSAGE_DIGEST, Any::encode_from(&digest)?)?,
        attribute(oid::SIGNING_TIME, time)?,
        attribute(oid::SIGNING_CERTIFICATE_V2, Any::encode_from(&named)?)?,
    ])
}

fn assemble(
    draft: &Draft<'_>,
    certificate: &Certificate,
    attributes: SetOfVec<Attribute>,
    signature: Vec<u8>,
) -> der::Result<Vec<u8>> {
    let tbs = certificate.parsed().tbs_certificate();
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: tbs.issuer().clone(),
            serial_number: tbs.serial_number().clone(),
        }),
        digest_alg: sha256(),
        signed_attrs: Some(attributes),
        signature_algorithm: identifier(oid::ECDSA_SHA256),
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let content = match draft.content {
        Content::Detached(_) => None,
        Content::Bytes(bytes) => Some(Any::encode_from(&OctetString::new(bytes)?)?),
    };
    let mut certificates = vec![certificate];
    for other in draft.chain {
        if !certificates.contains(&other) {
            certificates.push(other);
        }
    }
    let certificates = certificates
        .into_iter()
        .map(|certificate| Any::from_der(certificate.as_der()))
        .collect::<der::Result<Vec<_>>>()?;
    let data = SignedDataOut {
        version: if draft.content_type == oid::DATA { CmsVersion::V1 } else { CmsVersion::V3 },
        digest_algorithms: SetOfVec::from_iter([sha256()])?,
        content: EncapsulatedContentInfo { econtent_type: draft.content_type, econtent: content },
        certificates: SetOfVec::try_from(certificates)?,
        signer_infos: SetOfVec::from_iter([signer])?,
    };
    let content = Any::encode_from(&data)?;
    ContentInfo { content_type: oid::SIGNED_DATA, content }.to_der()
}
