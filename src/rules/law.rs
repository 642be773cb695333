//! Which laws hold, how many articles each has, and what a text cites of them.
//!
//! Owns the table of laws and the reading of citations in free text. Refuses laws it does not know, laws
//! that are repealed or do not hold yet, and articles beyond a law's last. A title in 《》 counts as
//! a law where it ends like one or names who enacts laws; a contract's title does not, nor does what
//! a principal lays down for itself under its own name.
//! Source: REQUIREMENTS 1 (L363); the laws themselves, by their last article. The counts were
//! compared with the texts of the national database as `LawRefBook/Laws` keeps them (April 2025);
//! later are the arbitration law of 2026 (96 articles by its promulgation) and, not kept there, the
//! measures on credit cards.

use chrono::NaiveDate;

/// A wording of a law: from a day on, so many articles.
type Version = (i32, u32, u32, u32);

/// One law.
struct Law {
    /// Its title without 中华人民共和国.
    title: &'static str,
    /// Its wordings: year, month and day of force, and number of articles; oldest first.
    versions: &'static [Version],
    /// Day from which it no longer holds.
    repealed: Option<(i32, u32, u32)>,
    /// Whether articles such as 第一百二十条之一 were inserted.
    inserted: bool,
}

const fn law(title: &'static str, versions: &'static [Version]) -> Law {
    Law { title, versions, repealed: None, inserted: false }
}

const fn gone(title: &'static str, repealed: (i32, u32, u32)) -> Law {
    Law { title, versions: &[], repealed: Some(repealed), inserted: false }
}

/// The civil code's first day, on which nine laws ended.
const CODE: (i32, u32, u32) = (2021, 1, 1);

/// Laws that letters about debts may name, and those that ended and are still named.
static TABLE: &[Law] = &[
    law("民法典", &[(2021, 1, 1, 1260)]),
    Law { inserted: true, ..law("刑法", &[(1997, 10, 1, 452)]) },
    law("保险法", &[(2009, 10, 1, 187), (2015, 4, 24, 185)]),
    law("民事诉讼法", &[(2022, 1, 1, 291), (2024, 1, 1, 306)]),
    law("刑事诉讼法", &[(2018, 10, 26, 308)]),
    law("仲裁法", &[(1995, 9, 1, 80), (2026, 3, 1, 96)]),
    law("商业银行法", &[(2015, 10, 1, 95)]),
    law("银行业监督管理法", &[(2007, 1, 1, 52)]),
    law("个人信息保护法", &[(2021, 11, 1, 74)]),
    law("数据安全法", &[(2021, 9, 1, 55)]),
    law("消费者权益保护法", &[(2014, 3, 15, 63)]),
    law("道路交通安全法", &[(2011, 5, 1, 124)]),
    law("电子签名法", &[(2019, 4, 23, 36)]),
    law("劳动合同法", &[(2013, 7, 1, 98)]),
    law("公司法", &[(2024, 7, 1, 266)]),
    law("企业破产法", &[(2007, 6, 1, 136)]),
    law("反电信网络诈骗法", &[(2022, 12, 1, 50)]),
    law("反洗钱法", &[(2025, 1, 1, 65)]),
    law("道路交通安全法实施条例", &[(2017, 10, 7, 115)]),
    law("机动车交通事故责任强制保险条例", &[(2019, 3, 2, 46)]),
    law("征信业管理条例", &[(2013, 3, 15, 47)]),
    law("商业银行信用卡业务监督管理办法", &[(2011, 1, 13, 116)]),
    law("最高人民法院关于审理民间借贷案件适用法律若干问题的规定", &[(2021, 1, 1, 31)]),
    law("最高人民法院关于审理银行卡民事纠纷案件若干问题的规定", &[(2021, 5, 25, 16)]),
    law("最高人民法院关于适用民法典有关担保制度的解释", &[(2021, 1, 1, 71)]),
    law("最高人民法院关于适用民法典合同编通则若干问题的解释", &[(2023, 12, 5, 69)]),
    law("最高人民法院关于适用民法典总则编若干问题的解释", &[(2022, 3, 1, 39)]),
    law("最高人民法院关于适用民法典时间效力的若干规定", &[(2021, 1, 1, 28)]),
    law("最高人民法院关于适用民事诉讼法的解释", &[(2022, 4, 10, 550)]),
    law("最高人民法院关于审理道路交通事故损害赔偿案件适用法律若干问题的解释", &[(2021, 1, 1, 26)]),
    law("最高人民法院关于审理民事案件适用诉讼时效制度若干问题的规定", &[(2021, 1, 1, 21)]),
    law("最高人民法院关于适用保险法若干问题的解释(一)", &[(2009, 10, 1, 6)]),
    law("最高人民法院关于适用保险法若干问题的解释(二)", &[(2021, 1, 1, 21)]),
    law("最高人民法院关于适用保险法若干问题的解释(三)", &[(2021, 1, 1, 26)]),
    law("最高人民法院关于适用保险法若干问题的解释(四)", &[(2021, 1, 1, 21)]),
    gone("合同法", CODE),
    gone("民法通则", CODE),
    gone("民法总则", CODE),
    gone("物权法", CODE),
    gone("担保法", CODE),
    gone("侵权责任法", CODE),
    gone("婚姻法", CODE),
    gone("继承法", CODE),
    gone("收养法", CODE),
    gone("经济合同法", (1999, 10, 1)),
    gone("涉外经济合同法", (1999, 10, 1)),
    gone("技术合同法", (1999, 10, 1)),
];

