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

/// A timestamping credential of `authority`, valid from 2025 to 2028.
pub(crate) fn timestamper(authority: &CertificateAuthority) -> Credential {
    let mut random = seeded(77);
    let key = KeyPair::generate(&mut random).unwrap();
    let subject = Subject::new("示例时间戳", "示例清收服务有限公司");
    let validity = Validity::years(at("2025-01-01T00:00:00Z"), 3);
    let certificate =
        authority.issue_timestamping(&key.public(), &subject, validity, &mut random).unwrap();
    Credential::new(key, certificate).unwrap()
}

/// The `openssl` command in a folder of its own.
pub(crate) struct OpenSsl {
    folder: tempfile::TempDir,
}

impl OpenSsl {
    /// Finds the command. Where it is missing the test is skipped visibly, except in CI.
    #[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
    pub(crate) fn find(test: &str) -> Option<Self> {
        let version = std::process::Command::new("openssl").arg("version").output();
        if version.is_ok_and(|output| output.status.success()) {
            return Some(Self { folder: tempfile::tempdir().unwrap() });
        }
        assert_ne!(std::env::var_os("CI").as_deref(), Some("true".as_ref()), "openssl is missing");
        eprintln!("skipped: {test}: openssl is missing");
        None
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        crate::durable::replace(&self.folder.path().join(name), bytes.as_ref()).unwrap();
    }

    /// Reads a file of the folder.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        crate::durable::read(&self.folder.path().join(name), 1 << 20).unwrap()
    }

    /// Runs a command line split at blanks; answers whether it succeeded and what it said.
    pub(crate) fn tries(&self, line: &str) -> (bool, String) {
        let output = std::process::Command::new("openssl")
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Runs a command line that must succeed.
    pub(crate) fn runs(&self, line: &str) -> String {
        let (succeeded, said) = self.tries(line);
        assert!(succeeded, "openssl {line}: {said}");
        said
    }
}
