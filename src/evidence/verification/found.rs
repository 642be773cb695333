//! What is found in a bundle when each file is read once, held small however many files there are.
//!
//! Of the payload only paths and digests stay. Lists of all files, such as manifests, are not
//! taken apart as long as they are, byte for byte, what would be written for the files that are
//! there; a long one is read a second time for that, and must have the digest it had.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, BufReader, Write},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use super::{META_INF, SHORT, TAG_LIMIT, TAGS, UNREADABLE};
use crate::{
    digest::Digest,
    evidence::{
        alike::{Against, Alike, Hashed},
        asic,
        bag::{self, Listed, Manifest},
        container::{Container, ContainerError, Entry, Source},
        originals::{self, ORIGINALS_PATH},
    },
};

/// Lists that are as long as there are files.
const LISTS: [&str; 4] =
    [bag::MANIFEST_PATH, ORIGINALS_PATH, asic::SIGNED_PATH, asic::STAMPED_PATH];

pub(super) fn is_payload(path: &str) -> bool {
    path.starts_with(bag::PAYLOAD)
}

pub(super) fn is_meta_inf(path: &str) -> bool {
    path.starts_with("META-INF/")
}

/// Whether the bytes of `entry` are kept to be looked into.
pub(super) fn is_looked_into(entry: &Entry) -> bool {
    let path = entry.path.as_str();
    let is_known = path == asic::MIMETYPE_PATH || TAGS.contains(&path) || META_INF.contains(&path);
    let most = if LISTS.contains(&path) { SHORT } else { TAG_LIMIT };
    is_known && entry.size <= most
}

/// Whether `entries` are all those of a bundle and no others, in their order.
pub(super) fn is_in_order(entries: &[Entry]) -> bool {
    let mut paths = entries.iter().map(|entry| entry.path.as_str()).peekable();
    if paths.next() != Some(asic::MIMETYPE_PATH) {
        return false;
    }
    let mut last = "";
    while let Some(path) = paths.next_if(|path| is_payload(path)) {
        if path <= last {
            return false;
        }
        last = path;
    }
    let (signed, stamped) = META_INF.split_at(2);
    TAGS.iter().chain(signed).all(|path| paths.next() == Some(path))
        && (paths.peek().is_none() || stamped.iter().all(|path| paths.next() == Some(path)))
        && paths.next().is_none()
}

/// What is not payload: digests of all, bytes of those that are looked into.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) digests: Manifest,
    pub(super) texts: BTreeMap<String, Vec<u8>>,
}

impl Parts {
    pub(super) fn text(&self, path: &str) -> Option<&[u8]> {
        self.texts.get(path).map(Vec::as_slice)
    }

    /// Whether it was sealed without a token.
    pub(super) fn is_pending(&self) -> bool {
        let absent = |path| !self.digests.contains_key(path);
        absent(asic::STAMPED_PATH) && absent(asic::TIMESTAMP_PATH)
    }
}

/// What was read once.
pub(super) struct Found<'a, S> {
    container: &'a Container<S>,
    /// Whether every path is safe and there only once.
    is_sound: bool,
    /// The payload by path.
    pub(super) payload: Vec<(&'a str, Digest)>,
    pub(super) parts: Parts,
}

impl<'a, S: Source> Found<'a, S> {
    pub(super) fn of(container: &'a Container<S>, is_sound: bool) -> Self {
        Self { container, is_sound, payload: Vec::new(), parts: Parts::default() }
    }

