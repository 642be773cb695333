//! Refusals as they are registered.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Desk, DeskError, Outcome};
use crate::{
    case::request::Request, office::journal, problem::Report, register::Draft,
    template::package::Package,
};

impl Desk<'_> {
    /// Registers the refusal and gives it back.
    pub(super) fn refuse(
        &mut self,
        request: &Request,
        key: &str,
        reports: Vec<Report>,
    ) -> Result<Outcome, DeskError> {
        self.refuse_as((request.kind(), request.principal()), key, reports)
    }

    /// As [`Desk::refuse`], of a document of a kind for a principal.
    pub(in crate::letter) fn refuse_as(
        &mut self,
        of: (&str, &str),
        key: &str,
        reports: Vec<Report>,
    ) -> Result<Outcome, DeskError> {
        let reports = distinct(reports);
        let draft = self.refusal(of, key, &reports);
        let clock = *self.office.clock();
        let actor = self.actor;
        self.office.register()?.append(draft, actor, &clock)?;
        Ok(Outcome::Refused(reports))
    }

    /// The entry that registers a refusal.
    pub(in crate::letter) fn refusal(
        &self,
        (kind, principal): (&str, &str),
        key: &str,
        reports: &[Report],
    ) -> Draft {
        let known = Package::load(&self.office.paths().templates(), kind).is_ok();
        let pinned = self.office.state().principals.contains_key(principal);
        let codes: Vec<Value> = reports.iter().map(|report| json!(report.code.code)).collect();
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
