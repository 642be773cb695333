//! Acts that a rule refused, as signed entries of whoever tried them.
//!
//! Owns the entry `act.refused`: what was tried, on which letter, reply or case, and the codes of
//! the refusal. What could not be read at all is no refusal of a rule and is not entered. The entry
//! repeats nothing that was typed: a number that is none, or a case that no request could carry,
//! is `?`. Requests that are refused have an entry of their own, `letter.refused`.
//! Source: SPEC decision 16.

use std::collections::HashSet;

use serde_json::Value;

use super::{Office, actor::Actor, hold, journal, office_folder::OfficeError};
use crate::{
    masking::{Masking, mask_text},
    problem::{Report, Severity},
    register::{Clock as _, Draft, RegisterError},
    template::package::Package,
};

/// Subject of a refusal that is about nothing this office could have.
pub const UNKNOWN: &str = "?";

/// Entries of one transaction.
const AT_ONCE: usize = 100;

/// Whether a refusal is entered each time it happens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Times {
    /// Each time: an act of its own.
    Each,
    /// Once a day: a row of a file, which may be run again.
    OnceADay,
}

/// The entry that tells that `act`, such as `letter.dispatch`, was refused; none if no rule did.
#[must_use]
pub fn draft(act: &str, subject: &str, reports: &[Report]) -> Option<Draft> {
    if !reports.iter().any(|report| report.code.severity == Severity::Refusal) {
        return None;
    }
    let mut told = HashSet::new();
    let codes = reports.iter().map(|report| report.code.code).filter(|code| told.insert(*code));
    let codes: Vec<Value> = codes.map(Value::from).collect();
    Some(Draft::new(journal::ACT_REFUSED, subject).with("act", act).with("codes", codes))
}

/// The subject of an act on a letter or reply: its number if it has the form of one.
#[must_use]
pub fn letter(number: Option<&str>) -> &str {
    number.filter(|number| is_number(number)).unwrap_or(UNKNOWN)
}

/// The subject of an act on a case: its number as holds have it, if a request could carry it.
#[must_use]
pub fn case(number: &str) -> String {
    if hold::case_number(number).is_ok() {
        mask_text(number, &Masking::default()).text
    } else {
        UNKNOWN.to_owned()
    }
}

/// The subject of an act on a printed batch: its name if it has the form of one.
#[must_use]
pub fn batch(name: &str) -> &str {
    let plain = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let form =
        name.strip_prefix("B-").is_some_and(|rest| rest.len() == 10 && rest.chars().all(plain));
    if form { name } else { UNKNOWN }
}

/// The subject of an act on a template: its id if the office has one of it.
#[must_use]
pub fn template<'a>(office: &Office, id: &'a str) -> &'a str {
    if Package::load(&office.paths().templates(), id).is_ok() { id } else { UNKNOWN }
}

/// The subject of an act on a principal: its id if it is pinned here.
#[must_use]
pub fn principal<'a>(office: &Office, id: &'a str) -> &'a str {
    if office.state().principals.contains_key(id) { id } else { UNKNOWN }
}

/// The subject of an act on an operator: its id if somebody was enrolled under it.
#[must_use]
pub fn operator<'a>(office: &Office, id: &'a str) -> &'a str {
    if office.state().operators.contains_key(id) { id } else { UNKNOWN }
}

/// The subject of an act on what is kept: its number, or the case.
#[must_use]
pub fn kept(subject: &str) -> String {
    if is_number(subject) { subject.to_owned() } else { case(subject) }
}

/// Whether `text` has the form `QH-2026-000001`.
#[must_use]
pub fn is_number(text: &str) -> bool {
    let mut parts = text.split('-');
    let parts = (parts.next(), parts.next(), parts.next(), parts.next());
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts, (Some(prefix), Some(year), Some(serial), None)
        if (2..=4).contains(&prefix.len())
            && prefix.bytes().all(|byte| byte.is_ascii_uppercase())
            && digits(year, 4) && digits(serial, 6))
}

/// Registers refusals; says how many are new.
///
/// # Errors
/// Faults of the register.
pub fn register(
    office: &mut Office,
    actor: &Actor,
    drafts: &[Draft],
    times: Times,
) -> Result<u64, OfficeError> {
    let clock = *office.clock();
    let mut new = 0_u64;
    for part in drafts.chunks(AT_ONCE) {
        let committed = office.register()?.transact(|tx| {
            let today = clock.now().date_naive();
            let mut added = 0_u64;
            for (at, draft) in part.iter().enumerate() {
                // Many rows may be refused alike: the register is asked once.
                let mut known =
                    times == Times::OnceADay && part.iter().take(at).any(|before| before == draft);
                if times == Times::OnceADay && !known {
                    let kind = &journal::ACT_REFUSED;
                    for entry in tx.view().find(Some(kind), Some(&draft.subject)) {
                        let entry = entry?;
                        let entry = entry.entry();
                        known = known
                            || (entry.recorded_at.date_naive() == today
                                && entry.operator == actor.operator().id
                                && entry.body == draft.body);
                    }
                }
                if !known {
                    tx.append(draft.clone(), actor, &clock)?;
                    added = added.saturating_add(1);
                }
            }
            Ok::<_, RegisterError>(added)
        })?;
        new = new.saturating_add(committed.value);
    }
    office.refresh()?;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::life::refusal::LifeRefusal;

    #[test]
    fn only_what_a_rule_refused_is_entered_and_each_code_once() {
        let input: Report = LifeRefusal::NotATime.into();
        assert!(draft("letter.reply", "QH-2026-000001", std::slice::from_ref(&input)).is_none());
        let rule = || Report::from(LifeRefusal::Voided);
        let entry = draft("letter.reply", "QH-2026-000001", &[input, rule(), rule()]).unwrap();
        assert_eq!(entry.body.get("codes").unwrap(), &serde_json::json!(["CH-R183", "CH-R189"]));
        assert_eq!(entry.body.get("act").unwrap(), "letter.reply");
    }

    #[test]
    fn what_is_no_number_of_this_office_is_not_repeated() {
        assert_eq!(letter(Some("QH-2026-000001")), "QH-2026-000001");
        assert_eq!(letter(Some("RE-2026-000001")), "RE-2026-000001");
        for strange in ["6200000000000005", "QH-2026-0000011", "QH-2026-000001-1", "", "某人"] {
            assert_eq!(letter(Some(strange)), UNKNOWN, "{strange}");
        }
        assert_eq!(letter(None), UNKNOWN);
        assert_eq!(batch("B-01ab23cd45"), "B-01ab23cd45");
        for strange in ["B-6200000005", "B-0123456789a", "B-张三", "6200000000000005", ""] {
            let kept = batch(strange);
            assert_eq!(kept, if strange == "B-6200000005" { strange } else { UNKNOWN });
        }
        assert_eq!(case("YL-2026-0001"), "YL-2026-0001");
        assert_eq!(case("6200000000000005"), UNKNOWN);
        assert_eq!(case("../x"), UNKNOWN);
        assert_eq!(kept("EV-2026-000001"), "EV-2026-000001");
        assert_eq!(kept("YL-2026-0001"), "YL-2026-0001");
        assert_eq!(kept("6200000000000005"), UNKNOWN);
    }
}
