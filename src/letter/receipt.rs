//! The delivery receipt that goes with a letter, to be signed by who receives it.
//!
//! Owns the entry `letter.receipt`. The receipt is made from the approved template
//! `delivery_receipt` and from the letter's archived, masked facts; time, agents who are not known
//! yet and a missing address are left as blanks to be filled in by hand. It is archived like a
//! letter and bears the letter's number. Source: DOCUMENTS 17, REQUIREMENTS 1 (L349).

use std::io::Cursor;

use serde_json::{Map, Value};

use super::{
    desk::Desk,
    life::{Life, act::is_agent_id, refusal::LifeRefusal, rules},
    page::Mark,
    record::{Identity, Maker, Record},
};
use crate::{
    archive::{Objects as _, Stage as _},
    digest::Digest,
    office::{
        embedded, journal,
        office_folder::OfficeError,
        operator::Role,
        state::{digest, text},
    },
    problem::{Report, alone},
    register::Draft,
    template::package::{Hashed, Package},
    typeset::ENGINE_ID,
};

/// Id of the template.
const TEMPLATE: &str = "delivery_receipt";
/// A blank to be filled in by hand.
const BLANK: &str = "＿＿＿＿＿＿＿＿";
/// A time to be filled in by hand.
const BLANK_TIME: &str = "＿＿＿＿年＿＿月＿＿日＿＿时＿＿分";

/// A printed receipt.
#[derive(Debug)]
pub struct Receipt {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// Entry that tells it.
    pub seq: u64,
    /// Whether it was printed before, with the same agents.
    pub already: bool,
}

