//! Put-once store of every registered byte, each object named by its SHA-256.
//!
//! An object is staged (whole and on disk, but not yet part of the archive), then an entry of the
//! register names it, then it is published. What was cut off in between stays staged, for start-up
//! recovery to publish or discard. Owns no knowledge of what an object is. Refuses to replace one.
//! Source: SPEC Register ("Entry and bytes belong together"), promise 3.

mod finding;
mod local;

use std::io::{self, Read};

pub use self::{
    finding::ArchiveFinding,
    local::{LocalArchive, StagedFile, Writing},
};
use crate::digest::{Digest, Hasher};

crate::problems! {
    /// Why the archive could not store or give back an object.
    pub enum ArchiveError {
        /// The system refused.
        Io { path: String, source: io::Error } = "CH-S001", Fault,
            "cannot use `{path}` in the archive: {source}" => "check the disk, its free space and the permissions",
            "无法使用档案库中的 `{path}`：{source}" => "请检查磁盘、剩余空间与权限";
        /// The archive may not be written to.
        ReadOnly { path: String } = "CH-S002", Fault,
            "the archive at `{path}` may not be written to" => "check the permissions and that the disk is not mounted read-only",
            "档案库 `{path}` 不可写" => "请检查权限，以及磁盘是否以只读方式挂载";
        /// There is no archive. It is never made anew in passing.
        NoArchive { path: String } = "CH-S003", Fault,
            "there is no archive at `{path}`" => "restore it from a backup; a new one would hide what the old one held",
            "`{path}` 处没有档案库" => "请从备份恢复；新建档案库会掩盖原有内容";
        /// There is one already.
        Exists { path: String } = "CH-S004", Input,
            "`{path}` exists already" => "choose another office folder",
            "`{path}` 已存在" => "请另选机构目录";
        /// No object has this digest.
        Missing { digest: Digest } = "CH-S005", Finding,
            "the archive holds no object `{digest}`" => "restore it from a copy and run `chancery audit run`",
            "档案库中没有对象 `{digest}`" => "请从副本恢复，并运行 `chancery audit run`";
        /// Its bytes are not those it is named by.
        Changed { digest: Digest } = "CH-S006", Finding,
            "object `{digest}` of the archive was changed" => "keep it as evidence, and restore the right bytes from a copy",
            "档案库对象 `{digest}` 的内容已被改动" => "请保留现状作为证据，并从副本恢复正确内容";
        /// What was staged is no longer there.
        NotStaged { digest: Digest } = "CH-S007", Fault,
            "object `{digest}` is no longer staged" => "do the whole again from its source",
            "对象 `{digest}` 已不在暂存区" => "请从来源重新执行整个操作";
        /// It is longer than the reader takes.
        TooLarge { limit: u64 } = "CH-S008", Input,
            "the object is longer than {limit} bytes" => "read it as a stream",
            "对象超过 {limit} 字节" => "请以流方式读取";
        /// What was to be stored could not be read.
        Source { source: io::Error } = "CH-S009", Fault,
            "what was to be archived could not be read: {source}" => "check the source and try again",
            "无法读取待归档内容：{source}" => "请检查来源后重试";
        /// A link or file stands where one of the archive's folders should.
        Obstructed { path: String } = "CH-S010", Fault,
            "`{path}` should be a folder of the archive and is not" => "find out who put it there, then restore the folder from a copy",
            "`{path}` 应为档案库目录，但不是" => "请查明缘由，再从副本恢复该目录";
        /// No registered disposal is about it.
        NotPermitted { digest: Digest } = "CH-D021", Fault,
            "object `{digest}` may not be destroyed: no registered disposal names it" => "dispose of it by `chancery retention dispose`",
            "对象 `{digest}` 不得销毁：没有登记的处置提及它" => "请用 `chancery retention dispose` 处置";
    }
}

/// Result of archive work.
pub type Result<T> = std::result::Result<T, ArchiveError>;

/// An object the archive holds: only publishing or finding it gives one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Archived {
    digest: Digest,
    length: u64,
}

impl Archived {
    /// SHA-256 of its bytes, which is its name.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Its length in bytes.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }
}

/// One thing found while going through the archive.
#[derive(Debug)]
pub enum Listed {
    /// An object, by its name and length; its bytes were not read.
    Object(Archived),
    /// Something that is no object.
    Foreign(ArchiveFinding),
}

/// Objects that are put once and never changed.
///
/// Contract: whatever returns `Ok` is on disk by then. Writing is atomic: an object is there whole
/// or not at all. Every call is safe to retry; putting bytes that are there already succeeds, and
/// putting others under the same name never does. Several processes may use one archive.
pub trait Objects {
    /// What is staged here.
    type Staged: Stage;

