//! What no entered text may hold, whatever its field.
//!
//! Owns the checks of code points: what cannot be seen, changes direction, breaks lines, stands
//! for nothing or was broken by a wrong encoding. Markup of Typst, Tera or HTML is not refused:
//! it prints as the text it is. Messages name the field and never the value.
//! Source: SPEC, "Bad input gets a code"; Unicode 17, default ignorables and UAX 9 (bidi).

use unicode_normalization::is_nfc;

use super::field::Field;
use crate::problem::Report;

crate::problems! {
    /// Why a text cannot be printed as it was entered.
    pub enum TextProblem {
        /// A control character, such as a tab.
        Control { field: &'static str } = "CH-N001", Input,
            "`{field}` holds a control character" => "remove it and enter the value again",
            "`{field}` 含控制字符" => "请删除后重新填写";
        /// A line break inside one line.
        LineBreak { field: &'static str } = "CH-N002", Input,
            "`{field}` holds a line break" => "write it in one line",
            "`{field}` 含换行" => "请写成一行";
        /// A mark that turns the direction of writing.
        Direction { field: &'static str } = "CH-N003", Input,
            "`{field}` holds a mark that changes the direction of writing" => "type the value anew instead of pasting it",
            "`{field}` 含改变书写方向的标记" => "请重新键入，勿粘贴";
        /// A character that does not show.
        Invisible { field: &'static str } = "CH-N004", Input,
            "`{field}` holds an invisible character" => "type the value anew instead of pasting it",
            "`{field}` 含不可见字符" => "请重新键入，勿粘贴";
        /// A code point without a common meaning.
        PrivateUse { field: &'static str } = "CH-N005", Input,
            "`{field}` holds a private-use character, which prints differently elsewhere" => "use the character's Unicode code point, as on the identity card's chip",
            "`{field}` 含自造字（专用区字符）" => "请改用该字的统一码字符";
        /// The mark of a character lost in conversion.
        Replacement { field: &'static str } = "CH-N006", Input,
            "`{field}` holds the mark of a character lost in conversion" => "take the value from its source again",
            "`{field}` 含转换丢失字符的替代标记" => "请从来源重新取值";
        /// Space at an end.
        EdgeSpace { field: &'static str } = "CH-N007", Input,
            "`{field}` begins or ends with a space" => "remove the space",
            "`{field}` 首尾有空格" => "请删除首尾空格";
        /// A space of another width than the usual ones.
        OddSpace { field: &'static str } = "CH-N008", Input,
            "`{field}` holds a space of unusual width" => "use an ordinary space or none",
            "`{field}` 含特殊空格" => "请改用普通空格或删除";
        /// It is not in composed form.
        NotComposed { field: &'static str } = "CH-N009", Input,
            "`{field}` holds a compatibility or decomposed form of a character" => "use the unified, composed character",
            "`{field}` 含兼容字符或未组合字符" => "请使用统一的组合字符";
        /// It was read with a wrong encoding once.
        Garbled { field: &'static str } = "CH-N010", Input,
            "`{field}` was garbled by a wrong encoding" => "export it again as UTF-8",
            "`{field}` 因编码错误成为乱码" => "请以 UTF-8 重新导出";
        /// More characters than its place holds.
        TooLong { field: &'static str, limit: usize } = "CH-N011", Input,
            "`{field}` is longer than {limit} characters" => "shorten it",
            "`{field}` 超过 {limit} 个字符" => "请缩短";
    }
}

/// Adds to `found` what `text` may not hold as a value of `field`.
pub(crate) fn check(field: &'static Field, text: &str, found: &mut Vec<Report>) {
    let name = field.name;
    let mut add = |wrong: bool, problem: TextProblem| {
        if wrong {
            found.push(problem.into());
        }
    };
    let any = |test: fn(char) -> bool| text.chars().any(test);
    add(any(is_control), TextProblem::Control { field: name });
    add(any(is_line_break), TextProblem::LineBreak { field: name });
    add(any(is_direction), TextProblem::Direction { field: name });
    add(any(is_invisible), TextProblem::Invisible { field: name });
    add(any(is_private_use), TextProblem::PrivateUse { field: name });
    add(any(is_lost), TextProblem::Replacement { field: name });
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() && !is_line_break(c));
    add(trimmed.len() != text.len(), TextProblem::EdgeSpace { field: name });
    add(trimmed.chars().any(is_odd_space), TextProblem::OddSpace { field: name });
    add(!is_nfc(text), TextProblem::NotComposed { field: name });
    add(is_garbled(text), TextProblem::Garbled { field: name });
    let limit = field.limit;
    add(text.chars().nth(limit).is_some(), TextProblem::TooLong { field: name, limit });
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_control(c: char) -> bool {
    c.is_control() && !is_line_break(c)
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Default ignorables but the direction marks, and fillers.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_private_use(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

/// The replacement character, the object placeholder and the non-characters.
fn is_lost(c: char) -> bool {
    matches!(c, '\u{fffc}' | '\u{fffd}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

fn is_odd_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}')
}

/// UTF-8 read as Windows 1252, or the marks that lost bytes leave in GBK and in debug memory.
fn is_garbled(text: &str) -> bool {
    // What the bytes 80 to BF become.
    let trail = |c: &char| {
        matches!(
            c,
            '\u{80}'..='\u{bf}' | '\u{192}' | '\u{2c6}' | '\u{2dc}' | '\u{20ac}' | '\u{2122}'
        ) || "‚„…†‡‰Š‹ŒŽ‘’“”•–—š›œžŸ".contains(*c)
    };
    let mut rest = text.chars();
    while let Some(lead) = rest.next() {
        let trails = rest.clone().take_while(trail).count();
        let wanted = match lead {
            '\u{c2}' | '\u{c3}' => 1,
            '\u{e2}'..='\u{ef}' => 2,
            _ => continue,
        };
        if trails >= wanted {
            return true;
        }
    }
    ["锟斤", "斤拷", "烫烫烫", "屯屯屯"].iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::case::field;

    fn codes(text: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        check(field::named("outcome").unwrap(), text, &mut found);
        found.iter().map(|report| report.code.code).collect()
    }

    #[test]
    fn each_defect_of_a_text_has_its_own_code() {
        for (text, code) in [
            ("一\t二", "CH-N001"),
            ("一\n二", "CH-N002"),
            ("一\u{202e}二", "CH-N003"),
            ("一\u{200b}二", "CH-N004"),
            ("一\u{e863}", "CH-N005"),
            ("一\u{fffd}", "CH-N006"),
            (" 一", "CH-N007"),
            ("一\u{3000}", "CH-N007"),
            ("一\u{a0}二", "CH-N008"),
            ("e\u{301}", "CH-N009"),
            ("\u{f900}", "CH-N009"),
            ("ä¸‰å››", "CH-N010"),
            ("锟斤拷", "CH-N010"),
        ] {
            assert_eq!(codes(text), [code], "{}", text.escape_unicode());
        }
        assert_eq!(codes(&"长".repeat(201)), ["CH-N011"]);
    }

    #[test]
    fn markup_and_rare_characters_are_text() {
        for text in [
            "#read(\"/etc/passwd\") *粗*",
            "{{ 7*7 }} {% for %}",
            "<b>&amp;</b>",
            "䶮㛃𬭎𫘜",
            "Renée Müller",
            "“Café” é…",
        ] {
            assert!(codes(text).is_empty(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_passes_prints_in_one_line_and_nothing_panics(text in any::<String>()) {
            if codes(&text).is_empty() {
                prop_assert!(!text.chars().any(char::is_control));
                prop_assert_eq!(text.trim(), text.as_str());
            }
        }
    }
}
