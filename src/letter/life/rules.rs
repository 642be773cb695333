//! What may happen to a letter next.
//!
//! Owns the order of a letter's life. The same act again changes nothing; an act that contradicts
//! what is registered is refused, and so is one told for a time before the letter was there. All
//! refusals are told together. Source: REQUIREMENTS 1 (L349), 2 (L111), 3 (L257), 5 (9); DOCUMENTS,
//! channels.

use chrono::{DateTime, FixedOffset};

use super::{
    Life,
    act::{Act, What, When},
    refusal::{LifeRefusal, overtaken},
    words::{Carrier, Mode, Signer, Source},
};
use crate::{
    letter::overtaken::{Cause, Overtaking, Reason},
    office::{Office, state::text},
    problem::{Phrase, Report},
    visit::{hours::ContactHours, statement::StatementRefusal},
};

/// What is known besides the letter's own entries.
#[expect(clippy::struct_excessive_bools, reason = "each is one question asked of the office")]
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Now, at the office.
    pub now: DateTime<FixedOffset>,
    /// What overtook the letter since it was issued.
    pub overtaken: &'a [Cause],
    /// Whether another letter was dispatched under the act's tracking number.
    pub tracking_taken: bool,
    /// Whether the address was verified when the letter was issued.
    pub address_verified: bool,
    /// Whether each agent named is enrolled as one.
    pub agents_enrolled: bool,
    /// Hours in which agents may call on the letter's recipient.
    pub hours: ContactHours,
    /// Whether the bundle named is there and of the letter's case.
    pub evidence_there: bool,
}

/// What is to be done about an act.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is to be registered.
    New,
    /// It is registered: the entry is named.
    Already(u64),
    /// It is refused.
    Refused(Vec<Report>),
}

/// Judges `act` on the letter of `life`.
#[must_use]
pub fn judge(life: &Life, act: &Act, at: &Surroundings<'_>) -> Verdict {
    if let Some(seq) = registered(life, act) {
        return Verdict::Already(seq);
    }
    let mut found = Vec::new();
    if life.channel == "internal" {
        found.push(LifeRefusal::Internal.into());
    }
    times(life, act, at, &mut found);
    match &act.what {
        What::Dispatched { carrier, tracking } => {
            dispatch(life, *carrier, tracking.as_deref(), at, &mut found);
        }
        What::Delivered { mode, signer, agents, .. } => {
            deliver(life, *mode, *signer, agents, act.when, at, &mut found);
            if !may_tell(*mode, act.source) {
                found.push(LifeRefusal::Learnt.into());
            }
        }
        What::Returned { .. } => arrival(life, life.channel == "hand", &mut found),
        What::Replied { .. } => {}
        What::Voided { .. } => {
            if life.voided.is_some() {
                found.push(contradicts("it is void for another reason", "该函已因其他原因作废"));
            } else if life.delivered.is_some()
                || (life.dispatched.is_some() && life.returned.is_none())
            {
                found.push(LifeRefusal::HasLeft.into());
            }
        }
    }
    if !at.evidence_there {
        found.push(LifeRefusal::Evidence.into());
    }
    if found.is_empty() { Verdict::New } else { Verdict::Refused(found) }
}

/// The carrier a letter's channel goes by.
#[must_use]
pub fn carrier_of(channel: &str) -> Carrier {
    match channel {
        "registered_post" => Carrier::ChinaPost,
        "ems" => Carrier::Ems,
        _ => Carrier::Agents,
    }
}

