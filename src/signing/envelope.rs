//! Encryption to a recipient's certificate: CMS `EnvelopedData`, written as it is read.
//!
//! A fresh AES-256 key encrypts the content (CBC, so that every CMS reader opens it; what is inside
//! is signed, which tells any change). The key goes to the recipient by ephemeral ECDH (P-256,
//! X9.63 with SHA-256, AES-256 key wrap) or RSAES-OAEP with SHA-256, by the kind of the certificate's
//! key. Lengths are definite and known before, so memory does not grow. Opened by
//! `openssl cms -decrypt -inform DER -binary`. Sources: RFC 5652 section 6, RFC 5753, RFC 3565.

use std::io::{self, Read, Write};

use aes::Aes256;
use cbc::cipher::{Array, BlockModeEncrypt, KeyInit, KeyIvInit};
use chrono::{DateTime, Utc};
use cms::{
    cert::IssuerAndSerialNumber,
    content_info::CmsVersion,
    enveloped_data::{
        KeyAgreeRecipientIdentifier, KeyAgreeRecipientInfo, KeyTransRecipientInfo,
        OriginatorIdentifierOrKey, OriginatorPublicKey, RecipientEncryptedKey, RecipientIdentifier,
        RecipientInfo,
    },
};
use der::{
    Any, Encode, Sequence,
    asn1::{BitString, ObjectIdentifier, OctetString},
    referenced::OwnedToRef,
};
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use super::{
    algorithm::identifier,
    certificate::Certificate,
    oid,
    random::{self, Random},
    signer::SigningError,
};

const ENVELOPED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3");
const AES256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
const AES256_WRAP: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.45");
const ECDH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.1.11.1");
const RSAES_OAEP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.7");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");

/// Bytes of a block.
const BLOCK: usize = 16;
/// Bytes read and encrypted at once.
const BUFFER: usize = 1 << 16;

crate::problems! {
    /// Why something was not encrypted.
    pub enum EnvelopeError {
        /// The certificate's key is of a kind to which nothing can be encrypted.
        Recipient = "CH-K080", Input,
            "nothing can be encrypted to this certificate" => "ask the recipient for a certificate of a P-256 key or of an RSA key of 2048 to 4096 bits",
            "无法向该证书加密" => "请向接收方索取 P-256 或 2048 至 4096 位 RSA 密钥的证书";
        /// The certificate says its key is not for this.
        Usage = "CH-K081", Refusal,
            "the certificate's key is not meant for encryption" => "ask the recipient for a certificate with key agreement (P-256) or key encipherment (RSA)",
            "该证书的密钥不用于加密" => "请向接收方索取用途含密钥协商（P-256）或密钥加密（RSA）的证书";
        /// The certificate is not valid now.
        Validity = "CH-K082", Refusal,
            "the recipient's certificate is not valid today" => "ask the recipient for one that is",
            "接收方证书今日不在有效期内" => "请向接收方索取有效的证书";
        /// Key or number could not be made.
        Making { source: SigningError } = "CH-K083", Fault,
            "the encryption failed: {source}" => "check the operating system and try again",
            "加密失败：{source}" => "请检查操作系统后重试";
        /// Reading or writing failed.
        Io { source: io::Error } = "CH-K084", Fault,
            "reading or writing what is encrypted failed: {source}" => "check the disk and try again",
            "读写加密内容失败：{source}" => "请检查磁盘后重试";
        /// The content is not as long as it was said to be.
        Length = "CH-K085", Fault,
            "the content changed its length while it was encrypted" => "try again when nothing writes to it",
            "内容在加密过程中长度有变" => "请待无写入后重试";
    }
}

impl From<SigningError> for EnvelopeError {
    fn from(source: SigningError) -> Self {
        Self::Making { source }
    }
}

impl From<der::Error> for EnvelopeError {
    fn from(_: der::Error) -> Self {
        SigningError::Encoding.into()
    }
}

impl From<io::Error> for EnvelopeError {
    fn from(source: io::Error) -> Self {
        Self::Io { source }
    }
}

type Result<T> = std::result::Result<T, EnvelopeError>;

/// One to whom content is encrypted: a certificate that is valid and meant for it.
#[derive(Clone, Debug)]
pub struct Recipient {
    certificate: Certificate,
    key: RecipientKey,
}

#[derive(Clone, Debug)]
enum RecipientKey {
    Agreement(Box<p256::PublicKey>),
    Transport(Box<rsa::PublicKey>),
}

