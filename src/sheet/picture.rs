//! One JPEG or PNG picture: its facts for the caption and its bytes for the page.
//!
//! Source: ITU-T T.81 annex B (frame header); ISO 32000-2 section 7.4.8 (`DCTDecode`).

use std::path::Path;

use exif::{In, Tag};
use lopdf::{Dictionary, Object, Stream, dictionary};

use super::{Found, LARGEST, SheetError, png::Png};
use crate::{
    digest::Digest,
    durable,
    evidence::{
        Words,
        container::path::shown,
        media::{self, Format, MediaFacts},
    },
};

/// A picture that was read.
pub(super) struct Picture {
    name: String,
    bytes: Vec<u8>,
    facts: MediaFacts,
    pub(super) digest: Digest,
    held: Held,
    orientation: u32,
}

/// How the picture's bytes go into a PDF.
enum Held {
    Jpeg { colours: u8, inverted: bool },
    Png(Png),
}

fn shown_below(path: &Path, root: &Path) -> String {
    shown(&path.strip_prefix(root).unwrap_or(path).display().to_string())
}

impl Picture {
    /// The size of the file at `path` if it is a JPEG or PNG, and of a PNG the digest of the bytes
    /// whose rows were proved; nothing if it is no picture.
    pub(super) fn is_one(
        path: &Path,
        root: &Path,
    ) -> Result<Option<(u64, Option<Digest>)>, SheetError> {
        let name = || shown_below(path, root);
        let file = durable::open_regular(path).map_err(|source| SheetError::File { source })?;
        let fault = |error| SheetError::File { source: durable::at(path)(error) };
        let facts = media::inspect(&file).map_err(fault)?;
        let size = file.metadata().map_err(fault)?.len();
        match facts.format {
            Format::Jpeg | Format::Png if facts.defect.is_some() => Err(SheetError::Unusable {
                name: name(),
                what: Words("it is cut off or malformed", "不完整或文件头有误"),
            }),
            Format::Jpeg if size <= LARGEST => Ok(Some((size, None))),
            Format::Png if size <= LARGEST => {
                let bytes =
                    durable::read(path, LARGEST).map_err(|source| SheetError::File { source })?;
                let sound = Png::read(&bytes).and_then(|png| png.prove());
                sound.map_err(|what| SheetError::Unusable { name: name(), what })?;
                Ok(Some((size, Some(Digest::of(&bytes)))))
            }
            Format::Jpeg | Format::Png => {
                Err(SheetError::Unusable { name: name(), what: Words("it is too large", "过大") })
            }
            Format::Heic => Err(SheetError::NotShown { name: name() }),
            _ => Ok(None),
        }
    }

