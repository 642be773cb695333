//! Sealing one folder and verifying the bundle, beside a plain hash of the same bytes.
//!
//! The figures to read are the ratios within one run: sealing and verifying against hashing.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench ends at the first fault, and its files need not be durable"
)]

use std::{fs::File, hint::black_box, ops::ControlFlow, path::Path};

use chancery::{
    digest::Digest,
    evidence::{Bundle, Description, Intake, Kind, Sealing, Sorting, container::Limits, verify},
    masking::Masking,
    signing::{
        CertificateAuthority, Credential, KeyPair, Subject, SystemRandom, TrustAnchors, Validity,
        timestamp::LocalAuthority,
    },
};
use chrono::{DateTime, FixedOffset, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Bytes of each file, and files in the folder.
const FILE: usize = 8 * 1024 * 1024;
const FILES: usize = 8;

struct Room {
    archivist: Credential,
    authority: LocalAuthority<Credential>,
    anchors: TrustAnchors,
    now: DateTime<FixedOffset>,
}

fn room() -> Room {
    let random = &mut SystemRandom;
    let now: DateTime<FixedOffset> = "2026-11-23T10:00:00+08:00".parse().unwrap();
    let validity = Validity::years(now.with_timezone(&Utc), 5);
    let root =
        CertificateAuthority::create(&Subject::new("Bench CA", "Bench"), validity, random).unwrap();
    let key = KeyPair::generate(random).unwrap();
    let subject = Subject::new("archivist", "Bench");
    let certificate = root.issue_signer(&key.public(), &subject, validity, random).unwrap();
    let archivist = Credential::new(key, certificate).unwrap();
    let key = KeyPair::generate(random).unwrap();
    let subject = Subject::new("Bench TSA", "Bench");
    let certificate = root.issue_timestamping(&key.public(), &subject, validity, random).unwrap();
    let stamper = Credential::new(key, certificate).unwrap();
    let chain = vec![root.certificate().clone()];
    let authority = LocalAuthority::new(stamper, chain, "1.3.6.1.4.1.32473.1.1").unwrap();
    let anchors = TrustAnchors::new([root.certificate().clone()]);
    Room { archivist, authority, anchors, now }
}

fn seal(room: &Room, folder: &Path, out: &Path) {
    let intake = Intake::of_folder(folder, Sorting::As(Kind::Other), &Masking::default()).unwrap();
    let description = Description {
        bundle_id: "EV-2026-000001".to_owned(),
        case_no: "C2026-0001".to_owned(),
        organization: "Bench".to_owned(),
        operator: "archivist".to_owned(),
        ..Description::default()
    };
    let sealing = Sealing {
        signer: &room.archivist,
        chain: &[],
        authority: &room.authority,
        nonce: 1,
        now: room.now,
    };
    let open = Bundle::open(intake, description).unwrap();
    black_box(open.seal(out, &sealing, &mut |_| ControlFlow::Continue(())).unwrap());
}

fn bundle(criterion: &mut Criterion) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("evidence");
    std::fs::create_dir(&folder).unwrap();
    let mut state = 1_u32;
    for file in 0..FILES {
        let bytes: Vec<u8> = (0..FILE / 4)
            .flat_map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_le_bytes()
            })
            .collect();
        std::fs::write(folder.join(format!("file-{file}.bin")), bytes).unwrap();
    }
    let room = room();
    let out = scratch.path().join("bundle.asice");
    let mut group = criterion.benchmark_group("bundle of 64 MiB");
    group.throughput(Throughput::Bytes(u64::try_from(FILE * FILES).unwrap()));
    group.sample_size(10);
    group.bench_function("hash the files", |bench| {
        bench.iter(|| {
            for file in std::fs::read_dir(&folder).unwrap() {
                black_box(Digest::of_reader(File::open(file.unwrap().path()).unwrap()).unwrap());
            }
        });
    });
    group.bench_function("seal", |bench| {
        bench.iter(|| {
            let _ = std::fs::remove_file(&out);
            seal(&room, &folder, &out);
        });
    });
    group.bench_function("verify", |bench| {
        bench.iter(|| {
            let file = File::open(&out).unwrap();
            let found = verify(file, &room.anchors, Limits::default(), &mut |_| {}).unwrap();
            assert!(found.holds());
        });
    });
    group.finish();
}

criterion_group!(benches, bundle);
criterion_main!(benches);
