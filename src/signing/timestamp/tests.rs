//! Forged, foreign and local tokens.

use proptest::prelude::*;

use super::*;
use crate::signing::{
    authority::CertificateAuthority,
    certificate::Certificate,
    chain::TrustAnchors,
    signer::{Credential, Signer},
    testing::{OpenSsl, at, operator, sample_authority, timestamper},
};

pub(super) const TIME: &str = "2026-06-01T08:30:00Z";
pub(super) const NONCE: u64 = 0x8000_0000_1234_5678;

pub(super) fn local() -> (LocalAuthority<Credential>, TrustAnchors) {
    let authority = sample_authority();
    let anchors = TrustAnchors::new([authority.certificate().clone()]);
    let chain = vec![authority.certificate().clone()];
    (LocalAuthority::new(timestamper(&authority), chain, "1.2.3.4.1").unwrap(), anchors)
}

pub(super) fn digest() -> Digest {
    Digest::of("payload")
}

fn token() -> Vec<u8> {
    local().0.stamp(&digest(), NONCE, at(TIME)).unwrap()
}

fn judge(token: &[u8]) -> Result<VerifiedTimestamp, TimestampError> {
    verify_token(&Token::parse(token)?, &digest(), &local().1, Some(NONCE))
}

#[test]
fn a_local_token_holds_and_says_when_by_whom_and_under_which_policy() {
    let token = token();
    let verified = judge(&token).unwrap();
    assert_eq!(verified.gen_time(), at(TIME));
    assert_eq!(verified.policy(), "1.2.3.4.1");
    assert_eq!(verified.authority().common_name().as_deref(), Some("示例时间戳"));
    assert_eq!(verified.path().len(), 2);
    let parsed = Token::parse(&token).unwrap();
    assert_eq!(parsed.imprint(), Some(digest()));
    assert_eq!(parsed.as_der(), token);
    assert_eq!(parsed.certificates().len(), 2);
    assert!(local().0.self_asserted());
}

#[test]
fn serial_numbers_differ_by_request_and_by_time() {
    let (authority, _) = local();
    let serial = |nonce, time| {
        Token::parse(&authority.stamp(&digest(), nonce, at(time)).unwrap()).unwrap().serial()
    };
    assert_eq!(serial(1, TIME), serial(1, TIME));
    assert_ne!(serial(1, TIME), serial(2, TIME));
    assert_ne!(serial(1, TIME), serial(1, "2026-06-01T08:30:01Z"));
}

#[test]
fn another_digest_nonce_or_anchor_is_refused_by_its_own_code() {
    let token = Token::parse(&token()).unwrap();
    let (_, anchors) = local();
    let other = Digest::of("other");
    assert!(matches!(
        verify_token(&token, &other, &anchors, None),
        Err(TimestampError::OtherContent)
    ));
    assert!(matches!(
        verify_token(&token, &digest(), &anchors, Some(NONCE + 1)),
        Err(TimestampError::Nonce)
    ));
    assert!(matches!(
        verify_token(&token, &digest(), &TrustAnchors::default(), None),
        Err(TimestampError::Chain { source: ChainError::Untrusted })
    ));
    assert!(verify_token(&token, &digest(), &anchors, None).is_ok());
}

#[test]
fn a_signers_certificate_gives_no_timestamps() {
    let authority = sample_authority();
    assert!(matches!(
        LocalAuthority::new(operator(&authority, "op-1"), Vec::new(), "1.2.3"),
        Err(TimestampError::Chain { source: ChainError::WrongPurpose })
    ));
    assert!(matches!(
        LocalAuthority::new(timestamper(&authority), Vec::new(), "policy"),
        Err(TimestampError::Policy)
    ));
    // The same token made by an operator's key, past that check.
    let forged = LocalAuthority::unchecked(operator(&authority, "op-1"), "1.2.3.4.1");
    let forged = forged.stamp(&digest(), NONCE, at(TIME)).unwrap();
    assert!(matches!(
        judge(&forged),
        Err(TimestampError::Chain { source: ChainError::WrongPurpose })
    ));
}

#[test]
fn no_token_is_given_outside_the_certificates_validity() {
    let (authority, _) = local();
    for (time, is_early) in [("2024-01-01T00:00:00Z", true), ("2029-01-01T00:00:00Z", false)] {
        let error = authority.stamp(&digest(), NONCE, at(time)).unwrap_err();
        assert_eq!(
            matches!(error, TimestampError::Chain { source: ChainError::NotYetValid { .. } }),
            is_early
        );
    }
}

