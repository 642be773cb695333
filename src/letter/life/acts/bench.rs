//! One transaction at the counter: an act is judged against the register as it is now, and entered.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, FixedOffset};
use serde_json::Value;

use super::{Done, Judged, Replied};
use crate::{
    case::amount::Fen,
    digest::Digest,
    letter::{
        life::{
            Life,
            act::{Act, What, is_agent_id},
            refusal::LifeRefusal,
            rules::{Surroundings, Verdict, carrier_of, judge},
            words::ReplyKind,
        },
        overtaken::Overtaking,
        record::Record,
    },
    office::{
        actor::{Actor, ActorError},
        calendar::Answers,
        journal,
        office_folder::OfficeError,
        operator::Role,
        state::{Hold, State, text},
    },
    problem::{Report, alone},
    register::{Draft, Entry, EntryKind, RegisterError, Reservation, Tx, View},
    rules::debt::{Balance, balance},
    template::{metadata::Exemption, package::Package},
    visit::hours::ContactHours,
};

/// Fields of a record that tell what is asked for, the first that is there.
const SUMS: [&str; 4] = ["amount_total", "demand", "overdraft_principal", "cap_amount"];

/// Why a whole transaction is given up.
#[derive(Debug)]
pub(super) enum BenchFault {
    Office(OfficeError),
}

impl<E: Into<OfficeError>> From<E> for BenchFault {
    fn from(source: E) -> Self {
        Self::Office(source.into())
    }
}

pub(super) fn note_tracking(tracking: &mut HashMap<String, String>, entry: &Entry) {
    if entry.kind == journal::LETTER_DISPATCHED
        && let Some(number) = text(&entry.body, "tracking")
    {
        tracking.entry(number.to_owned()).or_insert_with(|| entry.subject.clone());
    }
}

/// One transaction's view of the counter.
pub(super) struct Bench<'b, 't> {
    pub(super) tx: &'b mut Tx<'t>,
    pub(super) actor: &'b Actor,
    pub(super) now: DateTime<FixedOffset>,
    pub(super) state: &'b mut State,
    pub(super) tracking: &'b mut HashMap<String, String>,
    pub(super) overtaking: &'b Overtaking,
    pub(super) hours: &'b HashMap<String, ContactHours>,
    pub(super) exempt: &'b mut HashMap<Digest, bool>,
    pub(super) answers: &'b Answers,
    pub(super) object: &'b dyn Fn(&Digest) -> Result<Vec<u8>, OfficeError>,
}

impl Bench<'_, '_> {
    pub(super) fn take(&mut self, act: &Act) -> Result<Judged, BenchFault> {
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
                draft = with(draft, "signer", signer.map(crate::letter::life::words::Signer::name));
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
    ) -> Result<Result<(Reservation, Replied), Vec<Report>>, BenchFault> {
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
        standing.push(Hold { kind, since, seq: entry.seq });
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
pub(in crate::letter::life) fn bundle_of_case(
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
