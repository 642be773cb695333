//! The register: append, many things at once or none, under one writer's lock.
//!
//! Owns [`Register`] and [`Tx`]. An entry's place, time and chaining are decided while the lock is
//! held; a number is given only by the entry that takes it. Refuses a clock that is behind the
//! last entry, and keeps nothing of a transaction of which one step failed.
//! Source: SPEC Register; RFC 6962 section 2.1.

use chrono::{DateTime, FixedOffset};

use super::{
    checkpoint::{Checkpoint, LogSigner, Note},
    entry::{self, Draft, Entry, EntrySigner, Place},
    error::{RegisterError, Result},
    merkle::{Frontier, TILE_LEVELS, leaf_hash},
    store::{IndexLine, Rows, Store, Transaction},
    time::{self, Clock},
    view::{Recorded, Stored, View},
};
use crate::digest::Digest;

/// An append-only register over a store.
#[derive(Debug)]
pub struct Register<S> {
    store: S,
}

/// What a transaction came to, once it is on disk.
#[derive(Debug)]
pub struct Committed<T> {
    /// What the work returned.
    pub value: T,
    /// The entries it registered or found registered already, in the order it named them.
    pub recorded: Vec<Recorded>,
}

/// An entry of a transaction that is not yet committed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pending {
    /// Its place.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf_hash: Digest,
    /// Whether this transaction adds it, or it was registered before.
    pub new: bool,
}

impl<S: Store> Register<S> {
    /// Founds a register in an empty store with its first entry.
    ///
    /// # Errors
    /// [`RegisterError::AlreadyFounded`], and those of [`Register::append`].
    pub fn create(
        store: S,
        genesis: Draft,
        signer: &dyn EntrySigner,
        clock: &dyn Clock,
    ) -> Result<(Self, Recorded)> {
        let mut register = Self { store };
        let committed = register.transact(|tx| {
            if tx.frontier.size() != 0 {
                return Err(RegisterError::AlreadyFounded);
            }
            tx.append(genesis, signer, clock)
        })?;
        let founded = committed.recorded.into_iter().next().ok_or(RegisterError::NotFounded)?;
        Ok((register, founded))
    }

    /// Opens a founded register.
    ///
    /// # Errors
    /// [`RegisterError::NotFounded`] if it holds no entry, or those of the storage.
    pub fn open(store: S) -> Result<Self> {
        if store.rows().size()? == 0 { Err(RegisterError::NotFounded) } else { Ok(Self { store }) }
    }

