//! The desk at which letters are issued, one after the other.
//!
//! Orders the stages of a letter: rules → masked facts → dry layout → number reserved → page →
//! proof → staged → `letter.issued` (the commit point) → published → registered, archived. Holds
//! the office's issuing lock, so that what an earlier desk left unfinished is dead and can be
//! finished or spoiled by the same code. Source: SPEC decision 3, "Register".

mod examination;
mod problem;
mod refusals;
mod unmade;

pub(super) use examination::Ready;
pub use problem::DeskError;
pub(super) use refusals::distinct;
pub use unmade::{Against, Fault, Unmade};

use std::{
    collections::{HashMap, hash_map::Entry},
    fs::File,
    sync::Arc,
};

use super::{
    issued::{Issued, find, text},
    life::{Life, rules},
    overtaken::Overtaking,
    past::{self, Correspondence},
    policy::PolicyRefusal,
    record::{Identity, Made, Maker, Record},
};
use crate::{
    case::request::Request,
    digest::Digest,
    figures::statement::Statements,
    letter::page::Mark,
    office::{
        Office, actor::Actor, embedded, journal, lock, principal::Profile,
        sealed_files::SealedBundles,
    },
    problem::Report,
    register::Recorded,
    signing::{KeyedIndex, SecretKey32, check_code},
    template::package::Hashed,
    typeset::ProvedPage,
};

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// A letter was issued.
    Issued(Issued),
    /// It had been issued before, from the same content, and nothing overtook it.
    Already(Issued),
    /// Rules refused it; the refusal is registered.
    Refused(Vec<Report>),
}

/// The desk of one operator.
#[derive(Debug)]
pub struct Desk<'a> {
    pub(super) office: &'a mut Office,
    pub(super) actor: &'a Actor,
    pub(super) index: KeyedIndex,
    makers: HashMap<Digest, Maker>,
    profiles: HashMap<String, Arc<Profile>>,
    statements: Statements,
    known: Correspondence,
    pub(super) overtaking: Overtaking,
    sealed: SealedBundles,
    /// Templates by kind and principal, as they lie there, with their digests.
    packages: HashMap<(String, String), Hashed>,
    _lock: File,
}

/// What a number is reserved for.
pub(super) struct Matter<'a> {
    pub(super) case: &'a str,
    pub(super) channel: &'static str,
    /// Days before each instalment, on which to remind of it.
    pub(super) reminders: Vec<String>,
}

impl<'a> Matter<'a> {
    pub(super) fn of(request: &'a Request) -> Self {
        let reminders = request.terms().iter().map(|term| term.reminder_on().to_string());
        Self {
            case: request.case_no(),
            channel: request.channel().name(),
            reminders: reminders.collect(),
        }
    }
}

impl<'a> Desk<'a> {
    /// Opens the desk of `actor` and finishes or spoils what an earlier one left.
    ///
    /// # Errors
    /// [`DeskError`], by variant.
    pub fn open(
        office: &'a mut Office,
        actor: &'a Actor,
        index: SecretKey32,
    ) -> Result<Self, DeskError> {
        let lock = lock::take(office.paths(), "issuing.lock")
            .map_err(|source| DeskError::Lock { source })?
            .ok_or(DeskError::Busy)?;
        let mut desk = Self {
            office,
            actor,
            index: KeyedIndex::new(index),
            makers: HashMap::new(),
            profiles: HashMap::new(),
            statements: Statements::default(),
            known: Correspondence::default(),
            overtaking: Overtaking::default(),
            sealed: SealedBundles::default(),
            packages: HashMap::new(),
            _lock: lock,
        };
        desk.recover()?;
        Ok(desk)
    }

    /// Issues the letter of `request`, once: the same request again gives the same letter.
    ///
    /// # Errors
    /// [`Fault`]: nothing was said about the letter. A refusal is an [`Outcome`].
    pub fn issue(&mut self, request: &Request) -> Result<Outcome, Fault> {
        self.look_again()?;
        let (key, content) = self.keys(request);
        if let Some(prepared) = self.office.view().last(&journal::LETTER_PREPARED, &key)? {
            let body = &prepared.entry().body;
            let number = text(body, "number");
            if text(body, "content") != content {
                let again = self.besides(PolicyRefusal::RequestReused, request);
                return self.refuse(request, &key, again);
            }
            if let Some(issued) = find(self.office, &number)? {
                let against = self.against(&number)?;
                if against.is_empty() {
                    return Ok(Outcome::Already(issued));
                }
                // Its page is not handed out again.
                return self.refuse(request, &key, Against::all(against));
            }
        }
        let ready = match self.examine(request) {
            Ok(ready) => ready,
            Err(unmade) => return self.refuse(request, &key, unmade),
        };
        // Dry layout: whatever the page is refused for is known before a number is given.
        let blank = self.identity(&ready, blank_number(self.office), "0000-0000".to_owned());
        if let Err(unmade) = self.dry(&ready, blank) {
            return self.refuse(request, &key, unmade);
        }
        let prepared = self.prepare(&Matter::of(request), &ready, &key, &content)?;
        match self.finish_page(&prepared, &ready, &content)? {
            Ok(issued) => Ok(Outcome::Issued(issued)),
            Err(against) => self.refuse(request, &key, Unmade::Refused(against)),
        }
    }