/// What is wrong with a citation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The table does not know the law.
    Unknown,
    /// It ended, or does not hold yet.
    NotInForce,
    /// It has no such article.
    NoArticle,
}

/// One law named in a text, with the articles named after it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Citation {
    /// Its title as written, folded.
    title: String,
    /// Numbers of articles, and whether each is an inserted one. None where it cannot be read.
    articles: Vec<Option<(u32, bool)>>,
}

impl Citation {
    /// What is wrong with it on `day`.
    #[must_use]
    pub fn fault(&self, day: NaiveDate) -> Option<Fault> {
        let Some(law) = TABLE.iter().find(|law| law.title == self.title) else {
            return Some(Fault::Unknown);
        };
        let date = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day);
        if law.repealed.and_then(date).is_some_and(|end| end <= day) {
            return Some(Fault::NotInForce);
        }
        let holds = |version: &&Version| date((version.0, version.1, version.2)) <= Some(day);
        let Some(version) = law.versions.iter().rev().find(holds) else {
            return Some(Fault::NotInForce);
        };
        let there = |article: &Option<(u32, bool)>| {
            article.is_some_and(|(number, inserted)| {
                (1..=version.3).contains(&number) && (!inserted || law.inserted)
            })
        };
        (!self.articles.iter().all(there)).then_some(Fault::NoArticle)
    }

    /// Whether the title is that of rules which the principal called `name` laid down for itself, such as
    /// 《样例银行信用卡业务管理办法》: it begins with that name and ends like no law of the state's.
    #[must_use]
    pub fn is_own_rule_of(&self, name: &str) -> bool {
        let name: String = folded(name).into_iter().collect();
        let short = FORMS.iter().find_map(|form| name.strip_suffix(form)).unwrap_or(&name);
        let named = short.chars().count() >= 3 && self.title.starts_with(short);
        (named || OURS.iter().any(|ours| self.title.starts_with(ours)))
            && OWN_ENDINGS.iter().any(|ending| self.title.ends_with(ending))
    }

    /// Whether `other` names the same law and all articles this one names.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.title == other.title && self.articles.iter().all(|one| other.articles.contains(one))
    }
}

/// Every law that `text` names: titles in 《》 that are laws', and names of laws without them.
#[must_use]
pub fn citations(text: &str) -> Vec<Citation> {
    let letters = folded(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let Some((title, length)) = named(&letters, at) else {
            at += 1;
            continue;
        };
        let after = letters.get(at + length..).unwrap_or_default();
        found.push(Citation { title, articles: articles(after) });
        at += length;
    }
    found
}

