//! Forged and foreign signatures.

use cms::{
    cert::CertificateChoices,
    content_info::ContentInfo,
    revocation::RevocationInfoChoices,
    signed_data::{SignedData as Cms, SignerIdentifier},
};
use der::{Any, Decode, Encode, asn1::SetOfVec};
use proptest::prelude::*;
use x509_cert::attr::Attribute;

use super::*;
use crate::signing::{
    authority::CertificateAuthority,
    chain::ChainError,
    signer::Credential,
    testing::{OpenSsl, at, operator, sample_authority, seeded},
};

const TIME: &str = "2026-06-01T08:30:00Z";
const CONTENT: &[u8] = "催收函内容\n".as_bytes();

fn people() -> (CertificateAuthority, Credential) {
    let authority = sample_authority();
    let signer = operator(&authority, "op-1");
    (authority, signer)
}

fn detached() -> Vec<u8> {
    let (authority, signer) = people();
    let chain = [authority.certificate().clone()];
    sign_detached(&Digest::of(CONTENT), &signer, &chain, at(TIME)).unwrap()
}

/// The signature with something in it changed.
fn changed(p7s: &[u8], change: impl FnOnce(&mut Cms)) -> Vec<u8> {
    let outer = ContentInfo::from_der(p7s).unwrap();
    let mut data = outer.content.decode_as::<Cms>().unwrap();
    change(&mut data);
    let content = Any::encode_from(&data).unwrap();
    ContentInfo { content_type: outer.content_type, content }.to_der().unwrap()
}

fn refused(p7s: &[u8]) -> SignatureError {
    verify_detached(p7s, &Digest::of(CONTENT)).unwrap_err()
}

fn believed(p7s: &[u8]) -> bool {
    let anchors = TrustAnchors::new([sample_authority().certificate().clone()]);
    verify_detached(p7s, &Digest::of(CONTENT))
        .is_ok_and(|verified| verified.verify_chain(&anchors, at(TIME)).is_ok())
}

#[test]
fn a_signature_gives_back_signer_path_and_time() {
    let (authority, signer) = people();
    let verified = verify_detached(&detached(), &Digest::of(CONTENT)).unwrap();
    assert_eq!(verified.certificate(), signer.certificate());
    assert_eq!(verified.intermediates(), [authority.certificate().clone()]);
    assert_eq!(verified.signing_time(), at(TIME));
    let anchors = TrustAnchors::new([authority.certificate().clone()]);
    assert_eq!(verified.verify_chain(&anchors, at(TIME)).unwrap().len(), 2);
    assert!(matches!(
        verified.verify_chain(&anchors, at("2040-01-01T00:00:00Z")),
        Err(ChainError::Expired { .. })
    ));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(detached(), detached());
}

#[test]
fn an_enveloping_signature_gives_its_content_back() {
    let (_, signer) = people();
    let p7m = sign_enveloping(CONTENT, &signer, &[], at(TIME)).unwrap();
    let opened = verify_enveloping(&p7m).unwrap();
    assert_eq!(opened.content, CONTENT);
    assert_eq!(opened.signature.certificate(), signer.certificate());
    assert!(matches!(verify_detached(&p7m, &Digest::of(CONTENT)), Err(SignatureError::Content)));
    assert!(matches!(verify_enveloping(&detached()), Err(SignatureError::Content)));
}

#[test]
fn other_content_is_told_from_a_false_signature() {
    let other = verify_detached(&detached(), &Digest::of("other"));
    assert!(matches!(other, Err(SignatureError::OtherContent)));
    let forged = changed(&detached(), |data| {
        let mut signer = data.signer_infos.0.get(0).unwrap().clone();
        let (_, other) = people();
        let signature = other.sign(b"something else").unwrap();
        let signature = crate::signing::signer::der_signature(&signature).unwrap();
        signer.signature = der::asn1::OctetString::new(signature).unwrap();
        data.signer_infos.0 = SetOfVec::from_iter([signer]).unwrap();
    });
    assert!(matches!(refused(&forged), SignatureError::BadSignature));
}

#[test]
fn two_signers_and_none_are_refused() {
    let (authority, _) = people();
    let second = operator(&authority, "op-2");
    let other = sign_detached(&Digest::of(CONTENT), &second, &[], at(TIME)).unwrap();
    let other = ContentInfo::from_der(&other).unwrap().content.decode_as::<Cms>().unwrap();
    let two = changed(&detached(), |data| {
        data.signer_infos.0.insert(other.signer_infos.0.get(0).unwrap().clone()).unwrap();
    });
    assert!(matches!(refused(&two), SignatureError::Signers { count: 2 }));
    let none = changed(&detached(), |data| data.signer_infos.0 = SetOfVec::new());
    assert!(matches!(refused(&none), SignatureError::Signers { count: 0 }));
}

