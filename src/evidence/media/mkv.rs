//! Matroska and `WebM`: a small strict reader of EBML elements.
//!
//! Reads segment information and tracks and walks over the clusters without reading them. An
//! element that reaches past its parent, and a segment whose recorder never came back to write its
//! length and duration, are named; so is encryption. Source: RFC 8794 (EBML); RFC 9559 (Matroska).

use std::io;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Defect, Format, MediaFacts, exif, section::Bytes};

const MOST_ELEMENTS: u32 = 2_000_000;
const LONGEST_TEXT: u64 = 256;
/// Seconds from 1970-01-01 to 2001-01-01.
const EPOCH: i64 = 978_307_200;

const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TRACKS: u32 = 0x1654_ae6b;
const CLUSTER: u32 = 0x1f43_b675;
const TRACK: u32 = 0xae;
const VIDEO: u32 = 0xe0;
const ENCODINGS: u32 = 0x6d80;
const ENCODING: u32 = 0x6240;

pub(super) fn read(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let mut walk = Walk {
        bytes,
        facts: MediaFacts::of(Format::Mkv),
        left: MOST_ELEMENTS,
        scale: 1_000_000,
        duration: None,
        open_ended: false,
        segment: false,
        codec: None,
    };
    let whole = walk.elements(0, bytes.length, 0)?;
    let Walk { mut facts, scale, duration, open_ended, segment, .. } = walk;
    facts.duration_ms = duration.and_then(|ticks| milliseconds(ticks, scale));
    let unfinished = !whole || !segment || (open_ended && facts.duration_ms.is_none());
    if unfinished && facts.defect.is_none() {
        facts.defect = Some(Defect::Truncated);
    }
    Ok(facts)
}

/// `ticks` of `scale` nanoseconds each, if that is a time anybody records.
fn milliseconds(ticks: f64, scale: u64) -> Option<u64> {
    let scale = u32::try_from(scale).ok()?;
    let time = std::time::Duration::try_from_secs_f64(ticks * f64::from(scale) / 1e9).ok()?;
    u64::try_from(time.as_millis()).ok().filter(|time| *time > 0)
}

struct Walk<'a, 'b> {
    bytes: &'a Bytes<'b>,
    facts: MediaFacts,
    left: u32,
    /// Nanoseconds of a tick.
    scale: u64,
    duration: Option<f64>,
    open_ended: bool,
    segment: bool,
    codec: Option<String>,
}

impl Walk<'_, '_> {
    /// Walks the elements from `at` to `end`; `false` if one reaches past the end.
    fn elements(&mut self, mut at: u64, end: u64, depth: u32) -> io::Result<bool> {
        while at < end {
            self.left = self.left.saturating_sub(1);
            if self.left == 0 || depth > 6 {
                self.facts.defect = Some(Defect::Malformed);
                return Ok(true);
            }
            let head = self.bytes.at(at, 12)?;
            let Some((id, id_length)) = identity(&head) else {
                return Ok(self.malformed(&head));
            };
            let Some((size, size_length)) = head.get(id_length..).and_then(size) else {
                return Ok(self.malformed(&head));
            };
            let header = u64::try_from(id_length.saturating_add(size_length)).unwrap_or(u64::MAX);
            let content = at.saturating_add(header);
            let next = match size {
                Some(size) => content.saturating_add(size),
                // Of unknown length: a segment or cluster written as it was recorded.
                None if matches!(id, SEGMENT | CLUSTER) => {
                    self.open_ended = true;
                    if id == CLUSTER { content } else { end }
                }
                None => {
                    self.facts.defect = Some(Defect::Malformed);
                    return Ok(true);
                }
            };
            if next > end {
                // What was read of it still counts.
                if id == SEGMENT {
                    self.segment = true;
                    self.elements(content, end, depth + 1)?;
                }
                return Ok(false);
            }
            if !self.visit(id, content, next, depth)? {
                return Ok(false);
            }
            at = next;
        }
        Ok(true)
    }

    /// Whether what is no element may be the end of the content.
    fn malformed(&mut self, head: &[u8]) -> bool {
        if head.len() < 12 {
            return false;
        }
        self.facts.defect = Some(Defect::Malformed);
        true
    }

