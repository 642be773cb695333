//! Amounts and dates in capital numerals (大写), as bills and settlement papers write them.
//!
//! Owns [`rmb`] and [`date`]. Where the rule leaves a choice, one form is always taken: 零 is
//! written between 元 and 角 when the last digit of the yuan is zero, 整 stands after 元 only, and
//! no 零 stands before a full group of four (壹拾万柒仟元).
//! Source: 正确填写票据和结算凭证的基本规定, one to four; DOCUMENTS, Conventions.

use chrono::{Datelike, NaiveDate};

use super::amount::Fen;

/// The sum in capitals with its prefix: `人民币壹仟肆佰零玖元伍角`.
#[must_use]
pub fn rmb(amount: Fen) -> String {
    let (yuan, jiao, fen) = (amount.yuan(), amount.rest() / 10, amount.rest() % 10);
    let mut text = String::from("人民币");
    if yuan > 0 || amount == Fen::ZERO {
        text.push_str(&whole(yuan));
        text.push('元');
    }
    if jiao == 0 && fen == 0 {
        text.push('整');
        return text;
    }
    let gap_before_jiao = jiao > 0 && yuan % 10 == 0;
    let gap_before_fen = jiao == 0;
    if yuan > 0 && (gap_before_jiao || gap_before_fen) {
        text.push('零');
    }
    if jiao > 0 {
        text.push(numeral(jiao));
        text.push('角');
    }
    if fen > 0 {
        text.push(numeral(fen));
        text.push('分');
    }
    text
}

/// The date in capitals: `贰零贰伍年零壹月壹拾伍日`.
///
/// Months one, two and ten, days one to nine and the full tens take a leading 零, so that nothing
/// can be written in front of them.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    let year: String = day
        .year()
        .to_string()
        .chars()
        .filter_map(|c| c.to_digit(10))
        .map(|d| numeral(d.into()))
        .collect();
    let month = u64::from(day.month());
    let month_gap = if matches!(month, 1 | 2 | 10) { "零" } else { "" };
    let of_month = u64::from(day.day());
    let day_gap = if of_month < 10 || of_month % 10 == 0 { "零" } else { "" };
    format!("{year}年{month_gap}{}月{day_gap}{}日", whole(month), whole(of_month))
}

/// A whole number in capitals, below 10¹⁶.
fn whole(number: u64) -> String {
    const HUNDRED_MILLION: u64 = 100_000_000;
    const TEN_THOUSAND: u64 = 10_000;
    if number == 0 {
        return "零".to_owned();
    }
    let mut text = String::new();
    join(&mut text, number / HUNDRED_MILLION, "亿", number % HUNDRED_MILLION, HUNDRED_MILLION);
    let rest = number % HUNDRED_MILLION;
    join(&mut text, rest / TEN_THOUSAND, "万", rest % TEN_THOUSAND, TEN_THOUSAND);
    text.push_str(&group(rest % TEN_THOUSAND));
    text
}

/// Writes `high` with its unit, and 零 where a digit is missing before what follows.
fn join(text: &mut String, high: u64, unit: &str, low: u64, base: u64) {
    if high == 0 {
        return;
    }
    text.push_str(&if high < 10_000 { group(high) } else { whole(high) });
    text.push_str(unit);
    if low > 0 && low < base / 10 {
        text.push('零');
    }
}

/// One to four digits in capitals; nothing for zero.
fn group(number: u64) -> String {
    let mut text = String::new();
    let mut missing = false;
    for (power, unit) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let digit = number / power % 10;
        if digit == 0 {
            missing = !text.is_empty();
            continue;
        }
        if missing {
            text.push('零');
            missing = false;
        }
        text.push(numeral(digit));
        text.push_str(unit);
    }
    text
}

