//! What the register says about keeping: closed cases, legal holds, approvals, disposals, and every
//! bundle and letter with its schedule.
//!
//! A replay like [`super::state`]; an entry counts only if its signer had the role for it. The
//! month of a training archive closes itself: a case named `TRAINING-YYYY-MM` is closed on that
//! month's last day. Source: REQUIREMENTS 5 (7), L223, L495, L635.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, Months, NaiveDate};
use serde_json::{Map, Value};

use super::{
    journal,
    operator::Role,
    retention_table::papers,
    state::{State, digest, text},
};
use crate::{
    digest::Digest,
    register::{Entry, EntryKind, Recorded, RegisterError, View},
    retention::plan::Sort,
};

/// What begins the name of a month's training archive.
const TRAINING: &str = "TRAINING-";
/// Case holds that forbid disposal: lawsuit, complaint and dispute. Source: DOCUMENTS 23.
pub(crate) const CASE_HOLDS: [&str; 6] =
    ["dispute", "complaint", "denial", "identity_mismatch", "small_debt_objection", "forged"];
/// Roles that may close a case or open it again.
pub(super) const CLOSERS: [Role; 2] = [Role::Clerk, Role::Administrator];
/// Roles that may place a legal hold.
pub(super) const HOLDERS: [Role; 5] =
    [Role::Clerk, Role::Agent, Role::Approver, Role::Archivist, Role::Administrator];

/// How a case stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Closing {
    /// The day it was closed; `None` since it was opened again.
    pub on: Option<NaiveDate>,
    /// The latest day on which it was ever closed.
    pub latest: NaiveDate,
    /// Whose case it is.
    pub principal: String,
    /// The entry that says so.
    pub seq: u64,
}

/// A legal hold that was not released.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LegalHold {
    /// The entry that placed it, by which it is released.
    pub seq: u64,
    /// Case, bundle or letter it holds.
    pub subject: String,
    /// Who demands it.
    pub who: String,
    /// Why.
    pub why: String,
    /// Number of the document it rests on.
    pub proof: Option<String>,
    /// Last day on which it stands; without end if `None`.
    pub until: Option<NaiveDate>,
}

impl LegalHold {
    /// Whether it stands on `day`.
    #[must_use]
    pub fn stands(&self, day: NaiveDate) -> bool {
        self.until.is_none_or(|until| day <= until)
    }
}

/// Something the archive keeps.
#[derive(Clone, Debug)]
pub struct Shelved {
    /// What it is.
    pub sort: Sort,
    /// Its number.
    pub id: String,
    /// Its case.
    pub case: String,
    /// Its principal, if its own entries say so.
    pub principal: Option<String>,
    /// Of a paper of the office, those whom it is about; nobody in particular if empty.
    pub parties: Vec<String>,
    /// Of a print volume, the letters in it and their cases: what holds one of them holds it.
    pub holding: Vec<String>,
    /// The day it was archived, in the office's zone.
    pub archived_on: NaiveDate,
    /// The day it closed by itself, of what belongs to no case.
    pub closed_on: Option<NaiveDate>,
    /// Objects that go with it.
    pub objects: Vec<Digest>,
    /// Digest by which it stays known.
    pub manifest: Digest,
    /// The entry that sealed or issued it.
    pub seq: u64,
}

impl Shelved {
    /// Whether a hold on `subject` (case, bundle, letter or paper) holds it.
    #[must_use]
    pub fn is_held_with(&self, subject: &str) -> bool {
        self.id == subject || self.case == subject || self.holding.iter().any(|one| one == subject)
    }
}

/// A disposal that is registered.
#[derive(Clone, Debug)]
pub struct Disposed {
    /// What was disposed of.
    pub id: String,
    /// The tombstone.
    pub entry: Recorded,
    /// Whether the register says that the bytes are gone.
    pub destroyed: bool,
}

/// What the register says about keeping.
#[derive(Debug, Default)]
pub struct Shelves {
    /// Cases that were ever closed.
    pub cases: BTreeMap<String, Closing>,
    /// Legal holds that were not released.
    pub holds: Vec<LegalHold>,
    /// Everything archived and not disposed of, in the order of the register.
    pub kept: Vec<Shelved>,
    /// What was disposed of, by number.
    pub disposed: BTreeMap<String, Disposed>,
}

const REPLAYED: [EntryKind; 8] = [
    journal::CASE_CLOSED,
    journal::CASE_REOPENED,
    journal::RETENTION_HELD,
    journal::RETENTION_RELEASED,
    journal::EVIDENCE_DISPOSED,
    journal::LETTER_DISPOSED,
    journal::RETENTION_DISPOSED,
    journal::RETENTION_DESTROYED,
];

