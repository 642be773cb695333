//! JPEG: size from the frame header, capture facts from EXIF, end from the scan.
//!
//! The scans are walked to the end-of-image marker, so a file that was cut is known; what a camera
//! appends after it is left alone. Source: ITU-T T.81 annex B; EXIF 2.32.

use std::io::{self, BufRead, Read};

use super::{Defect, Format, MediaFacts, exif, section::Bytes};

const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;
const APPLICATION_1: u8 = 0xe1;

pub(super) fn read(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let mut facts = MediaFacts::of(Format::Jpeg);
    let mut reader = bytes.reader(2);
    facts.defect = match walk(&mut reader, &mut facts) {
        Ok(defect) => defect,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Some(Defect::Truncated),
        Err(error) => return Err(error),
    };
    if facts.defect.is_none() && facts.width.is_none() {
        facts.defect = Some(Defect::Malformed);
    }
    Ok(facts)
}

fn walk(reader: &mut impl BufRead, facts: &mut MediaFacts) -> io::Result<Option<Defect>> {
    let mut marker = next_marker(reader)?;
    loop {
        match marker {
            END_OF_IMAGE => return Ok(None),
            0x01 | 0xd0..=0xd8 => marker = next_marker(reader)?,
            _ => {
                let length = u16::from_be_bytes(array(reader)?);
                let Some(length) = length.checked_sub(2) else {
                    return Ok(Some(Defect::Malformed));
                };
                let mut segment = vec![0; usize::from(length)];
                reader.read_exact(&mut segment)?;
                if is_frame(marker) {
                    if let [_, h1, h0, w1, w0, ..] = segment.as_slice() {
                        facts.height = Some(u16::from_be_bytes([*h1, *h0]).into());
                        facts.width = Some(u16::from_be_bytes([*w1, *w0]).into());
                    }
                } else if marker == APPLICATION_1
                    && let Some(tiff) = segment.strip_prefix(b"Exif\0\0")
                {
                    exif::read(tiff.to_vec(), facts);
                }
                marker = if marker == START_OF_SCAN {
                    after_scan(reader)?
                } else {
                    next_marker(reader)?
                };
            }
        }
    }
}

const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

fn array<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The marker after the present segment; fill bytes are passed over.
fn next_marker(reader: &mut impl BufRead) -> io::Result<u8> {
    loop {
        skip_to_marker(reader)?;
        let [code] = array(reader)?;
        match code {
            0 => {}
            0xff => {
                // Any number of fill bytes may precede the code.
                let mut fill = code;
                while fill == 0xff {
                    [fill] = array(reader)?;
                }
                if fill != 0 {
                    return Ok(fill);
                }
            }
            code => return Ok(code),
        }
    }
}

/// The marker that ends the entropy-coded bytes of a scan.
fn after_scan(reader: &mut impl BufRead) -> io::Result<u8> {
    loop {
        let code = next_marker(reader)?;
        if !matches!(code, 0xd0..=0xd7) {
            return Ok(code);
        }
    }
}

fn skip_to_marker(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let found = buffer.iter().position(|byte| *byte == 0xff);
        let length = found.map_or(buffer.len(), |at| at.saturating_add(1));
        reader.consume(length);
        if found.is_some() {
            return Ok(());
        }
    }
}
