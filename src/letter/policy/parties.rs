//! Who issues, by which channel, to whom, under which mandate.

use super::{Circumstances, Found, PolicyRefusal};
use crate::{
    case::{
        names,
        party::{Channel, Role},
        raw::RawText,
        request::Request,
    },
    letter::past,
    masking::normalize_identity,
    problem::Report,
    template::metadata::{Exemption, Metadata},
};

/// Relations of the insured against which there is no claim.
const FAMILY: [&str; 2] = ["family", "member"];
/// The relation of one against whom there is a claim.
const UNRELATED: &str = "none";
/// The role of recipients whose relation must be known.
const LIABLE: &str = "liable_third_party";
/// The one document that goes to somebody without a duty to pay, of whom it asks nothing.
const TO_EMPLOYER: &str = "employer_assist";

pub(super) fn issuer(_: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let role = at.document.issuer.role();
    if !at.issuer.may(role) {
        found.push(PolicyRefusal::NotIssuer { role: role.name() }.into());
    }
}

pub(super) fn channel(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let listed = match request.channel() {
        Channel::RegisteredPost => "post",
        other => other.name(),
    };
    match request.channel() {
        Channel::Forbidden("fax" | "postcard") => found.push(PolicyRefusal::FaxOrPostcard.into()),
        Channel::Forbidden("door_posting" | "third_party") => {
            found.push(PolicyRefusal::Posted.into());
        }
        Channel::Forbidden("ordinary_post") | Channel::Unknown => {
            found.push(PolicyRefusal::Channel.into());
        }
        Channel::Forbidden(_) => found.push(PolicyRefusal::Messenger.into()),
        _ if !at.document.channels.contains(listed) => found.push(PolicyRefusal::Channel.into()),
        _ => {}
    }
}

pub(super) fn recipient(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let without_duty = match request.role() {
        Role::Other(other) => other != "employer" || at.document.id != TO_EMPLOYER,
        Role::Unknown => true,
        _ => false,
    };
    if without_duty || !at.document.audience.contains(request.role().name()) {
        found.push(PolicyRefusal::Recipient.into());
    }
    found.extend(insured(request.choice("insured_relation"), at.document).map(Report::from));
}

/// What the relation of the recipient to the insured has against the document.
fn insured(relation: Option<&str>, document: &Metadata) -> Option<PolicyRefusal> {
    match relation {
        Some(relation) if FAMILY.contains(&relation) => Some(PolicyRefusal::InsuredFamily),
        Some(UNRELATED) => None,
        _ => document.audience.contains(LIABLE).then_some(PolicyRefusal::InsuredRelation),
    }
}

pub(super) fn mandate(_: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let exempt = at.document.exempt_from.contains(&Exemption::Mandate);
    if !exempt && !at.principal.mandate_holds(at.today) {
        let mandate = &at.principal.mandate;
        found.push(PolicyRefusal::Mandate { from: mandate.from, until: mandate.until }.into());
    }
}

/// Who is named fits together: a citizen's number with a name in characters, and whoever answers
/// for a debtor is somebody else.
pub(super) fn persons(request: &Request, _: &Circumstances<'_>, found: &mut Found) {
    let raw = |name| request.raw(name).map(RawText::expose);
    let recipient = raw("recipient_name");
    let latin = |name: &str| !name.chars().any(names::is_han);
    if raw("recipient_id_number").is_some_and(is_citizens) && recipient.is_some_and(latin) {
        found.push(PolicyRefusal::LatinName.into());
    }
    let answers = matches!(request.role(), Role::JointGuarantor | Role::Volunteer);
    if let (true, Some(one), Some(debtor)) = (answers, recipient, raw("debtor_name"))
        && past::folded(one) == past::folded(debtor)
    {
        found.push(PolicyRefusal::SamePerson.into());
    }
}

/// Whether a number is of a citizen's identity card: residence permits of Hong Kong, Macau and
/// Taiwan begin with 8, permanent residents' with 9. A number of 15 digits was a citizen's.
fn is_citizens(number: &str) -> bool {
    !normalize_identity(number).starts_with(['8', '9'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::field::{Kind, named};

    /// The rule once looked for words that no request can hold, and so refused nobody.
    #[test]
    fn the_insureds_family_is_known_by_the_words_requests_use() {
        let Some(Kind::Choice(choices)) = named("insured_relation").map(|field| field.kind) else {
            panic!("`insured_relation` is no choice")
        };
        for word in FAMILY.into_iter().chain([UNRELATED]) {
            assert!(choices.iter().any(|choice| choice.value == word), "{word}");
        }
        assert_eq!(Role::LiableThirdParty.name(), LIABLE);
    }
}
