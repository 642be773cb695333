//! How a telephone number is shown: enough to be recognised, not enough to be called.
//!
//! A mobile keeps its first three and last four digits, a land line its area code and last four.
//! Hotlines of institutions and regulators are public and stay. Separators stay as they were.
//! Source: domain cases `phone_mask`.

/// Shows `phone` with its middle masked; what is no known form keeps its last four digits only.
///
/// ```
/// use chancery::case::phone::mask_phone;
/// assert_eq!(mask_phone("138 0013 8000"), "138 **** 8000");
/// assert_eq!(mask_phone("0755-8200000"), "0755-***0000");
/// assert_eq!(mask_phone("95500"), "95500");
/// ```
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    let (number, extension) = split_extension(phone);
    let digits: Vec<u8> = number.chars().filter_map(value).collect();
    let kept = kept(number, &digits);
    let last = digits.len().saturating_sub(4);
    let mut place = 0;
    let mut shown: String = number
        .chars()
        .map(|c| {
            if value(c).is_none() {
                return c;
            }
            place += 1;
            if kept.is_none_or(|kept| place <= kept || place > last) { c } else { '*' }
        })
        .collect();
    shown.push_str(extension);
    shown
}

/// Digits kept at the front; `None` where the whole number stays.
fn kept(number: &str, digits: &[u8]) -> Option<usize> {
    let (prefix, national) = country(number, digits);
    let kept = match national {
        _ if is_hotline(national) => return None,
        [1, 3..=9, ..] if national.len() == 11 => 3,
        [0, ..] => area(national),
        [first, second, ..] if prefix > 0 && national.len() >= 9 => {
            // Behind a country code the area code comes without its zero.
            area(&[0, *first, *second]).saturating_sub(1)
        }
        _ => 0,
    };
    Some(prefix + kept)
}

/// Digits of the country code, and the number without it.
fn country<'a>(number: &str, digits: &'a [u8]) -> (usize, &'a [u8]) {
    let plus = number.trim_start().starts_with(['+', '＋']);
    let length = match digits {
        [0, 0, 8, 6, ..] => 4,
        [0, 0, 8, 5, 2 | 3, ..] | [0, 0, 8, 8, 6, ..] => 5,
        [8, 6, rest @ ..] if plus || rest.len() == 11 => 2,
        [8, 5, 2 | 3, ..] | [8, 8, 6, ..] if plus => 3,
        _ => 0,
    };
    (length, digits.get(length..).unwrap_or_default())
}

/// Public numbers: short codes (110, 12378, 95500, 955xxxxx, 96xxx), 400 and 800.
fn is_hotline(national: &[u8]) -> bool {
    match national {
        [4 | 8, 0, 0, ..] => national.len() == 10,
        [9, 5 | 6, ..] => (5..=8).contains(&national.len()) && national.len() != 7,
        [1, ..] => national.len() <= 6,
        _ => national.len() <= 4,
    }
}

/// Digits of the area code with its zero: three for 010 and 02x, else four.
fn area(national: &[u8]) -> usize {
    match national {
        [0, 1 | 2, ..] => 3,
        [0, 3..=9, ..] => 4,
        _ => 0,
    }
}

/// The number, and the extension that follows it.
fn split_extension(phone: &str) -> (&str, &str) {
    let at = ["转", "轉", "分机", "ext", "EXT", "Ext", "#"]
        .iter()
        .filter_map(|mark| phone.find(mark))
        .min()
        .or_else(|| hyphenated_extension(phone))
        .unwrap_or(phone.len());
    phone.split_at_checked(at).unwrap_or((phone, ""))
}

/// The second hyphen of `0755-82000000-8001`.
fn hyphenated_extension(phone: &str) -> Option<usize> {
    let hyphen = |c| matches!(c, '-' | '－');
    let (last, _) = phone.rmatch_indices(hyphen).next()?;
    let number: Vec<u8> = phone.get(..last)?.chars().filter_map(value).collect();
    let extension = phone.get(last..)?.chars().filter_map(value).count();
    let land_line = matches!(number.as_slice(), [0, 1..=9, ..]) && number.len() >= 10;
    (land_line && (1..=5).contains(&extension)).then_some(last)
}

fn value(c: char) -> Option<u8> {
    let narrow = match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0)?,
        _ => c,
    };
    narrow.to_digit(10).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mobiles_keep_three_and_four() {
        for (phone, shown) in [
            ("13800138000", "138****8000"),
            ("138 0013 8000", "138 **** 8000"),
            ("138-0013-8000", "138-****-8000"),
            ("+86 13800138000", "+86 138****8000"),
            ("8613800138000", "86138****8000"),
            ("0086-138-0013-8000", "0086-138-****-8000"),
            ("１３８００１３８０００", "１３８****８０００"),
        ] {
            assert_eq!(mask_phone(phone), shown);
        }
    }

    #[test]
    fn land_lines_keep_area_code_and_four() {
        for (phone, shown) in [
            ("0755-8200000", "0755-***0000"),
            ("0755-82000000", "0755-****0000"),
            ("010-82000000", "010-****0000"),
            ("(021)82000013", "(021)****0013"),
            ("075582000000", "0755****0000"),
            ("0755-82000000-8001", "0755-****0000-8001"),
            ("0755-82000000转8001", "0755-****0000转8001"),
            ("+86 755 82000000", "+86 755 ****0000"),
            ("+86-10-82000000", "+86-10-****0000"),
            ("82000000", "****0000"),
            ("+852 6123 4567", "+852 **** 4567"),
        ] {
            assert_eq!(mask_phone(phone), shown);
        }
    }

    #[test]
    fn hotlines_stay() {
        for phone in [
            "95500",
            "12378",
            "12345",
            "110",
            "10086",
            "400-820-0000",
            "8008200000",
            "95588转1",
            "96110",
        ] {
            assert_eq!(mask_phone(phone), phone);
        }
    }

    #[test]
    fn what_is_unknown_shows_its_last_four_only() {
        assert_eq!(mask_phone("1234567890123"), "*********0123");
        assert_eq!(mask_phone(""), "");
        assert_eq!(mask_phone("无"), "无");
    }

    proptest! {
        #[test]
        fn length_and_separators_stay(phone in "[0-9+() \\-转]{0,24}") {
            let shown = mask_phone(&phone);
            prop_assert_eq!(shown.chars().count(), phone.chars().count());
            for (before, after) in phone.chars().zip(shown.chars()) {
                prop_assert!(before == after || (after == '*' && before.is_ascii_digit()));
            }
        }
    }
}
