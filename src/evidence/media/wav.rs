//! WAVE: duration from the byte rate and the length of the data, time from the broadcast chunk.
//!
//! A file past four gibibytes is an RF64, whose lengths stand in a chunk of their own.
//! Source: RIFF (IBM and Microsoft, 1991), WAVEFORMATEX; EBU Tech 3285 and 3306.

use std::io;

use super::{Defect, Format, MediaFacts, exif, section::Bytes};

const MOST_CHUNKS: usize = 10_000;

pub(super) fn read(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let mut facts = MediaFacts { sound: true, ..MediaFacts::of(Format::Wav) };
    let mut at = 12_u64;
    let mut rate = None;
    let mut wide = None;
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
            b"ds64" => {
                let sizes = bytes.array::<16>(content)?;
                wide = sizes.and_then(|sizes| sizes.last_chunk().copied()).map(u64::from_le_bytes);
            }
            b"bext" => broadcast(bytes, content, &mut facts)?,
            b"data" => {
                let length = match wide {
                    Some(wide) if length == u64::from(u32::MAX) => wide,
                    _ => length,
                };
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

/// Time and device from a broadcast chunk: local time of the recorder.
fn broadcast(bytes: &Bytes<'_>, at: u64, facts: &mut MediaFacts) -> io::Result<()> {
    let Some(originator) = bytes.array::<32>(at.saturating_add(256))? else { return Ok(()) };
    let Some(time) = bytes.array::<18>(at.saturating_add(320))? else { return Ok(()) };
    let text = String::from_utf8_lossy(&time).into_owned();
    let (date, time) = text.split_at_checked(10).unwrap_or_default();
    let written = format!(
        "{}T{}",
        date.replace(['_', ':', '/', '.'], "-"),
        time.replace(['_', '-', '.'], ":")
    );
    let time = chrono::NaiveDateTime::parse_from_str(&written, "%Y-%m-%dT%H:%M:%S").ok();
    facts.captured = time.map(|time| time.format("%Y-%m-%dT%H:%M:%S").to_string());
    let name = String::from_utf8_lossy(&originator).into_owned();
    facts.device = exif::device(name.split('\0').next().unwrap_or_default());
    Ok(())
}
