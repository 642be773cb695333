use serde_json::json;

use super::*;
use crate::{
    letter::life::{
        Happened,
        act::Entered,
        words::{Source, Verb},
    },
    office::state::Hold,
};

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(&format!("2026-11-{text}:00+08:00")).unwrap()
}

fn happened(seq: u64, when: &str, body: serde_json::Value) -> Happened {
    let serde_json::Value::Object(body) = body else { panic!("a body is an object") };
    Happened { seq, recorded_at: at(when), at: at(when), day_only: false, body }
}

/// A letter issued on the 10th at nine.
fn letter() -> Life {
    Life {
        number: "QH-2026-000001".into(),
        issued: happened(10, "10T09:00", json!({})),
        template: "collection_notice".into(),
        principal: "sample-bank".into(),
        case: "YL-1".into(),
        channel: "registered_post".into(),
        clerk: "clerk".into(),
        record: None,
        package: None,
        dispatched: None,
        delivered: None,
        returned: None,
        voided: None,
        blocked: None,
        replies: Vec::new(),
        reprints: Vec::new(),
    }
}

fn dispatched() -> Life {
    let left = json!({"carrier": "china_post", "tracking": "XA12345678911"});
    Life { dispatched: Some(happened(11, "11T09:00", left)), ..letter() }
}

fn around(overtaken: &[Cause]) -> Surroundings<'_> {
    Surroundings {
        now: at("20T12:00"),
        overtaken,
        tracking_taken: false,
        address_verified: true,
        agents_enrolled: true,
        hours: ContactHours::default(),
        evidence_there: true,
    }
}