    /// Looks things up. Each look-up sees what is committed by then.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View::of(self.store.rows())
    }

    /// A view of one moment, for reading long while others write.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn snapshot(&self) -> Result<Box<dyn Rows + '_>> {
        self.store.snapshot()
    }

    /// Registers one thing. Durable on return.
    ///
    /// # Errors
    /// Those of [`Tx::append`] and of the storage. After a fault the entry may stand all the same:
    /// look before trying again, or use [`Register::append_once`].
    pub fn append(
        &mut self,
        draft: Draft,
        signer: &dyn EntrySigner,
        clock: &dyn Clock,
    ) -> Result<Recorded> {
        let committed = self.transact(|tx| tx.append(draft, signer, clock))?;
        committed.recorded.into_iter().next().ok_or(RegisterError::Spoiled)
    }

    /// Registers one thing unless it is registered already. Durable on return, safe to retry.
    ///
    /// # Errors
    /// Those of [`Tx::append_once`] and of the storage.
    pub fn append_once(
        &mut self,
        draft: Draft,
        signer: &dyn EntrySigner,
        clock: &dyn Clock,
    ) -> Result<Recorded> {
        let committed = self.transact(|tx| tx.append_once(draft, signer, clock))?;
        committed.recorded.into_iter().next().ok_or(RegisterError::Spoiled)
    }

    /// Does `work` under the writer's lock and commits it, or keeps nothing of it.
    ///
    /// # Errors
    /// Whatever `work` returns, and those of the storage as [`RegisterError`].
    pub fn transact<T, E, W>(&mut self, work: W) -> std::result::Result<Committed<T>, E>
    where
        E: From<RegisterError>,
        W: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
    {
        let mut tx = Tx::begin(self.store.begin()?)?;
        let value = work(&mut tx)?;
        Ok(Committed { value, recorded: tx.commit()? })
    }

    /// Signs and files a checkpoint of the register as it is now.
    ///
    /// # Errors
    /// [`RegisterError::ClockBehind`], [`RegisterError::BadTime`], or those of the storage.
    pub fn checkpoint(&mut self, signer: &LogSigner, now: DateTime<FixedOffset>) -> Result<Note> {
        Ok(self.checkpoint_after(signer, now, |_| Ok::<(), RegisterError>(()))?.0)
    }

    /// As [`Register::checkpoint`], filed once `before` has done what must go before: one that
    /// fails leaves nothing filed.
    ///
    /// # Errors
    /// As [`Register::checkpoint`], and those of `before`.
    pub fn checkpoint_after<T, E: From<RegisterError>>(
        &mut self,
        signer: &LogSigner,
        now: DateTime<FixedOffset>,
        before: impl FnOnce(&Note) -> std::result::Result<T, E>,
    ) -> std::result::Result<(Note, T), E> {
        let Tx { inner: mut tx, frontier, earliest, .. } = Tx::begin(self.store.begin()?)?;
        let now = time::whole(now)?;
        refuse_before(earliest, now)?;
        let checkpoint = Checkpoint::at(signer.name(), frontier.size(), frontier.root(), now)?;
        let note = signer.sign(&checkpoint)?;
        let done = before(&note)?;
        tx.file_note(frontier.size(), note.as_str())?;
        tx.commit()?;
        Ok((note, done))
    }

    /// Makes the index again from the leaves.
    ///
    /// # Errors
    /// [`RegisterError::DamagedEntry`] if a leaf cannot be read, or those of the storage.
    pub fn rebuild_index(&mut self) -> Result<()> {
        let mut tx = self.store.begin()?;
        tx.clear_index()?;
        let mut from = 0;
        loop {
            let page = tx.rows().leaves(from, super::view::PAGE)?;
            let Some(last) = page.last() else { break };
            from = last.seq.saturating_add(1);
            for row in page {
                let damaged = |_| RegisterError::DamagedEntry { seq: row.seq };
                let entry = Entry::parse(&row.leaf).map_err(damaged)?;
                tx.put_line(&IndexLine { seq: row.seq, ..IndexLine::of(&entry) })?;
            }
        }
        tx.commit()
    }

    /// The store, when the register is no longer needed.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }
}

/// A transaction: appends and look-ups that belong together.
pub struct Tx<'a> {
    inner: Box<dyn Transaction + 'a>,
    frontier: Frontier,
    /// Leaf hash of the last entry.
    previous: Digest,
    /// Time of the last entry or checkpoint.
    earliest: Option<DateTime<FixedOffset>>,
    recorded: Vec<Recorded>,
    spoiled: bool,
}

impl<'a> Tx<'a> {
    fn begin(inner: Box<dyn Transaction + 'a>) -> Result<Self> {
        let frontier = inner.rows().frontier()?;
        if frontier.size() != inner.rows().size()? {
            return Err(RegisterError::Damaged { what: "its tree and its entries disagree" });
        }
        let view = View::of(inner.rows());
        let last = view.newest()?;
        let newest = view.newest_checkpoint().map_err(|error| match error {
            RegisterError::NotACheckpoint { .. } => {
                RegisterError::Damaged { what: "its newest checkpoint cannot be read" }
            }
            other => other,
        })?;
        let signed_at = newest.and_then(|note| note.checkpoint().signed_at());
        let earliest = last.as_ref().map(Recorded::recorded_at).max(signed_at);
        let previous = last.map_or(Digest::from_bytes([0; 32]), |last| last.leaf_hash());
        Ok(Self { inner, frontier, previous, earliest, recorded: Vec::new(), spoiled: false })
    }

