//! Which chains are believed, and which are not.

use super::*;
use crate::signing::{
    authority::{CertificateAuthority, Subject, Validity},
    key::KeyPair,
    signer::{Credential, Signer},
    testing::{OpenSsl, at, operator, sample_authority, seeded, timestamper},
};

const DURING: &str = "2026-06-01T00:00:00Z";

fn judge(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchor: &Certificate,
    time: &str,
) -> Result<usize, ChainError> {
    let anchors = TrustAnchors::new([anchor.clone()]);
    verify_chain(leaf, intermediates, &anchors, at(time), Purpose::Sign).map(|path| path.len())
}

#[test]
fn an_operator_is_trusted_within_his_validity_only() {
    let authority = sample_authority();
    let (leaf, anchor) = (operator(&authority, "op-1"), authority.certificate());
    let leaf = leaf.certificate();
    assert_eq!(judge(leaf, &[], anchor, DURING).unwrap(), 2);
    assert!(matches!(
        judge(leaf, &[], anchor, "2024-12-31T23:59:59Z"),
        Err(ChainError::NotYetValid { .. })
    ));
    assert!(matches!(
        judge(leaf, &[], anchor, "2028-01-01T00:00:01Z"),
        Err(ChainError::Expired { .. })
    ));
}

#[test]
fn an_authority_of_the_same_name_is_not_the_authority() {
    let validity = Validity::years(at("2020-01-01T00:00:00Z"), 25);
    let subject = Subject::new("示例签发机构", "示例清收服务有限公司");
    let forged = CertificateAuthority::create(&subject, validity, &mut seeded(666)).unwrap();
    let genuine = sample_authority();
    let leaf = operator(&forged, "op-1").certificate().clone();
    // The forged root carried along changes nothing.
    let carried = [forged.certificate().clone()];
    assert!(matches!(
        judge(&leaf, &carried, genuine.certificate(), DURING),
        Err(ChainError::BadSignature)
    ));
    let stranger =
        CertificateAuthority::create(&Subject::new("他人", "他人"), validity, &mut seeded(5));
    let stranger = operator(&stranger.unwrap(), "op-1").certificate().clone();
    assert!(matches!(
        judge(&stranger, &[], genuine.certificate(), DURING),
        Err(ChainError::Untrusted)
    ));
}

#[test]
fn an_operator_issues_no_certificates() {
    let authority = sample_authority();
    let operator = operator(&authority, "op-1");
    let key = KeyPair::generate(&mut seeded(3)).unwrap();
    let forged = forged_by(&operator, &key);
    assert!(matches!(
        judge(&forged, &[operator.certificate().clone()], authority.certificate(), DURING),
        Err(ChainError::NotAnAuthority)
    ));
}

/// A certificate signed by a key that is no authority's.
fn forged_by(operator: &Credential, key: &KeyPair) -> Certificate {
    let subject = Subject::new("op-x", "示例清收服务有限公司");
    let validity = Validity::years(at("2026-01-01T00:00:00Z"), 1);
    CertificateAuthority::unchecked(operator.clone())
        .issue_signer(&key.public(), &subject, validity, &mut seeded(4))
        .unwrap()
}

#[test]
fn an_authority_allows_no_authority_below_itself() {
    let root = sample_authority();
    let key = KeyPair::generate(&mut seeded(31)).unwrap();
    let validity = Validity::years(at("2025-01-01T00:00:00Z"), 10);
    let below = root
        .issue_authority(&key.public(), &Subject::new("下级", "机构"), validity, &mut seeded(32))
        .unwrap();
    let below =
        CertificateAuthority::from_credential(Credential::new(key, below).unwrap()).unwrap();
    let leaf = operator(&below, "op-1").certificate().clone();
    let carried = [below.certificate().clone()];
    assert!(matches!(judge(&leaf, &carried, root.certificate(), DURING), Err(ChainError::TooLong)));
    assert_eq!(judge(&leaf, &[], below.certificate(), DURING).unwrap(), 2);
}

#[test]
fn purposes_do_not_mix() {
    let authority = sample_authority();
    let anchors = TrustAnchors::new([authority.certificate().clone()]);
    let (signer, stamper) = (operator(&authority, "op-1"), timestamper(&authority));
    let judge = |leaf: &Credential, purpose| {
        verify_chain(leaf.certificate(), &[], &anchors, at(DURING), purpose)
    };
    assert!(judge(&stamper, Purpose::Timestamp).is_ok());
    assert!(matches!(judge(&stamper, Purpose::Sign), Err(ChainError::WrongPurpose)));
    assert!(matches!(judge(&signer, Purpose::Timestamp), Err(ChainError::WrongPurpose)));
    let anchor = verify_chain(authority.certificate(), &[], &anchors, at(DURING), Purpose::Sign);
    assert!(matches!(anchor, Err(ChainError::WrongPurpose)));
}

