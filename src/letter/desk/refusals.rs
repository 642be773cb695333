//! Refusals as they are registered.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Against, Desk, Fault, Outcome, Unmade};
use crate::{
    case::request::Request, office::journal, problem::Report, register::Draft,
    template::package::Package,
};

impl Desk<'_> {
    /// Registers the refusal and gives it back; a fault is no refusal.
    pub(super) fn refuse(
        &mut self,
        request: &Request,
        key: &str,
        unmade: Unmade,
    ) -> Result<Outcome, Fault> {
        self.refuse_as((request.kind(), request.principal()), key, unmade)
    }

    /// As [`Desk::refuse`], of a document of a kind for a principal.
    pub(in crate::letter) fn refuse_as(
        &mut self,
        of: (&str, &str),
        key: &str,
        unmade: Unmade,
    ) -> Result<Outcome, Fault> {
        let against = unmade.refused()?;
        let draft = self.refusal(of, key, &against);
        let clock = *self.office.clock();
        let actor = self.actor;
        self.office.register()?.append(draft, actor, &clock)?;
        Ok(Outcome::Refused(against.into()))
    }

    /// The entry that registers a refusal.
    pub(in crate::letter) fn refusal(
        &self,
        (kind, principal): (&str, &str),
        key: &str,
        against: &Against,
    ) -> Draft {
        let known = Package::load(&self.office.paths().templates(), kind).is_ok();
        let pinned = self.office.state().principals.contains_key(principal);
        let codes = against.reports().iter();
        let codes: Vec<Value> = codes.map(|report| json!(report.code.code)).collect();
        Draft::new(journal::LETTER_REFUSED, key)
            .with("template", if known { kind } else { "?" })
            .with("principal", if pinned { principal } else { "?" })
            .with("codes", codes)
    }
}

/// The same reports, each told once.
pub(in crate::letter) fn distinct(reports: Vec<Report>) -> Vec<Report> {
    let mut told = HashSet::new();
    reports.into_iter().filter(|report| told.insert(report.to_string())).collect()
}
