//! The encryption of keys at rest: PKCS#8 under PBES2.
//!
//! Made with scrypt and AES-256-CBC; opened also with PBKDF2, as other programs write it.
//! Refused: cost beyond bounds, PBES1, keys in the clear. Sources: RFC 5958, RFC 8018, RFC 7914.

use der::{Decode, EncodePem, SecretDocument, asn1::OctetString, pem::LineEnding};
use pkcs8::{
    EncryptedPrivateKeyInfoOwned,
    pkcs5::{EncryptionScheme, pbes2, scrypt},
};
use zeroize::Zeroizing;

use super::{KeyError, Passphrase};
use crate::signing::{
    random::{self, Random},
    signer::SigningError,
};

/// Encrypts a PKCS#8 document: PEM.
pub(super) fn encrypt(
    document: &[u8],
    passphrase: &Passphrase,
    random: &mut dyn Random,
) -> Result<String, KeyError> {
    let salt = random::array::<16>(random)?;
    let iv = random::array::<16>(random)?;
    let seal = || -> Option<String> {
        let (rounds, lanes) = if passphrase.drawn { (10, 1) } else { (14, 5) };
        let cost = scrypt::Params::new(rounds, 8, lanes).ok()?;
        let parameters = pbes2::Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).ok()?;
        let encrypted = parameters.encrypt(passphrase.as_bytes(), document).ok()?;
        EncryptedPrivateKeyInfoOwned {
            encryption_algorithm: EncryptionScheme::Pbes2(parameters),
            encrypted_data: OctetString::new(encrypted).ok()?,
        }
        .to_pem(LineEnding::LF)
        .ok()
    };
    seal().ok_or(KeyError::Making { source: SigningError::Encoding })
}

/// Opens PEM made by [`encrypt`] or another program: a PKCS#8 document.
pub(super) fn decrypt(pem: &str, passphrase: &Passphrase) -> Result<SecretDocument, KeyError> {
    let (label, document) =
        SecretDocument::from_pem(pem.trim_start()).map_err(|_| KeyError::NotAKey)?;
    if label != "ENCRYPTED PRIVATE KEY" {
        return Err(KeyError::NotAKey);
    }
    let sealed = EncryptedPrivateKeyInfoOwned::from_der(document.as_bytes())
        .map_err(|_| KeyError::Encryption)?;
    let EncryptionScheme::Pbes2(parameters) = &sealed.encryption_algorithm else {
        return Err(KeyError::Encryption);
    };
    if !is_affordable(&parameters.kdf) {
        return Err(KeyError::Encryption);
    }
    let decrypted = parameters
        .decrypt(passphrase.as_bytes(), sealed.encrypted_data.as_bytes())
        .map_err(|error| match error {
            pkcs8::pkcs5::Error::DecryptFailed => KeyError::WrongPassphrase,
            _ => KeyError::Encryption,
        })?;
    // One wrong passphrase in 256 leaves valid padding, and then not a key.
    let decrypted = Zeroizing::new(decrypted);
    SecretDocument::try_from(decrypted.as_slice())
        .ok()
        .filter(|document| pkcs8::PrivateKeyInfoRef::from_der(document.as_bytes()).is_ok())
        .ok_or(KeyError::WrongPassphrase)
}

/// Bounds what an untrusted file may cost: 64 MiB and some seconds.
fn is_affordable(kdf: &pbes2::Kdf) -> bool {
    match kdf {
        pbes2::Kdf::Scrypt(scrypt) => {
            scrypt.cost_parameter <= 1 << 16
                && u64::from(scrypt.block_size) * scrypt.cost_parameter <= 1 << 19
                && scrypt.parallelization <= 16
        }
        pbes2::Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= 10_000_000,
        _ => false,
    }
}