fn codes(
    life: &Life,
    verb: Verb,
    entered: &[(&'static str, &str)],
    holds: &[Hold],
) -> Vec<&'static str> {
    let mut all: Entered = entered.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    all.insert("number", life.number.clone());
    let zone = FixedOffset::east_opt(8 * 3600).unwrap();
    let act = Act::read(verb, &all, zone).unwrap();
    match judge(life, &act, &around(&Overtaking::default().causes(life, holds))) {
        Verdict::New => Vec::new(),
        Verdict::Already(_) => vec!["already"],
        Verdict::Refused(found) => found.iter().map(|report| report.code.code).collect(),
    }
}

const POSTED: [(&str, &str); 1] = [("tracking", "XA12345678911")];

fn hold(seq: u64) -> Vec<Hold> {
    vec![Hold { kind: "dispute".into(), since: at("12T09:00"), seq }]
}

#[test]
fn a_hold_stops_a_letter_issued_before_it_and_not_one_that_was_let_past_it() {
    assert_eq!(codes(&letter(), Verb::Dispatch, &POSTED, &hold(15)), ["CH-R191"]);
    assert!(codes(&letter(), Verb::Dispatch, &POSTED, &hold(5)).is_empty());
    // What left before the hold is told all the same.
    assert_eq!(codes(&dispatched(), Verb::Dispatch, &POSTED, &hold(15)), ["already"]);
}

#[test]
fn a_blocked_or_internal_letter_does_not_leave() {
    let blocked = Life { blocked: Some(happened(12, "12T09:00", json!({}))), ..letter() };
    assert_eq!(codes(&blocked, Verb::Dispatch, &POSTED, &[]), ["CH-R190"]);
    assert!(codes(&blocked, Verb::Void, &[("reason", "held")], &[]).is_empty());
    let inside = Life { channel: "internal".into(), ..letter() };
    assert_eq!(codes(&inside, Verb::Dispatch, &[], &[]), ["CH-R188"]);
}

#[test]
fn all_reasons_are_told_at_once() {
    let holds = Overtaking::default().causes(&letter(), &hold(15));
    let taken = Surroundings { tracking_taken: true, ..around(&holds) };
    let what = What::Dispatched { carrier: Some(Carrier::Agents), tracking: Some("X".into()) };
    let when = Some(When { at: at("09T00:00"), day_only: true });
    let act = Act { number: letter().number, what, when, source: Source::Clerk };
    let Verdict::Refused(found) = judge(&letter(), &act, &taken) else { panic!("not refused") };
    let codes: Vec<_> = found.iter().map(|report| report.code.code).collect();
    assert_eq!(codes, ["CH-R187", "CH-R197", "CH-R198", "CH-R191"]);
}

#[test]
fn arrival_follows_departure_and_only_once() {
    let signed = |at| [("mode", "post"), ("signer", "recipient"), ("at", at)];
    assert_eq!(codes(&letter(), Verb::Deliver, &signed("2026-11-12"), &[]), ["CH-R193"]);
    assert_eq!(codes(&dispatched(), Verb::Deliver, &signed("2026-11-10"), &[]), ["CH-R187"]);
    assert!(codes(&dispatched(), Verb::Deliver, &signed("2026-11-11"), &[]).is_empty());
    let back = Life {
        returned: Some(happened(12, "12T09:00", json!({"reason": "moved"}))),
        ..dispatched()
    };
    assert_eq!(codes(&back, Verb::Deliver, &signed("2026-11-13"), &[]), ["CH-R192"]);
    // What came back may be declared void; what is under way may not.
    assert!(codes(&back, Verb::Void, &[("reason", "wrong")], &[]).is_empty());
    assert_eq!(codes(&dispatched(), Verb::Void, &[("reason", "wrong")], &[]), ["CH-R199"]);
    let again = [("reason", "moved"), ("at", "2026-11-12T09:00")];
    assert_eq!(codes(&back, Verb::Return, &again, &[]), ["already"]);
    let other = [("reason", "moved"), ("at", "2026-11-13T09:00")];
    assert_eq!(codes(&back, Verb::Return, &other, &[]), ["CH-R192"]);
}

#[test]
fn a_letter_carried_past_a_hold_is_not_delivered_and_one_handed_over_before_is() {
    let letter = Life { channel: "hand".into(), ..letter() };
    let hand = |at| {
        [
            ("mode", "hand"),
            ("signer", "recipient"),
            ("agent1", "agent-a"),
            ("agent2", "agent-b"),
            ("at", at),
        ]
    };
    assert_eq!(codes(&letter, Verb::Deliver, &hand("2026-11-12T10:00"), &hold(15)), ["CH-R191"]);
    assert!(codes(&letter, Verb::Deliver, &hand("2026-11-12T08:00"), &hold(15)).is_empty());
}

#[test]
fn a_letter_given_to_agents_is_not_delivered_by_post() {
    let left = happened(11, "11T09:00", json!({"carrier": "agents"}));
    let carried = Life { channel: "hand".into(), dispatched: Some(left), ..letter() };
    let signed = [("mode", "post"), ("signer", "recipient"), ("at", "2026-11-12")];
    assert_eq!(codes(&carried, Verb::Deliver, &signed, &[]), ["CH-R283"]);
}

#[test]
fn a_letter_arrives_by_the_way_it_was_issued_for() {
    let by = |channel: &str| Life { channel: channel.into(), ..letter() };
    let hand = [
        ("mode", "hand"),
        ("signer", "recipient"),
        ("agent1", "agent-a"),
        ("agent2", "agent-b"),
        ("at", "2026-11-12T10:00"),
    ];
    let sealed =
        [("mode", "mailbox"), ("agent1", "agent-a"), ("agent2", "agent-b"), ("at", "2026-11-12")];
    for (channel, by_hand, by_mailbox) in [
        ("registered_post", false, false),
        ("ems", false, false),
        ("hand", true, false),
        ("mailbox", true, true),
    ] {
        let refused = |fits: bool| if fits { Vec::new() } else { vec!["CH-R283"] };
        let letter = by(channel);
        assert_eq!(codes(&letter, Verb::Deliver, &hand, &[]), refused(by_hand), "{channel}");
        assert_eq!(codes(&letter, Verb::Deliver, &sealed, &[]), refused(by_mailbox), "{channel}");
    }
    // Who carried it is named, and is who tells.
    for (entered, code) in [
        (vec![("mode", "mailbox"), ("at", "2026-11-12")], "CH-R285"),
        (vec![("mode", "mailbox"), ("agent1", "agent-a"), ("at", "2026-11-12")], "CH-R285"),
        ([&sealed[..], &[("source", "carrier")]].concat(), "CH-R284"),
        ([&hand[..], &[("source", "carrier")]].concat(), "CH-R284"),
    ] {
        assert_eq!(codes(&by("mailbox"), Verb::Deliver, &entered, &[]), [code], "{entered:?}");
    }
    let post = [("mode", "post"), ("signer", "recipient"), ("at", "2026-11-12")];
    let told = [&post[..], &[("source", "agents")]].concat();
    assert_eq!(codes(&dispatched(), Verb::Deliver, &told, &[]), ["CH-R284"]);
}

#[test]
fn a_letter_is_handed_over_within_the_principals_contact_hours_and_posted_at_any() {
    let letter = Life { channel: "hand".into(), ..letter() };
    let told = |time: &str, end: &str| {
        let entered = [
            ("number", letter.number.as_str()),
            ("mode", "hand"),
            ("signer", "recipient"),
            ("agent1", "agent-a"),
            ("agent2", "agent-b"),
            ("at", time),
        ];
        let entered = entered.into_iter().map(|(name, text)| (name, text.to_owned())).collect();
        let act = Act::read(Verb::Deliver, &entered, FixedOffset::east_opt(8 * 3600).unwrap());
        let end = crate::visit::hours::parse(end).unwrap();
        let hours = ContactHours::ending(end).unwrap();
        match judge(&letter, &act.unwrap(), &Surroundings { hours, ..around(&[]) }) {
            Verdict::Refused(found) => found.iter().map(|report| report.code.code).collect(),
            _ => Vec::new(),
        }
    };
    for (time, end, refused) in [
        ("2026-11-12T05:05", "22:00", true),
        ("2026-11-12T07:59", "22:00", true),
        ("2026-11-12T08:00", "22:00", false),
        ("2026-11-12T21:59", "22:00", false),
        ("2026-11-12T22:00", "22:00", true),
        ("2026-11-12T19:59", "20:00", false),
        ("2026-11-12T20:00", "20:00", true),
    ] {
        let codes: Vec<&str> = if refused { vec!["CH-V032"] } else { Vec::new() };
        assert_eq!(told(time, end), codes, "{time} until {end}");
    }
    let post = [("mode", "post"), ("signer", "recipient"), ("at", "2026-11-12T05:05")];
    assert!(codes(&dispatched(), Verb::Deliver, &post, &[]).is_empty());
}

#[test]
fn a_payment_a_withdrawal_and_a_void_keep_a_letter_here_each_by_its_code() {
    let cause = |reason| Cause { reason, seq: 15, at: at("12T09:00"), hold: None };
    let against = [cause(Reason::Paid), cause(Reason::Withdrawn), cause(Reason::Void)];
    let mut found = Vec::new();
    stays(&letter(), &against, &mut found);
    let codes: Vec<_> = found.iter().map(|report| report.code.code).collect();
    assert_eq!(codes, ["CH-R280", "CH-R281", "CH-R189"]);
}
