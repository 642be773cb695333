//! The records of a container taken apart and held against each other.
//!
//! Owns the end record with its zip64 part, the directory, and the comparison of each local header
//! with its record. Source: PKWARE APPNOTE 6.3.10 sections 4.3 and 4.4; FINDINGS "Container".

use super::{
    ContainerError, Entry, Method, Result,
    format::{
        self, CENTRAL, DESCRIPTOR, END, END_64, END_64_LENGTH, END_LENGTH, FLAGS, Fields, LOCAL,
        LOCAL_LENGTH, LOCATOR_64, LOCATOR_64_LENGTH, ZIP64,
    },
    path::{MAX_PATH, shown},
    reader::{Limits, Profile},
    source::{Source, read},
};
use crate::evidence::words::Words;

/// Where the directory is, as the end record says.
pub(super) struct End {
    pub(super) count: u64,
    pub(super) directory: u64,
    pub(super) directory_length: u64,
    bytes: Vec<u8>,
}

impl End {
    pub(super) fn read<S: Source>(source: &S, limits: &Limits) -> Result<Self> {
        let length = source.length()?;
        let end_at = length.checked_sub(END_LENGTH).ok_or(ContainerError::NoEnd)?;
        let mut bytes = read(source, end_at, END_LENGTH)?;
        let mut end = Self::of_record(&bytes).ok_or(ContainerError::NoEnd)??;
        let mut directory_end = end_at;
        if end.count == u64::from(u16::MAX)
            || end.directory == u64::from(u32::MAX)
            || end.directory_length == u64::from(u32::MAX)
        {
            let what = Words("its zip64 part is missing or contradicts it", "zip64 部分缺失或矛盾");
            directory_end = end_at
                .checked_sub(LOCATOR_64_LENGTH + END_64_LENGTH)
                .ok_or(ContainerError::BadEnd { what })?;
            let mut wide = read(source, directory_end, LOCATOR_64_LENGTH + END_64_LENGTH)?;
            end = end.widen(&wide, directory_end).ok_or(ContainerError::BadEnd { what })?;
            wide.append(&mut bytes);
            bytes = wide;
        }
        if end.count > limits.entries {
            return Err(ContainerError::OverLimit {
                what: Words("entries", "条目数"),
                limit: limits.entries,
            });
        }
        if end.directory_length > limits.directory {
            let limit = limits.directory;
            return Err(ContainerError::OverLimit {
                what: Words("bytes of directory", "目录字节数"),
                limit,
            });
        }
        if end.directory.checked_add(end.directory_length) != Some(directory_end) {
            let what = Words("the directory does not reach to it", "目录未与之相接");
            return Err(ContainerError::BadEnd { what });
        }
        if end.count == 0 {
            return Err(ContainerError::BadEnd {
                what: Words("there are no entries", "没有条目")
            });
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
            return Some(Err(ContainerError::BadEnd {
                what: Words("it speaks of several disks", "声称分卷"),
            }));
        }
        if comment != 0 {
            return Some(Err(ContainerError::BadEnd {
                what: Words("it announces a comment", "声称有注释"),
            }));
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

const DESCRIBED: Words = Words("a data descriptor", "数据描述符");

/// One record of the directory.
#[expect(clippy::struct_excessive_bools, reason = "each is one defect, told by itself")]
pub(super) struct Central {
    pub(super) entry: Entry,
    fields: Shared,
    extra_fits: bool,
    extra_is_harmless: bool,
    is_utf8: bool,
    is_ascii: bool,
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
        let mut wide = Wide::of(fields.bytes(usize::from(extra))?, name);
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
            extra_fits: wide.is_used_up() && !wide.others,
            extra_is_harmless: wide.is_used_up(),
            is_utf8: std::str::from_utf8(name).is_ok(),
            is_ascii: name.is_ascii(),
            name_fits: std::str::from_utf8(name).is_ok() && name.len() <= MAX_PATH,
            commented: comment != 0,
            disk,
            attributes,
        })
    }

    /// Whether it is a folder and nothing else.
    pub(super) fn is_folder(&self) -> bool {
        let unix = self.attributes >> 28;
        let (packed, size) = (self.entry.packed, self.entry.size);
        self.entry.path.ends_with('/')
            && (packed, size) == (0, 0)
            && self.fields.flags & 0x0008 == 0
            && matches!(unix, 0 | 4)
    }

