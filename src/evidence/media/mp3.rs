//! MPEG audio: recognised by two frames in a row, duration from all frames, which are walked to the end.
//!
//! Source: ISO/IEC 11172-3 section 2.4.1.3; ID3v2.4 section 3.1; the `Xing`/`Info` header.

use std::io;

use super::{Defect, Format, MediaFacts, section::Bytes};

pub(super) fn read(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let tag = tag_length(bytes)?;
    let Some(frame) = frame(bytes, tag)? else {
        let format = if tag > 0 { Format::Mp3 } else { Format::Unknown };
        let defect = (tag > 0).then_some(Defect::Malformed);
        return Ok(MediaFacts { defect, sound: tag > 0, ..MediaFacts::of(format) });
    };
    let next = tag.saturating_add(frame.length);
    let mut facts = MediaFacts { sound: true, ..MediaFacts::of(Format::Mp3) };
    if next > bytes.length {
        facts.defect = Some(Defect::Truncated);
    } else if next < bytes.length && self::frame(bytes, next)?.is_none() {
        // One frame alone proves nothing: any file may begin with eleven set bits.
        return Ok(MediaFacts::of(Format::Unknown));
    }
    // The first frame may be the encoder's note and hold no sound.
    let noted = counted_frames(bytes, tag, &frame)?;
    let walked = walk(bytes, tag)?;
    if walked.cut {
        facts.defect = Some(Defect::Truncated);
    }
    let short = noted.is_some_and(|count| walked.frames < count);
    if short && facts.defect.is_none() {
        facts.defect = Some(Defect::Truncated);
    }
    facts.codec = Some("mp3".to_owned());
    facts.duration_ms = walked.samples.saturating_mul(1000).checked_div(frame.sample_rate);
    Ok(facts)
}

/// What a walk over all frames found.
struct Walked {
    frames: u64,
    samples: u64,
    /// Whether the last frame reaches past the end.
    cut: bool,
}

const MOST_FRAMES: u64 = 5_000_000;

fn walk(bytes: &Bytes<'_>, start: u64) -> io::Result<Walked> {
    let mut reader = bytes.window();
    let mut walked = Walked { frames: 0, samples: 0, cut: false };
    let mut at = start;
    while walked.frames < MOST_FRAMES {
        let Some(frame) = reader.array::<4>(at)?.and_then(parsed) else { break };
        at = at.saturating_add(frame.length);
        if at > bytes.length {
            walked.cut = true;
            break;
        }
        walked.frames = walked.frames.saturating_add(1);
        walked.samples = walked.samples.saturating_add(frame.samples);
    }
    Ok(walked)
}

struct Frame {
    length: u64,
    samples: u64,
    sample_rate: u64,
    side_info: u64,
}

fn tag_length(bytes: &Bytes<'_>) -> io::Result<u64> {
    let Some([b'I', b'D', b'3', _, _, flags, size @ ..]) = bytes.array::<10>(0)? else {
        return Ok(0);
    };
    let size = size.iter().fold(0_u64, |sum, part| (sum << 7) | u64::from(part & 0x7f));
    Ok(size.saturating_add(if flags & 0x10 == 0 { 10 } else { 20 }))
}

/// The layer III frame at `at`.
fn frame(bytes: &Bytes<'_>, at: u64) -> io::Result<Option<Frame>> {
    Ok(bytes.array::<4>(at)?.and_then(parsed))
}

fn parsed([sync, second, third, fourth]: [u8; 4]) -> Option<Frame> {
    const FIRST: [u64; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const SECOND: [u64; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let layer_three = second & 0b110 == 0b010;
    if sync != 0xff || second & 0xe0 != 0xe0 || !layer_three {
        return None;
    }
    let (table, samples, halving) = match second & 0b1_1000 {
        0b1_1000 => (&FIRST, 1152_u64, 1),
        0b1_0000 => (&SECOND, 576, 2),
        0 => (&SECOND, 576, 4),
        _ => return None,
    };
    let kilobits = *table.get(usize::from(third >> 4).checked_sub(1)?)?;
    let sample_rate =
        [44_100_u64, 48_000, 32_000].get(usize::from((third >> 2) & 3))?.checked_div(halving)?;
    let padding = u64::from((third >> 1) & 1);
    let length = samples
        .checked_div(8)?
        .checked_mul(kilobits)?
        .checked_mul(1000)?
        .checked_div(sample_rate)?
        .checked_add(padding)?;
    let side_info = match (samples, fourth >> 6 == 3) {
        (1152, false) => 32,
        (1152, true) | (_, false) => 17,
        (_, true) => 9,
    };
    Some(Frame { length, samples, sample_rate, side_info })
}

/// Number of frames as the encoder noted it.
fn counted_frames(bytes: &Bytes<'_>, at: u64, frame: &Frame) -> io::Result<Option<u64>> {
    let note = at.saturating_add(4).saturating_add(frame.side_info);
    let Some([m3, m2, m1, m0, _, _, _, flags, count @ ..]) = bytes.array::<12>(note)? else {
        return Ok(None);
    };
    let noted = matches!(&[m3, m2, m1, m0], b"Xing" | b"Info") && flags & 1 == 1;
    Ok(noted.then(|| u64::from(u32::from_be_bytes(count))))
}
