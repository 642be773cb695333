//! What a file is by its bytes: format, size of the picture, duration, time and device of capture.
//!
//! Reads headers, never names, and holds no more than a small part of the file. Says when a file
//! ends before its own headers say it should, or is encrypted; it never decodes or changes a
//! content. Times and devices are what the recording device claims, no more.
//! Source: REQUIREMENTS 3 (L223: not below 1080 lines); the formats' standards, named in each file.

mod amr;
mod boxes;
mod exif;
mod jpeg;
mod mkv;
mod mp3;
mod other;
mod png;
mod section;
mod wav;

use std::io;

use serde::Serialize;

use super::container::Source;
use section::Bytes;

/// Fewest lines of a film that is complete evidence.
pub const FEWEST_LINES: u32 = 1080;

/// A format told by its bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JPEG picture.
    Jpeg,
    /// PNG picture.
    Png,
    /// HEIF or HEIC picture.
    Heic,
    /// WAVE sound.
    Wav,
    /// MPEG audio.
    Mp3,
    /// AMR speech.
    Amr,
    /// MPEG-4 with sound only, by its brand.
    M4a,
    /// MPEG-4.
    Mp4,
    /// `QuickTime`.
    Mov,
    /// Matroska or `WebM`.
    Mkv,
    /// PDF document.
    Pdf,
    /// ZIP, and what is made of it.
    Zip,
    /// None of these.
    Unknown,
}

impl Format {
    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Heic => "heic",
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Amr => "amr",
            Self::M4a => "m4a",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Mkv => "mkv",
            Self::Pdf => "pdf",
            Self::Zip => "zip",
            Self::Unknown => "unknown",
        }
    }

    /// Media type, as the container's manifest names it.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Amr => "audio/amr",
            Self::M4a => "audio/mp4",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Mkv => "video/x-matroska",
            Self::Pdf => "application/pdf",
            Self::Zip => "application/zip",
            Self::Unknown => "application/octet-stream",
        }
    }

    /// Whether it is a picture.
    #[must_use]
    pub const fn is_image(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Heic)
    }

    /// Suffixes under which it is usual; the first is the one to suggest.
    #[must_use]
    pub const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png"],
            Self::Heic => &["heic", "heif", "hif"],
            Self::Wav => &["wav", "wave"],
            Self::Mp3 => &["mp3"],
            Self::Amr => &["amr"],
            Self::M4a => &["m4a", "mp4", "aac", "m4b"],
            Self::Mp4 => &["mp4", "m4v", "m4a", "3gp"],
            Self::Mov => &["mov", "qt", "mp4"],
            Self::Mkv => &["mkv", "webm", "mka"],
            Self::Pdf => &["pdf"],
            Self::Zip => &["zip", "docx", "xlsx", "pptx", "odt", "ods", "asice", "apk", "jar"],
            Self::Unknown => &[],
        }
    }

    const ALL: [Self; 12] = [
        Self::Jpeg,
        Self::Png,
        Self::Heic,
        Self::Wav,
        Self::Mp3,
        Self::Amr,
        Self::M4a,
        Self::Mp4,
        Self::Mov,
        Self::Mkv,
        Self::Pdf,
        Self::Zip,
    ];

    /// Whether `suffix` would make a reader expect something else.
    #[must_use]
    pub fn is_belied_by(self, suffix: &str) -> bool {
        let suffix = suffix.to_ascii_lowercase();
        !self.suffixes().contains(&suffix.as_str())
            && Self::ALL.into_iter().any(|format| format.suffixes().contains(&suffix.as_str()))
    }
}

/// Why a content cannot be used as what it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// It ends before its headers say, or was never finished.
    Truncated,
    /// It needs a key.
    Encrypted,
    /// Its headers contradict themselves.
    Malformed,
}

/// What the bytes of a file say about it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct MediaFacts {
    /// Format.
    pub format: Format,
    /// Columns of the picture, in pixels.
    pub width: Option<u32>,
    /// Rows of the picture, in pixels.
    pub height: Option<u32>,
    /// Duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// Coding of picture or sound, as the format's own four letters.
    pub codec: Option<String>,
    /// Whether there is a moving picture.
    pub video: bool,
    /// Whether there is sound.
    pub sound: bool,
    /// When it was captured, as the device claims; without an offset it is the device's local time.
    pub captured: Option<String>,
    /// Maker and model of the device, as it claims.
    pub device: Option<String>,
    /// Where it was captured, as the device claims, written as ISO 6709.
    pub position: Option<String>,
    /// What is wrong with it, if anything.
    pub defect: Option<Defect>,
}

impl MediaFacts {
    /// A sound content of `format` of which nothing else is known.
    #[must_use]
    pub const fn of(format: Format) -> Self {
        Self {
            format,
            width: None,
            height: None,
            duration_ms: None,
            codec: None,
            video: false,
            sound: false,
            captured: None,
            device: None,
            position: None,
            defect: None,
        }
    }

    /// Whether it is sound without a moving picture.
    #[must_use]
    pub const fn is_audio(&self) -> bool {
        self.sound && !self.video
    }

    /// Whether it is a film.
    #[must_use]
    pub const fn is_video(&self) -> bool {
        self.video
    }

    /// Lines of the picture: the shorter side, so that a film taken upright counts alike.
    #[must_use]
    pub fn lines(&self) -> Option<u32> {
        Some(self.width?.min(self.height?))
    }
}

/// Reads what `source` is.
///
/// # Errors
/// Whatever the system returns; a content that cannot be understood is not an error.
pub fn inspect(source: &dyn Source) -> io::Result<MediaFacts> {
    let bytes = Bytes::new(source)?;
    let head = bytes.head(16)?;
    match head.as_slice() {
        [0xff, 0xd8, 0xff, ..] => jpeg::read(&bytes),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => png::read(&bytes),
        [b'R', b'I' | b'F', b'F' | b'6', b'F' | b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..] => {
            wav::read(&bytes)
        }
        [b'%', b'P', b'D', b'F', b'-', ..] => other::pdf(&bytes),
        [b'P', b'K', 3, 4, ..] => other::zip(&bytes),
        [b'#', b'!', b'A', b'M', b'R', ..] => amr::read(&bytes),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => mkv::read(&bytes),
        [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => mp3::read(&bytes),
        [_, _, _, _, kind @ .., _, _, _, _, _, _, _, _] if boxes::begins_with(kind) => {
            boxes::read(&bytes)
        }
        _ => Ok(MediaFacts::of(Format::Unknown)),
    }
}

#[cfg(test)]
mod tests;
