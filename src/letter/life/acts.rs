//! The counter at which what happened to letters is registered.
//!
//! Owns the entries `letter.dispatched`, `.delivered`, `.returned`, `.replied` and `.voided`. Many
//! acts go into one transaction, in which the register is read again, so that a hold placed a
//! moment ago still counts. A reply takes its number, places the hold it calls for and starts the
//! clock of its answer in the same transaction. Source: SPEC decision 14, REQUIREMENTS 2.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, FixedOffset};
use serde_json::Value;

use super::{
    Life,
    act::{Act, What, is_agent_id},
    refusal::LifeRefusal,
    rules::{Surroundings, Verdict, carrier_of, judge},
    words::{Mode, ReplyKind},
};
use crate::{
    archive::{LocalArchive, Objects as _},
    case::amount::Fen,
    digest::Digest,
    letter::{overtaken::Overtaking, record::Record},
    office::{
        Office,
        actor::{Actor, ActorError},
        journal,
        office_folder::OfficeError,
        operator::Role,
        state::{State, text},
    },
    problem::{Report, alone},
    register::{Clock as _, Draft, EntryKind, RegisterError, Tx, View},
    rules::debt::{Balance, balance},
    template::{metadata::Exemption, package::Package},
    visit::hours::ContactHours,
};

/// Largest record or package that is read, in bytes.
const OBJECT_LIMIT: u64 = 16 * 1024 * 1024;
/// Fields of a record that tell what is asked for, the first that is there.
const SUMS: [&str; 4] = ["amount_total", "demand", "overdraft_principal", "cap_amount"];

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

/// Why a whole transaction is given up.
#[derive(Debug)]
enum BenchFault {
    Office(OfficeError),
}

impl<E: Into<OfficeError>> From<E> for BenchFault {
    fn from(source: E) -> Self {
        Self::Office(source.into())
    }
}

fn note_tracking(tracking: &mut HashMap<String, String>, entry: &crate::register::Entry) {
    if entry.kind == journal::LETTER_DISPATCHED
        && let Some(number) = text(&entry.body, "tracking")
    {
        tracking.entry(number.to_owned()).or_insert_with(|| entry.subject.clone());
    }
}

/// One transaction's view of the counter.
struct Bench<'b, 't> {
    tx: &'b mut Tx<'t>,
    actor: &'b Actor,
    now: DateTime<FixedOffset>,
    state: &'b mut State,
    tracking: &'b mut HashMap<String, String>,
    overtaking: &'b Overtaking,
    hours: &'b HashMap<String, ContactHours>,
    exempt: &'b mut HashMap<Digest, bool>,
    answers: &'b crate::office::calendar::Answers,
    object: &'b dyn Fn(&Digest) -> Result<Vec<u8>, OfficeError>,
}

impl Bench<'_, '_> {
    fn take(&mut self, act: &Act) -> Result<Judged, BenchFault> {
        let may: &[Role] = match act.what {
            What::Delivered { .. } => &[Role::Clerk, Role::Agent],
            _ => &[Role::Clerk],
        };
        let operator = self.actor.operator();
        if !may.iter().any(|role| operator.may(*role)) {
            let refusal = ActorError::Role { id: operator.id.clone(), role: Role::Clerk };
            return Ok(Err(alone(refusal)));
        }
        let Some(life) = Life::of(&self.tx.view(), &act.number)? else {
            return Ok(Err(alone(LifeRefusal::Unknown)));
        };
        let holds = self.state.holds.get(&life.case).map_or(&[][..], Vec::as_slice);
        let overtaken = self.overtaking.causes(&life, holds);
        let at = Surroundings {
            now: self.now,
            overtaken: &overtaken,
            tracking_taken: self.tracking_taken(act),
            address_verified: self.address_verified(&life)?,
            agents_enrolled: self.agents_enrolled(act),
            hours: self.hours.get(&life.principal).copied().unwrap_or_default(),
            evidence_there: self.evidence_there(act, &life)?,
        };
        match judge(&life, act, &at) {
            Verdict::Refused(reports) => Ok(Err(reports)),
            Verdict::Already(seq) => {
                let reply = life.replies.iter().find(|reply| reply.came.seq == seq);
                let reply = reply.map(|reply| Replied {
                    reply: reply.number.clone(),
                    hold: reply.came.text("hold").map(str::to_owned),
                    answer_due: reply.came.text("answer_due").map(str::to_owned),
                    report_due: reply.came.text("report_due").map(str::to_owned),
                });
                Ok(Ok(Done { number: life.number, seq, already: true, reply }))
            }
            Verdict::New => self.write(act, &life),
        }
    }

