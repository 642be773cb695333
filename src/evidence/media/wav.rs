//! WAVE: duration from the byte rate and the length of the data.
//!
//! Source: RIFF (IBM and Microsoft, 1991), WAVEFORMATEX.

use std::io;

use super::{Defect, Format, MediaFacts, section::Bytes};

const MOST_CHUNKS: usize = 10_000;

pub(super) fn read(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let mut facts = MediaFacts { sound: true, ..MediaFacts::of(Format::Wav) };
    let mut at = 12_u64;
    let mut rate = None;
    for _ in 0..MOST_CHUNKS {
        let Some([k3, k2, k1, k0, length @ ..]) = bytes.array::<8>(at)? else { break };
        let length = u64::from(u32::from_le_bytes(length));
        let content = at.saturating_add(8);
        let left = bytes.length.saturating_sub(content);
        match &[k3, k2, k1, k0] {
            b"fmt " => {
                let Some([f0, f1, _, _, _, _, _, _, rate_bytes @ ..]) =
                    bytes.array::<12>(content)?
                else {
                    break;
                };
                facts.codec = Some(format!("{:04x}", u16::from_le_bytes([f0, f1])));
                rate = Some(u64::from(u32::from_le_bytes(rate_bytes))).filter(|rate| *rate > 0);
            }
            b"data" => {
                // A recorder that was cut off leaves no length, or one that was not reached.
                let cut = length > left || (length == 0 && left > 0);
                facts.defect = cut.then_some(Defect::Truncated);
                facts.duration_ms =
                    rate.and_then(|rate| length.min(left).saturating_mul(1000).checked_div(rate));
                if rate.is_none() {
                    facts.defect = Some(Defect::Malformed);
                }
                return Ok(facts);
            }
            _ => {}
        }
        at = content.saturating_add(length).saturating_add(length & 1);
    }
    facts.defect = Some(Defect::Truncated);
    Ok(facts)
}