    /// Takes in all that `bytes` yields, hashing it on the way. Memory is constant. The staged
    /// object is this process's until it is published, discarded or dropped; dropped, it stays.
    ///
    /// # Errors
    /// [`ArchiveError::Source`] if `bytes` fails; [`ArchiveError::ReadOnly`],
    /// [`ArchiveError::Io`].
    fn stage(&self, bytes: &mut dyn Read) -> Result<Self::Staged>;

    /// Makes a staged object part of the archive.
    ///
    /// # Errors
    /// [`ArchiveError::Changed`] if an object of that name has other bytes, or the staged bytes
    /// were changed since a process that is gone staged them; [`ArchiveError::NotStaged`],
    /// [`ArchiveError::ReadOnly`], [`ArchiveError::Io`].
    fn publish(&self, staged: Self::Staged) -> Result<Archived>;

    /// Drops a staged object for good.
    ///
    /// # Errors
    /// [`ArchiveError::ReadOnly`], [`ArchiveError::Io`].
    fn discard(&self, staged: Self::Staged) -> Result<()>;

    /// Whole staged objects that no living process owns: leftovers of one that was cut off.
    ///
    /// # Errors
    /// [`ArchiveError::Io`].
    fn staged(&self) -> Result<Vec<Self::Staged>>;

    /// Stages and publishes `bytes` at once.
    ///
    /// # Errors
    /// As [`Objects::stage`] and [`Objects::publish`].
    fn put(&self, mut bytes: &[u8]) -> Result<Archived> {
        self.publish(self.stage(&mut bytes)?)
    }

    /// Opens an object. Reading to its end fails if its bytes are not those it is named by.
    ///
    /// # Errors
    /// [`ArchiveError::Missing`], [`ArchiveError::Io`].
    fn open(&self, digest: &Digest) -> Result<ObjectReader>;

    /// Reads a whole object of at most `limit` bytes, and checks it.
    ///
    /// # Errors
    /// [`ArchiveError::TooLarge`], [`ArchiveError::Changed`], and those of [`Objects::open`].
    fn read(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let reader = self.open(digest)?;
        let read = reader.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        match read {
            Ok(length) if u64::try_from(length).is_ok_and(|length| length > limit) => {
                Err(ArchiveError::TooLarge { limit })
            }
            Ok(_) if Digest::of(&bytes) == *digest => Ok(bytes),
            Ok(_) => Err(ArchiveError::Changed { digest: *digest }),
            Err(error) if is_changed(&error) => Err(ArchiveError::Changed { digest: *digest }),
            Err(source) => Err(ArchiveError::Io { path: digest.to_string(), source }),
        }
    }

    /// Whether an object of this name is there; its bytes are not read.
    ///
    /// # Errors
    /// [`ArchiveError::Io`].
    fn contains(&self, digest: &Digest) -> Result<bool>;

    /// All objects by name, and whatever else lies among them. Bytes are not read.
    ///
    /// # Errors
    /// [`ArchiveError::Io`].
    fn list(&self) -> Result<Box<dyn Iterator<Item = Result<Listed>> + '_>>;

    /// Reads one object and says everything that is wrong with it; `length` is what the register
    /// says, if it does.
    ///
    /// # Errors
    /// [`ArchiveError::Io`] where it could not be read for another reason.
    fn check(&self, digest: &Digest, length: Option<u64>) -> Result<Vec<ArchiveFinding>>;
}

/// A staged object.
pub trait Stage {
    /// SHA-256 of its bytes.
    fn digest(&self) -> Digest;

    /// Its length in bytes.
    fn length(&self) -> u64;
}

/// Reads an object and checks it at its end.
///
/// What was read is to be trusted only once the end was reached without an error.
pub struct ObjectReader {
    inner: Box<dyn Read + Send>,
    hasher: Option<Hasher>,
    digest: Digest,
}

impl ObjectReader {
    /// Checks all that `inner` yields against `digest`.
    #[must_use]
    pub fn new(inner: Box<dyn Read + Send>, digest: Digest) -> Self {
        Self { inner, hasher: Some(Hasher::default()), digest }
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            if self.hasher.take().is_some_and(|hasher| hasher.finish() != self.digest) {
                return Err(changed(self.digest));
            }
        } else if let (Some(hasher), Some(read)) = (&mut self.hasher, buffer.get(..count)) {
            hasher.update(read);
        }
        Ok(count)
    }
}

fn changed(digest: Digest) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, ArchiveError::Changed { digest })
}

/// Whether `error` tells that an object's bytes are not those it is named by.
#[must_use]
pub fn is_changed(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ArchiveError>());
    matches!(inner, Some(ArchiveError::Changed { .. }))
}
