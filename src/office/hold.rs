//! Holds on a case: their kinds, who may place and release each, on what proof, what they let
//! through and what has to be reported.
//!
//! Owns [`TABLE`], the one table of all that, and the judgement of an act against it. A hold stops
//! letters and visits at once. `do_not_collect` is never released: no override exists in the tool.
//! Source: REQUIREMENTS 2, by the line at each row; `docs/decisions/0009-holds-and-letters.md`.

pub mod due;
pub mod known;
pub mod sheet;

use chrono::NaiveDate;

use self::known::Known;
use super::{
    operator::{Operator, Role},
    state,
};
use crate::{
    case::{amount::Fen, field, request::RequestProblem, value},
    problem::Report,
    rules::debt::{Balance, balance},
};

crate::problems! {
    /// Why a hold is not placed or released.
    pub enum HoldRefusal {
        /// No such kind.
        Kind = "CH-R050", Input,
            "that is no kind of hold" => "use suspended, dispute, complaint, denial, identity_mismatch, small_debt_objection, do_not_collect, principal_locked, deceased, imprisoned, forged or hardship",
            "没有该种类的暂停" => "请使用 suspended、dispute、complaint、denial、identity_mismatch、small_debt_objection、do_not_collect、principal_locked、deceased、imprisoned、forged 或 hardship";
        /// The operator may not.
        Role = "CH-R051", Refusal,
            "holds are placed by a clerk, agent or administrator and released by an administrator" => "let such an operator act",
            "暂停由信函经办、外访员或管理员设置，由管理员解除" => "请由相应角色办理";
        /// The case is not on that hold.
        NotHeld = "CH-R052", Input,
            "the case is not on that hold" => "see `chancery hold list`",
            "该案件没有该种类的暂停" => "请查看 `chancery hold list`";
        /// It cannot be released here.
        Final = "CH-R053", Refusal,
            "a client whom the principal forbade to collect from stays so" => "nothing in this tool lifts it",
            "委托方明令禁止催收的客户不得解除" => "本工具不提供解除方式";
        /// REQUIREMENTS L119.
        ProofDocument = "CH-R135", Refusal,
            "this hold is released only on a proof document: `--proof` is no sealed bundle of this case" => "seal the document with `chancery evidence seal` and give the bundle's number",
            "该种类的暂停须凭证明材料解除：`--proof` 不是本案已封存证据包的编号" => "请用 `chancery evidence seal` 封存证明材料，并填写其编号";
        /// REQUIREMENTS L183.
        Instruction = "CH-R136", Refusal,
            "this hold is released only by an instruction of the principal" => "give --instruction with the id of the principal's instruction",
            "该种类的暂停仅可凭委托方指令解除" => "请用 --instruction 填写委托方指令编号";
        /// REQUIREMENTS L325, L339.
        Answer = "CH-R137", Refusal,
            "this hold is released only on the principal's answer, dated from the hold to today" => "give --proof with the answer's id and --answered-on with its date",
            "该种类的暂停须凭委托方书面回应解除，回应日期应在暂停之日至今日之间" => "请用 --proof 填写回应编号，用 --answered-on 填写日期";
        /// REQUIREMENTS L365, 5 (14).
        NotSmall = "CH-R138", Refusal,
            "a small-debt objection is one to less than 500.00 yuan; the amount is missing, nothing, or not below" => "give --amount, or place `dispute`",
            "小额异议仅限低于 500.00 元的欠款；未填金额、为零或不低于该数" => "请用 --amount 填写金额，或改用 `dispute`";
        /// REQUIREMENTS L339, L365: with the hold the report would be forgotten.
        Unreported { by: NaiveDate } = "CH-R210", Refusal,
            "the report to the principal that this hold makes due by {by} is not registered" => "issue `principal_report` for the case, then release the hold",
            "该暂停须于 {by} 前向委托方报告，尚无报告登记" => "请先就本案签发 `principal_report`，再解除暂停";
        /// What placed it cannot lift it.
        SameProof = "CH-R290", Refusal,
            "the hold was placed on that very document, which cannot release it" => "give the document that settles it: the principal's answer, finding or instruction, or another proof",
            "该暂停正是依据此文件设置，不得再凭其解除" => "请提供了结此事的文件：委托方的答复、结论或指令，或其他证明材料";
        /// It was released or placed on a reference that names nothing.
        Proof = "CH-R139", Input,
            "the proof is no reference" => "give the id of the document it rests on, of letters, digits and - _ . / ( )",
            "依据编号无效" => "请填写所依据文件的编号，由字母、数字及 - _ . / ( ) 组成";
    }
}

