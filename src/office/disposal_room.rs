//! Destroying what has expired: approvals of both sides, tombstone, then the bytes.
//!
//! Orders the stages: plan and approvals checked, every refusal told at once → for each item, under
//! the register's lock, holds and days checked again and the tombstone registered (the commit
//! point) → its bytes destroyed → `retention.destroyed`. What was cut off in between is finished
//! by the next disposal. The tombstone keeps number, digests, approvals and certificate number.
//! Source: REQUIREMENTS 5 (7); DOCUMENTS 23; STYLE rule 8.

mod approvals;

use std::{collections::BTreeMap, fs::File};

use chrono::{DateTime, Datelike as _, FixedOffset};

use approvals::{Approval, side};

use super::{
    Office,
    actor::Actor,
    journal, lock,
    office_folder::OfficeError,
    operator::Role,
    retention_room::{RetentionError, Terms, concerns, due, item},
    retention_state::{Shelved, Shelves},
    state::{digest, text},
};
use crate::{
    digest::Digest,
    problem::{Report, alone as report},
    register::{Clock as _, Draft, EntryKind, Recorded, RegisterError, View},
    retention::{
        disposal::{DisposalPermit, DisposalPlan, Hold, HoldGround},
        plan::{Item, Party, Plan, Sort},
        schedule::Schedule,
        term::Term,
    },
};

/// How bytes are destroyed, as the certificate says it.
pub const METHOD: &str = "覆写后删除";

type Reports<T> = Result<T, Vec<Report>>;

/// One disposal that is done.
#[derive(Clone, Debug)]
pub struct Disposal {
    /// What was destroyed.
    pub id: String,
    /// Number of its destruction certificate.
    pub certificate: String,
    /// Principal whose approval it had.
    pub principal: String,
    /// Case it belonged to.
    pub case: String,
    /// The tombstone.
    pub entry: u64,
    /// When it was registered.
    pub at: DateTime<FixedOffset>,
    /// Objects destroyed.
    pub objects: Vec<Digest>,
    /// Whether an earlier command had registered it.
    pub already: bool,
    /// What the destruction certificate says, by field of its template (DOCUMENTS 23).
    pub facts: BTreeMap<&'static str, String>,
}

/// Kinds of tombstones.
pub(crate) const TOMBSTONES: [&EntryKind; 3] =
    [&journal::EVIDENCE_DISPOSED, &journal::LETTER_DISPOSED, &journal::RETENTION_DISPOSED];

