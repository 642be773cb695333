//! The end record with its zip64 part: where the directory is.
//!
//! Refuses an end that contradicts itself or the file. Source: PKWARE APPNOTE 6.3.10 sections
//! 4.3.14 to 4.3.16.

use super::{
    ContainerError, Result,
    format::{END, END_64, END_64_LENGTH, END_LENGTH, Fields, LOCATOR_64, LOCATOR_64_LENGTH},
    reader::Limits,
    source::{Source, read},
};
use crate::evidence::words::Words;

/// Where the directory is, as the end record says.
pub(super) struct End {
    pub(super) count: u64,
    pub(super) directory: u64,
    pub(super) directory_length: u64,
    pub(super) bytes: Vec<u8>,
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
