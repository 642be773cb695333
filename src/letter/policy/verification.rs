//! Whether recipient, address, debt and personal fields were verified, by whom and when.

use super::{Circumstances, Found, PolicyRefusal};
use crate::{
    case::{field, party::Channel, provenance::Group, request::Request},
    template::metadata::Exemption,
};

pub(super) fn verification(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let said = request.provenance();
    let exempt = |exemption| at.document.exempt_from.contains(&exemption);
    let posted =
        matches!(request.channel(), Channel::RegisteredPost | Channel::Ems | Channel::Mailbox);
    // A mailbox is somebody's own only at a verified address, whatever the document.
    let mailbox = request.channel() == Channel::Mailbox;
    if said.verified_on(Group::Address).is_none()
        && (mailbox || (posted && !exempt(Exemption::AddressVerification)))
    {
        found.push(PolicyRefusal::AddressUnverified.into());
    }
    if !exempt(Exemption::DebtVerification) {
        if said.verified_on(Group::Identity).is_none() {
            found.push(PolicyRefusal::IdentityUnverified.into());
        }
        if said.verified_on(Group::Debt).is_none() {
            found.push(PolicyRefusal::DebtUnverified.into());
        }
    }
    let address_exempt = exempt(Exemption::AddressVerification) && !mailbox;
    for name in request.unverified() {
        let of_address = field::named(name).is_some_and(|field| Group::of(field) == Group::Address);
        if !(address_exempt && of_address) {
            found.push(PolicyRefusal::FieldUnverified { field: name.to_owned() }.into());
        }
    }
    if said.latest().is_some_and(|latest| latest > at.today) {
        found.push(PolicyRefusal::VerifiedLater.into());
    }
}
