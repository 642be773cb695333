//! Every rule by which a request or an act on a case is refused, with its source.
//!
//! Owns the table from which `docs/rules.md` is printed by `chancery rules-table`: the sentence is
//! the code's own, here stand its source and the documents it concerns. A test holds that no
//! rule's code is missing and that the page is the one printed; another, in `tests/it/rules.rs`,
//! that each rule refuses one case and lets its neighbour pass.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{PolicyRefusal, gates::GateRefusal};
use crate::{
    case::checks::CheckProblem,
    office::hold::{self, HoldRefusal, Passes, Release, Tell},
    problem::{Code, Severity},
    template::documents,
    visit::statement::StatementRefusal,
};

/// A rule's source and reach.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Code of its refusal.
    pub code: &'static str,
    /// Line of the seed, law, or decision it comes from.
    pub source: &'static str,
    /// Kinds of documents it concerns.
    pub documents: &'static str,
}

const fn rule(code: &'static str, source: &'static str, documents: &'static str) -> Rule {
    Rule { code, source, documents }
}

const ALL: &str = "all";
const LETTERS: &str = "letters";
const VISITS: &str = "visit statements";
const HOLDS: &str = "holds";

/// The table.
pub const RULES: &[Rule] = &[
    rule("CH-I040", "L311", "all with amounts"),
    rule("CH-I041", "L311", "all with amounts"),
    rule("CH-I042", "DOCUMENTS 5, 11", "repayment_plan_agreement, visit_agreed"),
    rule("CH-I043", "DOCUMENTS 5, 11", "repayment_plan_agreement, visit_agreed"),
    rule("CH-I044", "DOCUMENTS 5, 11", "repayment_plan_agreement, visit_agreed"),
    rule("CH-I045", "保险法 60; DOCUMENTS 19", "subrogation_notice"),
    rule("CH-I046", "DOCUMENTS, wording", ALL),
    rule("CH-I093", "保险法 62; DOCUMENTS 19", "subrogation_notice"),
    rule("CH-I047", "L311", "all with amounts"),
    rule("CH-I048", "REQUIREMENTS 5 (17)", "all with amounts"),
    rule("CH-R001", "L205; SPEC 4", ALL),
    rule("CH-R002", "L213; REQUIREMENTS 5 (2)", LETTERS),
    rule("CH-R003", "L211, L335; REQUIREMENTS 5 (3)", LETTERS),
    rule("CH-R004", "L349; REQUIREMENTS 5 (8)", LETTERS),
    rule("CH-R005", "DOCUMENTS, channels", ALL),
    rule("CH-R006", "L349", LETTERS),
    rule("CH-R007", "L149", ALL),
    rule("CH-R008", "L349; SPEC 5", LETTERS),
    rule("CH-R009", "L111–L365; REQUIREMENTS 2", "all that leave the office"),
    rule("CH-R010", "L327", LETTERS),
    rule("CH-R011", "L327", LETTERS),
    rule("CH-R012", "L337", ALL),
    rule("CH-R013", "DOCUMENTS, each row", ALL),
    rule("CH-R014", "DOCUMENTS, F0", ALL),
    rule("CH-R015", "L313", "all with an as-of date"),
    rule("CH-R016", "DOCUMENTS 1", LETTERS),
    rule("CH-R017", "L357", LETTERS),
    rule("CH-R018", "L363", "legal_rights_notice"),
    rule("CH-R019", "L303, L343", ALL),
    rule("CH-R020", "保险法 62; DOCUMENTS 19", "subrogation_notice"),
    rule("CH-R021", "L337", ALL),
    rule("CH-R022", "SPEC 6", ALL),
    rule("CH-R282", "L311, L313", "all that ask for something"),
    rule("CH-R100", "DOCUMENTS, wording; L301", LETTERS),
    rule("CH-R101", "DOCUMENTS, “must not hold”", LETTERS),
    rule("CH-R102", "L357", "repayment_plan_agreement, reply_letter"),
    rule("CH-R103", "L349", LETTERS),
    rule("CH-R104", "L349", "all that leave the office"),
    rule("CH-R105", "L349", "all that leave the office"),
    rule("CH-R106", "中国邮政编码", LETTERS),
    rule("CH-R107", "中国邮政编码", LETTERS),
    rule("CH-R108", "L349", LETTERS),
    rule("CH-R109", "GB/T 1416", LETTERS),
    rule("CH-R250", "L363", ALL),
    rule("CH-R252", "L301, L349", "guarantor_notice, voluntary_payment_commitment"),
    rule("CH-R253", "SPEC 7; DOCUMENTS, F0", ALL),
    rule("CH-R254", "L359", ALL),
    rule("CH-R255", "居民身份证法 4", ALL),
    rule("CH-R256", "DOCUMENTS 1", LETTERS),
    rule("CH-R110", "DOCUMENTS 8", "overdraft_notice"),
    rule("CH-R111", "DOCUMENTS 8, 19; L355", "overdraft_notice, subrogation_notice"),
    rule("CH-R112", "法释〔2018〕19号 7", "overdraft_notice"),
    rule("CH-R113", "DOCUMENTS 8; L187", "overdraft_notice"),
    rule("CH-R114", "法释〔2018〕19号 7", "overdraft_notice"),
    rule("CH-R115", "L357; DOCUMENTS 5, 8", "overdraft_notice, repayment_plan_agreement"),
    rule("CH-R116", "L389, L439; REQUIREMENTS 5 (10)", "employer_assist"),
    rule("CH-R117", "REQUIREMENTS 5 (10)", "employer_assist"),
    rule("CH-R118", "L385; DOCUMENTS 10", "law_firm_cover"),
    rule("CH-R119", "L385; DOCUMENTS 10", "law_firm_cover"),
    rule("CH-R211", "L385; DOCUMENTS 10", "law_firm_cover"),
    rule("CH-R120", "DOCUMENTS 3", "legal_rights_notice"),
    rule("CH-R121", "DOCUMENTS 3", "legal_rights_notice"),
    rule("CH-R251", "DOCUMENTS 3; L301", "legal_rights_notice"),
    rule("CH-R122", "民法典 692; DOCUMENTS 1b", "guarantor_notice"),
    rule("CH-R123", "L149", "repayment_plan_agreement"),
    rule("CH-R124", "商业银行信用卡业务监督管理办法 70", "repayment_plan_agreement"),
    rule("CH-R125", "DOCUMENTS 5", "repayment_plan_agreement"),
    rule("CH-R126", "L441", "repayment_commitment"),
    rule("CH-R127", "L441", "repayment_commitment"),
    rule("CH-R128", "DOCUMENTS 6", "repayment_commitment"),
    rule("CH-R129", "保险法 62", "subrogation_notice"),
    rule("CH-R130", "L205", "reply_letter, dispute_hold_notice, dispute_outcome_notice"),
    rule("CH-R131", "L205", "reply_letter, dispute_hold_notice, dispute_outcome_notice"),
    rule("CH-R132", "L141", "dispute_hold_notice, dispute_outcome_notice"),
    rule("CH-R133", "L141", "dispute_hold_notice"),
    rule("CH-R134", "DOCUMENTS 29; L345", "reply_letter"),
    rule("CH-R140", "DOCUMENTS 7; L301", "overdue_risk_notice"),
    rule("CH-R051", "REQUIREMENTS 2", HOLDS),
    rule("CH-R053", "L341", HOLDS),
    rule("CH-R135", "L119", HOLDS),
    rule("CH-R136", "L183", HOLDS),
    rule("CH-R137", "L325, L339", HOLDS),
    rule("CH-R138", "L365; REQUIREMENTS 5 (14)", HOLDS),
    rule("CH-R210", "L339, L365", HOLDS),
    rule("CH-R290", "L119, L141, L325", HOLDS),
    rule("CH-V030", "L421", VISITS),
    rule("CH-V031", "L353", VISITS),
    rule("CH-V032", "L257; REQUIREMENTS 5 (4)", VISITS),
    rule("CH-V033", "L301", VISITS),
    rule("CH-V034", "L223", VISITS),
    rule("CH-V035", "L231; REQUIREMENTS 5 (12)", VISITS),
    rule("CH-V036", "L235", VISITS),
    rule("CH-V037", "L225", VISITS),
    rule("CH-V038", "L237", VISITS),
    rule("CH-V039", "L241", VISITS),
    rule("CH-V040", "DOCUMENTS 11", VISITS),
];