#[test]
fn every_flipped_byte_of_a_token_is_refused() {
    let authority = sample_authority();
    // Without the root, which the reader has: all that remains is covered.
    let local = LocalAuthority::new(timestamper(&authority), Vec::new(), "1.2.3.4.1").unwrap();
    let token = local.stamp(&digest(), NONCE, at(TIME)).unwrap();
    judge(&token).unwrap();
    for mask in [0x01, 0x80] {
        for place in 0..token.len() {
            let mut forged = token.clone();
            forged[place] ^= mask;
            assert!(judge(&forged).is_err(), "byte {place} ^ {mask:#x}");
        }
    }
}

proptest! {
    #[test]
    fn cut_and_foreign_bytes_are_refused_without_panic(
        cut in 0_usize..4096,
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let token = token();
        prop_assert!(judge(&token[..cut % token.len()]).is_err());
        prop_assert!(Token::parse(&bytes).is_err());
    }
}

/// The element with indefinite lengths down to `depth`, and its octet string there in pieces.
fn to_ber(der: &[u8], depth: usize) -> Vec<u8> {
    let (header, length) = match der[1] {
        short @ 0..=0x7f => (2, usize::from(short)),
        0x81 => (3, usize::from(der[2])),
        0x82 => (4, usize::from(der[2]) * 256 + usize::from(der[3])),
        _ => panic!("a test token is short"),
    };
    let value = &der[header..header + length];
    if der[0] == 0x04 && depth == 0 {
        let mut out = vec![0x24, 0x80];
        for piece in value.chunks(50) {
            out.extend([0x04, u8::try_from(piece.len()).unwrap()]);
            out.extend(piece);
        }
        return [out, vec![0, 0]].concat();
    }
    if der[0] & 0x20 == 0 || depth == 0 {
        return der[..header + length].to_vec();
    }
    let mut out = vec![der[0], 0x80];
    let mut rest = value;
    while !rest.is_empty() {
        out.extend(to_ber(rest, depth - 1));
        let skip = match rest[1] {
            short @ 0..=0x7f => 2 + usize::from(short),
            0x81 => 3 + usize::from(rest[2]),
            _ => 4 + usize::from(rest[2]) * 256 + usize::from(rest[3]),
        };
        rest = &rest[skip..];
    }
    out.extend([0, 0]);
    out
}

#[test]
fn a_token_in_ber_is_taken_and_kept_in_der() {
    let token = token();
    let ber = to_ber(&token, 5);
    assert_ne!(ber, token);
    assert!(ber.windows(2).any(|pair| pair == [0x24, 0x80]));
    judge(&ber).unwrap();
    assert_eq!(Token::parse(&ber).unwrap().as_der(), token);
}

#[test]
fn openssl_verifies_our_tokens_and_requests_ours() {
    let Some(openssl) = OpenSsl::find("our timestamps") else { return };
    let authority = sample_authority();
    openssl.write("ca.pem", authority.certificate().to_pem());
    openssl.write("token", token());
    openssl.write("payload", "payload");
    let epoch = at(TIME).timestamp();
    let verify = format!("ts -verify -token_in -CAfile ca.pem -attime {epoch}");
    openssl.runs(&format!("{verify} -digest {} -in token", digest()));
    openssl.runs(&format!("{verify} -data payload -in token"));
    let other = Digest::of("other");
    assert!(!openssl.tries(&format!("{verify} -digest {other} -in token")).0);

    openssl.runs("ts -query -data payload -sha256 -cert -out query");
    let answer = local().0.respond(&openssl.read("query"), at(TIME)).unwrap();
    openssl.write("answer", answer);
    openssl.runs(&format!("ts -verify -queryfile query -in answer -CAfile ca.pem -attime {epoch}"));
    openssl.runs("ts -query -data payload -sha512 -cert -out query");
    assert!(matches!(
        local().0.respond(&openssl.read("query"), at(TIME)),
        Err(TimestampError::NotARequest)
    ));
}

