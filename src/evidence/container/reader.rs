//! The strict reader: one way to read a container, or none.
//!
//! The end record is found at the very end and nowhere else. The directory must end where it
//! starts, list the entries in the order of their bytes, and leave no byte of the file unclaimed;
//! each local header must say what the directory says. [`Inspection`] tells every defect found;
//! [`Container::open`] accepts none.
//! Source: PKWARE APPNOTE 6.3.10; FINDINGS "Container".

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    os::unix::fs::FileExt,
};

use flate2::bufread::DeflateDecoder;

use super::{
    ContainerError, Entry, Method, Result,
    fixity::{Fixity, copy_hashed},
    format::{
        self, CENTRAL, CENTRAL_LENGTH, END, END_64, END_64_LENGTH, END_LENGTH, FLAGS, Fields,
        LOCAL, LOCAL_LENGTH, LOCATOR_64, LOCATOR_64_LENGTH, ZIP64,
    },
    path::{MAX_PATH, Paths, shown},
};

/// Bytes that can be read at any offset, by several readers at once.
pub trait Source {
    /// Number of bytes.
    ///
    /// # Errors
    /// Whatever the system returns.
    fn length(&self) -> io::Result<u64>;

    /// Fills `buffer` from `offset` on, or fails.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] past the end, and whatever the system returns.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

impl Source for File {
    fn length(&self) -> io::Result<u64> {
        self.metadata().map(|data| data.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        FileExt::read_exact_at(self, buffer, offset)
    }
}

impl Source for [u8] {
    fn length(&self) -> io::Result<u64> {
        u64::try_from(self.len()).map_err(io::Error::other)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let bytes = start.checked_add(buffer.len()).and_then(|end| self.get(start..end));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl<S: Source + ?Sized> Source for &S {
    fn length(&self) -> io::Result<u64> {
        (**self).length()
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        (**self).read_exact_at(buffer, offset)
    }
}

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
        Self { entries: 100_000, directory: 32 << 20, contents: 1 << 42, ratio: 100 }
    }
}

/// A container whose directory has been read.
pub struct Container<S> {
    source: S,
    entries: Vec<Entry>,
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
        let mut defects = Vec::new();
        let end = match End::read(&source, &limits) {
            Ok(end) => end,
            Err(ContainerError::Io { source }) => return Err(source.into()),
            Err(defect) => {
                return Ok(Inspection { container: None, defects: vec![defect], canonical: false });
            }
        };
        let directory = read(&source, end.directory, end.directory_length)?;
        let (records, complete) = directory_records(&directory, end.count);
        if !complete {
            defects.push(ContainerError::BadEnd { what: "the directory is not what it says" });
        }
        let mut canonical = directory_is_canonical(&records, &directory, &end);
        let mut paths = Paths::default();
        let mut entries = Vec::new();
        let mut expected = 0_u64;
        let mut contents = 0_u64;
        for record in &records {
            let mut entry = record.entry.clone();
            defects.extend(record.defects());
            defects.extend(paths.insert(&entry.path).err());
            defects.extend(too_dense(&entry, limits.ratio));
            contents = contents.saturating_add(entry.size);
            let path = || shown(&record.entry.path);
            if entry.offset != expected {
                let what = if entry.offset < expected {
                    "it overlaps or precedes the one before"
                } else {
                    "bytes before it belong to no entry"
                };
                defects.push(ContainerError::Layout { path: path(), what });
            }
            match read_local(&source, record, end.directory)? {
                Ok(local) => {
                    canonical &= local.bytes == format::local_header(&entry);
                    defects.extend(local.defects);
                    entry.data = local.data;
                    expected = entry.data.saturating_add(entry.packed);
                    if expected > end.directory {
                        let what = "it reaches into the directory";
                        defects.push(ContainerError::Layout { path: path(), what });
                        continue;
                    }
                    entries.push(entry);
                }
                Err(defect) => defects.push(defect),
            }
        }
        if expected != end.directory {
            defects.push(ContainerError::BadEnd {
                what: "bytes before the directory belong to no entry",
            });
        }
        if contents > limits.contents {
            let what = "bytes of content";
            defects.push(ContainerError::OverLimit { what, limit: limits.contents });
        }
        let container = Some(Self { source, entries, limits });
        Ok(Inspection { container, defects, canonical })
    }