/// Characters without spaces, in usual width, with one form of brackets.
fn folded(text: &str) -> Vec<char> {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// The law named at `at`, and how many characters name it.
fn named(letters: &[char], at: usize) -> Option<(String, usize)> {
    let rest = letters.get(at..)?;
    if rest.first() == Some(&'《') {
        let length = closing(rest)?;
        let inside: String = rest
            .iter()
            .take(length)
            .filter(|c| !matches!(c, '《' | '》' | '〈' | '〉' | '<' | '>'))
            .collect();
        let title = inside.replace("中华人民共和国", "");
        // 《民法典（2020年）》 names a version, not another law.
        let title = plain(&title);
        return is_law(&inside, &title).then_some((title, length));
    }
    let starts = |name: &str| name.chars().eq(rest.iter().copied().take(name.chars().count()));
    let known = TABLE.iter().filter(|law| starts(law.title));
    if let Some(law) = known.max_by_key(|law| law.title.len()) {
        let length = law.title.chars().count();
        // 合同法律关系, 物权法定: another word begins within the name.
        let word = rest.get(length).is_some_and(|next| "律定人院务学理庭官医治".contains(*next));
        return (!word).then(|| (law.title.to_owned(), length));
    }
    foreign(letters, at)
}

/// A title without what stands in brackets behind it; 解释(四) is another law than 解释(三).
fn plain(title: &str) -> String {
    let Some((head, rest)) = title.split_once('(') else { return title.to_owned() };
    let number = rest.split_once(')').map_or("", |(number, _)| number);
    let counted = !number.is_empty() && number.chars().all(|c| "一二三四五六七八九十".contains(c));
    if counted { format!("{head}({number})") } else { head.to_owned() }
}

/// A name that no 《》 marks and the table lacks, known by the article that follows: `…条例第五条`.
fn foreign(letters: &[char], at: usize) -> Option<(String, usize)> {
    let rest = letters.get(at..)?;
    let ending = ENDINGS
        .iter()
        .find(|ending| ending.chars().eq(rest.iter().copied().take(ending.chars().count())))?;
    let before = at.checked_sub(1).and_then(|before| letters.get(before));
    if *ending == "法" && before.is_some_and(|c| METHODS.contains(*c)) {
        return None;
    }
    let length = ending.chars().count();
    let after = rest.get(length..)?;
    // 约定的办法第二条 of a contract is not told apart from a law's: it is refused like one.
    (after.first() == Some(&'第') && !articles(after).is_empty())
        .then(|| ((*ending).to_owned(), length))
}

/// How many characters a title takes from its 《 to the 》 that closes it.
fn closing(rest: &[char]) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in rest.iter().enumerate() {
        match c {
            '《' => depth += 1,
            '》' if depth == 1 => return Some(at + 1),
            '》' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Endings of the titles of laws and of what courts and ministries lay down.
const ENDINGS: [&str; 11] =
    ["法典", "法", "条例", "修正案", "通则", "总则", "细则", "规定", "解释", "办法", "批复"];
/// Who enacts laws, at the beginning of a title.
const ENACTED_BY: [&str; 5] =
    ["中华人民共和国", "最高人民法院", "最高人民检察院", "国务院", "全国人民代表大会"];

/// What comes before 法 in words for ways of doing something: 《利息计算方法》 is no law.
const METHODS: &str = "方算用做写";
/// Forms of companies, at the end of a name.
const FORMS: [&str; 3] = ["股份有限公司", "有限责任公司", "有限公司"];
/// How a principal names itself in the titles of its own rules.
const OURS: [&str; 5] = ["本行", "我行", "本公司", "我公司", "我司"];
/// Endings of rules that anybody may lay down for itself.
const OWN_ENDINGS: [&str; 5] = ["通则", "总则", "细则", "规定", "办法"];

fn is_law(inside: &str, title: &str) -> bool {
    let method =
        title.strip_suffix('法').is_some_and(|rest| rest.ends_with(|c| METHODS.contains(c)));
    ENACTED_BY.iter().any(|body| inside.starts_with(body))
        || (!method && ENDINGS.iter().any(|ending| title.ends_with(ending)))
}

/// Numbers of the articles named right after a law: `第五条、第六条第二款至第八条`.
fn articles(letters: &[char]) -> Vec<Option<(u32, bool)>> {
    let mut found = Vec::new();
    let mut rest = skip_part(letters);
    loop {
        let joined = rest.iter().take_while(|c| "、,和及与或至到-~—".contains(**c)).count();
        if !found.is_empty() {
            rest = rest.get(joined..).unwrap_or_default();
        }
        let marked = rest.first() == Some(&'第');
        if !marked && (found.is_empty() || joined == 0) {
            return found;
        }
        let number = rest.get(usize::from(marked)..).unwrap_or_default();
        let length = number.iter().take_while(|c| is_numeral(**c)).count();
        let Some(unit) = number.get(length).filter(|_| length > 0) else { return found };
        match unit {
            // 第675、676条: the unit stands after the last.
            '条' | '、' | ',' | '和' | '及' | '与' | '至' | '到' | '-' => {}
            // 第二款 of the article before, or a number of something else.
            '款' | '项' | '目' if !found.is_empty() => {
                rest = number.get(length + 1..).unwrap_or_default();
                continue;
            }
            _ => return found,
        }
        let digits: String = number.iter().take(length).collect();
        let after = number.get(length..).unwrap_or_default();
        rest = after.strip_prefix(&['条']).unwrap_or(after);
        let inserted = rest.first() == Some(&'之') && rest.get(1).is_some_and(|c| is_numeral(*c));
        if inserted {
            let more = rest.iter().skip(1).take_while(|c| is_numeral(**c)).count();
            rest = rest.get(1 + more..).unwrap_or_default();
        }
        found.push(value(&digits).map(|value| (value, inserted)));
        // 第六条第二款: the paragraph belongs to the article.
        while rest.first() == Some(&'第') {
            let number = rest.get(1..).unwrap_or_default();
            let length =
                number.iter().take_while(|c| is_numeral(**c) || "()".contains(**c)).count();
            match number.get(length) {
                Some('款' | '项' | '目') => rest = number.get(length + 1..).unwrap_or_default(),
                _ => break,
            }
        }
    }
}

/// Leaves out what may stand between a law and its article: a date in brackets, 合同编, 的.
fn skip_part(letters: &[char]) -> &[char] {
    let mut rest = letters;
    if rest.first() == Some(&'(')
        && let Some(end) = rest.iter().position(|c| *c == ')')
    {
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let part = rest.iter().take(12).position(|c| matches!(c, '编' | '章' | '节' | '的' | '之'));
    let plain = |end: usize| rest.iter().take(end).all(|c| !",。;、《".contains(*c));
    match part.filter(|end| plain(*end)) {
        Some(end) if rest.get(end + 1) == Some(&'第') => rest.get(end + 1..).unwrap_or_default(),
        _ => rest,
    }
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || "〇零一二两三四五六七八九十百千万".contains(c)
}

/// Value of a number in Arabic or Chinese numerals, up to 9999.
fn value(numeral: &str) -> Option<u32> {
    if numeral.bytes().all(|byte| byte.is_ascii_digit()) {
        return numeral.parse().ok();
    }
    let digit = |c: char| "〇一二三四五六七八九".chars().position(|one| one == c);
    let (mut sum, mut last) = (0_u32, None);
    for c in numeral.chars() {
        let unit = match c {
            '千' => 1000,
            '百' => 100,
            '十' => 10,
            '零' => {
                last = None;
                continue;
            }
            _ => {
                let c = if c == '两' { '二' } else { c };
                // 六七五, digit by digit, is no way to write an article.
                if last.is_some() {
                    return None;
                }
                last = Some(u32::try_from(digit(c)?).ok()?);
                continue;
            }
        };
        sum = sum.checked_add(last.take().unwrap_or(1).checked_mul(unit)?)?;
    }
    sum.checked_add(last.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<Option<Fault>> {
        let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        citations(text).iter().map(|one| one.fault(day)).collect()
    }

    #[test]
    fn laws_in_force_may_be_cited_by_the_articles_they_have() {
        for fine in [
            "双方签订的借款合同及《中华人民共和国民法典》第六百七十五条",
            "《民法典》第六百七十四条至第六百七十六条、第1260条",
            "《中华人民共和国民法典》合同编第五百七十七条第一款",
            "民法典第675、676条",
            "《中华人民共和国保险法》(2015年修正)第六十条第一款、第六十二条",
            "《最高人民法院关于适用〈中华人民共和国民法典〉有关担保制度的解释》第二十八条",
            "《最高人民法院关于适用《中华人民共和国民法典》有关担保制度的解释》第七十一条",
            "保险法第185条",
            "《刑法》第一百二十条之一",
            "《最高人民法院关于适用〈中华人民共和国保险法〉若干问题的解释（四）》第七条",
            "《最高人民法院关于适用<中华人民共和国保险法>若干问题的解释（四）》(2020年修正)第二十一条",
            "《机动车交通事故责任强制保险条例》第二十二条",
            "《中华人民共和国道路交通安全法实施条例》第91条",
            "道路交通安全法实施条例第115条",
        ] {
            let found = faults(fine);
            assert!(!found.is_empty() && found.iter().all(Option::is_none), "{fine}: {found:?}");
        }
    }

    #[test]
    fn what_no_law_says_is_found() {
        for (text, fault) in [
            ("《中华人民共和国民法典》第九千条", Fault::NoArticle),
            ("《中华人民共和国民法典》第一千二百六十一条", Fault::NoArticle),
            ("依据民法典合同编第1261条", Fault::NoArticle),
            ("民法典第零条", Fault::NoArticle),
            ("民法典第675、9000条", Fault::NoArticle),
            ("《民法典》第五条第一款、第二千条", Fault::NoArticle),
            ("《民法典》第六百七十五条之一", Fault::NoArticle),
            ("双方签订的借款合同及《中华人民共和国合同法》第二百零六条", Fault::NotInForce),
            ("根据合同法的规定", Fault::NotInForce),
            ("《担保法》", Fault::NotInForce),
            ("《民法　通则》第八十四条", Fault::NotInForce),
            ("《中华人民共和国催收法》第一条", Fault::Unknown),
            ("《个人债务清偿条例》", Fault::Unknown),
            ("最高人民法院关于审理民间借贷案件的规定第25条", Fault::Unknown),
            (
                "《最高人民法院关于适用〈中华人民共和国保险法〉若干问题的解释（四）》第二十二条",
                Fault::NoArticle,
            ),
            (
                "《最高人民法院关于适用〈中华人民共和国保险法〉若干问题的解释（九）》第一条",
                Fault::Unknown,
            ),
            ("道路交通安全法第一百二十五条", Fault::NoArticle),
            ("《个人信用卡管理办法》", Fault::Unknown),
        ] {
            assert!(faults(text).contains(&Some(fault)), "{text}: {:?}", faults(text));
        }
    }

    #[test]
    fn contracts_and_words_that_only_look_like_laws_are_none() {
        for text in [
            "双方签订的借款合同第三条",
            "《个人消费借款合同》第十二条",
            "《信用卡领用合约》及《还款计划表》",
            "道路交通事故认定书（样例）认定您承担事故主要责任",
            "因合同法律关系产生的借款",
            "依原合同约定计算",
            "合同法定代表人签字",
            "本所样律函〔2026〕001号",
            "具体办法由双方另行商定",
            "《信用卡章程》《分期业务须知》及《利息计算方法》第三条",
            "按利息计算方法第三条计收",
        ] {
            assert!(citations(text).is_empty(), "{text}: {:?}", citations(text));
        }
    }

    #[test]
    fn what_a_principal_lays_down_under_its_own_name_is_its_own() {
        let bank = "样例银行股份有限公司";
        let own = |text: &str| citations(text).iter().all(|one| one.is_own_rule_of(bank));
        for text in [
            "《样例银行信用卡业务管理办法》第十二条",
            "《样例银行股份有限公司个人贷款实施细则》",
            "《我行分期业务收费规定》",
        ] {
            assert!(!citations(text).is_empty() && own(text), "{text}");
        }
        for text in [
            "《另一银行信用卡业务管理办法》",
            "《样例银行法》",
            "《样例银行条例》第一条",
            "《信用卡业务管理办法》",
            "依据有关办法第五条",
        ] {
            assert!(!own(text), "{text}");
        }
    }

    #[test]
    fn a_wording_counts_from_its_day() {
        let before = NaiveDate::from_ymd_opt(2026, 2, 28).unwrap();
        let cited = citations("《仲裁法》第九十六条");
        assert_eq!(
            cited.iter().map(|one| one.fault(before)).collect::<Vec<_>>(),
            [Some(Fault::NoArticle)]
        );
        let old = NaiveDate::from_ymd_opt(2020, 12, 31).unwrap();
        let code = citations("《民法典》第一条");
        assert_eq!(code.first().and_then(|one| one.fault(old)), Some(Fault::NotInForce));
    }
}
