//! `meta/originals.csv`: what each file of the payload was before it got its safe name.
//!
//! RFC 4180 with line feeds, in UTF-8, sorted by file; fields are quoted only where they must be.
//! Only that form is read. Original names are masked before they come here.
//! Source: SPEC "Bundle"; RFC 4180.

use std::io::{self, BufRead, Write};

use super::{alike::Alike, bag::PAYLOAD, kind::Kind};

/// Path of the list in a bundle.
pub const ORIGINALS_PATH: &str = "meta/originals.csv";

const HEAD: &str =
    "file,original,kind,format,device,captured_at,captured_from,operator,recording_id\n";
const COLUMNS: usize = 9;

/// One row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Original {
    /// Path in the container.
    pub file: String,
    /// Path below the folder it was taken from, masked.
    pub original: String,
    /// What it is evidence of.
    pub kind: Kind,
    /// Format by its bytes.
    pub format: String,
    /// The device, as it or a person says; may be empty.
    pub device: String,
    /// When it was captured; may be empty.
    pub captured_at: String,
    /// `file` if the file says when, `operator` if a person does; empty if nobody does.
    pub captured_from: String,
    /// Who took it in.
    pub operator: String,
    /// The recording's number; may be empty.
    pub recording_id: String,
}

impl Original {
    /// Whether its file is in the folder of its kind.
    pub(super) fn is_where_its_kind_is(&self) -> bool {
        let below = self.file.strip_prefix(PAYLOAD);
        let name = below.and_then(|path| path.strip_prefix(self.kind.name()));
        name.is_some_and(|name| name.starts_with('/'))
    }

    fn fields(&self) -> [&str; COLUMNS] {
        [
            &self.file,
            &self.original,
            self.kind.name(),
            &self.format,
            &self.device,
            &self.captured_at,
            &self.captured_from,
            &self.operator,
            &self.recording_id,
        ]
    }
}

/// Writes the head of the list, before its rows.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_head(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())
}

/// Writes one row of the list.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_row(row: &Original, out: &mut dyn Write) -> io::Result<()> {
    for (number, field) in row.fields().into_iter().enumerate() {
        if number > 0 {
            out.write_all(b",")?;
        }
        if field.contains([',', '"', '\n', '\r']) {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

/// Reads the list, or gives the number of the first line that is not of the form, from 1.
///
/// # Errors
/// That number.
pub fn read(bytes: &[u8]) -> Result<Vec<Original>, usize> {
    let text = std::str::from_utf8(bytes).map_err(|_| 1_usize)?;
    let body = text.strip_prefix(HEAD).ok_or(1_usize)?;
    let mut rows: Vec<Original> = Vec::new();
    for (line, text) in (2..).zip(body.split_inclusive('\n')) {
        let row = text.strip_suffix('\n').and_then(split).and_then(row).ok_or(line)?;
        if rows.last().is_some_and(|last| last.file >= row.file) {
            return Err(line);
        }
        rows.push(row);
    }
    let mut alike = Alike::to(bytes);
    let written = write_head(&mut alike)
        .and_then(|()| rows.iter().try_for_each(|row| write_row(row, &mut alike)));
    if written.is_ok() && alike.holds() { Ok(rows) } else { Err(1) }
}

/// Reads the list row by row from `lines`, and says whether it is of the form and `is_meant` of
/// each row. Memory is constant; what is wrong [`read`] tells.
///
/// # Errors
/// Whatever `lines` returns.
pub(super) fn are_all(
    lines: &mut dyn BufRead,
    mut is_meant: impl FnMut(&Original) -> bool,
) -> io::Result<bool> {
    let mut line = Vec::new();
    let mut written = Vec::new();
    let mut is_head = true;
    let mut last: Option<String> = None;
    loop {
        line.clear();
        let read = lines.read_until(b'\n', &mut line)?;
        if is_head || read == 0 {
            if is_head && line != HEAD.as_bytes() {
                return Ok(false);
            }
            if read == 0 {
                return Ok(true);
            }
            is_head = false;
            continue;
        }
        let text = std::str::from_utf8(&line).ok().and_then(|text| text.strip_suffix('\n'));
        let Some(row) = text.and_then(split).and_then(row) else { return Ok(false) };
        written.clear();
        write_row(&row, &mut written)?;
        let in_order = last.as_ref().is_none_or(|last| *last < row.file);
        if written != line || !in_order || !is_meant(&row) {
            return Ok(false);
        }
        last = Some(row.file);
    }
}

fn row(fields: Vec<String>) -> Option<Original> {
    let fields: [String; COLUMNS] = fields.try_into().ok()?;
    let [file, original, kind, format, device, captured_at, captured_from, operator, recording_id] =
        fields;
    let kind = kind.parse().ok()?;
    Some(Original {
        file,
        original,
        kind,
        format,
        device,
        captured_at,
        captured_from,
        operator,
        recording_id,
    })
}

fn split(line: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let end = closing_quote(quoted)?;
            (quoted.get(..end)?.replace("\"\"", "\""), quoted.get(end.checked_add(1)?..)?)
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            (rest.get(..end)?.to_owned(), rest.get(end..)?)
        };
        fields.push(field);
        if after.is_empty() {
            return Some(fields);
        }
        rest = after.strip_prefix(',')?;
    }
}

/// Where the quote stands that is not doubled.
fn closing_quote(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'"' && bytes.next_if(|(_, next)| *next == b'"').is_none() {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn write(rows: &[Original]) -> String {
        let mut text = Vec::new();
        write_head(&mut text).unwrap();
        for row in rows {
            write_row(row, &mut text).unwrap();
        }
        String::from_utf8(text).unwrap()
    }

    fn original(file: &str, name: &str) -> Original {
        Original {
            file: file.into(),
            original: name.into(),
            kind: Kind::Photo,
            format: "jpeg".into(),
            device: String::new(),
            captured_at: "2026-11-23T14:25:00+08:00".into(),
            captured_from: "file".into(),
            operator: "a-1".into(),
            recording_id: String::new(),
        }
    }

    #[test]
    fn rows_out_of_order_needless_quotes_and_other_line_ends_are_refused() {
        let rows = [original("data/a", "门牌,\"东\".jpg"), original("data/b", "b.jpg")];
        let text = write(&rows);
        assert_eq!(read(text.as_bytes()), Ok(rows.to_vec()));
        assert_eq!(read(write(&[rows[1].clone(), rows[0].clone()]).as_bytes()), Err(3));
        assert_eq!(read(text.replace('\n', "\r\n").as_bytes()), Err(1));
        assert!(read(text.replace("b.jpg", "\"b.jpg\"").as_bytes()).is_err());
        assert!(read(text.trim_end().as_bytes()).is_err());
        assert!(read(text.replace("photo", "film").as_bytes()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_visible_name_is_read_back(name in "\\PC{0,30}") {
            let rows = vec![original("data/a", &name)];
            prop_assert_eq!(read(write(&rows).as_bytes()), Ok(rows));
        }
    }
}
