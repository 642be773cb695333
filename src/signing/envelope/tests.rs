//! What the envelope must do, as OpenSSL reads it.

use super::*;
use crate::problem::Problem as _;
use crate::signing::testing::{OpenSsl, at};

/// A recipient whose key openssl made, by the options of `openssl req`.
fn recipient(openssl: &OpenSsl, key: &str, usage: &str) -> Recipient {
    openssl.runs(&format!("genpkey {key} -out key.pem"));
    openssl.runs(&format!(
        "req -new -x509 -key key.pem -subj /CN=recipient -days 36500 -addext keyUsage={usage} -out cert.pem"
    ));
    let pem = String::from_utf8(openssl.read("cert.pem")).unwrap();
    Recipient::new(Certificate::from_pem(&pem).unwrap(), at("2100-01-01T00:00:00Z")).unwrap()
}

fn encrypted(to: &Recipient, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let length = u64::try_from(content.len()).unwrap();
    to.encrypt(&mut &content[..], length, &mut out, &mut crate::signing::SystemRandom).unwrap();
    out
}

#[test]
fn openssl_opens_what_is_encrypted_to_either_kind_of_key() {
    let Some(openssl) = OpenSsl::find("openssl_opens_what_is_encrypted") else { return };
    for (key, usage) in [
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "keyAgreement"),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "keyEncipherment"),
    ] {
        let to = recipient(&openssl, key, usage);
        for size in [0, 1, 15, 16, 17, 127, 4096, BUFFER - 1, BUFFER, BUFFER + 1, 300_000] {
            let content: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
            openssl.write("sealed.der", encrypted(&to, &content));
            openssl.runs("cms -decrypt -inform DER -binary -in sealed.der -recip cert.pem -inkey key.pem -out opened");
            assert_eq!(openssl.read("opened"), content, "{key} {size}");
        }
        // Another's key does not open it.
        openssl.write("sealed.der", encrypted(&to, b"secret"));
        openssl.runs(&format!("genpkey {key} -out other.pem"));
        let (_, _) = openssl.tries("cms -decrypt -inform DER -binary -in sealed.der -recip cert.pem -inkey other.pem -out stolen");
        assert!(
            !openssl
                .tries("dgst -sha256 stolen")
                .1
                .contains(&crate::digest::Digest::of("secret").to_string())
        );
    }
}

#[test]
fn a_certificate_for_signing_or_of_another_curve_takes_nothing() {
    let Some(openssl) = OpenSsl::find("a_certificate_for_signing") else { return };
    let mut refused = Vec::new();
    for (key, usage) in [
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "digitalSignature"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "keyAgreement"),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "keyEncipherment"),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "digitalSignature"),
    ] {
        openssl.runs(&format!("genpkey {key} -out key.pem"));
        openssl.runs(&format!(
            "req -new -x509 -key key.pem -subj /CN=x -days 36500 -addext keyUsage={usage} -out cert.pem"
        ));
        let pem = String::from_utf8(openssl.read("cert.pem")).unwrap();
        let certificate = Certificate::from_pem(&pem).unwrap();
        assert!(matches!(
            Recipient::new(certificate.clone(), at("2000-01-01T00:00:00Z")),
            Err(EnvelopeError::Validity)
        ));
        let now = certificate.not_before();
        refused.push(Recipient::new(certificate, now).unwrap_err().code().code);
    }
    assert_eq!(refused, ["CH-K081", "CH-K080", "CH-K080", "CH-K081"]);
}

#[test]
fn content_of_another_length_is_not_passed_off_as_whole() {
    let Some(openssl) = OpenSsl::find("content_of_another_length") else { return };
    let to = recipient(&openssl, "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "keyAgreement");
    for length in [2, 4] {
        let sealed = to.encrypt(
            &mut &b"abc"[..],
            length,
            &mut Vec::new(),
            &mut crate::signing::SystemRandom,
        );
        assert!(matches!(sealed, Err(EnvelopeError::Length)));
    }
}

#[test]
fn lengths_are_written_in_the_shortest_form() {
    assert_eq!(tag(0x30, 0), [0x30, 0]);
    assert_eq!(tag(0x30, 127), [0x30, 127]);
    assert_eq!(tag(0x30, 128), [0x30, 0x81, 128]);
    assert_eq!(tag(0x30, 5 << 30), [0x30, 0x85, 1, 0x40, 0, 0, 0]);
}
