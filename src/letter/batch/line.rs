//! The line of letters between row and register.
//!
//! Rows enter at the back, letters leave at the front in groups, in the order of their rows, so
//! that numbers follow the file. A page that is refused leaves the line, and those behind it are
//! made again with the number before.

mod group;

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender},
    },
};

use chrono::{Datelike as _, NaiveDate};

use super::{
    super::{
        commit,
        desk::{self, Against, Desk, DeskError, Fault, Ready, Unmade},
        issued::{find, text},
        policy::PolicyRefusal,
        record::Record,
    },
    BatchProblem, Fate, GROUP, Lettered, Run, Seen, Told, Watch,
    worker::{Done, Job, Staged},
};
use crate::{
    archive::Objects as _,
    case::{intake::Row, request::Request},
    digest::Digest,
    masking::{Masking, mask_text},
    office::journal,
    problem::Report,
    register::{Draft, RegisterError},
    template::package::Package,
};

/// Letters in line at most.
const WINDOW: usize = 2 * GROUP;

/// A letter in line.
struct Slot {
    row: u64,
    id: String,
    request: Request,
    key: String,
    content: String,
    ready: Ready,
    value: u64,
    record: Arc<Record>,
    ticket: u64,
    /// Lowered when the job that was sent is no longer wanted.
    wanted: Arc<AtomicBool>,
    made: Option<Staged>,
}

pub(super) struct Line<'l, 'o> {
    desk: &'l mut Desk<'o>,
    run: &'l Run,
    send: Sender<Job>,
    done: Receiver<Done>,
    slots: VecDeque<Slot>,
    refusals: Vec<Draft>,
    seen: Seen,
    packages: HashMap<Digest, Arc<Package>>,
    /// Package objects known to be in the archive, by package digest.
    archived: HashMap<Digest, Digest>,
    day: NaiveDate,
    next: u64,
    tickets: u64,
}

impl<'l, 'o> Line<'l, 'o> {
    pub(super) fn new(
        desk: &'l mut Desk<'o>,
        run: &'l Run,
        send: Sender<Job>,
        done: Receiver<Done>,
    ) -> Result<Self, DeskError> {
        let day = desk.office.today();
        let next = next_number(desk, day)?;
        Ok(Self {
            desk,
            run,
            send,
            done,
            slots: VecDeque::new(),
            refusals: Vec::new(),
            seen: Seen::new(),
            packages: HashMap::new(),
            archived: HashMap::new(),
            day,
            next,
            tickets: 0,
        })
    }

    /// Works the rows off; says whether all were taken.
    pub(super) fn run(
        mut self,
        rows: &mut dyn Iterator<Item = Row>,
        watch: &mut dyn Watch,
    ) -> Result<bool, Fault> {
        let mut ended = None;
        loop {
            while ended.is_none() && self.slots.len() < WINDOW {
                if watch.stop() {
                    ended = Some(false);
                } else if let Some((row, read)) = rows.next() {
                    self.take(row, read, watch)?;
                } else {
                    ended = Some(true);
                }
            }
            let made = self.slots.iter().take_while(|slot| slot.made.is_some()).count();
            if made >= GROUP || (ended.is_some() && made == self.slots.len()) {
                self.commit(made.min(GROUP), watch)?;
                if let Some(all) = ended.filter(|_| self.slots.is_empty()) {
                    self.flush()?;
                    return Ok(all);
                }
            } else {
                self.receive(watch)?;
            }
        }
    }

