//! Envelopes and labels of letters that are issued.
//!
//! Owns their making: address and name are those of the letter's own page, told by its archived
//! record and found again in its archived PDF, so that an envelope cannot differ from its letter.
//! They are made by an approved package like letters, but take no number: each is registered under
//! the number of its letter (`letter.enveloped`). Source: DOCUMENTS 18, REQUIREMENTS L309; decision
//! `0014-envelopes.md`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    desk::DeskError,
    envelope_words::{EnvelopeRefusal, Said, refusals},
    issued::text,
    life::{Life, rules},
    overtaken::Overtaking,
    page::Mark,
    paper::Paper,
    policy::PolicyRefusal,
    record::{Identity, Maker, Record},
};
use crate::{
    case::facts::{Facts, OfficeContext, Table},
    digest::Digest,
    masking::Masked,
    office::{Office, actor::Actor, embedded, journal, office_folder::OfficeError, state},
    problem::{Problem, Report, alone as report},
    register::{Draft, Recorded},
    template::{
        approval::ApprovedTemplate,
        package::{Hashed, Package},
        wording::Sections,
    },
    typeset::{ENGINE_ID, FinishedText},
};

/// What stands on labels, as on envelopes, for whoever gets one by mistake.
pub(super) const NOTE: &str = "他人误收请勿拆阅并按原址退回";

type Reports<T> = Result<T, Vec<Report>>;

/// One envelope or sheet of labels.
#[derive(Clone, Debug)]
pub struct Enveloped {
    /// Numbers of the letters.
    pub numbers: Vec<String>,
    /// The PDF.
    pub pdf: Vec<u8>,
}

/// The address block of a letter, as its page bears it.
struct Addressed {
    number: String,
    principal: String,
    record: Record,
    postcode: String,
    address: String,
    name: String,
}

/// Makes envelopes in the name of one operator.
#[derive(Debug)]
pub struct Envelopes<'a> {
    office: &'a mut Office,
    actor: &'a Actor,
    paper: Paper,
    makers: BTreeMap<Digest, Maker>,
    overtaking: Overtaking,
}

impl<'a> Envelopes<'a> {
    /// Makes them of `paper`.
    pub fn new(office: &'a mut Office, actor: &'a Actor, paper: Paper) -> Self {
        let overtaking = Overtaking::default();
        Self { office, actor, paper, makers: BTreeMap::new(), overtaking }
    }

    /// How many letters go on one page: of labels as many as the sheet holds.
    #[must_use]
    pub fn together(&self) -> usize {
        usize::try_from(self.paper.labels().unwrap_or(1)).unwrap_or(1)
    }

