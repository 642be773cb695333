//! Further cases, from a table beside this file.

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

#[test]
fn every_case_of_the_table_holds() {
    let lines = include_str!("further_cases.txt").lines().filter(|line| !line.starts_with("# "));
    let mut failed = Vec::new();
    for line in lines {
        let (input, expected) = line.split_once('\t').unwrap_or((line, line));
        let (input, expected) = (unescaped(input), unescaped(expected));
        let told = mask_text(&input, &Masking::default()).text;
        if told != expected {
            failed.push(format!("{input:?}\n  want {expected:?}\n  told {told:?}"));
        }
        assert_eq!(mask_text(&told, &Masking::default()).text, told, "twice");
    }
    assert!(failed.is_empty(), "{}:\n{}", failed.len(), failed.join("\n"));
}
