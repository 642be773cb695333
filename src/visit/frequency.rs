//! How often, and by how many people, one debtor may be visited or called.
//!
//! Owns the caps and [`judge`], which tells every cap that stands in the way at once. Visits need
//! two people or more; a person in hardship (illness, poverty, pregnancy) sees at most two people
//! once in seven days. A debtor's own request lifts the daily caps and the rest between calls,
//! and is then logged; it never lifts the weekly rest between visits or the number of people.
//! A principal may tighten the caps, never loosen them.
//! Source: seed L329, L363, L421; REQUIREMENTS 5, decision 18.

use serde::{Deserialize, Serialize};

crate::problems! {
    /// Why a visit or call may not take place.
    pub enum FrequencyRefusal {
        /// The day's visits are used up.
        VisitsToday { cap: u32 } = "CH-V010", Refusal,
            "{cap} visits have been made today" => "visit on another day, or record the debtor's own request",
            "当日已外访 {cap} 次" => "请改日外访，或如实记录债务人的主动请求";
        /// Too soon after the last visit to a person in hardship.
        HardshipVisit { rest_days: u32 } = "CH-V011", Refusal,
            "a person in hardship is visited once in {rest_days} days" => "wait until the days are over",
            "特殊困难债务人每 {rest_days} 日至多外访一次" => "请待间隔期满";
        /// Too many people for a person in hardship.
        HardshipVisitors { cap: u32 } = "CH-V012", Refusal,
            "a person in hardship is visited by at most {cap} people" => "send fewer people",
            "对特殊困难债务人外访不得超过 {cap} 人" => "请减少外访人员";
        /// A single agent.
        TooFewVisitors { least: u32 } = "CH-V013", Refusal,
            "a visit needs at least {least} people" => "add a second agent",
            "外访至少须有 {least} 人" => "请增派外访人员";
        /// The day's effective calls are used up.
        CallsToday { cap: u32 } = "CH-V014", Refusal,
            "{cap} effective calls have been made today" => "call on another day, or record the debtor's own request",
            "当日有效通话已达 {cap} 次" => "请改日致电，或如实记录债务人的主动请求";
        /// The day's dialled calls are used up.
        DialsToday { cap: u32 } = "CH-V015", Refusal,
            "{cap} calls have been dialled today" => "call on another day, or record the debtor's own request",
            "当日呼叫已达 {cap} 次" => "请改日致电，或如实记录债务人的主动请求";
        /// Too soon after the last call to a person in hardship.
        HardshipCall { rest_days: u32 } = "CH-V016", Refusal,
            "a person in hardship is called once in {rest_days} days" => "wait, or record the debtor's own request",
            "对特殊困难债务人每 {rest_days} 日至多致电一次" => "请等待，或如实记录债务人的主动请求";
        /// A principal's caps are looser than the rules.
        LooserCaps = "CH-V017", Refusal,
            "the caps are looser than the rules allow" => "lower the numbers of contacts or lengthen the days between them",
            "所设上限宽于规则允许的范围" => "请降低次数或延长间隔";
    }
}

/// The caps of a principal's policy. The default holds the loosest that are allowed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "CapNumbers", into = "CapNumbers")]
pub struct Caps(CapNumbers);

/// The numbers of [`Caps`], before they are checked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CapNumbers {
    /// Visits on one day.
    pub visits_per_day: u32,
    /// Days from one visit to the next, in hardship.
    pub hardship_visit_rest_days: u32,
    /// People on one visit, in hardship.
    pub hardship_visitors: u32,
    /// Effective calls on one day.
    pub calls_per_day: u32,
    /// Dialled calls on one day, effective or not.
    pub dials_per_day: u32,
    /// Days from one call to the next, in hardship.
    pub hardship_call_rest_days: u32,
}

impl Default for CapNumbers {
    fn default() -> Self {
        Self {
            visits_per_day: 2,
            hardship_visit_rest_days: 7,
            hardship_visitors: 2,
            calls_per_day: 3,
            dials_per_day: 10,
            hardship_call_rest_days: 2,
        }
    }
}

/// The fewest people on a visit.
pub const LEAST_VISITORS: u32 = 2;