    /// Makes one envelope, or one sheet of labels of at most [`Self::together`] letters of one
    /// principal, and registers it. The same again gives the same bytes and no further entry.
    ///
    /// # Errors
    /// Every reason why it is not made; nothing is registered then.
    pub fn make(&mut self, numbers: &[String]) -> Reports<Enveloped> {
        let mut letters = Vec::new();
        let mut found = Vec::new();
        for number in numbers {
            let addressed = self.refuse_overtaken(number).and_then(|()| self.addressed(number));
            match addressed {
                Ok(letter) => letters.push(letter),
                Err(reports) => found.extend(reports),
            }
        }
        let Some(first) = letters.first().filter(|_| found.is_empty()) else {
            return Err(found);
        };
        let principal = first.principal.clone();
        let template = self.template(&principal)?;
        let record = self.record(&template, &letters)?;
        let fonts = embedded::fonts()?;
        let maker = match self.makers.entry(template.digest()) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(Maker::new(template.package(), fonts)?)
            }
        };
        let sections = maker.sections(&record)?;
        let made = maker.make(&record)?;
        self.refuse_words(&sections, &letters)?;
        let numbers: Vec<String> = letters.into_iter().map(|letter| letter.number).collect();
        self.register(&template, &numbers, &Digest::of(&made.pdf))?;
        Ok(Enveloped { numbers, pdf: made.pdf })
    }

    /// Principal of letter `number`, by whom letters on one sheet are put together. A letter whose
    /// label would refuse its whole sheet is refused here, by itself.
    ///
    /// # Errors
    /// [`DeskError::Unknown`], what overtook the letter, what keeps it off a sheet, and where
    /// register or archive cannot be read.
    pub fn principal(&mut self, number: &str) -> Reports<String> {
        let (prepared, _) = self.entries(number)?;
        let principal = text(&prepared.entry().body, "principal");
        self.refuse_overtaken(number)?;
        if self.paper.labels().is_some() {
            let letter = self.addressed(number)?;
            self.refuse_words(&Sections::default(), std::slice::from_ref(&letter))?;
        }
        Ok(principal)
    }

    /// What may not leave gets no envelope.
    fn refuse_overtaken(&mut self, number: &str) -> Reports<()> {
        let fault = |error| report(DeskError::Office { source: OfficeError::from(error) });
        let view = self.office.view();
        self.overtaking.catch_up(&view).map_err(fault)?;
        let life = Life::of(&view, number).map_err(fault)?;
        let life = life.ok_or_else(|| report(DeskError::Unknown))?;
        let found = rules::against(self.office, &life, &self.overtaking);
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    /// The entries that prepared and issued a letter.
    fn entries(&self, number: &str) -> Reports<(Recorded, Recorded)> {
        let fault = |error| report(DeskError::Office { source: OfficeError::from(error) });
        let view = self.office.view();
        let issued = view.last(&journal::LETTER_ISSUED, number).map_err(fault)?;
        let issued = issued.ok_or_else(|| report(DeskError::Unknown))?;
        let prepared = issued.entry().body.get("prepared").and_then(Value::as_u64);
        let prepared = prepared.map(|seq| view.get(seq)).transpose().map_err(fault)?.flatten();
        Ok((prepared.ok_or_else(|| report(DeskError::Unknown))?, issued))
    }

    /// The address block of a letter: from its record by its own wording, and found in its PDF.
    fn addressed(&self, number: &str) -> Reports<Addressed> {
        let (prepared, issued) = self.entries(number)?;
        let object = |name| -> Reports<Vec<u8>> {
            let digest = state::digest(&issued.entry().body, name);
            let digest = digest.ok_or_else(|| report(DeskError::Unknown))?;
            self.office.object(&digest).map_err(report)
        };
        let record = Record::parse(&object("record")?).map_err(report)?;
        let package = Package::unpack(&object("package_object")?).map_err(report)?;
        let wording = crate::template::wording::Wording::compile(&package).map_err(report)?;
        let data =
            super::page::write(&package, &wording, &record.facts, super::page::Dress::default())
                .map_err(report)?;
        let lines: Vec<&str> = data
            .json
            .pointer("/sections/window")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let [postcode, address, name] = lines.as_slice() else {
            return Err(report(EnvelopeRefusal::NoAddress { number: number.to_owned() }));
        };
        // The page that was issued must bear the very block, in this order.
        let page = FinishedText::read(&object("pdf")?).map_err(report)?;
        let bare = |text: &str| -> String {
            text.chars().filter(|each| !each.is_whitespace() && *each != '¦').collect()
        };
        let first = page.pages.first().map(|text| bare(text)).unwrap_or_default();
        if !first.contains(&bare(&[*postcode, *address, *name].concat())) {
            return Err(report(EnvelopeRefusal::Differs { number: number.to_owned() }));
        }
        let name = ["　收", "　亲启"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        Ok(Addressed {
            number: number.to_owned(),
            principal: text(&prepared.entry().body, "principal"),
            postcode: (*postcode).to_owned(),
            address: (*address).to_owned(),
            name: name.to_owned(),
            record,
        })
    }

    /// The approved package for this paper.
    fn template(&self, principal: &str) -> Reports<ApprovedTemplate> {
        let kind = if self.paper.labels().is_some() { "address_labels" } else { "envelope" };
        let templates = self.office.paths().templates();
        let package = Package::load_for(&templates, kind, principal).map_err(report)?;
        let package = Hashed::new(package, &embedded::fonts()?.digest(), ENGINE_ID);
        let metadata = package.package().metadata();
        let issuer = self.actor.operator();
        let mut found = Vec::new();
        if !metadata.papers.contains(self.paper.name()) {
            found.push(EnvelopeRefusal::Paper { size: self.paper.name().to_owned() }.into());
        }
        let role = metadata.issuer.role();
        if !issuer.may(role) {
            found.push(PolicyRefusal::NotIssuer { role: role.name() }.into());
        }
        let (approvals, today) = (&self.office.state().approvals, self.office.today());
        let own = issuer.certificate.fingerprint();
        let admitted = approvals.admit(&package, principal, today, &own);
        match admitted {
            Ok(template) if found.is_empty() => Ok(template),
            Ok(_) => Err(found),
            Err(refusal) => {
                found.push(refusal);
                Err(found)
            }
        }
    }

    /// Refuses words that tell what is inside: ours as the wording wrote them, and the recipients' own.
    fn refuse_words(&self, sections: &Sections, letters: &[Addressed]) -> Reports<()> {
        let sender = &self.office.settings().agency;
        let ours: Vec<&str> = sections
            .iter()
            .filter(|(section, _)| !["to", "number"].contains(&section.as_str()))
            .flat_map(|(_, lines)| lines.iter().map(String::as_str))
            .chain([sender.postal_name.as_str(), sender.address.as_str()])
            .collect();
        let mut found = Vec::new();
        for letter in letters {
            let principal = self.office.profile(&letter.principal)?.name;
            let (name, address) = (&letter.name, &letter.address);
            found.extend(refusals(Said { ours: &ours, name, address, principal: &principal }));
        }
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    /// What the page is made of.
    fn record(&self, template: &ApprovedTemplate, letters: &[Addressed]) -> Reports<Record> {
        let single = |error: &dyn Problem| vec![Report::of(error)];
        let Some(first) = letters.first() else { return Err(report(DeskError::Unknown)) };
        let agency = &self.office.settings().agency;
        let profile = self.office.profile(&first.principal)?;
        let package = template.package();
        let mut values = OfficeContext::default();
        let mut tell =
            |field: &str, value: &str| values.tell(field, value).map_err(|error| single(&error));
        tell("agency_postal_name", &agency.postal_name)?;
        tell("from_address", &agency.address)?;
        tell("from_postcode", &agency.postcode)?;
        if self.paper != Paper::Window {
            tell("to_postcode", &first.postcode)?;
            tell("to_address", &first.address)?;
            tell("recipient_name", &first.name)?;
        }
        let sender = format!("{}　{}　{NOTE}", agency.postal_name, agency.address);
        let row = |letter: &Addressed| {
            let name = format!("{}　亲启", letter.name);
            let parts = [&letter.postcode, &letter.address, &name, &sender, &letter.number];
            parts.map(Clone::clone).to_vec()
        };
        let rows = Table { rows: letters.iter().map(row).collect(), total: None };
        values.tell("rows", rows).map_err(|error| single(&error))?;
        let facts =
            Masked::of(&Facts::of_office(&package.metadata().id, &values), &profile.masking());
        let fields = &package.metadata().fields;
        let wanted = |name: &str| fields.required.contains(name) || fields.optional.contains(name);
        let facts = match facts.data_of(wanted) {
            Value::Object(facts) => facts,
            _ => Map::new(),
        };
        // Dated as its letter, so that the same envelope has the same bytes on any day.
        let zone = *self.office.now().offset();
        let identity = Identity {
            number: first.number.clone(),
            check_code: String::new(),
            issued_on: first.record.issued_on,
            zone,
            mark: self.office.state().sample.then_some(Mark::Sample),
            seal: false,
        };
        let fonts = embedded::fonts()?;
        let accounts = &profile.official_accounts;
        let mut record = Record::new(package, template.digest(), fonts, identity, accounts, facts);
        record.paper = Some(self.paper.name().to_owned());
        Ok(record)
    }

    /// One entry a letter, unless the very envelope is registered already.
    fn register(
        &mut self,
        template: &ApprovedTemplate,
        numbers: &[String],
        page: &Digest,
    ) -> Reports<()> {
        let fault = |error| report(OfficeError::from(error));
        let package = template.package().metadata().id.clone();
        let mut drafts = Vec::new();
        for number in numbers {
            let draft = Draft::new(journal::LETTER_ENVELOPED, number.clone())
                .with("template", package.as_str())
                .with("package", template.digest().to_string())
                .with("approvals", json!(template.approvals()))
                .with("size", self.paper.name())
                .with("page", page.to_string());
            let mut known = false;
            for entry in self.office.view().find(Some(&journal::LETTER_ENVELOPED), Some(number)) {
                known |= entry.map_err(fault)?.entry().body == draft.body;
            }
            if !known {
                drafts.push(draft);
            }
        }
        let (clock, actor) = (*self.office.clock(), self.actor);
        let register = self.office.register().map_err(report)?;
        register
            .transact(|tx| {
                for draft in drafts {
                    tx.append(draft, actor, &clock)?;
                }
                Ok(())
            })
            .map_err(fault)?;
        Ok(())
    }
}