    fn write(&mut self, act: &Act, life: &Life) -> Result<Judged, BenchFault> {
        let mut draft =
            Draft::new(kind_of(&act.what), life.number.clone()).with("source", act.source.name());
        if let Some(when) = act.when {
            // Of a day without a time the office knows no more than that it came after the issue.
            let at = if when.day_only { when.at.max(life.issued.recorded_at) } else { when.at };
            draft = draft.occurred_at(at);
            if when.day_only {
                draft = draft.with("precision", "day");
            }
        }
        let with = |draft: Draft, name: &str, value: Option<&str>| match value {
            Some(value) => draft.with(name, value),
            None => draft,
        };
        let mut brought = None;
        draft = match &act.what {
            What::Dispatched { carrier, tracking } => {
                let carrier = carrier.unwrap_or_else(|| carrier_of(&life.channel));
                with(draft.with("carrier", carrier.name()), "tracking", tracking.as_deref())
            }
            What::Delivered { mode, signer, agents, evidence } => {
                let mut draft = draft.with("mode", mode.name());
                draft = with(draft, "signer", signer.map(super::words::Signer::name));
                if !agents.is_empty() {
                    draft = draft.with("agents", agents.clone());
                }
                with(draft, "evidence", evidence.as_deref())
            }
            What::Returned { reason, evidence } => {
                with(draft.with("reason", reason.name()), "evidence", evidence.as_deref())
            }
            What::Voided { reason } => draft.with("reason", reason.name()),
            What::Replied { kind, evidence } => {
                let replied = match self.replied(*kind, act, life)? {
                    Ok(replied) => replied,
                    Err(reports) => return Ok(Err(reports)),
                };
                let (reservation, replied) = replied;
                let mut draft = draft
                    .with("reply", replied.reply.as_str())
                    .with("kind", kind.name())
                    .with_number(&reservation);
                draft = with(draft, "evidence", evidence.as_deref());
                draft = with(draft, "hold", replied.hold.as_deref());
                draft = with(draft, "answer_due", replied.answer_due.as_deref());
                draft = with(draft, "report_due", replied.report_due.as_deref());
                brought = Some(replied);
                draft
            }
        };
        let entry = self.tx.append(draft, self.actor, &self.now)?;
        if let What::Dispatched { tracking: Some(tracking), .. } = &act.what {
            self.tracking.insert(tracking.clone(), life.number.clone());
        }
        if let Some(Replied { reply, hold: Some(hold), .. }) = &brought {
            self.hold(life, hold, reply)?;
        }
        Ok(Ok(Done { number: life.number.clone(), seq: entry.seq, already: false, reply: brought }))
    }

    /// Number, hold and due days of a new reply.
    fn replied(
        &mut self,
        kind: ReplyKind,
        act: &Act,
        life: &Life,
    ) -> Result<Result<(crate::register::Reservation, Replied), Vec<Report>>, BenchFault> {
        let small = match kind {
            ReplyKind::Dispute => match self.is_small(life)? {
                Ok(small) => small,
                Err(report) => return Ok(Err(vec![report])),
            },
            _ => false,
        };
        let year = self.now.year();
        let number = self.tx.view().next_number(&format!("reply/{year}"))?;
        let came = act.when.map_or(self.now.date_naive(), |when| when.day());
        let today = self.now.date_naive();
        let hold = match kind {
            ReplyKind::Dispute if small => Some("small_debt_objection"),
            ReplyKind::Dispute => Some("dispute"),
            ReplyKind::Denial => Some("denial"),
            ReplyKind::Hardship => Some("hardship"),
            ReplyKind::Complaint => Some("complaint"),
            ReplyKind::Promise | ReplyKind::Paid | ReplyKind::Other => None,
        };
        let report_due = match kind {
            // L339: the day it is known here. L365: the next working day.
            ReplyKind::Denial => Some(today),
            ReplyKind::Dispute if small => Some(self.answers.next_working_day(today)),
            _ => None,
        };
        let replied = Replied {
            reply: format!("RE-{year}-{:06}", number.value()),
            hold: hold.map(str::to_owned),
            answer_due: self.answers.due(kind.name(), came).map(|day| day.to_string()),
            report_due: report_due.map(|day| day.to_string()),
        };
        Ok(Ok((number, replied)))
    }