    /// The entries, in the order of their bytes.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
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
            Method::Stored => copy_hashed(&mut { section }, out, entry.size)?,
            Method::Deflated => {
                let mut inflating = DeflateDecoder::new(BufReader::new(section));
                let fixity = copy_hashed(&mut inflating, out, entry.size).map_err(|source| {
                    if source.kind() == io::ErrorKind::InvalidInput
                        || source.kind() == io::ErrorKind::InvalidData
                        || source.kind() == io::ErrorKind::UnexpectedEof
                    {
                        ContainerError::Content { path: path(), what: "it cannot be inflated" }
                    } else {
                        source.into()
                    }
                })?;
                if inflating.total_in() != entry.packed {
                    let what = "its compressed bytes end early";
                    return Err(ContainerError::Content { path: path(), what });
                }
                fixity
            }
        };
        if fixity.bytes != entry.size {
            return Err(ContainerError::Content { path: path(), what: "another length" });
        }
        if fixity.crc32 != entry.crc32 {
            return Err(ContainerError::Content { path: path(), what: "another CRC" });
        }
        Ok(fixity)
    }

    /// Reads a content of at most `limit` bytes.
    ///
    /// # Errors
    /// [`ContainerError::OverLimit`], and those of [`Self::copy`].
    pub fn read(&self, entry: &Entry, limit: u64) -> Result<(Vec<u8>, Fixity)> {
        if entry.size > limit {
            return Err(ContainerError::OverLimit { what: "bytes in one tag file", limit });
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

fn read<S: Source>(source: &S, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    source.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}

/// Where the directory is, as the end record says.
struct End {
    count: u64,
    directory: u64,
    directory_length: u64,
    bytes: Vec<u8>,
}

impl End {
    fn read<S: Source>(source: &S, limits: &Limits) -> Result<Self> {
        let length = source.length()?;
        let end_at = length.checked_sub(END_LENGTH).ok_or(ContainerError::NoEnd)?;
        let mut bytes = read(source, end_at, END_LENGTH)?;
        let mut end = Self::of_record(&bytes).ok_or(ContainerError::NoEnd)??;
        let mut directory_end = end_at;
        if end.count == u64::from(u16::MAX)
            || end.directory == u64::from(u32::MAX)
            || end.directory_length == u64::from(u32::MAX)
        {
            let what = "its zip64 part is missing or contradicts it";
            directory_end = end_at
                .checked_sub(LOCATOR_64_LENGTH + END_64_LENGTH)
                .ok_or(ContainerError::BadEnd { what })?;
            let mut wide = read(source, directory_end, LOCATOR_64_LENGTH + END_64_LENGTH)?;
            end = end.widen(&wide, directory_end).ok_or(ContainerError::BadEnd { what })?;
            wide.append(&mut bytes);
            bytes = wide;
        }
        if end.count > limits.entries {
            return Err(ContainerError::OverLimit { what: "entries", limit: limits.entries });
        }
        if end.directory_length > limits.directory {
            let limit = limits.directory;
            return Err(ContainerError::OverLimit { what: "bytes of directory", limit });
        }
        if end.directory.checked_add(end.directory_length) != Some(directory_end) {
            let what = "the directory does not reach to it";
            return Err(ContainerError::BadEnd { what });
        }
        if end.count == 0 {
            return Err(ContainerError::BadEnd { what: "there are no entries" });
        }
        Ok(Self { bytes, ..end })
    }

    fn of_record(bytes: &[u8]) -> Option<Result<Self>> {
        let mut fields = Fields(bytes);
        if fields.u32()? != END {
            return None;
        }
        let disks = (fields.u16()?, fields.u16()?);
        let counts = (fields.u16()?, fields.u16()?);
        let directory_length = u64::from(fields.u32()?);
        let directory = u64::from(fields.u32()?);
        let comment = fields.u16()?;
        if disks != (0, 0) || counts.0 != counts.1 {
            return Some(Err(ContainerError::BadEnd { what: "it speaks of several disks" }));
        }
        if comment != 0 {
            return Some(Err(ContainerError::BadEnd { what: "it announces a comment" }));
        }
        let count = u64::from(counts.0);
        Some(Ok(Self { count, directory, directory_length, bytes: Vec::new() }))
    }

    /// Takes the wide numbers from the zip64 end record and its locator, if they fit.
    fn widen(self, bytes: &[u8], at: u64) -> Option<Self> {
        let mut fields = Fields(bytes);
        let sound = fields.u32()? == END_64 && fields.u64()? == END_64_LENGTH - 12;
        let versions = (fields.u16()?, fields.u16()?);
        let disks = (fields.u32()?, fields.u32()?);
        let counts = (fields.u64()?, fields.u64()?);
        let wide = Self {
            count: counts.0,
            directory_length: fields.u64()?,
            directory: fields.u64()?,
            bytes: Vec::new(),
        };
        let located = fields.u32()? == LOCATOR_64
            && fields.u32()? == 0
            && fields.u64()? == at
            && fields.u32()? == 1;
        let agrees = |short: u64, mark: u64, wide: u64| short == wide.min(mark);
        let sound = sound
            && located
            && versions.1 == 45
            && disks == (0, 0)
            && counts.0 == counts.1
            && agrees(self.count, u64::from(u16::MAX), wide.count)
            && agrees(self.directory, u64::from(u32::MAX), wide.directory)
            && agrees(self.directory_length, u64::from(u32::MAX), wide.directory_length);
        sound.then_some(wide)
    }
}

/// One record of the directory.
struct Central {
    entry: Entry,
    fields: Shared,
    extra_fits: bool,
    name_fits: bool,
    commented: bool,
    disk: u16,
    attributes: u32,
}

/// What the local header says a second time.
#[derive(Eq, PartialEq)]
struct Shared {
    version: u16,
    flags: u16,
    method: u16,
    time: u16,
    date: u16,
}

impl Shared {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            version: fields.u16()?,
            flags: fields.u16()?,
            method: fields.u16()?,
            time: fields.u16()?,
            date: fields.u16()?,
        })
    }
}

