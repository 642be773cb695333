//! Reprints: an issued letter once more, marked as such, same number, same content.
//!
//! Owns the entry `letter.reprinted`. The page is made from the archived record only, after that
//! record has given the issued bytes again. What may not leave is not reprinted: letters that were
//! blocked or overtaken by a hold, a payment, a void or a withdrawal. Source: SPEC decision 13; docs/templates.md, `reprint`.

use super::{
    life::{Life, refusal::LifeRefusal, rules},
    overtaken::Overtaking,
    reproduce::{self, Makers},
};
use crate::{
    case::date,
    digest::Digest,
    office::{
        Office,
        actor::{Actor, ActorError},
        journal,
        office_folder::OfficeError,
        operator::Role,
    },
    problem::{Report, alone},
    register::{Draft, RegisterError},
};

/// A marked reprint.
#[derive(Debug)]
pub struct Reprint {
    /// Number of the letter.
    pub number: String,
    /// Which reprint of it this is, from 1.
    pub copy: usize,
    /// The PDF.
    pub pdf: Vec<u8>,
    /// Entry that tells it.
    pub seq: u64,
    /// Whether it was given out before today.
    pub already: bool,
}

/// A run of reprints: what is learnt for one letter serves the next, so that a file of them reads
/// the register once.
#[derive(Debug, Default)]
pub struct Reprints {
    overtaking: Overtaking,
    makers: Makers,
}

impl Reprints {
    /// Reprints letter `number`. On one day the same reprint is given out again.
    ///
    /// # Errors
    /// [`LifeRefusal`], a missing role, and all that keeps a letter from being made again.
    pub fn reprint(
        &mut self,
        office: &mut Office,
        actor: &Actor,
        number: &str,
    ) -> Result<Reprint, Vec<Report>> {
        may_reprint(actor)?;
        let fault = |error: RegisterError| alone(OfficeError::from(error));
        office.refresh().map_err(alone)?;
        let view = office.view();
        let life = Life::of(&view, number).map_err(fault)?;
        let life = life.ok_or_else(|| alone(LifeRefusal::Unknown))?;
        self.overtaking.catch_up(&view).map_err(fault)?;
        let found = rules::against(office, &life, &self.overtaking);
        if !found.is_empty() {
            return Err(found);
        }
        let again = reproduce::again(office, number, &mut self.makers)?;
        let today = office.today();
        let words = format!("补打件　{}", date::display(today));
        let pdf = again.maker.reprint(&again.record, &words)?.pdf;
        let of_today = life.reprints.iter().zip(1..).find(|(one, _)| one.day() == today);
        if let Some((before, copy)) = of_today {
            return Ok(Reprint { number: life.number, copy, pdf, seq: before.seq, already: true });
        }
        let copy = life.reprints.len().saturating_add(1);
        let draft = Draft::new(journal::LETTER_REPRINTED, life.number.clone())
            .with("copy", copy)
            .with("digest", Digest::of(&pdf).to_string());
        let recorded = office.append(draft, actor).map_err(alone)?;
        Ok(Reprint { number: life.number, copy, pdf, seq: recorded.seq(), already: false })
    }
}

fn may_reprint(actor: &Actor) -> Result<(), Vec<Report>> {
    let operator = actor.operator();
    if ![Role::Clerk, Role::Agent].iter().any(|role| operator.may(*role)) {
        return Err(alone(ActorError::Role { id: operator.id.clone(), role: Role::Clerk }));
    }
    Ok(())
}
