//! Cases from the tables beside this file: input and what must come of it, under headings `# ==`.

use super::*;

/// Puts characters for the escapes of the table.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('u') => {
                let point: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                plain.extend(u32::from_str_radix(&point, 16).ok().and_then(char::from_u32));
            }
            Some(c) => plain.push(c),
            None => {}
        }
    }
    plain
}

/// Runs every case of a table and tells all that differ at once, each under its heading.
fn hold(table: &str) {
    let mut heading = "";
    let mut failed = Vec::new();
    for line in table.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            heading = comment;
            continue;
        }
        let (input, expected) = line.split_once('\t').unwrap_or((line, line));
        let (input, expected) = (unescaped(input), unescaped(expected));
        let told = mask_text(&input, &Masking::default()).text;
        if told != expected {
            failed.push(format!("{heading}\n  {input:?}\n  want {expected:?}\n  told {told:?}"));
        }
        assert_eq!(mask_text(&told, &Masking::default()).text, told, "twice");
    }
    assert!(failed.is_empty(), "{}:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_case_holds() {
    hold(include_str!("cases.txt"));
}

#[test]
fn every_further_case_holds() {
    hold(include_str!("further_cases.txt"));
}
