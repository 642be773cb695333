//! Sealing and verifying beside what others do to the same folder, as ratios of wall time.
//!
//! `cargo bench --bench sealing`; `CHANCERY_BENCH_MB` sets the size of the folder (2048), and
//! `CHANCERY_BENCH_DIR` where it is made. Peers that are not installed are left out, and said so.
//! Every figure is the best of three, taken in turns, so that a busy disk slows all alike.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench prints its figures, ends at the first fault, and its files need not be durable"
)]

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use chancery::{
    digest::Digest,
    evidence::{Bundle, Description, Intake, Kind, Sealing, Sorting, container::Limits, verify},
    masking::Masking,
    signing::{
        CertificateAuthority, Credential, KeyPair, Subject, SystemRandom, TrustAnchors, Validity,
        timestamp::LocalAuthority,
    },
};
use chrono::{DateTime, Utc};

const ROUNDS: usize = 3;

struct Office {
    authority: CertificateAuthority,
    archivist: Credential,
    stamper: LocalAuthority<Credential>,
}

fn office(now: DateTime<Utc>) -> Office {
    let random = &mut SystemRandom;
    let validity = Validity::years(now, 5);
    let authority =
        CertificateAuthority::create(&Subject::new("Bench CA", "Bench"), validity, random).unwrap();
    let key = KeyPair::generate(random).unwrap();
    let subject = Subject::new("archivist", "Bench");
    let certificate = authority.issue_signer(&key.public(), &subject, validity, random).unwrap();
    let archivist = Credential::new(key, certificate).unwrap();
    let key = KeyPair::generate(random).unwrap();
    let subject = Subject::new("Bench TSA", "Bench");
    let certificate =
        authority.issue_timestamping(&key.public(), &subject, validity, random).unwrap();
    let stamper = Credential::new(key, certificate).unwrap();
    let chain = vec![authority.certificate().clone()];
    let stamper = LocalAuthority::new(stamper, chain, "1.3.6.1.4.1.32473.1.1").unwrap();
    Office { authority, archivist, stamper }
}

