//! One thing that happened to one letter, read strictly from options or from a row of a file.
//!
//! Owns [`Act`] and its members; everything wrong with one is told at once, and no value is
//! repeated. Source: SPEC decision 14.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

use super::{
    refusal::LifeRefusal,
    words::{Carrier, Mode, Reason, ReplyKind, Signer, Source, Verb, VoidReason},
};
use crate::{
    case::{date, party::Channel},
    masking::{Masking, mask_text},
    office::operator::is_id,
    problem::Report,
};

/// What was entered, by member.
pub type Entered = BTreeMap<&'static str, String>;

/// Digits from which a number that looks like a card or identity number is taken for one. The
/// post's own numbers have 13 digits, and one in ten of those passes the cards' check.
const CARD_DIGITS: usize = 15;

/// When something happened, as reported.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct When {
    /// The moment; the start of the day where only the day is known.
    pub at: DateTime<FixedOffset>,
    /// Whether only the day is known.
    pub day_only: bool,
}

impl When {
    /// Reads `2026-11-23` or `2026-11-23T14:05` as time of the office.
    #[must_use]
    pub fn read(text: &str, zone: FixedOffset) -> Option<Self> {
        let at = |naive: NaiveDateTime| naive.and_local_timezone(zone).single();
        if let Ok(day) = date::parse(text) {
            return at(day.and_time(NaiveTime::MIN)).map(|at| Self { at, day_only: true });
        }
        let (day, time) = text.split_once(['T', ' '])?;
        let time = (time.len() == 5).then(|| NaiveTime::parse_from_str(time, "%H:%M").ok())??;
        let naive = date::parse(day).ok()?.and_time(time);
        at(naive).map(|at| Self { at, day_only: false })
    }

    /// The day.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }

    /// Whether this was before `other`, as far as both are known.
    #[must_use]
    pub fn before(&self, other: DateTime<FixedOffset>) -> bool {
        if self.day_only { self.day() < other.date_naive() } else { self.at < minute(other) }
    }
}

/// The minute in which `moment` lies: reports are no finer.
fn minute(moment: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    let second = moment.timestamp().rem_euclid(60);
    let fine = chrono::TimeDelta::seconds(second)
        + chrono::TimeDelta::nanoseconds(i64::from(moment.timestamp_subsec_nanos()));
    moment.checked_sub_signed(fine).unwrap_or(moment)
}

/// What happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum What {
    /// It left.
    Dispatched {
        /// By whom, if it is said; else by the carrier of its channel.
        carrier: Option<Carrier>,
        /// The carrier's number.
        tracking: Option<String>,
    },
    /// It arrived.
    Delivered {
        /// How.
        mode: Mode,
        /// Who signed.
        signer: Option<Signer>,
        /// Operators who handed it over.
        agents: Vec<String>,
        /// Bundle that shows it.
        evidence: Option<String>,
    },
    /// It came back.
    Returned {
        /// Why.
        reason: Reason,
        /// Bundle that shows it.
        evidence: Option<String>,
    },
    /// Somebody replied.
    Replied {
        /// What the reply says.
        kind: ReplyKind,
        /// Bundle that holds it.
        evidence: Option<String>,
    },
    /// It was made void.
    Voided {
        /// Why.
        reason: VoidReason,
    },
}

/// One thing that happened to one letter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Act {
    /// Number of the letter.
    pub number: String,
    /// What happened.
    pub what: What,
    /// When, if it was reported; else as it is registered.
    pub when: Option<When>,
    /// Where that was learnt.
    pub source: Source,
}

