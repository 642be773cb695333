//! CMS `SignedData`: building it, reading it byte for byte, and checking its one signature.
//!
//! Shared by CAdES signatures and timestamp tokens. Signed parts (certificates, attributes) are
//! kept as the bytes that came, since an encoding of ours might differ from what was signed.
//! Source: RFC 5652, RFC 5035.

use chrono::{DateTime, Utc};
use cms::{
    cert::IssuerAndSerialNumber,
    content_info::{CmsVersion, ContentInfo},
    signed_data::{EncapsulatedContentInfo, SignerIdentifier, SignerInfo},
};
use der::{
    Any, Decode, Encode, Header, Reader, Sequence, SliceReader, Tag, TagNumber, Tagged,
    asn1::{ObjectIdentifier, OctetString, OctetStringRef, SetOfVec},
};
use sha1::Sha1;
use sha2::Digest as _;
use spki::AlgorithmIdentifierOwned;
use x509_cert::{attr::Attribute, ext::pkix::SubjectKeyIdentifier, time::Time};

use super::{
    algorithm::{self, DigestAlgorithm, identifier},
    authority,
    certificate::{self, Certificate},
    oid,
    signer::{self, Signer, SigningError},
};
use crate::digest::Digest;

crate::problems! {
    /// Why a CMS signature does not hold.
    pub enum SignatureError {
        /// Not one DER `SignedData`, or something follows it.
        Malformed = "CH-K040", Input,
            "not a CMS signature" => "give the whole signature file in DER",
            "不是 CMS 签名" => "请提供完整的 DER 签名文件";
        /// Not exactly one signer.
        Signers { count: usize } = "CH-K041", Finding,
            "{count} signers where exactly one must sign" => "have each person sign a file of his own",
            "签名者为 {count} 人，须恰为一人" => "请各签名人分别签署文件";
        /// An algorithm or version that is not accepted.
        Algorithm = "CH-K042", Finding,
            "the signature uses an algorithm or version that is not accepted" => "sign with ECDSA P-256 and SHA-256",
            "签名使用了不被接受的算法或版本" => "请使用 ECDSA P-256 与 SHA-256 签名";
        /// A signed attribute is missing, repeated or unreadable.
        Attributes = "CH-K043", Finding,
            "a signed attribute is missing, repeated or unreadable" => "sign in the form CAdES-BES",
            "签名属性缺失、重复或无法读取" => "请按 CAdES-BES 格式签名";
        /// The content is of another type than expected.
        ContentType = "CH-K044", Finding,
            "the signature is over another type of content" => "check that it is the right signature file",
            "签名针对的内容类型不符" => "请确认签名文件是否正确";
        /// The content's digest is not the one signed.
        OtherContent = "CH-K045", Finding,
            "the content is not what was signed" => "treat the content as altered, or find the file that belongs to the signature",
            "内容与签名不符" => "请将内容视为已被改动，或找出与签名对应的文件";
        /// The signer's certificate is not in it.
        NoCertificate = "CH-K046", Finding,
            "the signer's certificate is missing" => "have the signer include the certificate",
            "缺少签名人证书" => "请签名人附上证书";
        /// The certificate is not the one the signature names.
        OtherCertificate = "CH-K047", Finding,
            "the certificate is not the one the signature names" => "treat the certificate as exchanged",
            "所附证书并非签名所指证书" => "请将该证书视为被调换";
        /// The signature is false.
        BadSignature = "CH-K048", Finding,
            "the signature is false" => "treat what was signed as altered",
            "签名不成立" => "请将签名内容视为已被改动";
        /// It holds parts that no signature covers.
        Uncovered = "CH-K049", Finding,
            "the signature file holds parts that no signature covers" => "use the file as the signer made it, with his certificate path only",
            "签名文件含有未被签名覆盖的部分" => "请使用签名人生成的原文件，仅附其证书链";
        /// It holds no content, or content where it must hold none.
        Content = "CH-K050", Finding,
            "the signature file holds content where it must not, or none where it must" => "check whether the signature is to be detached",
            "签名文件应含内容而未含，或不应含而含" => "请确认是否应为分离式签名";
    }
}

