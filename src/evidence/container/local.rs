//! The header that stands before a content, held against what the directory says of it.
//!
//! Source: PKWARE APPNOTE 6.3.10 sections 4.3.7 and 4.3.9; FINDINGS "Container".

use super::{
    ContainerError, Entry, Method, Result,
    directory::{Central, DESCRIBED, Shared, WIDE_VERSION},
    extra::Wide,
    format::{DESCRIPTOR, Fields, LOCAL, LOCAL_LENGTH},
    path::shown,
    reader::Profile,
    source::{Source, read},
};
use crate::evidence::words::Words;

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
    let is_needed = if foreign {
        // What the directory moves without need stands moved here as well.
        let beyond =
            record.fields.version == WIDE_VERSION && wide.says_no_more(sizes.0, sizes.1, None);
        (wide.is_used_up() || beyond) && (is_wide || !record.is_slack)
    } else {
        wide.is_used_up() && !wide.others
    };
    let extra_fits = is_needed && (is_narrow || is_wide);
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
