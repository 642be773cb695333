//! What a file is, by its content and never by its name.
//!
//! Owns the first of two readings: digest, type and encoding, in constant memory. A text that
//! could be read in two encodings is refused rather than guessed.
//! Source: SPEC, decision 6; GB 18030-2022 and GB/T 2312 for the ranges of bytes.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use encoding_rs::DecoderResult;

use super::{Encoding, Format, problem::IntakeProblem};
use crate::digest::{Digest, Hasher};

/// Most bytes of a file of requests.
pub const MOST_BYTES: u64 = 200 * 1024 * 1024;

/// What the first reading found.
pub(super) struct Found {
    pub(super) format: Format,
    /// Encoding of text; [`Encoding::Utf8`] for workbooks, which have none.
    pub(super) encoding: Encoding,
    pub(super) digest: Digest,
}

#[derive(Default)]
struct Scan {
    length: u64,
    head: Vec<u8>,
    hasher: Hasher,
    nul: bool,
    blank: bool,
    quotes: u64,
    utf8: bool,
    /// Characters of two bytes, and of more, if the text is UTF-8.
    short: u64,
    long: u64,
}

/// Reads `file` to its end and leaves it at its start.
pub(super) fn detect(file: &mut File, wanted: Option<Encoding>) -> Result<Found, IntakeProblem> {
    let scan = scan(file)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    if scan.length == 0 || scan.blank {
        return Err(IntakeProblem::Empty);
    }
    let head = scan.head.as_slice();
    let digest = scan.hasher.clone().finish();
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Found { format: Format::Xlsx, encoding: Encoding::Utf8, digest });
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(if is_encrypted(file)? {
            IntakeProblem::Password
        } else {
            IntakeProblem::LegacyWorkbook
        });
    }
    if let Some(found) = foreign(head) {
        return Err(IntakeProblem::WrongType { found });
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(IntakeProblem::Utf16);
    }
    if scan.nul {
        return Err(IntakeProblem::WrongType { found: "binary data" });
    }
    let encoding = encoding(file, &scan, wanted)?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let format = match text.first() {
        Some(b'{') => json_or_lines(text),
        Some(b'[') => return Err(IntakeProblem::NotAnObject { line: 1 }),
        Some(b'<') => return Err(IntakeProblem::WrongType { found: "HTML or XML" }),
        _ if scan.quotes % 2 == 1 => return Err(IntakeProblem::OpenQuote),
        _ => Format::Csv,
    };
    if format != Format::Csv && encoding != Encoding::Utf8 {
        return Err(IntakeProblem::JsonEncoding);
    }
    Ok(Found { format, encoding, digest })
}

fn unreadable(source: io::Error) -> IntakeProblem {
    IntakeProblem::Unreadable { source }
}

fn scan(file: &mut File) -> Result<Scan, IntakeProblem> {
    if file.metadata().map_err(unreadable)?.len() > MOST_BYTES {
        return Err(IntakeProblem::TooLarge { limit: MOST_BYTES });
    }
    let mut scan = Scan { blank: true, utf8: true, ..Scan::default() };
    let mut decoder = encoding_rs::UTF_8.new_decoder_without_bom_handling();
    let mut chunk = vec![0; 64 * 1024];
    let mut text = vec![0; 64 * 1024 * 3 + 16];
    loop {
        let count = file.read(&mut chunk).map_err(unreadable)?;
        let bytes = chunk.get(..count).unwrap_or_default();
        scan.length += u64::try_from(count).unwrap_or(u64::MAX);
        if scan.length > MOST_BYTES {
            return Err(IntakeProblem::TooLarge { limit: MOST_BYTES });
        }
        scan.hasher.update(bytes);
        let room = (64 * 1024usize).saturating_sub(scan.head.len());
        scan.head.extend(bytes.iter().take(room));
        for byte in bytes {
            scan.nul |= *byte == 0;
            scan.quotes += u64::from(*byte == b'"');
            scan.blank &= byte.is_ascii_whitespace() || matches!(byte, 0xef | 0xbb | 0xbf);
        }
        if scan.utf8 {
            let (result, _, written) =
                decoder.decode_to_utf8_without_replacement(bytes, &mut text, count == 0);
            scan.utf8 = result == DecoderResult::InputEmpty;
            for byte in text.iter().take(written) {
                scan.short += u64::from(matches!(byte, 0xc2..=0xdf));
                scan.long += u64::from(*byte >= 0xe0);
            }
        }
        if count == 0 {
            return Ok(scan);
        }
    }
}