/// Three large files and two hundred small ones, together `megabytes`.
fn fill(folder: &Path, megabytes: usize) {
    fs::create_dir_all(folder).unwrap();
    let mut block = vec![0_u8; 1 << 20];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |file: &mut File, bytes: usize| {
        for word in block.chunks_exact_mut(8) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(block.get(..bytes).unwrap()).unwrap();
    };
    let large = megabytes.saturating_sub(20).div_euclid(3).max(1);
    for number in 0..3 {
        let mut file = File::create(folder.join(format!("video-{number}.bin"))).unwrap();
        for _ in 0..large {
            next(&mut file, 1 << 20);
        }
        file.sync_all().unwrap();
    }
    for number in 0..200 {
        let mut file = File::create(folder.join(format!("photo-{number:03}.bin"))).unwrap();
        next(&mut file, 100 << 10);
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn seal(folder: &Path, out: &Path, office: &Office, now: DateTime<Utc>) {
    let intake = Intake::of_folder(folder, Sorting::As(Kind::Other), &Masking::default()).unwrap();
    let description = Description {
        bundle_id: "EV-2026-000001".into(),
        case_no: "C-1".into(),
        organization: "示例清收服务有限公司".into(),
        operator: "r-1".into(),
        ..Description::default()
    };
    let sealing = Sealing {
        signer: &office.archivist,
        chain: &[],
        authority: &office.stamper,
        nonce: 42,
        now: now.fixed_offset(),
    };
    let open = Bundle::open(intake, description).unwrap();
    open.seal(out, &sealing, &mut |_| ControlFlow::Continue(())).unwrap();
}

/// A plain durable copy of all files into one.
fn plain_write(folder: &Path, out: &Path) {
    let mut file = File::create(out).unwrap();
    let mut buffer = vec![0; 1 << 20];
    for path in files(folder) {
        let mut source = File::open(path).unwrap();
        loop {
            let read = source.read(&mut buffer).unwrap();
            if read == 0 {
                break;
            }
            file.write_all(buffer.get(..read).unwrap()).unwrap();
        }
    }
    file.sync_all().unwrap();
}

/// SHA-256 of all files, on two cores.
fn two_core_hash(folder: &Path) {
    let all = files(folder);
    let (small, large): (Vec<_>, Vec<_>) =
        all.into_iter().enumerate().partition(|(at, _)| at % 2 == 0);
    thread::scope(|scope| {
        for half in [small, large] {
            scope.spawn(move || {
                for (_, path) in half {
                    Digest::of_reader(File::open(path).unwrap()).unwrap();
                }
            });
        }
    });
}

fn shell(script: &str, folder: &Path, out: &Path) -> bool {
    let run = Command::new("sh").args(["-c", script]).env("IN", folder).env("OUT", out).output();
    run.is_ok_and(|output| output.status.success())
}

const ONE_PASS: &str = "import hashlib,os,sys,zipfile\n\
    z=zipfile.ZipFile(sys.argv[2],'w')\n\
    for n in sorted(os.listdir(sys.argv[1])):\n\
    \x20 h=hashlib.sha256()\n\
    \x20 with open(os.path.join(sys.argv[1],n),'rb') as f, z.open(n,'w',force_zip64=True) as o:\n\
    \x20   while b:=f.read(1<<20): h.update(b); o.write(b)\n\
    z.close(); os.sync()";

fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("VmHWM: unknown").to_owned()
}

/// One way to do it; says whether it could.
type Peer<'a> = Box<dyn Fn() -> bool + 'a>;

#[expect(clippy::too_many_lines, reason = "one list of peers, told in one place")]
fn main() {
    // Under `cargo test` a bench is only built and called once.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let number = |name: &str, usual| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
    };
    let megabytes: usize = number("CHANCERY_BENCH_MB", 2048);
    let beside = std::env::var_os("CHANCERY_BENCH_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let room = tempfile::tempdir_in(beside).unwrap();
    let folder = room.path().join("in");
    fill(&folder, megabytes);
    let now = Utc::now();
    let office = office(now);
    let bundle = room.path().join("out.asice");
    let scratch = room.path().join("scratch");
    let bag = "rm -rf \"$OUT\" && cp -r \"$IN\" \"$OUT\" && bagit.py --quiet --sha256 --processes 2 \"$OUT\"";
    let peers: Vec<(&str, Peer<'_>)> = vec![
        (
            "seal",
            Box::new(|| {
                let _ = fs::remove_file(&bundle);
                seal(&folder, &bundle, &office, now);
                true
            }),
        ),
        (
            "plain write",
            Box::new(|| {
                plain_write(&folder, &scratch);
                true
            }),
        ),
        (
            "two-core hash",
            Box::new(|| {
                two_core_hash(&folder);
                true
            }),
        ),
        (
            "sha256sum + zip -0",
            Box::new(|| {
                shell(
                    "cd \"$IN\" && sha256sum * > \"$OUT.sums\" && rm -f \"$OUT.zip\" && zip -q -0 -r \"$OUT.zip\" . && sync",
                    &folder,
                    &scratch,
                )
            }),
        ),
        (
            "bagit.py + zip -0",
            Box::new(|| {
                let script = format!(
                    "{bag} && rm -f \"$OUT.zip\" && cd \"$OUT\" && zip -q -0 -r \"$OUT.zip\" . && sync"
                );
                shell(&script, &folder, &room.path().join("bag"))
            }),
        ),
        (
            "python, one pass",
            Box::new(|| {
                let run = Command::new("python3")
                    .args(["-c", ONE_PASS])
                    .arg(&folder)
                    .arg(&scratch)
                    .output();
                run.is_ok_and(|output| output.status.success())
            }),
        ),
        (
            "verify",
            Box::new(|| {
                let anchors = TrustAnchors::new([office.authority.certificate().clone()]);
                let file = File::open(&bundle).unwrap();
                let found = verify(file, &anchors, Limits::default(), &mut |_| {}).unwrap();
                assert!(found.findings.is_empty(), "{:?}", found.findings);
                true
            }),
        ),
        (
            "sha256sum -c",
            Box::new(|| {
                shell("cd \"$IN\" && sha256sum --quiet -c \"$OUT.sums\"", &folder, &scratch)
            }),
        ),
        (
            "bagit.py --validate -p 2",
            Box::new(|| {
                shell(
                    "bagit.py --quiet --validate --processes 2 \"$OUT\"",
                    &folder,
                    &room.path().join("bag"),
                )
            }),
        ),
    ];
    let mut best: Vec<Option<Duration>> = vec![None; peers.len()];
    for _ in 0..ROUNDS {
        for ((_, run), best) in peers.iter().zip(&mut best) {
            let start = Instant::now();
            if run() {
                let took = start.elapsed();
                *best = Some(best.map_or(took, |known| known.min(took)));
            }
        }
    }
    let of = |name: &str| {
        let at = peers.iter().position(|(found, _)| *found == name)?;
        best.get(at).copied().flatten().map(|time| time.as_secs_f64())
    };
    for (name, _) in &peers {
        match of(name) {
            Some(time) => println!("{name:<26} {time:8.3} s"),
            None => println!("{name:<26} left out: not installed"),
        }
    }
    let ratio = |what: &str, one: Option<f64>, other: Option<f64>, wanted: &str| {
        if let (Some(one), Some(other)) = (one, other) {
            println!("{what:<44} {:6.2}   (wanted {wanted})", one / other);
        }
    };
    let floor = of("plain write").zip(of("two-core hash")).map(|(write, hash)| write.max(hash));
    ratio("seal ÷ larger of write and two-core hash", of("seal"), floor, "≤ 1.45");
    ratio("sha256sum + zip -0 ÷ seal", of("sha256sum + zip -0"), of("seal"), "≥ 7");
    ratio("bagit.py + zip -0 ÷ seal", of("bagit.py + zip -0"), of("seal"), "≥ 5");
    ratio("python, one pass ÷ seal", of("python, one pass"), of("seal"), "≥ 2.5");
    ratio("sha256sum -c ÷ verify", of("sha256sum -c"), of("verify"), "≥ 6");
    ratio("bagit.py --validate ÷ verify", of("bagit.py --validate -p 2"), of("verify"), "≥ 1.7");
    println!("{} (all of this program's own work)", peak_memory());
}
