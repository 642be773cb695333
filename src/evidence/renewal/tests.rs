//! Records through twenty simulated years, and everything that breaks one.

use super::*;
use crate::{
    problem::Problem as _,
    signing::{
        CertificateAuthority, Credential, KeyPair, LocalAuthority, Signer as _, Subject,
        SystemRandom, Validity, testing::at,
    },
};

/// An authority founded at `year` whose stamping certificate ends after `years`.
fn authority(year: i32, years: u8) -> (LocalAuthority<Credential>, crate::signing::Certificate) {
    let start = at(&format!("{year}-01-01T00:00:00Z"));
    let random = &mut SystemRandom;
    let name = format!("TSA {year}");
    let root = CertificateAuthority::create(
        &Subject::new(name.clone(), name.clone()),
        Validity::years(start, years),
        random,
    )
    .unwrap();
    let key = KeyPair::generate(random).unwrap();
    let certificate = root
        .issue_timestamping(
            &key.public(),
            &Subject::new("stamps", name),
            Validity::years(start, years.saturating_sub(1)),
            random,
        )
        .unwrap();
    let credential = Credential::new(key, certificate).unwrap();
    let _ = credential.certificate();
    // Without the root, which the reader has: all that remains is covered.
    (LocalAuthority::new(credential, Vec::new(), "1.2.3.4").unwrap(), root.certificate().clone())
}

fn objects(count: usize) -> Vec<Vec<Digest>> {
    (0..count).map(|at| vec![Digest::of(format!("bundle {at}"))]).collect()
}

fn stamping<'a>(authority: &'a LocalAuthority<Credential>, time: &str) -> Stamping<'a> {
    Stamping { authority, nonce: 7, now: at(time) }
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().code().code
}

#[test]
fn every_object_of_a_tree_is_proved_whatever_their_number() {
    let (tsa, root) = authority(2026, 10);
    let anchors = TrustAnchors::new([root]);
    for count in [1, 2, 3, 5, 8, 13] {
        let groups = objects(count);
        let records = cover(&groups, &stamping(&tsa, "2026-06-01T00:00:00Z")).unwrap();
        assert_eq!(records.len(), count);
        for (group, record) in groups.iter().zip(&records) {
            let record = Record::from_der(&record.to_der().unwrap()).unwrap();
            let proven = record.verify(&group[0], &anchors, at("2027-01-01T00:00:00Z")).unwrap();
            assert_eq!((proven.stamps, proven.since), (1, at("2026-06-01T00:00:00Z")));
            let other = record.verify(&Digest::of("other"), &anchors, at("2027-01-01T00:00:00Z"));
            assert_eq!(code(other), "CH-K091");
        }
        // A neighbour's record does not prove this object, but for a pair that shares its leaves.
        if count > 2 {
            let other = records[2].verify(&groups[0][0], &anchors, at("2027-01-01T00:00:00Z"));
            assert_eq!(code(other), "CH-K091");
        }
    }
    assert_eq!(code(cover(&[], &stamping(&tsa, "2026-06-01T00:00:00Z"))), "CH-K097");
}

#[test]
fn a_late_token_is_proved_together_with_its_bundle() {
    let (tsa, root) = authority(2026, 10);
    let anchors = TrustAnchors::new([root]);
    let pair = vec![Digest::of("bundle"), Digest::of("token")];
    for groups in [vec![pair.clone()], vec![pair.clone(), vec![Digest::of("other")]]] {
        let records = cover(&groups, &stamping(&tsa, "2026-06-01T00:00:00Z")).unwrap();
        for one in &pair {
            records[0].verify(one, &anchors, at("2027-01-01T00:00:00Z")).unwrap();
        }
    }
}

