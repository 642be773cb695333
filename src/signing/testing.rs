//! Repeatable keys, certificates and outside tools for tests.

use chrono::{DateTime, Utc};

use super::{
    authority::{CertificateAuthority, Subject, Validity},
    key::KeyPair,
    random::Random,
    signer::{Credential, SigningError},
};
use crate::digest::Digest;

/// Bytes that look random and are the same for the same seed.
pub(crate) struct Seeded {
    seed: u64,
    count: u64,
}

/// A repeatable source.
pub(crate) fn seeded(seed: u64) -> Seeded {
    Seeded { seed, count: 0 }
}

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), SigningError> {
        for chunk in bytes.chunks_mut(32) {
            let block = Digest::of([self.seed.to_be_bytes(), self.count.to_be_bytes()].concat());
            self.count += 1;
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A time in RFC 3339.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// An authority valid from 2020 to 2045.
pub(crate) fn sample_authority() -> CertificateAuthority {
    CertificateAuthority::create(
        &Subject::new("示例签发机构", "示例清收服务有限公司"),
        Validity::years(at("2020-01-01T00:00:00Z"), 25),
        &mut seeded(1),
    )
    .unwrap()
}

/// An operator of `authority`, valid from 2025 to 2028.
pub(crate) fn operator(authority: &CertificateAuthority, id: &str) -> Credential {
    let mut random = seeded(id.bytes().map(u64::from).sum::<u64>() + 1000);
    let key = KeyPair::generate(&mut random).unwrap();
    let subject = Subject {
        units: vec!["clerk".into(), "archivist".into()],
        ..Subject::new(id, "示例清收服务有限公司")
    };
    let validity = Validity::years(at("2025-01-01T00:00:00Z"), 3);
    let certificate =
        authority.issue_signer(&key.public(), &subject, validity, &mut random).unwrap();
    Credential::new(key, certificate).unwrap()
}
