//! Requests as JSON: one object a file, or one object a line.
//!
//! Owns the strict reading of flat objects: doubled names are seen, numbers, lists and objects
//! are foreign, and an error tells line and column only, since the parser's own messages may
//! echo content.
//! Source: RFC 8259 section 4 (names should be unique; here they must be).

use std::{
    fmt,
    io::{self, BufRead, Read as _},
};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use zeroize::Zeroizing;

use crate::{
    case::{
        raw::RawText,
        request::{Entered, Request},
    },
    problem::Report,
};

use super::{Next, columns::HeadingMap, problem::IntakeProblem};

/// Most bytes of one request.
pub(super) const MOST_BYTES: u64 = 1 << 20;

/// Entries of one object, in order, doubles kept.
struct FlatObject(Vec<(RawText, Entered)>);

impl<'de> Deserialize<'de> for FlatObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = FlatObject;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FlatObject, A::Error> {
                let mut entries = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    entries.push((RawText::from(name), map.next_value::<FlatValue>()?.0));
                }
                Ok(FlatObject(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

struct FlatValue(Entered);

impl<'de> Deserialize<'de> for FlatValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value;
        impl<'de> Visitor<'de> for Value {
            type Value = FlatValue;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value")
            }

            fn visit_str<E>(self, text: &str) -> Result<FlatValue, E> {
                Ok(FlatValue(Entered::Text(text.into())))
            }

            fn visit_string<E>(self, text: String) -> Result<FlatValue, E> {
                Ok(FlatValue(Entered::Text(text.into())))
            }

            fn visit_bool<E>(self, flag: bool) -> Result<FlatValue, E> {
                Ok(FlatValue(Entered::Flag(flag)))
            }

            fn visit_unit<E>(self) -> Result<FlatValue, E> {
                Ok(FlatValue(Entered::Absent))
            }

            fn visit_u64<E>(self, _: u64) -> Result<FlatValue, E> {
                Ok(FlatValue(Entered::Foreign))
            }

            fn visit_i64<E>(self, _: i64) -> Result<FlatValue, E> {
                Ok(FlatValue(Entered::Foreign))
            }

            fn visit_f64<E>(self, _: f64) -> Result<FlatValue, E> {
                Ok(FlatValue(Entered::Foreign))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<FlatValue, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(FlatValue(Entered::Foreign))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FlatValue, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(FlatValue(Entered::Foreign))
            }
        }
        deserializer.deserialize_any(Value)
    }
}

/// Reads one object; `line` is the line of the file on which `bytes` begin.
pub(super) fn read(bytes: &[u8], line: u64, map: &HeadingMap) -> Result<Request, Vec<Report>> {
    let object: FlatObject = serde_json::from_slice(bytes).map_err(|error| {
        let within = u64::try_from(error.line()).unwrap_or(1).saturating_sub(1);
        let line = line.saturating_add(within);
        if error.classify() == serde_json::error::Category::Data {
            return vec![IntakeProblem::NotAnObject { line }.into()];
        }
        let column = u64::try_from(error.column()).unwrap_or_default();
        vec![IntakeProblem::MalformedJson { line, column }.into()]
    })?;
    Request::read_completed(object.0, |entries| map.complete(entries))
}

/// Lines of a file of JSON lines.
pub(super) struct Lines<R> {
    reader: R,
    line: u64,
    map: HeadingMap,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(reader: R, map: HeadingMap) -> Self {
        Self { reader, line: 0, map }
    }

    pub(super) const fn reader(&mut self) -> &mut R {
        &mut self.reader
    }

    /// The next line that holds anything.
    pub(super) fn next(&mut self) -> Next {
        loop {
            self.line += 1;
            let line = self.line;
            let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
            let mut limited = (&mut self.reader).take(MOST_BYTES);
            match limited.read_until(b'\n', &mut bytes) {
                Err(source) => {
                    return Next::Broken(line, IntakeProblem::Unreadable { source }.into());
                }
                Ok(0) => return Next::End,
                Ok(_) => {}
            }
            let full = u64::try_from(bytes.len()).is_ok_and(|length| length >= MOST_BYTES);
            if full && bytes.last() != Some(&b'\n') {
                if let Err(source) = skip_line(&mut self.reader) {
                    return Next::Broken(line, IntakeProblem::Unreadable { source }.into());
                }
                let problem = IntakeProblem::RowTooLong { row: line, limit: MOST_BYTES };
                return Next::Row(line, Err(vec![problem.into()]));
            }
            let mut content = bytes.as_slice();
            if line == 1 {
                content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
            }
            if !content.trim_ascii().is_empty() {
                return Next::Row(line, read(content.trim_ascii_end(), line, &self.map));
            }
        }
    }
}

/// Passes over what is left of a line, without keeping it: the next one is read as any other.
fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let (passed, done) = match end {
            Some(end) => (end.saturating_add(1), true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(passed);
        if done {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        let told = read(text.as_bytes(), 7, &HeadingMap::default()).unwrap_err();
        told.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn broken_json_tells_its_place_and_no_content() {
        assert_eq!(
            codes("{\"recipient_name\": 张三}"),
            ["CH-I056: the JSON breaks at line 7, column 20"]
        );
        assert_eq!(codes("[1]"), ["CH-I057: line 7 does not hold one JSON object"]);
        assert_eq!(codes("{} {}"), ["CH-I056: the JSON breaks at line 7, column 4"]);
        assert!(codes(&format!("{{\"a\":{}", "[".repeat(500)))[0].starts_with("CH-I056"));
    }

    #[test]
    fn a_line_that_is_too_long_is_told_and_the_next_one_is_read() {
        let long = "9".repeat(3 << 20);
        let text = format!("[1]\n{{\"a\":\"{long}\"}}\n[2]\n{long}");
        let mut lines = Lines::new(text.as_bytes(), HeadingMap::default());
        let mut told = Vec::new();
        while let Next::Row(line, Err(reports)) = lines.next() {
            told.push((line, reports[0].code.code));
        }
        let expected = [(1, "CH-I057"), (2, "CH-I058"), (3, "CH-I057"), (4, "CH-I058")];
        assert_eq!(told, expected);
    }

    #[test]
    fn doubled_names_are_seen() {
        let told = codes("{\"case_no\":\"1\",\"case_no\":\"2\",\"kind\":null,\"pages\":3}");
        assert_eq!(told[0], "CH-I004: `case_no` is given more than once");
        assert!(told[1].starts_with("CH-I005"), "{told:?}");
    }
}
