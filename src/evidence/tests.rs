//! Sealing and verification together, and against the programs that `VERIFY.txt` names.

use std::{collections::BTreeSet, fs::File, ops::ControlFlow, path::Path, process::Command};

use super::{
    bundle::Bundle,
    container::{Container, Limits, Writer, tests::found},
    intake::{Intake, Sorting},
    kind::Kind,
    originals,
    testing::{Office, PDF, description, files, fill, stamper},
    verification::{Verification, verify, verify_contents},
    verify_text,
};
use crate::{
    digest::Digest,
    durable,
    masking::Masking,
    signing::{
        Certificate, CertificateAuthority, Subject, TrustAnchors, Validity,
        testing::{at, seeded},
    },
};

struct Sample {
    folder: tempfile::TempDir,
    office: Office,
    bytes: Vec<u8>,
}

impl Sample {
    fn new() -> Self {
        Self::of(&files())
    }

    fn of(files: &[(&str, Vec<u8>)]) -> Self {
        let (folder, office) = (tempfile::tempdir().unwrap(), Office::sample());
        fill(&folder.path().join("in"), files);
        let path = folder.path().join("sample.asice");
        office.seal(&folder.path().join("in"), &path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        Self { folder, office, bytes }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("sample.asice")
    }

    fn verify(&self, bytes: &[u8]) -> Verification {
        verify(bytes, &self.office.anchors(), Limits::default(), &mut |_| {}).unwrap()
    }

    /// The same entries, with `change` made to path and bytes of each; none drops one.
    fn rewritten(&self, change: impl Fn(&str, Vec<u8>) -> Option<(String, Vec<u8>)>) -> Vec<u8> {
        let container = Container::open(&self.bytes[..], Limits::default()).unwrap();
        let mut writer = Writer::new(std::io::Cursor::new(Vec::new()));
        for entry in container.entries() {
            let (bytes, _) = container.read(entry, u64::MAX).unwrap();
            if let Some((path, bytes)) = change(&entry.path, bytes) {
                writer.add(&path, &bytes).unwrap();
            }
        }
        writer.finish().unwrap().0.into_inner()
    }
}

fn codes(verification: &Verification) -> BTreeSet<(String, &'static str)> {
    verification
        .findings
        .iter()
        .map(|finding| (finding.file.clone().unwrap_or_default(), finding.report.code.code))
        .collect()
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a change made to an entry")]
fn keep(path: &str, bytes: Vec<u8>) -> Option<(String, Vec<u8>)> {
    Some((path.to_owned(), bytes))
}

#[test]
fn a_sealed_bundle_holds_and_says_whose_time_it_bears() {
    let sample = Sample::new();
    let checked = sample.verify(&sample.bytes);
    assert!(checked.holds(), "{:?}", checked.findings);
    let facts = checked.facts;
    assert_eq!(facts.bundle_id.as_deref(), Some("E2026-000001"));
    assert_eq!(facts.self_asserted, Some(true));
    assert_eq!(facts.gen_time.unwrap().to_rfc3339(), "2026-11-24T01:00:00+00:00");
    assert!(facts.signer_trusted);
    let container = Container::open(&sample.bytes[..], Limits::default()).unwrap();
    let listed = container.entry(originals::ORIGINALS_PATH).unwrap();
    let originals = originals::read(&container.read(listed, u64::MAX).unwrap().0).unwrap();
    assert_eq!(originals[0].original, "audio/走访录音.wav");
    assert_eq!(originals[0].file, "data/audio/audio.wav");
    assert_eq!(originals[0].recording_id, "R-1");
    assert_eq!(facts.custody.len(), 2);
}

#[test]
fn the_seal_tells_digests_counts_and_what_is_missing() {
    let (folder, office) = (tempfile::tempdir().unwrap(), Office::sample());
    fill(&folder.path().join("in"), &files());
    let path = folder.path().join("b.asice");
    let sealed = office.seal(&folder.path().join("in"), &path).unwrap();
    let seal = sealed.seal();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(seal.digest, Digest::of(&bytes));
    assert_eq!(seal.bytes, u64::try_from(bytes.len()).unwrap());
    assert_eq!((seal.payload_files, seal.files.count()), (3, 3));
    assert!(!seal.complete);
    let noted: Vec<&str> = seal.findings.iter().map(|report| report.code.code).collect();
    assert_eq!(noted, ["CH-E053"], "there is no film");
}

#[test]
fn seal_does_not_depend_on_intake_order() {
    let mut reversed = files();
    reversed.reverse();
    let (one, other) = (Sample::new(), Sample::of(&reversed));
    let payload = |sample: &Sample| {
        let container = Container::open(&sample.bytes[..], Limits::default()).unwrap();
        let manifest = container.entry("manifest-sha256.txt").unwrap();
        let bytes = container.read(manifest, u64::MAX).unwrap().0;
        let last = container.entries().iter().rfind(|entry| entry.path.starts_with("data/"));
        let end = usize::try_from(last.map(|entry| entry.data + entry.packed).unwrap()).unwrap();
        (bytes, sample.bytes[..end].to_vec())
    };
    assert!(payload(&one) == payload(&other));
}

#[test]
fn every_flipped_byte_and_every_cut_is_found() {
    let sample = Sample::new();
    let length = sample.bytes.len();
    for at in 0..length {
        let mut bytes = sample.bytes.clone();
        bytes[at] ^= [0x01, 0x20, 0x80][at % 3];
        let found = !verify_contents(&bytes[..]).holds() || !sample.verify(&bytes).holds();
        assert!(found, "byte {at} of {length}");
        assert!(!verify_contents(&sample.bytes[..at]).holds(), "cut at {at}");
    }
}

#[test]
fn each_kind_of_tampering_is_found_with_its_file() {
    let sample = Sample::new();
    let is = |file: &str, code| (file.to_owned(), code);

    let changed = sample.rewritten(|path, mut bytes| {
        if path == "data/letter/notice.pdf" {
            bytes[3] ^= 1;
        }
        keep(path, bytes)
    });
    let found = codes(&sample.verify(&changed));
    assert_eq!(found, [is("data/letter/notice.pdf", "CH-B007")].into());

    let removed = sample.rewritten(|path, bytes| {
        (path != "data/audio/audio.wav").then(|| (path.to_owned(), bytes))
    });
    let found = codes(&sample.verify(&removed));
    assert!(found.contains(&is("data/audio/audio.wav", "CH-B005")), "{found:?}");
    assert!(found.contains(&is("bag-info.txt", "CH-B008")), "{found:?}");

    let added = sample.rewritten(|path, bytes| match path {
        "data/other/other.txt" => Some((path.replace("other.txt", "zzz.txt"), bytes)),
        _ => keep(path, bytes),
    });
    let found = codes(&sample.verify(&added));
    assert!(found.contains(&is("data/other/zzz.txt", "CH-B006")), "{found:?}");
    assert!(found.contains(&is("data/other/other.txt", "CH-B005")), "{found:?}");

    let foreign = sample.rewritten(|path, bytes| match path {
        "META-INF/timestamp002.tst" => Some(("META-INF/extra.p7s".to_owned(), bytes)),
        _ => keep(path, bytes),
    });
    let found = codes(&sample.verify(&foreign));
    assert!(found.contains(&is("META-INF/extra.p7s", "CH-G003")), "{found:?}");
    assert!(found.contains(&is("META-INF/timestamp002.tst", "CH-B010")), "{found:?}");

    let custody = sample.rewritten(|path, bytes| match path {
        "meta/custody.jsonl" => {
            Some((path.to_owned(), String::from_utf8(bytes).unwrap().replace("a-1", "a-9").into()))
        }
        _ => keep(path, bytes),
    });
    let found = codes(&sample.verify(&custody));
    assert!(found.contains(&is("meta/custody.jsonl", "CH-G006")), "{found:?}");
    assert!(found.contains(&is("meta/custody.jsonl", "CH-B007")), "{found:?}");
}

#[test]
fn without_the_right_anchor_nothing_is_believed() {
    let sample = Sample::new();
    let checked =
        verify(&sample.bytes[..], &TrustAnchors::default(), Limits::default(), &mut |_| {})
            .unwrap();
    let found = codes(&checked);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(checked.facts.signer.is_some() && !checked.facts.signer_trusted);
    assert_eq!(checked.facts.gen_time, None);
}

#[test]
fn a_time_of_an_outside_authority_is_told_from_the_offices_own() {
    struct Outside(Box<dyn crate::signing::TimestampAuthority>);
    impl crate::signing::TimestampAuthority for Outside {
        fn stamp_imprint(
            &self,
            imprint: &crate::signing::Imprint,
            nonce: u64,
            now: chrono::DateTime<chrono::Utc>,
        ) -> Result<Vec<u8>, crate::signing::TimestampError> {
            self.0.stamp_imprint(imprint, nonce, now)
        }

        fn self_asserted(&self) -> bool {
            false
        }
    }
    let elsewhere = CertificateAuthority::create(
        &Subject::new("外部时间戳根", "外部机构"),
        Validity::years(at("2020-01-01T00:00:00Z"), 25),
        &mut seeded(5),
    )
    .unwrap();
    let mut sample = Sample::new();
    for (issuer, codes_expected) in [(Some(&elsewhere), None), (None, Some("CH-G013"))] {
        let own = Office::sample();
        let stamper: Box<dyn crate::signing::TimestampAuthority> = match issuer {
            Some(issuer) => Box::new(stamper(issuer)),
            None => own.stamper,
        };
        sample.office = Office { stamper: Box::new(Outside(stamper)), ..Office::sample() };
        let path = sample.folder.path().join(format!("{}.asice", issuer.is_some()));
        sample.office.seal(&sample.folder.path().join("in"), &path).unwrap();
        let mut anchors = sample.office.anchors();
        anchors.add(elsewhere.certificate().clone());
        let checked =
            verify(File::open(&path).unwrap(), &anchors, Limits::default(), &mut |_| {}).unwrap();
        assert_eq!(checked.facts.self_asserted, Some(issuer.is_none()));
        assert_eq!(checked.findings.first().map(|one| one.report.code.code), codes_expected);
    }
}

#[test]
fn a_file_that_changes_while_it_is_sealed_leaves_nothing() {
    let (folder, office) = (tempfile::tempdir().unwrap(), Office::sample());
    let evidence = folder.path().join("in");
    fill(
        &evidence,
        &[
            ("letter/a.pdf", [PDF, &vec![b'\n'; 3 << 20], b"%%EOF"].concat()),
            ("letter/b.pdf", PDF.to_vec()),
        ],
    );
    let path = folder.path().join("b.asice");
    let attempt = |act: &dyn Fn()| {
        let intake =
            Intake::of_folder(&evidence, Sorting::BySubfolder, &Masking::default()).unwrap();
        let mut progress = |_| {
            act();
            ControlFlow::Continue(())
        };
        let open = Bundle::open(intake, description()).unwrap();
        let found = open.seal(&path, &office.sealing(), &mut progress).unwrap_err();
        assert!(!path.exists());
        found.iter().map(|report| report.code.code).collect::<BTreeSet<_>>()
    };
    let touch = |name: &str| {
        use std::io::Write;
        let file = std::fs::OpenOptions::new().append(true).open(evidence.join(name));
        file.unwrap().write_all(b"x").unwrap();
    };
    assert_eq!(attempt(&|| touch("letter/a.pdf")), ["CH-E032"].into());
    assert_eq!(attempt(&|| touch("letter/b.pdf")), ["CH-E032"].into());
    assert_eq!(
        attempt(&|| drop(durable::write_new(&evidence.join("letter/c.pdf"), PDF))),
        ["CH-E032"].into()
    );

    let intake = Intake::of_folder(&evidence, Sorting::BySubfolder, &Masking::default()).unwrap();
    let open = Bundle::open(intake, description()).unwrap();
    let found = open.seal(&path, &office.sealing(), &mut |_| ControlFlow::Break(())).unwrap_err();
    assert_eq!(found[0].code.code, "CH-E050");
    assert!(!path.exists());
}

#[test]
fn a_staging_file_is_never_overwritten() {
    let (folder, office) = (tempfile::tempdir().unwrap(), Office::sample());
    fill(&folder.path().join("in"), &files());
    let path = folder.path().join("b.asice");
    durable::write_new(&path, b"taken").unwrap();
    assert!(office.seal(&folder.path().join("in"), &path).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"taken");
}

#[test]
fn fields_with_full_numbers_or_hidden_characters_are_refused_together() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), &files());
    let intake =
        Intake::of_folder(folder.path(), Sorting::As(Kind::Other), &Masking::default()).unwrap();
    let mut unfit = description();
    unfit.bundle_id = "../x".into();
    unfit.case_no = "6222020000000000018".into();
    unfit.custodian = Some("甲\u{202e}乙".into());
    let found = Bundle::open(intake, unfit).unwrap_err();
    assert_eq!(found.len(), 3, "{found:?}");
}

