//! A small folder of synthetic evidence, and those who seal it.

use std::{ops::ControlFlow, path::Path};

use chrono::DateTime;

use super::{
    bundle::{Bundle, Description, Sealed},
    custody::{Act, Event},
    intake::{Details, Intake, Sorting},
    kind::Kind,
    seal::Sealing,
};
use crate::{
    durable,
    masking::Masking,
    problem::Report,
    signing::{
        CertificateAuthority, Credential, KeyPair, LocalAuthority, Subject, TimestampAuthority,
        TrustAnchors, Validity,
        testing::{at, operator, sample_authority, seeded},
    },
};

/// A PDF of no pages.
pub(crate) const PDF: &[u8] = b"%PDF-1.7\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// Files as a visit leaves them, by subfolder of their kind; a short silence is the sound.
pub(crate) fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut sound = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    sound.extend([0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0]);
    sound.extend(b"data\x10\0\0\0");
    sound.extend([0; 16]);
    vec![
        ("audio/走访录音.wav", sound),
        ("letter/notice.pdf", PDF.to_vec()),
        ("other/备注.txt", "现场情况说明\n".into()),
    ]
}

/// Puts `files` below `folder`, in the order given.
pub(crate) fn fill(folder: &Path, files: &[(&str, Vec<u8>)]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        durable::write_new(&path, bytes).unwrap();
    }
}

/// An authority for timestamps whose certificate `issuer` signed.
pub(crate) fn stamper(issuer: &CertificateAuthority) -> LocalAuthority<Credential> {
    let mut random = seeded(77);
    let key = KeyPair::generate(&mut random).unwrap();
    let subject = Subject::new("示例时间戳", "示例清收服务有限公司");
    let validity = Validity::years(at("2025-01-01T00:00:00Z"), 5);
    let certificate =
        issuer.issue_timestamping(&key.public(), &subject, validity, &mut random).unwrap();
    let signer = Credential::new(key, certificate).unwrap();
    LocalAuthority::new(signer, vec![issuer.certificate().clone()], "1.2.3.4.1").unwrap()
}

/// An archivist, the office's own timestamps, and the anchors that lead to both.
pub(crate) struct Office {
    pub(crate) authority: CertificateAuthority,
    pub(crate) archivist: Credential,
    pub(crate) stamper: Box<dyn TimestampAuthority>,
}

impl Office {
    pub(crate) fn sample() -> Self {
        let authority = sample_authority();
        let archivist = operator(&authority, "r-1");
        let stamper = Box::new(stamper(&authority));
        Self { authority, archivist, stamper }
    }

    pub(crate) fn anchors(&self) -> TrustAnchors {
        TrustAnchors::new([self.authority.certificate().clone()])
    }

    pub(crate) fn sealing(&self) -> Sealing<'_> {
        Sealing {
            signer: &self.archivist,
            chain: &[],
            authority: &*self.stamper,
            nonce: 42,
            now: DateTime::parse_from_rfc3339("2026-11-24T09:00:00+08:00").unwrap(),
        }
    }

    /// Seals what is in `folder`.
    pub(crate) fn seal(
        &self,
        folder: &Path,
        staging: &Path,
    ) -> Result<Bundle<Sealed>, Vec<Report>> {
        let mut intake = Intake::of_folder(folder, Sorting::BySubfolder, &Masking::default())?;
        let details = Details { recording_id: Some("R-1".into()), ..Details::default() };
        let _ = intake.describe("audio/走访录音.wav", details);
        Bundle::open(intake, description())?
            .seal(staging, &self.sealing(), &mut |_| ControlFlow::Continue(()))
    }
}

/// What the sample is about.
pub(crate) fn description() -> Description {
    Description {
        bundle_id: "E2026-000001".into(),
        case_no: "C-2026-0007".into(),
        organization: "示例清收服务有限公司".into(),
        operator: "r-1".into(),
        custodian: Some("保管员甲".into()),
        visit: Some("V-2026-0003".into()),
        window: None,
        needs: vec![Kind::Audio, Kind::Video],
        custody: vec![Event {
            act: Act::Collected,
            at: DateTime::parse_from_rfc3339("2026-11-23T14:25:00+08:00").unwrap(),
            by: "a-1".into(),
            note: Some("存储卡".into()),
        }],
    }
}
