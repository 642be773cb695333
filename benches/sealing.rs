//! Sealing and verifying beside what others do to the same folder, as ratios of wall time.
//!
//! `cargo bench --no-default-features --bench sealing`. The environment sets the size:
//! `CHANCERY_BENCH_MB` of the folder (2048), `CHANCERY_BENCH_FILES` of the folder of small files
//! (100000), `CHANCERY_BENCH_BUNDLES` of 40 KB each (400), `CHANCERY_BENCH_ROUNDS` (3), and
//! `CHANCERY_BENCH_DIR` where all is made.
//!
//! All read the same bytes, which the system holds in memory for all of them, and whatever is
//! written is on disk when the clock stops. Removing what the last round left is not timed. Each
//! figure is the best of the rounds, taken in turns, so that a busy machine slows all alike.
//! Processor time is beside it, that of child processes included. Peers that are not installed
//! are left out, and said so. Memory is the peak of a process that did nothing else.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench prints its figures, ends at the first fault, and its files need not be durable"
)]

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
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

/// As many files of a few bytes, a thousand a folder.
fn fill_small(folder: &Path, files: usize) {
    for number in 0..files {
        let below = folder.join(format!("{:03}", number / 1000));
        if number % 1000 == 0 {
            fs::create_dir_all(&below).unwrap();
        }
        fs::write(below.join(format!("note-{number:06}.txt")), format!("note {number}")).unwrap();
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

/// SHA-256 of all files on two cores, the largest first.
fn two_core_hash(folder: &Path) {
    let mut all = files(folder);
    all.sort_by_key(|path| std::cmp::Reverse(path.metadata().unwrap().len()));
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
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

fn installed(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", "command -v \"$0\"", program]).output();
    found.is_ok_and(|output| output.status.success())
}

const ONE_PASS: &str = "import hashlib,os,sys,zipfile\n\
    t=open(sys.argv[2],'wb')\n\
    z=zipfile.ZipFile(t,'w')\n\
    for n in sorted(os.listdir(sys.argv[1])):\n\
    \x20 h=hashlib.sha256()\n\
    \x20 with open(os.path.join(sys.argv[1],n),'rb') as f, z.open(n,'w',force_zip64=True) as o:\n\
    \x20   while b:=f.read(1<<20): h.update(b); o.write(b)\n\
    z.close(); t.flush(); os.fsync(t.fileno())";

/// Seconds of processor time this process and its children took.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(4);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Peak memory of this process in KiB.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or("unknown").trim().to_owned()
}

/// Seals or verifies in a process of its own, and gives its peak memory.
fn peak_of(arguments: [&str; 4]) -> String {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--bench", "--alone"])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(child.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&child.stdout).trim().to_owned()
}

/// The other end of [`peak_of`].
fn alone(arguments: &[String]) {
    let [what, from, to, anchor] = arguments else { panic!("four arguments") };
    let (from, to) = (Path::new(from), Path::new(to));
    if what == "seal" {
        let now = Utc::now();
        let office = office(now);
        seal(from, to, &office, now);
        fs::write(anchor, office.authority.certificate().to_pem()).unwrap();
    } else {
        let anchors = TrustAnchors::from_pem(&fs::read_to_string(anchor).unwrap()).unwrap();
        check(to, &anchors);
    }
    println!("{}", peak());
}

fn check(bundle: &Path, anchors: &TrustAnchors) {
    let file = File::open(bundle).unwrap();
    let found = verify(file, anchors, Limits::default(), &mut |_| {}).unwrap();
    assert!(found.findings.is_empty(), "{:?}", found.findings);
}

