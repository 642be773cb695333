//! What the register tells about the letters, replies and people a request touches.
//!
//! Owns [`Past`], gathered by the desk before the rules run, so that the rules stay pure, and
//! [`Correspondence`], the part of it that is found by address or reply and therefore kept while a
//! desk is open. Names and addresses are compared by keyed values only.
//! Source: REQUIREMENTS 1 (L349), decision 9 of the contract; DOCUMENTS 3, 6, 8, 20, 29, 30.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate};
use unicode_normalization::UnicodeNormalization as _;

use super::{
    life::words::{Reason, ReplyKind},
    overtaken::case_of,
};
use crate::{
    case::{address, party::Role, request::Request},
    masking::{IdentityNumber, Masking, mask_text},
    office::{contact, journal, person::person_key, state::text},
    register::{Entry, Recorded, RegisterError, View},
    signing::KeyedIndex,
};

/// Marks that part the numbers of a list.
const SEPARATORS: [char; 6] = [',', '，', '、', ';', '；', ' '];

/// A letter that was issued.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sent {
    /// Its number.
    pub number: String,
    /// Its kind.
    pub template: String,
    /// Its principal.
    pub principal: String,
    /// Its case, masked.
    pub case: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Day on which it left: dispatched, or else delivered.
    pub left_on: Option<NaiveDate>,
    /// Day on which it reached its recipient.
    pub delivered_on: Option<NaiveDate>,
    /// Whether a commitment is attached to it already.
    pub paired: bool,
}

/// What one number of `evidence_ids` is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Evidence {
    /// A letter of this office.
    Letter(Sent),
    /// A sealed bundle, with its case.
    Bundle {
        /// Its case, masked.
        case: String,
    },
    /// Nothing the register knows.
    Unknown,
}

/// A registered reply.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// Its kind, such as `dispute`.
    pub kind: String,
    /// The letter it answers.
    pub letter: Sent,
    /// Day on which it came.
    pub came_on: NaiveDate,
}

/// What the register tells about one request.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The letter that `prior_notice_no` names.
    pub prior: Option<Sent>,
    /// What `evidence_ids` name, one by one.
    pub evidence: Vec<Evidence>,
    /// The letter made from the request that `paired_with` names.
    pub pair: Option<Sent>,
    /// The reply that `reply_no` names.
    pub reply: Option<Reply>,
    /// Whether a name of the request is that of a known contact of the case.
    pub contact_name: bool,
    /// Whether the address is that of a known contact of the case.
    pub contact_address: bool,
    /// Day on which a letter to the same person last came back from the address as a wrong one.
    pub returned_on: Option<NaiveDate>,
    /// Last day on which somebody said that the case was paid.
    pub paid_on: Option<NaiveDate>,
    /// Whether a file with the digest `attachment_hash` is sealed as evidence of the case; the desk,
    /// which has the archive, tells it.
    pub attachment: bool,
}

/// What is found by address or by reply, kept while a desk is open.
#[derive(Debug, Default)]
pub struct Correspondence {
    next: u64,
    returned: HashMap<String, Vec<Returned>>,
    /// By case, masked.
    paid: HashMap<String, NaiveDate>,
    replies: HashMap<String, (String, String, NaiveDate)>,
}

/// A letter that came back from an address, for a reason that shuts it.
#[derive(Debug)]
struct Returned {
    /// Keyed identity number of who was written to, where the letter had one.
    person: Option<String>,
    /// Its case, masked.
    case: String,
    on: NaiveDate,
}

impl Returned {
    /// Whether `person` in `case` is who was written to.
    fn concerns(&self, person: Option<&str>, case: &str) -> bool {
        match (self.person.as_deref(), person) {
            (Some(one), Some(other)) => one == other,
            _ => self.case == case,
        }
    }
}

