//! The strict reader: one way to read a container, or none.
//!
//! The end record is found at the very end and nowhere else. The directory must end where it
//! starts, list the entries in the order of their bytes, and leave no byte of the file unclaimed;
//! each local header must say what the directory says. [`Inspection`] tells every defect found;
//! [`Container::open`] accepts none.
//! Source: PKWARE APPNOTE 6.3.10; FINDINGS "Container".

use std::io::{self, BufReader, Read, Write};

use flate2::bufread::DeflateDecoder;

use super::{
    ContainerError, Entry, Method, Result,
    directory::Directory,
    end::End,
    fixity::{Fixity, copy_hashed},
    format,
    local::read_local,
    path::{self, Paths, shown},
    source::{Section, Source},
};
use crate::evidence::words::Words;

/// How much a container may ask of its reader.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Entries.
    pub entries: u64,
    /// Bytes of the directory.
    pub directory: u64,
    /// Bytes of all contents together.
    pub contents: u64,
    /// Times a content may be larger than its compressed bytes.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 250_000, directory: 96 << 20, contents: 1 << 42, ratio: 100 }
    }
}

/// What a container must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// As a bundle is: nothing but what the writer here writes, or may be read in one way only.
    Bundle,
    /// As common packers write: also folders, times in extra fields, a second name equal to the
    /// first, data descriptors that agree with the directory (after stored bytes only if the local
    /// header tells their length), unflagged ASCII names, zip64 fields that say again what is told
    /// anyway, and names that differ in case alone. Names in UTF-8 that are not flagged are told
    /// apart from those in other characters ([`ContainerError::NameNative`]).
    Foreign,
}

/// A container whose directory has been read.
pub struct Container<S> {
    source: S,
    entries: Vec<Entry>,
    folders: Vec<String>,
    limits: Limits,
}

/// What was found on opening: the container, if its directory can be followed, and every defect.
pub struct Inspection<S> {
    /// The container, to look further even if it has defects.
    pub container: Option<Container<S>>,
    /// Defects of structure; contents are checked when they are read.
    pub defects: Vec<ContainerError>,
    /// Whether every header is byte for byte what [`super::Writer`] would write.
    pub canonical: bool,
}

impl<S: Source> Container<S> {
    /// Opens a container without a defect of structure.
    ///
    /// # Errors
    /// The first defect; [`ContainerError::Io`].
    pub fn open(source: S, limits: Limits) -> Result<Self> {
        let Inspection { container, defects, .. } = Self::inspect(source, limits)?;
        match (defects.into_iter().next(), container) {
            (Some(defect), _) => Err(defect),
            (None, Some(container)) => Ok(container),
            (None, None) => Err(ContainerError::NoEnd),
        }
    }

    /// Reads the directory and every local header, and lists what is wrong.
    ///
    /// # Errors
    /// [`ContainerError::Io`]; defects are not errors.
    pub fn inspect(source: S, limits: Limits) -> Result<Inspection<S>> {
        Self::inspect_as(source, limits, Profile::Bundle)
    }

    /// As [`Self::inspect`], by what `profile` lets pass.
    ///
    /// # Errors
    /// [`ContainerError::Io`]; defects are not errors.
    pub fn inspect_as(source: S, limits: Limits, profile: Profile) -> Result<Inspection<S>> {
        let mut defects = Vec::new();
        let end = match End::read(&source, &limits) {
            Ok(end) => end,
            Err(ContainerError::Io { source }) => return Err(source.into()),
            Err(defect) => {
                return Ok(Inspection { container: None, defects: vec![defect], canonical: false });
            }
        };
        let mut directory = Directory::of(&source, &end);
        let mut canonical = true;
        let mut paths = Paths::default();
        let mut entries = Vec::new();
        let mut folders = Vec::new();
        let mut expected = 0_u64;
        let mut contents = 0_u64;
        while let Some(record) = directory.next()? {
            let mut entry = record.entry.clone();
            let is_folder = profile == Profile::Foreign && record.is_folder();
            defects.extend(record.defects(profile));
            defects.extend(match (profile, entry.path.strip_suffix('/')) {
                (Profile::Bundle, _) => paths.insert(&entry.path).err(),
                // Which name it is, nobody can say; that was told.
                (Profile::Foreign, _) if record.is_unreadable() => None,
                // A folder may stand beside what is in it.
                (Profile::Foreign, Some(folder)) if is_folder => path::check_foreign(folder)
                    .err()
                    .map(|what| ContainerError::UnsafePath { path: shown(folder), what }),
                (Profile::Foreign, _) => paths.insert_foreign(&entry.path).err(),
            });
            defects.extend(too_dense(&entry, limits.ratio));
            contents = contents.saturating_add(entry.size);
            let shown_path = || shown(&record.entry.path);
            if entry.offset != expected {
                let what = if entry.offset < expected {
                    Words("it overlaps or precedes the one before", "与前一条目重叠或倒置")
                } else {
                    Words("bytes before it belong to no entry", "其前有不属于任何条目的字节")
                };
                defects.push(ContainerError::Layout { path: shown_path(), what });
            }
            match read_local(&source, &record, end.directory, profile)? {
                Ok(local) => {
                    canonical &= local.bytes == format::local_header(&entry);
                    defects.extend(local.defects);
                    entry.data = local.data;
                    expected = entry.data.saturating_add(entry.packed).saturating_add(local.after);
                    if expected > end.directory {
                        let what = Words("it reaches into the directory", "伸入目录");
                        defects.push(ContainerError::Layout { path: shown_path(), what });
                        continue;
                    }
                    if is_folder {
                        folders.push(entry.path);
                    } else {
                        entries.push(entry);
                    }
                }
                Err(defect) => defects.push(defect),
            }
        }
        if !directory.is_complete(end.count) {
            let what = Words("the directory is not what it says", "目录与其所述不符");
            // All else may follow from it.
            defects.insert(0, ContainerError::BadEnd { what });
        }
        canonical &= directory.is_canonical() && directory.is_complete(end.count);
        if expected != end.directory {
            defects.push(ContainerError::BadEnd {
                what: Words(
                    "bytes before the directory belong to no entry",
                    "目录前有不属于任何条目的字节",
                ),
            });
        }
        if contents > limits.contents {
            let what = Words("bytes of content", "内容字节数");
            defects.push(ContainerError::OverLimit { what, limit: limits.contents });
        }
        let container = Some(Self { source, entries, folders, limits });
        Ok(Inspection { container, defects, canonical })
    }