    fn is_described_after(&self) -> bool {
        self.fields.flags & 0x0008 != 0
    }

    pub(super) fn defects(&self, profile: Profile) -> Vec<ContainerError> {
        let foreign = profile == Profile::Foreign;
        let path = || shown(&self.entry.path);
        let mut defects = Vec::new();
        let mut feature = |present: bool, what| {
            if present {
                defects.push(ContainerError::Feature { path: path(), what });
            }
        };
        let flags = self.fields.flags;
        feature(flags & 0x2041 != 0, Words("encryption", "加密"));
        // What others describe after the content is held against it, see `read_local`.
        let described = self.is_described_after() && !foreign;
        feature(described, DESCRIBED);
        let unflagged = flags & FLAGS == 0 && !(foreign && self.is_ascii);
        feature(unflagged, Words("a name not flagged as UTF-8", "未标记为 UTF-8 的名称"));
        // How hard the deflater tried.
        let usual = FLAGS | 0x2049 | if foreign { 0x0006 } else { 0 };
        feature(flags & !usual != 0, Words("an unusual flag", "异常标志"));
        feature(
            !matches!(self.fields.method, 0 | 8),
            Words("an unusual method of compression", "异常压缩方法"),
        );
        feature(
            !matches!(self.fields.version, 10 | 20 | 45),
            Words("an unusual version", "异常版本"),
        );
        feature(self.commented, Words("a comment", "注释"));
        feature(self.disk != 0, Words("another disk", "其他分卷"));
        feature(
            !(self.extra_fits || (foreign && self.extra_is_harmless)),
            Words("an extra field that is not a needed zip64 field", "并非必需的 zip64 附加字段"),
        );
        if !(self.name_fits || (foreign && self.is_utf8)) {
            let what = Words("it is not UTF-8, or too long", "不是 UTF-8 或过长");
            defects.push(ContainerError::UnsafePath { path: path(), what });
        }
        let regular = matches!(self.attributes >> 28, 0 | 8) && self.attributes & 0x18 == 0;
        if !(regular || (foreign && self.is_folder())) {
            defects.push(ContainerError::NotRegular { path: path() });
        }
        if self.entry.method == Method::Stored && self.entry.packed != self.entry.size {
            let what = Words("stored bytes have two lengths", "存储长度不一");
            defects.push(ContainerError::Content { path: path(), what });
        }
        defects
    }
}

/// The numbers of a zip64 field, handed to those fields that are marked as moved.
struct Wide<'a> {
    fields: Fields<'a>,
    sound: bool,
    /// Whether fields of times and owners stand beside.
    others: bool,
}

/// Extra fields of times, owners and Java, which change neither name nor content.
const HARMLESS: [u16; 6] = [0x5455, 0x5855, 0x7855, 0x7875, 0x000a, 0xcafe];

/// Info-ZIP's second name of an entry.
const UNICODE_PATH: u16 = 0x7075;

/// Whether a second name is the first: version, CRC of the first, and the name itself.
fn says_again(body: &[u8], name: &[u8]) -> bool {
    let mut fields = Fields(body);
    let mut first = [0; 1];
    if let Some(found) = fields.bytes(1) {
        first.copy_from_slice(found);
    }
    first == [1] && fields.u32() == Some(crc32fast::hash(name)) && fields.0 == name
}

