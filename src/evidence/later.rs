//! What a bundle's seal is worth at a later time.
//!
//! The token inside says when the bundle was sealed. That word counts as long as its authority's
//! certificates are good; after that only if an evidence record took it up before they ended.
//! Source: RFC 4998, section 5; EN 319 122-1, long-term availability.

use chrono::{DateTime, Utc};

use super::{BundleFacts, Finding, renewal::Proven};
use crate::problem::Report;

crate::problems! {
    /// What is wrong with a seal at the time of judgement.
    pub enum LaterFinding {
        /// Nothing carries the token.
        Ended { until: String, at: String } = "CH-E182", Finding,
            "the certificates of the bundle's timestamp ended on {until}, and no evidence record carries it to {at}" => "name the bundle's evidence record; without one the seal proves nothing at that time",
            "证据包时间戳的证书已于 {until} 到期，没有证据记录将其延续至 {at}" => "请提供该证据包的证据记录；没有它，封存在该时点不再具有证明力";
        /// The record came too late.
        Gap { until: String, since: String } = "CH-E183", Finding,
            "the certificates of the bundle's timestamp ended on {until}, before its evidence record began on {since}" => "the proof ends there; cover bundles earlier",
            "证据包时间戳的证书已于 {until} 到期，早于证据记录开始的 {since}" => "证明止于此处；请更早续证";
        /// It was sealed after the time of judgement.
        NotYet { sealed: String } = "CH-E184", Finding,
            "at that time the bundle was not sealed yet: its timestamp is of {sealed}" => "give a time after that",
            "在该时点证据包尚未封存：其时间戳为 {sealed}" => "请给出此后的时间";
    }
}

/// What is wrong with the seal that `facts` are of at the time `at`, with what its evidence record
/// proves, if it has one. What has no token at all was told before.
#[must_use]
pub fn judge(facts: &BundleFacts, record: Option<&Proven>, at: DateTime<Utc>) -> Option<Finding> {
    let (sealed, until) = (facts.gen_time?, facts.stamp_until?);
    let told: Report = if at < sealed {
        LaterFinding::NotYet { sealed: sealed.to_rfc3339() }.into()
    } else {
        let ended = until.to_rfc3339();
        match record {
            Some(proven) if until < proven.since => {
                let since = proven.since.to_rfc3339();
                LaterFinding::Gap { until: ended, since }.into()
            }
            None if until < at => LaterFinding::Ended { until: ended, at: at.to_rfc3339() }.into(),
            _ => return None,
        }
    };
    Some(Finding { file: None, report: told })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::testing::at;

    fn code(record: Option<(&str, &str)>, when: &str) -> Option<&'static str> {
        let facts = BundleFacts {
            gen_time: Some(at("2026-06-01T00:00:00Z")),
            stamp_until: Some(at("2035-01-01T00:00:00Z")),
            ..BundleFacts::default()
        };
        let record = record.map(|(since, renewed)| Proven {
            since: at(since),
            renewed: at(renewed),
            until: at(renewed),
            stamps: 2,
            algorithms: Vec::new(),
        });
        judge(&facts, record.as_ref(), at(when)).map(|finding| finding.report.code.code)
    }

    #[test]
    fn a_seal_counts_until_its_certificates_end_unless_a_record_took_it_up_before() {
        assert_eq!(code(None, "2034-12-31T00:00:00Z"), None);
        assert_eq!(code(None, "2035-01-02T00:00:00Z"), Some("CH-E182"));
        assert_eq!(code(None, "2026-05-31T00:00:00Z"), Some("CH-E184"));
        let timely = Some(("2034-12-01T00:00:00Z", "2044-01-01T00:00:00Z"));
        assert_eq!(code(timely, "2046-01-01T00:00:00Z"), None);
        let late = Some(("2035-02-01T00:00:00Z", "2044-01-01T00:00:00Z"));
        assert_eq!(code(late, "2046-01-01T00:00:00Z"), Some("CH-E183"));
    }
}
