//! Keys at rest and in memory.
//!
//! Every key leaves memory only as PKCS#8 under PBES2 (scrypt, AES-256-CBC), in PEM, so that
//! `openssl pkey` opens the P-256 and Ed25519 ones. Buffers are wiped when dropped and no `Debug`
//! shows content. scrypt runs with N = 2^14, r = 8, p = 5 (the largest N that OpenSSL opens
//! without options, and OWASP's p for it): about 0.15 s for each guess of a passphrase. A file
//! that asks for far costlier work is refused before the work is done.
//!
//! Sources: RFC 5958, RFC 8018, RFC 7914, RFC 8410.

mod sealed;

use std::fmt;

use der::{
    Decode, SecretDocument,
    asn1::{AnyRef, BitStringRef, OctetStringRef},
};
use ed25519_dalek::Signer as _;
use pkcs8::{AlgorithmIdentifierRef, DecodePrivateKey, EncodePrivateKey};
use spki::{DecodePublicKey, EncodePublicKey};
use zeroize::Zeroizing;

use self::sealed::{decrypt, encrypt};
use super::{
    oid,
    random::{self, Random},
    signer::SigningError,
};

crate::problems! {
    /// Why a key could not be kept or opened.
    pub enum KeyError {
        /// The passphrase does not open the key.
        WrongPassphrase = "CH-K006", Refusal,
            "the passphrase does not open the key" => "type it again; a lost passphrase needs a new key and certificate",
            "口令无法打开私钥" => "请重新输入；遗忘口令须重新生成密钥与证书";
        /// The text is not an encrypted private key in PEM.
        NotAKey = "CH-K007", Input,
            "not an encrypted private key in PEM" => "give the file that begins with `-----BEGIN ENCRYPTED PRIVATE KEY-----`",
            "不是加密的 PEM 私钥" => "请提供以 `-----BEGIN ENCRYPTED PRIVATE KEY-----` 开头的文件";
        /// It is a key, but for another purpose.
        OtherKind = "CH-K008", Input,
            "the key is of another kind than needed here" => "signers use P-256, the log Ed25519, the index HMAC",
            "密钥种类不符" => "签名用 P-256，日志用 Ed25519，索引用 HMAC";
        /// The file asks for an encryption that is not supported or too costly.
        Encryption = "CH-K009", Input,
            "the key's encryption is not supported or too costly" => "convert it with `openssl pkcs8 -topk8 -scrypt`",
            "私钥的加密方式不受支持或代价过高" => "请用 `openssl pkcs8 -topk8 -scrypt` 转换";
        /// Key or salt could not be made.
        Making { source: SigningError } = "CH-K010", Fault,
            "the key could not be made: {source}" => "check the operating system and try again",
            "无法生成密钥：{source}" => "请检查操作系统后重试";
        /// The bytes are not a public key of the kind needed.
        NotAPublicKey = "CH-K011", Input,
            "not a P-256 public key" => "give the public key of the person the certificate is for",
            "不是 P-256 公钥" => "请提供证书持有人的公钥";
    }
}

impl From<SigningError> for KeyError {
    fn from(source: SigningError) -> Self {
        Self::Making { source }
    }
}

/// A passphrase, wiped when dropped.
#[derive(Clone)]
pub struct Passphrase {
    text: Zeroizing<String>,
    /// Whether a machine drew it, so that stretching it would protect nothing.
    drawn: bool,
}

impl Passphrase {
    /// Takes over `text`; the caller keeps no copy.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self { text: Zeroizing::new(text), drawn: false }
    }

    /// The same passphrase, which a machine drew with 100 random bits or more: a key kept under it
    /// is encrypted without stretching it, for nobody can try them all.
    #[must_use]
    pub fn drawn(self) -> Self {
        Self { drawn: true, ..self }
    }

    fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Its text, for a device that asks for it.
    #[cfg(feature = "office")]
    pub(super) fn reveal(&self) -> &str {
        &self.text
    }
}

