//! Tampering with a bundle whose lists are too long to be held: each is read a second time.

use std::{
    collections::BTreeSet,
    io,
    ops::ControlFlow,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    asic,
    bag::MANIFEST_PATH,
    bundle::Bundle,
    container::{Container, Limits, Source, Writer},
    intake::{Intake, Sorting},
    kind::Kind,
    originals::ORIGINALS_PATH,
    testing::{Office, description},
    verification::verify,
};
use crate::masking::Masking;

/// So many that every list is longer than 1 MiB.
const FILES: usize = 8600;

#[expect(clippy::disallowed_methods, reason = "files of a test need not be durable")]
fn long_bundle(office: &Office) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    // Long names make long lists of fewer files.
    let name = |number: usize| format!("{}-{number:05}.txt", "n".repeat(42));
    for number in 0..FILES {
        std::fs::write(folder.path().join(name(number)), number.to_string()).unwrap();
    }
    let intake =
        Intake::of_folder(folder.path(), Sorting::As(Kind::Other), &Masking::default()).unwrap();
    let out = folder.path().with_extension("asice");
    let open = Bundle::open(intake, description()).unwrap();
    open.seal(&out, &office.sealing(), &mut |_| ControlFlow::Continue(())).unwrap();
    let bytes = std::fs::read(&out).unwrap();
    std::fs::remove_file(out).unwrap();
    bytes
}

fn codes(office: &Office, bytes: &[u8]) -> BTreeSet<(String, &'static str)> {
    let checked = verify(bytes, &office.anchors(), Limits::default(), &mut |_| {}).unwrap();
    let code = |finding: &super::Finding| {
        (finding.file.clone().unwrap_or_default(), finding.report.code.code)
    };
    checked.findings.iter().map(code).collect()
}

/// The same entries, those at `path` changed.
fn rewritten(bytes: &[u8], path: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let container = Container::open(bytes, Limits::default()).unwrap();
    let mut writer = Writer::new(io::Cursor::new(Vec::new()));
    for entry in container.entries() {
        let (bytes, _) = container.read(entry, u64::MAX).unwrap();
        if entry.path == path {
            let text = String::from_utf8(bytes).unwrap();
            let changed = change(text.clone());
            assert_ne!(changed, text, "{path}");
            writer.add(path, changed.as_bytes()).unwrap();
        } else {
            writer.add(&entry.path, &bytes).unwrap();
        }
    }
    writer.finish().unwrap().0.into_inner()
}

/// Bytes that are others the second time a place of them is read.
struct Twice<'a> {
    bytes: &'a [u8],
    place: u64,
    /// How often that place was read.
    read: AtomicU64,
}

impl Source for Twice<'_> {
    fn length(&self) -> io::Result<u64> {
        Source::length(self.bytes)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.bytes.read_exact_at(buffer, offset)?;
        let at = self.place.checked_sub(offset).and_then(|at| usize::try_from(at).ok());
        if let Some(byte) = at.and_then(|at| buffer.get_mut(at))
            && self.read.fetch_add(1, Ordering::Relaxed) > 0
        {
            *byte ^= 1;
        }
        Ok(())
    }
}

#[test]
fn tampering_with_a_list_too_long_to_be_held_is_found_with_its_file() {
    let office = Office::sample();
    let bytes = long_bundle(&office);
    let container = Container::open(&bytes[..], Limits::default()).unwrap();
    let lists = [MANIFEST_PATH, ORIGINALS_PATH, asic::SIGNED_PATH, asic::STAMPED_PATH];
    for list in lists {
        assert!(container.entry(list).unwrap().size > 1 << 20, "{list}");
    }
    assert_eq!(codes(&office, &bytes), BTreeSet::new());

    let slug = "n".repeat(42);
    let [victim, next] = [4321, 4322].map(|number| format!("data/other/{slug}-{number:05}.txt"));
    let is = |file: &str, code| (file.to_owned(), code);
    let found = codes(&office, &rewritten(&bytes, &victim, |text| text.replace('4', "5")));
    assert_eq!(found, [is(&victim, "CH-B007")].into());

    let line_of = |text: &str, path: &str| -> String {
        text.split_inclusive('\n').find(|line| line.contains(path)).unwrap().to_owned()
    };
    let dropped = |text: String| text.replace(&line_of(&text, &victim), "");
    let swapped = |text: String| {
        let (one, other) = (line_of(&text, &victim), line_of(&text, &next));
        text.replace(&[one.as_str(), &other].concat(), &[other.as_str(), &one].concat())
    };
    let listed = [(MANIFEST_PATH, "CH-B006"), (ORIGINALS_PATH, "CH-B006")];
    for (list, code) in listed {
        let found = codes(&office, &rewritten(&bytes, list, dropped));
        assert!(found.contains(&is(&victim, code)), "{list} {found:?}");
        assert!(found.contains(&is(list, "CH-B007")), "{list} {found:?}");
    }
    let found = codes(&office, &rewritten(&bytes, MANIFEST_PATH, swapped));
    assert!(found.contains(&is(MANIFEST_PATH, "CH-B004")), "{found:?}");
    let found = codes(&office, &rewritten(&bytes, ORIGINALS_PATH, swapped));
    assert!(found.contains(&is(ORIGINALS_PATH, "CH-G009")), "{found:?}");
    let moved = |text: String| {
        let line = line_of(&text, &victim);
        text.replace(&line, &line.replace(",other,", ",photo,"))
    };
    let found = codes(&office, &rewritten(&bytes, ORIGINALS_PATH, moved));
    assert!(found.contains(&is(&victim, "CH-G010")), "{found:?}");
    for (list, proof, code) in [
        (asic::SIGNED_PATH, asic::SIGNATURE_PATH, "CH-K045"),
        (asic::STAMPED_PATH, asic::TIMESTAMP_PATH, "CH-K063"),
    ] {
        let found = codes(&office, &rewritten(&bytes, list, dropped));
        assert!(found.contains(&is(&victim, "CH-B006")), "{list} {found:?}");
        assert!(found.contains(&is(proof, code)), "{list} {found:?}");
        let found = codes(&office, &rewritten(&bytes, list, swapped));
        assert!(found.contains(&is(list, "CH-G004")), "{list} {found:?}");
    }

    // What is read again must be what was read before.
    for list in lists {
        let entry = container.entry(list).unwrap();
        let place = entry.data + entry.size - 700;
        let source = Twice { bytes: &bytes, place, read: AtomicU64::new(0) };
        let checked = verify(source, &office.anchors(), Limits::default(), &mut |_| {});
        assert!(checked.is_err(), "{list}");
    }
}
