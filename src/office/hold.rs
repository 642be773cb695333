//! Holds on a case: their kinds, and who may place and release them.
//!
//! A hold stops letters and visits at once. `do_not_collect` cannot be released here: no override
//! exists in the tool. Source: REQUIREMENTS 2.

use super::{
    operator::{Operator, Role},
    state,
};
use crate::{
    case::{field, request::RequestProblem, value},
    problem::Report,
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
    }
}

/// Kinds of holds. Source: REQUIREMENTS 2.
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

/// Kind that nothing here lifts. Source: REQUIREMENTS 2.
pub const FINAL: &str = "do_not_collect";

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

/// Whether `operator` may place a hold of `kind`.
///
/// # Errors
/// [`HoldRefusal::Kind`], [`HoldRefusal::Role`].
pub fn may_place(kind: &str, operator: &Operator) -> Result<(), HoldRefusal> {
    if !KINDS.contains(&kind) {
        return Err(HoldRefusal::Kind);
    }
    let may = [Role::Clerk, Role::Agent, Role::Administrator].iter().any(|r| operator.may(*r));
    if may { Ok(()) } else { Err(HoldRefusal::Role) }
}

/// Whether `operator` may release the hold of `kind` among those `standing`.
///
/// # Errors
/// [`HoldRefusal`], by variant.
pub fn may_release(
    kind: &str,
    standing: &[state::Hold],
    operator: &Operator,
) -> Result<(), HoldRefusal> {
    if !KINDS.contains(&kind) {
        return Err(HoldRefusal::Kind);
    }
    if !standing.iter().any(|hold| hold.kind == kind) {
        return Err(HoldRefusal::NotHeld);
    }
    if kind == FINAL {
        return Err(HoldRefusal::Final);
    }
    if operator.may(Role::Administrator) { Ok(()) } else { Err(HoldRefusal::Role) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_is_placed_only_under_a_number_that_requests_can_carry() {
        assert!(case_number("YL-2030-0001").is_ok());
        for wrong in ["", "  ", " YL-1 ", "../x", "6200000000000005"] {
            assert!(case_number(wrong).is_err(), "{wrong}");
        }
    }
}
