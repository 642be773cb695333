//! The shared cases, and what tables cannot hold: policies, allow lists, doubt, separators.
//!
//! All numbers are synthetic: unassigned areas, public test cards, a test prefix.

use super::*;
use std::path::PathBuf;

fn masked(text: &str) -> String {
    mask_text(text, &Masking::default()).text
}

fn vectors() -> Option<PathBuf> {
    let folder = std::env::vars_os()
        .find(|(name, _)| name == "CHANCERY_VECTORS")
        .map(|(_, folder)| PathBuf::from(folder));
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/domain/vectors");
    folder.into_iter().chain([beside]).find(|folder| folder.join("masking.jsonl").is_file())
}

#[test]
fn the_shared_cases_hold() {
    let Some(folder) = vectors() else {
        #[expect(clippy::print_stdout, reason = "a skip has to be seen")]
        {
            println!("SKIPPED: no shared cases (set CHANCERY_VECTORS)");
        }
        return;
    };
    let text = std::fs::read_to_string(folder.join("masking.jsonl")).unwrap();
    let mut failed = Vec::new();
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let told = masked(case["input"].as_str().unwrap());
        if told != case["expect"] {
            failed.push(format!("{case}\n  told {told}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn separators_do_not_hide_a_card() {
    for separator in [
        " ",
        "\u{A0}",
        "\u{3000}",
        "\u{2009}",
        "\u{202F}",
        "\u{2003}",
        "\t",
        "-",
        "–",
        "—",
        "‐",
        "‑",
        "－",
        "−",
        "﹣",
        "·",
        "・",
        "•",
        ".",
        "．",
        "‧",
        "\n",
        "\r\n",
        " \n",
        "\n  ",
        "\n\u{3000}\u{3000}",
        " - ",
        "\u{200B}",
        "\u{200D}",
        "\u{2060}",
        "\u{FEFF}",
        "\u{AD}",
        "\u{202E}",
        "\u{200E} ",
        "\u{301}",
        "\u{FE0F}",
        "\u{E0020}",
        "\u{2028}",
        "%20",
        "&nbsp;",
        "<br>",
        "\\n",
        "─",
        "ー",
        "/",
        "_",
        ",",
        "，",
        "、",
        ":",
        "|",
        "+",
        "~",
    ] {
        for label in ["卡号", ""] {
            let join = |groups: [&str; 4]| format!("{label}{}。", groups.join(separator));
            let input = join(["6200", "0000", "0000", "0005"]);
            assert_eq!(masked(&input), join(["****", "****", "****", "0005"]), "{separator:?}");
        }
    }
}

#[test]
fn under_the_full_policy_nothing_remains() {
    let masking = Masking { policy: Policy::Full, ..Masking::default() };
    for (text, expected) in [
        ("卡号6200 0000 0000 0005", "卡号**** **** **** ****"),
        ("卡号**** **** **** 0005", "卡号**** **** **** ****"),
        ("身份证号32059919920229003X", "身份证号******************"),
        ("您尾号为0005的信用卡", "您尾号为****的信用卡"),
        ("护照号E12345678", "护照号*********"),
        ("电话13800138000", "电话13800138000"),
    ] {
        assert_eq!(mask_text(text, &masking).text, expected);
        assert_eq!(mask_text(expected, &masking).text, expected);
    }
}

#[test]
fn official_accounts_stay_and_longer_numbers_do_not() {
    let masking = Masking {
        policy: Policy::LastFour,
        allow: AllowList::parse("6200000000000005\n102100099996").unwrap(),
    };
    for (text, expected) in [
        ("收款账号6200000000000005", "收款账号6200000000000005"),
        ("收款账号6200 0000 0000 0005", "收款账号6200 0000 0000 0005"),
        ("收款账号：102100099996", "收款账号：102100099996"),
        ("收款账号：1021000999961234", "收款账号：************1234"),
        ("卡号4111111111111111", "卡号************1111"),
    ] {
        assert_eq!(mask_text(text, &masking).text, expected);
    }
}

#[test]
fn what_is_in_doubt_is_told() {
    let doubt = |text: &str| find(text, &AllowList::default()).first().map(|span| span.doubtful);
    assert_eq!(doubt("卡号6200000000000005"), Some(false));
    assert_eq!(doubt("身份证号110199199001010010"), Some(false));
    assert_eq!(doubt("卡号6200001357924683"), Some(true));
    assert_eq!(doubt("身份证号110199199001010015"), Some(true));
    assert_eq!(doubt("流水号6200000000000005"), Some(true));
    assert_eq!(doubt("440399202405170013"), Some(true));
    assert_eq!(doubt("合同编号440399202405170013"), None);
    assert_eq!(doubt("今天"), None);
}

#[test]
fn a_span_names_kind_and_bytes() {
    let redaction = mask_text("卡号6200 0000 0000 0005。", &Masking::default());
    assert_eq!(redaction.spans.len(), 1);
    assert_eq!(redaction.spans[0].kind, NumberKind::Card);
    assert_eq!(redaction.spans[0].range, 6..25);
}