const fn numeral(digit: u64) -> char {
    match digit {
        0 => '零',
        1 => '壹',
        2 => '贰',
        3 => '叁',
        4 => '肆',
        5 => '伍',
        6 => '陆',
        7 => '柒',
        8 => '捌',
        _ => '玖',
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> String {
        rmb(text.parse().unwrap())
    }

    #[test]
    fn the_rules_own_examples_are_met() {
        assert_eq!(of("1409.50"), "人民币壹仟肆佰零玖元伍角");
        assert_eq!(of("6007.14"), "人民币陆仟零柒元壹角肆分");
        assert_eq!(of("1680.32"), "人民币壹仟陆佰捌拾元零叁角贰分");
        assert_eq!(of("107000.53"), "人民币壹拾万柒仟元零伍角叁分");
        assert_eq!(of("16409.02"), "人民币壹万陆仟肆佰零玖元零贰分");
        assert_eq!(of("325.04"), "人民币叁佰贰拾伍元零肆分");
    }

    #[test]
    fn zeros_are_named_once_and_only_inside() {
        for (text, capitals) in [
            ("0", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角"),
            ("0.53", "伍角叁分"),
            ("10", "壹拾元整"),
            ("10.05", "壹拾元零伍分"),
            ("1000.01", "壹仟元零壹分"),
            ("10001", "壹万零壹元整"),
            ("10010", "壹万零壹拾元整"),
            ("101000", "壹拾万壹仟元整"),
            ("100000001", "壹亿零壹元整"),
            ("900010000", "玖亿零壹万元整"),
            ("100010001", "壹亿零壹万零壹元整"),
            ("1000000000", "壹拾亿元整"),
            ("10000000", "壹仟万元整"),
            ("120000000", "壹亿贰仟万元整"),
            ("100007000", "壹亿零柒仟元整"),
            ("1000000000000", "壹万亿元整"),
            ("1000100000000", "壹万零壹亿元整"),
            ("1000000000001", "壹万亿零壹元整"),
        ] {
            assert_eq!(of(text), format!("人民币{capitals}"), "{text}");
        }
    }

    #[test]
    fn dates_leave_no_room_before_them() {
        let written = |y, m, d| date(NaiveDate::from_ymd_opt(y, m, d).unwrap());
        assert_eq!(written(2025, 1, 15), "贰零贰伍年零壹月壹拾伍日");
        assert_eq!(written(2026, 10, 20), "贰零贰陆年零壹拾月零贰拾日");
        assert_eq!(written(2024, 11, 9), "贰零贰肆年壹拾壹月零玖日");
        assert_eq!(written(2024, 9, 21), "贰零贰肆年玖月贰拾壹日");
    }

    /// Reads capitals of whole numbers back, independently of how they are written.
    fn value(text: &str) -> u64 {
        let (mut total, mut section, mut digit) = (0, 0, 0);
        for c in text.chars() {
            match c {
                '仟' | '佰' | '拾' => {
                    section += digit
                        * [('仟', 1000), ('佰', 100), ('拾', 10)]
                            .iter()
                            .find(|u| u.0 == c)
                            .unwrap()
                            .1;
                    digit = 0;
                }
                '万' => {
                    total += (section + digit) * 10_000;
                    (section, digit) = (0, 0);
                }
                '亿' => {
                    total = (total + section + digit) * 100_000_000;
                    (section, digit) = (0, 0);
                }
                _ => digit = (0..10).find(|d| numeral(*d) == c).unwrap(),
            }
        }
        total + section + digit
    }

    proptest! {
        #[test]
        fn capitals_read_back_to_the_number(number in prop_oneof![0..100_000u64, 0..10_000_000_000_000_000u64]) {
            prop_assert_eq!(value(&whole(number)), number);
        }

        #[test]
        fn no_zero_is_doubled_or_stands_before_the_unit(count in 1..=Fen::MAX.count()) {
            let text = rmb(Fen::new(count).unwrap());
            prop_assert!(!text.contains("零零") && !text.contains("零元") && !text.contains("零万") && !text.contains("零亿"));
            prop_assert_eq!(text.ends_with('整'), count % 100 == 0);
        }
    }
}
