//! What a month came to, counted from the register.
//!
//! Each figure is a count of entries registered in the month by the office's own clock, so that
//! anybody can count them again from an export. What happens to a letter is put down to the clerk
//! who issued it. Statements of visits and documents of the office are no letters and stand apart.
//! A request refused again is the same request: it counts once, with every reason it was told in the
//! month, so reasons may sum to more than requests. There is no figure of money recovered and no
//! ranking.
//! Source: REQUIREMENTS 1 (L205, L315); DOCUMENTS 25.

mod counts;
mod times;
mod told;

pub use counts::{Counts, Figure};
pub use times::Times;
pub use told::reason;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::Value;

use super::{month::Month, rate::Rate};
use crate::{
    letter::life::{Life, answers},
    office::{Office, journal, state::text},
    register::{Entry, EntryKind, RegisterError, View},
    template::{documents, package::Package},
};

/// The figures of a month.
#[derive(Clone, Debug)]
pub struct Stats {
    /// The month.
    pub month: Month,
    /// The one principal whose letters are counted; all, if none.
    pub principal: Option<String>,
    /// All together.
    pub total: Counts,
    /// By kind of letter; `?` where a refused request named none.
    pub by_kind: BTreeMap<String, Counts>,
    /// By kind, the documents that are no letters; no other figure counts them.
    pub documents: BTreeMap<String, Counts>,
    /// By principal.
    pub by_principal: BTreeMap<String, Counts>,
    /// By operator who issued, or whose request was refused.
    pub by_clerk: BTreeMap<String, Counts>,
    /// Refused requests by code; one request may have several.
    pub reasons: BTreeMap<String, u64>,
    /// Titles of the kinds and names of the clerks, as pages print them.
    words: BTreeMap<String, String>,
    /// Holds placed.
    pub holds: u64,
    /// Acts on letters and cases that were refused, by act.
    pub acts_refused: BTreeMap<String, u64>,
    /// How long answers took.
    pub times: Times,
    /// The newest reconciliation of the month, of each principal that has one.
    pub reconciled: BTreeMap<String, Rate>,
}

/// Whose letter it is.
struct Owner {
    kind: String,
    principal: String,
    clerk: String,
}

/// A request that was refused, once or again, with all reasons told.
struct Refusal {
    owner: Owner,
    codes: BTreeSet<String>,
}

impl Refusal {
    fn of(entry: &Entry) -> Self {
        let of = |name: &str| text(&entry.body, name).unwrap_or("?").to_owned();
        let clerk = entry.operator.clone();
        let owner = Owner { kind: of("template"), principal: of("principal"), clerk };
        Self { owner, codes: BTreeSet::new() }
    }

    fn tell(&mut self, entry: &Entry) {
        let codes = entry.body.get("codes").and_then(Value::as_array).into_iter().flatten();
        self.codes.extend(codes.filter_map(Value::as_str).map(str::to_owned));
    }
}

impl Stats {
    /// Counts the entries of `month` about letters of `principal`, or of all.
    ///
    /// # Errors
    /// Those of the register.
    pub fn of(
        office: &Office,
        month: Month,
        principal: Option<&str>,
    ) -> Result<Self, RegisterError> {
        let view = office.view();
        let mut stats = Self {
            month,
            principal: principal.map(str::to_owned),
            total: Counts::default(),
            by_kind: BTreeMap::new(),
            documents: BTreeMap::new(),
            words: BTreeMap::new(),
            by_principal: BTreeMap::new(),
            by_clerk: BTreeMap::new(),
            reasons: BTreeMap::new(),
            holds: 0,
            acts_refused: BTreeMap::new(),
            times: Times::default(),
            reconciled: BTreeMap::new(),
        };
        let mut owners: HashMap<String, Owner> = HashMap::new();
        let mut cases = HashSet::new();
        for found in view.find(Some(&journal::LETTER_ISSUED), None) {
            let found = found?;
            let Some(life) = Life::begin(&view, found.entry())? else { continue };
            let owner = Owner { kind: life.template, principal: life.principal, clerk: life.clerk };
            if stats.counts(Some(&owner)) {
                cases.insert(life.case);
            }
            if month.holds(found.entry().recorded_at) {
                stats.add(Some(&owner), &[Figure::Issued]);
            }
            owners.insert(life.number, owner);
        }
        for (kind, figure) in [
            (journal::LETTER_DISPATCHED, Figure::Dispatched),
            (journal::LETTER_DELIVERED, Figure::Delivered),
            (journal::LETTER_RETURNED, Figure::Returned),
            (journal::LETTER_VOIDED, Figure::Voided),
            (journal::LETTER_REPRINTED, Figure::Reprinted),
        ] {
            each(&view, &kind, month, |entry| stats.add(owners.get(&entry.subject), &[figure]))?;
        }
        let replied = stats.replies(&view, &owners)?;
        let mut refusals: BTreeMap<String, Refusal> = BTreeMap::new();
        each(&view, &journal::LETTER_REFUSED, month, |entry| {
            let same = refusals.entry(entry.subject.clone());
            same.or_insert_with(|| Refusal::of(entry)).tell(entry);
        })?;
        for refusal in refusals.into_values() {
            stats.refusal(&refusal);
        }
        // A hold is a case's; it is a principal's where the case has had a letter for it.
        each(&view, &journal::HOLD_PLACED, month, |entry| {
            if principal.is_none() || cases.contains(&entry.subject) {
                stats.holds = stats.holds.saturating_add(1);
            }
        })?;
        // An act is on a letter, a reply or a case; of one principal only those count that are its own.
        each(&view, &journal::ACT_REFUSED, month, |entry| {
            let own = owners.get(&entry.subject).or_else(|| {
                let letter = replied.get(&entry.subject)?;
                owners.get(letter)
            });
            if principal.is_none() || stats.counts(own) || cases.contains(&entry.subject) {
                let act = text(&entry.body, "act").unwrap_or("?").to_owned();
                let count = stats.acts_refused.entry(act).or_default();
                *count = count.saturating_add(1);
            }
        })?;
        for found in view.find(Some(&journal::RECONCILE_DONE), None) {
            let found = found?;
            let body = &found.entry().body;
            let other = principal.is_some_and(|wanted| wanted != found.entry().subject);
            if !other && text(body, "month") == Some(month.to_string().as_str()) {
                let count = |name: &str| body.get(name).and_then(Value::as_u64).unwrap_or_default();
                let rate = Rate { deviations: count("deviations"), letters: count("letters") };
                stats.reconciled.insert(found.entry().subject.clone(), rate);
            }
        }
        stats.name(office);
        Ok(stats)
    }