impl Act {
    /// Reads an act of `verb`.
    ///
    /// # Errors
    /// Everything wrong with it.
    pub fn read(verb: Verb, entered: &Entered, zone: FixedOffset) -> Result<Self, Vec<Report>> {
        let mut reader = Reader { entered, used: vec!["number"], found: Vec::new() };
        let number = reader.text("number").unwrap_or_default();
        if number.is_empty() {
            reader.missing("number");
        }
        let when = reader.text("at").and_then(|text| {
            let read = When::read(&text, zone);
            if read.is_none() {
                reader.found.push(LifeRefusal::NotATime.into());
            }
            read
        });
        let told_at = entered.get("at").is_some_and(|text| !text.is_empty());
        // What the office does itself happens as it is registered; the rest was reported.
        if matches!(verb, Verb::Deliver | Verb::Return | Verb::Reply) && !told_at {
            reader.missing("at");
        }
        if verb == Verb::Void && told_at {
            reader.found.push(LifeRefusal::NotForThis { member: "at" }.into());
        }
        let source = reader.word("source", Source::read, Source::NAMES);
        let (what, usual) = reader.what(verb);
        reader.others();
        match what {
            Some(what) if reader.found.is_empty() => {
                Ok(Self { number, what, when, source: source.unwrap_or(usual) })
            }
            _ => Err(reader.found),
        }
    }
}

struct Reader<'a> {
    entered: &'a Entered,
    used: Vec<&'static str>,
    found: Vec<Report>,
}

impl Reader<'_> {
    fn text(&mut self, member: &'static str) -> Option<String> {
        self.used.push(member);
        self.entered.get(member).filter(|text| !text.is_empty()).cloned()
    }

    fn missing(&mut self, member: &'static str) {
        self.found.push(LifeRefusal::Missing { member }.into());
    }

    fn word<T>(
        &mut self,
        member: &'static str,
        read: impl Fn(&str) -> Option<T>,
        words: &'static str,
    ) -> Option<T> {
        let text = self.text(member)?;
        let word = read(&text);
        if word.is_none() {
            self.found.push(LifeRefusal::NotAWord { member, words }.into());
        }
        word
    }

    fn wanted<T>(
        &mut self,
        member: &'static str,
        read: impl Fn(&str) -> Option<T>,
        words: &'static str,
    ) -> Option<T> {
        let told = self.found.len();
        let word = self.word(member, read, words);
        if word.is_none() && self.found.len() == told {
            self.missing(member);
        }
        word
    }

    fn what(&mut self, verb: Verb) -> (Option<What>, Source) {
        match verb {
            Verb::Dispatch => {
                let carrier = self.word("carrier", Carrier::read, Carrier::NAMES);
                let tracking = self.text("tracking").map(|text| text.to_ascii_uppercase());
                if tracking.as_deref().is_some_and(|text| !is_tracking(text)) {
                    self.found.push(LifeRefusal::NotATracking.into());
                }
                (Some(What::Dispatched { carrier, tracking }), Source::Clerk)
            }
            Verb::Deliver => {
                let mode = self.mode();
                let signer = self.word("signer", Signer::read, Signer::NAMES);
                let agents: Vec<_> = ["agent1", "agent2"]
                    .into_iter()
                    .filter_map(|member| self.text(member))
                    .collect();
                let evidence = self.text("evidence");
                let usual = match mode {
                    Some(Mode::Hand) => Source::Receipt,
                    Some(Mode::Mailbox) => Source::Agents,
                    _ => Source::Carrier,
                };
                (mode.map(|mode| What::Delivered { mode, signer, agents, evidence }), usual)
            }
            Verb::Return => {
                let reason = self.wanted("reason", Reason::read, Reason::NAMES);
                let evidence = self.text("evidence");
                (reason.map(|reason| What::Returned { reason, evidence }), Source::Carrier)
            }
            Verb::Reply => {
                let kind = self.wanted("kind", ReplyKind::read, ReplyKind::NAMES);
                let evidence = self.text("evidence");
                (kind.map(|kind| What::Replied { kind, evidence }), Source::Letter)
            }
            Verb::Void => {
                let reason = self.wanted("reason", VoidReason::read, VoidReason::NAMES);
                (reason.map(|reason| What::Voided { reason }), Source::Clerk)
            }
        }
    }

    /// How it was delivered. Forbidden ways are known, so that a rule refuses them by name.
    fn mode(&mut self) -> Option<Mode> {
        let said = self.entered.get("mode").map(|text| Channel::read(text));
        if matches!(said, Some(Channel::Forbidden("door_posting" | "third_party"))) {
            self.used.push("mode");
            self.found.push(LifeRefusal::Posted.into());
            return None;
        }
        self.wanted("mode", Mode::read, Mode::NAMES)
    }

    /// Members that say nothing about this act would be lost without a word.
    fn others(&mut self) {
        for (member, text) in self.entered {
            if !text.is_empty() && !self.used.contains(member) {
                self.found.push(LifeRefusal::NotForThis { member }.into());
            }
        }
    }
}

