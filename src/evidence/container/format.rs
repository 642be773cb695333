//! The records of a ZIP, byte by byte: how a bundle writes them and how any is taken apart.
//!
//! A bundle's records are a function of path, CRC, size and offset alone, so a reader can write
//! them again and compare. Source: PKWARE APPNOTE 6.3.10 sections 4.3 and 4.5.3.

use super::{Entry, Method};

pub(super) const LOCAL: u32 = 0x0403_4b50;
pub(super) const CENTRAL: u32 = 0x0201_4b50;
pub(super) const END: u32 = 0x0605_4b50;
pub(super) const END_64: u32 = 0x0606_4b50;
pub(super) const DESCRIPTOR: u32 = 0x0807_4b50;
pub(super) const LOCATOR_64: u32 = 0x0706_4b50;

pub(super) const LOCAL_LENGTH: u64 = 30;
pub(super) const END_LENGTH: u64 = 22;
pub(super) const END_64_LENGTH: u64 = 56;
pub(super) const LOCATOR_64_LENGTH: u64 = 20;

/// Bytes of a record of the directory with its extra field, but for the name.
const LONGEST: usize = 46 + 28;

/// The only flag: names are UTF-8.
pub(super) const FLAGS: u16 = 0x0800;
pub(super) const ZIP64: u16 = 0x0001;
pub(super) const NO_TIME: u16 = 0;
/// 1980-01-01, the first day a ZIP can name.
pub(super) const NO_DATE: u16 = 0x0021;
/// Unix, version 4.5.
const MADE_BY: u16 = 0x032d;
/// A regular file that all may read.
const ATTRIBUTES: u32 = 0o100_644 << 16;

/// Whether a number has to move into a zip64 field.
pub(super) fn is_wide(number: u64) -> bool {
    number >= u64::from(u32::MAX)
}

/// A number in 32 bits, or the mark that it is in a zip64 field.
pub(super) fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Version needed to extract.
pub(super) fn version(entry: &Entry) -> u16 {
    if is_wide(entry.size) || is_wide(entry.packed) || is_wide(entry.offset) { 45 } else { 20 }
}

/// Little-endian fields put together.
#[derive(Default)]
pub(super) struct Record(pub(super) Vec<u8>);

impl Record {
    /// A record of `entry`: none is longer but for its name.
    fn of(entry: &Entry) -> Self {
        Self(Vec::with_capacity(LONGEST.saturating_add(entry.path.len())))
    }

    fn u16(mut self, value: u16) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn u64(mut self, value: u64) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }
}

fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}

fn zip64_field(values: &[u64]) -> Vec<u8> {
    if values.is_empty() {
        return Vec::new();
    }
    let body: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Record::default().u16(ZIP64).u16(length(&body)).bytes(&body).0
}

fn method(entry: &Entry) -> u16 {
    match entry.method {
        Method::Stored => 0,
        Method::Deflated => 8,
    }
}

/// Local header of `entry`, as a bundle writes it.
pub(super) fn local_header(entry: &Entry) -> Vec<u8> {
    let wide = is_wide(entry.size) || is_wide(entry.packed);
    let (extra, packed, size) = if wide {
        (zip64_field(&[entry.size, entry.packed]), u32::MAX, u32::MAX)
    } else {
        (Vec::new(), narrow(entry.packed), narrow(entry.size))
    };
    Record::of(entry)
        .u32(LOCAL)
        .u16(version(entry))
        .u16(FLAGS)
        .u16(method(entry))
        .u16(NO_TIME)
        .u16(NO_DATE)
        .u32(entry.crc32)
        .u32(packed)
        .u32(size)
        .u16(length(entry.path.as_bytes()))
        .u16(length(&extra))
        .bytes(entry.path.as_bytes())
        .bytes(&extra)
        .0
}

/// Directory record of `entry`, as a bundle writes it.
pub(super) fn central_record(entry: &Entry) -> Vec<u8> {
    // The same form as in the local header: both sizes move when one has to.
    let wide = is_wide(entry.size) || is_wide(entry.packed);
    let mut values = Vec::new();
    if wide {
        values.extend([entry.size, entry.packed]);
    }
    if is_wide(entry.offset) {
        values.push(entry.offset);
    }
    let extra = zip64_field(&values);
    Record::of(entry)
        .u32(CENTRAL)
        .u16(MADE_BY)
        .u16(version(entry))
        .u16(FLAGS)
        .u16(method(entry))
        .u16(NO_TIME)
        .u16(NO_DATE)
        .u32(entry.crc32)
        .u32(if wide { u32::MAX } else { narrow(entry.packed) })
        .u32(if wide { u32::MAX } else { narrow(entry.size) })
        .u16(length(entry.path.as_bytes()))
        .u16(length(&extra))
        .u16(0)
        .u16(0)
        .u16(0)
        .u32(ATTRIBUTES)
        .u32(narrow(entry.offset))
        .bytes(entry.path.as_bytes())
        .bytes(&extra)
        .0
}

/// End of a container whose directory of `length` bytes starts at `offset`.
pub(super) fn end(count: u64, length: u64, offset: u64) -> Vec<u8> {
    let mut record = Record::default();
    let short_count = u16::try_from(count).unwrap_or(u16::MAX);
    if short_count == u16::MAX || is_wide(length) || is_wide(offset) {
        record = record
            .u32(END_64)
            .u64(END_64_LENGTH - 12)
            .u16(MADE_BY)
            .u16(45)
            .u32(0)
            .u32(0)
            .u64(count)
            .u64(count)
            .u64(length)
            .u64(offset)
            .u32(LOCATOR_64)
            .u32(0)
            .u64(offset.saturating_add(length))
            .u32(1);
    }
    record
        .u32(END)
        .u16(0)
        .u16(0)
        .u16(short_count)
        .u16(short_count)
        .u32(narrow(length))
        .u32(narrow(offset))
        .u16(0)
        .0
}

/// Little-endian fields taken apart.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}