impl Caps {
    /// Caps of a principal.
    ///
    /// # Errors
    /// [`FrequencyRefusal::LooserCaps`] if one is looser than the default, or forbids every visit
    /// to people in hardship by allowing fewer than two people.
    pub fn tightened(numbers: CapNumbers) -> Result<Self, FrequencyRefusal> {
        let loosest = CapNumbers::default();
        let tight = numbers.visits_per_day <= loosest.visits_per_day
            && numbers.hardship_visit_rest_days >= loosest.hardship_visit_rest_days
            && (LEAST_VISITORS..=loosest.hardship_visitors).contains(&numbers.hardship_visitors)
            && numbers.calls_per_day <= loosest.calls_per_day
            && numbers.dials_per_day <= loosest.dials_per_day
            && numbers.hardship_call_rest_days >= loosest.hardship_call_rest_days;
        if tight { Ok(Self(numbers)) } else { Err(FrequencyRefusal::LooserCaps) }
    }

    /// The numbers.
    #[must_use]
    pub const fn numbers(self) -> CapNumbers {
        self.0
    }
}

impl TryFrom<CapNumbers> for Caps {
    type Error = FrequencyRefusal;

    fn try_from(numbers: CapNumbers) -> Result<Self, FrequencyRefusal> {
        Self::tightened(numbers)
    }
}

impl From<Caps> for CapNumbers {
    fn from(caps: Caps) -> Self {
        caps.0
    }
}

/// What is known when a visit or call is about to be made. Absent numbers are not judged.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Contact {
    /// The debtor is ill, poor or pregnant.
    pub hardship: bool,
    /// The debtor asked for the contact or called back, and that is on record.
    pub debtor_requested: bool,
    /// People who will go.
    pub visitors: Option<u32>,
    /// Visits made today, before this one.
    pub visits_today: Option<u32>,
    /// Calendar days since the last visit.
    pub last_visit_days_ago: Option<u32>,
    /// Effective calls made today, before this one.
    pub calls_today: Option<u32>,
    /// Calls dialled today, before this one.
    pub dials_today: Option<u32>,
    /// Calendar days since the last call.
    pub last_call_days_ago: Option<u32>,
}

/// Whether a contact may take place.
#[derive(Debug)]
pub enum Decision {
    /// It may.
    Allow,
    /// It may because the debtor asked for it; these caps were lifted and belong in the register.
    AllowLogged(Vec<FrequencyRefusal>),
    /// It may not, for all of these reasons.
    Refuse(Vec<FrequencyRefusal>),
}