/// The entry that says the same already.
fn registered(life: &Life, act: &Act) -> Option<u64> {
    let happened = match &act.what {
        What::Dispatched { carrier, tracking } => {
            let before = life.dispatched.as_ref()?;
            let carrier = carrier.unwrap_or_else(|| carrier_of(&life.channel));
            let same = before.text("carrier") == Some(carrier.name())
                && before.text("tracking") == tracking.as_deref();
            same.then_some(before)?
        }
        What::Delivered { mode, signer, agents, evidence } => {
            let before = life.delivered.as_ref()?;
            let there = before.body.get("agents").and_then(serde_json::Value::as_array);
            let there = there.into_iter().flatten().filter_map(serde_json::Value::as_str);
            let same = before.text("mode") == Some(mode.name())
                && before.text("signer") == signer.map(Signer::name)
                && before.text("evidence") == evidence.as_deref()
                && there.eq(agents.iter().map(String::as_str));
            same.then_some(before)?
        }
        What::Returned { reason, evidence } => {
            let before = life.returned.as_ref()?;
            let same = before.text("reason") == Some(reason.name())
                && before.text("evidence") == evidence.as_deref();
            same.then_some(before)?
        }
        What::Replied { kind, evidence } => {
            life.replies.iter().map(|reply| &reply.came).find(|came| {
                came.text("kind") == Some(kind.name())
                    && came.text("evidence") == evidence.as_deref()
                    && same_time(came, act.when)
            })?
        }
        What::Voided { reason } => {
            let before = life.voided.as_ref()?;
            (text(&before.body, "reason") == Some(reason.name())).then_some(before)?
        }
    };
    (act.when.is_none() || same_time(happened, act.when)).then_some(happened.seq)
}

fn same_time(happened: &super::Happened, when: Option<When>) -> bool {
    when.is_some_and(|when| {
        when.day_only == happened.day_only
            && if when.day_only { when.day() == happened.day() } else { when.at == happened.at }
    })
}

fn contradicts(english: &'static str, chinese: &'static str) -> Report {
    LifeRefusal::Contradicts { with: Phrase(english, chinese) }.into()
}

fn times(life: &Life, act: &Act, at: &Surroundings<'_>, found: &mut Vec<Report>) {
    let Some(when) = act.when else { return };
    if when.at > at.now {
        found.push(LifeRefusal::Later.into());
    }
    let after = |english, chinese| LifeRefusal::TooEarly { after: Phrase(english, chinese) }.into();
    if when.before(life.issued.recorded_at) {
        found.push(after("the letter was issued", "该函签发之时"));
    } else if matches!(act.what, What::Delivered { .. } | What::Returned { .. })
        && life.dispatched.as_ref().is_some_and(|left| when.before(left.at))
    {
        found.push(after("the letter was dispatched", "该函发出之时"));
    }
}

fn dispatch(
    life: &Life,
    carrier: Option<Carrier>,
    tracking: Option<&str>,
    at: &Surroundings<'_>,
    found: &mut Vec<Report>,
) {
    let usual = carrier_of(&life.channel);
    if carrier.is_some_and(|carrier| carrier != usual) {
        found.push(LifeRefusal::Carrier.into());
    }
    match (usual, tracking) {
        (Carrier::Agents, Some(_)) => {
            found.push(LifeRefusal::NotForThis { member: "tracking" }.into());
        }
        (Carrier::ChinaPost | Carrier::Ems, None) => {
            found.push(LifeRefusal::Missing { member: "tracking" }.into());
        }
        _ => {}
    }
    if at.tracking_taken {
        found.push(LifeRefusal::Tracking.into());
    }
    if life.dispatched.is_some() {
        found.push(contradicts(
            "it was dispatched, with another number, carrier or time",
            "已登记发出，但邮件号、承运方或时间不同",
        ));
    } else if life.delivered.is_some() || life.returned.is_some() {
        found.push(contradicts("it has ended its way", "该函的送达过程已结束"));
    }
    stays(life, at.overtaken, found);
}

/// Why a letter stays in the office: it was pulled out of its stack, or something overtook it.
pub(crate) fn stays(life: &Life, causes: &[Cause], found: &mut Vec<Report>) {
    if life.blocked.is_some() {
        found.push(LifeRefusal::Blocked.into());
    }
    found.extend(causes.iter().map(overtaken));
}