    fn visit(&mut self, id: u32, at: u64, end: u64, depth: u32) -> io::Result<bool> {
        match id {
            SEGMENT => {
                self.segment = true;
                return self.elements(at, end, depth + 1);
            }
            INFO | TRACKS | VIDEO | ENCODINGS | ENCODING => {
                return self.elements(at, end, depth + 1);
            }
            TRACK => {
                self.codec = None;
                return self.elements(at, end, depth + 1);
            }
            // ContentEncryption.
            0x5035 => self.facts.defect = Some(Defect::Encrypted),
            // TimestampScale, Duration, DateUTC.
            0x002a_d7b1 => self.scale = self.number(at, end)?.unwrap_or(self.scale),
            0x4489 => self.duration = self.float(at, end)?,
            0x4461 => self.facts.captured = self.number(at, end)?.and_then(iso_time),
            // CodecID comes before or after TrackType.
            0x86 => {
                self.codec = self.text(at, end)?;
                self.settle_codec();
            }
            0x83 => {
                match self.number(at, end)? {
                    Some(1) => self.facts.video = true,
                    Some(2) => self.facts.sound = true,
                    _ => {}
                }
                self.settle_codec();
            }
            // PixelWidth, PixelHeight.
            0xb0 => self.facts.width = self.number(at, end)?.and_then(|n| u32::try_from(n).ok()),
            0xba => self.facts.height = self.number(at, end)?.and_then(|n| u32::try_from(n).ok()),
            _ => {}
        }
        Ok(true)
    }

    /// Keeps the coding of the picture, or of the sound where there is no picture.
    fn settle_codec(&mut self) {
        let Some(codec) = &self.codec else { return };
        if codec.starts_with("V_") || (codec.starts_with("A_") && !self.facts.video) {
            self.facts.codec = Some(codec.clone());
        }
    }

    fn content(&self, at: u64, end: u64, longest: u64) -> io::Result<Vec<u8>> {
        let length = end.saturating_sub(at).min(longest);
        self.bytes.at(at, usize::try_from(length).unwrap_or_default())
    }

    fn number(&self, at: u64, end: u64) -> io::Result<Option<u64>> {
        let bytes = self.content(at, end, 9)?;
        let sum = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        Ok((bytes.len() <= 8).then(|| bytes.iter().fold(0, sum)))
    }

    fn float(&self, at: u64, end: u64) -> io::Result<Option<f64>> {
        let bytes = self.content(at, end, 9)?;
        if let Ok(double) = <[u8; 8]>::try_from(bytes.as_slice()) {
            return Ok(Some(f64::from_be_bytes(double)));
        }
        Ok(<[u8; 4]>::try_from(bytes).ok().map(|single| f64::from(f32::from_be_bytes(single))))
    }

    fn text(&self, at: u64, end: u64) -> io::Result<Option<String>> {
        let bytes = self.content(at, end, LONGEST_TEXT)?;
        Ok(exif::device(&String::from_utf8_lossy(&bytes)))
    }
}

/// The identity an element begins with, its marker bits kept, and its length.
fn identity(head: &[u8]) -> Option<(u32, usize)> {
    let length = usize::try_from(head.first()?.leading_zeros()).ok()?.checked_add(1)?;
    let bytes = head.get(..length).filter(|_| length <= 4)?;
    Some((bytes.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)), length))
}

/// A size, or nothing within where it is unknown, and the length of its field.
fn size(head: &[u8]) -> Option<(Option<u64>, usize)> {
    let first = *head.first()?;
    let length = usize::try_from(first.leading_zeros()).ok()?.checked_add(1)?;
    let (_, rest) = head.get(..length).filter(|_| length <= 8)?.split_first()?;
    let mask = 0xff_u8.checked_shr(u32::try_from(length).ok()?).unwrap_or_default();
    let top = u64::from(first & mask);
    let size = rest.iter().fold(top, |sum, byte| (sum << 8) | u64::from(*byte));
    let unknown = first & mask == mask && rest.iter().all(|byte| *byte == 0xff);
    Some(((!unknown).then_some(size), length))
}

fn iso_time(nanoseconds: u64) -> Option<String> {
    // A signed number of nanoseconds since 2001.
    let seconds = i64::from_be_bytes(nanoseconds.to_be_bytes()).checked_div(1_000_000_000)?;
    let since = TimeDelta::try_seconds(seconds.checked_add(EPOCH)?)?;
    let time = DateTime::<Utc>::UNIX_EPOCH.checked_add_signed(since)?;
    Some(time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