impl From<String> for Passphrase {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Passphrase(…)")
    }
}

/// A P-256 key of an operator, authority or principal.
#[derive(Clone)]
pub struct KeyPair(p256::ecdsa::SigningKey);

impl KeyPair {
    /// Makes a key.
    ///
    /// # Errors
    /// [`SigningError::Random`].
    pub fn generate(random: &mut dyn Random) -> Result<Self, SigningError> {
        // A draw outside the group's order has a chance of about 2^-32.
        for _ in 0..16 {
            let bytes = Zeroizing::new(random::array::<32>(random)?);
            if let Ok(key) = p256::ecdsa::SigningKey::from_slice(bytes.as_slice()) {
                return Ok(Self(key));
            }
        }
        Err(SigningError::Random)
    }

    /// The encrypted key in PEM.
    ///
    /// # Errors
    /// [`KeyError::Making`].
    pub fn to_encrypted_pem(
        &self,
        passphrase: &Passphrase,
        random: &mut dyn Random,
    ) -> Result<String, KeyError> {
        let document = self.0.to_pkcs8_der().map_err(|_| SigningError::Encoding)?;
        encrypt(document.as_bytes(), passphrase, random)
    }

    /// Opens an encrypted key.
    ///
    /// # Errors
    /// [`KeyError::WrongPassphrase`], [`KeyError::NotAKey`], [`KeyError::OtherKind`],
    /// [`KeyError::Encryption`].
    pub fn from_encrypted_pem(pem: &str, passphrase: &Passphrase) -> Result<Self, KeyError> {
        let document = decrypt(pem, passphrase)?;
        p256::ecdsa::SigningKey::from_pkcs8_der(document.as_bytes())
            .map(Self)
            .map_err(|_| KeyError::OtherKind)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::of(*self.0.verifying_key())
    }

    pub(super) const fn signing_key(&self) -> &p256::ecdsa::SigningKey {
        &self.0
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("KeyPair(P-256, …)")
    }
}

/// A P-256 public key, as a certificate is issued for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey {
    der: Vec<u8>,
}

impl PublicKey {
    fn of(key: p256::ecdsa::VerifyingKey) -> Self {
        // The encoding of a valid point cannot fail; an empty key would verify nothing.
        let der = key.to_public_key_der().map(|document| document.as_bytes().to_vec());
        Self { der: der.unwrap_or_default() }
    }

    /// Reads a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// [`KeyError::NotAPublicKey`] if it is not a point of P-256.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        p256::ecdsa::VerifyingKey::from_public_key_der(der)
            .map(Self::of)
            .map_err(|_| KeyError::NotAPublicKey)
    }

    /// Reads an uncompressed or compressed point of SEC 1.
    ///
    /// # Errors
    /// [`KeyError::NotAPublicKey`].
    #[cfg(feature = "office")]
    pub(super) fn from_point(point: &[u8]) -> Result<Self, KeyError> {
        p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
            .map(Self::of)
            .map_err(|_| KeyError::NotAPublicKey)
    }

    /// Reads PEM that begins `-----BEGIN PUBLIC KEY-----`.
    ///
    /// # Errors
    /// [`KeyError::NotAPublicKey`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        p256::ecdsa::VerifyingKey::from_public_key_pem(pem)
            .map(Self::of)
            .map_err(|_| KeyError::NotAPublicKey)
    }

    /// The `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }
}

/// The register's Ed25519 key, which signs checkpoints and nothing else.
#[derive(Clone)]
pub struct LogKey(ed25519_dalek::SigningKey);

