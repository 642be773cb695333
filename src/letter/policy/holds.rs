//! Which documents a hold on the case stops.
//!
//! A hold stops letters and visits. What stays here or goes to the principal is exempt by its metadata,
//! a script for a visit to come is not, nor the statement of a visit made after the hold; one made
//! before is told though the case is held now. Two ways lead past for letters:
//! hardship lets gentle documents through, and an answer to whoever objected passes the hold that
//! the objection placed, where its approved metadata says so. Source: REQUIREMENTS 2;
//! `docs/decisions/0009-holds-and-letters.md`.

use super::{Circumstances, Found, PolicyRefusal};
use crate::{
    case::request::Request,
    office::hold,
    template::metadata::{Exemption, Issuer, Metadata},
};

pub(super) fn holds(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let began = request.date("visit_date").zip(request.time("start"));
    let visited = began.filter(|_| at.document.issuer == Issuer::Agent);
    for held in at.holds {
        // The statement of a visit made before the hold: what happened has to be told (L197).
        let before = visited.is_some_and(|(day, at)| day.and_time(at) < held.since.naive_local());
        if !before && stops(&held.kind, at.document) {
            found.push(PolicyRefusal::Hold { kind: held.kind.clone() }.into());
        }
    }
}

/// Whether a hold of `kind` stops `document`.
pub(super) fn stops(kind: &str, document: &Metadata) -> bool {
    if document.exempt_from.contains(&Exemption::Holds) {
        return false;
    }
    match hold::kind(kind).map(|known| known.passes) {
        Some(hold::Passes::Gentle) => !document.gentle,
        Some(hold::Passes::Answers) => !document.despite_holds.contains(kind),
        // A kind this release does not know stops everything.
        Some(hold::Passes::Nothing) | None => true,
    }
}