impl Recipient {
    /// The owner of `certificate`, if content may be encrypted to it at `now`.
    ///
    /// # Errors
    /// [`EnvelopeError::Recipient`], [`EnvelopeError::Usage`], [`EnvelopeError::Validity`].
    pub fn new(certificate: Certificate, now: DateTime<Utc>) -> Result<Self> {
        if !certificate.is_valid_at(now) {
            return Err(EnvelopeError::Validity);
        }
        let usage = certificate.key_usage();
        let info = certificate.public_key().owned_to_ref();
        let (key, fits) = if let Ok(key) = p256::PublicKey::try_from(info) {
            let fits = usage.is_none_or(|usage| usage.key_agreement());
            (RecipientKey::Agreement(Box::new(key)), fits)
        } else {
            let info = certificate.public_key().owned_to_ref();
            let key = rsa::PublicKey::try_from(info).map_err(|_| EnvelopeError::Recipient)?;
            let bits = rsa::traits::PublicKeyParts::size(&key).saturating_mul(8);
            if !(2048..=4096).contains(&bits) {
                return Err(EnvelopeError::Recipient);
            }
            let fits = usage.is_none_or(|usage| usage.key_encipherment());
            (RecipientKey::Transport(Box::new(key)), fits)
        };
        if fits { Ok(Self { certificate, key }) } else { Err(EnvelopeError::Usage) }
    }

    /// The certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Encrypts `length` bytes of `content` into `out`, with a fresh key.
    ///
    /// # Errors
    /// [`EnvelopeError::Length`], [`EnvelopeError::Io`], [`EnvelopeError::Making`].
    pub fn encrypt(
        &self,
        content: &mut dyn Read,
        length: u64,
        out: &mut dyn Write,
        random: &mut dyn Random,
    ) -> Result<()> {
        let key = Zeroizing::new(random::array::<32>(random)?);
        let iv = random::array::<16>(random)?;
        let info = self.recipient_info(&key, random)?.to_der()?;
        let padded = (length / 16).saturating_add(1).saturating_mul(16);
        out.write_all(&head(&info, &iv, padded)?)?;
        let mut cipher = cbc::Encryptor::<Aes256>::new((&*key).into(), (&iv).into());
        let mut buffer = Zeroizing::new(vec![0_u8; BUFFER]);
        let mut left = length;
        loop {
            let want = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
            let piece = buffer.get_mut(..want).unwrap_or_default();
            content.read_exact(piece).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => EnvelopeError::Length,
                _ => error.into(),
            })?;
            left = left.saturating_sub(u64::try_from(want).unwrap_or(u64::MAX));
            let whole = want - want % BLOCK;
            let (blocks, rest) = piece.split_at_mut(whole);
            for block in blocks.chunks_exact_mut(BLOCK) {
                encrypt_block(&mut cipher, block);
            }
            out.write_all(blocks)?;
            if left == 0 {
                // PKCS#7: as many bytes as are missing, each of that value, and never none.
                let missing = u8::try_from(BLOCK - rest.len()).unwrap_or(16);
                let mut last = [missing; BLOCK];
                for (to, from) in last.iter_mut().zip(rest.iter()) {
                    *to = *from;
                }
                encrypt_block(&mut cipher, &mut last);
                out.write_all(&last)?;
                break;
            }
        }
        // Whoever grew meanwhile would be cut off.
        if content.read(&mut [0])? == 0 { Ok(()) } else { Err(EnvelopeError::Length) }
    }

    fn identity(&self) -> IssuerAndSerialNumber {
        let signed = self.certificate.parsed().tbs_certificate();
        IssuerAndSerialNumber {
            issuer: signed.issuer().clone(),
            serial_number: signed.serial_number().clone(),
        }
    }

    fn recipient_info(&self, key: &[u8; 32], random: &mut dyn Random) -> Result<RecipientInfo> {
        match &self.key {
            RecipientKey::Agreement(public) => self.agreement(public, key, random),
            RecipientKey::Transport(public) => self.transport(public, key, random),
        }
    }

    fn agreement(
        &self,
        public: &p256::PublicKey,
        key: &[u8; 32],
        random: &mut dyn Random,
    ) -> Result<RecipientInfo> {
        let ephemeral = ephemeral(random)?;
        let point = ephemeral.public_key().to_sec1_bytes();
        let wrap = identifier(AES256_WRAP);
        let shared = p256::ecdh::diffie_hellman(ephemeral.to_nonzero_scalar(), public.as_affine());
        let kek = derive(shared.raw_secret_bytes().as_slice(), &wrap)?;
        let mut wrapped = [0_u8; 40];
        aes_kw::AesKw::<Aes256>::new((&*kek).into())
            .wrap_key(key, &mut wrapped)
            .map_err(|_| SigningError::Encoding)?;
        Ok(RecipientInfo::Kari(KeyAgreeRecipientInfo {
            version: CmsVersion::V3,
            originator: OriginatorIdentifierOrKey::OriginatorKey(OriginatorPublicKey {
                algorithm: AlgorithmIdentifierOwned {
                    oid: oid::EC_PUBLIC_KEY,
                    parameters: Some(Any::encode_from(&oid::P256)?),
                },
                public_key: BitString::from_bytes(&point)?,
            }),
            ukm: None,
            key_enc_alg: AlgorithmIdentifierOwned {
                oid: ECDH_SHA256,
                parameters: Some(Any::encode_from(&wrap)?),
            },
            recipient_enc_keys: vec![RecipientEncryptedKey {
                rid: KeyAgreeRecipientIdentifier::IssuerAndSerialNumber(self.identity()),
                enc_key: OctetString::new(wrapped.as_slice())?,
            }],
        }))
    }

    fn transport(
        &self,
        public: &rsa::PublicKey,
        key: &[u8; 32],
        random: &mut dyn Random,
    ) -> Result<RecipientInfo> {
        let encrypted = public
            .oaep_encrypt_with_rng::<Sha256, _>(&mut Drawn(random), key)
            .map_err(|_| SigningError::Encoding)?;
        let sha256 = identifier(oid::SHA256);
        let parameters = OaepParameters {
            hash: sha256.clone(),
            mask: AlgorithmIdentifierOwned {
                oid: MGF1,
                parameters: Some(Any::encode_from(&sha256)?),
            },
        };
        Ok(RecipientInfo::Ktri(KeyTransRecipientInfo {
            version: CmsVersion::V0,
            rid: RecipientIdentifier::IssuerAndSerialNumber(self.identity()),
            key_enc_alg: AlgorithmIdentifierOwned {
                oid: RSAES_OAEP,
                parameters: Some(Any::encode_from(&parameters)?),
            },
            enc_key: OctetString::new(encrypted)?,
        }))
    }
}

