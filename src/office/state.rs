//! What the register says is so: operators, principals, approvals, holds.
//!
//! State is a replay of entries; nothing here is stored. An entry counts only if the operator who
//! signed it had the role for it when it was registered. Source: SPEC "Register".

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, FixedOffset, Utc};
use serde_json::{Map, Value};

use crate::{
    digest::Digest,
    office::{
        hold, journal,
        operator::{Operator, Role},
    },
    register::{Entry, EntryKind, Recorded, RegisterError, View},
    signing::{
        certificate::Certificate,
        chain::{Purpose, TrustAnchors, verify_chain},
    },
    template::approval::{Approval, Approvals, Side, SignedStatement},
};

/// A principal as the register tells it.
#[derive(Clone, Debug)]
pub struct PrincipalState {
    /// Its pinned certificate.
    pub certificate: Certificate,
    /// Archive object of its newest signed profile.
    pub profile: Option<Digest>,
}

/// A hold that stands on a case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hold {
    /// Its kind.
    pub kind: String,
    /// When it was placed.
    pub since: DateTime<FixedOffset>,
    /// Entry that placed it.
    pub seq: u64,
}

/// What the register says is so.
#[derive(Clone, Debug)]
pub struct State {
    /// Certificate of the office's authority.
    pub authority: Certificate,
    /// Verifier key of the register's checkpoints.
    pub log_key: String,
    /// Credit code of the agency that founded it.
    pub uscc: String,
    /// When it was founded, in the zone it was founded in.
    pub founded_at: DateTime<FixedOffset>,
    /// Whether the office was founded as a sample.
    pub sample: bool,
    /// Everybody ever enrolled, by id.
    pub operators: BTreeMap<String, Operator>,
    /// Principals by id.
    pub principals: BTreeMap<String, PrincipalState>,
    /// Approvals with withdrawals.
    pub approvals: Approvals,
    /// Standing holds by case number.
    pub holds: BTreeMap<String, Vec<Hold>>,
    /// Entries looked at so far.
    seen: u64,
}

crate::problems! {
    /// Why a register tells no state.
    pub enum StateError {
        /// The register cannot be read.
        Register { source: RegisterError } = "CH-O040", Fault,
            "the register cannot be read: {source}" => "run `chancery audit run`",
            "无法读取登记簿：{source}" => "请运行 `chancery audit run`";
        /// The first entry founds no office.
        NotFounded = "CH-O041", Finding,
            "the register's first entry founds no office" => "run `chancery audit run`; restore the register from a backup",
            "登记簿首条不是办公室的设立条目" => "请运行 `chancery audit run`，并从备份恢复登记簿";
    }
}

impl From<RegisterError> for StateError {
    fn from(source: RegisterError) -> Self {
        Self::Register { source }
    }
}

impl StateError {
    /// Whether the founding entry cannot be read, or is none.
    pub(crate) const fn is_of_founding(&self) -> bool {
        matches!(
            self,
            Self::NotFounded | Self::Register { source: RegisterError::DamagedEntry { seq: 0 } }
        )
    }
}

const REPLAYED: [EntryKind; 8] = [
    journal::OPERATOR_ENROLLED,
    journal::OPERATOR_REVOKED,
    journal::PRINCIPAL_PINNED,
    journal::PRINCIPAL_PROFILE,
    journal::TEMPLATE_APPROVED,
    journal::TEMPLATE_WITHDRAWN,
    journal::HOLD_PLACED,
    journal::HOLD_RELEASED,
];

impl State {
    /// Replays the entries that make state.
    ///
    /// # Errors
    /// [`StateError`], by variant.
    pub fn replay(view: &View<'_>) -> Result<Self, StateError> {
        let genesis = view.get(0)?.ok_or(StateError::NotFounded)?;
        let mut state = Self::founded(genesis.entry())?;
        state.advance(view)?;
        Ok(state)
    }

    /// As [`State::replay`], for those who only look: an entry that cannot be read counts for
    /// nothing, so that the checks which name it can be run. Nobody may act on such a state.
    ///
    /// # Errors
    /// [`StateError`], by variant.
    pub fn read(view: &View<'_>) -> Result<Self, StateError> {
        let genesis = view.get(0)?.ok_or(StateError::NotFounded)?;
        Self::founded(genesis.entry())?.read_on(view)
    }

    /// This state with what can be read of the entries after it.
    pub(crate) fn read_on(mut self, view: &View<'_>) -> Result<Self, StateError> {
        self.take_in(view, |error| match error {
            RegisterError::DamagedEntry { .. } => Ok(None),
            other => Err(other),
        })?;
        Ok(self)
    }

    /// Takes in the entries that were registered since, and says whether any of them makes state.
    ///
    /// # Errors
    /// [`StateError::Register`]; [`StateError::NotFounded`] if the register has become shorter.
    pub fn advance(&mut self, view: &View<'_>) -> Result<bool, StateError> {
        self.take_in(view, Err)
    }

