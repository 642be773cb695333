//! Approval: without it nothing is rendered.
//!
//! Owns the statement that approvers sign, the judgement of the signatures the register holds, and
//! [`ApprovedTemplate`], which only [`Approvals::admit`] makes. A signature's side is told by the
//! authority its certificate chains to, never by what it says of itself.
//! Source: REQUIREMENTS L209, L211 and 5 (6); SPEC decision 1.

mod problem;
mod statement;

pub use problem::ApprovalRefusal;
use statement::TITLE;
pub use statement::{SignedStatement, Statement};

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    digest::Digest,
    problem::Report,
    signing::{
        cades::{self, VerifiedSignature},
        certificate::Certificate,
        chain::{Purpose, TrustAnchors, verify_chain},
    },
    template::package::{Hashed, Package},
};

/// Role that an approver's certificate must name, whichever side issued it.
pub const APPROVER: &str = "approver";

/// Which side an approver is of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The agency's.
    Agency,
    /// The principal's.
    Principal,
}

/// An approval whose signature was judged.
#[derive(Clone, Debug)]
pub struct Approval {
    /// What was signed.
    pub statement: Statement,
    /// Whose side, if the signature verifies.
    pub side: Option<Side>,
    /// Certificate that signed, if the signature verifies.
    pub approver: Option<Certificate>,
    /// Place in the register.
    pub seq: u64,
    /// Whether it was taken back later.
    pub withdrawn: bool,
    /// When it was signed, as the signer says, if the signature verifies.
    signed_at: Option<DateTime<Utc>>,
    /// Digest of the signature, by which a second coming is known.
    signature: Digest,
}

impl Approval {
    /// Judges `signed` against the authorities of both sides, at the time it was registered.
    #[must_use]
    pub fn judge(
        signed: &SignedStatement,
        agency: &TrustAnchors,
        principal: Option<&TrustAnchors>,
        registered_at: DateTime<Utc>,
        seq: u64,
    ) -> Self {
        let verified = (signed.statement.title == TITLE)
            .then(|| {
                cades::verify_detached(&signed.signature, &Digest::of(signed.statement.bytes()))
            })
            .and_then(Result::ok);
        let chains = |anchors: &TrustAnchors| {
            verified.as_ref().is_some_and(|signature| {
                verify_chain(
                    signature.certificate(),
                    signature.intermediates(),
                    anchors,
                    registered_at,
                    Purpose::Sign,
                )
                .is_ok()
                    && signature.certificate().roles().iter().any(|role| role == APPROVER)
            })
        };
        let side = if chains(agency) {
            Some(Side::Agency)
        } else if principal.is_some_and(chains) {
            Some(Side::Principal)
        } else {
            None
        };
        let verified = side.and(verified);
        Self {
            statement: signed.statement.clone(),
            side,
            signed_at: verified.as_ref().map(VerifiedSignature::signing_time),
            approver: verified.map(|signature| signature.certificate().clone()),
            seq,
            withdrawn: false,
            signature: Digest::of(&signed.signature),
        }
    }
}

/// A template whose bytes equal what both approvers signed. Only [`Approvals::admit`] makes one.
#[derive(Clone, Debug)]
pub struct ApprovedTemplate {
    hashed: Hashed,
    approvals: [u64; 2],
}

impl ApprovedTemplate {
    /// The package.
    #[must_use]
    pub fn package(&self) -> &Package {
        self.hashed.package()
    }

    /// The package, shared.
    #[must_use]
    pub fn shared(&self) -> Arc<Package> {
        self.hashed.shared()
    }

    /// Digest that was signed.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.hashed.digest()
    }

    /// Register entries of the two approvals.
    #[must_use]
    pub const fn approvals(&self) -> [u64; 2] {
        self.approvals
    }
}

/// Every approval the register holds.
#[derive(Clone, Debug, Default)]
pub struct Approvals {
    all: Vec<Approval>,
    withdrawals: Vec<Withdrawal>,
}

/// A withdrawal: what was signed before it never stands again.
#[derive(Clone, Debug)]
struct Withdrawal {
    template: String,
    principal: String,
    at: DateTime<Utc>,
}

impl Withdrawal {
    fn covers(&self, statement: &Statement) -> bool {
        self.template == statement.template && self.principal == statement.principal
    }
}

impl Approvals {
    /// Takes in an approval in the order of the register. One that was signed before a withdrawal
    /// counts as withdrawn, however late it comes.
    pub fn add(&mut self, mut approval: Approval) {
        approval.withdrawn = self.is_spent(&approval);
        self.all.push(approval);
    }

    /// Takes back every approval of `template` for `principal` signed until `at`.
    pub fn withdraw(&mut self, template: &str, principal: &str, at: DateTime<Utc>) {
        let (template, principal) = (template.to_owned(), principal.to_owned());
        let withdrawal = Withdrawal { template, principal, at };
        for approval in &mut self.all {
            if withdrawal.covers(&approval.statement) {
                approval.withdrawn = true;
            }
        }
        self.withdrawals.push(withdrawal);
    }