impl Central {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        if fields.u32()? != CENTRAL {
            return None;
        }
        let _made_by = fields.u16()?;
        let shared = Shared::read(fields)?;
        let crc32 = fields.u32()?;
        let (packed, size) = (fields.u32()?, fields.u32()?);
        let (name, extra) = (fields.u16()?, fields.u16()?);
        let comment = fields.u16()?;
        let disk = fields.u16()?;
        let _internal = fields.u16()?;
        let attributes = fields.u32()?;
        let offset = fields.u32()?;
        let name = fields.bytes(usize::from(name))?;
        let mut wide = Wide::of(fields.bytes(usize::from(extra))?);
        fields.bytes(usize::from(comment))?;
        let size = wide.take(size);
        let packed = wide.take(packed);
        let offset = wide.take(offset);
        let entry = Entry {
            path: String::from_utf8_lossy(name).into_owned(),
            method: if shared.method == 8 { Method::Deflated } else { Method::Stored },
            crc32,
            packed,
            size,
            offset,
            data: 0,
        };
        Some(Self {
            entry,
            fields: shared,
            extra_fits: wide.is_used_up(),
            name_fits: std::str::from_utf8(name).is_ok() && name.len() <= MAX_PATH,
            commented: comment != 0,
            disk,
            attributes,
        })
    }

    fn defects(&self) -> Vec<ContainerError> {
        let path = || shown(&self.entry.path);
        let mut defects = Vec::new();
        let mut feature = |present: bool, what| {
            if present {
                defects.push(ContainerError::Feature { path: path(), what });
            }
        };
        let flags = self.fields.flags;
        feature(flags & 0x2041 != 0, "encryption");
        feature(flags & 0x0008 != 0, "a data descriptor");
        feature(flags & FLAGS == 0, "a name not flagged as UTF-8");
        feature(flags & !(FLAGS | 0x2049) != 0, "an unusual flag");
        feature(!matches!(self.fields.method, 0 | 8), "an unusual method of compression");
        feature(!matches!(self.fields.version, 10 | 20 | 45), "an unusual version");
        feature(self.commented, "a comment");
        feature(self.disk != 0, "another disk");
        feature(!self.extra_fits, "an extra field that is not a needed zip64 field");
        if !self.name_fits {
            let what = "it is not UTF-8, or too long";
            defects.push(ContainerError::UnsafePath { path: path(), what });
        }
        if !matches!(self.attributes >> 28, 0 | 8) || self.attributes & 0x18 != 0 {
            defects.push(ContainerError::NotRegular { path: path() });
        }
        if self.entry.method == Method::Stored && self.entry.packed != self.entry.size {
            let what = "stored bytes have two lengths";
            defects.push(ContainerError::Content { path: path(), what });
        }
        defects
    }
}

/// The numbers of a zip64 field, handed to those fields that are marked as moved.
struct Wide<'a> {
    fields: Fields<'a>,
    sound: bool,
}

impl<'a> Wide<'a> {
    fn of(extra: &'a [u8]) -> Self {
        let mut fields = Fields(extra);
        if extra.is_empty() {
            return Self { fields, sound: true };
        }
        let sound = fields.u16() == Some(ZIP64)
            && fields.u16().is_some_and(|length| usize::from(length) == fields.0.len());
        Self { fields, sound }
    }