    /// Whether less than 500.00 is asked for; a letter that asks for nothing is not small.
    fn is_small(&self, life: &Life) -> Result<Result<bool, Report>, BenchFault> {
        let unreadable = || Ok(Err(LifeRefusal::Facts.into()));
        let Some(record) = life.record else { return unreadable() };
        let Ok(record) = Record::parse(&(self.object)(&record)?) else { return unreadable() };
        Ok(Ok(sum_of(&record).is_some_and(|sum| balance(sum) == Balance::Small)))
    }

    /// Places the hold a reply calls for, unless it stands.
    fn hold(&mut self, life: &Life, hold: &str, reply: &str) -> Result<(), BenchFault> {
        let standing = self.state.holds.entry(life.case.clone()).or_default();
        if standing.iter().any(|one| one.kind == hold) {
            return Ok(());
        }
        let draft = Draft::new(journal::HOLD_PLACED, life.case.clone())
            .with("hold", hold)
            .with("proof", reply);
        let entry = self.tx.append(draft, self.actor, &self.now)?;
        let (kind, since) = (hold.to_owned(), self.now);
        standing.push(crate::office::state::Hold { kind, since, seq: entry.seq });
        Ok(())
    }

    fn tracking_taken(&self, act: &Act) -> bool {
        match &act.what {
            What::Dispatched { tracking: Some(number), .. } => {
                self.tracking.get(number).is_some_and(|letter| *letter != act.number)
            }
            _ => false,
        }
    }

    fn agents_enrolled(&self, act: &Act) -> bool {
        let What::Delivered { agents, .. } = &act.what else { return true };
        agents.iter().all(|id| {
            let operator = is_agent_id(id).then(|| self.state.operators.get(id)).flatten();
            operator.is_some_and(|operator| operator.may(Role::Agent))
        })
    }

    /// Posted letters go to verified addresses, but for documents that are exempt; no address a
    /// letter came back from is verified.
    fn address_verified(&mut self, life: &Life) -> Result<bool, BenchFault> {
        if life.returned.is_some() {
            return Ok(false);
        }
        match life.channel.as_str() {
            "mailbox" => Ok(true),
            "registered_post" | "ems" => {
                let Some(digest) = life.package else { return Ok(false) };
                if let Some(exempt) = self.exempt.get(&digest) {
                    return Ok(!exempt);
                }
                let package = Package::unpack(&(self.object)(&digest)?).ok();
                let exempt = package.is_none_or(|package| {
                    package.metadata().exempt_from.contains(&Exemption::AddressVerification)
                });
                self.exempt.insert(digest, exempt);
                Ok(!exempt)
            }
            _ => Ok(false),
        }
    }

    fn evidence_there(&self, act: &Act, life: &Life) -> Result<bool, BenchFault> {
        let named = match &act.what {
            What::Delivered { evidence, .. }
            | What::Returned { evidence, .. }
            | What::Replied { evidence, .. } => evidence.as_deref(),
            _ => None,
        };
        match named {
            None => Ok(true),
            Some(bundle) => bundle_of_case(&self.tx.view(), bundle, &life.case).map_err(Into::into),
        }
    }
}

/// Whether `bundle` is sealed and of `case`.
pub(super) fn bundle_of_case(
    view: &View<'_>,
    bundle: &str,
    case: &str,
) -> Result<bool, RegisterError> {
    let sealed = view.last(&journal::EVIDENCE_SEALED, bundle)?;
    Ok(sealed.is_some_and(|sealed| text(&sealed.entry().body, "case") == Some(case)))
}

/// What a letter asks for, by its record.
#[must_use]
pub fn sum_of(record: &Record) -> Option<Fen> {
    let text = |name: &&str| record.facts.get(*name).and_then(Value::as_str);
    SUMS.iter().find_map(text)?.parse().ok()
}

const fn kind_of(what: &What) -> EntryKind {
    match what {
        What::Dispatched { .. } => journal::LETTER_DISPATCHED,
        What::Delivered { .. } => journal::LETTER_DELIVERED,
        What::Returned { .. } => journal::LETTER_RETURNED,
        What::Replied { .. } => journal::LETTER_REPLIED,
        What::Voided { .. } => journal::LETTER_VOIDED,
    }
}
