//! Chinese addresses: their provinces, the one spelling by which two are compared, and whether a
//! postman could find the door.
//!
//! Owns [`PROVINCES`], [`compared`], [`levels`] and [`is_findable`]. Caught as the same: other
//! width, spaces and marks; with or without the province; remarks in brackets; 幢, 座 and 号楼; 室,
//! 房 and 户, said or not at the end; numerals in Chinese before such words. Not caught: a town left
//! out, another name of a street or building, parts in another order, and `17-2-1204` for
//! 17幢2单元1204室.
//! Source: REQUIREMENTS 1 (L349); postal codes of China Post, first two digits.

use unicode_normalization::UnicodeNormalization as _;

use super::names;

/// Provinces by the beginning of their names, and the first two digits of their postcodes.
/// Hong Kong and Macau are reached from the mainland under 999077 and 999078.
pub const PROVINCES: [(&str, &[&str]); 33] = [
    ("北京", &["10"]),
    ("天津", &["30"]),
    ("河北", &["05", "06", "07", "10"]),
    ("山西", &["03", "04"]),
    ("内蒙古", &["01", "02", "16"]),
    ("辽宁", &["11", "12"]),
    ("吉林", &["13"]),
    ("黑龙江", &["15", "16"]),
    ("上海", &["20"]),
    ("江苏", &["21", "22"]),
    ("浙江", &["31", "32"]),
    ("安徽", &["23", "24"]),
    ("福建", &["35", "36"]),
    ("江西", &["33", "34"]),
    ("山东", &["25", "26", "27"]),
    ("河南", &["45", "46", "47"]),
    ("湖北", &["43", "44"]),
    ("湖南", &["41", "42"]),
    ("广东", &["51", "52"]),
    ("广西", &["53", "54"]),
    ("海南", &["57"]),
    ("重庆", &["40"]),
    ("四川", &["61", "62", "63", "64"]),
    ("贵州", &["55", "56"]),
    ("云南", &["65", "66", "67"]),
    ("西藏", &["85", "86"]),
    ("陕西", &["71", "72"]),
    ("甘肃", &["73", "74"]),
    ("青海", &["81"]),
    ("宁夏", &["75"]),
    ("新疆", &["83", "84"]),
    ("香港", &["99"]),
    ("澳门", &["99"]),
];

/// The spelling under which addresses are compared.
#[must_use]
pub fn compared(address: &str) -> String {
    let mut depth = 0_u32;
    let letters: Vec<char> = address
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| {
            match c {
                '(' | '[' | '【' => depth += 1,
                ')' | ']' | '】' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0 && (c.is_alphanumeric() || matches!(c, '#' | '-'))
        })
        .collect();
    let text = in_digits(&letters).replace("号楼", "栋").replace('#', "号");
    let text = text.replace(['幢', '座'], "栋").replace("门牌", "");
    without_province(last_unit(&text)).to_owned()
}

/// `address` as it is compared, and the houses and buildings it lies in: whoever is known at 91号
/// is known at 91号2室 too.
#[must_use]
pub fn levels(address: &str) -> Vec<String> {
    let whole = compared(address);
    let mut found: Vec<String> = whole
        .char_indices()
        .filter(|(_, c)| matches!(c, '号' | '栋'))
        .filter_map(|(at, c)| whole.get(..at + c.len_utf8()).map(str::to_owned))
        .filter(|house| *house != whole)
        .collect();
    found.push(whole);
    found
}

/// Leaves out the province, by its name or by its ending.
fn without_province(text: &str) -> &str {
    for (ending, most) in [("自治区", 8), ("特别行政区", 8), ("省", 4)] {
        if let Some((before, after)) = text.split_once(ending)
            && (1..=most).contains(&before.chars().count())
            && !after.is_empty()
        {
            return after;
        }
    }
    let named = PROVINCES.iter().find_map(|(name, _)| text.strip_prefix(name));
    match named {
        // 吉林市 is a town, 北京市 begins as the province does; 市北京 is none.
        Some(rest)
            if !rest.starts_with([
                '市', '县', '区', '路', '街', '大', '东', '西', '南', '北', '中',
            ]) =>
        {
            rest
        }
        _ => text,
    }
}

/// Leaves out 室, 房 and 户 behind a number at the end.
fn last_unit(text: &str) -> &str {
    let bare = text.trim_end_matches(['室', '房', '户']);
    if bare.ends_with(|c: char| c.is_ascii_digit()) { bare } else { text }
}

/// Chinese numerals before a house, building, floor or room as digits: 九十一号 as 91号.
fn in_digits(letters: &[char]) -> String {
    let mut text = String::new();
    let mut run: Vec<char> = Vec::new();
    for c in letters {
        if NUMERALS.contains(*c) || matches!(c, '十' | '百' | '千') {
            run.push(*c);
            continue;
        }
        let unit = "号栋幢座室房楼层弄组单".contains(*c);
        match number(&run).filter(|_| unit) {
            Some(number) => text.push_str(&number.to_string()),
            None => text.extend(&run),
        }
        run.clear();
        text.push(*c);
    }
    text.extend(&run);
    text
}

const NUMERALS: &str = "〇零一二三四五六七八九";