/// Holds a contact against the caps.
#[must_use]
pub fn judge(contact: &Contact, caps: Caps) -> Decision {
    let caps = caps.numbers();
    let reached = |count: Option<u32>, cap: u32| count.is_some_and(|count| count >= cap);
    let too_soon =
        |days: Option<u32>, rest: u32| contact.hardship && days.is_some_and(|days| days < rest);
    let mut liftable = Vec::new();
    let mut firm = Vec::new();
    if reached(contact.visits_today, caps.visits_per_day) {
        liftable.push(FrequencyRefusal::VisitsToday { cap: caps.visits_per_day });
    }
    if reached(contact.calls_today, caps.calls_per_day) {
        liftable.push(FrequencyRefusal::CallsToday { cap: caps.calls_per_day });
    }
    if reached(contact.dials_today, caps.dials_per_day) {
        liftable.push(FrequencyRefusal::DialsToday { cap: caps.dials_per_day });
    }
    if too_soon(contact.last_call_days_ago, caps.hardship_call_rest_days) {
        liftable.push(FrequencyRefusal::HardshipCall { rest_days: caps.hardship_call_rest_days });
    }
    if too_soon(contact.last_visit_days_ago, caps.hardship_visit_rest_days) {
        firm.push(FrequencyRefusal::HardshipVisit { rest_days: caps.hardship_visit_rest_days });
    }
    if contact.visitors.is_some_and(|people| people < LEAST_VISITORS) {
        firm.push(FrequencyRefusal::TooFewVisitors { least: LEAST_VISITORS });
    }
    if contact.hardship && contact.visitors.is_some_and(|people| people > caps.hardship_visitors) {
        firm.push(FrequencyRefusal::HardshipVisitors { cap: caps.hardship_visitors });
    }
    if firm.is_empty() && contact.debtor_requested && !liftable.is_empty() {
        return Decision::AllowLogged(liftable);
    }
    if !contact.debtor_requested {
        firm.append(&mut liftable);
    }
    if firm.is_empty() { Decision::Allow } else { Decision::Refuse(firm) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;

    fn codes(contact: Contact) -> Vec<&'static str> {
        match judge(&contact, Caps::default()) {
            Decision::Allow => Vec::new(),
            Decision::AllowLogged(lifted) => lifted.iter().map(|_| "logged").collect(),
            Decision::Refuse(reasons) => reasons.iter().map(|reason| reason.code().code).collect(),
        }
    }

    #[test]
    fn the_third_visit_of_a_day_needs_the_debtors_request() {
        let visits = |visits| Contact { visits_today: Some(visits), ..Contact::default() };
        assert_eq!(codes(visits(0)), codes(visits(1)));
        assert_eq!(codes(visits(2)), ["CH-V010"]);
        assert_eq!(codes(Contact { debtor_requested: true, ..visits(2) }), ["logged"]);
        assert!(codes(Contact { debtor_requested: true, ..visits(1) }).is_empty());
    }

    #[test]
    fn hardship_rests_seven_days_and_no_request_lifts_that() {
        let after = |days| Contact {
            hardship: true,
            last_visit_days_ago: Some(days),
            ..Contact::default()
        };
        assert!(codes(after(7)).is_empty());
        assert_eq!(codes(after(6)), ["CH-V011"]);
        assert_eq!(codes(Contact { debtor_requested: true, ..after(6) }), ["CH-V011"]);
        assert!(codes(Contact { hardship: false, ..after(1) }).is_empty());
    }

    #[test]
    fn two_people_go_and_no_more_in_hardship() {
        let people = |visitors, hardship| Contact {
            visitors: Some(visitors),
            hardship,
            ..Contact::default()
        };
        assert_eq!(codes(people(1, false)), ["CH-V013"]);
        assert!(codes(people(2, true)).is_empty() && codes(people(3, false)).is_empty());
        assert_eq!(codes(people(3, true)), ["CH-V012"]);
    }

    #[test]
    fn calls_are_capped_by_day_and_rest_in_hardship() {
        let dials = |dials| Contact { dials_today: Some(dials), ..Contact::default() };
        assert!(codes(dials(9)).is_empty());
        assert_eq!(codes(dials(10)), ["CH-V015"]);
        let calls = Contact { calls_today: Some(3), ..Contact::default() };
        assert_eq!(codes(calls), ["CH-V014"]);
        let soon = Contact { hardship: true, last_call_days_ago: Some(1), ..Contact::default() };
        assert_eq!(codes(soon), ["CH-V016"]);
        assert_eq!(codes(Contact { debtor_requested: true, ..soon }), ["logged"]);
        assert!(codes(Contact { last_call_days_ago: Some(2), ..soon }).is_empty());
    }

    #[test]
    fn all_reasons_are_told_at_once() {
        let contact = Contact {
            hardship: true,
            visitors: Some(3),
            visits_today: Some(2),
            last_visit_days_ago: Some(0),
            ..Contact::default()
        };
        assert_eq!(codes(contact), ["CH-V011", "CH-V012", "CH-V010"]);
    }

    #[test]
    fn a_principal_tightens_caps_and_never_loosens_them() {
        let base = CapNumbers::default();
        assert!(Caps::tightened(CapNumbers { visits_per_day: 1, ..base }).is_ok());
        assert!(Caps::tightened(CapNumbers { visits_per_day: 3, ..base }).is_err());
        assert!(Caps::tightened(CapNumbers { hardship_visit_rest_days: 6, ..base }).is_err());
        assert!(serde_json::from_str::<Caps>(r#"{"visits_per_day":3}"#).is_err());
        assert!(serde_json::from_str::<Caps>(r#"{"visits_per_day":1}"#).is_ok());
    }
}
