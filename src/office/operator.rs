//! Operators: people with a certificate and roles.
//!
//! Owns ids, roles and their words; an id is never used twice, and what a revoked operator signs
//! later is refused. Names of people stay out of the register. Source: REQUIREMENTS L643, L205.

use std::{collections::BTreeSet, fmt, str::FromStr};

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::signing::certificate::Certificate;

/// What an operator may do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Issues letters.
    Clerk,
    /// Issues visit documents.
    Agent,
    /// Approves templates for the agency.
    Approver,
    /// Seals evidence.
    Archivist,
    /// Checks; changes nothing.
    Auditor,
    /// Enrols operators and principals.
    Administrator,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] = [
        Self::Clerk,
        Self::Agent,
        Self::Approver,
        Self::Archivist,
        Self::Auditor,
        Self::Administrator,
    ];

    /// Lower-case English name, as on the command line and in certificates.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Agent => "agent",
            Self::Approver => "approver",
            Self::Archivist => "archivist",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The text names no role.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not a role: clerk, agent, approver, archivist, auditor or administrator")]
pub struct NotARole;

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(NotARole)
    }
}

/// Whether `id` may name an operator or principal: 2 to 32 of `a-z`, `0-9`, `-`, a letter first.
#[must_use]
pub fn is_id(id: &str) -> bool {
    (2..=32).contains(&id.len())
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && !id.ends_with('-')
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// An enrolled operator, as the register tells it.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Id, never used twice.
    pub id: String,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// Certificate of the office's authority.
    pub certificate: Certificate,
    /// When they were enrolled.
    pub enrolled_at: DateTime<FixedOffset>,
    /// When they were revoked, if they were.
    pub revoked_at: Option<DateTime<FixedOffset>>,
}

impl Operator {
    /// Whether they may act in `role` now.
    #[must_use]
    pub fn may(&self, role: Role) -> bool {
        self.revoked_at.is_none() && self.roles.contains(&role)
    }
}
