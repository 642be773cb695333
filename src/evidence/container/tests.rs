//! The writer and the reader against each other, against other programs, and against forgeries.

#![expect(clippy::print_stderr, reason = "a skipped check has to be seen")]

use std::{
    collections::BTreeMap,
    fs::File,
    io::Cursor,
    path::{Path, PathBuf},
    process::Command,
};

use proptest::prelude::*;

use super::*;
use crate::evidence::words::Words;

fn written(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = Writer::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.add(path, bytes).unwrap();
    }
    writer.finish().unwrap().0.into_inner()
}

fn open(bytes: &[u8]) -> Result<Container<&[u8]>> {
    let container = Container::open(bytes, Limits::default())?;
    for entry in container.entries() {
        container.read(entry, u64::MAX)?;
    }
    Ok(container)
}

fn sample() -> Vec<u8> {
    written(&[("mimetype", b"application/zip"), ("data/a", b"alpha"), ("data/b", &[7; 300])])
}

/// Puts a record of another program's making into the place of one of ours.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).rposition(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn every_changed_byte_and_every_cut_is_seen() {
    let bytes = sample();
    assert!(Container::inspect(&bytes[..], Limits::default()).unwrap().canonical);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let canonical = Container::inspect(&changed[..], Limits::default())
                .is_ok_and(|found| found.defects.is_empty() && found.canonical);
            assert!(!canonical || open(&changed).is_err(), "byte {at} bit {bit}");
        }
        assert!(open(&bytes[..at]).is_err(), "cut at {at}");
        assert!(open(&bytes[at + 1..]).is_err(), "begun at {at}");
    }
    assert!(open(&[&bytes[..], b"\0"].concat()).is_err());
}

#[test]
fn structural_tricks_are_refused_by_their_code() {
    let bytes = sample();
    let mut commented = bytes.clone();
    let at = commented.len() - 2;
    commented[at] = 3;
    commented.extend(b"hey");
    assert!(matches!(open(&commented), Err(ContainerError::NoEnd)));

    let encrypted =
        replaced(&bytes, b"PK\x01\x02\x2d\x03\x14\0\0\x08", b"PK\x01\x02\x2d\x03\x14\0\x01\x08");
    assert!(matches!(
        open(&encrypted),
        Err(ContainerError::Feature { what: Words("encryption", _), .. })
    ));

    let renamed = replaced(&bytes, b"data/b", b"data/c");
    assert!(matches!(
        open(&renamed),
        Err(ContainerError::HeaderDiffers { what: Words("the name", _), .. })
    ));

    let link = replaced(
        &bytes,
        &(0o100_644_u32 << 16).to_le_bytes(),
        &(0o120_777_u32 << 16).to_le_bytes(),
    );
    assert!(matches!(open(&link), Err(ContainerError::NotRegular { .. })));

    let prefixed = [b"MZ".as_slice(), &bytes].concat();
    assert!(open(&prefixed).is_err());
}

#[test]
fn a_directory_out_of_order_or_listing_an_entry_twice_is_refused() {
    let entry = |path: &str, offset, data| Entry {
        path: path.into(),
        method: Method::Stored,
        crc32: crc32fast::hash(b"x"),
        packed: 1,
        size: 1,
        offset,
        data,
    };
    let (a, b) = (entry("a", 0, 31), entry("b", 32, 63));
    let body =
        [format::local_header(&a).as_slice(), b"x", &format::local_header(&b), b"x"].concat();
    let assembled = |entries: &[&Entry]| {
        let directory: Vec<u8> =
            entries.iter().flat_map(|entry| format::central_record(entry)).collect();
        let end = format::end(
            u64::try_from(entries.len()).unwrap(),
            u64::try_from(directory.len()).unwrap(),
            64,
        );
        [body.as_slice(), &directory, &end].concat()
    };
    assert!(open(&assembled(&[&a, &b])).is_ok());
    assert!(matches!(open(&assembled(&[&b, &a])), Err(ContainerError::Layout { .. })));
    assert!(open(&assembled(&[&a, &a, &b])).is_err());
    assert!(open(&assembled(&[&a])).is_err());
}

