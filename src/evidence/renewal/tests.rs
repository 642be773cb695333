//! Records through twenty simulated years, and everything that breaks one.

use super::*;
use crate::{
    digest::Digest,
    problem::Problem as _,
    signing::{
        CertificateAuthority, Credential, KeyPair, LocalAuthority, Signer as _, Subject,
        SystemRandom, Validity, testing::at,
    },
};

/// An authority founded at `year` whose stamping certificate ends after `years`.
fn authority(year: i32, years: u8) -> (LocalAuthority<Credential>, Certificate) {
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
        let records =
            cover(DigestAlgorithm::Sha256, &groups, &stamping(&tsa, "2026-06-01T00:00:00Z"))
                .unwrap();
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
    assert_eq!(
        code(cover::<Digest>(
            DigestAlgorithm::Sha256,
            &[],
            &stamping(&tsa, "2026-06-01T00:00:00Z")
        )),
        "CH-K097"
    );
}

#[test]
fn a_late_token_is_proved_together_with_its_bundle() {
    let (tsa, root) = authority(2026, 10);
    let anchors = TrustAnchors::new([root]);
    let pair = vec![Digest::of("bundle"), Digest::of("token")];
    for groups in [vec![pair.clone()], vec![pair.clone(), vec![Digest::of("other")]]] {
        let records =
            cover(DigestAlgorithm::Sha256, &groups, &stamping(&tsa, "2026-06-01T00:00:00Z"))
                .unwrap();
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
    let sealed =
        cover(DigestAlgorithm::Sha256, &groups, &stamping(&first, "2026-06-01T00:00:00Z")).unwrap();
    // What is told is where the certificate really ended, not only the time asked about.
    let told = sealed[3].verify(&groups[3][0], &anchors, later).unwrap_err();
    assert_eq!(told.code().code, "CH-K141");
    let ended = "stamp 1, the last of the evidence record, ended on 2035-01-01T00:00:00+00:00";
    assert!(told.to_string().contains(ended), "{told}");
    assert!(told.to_string().contains("before 2046-06-01T00:00:00+00:00"), "{told}");
    let once = renew(&sealed, &stamping(&second, "2034-06-01T00:00:00Z")).unwrap();
    assert_eq!(code(once[3].verify(&groups[3][0], &anchors, later)), "CH-K141");
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
    let told = late[0].verify(&groups[0][0], &anchors, later).unwrap_err();
    assert_eq!(told.code().code, "CH-K094");
    assert!(
        told.to_string().ends_with("2035-01-01T00:00:00+00:00, before 2042-06-01T00:00:00+00:00")
    );
    // Records of different days are renewed under one stamp.
    let other = cover(
        DigestAlgorithm::Sha256,
        &[vec![Digest::of("later")]],
        &stamping(&first, "2027-06-01T00:00:00Z"),
    )
    .unwrap();
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
    let sealed =
        cover(DigestAlgorithm::Sha256, &groups, &stamping(&tsa, "2026-06-01T00:00:00Z")).unwrap();
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
    let lied = cover(DigestAlgorithm::Sha256, &groups, &stamping(&strange, "2026-06-01T00:00:00Z"))
        .unwrap();
    assert_eq!(code(lied[0].verify(&groups[0][0], &anchors, now)), "CH-K093");
    let sealed =
        cover(DigestAlgorithm::Sha256, &groups, &stamping(&tsa, "2028-06-01T00:00:00Z")).unwrap();
    let back = renew(&sealed, &stamping(&tsa, "2027-06-01T00:00:00Z")).unwrap();
    assert_eq!(code(back[0].verify(&groups[0][0], &anchors, now)), "CH-K095");
    // Before it existed nothing is proved.
    let early = sealed[0].verify(&groups[0][0], &anchors, at("2028-01-01T00:00:00Z"));
    assert_eq!(code(early), "CH-K140");
    let early = back[0].verify(&groups[0][0], &anchors, at("2020-01-01T00:00:00Z"));
    assert_eq!(code(early), "CH-K095");
}

const BOTH: [DigestAlgorithm; 3] =
    [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];

fn hashes(content: &str) -> Hashes {
    Hashes::of_reader(content.as_bytes(), &BOTH).unwrap()
}

/// Covered in 2026 by SHA-256, renewed in 2030, each object hashed anew in 2034 by `algorithm`.
fn rehashed(contents: &[&str], algorithm: DigestAlgorithm) -> (Vec<Record>, TrustAnchors) {
    let (first, root1) = authority(2026, 10);
    let (second, root2) = authority(2034, 10);
    let groups: Vec<Vec<Hashes>> = contents.iter().map(|one| vec![hashes(one)]).collect();
    let stamped = stamping(&first, "2026-06-01T00:00:00Z");
    let records = cover(DigestAlgorithm::Sha256, &groups, &stamped).unwrap();
    let records = renew(&records, &stamping(&first, "2030-06-01T00:00:00Z")).unwrap();
    let members: Vec<Member<'_>> =
        records.iter().zip(groups).map(|(record, objects)| Member { record, objects }).collect();
    let records = rehash(algorithm, &members, &stamping(&second, "2034-06-01T00:00:00Z")).unwrap();
    (records, TrustAnchors::new([root1, root2]))
}

#[test]
fn records_hashed_anew_by_a_stronger_algorithm_hold_through_renewals_of_both_kinds() {
    let contents = ["one", "two", "three"];
    for algorithm in [DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
        let (records, mut anchors) = rehashed(&contents, algorithm);
        let (third, root3) = authority(2042, 10);
        anchors.add(root3);
        let records = renew(&records, &stamping(&third, "2042-06-01T00:00:00Z")).unwrap();
        for (content, record) in contents.iter().zip(&records) {
            let record = Record::from_der(&record.to_der().unwrap()).unwrap();
            assert_eq!(record.algorithms(), [DigestAlgorithm::Sha256, algorithm]);
            let later = at("2046-06-01T00:00:00Z");
            let proven = record.verify(hashes(content), &anchors, later).unwrap();
            assert_eq!((proven.stamps, proven.since), (4, at("2026-06-01T00:00:00Z")));
            assert_eq!(code(record.verify(hashes("other"), &anchors, later)), "CH-K091");
            // What is known by its SHA-256 alone is not proved by the chain that outlasts it.
            assert_eq!(code(record.verify(&Digest::of(content), &anchors, later)), "CH-E180");
        }
        // A third chain, over both of the others.
        let members = [Member { record: &records[1], objects: vec![hashes("two")] }];
        let stamped = stamping(&third, "2045-06-01T00:00:00Z");
        let thrice = rehash(DigestAlgorithm::Sha512, &members, &stamped).unwrap().remove(0);
        let thrice = Record::from_der(&thrice.to_der().unwrap()).unwrap();
        let proven = thrice.verify(hashes("two"), &anchors, at("2046-06-01T00:00:00Z")).unwrap();
        assert_eq!((proven.stamps, proven.algorithms.len()), (5, 3));
    }
}

#[test]
fn chains_out_of_order_cut_or_exchanged_are_refused() {
    let (records, anchors) = rehashed(&["one", "two"], DigestAlgorithm::Sha512);
    let now = at("2035-01-01T00:00:00Z");
    let one = hashes("one");
    records[0].verify(&one, &anchors, now).unwrap();
    let judge = |change: &dyn Fn(&mut EvidenceRecord)| {
        let mut forged = records[0].clone();
        change(&mut forged.record);
        let forged = forged.record.to_der().unwrap();
        code(Record::from_der(&forged).and_then(|record| record.verify(&one, &anchors, now)))
    };
    // The second chain first: what it is over is not the object alone.
    assert_eq!(judge(&|record| record.chains.swap(0, 1)), "CH-K090");
    assert_eq!(
        judge(&|record| {
            record.chains.swap(0, 1);
            record.digest_algorithms.swap(0, 1);
        }),
        "CH-K091"
    );
    // The renewal of 2030 cut out of the chain that was hashed.
    assert_eq!(judge(&|record| drop(record.chains[0].pop())), "CH-K092");
    // Another record's beginning under this end.
    assert_eq!(judge(&|record| record.chains[0] = records[1].record.chains[0].clone()), "CH-K092");
    // The old chain alone had aged by then only if judged later; alone it is a whole record.
    assert_eq!(
        judge(&|record| {
            record.chains.pop();
        }),
        "CH-K090"
    );
    assert_eq!(judge(&|record| record.digest_algorithms.swap(0, 1)), "CH-K090");
    // Hashed anew at a time before its newest stamp.
    let (early, root) = authority(2026, 10);
    let mut anchors = anchors.clone();
    anchors.add(root);
    let groups = [vec![hashes("one")]];
    let record =
        cover(DigestAlgorithm::Sha256, &groups, &stamping(&early, "2030-06-01T00:00:00Z")).unwrap();
    let members = [Member { record: &record[0], objects: vec![hashes("one")] }];
    let stamped = stamping(&early, "2029-06-01T00:00:00Z");
    let back = rehash(DigestAlgorithm::Sha512, &members, &stamped).unwrap();
    assert_eq!(code(back[0].verify(&one, &anchors, at("2031-01-01T00:00:00Z"))), "CH-K095");
}

#[test]
fn a_changed_object_is_never_hashed_anew() {
    let (tsa, _) = authority(2026, 10);
    let groups = [vec![hashes("one")], vec![hashes("two")], vec![hashes("three")]];
    let stamped = stamping(&tsa, "2026-06-01T00:00:00Z");
    let records = cover(DigestAlgorithm::Sha256, &groups, &stamped).unwrap();
    let anew = |content: &str| {
        let members = [Member { record: &records[0], objects: vec![hashes(content)] }];
        rehash(DigestAlgorithm::Sha512, &members, &stamping(&tsa, "2027-06-01T00:00:00Z"))
    };
    assert!(anew("one").is_ok());
    assert_eq!(code(anew("changed")), "CH-E181");
    assert_eq!(code(anew("three")), "CH-E181");
}

#[test]
fn a_group_is_hashed_anew_together() {
    let (tsa, root) = authority(2026, 10);
    let anchors = TrustAnchors::new([root]);
    let groups = [vec![hashes("bundle"), hashes("token")], vec![hashes("other")]];
    let stamped = stamping(&tsa, "2026-06-01T00:00:00Z");
    let records = cover(DigestAlgorithm::Sha256, &groups, &stamped).unwrap();
    let members: Vec<Member<'_>> = records
        .iter()
        .zip(&groups)
        .map(|(record, objects)| Member { record, objects: objects.clone() })
        .collect();
    let stamped = stamping(&tsa, "2027-06-01T00:00:00Z");
    let records = rehash(DigestAlgorithm::Sha384, &members, &stamped).unwrap();
    for part in ["bundle", "token"] {
        records[0].verify(hashes(part), &anchors, at("2028-01-01T00:00:00Z")).unwrap();
    }
}

#[test]
fn no_flipped_byte_of_a_record_of_two_chains_is_let_through() {
    let (records, anchors) = rehashed(&["one", "two", "three"], DigestAlgorithm::Sha384);
    let der = records[0].to_der().unwrap();
    let one = hashes("one");
    let now = at("2035-01-01T00:00:00Z");
    records[0].verify(&one, &anchors, now).unwrap();
    // All that no stamp covers, and a part of the rest: each costs three signatures.
    for place in (0..128).chain((128..der.len()).step_by(11)) {
        let mut forged = der.clone();
        forged[place] ^= 1;
        let judged = Record::from_der(&forged).and_then(|r| r.verify(&one, &anchors, now));
        assert!(judged.is_err(), "byte {place}");
    }
}
