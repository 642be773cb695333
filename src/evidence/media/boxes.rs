//! MPEG-4, `QuickTime` and HEIF: a small strict reader of boxes.
//!
//! Reads the headers it needs and skips the rest. A box that reaches past its parent, a film
//! without its index, or an index that never came is named. Encrypted tracks are known by their
//! sample entries. Time, device and place come from `QuickTime`'s keys where they are. Source: ISO/IEC 14496-12 (boxes), 14496-14; ISO/IEC 23001-7 (encryption);
//! `QuickTime` File Format.

use std::io;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Defect, Format, MediaFacts, exif, section::Bytes};

const MOST_BOXES: u32 = 20_000;
const DEEPEST: u32 = 8;
const MOST_KEYS: usize = 100;
/// Seconds from 1904-01-01 to 1970-01-01.
const EPOCH: i64 = 2_082_844_800;

/// Whether `kind` is what such a file begins with.
pub(super) fn begins_with(kind: &[u8]) -> bool {
    matches!(kind, b"ftyp" | b"moov" | b"wide" | b"mdat" | b"skip" | b"free" | b"pnot")
}

pub(super) fn read(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let mut walk = Walk {
        bytes,
        facts: MediaFacts::of(Format::Mov),
        left: MOST_BOXES,
        handler: [0; 4],
        index: false,
        media: false,
        scale: None,
        names: Vec::new(),
    };
    let whole = walk.children(0, bytes.length, 0)?;
    let Walk { mut facts, index, media, .. } = walk;
    if facts.format == Format::Heic {
        let mut reader = bytes.reader(0);
        if let Ok(found) = ::exif::Reader::new().read_from_container(&mut reader) {
            exif::add(&found, &mut facts);
        }
    }
    let film = facts.format != Format::Heic;
    let unfinished = !whole || !media || (film && !index);
    if unfinished && facts.defect.is_none() {
        facts.defect = Some(Defect::Truncated);
    }
    Ok(facts)
}

struct Walk<'a, 'b> {
    bytes: &'a Bytes<'b>,
    facts: MediaFacts,
    left: u32,
    handler: [u8; 4],
    index: bool,
    media: bool,
    scale: Option<u64>,
    names: Vec<String>,
}

impl Walk<'_, '_> {
    /// Walks the boxes from `at` to `end`; `false` if one reaches past the end.
    fn children(&mut self, mut at: u64, end: u64, depth: u32) -> io::Result<bool> {
        while at < end {
            self.left = self.left.saturating_sub(1);
            if self.left == 0 || depth > DEEPEST {
                self.facts.defect = Some(Defect::Malformed);
                return Ok(true);
            }
            let Some([s3, s2, s1, s0, kind @ ..]) = self.bytes.array::<8>(at)? else {
                return Ok(false);
            };
            let mut content = at.saturating_add(8);
            let next = match u32::from_be_bytes([s3, s2, s1, s0]) {
                0 if depth == 0 => end,
                // Closes a list in QuickTime's user data.
                0 => return Ok(true),
                1 => {
                    content = at.saturating_add(16);
                    let Some(size) = self.bytes.array::<8>(at.saturating_add(8))? else {
                        return Ok(false);
                    };
                    at.saturating_add(u64::from_be_bytes(size))
                }
                size => at.saturating_add(u64::from(size)),
            };
            if next < content {
                self.facts.defect = Some(Defect::Malformed);
                return Ok(true);
            }
            if next > end {
                return Ok(false);
            }
            if !self.visit(kind, content, next, depth)? {
                return Ok(false);
            }
            at = next;
        }
        Ok(true)
    }

