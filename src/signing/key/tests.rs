//! Keys opened by the right passphrase, by others, and by openssl.

use der::{EncodePem, asn1::OctetString, pem::LineEnding};
use pkcs8::{
    EncryptedPrivateKeyInfoOwned,
    pkcs5::{EncryptionScheme, pbes2, scrypt},
};
use proptest::prelude::*;

use super::*;
use crate::signing::testing::{OpenSsl, seeded};

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

#[test]
fn each_key_opens_with_its_passphrase_and_no_other() {
    let (right, wrong) = (passphrase("正确的 口令"), passphrase("错误的 口令"));
    let key = KeyPair::generate(&mut seeded(1)).unwrap();
    let pem = key.to_encrypted_pem(&right, &mut seeded(2)).unwrap();
    assert_eq!(KeyPair::from_encrypted_pem(&pem, &right).unwrap().public(), key.public());
    assert!(matches!(KeyPair::from_encrypted_pem(&pem, &wrong), Err(KeyError::WrongPassphrase)));

    let key = LogKey::generate(&mut seeded(3)).unwrap();
    let pem = key.to_encrypted_pem(&right, &mut seeded(4)).unwrap();
    assert_eq!(LogKey::from_encrypted_pem(&pem, &right).unwrap().public(), key.public());
    assert!(matches!(LogKey::from_encrypted_pem(&pem, &wrong), Err(KeyError::WrongPassphrase)));

    let key = SecretKey32::generate(&mut seeded(5)).unwrap();
    let pem = key.to_encrypted_pem(&right, &mut seeded(6)).unwrap();
    assert_eq!(SecretKey32::from_encrypted_pem(&pem, &right).unwrap().as_bytes(), key.as_bytes());
}

#[test]
fn a_key_of_another_kind_is_named_as_such() {
    let pass = passphrase("p");
    let pem = SecretKey32::from_bytes([9; 32]).to_encrypted_pem(&pass, &mut seeded(1)).unwrap();
    assert!(matches!(KeyPair::from_encrypted_pem(&pem, &pass), Err(KeyError::OtherKind)));
    assert!(matches!(LogKey::from_encrypted_pem(&pem, &pass), Err(KeyError::OtherKind)));
    let pem = LogKey::generate(&mut seeded(2)).unwrap();
    let pem = pem.to_encrypted_pem(&pass, &mut seeded(3)).unwrap();
    assert!(matches!(KeyPair::from_encrypted_pem(&pem, &pass), Err(KeyError::OtherKind)));
    assert!(matches!(SecretKey32::from_encrypted_pem(&pem, &pass), Err(KeyError::OtherKind)));
}

#[test]
fn a_key_in_the_clear_and_other_text_are_refused() {
    let clear = KeyPair::generate(&mut seeded(1)).unwrap();
    let clear = clear.0.to_pkcs8_pem(LineEnding::LF).unwrap();
    for text in [clear.as_str(), "", "-----BEGIN ENCRYPTED PRIVATE KEY-----"] {
        assert!(matches!(
            KeyPair::from_encrypted_pem(text, &passphrase("p")),
            Err(KeyError::NotAKey)
        ));
    }
}

#[test]
fn a_file_that_asks_for_costly_work_is_refused_unworked() {
    let cost = scrypt::Params::new(24, 8, 1).unwrap();
    let parameters = pbes2::Parameters::generate_scrypt_aes256cbc(cost, &[0; 16], [0; 16]).unwrap();
    let pem = EncryptedPrivateKeyInfoOwned {
        encryption_algorithm: EncryptionScheme::Pbes2(parameters),
        encrypted_data: OctetString::new([0; 32]).unwrap(),
    }
    .to_pem(LineEnding::LF)
    .unwrap();
    assert!(matches!(
        KeyPair::from_encrypted_pem(&pem, &passphrase("p")),
        Err(KeyError::Encryption)
    ));
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!(
        "{:?} {:?} {:?} {:?}",
        passphrase("geheim"),
        KeyPair::generate(&mut seeded(1)).unwrap(),
        LogKey::generate(&mut seeded(1)).unwrap(),
        SecretKey32::from_bytes([0xab; 32]),
    );
    assert_eq!(shown, "Passphrase(…) KeyPair(P-256, …) LogKey(Ed25519, …) SecretKey32(…)");
}

#[test]
fn the_log_key_signs_as_rfc_8032_has_it() {
    // RFC 8032, section 7.1, test 1: the empty message.
    let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let secret: [u8; 32] = hex::decode(secret).unwrap().try_into().unwrap();
    let key = LogKey(ed25519_dalek::SigningKey::from_bytes(&secret));
    assert!(hex::encode(key.sign(b"")).starts_with("e5564300c360ac729086e2cc806e828a"));
    assert!(key.public().verifies(b"", &key.sign(b"")));
    assert!(!key.public().verifies(b"x", &key.sign(b"")));
    let again = LogPublicKey::from_bytes(&key.public().to_bytes()).unwrap();
    assert_eq!(again, key.public());
    assert!(LogPublicKey::from_bytes(&[0; 32]).is_err());
}

#[test]
fn openssl_opens_our_keys_and_we_open_its() {
    let Some(openssl) = OpenSsl::find("keys") else { return };
    let pass = passphrase("pass");
    let key = KeyPair::generate(&mut seeded(1)).unwrap();
    openssl.write("key.pem", key.to_encrypted_pem(&pass, &mut seeded(2)).unwrap());
    openssl.runs("pkey -in key.pem -passin pass:pass -pubout -out public.pem");
    let public = String::from_utf8(openssl.read("public.pem")).unwrap();
    assert_eq!(PublicKey::from_pem(&public).unwrap(), key.public());

    let log = LogKey::generate(&mut seeded(3)).unwrap();
    openssl.write("log.pem", log.to_encrypted_pem(&pass, &mut seeded(4)).unwrap());
    let shown = openssl.runs("pkey -in log.pem -passin pass:pass -pubout -outform DER -out log");
    assert!(openssl.read("log").ends_with(&log.public().to_bytes()), "{shown}");

    for scheme in ["-v2 aes-256-cbc", "-scrypt"] {
        openssl.runs("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out clear.pem");
        openssl.runs(&format!("pkcs8 -topk8 {scheme} -in clear.pem -passout pass:pass -out k"));
        let pem = String::from_utf8(openssl.read("k")).unwrap();
        KeyPair::from_encrypted_pem(&pem, &pass).unwrap();
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_without_panic(text in "\\PC{0,80}") {
        prop_assert!(KeyPair::from_encrypted_pem(&text, &passphrase("p")).is_err());
    }
}
