//! Evidence records: made for bundles that have none, renewed where they stand.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Reports, TimeError, Timing};
use crate::{
    digest::Digest,
    evidence::renewal::{self, Hashes, Member, Record, Stamping},
    office::{Office, evidence_room::Kept, journal, operator::Role},
    problem::{Report, alone as report},
    register::Draft,
    signing::{DigestAlgorithm, TimestampAuthority},
};

/// A record that was put beside its bundle.
#[derive(Clone, Debug)]
pub struct Renewed {
    /// The bundle.
    pub bundle: String,
    /// The record's object.
    pub record: Digest,
    /// Stamps in it.
    pub stamps: usize,
    /// Algorithm of its newest chain.
    pub algorithm: DigestAlgorithm,
    /// The entry.
    pub entry: u64,
}

/// What is to be renewed besides bundles that have no record.
#[derive(Clone, Copy, Debug, Default)]
pub struct RenewalWish {
    /// Put a new stamp over the records that stand.
    pub again: bool,
    /// Hash anew by this algorithm what is known by weaker ones.
    pub algorithm: Option<DigestAlgorithm>,
}

/// What became of a renewal.
#[derive(Debug, Default)]
pub struct Renewal {
    /// Records that were made.
    pub done: Vec<Renewed>,
    /// Records that do not hold, and were left as they are.
    pub left: Vec<Report>,
}

type ToRenew = (Vec<Kept>, Vec<(Kept, Record)>, Vec<Report>);

impl Office {
    /// Covers every bundle by an evidence record that has none; with `wish.again` puts a new stamp
    /// over the records that stand, too; with `wish.algorithm` hashes all anew whose newest chain
    /// is of a weaker one. A record that no longer holds is told and left as it is.
    ///
    /// # Errors
    /// [`renewal::RecordError`]; faults of register and archive.
    pub fn renew_evidence(&mut self, wish: RenewalWish, by: &mut Timing<'_>) -> Reports<Renewal> {
        by.actor.require(Role::Archivist).map_err(report)?;
        let _lock = self.room_lock().map_err(report)?;
        self.settle_staged().map_err(report)?;
        let authority = self.timestamp_authority(by.credentials, by.ask)?;
        let authority: &dyn TimestampAuthority = authority.as_ref();
        let now = self.now().with_timezone(&Utc);
        let (fresh, standing, left) = self.to_renew(wish, now)?;
        let mut made: Vec<(Kept, Record)> = Vec::new();
        if !fresh.is_empty() {
            let algorithm = wish.algorithm.unwrap_or(DigestAlgorithm::Sha256);
            let mut groups = Vec::with_capacity(fresh.len());
            for bundle in &fresh {
                groups.push(self.group(bundle, &[algorithm], None)?);
            }
            let stamping = Stamping { authority, nonce: by.nonce()?, now };
            let records = renewal::cover(algorithm, &groups, &stamping).map_err(report)?;
            made.extend(fresh.into_iter().zip(records));
        }
        let mut aged: Vec<(Kept, Record)> = Vec::new();
        let mut stamped: BTreeMap<DigestAlgorithm, (Vec<Kept>, Vec<Record>)> = BTreeMap::new();
        for (bundle, record) in standing {
            if wish.algorithm.is_some_and(|algorithm| record.algorithm() < algorithm) {
                aged.push((bundle, record));
            } else if wish.again {
                let (bundles, records) = stamped.entry(record.algorithm()).or_default();
                bundles.push(bundle);
                records.push(record);
            }
        }
        for (bundles, records) in stamped.into_values() {
            let stamping = Stamping { authority, nonce: by.nonce()?, now };
            let records = renewal::renew(&records, &stamping).map_err(report)?;
            made.extend(bundles.into_iter().zip(records));
        }
        if let Some(algorithm) = wish.algorithm.filter(|_| !aged.is_empty()) {
            let mut members = Vec::with_capacity(aged.len());
            for (bundle, record) in &aged {
                let algorithms = [record.algorithms(), &[algorithm]].concat();
                let objects = self.group(bundle, &algorithms, Some(record))?;
                members.push(Member { record, objects });
            }
            let stamping = Stamping { authority, nonce: by.nonce()?, now };
            let records = renewal::rehash(algorithm, &members, &stamping).map_err(report)?;
            made.extend(aged.into_iter().map(|(bundle, _)| bundle).zip(records));
        }
        let mut done = Vec::new();
        for (bundle, record) in made {
            let bytes = record.to_der().map_err(report)?;
            let algorithm = record.algorithm();
            let draft = Draft::new(journal::EVIDENCE_RENEWED, bundle.id.clone())
                .with("sealed", bundle.seq)
                .with("covers", bundle.object.to_string())
                .with("stamps", u64::try_from(record.stamps()).unwrap_or(u64::MAX))
                .with("algorithm", algorithm.name());
            let (object, entry) = self.put_sibling(&bytes, draft, by.actor)?;
            let (bundle, stamps) = (bundle.id, record.stamps());
            done.push(Renewed { bundle, record: object, stamps, algorithm, entry: entry.seq() });
        }
        Ok(Renewal { done, left })
    }

    /// Bundles without a record, those with one that holds, and what is told of the others. Only
    /// what `wish` touches is judged.
    fn to_renew(&self, wish: RenewalWish, now: DateTime<Utc>) -> Reports<ToRenew> {
        let anchors = self.evidence_anchors()?;
        let gone = self.shelves().map_err(report)?.disposed;
        let mut fresh: Vec<Kept> = Vec::new();
        let mut standing: Vec<(Kept, Record)> = Vec::new();
        let mut left: Vec<Report> = Vec::new();
        for bundle in self.bundles().map_err(report)? {
            if gone.contains_key(&bundle.id) {
                continue;
            }
            let record = match self.record_of(&bundle) {
                Ok(None) => {
                    fresh.push(bundle);
                    continue;
                }
                Ok(Some(record)) => Ok(record),
                Err(reports) => Err(reports),
            };
            let judged = record.and_then(|record| {
                let ages = wish.algorithm.is_some_and(|algorithm| record.algorithm() < algorithm);
                if !wish.again && !ages {
                    return Ok(None);
                }
                self.judged(&record, &bundle, &anchors, now)?;
                Ok(Some(record))
            });
            match judged {
                Ok(Some(record)) => standing.push((bundle, record)),
                Ok(None) => {}
                Err(reports) => {
                    left.extend(reports.iter().map(|why| not_renewed(&bundle.id, why)));
                }
            }
        }
        Ok((fresh, standing, left))
    }

    /// Digests of a bundle and of its late token; with `record` of the token only if it was there
    /// when the record began.
    fn group(
        &self,
        bundle: &Kept,
        algorithms: &[DigestAlgorithm],
        record: Option<&Record>,
    ) -> Reports<Vec<Hashes>> {
        let mut group = vec![self.hashes(&bundle.object, algorithms)?];
        let token = self.sibling(&journal::EVIDENCE_TIMESTAMPED, &bundle.id).map_err(report)?;
        if let Some(token) = token {
            let token = self.hashes(&token, algorithms)?;
            let began = record.map(|record| record.begins_with(&token)).transpose();
            if began.map_err(report)?.unwrap_or(true) {
                group.push(token);
            }
        }
        Ok(group)
    }
}

fn not_renewed(bundle: &str, why: &Report) -> Report {
    Report::quoting(why, |why| TimeError::NotRenewed {
        bundle: bundle.to_owned(),
        why: why.to_owned(),
    })
}