    fn visit(&mut self, kind: [u8; 4], at: u64, end: u64, depth: u32) -> io::Result<bool> {
        match &kind {
            b"ftyp" if depth == 0 => self.brand(at)?,
            b"moov" => {
                self.index = true;
                return self.children(at, end, depth + 1);
            }
            b"trak" | b"mdia" | b"minf" | b"stbl" | b"mvex" => {
                return self.children(at, end, depth + 1);
            }
            // HEIF: items and their properties.
            b"meta" if depth == 0 && self.facts.format == Format::Heic => {
                return self.children(at.saturating_add(4), end, depth + 1);
            }
            b"iprp" | b"ipco" if self.facts.format == Format::Heic => {
                return self.children(at, end, depth + 1);
            }
            b"udta" => return self.children(at, end, depth + 1),
            // Of QuickTime, with keys by name; ISO puts version and flags before the boxes.
            b"meta" if depth > 0 => {
                let skip = match self.bytes.array::<8>(at)? {
                    Some([_, _, _, _, kind @ ..]) if kind == *b"hdlr" => 0,
                    _ => 4,
                };
                return self.children(at.saturating_add(skip), end, depth + 1);
            }
            b"keys" => self.keys(at, end)?,
            b"ilst" => self.values(at, end)?,
            b"\xa9xyz" => {
                let text = self.text(at.saturating_add(4), end)?;
                self.facts.position = text.filter(|text| text.starts_with(['+', '-']));
            }
            b"\xa9mod" => {
                let text = self.text(at.saturating_add(4), end)?;
                self.facts.device = self.facts.device.take().or(text);
            }
            b"ispe" => self.item_size(at)?,
            b"mdat" => self.media = true,
            b"mvhd" => self.movie_header(at)?,
            b"mehd" => self.fragments_duration(at)?,
            b"hdlr" => {
                // QuickTime has a second one for the data's place, which says nothing of the track.
                if let Some([_, _, _, _, of @ .., h3, h2, h1, h0]) = self.bytes.array::<12>(at)?
                    && of != *b"dhlr"
                {
                    self.handler = [h3, h2, h1, h0];
                }
            }
            b"stsd" => self.sample_entry(at)?,
            _ => {}
        }
        Ok(true)
    }

    /// A short text without hidden characters.
    fn text(&self, at: u64, end: u64) -> io::Result<Option<String>> {
        let length = end.saturating_sub(at).min(128);
        let bytes = self.bytes.at(at, usize::try_from(length).unwrap_or_default())?;
        Ok(exif::device(&String::from_utf8_lossy(&bytes)))
    }

    /// The names of the values that follow.
    fn keys(&mut self, at: u64, end: u64) -> io::Result<()> {
        self.names.clear();
        let mut at = at.saturating_add(8);
        while at < end && self.names.len() < MOST_KEYS {
            let Some([s3, s2, s1, s0, ..]) = self.bytes.array::<8>(at)? else { break };
            let next = at.saturating_add(u64::from(u32::from_be_bytes([s3, s2, s1, s0])));
            if next < at.saturating_add(8) || next > end {
                break;
            }
            self.names.push(self.text(at.saturating_add(8), next)?.unwrap_or_default());
            at = next;
        }
        Ok(())
    }

    /// The values of the keys that tell time, device and place.
    fn values(&mut self, at: u64, end: u64) -> io::Result<()> {
        let mut at = at;
        let mut device = (None, None);
        for _ in 0..MOST_KEYS {
            let Some([s3, s2, s1, s0, number @ ..]) = self.bytes.array::<8>(at)? else { break };
            let next = at.saturating_add(u64::from(u32::from_be_bytes([s3, s2, s1, s0])));
            if next < at.saturating_add(24) || next > end {
                break;
            }
            let index = usize::try_from(u32::from_be_bytes(number)).unwrap_or_default();
            let name = index.checked_sub(1).and_then(|index| self.names.get(index)).cloned();
            // The value stands in a box of its own, after its type and place.
            let value = self.text(at.saturating_add(24), next)?;
            match name.as_deref() {
                Some("com.apple.quicktime.make") => device.0 = value,
                Some("com.apple.quicktime.model") => device.1 = value,
                Some("com.apple.quicktime.location.ISO6709") => self.facts.position = value,
                Some("com.apple.quicktime.creationdate") => {
                    let parse =
                        |text: String| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%z").ok();
                    if let Some(time) = value.and_then(parse) {
                        self.facts.captured = Some(time.to_rfc3339());
                    }
                }
                _ => {}
            }
            at = next;
        }
        let parts: Vec<String> = [device.0, device.1].into_iter().flatten().collect();
        self.facts.device = exif::device(&parts.join(" ")).or(self.facts.device.take());
        Ok(())
    }

