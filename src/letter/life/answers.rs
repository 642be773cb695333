//! Replies that wait for an answer, and the letters that answer them.
//!
//! Owns the entry `letter.answered` and the list of what is open. A reply is answered by an issued
//! letter of the same case; one that has to be reported is open until the principal has its
//! report. Source: REQUIREMENTS 1 (L205), 2 (L339, L365).

use chrono::NaiveDate;

use super::{Life, Reply, refusal::LifeRefusal};
use crate::{
    letter::record::Record,
    office::{
        Office, actor::Actor, journal, office_folder::OfficeError, operator::Role, state::text,
    },
    problem::{Report, alone},
    register::{Draft, RegisterError},
};

/// Member `to` of an answer that is a report.
pub const PRINCIPAL: &str = "principal";
/// Member `to` of an answer to whoever replied.
pub const SENDER: &str = "sender";
/// Documents that answer a reply. Source: DOCUMENTS 29, 30.
const ANSWERS: [&str; 2] = ["reply_letter", "dispute_outcome_notice"];
/// The document that says an objection has come. Source: DOCUMENTS 20.
const RECEIVED: &str = "dispute_hold_notice";
/// The document that reports one. Source: DOCUMENTS 26.
const REPORT: &str = "principal_report";

/// Whether documents of this kind tell somebody who wrote what becomes of it, and ask for nothing.
#[must_use]
pub fn is_answer(template: &str) -> bool {
    template == RECEIVED || ANSWERS.contains(&template)
}

/// A reply that waits.
#[derive(Clone, Debug)]
pub struct Open {
    /// Letter it replies to.
    pub letter: String,
    /// Its case.
    pub case: String,
    /// Its principal.
    pub principal: String,
    /// The reply.
    pub reply: Reply,
    /// Whether an answer is owed.
    pub wants_answer: bool,
    /// Whether a report is owed.
    pub wants_report: bool,
    /// Whether any of it is overdue today.
    pub overdue: bool,
    /// Days since it came.
    pub age: i64,
}

impl Open {
    /// The day by which the next thing is due.
    #[must_use]
    pub fn due(&self) -> Option<NaiveDate> {
        let report = self.reply.report_due.filter(|_| self.wants_report);
        let answer = self.reply.answer_due.filter(|_| self.wants_answer);
        report.into_iter().chain(answer).min()
    }
}

/// Every reply that waits for an answer or a report, the most urgent first.
///
/// # Errors
/// Those of the register.
pub fn unanswered(office: &Office) -> Result<Vec<Open>, RegisterError> {
    let view = office.view();
    let today = office.today();
    let mut letters: Vec<String> = Vec::new();
    for found in view.find(Some(&journal::LETTER_REPLIED), None) {
        letters.push(found?.entry().subject.clone());
    }
    letters.sort_unstable();
    letters.dedup();
    let mut open = Vec::new();
    for letter in letters {
        let Some(life) = Life::of(&view, &letter)? else { continue };
        for reply in life.replies {
            let wants_answer = reply.answered.is_none();
            let wants_report = reply.report_due.is_some() && reply.reported.is_none();
            if !(wants_answer || wants_report) {
                continue;
            }
            let late =
                |wanted: bool, due: Option<NaiveDate>| wanted && due.is_some_and(|due| due < today);
            open.push(Open {
                letter: letter.clone(),
                case: life.case.clone(),
                principal: life.principal.clone(),
                wants_answer,
                wants_report,
                overdue: late(wants_answer, reply.answer_due)
                    || late(wants_report, reply.report_due),
                age: today.signed_duration_since(reply.came.day()).num_days(),
                reply,
            });
        }
    }
    open.sort_by_key(|one| (one.due().unwrap_or(NaiveDate::MAX), one.reply.number.clone()));
    Ok(open)
}

/// Registers that letter `by` answers `reply`; told twice, it is registered once.
///
/// # Errors
/// [`LifeRefusal`], a missing role, and faults of the office.
pub fn answer(
    office: &mut Office,
    actor: &Actor,
    reply: &str,
    by: &str,
) -> Result<(String, &'static str, u64), Vec<Report>> {
    actor.require(Role::Clerk).map_err(alone)?;
    let fault = |error: RegisterError| alone(OfficeError::from(error));
    let view = office.view();
    let mut replied = None;
    for found in view.find(Some(&journal::LETTER_REPLIED), None) {
        let found = found.map_err(fault)?;
        if text(&found.entry().body, "reply") == Some(reply) {
            replied = Some(found.entry().subject.clone());
        }
    }
    let replied = replied.ok_or_else(|| alone(LifeRefusal::UnknownReply))?;
    let life = Life::of(&view, &replied).map_err(fault)?;
    let life = life.ok_or_else(|| alone(LifeRefusal::UnknownReply))?;
    let letter = Life::of(&view, by).map_err(fault)?;
    let letter = letter.ok_or_else(|| alone(LifeRefusal::Unknown))?;
    let to = match letter.template.as_str() {
        REPORT => PRINCIPAL,
        kind if ANSWERS.contains(&kind) => SENDER,
        _ => return Err(alone(LifeRefusal::NotAnAnswer)),
    };
    if letter.case != life.case || letter.voided.is_some() || !names(office, &letter, reply)? {
        return Err(alone(LifeRefusal::NotAnAnswer));
    }
    let known = life.replies.iter().find(|one| one.number == reply);
    let before =
        known.and_then(
            |one| {
                if to == PRINCIPAL { one.reported.as_ref() } else { one.answered.as_ref() }
            },
        );
    if let Some(before) = before {
        let same = before.text("answer") == Some(by);
        let with = crate::problem::Phrase("another letter answers it", "已由其他函件答复");
        return if same {
            Ok((replied, to, before.seq))
        } else {
            Err(alone(LifeRefusal::Contradicts { with }))
        };
    }
    let draft = Draft::new(journal::LETTER_ANSWERED, replied.clone())
        .with("reply", reply)
        .with("answer", by)
        .with("to", to);
    let recorded = office.append(draft, actor).map_err(alone)?;
    Ok((replied, to, recorded.seq()))
}

/// Whether the letter, where its facts name a reply, names this one.
fn names(office: &Office, letter: &Life, reply: &str) -> Result<bool, Vec<Report>> {
    let digest = letter.record.ok_or_else(|| alone(LifeRefusal::Facts))?;
    let bytes = office.object(&digest).map_err(alone)?;
    let record = Record::parse(&bytes).map_err(alone)?;
    let named = record.facts.get("reply_no").and_then(serde_json::Value::as_str);
    Ok(named.is_none_or(|named| named == reply))
}