/// Whether `text` may be a carrier's number.
fn is_tracking(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let personal = || mask_text(text, &Masking::default()).text != text;
    plain && (8..=30).contains(&text.len()) && digits >= 6 && !(digits >= CARD_DIGITS && personal())
}

/// Whether `id` may name an operator; what is none is never repeated.
pub(crate) fn is_agent_id(id: &str) -> bool {
    is_id(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> FixedOffset {
        FixedOffset::east_opt(8 * 3600).unwrap()
    }

    fn codes(verb: Verb, entered: &[(&'static str, &str)]) -> Vec<&'static str> {
        let entered = entered.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        match Act::read(verb, &entered, zone()) {
            Ok(_) => Vec::new(),
            Err(found) => found.iter().map(|report| report.code.code).collect(),
        }
    }

    #[test]
    fn acts_are_read_by_english_and_chinese_words() {
        for (verb, entered) in [
            (Verb::Dispatch, vec![("number", "QH-1"), ("tracking", "ea123456789cn")]),
            (Verb::Return, vec![("number", "QH-1"), ("reason", "拒收"), ("at", "2026-11-23")]),
            (Verb::Reply, vec![("number", "QH-1"), ("kind", "异议"), ("at", "2026-11-23 14:05")]),
            (Verb::Void, vec![("number", "QH-1"), ("reason", "duplicate")]),
        ] {
            assert!(codes(verb, &entered).is_empty(), "{entered:?}");
        }
    }

    #[test]
    fn everything_wrong_with_an_act_is_told_at_once() {
        assert_eq!(
            codes(Verb::Reply, &[("kind", "angry"), ("at", "23.11.2026"), ("reason", "moved")]),
            ["CH-R181", "CH-R183", "CH-R182", "CH-R185"]
        );
        assert_eq!(codes(Verb::Deliver, &[("number", "QH-1"), ("mode", "post")]), ["CH-R181"]);
    }

    #[test]
    fn a_letter_posted_on_a_door_is_refused_by_name() {
        for door in ["door", "posted_on_door", "张贴", "third_party"] {
            let entered = [("number", "QH-1"), ("mode", door), ("at", "2026-11-23")];
            assert_eq!(codes(Verb::Deliver, &entered), ["CH-R194"], "{door}");
        }
    }

    #[test]
    fn a_card_number_is_no_tracking_number() {
        assert!(is_tracking("EA123456789CN") && is_tracking("1012345678904"));
        assert!(!is_tracking("6200000000000005") && !is_tracking("110199199001010010"));
        assert!(!is_tracking("1234567") && !is_tracking("EA 123456789 CN"));
    }

    #[test]
    fn a_report_to_the_minute_is_not_before_the_same_minute() {
        let issued = DateTime::parse_from_rfc3339("2026-11-23T14:05:30.120+08:00").unwrap();
        let told = |text| When::read(text, zone()).unwrap();
        assert!(!told("2026-11-23T14:05").before(issued));
        assert!(told("2026-11-23T14:04").before(issued));
        assert!(!told("2026-11-23").before(issued) && told("2026-11-22").before(issued));
    }
}