    fn brand(&mut self, at: u64) -> io::Result<()> {
        self.facts.format = match &self.bytes.array::<4>(at)?.unwrap_or_default() {
            b"qt  " => Format::Mov,
            b"M4A " | b"M4B " | b"M4P " => Format::M4a,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => {
                Format::Heic
            }
            _ => Format::Mp4,
        };
        Ok(())
    }

    fn item_size(&mut self, at: u64) -> io::Result<()> {
        let Some([_, _, _, _, w3, w2, w1, w0, h3, h2, h1, h0]) = self.bytes.array::<12>(at)? else {
            return Ok(());
        };
        let width = u32::from_be_bytes([w3, w2, w1, w0]);
        let height = u32::from_be_bytes([h3, h2, h1, h0]);
        // Thumbnails and tiles have sizes too; the picture is the largest.
        if self.facts.width.is_none_or(|known| known < width) {
            self.facts.width = Some(width);
            self.facts.height = Some(height);
        }
        Ok(())
    }

    fn movie_header(&mut self, at: u64) -> io::Result<()> {
        let Some(header) = self.bytes.array::<32>(at)? else { return Ok(()) };
        let word = |from: usize| {
            let bytes = header.get(from..from.saturating_add(4))?.try_into().ok()?;
            Some(u64::from(u32::from_be_bytes(bytes)))
        };
        let long = |from: usize| {
            let bytes = header.get(from..from.saturating_add(8))?.try_into().ok()?;
            Some(u64::from_be_bytes(bytes))
        };
        let (created, scale, duration, unknown) = if header.first() == Some(&1) {
            (long(4), word(20), long(24), u64::MAX)
        } else {
            (word(4), word(12), word(16), u64::from(u32::MAX))
        };
        self.scale = scale;
        self.set_duration(duration.filter(|duration| *duration != unknown));
        self.facts.captured = created.filter(|seconds| *seconds != 0).and_then(iso_time);
        Ok(())
    }

    /// Duration of a film in fragments, in the unit of the movie header before it.
    fn fragments_duration(&mut self, at: u64) -> io::Result<()> {
        let duration = match self.bytes.array::<12>(at)? {
            Some([1, _, _, _, long @ ..]) => Some(u64::from_be_bytes(long)),
            Some([0, _, _, _, d3, d2, d1, d0, ..]) => {
                Some(u64::from(u32::from_be_bytes([d3, d2, d1, d0])))
            }
            _ => None,
        };
        self.set_duration(duration);
        Ok(())
    }

    fn set_duration(&mut self, duration: Option<u64>) {
        let duration = duration.filter(|duration| *duration != 0);
        if self.facts.duration_ms.is_none() {
            self.facts.duration_ms = duration
                .and_then(|duration| duration.checked_mul(1000))
                .and_then(|duration| duration.checked_div(self.scale?));
        }
    }

    fn sample_entry(&mut self, at: u64) -> io::Result<()> {
        let Some(entry) = self.bytes.array::<44>(at)? else { return Ok(()) };
        let [_, _, _, _, _, _, _, _, _, _, _, _, kind @ ..] = entry;
        let Some(&codec) = kind.first_chunk::<4>() else { return Ok(()) };
        if matches!(&codec, b"encv" | b"enca" | b"drms" | b"drmi") {
            self.facts.defect = Some(Defect::Encrypted);
        }
        let name = || exif::device(&String::from_utf8_lossy(&codec));
        match &self.handler {
            b"vide" => {
                self.facts.video = true;
                self.facts.codec = name();
                if let Some([w1, w0, h1, h0]) = kind.get(28..32) {
                    self.facts.width = Some(u16::from_be_bytes([*w1, *w0]).into());
                    self.facts.height = Some(u16::from_be_bytes([*h1, *h0]).into());
                }
            }
            b"soun" => {
                self.facts.sound = true;
                if !self.facts.video {
                    self.facts.codec = name();
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn iso_time(seconds: u64) -> Option<String> {
    let seconds = i64::try_from(seconds).ok()?.checked_sub(EPOCH)?;
    let time = DateTime::<Utc>::UNIX_EPOCH.checked_add_signed(TimeDelta::try_seconds(seconds)?)?;
    (seconds > 0).then(|| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