/// What a hold lets through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Passes {
    /// Nothing that leaves the office.
    Nothing,
    /// Documents that answer the objection it rests on.
    Answers,
    /// Gentle documents.
    Gentle,
}

/// On what a hold is released.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Release {
    /// On nothing.
    Never,
    /// On a reference to what settled it.
    Reference,
    /// On a proof document, sealed as evidence of the case.
    Document,
    /// On an instruction of the principal, by its id.
    Instruction,
    /// On a dated answer of the principal.
    Answer,
}

/// When the principal has to be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tell {
    /// No report is due.
    No,
    /// On the day of the hold.
    SameDay,
    /// On the next working day.
    NextWorkingDay,
}

/// One kind of hold.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Name in commands and entries.
    pub name: &'static str,
    /// Chinese name.
    pub chinese: &'static str,
    /// What it lets through.
    pub passes: Passes,
    /// On what it is released.
    pub release: Release,
    /// When the principal has to be told.
    pub tell: Tell,
    /// Line of the seed.
    pub source: &'static str,
}

const fn kind_of(
    name: &'static str,
    chinese: &'static str,
    passes: Passes,
    release: Release,
    tell: Tell,
    source: &'static str,
) -> Kind {
    Kind { name, chinese, passes, release, tell, source }
}

/// Every kind of hold. Source: REQUIREMENTS 2.
pub const TABLE: [Kind; 12] = [
    kind_of("suspended", "暂停催收", Passes::Nothing, Release::Reference, Tell::No, "L111"),
    kind_of("dispute", "异议", Passes::Answers, Release::Reference, Tell::No, "L141"),
    kind_of("complaint", "投诉", Passes::Answers, Release::Reference, Tell::No, "L141"),
    kind_of("denial", "否认交易或持卡", Passes::Answers, Release::Answer, Tell::SameDay, "L339"),
    kind_of("identity_mismatch", "身份不符", Passes::Nothing, Release::Answer, Tell::No, "L325"),
    kind_of(
        "small_debt_objection",
        "小额异议",
        Passes::Answers,
        Release::Reference,
        Tell::NextWorkingDay,
        "L365",
    ),
    kind_of("do_not_collect", "禁止催收", Passes::Nothing, Release::Never, Tell::No, "L341"),
    kind_of(
        "principal_locked",
        "委托方锁定",
        Passes::Nothing,
        Release::Instruction,
        Tell::No,
        "L183",
    ),
    kind_of("deceased", "死亡", Passes::Nothing, Release::Document, Tell::No, "L119"),
    kind_of("imprisoned", "判刑", Passes::Nothing, Release::Document, Tell::No, "L119"),
    kind_of("forged", "伪冒", Passes::Nothing, Release::Document, Tell::No, "L119"),
    kind_of("hardship", "特殊困难", Passes::Gentle, Release::Reference, Tell::No, "L363"),
];

/// Names of the kinds, in the order of the table.
pub const KINDS: [&str; 12] = [
    "suspended",
    "dispute",
    "complaint",
    "denial",
    "identity_mismatch",
    "small_debt_objection",
    "do_not_collect",
    "principal_locked",
    "deceased",
    "imprisoned",
    "forged",
    "hardship",
];

/// Roles that may place a hold: whoever meets its cause stops the case.
pub const PLACED_BY: [Role; 3] = [Role::Clerk, Role::Agent, Role::Administrator];
/// Role that may release one.
pub const RELEASED_BY: Role = Role::Administrator;

/// The kind called `name`.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    TABLE.iter().find(|kind| kind.name == name)
}

/// On what a hold is placed or released, as it was given.
#[derive(Clone, Debug, Default)]
pub struct Grounds {
    /// Id of the document it rests on.
    pub proof: Option<String>,
    /// Id of the principal's instruction.
    pub instruction: Option<String>,
    /// Date of the principal's answer.
    pub answered_on: Option<NaiveDate>,
    /// What is owed.
    pub amount: Option<Fen>,
}