impl<'a> Wide<'a> {
    /// Takes `extra` apart, which stands beside `name`.
    fn of(extra: &'a [u8], name: &[u8]) -> Self {
        let mut wide = Self { fields: Fields(&[]), sound: true, others: false };
        let mut fields = Fields(extra);
        let mut seen = false;
        while !fields.0.is_empty() {
            let (tag, length) = (fields.u16(), fields.u16());
            let body = length.and_then(|length| fields.bytes(usize::from(length)));
            match (tag, body) {
                (Some(ZIP64), Some(body)) if !seen => {
                    seen = true;
                    wide.fields = Fields(body);
                    // One that holds nothing is needed by nothing.
                    wide.sound &= !body.is_empty();
                }
                (Some(tag), Some(_)) if HARMLESS.contains(&tag) => wide.others = true,
                (Some(UNICODE_PATH), Some(body)) if says_again(body, name) => wide.others = true,
                _ => return Self { sound: false, ..wide },
            }
        }
        wide
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

/// Most bytes of one record: three fields whose length is told in 16 bits stand behind it.
const LONGEST: usize = 46 + 3 * 65_535;
/// Bytes of the directory that are read at once.
const WINDOW: usize = 1 << 20;

/// The directory taken apart record by record, never held whole.
pub(super) struct Directory<'a, S> {
    source: &'a S,
    at: u64,
    end: u64,
    window: Vec<u8>,
    /// Bytes of the window that were taken.
    taken: usize,
    count: u64,
    canonical: bool,
}

impl<'a, S: Source> Directory<'a, S> {
    pub(super) fn of(source: &'a S, end: &End) -> Self {
        let canonical = end.bytes == format::end(end.count, end.directory_length, end.directory);
        let (at, end) = (end.directory, end.directory.saturating_add(end.directory_length));
        Self { source, at, end, window: Vec::new(), taken: 0, count: 0, canonical }
    }

    /// The next record, or nothing where there is none.
    pub(super) fn next(&mut self) -> Result<Option<Central>> {
        let rest = self.window.len().saturating_sub(self.taken);
        if rest < LONGEST && self.at < self.end {
            self.window.drain(..self.taken);
            self.taken = 0;
            let room = u64::try_from(WINDOW.saturating_sub(rest)).unwrap_or(u64::MAX);
            let length = self.end.saturating_sub(self.at).min(room);
            self.window.extend(read(self.source, self.at, length)?);
            self.at = self.at.saturating_add(length);
        }
        let bytes = self.window.get(self.taken..).unwrap_or_default();
        let mut fields = Fields(bytes);
        let Some(record) = Central::read(&mut fields) else { return Ok(None) };
        let length = bytes.len().saturating_sub(fields.0.len());
        self.canonical &= bytes.get(..length) == Some(&format::central_record(&record.entry));
        self.taken = self.taken.saturating_add(length);
        self.count = self.count.saturating_add(1);
        Ok(Some(record))
    }

    /// Whether all of it was taken, and it was `count` records.
    pub(super) fn is_complete(&self, count: u64) -> bool {
        self.at == self.end && self.taken == self.window.len() && self.count == count
    }

