//! The front of the line: a group of letters is registered in one transaction, published, completed.

use std::io::Cursor;

use super::{Line, Slot};
use crate::{
    archive::{Objects as _, Stage as _},
    digest::Digest,
    letter::{
        batch::{BatchProblem, Fate, Lettered, Told, Watch},
        commit,
        desk::{DeskError, Fault, Matter},
    },
    office::state::State,
    register::{Clock as _, RegisterError},
};
use chrono::Datelike as _;

/// Why a transaction was given up.
enum Cut {
    Register(RegisterError),
    /// The state moved, or another number is next.
    Behind,
}

impl From<RegisterError> for Cut {
    fn from(error: RegisterError) -> Self {
        Self::Register(error)
    }
}

impl Line<'_, '_> {
    /// Registers and archives the first `count` letters, or looks at all in line again if what the
    /// office knows has changed.
    pub(super) fn commit(&mut self, count: usize, watch: &mut dyn Watch) -> Result<(), Fault> {
        let changed = self.desk.look_again()?;
        self.still_enrolled()?;
        if changed || self.day != self.desk.office.today() {
            return self.renumber(true, watch);
        }
        if count == 0 {
            return Ok(self.flush()?);
        }
        if let Some(issued) = self.prepare_and_issue(count)? {
            return Ok(self.complete(issued, watch)?);
        }
        self.desk.look_again()?;
        self.renumber(true, watch)
    }

    fn still_enrolled(&self) -> Result<(), DeskError> {
        let id = &self.desk.actor.operator().id;
        let known = self.desk.office.state().operators.get(id);
        if known.is_some_and(|operator| operator.revoked_at.is_none()) {
            Ok(())
        } else {
            Err(DeskError::Stopped { source: BatchProblem::Revoked })
        }
    }

    /// The commit point of a group. `None` if the line has to be looked at again.
    fn prepare_and_issue(&mut self, count: usize) -> Result<Option<Vec<u64>>, DeskError> {
        let mut packages = Vec::new();
        for slot in self.slots.iter().take(count) {
            let template = &slot.ready.template;
            if !self.archived.contains_key(&template.digest()) {
                let packed = template.package().pack();
                let object = Digest::of(&packed);
                if !self.desk.office.archive().contains(&object)? {
                    packages.push(self.desk.office.archive().stage(&mut Cursor::new(packed))?);
                }
                self.archived.insert(template.digest(), object);
            }
        }
        let mut drafts = Vec::new();
        for slot in self.slots.iter().take(count) {
            let Some(made) = &slot.made else { return Ok(None) };
            let package = self.archived.get(&slot.ready.template.digest());
            let package = package.copied().ok_or(RegisterError::Spoiled)?;
            let number = &slot.record.number;
            let prepared = commit::prepared(
                &Matter::of(&slot.request),
                &slot.ready,
                &slot.key,
                &slot.content,
                number,
            )
            .with("batch", self.run.batch.as_str());
            let objects = [package, made.record.digest(), made.pdf.digest()];
            drafts.push((slot.value, prepared, &slot.record, objects, made));
        }
        let series = commit::series(self.day.year());
        let (clock, actor) = (*self.desk.office.clock(), self.desk.actor);
        let seen = self.desk.office.state().seen();
        let refusals = self.refusals.clone();
        let committed = self.desk.office.register()?.transact(|tx| {
            if State::changed_since(&tx.view(), seen)? || clock.now().date_naive() != self.day {
                return Err(Cut::Behind);
            }
            for refusal in refusals {
                tx.append(refusal, actor, &clock)?;
            }
            let mut prepared = Vec::new();
            for (value, draft, ..) in &drafts {
                let next = tx.view().next_number(&series)?;
                if next.value() != *value {
                    return Err(Cut::Behind);
                }
                prepared.push(tx.append(draft.clone().with_number(&next), actor, &clock)?.seq);
            }
            let mut issued = Vec::new();
            for (seq, (_, _, record, objects, made)) in prepared.into_iter().zip(&drafts) {
                let length = made.pdf.length();
                let draft = commit::issued(record, seq, *objects, length, made.pages);
                issued.push(tx.append(draft, actor, &clock)?.seq);
            }
            Ok(issued)
        });
        match committed {
            Ok(committed) => {
                self.refusals.clear();
                self.desk.office.archive().publish_all(packages)?;
                Ok(Some(committed.value))
            }
            Err(Cut::Behind) => {
                for package in packages {
                    self.desk.office.archive().discard(package)?;
                }
                self.archived.clear();
                Ok(None)
            }
            Err(Cut::Register(error)) => Err(error.into()),
        }
    }

    /// Publishes what was issued and enters its completion.
    fn complete(&mut self, issued: Vec<u64>, watch: &mut dyn Watch) -> Result<(), DeskError> {
        let mut staged = Vec::new();
        let mut told = Vec::new();
        let mut drafts = Vec::new();
        for seq in issued {
            let Some(Slot { row, id, record, ready, made: Some(made), .. }) =
                self.slots.pop_front()
            else {
                return Err(RegisterError::Spoiled.into());
            };
            let package = self.archived.get(&ready.template.digest()).copied();
            let package = package.ok_or(RegisterError::Spoiled)?;
            let objects = [package, made.record.digest(), made.pdf.digest()];
            let pair = ready.pair.as_deref();
            drafts.extend(commit::completed(&record.number, seq, &objects, pair));
            staged.extend([made.record, made.pdf]);
            let batch = Some(self.run.batch.clone());
            let letter = Lettered { number: record.number.clone(), pages: made.pages, batch };
            told.push(Told { row, request: Some(id), fate: Fate::Issued(letter) });
        }
        self.desk.office.archive().publish_all(staged)?;
        let (clock, actor) = (*self.desk.office.clock(), self.desk.actor);
        self.desk.office.register()?.transact(|tx| {
            for draft in drafts {
                tx.append_once(draft, actor, &clock)?;
            }
            Ok::<_, RegisterError>(())
        })?;
        for told in told {
            watch.told(told);
        }
        Ok(())
    }
}
