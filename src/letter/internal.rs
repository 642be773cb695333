//! Internal documents: made of the office's own books, not of a request.
//!
//! Owns the way of a register, certificate, report or plan from values to an issued document: the
//! approved template → masked facts → page → proof → number → entries → archive, by the desk that
//! issues letters. Refuses documents that may leave by any channel but the internal one, so that no
//! letter goes round the rules for requests. Source: DOCUMENTS 15, 21–27, 31; decision
//! `0013-internal-documents.md`.

use serde_json::{Map, Value, json};

use super::{
    desk::{Against, Desk, Fault, Matter, Outcome, Ready, Unmade, blank_number},
    issued::{find, text},
    policy::PolicyRefusal,
    record::MOST_ROWS,
    supplied::supplied,
};
use crate::{
    case::{
        facts::{Facts, FactsError, OfficeContext, OfficeValue},
        field::{self, Kind, Supplier},
    },
    masking::Masked,
    office::{Office, actor::Actor, journal},
    problem::{Report, alone},
    signing::SecretKey32,
    template::wording_scan::{self, Verdict},
};

crate::problems! {
    /// Why an internal document is refused.
    pub enum InternalRefusal {
        /// It may leave the office otherwise.
        NotInternal { kind: String } = "CH-R150", Refusal,
            "`{kind}` is not an internal document: it goes to people outside" => "write a request and use `chancery letter issue`",
            "`{kind}` 不是内部文书，会发往外部" => "请编写请求并使用 `chancery letter issue`";
        /// More rows than one document takes.
        TooManyRows { rows: usize, limit: usize } = "CH-R151", Refusal,
            "the document would have {rows} rows, at most {limit} are taken" => "choose a shorter period and make one document of each",
            "文书将有 {rows} 行，超过上限 {limit} 行" => "请缩短期间，分别制作";
    }
}

/// What an internal document is made of.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Id of its template.
    pub kind: String,
    /// Principal who approved the template, and whose business it is about.
    pub principal: String,
    /// Case it is about, if it is about one.
    pub case: Option<String>,
    /// Values of its fields, besides those office and profile supply to every document.
    pub values: OfficeContext,
}

/// What stands for the case of a document that is about none.
const NO_CASE: &str = "-";
/// Fields that quote what was heard or seen: told, not refused (SPEC decision 7).
const QUOTED: [&str; 2] = ["debtor_statement", "facts"];

/// Issues one internal document in the name of `actor`, once: the same values again give the same
/// document, other values another.
///
/// # Errors
/// As [`Desk::open`], and as [`Desk::issue`]. A refusal is an [`Outcome`].
pub fn issue(
    office: &mut Office,
    actor: &Actor,
    index: SecretKey32,
    wanted: &Wanted,
) -> Result<Outcome, Fault> {
    Desk::open(office, actor, index)?.issue_internal(wanted)
}

