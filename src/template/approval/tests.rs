//! Attempts to have a letter made on approvals that are not both sides' own and standing.

use chrono::{TimeDelta, TimeZone as _};

use super::*;
use crate::{
    problem::Problem as _,
    signing::{CertificateAuthority, KeyPair, Subject, SystemRandom, Validity, signer::Credential},
};

const DAY: (i32, u32, u32) = (2030, 6, 1);

fn day(offset: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(DAY.0, DAY.1, DAY.2).unwrap() + TimeDelta::days(offset)
}

fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(DAY.0, DAY.1, DAY.2, 9, 0, 0).unwrap() + TimeDelta::seconds(seconds)
}

/// One side: its authority and its approver.
struct House {
    root: CertificateAuthority,
    approver: Credential,
}

impl House {
    fn new(name: &str) -> Self {
        Self::with_key(name, KeyPair::generate(&mut SystemRandom).unwrap(), APPROVER)
    }

    fn with_key(name: &str, key: KeyPair, role: &str) -> Self {
        let term = Validity::years(at(0) - TimeDelta::days(30), 3);
        let random = &mut SystemRandom;
        let root =
            CertificateAuthority::create(&Subject::new(format!("{name} CA"), name), term, random);
        let root = root.unwrap();
        let mut subject = Subject::new("approver", name);
        subject.units = vec![role.to_owned()];
        let certificate = root.issue_signer(&key.public(), &subject, term, random).unwrap();
        Self { root, approver: Credential::new(key, certificate).unwrap() }
    }

    fn anchors(&self) -> TrustAnchors {
        TrustAnchors::new([self.root.certificate().clone()])
    }

    fn sign(&self, statement: &Statement, when: DateTime<Utc>) -> SignedStatement {
        statement.sign(&self.approver, &[], when).unwrap()
    }
}

fn statement(principal: &str) -> Statement {
    Statement {
        title: TITLE.to_owned(),
        template: "card".to_owned(),
        version: 1,
        package: Digest::of(b"package"),
        principal: principal.to_owned(),
        valid_from: day(0),
        valid_until: day(30),
    }
}

struct Two {
    agency: House,
    principal: House,
    approvals: Approvals,
    seq: u64,
}

impl Two {
    fn new() -> Self {
        let (agency, principal) = (House::new("agency"), House::new("bank"));
        Self { agency, principal, approvals: Approvals::default(), seq: 0 }
    }

    fn take(&mut self, signed: &SignedStatement, when: DateTime<Utc>) {
        self.seq += 1;
        let anchors = self.principal.anchors();
        let judged =
            Approval::judge(signed, &self.agency.anchors(), Some(&anchors), when, self.seq);
        self.approvals.add(judged);
    }

    fn both(&mut self, statement: &Statement, seconds: i64) -> [SignedStatement; 2] {
        let signed = [&self.agency, &self.principal].map(|side| side.sign(statement, at(seconds)));
        for one in &signed {
            self.take(one, at(seconds));
        }
        signed
    }

    fn code(&self, principal: &str, on: NaiveDate, package: &[u8]) -> &'static str {
        let nobody = Digest::of(b"nobody");
        match self.approvals.stand("card", &Digest::of(package), principal, on, &nobody) {
            Ok(_) => "admitted",
            Err(refusal) => refusal.code().code,
        }
    }
}

#[test]
fn both_sides_in_their_term_for_their_principal_and_bytes_and_nothing_else() {
    let mut two = Two::new();
    two.both(&statement("bank"), 0);
    assert_eq!(two.code("bank", day(0), b"package"), "admitted");
    assert_eq!(two.code("bank", day(30), b"package"), "admitted");
    assert_eq!(two.code("bank", day(31), b"package"), "CH-A003");
    assert_eq!(two.code("bank", day(-1), b"package"), "CH-A004");
    assert_eq!(two.code("other", day(0), b"package"), "CH-A006");
    assert_eq!(two.code("bank", day(0), b"packagf"), "CH-A002");
}

#[test]
fn a_withdrawn_approval_does_not_come_back_by_being_taken_in_again() {
    let mut two = Two::new();
    let old = two.both(&statement("bank"), 0);
    two.approvals.withdraw("card", "bank", at(60));
    assert_eq!(two.code("bank", day(0), b"package"), "CH-A005");
    for one in &old {
        two.take(one, at(120));
    }
    assert_eq!(two.code("bank", day(0), b"package"), "CH-A005");
    // The agency signs anew, and the principal's old signature is brought again.
    let anew = two.agency.sign(&statement("bank"), at(130));
    two.take(&anew, at(130));
    two.take(&old[1], at(131));
    assert_eq!(two.code("bank", day(0), b"package"), "CH-A008");
    two.both(&statement("bank"), 140);
    assert_eq!(two.code("bank", day(0), b"package"), "admitted");
}

#[test]
fn a_signature_kept_back_until_after_the_withdrawal_counts_as_withdrawn() {
    let mut two = Two::new();
    two.both(&statement("bank"), 0);
    let kept = two.principal.sign(&statement("bank"), at(30));
    two.approvals.withdraw("card", "bank", at(60));
    let agency = two.agency.sign(&statement("bank"), at(70));
    two.take(&agency, at(70));
    two.take(&kept, at(80));
    assert_eq!(two.code("bank", day(0), b"package"), "CH-A008");
}

#[test]
fn one_key_cannot_sign_for_both_sides() {
    let pem = {
        let key = KeyPair::generate(&mut SystemRandom).unwrap();
        let passphrase = crate::signing::Passphrase::new("one key for two".to_owned());
        (key.to_encrypted_pem(&passphrase, &mut SystemRandom).unwrap(), passphrase)
    };
    let key = || KeyPair::from_encrypted_pem(&pem.0, &pem.1).unwrap();
    let mut two = Two {
        agency: House::with_key("agency", key(), APPROVER),
        principal: House::with_key("bank", key(), APPROVER),
        approvals: Approvals::default(),
        seq: 0,
    };
    two.both(&statement("bank"), 0);
    assert_eq!(two.code("bank", day(0), b"package"), "CH-A009");
}

#[test]
fn a_signature_is_worth_nothing_on_another_statement_or_from_another_role() {
    let mut two = Two::new();
    two.take(&two.agency.sign(&statement("bank"), at(0)), at(0));
    let mut moved = two.principal.sign(&statement("insurer"), at(0));
    moved.statement.principal = "bank".to_owned();
    two.take(&moved, at(0));
    assert_eq!(two.code("bank", day(0), b"package"), "CH-A011");

    let mut two = Two::new();
    let key = KeyPair::generate(&mut SystemRandom).unwrap();
    two.principal = House::with_key("bank", key, "clerk");
    two.both(&statement("bank"), 0);
    assert_eq!(two.code("bank", day(0), b"package"), "CH-A011");
}