    /// The entries, in the order of their bytes.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Folders that stand as entries of their own, with `/` at the end.
    #[must_use]
    pub fn folders(&self) -> &[String] {
        &self.folders
    }

    /// The entry at `path`.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path == path)
    }

    /// Copies the content of `entry` into `out` and proves length and CRC.
    ///
    /// # Errors
    /// [`ContainerError::Content`] if the bytes are not what the headers say;
    /// [`ContainerError::Io`].
    pub fn copy(&self, entry: &Entry, out: &mut dyn Write) -> Result<Fixity> {
        let path = || shown(&entry.path);
        let section = Section { source: &self.source, at: entry.data, left: entry.packed };
        let fixity = match entry.method {
            Method::Stored => {
                // No more is read than is announced, and one byte that shows it.
                let length = entry.packed.min(entry.size.saturating_add(1));
                if let Some(bytes) = self.source.view(entry.data, length) {
                    out.write_all(bytes)?;
                    Fixity::of(bytes)
                } else {
                    copy_hashed(&mut { section }, out, entry.size)?
                }
            }
            Method::Deflated => {
                let mut inflating = DeflateDecoder::new(BufReader::new(section));
                let fixity = copy_hashed(&mut inflating, out, entry.size).map_err(|source| {
                    if source.kind() == io::ErrorKind::InvalidInput
                        || source.kind() == io::ErrorKind::InvalidData
                        || source.kind() == io::ErrorKind::UnexpectedEof
                    {
                        ContainerError::Content {
                            path: path(),
                            what: Words("it cannot be inflated", "无法解压"),
                        }
                    } else {
                        source.into()
                    }
                })?;
                if inflating.total_in() != entry.packed {
                    let what = Words("its compressed bytes end early", "压缩数据提前结束");
                    return Err(ContainerError::Content { path: path(), what });
                }
                fixity
            }
        };
        if fixity.bytes != entry.size {
            return Err(ContainerError::Content {
                path: path(),
                what: Words("another length", "长度不同"),
            });
        }
        if fixity.crc32 != entry.crc32 {
            return Err(ContainerError::Content {
                path: path(),
                what: Words("another CRC", "CRC 不同"),
            });
        }
        Ok(fixity)
    }

    /// The bytes held for `entry`, if they are its content.
    pub(in crate::evidence) fn stored(&self, entry: &Entry) -> Option<impl Read + '_> {
        let section = Section { source: &self.source, at: entry.data, left: entry.packed };
        (entry.method == Method::Stored).then_some(section)
    }

    /// Reads a content of at most `limit` bytes.
    ///
    /// # Errors
    /// [`ContainerError::OverLimit`], and those of [`Self::copy`].
    pub fn read(&self, entry: &Entry, limit: u64) -> Result<(Vec<u8>, Fixity)> {
        if entry.size > limit {
            return Err(ContainerError::OverLimit {
                what: Words("bytes in one tag file", "单个标签文件字节数"),
                limit,
            });
        }
        let mut bytes = Vec::new();
        let fixity = self.copy(entry, &mut bytes)?;
        Ok((bytes, fixity))
    }

    /// The limits it was opened with.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }
}

fn too_dense(entry: &Entry, limit: u64) -> Option<ContainerError> {
    let dense = entry.method == Method::Deflated
        && entry.size > entry.packed.saturating_mul(limit).saturating_add(4096);
    dense.then(|| ContainerError::Ratio { path: shown(&entry.path), limit })
}