impl Desk<'_> {
    /// As [`issue`], at a desk that is open already.
    ///
    /// # Errors
    /// As [`Desk::issue`].
    pub fn issue_internal(&mut self, wanted: &Wanted) -> Result<Outcome, Fault> {
        self.look_again()?;
        let (kind, principal) = (wanted.kind.as_str(), wanted.principal.as_str());
        let content = self.index.value("content", &hex::encode(canonical(&wanted.values)));
        let case = wanted.case.as_deref().unwrap_or(NO_CASE);
        let key = self.index.value("internal", &[kind, principal, case, &content].join("\n"));
        if let Some(prepared) = self.office.view().last(&journal::LETTER_PREPARED, &key)? {
            let number = text(&prepared.entry().body, "number");
            if let Some(issued) = find(self.office, &number)? {
                return Ok(Outcome::Already(issued));
            }
        }
        let ready = match self.examine_internal(wanted) {
            Ok(ready) => ready,
            Err(unmade) => return self.refuse_as((kind, principal), &key, unmade),
        };
        let blank = self.identity(&ready, blank_number(self.office), "0000-0000".to_owned());
        if let Err(unmade) = self.dry(&ready, blank) {
            return self.refuse_as((kind, principal), &key, unmade);
        }
        let matter = Matter { case, channel: "internal", reminders: Vec::new() };
        let prepared = self.prepare(&matter, &ready, &key, &content)?;
        match self.finish_page(&prepared, &ready, &content)? {
            Ok(issued) => Ok(Outcome::Issued(issued)),
            Err(against) => self.refuse_as((kind, principal), &key, Unmade::Refused(against)),
        }
    }

    /// Every rule for internal documents, all refusals at once.
    fn examine_internal(&mut self, wanted: &Wanted) -> Result<Ready, Unmade> {
        let package = self.package(&wanted.kind, &wanted.principal)?;
        let profile = self.profile(&wanted.principal)?;
        let document = package.package().metadata();
        let mut reports: Vec<Report> = Vec::new();
        if document.channels.len() != 1 || !document.channels.contains("internal") {
            reports.push(InternalRefusal::NotInternal { kind: document.id.clone() }.into());
        }
        let issuer = self.actor.operator();
        if !issuer.may(document.issuer.role()) {
            reports.push(PolicyRefusal::NotIssuer { role: document.issuer.role().name() }.into());
        }
        for (name, value) in wanted.values.values() {
            if document.fields.forbidden.contains(name) {
                reports.push(PolicyRefusal::FieldForbidden { field: name.to_owned() }.into());
            }
            if is_written(name)
                && !QUOTED.contains(&name)
                && wording_scan::scan(&value.printed()).verdict() != Verdict::Pass
            {
                reports.push(PolicyRefusal::Wording { field: name.to_owned() }.into());
            }
            if let OfficeValue::Table(table) = value
                && table.rows.len() > MOST_ROWS
            {
                let rows = table.rows.len();
                reports.push(InternalRefusal::TooManyRows { rows, limit: MOST_ROWS }.into());
            }
        }
        // Where catalogue and program disagree, no document is wrong.
        let fault = |error| Fault::of_office(alone::<FactsError>(error));
        let mut values = supplied(self.office, &issuer.id, None, &profile).map_err(fault)?;
        values.extend(wanted.values.clone());
        if let Some(case) = &wanted.case {
            values.tell("case_no", case.as_str()).map_err(fault)?;
        }
        let masking = profile.masking();
        let facts = Masked::of(&Facts::of_office(&wanted.kind, &values), &masking);
        let declared = |name: &str| {
            document.fields.required.contains(name) || document.fields.optional.contains(name)
        };
        let facts = match facts.data_of(declared) {
            Value::Object(facts) => facts,
            _ => Map::new(),
        };
        let given = ["letter_no", "check_code"];
        for field in &document.fields.required {
            if !facts.contains_key(field) && !given.contains(&field.as_str()) {
                reports.push(PolicyRefusal::FieldMissing { field: field.clone() }.into());
            }
        }
        let template = match self.admitted(&package, &wanted.principal) {
            Ok(template) if reports.is_empty() => template,
            Ok(_) => return Err(Against::all(reports)),
            Err(refusal) => {
                reports.push(refusal);
                return Err(Against::all(reports));
            }
        };
        let seal = template.package().seal().is_some();
        let (address_key, pair, person) = (None, None, None);
        Ok(Ready { template, profile, masking, address_key, person, pair, facts, seal })
    }
}

/// Whether a person wrote the text of `field` for this document.
fn is_written(name: &str) -> bool {
    field::named(name).is_some_and(|field| {
        matches!(field.kind, Kind::Text)
            && matches!(field.supplier, Supplier::Request | Supplier::Either)
    })
}

/// The one sequence of bytes of these values, for a keyed digest only.
fn canonical(values: &OfficeContext) -> Vec<u8> {
    let members: Map<String, Value> = values
        .values()
        .map(|(name, value)| {
            let value = match value {
                OfficeValue::Table(table) => json!(table),
                value => value.printed().into(),
            };
            (name.to_owned(), value)
        })
        .collect();
    serde_json_canonicalizer::to_vec(&members).unwrap_or_default()
}
