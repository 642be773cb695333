//! Whether a letter may and can go to its address: contacts of the case, letters that came back,
//! postcode and form.
//!
//! Postcodes are checked by their first two digits, which belong to a province; an address whose
//! province cannot be told from its beginning is not compared.
//! Source: REQUIREMENTS 1 (L349); postal codes of China Post, first two digits.

use super::{Circumstances, Found, PolicyRefusal};
use crate::case::{names, party::Channel, provenance::Group, request::Request};

/// Provinces by the beginning of their names, and the first two digits of their postcodes.
/// Hong Kong and Macau are reached from the mainland under 999077 and 999078.
const PROVINCES: [(&str, &[&str]); 33] = [
    ("北京", &["10"]),
    ("天津", &["30"]),
    ("河北", &["05", "06", "07", "10"]),
    ("山西", &["03", "04"]),
    ("内蒙古", &["01", "02", "16"]),
    ("辽宁", &["11", "12"]),
    ("吉林", &["13"]),
    ("黑龙江", &["15", "16"]),
    ("上海", &["20"]),
    ("江苏", &["21", "22"]),
    ("浙江", &["31", "32"]),
    ("安徽", &["23", "24"]),
    ("福建", &["35", "36"]),
    ("江西", &["33", "34"]),
    ("山东", &["25", "26", "27"]),
    ("河南", &["45", "46", "47"]),
    ("湖北", &["43", "44"]),
    ("湖南", &["41", "42"]),
    ("广东", &["51", "52"]),
    ("广西", &["53", "54"]),
    ("海南", &["57"]),
    ("重庆", &["40"]),
    ("四川", &["61", "62", "63", "64"]),
    ("贵州", &["55", "56"]),
    ("云南", &["65", "66", "67"]),
    ("西藏", &["85", "86"]),
    ("陕西", &["71", "72"]),
    ("甘肃", &["73", "74"]),
    ("青海", &["81"]),
    ("宁夏", &["75"]),
    ("新疆", &["83", "84"]),
    ("香港", &["99"]),
    ("澳门", &["99"]),
];

/// Signs of a place in an address, the largest first.
const PLACES: [char; 20] = [
    '省', '市', '区', '县', '州', '盟', '旗', '镇', '乡', '村', '路', '街', '道', '巷', '弄', '里',
    '号', '幢', '栋', '楼',
];

pub(super) fn address(request: &Request, at: &Circumstances<'_>, found: &mut Found) {
    let raw = |name| request.raw(name).map(|value| value.expose().trim());
    let (address, postcode) = (raw("recipient_address"), raw("recipient_postcode"));
    let posted =
        matches!(request.channel(), Channel::RegisteredPost | Channel::Ems | Channel::Mailbox);
    if !posted {
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
        if anew.is_none_or(|verified| verified <= on) {
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

/// Whether an address names at least two steps on the way to a door.
fn is_findable(address: &str) -> bool {
    let steps = PLACES.iter().filter(|sign| address.contains(**sign)).count();
    // An address abroad is written in another script and by other rules.
    !address.chars().any(names::is_han) || (address.chars().count() >= 5 && steps >= 2)
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

    #[test]
    fn an_address_has_steps_on_the_way_to_a_door() {
        for real in ["样例市样例路1号", "样例县样例镇样例村3组", "12 Example Road, Leeds"]
        {
            assert!(is_findable(real), "{real}");
        }
        for none in ["样例", "自提不送货", "某某大厦", "样例路"] {
            assert!(!is_findable(none), "{none}");
        }
    }
}