/// What stands against letter `life` leaving this office, or a sheet of it being printed, by what is
/// `known` of the register.
pub(crate) fn against(office: &Office, life: &Life, known: &Overtaking) -> Vec<Report> {
    let holds = office.state().holds.get(&life.case).map_or(&[][..], Vec::as_slice);
    let mut found = Vec::new();
    stays(life, &known.causes(life, holds), &mut found);
    found
}

/// What arrival and return have in common.
fn arrival(life: &Life, without_dispatch: bool, found: &mut Vec<Report>) {
    if life.delivered.is_some() {
        found.push(contradicts("it was delivered", "已登记送达"));
    }
    if life.returned.is_some() {
        found.push(contradicts("it came back", "已登记退回"));
    }
    if life.voided.is_some() {
        found.push(LifeRefusal::Voided.into());
    }
    if life.dispatched.is_none() && !without_dispatch {
        found.push(LifeRefusal::NotDispatched.into());
    }
}

/// Whether `source` can know of a delivery by `mode`.
const fn may_tell(mode: Mode, source: Source) -> bool {
    match mode {
        Mode::Post => {
            matches!(source, Source::Carrier | Source::Receipt | Source::Clerk | Source::Principal)
        }
        Mode::Hand => matches!(source, Source::Receipt | Source::Agents),
        Mode::Mailbox => matches!(source, Source::Agents),
    }
}

fn deliver(
    life: &Life,
    mode: Mode,
    signer: Option<Signer>,
    agents: &[String],
    when: Option<When>,
    at: &Surroundings<'_>,
    found: &mut Vec<Report>,
) {
    arrival(life, mode != Mode::Post, found);
    if life.dispatched.is_none() && mode != Mode::Post {
        // Whoever carried it past a hold broke the hold, unless it came later; so with the rest.
        let before = |cause: &&Cause| {
            cause.reason != Reason::Void && when.is_none_or(|when| cause.at <= when.at)
        };
        let standing: Vec<Cause> = at.overtaken.iter().filter(before).cloned().collect();
        stays(life, &standing, found);
    }
    // A letter arrives as it was issued to; who answers the door may take what was for the mailbox.
    let fits = match life.channel.as_str() {
        "registered_post" | "ems" => mode == Mode::Post,
        "hand" => mode == Mode::Hand,
        "mailbox" => mode != Mode::Post,
        _ => false,
    };
    if !fits && life.channel != "internal" {
        found.push(LifeRefusal::Way.into());
    }
    match mode {
        Mode::Post => {
            if signer.is_none() {
                found.push(LifeRefusal::Missing { member: "signer" }.into());
            }
            if !agents.is_empty() {
                found.push(LifeRefusal::NotForThis { member: "agent1" }.into());
            }
        }
        Mode::Hand => {
            let own = matches!(signer, Some(Signer::Recipient | Signer::Authorised));
            let two = matches!(agents, [first, second] if first != second);
            let exact = when.is_some_and(|when| !when.day_only);
            if !(own && two && exact) {
                found.push(LifeRefusal::HandReceipt.into());
            }
            // To hand over a letter is to call on somebody.
            let outside = |when: &When| !when.day_only && !at.hours.contain(when.at.time());
            if when.as_ref().is_some_and(outside) {
                let end = at.hours.end().format("%H:%M").to_string();
                found.push(StatementRefusal::Hours { end }.into());
            }
        }
        Mode::Mailbox => {
            if !matches!(agents, [first, second] if first != second) {
                found.push(LifeRefusal::MailboxAgents.into());
            }
            if signer.is_some() {
                found.push(LifeRefusal::NotForThis { member: "signer" }.into());
            }
            if !at.address_verified {
                found.push(LifeRefusal::Mailbox.into());
            }
        }
    }
    if !at.agents_enrolled {
        found.push(LifeRefusal::Agents.into());
    }
}

#[cfg(test)]
mod tests;