/// What the signature is over.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    /// Content that stands elsewhere, by its SHA-256.
    Detached(&'a Digest),
    /// The content itself.
    Bytes(&'a [u8]),
}

/// A `SignedData` that was read, not yet believed.
#[derive(Clone)]
pub(super) struct SignedData {
    version: u8,
    digest_algorithms: Vec<AlgorithmIdentifierOwned>,
    pub(super) content_type: ObjectIdentifier,
    pub(super) content: Option<Vec<u8>>,
    pub(super) certificates: Vec<Certificate>,
    /// Attribute certificates, revocation lists: parts of other kinds than certificates.
    has_other_parts: bool,
    signers: Vec<SignerPart>,
}

#[derive(Clone)]
struct SignerPart {
    version: u8,
    identifier: SignerIdentifier,
    digest_algorithm: AlgorithmIdentifierOwned,
    /// Content octets of the set, as they came.
    attributes: Vec<u8>,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: Vec<u8>,
    has_unsigned: bool,
}

/// What one good signature says.
pub(super) struct Checked {
    pub(super) certificate: Certificate,
    pub(super) others: Vec<Certificate>,
    pub(super) signing_time: Option<DateTime<Utc>>,
}

const fn context(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

fn within<'a, T>(
    reader: &mut SliceReader<'a>,
    tag: Tag,
    read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>,
) -> der::Result<T> {
    let header = Header::decode(reader)?;
    header.tag().assert_eq(tag)?;
    reader.read_nested(header.length(), read)
}

fn next_is(reader: &SliceReader<'_>, tag: Tag) -> bool {
    !reader.is_finished() && Tag::peek(reader).is_ok_and(|next| next == tag)
}

fn all<'a, T: Decode<'a, Error = der::Error>>(reader: &mut SliceReader<'a>) -> der::Result<Vec<T>> {
    let mut items = Vec::new();
    while !reader.is_finished() {
        items.push(reader.decode()?);
    }
    Ok(items)
}

impl SignedData {
    /// Reads a DER `ContentInfo` with nothing after it.
    pub(super) fn read(der: &[u8]) -> Result<Self, SignatureError> {
        let read = || -> der::Result<Self> {
            let mut reader = SliceReader::new(der)?;
            let data = within(&mut reader, Tag::Sequence, |reader| {
                let kind: ObjectIdentifier = reader.decode()?;
                if kind != oid::SIGNED_DATA {
                    return Err(Tag::ObjectIdentifier.value_error().into());
                }
                within(reader, context(0), |reader| within(reader, Tag::Sequence, Self::read_body))
            })?;
            reader.finish()?;
            Ok(data)
        };
        read().map_err(|_| SignatureError::Malformed)
    }

    fn read_body(reader: &mut SliceReader<'_>) -> der::Result<Self> {
        let version = reader.decode()?;
        let digest_algorithms = within(reader, Tag::Set, all)?;
        let (content_type, content) = within(reader, Tag::Sequence, |reader| {
            let kind = reader.decode()?;
            let content = if reader.is_finished() {
                None
            } else {
                Some(within(reader, context(0), |reader| {
                    Ok(<&OctetStringRef>::decode(reader)?.as_bytes().to_vec())
                })?)
            };
            Ok((kind, content))
        })?;
        let mut certificates = Vec::new();
        let mut has_other_parts = false;
        if next_is(reader, context(0)) {
            within(reader, context(0), |reader| {
                while !reader.is_finished() {
                    let tag = Tag::peek(reader)?;
                    let bytes = reader.tlv_bytes()?;
                    if tag == Tag::Sequence {
                        certificates.push(
                            Certificate::from_der(bytes)
                                .map_err(|_| Tag::Sequence.value_error())?,
                        );
                    } else {
                        has_other_parts = true;
                    }
                }
                Ok(())
            })?;
        }
        if next_is(reader, context(1)) {
            has_other_parts = true;
            reader.tlv_bytes()?;
        }
        let signers = within(reader, Tag::Set, |reader| {
            let mut signers = Vec::new();
            while !reader.is_finished() {
                signers.push(within(reader, Tag::Sequence, SignerPart::read)?);
            }
            Ok(signers)
        })?;
        Ok(Self {
            version,
            digest_algorithms,
            content_type,
            content,
            certificates,
            has_other_parts,
            signers,
        })
    }

    /// Refuses what the signature does not cover: unsigned attributes, revocation lists, and
    /// certificates that are not on one path up from the signer's.
    pub(super) fn check_nothing_uncovered(&self, checked: &Checked) -> Result<(), SignatureError> {
        let mut rest = checked.others.clone();
        let mut last = checked.certificate.clone();
        while let Some(position) = rest.iter().position(|issuer| last.is_signed_by(issuer)) {
            last = rest.swap_remove(position);
        }
        let is_false_root = last.is_self_issued() && !last.is_signed_by(&last);
        let has_unsigned = self.signers.iter().any(|signer| signer.has_unsigned);
        let is_one_digest = self.digest_algorithms.len() == 1;
        if rest.is_empty()
            && !is_false_root
            && !has_unsigned
            && is_one_digest
            && !self.has_other_parts
        {
            Ok(())
        } else {
            Err(SignatureError::Uncovered)
        }
    }

    /// Checks the one signature over `content` of the type `content_type`.
    ///
    /// `known` are certificates from elsewhere among which the signer's may be.
    pub(super) fn check(
        &self,
        content_type: ObjectIdentifier,
        content: Content<'_>,
        known: &[Certificate],
    ) -> Result<Checked, SignatureError> {
        let [part] = self.signers.as_slice() else {
            return Err(SignatureError::Signers { count: self.signers.len() });
        };
        if self.content_type != content_type {
            return Err(SignatureError::ContentType);
        }
        let digest_algorithm = self.algorithms(part)?;
        let attributes = part.read_attributes()?;
        if attributes.one::<ObjectIdentifier>(oid::CONTENT_TYPE)? != Some(content_type) {
            return Err(SignatureError::ContentType);
        }
        let digest = match content {
            Content::Bytes(bytes) => digest_algorithm.digest(bytes),
            Content::Detached(digest) if digest_algorithm == DigestAlgorithm::Sha256 => {
                digest.as_bytes().to_vec()
            }
            Content::Detached(_) => return Err(SignatureError::Algorithm),
        };
        let signed = attributes
            .one::<OctetString>(oid::MESSAGE_DIGEST)?
            .ok_or(SignatureError::Attributes)?;
        if signed.as_bytes() != digest {
            return Err(SignatureError::OtherContent);
        }
        let certificate = self
            .certificates
            .iter()
            .chain(known)
            .find(|candidate| part.names(candidate))
            .ok_or(SignatureError::NoCertificate)?;
        attributes.check_signing_certificate(certificate)?;
        if !algorithm::verifies(
            certificate.public_key(),
            &part.signature_algorithm,
            Some(digest_algorithm),
            &part.signed_bytes()?,
            &part.signature,
        ) {
            return Err(SignatureError::BadSignature);
        }
        let others =
            self.certificates.iter().filter(|other| *other != certificate).cloned().collect();
        let signing_time = attributes.one::<Time>(oid::SIGNING_TIME)?.map(certificate::moment);
        Ok(Checked { certificate: certificate.clone(), others, signing_time })
    }

    /// Versions by RFC 5652, sections 5.1 and 5.3; the signer's digest must be announced.
    fn algorithms(&self, part: &SignerPart) -> Result<DigestAlgorithm, SignatureError> {
        let expected = match part.identifier {
            SignerIdentifier::IssuerAndSerialNumber(_) => 1,
            SignerIdentifier::SubjectKeyIdentifier(_) => 3,
        };
        let outer = if self.content_type == oid::DATA { expected } else { 3 };
        let digest = DigestAlgorithm::read(&part.digest_algorithm);
        let announced = self
            .digest_algorithms
            .iter()
            .any(|algorithm| DigestAlgorithm::read(algorithm) == digest);
        match digest {
            Some(digest) if announced && part.version == expected && self.version == outer => {
                Ok(digest)
            }
            _ => Err(SignatureError::Algorithm),
        }
    }
}

impl SignerPart {
    fn read(reader: &mut SliceReader<'_>) -> der::Result<Self> {
        let version = reader.decode()?;
        let identifier = reader.decode()?;
        let digest_algorithm = reader.decode()?;
        let attributes = within(reader, context(0), |reader| {
            Ok(reader.read_slice(reader.remaining_len())?.to_vec())
        })?;
        let signature_algorithm = reader.decode()?;
        let signature = <&OctetStringRef>::decode(reader)?.as_bytes().to_vec();
        let has_unsigned = next_is(reader, context(1));
        if has_unsigned {
            reader.tlv_bytes()?;
        }
        Ok(Self {
            version,
            identifier,
            digest_algorithm,
            attributes,
            signature_algorithm,
            signature,
            has_unsigned,
        })
    }

    fn names(&self, certificate: &Certificate) -> bool {
        let tbs = certificate.parsed().tbs_certificate();
        match &self.identifier {
            SignerIdentifier::IssuerAndSerialNumber(named) => {
                named.issuer == *tbs.issuer() && named.serial_number == *tbs.serial_number()
            }
            SignerIdentifier::SubjectKeyIdentifier(named) => tbs
                .get_extension::<SubjectKeyIdentifier>()
                .is_ok_and(|found| found.is_some_and(|(_, identifier)| identifier == *named)),
        }
    }

    /// The attributes as they are signed: the same bytes under the tag of a set.
    fn signed_bytes(&self) -> Result<Vec<u8>, SignatureError> {
        Any::new(Tag::Set, self.attributes.as_slice())
            .and_then(|set| set.to_der())
            .map_err(|_| SignatureError::Malformed)
    }

    fn read_attributes(&self) -> Result<SignedAttributes, SignatureError> {
        let read = || -> der::Result<Vec<Attribute>> {
            let mut reader = SliceReader::new(&self.attributes)?;
            all(&mut reader)
        };
        read().map(SignedAttributes).map_err(|_| SignatureError::Attributes)
    }
}

struct SignedAttributes(Vec<Attribute>);

impl SignedAttributes {
    /// The single value of an attribute that stands once or not at all.
    fn value(&self, kind: ObjectIdentifier) -> Result<Option<&Any>, SignatureError> {
        let mut found = self.0.iter().filter(|attribute| attribute.oid == kind);
        let Some(attribute) = found.next() else { return Ok(None) };
        match (attribute.values.as_slice(), found.next()) {
            ([value], None) => Ok(Some(value)),
            _ => Err(SignatureError::Attributes),
        }
    }

    fn one<T>(&self, kind: ObjectIdentifier) -> Result<Option<T>, SignatureError>
    where
        T: for<'a> Decode<'a>,
    {
        let Some(value) = self.value(kind)? else { return Ok(None) };
        let der = value.to_der().map_err(|_| SignatureError::Attributes)?;
        T::from_der(&der).map(Some).map_err(|_| SignatureError::Attributes)
    }

    /// The signature must name its certificate by digest, in either form or both; the first
    /// entry is the signer's.
    fn check_signing_certificate(&self, certificate: &Certificate) -> Result<(), SignatureError> {
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

    /// Whether the second, SHA-2 form is there: CAdES asks for it.
    fn has_second_form(&self) -> bool {
        self.0.iter().any(|attribute| attribute.oid == oid::SIGNING_CERTIFICATE_V2)
    }
}

impl SignedData {
    /// Refuses a signature whose certificate is named by SHA-1 only, or whose attributes are not
    /// in the order of DER, so that another program could hash them otherwise.
    pub(super) fn check_strict(&self) -> Result<(), SignatureError> {
        for part in &self.signers {
            let attributes = part.read_attributes()?;
            if !attributes.has_second_form() {
                return Err(SignatureError::Attributes);
            }
            let sorted = SetOfVec::try_from(attributes.0).and_then(|set| set.to_der());
            if sorted.ok() != Some(part.signed_bytes()?) {
                return Err(SignatureError::Malformed);
            }
        }
        Ok(())
    }
}

/// RFC 5035, section 3.
#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

#[derive(Clone, Debug, Eq, PartialEq, Sequence)]
struct EssCertIdV2 {
    /// SHA-256 if absent.
    #[asn1(optional = "true")]
    hash_algorithm: Option<AlgorithmIdentifierOwned>,
    cert_hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

fn sha256() -> AlgorithmIdentifierOwned {
    identifier(oid::SHA256)
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
pub(super) struct Draft<'a> {
    pub(super) content_type: ObjectIdentifier,
    pub(super) content: Content<'a>,
    pub(super) signing_time: DateTime<Utc>,
    /// Certificates to include besides the signer's.
    pub(super) chain: &'a [Certificate],
}

/// Signs a draft: DER of a `ContentInfo`, with content-type, message-digest, signing-time and
/// signing-certificate-v2 as signed attributes.
pub(super) fn sign(draft: &Draft<'_>, signer: &dyn Signer) -> Result<Vec<u8>, SigningError> {
    build(draft, signer)?.map_err(|_| SigningError::Encoding)
}

fn build(draft: &Draft<'_>, signer: &dyn Signer) -> Result<der::Result<Vec<u8>>, SigningError> {
    let certificate = signer.certificate();
    if !certificate.is_p256() {
        return Err(SigningError::NotP256);
    }
    let time = authority::time(draft.signing_time).map_err(|_| SigningError::Encoding)?;
    let attributes = match attributes(draft, certificate, time) {
        Ok(attributes) => attributes,
        Err(error) => return Ok(Err(error)),
    };
    let signed = attributes.to_der().map_err(|_| SigningError::Encoding)?;
    let signature = signer::der_signature(&signer.sign(&signed)?)?;
    Ok(assemble(draft, certificate, attributes, signature))
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
    debug_assert_eq!(content.tag(), Tag::Sequence);
    ContentInfo { content_type: oid::SIGNED_DATA, content }.to_der()
}