impl Shelves {
    /// Replays `view`; `state` tells who had which role, `zone` whose days are counted.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn replay(
        view: &View<'_>,
        state: &State,
        zone: FixedOffset,
    ) -> Result<Self, RegisterError> {
        let mut shelves = Self::default();
        let mut places = BTreeSet::new();
        for kind in &REPLAYED {
            for place in view.places(Some(kind), None, 0) {
                places.insert(place?);
            }
        }
        for seq in places {
            if let Some(recorded) = view.get(seq)? {
                shelves.apply(&recorded, state);
            }
        }
        let day = |at: DateTime<FixedOffset>| at.with_timezone(&zone).date_naive();
        let archived = |kind: &EntryKind| -> Result<BTreeMap<String, NaiveDate>, RegisterError> {
            let mut days = BTreeMap::new();
            for found in view.find(Some(kind), None) {
                let found = found?;
                days.insert(found.entry().subject.clone(), day(found.recorded_at()));
            }
            Ok(days)
        };
        let bundles = archived(&journal::EVIDENCE_ARCHIVED)?;
        for found in view.find(Some(&journal::EVIDENCE_SEALED), None) {
            let found = found?;
            shelves.kept.extend(bundle(found.entry(), &bundles));
        }
        let letters = archived(&journal::LETTER_ARCHIVED)?;
        let receipts = receipts(view)?;
        for found in view.find(Some(&journal::LETTER_ISSUED), None) {
            let found = found?;
            let entry = found.entry();
            let prepared = entry.body.get("prepared").and_then(Value::as_u64);
            let prepared = prepared.map(|seq| view.get(seq)).transpose()?.flatten();
            let prepared = prepared.as_ref().map(Recorded::entry);
            shelves
                .kept
                .extend(prepared.and_then(|prepared| letter(entry, prepared, &letters, &receipts)));
        }
        shelves.kept.extend(papers(view, &shelves.kept, &day)?);
        let disposed = &shelves.disposed;
        shelves.kept.retain(|kept| !disposed.contains_key(&kept.id));
        Ok(shelves)
    }

    /// The day a case was closed, if it is closed.
    #[must_use]
    pub fn closed_on(&self, case: &str) -> Option<NaiveDate> {
        self.cases.get(case).and_then(|closing| closing.on).or_else(|| month_end(case))
    }

    /// The day the term of `kept` runs from besides that of archiving, if it is known yet.
    #[must_use]
    pub fn closing(&self, kept: &Shelved) -> Option<NaiveDate> {
        kept.closed_on.or_else(|| self.closed_on(&kept.case))
    }

    /// Whose case it is, if anything says so.
    #[must_use]
    pub fn principals(&self, case: &str) -> BTreeSet<&str> {
        let closing = self.cases.get(case).map(|closing| closing.principal.as_str());
        let letters = self.kept.iter().filter(|kept| kept.case == case);
        letters.filter_map(|kept| kept.principal.as_deref()).chain(closing).collect()
    }

    /// Entries of every hold that forbids the disposal of `kept` on `day`.
    #[must_use]
    pub fn held(&self, kept: &Shelved, state: &State, day: NaiveDate) -> Vec<String> {
        let legal = self.holds.iter();
        let legal = legal.filter(|hold| hold.stands(day) && kept.is_held_with(&hold.subject));
        let cases = kept.holding.iter().chain([&kept.case]);
        let own = cases.filter_map(|case| state.holds.get(case)).flatten();
        let own = own.filter(|hold| CASE_HOLDS.contains(&hold.kind.as_str()));
        legal
            .map(|hold| format!("{} ({}, {})", hold.seq, hold.who, hold.why))
            .chain(own.map(|hold| format!("{} ({})", hold.seq, hold.kind)))
            .collect()
    }

    fn apply(&mut self, recorded: &Recorded, state: &State) {
        let entry = recorded.entry();
        let (kind, body) = (&entry.kind, &entry.body);
        let has = |roles: &[Role]| roles.iter().any(|role| state.had_role(entry, *role));
        if *kind == journal::CASE_CLOSED {
            if has(&CLOSERS)
                && let (Some(on), Some(principal)) = (date(body, "on"), text(body, "principal"))
            {
                let before = self.cases.get(&entry.subject).map(|before| before.latest);
                // A later closing never begins a term earlier than one that was.
                let latest = before.map_or(on, |before| before.max(on));
                let principal = principal.to_owned();
                let closing = Closing { on: Some(latest), latest, principal, seq: entry.seq };
                self.cases.insert(entry.subject.clone(), closing);
            }
        } else if *kind == journal::CASE_REOPENED {
            if has(&CLOSERS)
                && let Some(closing) = self.cases.get_mut(&entry.subject)
            {
                (closing.on, closing.seq) = (None, entry.seq);
            }
        } else if *kind == journal::RETENTION_HELD {
            // Whoever signed it: a hold too many only keeps.
            self.holds.push(LegalHold {
                seq: entry.seq,
                subject: entry.subject.clone(),
                who: text(body, "who").unwrap_or("?").to_owned(),
                why: text(body, "why").unwrap_or("?").to_owned(),
                proof: text(body, "proof").map(str::to_owned),
                until: date(body, "until"),
            });
        } else if *kind == journal::RETENTION_RELEASED {
            if has(&[Role::Administrator])
                && let Some(hold) = body.get("hold").and_then(Value::as_u64)
            {
                self.holds.retain(|one| one.seq != hold || one.subject != entry.subject);
            }
        } else if *kind == journal::RETENTION_DESTROYED {
            if let Some(disposed) = self.disposed.get_mut(&entry.subject) {
                disposed.destroyed = true;
            }
        } else if has(&[Role::Archivist]) {
            let id = entry.subject.clone();
            let entry = recorded.clone();
            self.disposed.insert(id.clone(), Disposed { id, entry, destroyed: false });
        }
    }
}

