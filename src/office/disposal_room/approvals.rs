//! Approvals of disposal plans, by either side.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::Utc;

use super::Reports;
use crate::{
    digest::Digest,
    office::{
        Office, actor::Actor, journal, office_folder::OfficeError, operator::Role,
        retention_room::RetentionError, state::text,
    },
    problem::alone as report,
    register::{Draft, Entry, Recorded},
    retention::plan::{Party, Plan, judge},
    signing::{Certificate, TrustAnchors, sign_detached},
};

/// An approval of a plan that the register holds.
#[derive(Clone, Debug)]
pub(super) struct Approval {
    pub(super) seq: u64,
    pub(super) party: Party,
    pub(super) approver: Certificate,
}

impl Office {
    /// Signs `plan` for the agency.
    ///
    /// # Errors
    /// [`RetentionError`], and [`crate::office::actor::ActorError::Role`] unless an approver acts.
    pub fn approve_disposal(
        &mut self,
        plan: &Plan,
        plan_digest: &Digest,
        actor: &Actor,
    ) -> Reports<Recorded> {
        actor.require(Role::Approver).map_err(report)?;
        let now = self.now().with_timezone(&Utc);
        let signature = sign_detached(plan_digest, actor.signer(), &[], now).map_err(report)?;
        self.take_plan_approval(plan, plan_digest, &signature, actor)
    }

    /// Takes in a signature over `plan`, whoever made it.
    ///
    /// # Errors
    /// [`RetentionError::OtherOffice`], [`RetentionError::NotApprover`].
    pub fn take_plan_approval(
        &mut self,
        plan: &Plan,
        plan_digest: &Digest,
        signature: &[u8],
        actor: &Actor,
    ) -> Reports<Recorded> {
        let principal = self.principal_anchors(plan)?;
        let now = self.now().with_timezone(&Utc);
        let anchors = self.state().agency_anchors();
        let judged = judge(signature, plan_digest, &anchors, &principal, now);
        let Some((party, _)) = judged else {
            return Err(report(RetentionError::NotApprover));
        };
        let draft = Draft::new(journal::RETENTION_APPROVED, plan_digest.to_string())
            .with("principal", plan.principal.as_str())
            .with("side", side(party))
            .with("items", u64::try_from(plan.items.len()).unwrap_or(u64::MAX))
            .with("signature", BASE64_STANDARD.encode(signature));
        self.append(draft, actor).map_err(report)
    }

    /// The newest approval of a plan by `party`, judged again.
    pub(super) fn approval(
        &self,
        plan: &Digest,
        party: Party,
        principal: &TrustAnchors,
    ) -> Reports<Option<Approval>> {
        let mut newest = None;
        let subject = plan.to_string();
        for found in self.view().find(Some(&journal::RETENTION_APPROVED), Some(&subject)) {
            let found = found.map_err(|error| report(OfficeError::from(error)))?;
            let signature = text(&found.entry().body, "signature")
                .and_then(|signature| BASE64_STANDARD.decode(signature).ok());
            let Some(signature) = signature else { continue };
            let at = found.recorded_at().with_timezone(&Utc);
            let judged = judge(&signature, plan, &self.state().agency_anchors(), principal, at);
            if let Some((found_party, approver)) = judged
                && found_party == party
                && (party == Party::Principal || self.is_enrolled_approver(&approver))
            {
                newest = Some(Approval { seq: found.seq(), party, approver });
            }
        }
        Ok(newest.filter(|approval| approval.party == party))
    }

    /// An agency's approver counts while enrolled as one, as for templates.
    fn is_enrolled_approver(&self, approver: &Certificate) -> bool {
        let operator = self.state().certificate(&approver.fingerprint());
        operator.is_some_and(|operator| operator.may(Role::Approver))
    }

    /// Whether an entry holds the approval of the side it names, for a plan of `principal`.
    #[must_use]
    pub fn is_approval_of(&self, entry: &Entry, principal: Option<&str>) -> bool {
        let pinned = principal.and_then(|id| self.state().principals.get(id));
        let anchors = pinned.map(|one| TrustAnchors::new([one.certificate.clone()]));
        let plan: Option<Digest> = entry.subject.parse().ok();
        let signature = text(&entry.body, "signature")
            .and_then(|signature| BASE64_STANDARD.decode(signature).ok());
        let (Some(anchors), Some(plan), Some(signature)) = (anchors, plan, signature) else {
            return false;
        };
        let at = entry.recorded_at.with_timezone(&Utc);
        let judged = judge(&signature, &plan, &self.state().agency_anchors(), &anchors, at);
        judged.is_some_and(|(party, _)| text(&entry.body, "side") == Some(side(party)))
    }

    pub(super) fn principal_anchors(&self, plan: &Plan) -> Reports<TrustAnchors> {
        let principal = self.state().principals.get(&plan.principal);
        match principal.filter(|_| plan.office == self.settings().agency.uscc) {
            Some(principal) => Ok(TrustAnchors::new([principal.certificate.clone()])),
            None => Err(report(RetentionError::OtherOffice)),
        }
    }
}

pub(super) const fn side(party: Party) -> &'static str {
    match party {
        Party::Agency => "agency",
        Party::Principal => "principal",
    }
}
