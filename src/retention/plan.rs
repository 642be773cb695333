//! The disposal plan: what is to be destroyed, written down before anybody approves it.
//!
//! Owns the file that both sides sign byte for byte, and the judgement of a signature on it. A side
//! is told by the authority the certificate chains to, never by what it says of itself. Refuses a
//! file that is not in canonical form, so that what is read is what was signed.
//! Source: REQUIREMENTS 5 (7); DOCUMENTS 23; SPEC decision 1.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::term::Term;
use crate::{
    digest::Digest,
    signing::{Certificate, Purpose, TrustAnchors, verify_chain, verify_detached},
};

/// First words of every plan, so that it can be taken for nothing else.
const FORMAT: &str = "chancery disposal plan v1";
/// Role that an approver's certificate must name, whichever side issued it.
const APPROVER: &str = "approver";

crate::problems! {
    /// Why a plan cannot be used.
    pub enum PlanError {
        /// The file is no plan.
        NotAPlan = "CH-D020", Input,
            "the file is no disposal plan in its canonical form" => "give the file that `chancery retention plan` wrote, unchanged",
            "该文件不是规范格式的销毁计划" => "请提供 `chancery retention plan` 写出的原文件";
    }
}

/// What sort of archived thing an item is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// A sealed bundle of evidence.
    Bundle,
    /// A letter: its PDF and its record.
    Letter,
    /// The manifest of a print volume.
    Volume,
    /// A principal's statement, keyed.
    Statement,
    /// A principal's signature over a file of requests.
    Voucher,
}

impl Sort {
    /// Its name, as plans write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Letter => "letter",
            Self::Volume => "volume",
            Self::Statement => "statement",
            Self::Voucher => "voucher",
        }
    }

    /// Whether it is evidence or a letter, and no paper of the office itself.
    #[must_use]
    pub const fn is_of_a_case(self) -> bool {
        matches!(self, Self::Bundle | Self::Letter)
    }
}

/// One thing to be destroyed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What it is.
    pub sort: Sort,
    /// Bundle or letter number.
    pub id: String,
    /// Case it belongs to.
    pub case: String,
    /// Day it was archived.
    pub archived_on: NaiveDate,
    /// Day its case was closed.
    pub closed_on: NaiveDate,
    /// Its term in calendar years.
    pub years: Term,
    /// Last day on which it had to be kept.
    pub last_day_kept: NaiveDate,
    /// Archive objects that go with it.
    pub objects: Vec<Digest>,
    /// Digest by which it stays known: the payload manifest, or the PDF.
    pub manifest: Digest,
}

/// What both sides approve.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    format: String,
    /// Credit code of the agency.
    pub office: String,
    /// The principal whose approval it needs.
    pub principal: String,
    /// Day on which it was drawn up.
    pub planned_on: NaiveDate,
    /// What is to be destroyed, by sort and number.
    pub items: Vec<Item>,
}

impl Plan {
    /// A plan of `items`.
    #[must_use]
    pub fn new(
        office: String,
        principal: String,
        planned_on: NaiveDate,
        mut items: Vec<Item>,
    ) -> Self {
        items.sort_by(|a, b| (a.sort, &a.id).cmp(&(b.sort, &b.id)));
        Self { format: FORMAT.to_owned(), office, principal, planned_on, items }
    }

    /// Reads a plan and gives the digest that is signed: that of the file's very bytes.
    ///
    /// # Errors
    /// [`PlanError::NotAPlan`], also for a plan in another form than [`Plan::to_bytes`] gives.
    pub fn read(bytes: &[u8]) -> Result<(Self, Digest), PlanError> {
        let plan: Self = serde_json::from_slice(bytes).map_err(|_| PlanError::NotAPlan)?;
        if plan.format != FORMAT || plan.to_bytes() != bytes {
            return Err(PlanError::NotAPlan);
        }
        Ok((plan, Digest::of(bytes)))
    }

    /// The file: canonical JSON and a line feed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json_canonicalizer::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// Which side approves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Party {
    /// The agency's.
    Agency,
    /// The principal's.
    Principal,
}

/// Whose approval `signature` over a plan of `digest` is, judged at the time it was registered;
/// `None` if it is nobody's.
#[must_use]
pub fn judge(
    signature: &[u8],
    digest: &Digest,
    agency: &TrustAnchors,
    principal: &TrustAnchors,
    at: DateTime<Utc>,
) -> Option<(Party, Certificate)> {
    let verified = verify_detached(signature, digest).ok()?;
    let certificate = verified.certificate();
    if !certificate.roles().iter().any(|role| role == APPROVER) {
        return None;
    }
    let chains = |anchors: &TrustAnchors| {
        verify_chain(certificate, verified.intermediates(), anchors, at, Purpose::Sign).is_ok()
    };
    if chains(agency) {
        Some((Party::Agency, certificate.clone()))
    } else if chains(principal) {
        Some((Party::Principal, certificate.clone()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{case::date, signing::sign_detached, signing::testing};

    fn day(text: &str) -> NaiveDate {
        date::parse(text).unwrap()
    }

    fn plan() -> Plan {
        let item = |sort, id: &str| Item {
            sort,
            id: id.to_owned(),
            case: "C-1".to_owned(),
            archived_on: day("2019-01-01"),
            closed_on: day("2019-02-28"),
            years: Term::FLOOR,
            last_day_kept: day("2024-02-28"),
            objects: vec![Digest::of(id)],
            manifest: Digest::of(id),
        };
        let items = vec![
            item(Sort::Letter, "YL-1"),
            item(Sort::Bundle, "EV-2"),
            item(Sort::Bundle, "EV-1"),
        ];
        Plan::new("91".to_owned(), "bank".to_owned(), day("2024-03-01"), items)
    }

    #[test]
    fn a_plan_reads_back_and_no_changed_byte_is_the_same_plan() {
        let bytes = plan().to_bytes();
        let (read, digest) = Plan::read(&bytes).unwrap();
        assert_eq!(read, plan());
        let ids: Vec<&str> = read.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["EV-1", "EV-2", "YL-1"]);
        for place in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[place] ^= 1;
            assert!(Plan::read(&forged).is_err() || Digest::of(&forged) != digest, "byte {place}");
        }
        assert!(Plan::read(b"{}").is_err());
        assert!(Plan::read(&[&bytes[..], b"\n"].concat()).is_err());
    }

    #[test]
    fn a_term_under_the_floor_cannot_stand_in_a_plan() {
        let text = String::from_utf8(plan().to_bytes()).unwrap();
        assert!(Plan::read(text.replace("\"years\":5", "\"years\":4").as_bytes()).is_err());
        assert!(Plan::read(text.replace("\"years\":5", "\"years\":6").as_bytes()).is_ok());
    }

    #[test]
    fn only_an_approver_of_a_side_approves() {
        let authority = testing::sample_authority();
        let at = testing::at("2026-06-01T08:30:00Z");
        let anchors = TrustAnchors::new([authority.certificate().clone()]);
        let none = TrustAnchors::default();
        let digest = Digest::of("plan");
        // Clerk and archivist, no approver.
        let clerk = testing::operator(&authority, "op-1");
        let signature = sign_detached(&digest, &clerk, &[], at).unwrap();
        assert!(judge(&signature, &digest, &anchors, &none, at).is_none());
    }
}