/// The last day of a training archive's month.
#[must_use]
pub fn month_end(case: &str) -> Option<NaiveDate> {
    let month = case.strip_prefix(TRAINING)?;
    let is_month = month.len() == 7
        && month.bytes().enumerate().all(|(at, byte)| match at {
            4 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let first: NaiveDate = is_month.then(|| format!("{month}-01").parse().ok()).flatten()?;
    first.checked_add_months(Months::new(1))?.pred_opt()
}

fn bundle(entry: &Entry, archived: &BTreeMap<String, NaiveDate>) -> Option<Shelved> {
    let body = &entry.body;
    Some(Shelved {
        sort: Sort::Bundle,
        id: entry.subject.clone(),
        case: text(body, "case")?.to_owned(),
        principal: None,
        archived_on: *archived.get(&entry.subject)?,
        parties: Vec::new(),
        holding: Vec::new(),
        closed_on: None,
        objects: vec![digest(body, "object")?],
        manifest: digest(body, "manifest")?,
        seq: entry.seq,
    })
}

/// Objects of the receipts of each letter: PDF and record of each, in the order of the register.
fn receipts(view: &View<'_>) -> Result<BTreeMap<String, Vec<Digest>>, RegisterError> {
    let mut objects: BTreeMap<String, Vec<Digest>> = BTreeMap::new();
    for found in view.find(Some(&journal::LETTER_RECEIPT), None) {
        let found = found?;
        let body = &found.entry().body;
        if let (Some(pdf), Some(record)) = (digest(body, "pdf"), digest(body, "record")) {
            let own = objects.entry(found.entry().subject.clone()).or_default();
            if !own.contains(&pdf) {
                own.extend([pdf, record]);
            }
        }
    }
    Ok(objects)
}

fn letter(
    entry: &Entry,
    prepared: &Entry,
    archived: &BTreeMap<String, NaiveDate>,
    receipts: &BTreeMap<String, Vec<Digest>>,
) -> Option<Shelved> {
    let body = &entry.body;
    let pdf = digest(body, "pdf")?;
    let mut objects = vec![pdf, digest(body, "record")?];
    objects.extend(receipts.get(&entry.subject).into_iter().flatten());
    Some(Shelved {
        sort: Sort::Letter,
        id: entry.subject.clone(),
        case: text(&prepared.body, "case")?.to_owned(),
        principal: text(&prepared.body, "principal").map(str::to_owned),
        archived_on: *archived.get(&entry.subject)?,
        parties: Vec::new(),
        holding: Vec::new(),
        closed_on: None,
        objects,
        manifest: pdf,
        seq: entry.seq,
    })
}

fn date(body: &Map<String, Value>, name: &str) -> Option<NaiveDate> {
    text(body, name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_of_a_training_archive_ends_on_its_last_day() {
        let end = |case: &str| month_end(case).map(|day| day.to_string());
        assert_eq!(end("TRAINING-2024-02").as_deref(), Some("2024-02-29"));
        assert_eq!(end("TRAINING-2026-12").as_deref(), Some("2026-12-31"));
        for other in
            ["TRAINING-2026-13", "TRAINING-2026-1", "TRAINING-", "C-2026-01", "TRAINING-+026-01"]
        {
            assert_eq!(end(other), None, "{other}");
        }
    }

    #[test]
    fn a_hold_stands_through_its_last_day() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let hold = |until: Option<&str>| LegalHold {
            seq: 1,
            subject: "C-1".to_owned(),
            who: "court".to_owned(),
            why: "litigation".to_owned(),
            proof: None,
            until: until.map(day),
        };
        assert!(hold(Some("2026-05-17")).stands(day("2026-05-17")));
        assert!(!hold(Some("2026-05-17")).stands(day("2026-05-18")));
        assert!(hold(None).stands(day("2999-01-01")));
    }
}
