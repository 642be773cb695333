//! Words by which a text tells of somebody's health.
//!
//! Owns a lexicon, and the refusal of any field that holds one of its words: illness exists here
//! only as the code `hardship`, which is not printed. It looks in every text of a request, quoted
//! or not, and names the field, never the word. 病 in 毛病 and 症 in 症结 are no illness; a word that
//! is both (手术, 住院) is refused, for the sentence can be left out and a letter cannot be unsent.
//! Source: SPEC, decision 7; DOCUMENTS, F0; 个人信息保护法 28.

use unicode_normalization::UnicodeNormalization as _;

use super::{Circumstances, Found, PolicyRefusal, content::free_text};
use crate::case::request::Request;

/// What tells of an illness wherever it stands.
const WORDS: [&str; 62] = [
    "癌",
    "瘤",
    "孕",
    "瘫",
    "抑郁",
    "躁郁",
    "双相情感",
    "精神分裂",
    "精神失常",
    "精神障碍",
    "心理疾",
    "心理障碍",
    "艾滋",
    "乙肝",
    "肝炎",
    "肺炎",
    "肾炎",
    "肝硬化",
    "肺结核",
    "结核杆",
    "糖尿",
    "高血压",
    "低血压",
    "心脏",
    "心梗",
    "脑梗",
    "脑溢血",
    "脑出血",
    "中风",
    "尿毒",
    "透析",
    "肾衰",
    "白血",
    "血友",
    "癫痫",
    "痴呆",
    "骨折",
    "截肢",
    "残疾",
    "伤残",
    "失明",
    "失聪",
    "流产",
    "剖腹产",
    "化疗",
    "放疗",
    "手术",
    "住院",
    "出院",
    "就医",
    "就诊",
    "确诊",
    "诊断书",
    "诊断证明",
    "医疗费",
    "医药费",
    "服药",
    "吃药",
    "打针",
    "自杀",
    "自残",
    "轻生",
];
/// The same in Latin letters, as whole words.
const LATIN: [&str; 10] = [
    "hiv",
    "aids",
    "icu",
    "cancer",
    "tumor",
    "tumour",
    "depression",
    "pregnant",
    "diabetes",
    "covid",
];
/// What is an illness unless it stands in one of these words.
const UNLESS: [(char, &[&str]); 2] = [
    (
        '病',
        &[
            "毛病",
            "弊病",
            "通病",
            "语病",
            "诟病",
            "病句",
            "电脑病毒",
            "手机病毒",
            "木马病毒",
            "病毒软件",
        ],
    ),
    ('症', &["症结", "对症下药"]),
];
/// Going to a hospital is health; a hospital that a place lies beside is not.
const HOSPITAL: [&str; 8] =
    ["在医院治", "在医院看", "在医院躺", "去医院", "到医院看", "到医院治", "进医院", "进了医院"];

pub(super) fn health(request: &Request, _: &Circumstances<'_>, found: &mut Found) {
    for name in request.given() {
        if free_text(request, name).is_some_and(tells) {
            found.push(PolicyRefusal::Health { field: name.to_owned() }.into());
        }
    }
}

/// Whether `text` tells of somebody's health.
fn tells(text: &str) -> bool {
    let latin: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let folded: String = latin.chars().filter(|c| c.is_alphanumeric()).map(simplified).collect();
    WORDS.iter().chain(&HOSPITAL).any(|word| folded.contains(word))
        || latin.split(|c: char| !c.is_ascii_alphabetic()).any(|word| LATIN.contains(&word))
        || UNLESS.iter().any(|(sign, words)| {
            let innocent: usize = words
                .iter()
                .map(|word| folded.matches(word).count() * word.matches(*sign).count())
                .sum();
            folded.matches(*sign).count() > innocent
        })
}

/// The traditional characters that occur in the lexicon, simplified.
const fn simplified(c: char) -> char {
    match c {
        '鬱' => '郁',
        '癱' => '瘫',
        '殘' => '残',
        '診' => '诊',
        '斷' => '断',
        '術' => '术',
        '藥' => '药',
        '髒' | '臟' => '脏',
        '腦' => '脑',
        '癲' => '癫',
        '癡' => '痴',
        '療' => '疗',
        '殺' => '杀',
        '輕' => '轻',
        '醫' => '医',
        '產' => '产',
        '癥' => '症',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illness_is_found_in_whatever_words_it_is_told() {
        for text in [
            "客户说他患有抑郁症",
            "客户称母亲生病",
            "客户自述怀孕三个月",
            "本人正在化疗，暂无收入",
            "因 住 院 未能还款",
            "患有抑鬱症",
            "客户为HIV感染者",
            "小孩得了白血病",
            "客户有残疾证",
            "电脑中了病毒，本人又生病",
            "客户刚从医院回来，去医院看了三次",
            "I have cancer and cannot pay",
        ] {
            assert!(tells(text), "{text}");
        }
    }

    #[test]
    fn what_only_sounds_like_it_passes() {
        for text in [
            "客户称工资延迟发放，暂无能力还款",
            "客户认为账单有毛病，要求核对",
            "问题的症结在于利息",
            "电脑病毒导致未能登录网银",
            "地址位于样例医院家属院",
            "双方签订的借款合同第三条",
            "道路交通事故认定书（样例）认定您承担事故主要责任",
            "客户情绪激动，随后平静",
            "客户愿意下月还款五百元",
            "aidscase 文件",
        ] {
            assert!(!tells(text), "{text}");
        }
    }

    #[test]
    fn the_lexicon_is_written_as_texts_are_folded() {
        for word in WORDS.iter().chain(&HOSPITAL) {
            assert!(tells(word), "{word}");
        }
    }
}