/// Refuses a case number that no request could carry: a hold under it would stop nothing.
///
/// # Errors
/// Every defect of it.
pub fn case_number(text: &str) -> Result<(), Vec<Report>> {
    let mut found = Vec::new();
    if text.trim().is_empty() {
        found.push(RequestProblem::Missing { field: "case_no" }.into());
    }
    if let Some(field) = field::named("case_no") {
        value::read(field, &text.into(), None, &mut found);
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Whether `operator` may place a hold of `kind` on these grounds.
///
/// # Errors
/// [`HoldRefusal`], all that apply.
pub fn may_place(name: &str, operator: &Operator, grounds: &Grounds) -> Result<(), Vec<Report>> {
    let mut found = Vec::new();
    let Some(kind) = kind(name) else { return Err(vec![HoldRefusal::Kind.into()]) };
    if !PLACED_BY.iter().any(|role| operator.may(*role)) {
        found.push(HoldRefusal::Role.into());
    }
    let small = grounds.amount.is_some_and(|amount| balance(amount) == Balance::Small);
    if kind.name == "small_debt_objection" && !small {
        found.push(HoldRefusal::NotSmall.into());
    }
    references(grounds, &mut found);
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Whether `operator` may release the hold of `kind` among those `standing`, on these grounds.
///
/// # Errors
/// [`HoldRefusal`], all that apply.
pub fn may_release(
    name: &str,
    standing: &[state::Hold],
    operator: &Operator,
    grounds: &Grounds,
    today: NaiveDate,
    known: Known,
) -> Result<(), Vec<Report>> {
    let mut found: Vec<Report> = Vec::new();
    let Some(kind) = kind(name) else { return Err(vec![HoldRefusal::Kind.into()]) };
    let Some(held) = standing.iter().find(|hold| hold.kind == kind.name) else {
        return Err(vec![HoldRefusal::NotHeld.into()]);
    };
    if kind.release == Release::Never {
        return Err(vec![HoldRefusal::Final.into()]);
    }
    if !operator.may(RELEASED_BY) {
        found.push(HoldRefusal::Role.into());
    }
    references(grounds, &mut found);
    if known.same {
        found.push(HoldRefusal::SameProof.into());
    }
    if let Some(by) = known.unreported {
        found.push(HoldRefusal::Unreported { by }.into());
    }
    let proof = grounds.proof.as_deref().unwrap_or_default();
    match kind.release {
        Release::Document if !known.sealed => found.push(HoldRefusal::ProofDocument.into()),
        Release::Instruction if grounds.instruction.is_none() => {
            found.push(HoldRefusal::Instruction.into());
        }
        Release::Answer => {
            let since = held.since.date_naive();
            let dated = grounds.answered_on.is_some_and(|day| since <= day && day <= today);
            if !dated || proof.is_empty() {
                found.push(HoldRefusal::Answer.into());
            }
        }
        Release::Reference if proof.is_empty() => found.push(HoldRefusal::Proof.into()),
        _ => {}
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Whether a release with these members counts, whoever wrote the entry: a replay asks again.
#[must_use]
pub fn release_counts(name: &str, has: impl Fn(&str) -> bool) -> bool {
    match kind(name).map(|kind| kind.release) {
        Some(Release::Reference | Release::Document) => has("proof"),
        Some(Release::Instruction) => has("instruction"),
        Some(Release::Answer) => has("proof") && has("answered_on"),
        Some(Release::Never) | None => false,
    }
}

fn references(grounds: &Grounds, found: &mut Vec<Report>) {
    for given in [&grounds.proof, &grounds.instruction].into_iter().flatten() {
        let mut told = Vec::new();
        let read = field::named("approval_id")
            .and_then(|field| value::read(field, &given.as_str().into(), None, &mut told));
        if read.is_none() {
            found.push(HoldRefusal::Proof.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_is_placed_only_under_a_number_that_requests_can_carry() {
        assert!(case_number("YL-2030-0001").is_ok());
        assert!(case_number("样借2023-00001号").is_ok());
        for wrong in ["", "  ", " YL-1 ", "../x1", "a/1", "王䶮", "C-X", "6200000000000005"] {
            assert!(case_number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_and_table_agree() {
        assert_eq!(TABLE.map(|kind| kind.name), KINDS);
    }

    #[test]
    fn a_release_without_what_its_kind_asks_for_does_not_count() {
        let with = |members: &'static [&str]| move |name: &str| members.contains(&name);
        assert!(release_counts("dispute", with(&["proof"])));
        assert!(release_counts("principal_locked", with(&["instruction"])));
        assert!(!release_counts("principal_locked", with(&["proof"])));
        assert!(!release_counts("identity_mismatch", with(&["proof"])));
        assert!(!release_counts("do_not_collect", with(&["proof", "instruction", "answered_on"])));
    }
}
