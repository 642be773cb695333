//! The certificate that a bundle is archived, as values of an internal document.
//!
//! Owns the values of DOCUMENTS 22, read from the bundle's register entry after the bundle itself
//! was verified. Refuses a bundle that does not verify, and another principal's case. Reads only.

use serde_json::Value;

use super::{internal::Wanted, issued::text};
use crate::{
    case::{
        date,
        facts::{FactsError, OfficeContext},
    },
    office::{
        Office, disposal_room::Disposal, evidence_room::Kept, journal, office_folder::OfficeError,
        state::Hold,
    },
    problem::{Report, alone as report},
};

/// Facts of a disposal that the profile supplies to every document.
const OF_THE_PRINCIPAL: [&str; 1] = ["principal_name"];

crate::problems! {
    /// Why a certificate is not made.
    pub enum CertificateRefusal {
        /// The bundle is not as it was sealed.
        NotSound { bundle: String, findings: usize } = "CH-R152", Refusal,
            "bundle `{bundle}` does not verify: {findings} findings" => "run `chancery evidence verify`; restore the bundle from a copy first",
            "证据包 `{bundle}` 核验不通过，发现 {findings} 项" => "请运行 `chancery evidence verify`，先从副本恢复";
        /// Letters of its case were written for another principal.
        OtherPrincipal = "CH-R153", Refusal,
            "the case of this bundle is another principal's" => "name the principal whose case it is",
            "该证据包所属案件并非本委托方的案件" => "请指明案件所属的委托方";
    }
}

/// Document 22 for `bundle`.
///
/// # Errors
/// [`CertificateRefusal`], and where register or archive cannot be read.
pub fn of_bundle(office: &Office, principal: &str, bundle: &Kept) -> Result<Wanted, Vec<Report>> {
    let fault = |error| report(OfficeError::from(error));
    let view = office.view();
    let mut of_case = Vec::new();
    for entry in view.find(Some(&journal::LETTER_PREPARED), None) {
        let entry = entry.map_err(fault)?;
        if text(&entry.entry().body, "case") == bundle.case {
            of_case.push(text(&entry.entry().body, "principal"));
        }
    }
    if !of_case.is_empty() && !of_case.iter().any(|one| one == principal) {
        return Err(report(CertificateRefusal::OtherPrincipal));
    }
    let verified = office.verify_bundle(bundle)?;
    if !verified.findings.is_empty() {
        let findings = verified.findings.len();
        return Err(report(CertificateRefusal::NotSound { bundle: bundle.id.clone(), findings }));
    }
    let entry = view.get(bundle.seq).map_err(fault)?;
    let body = entry.as_ref().map(|entry| &entry.entry().body);
    let payload = body.and_then(|body| body.get("payload_bytes")).and_then(Value::as_u64);
    let signer = body.map(|body| text(body, "signer")).unwrap_or_default();
    let archived = view.last(&journal::EVIDENCE_ARCHIVED, &bundle.id).map_err(fault)?;
    let archived = archived.map_or_else(|| office.now(), |entry| entry.recorded_at());
    let holds = office.state().holds.get(&bundle.case).map_or(&[][..], Vec::as_slice);
    let mut values = OfficeContext::default();
    let kept = format!("案件未结，不早于{}", date::display(bundle.kept_not_before));
    for (field, value) in [
        ("bundle_id", bundle.id.clone()),
        ("file_count", bundle.files.to_string()),
        ("bytes", payload.unwrap_or(bundle.bytes).to_string()),
        ("manifest_hash", bundle.manifest.to_string()),
        ("key_fp", signer),
        ("last_day_kept", kept),
        ("hold", standing(holds)),
    ] {
        values.tell(field, value).map_err(report)?;
    }
    values.tell("archived_at", archived.naive_local()).map_err(report)?;
    Ok(Wanted {
        kind: "archive_certificate".to_owned(),
        principal: principal.to_owned(),
        case: Some(bundle.case.clone()),
        values,
    })
}

/// Document 23 for what was destroyed.
///
/// # Errors
/// [`FactsError`] if a value is none of its field.
pub fn of_disposal(disposal: &Disposal) -> Result<Wanted, FactsError> {
    let mut values = OfficeContext::default();
    let said = disposal.facts.iter();
    for (field, value) in said.filter(|(field, _)| !OF_THE_PRINCIPAL.contains(*field)) {
        match *field {
            "destroyed_at" => values.tell(field, disposal.at.naive_local())?,
            "last_day_kept" => values.tell(field, printed_day(value))?,
            _ => values.tell(field, value.as_str())?,
        }
    }
    Ok(Wanted {
        kind: "destruction_certificate".to_owned(),
        principal: disposal.principal.clone(),
        case: Some(disposal.case.clone()),
        values,
    })
}

/// A day of the register as letters print it.
fn printed_day(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), date::display)
}

/// Holds as documents name them.
#[must_use]
pub fn standing(holds: &[Hold]) -> String {
    let names: Vec<&str> = holds.iter().map(|hold| label(&hold.kind)).collect();
    if names.is_empty() { "无".to_owned() } else { names.join("、") }
}

/// A kind of hold as a certificate names it.
fn label(kind: &str) -> &str {
    match kind {
        "suspended" => "暂停催收",
        "dispute" => "争议",
        "complaint" => "投诉",
        "denial" => "否认交易",
        "identity_mismatch" => "身份不符",
        "small_debt_objection" => "小额异议",
        "do_not_collect" => "禁止催收",
        "principal_locked" => "委托人锁定",
        "deceased" => "死亡",
        "imprisoned" => "服刑",
        "forged" => "伪冒",
        "hardship" => "困难",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_kind_of_hold_has_a_name() {
        for kind in crate::office::hold::KINDS {
            assert_ne!(super::label(kind), kind);
        }
    }
}