impl Correspondence {
    /// Takes in what was registered since the last call.
    ///
    /// # Errors
    /// Those of the register.
    pub fn catch_up(&mut self, view: &View<'_>) -> Result<(), RegisterError> {
        let size = view.size()?;
        let from = self.next;
        let (returned, replied) = (journal::LETTER_RETURNED, journal::LETTER_REPLIED);
        if view.last_place(&returned)?.is_some_and(|place| place >= from) {
            for found in view.find_from(&returned, from) {
                let found = found?;
                let entry = found.entry();
                if shuts(text(&entry.body, "reason"))
                    && let Some(prepared) = prepared_of(view, letter_of(entry))?
                    && let Some(key) = text(&prepared.entry().body, "address_key")
                {
                    let member = |name| text(&prepared.entry().body, name).map(str::to_owned);
                    self.returned.entry(key.to_owned()).or_default().push(Returned {
                        person: member("person"),
                        case: member("case").unwrap_or_default(),
                        on: day_of(entry),
                    });
                }
            }
        }
        if view.last_place(&replied)?.is_some_and(|place| place >= from) {
            for found in view.find_from(&replied, from) {
                let found = found?;
                let entry = found.entry();
                if text(&entry.body, "kind") == Some(ReplyKind::Paid.name())
                    && let Some(case) = case_of(view, letter_of(entry))?
                {
                    let day = day_of(entry);
                    let last = self.paid.entry(case).or_insert(day);
                    *last = (*last).max(day);
                }
                if let Some(reply) = text(&entry.body, "reply") {
                    let kind = text(&entry.body, "kind").unwrap_or_default().to_owned();
                    let told = (letter_of(entry).to_owned(), kind, day_of(entry));
                    self.replies.insert(reply.to_owned(), told);
                }
            }
        }
        // After a fault all of it is read again: told twice it tells the same.
        self.next = size;
        Ok(())
    }
}

impl Past {
    /// Looks up all that the rules may ask about `request`.
    ///
    /// # Errors
    /// Those of the register.
    pub fn of(
        request: &Request,
        view: &View<'_>,
        known: &Correspondence,
        index: &KeyedIndex,
    ) -> Result<Self, RegisterError> {
        let raw = |name| request.raw(name).map(|value| value.expose().trim());
        let mut past = Self::default();
        if let Some(number) = raw("prior_notice_no") {
            past.prior = sent(view, number)?;
        }
        if let Some(ids) = raw("evidence_ids") {
            for id in numbers(ids) {
                past.evidence.push(evidence(view, id)?);
            }
        }
        if let Some(paired) = raw("paired_with") {
            let key = request_key(index, request.principal(), paired);
            if let Some(prepared) = view.last(&journal::LETTER_PREPARED, &key)?
                && let Some(number) = text(&prepared.entry().body, "number")
            {
                past.pair = sent(view, number)?;
            }
        }
        if let Some(no) = raw("reply_no")
            && let Some((letter, kind, came_on)) = known.replies.get(no)
            && let Some(letter) = sent(view, letter)?
        {
            past.reply = Some(Reply { kind: kind.clone(), letter, came_on: *came_on });
        }
        past.contacts(request, view, index)?;
        let case = mask_text(request.case_no(), &Masking::default()).text;
        past.paid_on = known.paid.get(&case).copied();
        let person = person_of(index, request);
        past.returned_on = [address_key(index, request), earlier_key(index, request)]
            .iter()
            .flatten()
            .filter_map(|key| known.returned.get(key))
            .flatten()
            .filter(|back| back.concerns(person.as_deref(), &case))
            .map(|back| back.on)
            .max();
        Ok(past)
    }

    fn contacts(
        &mut self,
        request: &Request,
        view: &View<'_>,
        index: &KeyedIndex,
    ) -> Result<(), RegisterError> {
        let case = mask_text(request.case_no(), &Masking::default()).text;
        let own = ["recipient_name", "debtor_name"].into_iter().filter(|name| {
            // In a guarantor's letter the debtor is named, not written to.
            *name == "recipient_name" || request.role() == Role::Debtor
        });
        let names: Vec<String> = own
            .filter_map(|name| request.raw(name))
            .map(|name| name_key(index, name.expose()))
            .collect();
        let mut places: Vec<String> = earlier_key(index, request).into_iter().collect();
        if let Some(address) = request.raw("recipient_address") {
            let levels = address::levels(address.expose());
            places.extend(levels.iter().map(|level| index.value("address", level)));
        }
        for (name, place) in contact::standing(view, &case)? {
            self.contact_name |= name.is_some_and(|name| names.contains(&name));
            self.contact_address |= place.is_some_and(|place| places.contains(&place));
        }
        Ok(())
    }
}

/// Keyed name of a request, under which its number is reserved.
#[must_use]
pub fn request_key(index: &KeyedIndex, principal: &str, request_id: &str) -> String {
    index.value("request", &format!("{principal}\n{request_id}"))
}

/// Keyed value of a name, whatever its spaces and width.
#[must_use]
pub fn name_key(index: &KeyedIndex, name: &str) -> String {
    index.value("name", &folded(name))
}

/// Keyed value of an address as addresses are compared, whichever of its spellings.
#[must_use]
pub fn address_value(index: &KeyedIndex, address: &str) -> String {
    index.value("address", &address::compared(address))
}

/// Keyed value of a request's address as it was made before spellings were compared: registers
/// hold such values.
fn earlier_key(index: &KeyedIndex, request: &Request) -> Option<String> {
    let address = request.raw("recipient_address")?;
    Some(index.value("address", &folded(address.expose())))
}

