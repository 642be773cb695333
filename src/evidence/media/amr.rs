//! AMR speech: frames of twenty milliseconds, walked to the end.
//!
//! Source: RFC 4867 section 5; 3GPP TS 26.101 and 26.201 (bytes of each frame type).

use std::io;

use super::{Defect, Format, MediaFacts, section::Bytes};

const NARROW: [u64; 16] = [12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0];
const WIDE: [u64; 16] = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0];
const MOST_FRAMES: u64 = 10_000_000;

pub(super) fn read(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let head = bytes.head(9)?;
    let (lengths, mut at, codec) = if head == b"#!AMR-WB\n" {
        (&WIDE, 9, "amr-wb")
    } else if head.starts_with(b"#!AMR\n") {
        (&NARROW, 6, "amr-nb")
    } else {
        // Several channels, or something that only begins alike.
        return Ok(MediaFacts { sound: true, ..MediaFacts::of(Format::Amr) });
    };
    let mut facts = MediaFacts { sound: true, ..MediaFacts::of(Format::Amr) };
    facts.codec = Some(codec.to_owned());
    let mut reader = bytes.window();
    let mut frames = 0_u64;
    while at < bytes.length && frames < MOST_FRAMES {
        let Some([kind]) = reader.array::<1>(at)? else { break };
        let length = lengths.get(usize::from((kind >> 3) & 15)).copied().unwrap_or_default();
        at = at.saturating_add(1).saturating_add(length);
        frames = frames.saturating_add(1);
    }
    facts.duration_ms = Some(frames.saturating_mul(20)).filter(|time| *time > 0);
    facts.defect = (at > bytes.length || frames == 0).then_some(Defect::Truncated);
    Ok(facts)
}