fn number(run: &[char]) -> Option<u32> {
    let digit = |c: char| match c {
        '〇' | '零' => Some(0),
        _ => "一二三四五六七八九"
            .chars()
            .zip(1..)
            .find_map(|(one, value)| (one == c).then_some(value)),
    };
    if run.is_empty() {
        return None;
    }
    if run.iter().all(|c| NUMERALS.contains(*c)) {
        // 一二〇四室 is read digit by digit.
        let mut digits = run.iter().filter_map(|c| digit(*c));
        return digits.try_fold(0_u32, |sum, one| sum.checked_mul(10)?.checked_add(one));
    }
    let (mut sum, mut last) = (0_u32, None);
    for c in run {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            _ => {
                last = digit(*c).filter(|one| *one > 0);
                continue;
            }
        };
        sum = sum.checked_add(unit * last.take().unwrap_or(1))?;
    }
    sum.checked_add(last.unwrap_or(0))
}

/// Signs of a part of the country: without one, nobody knows where a street lies.
const REGIONS: [char; 10] = ['省', '市', '区', '县', '州', '盟', '旗', '镇', '乡', '岛'];
/// Signs of what lies within it.
const STEPS: [char; 14] =
    ['村', '路', '街', '道', '巷', '弄', '里', '号', '幢', '栋', '楼', '组', '屯', '胡'];
/// Houses that are found by their name.
const HOUSES: [&str; 22] = [
    "村",
    "屯",
    "庄",
    "寨",
    "堡",
    "嘎查",
    "队",
    "大厦",
    "广场",
    "小区",
    "花园",
    "公寓",
    "大楼",
    "中心",
    "苑",
    "学校",
    "大学",
    "中学",
    "小学",
    "工业园",
    "产业园",
    "基地",
];

/// Whether an address leads to a door: a part of the country, what lies within it, and a number or
/// a house known by name. An address abroad, in another script, has words and a number.
#[must_use]
pub fn is_findable(address: &str) -> bool {
    let digit = address.chars().any(char::is_numeric);
    if !address.chars().any(names::is_han) {
        let words = address.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 1);
        return digit && words.count() >= 2;
    }
    let region = address.contains(REGIONS);
    let steps = REGIONS.iter().chain(&STEPS).filter(|sign| address.contains(**sign)).count();
    let numeral =
        digit || address.contains(['十', '百']) || address.contains(|c| NUMERALS.contains(c));
    let door = numeral || HOUSES.iter().any(|house| address.contains(house));
    region && door && steps >= 2 && address.chars().count() >= 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_in_other_spellings_is_the_same() {
        for (one, other) in [
            ("江苏省苏州市样例区样例路91号", "苏州市样例区样例路91号"),
            ("江苏苏州市样例区样例路91号", "苏州市样例区样例路９１号"),
            ("广西壮族自治区南宁市样例路8号", "南宁市样例路 八号"),
            ("苏州市样例路九十一号", "苏州市样例路91号"),
            ("苏州市样例路91号三幢一二〇四室", "苏州市样例路91号3号楼1204"),
            ("苏州市样例路91号（原88号）2室", "苏州市样例路91号，2房"),
            ("苏州市样例路91#2室", "苏州市样例路91号2"),
        ] {
            assert_eq!(compared(one), compared(other), "{one}");
        }
        for (one, other) in [
            ("苏州市样例路91号", "苏州市样例路19号"),
            ("苏州市样例路91号2室", "苏州市样例路91号3室"),
            ("吉林省吉林市样例路1号", "吉林省长春市样例路1号"),
            ("苏州市样例路91号2-1室", "苏州市样例路91号21室"),
        ] {
            assert_ne!(compared(one), compared(other), "{one}");
        }
        assert_eq!(compared("吉林市样例路1号"), compared("吉林省吉林市样例路1号"));
    }

    #[test]
    fn a_room_lies_in_its_house_and_not_the_other_way_round() {
        let house = compared("江苏省苏州市样例区样例路91号");
        assert!(levels("苏州市样例区样例路91号2室").contains(&house));
        assert!(levels("苏州市样例区样例路91号3幢2室").contains(&house));
        assert!(!levels("苏州市样例区样例路191号2室").contains(&house));
        let room = compared("苏州市样例区样例路91号2室");
        assert!(!levels("苏州市样例区样例路91号").contains(&room));
        assert!(!levels("苏州市样例区样例路91号3室").contains(&room));
    }

    #[test]
    fn an_address_has_steps_on_the_way_to_a_door() {
        for real in [
            "样例市样例路1号",
            "样例县样例镇样例村3组",
            "样例县样例镇样例村",
            "12 Example Road, Leeds",
            "样例市样例区样例大厦前台",
            "样例省样例市样例区样例巷9弄—2号后门",
        ] {
            assert!(is_findable(real), "{real}");
        }
        for none in [
            "样例",
            "自提不送货",
            "某某大厦",
            "样例路",
            "1",
            "12",
            "abc",
            "1 2 3",
            "x1",
            "样例路1号",
            "样例市样例路",
            "苏州市",
            "江苏省苏州市样例区",
            "Leeds",
        ] {
            assert!(!is_findable(none), "{none}");
        }
    }
}