/// Keyed person of the identity number a request gives.
#[must_use]
pub fn person_of(index: &KeyedIndex, request: &Request) -> Option<String> {
    let number = IdentityNumber::parse(request.raw("recipient_id_number")?.expose()).ok()?;
    Some(person_key(index, &number))
}

/// Whether a return for `reason` shuts the address; one that this release does not know does.
fn shuts(reason: Option<&str>) -> bool {
    reason.and_then(Reason::read).is_none_or(Reason::shuts_address)
}

/// Keyed value of the address a request's letter goes to.
#[must_use]
pub fn address_key(index: &KeyedIndex, request: &Request) -> Option<String> {
    request.raw("recipient_address").map(|address| address_value(index, address.expose()))
}

/// Numbers of a list such as `evidence_ids`.
pub fn numbers(list: &str) -> impl Iterator<Item = &str> {
    list.split(SEPARATORS).map(str::trim).filter(|number| !number.is_empty())
}

/// The one spelling under which names are compared.
pub(super) fn folded(text: &str) -> String {
    text.nfkc()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '.' | '、' | '，' | '。' | '·'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The issued letter `number`, unless it was made void.
///
/// # Errors
/// Those of the register.
pub fn sent(view: &View<'_>, number: &str) -> Result<Option<Sent>, RegisterError> {
    let Some(issued) = view.last(&journal::LETTER_ISSUED, number)? else { return Ok(None) };
    if view.last(&journal::LETTER_VOIDED, number)?.is_some() {
        return Ok(None);
    }
    let Some(prepared) = prepared_of(view, number)? else { return Ok(None) };
    let body = &prepared.entry().body;
    let member = |name| text(body, name).unwrap_or_default().to_owned();
    let day = |found: Option<Recorded>| found.map(|entry| day_of(entry.entry()));
    let delivered_on = day(view.last(&journal::LETTER_DELIVERED, number)?);
    let dispatched_on = day(view.last(&journal::LETTER_DISPATCHED, number)?);
    Ok(Some(Sent {
        number: number.to_owned(),
        template: member("template"),
        principal: member("principal"),
        case: member("case"),
        issued_on: issued.entry().recorded_at.date_naive(),
        left_on: dispatched_on.or(delivered_on),
        delivered_on,
        paired: view.last(&journal::LETTER_PAIRED, number)?.is_some(),
    }))
}

fn evidence(view: &View<'_>, id: &str) -> Result<Evidence, RegisterError> {
    if let Some(letter) = sent(view, id)? {
        return Ok(Evidence::Letter(letter));
    }
    let sealed = view.last(&journal::EVIDENCE_SEALED, id)?;
    Ok(sealed.map_or(Evidence::Unknown, |sealed| Evidence::Bundle {
        case: text(&sealed.entry().body, "case").unwrap_or_default().to_owned(),
    }))
}

/// The entry that prepared letter `number`, if it was issued.
pub(super) fn prepared_of(
    view: &View<'_>,
    number: &str,
) -> Result<Option<Recorded>, RegisterError> {
    let Some(issued) = view.last(&journal::LETTER_ISSUED, number)? else { return Ok(None) };
    let place = issued.entry().body.get("prepared").and_then(serde_json::Value::as_u64);
    Ok(place.map(|place| view.get(place)).transpose()?.flatten())
}

/// The letter an entry is about: its member `number`, else its subject.
fn letter_of(entry: &Entry) -> &str {
    text(&entry.body, "number").unwrap_or(&entry.subject)
}

/// Day on which it happened, as reported, else as registered.
fn day_of(entry: &Entry) -> NaiveDate {
    let at: DateTime<FixedOffset> = entry.occurred_at.unwrap_or(entry.recorded_at);
    at.with_timezone(entry.recorded_at.offset()).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_in_other_spaces_and_widths_is_the_same() {
        let index = KeyedIndex::new(crate::signing::SecretKey32::from_bytes([7; 32]));
        let one = address_value(&index, "样例省样例市 样例路1号，2楼");
        assert_eq!(one, address_value(&index, "样例省样例市样例路１号2楼"));
        assert_ne!(one, address_value(&index, "样例省样例市样例路1号3楼"));
        assert_eq!(name_key(&index, "买买提·样例"), name_key(&index, "买买提 样例"));
    }

    #[test]
    fn a_list_of_numbers_is_parted_by_any_usual_mark() {
        let listed: Vec<_> = numbers("QH-2026-000001、QH-2026-000002； EV-2026-000003").collect();
        assert_eq!(listed, ["QH-2026-000001", "QH-2026-000002", "EV-2026-000003"]);
    }
}