    /// What keeps an issued letter from being handed out again.
    fn against(&mut self, number: &str) -> Result<Vec<Report>, DeskError> {
        let view = self.office.view();
        let Some(life) = Life::of(&view, number)? else { return Ok(Vec::new()) };
        self.overtaking.catch_up(&view)?;
        Ok(rules::against(self.office, &life, &self.overtaking))
    }

    /// The page with its number, committed; or why the page was refused, its number spoiled. After
    /// a fault the number is left to the next desk, which spoils it.
    pub(super) fn finish_page(
        &mut self,
        prepared: &Recorded,
        ready: &Ready,
        content: &str,
    ) -> Result<Result<Issued, Against>, Fault> {
        let number = text(&prepared.entry().body, "number");
        let identity = self.numbered(ready, number.clone(), content);
        match self.make(ready, identity) {
            Ok((record, made)) => Ok(Ok(self.commit(prepared, ready, &record, &made)?)),
            Err(unmade) => {
                let against = unmade.refused()?;
                self.spoil(&number, prepared.seq(), "the page was refused")?;
                Ok(Err(against))
            }
        }
    }

    /// Makes a preview: every rule applies, nothing is registered, no number is given.
    ///
    /// # Errors
    /// Everything that would refuse the letter.
    pub fn preview(&mut self, request: &Request) -> Result<Made, Vec<Report>> {
        let ready = self.examine(request)?;
        let mut identity = self.identity(&ready, blank_number(self.office), "0000-0000".to_owned());
        identity.mark = Some(Mark::Preview);
        identity.seal = false;
        Ok(self.make(&ready, identity)?.1)
    }

    /// Lays out the letter of `request` marked 样稿, without number; nothing is registered.
    pub(super) fn proof(&mut self, request: &Request) -> Result<ProvedPage, Unmade> {
        let ready = self.examine(request)?;
        let mut identity = self.identity(&ready, blank_number(self.office), "0000-0000".to_owned());
        identity.mark = Some(Mark::Proof);
        identity.seal = false;
        self.dry(&ready, identity)
    }

    /// Lays out the page of `identity` dry.
    pub(super) fn dry(&mut self, ready: &Ready, identity: Identity) -> Result<ProvedPage, Unmade> {
        let record = record(ready, identity)?;
        self.maker(ready)?.lay_out(&record).map_err(Against::all)
    }

    /// Who issues at this desk.
    #[must_use]
    pub const fn actor(&self) -> &'a Actor {
        self.actor
    }

    /// The office, to enter what is done with the letters while no other desk issues.
    pub const fn office_mut(&mut self) -> &mut Office {
        self.office
    }

    /// The office at whose desk this is.
    #[must_use]
    pub const fn office(&self) -> &Office {
        self.office
    }

    /// Takes in what was registered since, and forgets packages and profiles read before.
    pub(super) fn look_again(&mut self) -> Result<bool, DeskError> {
        self.packages.clear();
        let changed = self.office.refresh()?;
        if changed {
            self.profiles.clear();
        }
        Ok(changed)
    }

    pub(super) fn make(
        &mut self,
        ready: &Ready,
        identity: Identity,
    ) -> Result<(Record, Made), Unmade> {
        let record = record(ready, identity)?;
        let made = self.maker(ready)?.make(&record).map_err(Against::all)?;
        Ok((record, made))
    }

    fn maker(&mut self, ready: &Ready) -> Result<&mut Maker, Unmade> {
        Ok(match self.makers.entry(ready.template.digest()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let fonts = embedded::fonts().map_err(Fault::of_office)?;
                let maker = Maker::new(ready.template.package(), fonts);
                place.insert(maker.map_err(Against::all)?)
            }
        })
    }

    /// The identity of the letter of number `number`, made of `content`.
    pub(super) fn numbered(&self, ready: &Ready, number: String, content: &str) -> Identity {
        let parts = [number.as_str(), content, &ready.template.digest().to_string()];
        let code = check_code(self.index.key(), &parts);
        self.identity(ready, number, code)
    }

    pub(super) fn identity(&self, ready: &Ready, number: String, check_code: String) -> Identity {
        let now = self.office.now();
        Identity {
            number,
            check_code,
            issued_on: now.date_naive(),
            zone: *now.offset(),
            mark: self.office.state().sample.then_some(Mark::Sample),
            seal: ready.seal,
        }
    }

    /// Keyed name of the request to whose letter that of `request` is attached.
    pub(super) fn paired_key(&self, request: &Request) -> Option<String> {
        let notice = request.raw("paired_with")?.expose().trim();
        Some(past::request_key(&self.index, request.principal(), notice))
    }

    /// Keyed names of the request and of its content.
    pub(super) fn keys(&self, request: &Request) -> (String, String) {
        let content = zeroize::Zeroizing::new(hex::encode(request.canonical()));
        let key = past::request_key(&self.index, request.principal(), request.request_id());
        (key, self.index.value("content", &content))
    }
}

/// The record of the letter that is made of `ready`.
pub(super) fn record(ready: &Ready, identity: Identity) -> Result<Record, Fault> {
    let (package, digest) = (ready.template.package(), ready.template.digest());
    let (accounts, facts) = (&ready.profile.official_accounts, ready.facts.clone());
    let fonts = embedded::fonts().map_err(Fault::of_office)?;
    Ok(Record::new(package, digest, fonts, identity, accounts, facts))
}

/// A number that is none, as long as a real one.
pub(super) fn blank_number(office: &Office) -> String {
    format!("{}-0000-000000", office.settings().agency.prefix)
}
