//! Closing cases, placing legal holds, and saying what is due.
//!
//! Owns the acts that begin, hold and measure a term; [`super::disposal_room`] ends it. Nothing
//! here can shorten one: the longest term a principal ever signed counts, and a later closing
//! never moves the beginning back. Source: REQUIREMENTS 5 (7); DOCUMENTS 23.

mod problem;
mod terms;

pub use problem::RetentionError;
pub use terms::Due;
pub(super) use terms::{Terms, concerns, due, item};

use chrono::NaiveDate;

use super::{
    Office,
    actor::Actor,
    hold::case_number,
    journal,
    office_folder::OfficeError,
    operator::Role,
    retention_state::{CLOSERS, HOLDERS, LegalHold, Shelves, month_end},
};
use crate::{
    masking::{Masking, mask_text},
    problem::{Report, alone as report},
    register::{Draft, Recorded},
};

type Reports<T> = Result<T, Vec<Report>>;

/// Who may demand a legal hold.
const WHO: [&str; 7] =
    ["court", "arbitration", "police", "regulator", "auditor", "principal", "agency"];
/// Why one is placed.
const WHY: [&str; 4] = ["litigation", "complaint", "audit", "instruction"];

/// A legal hold as it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct HoldWish<'a> {
    /// Case, bundle or letter.
    pub subject: &'a str,
    /// Who demands it.
    pub who: &'a str,
    /// Why.
    pub why: &'a str,
    /// Number of the document it rests on.
    pub proof: Option<&'a str>,
    /// Last day on which it stands.
    pub until: Option<NaiveDate>,
}

impl Office {
    /// What the register says about keeping.
    ///
    /// # Errors
    /// [`OfficeError::Register`].
    pub fn shelves(&self) -> Result<Shelves, OfficeError> {
        Ok(Shelves::replay(&self.view(), self.state(), *self.now().offset())?)
    }

    /// Closes `case` as of the day `on`: its retention begins.
    ///
    /// # Errors
    /// [`RetentionError`], and what is wrong with the case number.
    pub fn close_case(
        &mut self,
        case: &str,
        on: NaiveDate,
        principal: Option<&str>,
        actor: &Actor,
    ) -> Reports<Recorded> {
        case_number(case)?;
        may(actor, &CLOSERS, RetentionError::CloseRole)?;
        let shelves = self.shelves().map_err(report)?;
        let mut refused: Vec<Report> = Vec::new();
        if month_end(case).is_some() {
            refused.push(RetentionError::ByMonth.into());
        }
        if on > self.today() {
            refused.push(RetentionError::Day { member: "on" }.into());
        }
        let closing = shelves.cases.get(case);
        if let Some(closing) = closing {
            if closing.on.is_some() {
                refused.push(RetentionError::Closed { entry: closing.seq }.into());
            } else if on < closing.latest {
                refused.push(RetentionError::Earlier { latest: closing.latest }.into());
            }
        }
        let told = shelves.principals(case);
        let only = told.first().filter(|_| told.len() == 1).copied();
        let whose = principal.or(only).filter(|whose| {
            self.state().principals.contains_key(*whose) && told.iter().all(|one| one == whose)
        });
        match whose {
            Some(whose) if refused.is_empty() => {
                let draft = Draft::new(journal::CASE_CLOSED, case)
                    .with("on", on.to_string())
                    .with("principal", whose);
                self.append(draft, actor).map_err(report)
            }
            whose => {
                if whose.is_none() {
                    refused.push(RetentionError::WhosePrincipal.into());
                }
                Err(refused)
            }
        }
    }

    /// Opens a closed case again, because its principal demands it.
    ///
    /// # Errors
    /// [`RetentionError::CloseRole`], [`RetentionError::NotClosed`].
    pub fn reopen_case(&mut self, case: &str, proof: &str, actor: &Actor) -> Reports<Recorded> {
        may(actor, &CLOSERS, RetentionError::CloseRole)?;
        let shelves = self.shelves().map_err(report)?;
        if shelves.cases.get(case).is_none_or(|closing| closing.on.is_none()) {
            return Err(report(RetentionError::NotClosed));
        }
        let draft = Draft::new(journal::CASE_REOPENED, case).with("proof", safe(proof));
        self.append(draft, actor).map_err(report)
    }

    /// Places a legal hold; answers its entry, and what is kept under it today.
    ///
    /// # Errors
    /// [`RetentionError`], every reason at once.
    pub fn hold_for_law(
        &mut self,
        wish: HoldWish<'_>,
        actor: &Actor,
    ) -> Reports<(Recorded, usize)> {
        may(actor, &HOLDERS, RetentionError::HoldRole)?;
        let shelves = self.shelves().map_err(report)?;
        let held = shelves.kept.iter().filter(|kept| kept.is_held_with(wish.subject));
        let covers = held.count();
        let mut refused: Vec<Report> = Vec::new();
        if covers == 0 {
            refused.extend(case_number(wish.subject).err().into_iter().flatten());
            if is_number(wish.subject, &self.settings().agency.prefix) {
                refused.push(RetentionError::NoSubject.into());
            }
        }
        if !WHO.contains(&wish.who) || !WHY.contains(&wish.why) {
            refused.push(RetentionError::HoldWord.into());
        }
        if wish.until.is_some_and(|until| until < self.today()) {
            refused.push(RetentionError::Day { member: "until" }.into());
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let mut draft = Draft::new(journal::RETENTION_HELD, wish.subject)
            .with("who", wish.who)
            .with("why", wish.why);
        if let Some(proof) = wish.proof {
            draft = draft.with("proof", safe(proof));
        }
        if let Some(until) = wish.until {
            draft = draft.with("until", until.to_string());
        }
        Ok((self.append(draft, actor).map_err(report)?, covers))
    }

    /// Releases the legal hold that entry `hold` placed.
    ///
    /// # Errors
    /// [`RetentionError::HoldRole`], [`RetentionError::NoHold`].
    pub fn release_for_law(
        &mut self,
        hold: u64,
        proof: &str,
        actor: &Actor,
    ) -> Reports<(Recorded, LegalHold)> {
        may(actor, &[Role::Administrator], RetentionError::HoldRole)?;
        let shelves = self.shelves().map_err(report)?;
        let standing = shelves.holds.into_iter().find(|one| one.seq == hold);
        let standing = standing.ok_or_else(|| report(RetentionError::NoHold))?;
        let draft = Draft::new(journal::RETENTION_RELEASED, standing.subject.clone())
            .with("hold", hold)
            .with("proof", safe(proof));
        Ok((self.append(draft, actor).map_err(report)?, standing))
    }

    /// Refuses what was destroyed.
    ///
    /// # Errors
    /// [`RetentionError::Gone`], [`OfficeError::Register`].
    pub fn not_disposed(&self, id: &str) -> Reports<()> {
        match self.tombstone(id).map_err(report)? {
            Some(gone) => {
                Err(report(RetentionError::Gone { id: id.to_owned(), entry: gone.seq() }))
            }
            None => Ok(()),
        }
    }
}

fn may(actor: &Actor, roles: &[Role], refusal: RetentionError) -> Reports<()> {
    if roles.iter().any(|role| actor.operator().may(*role)) { Ok(()) } else { Err(report(refusal)) }
}

/// A card number typed as a document's number must not reach the register.
fn safe(text: &str) -> String {
    mask_text(text, &Masking::default()).text
}

/// Whether `text` is written like a bundle's or a letter's number of this office.
fn is_number(text: &str, prefix: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [first, year, number]
        if (*first == "EV" || *first == prefix)
            && year.len() == 4 && number.len() == 6 && digits(year) && digits(number))
}