impl LogKey {
    /// Makes a key.
    ///
    /// # Errors
    /// [`SigningError::Random`].
    pub fn generate(random: &mut dyn Random) -> Result<Self, SigningError> {
        let seed = Zeroizing::new(random::array::<32>(random)?);
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// The encrypted key in PEM.
    ///
    /// # Errors
    /// [`KeyError::Making`].
    pub fn to_encrypted_pem(
        &self,
        passphrase: &Passphrase,
        random: &mut dyn Random,
    ) -> Result<String, KeyError> {
        // Version 1 without the public half: OpenSSL 3.0 reads no other form.
        let bytes =
            ed25519_dalek::pkcs8::KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        let document = bytes.to_pkcs8_der().map_err(|_| SigningError::Encoding)?;
        encrypt(document.as_bytes(), passphrase, random)
    }

    /// Opens an encrypted key.
    ///
    /// # Errors
    /// As [`KeyPair::from_encrypted_pem`].
    pub fn from_encrypted_pem(pem: &str, passphrase: &Passphrase) -> Result<Self, KeyError> {
        let document = decrypt(pem, passphrase)?;
        ed25519_dalek::SigningKey::from_pkcs8_der(document.as_bytes())
            .map(Self)
            .map_err(|_| KeyError::OtherKind)
    }

    /// Signs `message` (pure Ed25519, RFC 8032).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> LogPublicKey {
        LogPublicKey(self.0.verifying_key())
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("LogKey(Ed25519, …)")
    }
}

/// The public half of a [`LogKey`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogPublicKey(ed25519_dalek::VerifyingKey);

impl LogPublicKey {
    /// Reads the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// [`KeyError::OtherKind`] if they are no point of the curve, or one of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        match ed25519_dalek::VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(key)),
            _ => Err(KeyError::OtherKind),
        }
    }

    /// The 32 bytes of RFC 8032.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Whether `signature` is this key's over `message`, by the strict rules that leave no second
    /// valid form.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }
}

/// A 256-bit symmetric key, for keyed look-ups.
#[derive(Clone)]
pub struct SecretKey32(Zeroizing<[u8; 32]>);

impl SecretKey32 {
    /// Makes a key.
    ///
    /// # Errors
    /// [`SigningError::Random`].
    pub fn generate(random: &mut dyn Random) -> Result<Self, SigningError> {
        random::array(random).map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The encrypted key in PEM: PKCS#8 whose algorithm is `id-hmacWithSHA256` (RFC 8018) and
    /// whose key octets are the 32 bytes. OpenSSL decrypts the envelope but knows no such kind.
    ///
    /// # Errors
    /// [`KeyError::Making`].
    pub fn to_encrypted_pem(
        &self,
        passphrase: &Passphrase,
        random: &mut dyn Random,
    ) -> Result<String, KeyError> {
        let encode = || -> der::Result<SecretDocument> {
            SecretDocument::encode_msg(&SymmetricKeyInfo::new(
                AlgorithmIdentifierRef { oid: oid::HMAC_WITH_SHA256, parameters: None },
                OctetStringRef::new(self.0.as_slice())?,
            ))
        };
        let document = encode().map_err(|_| SigningError::Encoding)?;
        encrypt(document.as_bytes(), passphrase, random)
    }

    /// Opens an encrypted key.
    ///
    /// # Errors
    /// As [`KeyPair::from_encrypted_pem`].
    pub fn from_encrypted_pem(pem: &str, passphrase: &Passphrase) -> Result<Self, KeyError> {
        let document = decrypt(pem, passphrase)?;
        let info =
            SymmetricKeyInfo::from_der(document.as_bytes()).map_err(|_| KeyError::OtherKind)?;
        if info.algorithm.oid != oid::HMAC_WITH_SHA256 {
            return Err(KeyError::OtherKind);
        }
        let bytes = info.private_key.as_bytes().try_into().map_err(|_| KeyError::OtherKind)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// A key of given bytes, such as one derived from another.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SecretKey32 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretKey32(…)")
    }
}

type SymmetricKeyInfo<'a> = pkcs8::PrivateKeyInfo<AnyRef<'a>, &'a OctetStringRef, BitStringRef<'a>>;

#[cfg(test)]
mod tests;
