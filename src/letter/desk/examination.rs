//! The examination of a request: every rule at once, and what its letter is made of.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Against, Desk, Fault, Unmade};
use crate::{
    case::{
        facts::{Facts, FactsError},
        raw::RawText,
        request::Request,
    },
    letter::{
        certificates,
        past::{self, Past},
        policy::{self, Circumstances, PolicyRefusal},
        record::KEPT_UNPRINTED,
        supplied::supplied,
    },
    masking::{Masked, Masking, mask_text},
    office::{embedded, principal::Profile},
    problem::{Report, alone},
    template::{
        approval::ApprovedTemplate,
        metadata::Issuer,
        package::{Hashed, Package},
    },
    typeset::ENGINE_ID,
    visit::statement,
};

/// A request that every rule lets pass, with all that its letter is made of.
pub(in crate::letter) struct Ready {
    pub(in crate::letter) template: ApprovedTemplate,
    pub(in crate::letter) profile: Arc<Profile>,
    pub(in crate::letter) masking: Masking,
    /// Keyed value of the address it goes to.
    pub(in crate::letter) address_key: Option<String>,
    pub(in crate::letter) person: Option<String>,
    /// Number of the letter it is attached to.
    pub(in crate::letter) pair: Option<String>,
    pub(in crate::letter) facts: Map<String, Value>,
    pub(in crate::letter) seal: bool,
}

impl Desk<'_> {
    /// The package of `kind` as `principal` has it, read and hashed once until the desk looks again.
    pub(in crate::letter) fn package(
        &mut self,
        kind: &str,
        principal: &str,
    ) -> Result<Hashed, Unmade> {
        let wanted = (kind.to_owned(), principal.to_owned());
        if let Some(package) = self.packages.get(&wanted) {
            return Ok(package.clone());
        }
        let package = Package::load_for(&self.office.paths().templates(), kind, principal);
        let package = package.map_err(Against::one)?;
        let fonts = embedded::fonts().map_err(Fault::of_office)?.digest();
        let package = Hashed::new(package, &fonts, ENGINE_ID);
        self.packages.insert(wanted, package.clone());
        Ok(package)
    }

    /// Every rule, all refusals at once.
    pub(in crate::letter) fn examine(&mut self, request: &Request) -> Result<Ready, Unmade> {
        let mut reports = Vec::new();
        let package = self.package(request.kind(), request.principal());
        let (package, profile) = match (package, self.profile(request.principal())) {
            (Ok(package), Ok(profile)) => (package, profile),
            (package, profile) => {
                // Without either no rule can be asked; what the figures alone say is told beside it.
                for unmade in [package.err(), profile.err()].into_iter().flatten() {
                    reports.extend(Vec::from(unmade.refused()?));
                }
                reports.extend(request.checks());
                return Err(Against::all(reports));
            }
        };
        let masking = profile.masking();
        let today = self.office.today();
        // Holds are kept under the case number as `hold place` takes it, whatever this principal masks.
        let held = mask_text(request.case_no(), &Masking::default()).text;
        let holds = self.office.state().holds.get(&held).cloned().unwrap_or_default();
        let issuer = self.actor.operator();
        let document = package.package().metadata();
        let view = self.office.view();
        self.known.catch_up(&view)?;
        let mut past = Past::of(request, &view, &self.known, &self.index)?;
        let attached = request.raw("attachment_hash").and_then(|hash| hash.expose().parse().ok());
        if let Some(digest) = attached {
            let holds = self.office.case_holds_file(&mut self.sealed, &held, &digest);
            past.attachment = holds.map_err(Fault::of_office)?;
        }
        let circumstances = Circumstances {
            document,
            issuer,
            principal: &profile,
            holds: &holds,
            past: &past,
            gates: self.office.settings().gates,
            case: &held,
            today,
        };
        reports.extend(policy::refusals(request, &circumstances));
        let reconciled = self.statements.of(self.office, request.principal());
        let reconciled = reconciled.map_err(Fault::of_office)?;
        reports.extend(reconciled.refusals(&self.index, request));
        // Of the agents' documents those about a visit that was made are under the rules of conduct; a
        // script or a plan comes before it.
        if document.issuer == Issuer::Agent && document.fields.required.contains("start") {
            let hours = profile.contact_hours();
            let now = self.office.now().naive_local();
            reports.extend(statement::refusals(request, hours, now));
        }
        let citations = request.raw("citation_ids").map(RawText::expose);
        // Where catalogue and program disagree, no request is wrong.
        let fault = |error| Fault::of_office(alone::<FactsError>(error));
        let mut supplied = supplied(self.office, &issuer.id, citations, &profile).map_err(fault)?;
        supplied.set("hold", certificates::standing(&holds)).map_err(fault)?;
        let pair = past.pair.map(|letter| letter.number);
        if let Some(pair) = &pair {
            supplied.set("pair_no", pair.as_str()).map_err(fault)?;
        }
        let facts = Masked::of(&Facts::of(request, &supplied), &masking);
        let fields = &document.fields;
        let wanted = |name: &str| {
            fields.required.contains(name)
                || fields.optional.contains(name)
                || KEPT_UNPRINTED.contains(&name)
        };
        let facts = match facts.data_of(wanted) {
            Value::Object(facts) => facts,
            _ => Map::new(),
        };
        let given = ["letter_no", "check_code"];
        for field in &document.fields.required {
            if !facts.contains_key(field) && !given.contains(&field.as_str()) {
                reports.push(PolicyRefusal::FieldMissing { field: field.clone() }.into());
            }
        }
        let template = match self.admitted(&package, request.principal()) {
            Ok(template) if reports.is_empty() => template,
            Ok(_) => return Err(Against::all(reports)),
            Err(refusal) => {
                reports.push(refusal);
                return Err(Against::all(reports));
            }
        };
        let seal = template.package().seal().is_some();
        let address_key = past::address_key(&self.index, request);
        let pair = pair.filter(|_| facts.contains_key("pair_no"));
        let person = past::person_of(&self.index, request);
        Ok(Ready { template, profile, masking, address_key, person, pair, facts, seal })
    }

    /// What speaks against `request` besides `first`, all at once.
    pub(in crate::letter) fn besides(
        &mut self,
        first: impl Into<Report>,
        request: &Request,
    ) -> Unmade {
        let mut reports = vec![first.into()];
        match self.examine(request) {
            Err(Unmade::Fault(fault)) => return fault.into(),
            Err(Unmade::Refused(against)) => reports.extend(Vec::from(against)),
            Ok(_) => {}
        }
        Against::all(reports)
    }

    /// The package as both sides approved it for `principal`; or which approval it lacks.
    pub(in crate::letter) fn admitted(
        &self,
        package: &Hashed,
        principal: &str,
    ) -> Result<ApprovedTemplate, Report> {
        let issuer = self.actor.operator().certificate.fingerprint();
        let (approvals, today) = (&self.office.state().approvals, self.office.today());
        approvals.admit(package, principal, today, &issuer)
    }

    pub(in crate::letter) fn profile(&mut self, id: &str) -> Result<Arc<Profile>, Unmade> {
        if let Some(profile) = self.profiles.get(id) {
            return Ok(profile.clone());
        }
        let profile = Arc::new(self.office.profile(id).map_err(Unmade::of_profile)?);
        self.profiles.insert(id.to_owned(), profile.clone());
        Ok(profile)
    }
}