    /// `narrow`, or the next wide number if it is only the mark of one.
    fn take(&mut self, narrow: u32) -> u64 {
        if narrow != u32::MAX {
            return u64::from(narrow);
        }
        let wide = self.fields.u64();
        self.sound &= wide.is_some_and(format::is_wide);
        wide.unwrap_or_default()
    }

    fn is_used_up(&self) -> bool {
        self.sound && self.fields.0.is_empty()
    }
}

/// Takes the directory apart; `false` if it is not exactly `count` records.
fn directory_records(directory: &[u8], count: u64) -> (Vec<Central>, bool) {
    let mut fields = Fields(directory);
    let mut records = Vec::new();
    let least = usize::try_from(CENTRAL_LENGTH).unwrap_or(usize::MAX);
    while fields.0.len() >= least {
        let Some(record) = Central::read(&mut fields) else { break };
        records.push(record);
    }
    let complete = fields.0.is_empty() && u64::try_from(records.len()).ok() == Some(count);
    (records, complete)
}

fn directory_is_canonical(records: &[Central], directory: &[u8], end: &End) -> bool {
    let written: Vec<u8> =
        records.iter().flat_map(|record| format::central_record(&record.entry)).collect();
    written == directory && end.bytes == format::end(end.count, end.directory_length, end.directory)
}

/// A local header that was read.
struct Local {
    bytes: Vec<u8>,
    data: u64,
    defects: Vec<ContainerError>,
}

fn read_local<S: Source>(
    source: &S,
    record: &Central,
    directory: u64,
) -> Result<std::result::Result<Local, ContainerError>> {
    let entry = &record.entry;
    let path = || shown(&entry.path);
    let outside =
        ContainerError::Layout { path: path(), what: "its header is outside the entries" };
    let Some(room) = directory.checked_sub(entry.offset).filter(|room| *room >= LOCAL_LENGTH)
    else {
        return Ok(Err(outside));
    };
    let mut bytes = read(source, entry.offset, LOCAL_LENGTH)?;
    let fixed = bytes.clone();
    let mut fields = Fields(&fixed);
    let signature = fields.u32();
    let shared = Shared::read(&mut fields);
    let numbers = (fields.u32(), fields.u32(), fields.u32(), fields.u16(), fields.u16());
    let (Some(shared), (Some(crc), Some(packed), Some(size), Some(name_length), Some(extra))) =
        (shared, numbers)
    else {
        return Ok(Err(outside));
    };
    if signature != Some(LOCAL) {
        return Ok(Err(ContainerError::Layout { path: path(), what: "no header is there" }));
    }
    let more = u64::from(name_length).saturating_add(u64::from(extra));
    if room - LOCAL_LENGTH < more {
        return Ok(Err(outside));
    }
    let rest = read(source, entry.offset.saturating_add(LOCAL_LENGTH), more)?;
    let (name, extra) = rest.split_at_checked(usize::from(name_length)).unwrap_or_default();
    let mut wide = Wide::of(extra);
    // Where one size moves into the zip64 field of a local header, both have to.
    let sizes = (wide.take(size), wide.take(packed));
    let extra_fits =
        wide.is_used_up() && (extra.is_empty() || (size, packed) == (u32::MAX, u32::MAX));
    let mut defects = Vec::new();
    let mut differs = |same: bool, what| {
        if !same {
            defects.push(ContainerError::HeaderDiffers { path: path(), what });
        }
    };
    differs(name == entry.path.as_bytes(), "the name");
    differs(shared.flags == record.fields.flags, "the flags");
    differs(shared.method == record.fields.method, "the method");
    differs(shared.version == record.fields.version, "the version");
    differs((shared.time, shared.date) == (record.fields.time, record.fields.date), "the time");
    differs(crc == entry.crc32, "the CRC");
    differs(sizes == (entry.size, entry.packed), "the lengths");
    differs(extra_fits, "the extra field");
    bytes.extend(rest);
    let data = entry.offset.saturating_add(LOCAL_LENGTH).saturating_add(more);
    Ok(Ok(Local { bytes, data, defects }))
}

/// The bytes held for one entry.
struct Section<'a, S> {
    source: &'a S,
    at: u64,
    left: u64,
}

impl<S: Source> Read for Section<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(part) = buffer.get_mut(..length).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        self.source.read_exact_at(part, self.at)?;
        let read = u64::try_from(length).map_err(io::Error::other)?;
        self.at = self.at.saturating_add(read);
        self.left = self.left.saturating_sub(read);
        Ok(length)
    }
}