    /// A row: told at once, or put in line.
    fn take(
        &mut self,
        row: u64,
        read: Result<Request, Vec<Report>>,
        watch: &mut dyn Watch,
    ) -> Result<(), Fault> {
        let request = match read {
            Ok(request) => request,
            Err(reports) => {
                let fate = Fate::Unread(Against::all(reports).refused()?.into());
                watch.told(Told { row, request: None, fate });
                return Ok(());
            }
        };
        let id = mask_text(request.request_id(), &Masking::default()).text;
        let (key, content) = self.desk.keys(&request);
        if let Some(&first) = self.seen.get(&key) {
            let twice = self.desk.besides(BatchProblem::Duplicate { first }, &request);
            return self.refuse((row, id), &request, &key, twice, watch);
        }
        self.seen.insert(key.clone(), row);
        let view = self.desk.office.view();
        if let Some(prepared) = view.last(&journal::LETTER_PREPARED, &key)? {
            let body = &prepared.entry().body;
            if text(body, "content") != content {
                let again = self.desk.besides(PolicyRefusal::RequestReused, &request);
                return self.refuse((row, id), &request, &key, again, watch);
            }
            if let Some(letter) = find(self.desk.office, &text(body, "number"))? {
                let batch = Some(text(body, "batch")).filter(|batch| !batch.is_empty());
                let letter = Lettered { number: letter.number, pages: letter.pages, batch };
                watch.told(Told { row, request: Some(id), fate: Fate::Already(letter) });
                return Ok(());
            }
        }
        if let Some(notice) = self.desk.paired_key(&request)
            && self.slots.iter().any(|slot| slot.key == notice)
        {
            // Its notice stands before it in this file, and is not registered yet.
            self.settle(watch)?;
        }
        let value = self.next;
        let prospect = self.desk.examine(&request);
        let made = prospect.and_then(|ready| {
            let record = self.record(&ready, value, &content)?;
            Ok((ready, record))
        });
        match made {
            Ok((ready, record)) => {
                self.next = value.saturating_add(1);
                let mut slot = Slot {
                    row,
                    id,
                    request,
                    key,
                    content,
                    ready,
                    value,
                    record: Arc::new(record),
                    ticket: 0,
                    wanted: Arc::default(),
                    made: None,
                };
                self.send(&mut slot);
                self.slots.push_back(slot);
                Ok(())
            }
            Err(unmade) => self.refuse((row, id), &request, &key, unmade, watch),
        }
    }

    /// Registers every letter in line.
    fn settle(&mut self, watch: &mut dyn Watch) -> Result<(), Fault> {
        while !self.slots.is_empty() {
            let made = self.slots.iter().take_while(|slot| slot.made.is_some()).count();
            if made >= GROUP || made == self.slots.len() {
                self.commit(made.min(GROUP), watch)?;
            } else {
                self.receive(watch)?;
            }
        }
        Ok(())
    }

    fn record(&self, ready: &Ready, value: u64, content: &str) -> Result<Record, Fault> {
        let prefix = &self.desk.office.settings().agency.prefix;
        let number = commit::number(prefix, self.day.year(), value);
        desk::record(ready, self.desk.numbered(ready, number, content))
    }

    /// Lets a worker make the slot's letter.
    fn send(&mut self, slot: &mut Slot) {
        self.tickets = self.tickets.saturating_add(1);
        slot.ticket = self.tickets;
        // What was asked for before and nobody began is not made.
        slot.wanted.store(false, Ordering::Relaxed);
        slot.wanted = Arc::new(AtomicBool::new(true));
        let digest = slot.ready.template.digest();
        let package = self.packages.entry(digest);
        let package = package.or_insert_with(|| slot.ready.template.shared()).clone();
        let (record, wanted) = (slot.record.clone(), slot.wanted.clone());
        // Without workers nothing is received either, and that is told.
        let _ = self.send.send(Job { ticket: slot.ticket, wanted, digest, package, record });
    }

