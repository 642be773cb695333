//! The two steps by which an archived object may be destroyed.
//!
//! A [`DisposalPlan`] exists only for an expired object without a hold; a [`DisposalOrder`] only
//! where two different people approved the plan and expiry and holds were checked again; a
//! [`DisposalPermit`], which alone lets the archive destroy bytes, only where the disposal is
//! registered. None can be made in another way. Source: REQUIREMENTS 5, decision 7; DOCUMENTS 23.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{RetentionRefusal, schedule::Schedule};
use crate::{digest::Digest, register::Recorded};

/// Why disposal is suspended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldGround {
    /// 诉讼.
    Litigation,
    /// 投诉.
    Complaint,
    /// 审计.
    Audit,
    /// An order of an authority, or the principal's instruction.
    Instruction,
}

/// A legal hold on an object. A hold that was released is not given here at all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hold {
    /// The hold's register number.
    pub id: String,
    /// Why it was placed.
    pub ground: HoldGround,
}

/// An expired object that nothing held on the day of planning.
#[derive(Debug)]
pub struct DisposalPlan {
    object: String,
    schedule: Schedule,
    last_day_kept: NaiveDate,
    planned_on: NaiveDate,
}

/// Leave to destroy one object, approved by two people.
#[derive(Debug)]
pub struct DisposalOrder {
    object: String,
    last_day_kept: NaiveDate,
    approvers: [String; 2],
}

impl DisposalPlan {
    /// Plans the disposal of `object`, or tells everything that stands in the way.
    ///
    /// # Errors
    /// [`RetentionRefusal::CaseOpen`], [`RetentionRefusal::NotExpired`] and one
    /// [`RetentionRefusal::Held`] for each hold, together.
    pub fn new(
        object: impl Into<String>,
        schedule: Schedule,
        holds: &[Hold],
        today: NaiveDate,
    ) -> Result<Self, Vec<RetentionRefusal>> {
        let last_day_kept = free(schedule, holds, today)?;
        Ok(Self { object: object.into(), schedule, last_day_kept, planned_on: today })
    }

    /// The object's id.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.object
    }

    /// The last day on which it was to be kept.
    #[must_use]
    pub const fn last_day_kept(&self) -> NaiveDate {
        self.last_day_kept
    }

    /// Turns the plan into an order, with `holds` as they stand on `today`.
    ///
    /// # Errors
    /// [`RetentionRefusal::SameApprover`], [`RetentionRefusal::PlanFromFuture`], and those of
    /// [`DisposalPlan::new`], together.
    pub fn approve(
        self,
        holds: &[Hold],
        today: NaiveDate,
        agency_approver: impl Into<String>,
        principal_approver: impl Into<String>,
    ) -> Result<DisposalOrder, Vec<RetentionRefusal>> {
        let approvers = [agency_approver.into(), principal_approver.into()];
        let [agency, principal] = &approvers;
        let mut refusals = free(self.schedule, holds, today).err().unwrap_or_default();
        if agency == principal {
            refusals.push(RetentionRefusal::SameApprover);
        }
        if self.planned_on > today {
            refusals.push(RetentionRefusal::PlanFromFuture);
        }
        if refusals.is_empty() {
            Ok(DisposalOrder { object: self.object, last_day_kept: self.last_day_kept, approvers })
        } else {
            Err(refusals)
        }
    }
}

impl DisposalOrder {
    /// The object's id.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.object
    }

    /// The last day on which it was kept.
    #[must_use]
    pub const fn last_day_kept(&self) -> NaiveDate {
        self.last_day_kept
    }

    /// The agency's approver and the principal's.
    #[must_use]
    pub const fn approvers(&self) -> &[String; 2] {
        &self.approvers
    }
}

/// Kinds of entries that register a disposal.
const DISPOSED: [&str; 3] = ["evidence.disposed", "letter.disposed", "retention.disposed"];

/// Leave to destroy the bytes of archive objects, for which the register holds the tombstone.
#[derive(Clone, Debug)]
pub struct DisposalPermit {
    objects: Vec<Digest>,
    entry: u64,
}

impl DisposalPermit {
    /// The permit that a registered disposal gives; `None` if `entry` registers none.
    #[must_use]
    pub fn of(entry: &Recorded) -> Option<Self> {
        if !DISPOSED.contains(&entry.entry().kind.as_str()) {
            return None;
        }
        let listed = entry.entry().body.get("destroyed")?.as_array()?;
        let objects: Option<Vec<Digest>> =
            listed.iter().map(|object| object.as_str()?.parse().ok()).collect();
        Some(Self { objects: objects?, entry: entry.seq() })
    }

    /// The objects it is about.
    #[must_use]
    pub fn objects(&self) -> &[Digest] {
        &self.objects
    }

    /// Whether `object` may be destroyed under it.
    #[must_use]
    pub fn covers(&self, object: &Digest) -> bool {
        self.objects.contains(object)
    }

    /// The entry that gives it.
    #[must_use]
    pub const fn entry(&self) -> u64 {
        self.entry
    }
}

fn free(
    schedule: Schedule,
    holds: &[Hold],
    today: NaiveDate,
) -> Result<NaiveDate, Vec<RetentionRefusal>> {
    let held = holds.iter().map(|hold| RetentionRefusal::Held { hold: hold.id.clone() });
    match schedule.expired(today) {
        Ok(last_day_kept) if holds.is_empty() => Ok(last_day_kept),
        Ok(_) => Err(held.collect()),
        Err(refusal) => Err(std::iter::once(refusal).chain(held).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{case::date, problem::Problem, retention::term::Term};

    fn day(text: &str) -> NaiveDate {
        date::parse(text).unwrap()
    }

    fn schedule() -> Schedule {
        let event = day("2019-05-17");
        Schedule { archived_on: event, closed_on: Some(event), term: Term::FLOOR }
    }

    fn hold() -> Hold {
        Hold { id: "H-1".to_owned(), ground: HoldGround::Audit }
    }

    fn codes(refusals: &[RetentionRefusal]) -> Vec<&'static str> {
        refusals.iter().map(|refusal| refusal.code().code).collect()
    }

    #[test]
    fn an_expired_object_is_destroyed_by_two_people() {
        let plan = DisposalPlan::new("B-1", schedule(), &[], day("2024-05-18")).unwrap();
        let order = plan.approve(&[], day("2024-05-20"), "li", "wang").unwrap();
        assert_eq!((order.object(), order.last_day_kept()), ("B-1", day("2024-05-17")));
        assert_eq!(order.approvers(), &["li".to_owned(), "wang".to_owned()]);
    }

    #[test]
    fn a_hold_beats_expiry_and_everything_is_told_at_once() {
        let refused =
            DisposalPlan::new("B-1", schedule(), &[hold()], day("2030-01-01")).unwrap_err();
        assert_eq!(codes(&refused), ["CH-D012"]);
        let refused =
            DisposalPlan::new("B-1", schedule(), &[hold()], day("2024-05-17")).unwrap_err();
        assert_eq!(codes(&refused), ["CH-D011", "CH-D012"]);
    }

    #[test]
    fn holds_and_people_are_checked_again_when_the_plan_is_approved() {
        let plan = || DisposalPlan::new("B-1", schedule(), &[], day("2024-05-18")).unwrap();
        let refused = plan().approve(&[hold()], day("2024-05-18"), "li", "li").unwrap_err();
        assert_eq!(codes(&refused), ["CH-D012", "CH-D013"]);
        let refused = plan().approve(&[], day("2024-05-17"), "li", "wang").unwrap_err();
        assert_eq!(codes(&refused), ["CH-D011", "CH-D014"]);
    }
}