#[test]
fn a_pinned_certificate_needs_no_path_but_must_be_valid() {
    let leaf = operator(&sample_authority(), "op-1").certificate().clone();
    assert_eq!(judge(&leaf, &[], &leaf, DURING).unwrap(), 1);
    assert!(matches!(
        judge(&leaf, &[], &leaf, "2030-01-01T00:00:00Z"),
        Err(ChainError::Expired { .. })
    ));
}

#[test]
fn anchors_are_read_out_of_surrounding_text() {
    let authority = sample_authority();
    let operator = operator(&authority, "op-1");
    let text = format!(
        "root\n{}\nother\n{}",
        authority.certificate().to_pem(),
        operator.certificate().to_pem()
    );
    assert_eq!(TrustAnchors::from_pem(&text).unwrap().certificates().len(), 2);
    assert!(TrustAnchors::from_pem("nothing").is_err());
    assert!(TrustAnchors::from_pem("-----BEGIN CERTIFICATE-----\nAAAA").is_err());
}

#[test]
fn openssl_trusts_our_chain_and_we_trust_its() {
    let Some(openssl) = OpenSsl::find("chains") else { return };
    let authority = sample_authority();
    openssl.write("ca.pem", authority.certificate().to_pem());
    openssl.write("op.pem", operator(&authority, "op-1").certificate().to_pem());
    let epoch = at(DURING).timestamp();
    openssl
        .runs(&format!("verify -x509_strict -check_ss_sig -attime {epoch} -CAfile ca.pem op.pem"));
    for (kind, digest) in [
        ("EC -pkeyopt ec_paramgen_curve:P-256", "sha256"),
        ("EC -pkeyopt ec_paramgen_curve:P-384", "sha384"),
        ("RSA -pkeyopt rsa_keygen_bits:2048", "sha256"),
        ("RSA -pkeyopt rsa_keygen_bits:3072", "sha512"),
    ] {
        openssl.runs(&format!("genpkey -algorithm {kind} -out ca.key"));
        openssl.runs(&format!(
            "req -x509 -new -{digest} -key ca.key -subj /CN=root -days 30 -out root.pem"
        ));
        openssl.runs("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out leaf.key");
        openssl.runs("req -new -key leaf.key -subj /CN=leaf -out leaf.csr");
        let (leaf, anchors, during) = signed(&openssl, digest);
        let path = verify_chain(&leaf, &[], &anchors, during, Purpose::Sign);
        assert_eq!(path.unwrap().len(), 2, "{kind}");
    }
}

/// The certificate that OpenSSL signs with `ca.key` for `leaf.csr`, its root as an anchor, and a time
/// at which both hold.
fn signed(openssl: &OpenSsl, digest: &str) -> (Certificate, TrustAnchors, DateTime<Utc>) {
    openssl.runs(&format!(
        "x509 -req -{digest} -in leaf.csr -CA root.pem -CAkey ca.key -set_serial 7 \
         -days 9 -out leaf.pem"
    ));
    let pem = |name| Certificate::from_pem(&String::from_utf8(openssl.read(name)).unwrap());
    let (leaf, root) = (pem("leaf.pem").unwrap(), pem("root.pem").unwrap());
    let during = leaf.not_before() + chrono::TimeDelta::hours(1);
    (leaf, TrustAnchors::new([root]), during)
}

#[test]
fn a_short_rsa_key_and_sha_1_are_not_believed() {
    let Some(openssl) = OpenSsl::find("weak chains") else { return };
    for (kind, digest) in [
        ("RSA -pkeyopt rsa_keygen_bits:1024", "sha256"),
        ("RSA -pkeyopt rsa_keygen_bits:2048", "sha1"),
    ] {
        openssl.runs(&format!("genpkey -algorithm {kind} -out ca.key"));
        openssl.runs("req -x509 -new -key ca.key -subj /CN=root -days 30 -out root.pem");
        openssl.runs("req -new -key ca.key -subj /CN=leaf -out leaf.csr");
        let (leaf, anchors, during) = signed(&openssl, digest);
        assert!(matches!(
            verify_chain(&leaf, &[], &anchors, during, Purpose::Sign),
            Err(ChainError::BadSignature)
        ));
    }
}
