//! How long what is kept is kept, and the plan of what is due.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Reports, RetentionError};
use crate::{
    office::{
        Office, journal,
        office_folder::{OfficeError, open_profile},
        operator::Role,
        retention_state::{Shelved, Shelves, month_end},
        state::digest,
    },
    problem::alone as report,
    retention::{
        plan::{Item, Plan},
        schedule::{Keeping, Schedule},
        term::Term,
    },
};

/// Something kept, and how long.
#[derive(Debug)]
pub struct Due {
    /// What it is.
    pub kept: Shelved,
    /// What its term is reckoned from.
    pub schedule: Schedule,
    /// How long it is kept, as far as it is known.
    pub keeping: Keeping,
    /// Holds that forbid its disposal today.
    pub holds: Vec<String>,
}

impl Office {
    /// Everything kept, with its term as of today, the earliest to end first.
    ///
    /// # Errors
    /// Where register, archive or a principal's profile cannot be read.
    pub fn terms(&self, shelves: &Shelves) -> Reports<Vec<Due>> {
        let mut longest = Terms::new(self);
        let mut all = Vec::new();
        for kept in &shelves.kept {
            all.push(due(self, shelves, kept, longest.of(shelves, kept)?, self.today())?);
        }
        all.sort_by(|a, b| (a.keeping.day(), &a.kept.id).cmp(&(b.keeping.day(), &b.kept.id)));
        Ok(all)
    }

    /// Draws up the plan of everything of `principal` that may be destroyed today.
    ///
    /// # Errors
    /// [`RetentionError::OtherOffice`] for an unknown principal, [`RetentionError::NothingDue`].
    pub fn disposal_plan(&self, principal: &str) -> Reports<Plan> {
        if !self.state().principals.contains_key(principal) {
            return Err(report(RetentionError::OtherOffice));
        }
        let shelves = self.shelves().map_err(report)?;
        let today = self.today();
        let mut items = Vec::new();
        for due in self.terms(&shelves)? {
            if due.holds.is_empty()
                && due.schedule.expired(today).is_ok()
                && concerns(&shelves, &due.kept, principal)
            {
                items.extend(item(&due));
            }
        }
        if items.is_empty() {
            return Err(report(RetentionError::NothingDue));
        }
        Ok(Plan::new(self.settings().agency.uscc.clone(), principal.to_owned(), today, items))
    }
}

/// Whether `principal` is whom the disposal of `kept` concerns; training is everybody's.
pub(in crate::office) fn concerns(shelves: &Shelves, kept: &Shelved, principal: &str) -> bool {
    if kept.closed_on.is_some() {
        // A paper of the office: whom it is about, or anybody.
        return kept.parties.is_empty() || kept.parties.iter().any(|party| party == principal);
    }
    month_end(&kept.case).is_some()
        || shelves.cases.get(&kept.case).is_some_and(|closing| closing.principal == principal)
}

/// The term of `kept` on `today`.
pub(in crate::office) fn due(
    office: &Office,
    shelves: &Shelves,
    kept: &Shelved,
    term: Term,
    today: NaiveDate,
) -> Reports<Due> {
    let closed_on = shelves.closing(kept);
    let schedule = Schedule { archived_on: kept.archived_on, closed_on, term };
    let keeping = schedule.keeping().map_err(report)?;
    let holds = shelves.held(kept, office.state(), today);
    Ok(Due { kept: kept.clone(), schedule, keeping, holds })
}

/// What a plan says of something whose case is closed.
pub(in crate::office) fn item(due: &Due) -> Option<Item> {
    let Due { kept, schedule, keeping, .. } = due;
    Some(Item {
        sort: kept.sort,
        id: kept.id.clone(),
        case: kept.case.clone(),
        archived_on: kept.archived_on,
        closed_on: schedule.closed_on?,
        years: schedule.term,
        last_day_kept: keeping.day(),
        objects: kept.objects.clone(),
        manifest: kept.manifest,
    })
}

/// The longest term each principal ever signed.
pub(in crate::office) struct Terms<'a> {
    office: &'a Office,
    known: BTreeMap<String, Term>,
}

impl<'a> Terms<'a> {
    pub(in crate::office) const fn new(office: &'a Office) -> Self {
        Self { office, known: BTreeMap::new() }
    }

    /// The longest term of all whom `kept` concerns; of everybody for training, and where it
    /// cannot be told whose it is.
    pub(in crate::office) fn of(&mut self, shelves: &Shelves, kept: &Shelved) -> Reports<Term> {
        let own = shelves.principals(&kept.case);
        let is_everybodys = kept.closed_on.is_some() || month_end(&kept.case).is_some();
        let whose: Vec<String> = if own.is_empty() || is_everybodys {
            self.office.state().principals.keys().cloned().collect()
        } else {
            own.into_iter().map(str::to_owned).collect()
        };
        let mut term = Term::FLOOR;
        for principal in whose {
            term = term.max(self.longest(&principal)?);
        }
        Ok(term)
    }

    fn longest(&mut self, principal: &str) -> Reports<Term> {
        if let Some(term) = self.known.get(principal) {
            return Ok(*term);
        }
        let mut longest = Term::FLOOR;
        let office = self.office;
        if let Some(pinned) = office.state().principals.get(principal) {
            for found in office.view().find(Some(&journal::PRINCIPAL_PROFILE), Some(principal)) {
                let found = found.map_err(|error| report(OfficeError::from(error)))?;
                let entry = found.entry();
                if !office.state().had_role(entry, Role::Administrator) {
                    continue;
                }
                let Some(object) = digest(&entry.body, "object") else { continue };
                let bytes = office.object(&object).map_err(report)?;
                let profile = open_profile(&bytes, &pinned.certificate, None).map_err(report)?;
                let years = profile.retention_years.map(Term::of_years).transpose();
                longest = longest.max(years.map_err(report)?.unwrap_or_default());
            }
        }
        self.known.insert(principal.to_owned(), longest);
        Ok(longest)
    }
}
