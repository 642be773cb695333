//! What overtakes a letter between its issue and its leaving.
//!
//! Owns [`Overtaking`]: payments, withdrawals and voids as the register tells them, kept up to date
//! while a desk or counter is open. A hold, a payment of the case, a withdrawal of the template's
//! approval or a void after issue keeps a letter in the office: whoever prints, pulls, dispatches,
//! hands over, encloses or reprints asks here. Source: REQUIREMENTS 2 (L111); issue of the night's
//! batch, "after it is printed" and "withdrawal stops at once".

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};

use super::{
    life::{Life, answers, words::ReplyKind},
    past::prepared_of,
};
use crate::{
    office::{
        journal,
        state::{Hold, text},
    },
    register::{Entry, EntryKind, RegisterError, View},
};

/// Why a letter may not leave.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Reason {
    /// The case is on hold.
    Hold,
    /// A payment was reported for the case.
    Paid,
    /// The letter was declared void.
    Void,
    /// An approval of its template was withdrawn.
    Withdrawn,
}

impl Reason {
    /// Its name in entries and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// One thing that overtook a letter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cause {
    /// Why the letter stays.
    pub reason: Reason,
    /// Entry that overtook it.
    pub seq: u64,
    /// When that was registered.
    pub at: DateTime<FixedOffset>,
    /// Kind of the hold, if it is one.
    pub hold: Option<String>,
}

/// When something was registered, and where.
type Registered = (u64, DateTime<FixedOffset>);

/// What the register says against letters.
#[derive(Clone, Debug, Default)]
pub struct Overtaking {
    next: u64,
    void: HashMap<String, Registered>,
    /// By case, in the order of the register.
    paid: HashMap<String, Vec<Registered>>,
    /// By template and principal, in the order of the register.
    withdrawn: HashMap<(String, String), Vec<Registered>>,
}

impl Overtaking {
    /// What the register says now.
    ///
    /// # Errors
    /// Those of the register.
    pub fn of(view: &View<'_>) -> Result<Self, RegisterError> {
        let mut all = Self::default();
        all.catch_up(view)?;
        Ok(all)
    }

    /// Takes in what was registered since the last call.
    ///
    /// # Errors
    /// Those of the register.
    pub fn catch_up(&mut self, view: &View<'_>) -> Result<(), RegisterError> {
        let size = view.size()?;
        let from = self.next;
        let kinds: [&EntryKind; 3] =
            [&journal::LETTER_VOIDED, &journal::TEMPLATE_WITHDRAWN, &journal::LETTER_REPLIED];
        for kind in kinds {
            if view.last_place(kind)?.is_some_and(|place| place >= from) {
                for found in view.find_from(kind, from) {
                    self.take(view, found?.entry())?;
                }
            }
        }
        // After a fault all of it is read again: told twice it tells the same.
        self.next = size;
        Ok(())
    }

    fn take(&mut self, view: &View<'_>, entry: &Entry) -> Result<(), RegisterError> {
        let told = (entry.seq, entry.recorded_at);
        let member = |name: &str| text(&entry.body, name).unwrap_or_default();
        if entry.kind == journal::LETTER_VOIDED {
            self.void.insert(entry.subject.clone(), told);
        } else if entry.kind == journal::TEMPLATE_WITHDRAWN {
            let of = (entry.subject.clone(), member("principal").to_owned());
            self.withdrawn.entry(of).or_default().push(told);
        } else if entry.kind == journal::LETTER_REPLIED
            && member("kind") == ReplyKind::Paid.name()
            // A payment regards the case, whichever of its letters was answered.
            && let Some(case) = case_of(view, &entry.subject)?
        {
            self.paid.entry(case).or_default().push(told);
        }
        Ok(())
    }

    /// What overtook the letter of `life`, on whose case `holds` stand: holds, the first
    /// payment, void, the first withdrawal.
    ///
    /// What stood when the letter was issued it was let past. A payment overtakes no answer to
    /// somebody who wrote: it asks for nothing.
    #[must_use]
    pub fn causes(&self, life: &Life, holds: &[Hold]) -> Vec<Cause> {
        let issued = life.issued.seq;
        let first = |all: Option<&Vec<Registered>>| {
            all.into_iter().flatten().find(|(seq, _)| *seq > issued).copied()
        };
        let cause = |reason| move |(seq, at): Registered| Cause { reason, seq, at, hold: None };
        let mut found = Vec::new();
        let later = holds.iter().filter(|hold| hold.seq > issued).map(|hold| Cause {
            reason: Reason::Hold,
            seq: hold.seq,
            at: hold.since,
            hold: Some(hold.kind.clone()),
        });
        found.extend(later);
        if !answers::is_answer(&life.template) {
            found.extend(first(self.paid.get(&life.case)).map(cause(Reason::Paid)));
        }
        found.extend(self.void.get(&life.number).copied().map(cause(Reason::Void)));
        let of = (life.template.clone(), life.principal.clone());
        found.extend(first(self.withdrawn.get(&of)).map(cause(Reason::Withdrawn)));
        found
    }
}

/// The case of an issued letter, masked.
///
/// # Errors
/// Those of the register.
pub fn case_of(view: &View<'_>, number: &str) -> Result<Option<String>, RegisterError> {
    let prepared = prepared_of(view, number)?;
    Ok(prepared.and_then(|entry| text(&entry.entry().body, "case").map(str::to_owned)))
}