#[test]
fn foreign_containers_may_be_deflated_but_not_be_bombs() {
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let build = |content: &[u8]| {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("数据.txt", options).unwrap();
        std::io::Write::write_all(&mut writer, content).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let plain = build("一二三四五六七八九十".repeat(20).as_bytes());
    let container = open(&plain).unwrap();
    assert_eq!(container.entries()[0].method, Method::Deflated);
    assert!(!Container::inspect(&plain[..], Limits::default()).unwrap().canonical);
    let bomb = build(&vec![0; 10_000_000]);
    assert!(matches!(open(&bomb), Err(ContainerError::Ratio { .. })));
}

/// Yields `length` bytes of zero without holding them.
struct Sparse {
    head: Vec<u8>,
    tail: Vec<u8>,
    tail_at: u64,
}

impl Source for Sparse {
    fn length(&self) -> std::io::Result<u64> {
        Ok(self.tail_at + u64::try_from(self.tail.len()).unwrap())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
        for (byte, at) in buffer.iter_mut().zip(offset..) {
            let head = usize::try_from(at).ok().and_then(|at| self.head.get(at));
            let tail = at
                .checked_sub(self.tail_at)
                .and_then(|at| self.tail.get(usize::try_from(at).unwrap()));
            *byte = *head.or(tail).unwrap_or(&0);
        }
        Ok(())
    }
}

#[test]
fn contents_and_offsets_past_four_gibibytes_use_zip64_and_are_read_back() {
    let size = 5 << 30;
    let mut large = Entry {
        path: "data/large".into(),
        method: Method::Stored,
        crc32: 1,
        packed: size,
        size,
        offset: 0,
        data: 0,
    };
    let head = format::local_header(&large);
    large.data = u64::try_from(head.len()).unwrap();
    let offset = large.data + size;
    let mut small =
        Entry { path: "z".into(), crc32: 0, packed: 0, size: 0, offset, data: 0, ..large.clone() };
    let second = format::local_header(&small);
    small.data = offset + u64::try_from(second.len()).unwrap();
    let directory = [format::central_record(&large), format::central_record(&small)].concat();
    let end = format::end(2, u64::try_from(directory.len()).unwrap(), small.data);
    let tail = [second, directory, end].concat();
    let source = Sparse { head, tail, tail_at: offset };
    let inspection = Container::inspect(source, Limits::default()).unwrap();
    assert!(inspection.defects.is_empty(), "{:?}", inspection.defects);
    assert!(inspection.canonical);
    assert_eq!(inspection.container.unwrap().entries(), [large, small]);
}

#[test]
fn many_entries_use_the_wide_end_record() {
    let mut writer = Writer::new(Cursor::new(Vec::new()));
    for number in 0..65_600 {
        writer.add(&format!("f{number}"), b"").unwrap();
    }
    let bytes = writer.finish().unwrap().0.into_inner();
    assert_eq!(open(&bytes).unwrap().entries().len(), 65_600);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back_the_same(
        files in proptest::collection::btree_map("[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,2}", proptest::collection::vec(any::<u8>(), 0..200), 1..12)
    ) {
        let mut writer = Writer::new(Cursor::new(Vec::new()));
        let mut kept = BTreeMap::new();
        for (path, bytes) in &files {
            if writer.add(path, bytes).is_ok() {
                kept.insert(path.clone(), bytes.clone());
            }
        }
        prop_assume!(!kept.is_empty());
        let bytes = writer.finish().unwrap().0.into_inner();
        let container = open(&bytes).unwrap();
        let read: BTreeMap<String, Vec<u8>> = container
            .entries()
            .iter()
            .map(|entry| (entry.path.clone(), container.read(entry, u64::MAX).unwrap().0))
            .collect();
        prop_assert_eq!(read, kept);
    }

    #[test]
    fn no_input_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..500, byte: u8) {
        let _ = open(&bytes);
        let mut changed = sample();
        let length = changed.len();
        changed[at % length] = byte;
        let _ = open(&changed);
    }
}

/// Whether an outside program is there; its absence fails only in CI.
pub(crate) fn found(program: &str) -> bool {
    let found = Command::new(program).arg("--help").output().is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "{program} is missing in CI");
    if !found {
        eprintln!("skipped: {program} is not here");
    }
    found
}

