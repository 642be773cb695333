//! The counter at which what happened to letters is registered.
//!
//! Owns the entries `letter.dispatched`, `.delivered`, `.returned`, `.replied` and `.voided`. Many
//! acts go into one transaction, in which the register is read again, so that a hold placed a
//! moment ago still counts. A reply takes its number, places the hold it calls for and starts the
//! clock of its answer in the same transaction. Source: SPEC decision 14, REQUIREMENTS 2.

mod bench;

pub use bench::sum_of;
use bench::{Bench, BenchFault, note_tracking};

use std::collections::HashMap;

use super::{
    Life,
    act::{Act, What},
    words::Mode,
};
use crate::{
    archive::{LocalArchive, Objects as _},
    digest::Digest,
    letter::overtaken::Overtaking,
    office::{Office, actor::Actor, journal, office_folder::OfficeError},
    problem::{Report, alone},
    register::Clock as _,
    visit::hours::ContactHours,
};

/// Largest record or package that is read, in bytes.
const OBJECT_LIMIT: u64 = 16 * 1024 * 1024;

/// What became of an act.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Done {
    /// Number of the letter.
    pub number: String,
    /// Entry that tells it.
    pub seq: u64,
    /// Whether it had been registered before.
    pub already: bool,
    /// What a reply brought with it.
    pub reply: Option<Replied>,
}

/// What a reply brought with it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Replied {
    /// Its number.
    pub reply: String,
    /// The hold it placed, or that stood already.
    pub hold: Option<String>,
    /// Last day to answer it.
    pub answer_due: Option<String>,
    /// Last day to report it to the principal.
    pub report_due: Option<String>,
}

type Judged = Result<Done, Vec<Report>>;

/// The counter of one operator.
#[derive(Debug)]
pub struct Counter<'a> {
    office: &'a mut Office,
    actor: &'a Actor,
    /// Letters by tracking number, as of `read_to`.
    tracking: HashMap<String, String>,
    read_to: u64,
    overtaking: Overtaking,
    /// Contact hours by principal.
    hours: HashMap<String, ContactHours>,
    exempt: HashMap<Digest, bool>,
}

impl<'a> Counter<'a> {
    /// Opens the counter.
    ///
    /// # Errors
    /// Those of the register.
    pub fn open(office: &'a mut Office, actor: &'a Actor) -> Result<Self, OfficeError> {
        let view = office.view();
        let read_to = view.size()?;
        let mut tracking = HashMap::new();
        for found in view.find(Some(&journal::LETTER_DISPATCHED), None) {
            note_tracking(&mut tracking, found?.entry());
        }
        let overtaking = Overtaking::of(&view)?;
        let (hours, exempt) = (HashMap::new(), HashMap::new());
        Ok(Self { office, actor, tracking, read_to, overtaking, hours, exempt })
    }

    /// The office, to enter what else is done while the counter is open.
    pub const fn office_mut(&mut self) -> &mut Office {
        self.office
    }

    /// Registers `acts` in one transaction, each judged after those before it. What is refused is
    /// told in its place and keeps nothing back of the others.
    ///
    /// # Errors
    /// Faults of register and archive; then nothing is registered.
    pub fn register(&mut self, acts: &[Act]) -> Result<Vec<Judged>, Vec<Report>> {
        self.learn_hours(acts)?;
        let Self { office, actor, tracking, read_to, overtaking, hours, exempt } = self;
        let clock = *office.clock();
        let archive = LocalArchive::open_folder(&office.paths().archive());
        let archive = archive.map_err(|source| alone(OfficeError::from(source)))?;
        let answers = office.settings().answers.clone();
        let before = office.state().clone();
        let object =
            |digest: &Digest| archive.read(digest, OBJECT_LIMIT).map_err(OfficeError::from);
        let committed = office.register().map_err(alone)?.transact(|tx| {
            // What others registered meanwhile.
            for found in tx.view().entries(*read_to) {
                note_tracking(tracking, found?.entry());
            }
            *read_to = tx.view().size()?;
            overtaking.catch_up(&tx.view())?;
            let mut state = before.advanced(&tx.view())?;
            let mut judged = Vec::new();
            for act in acts {
                let mut at = Bench {
                    tx: &mut *tx,
                    actor,
                    now: clock.now(),
                    state: &mut state,
                    tracking,
                    overtaking,
                    hours,
                    exempt,
                    answers: &answers,
                    object: &object,
                };
                judged.push(at.take(act)?);
            }
            Ok::<_, BenchFault>(judged)
        });
        match committed {
            Ok(committed) => Ok(committed.value),
            Err(BenchFault::Office(fault)) => Err(alone(fault)),
        }
    }
}

impl Counter<'_> {
    /// Contact hours of the principals whose letters were handed over.
    fn learn_hours(&mut self, acts: &[Act]) -> Result<(), Vec<Report>> {
        for act in acts {
            if !matches!(act.what, What::Delivered { mode: Mode::Hand, .. }) {
                continue;
            }
            let life = Life::of(&self.office.view(), &act.number);
            let Some(life) = life.map_err(|error| alone(OfficeError::from(error)))? else {
                continue;
            };
            if !self.hours.contains_key(&life.principal) {
                let profile = self.office.profile(&life.principal)?;
                self.hours.insert(life.principal, profile.contact_hours());
            }
        }
        Ok(())
    }
}
