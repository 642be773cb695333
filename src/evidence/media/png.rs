//! PNG: size from the image header, capture facts from `eXIf`, end from `IEND`.
//!
//! Source: W3C PNG (third edition) sections 5 and 11.

use std::io;

use super::{Defect, Format, MediaFacts, exif, section::Bytes};

const MOST_CHUNKS: usize = 1 << 20;
const LONGEST_EXIF: u32 = 64 << 10;

pub(super) fn read(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let mut facts = MediaFacts::of(Format::Png);
    let mut at = 8_u64;
    for number in 0..MOST_CHUNKS {
        let Some([l3, l2, l1, l0, kind @ ..]) = bytes.array::<8>(at)? else {
            facts.defect = Some(Defect::Truncated);
            return Ok(facts);
        };
        let length = u32::from_be_bytes([l3, l2, l1, l0]);
        let content = at.saturating_add(8);
        let next = content.saturating_add(u64::from(length)).saturating_add(4);
        if next > bytes.length {
            facts.defect = Some(Defect::Truncated);
            return Ok(facts);
        }
        match (&kind, number) {
            (b"IHDR", 0) => {
                if let Some([w3, w2, w1, w0, h3, h2, h1, h0]) = bytes.array::<8>(content)? {
                    facts.width = Some(u32::from_be_bytes([w3, w2, w1, w0]));
                    facts.height = Some(u32::from_be_bytes([h3, h2, h1, h0]));
                }
            }
            (_, 0) => break,
            (b"eXIf", _) if length <= LONGEST_EXIF => {
                let length = usize::try_from(length).unwrap_or_default();
                exif::read(bytes.at(content, length)?, &mut facts);
            }
            (b"IEND", _) => return Ok(facts),
            _ => {}
        }
        at = next;
    }
    facts.defect = Some(Defect::Malformed);
    Ok(facts)
}
