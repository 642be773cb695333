//! Laws cited in the texts of a request: known, in force, and with the article named.
//!
//! Refuses by the table of [`crate::rules::law`], in every field but those that quote somebody; what
//! the principal's signed profile names today, in its citation table, clauses or constants, may be
//! cited too, though the table here lacks the law, and so may rules of the principal's own. Which
//! citation ids a request may name is [`super::content`]'s matter.
//! Source: REQUIREMENTS 1 (L363).

use std::cell::LazyCell;

use super::{Circumstances, Found, PolicyRefusal, content::free_text};
use crate::{
    case::{raw::RawText, request::Request},
    rules::law::{self, Citation, Fault},
};

/// Fields that say what somebody else said.
const QUOTED: [&str; 3] = ["debtor_statement", "facts", "objection"];

pub(super) fn law(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    // Read only for a law that the table lacks, which is rare.
    let listed = LazyCell::new(|| -> Vec<Citation> {
        let ids = at.principal.citations.iter().map(|one| one.id.as_str());
        let holding = ids.filter_map(|id| at.principal.citation(id, at.today));
        holding
            .map(|one| one.text.as_str())
            .chain(at.principal.clauses.iter().map(|clause| clause.text.as_str()))
            .chain(at.principal.constants.values().map(String::as_str))
            .flat_map(law::citations)
            .collect()
    });
    let name = at.principal.name.as_str();
    // The principal may know a law that the table does not; it revives none that ended.
    let refused = |one: &Citation| match one.fault(at.today) {
        None => false,
        Some(Fault::Unknown) => {
            !one.is_own_rule_of(name) && !listed.iter().any(|known| one.is_within(known))
        }
        Some(Fault::NotInForce | Fault::NoArticle) => true,
    };
    for name in request.given().filter(|name| !QUOTED.contains(name)) {
        let text = free_text(request, name).unwrap_or_default();
        if law::citations(text).iter().any(refused) {
            found.push(PolicyRefusal::Law { field: name.to_owned() }.into());
        }
    }
    let cited = request.raw("citation_ids").map(RawText::expose).unwrap_or_default();
    let texts = cited
        .split([',', ';', '、'])
        .filter_map(|id| at.principal.citation(id.trim(), at.today))
        .flat_map(|one| law::citations(&one.text));
    if texts.into_iter().any(|one| refused(&one)) {
        found.push(PolicyRefusal::Citation.into());
    }
}
