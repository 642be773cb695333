//! The file of a bundle while it is written: every byte is read once and hashed from memory.
//!
//! The container is put together in blocks. Each full block goes to three threads at once: one
//! hashes the whole file, one hashes the contents in it, and one puts it on disk past the
//! system's cache, where the file system allows that. What is written is therefore what was
//! hashed, nothing is read back, and little is left to wait for in the end. Memory is constant.
//! Refuses nothing. Source: FINDINGS "Hashing and sealing"; docs/decisions/0023.

use std::{
    fs::File,
    io::{self, Read, Write},
    ops::Range,
    os::unix::fs::FileExt as _,
    sync::{Arc, Mutex, mpsc},
    thread::{Scope, ScopedJoinHandle},
};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::digest::{Digest, Hasher};

/// Bytes of one block, a multiple of [`ALIGNMENT`].
const BLOCK: usize = 1 << 20;
/// What disks want the place of a block in memory and in the file to be a multiple of.
const ALIGNMENT: usize = 4096;
/// Most blocks there are: what the disk may fall behind without anybody waiting for it.
const BLOCKS: usize = 16;
/// Most blocks where of very many files much else is held.
const FEWER: usize = 8;
/// Files that are very many.
const MANY: usize = 20_000;

/// A part of the container on its way.
struct Block {
    bytes: Vec<u8>,
    start: usize,
    filled: usize,
    /// Its place in the file.
    at: u64,
    /// Contents in it, or parts of them.
    spans: Vec<Span>,
}

/// A part of a content in one block.
struct Span {
    range: Range<usize>,
    is_last: bool,
}

impl Block {
    fn new() -> Self {
        let bytes = vec![0; BLOCK + ALIGNMENT];
        // Where it cannot be told, the disk refuses and the system's cache is used.
        let start = bytes.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self { bytes, start, filled: 0, at: 0, spans: Vec::new() }
    }

    fn filled(&self) -> &[u8] {
        self.bytes.get(self.start..self.start + self.filled).unwrap_or_default()
    }

    fn room(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.start + self.filled..self.start + BLOCK).unwrap_or_default()
    }

    fn is_full(&self) -> bool {
        self.filled == BLOCK
    }
}

/// What is known of a content that passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Passed {
    pub(super) digest: Digest,
    pub(super) crc32: u32,
}

type Blocks = mpsc::Sender<Arc<Block>>;

/// The file being written, from its first byte to its last.
pub(super) struct Whole<'scope> {
    block: Block,
    made: usize,
    most: usize,
    blank: mpsc::Receiver<Block>,
    fault: Arc<Mutex<Option<io::Error>>>,
    to_hash: Blocks,
    hashing: ScopedJoinHandle<'scope, Digest>,
    to_store: Blocks,
    storing: ScopedJoinHandle<'scope, io::Result<()>>,
    contents: Option<(Blocks, ScopedJoinHandle<'scope, Vec<Passed>>)>,
}

fn stopped() -> io::Error {
    io::Error::other("a thread of sealing stopped")
}