/// Every refusal the table has to know.
fn codes() -> impl Iterator<Item = &'static Code> {
    [
        CheckProblem::CODES,
        PolicyRefusal::CODES,
        GateRefusal::CODES,
        HoldRefusal::CODES,
        StatementRefusal::CODES,
    ]
    .into_iter()
    .flatten()
    .filter(|code| code.severity == Severity::Refusal)
}

fn code(rule: &Rule) -> Option<&'static Code> {
    codes().find(|code| code.code == rule.code)
}

/// The table as JSON: `code`, `source`, `documents`, `english`, `chinese`.
#[must_use]
pub fn json() -> Value {
    RULES
        .iter()
        .filter_map(|rule| {
            let code = code(rule)?;
            Some(json!({
                "code": rule.code,
                "source": rule.source,
                "documents": rule.documents,
                "english": code.english,
                "chinese": code.chinese,
            }))
        })
        .collect()
}

/// The table as a Markdown page, with the kinds of holds and what each letter must and must not say.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Rules · 规则\n\nPrinted by `chancery rules-table`; a test compares, and another puts to each rule a case it \
         refuses and one it lets pass. `Lnnn` is a line of the service plan this program was written for.\n\n\
         ## Refusals · 拒绝\n\n| code | source · 来源 | documents · 文书 | rule | 规则 |\n|-|-|-|-|-|\n",
    );
    for rule in RULES {
        let Some(code) = code(rule) else { continue };
        // Writing to a string does not fail.
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            rule.code, rule.source, rule.documents, code.english, code.chinese
        );
    }
    page.push_str(
        "\n## Holds · 暂停\n\nPlaced by a clerk, an agent or an administrator, released by an administrator.\n\n\
         | kind · 种类 | lets through · 放行 | released on · 解除依据 | tell the principal · 报告 | source · 来源 |\n|-|-|-|-|-|\n",
    );
    for kind in &hold::TABLE {
        let passes = match kind.passes {
            Passes::Nothing => "nothing · 无",
            Passes::Answers => "answers to the objection · 答复文书",
            Passes::Gentle => "gentle documents · 温和文书",
        };
        let release = match kind.release {
            Release::Never => "nothing · 不得解除",
            Release::Reference => "a reference · 依据编号",
            Release::Document => "a proof document sealed in the case · 已封存的证明材料",
            Release::Instruction => "the principal's instruction · 委托方指令",
            Release::Answer => "the principal's dated answer · 委托方注明日期的回应",
        };
        let tell = match kind.tell {
            Tell::No => "–",
            Tell::SameDay => "the same day · 当日",
            Tell::NextWorkingDay => "the next working day · 次一工作日",
        };
        let _ = writeln!(
            page,
            "| `{}` {} | {passes} | {release} | {tell} | {} |",
            kind.name, kind.chinese, kind.source
        );
    }
    page.push_str(
        "\n## Letters · 函件\n\nWhat the check before approval demands of each kind.\n\n\
         | no | kind | must say · 必须载明 | must not say · 不得出现 |\n|-|-|-|-|\n",
    );
    for row in documents::ROWS {
        let list = |words: &[&str]| words.join("、");
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {} |",
            row.number,
            row.id,
            list(row.says),
            list(row.never_says)
        );
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_row_and_every_row_its_refusal() {
        let listed: Vec<_> = RULES.iter().map(|rule| rule.code).collect();
        let missing: Vec<_> =
            codes().map(|code| code.code).filter(|code| !listed.contains(code)).collect();
        assert!(missing.is_empty(), "without a source: {missing:?}");
        let unknown: Vec<_> = RULES.iter().filter(|rule| code(rule).is_none()).collect();
        assert!(unknown.is_empty(), "no such refusal: {unknown:?}");
        let mut once = listed.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), listed.len());
        assert!(RULES.iter().all(|rule| !rule.source.is_empty() && !rule.documents.is_empty()));
    }
}
