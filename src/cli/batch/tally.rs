//! What the rows of a batch came to.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chancery::letter::{
    batch::{Fate, Lettered, Told, Watch},
    print::lists::RefusedRow,
};
use indicatif::ProgressBar;
use serde_json::{Value, json};

/// What the rows came to.
pub(super) struct Tally {
    pub(super) stop: Arc<AtomicBool>,
    pub(super) bar: ProgressBar,
    pub(super) rows: u64,
    pub(super) issued: u64,
    pub(super) already: u64,
    pub(super) refused: u64,
    pub(super) unread: u64,
    pub(super) letters: Vec<(u64, Lettered)>,
    pub(super) refusals: Vec<RefusedRow>,
}

impl Watch for Tally {
    fn told(&mut self, told: Told) {
        self.rows = self.rows.saturating_add(1);
        self.bar.inc(1);
        let Told { row, request, fate } = told;
        let count = match fate {
            Fate::Issued(letter) => {
                self.letters.push((row, letter));
                &mut self.issued
            }
            Fate::Already(letter) => {
                self.letters.push((row, letter));
                &mut self.already
            }
            Fate::Refused(reports) => {
                self.refusals.push(RefusedRow { row, request, reports });
                &mut self.refused
            }
            Fate::Unread(reports) => {
                self.refusals.push(RefusedRow { row, request, reports });
                &mut self.unread
            }
        };
        *count = count.saturating_add(1);
    }

    fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Tally {
    pub(super) const fn new(stop: Arc<AtomicBool>, bar: ProgressBar) -> Self {
        Self {
            stop,
            bar,
            rows: 0,
            issued: 0,
            already: 0,
            refused: 0,
            unread: 0,
            letters: Vec::new(),
            refusals: Vec::new(),
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "rows": self.rows,
            "issued": self.issued,
            "already": self.already,
            "refused": self.refused,
            "unread": self.unread,
        })
    }

    pub(super) fn codes(&self) -> BTreeMap<&'static str, u64> {
        let mut codes: BTreeMap<&'static str, u64> = BTreeMap::new();
        for report in self.refusals.iter().flat_map(|one| &one.reports) {
            let count = codes.entry(report.code.code).or_default();
            *count = count.saturating_add(1);
        }
        codes
    }
}