/// A key for one message.
fn ephemeral(random: &mut dyn Random) -> Result<p256::SecretKey> {
    // A draw outside the group's order has a chance of about 2^-32.
    for _ in 0..16 {
        let bytes = Zeroizing::new(random::array::<32>(random)?);
        if let Ok(key) = p256::SecretKey::from_slice(bytes.as_slice()) {
            return Ok(key);
        }
    }
    Err(SigningError::Random.into())
}

fn encrypt_block(cipher: &mut cbc::Encryptor<Aes256>, bytes: &mut [u8]) {
    if let Ok(block) = <&mut Array<u8, _>>::try_from(bytes) {
        cipher.encrypt_block(block);
    }
}

/// RFC 4055, section 4.1; the label is empty and so absent.
#[derive(Sequence)]
struct OaepParameters {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    hash: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    mask: AlgorithmIdentifierOwned,
}

/// RFC 5753, section 7.2.
#[derive(Sequence)]
struct SharedInfo {
    key_info: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    key_bits: OctetString,
}

/// X9.63 with SHA-256, one round: 32 bytes.
fn derive(shared: &[u8], wrap: &AlgorithmIdentifierOwned) -> Result<Zeroizing<[u8; 32]>> {
    let info = SharedInfo {
        key_info: wrap.clone(),
        key_bits: OctetString::new(256_u32.to_be_bytes().as_slice())?,
    };
    let mut hash = Sha256::new();
    hash.update(shared);
    hash.update(1_u32.to_be_bytes());
    hash.update(info.to_der()?);
    Ok(Zeroizing::new(hash.finalize().into()))
}

/// Everything before the encrypted content, whose length is known.
fn head(info: &[u8], iv: &[u8; 16], padded: u64) -> Result<Vec<u8>> {
    let content = [
        oid::DATA.to_der()?,
        AlgorithmIdentifierOwned {
            oid: AES256_CBC,
            parameters: Some(Any::encode_from(&OctetString::new(iv.as_slice())?)?),
        }
        .to_der()?,
        tag(0x80, padded),
    ]
    .concat();
    let content_length = length(&content).saturating_add(padded);
    // A key agreement makes version 2, RFC 5652 section 6.1.
    let version = if info.first() == Some(&0x30) { 0 } else { 2 };
    let recipients = [tag(0x31, length(info)), info.to_vec()].concat();
    let inner = [vec![2, 1, version], recipients, tag(0x30, content_length), content].concat();
    let inner_length = length(&inner).saturating_add(padded);
    let sequence = [tag(0x30, inner_length), inner].concat();
    let sequence_length = length(&sequence).saturating_add(padded);
    let kind = ENVELOPED_DATA.to_der()?;
    let all = [kind, tag(0xa0, sequence_length), sequence].concat();
    Ok([tag(0x30, length(&all).saturating_add(padded)), all].concat())
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// A tag and a definite length of any size.
fn tag(tag: u8, length: u64) -> Vec<u8> {
    let bytes = length.to_be_bytes();
    let digits: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    match digits.as_slice() {
        [] => vec![tag, 0],
        [short] if *short < 0x80 => vec![tag, *short],
        long => {
            let count = u8::try_from(long.len()).unwrap_or(8);
            [&[tag, 0x80 | count], long].concat()
        }
    }
}

/// Our source of randomness as the RSA crate asks for it.
struct Drawn<'a>(&'a mut dyn Random);

impl rsa::rand_core::TryRng for Drawn<'_> {
    type Error = SigningError;

    fn try_next_u32(&mut self) -> std::result::Result<u32, SigningError> {
        random::array::<4>(self.0).map(u32::from_be_bytes)
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, SigningError> {
        random::array::<8>(self.0).map(u64::from_be_bytes)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> std::result::Result<(), SigningError> {
        self.0.fill(bytes)
    }
}

impl rsa::rand_core::TryCryptoRng for Drawn<'_> {}

#[cfg(test)]
mod tests;
