//! CMS `SignedData`: building it, reading it byte for byte, and checking its one signature.
//!
//! Shared by CAdES signatures and timestamp tokens. Signed parts (certificates, attributes) are
//! kept as the bytes that came, since an encoding of ours might differ from what was signed.
//! Source: RFC 5652, RFC 5035.

mod attributes;
mod build;

use chrono::{DateTime, Utc};
use cms::signed_data::SignerIdentifier;
use der::{
    Any, Decode, Encode, Header, Reader, SliceReader, Tag, TagNumber,
    asn1::{ObjectIdentifier, OctetString, OctetStringRef},
};
use spki::AlgorithmIdentifierOwned;
use x509_cert::{ext::pkix::SubjectKeyIdentifier, time::Time};

use self::attributes::SignedAttributes;
pub(in crate::signing) use self::build::{Draft, sign};
use super::{
    algorithm::{self, DigestAlgorithm},
    certificate::{self, Certificate},
    oid,
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
pub(in crate::signing) enum Content<'a> {
    /// Content that stands elsewhere, by its SHA-256.
    Detached(&'a Digest),
    /// The content itself.
    Bytes(&'a [u8]),
}

/// A `SignedData` that was read, not yet believed.
#[derive(Clone)]
pub(in crate::signing) struct SignedData {
    version: u8,
    digest_algorithms: Vec<AlgorithmIdentifierOwned>,
    pub(in crate::signing) content_type: ObjectIdentifier,
    pub(in crate::signing) content: Option<Vec<u8>>,
    pub(in crate::signing) certificates: Vec<Certificate>,
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
    /// What they say, if they can be read.
    read_attributes: Option<SignedAttributes>,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: Vec<u8>,
    has_unsigned: bool,
}

/// What one good signature says.
pub(in crate::signing) struct Checked {
    pub(in crate::signing) certificate: Certificate,
    pub(in crate::signing) others: Vec<Certificate>,
    pub(in crate::signing) signing_time: Option<DateTime<Utc>>,
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
    pub(in crate::signing) fn read(der: &[u8]) -> Result<Self, SignatureError> {
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
    ///
    /// The signer's certificate is bound by its digest, and each above it by the signature on the
    /// one below and its own. Answers the topmost if nothing here vouches for its bytes: it is
    /// neither the signer's nor a true root, so only a judged path can.
    pub(in crate::signing) fn check_nothing_uncovered(
        &self,
        checked: &Checked,
    ) -> Result<Option<Certificate>, SignatureError> {
        let mut rest = checked.others.clone();
        let mut top = checked.certificate.clone();
        while let Some(position) = rest.iter().position(|issuer| top.is_signed_by(issuer)) {
            top = rest.swap_remove(position);
        }
        let has_unsigned = self.signers.iter().any(|signer| signer.has_unsigned);
        let is_one_digest = self.digest_algorithms.len() == 1;
        if !rest.is_empty() || has_unsigned || !is_one_digest || self.has_other_parts {
            return Err(SignatureError::Uncovered);
        }
        let is_vouched_for = top == checked.certificate || top.is_signed_by(&top);
        Ok((!is_vouched_for).then_some(top))
    }

    /// Checks the one signature over `content` of the type `content_type`.
    ///
    /// `known` are certificates from elsewhere among which the signer's may be.
    pub(in crate::signing) fn check(
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
            read_attributes: SignedAttributes::read(&attributes),
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

    fn read_attributes(&self) -> Result<&SignedAttributes, SignatureError> {
        self.read_attributes.as_ref().ok_or(SignatureError::Attributes)
    }
}

impl SignedData {
    /// Refuses a signature whose certificate is named by SHA-1 only, or whose attributes are not
    /// in the order of DER, so that another program could hash them otherwise.
    pub(in crate::signing) fn check_strict(&self) -> Result<(), SignatureError> {
        for part in &self.signers {
            let attributes = part.read_attributes()?;
            if !attributes.has_second_form() {
                return Err(SignatureError::Attributes);
            }
            if attributes.sorted() != Some(part.signed_bytes()?) {
                return Err(SignatureError::Malformed);
            }
        }
        Ok(())
    }
}
