//! Time, device and place of capture from EXIF.
//!
//! EXIF may be missing, broken or made up; a picture is not refused for it.
//! Source: EXIF 2.32 (`DateTimeOriginal`, `OffsetTimeOriginal`, `Make`, `Model`, `GPSLatitude`); ISO 6709.

use exif::{Exif, In, Reader, Tag, Value};

use super::MediaFacts;
use crate::evidence::container::path::is_hidden;

const LONGEST_DEVICE: usize = 64;

/// Adds what the TIFF structure `tiff` says.
pub(super) fn read(tiff: Vec<u8>, facts: &mut MediaFacts) {
    if let Ok(found) = Reader::new().read_raw(tiff) {
        add(&found, facts);
    }
}

/// Adds what `found` says.
pub(super) fn add(found: &Exif, facts: &mut MediaFacts) {
    facts.captured = text(found, Tag::DateTimeOriginal)
        .or_else(|| text(found, Tag::DateTime))
        .and_then(|time| iso_time(&time, text(found, Tag::OffsetTimeOriginal).as_deref()));
    let parts: Vec<String> =
        [Tag::Make, Tag::Model].into_iter().filter_map(|tag| text(found, tag)).collect();
    facts.device = device(&parts.join(" "));
    facts.position = position(found);
}

/// Latitude and longitude as ISO 6709 writes them.
fn position(found: &Exif) -> Option<String> {
    let degrees = |value: Tag, side: Tag, negative: &str| {
        let Value::Rational(parts) = &found.get_field(value, In::PRIMARY)?.value else {
            return None;
        };
        let [whole, minutes, seconds] = parts.as_slice() else { return None };
        let sum = whole.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
        let sign = if text(found, side)? == negative { -1.0 } else { 1.0 };
        (sum.is_finite() && sum <= 180.0).then_some(sum * sign)
    };
    let latitude = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    let longitude = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    Some(format!("{latitude:+09.5}{longitude:+010.5}/"))
}

fn text(found: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(lines) = &found.get_field(tag, In::PRIMARY)?.value else { return None };
    let line = lines.first()?;
    Some(String::from_utf8_lossy(line).trim_end_matches('\0').trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// `2026:11:23 14:25:00` as ISO 8601, with the offset if it is one.
fn iso_time(time: &str, offset: Option<&str>) -> Option<String> {
    let parsed = chrono::NaiveDateTime::parse_from_str(time, "%Y:%m:%d %H:%M:%S").ok()?;
    let offset = offset.filter(|offset| offset.parse::<chrono::FixedOffset>().is_ok());
    Some(format!("{}{}", parsed.format("%Y-%m-%dT%H:%M:%S"), offset.unwrap_or_default()))
}

/// A device's name without hidden characters and of bounded length.
pub(super) fn device(name: &str) -> Option<String> {
    let name: String =
        name.chars().filter(|character| !is_hidden(*character)).take(LONGEST_DEVICE).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_sound_offset_stays_local() {
        let time = "2026:11:23 14:25:00";
        assert_eq!(iso_time(time, Some("+08:00")).unwrap(), "2026-11-23T14:25:00+08:00");
        assert_eq!(iso_time(time, Some("soon")).unwrap(), "2026-11-23T14:25:00");
        assert_eq!(iso_time("0000:00:00 00:00:00", None), None);
    }

    #[test]
    fn a_device_cannot_smuggle_hidden_characters() {
        assert_eq!(device("Cam\u{202e}era\n 7").unwrap(), "Camera 7");
        assert_eq!(device("\0 "), None);
    }
}