    pub(super) fn payload(&self) -> impl Iterator<Item = Listed<'_>> {
        self.payload.iter().map(|(path, digest)| (*path, digest))
    }

    /// The payload, if asked for, and what else `is_meant`.
    pub(super) fn those(&self, payload: bool, is_meant: impl Fn(&str) -> bool) -> Manifest {
        let payload = self.payload().filter(|_| payload);
        let others = bag::listed(&self.parts.digests).filter(|(path, _)| is_meant(path));
        payload.chain(others).map(|(path, digest)| (path.to_owned(), *digest)).collect()
    }

    /// The list at `path`, read again if it is too long to be held.
    pub(super) fn text(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ContainerError> {
        if let Some(bytes) = self.parts.text(path) {
            return Ok(Some(Cow::Borrowed(bytes)));
        }
        let Some((entry, digest)) = self.long(path) else { return Ok(None) };
        let (bytes, fixity) = self.container.read(entry, TAG_LIMIT)?;
        if fixity.digest == digest { Ok(Some(Cow::Owned(bytes))) } else { Err(changed().into()) }
    }

    /// Whether the list at `path` is what `write` writes, to the last byte.
    pub(super) fn is_as_written(
        &self,
        path: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> bool {
        if !self.is_sound {
            return false;
        }
        if let Some(bytes) = self.parts.text(path) {
            let mut alike = Alike::to(bytes);
            return write(&mut alike).is_ok() && alike.holds();
        }
        let Some((mut there, digest)) = self.again(path) else { return false };
        let mut against = Against::to(&mut there);
        write(&mut against).is_ok() && against.holds() && there.digest() == digest
    }

    /// Whether the list of originals is of the form and names each file of the payload in its
    /// place.
    pub(super) fn are_originals(&self) -> bool {
        let mut rest = self.payload();
        let is_meant = |row: &originals::Original| {
            rest.next().is_some_and(|(path, _)| path == row.file) && row.is_where_its_kind_is()
        };
        let are_all = if !self.is_sound {
            false
        } else if let Some(mut bytes) = self.parts.text(ORIGINALS_PATH) {
            originals::are_all(&mut bytes, is_meant).unwrap_or_default()
        } else if let Some((mut there, digest)) = self.again(ORIGINALS_PATH) {
            originals::are_all(&mut there, is_meant).unwrap_or_default() && there.digest() == digest
        } else {
            false
        };
        are_all && rest.next().is_none()
    }

    /// A list that was read but not held, and the digest it had.
    fn long(&self, path: &str) -> Option<(&Entry, Digest)> {
        let digest = self.parts.digests.get(path).filter(|digest| **digest != UNREADABLE)?;
        let entry = self.container.entries().iter().rfind(|entry| entry.path == path)?;
        (entry.size <= TAG_LIMIT).then_some((entry, *digest))
    }

    fn again(&self, path: &str) -> Option<(Hashed<impl io::Read>, Digest)> {
        let (entry, digest) = self.long(path)?;
        Some((Hashed::of(BufReader::new(self.container.stored(entry)?)), digest))
    }
}

fn changed() -> io::Error {
    io::Error::other("the bundle changed while it was read")
}

/// Payload from which on several threads read it.
const WORTH_MORE: u64 = 8 << 20;
/// More than there are processors on a small machine: of three films none waits for the others.
const READERS: usize = 4;

/// What several threads read of a large payload; of a small one nothing.
#[derive(Default)]
pub(super) struct Ahead {
    digests: Vec<Option<Digest>>,
    defects: BTreeMap<usize, ContainerError>,
}

impl Ahead {
    /// Reads a large payload, largest files first.
    pub(super) fn read<S: Source + Sync>(
        container: &Container<S>,
        progress: &mut dyn FnMut(u64),
    ) -> Self {
        let payload = || {
            let all = container.entries().iter().enumerate();
            all.filter(|(_, one)| is_payload(&one.path))
        };
        let bytes = payload().fold(0_u64, |sum, (_, entry)| sum.saturating_add(entry.size));
        if bytes < WORTH_MORE || payload().nth(1).is_none() {
            return Self::default();
        }
        let mut order: Vec<(usize, &Entry)> = payload().collect();
        order.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.size));
        let next = AtomicUsize::new(0);
        let mut read =
            Self { digests: vec![None; container.entries().len()], defects: BTreeMap::new() };
        thread::scope(|scope| {
            let (done, finished) = mpsc::sync_channel(READERS);
            for _ in 0..READERS.min(order.len()) {
                let (done, order, next) = (done.clone(), &order, &next);
                scope.spawn(move || {
                    while let Some((at, entry)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let fixity = container.copy(entry, &mut io::sink());
                        // Whoever waits is there until all are done.
                        let _ = done.send((*at, entry.size, fixity));
                    }
                });
            }
            drop(done);
            for (at, size, fixity) in finished {
                progress(size);
                match (fixity, read.digests.get_mut(at)) {
                    (Ok(fixity), Some(digest)) => *digest = Some(fixity.digest),
                    (Err(defect), _) => drop(read.defects.insert(at, defect)),
                    (Ok(_), None) => {}
                }
            }
        });
        read
    }

    /// The digest of the entry at `at`, or why it has none, if it was read.
    pub(super) fn take(&mut self, at: usize) -> Option<Result<Digest, ContainerError>> {
        let digest = self.digests.get(at).copied().flatten();
        digest.map(Ok).or_else(|| self.defects.remove(&at).map(Err))
    }
}