#[test]
fn common_programs_read_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.zip");
    crate::durable::write_new(&path, &sample()).unwrap();
    for command in [
        &["unzip", "-t"][..],
        &["7z", "t"],
        &["bsdtar", "-tf"],
        &["python3", "-m", "zipfile", "-t"],
    ] {
        if found(command[0]) {
            let output = Command::new(command[0]).args(&command[1..]).arg(&path).output().unwrap();
            assert!(output.status.success(), "{command:?}: {output:?}");
        }
    }
}

/// The archive of cases written by others, or a visible skip. They lie beside the project and are
/// no part of it, so that they may be absent in CI too.
pub(crate) fn corpus(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CHANCERY_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"),
        PathBuf::from,
    );
    let archive = root.join(name).join("sample.tar.gz");
    if archive.is_file() && found("tar") {
        return Some(archive);
    }
    eprintln!("SKIPPED: corpus {name} is not here");
    None
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

type Tree = BTreeMap<PathBuf, Vec<u8>>;

fn extracted(program: &str, arguments: &[&str], archive: &Path) -> Option<Tree> {
    let folder = tempfile::tempdir().unwrap();
    let arguments: Vec<String> = arguments
        .iter()
        .map(|part| part.replace("FILE", archive.to_str().unwrap()))
        .map(|part| part.replace("FOLDER", folder.path().to_str().unwrap()))
        .collect();
    let output = Command::new(program).args(&arguments).output().unwrap();
    output.status.success().then(|| {
        files_below(folder.path())
            .into_iter()
            .map(|path| {
                let name = path.strip_prefix(folder.path()).unwrap().to_owned();
                (name, std::fs::read(&path).unwrap())
            })
            .collect()
    })
}

#[test]
fn no_ambiguous_zip_of_the_zipdiff_study_is_accepted() {
    let Some(archive) = corpus("zipdiff") else { return };
    let folder = tempfile::tempdir().unwrap();
    let unpacked =
        Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(unpacked.success());
    let programs: [(&str, &[&str]); 4] = [
        ("unzip", &["-q", "-o", "FILE", "-d", "FOLDER"]),
        ("7z", &["x", "-y", "-oFOLDER", "FILE"]),
        ("bsdtar", &["-xf", "FILE", "-C", "FOLDER"]),
        ("python3", &["-m", "zipfile", "-e", "FILE", "FOLDER"]),
    ];
    let programs: Vec<_> = programs.into_iter().filter(|(program, _)| found(program)).collect();
    let zips: Vec<PathBuf> = files_below(folder.path())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "zip"))
        .collect();
    assert!(zips.len() > 700, "{}", zips.len());
    for profile in [Profile::Bundle, Profile::Foreign] {
        let mut accepted = Vec::new();
        let mut unflagged_only = Vec::new();
        for path in &zips {
            let file = File::open(path).unwrap();
            let found = Container::inspect_as(file, Limits::default(), profile).unwrap();
            // The study writes plain ASCII names without the flag; without that one defect the
            // rest of the profile has to hold alone.
            let unflagged = |defect: &ContainerError| matches!(defect, ContainerError::Feature { what, .. } if what.0 == "a name not flagged as UTF-8");
            let flagged = found.defects.is_empty();
            let Some(container) = found.container.filter(|_| found.defects.iter().all(unflagged))
            else {
                continue;
            };
            let read = |entry: &Entry| {
                let (bytes, _) = container.read(entry, 1 << 30).ok()?;
                Some((PathBuf::from(&entry.path), bytes))
            };
            let ours: Option<Tree> = container.entries().iter().map(read).collect();
            let Some(ours) = ours else { continue };
            for (program, arguments) in &programs {
                if let Some(theirs) = extracted(program, arguments, path) {
                    assert_eq!(theirs, ours, "{program} reads {} otherwise", path.display());
                }
            }
            if flagged { &mut accepted } else { &mut unflagged_only }
                .push(path.file_name().unwrap().to_owned());
        }
        eprintln!("{profile:?}: accepted and read alike by all: {accepted:?}");
        eprintln!("{profile:?}: refused for the missing flag alone: {unflagged_only:?}");
    }
}