/// A token over [`digest`] by an authority made wholly by openssl, and its certificate.
fn foreign(openssl: &OpenSsl, key: &str, usage: &str, identifier: &str) -> (Token, Certificate) {
    openssl.runs(&format!("genpkey -algorithm {key} -out tsa.key"));
    openssl.write(
        "req.cnf",
        format!(
            "[req]\ndistinguished_name=n\nx509_extensions=x\n[n]\n[x]\nextendedKeyUsage={usage}\n\
             keyUsage=critical,digitalSignature\nbasicConstraints=CA:false\n"
        ),
    );
    openssl.runs("req -x509 -new -key tsa.key -config req.cnf -subj /CN=tsa -days 3 -out tsa.pem");
    openssl.write("serial", "1234\n");
    openssl.write(
        "tsa.cnf",
        format!(
            "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\n\
             signer_key=tsa.key\ndefault_policy=1.2.3.4.5\ndigests=sha256,sha512\n\
             signer_digest=sha256\naccuracy=secs:1,millisecs:500\nclock_precision_digits=3\n\
             ordering=yes\ntsa_name=yes\ness_cert_id_alg={identifier}\n"
        ),
    );
    openssl.write("payload", "payload");
    openssl.runs("ts -query -data payload -sha256 -cert -out query");
    openssl.runs("ts -reply -config tsa.cnf -queryfile query -token_out -out token");
    let pem = String::from_utf8(openssl.read("tsa.pem")).unwrap();
    (Token::parse(&openssl.read("token")).unwrap(), Certificate::from_pem(&pem).unwrap())
}

#[test]
fn tokens_made_by_openssl_hold() {
    let Some(openssl) = OpenSsl::find("foreign timestamps") else { return };
    for (key, identifier) in [
        ("EC -pkeyopt ec_paramgen_curve:P-256", "sha256"),
        ("EC -pkeyopt ec_paramgen_curve:P-384", "sha384"),
        ("RSA -pkeyopt rsa_keygen_bits:2048", "sha1"),
    ] {
        let (token, certificate) = foreign(&openssl, key, "critical,timeStamping", identifier);
        let anchors = TrustAnchors::new([certificate]);
        let verified = verify_token(&token, &digest(), &anchors, None).unwrap();
        openssl.write("query", timestamp_request(&digest(), NONCE).unwrap());
        openssl.runs("ts -reply -config tsa.cnf -queryfile query -out response");
        let answer = Token::from_response(&openssl.read("response")).unwrap();
        verify_token(&answer, &digest(), &anchors, Some(NONCE)).unwrap();
        assert_eq!(verified.policy(), "1.2.3.4.5", "{key}");
        assert_eq!(token.serial(), "1235");
    }
}

#[test]
fn a_timestamping_purpose_must_be_critical_and_sole() {
    let Some(openssl) = OpenSsl::find("purposes of timestamps") else { return };
    let key = "EC -pkeyopt ec_paramgen_curve:P-256";
    // openssl itself makes no token for these, so the good token is judged under such a chain.
    for usage in ["timeStamping", "critical,timeStamping,codeSigning", "codeSigning"] {
        openssl.write(
            "req.cnf",
            format!("[req]\ndistinguished_name=n\nx509_extensions=x\n[n]\n[x]\nextendedKeyUsage={usage}\n"),
        );
        openssl.runs(&format!("genpkey -algorithm {key} -out k"));
        openssl.runs("req -x509 -new -key k -config req.cnf -subj /CN=tsa -days 3 -out c");
        let pem = String::from_utf8(openssl.read("c")).unwrap();
        let certificate = Certificate::from_pem(&pem).unwrap();
        let time = certificate.not_before();
        let judged = crate::signing::verify_chain(
            &certificate,
            &[],
            &TrustAnchors::new([certificate.clone()]),
            time,
            crate::signing::Purpose::Timestamp,
        );
        assert!(matches!(judged, Err(ChainError::WrongPurpose)), "{usage}");
    }
}

#[test]
fn a_token_outlives_its_authoritys_certificate() {
    // Judged at its own time, whatever the time is now: nothing here asks a clock.
    let authority: CertificateAuthority = sample_authority();
    let stamper = timestamper(&authority);
    let last = stamper.certificate().not_after();
    let local = LocalAuthority::new(stamper, Vec::new(), "1.2.3.4.1").unwrap();
    let token = local.stamp(&digest(), NONCE, last).unwrap();
    assert_eq!(judge(&token).unwrap().gen_time(), last);
}
