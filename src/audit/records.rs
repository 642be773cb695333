//! Whether every evidence record proves its bundle, and which seals end soon.
//!
//! A record is judged as of the office's clock under the anchors evidence is judged by, over the
//! bundle's very bytes where its SHA-256 is not enough. What the register says of it must be what
//! it is. Whether its bytes are there was told with all objects. Source: RFC 4998; L223.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{AuditFinding, Finding, tell_once};
use crate::{
    office::{Office, evidence_room::Kept, journal, office_folder::OfficeError, state::text},
    problem::{Report, alone as report},
    register::Recorded,
};

/// How long before its end a seal is told of.
const NOTICE: TimeDelta = TimeDelta::days(365);

/// When the certificates of each bundle's own timestamp end, by number.
pub(super) type Ends = BTreeMap<String, DateTime<Utc>>;

/// Checks every record; answers what is to be told of seals that end soon.
pub(super) fn check(
    office: &Office,
    sealed: &Ends,
    findings: &mut Vec<Finding>,
) -> Result<Option<Report>, Vec<Report>> {
    // A machine whose clock is behind was told of; what was registered since is judged all the same.
    let newest = office.view().newest().map_err(|error| report(OfficeError::from(error)))?;
    let newest = newest.map(|entry| entry.recorded_at().with_timezone(&Utc));
    let now = office.now().with_timezone(&Utc);
    let now = newest.map_or(now, |newest| newest.max(now));
    let anchors = match office.evidence_anchors() {
        Ok(anchors) => anchors,
        // Without anchors no record is judged; that is told once, with the bundles or here.
        Err(faults) => {
            tell_once(faults, None, findings);
            return Ok(None);
        }
    };
    let gone = office.shelves().map_err(report)?.disposed;
    let mut ageing = 0_usize;
    let mut first: Option<DateTime<Utc>> = None;
    for bundle in office.bundles().map_err(report)? {
        if gone.contains_key(&bundle.id) {
            continue;
        }
        let entry = office.view().last(&journal::EVIDENCE_RENEWED, &bundle.id);
        let entry = entry.map_err(|error| report(OfficeError::from(error)))?;
        let seq = entry.as_ref().map(Recorded::seq);
        match office.judge_record(&bundle, &anchors, now) {
            Ok(proven) => {
                if let (Some(entry), Some(proven)) = (&entry, &proven) {
                    let body = &entry.entry().body;
                    let stamps = body.get("stamps").and_then(Value::as_u64);
                    let is_told = text(body, "covers") == Some(&bundle.object.to_string())
                        && stamps == u64::try_from(proven.stamps).ok();
                    if !is_told {
                        let entry = entry.seq();
                        let bundle = bundle.id.clone();
                        let told = AuditFinding::RecordDiffers { bundle, entry };
                        findings.push(Finding { entry: Some(entry), report: told.into() });
                    }
                }
                let own = sealed.get(&bundle.id).copied();
                let until = proven.map(|proven| proven.until).or(own);
                if let Some(until) = until.filter(|until| *until <= now + NOTICE) {
                    ageing += 1;
                    first = Some(first.map_or(until, |first| first.min(until)));
                }
            }
            Err(reports) => findings.extend(
                reports
                    .iter()
                    .filter(|why| is_of_record(why))
                    .map(|why| Finding { entry: seq, report: record_finding(&bundle, why) }),
            ),
        }
    }
    Ok(first.map(|until| {
        let until = until.with_timezone(office.now().offset()).date_naive().to_string();
        AuditFinding::Ageing { bundles: ageing, until }.into()
    }))
}

/// What lies in an object's place was told with the other objects.
fn is_of_record(why: &Report) -> bool {
    !why.code.code.starts_with("CH-S") && why.code.code != "CH-X041"
}

fn record_finding(bundle: &Kept, why: &Report) -> Report {
    Report::quoting(why, |detail| AuditFinding::Record {
        bundle: bundle.id.clone(),
        detail: detail.to_owned(),
    })
}