    /// Looks things up, this transaction's own entries among them.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View::of(self.inner.rows())
    }

    /// Registers `draft` as the next entry.
    ///
    /// # Errors
    /// Of the draft: [`RegisterError::BadSubject`], [`RegisterError::BadBody`],
    /// [`RegisterError::BodyTooLarge`], [`RegisterError::BadSeries`],
    /// [`RegisterError::NumberNotNext`], [`RegisterError::OccurredLater`]. Of the clock:
    /// [`RegisterError::ClockBehind`], [`RegisterError::BadTime`]. [`RegisterError::Signing`], and
    /// those of the storage, after which this transaction cannot be committed.
    pub fn append(
        &mut self,
        draft: Draft,
        signer: &dyn EntrySigner,
        clock: &dyn Clock,
    ) -> Result<Pending> {
        let now = time::whole(clock.now())?;
        refuse_before(self.earliest, now)?;
        let place = Place { seq: self.frontier.size(), previous: self.previous, recorded_at: now };
        let (entry, leaf) = entry::sign(draft, &place, signer)?;
        if let Some(number) = entry.number() {
            let expected = self.view().next_number(number.series())?.value();
            if number.value() != expected {
                return Err(RegisterError::NumberNotNext { expected });
            }
        }
        let recorded = Recorded::new(entry, leaf);
        if let Err(error) = self.keep(&recorded) {
            self.spoiled = true;
            return Err(error);
        }
        (self.previous, self.earliest) = (recorded.leaf_hash(), Some(now));
        Ok(self.name(recorded, true))
    }

    /// Registers `draft`, unless the last entry of its kind and subject says the same.
    ///
    /// This is how a caller tries again who got no answer.
    ///
    /// # Errors
    /// [`RegisterError::Differs`] if that entry says something else, and those of [`Tx::append`].
    pub fn append_once(
        &mut self,
        draft: Draft,
        signer: &dyn EntrySigner,
        clock: &dyn Clock,
    ) -> Result<Pending> {
        let Some(found) = self.view().last(&draft.kind, &draft.subject)? else {
            return self.append(draft, signer, clock);
        };
        let occurred_at = draft.occurred_at.map(time::whole).transpose()?;
        let entry = found.entry();
        if entry.body == draft.body && entry.occurred_at == occurred_at {
            Ok(self.name(found, false))
        } else {
            Err(RegisterError::Differs { seq: found.seq() })
        }
    }

    fn name(&mut self, recorded: Recorded, new: bool) -> Pending {
        let pending = Pending { seq: recorded.seq(), leaf_hash: recorded.leaf_hash(), new };
        self.recorded.push(recorded);
        pending
    }

    fn keep(&mut self, recorded: &Recorded) -> Result<()> {
        self.inner.push(recorded.leaf(), &IndexLine::of(recorded.entry()))?;
        self.frontier.push(leaf_hash(recorded.leaf()));
        self.inner.set_frontier(&self.frontier)?;
        let (mut tier, mut count) = (0, self.frontier.size());
        while count.trailing_zeros() >= TILE_LEVELS {
            count >>= TILE_LEVELS;
            let index = count.saturating_sub(1);
            let tile = Stored(self.inner.rows()).make_tile(tier, index)?;
            self.inner.put_tile(tier, index, &tile)?;
            tier += 1;
        }
        Ok(())
    }

    fn commit(self) -> Result<Vec<Recorded>> {
        if self.spoiled {
            return Err(RegisterError::Spoiled);
        }
        self.inner.commit()?;
        Ok(self.recorded)
    }
}

fn refuse_before(
    earliest: Option<DateTime<FixedOffset>>,
    now: DateTime<FixedOffset>,
) -> Result<()> {
    match earliest.filter(|earliest| now < *earliest) {
        Some(earliest) => Err(RegisterError::ClockBehind { last: time::format(&earliest)? }),
        None => Ok(()),
    }
}
