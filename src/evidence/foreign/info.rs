//! `bag-info.txt` and the lines of `fetch.txt`.
//!
//! Source: RFC 8493 sections 2.2.2 and 2.2.3; the drafts 0.93 to 0.97.

use super::{
    finding::{Findings, ForeignFinding},
    text::lines,
};

/// Reads metadata and holds its `Payload-Oxum` against bytes and number of the payload.
pub(super) fn read(
    file: &str,
    text: &str,
    modern: bool,
    payload: (u64, u64),
    findings: &mut Findings,
) {
    let mut oxums: Vec<String> = Vec::new();
    // Whether there is a field, and whether it is an oxum, that a folded line could go on.
    let mut open = None;
    for (number, line) in (1..).zip(lines(text)) {
        let bad = ForeignFinding::InfoLine { file: file.to_owned(), line: number };
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            match (open, oxums.last_mut()) {
                (None, _) => findings.invalid(&bad),
                (Some(true), Some(oxum)) => oxum.push_str(line.trim()),
                _ => {}
            }
            continue;
        }
        let Some((label, value)) = line.split_once(':') else {
            findings.invalid(&bad);
            open = None;
            continue;
        };
        let spaced = value.is_empty() || value.starts_with([' ', '\t']);
        if label.trim().is_empty() || (modern && (label.trim() != label || !spaced)) {
            findings.invalid(&bad);
        }
        let is_oxum = label.trim().eq_ignore_ascii_case("Payload-Oxum");
        if is_oxum {
            oxums.push(value.trim().to_owned());
        }
        open = Some(is_oxum);
    }
    let number = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten()
    };
    let read = |oxum: &String| {
        let (bytes, files) = oxum.split_once('.')?;
        Some((number(bytes)?, number(files)?))
    };
    let repeated =
        if modern { oxums.len() > 1 } else { oxums.iter().any(|o| Some(o) != oxums.first()) };
    if repeated || oxums.iter().any(|oxum| read(oxum).is_none()) {
        findings.invalid(&ForeignFinding::OxumForm);
    }
    if oxums.iter().filter_map(read).any(|oxum| oxum != payload) {
        findings.invalid(&ForeignFinding::Oxum);
    }
}

/// The path of a line of `fetch.txt`, if the line is of the form.
pub(super) fn fetch_line(line: &str) -> Option<&str> {
    let blank = [' ', '\t'];
    let (url, rest) = line.split_once(blank)?;
    let (length, path) = rest.trim_start_matches(blank).split_once(blank)?;
    let path = path.trim_start_matches(blank);
    let (scheme, rest) = url.split_once(':')?;
    let mut letters = scheme.chars();
    let is_scheme = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    let is_length = length == "-" || length.bytes().all(|byte| byte.is_ascii_digit());
    (is_scheme && !rest.is_empty() && is_length && !path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_to_fetch_is_an_absolute_address_a_length_and_a_path() {
        assert_eq!(fetch_line("https://a.example/b 12 data/b c"), Some("data/b c"));
        assert_eq!(fetch_line("https://a.example/b\t-  data/b"), Some("data/b"));
        for line in ["data/b", "https://a.example/b data/b", "/b 12 data/b", "https://a 1x data/b"]
        {
            assert_eq!(fetch_line(line), None, "{line}");
        }
    }

    #[test]
    fn metadata_that_is_no_field_is_told_by_its_line() {
        let found = |text: &str, modern| {
            let mut findings = Findings::default();
            read("bag-info.txt", text, modern, (5, 1), &mut findings);
            findings.into_list().len()
        };
        assert_eq!(found("A: 1\r\n  more\nA: 2\nPayload-Oxum: 5.1\n", true), 0);
        assert_eq!(found("A : 1\nB:2\n", false), 0);
        assert_eq!(found("A : 1\nB:2\n", true), 2);
        assert_eq!(found(" folded\n", false), 1);
        assert_eq!(found("no field\n", false), 1);
        assert_eq!(found("payload-oxum: 5.2\n", false), 1);
        assert_eq!(found("Payload-Oxum: five\n", false), 1);
        assert_eq!(found("Payload-Oxum: 5.1\nPayload-Oxum: 5.1\n", true), 1);
        assert_eq!(found("Payload-Oxum: 5.1\nPayload-Oxum: 5.1\n", false), 0);
    }
}