    /// Keeps the refusal for the next transaction, unless this day has it, and tells it; a fault ends
    /// the run.
    fn refuse(
        &mut self,
        (row, id): (u64, String),
        request: &Request,
        key: &str,
        unmade: Unmade,
        watch: &mut dyn Watch,
    ) -> Result<(), Fault> {
        let against = unmade.refused()?;
        let draft = self.desk.refusal((request.kind(), request.principal()), key, &against);
        let mut known = self.refusals.contains(&draft);
        for entry in self.desk.office.view().find(Some(&journal::LETTER_REFUSED), Some(key)) {
            let entry = entry?;
            let today = entry.recorded_at().date_naive() == self.day;
            known = known || (today && entry.entry().body == draft.body);
        }
        if !known {
            self.refusals.push(draft);
        }
        watch.told(Told { row, request: Some(id), fate: Fate::Refused(against.into()) });
        if self.refusals.len() >= GROUP { Ok(self.flush()?) } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), DeskError> {
        let (clock, actor) = (*self.desk.office.clock(), self.desk.actor);
        let refusals = std::mem::take(&mut self.refusals);
        if !refusals.is_empty() {
            self.desk.office.register()?.transact(|tx| {
                refusals.into_iter().try_for_each(|one| tx.append(one, actor, &clock).map(drop))
            })?;
        }
        Ok(())
    }

    /// Waits for one letter that a worker made.
    fn receive(&mut self, watch: &mut dyn Watch) -> Result<(), Fault> {
        let Ok(done) = self.done.recv() else {
            return Err(RegisterError::Spoiled.into());
        };
        let at = self.slots.iter().position(|slot| slot.ticket == done.ticket);
        let staged = match done.result {
            Ok(staged) => Ok(staged),
            Err(unmade) => Err(unmade.refused()?),
        };
        match (staged, at) {
            (Ok(staged), Some(at)) => {
                if let Some(slot) = self.slots.get_mut(at) {
                    slot.made = Some(staged);
                }
                Ok(())
            }
            // Made with a number that it no longer gets.
            (Ok(staged), None) => Ok(self.discard(staged)?),
            (Err(_), None) => Ok(()),
            (Err(against), Some(at)) => {
                if let Some(slot) = self.slots.remove(at) {
                    let place = (slot.row, slot.id);
                    let unmade = Unmade::Refused(against);
                    self.refuse(place, &slot.request, &slot.key, unmade, watch)?;
                }
                self.renumber(false, watch)
            }
        }
    }

    fn discard(&self, staged: Staged) -> Result<(), DeskError> {
        let archive = self.desk.office.archive();
        archive.discard(staged.record)?;
        Ok(archive.discard(staged.pdf)?)
    }

    /// Gives every letter in line the number its place has, if need be after examining it again;
    /// those whose record changes by it are made anew.
    fn renumber(&mut self, examine: bool, watch: &mut dyn Watch) -> Result<(), Fault> {
        self.day = self.desk.office.today();
        self.next = next_number(self.desk, self.day)?;
        for mut slot in std::mem::take(&mut self.slots) {
            let again = if examine { self.desk.examine(&slot.request).map(Some) } else { Ok(None) };
            let record = again.and_then(|ready| {
                if let Some(ready) = ready {
                    slot.ready = ready;
                }
                Ok(self.record(&slot.ready, self.next, &slot.content)?)
            });
            match record {
                Ok(record) => {
                    slot.value = self.next;
                    self.next = self.next.saturating_add(1);
                    if record.to_bytes() != slot.record.to_bytes() {
                        slot.record = Arc::new(record);
                        if let Some(staged) = slot.made.take() {
                            self.discard(staged)?;
                        }
                        self.send(&mut slot);
                    }
                    self.slots.push_back(slot);
                }
                Err(unmade) => {
                    slot.wanted.store(false, Ordering::Relaxed);
                    if let Some(staged) = slot.made.take() {
                        self.discard(staged)?;
                    }
                    let place = (slot.row, slot.id);
                    self.refuse(place, &slot.request, &slot.key, unmade, watch)?;
                }
            }
        }
        Ok(())
    }
}

/// Number that is next in the series of `day`'s year.
fn next_number(desk: &Desk<'_>, day: NaiveDate) -> Result<u64, DeskError> {
    Ok(desk.office.view().next_number(&commit::series(day.year()))?.value())
}