#[test]
fn an_exchanged_certificate_is_noticed() {
    let (authority, signer) = people();
    let second = operator(&authority, "op-2").certificate().clone();
    let without = changed(&detached(), |data| {
        let kept = CertificateChoices::Certificate(second.parsed().clone());
        data.certificates.as_mut().unwrap().0 = SetOfVec::from_iter([kept]).unwrap();
    });
    assert!(matches!(refused(&without), SignatureError::NoCertificate));
    let renamed = changed(&without, |data| {
        let mut signer = data.signer_infos.0.get(0).unwrap().clone();
        let tbs = second.parsed().tbs_certificate();
        signer.sid = SignerIdentifier::IssuerAndSerialNumber(cms::cert::IssuerAndSerialNumber {
            issuer: tbs.issuer().clone(),
            serial_number: tbs.serial_number().clone(),
        });
        data.signer_infos.0 = SetOfVec::from_iter([signer]).unwrap();
    });
    assert!(matches!(refused(&renamed), SignatureError::OtherCertificate));
    // The same key and name in a newer certificate is still another certificate.
    let newer = authority
        .issue_signer(
            &signer.key().public(),
            &crate::signing::Subject::new("op-1", "示例清收服务有限公司"),
            crate::signing::Validity::years(at("2026-01-01T00:00:00Z"), 1),
            &mut seeded(8),
        )
        .unwrap();
    let swapped = changed(&detached(), |data| {
        let mut signer = data.signer_infos.0.get(0).unwrap().clone();
        let tbs = newer.parsed().tbs_certificate();
        signer.sid = SignerIdentifier::IssuerAndSerialNumber(cms::cert::IssuerAndSerialNumber {
            issuer: tbs.issuer().clone(),
            serial_number: tbs.serial_number().clone(),
        });
        data.signer_infos.0 = SetOfVec::from_iter([signer]).unwrap();
        let newer = CertificateChoices::Certificate(newer.parsed().clone());
        data.certificates.as_mut().unwrap().0.insert(newer).unwrap();
    });
    assert!(matches!(refused(&swapped), SignatureError::OtherCertificate));
}

#[test]
fn what_no_signature_covers_is_refused() {
    let (authority, _) = people();
    let stray = operator(&authority, "op-2").certificate().parsed().clone();
    let stray = changed(&detached(), |data| {
        let certificates = &mut data.certificates.as_mut().unwrap().0;
        certificates.insert(CertificateChoices::Certificate(stray)).unwrap();
    });
    assert!(matches!(refused(&stray), SignatureError::Uncovered));
    let lists = changed(&detached(), |data| {
        data.crls = Some(RevocationInfoChoices(SetOfVec::new()));
    });
    assert!(matches!(refused(&lists), SignatureError::Uncovered));
    let unsigned = changed(&detached(), |data| {
        let mut signer = data.signer_infos.0.get(0).unwrap().clone();
        let value = Any::encode_from(&oid::DATA).unwrap();
        let attribute = Attribute { oid: oid::DATA, values: SetOfVec::from_iter([value]).unwrap() };
        signer.unsigned_attrs = Some(SetOfVec::from_iter([attribute]).unwrap());
        data.signer_infos.0 = SetOfVec::from_iter([signer]).unwrap();
    });
    assert!(matches!(refused(&unsigned), SignatureError::Uncovered));
    let mut trailing = detached();
    trailing.push(0);
    assert!(matches!(refused(&trailing), SignatureError::Malformed));
}

#[test]
fn attributes_must_stand_once_and_in_order() {
    let edit = |change: &dyn Fn(&mut Vec<Attribute>)| {
        changed(&detached(), |data| {
            let mut signer = data.signer_infos.0.get(0).unwrap().clone();
            let mut attributes = signer.signed_attrs.take().unwrap().into_vec();
            change(&mut attributes);
            signer.signed_attrs = Some(SetOfVec::try_from(attributes).unwrap());
            data.signer_infos.0 = SetOfVec::from_iter([signer]).unwrap();
        })
    };
    for kind in [oid::MESSAGE_DIGEST, oid::SIGNING_CERTIFICATE_V2] {
        let missing = edit(&|attributes| attributes.retain(|attribute| attribute.oid != kind));
        assert!(matches!(refused(&missing), SignatureError::Attributes), "{kind}");
    }
    let missing = edit(&|attributes| attributes.retain(|one| one.oid != oid::CONTENT_TYPE));
    assert!(matches!(refused(&missing), SignatureError::ContentType));
    // Without the signing time the rest no longer verifies.
    let missing = edit(&|attributes| attributes.retain(|one| one.oid != oid::SIGNING_TIME));
    assert!(matches!(refused(&missing), SignatureError::BadSignature));
}

