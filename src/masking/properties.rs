//! Properties of the whole detector.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn masked(text: &str) -> String {
    mask_text(text, &Masking::default()).text
}

fn luhn_card() -> impl Strategy<Value = String> {
    ("[0-9]{11,16}", prop_oneof!["62", "4", "5[1-5]", "9558"])
        .prop_map(|(body, prefix)| {
            let mut body = format!("{prefix}{body}");
            body.truncate(18);
            let check = ('0'..='9').find(|check| luhn(&format!("{body}{check}"))).unwrap_or('0');
            format!("{body}{check}")
        })
        .prop_filter("no shorter card in it", |card| {
            (13..card.len()).all(|end| !luhn(&card[..end]))
        })
}

fn separator() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just(String::new()),
        1 => "[ \u{A0}\u{3000}\u{2009}.·•‧–—－-]",
        1 => "[\u{200B}-\u{200F}\u{2060}\u{AD}\u{FEFF}\u{301}]{1,3}",
        1 => "\r?\n {0,4}",
        1 => "[,，、/_:|]",
    ]
}

fn anything() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[0-9]{1,20}",
        3 => "[ ,.\n*:/-]{1,3}",
        1 => "[\\PC]{0,6}",
        2 => proptest::sample::select(vec![
            "卡号", "身份证号：", "护照号", "电话", "流水号", "X", "x", "*", "****", "尾号", "元",
            "6200 0000 0000 0005", "110199199001010010", "32059919920229003X", "4222222222222",
            "440399851231123", "13800138000", "20240517", "护照号E12345678，", "６２００", "（卡号）",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(part, 0..16).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600,
        rng_seed: RngSeed::Fixed(0x6200_0005),
        ..ProptestConfig::default() })]

    #[test]
    fn no_labelled_card_survives_any_separators(
        card in luhn_card(),
        separators in proptest::collection::vec(separator(), 20),
        wide in any::<bool>(),
    ) {
        let digits = card.chars().map(|c| if wide { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c });
        let written: Vec<String> = digits.zip(&separators).map(|(c, gap)| format!("{c}{gap}")).collect();
        let written = written.concat();
        let told = masked(&format!("卡号：{written}。"));
        let shown = told.chars().filter(|c| glyph::digit(*c).is_some()).count();
        prop_assert_eq!(shown, 4, "{}", told);
    }

    #[test]
    fn masking_twice_is_masking_once(text in anything()) {
        for policy in [Policy::LastFour, Policy::Full] {
            let masking = Masking { policy, ..Masking::default() };
            let once = mask_text(&text, &masking).text;
            prop_assert_eq!(&mask_text(&once, &masking).text, &once, "from {:?}", text);
        }
    }

    #[test]
    fn only_characters_of_numbers_change_and_only_into_stars(text in anything()) {
        let redaction = mask_text(&text, &Masking::default());
        prop_assert_eq!(redaction.text.chars().count(), text.chars().count());
        for (before, after) in text.chars().zip(redaction.text.chars()) {
            prop_assert!(before == after || (after == '*' && (glyph::digit(before).is_some() || glyph::is_letter(before) || glyph::is_ten(before))));
        }
        prop_assert_eq!(redaction.text == text, redaction.spans.is_empty());
    }

    #[test]
    fn text_without_digits_stays(text in "[^\\p{Nd}\\p{No}]{0,60}") {
        prop_assert_eq!(masked(&text), text);
    }

    #[test]
    fn what_was_masked_is_swept_clean(text in anything()) {
        prop_assert!(sweep_text(&masked(&text), &AllowList::default()).is_empty());
    }
}

/// What registers print in tables: numbers of rows, times, letter numbers, digests on two lines.
#[test]
fn tables_of_digests_and_times_hold_no_number() {
    use sha2::{Digest, Sha256};
    for separator in ["\n", "   ", " ¦ "] {
        let rows: Vec<String> = (0..6_000_u32)
            .map(|row| {
                let digest = hex::encode(Sha256::digest(row.to_le_bytes()));
                let (head, tail) = digest.split_at(32);
                let time = format!("2026-11-{:02} {:02}:{:02}", row % 28 + 1, row % 24, row % 60);
                let number = format!("QH-2026-{row:06}");
                let entry = (row * 4).to_string();
                [&(row % 500).to_string(), &time, &number, "催收通知书", &entry, head, tail]
                    .join(separator)
            })
            .collect();
        let found = sweep_text(&rows.join("\n"), &AllowList::default());
        assert!(found.is_empty(), "{separator:?}: {} of {}", found.len(), rows.len());
    }
}