impl Desk<'_> {
    /// Prints the receipt of letter `number`, which `agents` are to hand over.
    ///
    /// # Errors
    /// [`LifeRefusal`], the approval the template lacks, and all that refuses a page.
    pub fn receipt(&mut self, number: &str, agents: &[String]) -> Result<Receipt, Vec<Report>> {
        self.office.refresh().map_err(alone)?;
        let life = Life::of(&self.office.view(), number)
            .map_err(|error| alone(OfficeError::from(error)))?;
        let life = life.ok_or_else(|| alone(LifeRefusal::Unknown))?;
        self.may_be_handed_over(&life, agents)?;
        let fonts = embedded::fonts()?;
        let package = Package::load(&self.office.paths().templates(), TEMPLATE).map_err(alone)?;
        let package = Hashed::new(package, &fonts.digest(), ENGINE_ID);
        let template = self.admitted(&package, &life.principal).map_err(|refusal| vec![refusal])?;
        let view = self.office.view();
        let before = view
            .last(&journal::LETTER_RECEIPT, number)
            .map_err(|error| alone(OfficeError::from(error)))?;
        if let Some(before) = before {
            let body = &before.entry().body;
            let there = body.get("agents").and_then(Value::as_array).into_iter().flatten();
            let same = there.filter_map(Value::as_str).eq(agents.iter().map(String::as_str));
            let package = digest(body, "package") == Some(template.digest());
            if let (true, Some(pdf)) = (same && package, digest(body, "pdf")) {
                let pdf = self.office.object(&pdf).map_err(alone)?;
                return Ok(Receipt { pdf, seq: before.seq(), already: true });
            }
        }
        let (letter, title) = self.letter_of(&life)?;
        let facts = self.facts(&letter, &title, agents);
        let now = self.office.now();
        let identity = Identity {
            number: life.number.clone(),
            check_code: letter.check_code.clone(),
            issued_on: now.date_naive(),
            zone: *now.offset(),
            mark: self.office.state().sample.then_some(Mark::Sample),
            seal: false,
        };
        let package = template.package();
        let accounts = &letter.official_accounts;
        let record = Record::new(package, template.digest(), fonts, identity, accounts, facts);
        let made = Maker::new(package, fonts)?.make(&record)?;
        let fault = |error| alone(OfficeError::from(error));
        let archive = self.office.archive();
        let packed = archive.stage(&mut Cursor::new(package.pack())).map_err(fault)?;
        let kept = archive.stage(&mut Cursor::new(record.to_bytes())).map_err(fault)?;
        let pdf = archive.stage(&mut Cursor::new(&made.pdf)).map_err(fault)?;
        let draft = Draft::new(journal::LETTER_RECEIPT, life.number.clone())
            .with("template", TEMPLATE)
            .with("package", template.digest().to_string())
            .with("approvals", template.approvals().to_vec())
            .with("package_object", packed.digest().to_string())
            .with("record", kept.digest().to_string())
            .with("pdf", pdf.digest().to_string())
            .with("pdf_bytes", pdf.length())
            .with("agents", agents.to_vec())
            .with("engine", ENGINE_ID);
        let clock = *self.office.clock();
        let actor = self.actor;
        let register = self.office.register().map_err(alone)?;
        let entry = register
            .append(draft, actor, &clock)
            .map_err(|error| alone(OfficeError::from(error)))?;
        for staged in [packed, kept, pdf] {
            self.office.archive().publish(staged).map_err(fault)?;
        }
        Ok(Receipt { pdf: made.pdf, seq: entry.seq(), already: false })
    }

    fn may_be_handed_over(&mut self, life: &Life, agents: &[String]) -> Result<(), Vec<Report>> {
        let mut found = Vec::new();
        let operator = self.actor.operator();
        if !operator.may(Role::Clerk) {
            let id = operator.id.clone();
            let role = Role::Clerk;
            found.push(crate::office::actor::ActorError::Role { id, role }.into());
        }
        if life.channel == "internal" {
            found.push(LifeRefusal::Internal.into());
        }
        let known = self.overtaking.catch_up(&self.office.view());
        known.map_err(|error| alone(OfficeError::from(error)))?;
        found.extend(rules::against(self.office, life, &self.overtaking));
        let operators = &self.office.state().operators;
        let enrolled = |id: &String| {
            let operator = is_agent_id(id).then(|| operators.get(id)).flatten();
            operator.is_some_and(|operator| operator.may(Role::Agent))
        };
        if !agents.iter().all(enrolled) {
            found.push(LifeRefusal::Agents.into());
        }
        if !matches!(agents, [] | [_]) && !matches!(agents, [one, other] if one != other) {
            found.push(LifeRefusal::HandReceipt.into());
        }
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    /// The archived record of a letter, and the title of its document.
    fn letter_of(&self, life: &Life) -> Result<(Record, String), Vec<Report>> {
        let facts = || alone(LifeRefusal::Facts);
        let object =
            |digest: Option<Digest>| self.office.object(&digest.ok_or_else(facts)?).map_err(alone);
        let record = Record::parse(&object(life.record)?).map_err(alone)?;
        let package = Package::unpack(&object(life.package)?).map_err(alone)?;
        Ok((record, package.metadata().title.clone()))
    }

    fn facts(&self, letter: &Record, title: &str, agents: &[String]) -> Map<String, Value> {
        let agency = &self.office.settings().agency;
        let of_letter = |names: &[&str]| {
            let found = names.iter().find_map(|name| text(&letter.facts, name));
            found.filter(|value| !value.is_empty()).unwrap_or(BLANK).to_owned()
        };
        let agent = |at: usize| {
            agents.get(at).map_or_else(|| BLANK.to_owned(), |id| self.office.operator_name(id))
        };
        let facts = [
            ("agency_name", agency.name.clone()),
            ("agency_uscc", agency.uscc.clone()),
            ("business_phone", agency.business_phone.clone()),
            ("agency_complaint_phone", agency.complaint_phone.clone()),
            ("recipient_name", of_letter(&["recipient_name", "guarantor_name", "debtor_name"])),
            ("doc_title", format!("《{title}》")),
            ("mode", "直接送达".to_owned()),
            ("address", of_letter(&["to_address", "address", "place"])),
            ("time", BLANK_TIME.to_owned()),
            ("agent1", agent(0)),
            ("agent2", agent(1)),
        ];
        facts.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
    }
}