    /// Whether directory and end are, byte for byte, what the writer would write, as far as they
    /// were taken.
    pub(super) const fn is_canonical(&self) -> bool {
        self.canonical
    }
}

/// A local header that was read.
pub(super) struct Local {
    pub(super) bytes: Vec<u8>,
    pub(super) data: u64,
    /// Bytes of the data descriptor behind the content.
    pub(super) after: u64,
    pub(super) defects: Vec<ContainerError>,
}

/// Reads the local header of `record`; the inner error is a defect after which there is nothing to
/// read.
pub(super) fn read_local<S: Source>(
    source: &S,
    record: &Central,
    directory: u64,
    profile: Profile,
) -> Result<std::result::Result<Local, ContainerError>> {
    let entry = &record.entry;
    let path = || shown(&entry.path);
    let outside = || ContainerError::Layout {
        path: path(),
        what: Words("its header is outside the entries", "文件头在条目区之外"),
    };
    let Some(room) = directory.checked_sub(entry.offset).filter(|room| *room >= LOCAL_LENGTH)
    else {
        return Ok(Err(outside()));
    };
    // The name is as long as the directory says, or else it is another one.
    let name_length = u64::try_from(entry.path.len()).unwrap_or(u64::MAX);
    let length = LOCAL_LENGTH.saturating_add(name_length).min(room);
    let mut bytes = read(source, entry.offset, length)?;
    let fixed = usize::try_from(LOCAL_LENGTH).unwrap_or(usize::MAX);
    let mut fields = Fields(&bytes);
    let signature = fields.u32();
    let shared = Shared::read(&mut fields);
    let numbers = (fields.u32(), fields.u32(), fields.u32(), fields.u16(), fields.u16());
    let (Some(shared), (Some(crc), Some(packed), Some(size), Some(name_length), Some(extra))) =
        (shared, numbers)
    else {
        return Ok(Err(outside()));
    };
    if signature != Some(LOCAL) {
        return Ok(Err(ContainerError::Layout {
            path: path(),
            what: Words("no header is there", "该处没有文件头"),
        }));
    }
    let more = u64::from(name_length).saturating_add(u64::from(extra));
    if room - LOCAL_LENGTH < more {
        return Ok(Err(outside()));
    }
    let whole = LOCAL_LENGTH.saturating_add(more);
    if whole > length {
        bytes.extend(read(source, entry.offset.saturating_add(length), whole - length)?);
    }
    bytes.truncate(usize::try_from(whole).unwrap_or(usize::MAX));
    let (_, rest) = bytes.split_at_checked(fixed).unwrap_or_default();
    let (name, extra) = rest.split_at_checked(usize::from(name_length)).unwrap_or_default();
    let mut wide = Wide::of(extra, name);
    // Where one size moves into the zip64 field of a local header, both have to.
    let sizes = (wide.take(size), wide.take(packed));
    let foreign = profile == Profile::Foreign;
    let is_wide = (size, packed) == (u32::MAX, u32::MAX);
    let is_narrow = size != u32::MAX && packed != u32::MAX;
    let extra_fits = wide.is_used_up() && (is_narrow || is_wide) && (foreign || !wide.others);
    let data = entry.offset.saturating_add(LOCAL_LENGTH).saturating_add(more);
    // Written by a packer that could not go back: the numbers stand behind the content.
    let described = foreign && record.is_described_after();
    let later = |told: bool, is: u64| told || (described && is == 0);
    let lengths = (sizes.0 == entry.size, sizes.1 == entry.packed);
    let after = if described { descriptor(source, entry, data, directory)? } else { Some(0) };
    let mut defects = Vec::new();
    let mut differs = |same: bool, what| {
        if !same {
            defects.push(ContainerError::HeaderDiffers { path: path(), what });
        }
    };
    differs(name == entry.path.as_bytes(), Words("the name", "名称"));
    differs(shared.flags == record.fields.flags, Words("the flags", "标志"));
    differs(shared.method == record.fields.method, Words("the method", "压缩方法"));
    differs(shared.version == record.fields.version, Words("the version", "版本"));
    differs(
        (shared.time, shared.date) == (record.fields.time, record.fields.date),
        Words("the time", "时间"),
    );
    differs(later(crc == entry.crc32, u64::from(crc)), Words("the CRC", "CRC"));
    differs(later(lengths.0, sizes.0) && later(lengths.1, sizes.1), Words("the lengths", "长度"));
    differs(after.is_some(), Words("the data descriptor", "数据描述符"));
    differs(extra_fits, Words("the extra field", "附加字段"));
    // A stored content whose end only its descriptor tells may hold what looks like one.
    if described && entry.method == Method::Stored && lengths != (true, true) {
        defects.push(ContainerError::Feature { path: path(), what: DESCRIBED });
    }
    Ok(Ok(Local { bytes, data, after: after.unwrap_or_default(), defects }))
}

/// Length of the data descriptor behind the content of `entry`, if it says what the directory says.
fn descriptor<S: Source>(
    source: &S,
    entry: &Entry,
    data: u64,
    directory: u64,
) -> Result<Option<u64>> {
    let at = data.saturating_add(entry.packed);
    let room = directory.saturating_sub(at).min(24);
    let bytes = read(source, at, room)?;
    let narrow = (u32::try_from(entry.packed).ok(), u32::try_from(entry.size).ok());
    let crc = entry.crc32.to_le_bytes();
    let wide = [&crc[..], &entry.packed.to_le_bytes(), &entry.size.to_le_bytes()].concat();
    let mut forms = vec![wide];
    if let (Some(packed), Some(size)) = narrow {
        forms.push([&crc[..], &packed.to_le_bytes(), &size.to_le_bytes()].concat());
    }
    let signed = |form: &Vec<u8>| [&DESCRIPTOR.to_le_bytes()[..], form].concat();
    let signed: Vec<Vec<u8>> = forms.iter().map(signed).collect();
    let found = signed.iter().chain(&forms).find(|form| bytes.starts_with(form));
    Ok(found.and_then(|form| u64::try_from(form.len()).ok()))
}