    /// This state with what was registered since: what a transaction acts on, whoever wrote before
    /// it.
    ///
    /// # Errors
    /// Those of the storage; nobody may act on a state that cannot be told.
    pub fn advanced(&self, view: &View<'_>) -> Result<Self, RegisterError> {
        let mut state = self.clone();
        match state.advance(view) {
            Ok(_) => Ok(state),
            Err(StateError::Register { source }) => Err(source),
            Err(StateError::NotFounded) => Err(RegisterError::NotFounded),
        }
    }

    fn take_in(
        &mut self,
        view: &View<'_>,
        damaged: impl Fn(RegisterError) -> Result<Option<Recorded>, RegisterError>,
    ) -> Result<bool, StateError> {
        let size = view.size()?;
        if size < self.seen {
            return Err(StateError::NotFounded);
        }
        let mut places = BTreeSet::new();
        for kind in &REPLAYED {
            for place in view.places(Some(kind), None, self.seen) {
                // What is registered while this reads is taken in the next time.
                let place = place?;
                if place >= size {
                    break;
                }
                places.insert(place);
            }
        }
        let changed = !places.is_empty();
        for seq in places {
            if let Some(recorded) = view.get(seq).or_else(&damaged)? {
                self.apply(recorded.entry());
            }
        }
        self.seen = size;
        Ok(changed)
    }

    /// Entries looked at so far.
    #[must_use]
    pub const fn seen(&self) -> u64 {
        self.seen
    }

