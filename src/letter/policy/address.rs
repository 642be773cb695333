//! Whether a letter may and can go to its address: contacts of the case, letters that came back,
//! postcode and form.
//!
//! Postcodes are checked by their first two digits, which belong to a province; an address whose
//! province cannot be told from its beginning is not compared.
//! Source: REQUIREMENTS 1 (L349); postal codes of China Post, first two digits.

use super::{Circumstances, Found, PolicyRefusal};
use crate::case::{
    address::{PROVINCES, is_findable},
    party::Channel,
    provenance::Group,
    request::Request,
};

pub(super) fn address(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let raw = |name| request.raw(name).map(|value| value.expose().trim());
    let (address, postcode) = (raw("recipient_address"), raw("recipient_postcode"));
    // Who chose a channel that there is not will choose another: what is wrong with the address is
    // told beside it.
    if matches!(request.channel(), Channel::Hand | Channel::Internal) {
        return;
    }
    if address.is_some() != postcode.is_some() {
        found.push(PolicyRefusal::AddressHalf.into());
    }
    if let Some(postcode) = postcode {
        match (known(postcode), address.and_then(province)) {
            (false, _) => found.push(PolicyRefusal::Postcode.into()),
            (true, Some(own)) if !own.iter().any(|prefix| postcode.starts_with(prefix)) => {
                found.push(PolicyRefusal::PostcodeElsewhere.into());
            }
            _ => {}
        }
    }
    if address.is_some_and(|address| !is_findable(address)) {
        found.push(PolicyRefusal::AddressForm.into());
    }
    if let Some(on) = at.past.returned_on {
        let anew = request.provenance().verified_itself_on(Group::Address);
        if anew.is_none_or(|verified| verified < on) {
            found.push(PolicyRefusal::AddressReturned { on }.into());
        }
    }
}

pub(super) fn contacts(_: &Request, at: &Circumstances<'_>, found: &mut Found) {
    if !at.document.is_outbound() {
        return;
    }
    if at.past.contact_name {
        found.push(PolicyRefusal::ContactName.into());
    }
    if at.past.contact_address {
        found.push(PolicyRefusal::ContactAddress.into());
    }
}

fn known(postcode: &str) -> bool {
    PROVINCES.iter().any(|(_, own)| own.iter().any(|prefix| postcode.starts_with(prefix)))
}

fn province(address: &str) -> Option<&'static [&'static str]> {
    PROVINCES.iter().find(|(name, _)| address.starts_with(name)).map(|(_, own)| *own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_belongs_to_the_province_its_address_begins_with() {
        let agree = |postcode: &str, address: &str| {
            known(postcode)
                && province(address).is_none_or(|own| own.iter().any(|p| postcode.starts_with(p)))
        };
        assert!(agree("215000", "江苏省苏州市样例路1号"));
        assert!(agree("010010", "内蒙古自治区呼和浩特市样例街2号"));
        assert!(agree("999077", "香港九龙样例道3号"));
        assert!(agree("215000", "样例省样例市样例路1号"), "an unknown province is not compared");
        assert!(!agree("510000", "江苏省苏州市样例路1号"));
        assert!(!agree("000000", "江苏省苏州市样例路1号"));
        assert!(!agree("900001", "样例省样例市样例路1号"));
    }
}
