//! What explains digits as no number that is masked: dates, times, phones, amounts, credit codes.

use super::identity::is_day;
use super::label::{self, Reach, Subject};
use super::window::{Hold, Verdict, Window};

/// Years that dates in letters and serial numbers have.
const YEARS: (u32, u32) = (1900, 2099);

/// The claim that the window needs no masking.
pub(super) fn judge(window: &Window) -> Option<Verdict> {
    if window.sizes.len() > 8 || window.count() < 7 || !window.is_digits() {
        return None;
    }
    let weight = if is_labelled_phone(window) {
        78
    } else if is_credit_code(window) {
        68
    } else if is_amount(window) {
        66
    } else if is_dated(window) || is_phone(window.values) || is_landline(window) || is_epoch(window)
    {
        50
    } else {
        return None;
    };
    Some(Verdict::innocent(weight))
}

fn is_dated(window: &Window) -> bool {
    let (first, last) = YEARS;
    match window.sizes {
        [8 | 12..=32] => is_day(window.values, 0, first, last),
        [4, 2, 2] if window.uniform => is_day(window.values, 0, first, last),
        [4, 1..=2, 1..=2] if window.uniform => {
            matches!(window.values, [1, 9, ..] | [2, 0, ..])
        }
        _ => false,
    }
}

/// A mobile number of eleven digits, with or without the country's code; hotlines 400 and 800.
fn is_phone(values: &[u8]) -> bool {
    match values {
        [8, 6, rest @ ..] | [0, 0, 8, 6, rest @ ..] if rest.len() == 11 => is_mobile(rest),
        [4 | 8, 0, 0, rest @ ..] => rest.len() == 7,
        all => is_mobile(all),
    }
}

fn is_mobile(values: &[u8]) -> bool {
    values.len() == 11 && matches!(values, [1, 3..=9, ..])
}

fn is_landline(window: &Window) -> bool {
    match window.sizes {
        [3..=4, 7..=8] | [3..=4, 3..=4, 4] => window.values.first() == Some(&0),
        [10..=12] => matches!(window.values, [0, 1..=9, ..]),
        _ => false,
    }
}

fn is_labelled_phone(window: &Window) -> bool {
    let labelled = window.label.is_some_and(|label| {
        label.subject == Subject::Phone && matches!(label.reach, Reach::Adjacent | Reach::Carried)
    });
    labelled
        && (matches!(window.sizes, [3..=8] | [3..=4, 3..=4 | 7..=8])
            || is_phone(window.values)
            || is_landline(window))
}

/// Milliseconds since 1970, in the years 2001 to 2033.
fn is_epoch(window: &Window) -> bool {
    window.is_whole() && window.count() == 13 && window.values.first() == Some(&1)
}

/// Thousands in threes behind commas, or a decimal fraction, with a sign of money.
fn is_amount(window: &Window) -> bool {
    let money = || {
        window.label_where(|label| label.subject == Subject::Amount)
            || label::is_money_after(window.text, window.end())
    };
    let [first, rest @ ..] = window.sizes else { return false };
    if rest.is_empty() {
        return money() && !window.is_luhn() && window.count() >= 9;
    }
    let separator =
        |c: char| window.text.get(window.start()..window.end()).is_some_and(|t| t.contains(c));
    let thousands = *first <= 3 && separator(',') | separator('，') | separator('\'');
    let (whole, fraction) = match rest.split_last() {
        Some((1..=2, whole)) if separator('.') => (whole, true),
        _ => (rest, false),
    };
    if thousands && whole.iter().all(|size| *size == 3) && !whole.is_empty() {
        return true;
    }
    fraction && whole.is_empty() && window.hold <= Hold::Easy && money()
}

/// A unified social credit code that happens to be all digits (GB 32100 check).
fn is_credit_code(window: &Window) -> bool {
    const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let (18, true, Some((last, body))) =
        (window.count(), window.is_whole(), window.values.split_last())
    else {
        return false;
    };
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(value, weight)| u32::from(*value) * weight).sum();
    matches!(window.values, [1 | 5 | 9, 1..=3, ..]) && (31 - sum % 31) % 31 == u32::from(*last)
}
