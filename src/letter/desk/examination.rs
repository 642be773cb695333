//! The examination of a request: every rule at once, and what its letter is made of.

use serde_json::{Map, Value};

use super::Desk;
use crate::{
    case::{facts::Facts, raw::RawText, request::Request},
    letter::{
        certificates,
        past::{self, Past},
        policy::{self, Circumstances, PolicyRefusal},
        record::KEPT_UNPRINTED,
        supplied::supplied,
    },
    masking::{Masked, Masking, mask_text},
    office::{embedded, office_folder::OfficeError, principal::Profile},
    problem::{Problem, Report},
    template::{approval::ApprovedTemplate, metadata::Issuer, package::Package},
    typeset::ENGINE_ID,
    visit::statement,
};

/// A request that every rule lets pass, with all that its letter is made of.
pub(in crate::letter) struct Ready {
    pub(in crate::letter) template: ApprovedTemplate,
    pub(in crate::letter) profile: Profile,
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
    /// The package of `kind` as `principal` has it.
    fn package(&mut self, kind: &str, principal: &str) -> Result<Package, Vec<Report>> {
        let wanted = (kind.to_owned(), principal.to_owned());
        if let Some(package) = self.packages.get(&wanted) {
            return Ok(package.clone());
        }
        let package = Package::load_for(&self.office.paths().templates(), kind, principal);
        let package = package.map_err(|error| vec![Report::of(&error)])?;
        self.packages.insert(wanted, package.clone());
        Ok(package)
    }

    /// Every rule, all refusals at once.
    pub(in crate::letter) fn examine(&mut self, request: &Request) -> Result<Ready, Vec<Report>> {
        let single = |error: &dyn Problem| vec![Report::of(error)];
        let mut reports = Vec::new();
        let package = self.package(request.kind(), request.principal())?;
        let profile = self.profile(request.principal())?;
        let masking = profile.masking();
        let today = self.office.today();
        // Holds are kept under the case number as `hold place` takes it, whatever this principal masks.
        let held = mask_text(request.case_no(), &Masking::default()).text;
        let holds = self.office.state().holds.get(&held).cloned().unwrap_or_default();
        let issuer = self.actor.operator();
        let document = package.metadata().clone();
        let view = self.office.view();
        let register = |source| single(&OfficeError::Register { source });
        self.known.catch_up(&view).map_err(register)?;
        let mut past = Past::of(request, &view, &self.known, &self.index).map_err(register)?;
        let attached = request.raw("attachment_hash").and_then(|hash| hash.expose().parse().ok());
        if let Some(digest) = attached {
            past.attachment = self.office.case_holds_file(&mut self.sealed, &held, &digest)?;
        }
        let circumstances = Circumstances {
            document: &document,
            issuer,
            principal: &profile,
            holds: &holds,
            past: &past,
            gates: self.office.settings().gates,
            case: &held,
            today,
        };
        reports.extend(policy::refusals(request, &circumstances));
        let reconciled = self.statements.of(self.office, request.principal())?;
        reports.extend(reconciled.refusals(&self.index, request));
        // Of the agents' documents those about a visit that was made are under the rules of conduct; a
        // script or a plan comes before it.
        if document.issuer == Issuer::Agent && document.fields.required.contains("start") {
            let hours = profile.contact_hours();
            let now = self.office.now().naive_local();
            reports.extend(statement::refusals(request, hours, now));
        }
        let template = match self.admitted(package, request.principal())? {
            Ok(template) => template,
            Err(refusal) => {
                reports.push(refusal);
                return Err(reports);
            }
        };
        let citations = request.raw("citation_ids").map(RawText::expose);
        let mut supplied = supplied(self.office, &issuer.id, citations, &profile)
            .map_err(|error| single(&error))?;
        supplied.set("hold", certificates::standing(&holds)).map_err(|error| single(&error))?;
        let pair = past.pair.map(|letter| letter.number);
        if let Some(pair) = &pair {
            supplied.set("pair_no", pair.as_str()).map_err(|error| single(&error))?;
        }
        let facts = Masked::of(&Facts::of(request, &supplied), &masking);
        let fields = &template.package().metadata().fields;
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
        for field in &template.package().metadata().fields.required {
            if !facts.contains_key(field) && !given.contains(&field.as_str()) {
                reports.push(PolicyRefusal::FieldMissing { field: field.clone() }.into());
            }
        }
        if !reports.is_empty() {
            return Err(reports);
        }
        let seal = template.package().seal().is_some();
        let address_key = past::address_key(&self.index, request);
        let pair = pair.filter(|_| facts.contains_key("pair_no"));
        let person = past::person_of(&self.index, request);
        Ok(Ready { template, profile, masking, address_key, person, pair, facts, seal })
    }

    /// The package as both sides approved it for `principal`; or which approval it lacks.
    pub(in crate::letter) fn admitted(
        &self,
        package: Package,
        principal: &str,
    ) -> Result<Result<ApprovedTemplate, Report>, Vec<Report>> {
        let issuer = self.actor.operator().certificate.fingerprint();
        let (fonts, today) = (embedded::fonts()?.digest(), self.office.today());
        let approvals = &self.office.state().approvals;
        Ok(approvals.admit(package, &fonts, ENGINE_ID, principal, today, &issuer))
    }

    pub(in crate::letter) fn profile(&mut self, id: &str) -> Result<Profile, Vec<Report>> {
        if let Some(profile) = self.profiles.get(id) {
            return Ok(profile.clone());
        }
        let profile = self.office.profile(id)?;
        self.profiles.insert(id.to_owned(), profile.clone());
        Ok(profile)
    }
}
