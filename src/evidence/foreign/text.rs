//! Tag files as text: the declared encoding, and lines however they end.
//!
//! UTF-8, UTF-16, ISO-8859-1 and US-ASCII are read here; with the feature `office` also every
//! encoding of the WHATWG registry, GB18030 among them. Source: RFC 8493 sections 2.1.1 and 2.3.

/// How the tag files but `bagit.txt` are encoded.
#[derive(Clone, Copy, Debug)]
pub(super) enum Encoding {
    Utf8,
    Utf16 {
        little: Option<bool>,
    },
    Latin1,
    Ascii,
    #[cfg(feature = "office")]
    Other(&'static encoding_rs::Encoding),
}

/// A text and whether a byte-order mark stood before it.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) marked: bool,
}

impl Encoding {
    /// The encoding registered under `name`.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Self::Utf8,
            "utf-16" | "utf16" => Self::Utf16 { little: None },
            "utf-16le" => Self::Utf16 { little: Some(true) },
            "utf-16be" => Self::Utf16 { little: Some(false) },
            "iso-8859-1" | "iso_8859-1" | "iso8859-1" | "latin1" | "latin-1" => Self::Latin1,
            "us-ascii" | "ascii" => Self::Ascii,
            other => return Self::registered(other),
        })
    }

    #[cfg(feature = "office")]
    fn registered(name: &str) -> Option<Self> {
        encoding_rs::Encoding::for_label(name.as_bytes()).map(Self::Other)
    }

    #[cfg(not(feature = "office"))]
    const fn registered(_: &str) -> Option<Self> {
        None
    }

    /// Whether a byte-order mark is part of the encoding.
    pub(super) const fn is_marked(self) -> bool {
        matches!(self, Self::Utf16 { little: None })
    }

    /// `bytes` as text, or nothing where they are none.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Decoded> {
        let text = match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok()?.to_owned(),
            Self::Utf16 { little } => utf16(bytes, little)?,
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
            Self::Ascii if bytes.is_ascii() => String::from_utf8(bytes.to_vec()).ok()?,
            Self::Ascii => return None,
            #[cfg(feature = "office")]
            Self::Other(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned()
            }
        };
        Some(match text.strip_prefix('\u{feff}') {
            Some(rest) => Decoded { text: rest.to_owned(), marked: true },
            None => Decoded { text, marked: false },
        })
    }
}

fn utf16(bytes: &[u8], little: Option<bool>) -> Option<String> {
    // Without a mark and a name that says, the first byte is the high one (RFC 2781 section 4.3).
    let little = little.unwrap_or_else(|| bytes.starts_with(&[0xff, 0xfe]));
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let unit = |pair: &[u8; 2]| {
        if little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) }
    };
    char::decode_utf16(pairs.iter().map(unit)).collect::<Result<_, _>>().ok()
}

/// Lines that end in a line feed, a carriage return or both; the last need not end.
pub(super) fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        let (line, end) = rest.split_at(at);
        lines.push(line);
        rest = end.strip_prefix("\r\n").or_else(|| end.get(1..)).unwrap_or_default();
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_any_of_three_ways() {
        assert_eq!(lines("a\r\nb\rc\n\nd"), ["a", "b", "c", "", "d"]);
        assert!(lines("").is_empty());
        assert_eq!(lines("a\n"), ["a"]);
    }

    #[test]
    fn text_is_read_in_its_encoding_or_not_at_all() {
        let read = |name: &str, bytes: &[u8]| {
            Encoding::of(name).and_then(|encoding| encoding.decode(bytes)).map(|found| found.text)
        };
        assert_eq!(read("UTF-16", &[0xff, 0xfe, 0x95, 0x5e]).unwrap(), "底");
        assert_eq!(read("UTF-16", &[0x5e, 0x95]).unwrap(), "底");
        assert_eq!(read("ISO-8859-1", &[0xe9]).unwrap(), "é");
        assert_eq!(read("UTF-8", &[0xe9]), None);
        assert_eq!(read("US-ASCII", &[0xe9]), None);
        assert_eq!(read("UTF-16", &[1]), None);
        assert_eq!(read("klingon", b"a"), None);
        assert!(Encoding::Utf8.decode(b"\xef\xbb\xbfa").unwrap().marked);
    }
}