/// Types that are often handed in by mistake, for a message that helps.
fn foreign(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 9] = [
        (b"%PDF", "a PDF"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"\x89PNG", "a PNG picture"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"7z\xbc\xaf", "a 7z archive"),
        (b"Rar!", "a RAR archive"),
        (b"PK\x05\x06", "an empty ZIP"),
        (b"{\\rtf", "rich text"),
        (b"SQLite format 3", "a database"),
    ];
    KINDS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, name)| *name)
}

fn encoding(
    file: &mut File,
    scan: &Scan,
    wanted: Option<Encoding>,
) -> Result<Encoding, IntakeProblem> {
    let marked = scan.head.starts_with(b"\xef\xbb\xbf");
    if scan.utf8 {
        if wanted == Some(Encoding::Gb18030) && !marked && scan.short + scan.long > 0 {
            return check_gb18030(file, false);
        }
        // Text of two-byte characters alone may be GB18030 that happens to be valid UTF-8.
        let doubtful = !marked && scan.short > 0 && scan.long == 0;
        if doubtful && wanted.is_none() && check_gb18030(file, false).is_ok() {
            return Err(IntakeProblem::AmbiguousEncoding);
        }
        return Ok(Encoding::Utf8);
    }
    if marked || wanted == Some(Encoding::Utf8) {
        return Err(IntakeProblem::UnknownEncoding);
    }
    check_gb18030(file, wanted.is_none())
}

/// Admits GB18030 if every byte is of it and, where nobody named it, if seven characters of ten
/// are the common ones of GB/T 2312: other encodings of East Asia decode without error too, but
/// to rare characters.
fn check_gb18030(file: &mut File, guessed: bool) -> Result<Encoding, IntakeProblem> {
    let mut decoder = encoding_rs::GB18030.new_decoder_without_bom_handling();
    let mut chunk = vec![0; 64 * 1024];
    let mut text = vec![0; 64 * 1024 * 3 + 16];
    let (mut lead, mut common, mut all) = (None, 0u64, 0u64);
    let mut valid = true;
    loop {
        let count = file.read(&mut chunk).map_err(unreadable)?;
        let bytes = chunk.get(..count).unwrap_or_default();
        let (result, ..) = decoder.decode_to_utf8_without_replacement(bytes, &mut text, count == 0);
        valid &= result == DecoderResult::InputEmpty;
        for &byte in bytes {
            match lead.take() {
                Some(first @ 0x81..=0xfe) => {
                    all += 1;
                    let is_common = matches!(first, 0xa1..=0xa3 | 0xb0..=0xf7) && byte >= 0xa1;
                    common += u64::from(is_common);
                }
                _ if byte >= 0x80 => lead = Some(byte),
                _ => {}
            }
        }
        if count == 0 || !valid {
            break;
        }
    }
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    if valid && (!guessed || common * 10 >= all * 7) {
        Ok(Encoding::Gb18030)
    } else {
        Err(IntakeProblem::UnknownEncoding)
    }
}

/// An object that ends on its first line is JSON lines, be it the only one.
fn json_or_lines(text: &[u8]) -> Format {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    if line.ends_with(b"}") { Format::JsonLines } else { Format::Json }
}

/// A compound file that names the stream in which an encrypted workbook is kept.
fn is_encrypted(file: &mut File) -> Result<bool, IntakeProblem> {
    let name: Vec<u8> = "EncryptedPackage".bytes().flat_map(|byte| [byte, 0]).collect();
    let mut chunk = vec![0; 64 * 1024];
    let mut window: Vec<u8> = Vec::new();
    let found = loop {
        let count = file.read(&mut chunk).map_err(unreadable)?;
        if count == 0 {
            break false;
        }
        window.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if window.windows(name.len()).any(|part| part == name) {
            break true;
        }
        window.drain(..window.len().saturating_sub(name.len()));
    };
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    Ok(found)
}
