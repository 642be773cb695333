//! Scans what stands as a name: a letterhead line, a seal's words, an agency, a principal, a person.
//!
//! A sentence may speak of a court; a name may not be one. Whoever reads 样例市公安局 at the head of a
//! letter takes the police for its sender, whatever the text says below. Places named after an
//! organ (法院路支行, 公安县农村商业银行) are no organ. Source: REQUIREMENTS 1 (L355).

use super::{Finding, Rule, Scan, scan, text};

/// State organs, tribunals and lawyers, as the name of a sender, in folded form.
const ORGANS: [&str; 68] = [
    "公安",
    "警察",
    "警方",
    "警局",
    "警署",
    "警务",
    "警官",
    "民警",
    "刑警",
    "特警",
    "网警",
    "武警",
    "交警",
    "经侦",
    "刑侦",
    "派出所",
    "看守所",
    "拘留所",
    "监狱",
    "反诈中心",
    "反诈骗中心",
    "法院",
    "法庭",
    "执行局",
    "执行庭",
    "审判",
    "诉前调解",
    "人民调解",
    "调解委员会",
    "仲裁",
    "检察",
    "司法局",
    "司法厅",
    "司法部",
    "司法所",
    "公证处",
    "监察委",
    "纪委",
    "纪检",
    "政法委",
    "人民政府",
    "市政府",
    "县政府",
    "区政府",
    "省政府",
    "国务院",
    "国家安全",
    "国安局",
    "税务局",
    "海关总署",
    "信访局",
    "监督管理局",
    "行政管理局",
    "监管局",
    "金融局",
    "银监会",
    "银保监",
    "证监会",
    "人民银行",
    "征信中心",
    "中华人民共和国",
    "律师",
    "律所",
    "publicsecurity",
    "policebureau",
    "peoplescourt",
    "procurator",
    "arbitrationcommission",
];
/// What follows the word where it is the name of a place or of a bank in that place.
const PLACES: [&str; 14] = [
    "县",
    "路",
    "街",
    "巷",
    "大道",
    "支行",
    "分理处",
    "储蓄所",
    "营业所",
    "农村",
    "农商",
    "农信",
    "村镇",
    "联社",
];
/// What presses where a name should stand.
const SLOGANS: [&str; 9] =
    ["欠债", "欠钱", "还钱", "还债", "讨债", "追债", "要债", "天经地义", "偿命"];

/// Letters of the longest organ and of what may stand behind it.
const LONGEST: usize = 24;

/// Scans what is to stand as somebody's name: all that [`scan`] finds, and any name of an organ.
#[must_use]
pub fn scan_name(name: &str) -> Scan {
    let Scan { mut findings } = scan(name);
    let units: Vec<text::Unit> =
        text::read(name).into_iter().filter(|unit| unit.kind == text::Kind::Letter).collect();
    let letters: Vec<char> = units.iter().map(|unit| unit.ch).collect();
    for start in 0..letters.len() {
        let rest: String = letters.iter().skip(start).take(LONGEST).collect();
        let organ = ORGANS.iter().find(|organ| {
            rest.strip_prefix(**organ)
                .is_some_and(|after| !PLACES.iter().any(|place| after.starts_with(place)))
        });
        let slogan = SLOGANS.iter().find(|slogan| rest.starts_with(**slogan));
        for (word, rule) in [(organ, Rule::Posing), (slogan, Rule::Pressure)] {
            let Some(word) = word else { continue };
            let last = start.saturating_add(word.chars().count()).saturating_sub(1);
            if let (Some(first), Some(last)) = (units.get(start), units.get(last)) {
                findings.push(Finding { rule, bytes: first.bytes.start..last.bytes.end });
            }
        }
    }
    findings.sort_by_key(|finding| (finding.bytes.start, finding.rule, finding.bytes.end));
    findings.dedup_by_key(|finding| (finding.bytes.start, finding.rule));
    Scan { findings }
}

/// The words of an SVG picture, run together: what stands between its tags, entities resolved.
#[must_use]
pub fn words_of_picture(svg: &str) -> String {
    let mut words = String::new();
    let mut rest = svg;
    while let Some((before, tag)) = rest.split_once('<') {
        words.push_str(before.trim());
        // A CDATA section is words, not a tag.
        if let Some(inside) = tag.strip_prefix("![CDATA[") {
            let (inside, after) = inside.split_once("]]>").unwrap_or((inside, ""));
            words.push_str(inside.trim());
            rest = after;
            continue;
        }
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    words.push_str(rest.trim());
    entities(&words)
}

/// Resolves numeric character references.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once("&#") {
        out.push_str(before);
        let Some((number, after)) = reference.split_once(';') else {
            rest = reference;
            continue;
        };
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        };
        out.extend(code.and_then(char::from_u32));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(name: &str) -> Vec<Rule> {
        scan_name(name).findings.iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn an_organ_a_tribunal_or_a_lawyer_is_no_senders_name() {
        for name in [
            "样例市公安局经侦支队",
            "样例市人民法院",
            "样例区人民检察院",
            "样例仲裁委员会",
            "样例市中级人民法院执行局",
            "公 安 局",
            "公\u{200b}安局",
            "樣例市警察局",
            "样例县司法局",
            "国家金融监督管理总局样例监管局",
            "样例律师事务所",
            "Sample People's Court",
            "POLICE BUREAU",
        ] {
            assert!(rules(name).contains(&Rule::Posing), "{name}");
        }
        assert!(rules("欠债还钱天经地义").contains(&Rule::Pressure));
    }

    #[test]
    fn banks_insurers_and_places_named_after_an_organ_pass() {
        for name in [
            "样例银行股份有限公司",
            "样例银行信用卡中心",
            "样例银行个人信贷部",
            "样例银行法院路支行",
            "公安县农村商业银行股份有限公司",
            "样例财产保险股份有限公司追偿部",
            "样例消费金融有限公司",
            "样例资产管理有限公司",
            "张建国",
            "检 明",
        ] {
            assert_eq!(rules(name), [], "{name}");
        }
        // A bank of that county is none of its police.
        assert!(rules("公安县公安局").contains(&Rule::Posing));
    }

    #[test]
    fn words_of_a_picture_are_read_across_tags_and_entities() {
        let svg = "<svg><title>章</title><text><tspan>公</tspan><tspan>&#x5B89;</tspan>&#23616;</text></svg>";
        assert_eq!(words_of_picture(svg), "章公安局");
        assert_eq!(words_of_picture("<svg><text><![CDATA[法院]]></text></svg>"), "法院");
        assert!(rules(&words_of_picture(svg)).contains(&Rule::Posing));
    }
}