#[test]
fn every_flipped_byte_is_refused() {
    let (_, signer) = people();
    let p7s = detached();
    assert!(believed(&p7s));
    let p7m = sign_enveloping(CONTENT, &signer, &[], at(TIME)).unwrap();
    for mask in [0x01, 0x80] {
        for place in 0..p7s.len() {
            let mut forged = p7s.clone();
            forged[place] ^= mask;
            assert!(!believed(&forged), "byte {place} ^ {mask:#x}");
        }
        for place in 0..p7m.len() {
            let mut forged = p7m.clone();
            forged[place] ^= mask;
            assert!(verify_enveloping(&forged).is_err(), "byte {place} ^ {mask:#x}");
        }
    }
}

proptest! {
    #[test]
    fn any_change_of_bytes_is_refused(place in 0_usize..4096, mask in 1_u8.., cut in 0_usize..4096) {
        let p7s = detached();
        let mut forged = p7s.clone();
        forged[place % p7s.len()] ^= mask;
        prop_assert!(!believed(&forged));
        prop_assert!(verify_detached(&p7s[..cut % p7s.len()], &Digest::of(CONTENT)).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(verify_detached(&bytes, &Digest::of(CONTENT)).is_err());
    }
}

#[test]
fn openssl_verifies_our_signatures() {
    let Some(openssl) = OpenSsl::find("our CAdES") else { return };
    let (authority, signer) = people();
    openssl.write("content", CONTENT);
    openssl.write("ca.pem", authority.certificate().to_pem());
    openssl.write("detached.p7s", detached());
    let p7m = sign_enveloping(CONTENT, &signer, &[], at(TIME)).unwrap();
    openssl.write("enveloping.p7m", p7m);
    let epoch = at(TIME).timestamp();
    let common = format!("-binary -inform DER -cades -CAfile ca.pem -attime {epoch}");
    openssl.runs(&format!("cms -verify -in detached.p7s -content content {common} -out copy"));
    assert_eq!(openssl.read("copy"), CONTENT);
    openssl.runs(&format!("cms -verify -in enveloping.p7m {common} -out opened"));
    assert_eq!(openssl.read("opened"), CONTENT);
    openssl.write("content", b"altered");
    let (accepted, _) =
        openssl.tries(&format!("cms -verify -in detached.p7s -content content {common} -out x"));
    assert!(!accepted);
}

#[test]
fn signatures_made_by_openssl_verify() {
    let Some(openssl) = OpenSsl::find("foreign CAdES") else { return };
    let (authority, signer) = people();
    let pass = crate::signing::Passphrase::new("pass".to_owned());
    openssl.write("content", CONTENT);
    openssl.write("ca.pem", authority.certificate().to_pem());
    openssl.write("op.pem", signer.certificate().to_pem());
    openssl.write("op.key", signer.key().to_encrypted_pem(&pass, &mut seeded(1)).unwrap());
    let sign = "cms -sign -binary -in content -signer op.pem -inkey op.key -passin pass:pass \
                -outform DER -md sha256";
    for more in ["", "-keyid", "-certfile ca.pem", "-nosmimecap"] {
        openssl.runs(&format!("{sign} -cades {more} -out s"));
        let verified = verify_detached(&openssl.read("s"), &Digest::of(CONTENT));
        let verified = verified.unwrap_or_else(|error| panic!("{more}: {error}"));
        assert_eq!(verified.certificate(), signer.certificate());
    }
    openssl.runs(&format!("{sign} -cades -nodetach -out s"));
    assert_eq!(verify_enveloping(&openssl.read("s")).unwrap().content, CONTENT);

    openssl.runs(&format!("{sign} -out s"));
    assert!(matches!(refused(&openssl.read("s")), SignatureError::Attributes));
    openssl.runs(&format!("{sign} -noattr -out s"));
    assert!(matches!(refused(&openssl.read("s")), SignatureError::Malformed));
    openssl.runs(&format!("{sign} -cades -nocerts -out s"));
    assert!(matches!(refused(&openssl.read("s")), SignatureError::NoCertificate));
    openssl.runs(&sign.replace("sha256", "sha512 -cades -out s"));
    assert!(matches!(refused(&openssl.read("s")), SignatureError::Algorithm));
}