    /// Reads a picture that was found; what was proved then is not proved again.
    pub(super) fn read(found: &Found, root: &Path) -> Result<Self, SheetError> {
        let path = found.path.as_path();
        let bytes = durable::read(path, LARGEST).map_err(|source| SheetError::File { source })?;
        let fault = |error| SheetError::File { source: durable::at(path)(error) };
        let facts = media::inspect(&bytes.as_slice()).map_err(fault)?;
        let name = shown_below(path, root);
        let digest = Digest::of(&bytes);
        let held = if facts.format == Format::Png {
            let png = Png::read(&bytes);
            let png = if found.proved == Some(digest) {
                png
            } else {
                png.and_then(|png| png.prove().map(|()| png))
            };
            match png {
                Ok(png) => Held::Png(png),
                Err(what) => return Err(SheetError::Unusable { name, what }),
            }
        } else {
            let Some((colours, inverted)) = frame(&bytes).filter(|_| facts.defect.is_none()) else {
                let what = Words("its headers are not sound", "文件头有误");
                return Err(SheetError::Unusable { name, what });
            };
            Held::Jpeg { colours, inverted }
        };
        let orientation = exif::Reader::new()
            .read_from_container(&mut std::io::Cursor::new(&bytes))
            .ok()
            .and_then(|found| found.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0));
        Ok(Self { name, digest, facts, held, orientation: orientation.unwrap_or(1), bytes })
    }

    /// The lines below the picture.
    pub(super) fn caption(&self, number: usize) -> Vec<String> {
        let facts = &self.facts;
        let unknown = || "未注明".to_owned();
        vec![
            format!("编号 {number} 文件 {}", self.name),
            format!("拍摄时间 {}", facts.captured.clone().unwrap_or_else(unknown)),
            format!("设备 {}", facts.device.as_deref().map_or_else(unknown, shown)),
            format!("SHA-256 {}", self.digest),
        ]
    }

    fn is_turned(&self) -> bool {
        matches!(self.orientation, 5..=8)
    }

    /// The operators that draw it into a frame, as large as fits, upright.
    pub(super) fn drawn(&self, name: &str, frame: (f32, f32, f32, f32)) -> String {
        let (left, bottom, width, height) = frame;
        let side = |pixels: Option<u32>| {
            let pixels = pixels.unwrap_or(1).clamp(1, u32::from(u16::MAX));
            f32::from(u16::try_from(pixels).unwrap_or(u16::MAX))
        };
        let (mut across, mut up) = (side(self.facts.width), side(self.facts.height));
        if self.is_turned() {
            (across, up) = (up, across);
        }
        let scale = (width / across).min(height / up);
        let (w, h) = (across * scale, up * scale);
        let (x, y) = (left + (width - w) / 2.0, bottom + (height - h) / 2.0);
        let (right, top) = (x + w, y + h);
        // The picture fills the unit square; each way of holding the camera turns it.
        let matrix = match self.orientation {
            3 => [-w, 0.0, 0.0, -h, right, top],
            6 => [0.0, -h, w, 0.0, x, top],
            8 => [0.0, h, -w, 0.0, right, y],
            _ => [w, 0.0, 0.0, h, x, y],
        };
        let matrix: Vec<String> = matrix.iter().map(|number| format!("{number:.3}")).collect();
        format!("q\n{} cm\n/{name} Do\nQ\n", matrix.join(" "))
    }

    /// The objects of a PDF: the picture, its values those of the file, and its mask if it has one.
    pub(super) fn into_objects(self) -> std::io::Result<(Stream, Option<Stream>)> {
        let (width, height) = (self.facts.width.unwrap_or(1), self.facts.height.unwrap_or(1));
        match self.held {
            Held::Png(png) => png.into_objects(),
            Held::Jpeg { colours, inverted } => {
                let dictionary = jpeg((width, height), colours, inverted);
                Ok((Stream::new(dictionary, self.bytes).with_compression(false), None))
            }
        }
    }
}

fn jpeg((width, height): (u32, u32), colours: u8, inverted: bool) -> Dictionary {
    let space = match colours {
        1 => "DeviceGray",
        4 => "DeviceCMYK",
        _ => "DeviceRGB",
    };
    let mut dictionary = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(width),
        "Height" => i64::from(height),
        "ColorSpace" => space,
        "BitsPerComponent" => 8,
        "Filter" => "DCTDecode",
    };
    if colours == 4 && inverted {
        let pair = [Object::Integer(1), Object::Integer(0)];
        dictionary.set("Decode", pair.iter().cycle().take(8).cloned().collect::<Vec<_>>());
    }
    dictionary
}

/// Number of colours in the frame header, and whether Adobe's marker stands before it.
fn frame(bytes: &[u8]) -> Option<(u8, bool)> {
    let mut at = 2_usize;
    let mut adobe = false;
    loop {
        let &[0xff, marker] = bytes.get(at..at.checked_add(2)?)? else { return None };
        let content = at.checked_add(2)?;
        if marker == 0xff {
            at = at.checked_add(1)?;
            continue;
        }
        let &[high, low] = bytes.get(content..content.checked_add(2)?)? else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = bytes.get(content..content.checked_add(length)?)?;
        adobe |= marker == 0xee && segment.get(2..7) == Some(b"Adobe");
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let (bits, colours) = (*segment.get(2)?, *segment.get(7)?);
            return (bits == 8 && matches!(colours, 1 | 3 | 4)).then_some((colours, adobe));
        }
        at = content.checked_add(length)?;
    }
}