impl<'scope> Whole<'scope> {
    /// Begins `file`, which is empty, for as many contents.
    pub(super) fn begin<'env>(
        scope: &'scope Scope<'scope, 'env>,
        file: &'env File,
        contents: usize,
    ) -> Self {
        let most = if contents > MANY { FEWER } else { BLOCKS };
        let (give_back, blank) = mpsc::channel();
        let fault = Arc::new(Mutex::new(None));
        let (to_hash, hashed) = mpsc::channel();
        let returned = give_back.clone();
        let hashing = scope.spawn(move || hash(&hashed, &returned));
        let (to_contents, of_contents) = mpsc::channel();
        let returned = give_back.clone();
        let contents = scope.spawn(move || hash_contents(&of_contents, &returned));
        let (to_store, stored) = mpsc::channel();
        let told = Arc::clone(&fault);
        let storing = scope.spawn(move || store(file, &stored, &give_back, &told));
        let contents = Some((to_contents, contents));
        let block = Block::new();
        Self { block, made: 1, most, blank, fault, to_hash, hashing, to_store, storing, contents }
    }

    /// Takes in a content of `size` bytes, as far as `reader` gives them, and says how many.
    pub(super) fn take_in(&mut self, reader: &mut dyn Read, size: u64) -> io::Result<u64> {
        let mut left = size;
        while left > 0 {
            self.pass_on()?;
            let start = self.block.filled;
            let room = self.block.room();
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(room.len());
            let read = match reader.read(room.get_mut(..length).unwrap_or_default()) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.block.filled += read;
            left = left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
            self.block.spans.push(Span { range: start..start + read, is_last: false });
        }
        let end = self.block.filled;
        self.block.spans.push(Span { range: end..end, is_last: true });
        Ok(size.saturating_sub(left))
    }

    /// What passed by [`Self::take_in`], in its order. Nothing more can be taken in.
    pub(super) fn contents(&mut self) -> io::Result<Vec<Passed>> {
        let (to_contents, contents) = self.contents.take().ok_or_else(stopped)?;
        // The rest of the file goes into the same block.
        let mut copy = Block::new();
        copy.spans = std::mem::take(&mut self.block.spans);
        copy.filled = (&mut *copy.room()).write(self.block.filled())?;
        to_contents.send(Arc::new(copy)).map_err(|_| stopped())?;
        drop(to_contents);
        contents.join().map_err(|_| stopped())
    }

    /// Waits until all is hashed and on disk; tells digest and length of the file.
    pub(super) fn end(mut self) -> io::Result<(Digest, u64)> {
        let length = self.position();
        let last = std::mem::replace(&mut self.block, Block::new());
        self.send(last)?;
        drop((self.to_hash, self.to_store, self.contents));
        let digest = self.hashing.join().map_err(|_| stopped())?;
        self.storing.join().map_err(|_| stopped())??;
        Ok((digest, length))
    }

    fn position(&self) -> u64 {
        self.block.at.saturating_add(u64::try_from(self.block.filled).unwrap_or(u64::MAX))
    }

    /// Sends a full block on its way and takes a blank one.
    fn pass_on(&mut self) -> io::Result<()> {
        if !self.block.is_full() {
            return Ok(());
        }
        if let Some(error) = self.fault.lock().ok().and_then(|mut fault| fault.take()) {
            return Err(error);
        }
        let at = self.position();
        let mut blank = match self.blank.try_recv() {
            Ok(blank) => blank,
            Err(_) if self.made < self.most => {
                self.made += 1;
                Block::new()
            }
            Err(_) => self.blank.recv().map_err(|_| stopped())?,
        };
        blank.filled = 0;
        blank.at = at;
        blank.spans.clear();
        let full = std::mem::replace(&mut self.block, blank);
        self.send(full)
    }

    fn send(&self, block: Block) -> io::Result<()> {
        let block = Arc::new(block);
        let contents = self.contents.as_ref().map(|(to_contents, _)| to_contents);
        for to in [Some(&self.to_hash), contents, Some(&self.to_store)].into_iter().flatten() {
            to.send(Arc::clone(&block)).map_err(|_| stopped())?;
        }
        // Whoever drops it last gives it back, and that is never this thread.
        drop(block);
        Ok(())
    }
}

impl Write for Whole<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pass_on()?;
        let length = (&mut *self.block.room()).write(bytes)?;
        self.block.filled += length;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Gives the block back if nobody else still needs it.
fn give_back(block: Arc<Block>, blank: &mpsc::Sender<Block>) {
    if let Some(block) = Arc::into_inner(block) {
        // Nobody waits for it any more once the file is whole.
        let _ = blank.send(block);
    }
}

fn hash(blocks: &mpsc::Receiver<Arc<Block>>, blank: &mpsc::Sender<Block>) -> Digest {
    let mut hasher = Hasher::default();
    for block in blocks {
        hasher.update(block.filled());
        give_back(block, blank);
    }
    hasher.finish()
}

fn hash_contents(blocks: &mpsc::Receiver<Arc<Block>>, blank: &mpsc::Sender<Block>) -> Vec<Passed> {
    let mut passed = Vec::new();
    let (mut hasher, mut sum) = (Hasher::default(), crc32fast::Hasher::new());
    for block in blocks {
        for span in &block.spans {
            let bytes = block.filled().get(span.range.clone()).unwrap_or_default();
            hasher.update(bytes);
            sum.update(bytes);
            if span.is_last {
                let digest = std::mem::take(&mut hasher).finish();
                passed.push(Passed { digest, crc32: std::mem::take(&mut sum).finalize() });
            }
        }
        give_back(block, blank);
    }
    passed
}