/// Bundles of 40 KB verified a second on two cores, each another one.
fn small_bundles(room: &Path, office: &Office, now: DateTime<Utc>, rounds: usize, count: usize) {
    let folder = room.join("one");
    fs::create_dir_all(&folder).unwrap();
    let bundles: Vec<PathBuf> = (0..count)
        .map(|number| {
            let content: Vec<u8> = (0..1_u64 << 10)
                .flat_map(|at| Digest::of(format!("{number}/{at}")).as_bytes().to_vec())
                .collect();
            fs::write(folder.join("photo.bin"), content).unwrap();
            let bundle = room.join(format!("small-{number}.asice"));
            seal(&folder, &bundle, office, now);
            bundle
        })
        .collect();
    let bytes = bundles.iter().map(|path| path.metadata().unwrap().len()).sum::<u64>();
    let anchors = TrustAnchors::new([office.authority.certificate().clone()]);
    let mut best = f64::INFINITY;
    let mut cpu = f64::INFINITY;
    for _ in 0..rounds.max(3) {
        let next = AtomicUsize::new(0);
        let (start, before) = (Instant::now(), processor());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Some(path) = bundles.get(next.fetch_add(1, Ordering::Relaxed) % count)
                    {
                        check(path, &anchors);
                        if next.load(Ordering::Relaxed) >= 10 * count {
                            break;
                        }
                    }
                });
            }
        });
        let checked = f64::from(u32::try_from(next.load(Ordering::Relaxed)).unwrap());
        best = best.min(start.elapsed().as_secs_f64() / checked);
        cpu = cpu.min((processor() - before) / checked);
    }
    let each = bytes / u64::try_from(count).unwrap();
    println!(
        "bundles of {each} bytes verified a second, two cores: {:8.0}   (wanted ≥ 10000)   {:.0} µs of processor each",
        1.0 / best,
        cpu * 1e6
    );
}

/// One way to do it, and what has to be out of its way before.
struct Peer<'a> {
    name: &'static str,
    needs: &'static [&'static str],
    clear: Box<dyn Fn() + 'a>,
    run: Box<dyn Fn() -> bool + 'a>,
}