#[test]
fn renewed_in_time_it_holds_after_twenty_years_and_not_renewed_it_does_not() {
    let (first, root1) = authority(2026, 10);
    let (second, root2) = authority(2034, 10);
    let (third, root3) = authority(2042, 10);
    let anchors = TrustAnchors::new([root1, root2, root3]);
    let groups = objects(5);
    let later = at("2046-06-01T00:00:00Z");
    let sealed = cover(&groups, &stamping(&first, "2026-06-01T00:00:00Z")).unwrap();
    assert_eq!(code(sealed[3].verify(&groups[3][0], &anchors, later)), "CH-K094");
    let once = renew(&sealed, &stamping(&second, "2034-06-01T00:00:00Z")).unwrap();
    assert_eq!(code(once[3].verify(&groups[3][0], &anchors, later)), "CH-K094");
    once[3].verify(&groups[3][0], &anchors, at("2042-01-01T00:00:00Z")).unwrap();
    let twice = renew(&once, &stamping(&third, "2042-06-01T00:00:00Z")).unwrap();
    for (group, record) in groups.iter().zip(&twice) {
        let record = Record::from_der(&record.to_der().unwrap()).unwrap();
        let proven = record.verify(&group[0], &anchors, later).unwrap();
        assert_eq!((proven.stamps, proven.since), (3, at("2026-06-01T00:00:00Z")));
        assert_eq!(proven.renewed, at("2042-06-01T00:00:00Z"));
    }
    // Renewed too late: the first stamp had aged by then.
    let late = renew(&sealed, &stamping(&third, "2042-06-01T00:00:00Z")).unwrap();
    assert_eq!(code(late[0].verify(&groups[0][0], &anchors, later)), "CH-K094");
    // Records of different days are renewed under one stamp.
    let other =
        cover(&[vec![Digest::of("later")]], &stamping(&first, "2027-06-01T00:00:00Z")).unwrap();
    let both = [sealed[0].clone(), other[0].clone(), sealed[1].clone()];
    let both = renew(&both, &stamping(&second, "2034-06-01T00:00:00Z")).unwrap();
    both[1].verify(&Digest::of("later"), &anchors, at("2040-01-01T00:00:00Z")).unwrap();
    both[2].verify(&groups[1][0], &anchors, at("2040-01-01T00:00:00Z")).unwrap();
}

#[test]
fn every_flipped_byte_of_a_record_is_refused() {
    let (tsa, root) = authority(2026, 10);
    let anchors = TrustAnchors::new([root]);
    let groups = objects(3);
    let now = at("2027-01-01T00:00:00Z");
    let sealed = cover(&groups, &stamping(&tsa, "2026-06-01T00:00:00Z")).unwrap();
    let record = renew(&sealed, &stamping(&tsa, "2026-12-01T00:00:00Z")).unwrap()[0].clone();
    let der = record.to_der().unwrap();
    record.verify(&groups[0][0], &anchors, now).unwrap();
    for place in 0..der.len() {
        let mut forged = der.clone();
        forged[place] ^= 1;
        let judged = Record::from_der(&forged).and_then(|r| r.verify(&groups[0][0], &anchors, now));
        assert!(judged.is_err(), "byte {place}");
    }
}

#[test]
fn a_stamp_of_a_strange_authority_or_out_of_order_is_refused() {
    let (tsa, root) = authority(2026, 10);
    let (strange, _) = authority(2026, 10);
    let anchors = TrustAnchors::new([root]);
    let groups = objects(2);
    let now = at("2030-01-01T00:00:00Z");
    let lied = cover(&groups, &stamping(&strange, "2026-06-01T00:00:00Z")).unwrap();
    assert_eq!(code(lied[0].verify(&groups[0][0], &anchors, now)), "CH-K093");
    let sealed = cover(&groups, &stamping(&tsa, "2028-06-01T00:00:00Z")).unwrap();
    let back = renew(&sealed, &stamping(&tsa, "2027-06-01T00:00:00Z")).unwrap();
    assert_eq!(code(back[0].verify(&groups[0][0], &anchors, now)), "CH-K095");
    // Before it existed nothing is proved.
    let early = sealed[0].verify(&groups[0][0], &anchors, at("2028-01-01T00:00:00Z"));
    assert_eq!(code(early), "CH-K095");
}