    /// Whether `approval` was signed before a withdrawal, or is one that was withdrawn.
    #[must_use]
    pub fn is_spent(&self, approval: &Approval) -> bool {
        // A signature tells its time to the second.
        let before = |withdrawal: &Withdrawal| {
            approval.signed_at.is_none_or(|at| at.timestamp() < withdrawal.at.timestamp())
        };
        self.withdrawals.iter().any(|one| one.covers(&approval.statement) && before(one))
            || self.all.iter().any(|one| one.withdrawn && one.signature == approval.signature)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Approval> {
        self.all.iter()
    }

    /// Admits `package` for letters of `principal` on `day`, issued under `issuer`'s certificate. Its
    /// digest was made of its very bytes, which nothing changes; whether it stands is asked anew.
    ///
    /// # Errors
    /// The refusal that says which approval it lacks.
    pub fn admit(
        &self,
        package: &Hashed,
        principal: &str,
        day: NaiveDate,
        issuer: &Digest,
    ) -> Result<ApprovedTemplate, Report> {
        let id = &package.package().metadata().id;
        let approvals = self.stand(id, &package.digest(), principal, day, issuer)?;
        Ok(ApprovedTemplate { hashed: package.clone(), approvals })
    }

    /// The register entries of the two approvals of template `id` with this `digest` that stand
    /// on `day`, for letters issued under `issuer`'s certificate.
    ///
    /// # Errors
    /// The refusal that says which one is lacking.
    pub fn stand(
        &self,
        id: &str,
        digest: &Digest,
        principal: &str,
        day: NaiveDate,
        issuer: &Digest,
    ) -> Result<[u64; 2], ApprovalRefusal> {
        let id = id.to_owned();
        let mut of_template = self.all.iter().filter(|a| a.statement.template == id).peekable();
        if of_template.peek().is_none() {
            return Err(ApprovalRefusal::NotApproved { id });
        }
        let of_bytes: Vec<&Approval> =
            of_template.filter(|a| a.statement.package == *digest).collect();
        if of_bytes.is_empty() {
            return Err(ApprovalRefusal::Changed { id });
        }
        let of_principal: Vec<&Approval> =
            of_bytes.into_iter().filter(|a| a.statement.principal == principal).collect();
        if of_principal.is_empty() {
            return Err(ApprovalRefusal::OtherPrincipal { id });
        }
        let standing: Vec<&Approval> = of_principal.into_iter().filter(|a| !a.withdrawn).collect();
        if standing.is_empty() {
            return Err(ApprovalRefusal::Withdrawn { id });
        }
        let verified: Vec<&Approval> =
            standing.iter().copied().filter(|a| a.side.is_some()).collect();
        if verified.is_empty() {
            return Err(ApprovalRefusal::BadSignature { id });
        }
        let begun: Vec<&Approval> =
            verified.iter().copied().filter(|a| a.statement.valid_from <= day).collect();
        let valid: Vec<&Approval> =
            begun.iter().copied().filter(|a| day <= a.statement.valid_until).collect();
        let last = |side| valid.iter().rfind(|a| a.side == Some(side)).copied();
        let (agency, own) = match (last(Side::Agency), last(Side::Principal)) {
            (Some(agency), Some(own)) => (agency, own),
            (agency, own) => {
                return Err(lacking(id, day, &standing, &verified, &valid, agency, own));
            }
        };
        let key = |a: &Approval| a.approver.as_ref().and_then(|one| one.public_key_der().ok());
        if key(agency) == key(own) {
            return Err(ApprovalRefusal::OneSide { id });
        }
        let by_issuer = |a: &Approval| {
            a.approver.as_ref().is_some_and(|approver| approver.fingerprint() == *issuer)
        };
        if by_issuer(agency) || by_issuer(own) {
            return Err(ApprovalRefusal::OwnApproval { id });
        }
        Ok([agency.seq, own.seq])
    }
}

/// Says what is lacking where no valid pair stands.
fn lacking(
    id: String,
    day: NaiveDate,
    standing: &[&Approval],
    verified: &[&Approval],
    valid: &[&Approval],
    agency: Option<&Approval>,
    own: Option<&Approval>,
) -> ApprovalRefusal {
    let ever = |side| verified.iter().rfind(|a| a.side == Some(side)).copied();
    let missing = if agency.is_none() { Side::Agency } else { Side::Principal };
    if let Some(lapsed) = ever(missing) {
        // It was approved by that side, but not for this day.
        return if lapsed.statement.valid_until < day {
            ApprovalRefusal::Expired { id, until: lapsed.statement.valid_until }
        } else {
            ApprovalRefusal::NotYet { id, from: lapsed.statement.valid_from }
        };
    }
    if standing.len() > verified.len() {
        return ApprovalRefusal::BadSignature { id };
    }
    let approvers: std::collections::BTreeSet<_> =
        valid.iter().filter_map(|a| a.approver.as_ref().map(Certificate::fingerprint)).collect();
    match (agency, own) {
        _ if approvers.len() > 1 => ApprovalRefusal::OneSide { id },
        (None, _) => ApprovalRefusal::AgencyMissing { id },
        (_, _) => ApprovalRefusal::PrincipalMissing { id },
    }
}

#[cfg(test)]
mod tests;