#[expect(clippy::too_many_lines, reason = "one list of peers, told in one place")]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--alone") {
        return alone(arguments.get(at + 1..).unwrap_or_default());
    }
    // Under `cargo test` a bench is only built and called once.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let number = |name: &str, usual| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
    };
    let megabytes: usize = number("CHANCERY_BENCH_MB", 2048);
    let rounds: usize = number("CHANCERY_BENCH_ROUNDS", 3);
    let beside = std::env::var_os("CHANCERY_BENCH_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let room = tempfile::tempdir_in(beside).unwrap();
    let at = |name: &str| room.path().join(name);
    let (folder, bundle, bag) = (at("in"), at("out.asice"), at("bag"));
    let (copy, zip, sums, bag_zip, python) =
        (at("copy"), at("out.zip"), at("sums"), at("bag.zip"), at("python.zip"));
    let now = Utc::now();
    let office = office(now);

    let bundles: usize = number("CHANCERY_BENCH_BUNDLES", 400);
    if bundles > 0 {
        small_bundles(room.path(), &office, now, rounds, bundles);
    }
    fill(&folder, megabytes);
    let remove = |path: &Path| {
        let _ = fs::remove_file(path);
    };
    let anchors = TrustAnchors::new([office.authority.certificate().clone()]);
    let none = || ();
    let peers: Vec<Peer<'_>> = vec![
        Peer {
            name: "seal",
            needs: &[],
            clear: Box::new(|| remove(&bundle)),
            run: Box::new(|| {
                seal(&folder, &bundle, &office, now);
                true
            }),
        },
        Peer {
            name: "plain write",
            needs: &[],
            clear: Box::new(|| remove(&copy)),
            run: Box::new(|| {
                plain_write(&folder, &copy);
                true
            }),
        },
        Peer {
            name: "two-core hash",
            needs: &[],
            clear: Box::new(none),
            run: Box::new(|| {
                two_core_hash(&folder);
                true
            }),
        },
        Peer {
            name: "sha256sum + zip -0",
            needs: &["sha256sum", "zip"],
            clear: Box::new(|| {
                remove(&zip);
                remove(&sums);
            }),
            run: Box::new(|| {
                let script = "cd \"$IN\" && sha256sum * > \"$OUT\"/sums && zip -q -0 -r \"$OUT\"/out.zip . && sync \"$OUT\"/sums \"$OUT\"/out.zip";
                shell(script, &folder, room.path())
            }),
        },
        Peer {
            name: "bagit.py + zip -0",
            needs: &["bagit.py", "zip"],
            // The bag is made in place: of links, which cost it nothing.
            clear: Box::new(|| {
                remove(&bag_zip);
                assert!(shell("rm -rf \"$OUT\" && cp -rl \"$IN\" \"$OUT\"", &folder, &bag));
            }),
            run: Box::new(|| {
                let script = "bagit.py --quiet --sha256 --processes 2 \"$OUT\" && cd \"$OUT\" && zip -q -0 -r \"$OUT\".zip . && sync \"$OUT\".zip";
                shell(script, &folder, &bag)
            }),
        },
        Peer {
            name: "python, one pass",
            needs: &["python3"],
            clear: Box::new(|| remove(&python)),
            run: Box::new(|| {
                let run = Command::new("python3")
                    .args(["-c", ONE_PASS])
                    .args([&folder, &python])
                    .output();
                run.is_ok_and(|output| output.status.success())
            }),
        },
        Peer {
            name: "verify",
            needs: &[],
            // Sealing leaves nothing of the bundle in memory, and what the others read is there.
            clear: Box::new(|| drop(io::copy(&mut File::open(&bundle).unwrap(), &mut io::sink()))),
            run: Box::new(|| {
                check(&bundle, &anchors);
                true
            }),
        },
        Peer {
            name: "sha256sum -c",
            needs: &["sha256sum"],
            clear: Box::new(none),
            run: Box::new(|| shell("cd \"$IN\" && sha256sum --quiet -c \"$OUT\"", &folder, &sums)),
        },
        Peer {
            name: "bagit.py --validate -p 2",
            needs: &["bagit.py"],
            clear: Box::new(none),
            run: Box::new(|| {
                shell("bagit.py --quiet --validate --processes 2 \"$OUT\"", &folder, &bag)
            }),
        },
    ];
    let mut best: Vec<Option<(f64, f64)>> = vec![None; peers.len()];
    for _ in 0..rounds {
        for (peer, best) in peers.iter().zip(&mut best) {
            if !peer.needs.iter().all(|program| installed(program)) {
                continue;
            }
            (peer.clear)();
            let (start, before) = (Instant::now(), processor());
            assert!((peer.run)(), "{}", peer.name);
            let took = (start.elapsed().as_secs_f64(), processor() - before);
            *best = Some(best.map_or(took, |known| (known.0.min(took.0), known.1.min(took.1))));
        }
    }
    let of = |name: &str| {
        let at = peers.iter().position(|peer| peer.name == name)?;
        best.get(at).copied().flatten().map(|(wall, _)| wall)
    };
    println!("{megabytes} MB, best of {rounds}; all durable, all from warm memory");
    for (peer, best) in peers.iter().zip(&best) {
        match best {
            Some((wall, cpu)) => {
                println!("{:<26} {wall:8.3} s   {cpu:6.2} s of processor", peer.name);
            }
            None => println!("{:<26} left out: not installed", peer.name),
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

    let small: usize = number("CHANCERY_BENCH_FILES", 100_000);
    let many = at("many");
    fill_small(&many, small);
    let text = |path: &Path| path.display().to_string();
    let (out, anchor) = (text(&at("alone.asice")), text(&at("anchor.pem")));
    let folders = [(format!("{megabytes} MB"), folder.clone()), (format!("{small} files"), many)];
    for (what, from) in &folders {
        let from = text(from);
        for act in ["seal", "verify"] {
            println!(
                "peak memory, {act} {what}: {}   (wanted ≤ 32768 kB)",
                peak_of([act, &from, &out, &anchor])
            );
        }
        remove(Path::new(&out));
    }
}
