//! Facts that follow from others.
//!
//! Owns labels by kind of debt, amounts in capitals, tables, masked numbers, and the names a
//! document gives to the same person. Derives nothing where its source is missing, so that a
//! missing field is seen as missing.
//! Source: DOCUMENTS, Wording and Conventions.

use super::{Fact, Facts, RawText, Table};
use crate::{
    case::{
        amount::Fen,
        capitals, date,
        field::{Choice, table},
        names::Form,
        party::Role,
        request::Request,
    },
    masking::{CardNumber, DocumentNumber, IdentityNumber},
};

impl Facts {
    pub(super) fn derive(&mut self, request: &Request) {
        self.derive_parties(request);
        self.derive_numbers(request);
        self.derive_phone(request);
        self.derive_amounts(request);
        self.derive_terms(request);
        self.derive_visit(request);
    }

    /// Puts `text` under `name` unless the request or the office gave that field.
    fn put_missing(&mut self, name: &'static str, text: impl Into<RawText>) {
        if !self.has(name) {
            self.put(name, text);
        }
    }

    fn copy(&mut self, from: &str, to: &'static str) {
        if let (Some(fact), false) = (self.facts.get(from).cloned(), self.has(to)) {
            self.facts.insert(to, fact);
        }
    }

    fn derive_parties(&mut self, request: &Request) {
        let form = match request.form() {
            Form::Person => "person",
            Form::Organisation => "company",
        };
        self.put("recipient_form", form);
        match request.role() {
            Role::Debtor => {
                self.copy("recipient_name", "debtor_name");
                self.copy("debtor_name", "recipient_name");
                self.copy("debtor_name", "signer_name");
            }
            Role::JointGuarantor => self.copy("recipient_name", "guarantor_name"),
            Role::Volunteer => self.copy("recipient_name", "signer_name"),
            _ => {}
        }
        self.copy("recipient_postcode", "to_postcode");
        self.copy("recipient_address", "to_address");
    }

    /// Numbers that are printed masked only.
    fn derive_numbers(&mut self, request: &Request) {
        let number = |name| request.raw(name).map(RawText::expose);
        let card = |text: &str| CardNumber::parse(text).ok().map(Fact::Card);
        let other = |text: &str| DocumentNumber::parse(text).ok().map(Fact::Document);
        let account = number("account").or_else(|| number("card_number"));
        if let Some(fact) = account.and_then(|text| card(text).or_else(|| other(text))) {
            self.facts.insert("account_masked", fact);
        }
        if let Some(fact) = number("card_number").and_then(card) {
            self.facts.insert("card_masked", fact);
        }
        if let Some(identity) =
            number("recipient_id_number").and_then(|text| IdentityNumber::parse(text).ok())
        {
            self.facts.insert("id_masked", Fact::Identity(identity));
        }
    }

    fn derive_phone(&mut self, request: &Request) {
        if let Some(number) = request.raw("recipient_phone") {
            self.facts.insert("phone_masked", Fact::Phone(number.clone()));
        }
    }

    fn derive_amounts(&mut self, request: &Request) {
        let debt_kind = request.choice("debt_kind");
        if let Some(label) = debt_kind.and_then(|kind| label(table::DEBT_KINDS, kind)) {
            self.put("debt_kind_label", label);
        }
        let subrogation = debt_kind == Some("subrogation");
        let indemnity = request.money("indemnity").map(|amount| ("indemnity", amount));
        let parts = indemnity.filter(|_| subrogation).into_iter().chain(request.parts());
        let rows: Vec<_> = parts
            .map(|(name, amount)| vec![part_label(name, debt_kind).into(), amount.to_string()])
            .collect();
        let total = request.money("amount_total").map(|amount| amount.to_string());
        if !rows.is_empty() {
            self.facts.insert("amount_rows", Fact::Table(Table { rows, total }));
        }
        let capital = match request.kind() {
            "subrogation_notice" => request.money("indemnity"),
            "voluntary_payment_commitment" => request.money("cap_amount"),
            "overdraft_notice" => request.money("overdraft_principal"),
            "visit_agreed" => request.terms_total(),
            _ => request.money("amount_total"),
        };
        if let Some(amount) = capital {
            self.put("amount_cap", capitals::rmb(amount));
        }
    }

    fn derive_terms(&mut self, request: &Request) {
        let terms = request.terms();
        let (Some(last), Some(total)) = (terms.last(), request.terms_total()) else { return };
        let row = |(at, due, amount): (usize, chrono::NaiveDate, Fen)| {
            vec![(at + 1).to_string(), date::display(due), amount.to_string()]
        };
        let rows = terms.iter().enumerate().map(|(at, term)| row((at, term.due, term.amount)));
        let table = Table { rows: rows.collect(), total: Some(total.to_string()) };
        self.facts.insert("terms_table", Fact::Table(table.clone()));
        self.facts.insert("plan_rows", Fact::Table(table));
        self.put("n", terms.len().to_string());
        self.put("final_due", date::display(last.due));
        self.put_missing("total", total.to_string());
    }

    fn derive_visit(&mut self, request: &Request) {
        let text = |name| request.raw(name).map(RawText::expose).unwrap_or_default();
        if let Some(finding) = request.choice("visit_finding") {
            if let Some(label) = label(table::VISIT_FINDINGS, finding) {
                self.put_missing("finding", label);
            }
            match finding {
                "reported_deceased" => self.put("reported", "本人死亡"),
                "reported_detained" => self.put("reported", "本人被羁押"),
                _ => {}
            }
        }
        if request.gives("video_off_reason") {
            let at = request.time("video_off_at").map(|at| at.format("，%H:%M").to_string());
            let back =
                request.time("video_resumed_at").map(|at| at.format("，%H:%M恢复").to_string());
            let said = [
                text("video_off_reason"),
                at.as_deref().unwrap_or_default(),
                back.as_deref().unwrap_or_default(),
            ];
            self.put("video_off", said.concat());
        }
        if request.gives("agent1") && request.gives("agent2") {
            self.put_missing("agents", format!("{}、{}", text("agent1"), text("agent2")));
        }
        let (Some(start), Some(end)) = (request.time("start"), request.time("end")) else { return };
        if ["place", "agent1", "badge1", "agent2", "badge2"].iter().all(|name| request.gives(name))
        {
            let facts = format!(
                "时间{}至{}；地点{}；人员{}（{}）、{}（{}）；录音编号{}；录像编号{}",
                start.format("%H:%M"),
                end.format("%H:%M"),
                text("place"),
                text("agent1"),
                text("badge1"),
                text("agent2"),
                text("badge2"),
                text("audio_id"),
                text("video_id"),
            );
            self.put("visit_facts", facts);
        }
    }
}

fn label(choices: &[Choice], value: &str) -> Option<&'static str> {
    choices.iter().find(|choice| choice.value == value).map(|choice| choice.chinese)
}

/// Label of one part of an amount; it follows the kind of debt.
fn part_label(name: &str, debt_kind: Option<&str>) -> &'static str {
    match (name, debt_kind) {
        ("amount_principal", Some("credit_card")) => "透支本金",
        ("amount_principal", Some("premium")) => "应交保险费",
        ("amount_principal", Some("guarantee_insurance")) => "代偿款",
        ("amount_principal", _) => "本金",
        ("amount_interest", _) => "利息",
        ("amount_fees", Some("credit_card")) => "违约金及费用",
        ("amount_fees", _) => "费用",
        ("indemnity", _) => "保险赔偿金",
        _ => "施救、查勘等必要费用",
    }
}
