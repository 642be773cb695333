//! Signed copies that have to be kept and are not here yet.
//!
//! Owns the list of documents of which a signed copy is due: those the seed names, and every letter
//! delivered by hand, whose receipt is signed. One stays open until a bundle that names the letter
//! and holds a signed copy or an acknowledgement is sealed. Void letters and those that came back
//! are signed by nobody. Source: REQUIREMENTS 1 (L347, L349).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::life::Life;
use crate::{
    digest::Digest,
    evidence::{
        Kind,
        container::{Container, Limits},
    },
    office::{
        Office, journal,
        office_folder::OfficeError,
        state::{digest, text},
    },
    problem::{Report, alone},
};

/// Documents of which a signed copy is kept: 催缴通知, 法律通知书, 还款方案协议, 还款保证书.
pub const KINDS: [&str; 5] = [
    "payment_reminder",
    "legal_rights_notice",
    "repayment_plan_agreement",
    "repayment_commitment",
    "voluntary_payment_commitment",
];

/// A copy that is due.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Number of the letter.
    pub number: String,
    /// Its kind.
    pub template: String,
    /// Its case.
    pub case: String,
    /// Why a copy is due: `kind`, or `hand` for the receipt of a delivery by hand.
    pub because: &'static str,
    /// Since when.
    pub since: NaiveDate,
    /// Days since then.
    pub age: i64,
}

/// Every copy that is due and not sealed, the oldest first.
///
/// # Errors
/// Faults of register and archive.
pub fn missing(office: &Office) -> Result<Vec<Missing>, Vec<Report>> {
    let fault = |error| alone(OfficeError::from(error));
    let view = office.view();
    let mut due: BTreeMap<String, &'static str> = BTreeMap::new();
    for found in view.find(Some(&journal::LETTER_ISSUED), None) {
        let found = found.map_err(fault)?;
        let kind = text(&found.entry().body, "template").unwrap_or_default();
        if KINDS.contains(&kind) {
            due.insert(found.entry().subject.clone(), "kind");
        }
    }
    for found in view.find(Some(&journal::LETTER_DELIVERED), None) {
        let found = found.map_err(fault)?;
        if text(&found.entry().body, "mode") == Some("hand") {
            due.entry(found.entry().subject.clone()).or_insert("hand");
        }
    }
    let kept = kept(office, &due)?;
    let today = office.today();
    let mut open = Vec::new();
    for (number, because) in due {
        if kept.contains(&number) {
            continue;
        }
        let Some(life) = Life::of(&view, &number).map_err(fault)? else { continue };
        if life.voided.is_some() || life.returned.is_some() {
            continue;
        }
        let since = match (because, &life.delivered) {
            ("hand", Some(delivered)) => delivered.day(),
            _ => life.issued.day(),
        };
        let age = today.signed_duration_since(since).num_days();
        open.push(Missing {
            number,
            template: life.template,
            case: life.case,
            because,
            since,
            age,
        });
    }
    open.sort_by_key(|one| (one.since, one.number.clone()));
    Ok(open)
}

/// Letters among `due` that a sealed copy names.
fn kept(
    office: &Office,
    due: &BTreeMap<String, &'static str>,
) -> Result<BTreeSet<String>, Vec<Report>> {
    let mut kept = BTreeSet::new();
    let gone = office.shelves().map_err(alone)?.disposed;
    for found in office.view().find(Some(&journal::EVIDENCE_SEALED), None) {
        let found = found.map_err(|error| alone(OfficeError::from(error)))?;
        let bundle = &found.entry().subject;
        let body = &found.entry().body;
        let named = text(body, "letter").filter(|letter| due.contains_key(*letter));
        let (Some(letter), Some(object)) = (named, digest(body, "object")) else { continue };
        // What was destroyed after its term had been kept.
        if gone.contains_key(bundle) || holds_copy(office, &object)? {
            kept.insert(letter.to_owned());
        }
    }
    Ok(kept)
}

/// Whether a bundle holds a signed copy or an acknowledgement.
fn holds_copy(office: &Office, object: &Digest) -> Result<bool, Vec<Report>> {
    let file =
        office.archive().open_as_found(object).map_err(|error| alone(OfficeError::from(error)))?;
    let container = Container::open(file, Limits::default()).map_err(alone)?;
    let folders =
        [Kind::SignedCopy, Kind::Acknowledgement].map(|kind| format!("data/{}/", kind.name()));
    Ok(container
        .entries()
        .iter()
        .any(|entry| folders.iter().any(|folder| entry.path.starts_with(folder.as_str()))))
}
