//! Dates that fit today, fields a document may carry, and what their words may say.

use chrono::NaiveDate;

use super::{Circumstances, Found, PolicyRefusal};
use crate::{
    case::{amount::Fen, field, party::Channel, raw::RawText, request::Request},
    digest::Digest,
    letter::life::answers,
    office::principal::Grant,
    template::{
        documents,
        metadata::{Exemption, Issuer},
        wording_scan::{self, Verdict},
    },
};

/// Oldest as-of date, in days before today.
const STALE_DAYS: i64 = 31;
/// Fields that quote what a person said: told, not refused (SPEC decision 7).
const QUOTED: [&str; 2] = ["debtor_statement", "facts"];
/// Days a letter tells as past.
const HAPPENED: [&str; 11] = [
    "accident_date",
    "original_due_date",
    "paid_date",
    "prior_notice_date",
    "objection_date",
    "reply_date",
    "forward_date",
    "finding_date",
    "promise_date",
    "notice1_date",
    "notice2_date",
];

pub(super) fn dates(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if let Some(as_of) = request.date("as_of_date") {
        let age = at.today.signed_duration_since(as_of).num_days();
        if !(0..=STALE_DAYS).contains(&age) {
            found.push(PolicyRefusal::AsOf.into());
        }
    }
    let due = request.date("due_date").filter(|_| at.document.issuer != Issuer::Agent);
    if due.is_some_and(|due| due < at.today) {
        found.push(PolicyRefusal::Due.into());
    }
    let posted = matches!(request.channel(), Channel::RegisteredPost | Channel::Ems);
    if posted && due == Some(at.today) {
        found.push(PolicyRefusal::DueOnPosting.into());
    }
    for field in HAPPENED {
        if request.date(field).is_some_and(|day| day > at.today) {
            found.push(PolicyRefusal::NotYet { field }.into());
        }
    }
}

/// Who said that they paid is asked again only for what a later statement shows.
pub(super) fn paid(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let Some(on) = at.past.paid_on else { return };
    let exempt = |from| at.document.exempt_from.contains(&from);
    // What stays here or goes to the principal, and answers, ask for nothing.
    if exempt(Exemption::Holds) || answers::is_answer(&at.document.id) {
        return;
    }
    let of = match request.date("as_of_date") {
        // What was agreed or said on a visit is told as it was, and a card names no debt.
        None if at.document.issuer == Issuer::Agent || exempt(Exemption::DebtVerification) => {
            return;
        }
        None => request.date("debt_verified_on"),
        as_of => as_of,
    };
    if of.is_some_and(|of| of <= on) {
        found.push(PolicyRefusal::PaidSince { on }.into());
    }
}

/// A free text of the request and what the scan of its wording says: read once, asked twice.
struct Scanned<'a> {
    field: &'a str,
    text: &'a str,
    verdict: Verdict,
}

/// Fields that may be given, what their texts say, the principal's channels and discounts.
pub(super) fn content(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let texts: Vec<Scanned<'_>> = request
        .given()
        .filter_map(|field| {
            let text = free_text(request, field)?;
            Some(Scanned { field, text, verdict: wording_scan::scan(text).verdict() })
        })
        .collect();
    fields(request, at, &texts, found);
    channels(request, at, found);
    discount(request, at, &texts, found);
}

fn fields(request: &Request, at: &Circumstances<'_>, texts: &[Scanned<'_>], found: &mut Found) {
    let fields = &at.document.fields;
    for name in request.banned() {
        found.push(PolicyRefusal::FieldForbidden { field: name.to_owned() }.into());
    }
    for name in request.given() {
        if fields.forbidden.contains(name) {
            found.push(PolicyRefusal::FieldForbidden { field: name.to_owned() }.into());
        }
        let Some(scanned) = texts.iter().find(|one| one.field == name) else { continue };
        if at.says_what_it_must_not(scanned.text) {
            found.push(PolicyRefusal::DocumentWord { field: name.to_owned() }.into());
        }
        if scanned.verdict == Verdict::Refuse && !QUOTED.contains(&name) {
            found.push(PolicyRefusal::Wording { field: name.to_owned() }.into());
        }
    }
    if let Some(ids) = request.raw("citation_ids") {
        let cited = |id: &str| at.principal.citation(id.trim(), at.today);
        let ids: Vec<&str> = ids.expose().split([',', ';', '、']).collect();
        if !ids.iter().all(|id| cited(id).is_some()) {
            found.push(PolicyRefusal::Citation.into());
        }
        let texts = ids.iter().filter_map(|id| cited(id));
        if texts.into_iter().any(|citation| at.says_what_it_must_not(&citation.text)) {
            found.push(PolicyRefusal::DocumentWord { field: "citation_ids".to_owned() }.into());
        }
    }
}

/// How a debtor asks and whom it calls is the principal's signed word, as a member of its profile or
/// a constant of its headings, not a request's.
fn channels(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let signed = [
        ("inquiry_channel", &at.principal.inquiry_channel),
        ("issuer_hotline", &at.principal.hotline),
    ];
    for (field, signed) in signed {
        let Some(said) = request.raw(field).map(RawText::expose) else { continue };
        let constant = at.principal.constants.get(field).is_some_and(|signed| signed == said);
        if said != signed && !constant {
            found.push(PolicyRefusal::OtherChannel { field }.into());
        }
    }
}

/// A discount, in figures or in words, stands on the principal's approval of sum and expiry.
fn discount(request: &Request, at: &Circumstances<'_>, texts: &[Scanned<'_>], found: &mut Found) {
    let worded = texts.iter().any(|one| {
        !QUOTED.contains(&one.field)
            && one.verdict == Verdict::RefuseUnlessApproved
            && !at.approves_text(request, one.text)
    });
    let stated = request.gives("discount_amount") || request.gives("discount_until");
    if !worded && !stated {
        return;
    }
    match at.grant(request) {
        None => found.push(PolicyRefusal::Discount.into()),
        Some(grant) => {
            let sum = request.money("discount_amount");
            if !covers(grant, sum, request.date("discount_until"), at.today) {
                found.push(PolicyRefusal::DiscountUncovered.into());
            }
        }
    }
}

fn covers(grant: &Grant, sum: Option<Fen>, until: Option<NaiveDate>, today: NaiveDate) -> bool {
    let most = grant.discount.as_ref().and_then(|most| most.parse::<Fen>().ok());
    match (most, sum, until) {
        (Some(most), Some(sum), Some(until)) => {
            sum <= most && today <= until && until <= grant.until
        }
        _ => false,
    }
}

impl Circumstances<'_> {
    /// The principal's grant that the request names, if it covers this document, case and day.
    pub(super) fn grant(&self, request: &Request) -> Option<&Grant> {
        let id = request.raw("approval_id")?;
        self.principal.grant(id.expose().trim(), &self.document.id, self.case, self.today)
    }

    /// Whether the principal approved `text` itself, by its digest or as a clause.
    pub(super) fn approves_text(&self, request: &Request, text: &str) -> bool {
        self.principal.clauses.iter().any(|clause| clause.text == text)
            || self.grant(request).is_some_and(|grant| grant.text == Some(Digest::of(text)))
    }

    fn says_what_it_must_not(&self, text: &str) -> bool {
        documents::row(&self.document.id)
            .is_some_and(|row| row.never_says.iter().any(|word| text.contains(word)))
    }
}

/// What stands in a field whose text a person writes for this letter.
pub(super) fn free_text<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let free = field::named(name).is_some_and(|field| matches!(field.kind, field::Kind::Text));
    request.raw(name).filter(|_| free).map(RawText::expose)
}