fn store(
    file: &File,
    blocks: &mpsc::Receiver<Arc<Block>>,
    blank: &mpsc::Sender<Block>,
    fault: &Mutex<Option<io::Error>>,
) -> io::Result<()> {
    let mut past_cache = set_past_cache(file, true);
    let mut failed = false;
    for block in blocks {
        if failed {
            give_back(block, blank);
            continue;
        }
        if past_cache && !block.is_full() {
            past_cache = set_past_cache(file, false);
        }
        let mut written = file.write_all_at(block.filled(), block.at);
        if written.is_err() && past_cache {
            past_cache = set_past_cache(file, false);
            written = file.write_all_at(block.filled(), block.at);
        }
        give_back(block, blank);
        if let (Err(error), Ok(mut fault)) = (written, fault.lock()) {
            *fault = Some(error);
            failed = true;
        }
    }
    set_past_cache(file, false);
    match fault.lock().ok().and_then(|mut fault| fault.take()) {
        Some(error) => Err(error),
        None if failed => Err(stopped()),
        None => file.sync_all(),
    }
}

/// Has `file` written past the system's cache or through it; says whether it is past.
fn set_past_cache(file: &File, past: bool) -> bool {
    let Ok(flags) = fcntl_getfl(file) else { return false };
    let mut wanted = flags;
    wanted.set(OFlags::DIRECT, past);
    fcntl_setfl(file, wanted).is_ok() && past
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn written(contents: &[Vec<u8>]) -> (Vec<u8>, Digest, Vec<Passed>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (digest, length, passed) = thread::scope(|scope| {
            let mut whole = Whole::begin(scope, file.as_file(), contents.len());
            for content in contents {
                whole.write_all(b"head").unwrap();
                let size = u64::try_from(content.len()).unwrap();
                assert_eq!(whole.take_in(&mut content.as_slice(), size).unwrap(), size);
            }
            let passed = whole.contents().unwrap();
            whole.write_all(b"the end").unwrap();
            let (digest, length) = whole.end().unwrap();
            (digest, length, passed)
        });
        let bytes = std::fs::read(file.path()).unwrap();
        assert_eq!(u64::try_from(bytes.len()).unwrap(), length);
        (bytes, digest, passed)
    }

    #[test]
    fn the_file_holds_what_was_hashed_however_it_falls_into_blocks() {
        for length in [0, 1, BLOCK - 11, BLOCK - 4, BLOCK, 2 * BLOCK - 8, 19 * BLOCK + 5] {
            let long: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let contents = [vec![7; 3], long, Vec::new(), vec![9; 70_000]];
            let expected: Vec<u8> = contents
                .iter()
                .flat_map(|content| [b"head".as_slice(), content].concat())
                .chain(*b"the end")
                .collect();
            let (bytes, digest, passed) = written(&contents);
            assert!(bytes == expected, "{length}");
            assert_eq!(digest, Digest::of(&expected));
            let of = |content: &Vec<u8>| Passed {
                digest: Digest::of(content),
                crc32: crc32fast::hash(content),
            };
            assert_eq!(passed, contents.iter().map(of).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_reader_that_ends_early_is_told_by_the_bytes_it_gave() {
        let file = tempfile::tempfile().unwrap();
        thread::scope(|scope| {
            let mut whole = Whole::begin(scope, &file, 1);
            assert_eq!(whole.take_in(&mut [1, 2].as_slice(), 3).unwrap(), 2);
            whole.end().unwrap();
        });
    }

    #[test]
    fn a_file_that_cannot_be_written_is_a_fault_and_not_a_digest() {
        let source = tempfile::NamedTempFile::new().unwrap();
        let file = File::open(source.path()).unwrap();
        thread::scope(|scope| {
            let mut whole = Whole::begin(scope, &file, 1);
            let taken = whole.take_in(&mut io::repeat(1), 64 << 20);
            assert!(taken.and_then(|_| whole.end()).is_err());
        });
    }
}
