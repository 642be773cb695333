//! Sample media of one visit, their times shifted to a given day.
//!
//! The files are real and tiny; `samples/media/README.md` lists where their times stand. Lengths
//! never change, and all files keep their distance in time, so that the recordings overlap.

use std::path::Path;

use chrono::NaiveDate;

use super::embedded;
use crate::durable;

/// Offsets of a file's times, and how each is written.
type Stamps = &'static [(usize, Stamp)];

/// Day on which the media were made.
const MADE_ON: (i32, u32, u32) = (2026, 1, 5);
/// Subfolder (kind of evidence), file, and where its times stand.
const FILES: [(&str, &str, Stamps); 5] = [
    ("door_plate", "door_plate_1.jpg", JPEG),
    ("door_plate", "door_plate_2.jpg", JPEG),
    ("door_plate", "door_plate_3.jpg", JPEG),
    ("audio", "visit_audio.wav", &[(364, Stamp::Dashes)]),
    (
        "video",
        "visit_video.mp4",
        &[
            (52, Stamp::Seconds),
            (56, Stamp::Seconds),
            (168, Stamp::Seconds),
            (172, Stamp::Seconds),
            (304, Stamp::Seconds),
            (308, Stamp::Seconds),
        ],
    ),
];
const JPEG: Stamps = &[(214, Stamp::Colons), (336, Stamp::Colons), (356, Stamp::Colons)];

/// How a time is written in a file.
#[derive(Clone, Copy, Debug)]
enum Stamp {
    /// `YYYY:MM:DD`, followed by a time of day that stays.
    Colons,
    /// `YYYY-MM-DD`.
    Dashes,
    /// Seconds since 1904, 32 bits, big-endian.
    Seconds,
}

/// Writes the media below `folder`, by kind of evidence, as taken on `day`.
///
/// # Errors
/// [`durable::DurableError`].
pub fn write(folder: &Path, day: NaiveDate) -> durable::Result<()> {
    for (kind, name, stamps) in FILES {
        let Some(made) = embedded::sample_media(name) else { continue };
        let mut bytes = made.to_vec();
        for (offset, stamp) in stamps {
            shift(&mut bytes, *offset, *stamp, day);
        }
        let kind = folder.join(kind);
        durable::create_folder(&kind)?;
        durable::write_new(&kind.join(name), &bytes)?;
    }
    Ok(())
}

fn shift(bytes: &mut [u8], offset: usize, stamp: Stamp, day: NaiveDate) {
    let made_on = NaiveDate::from_ymd_opt(MADE_ON.0, MADE_ON.1, MADE_ON.2).unwrap_or_default();
    let text = match stamp {
        Stamp::Colons => day.format("%Y:%m:%d").to_string().into_bytes(),
        Stamp::Dashes => day.format("%Y-%m-%d").to_string().into_bytes(),
        Stamp::Seconds => {
            let seconds = day.signed_duration_since(made_on).num_seconds();
            let Some(old) = bytes.get(offset..).and_then(|rest| rest.first_chunk()) else { return };
            let shifted = i64::from(u32::from_be_bytes(*old)).saturating_add(seconds);
            u32::try_from(shifted).unwrap_or_default().to_be_bytes().to_vec()
        }
    };
    if let Some(place) = offset.checked_add(text.len()).and_then(|end| bytes.get_mut(offset..end)) {
        place.copy_from_slice(&text);
    }
}
