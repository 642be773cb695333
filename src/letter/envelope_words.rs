//! What an envelope must not say.
//!
//! Whoever sees an envelope must not learn that its letter is about a debt, from whom or how it is
//! pursued. What we print (sender, note) holds no word of debt, law or principal; the recipient's
//! own name and address hold no word of collection and no account, and of courts and lawyers
//! only what is the name of a place. Refusals name the part, never its text.
//! Source: DOCUMENTS 18; REQUIREMENTS L309.

use crate::problem::{Phrase, Report};

crate::problems! {
    /// Why an envelope is refused.
    pub enum EnvelopeRefusal {
        /// A word that tells what is inside.
        Word { part: Phrase } = "CH-R160", Refusal,
            "{part} on the envelope holds a word that tells what is inside" => "correct it: no word of debt, court, lawyer, account or principal may stand on an envelope",
            "信封上的{part}含有透露函件内容的字词" => "请更正：信封不得出现欠款、法院、律师、账号、委托人等字样";
        /// The letter's page bears no address.
        NoAddress { number: String } = "CH-R161", Refusal,
            "letter `{number}` bears no address" => "envelopes are for letters that go by post or into a mailbox; hand this one over, or enclose it with one that bears the address",
            "函件 `{number}` 上没有收件地址" => "信封仅用于邮寄或投入信箱的函件；请当面送达，或随附于载有地址的函件";
        /// The letter's page bears another address than its record.
        Differs { number: String } = "CH-R162", Finding,
            "the page of letter `{number}` bears another address than its record" => "do not send it; run `chancery audit run`",
            "函件 `{number}` 页面上的地址与其归档记录不一致" => "请勿寄出，并运行 `chancery audit run`";
        /// The package is not made for that paper.
        Paper { size: String } = "CH-R163", Input,
            "the template is not made for `{size}`" => "use a size that `chancery template show envelope` or `address_labels` lists",
            "模板不支持 `{size}`" => "请使用 `chancery template show envelope` 或 `address_labels` 所列规格";
        /// A number that cannot be read.
        Numbers { line: usize } = "CH-R164", Input,
            "line {line} of the file holds no letter number" => "give one number a line, or what `letter issue --json` printed",
            "文件第 {line} 行没有函号" => "请每行填写一个函号，或提供 `letter issue --json` 的输出";
    }
}

/// What no part of ours may hold.
const OURS: [&str; 28] = [
    "催收",
    "催缴",
    "催款",
    "欠款",
    "欠费",
    "欠缴",
    "债务",
    "债权",
    "清收",
    "追偿",
    "逾期",
    "拖欠",
    "还款",
    "贷款",
    "信用卡",
    "法院",
    "法庭",
    "法务",
    "律师",
    "律所",
    "诉讼",
    "起诉",
    "传票",
    "强制执行",
    "警告",
    "账号",
    "账户",
    "委托人",
];
/// What not even the recipient's own name and address may hold.
const THEIRS: [&str; 4] = ["催收", "催缴", "欠款", "逾期"];
/// What stands in an address only as the name of a place, and what follows it there.
const PLACES: [&str; 2] = ["法院", "律师"];
const AFTER: [&str; 24] = [
    "路", "街", "巷", "胡同", "弄", "里", "村", "小区", "家属", "宿舍", "大街", "大道", "东", "西",
    "南", "北", "对面", "旁", "后", "公寓", "花园", "新村", "苑", "楼",
];

/// What stands on an envelope.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Sender's name, address, note: everything of ours.
    pub ours: &'a [&'a str],
    /// The recipient's name.
    pub name: &'a str,
    /// The recipient's address.
    pub address: &'a str,
    /// Names of the principal, which appear nowhere.
    pub principal: &'a str,
}

/// Every reason why these words may not stand on an envelope.
#[must_use]
pub fn refusals(said: Said<'_>) -> Vec<Report> {
    let mut found = Vec::new();
    let mut refuse = |part| found.push(EnvelopeRefusal::Word { part }.into());
    let holds = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    let named = |text: &str| !said.principal.is_empty() && text.contains(said.principal);
    let telling = |text: &str| text.contains("**") || named(text);
    if said.ours.iter().any(|text| tells(text) || named(&bare(text))) {
        refuse(Phrase("the sender or the note", "寄件信息或提示语"));
    }
    let name = bare(said.name);
    if holds(&name, &THEIRS) || holds(&name, &PLACES) || telling(&name) {
        refuse(Phrase("the recipient's name", "收件人姓名"));
    }
    let address = bare(said.address);
    if holds(&address, &THEIRS) || telling(&address) || !places_only(&address) {
        refuse(Phrase("the recipient's address", "收件人地址"));
    }
    found
}

/// Whether `text`, which we print on envelopes, tells what is inside.
#[must_use]
pub fn tells(text: &str) -> bool {
    let text = bare(text);
    OURS.iter().any(|word| text.contains(word)) || text.contains("**")
}

/// Text without the spaces that could part a word.
fn bare(text: &str) -> String {
    text.chars().filter(|each| !each.is_whitespace()).collect()
}

/// Whether courts and lawyers occur only in names of places.
fn places_only(address: &str) -> bool {
    PLACES.iter().all(|word| {
        address.match_indices(word).all(|(at, _)| {
            let after = address.get(at + word.len()..).unwrap_or_default();
            AFTER.iter().any(|place| after.starts_with(place))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(ours: &[&str], name: &str, address: &str) -> usize {
        refusals(Said { ours, name, address, principal: "样例银行股份有限公司" }).len()
    }

    #[test]
    fn a_plain_envelope_passes() {
        let ours = ["启衡服务", "样例市衡平路1号", "他人误收请勿拆阅并按原址退回"];
        assert_eq!(codes(&ours, "王某某", "样例市样例区法院路12号律师公寓3室"), 0);
    }

    #[test]
    fn no_word_of_debt_law_account_or_principal_stands_on_it() {
        for word in [
            "催收",
            "欠款",
            "法院",
            "律师",
            "账号",
            "委托人",
            "催 收",
            "样例银行股份有限公司",
            "****0018",
        ] {
            let ours = format!("启衡{word}服务");
            assert_eq!(codes(&[&ours], "王某某", "样例市1号"), 1, "{word}");
        }
        for word in ["催收", "欠款", "样例银行股份有限公司", "************0018"] {
            assert_eq!(codes(&["启衡"], &format!("王{word}"), "样例市1号"), 1, "{word}");
            assert_eq!(codes(&["启衡"], "王某某", &format!("样例市{word}1号")), 1, "{word}");
        }
        assert_eq!(codes(&["启衡"], "样例市人民法院", "样例市律师事务所转"), 2);
    }
}
