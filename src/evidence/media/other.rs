//! PDF and ZIP: whether they end and whether they are locked, no more.
//!
//! Source: ISO 32000-2 section 7.5; PKWARE APPNOTE 4.4.4.

use std::io;

use super::{Defect, Format, MediaFacts, section::Bytes};

const TRAILER: usize = 4096;

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

pub(super) fn pdf(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let (head, tail) = (bytes.head(TRAILER)?, bytes.tail(TRAILER)?);
    let defect = if !holds(&tail, b"%%EOF") {
        Some(Defect::Truncated)
    } else if holds(&tail, b"/Encrypt") || holds(&head, b"/Encrypt") {
        Some(Defect::Encrypted)
    } else {
        None
    };
    Ok(MediaFacts { defect, ..MediaFacts::of(Format::Pdf) })
}

pub(super) fn zip(bytes: &Bytes<'_>) -> io::Result<MediaFacts> {
    let encrypted = bytes.array::<8>(0)?.is_some_and(|[.., flags, _]| flags & 1 == 1);
    let ends = holds(&bytes.tail((64 << 10) + 22)?, b"PK\x05\x06");
    let defect =
        if encrypted { Some(Defect::Encrypted) } else { (!ends).then_some(Defect::Truncated) };
    Ok(MediaFacts { defect, ..MediaFacts::of(Format::Zip) })
}