fn shell(script: &str, bundle: &Path, anchors: &Path) -> std::process::Output {
    Command::new("sh")
        .args(["-c", script])
        .env("BUNDLE", bundle)
        .env("ANCHORS", anchors)
        .output()
        .unwrap()
}

#[test]
fn the_commands_of_verify_txt_pass_a_bundle_and_fail_a_changed_one() {
    if !["unzip", "sha256sum", "openssl"].into_iter().all(found) {
        return;
    }
    let sample = Sample::new();
    let text = verify_text::write(true);
    let marked = |mark| format!("\n{mark}\n");
    let (_, script) = text.split_once(&marked(verify_text::SHELL_BEGINS)).unwrap();
    let (script, _) = script.split_once(&marked(verify_text::SHELL_ENDS)).unwrap();
    let anchors = sample.folder.path().join("anchors.pem");
    let pem: String =
        sample.office.anchors().certificates().iter().map(Certificate::to_pem).collect();
    durable::write_new(&anchors, pem.as_bytes()).unwrap();
    let output = shell(script, &sample.path(), &anchors);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert!(told.ends_with("VERIFIED at Nov 24 01:00:00 2026 GMT\n"), "{told}");

    for (number, target) in
        ["data/other/other.txt", "meta/custody.jsonl", "META-INF/ASiCManifest001.xml"]
            .into_iter()
            .enumerate()
    {
        let changed = sample.rewritten(|path, mut bytes| {
            if path == target {
                bytes[9] ^= 1;
            }
            keep(path, bytes)
        });
        let path = sample.folder.path().join(format!("changed-{number}.asice"));
        durable::write_new(&path, &changed).unwrap();
        assert!(!shell(script, &path, &anchors).status.success(), "{target}");
    }
    let added = sample.folder.path().join("added.asice");
    let mut writer = Writer::new(std::io::Cursor::new(Vec::new()));
    let container = Container::open(&sample.bytes[..], Limits::default()).unwrap();
    for entry in container.entries() {
        writer.add(&entry.path, &container.read(entry, u64::MAX).unwrap().0).unwrap();
    }
    writer.add("data/other/added.txt", b"added").unwrap();
    durable::write_new(&added, &writer.finish().unwrap().0.into_inner()).unwrap();
    assert!(!shell(script, &added, &anchors).status.success());
    let pipeline = format!(
        "unzip -p \"$BUNDLE\" {} | sed -n '/^#--- sh ---$/,/^#--- end ---$/p' | sh",
        verify_text::VERIFY_PATH
    );
    assert!(shell(&pipeline, &sample.path(), &anchors).status.success());
}

#[test]
fn other_programs_accept_a_sealed_bundle() {
    let sample = Sample::new();
    let unpacked = sample.folder.path().join("unpacked");
    let path = sample.path().display().to_string();
    let target = unpacked.display().to_string();
    for command in [
        &["unzip", "-tq", &path][..],
        &["7z", "t", &path],
        &["bsdtar", "-tf", &path],
        &["python3", "-m", "zipfile", "-t", &path],
        &["unzip", "-q", &path, "-d", &target],
        &["bagit.py", "--validate", &target],
    ] {
        if found(command[0]) {
            let output = Command::new(command[0]).args(&command[1..]).output().unwrap();
            assert!(output.status.success(), "{command:?}: {output:?}");
        }
    }
}