impl Office {
    /// Destroys everything in `plan`, or nothing, and says why. What was cut off is finished first;
    /// run again, it says what is done already.
    ///
    /// # Errors
    /// [`RetentionError`], every refusal at once; faults of register and archive.
    pub fn dispose(
        &mut self,
        plan: &Plan,
        plan_digest: &Digest,
        actor: &Actor,
    ) -> Reports<Vec<Disposal>> {
        actor.require(Role::Archivist).map_err(report)?;
        let lock = self.disposal_lock().map_err(report)?;
        self.refresh().map_err(report)?;
        self.finish_disposals(actor)?;
        let principal = self.principal_anchors(plan)?;
        let mut refused: Vec<Report> = Vec::new();
        let mut approvals = Vec::new();
        for party in [Party::Agency, Party::Principal] {
            match self.approval(plan_digest, party, &principal)? {
                Some(found) => approvals.push(found),
                None => refused.push(RetentionError::Missing { side: side(party) }.into()),
            }
        }
        let shelves = self.shelves().map_err(report)?;
        let mut longest = Terms::new(self);
        let mut terms = BTreeMap::new();
        let mut done = Vec::new();
        let mut open = Vec::new();
        for wanted in &plan.items {
            if let Some(gone) = shelves.disposed.get(&wanted.id) {
                if text(&gone.entry.entry().body, "plan") == Some(&plan_digest.to_string()) {
                    done.push(self.told(&gone.entry, true)?);
                } else {
                    let (id, entry) = (wanted.id.clone(), gone.entry.seq());
                    refused.push(RetentionError::Gone { id, entry }.into());
                }
                continue;
            }
            let Some(kept) = shelves.kept.iter().find(|kept| kept.id == wanted.id) else {
                refused.push(RetentionError::ItemDiffers { id: wanted.id.clone() }.into());
                continue;
            };
            let term = longest.of(&shelves, kept)?;
            terms.insert(wanted.id.clone(), term);
            refused.extend(self.forbids(&shelves, kept, wanted, plan, term)?);
            open.push(wanted);
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let [agency, own] = approvals.as_slice() else { return Err(refused) };
        for wanted in open {
            let term = terms.get(&wanted.id).copied().unwrap_or_default();
            let entry = self.bury(wanted, plan, plan_digest, [agency, own], term, actor)?;
            self.destroy(&entry, actor)?;
            done.push(self.told(&entry, false)?);
        }
        drop(lock);
        Ok(done)
    }

    /// Checks one item once more under the register's lock and registers its tombstone.
    fn bury(
        &mut self,
        wanted: &Item,
        plan: &Plan,
        plan_digest: &Digest,
        approvals: [&Approval; 2],
        term: Term,
        actor: &Actor,
    ) -> Reports<Recorded> {
        let clock = *self.clock();
        let state = self.state().clone();
        let [agency, own] = approvals;
        let mut forbidden: Vec<Report> = Vec::new();
        let committed = self.register().map_err(report)?.transact(|tx| {
            let view = tx.view();
            let today = clock.today();
            // Holds are read from the register as it is under the lock, not as it was.
            let state = state.advanced(&view)?;
            let shelves = Shelves::replay(&view, &state, *clock.now().offset())?;
            let kept = shelves.kept.iter().find(|kept| kept.id == wanted.id);
            let Some(kept) = kept else {
                forbidden.push(RetentionError::ItemDiffers { id: wanted.id.clone() }.into());
                return Err(RegisterError::Spoiled);
            };
            let closed_on = shelves.closing(kept);
            let schedule = Schedule { archived_on: kept.archived_on, closed_on, term };
            let held: Vec<Hold> = shelves
                .held(kept, &state, today)
                .into_iter()
                .map(|id| Hold { id, ground: HoldGround::Instruction })
                .collect();
            let order = DisposalPlan::new(&wanted.id, schedule, &held, today).and_then(|plan| {
                let name = |one: &Approval| one.approver.fingerprint().to_string();
                plan.approve(&held, today, name(agency), name(own))
            });
            let order = match order {
                Ok(order) => order,
                Err(refusals) => {
                    forbidden.extend(refusals.into_iter().map(|source| {
                        Report::from(RetentionError::Forbidden { id: wanted.id.clone(), source })
                    }));
                    return Err(RegisterError::Spoiled);
                }
            };
            let year = clock.now().year();
            let number = view.next_number(&format!("disposal/{year}"))?;
            let kind = match kept.sort {
                Sort::Bundle => journal::EVIDENCE_DISPOSED,
                Sort::Letter => journal::LETTER_DISPOSED,
                Sort::Volume | Sort::Statement | Sort::Voucher => journal::RETENTION_DISPOSED,
            };
            let destroyed: Vec<String> = kept.objects.iter().map(Digest::to_string).collect();
            let draft = Draft::new(kind, order.object())
                .with("case", kept.case.as_str())
                .with("rests_on", kept.seq)
                .with("destroyed", destroyed)
                .with("manifest", kept.manifest.to_string())
                .with("last_day_kept", order.last_day_kept().to_string())
                .with("plan", plan_digest.to_string())
                .with("principal", plan.principal.as_str())
                .with("approvals", vec![agency.seq, own.seq])
                .with("certificate", format!("DC-{year}-{:06}", number.value()))
                .with_number(&number);
            tx.append(draft, actor, &clock)
        });
        match committed {
            Ok(committed) => {
                let entry = committed.recorded.into_iter().next();
                entry.ok_or_else(|| report(OfficeError::from(RegisterError::Spoiled)))
            }
            Err(_) if !forbidden.is_empty() => Err(forbidden),
            Err(error) => Err(report(OfficeError::from(error))),
        }
    }

    /// Destroys the bytes that a tombstone is about, and registers that they are gone.
    fn destroy(&mut self, entry: &Recorded, actor: &Actor) -> Reports<()> {
        if let Some(permit) = DisposalPermit::of(entry) {
            for object in permit.objects() {
                self.archive()
                    .destroy(object, &permit)
                    .map_err(|error| report(OfficeError::from(error)))?;
            }
            let draft = Draft::new(journal::RETENTION_DESTROYED, entry.entry().subject.clone())
                .with("disposed", permit.entry())
                .with("method", METHOD);
            self.append_once(draft, actor).map_err(report)?;
        }
        Ok(())
    }

    /// Finishes the disposals that a cut-off command left.
    fn finish_disposals(&mut self, actor: &Actor) -> Reports<()> {
        let shelves = self.shelves().map_err(report)?;
        for left in shelves.disposed.values().filter(|disposed| !disposed.destroyed) {
            self.destroy(&left.entry, actor)?;
        }
        Ok(())
    }

    /// Everything that forbids one item of a plan.
    fn forbids(
        &self,
        shelves: &Shelves,
        kept: &Shelved,
        wanted: &Item,
        plan: &Plan,
        term: Term,
    ) -> Reports<Vec<Report>> {
        let today = self.today();
        let found = due(self, shelves, kept, term, today)?;
        let mut refused: Vec<Report> = Vec::new();
        let id = || wanted.id.clone();
        let holds: Vec<Hold> = found
            .holds
            .iter()
            .map(|hold| Hold { id: hold.clone(), ground: HoldGround::Instruction })
            .collect();
        match DisposalPlan::new(id(), found.schedule, &holds, today) {
            Ok(_) if item(&found).as_ref() == Some(wanted) => {}
            Ok(_) => refused.push(RetentionError::ItemDiffers { id: id() }.into()),
            Err(refusals) => refused.extend(
                refusals
                    .into_iter()
                    .map(|source| RetentionError::Forbidden { id: id(), source }.into()),
            ),
        }
        if !concerns(shelves, kept, &plan.principal) {
            refused.push(RetentionError::ItemDiffers { id: id() }.into());
        }
        Ok(refused)
    }

    /// The newest tombstone of `id` that an archivist signed, without a replay of all.
    pub(super) fn tombstone(&self, id: &str) -> Result<Option<Recorded>, OfficeError> {
        let mut newest: Option<Recorded> = None;
        for kind in TOMBSTONES {
            for found in self.view().find(Some(kind), Some(id)) {
                let found = found?;
                let later = newest.as_ref().is_none_or(|before| before.seq() < found.seq());
                if later && self.state().had_role(found.entry(), Role::Archivist) {
                    newest = Some(found);
                }
            }
        }
        Ok(newest)
    }

    /// The disposal of bundle or letter `id`.
    ///
    /// # Errors
    /// [`RetentionError::NotDisposed`], and where the register cannot be read.
    pub fn disposal(&self, id: &str) -> Reports<Disposal> {
        let fault = |error| report(OfficeError::from(error));
        for kind in TOMBSTONES {
            if let Some(entry) = self.view().last(kind, id).map_err(fault)? {
                return self.told(&entry, true);
            }
        }
        Err(report(RetentionError::NotDisposed))
    }

    /// A disposal with what its destruction certificate says.
    fn told(&self, entry: &Recorded, already: bool) -> Reports<Disposal> {
        let body = &entry.entry().body;
        let member = |name: &str| text(body, name).unwrap_or_default().to_owned();
        let permit = DisposalPermit::of(entry);
        let profile = self.profile(&member("principal"))?;
        let approver = body
            .get("approvals")
            .and_then(|approvals| approvals.get(0)?.as_u64())
            .and_then(|seq| self.view().get(seq).ok().flatten())
            .map_or_else(String::new, |approval| self.operator_name(&approval.entry().operator));
        let day = entry.recorded_at().with_timezone(self.now().offset()).date_naive();
        let facts = BTreeMap::from([
            ("bundle_id", entry.entry().subject.clone()),
            ("manifest_hash", member("manifest")),
            ("last_day_kept", member("last_day_kept")),
            ("approver_agency", approver),
            ("principal_name", profile.name),
            ("approval_id", member("certificate")),
            ("destroyed_at", day.to_string()),
            ("method", METHOD.to_owned()),
        ]);
        Ok(Disposal {
            id: entry.entry().subject.clone(),
            certificate: member("certificate"),
            principal: member("principal"),
            case: member("case"),
            entry: entry.seq(),
            at: entry.recorded_at(),
            objects: permit.map(|permit| permit.objects().to_vec()).unwrap_or_default(),
            already,
            facts,
        })
    }

    fn disposal_lock(&self) -> Result<File, RetentionError> {
        let lock = lock::take(self.paths(), "disposal.lock");
        lock.map_err(|source| RetentionError::File { source })?.ok_or(RetentionError::Busy)
    }
}

/// Objects that registered disposals name, with the tombstone of each.
///
/// # Errors
/// Those of the storage.
pub fn destroyed(view: &View<'_>) -> Result<BTreeMap<Digest, u64>, RegisterError> {
    let mut objects = BTreeMap::new();
    for kind in TOMBSTONES {
        for found in view.find(Some(kind), None) {
            let found = found?;
            if let Some(permit) = DisposalPermit::of(&found) {
                objects.extend(permit.objects().iter().map(|object| (*object, found.seq())));
            }
        }
    }
    Ok(objects)
}

/// What a tombstone rests on: the entry of what was destroyed, and its payload manifest or PDF.
#[must_use]
pub fn rests_on(entry: &crate::register::Entry) -> Option<(u64, Digest)> {
    let rests_on = entry.body.get("rests_on")?.as_u64()?;
    Some((rests_on, digest(&entry.body, "manifest")?))
}