    /// Learns titles and names of what was counted.
    fn name(&mut self, office: &Office) {
        let templates = office.paths().templates();
        for kind in self.by_kind.keys().chain(self.documents.keys()) {
            if let Ok(package) = Package::load(&templates, kind) {
                self.words.insert(kind.clone(), package.metadata().title.clone());
            }
        }
        for clerk in self.by_clerk.keys() {
            self.words.insert(clerk.clone(), office.operator_name(clerk));
        }
    }

    /// What a page calls a kind or a clerk.
    /// The deviation rate over all principals that were reconciled.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        self.reconciled.values().copied().reduce(Rate::plus)
    }

    /// Whether what happened to a letter of `owner` is counted.
    fn counts(&self, owner: Option<&Owner>) -> bool {
        let wanted = self.principal.as_deref();
        wanted.is_none_or(|wanted| owner.is_some_and(|owner| owner.principal == wanted))
    }

    fn add(&mut self, owner: Option<&Owner>, figures: &[Figure]) {
        if !self.counts(owner) {
            return;
        }
        for figure in figures {
            if let Some(owner) = owner.filter(|owner| !documents::is_letter(&owner.kind)) {
                self.documents.entry(owner.kind.clone()).or_default().add(*figure);
                continue;
            }
            self.total.add(*figure);
            if let Some(owner) = owner {
                self.by_kind.entry(owner.kind.clone()).or_default().add(*figure);
                self.by_principal.entry(owner.principal.clone()).or_default().add(*figure);
                self.by_clerk.entry(owner.clerk.clone()).or_default().add(*figure);
            }
        }
    }

    /// Counts replies and answers; gives the letter of each reply.
    fn replies(
        &mut self,
        view: &View<'_>,
        owners: &HashMap<String, Owner>,
    ) -> Result<HashMap<String, String>, RegisterError> {
        let month = self.month;
        let mut letters = HashMap::new();
        let mut came: HashMap<String, NaiveDate> = HashMap::new();
        for found in view.find(Some(&journal::LETTER_REPLIED), None) {
            let found = found?;
            let entry = found.entry();
            let day = entry.occurred_at.unwrap_or(entry.recorded_at).date_naive();
            let number = text(&entry.body, "reply").unwrap_or_default();
            came.insert(number.to_owned(), day);
            letters.insert(number.to_owned(), entry.subject.clone());
            if month.holds(entry.recorded_at) {
                let more = match text(&entry.body, "kind") {
                    Some("dispute") => Some(Figure::Disputes),
                    Some("denial") => Some(Figure::Denials),
                    Some("complaint") => Some(Figure::Complaints),
                    _ => None,
                };
                let figures: Vec<Figure> = [Figure::Replied].into_iter().chain(more).collect();
                self.add(owners.get(&entry.subject), &figures);
            }
        }
        let mut days = Vec::new();
        each(view, &journal::LETTER_ANSWERED, month, |entry| {
            if text(&entry.body, "to") != Some(answers::SENDER) {
                return;
            }
            let owner = owners.get(&entry.subject);
            if !self.counts(owner) {
                return;
            }
            self.add(owner, &[Figure::Answered]);
            let reply = text(&entry.body, "reply").and_then(|reply| came.get(reply));
            let took =
                reply.map(|came| entry.recorded_at.date_naive().signed_duration_since(*came));
            days.extend(took.and_then(|took| u32::try_from(took.num_days()).ok()));
        })?;
        self.times = Times::of(days);
        Ok(letters)
    }

    fn refusal(&mut self, refusal: &Refusal) {
        if !self.counts(Some(&refusal.owner)) {
            return;
        }
        self.add(Some(&refusal.owner), &[Figure::Refused]);
        if !documents::is_letter(&refusal.owner.kind) {
            return;
        }
        for code in &refusal.codes {
            let count = self.reasons.entry(code.clone()).or_default();
            *count = count.saturating_add(1);
        }
    }
}

/// Gives `take` each entry of `kind` that was registered in `month`.
fn each(
    view: &View<'_>,
    kind: &EntryKind,
    month: Month,
    mut take: impl FnMut(&Entry),
) -> Result<(), RegisterError> {
    for found in view.find(Some(kind), None) {
        let found = found?;
        if month.holds(found.entry().recorded_at) {
            take(found.entry());
        }
    }
    Ok(())
}
