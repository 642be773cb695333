//! Who signs: a certificate with the key that belongs to it.
//!
//! [`Credential`] keeps the key in memory. A token or card implements [`Signer`] likewise.

use p256::ecdsa::signature::Signer as _;

use super::{
    certificate::{Certificate, CertificateError},
    key::KeyPair,
};

crate::problems! {
    /// Why something could not be signed.
    pub enum SigningError {
        /// The source of random bytes failed.
        Random = "CH-K001", Fault,
            "the system gives no random bytes" => "check the operating system and try again",
            "系统未能提供随机数" => "请检查操作系统后重试";
        /// The key does not belong to the certificate.
        OtherKey = "CH-K002", Input,
            "the key does not belong to the certificate" => "give the key and the certificate that were made together",
            "私钥与证书不匹配" => "请提供同一批生成的私钥与证书";
        /// The device that keeps the key refused or is absent.
        Device = "CH-K003", Fault,
            "the device that keeps the key did not sign" => "insert or unlock the device and try again",
            "保管私钥的设备未能签名" => "请插入或解锁设备后重试";
        /// What was to be signed could not be encoded.
        Encoding = "CH-K004", Fault,
            "the signature could not be encoded" => "report this with the command that was run",
            "无法编码签名" => "请连同所执行的命令一并报告";
        /// The certificate's key is not P-256.
        NotP256 = "CH-K005", Input,
            "the certificate's key is not P-256" => "issue the operator a certificate on a P-256 key",
            "证书的公钥不是 P-256" => "请为操作员签发 P-256 证书";
    }
}

/// An ECDSA P-256 signature with SHA-256: `r` then `s`, 32 bytes each, `s` in the lower half.
pub type SignatureBytes = [u8; 64];

/// A certificate and the means to sign in its name.
///
/// Contract of an implementation: `sign` hashes `message` with SHA-256 and signs by ECDSA on
/// P-256; the answer is `r` and `s` big-endian, 32 bytes each, with `s` not above half the order
/// (a device's answer must be normalised); it verifies under [`Signer::certificate`]. A call may
/// wait for a person; it may be repeated after an error, and each call may give other bytes.
pub trait Signer: Send + Sync {
    /// The certificate under which the signatures verify.
    fn certificate(&self) -> &Certificate;

    /// Signs `message`.
    ///
    /// # Errors
    /// [`SigningError`] if the key is not at hand.
    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SigningError>;
}

/// A key in memory with its certificate.
#[derive(Clone, Debug)]
pub struct Credential {
    key: KeyPair,
    certificate: Certificate,
}

impl Credential {
    /// Joins a key and the certificate made for it.
    ///
    /// # Errors
    /// [`SigningError::OtherKey`] if they do not belong together.
    pub fn new(key: KeyPair, certificate: Certificate) -> Result<Self, SigningError> {
        if certificate.public_key_der().is_ok_and(|der| der == key.public().as_der()) {
            Ok(Self { key, certificate })
        } else {
            Err(SigningError::OtherKey)
        }
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &KeyPair {
        &self.key
    }
}

impl Signer for Credential {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SigningError> {
        let signature: p256::ecdsa::Signature =
            self.key.signing_key().try_sign(message).map_err(|_| SigningError::Encoding)?;
        Ok(signature.normalize_s().to_bytes().into())
    }
}

/// The signature as certificates and CMS carry it: a DER sequence of `r` and `s`.
pub(super) fn der_signature(signature: &SignatureBytes) -> Result<Vec<u8>, SigningError> {
    p256::ecdsa::Signature::from_slice(signature)
        .map(|signature| signature.to_der().as_bytes().to_vec())
        .map_err(|_| SigningError::Encoding)
}

impl From<CertificateError> for SigningError {
    fn from(_: CertificateError) -> Self {
        Self::Encoding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::testing::{operator, sample_authority, seeded};

    #[test]
    fn a_signature_verifies_under_the_signers_certificate_only() {
        let authority = sample_authority();
        let (first, second) = (operator(&authority, "op-1"), operator(&authority, "op-2"));
        let signature = first.sign(b"message").unwrap();
        assert!(first.certificate().verify(b"message", &signature).is_ok());
        assert!(first.certificate().verify(b"massage", &signature).is_err());
        assert!(second.certificate().verify(b"message", &signature).is_err());
    }

    #[test]
    fn the_mirrored_signature_with_high_s_is_refused() {
        let signer = operator(&sample_authority(), "op-1");
        let signature =
            p256::ecdsa::Signature::from_slice(&signer.sign(b"message").unwrap()).unwrap();
        let mirrored = p256::ecdsa::Signature::from_scalars(
            signature.r().to_bytes(),
            (-*signature.s()).to_bytes(),
        )
        .unwrap();
        let bytes: SignatureBytes = mirrored.to_bytes().into();
        assert!(signer.certificate().verify(b"message", &bytes).is_err());
    }

    #[test]
    fn a_key_is_not_joined_to_another_keys_certificate() {
        let signer = operator(&sample_authority(), "op-1");
        let other = KeyPair::generate(&mut seeded(99)).unwrap();
        assert!(matches!(
            Credential::new(other, signer.certificate().clone()),
            Err(SigningError::OtherKey)
        ));
    }
}
