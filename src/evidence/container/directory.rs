//! The directory taken apart record by record, and what each record says.
//!
//! Names every part of a record that a bundle, or a container of others, must not have.
//! Source: PKWARE APPNOTE 6.3.10 sections 4.3.12 and 4.4; FINDINGS "Container".

use super::{
    ContainerError, Entry, Method, Result,
    end::End,
    extra::Wide,
    format::{self, CENTRAL, FLAGS, Fields},
    path::{MAX_PATH, shown},
    reader::Profile,
    source::{Source, read},
};
use crate::evidence::words::Words;

/// Systems whose file names are bytes, UTF-8 by custom.
const UNIX: u8 = 3;
const DARWIN: u8 = 19;
/// Version 4.5, which knows of wide numbers.
pub(super) const WIDE_VERSION: u16 = 45;

pub(super) const DESCRIBED: Words = Words("a data descriptor", "数据描述符");

/// One record of the directory.
#[expect(clippy::struct_excessive_bools, reason = "each is one defect, told by itself")]
pub(super) struct Central {
    pub(super) entry: Entry,
    pub(super) fields: Shared,
    extra_fits: bool,
    extra_is_harmless: bool,
    /// Whether it moves numbers that would have had room.
    pub(super) is_slack: bool,
    is_unix: bool,
    is_utf8: bool,
    is_ascii: bool,
    name_fits: bool,
    commented: bool,
    disk: u16,
    attributes: u32,
}

/// What the local header says a second time.
#[derive(Eq, PartialEq)]
pub(super) struct Shared {
    pub(super) version: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) time: u16,
    pub(super) date: u16,
}

impl Shared {
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
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
        let [_, host] = fields.u16()?.to_le_bytes();
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
        // Beyond need only as packers write it that know of such fields: both lengths, and said so.
        let may_be_slack =
            shared.version == WIDE_VERSION && (size == u32::MAX) == (packed == u32::MAX);
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
            extra_is_harmless: wide.is_used_up()
                || (may_be_slack && wide.says_no_more(size, packed, Some(offset))),
            is_slack: wide.slack,
            is_unix: matches!(host, UNIX | DARWIN),
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

    /// Whether a container of others does not say in which characters its name is, and none can be
    /// told from it.
    pub(super) fn is_unreadable(&self) -> bool {
        self.fields.flags & FLAGS == 0 && !self.is_ascii && !(self.is_utf8 && self.is_unix)
    }

    pub(super) fn is_described_after(&self) -> bool {
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
        let unflagged = flags & FLAGS == 0 && !foreign;
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
        if foreign && flags & FLAGS == 0 && !self.is_ascii {
            defects.push(if self.is_unreadable() {
                ContainerError::NameUnmarked { path: path() }
            } else {
                ContainerError::NameNative { path: path() }
            });
        } else if !(self.name_fits || (foreign && self.is_utf8)) {
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