    /// Whether entries that make state stand at place `from` or after it.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn changed_since(view: &View<'_>, from: u64) -> Result<bool, RegisterError> {
        for kind in &REPLAYED {
            if view.places(Some(kind), None, from).next().transpose()?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The state after the founding entry alone.
    pub(crate) fn founded(genesis: &Entry) -> Result<Self, StateError> {
        let body = &genesis.body;
        if genesis.kind != journal::OFFICE_FOUNDED {
            return Err(StateError::NotFounded);
        }
        let mut state = Self {
            authority: certificate(body, "authority").ok_or(StateError::NotFounded)?,
            log_key: text(body, "log_key").ok_or(StateError::NotFounded)?.to_owned(),
            uscc: genesis.subject.clone(),
            founded_at: genesis.recorded_at,
            sample: body.get("sample").and_then(Value::as_bool).unwrap_or(false),
            operators: BTreeMap::new(),
            principals: BTreeMap::new(),
            approvals: Approvals::default(),
            holds: BTreeMap::new(),
            seen: 1,
        };
        // The first administrator is enrolled by the founding entry itself.
        state.enrol(genesis);
        Ok(state)
    }

    /// What an audit takes for the state after a founding entry that cannot be read; it tells no
    /// key of checkpoints.
    pub(crate) fn stood_in(
        authority: Certificate,
        uscc: &str,
        founded_at: DateTime<FixedOffset>,
        administrator: Option<(&str, Certificate)>,
    ) -> Self {
        let mut state = Self {
            authority,
            log_key: String::new(),
            uscc: uscc.to_owned(),
            founded_at,
            sample: false,
            operators: BTreeMap::new(),
            principals: BTreeMap::new(),
            approvals: Approvals::default(),
            holds: BTreeMap::new(),
            seen: 1,
        };
        if let Some((id, certificate)) = administrator {
            state.admit(id, [Role::Administrator].into(), certificate, founded_at);
        }
        state
    }

    /// The anchor of everything the agency signs.
    #[must_use]
    pub fn agency_anchors(&self) -> TrustAnchors {
        TrustAnchors::new([self.authority.clone()])
    }

    /// The certificate with `fingerprint`, if an operator has it.
    #[must_use]
    pub fn certificate(&self, fingerprint: &Digest) -> Option<&Operator> {
        self.operators.values().find(|one| one.certificate.fingerprint() == *fingerprint)
    }

    /// Whether the operator who signed `entry` had `role` then.
    #[must_use]
    pub fn had_role(&self, entry: &Entry, role: Role) -> bool {
        self.operators.get(&entry.operator).is_some_and(|operator| {
            operator.roles.contains(&role)
                && operator.certificate.fingerprint() == entry.certificate
                && operator.revoked_at.is_none_or(|revoked| entry.recorded_at <= revoked)
        })
    }

    /// Takes in the next entry; one that makes no state changes nothing.
    pub(crate) fn apply(&mut self, entry: &Entry) {
        let body = &entry.body;
        let kind = &entry.kind;
        if *kind == journal::OPERATOR_ENROLLED {
            if self.had_role(entry, Role::Administrator) {
                self.enrol(entry);
            }
        } else if *kind == journal::OPERATOR_REVOKED {
            if self.had_role(entry, Role::Administrator)
                && let Some(operator) = self.operators.get_mut(&entry.subject)
            {
                operator.revoked_at.get_or_insert(entry.recorded_at);
            }
        } else if *kind == journal::PRINCIPAL_PINNED {
            if self.had_role(entry, Role::Administrator)
                && let Some(certificate) = certificate(body, "certificate")
            {
                let new = PrincipalState { certificate, profile: None };
                self.principals.entry(entry.subject.clone()).or_insert(new);
            }
        } else if *kind == journal::PRINCIPAL_PROFILE {
            if self.had_role(entry, Role::Administrator)
                && let Some(principal) = self.principals.get_mut(&entry.subject)
            {
                principal.profile = digest(body, "object");
            }
        } else if *kind == journal::TEMPLATE_APPROVED {
            self.approve(entry);
        } else if *kind == journal::TEMPLATE_WITHDRAWN {
            if self.had_role(entry, Role::Approver)
                && let Some(principal) = text(body, "principal")
            {
                let at = entry.recorded_at.with_timezone(&Utc);
                self.approvals.withdraw(&entry.subject, principal, at);
            }
        } else if *kind == journal::HOLD_PLACED {
            let may = hold::PLACED_BY.iter().any(|role| self.had_role(entry, *role));
            if let Some(kind) = text(body, "hold").filter(|_| may) {
                let holds = self.holds.entry(entry.subject.clone()).or_default();
                if !holds.iter().any(|hold| hold.kind == kind) {
                    let since = entry.recorded_at;
                    holds.push(Hold { kind: kind.to_owned(), since, seq: entry.seq });
                }
            }
        } else if *kind == journal::HOLD_RELEASED
            && self.had_role(entry, hold::RELEASED_BY)
            && let Some(kind) = text(body, "hold")
            && hold::release_counts(kind, |member| text(body, member).is_some())
            && let Some(holds) = self.holds.get_mut(&entry.subject)
        {
            holds.retain(|hold| hold.kind != kind);
        }
    }

    fn enrol(&mut self, entry: &Entry) {
        let body = &entry.body;
        let roles = body.get("roles").and_then(Value::as_array).into_iter().flatten();
        let roles = roles.filter_map(|role| role.as_str()?.parse().ok()).collect();
        let (Some(id), Some(certificate)) =
            (text(body, "operator"), certificate(body, "certificate"))
        else {
            return;
        };
        self.admit(id, roles, certificate, entry.recorded_at);
    }

    fn admit(
        &mut self,
        id: &str,
        roles: BTreeSet<Role>,
        certificate: Certificate,
        enrolled_at: DateTime<FixedOffset>,
    ) {
        let anchors = self.agency_anchors();
        if verify_chain(&certificate, &[], &anchors, enrolled_at.to_utc(), Purpose::Sign).is_ok() {
            self.operators.entry(id.to_owned()).or_insert(Operator {
                id: id.to_owned(),
                roles,
                certificate,
                enrolled_at,
                revoked_at: None,
            });
        }
    }

    fn approve(&mut self, entry: &Entry) {
        let signed = entry.body.get("approval").cloned();
        let signed = signed.and_then(|value| serde_json::from_value::<SignedStatement>(value).ok());
        let Some(signed) = signed else { return };
        let principal = self
            .principals
            .get(&signed.statement.principal)
            .map(|principal| TrustAnchors::new([principal.certificate.clone()]));
        let at = entry.recorded_at.with_timezone(&Utc);
        let mut approval =
            Approval::judge(&signed, &self.agency_anchors(), principal.as_ref(), at, entry.seq);
        // An agency's approver counts while enrolled as one: a certificate alone, such as a cut-off
        // enrolment leaves, makes nobody an approver.
        let enrolled = approval.approver.as_ref().is_some_and(|certificate| {
            let operator = self.certificate(&certificate.fingerprint());
            operator.is_some_and(|operator| operator.may(Role::Approver))
        });
        if approval.side == Some(Side::Agency) && !enrolled {
            approval.side = None;
        }
        self.approvals.add(approval);
    }
}

/// A text member of a body.
#[must_use]
pub fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

/// A digest member of a body.
#[must_use]
pub fn digest(body: &Map<String, Value>, name: &str) -> Option<Digest> {
    text(body, name)?.parse().ok()
}

/// A certificate member of a body: base64 of its DER form.
#[must_use]
pub fn certificate(body: &Map<String, Value>, name: &str) -> Option<Certificate> {
    let der = BASE64_STANDARD.decode(text(body, name)?).ok()?;
    Certificate::from_der(&der).ok()
}

/// A certificate as a body's member.
#[must_use]
pub fn certificate_value(certificate: &Certificate) -> Value {
    BASE64_STANDARD.encode(certificate.as_der()).into()
}
