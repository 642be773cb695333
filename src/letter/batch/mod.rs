//! A file of requests, issued many at a time.
//!
//! Rules are examined and entries signed in the order of the rows, in one thread, under the issuing
//! lock; pages are made by workers beside it. No other desk can take a number meanwhile, so each
//! letter is made with the number it will get, and prepared and issued by one transaction for a
//! group of letters: whatever is cut off before it leaves neither number nor letter, whatever is cut
//! off after it is completed by recovery. The state is compared within that transaction: a hold or
//! a withdrawal that another process registered before it counts. Owns no file of output.
//! Source: SPEC decision 3, `docs/decisions/0011-batches.md`.

mod line;
pub mod proof;
mod worker;

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        mpsc::{channel, sync_channel},
    },
    thread,
};

use self::line::Line;
use super::desk::{Desk, Fault};
use crate::{archive::LocalArchive, case::intake::Row, digest::Digest, problem::Report};

crate::problems! {
    /// Why a row of a batch gives no letter, or a batch cannot be done.
    pub enum BatchProblem {
        /// The request stands twice in the file.
        Duplicate { first: u64 } = "CH-B100", Refusal,
            "the request stands in row {first} already" => "remove one of the two rows, or give the other letter its own request id",
            "该请求已见于第 {first} 行" => "请删除其中一行，或为另一封函件使用新的请求编号";
        /// The issuer was revoked while the batch ran.
        Revoked = "CH-B101", Refusal,
            "the operator who issues was revoked" => "let another clerk run the same command; nothing is issued twice",
            "签发人已被注销" => "请由其他信函经办人执行同一命令，不会重复签发";
    }
}

/// Letters of one transaction.
pub(super) const GROUP: usize = 32;

/// How a batch is worked off.
#[derive(Clone, Debug)]
pub struct Run {
    /// Name of the batch, entered with each letter.
    pub batch: String,
    /// Threads that make pages.
    pub workers: usize,
}

/// What became of a row.
#[derive(Debug)]
pub enum Fate {
    /// A letter was issued.
    Issued(Lettered),
    /// It had been issued before, from the same content.
    Already(Lettered),
    /// Rules refused it; the refusal is registered.
    Refused(Vec<Report>),
    /// The row could not be read.
    Unread(Vec<Report>),
}

/// A letter of a batch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lettered {
    /// Its number.
    pub number: String,
    /// Its pages.
    pub pages: u64,
    /// Batch that issued it, if a batch did.
    pub batch: Option<String>,
}

/// A row that is done.
#[derive(Debug)]
pub struct Told {
    /// Row of the file, counted from one.
    pub row: u64,
    /// Request id, masked; none if the row could not be read.
    pub request: Option<String>,
    /// What became of it.
    pub fate: Fate,
}

/// Whoever watches a batch.
pub trait Watch {
    /// A row is done. What is issued is told when its entries are on disk.
    fn told(&mut self, told: Told);

    /// Whether to stop: what is begun is finished, no further row is taken.
    fn stop(&self) -> bool;
}

impl Desk<'_> {
    /// Name of the batch of the file with `digest`.
    #[must_use]
    pub fn batch_name(&self, digest: &Digest) -> String {
        let value = self.index.value("batch", &digest.to_string());
        format!("B-{}", value.get(..10).unwrap_or_default())
    }

    /// Issues the letters of `rows`, each once; says whether all rows were taken.
    ///
    /// # Errors
    /// [`Fault`]: no row was refused for it. What is registered by then stands; the same rows again
    /// resume.
    pub fn batch(
        &mut self,
        rows: &mut dyn Iterator<Item = Row>,
        run: &Run,
        watch: &mut dyn Watch,
    ) -> Result<bool, Fault> {
        self.look_again()?;
        let folder = self.office.paths().archive();
        let archives: Vec<LocalArchive> = (0..run.workers.max(1))
            .map(|_| LocalArchive::open_folder(&folder))
            .collect::<Result<_, _>>()
            .map_err(Fault::from)?;
        let (send, jobs) = channel();
        let (give, done) = sync_channel(GROUP);
        let jobs = Mutex::new(jobs);
        thread::scope(|scope| {
            for archive in archives {
                let (jobs, give) = (&jobs, give.clone());
                scope.spawn(move || worker::work(jobs, &give, &archive));
            }
            drop(give);
            // The line goes before the scope waits, and with it the workers' jobs.
            Line::new(self, run, send, done)?.run(rows, watch)
        })
    }
}

/// Rows seen in this run by keyed request.
type Seen = HashMap<String, u64>;
