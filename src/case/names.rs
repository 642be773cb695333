//! Names of persons and organisations as they must stand on a letter.
//!
//! Refuses what betrays a character that a sheet or a keyboard could not hold: `?`, `□`, an
//! escape, or pinyin in a Chinese name; masked names; stand-ins such as `null`; and names that
//! would be paths. Rare characters pass: whether a font has them is the glyph gate's question.
//! Source: GB/T 2312 and its gaps in practice; 姓名登记条例（征求意见稿） on permitted characters.

use super::field::Field;
use crate::problem::Report;

crate::problems! {
    /// Why a text is not the name or address it should be.
    pub enum NameProblem {
        /// A mark stands where a character should.
        StandsForCharacter { field: &'static str } = "CH-N020", Input,
            "`{field}` holds a mark in the place of a character" => "enter the character itself, as on the identity document",
            "`{field}` 以符号代替汉字" => "请按证件填写汉字本身";
        /// Latin letters stand in a Chinese name.
        PinyinForCharacter { field: &'static str } = "CH-N021", Input,
            "`{field}` mixes Chinese characters and Latin letters" => "enter the character instead of its pinyin, or the name in one script",
            "`{field}` 汉字与拼音混写" => "请填写汉字，或全名使用同一种文字";
        /// Digits stand in a name.
        Digits { field: &'static str } = "CH-N022", Input,
            "`{field}` holds digits no name has" => "check whether another column slipped into it",
            "`{field}` 含数字" => "请检查是否错列";
        /// It reads as the path of a file.
        PathLike { field: &'static str } = "CH-N023", Input,
            "`{field}` reads as a path" => "enter the value alone",
            "`{field}` 形似文件路径" => "请只填写该值本身";
        /// It says that there is none.
        StandIn { field: &'static str } = "CH-N024", Input,
            "`{field}` says that the value is unknown" => "leave it out, or find the value",
            "`{field}` 填写的是“无”“未知”一类占位词" => "请留空或核实后填写";
        /// A space stands inside a Chinese name.
        InnerSpace { field: &'static str } = "CH-N025", Input,
            "`{field}` has a space between Chinese characters" => "remove the space",
            "`{field}` 汉字之间有空格" => "请删除空格";
        /// Several people stand in one name.
        Several { field: &'static str } = "CH-I130", Input,
            "`{field}` names more than one" => "make a request for each of them",
            "`{field}` 填写了多人" => "请为每人分别填写请求";
    }
}

/// What a name is the name of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// A natural person.
    Person,
    /// A company or other organisation.
    Organisation,
}

impl Form {
    /// The form a name shows by its ending, where nobody said which it is.
    #[must_use]
    pub fn of(name: &str) -> Self {
        const ENDINGS: [&str; 22] = [
            "公司",
            "厂",
            "店",
            "中心",
            "合作社",
            "银行",
            "医院",
            "学校",
            "学院",
            "协会",
            "事务所",
            "工作室",
            "个体户",
            "经营部",
            "分行",
            "支行",
            "部门",
            "集团",
            "基金会",
            "商行",
            "门市部",
            "企业",
        ];
        let bare = name.trim_end_matches(['）', ')']);
        if ENDINGS.iter().any(|ending| bare.ends_with(ending)) {
            Self::Organisation
        } else {
            Self::Person
        }
    }
}

/// Adds to `found` what no name of that `form` holds.
pub(crate) fn check_name(field: &'static Field, text: &str, form: Form, found: &mut Vec<Report>) {
    let name = field.name;
    let han = text.chars().any(is_han);
    let mut add = |wrong: bool, problem: NameProblem| {
        if wrong {
            found.push(problem.into());
        }
    };
    let escaped = holds_escape(text) || text.chars().any(is_substitute);
    add(escaped, NameProblem::StandsForCharacter { field: name });
    let latin = han
        && match form {
            Form::Person => text.chars().any(is_latin),
            Form::Organisation => holds_pinyin(text),
        };
    add(latin && !escaped, NameProblem::PinyinForCharacter { field: name });
    let digits = text.chars().filter(|c| c.is_numeric() && !is_han(*c)).count();
    let most = if form == Form::Person { 0 } else { 6 };
    add(digits > most && !escaped, NameProblem::Digits { field: name });
    add(is_path(text), NameProblem::PathLike { field: name });
    add(is_stand_in(text), NameProblem::StandIn { field: name });
    add(han && is_several(text, form), NameProblem::Several { field: name });
    let spaced = form == Form::Person && han && text.trim().chars().any(char::is_whitespace);
    add(spaced && !latin, NameProblem::InnerSpace { field: name });
}

/// Whether `text` lists several names. A company's own name may hold such a mark, so there each part
/// has to read as a company.
fn is_several(text: &str, form: Form) -> bool {
    const MARKS: [char; 13] =
        ['、', '，', ',', '；', ';', '/', '／', '&', '＆', '+', '＋', '|', '｜'];
    let mut parts = text.split(MARKS).map(str::trim).filter(|part| !part.is_empty());
    match form {
        Form::Person => parts.nth(1).is_some(),
        Form::Organisation => {
            let parts: Vec<_> = parts.collect();
            parts.len() > 1 && parts.iter().all(|part| Form::of(part) == Form::Organisation)
        }
    }
}

/// Adds to `found` what no address holds.
pub(crate) fn check_address(field: &'static Field, text: &str, found: &mut Vec<Report>) {
    let name = field.name;
    if holds_escape(text) || text.chars().any(is_substitute) {
        found.push(NameProblem::StandsForCharacter { field: name }.into());
    }
    if is_path(text) {
        found.push(NameProblem::PathLike { field: name }.into());
    }
    if is_stand_in(text) {
        found.push(NameProblem::StandIn { field: name }.into());
    }
}

/// Whether `text` would be, or would lead to, a path where it is used as a file's name.
pub(crate) fn is_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let drive = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':');
    drive
        || text.starts_with(['/', '.', '~'])
        || text.contains('\\')
        || text.contains("../")
        || text.contains("/..")
        || text.contains("://")
}

/// Whether `c` is a Chinese character.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c,
        '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2fa1f}' | '\u{30000}'..='\u{3347f}')
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
        || (c.is_alphabetic() && matches!(c, '\u{c0}'..='\u{24f}'))
}

/// Marks that people and programs put where a character is missing or hidden.
fn is_substitute(c: char) -> bool {
    matches!(
        c,
        '?' | '？' | '*' | '＊' | '□' | '■' | '〓' | '◇' | '◆' | '○' | '●' | '×' | '〾' | '\u{2ff0}'
            ..='\u{2fff}' | '\u{31ef}' | '_' | '＿' | '�'
    )
}

/// An escape of HTML, JSON or a programming language.
fn holds_escape(text: &str) -> bool {
    let digits = |rest: &str| rest.chars().next().is_some_and(|c| c.is_ascii_hexdigit());
    let follows = |mark: &str| {
        text.match_indices(mark).any(|(at, _)| text.get(at + mark.len()..).is_some_and(digits))
    };
    ["&#", "&#x", "\\u", "\\x", "U+", "u+", "%u"].iter().any(|mark| follows(mark))
}

fn is_stand_in(text: &str) -> bool {
    const WORDS: [&str; 18] = [
        "null",
        "none",
        "nan",
        "n/a",
        "na",
        "nil",
        "undefined",
        "unknown",
        "#n/a",
        "#ref!",
        "#value!",
        "-",
        "无",
        "没有",
        "未知",
        "不详",
        "待查",
        "待核实",
    ];
    let lower = text.trim().to_lowercase();
    WORDS.contains(&lower.as_str())
}

/// A run of small letters beside a Chinese character that is read as pinyin.
fn holds_pinyin(text: &str) -> bool {
    let mut run = String::new();
    let (mut before, mut toned) = (false, false);
    for c in text.chars().chain(['\0']) {
        if is_latin(c) {
            toned |= !c.is_ascii();
            run.push(c);
            continue;
        }
        let small = !run.is_empty() && run.chars().all(char::is_lowercase);
        if small && (before || is_han(c)) && (toned || is_syllable(&run)) {
            return true;
        }
        run.clear();
        toned = false;
        before = is_han(c);
    }
    false
}

fn is_syllable(letters: &str) -> bool {
    const INITIALS: [&str; 24] = [
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x",
        "r", "z", "c", "s", "y", "w", "",
    ];
    const FINALS: [&str; 34] = [
        "a", "o", "e", "i", "u", "v", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong",
        "er", "ia", "ie", "iao", "iu", "ian", "in", "iang", "ing", "iong", "ua", "uo", "uai", "ui",
        "uan", "un", "uang", "ue", "ve",
    ];
    letters.len() > 1
        && INITIALS
            .iter()
            .any(|initial| letters.strip_prefix(initial).is_some_and(|rest| FINALS.contains(&rest)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::case::field;

    fn codes(text: &str, form: Form) -> Vec<&'static str> {
        let mut found = Vec::new();
        check_name(field::named("recipient_name").unwrap(), text, form, &mut found);
        found.iter().map(|report| report.code.code).collect()
    }

    #[test]
    fn real_names_pass() {
        for name in [
            "张伟",
            "欧阳修远",
            "䶮㛃",
            "刘𬭎",
            "马𫘜",
            "阿卜杜拉·买买提",
            "John Smith",
            "Renée O'Neil",
            "〇一",
            "司徒博文",
        ] {
            assert!(codes(name, Form::Person).is_empty(), "{name}");
        }
        for name in [
            "上海三零三贸易有限公司",
            "TCL科技集团股份有限公司",
            "3M中国有限公司",
            "ABC（中国）有限公司",
            "58同城信息技术有限公司",
            "深圳市e代驾服务有限公司",
        ] {
            assert!(codes(name, Form::Organisation).is_empty(), "{name}");
        }
    }

    #[test]
    fn what_stands_for_a_character_is_refused() {
        for name in ["王?", "王？明", "李□", "张*", "王&#x4dae;", "王\\u4dae", "王⿱龙天", "王〓"]
        {
            assert_eq!(codes(name, Form::Person).first(), Some(&"CH-N020"), "{name}");
        }
    }

    #[test]
    fn pinyin_in_a_chinese_name_is_refused() {
        for name in ["王yan", "王yan明", "李Ｙan", "wáng伟", "王Y"] {
            assert_eq!(codes(name, Form::Person), ["CH-N021"], "{name}");
        }
        assert_eq!(codes("上海yan龙贸易有限公司", Form::Organisation), ["CH-N021"]);
        assert_eq!(codes("上海yán龙贸易有限公司", Form::Organisation), ["CH-N021"]);
    }

    #[test]
    fn other_columns_paths_stand_ins_and_padding_are_refused() {
        assert_eq!(codes("张三13800000000", Form::Person), ["CH-N022"]);
        assert_eq!(codes("某某公司110199199001010010", Form::Organisation), ["CH-N022"]);
        assert_eq!(codes("../../etc/passwd", Form::Person), ["CH-N023"]);
        assert_eq!(codes("C:\\Users", Form::Person), ["CH-N023"]);
        assert_eq!(codes("NULL", Form::Person), ["CH-N024"]);
        assert_eq!(codes("未知", Form::Person), ["CH-N024"]);
        assert_eq!(codes("张\u{3000}三", Form::Person), ["CH-N025"]);
    }

    #[test]
    fn several_names_are_not_one() {
        for name in ["张三、李四", "张三，李四", "张三/李四", "张三;李四", "张三&李四"]
        {
            assert_eq!(codes(name, Form::Person), ["CH-I130"], "{name}");
        }
        let both = "苏州样例贸易有限公司、上海样例科技有限公司";
        assert_eq!(codes(both, Form::Organisation), ["CH-I130"]);
        for one in ["某某（苏州、上海）贸易有限公司", "A+B样例设计有限公司"]
        {
            assert!(codes(one, Form::Organisation).is_empty(), "{one}");
        }
        assert!(codes("Smith, John", Form::Person).is_empty());
    }

    #[test]
    fn the_form_is_read_from_the_ending() {
        assert_eq!(Form::of("苏州某某贸易有限公司"), Form::Organisation);
        assert_eq!(Form::of("某某银行（上海分行）"), Form::Organisation);
        assert_eq!(Form::of("张伟"), Form::Person);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_a_passing_person_has_no_digit(text in any::<String>()) {
            let mut found = Vec::new();
            check_address(field::named("recipient_address").unwrap(), &text, &mut found);
            if codes(&text, Form::Person).is_empty() {
                prop_assert!(!text.chars().any(|c| c.is_ascii_digit()));
            }
        }
    }
}
