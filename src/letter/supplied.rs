//! What office, principal and operator supply to every letter.

use crate::{
    case::facts::{FactsError, OfficeContext},
    office::{Office, principal::Profile},
};

/// The values of `office`, of `profile` and of the operator `clerk` for one letter, which may cite statutes by id.
///
/// # Errors
/// [`FactsError::NotOfTheOffice`] if the field catalogue disagrees.
pub(super) fn supplied(
    office: &Office,
    clerk: &str,
    citations: Option<&str>,
    profile: &Profile,
) -> Result<OfficeContext, FactsError> {
    let agency = &office.settings().agency;
    let today = office.today();
    let mut supplied = OfficeContext::default();
    for (field, value) in [
        ("agency_name", &agency.name),
        ("agency_uscc", &agency.uscc),
        ("agency_postal_name", &agency.postal_name),
        ("agency_phone", &agency.business_phone),
        ("agency_complaint_phone", &agency.complaint_phone),
        ("business_phone", &agency.business_phone),
        ("callback_phone", &agency.callback_phone),
        ("service_hours", &agency.service_hours),
        ("from_address", &agency.address),
        ("from_postcode", &agency.postcode),
        ("principal_name", &profile.name),
        ("insurer_name", &profile.name),
        ("issuer_name", &profile.name),
        ("principal_hotline", &profile.hotline),
        ("issuer_hotline", &profile.hotline),
        ("principal_complaint_phone", &profile.complaint_phone),
        ("mandate_no", &profile.mandate.number),
        ("dispute_channel", &profile.dispute_channel),
        ("inquiry_channel", &profile.inquiry_channel),
        ("official_channels", &profile.official_channels),
        ("clerk_name", &office.operator_name(clerk)),
    ] {
        supplied.set(field, value.as_str())?;
    }
    supplied.set("issue_date", today)?;
    if let Some(ids) = citations {
        let texts: Vec<&str> = ids
            .split([',', ';', '、'])
            .filter_map(|id| profile.citation(id.trim(), today))
            .map(|citation| citation.text.as_str())
            .collect();
        supplied.set("citations", texts.join("、"))?;
    }
    Ok(supplied)
}
