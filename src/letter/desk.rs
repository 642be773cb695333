//! The desk at which letters are issued, one after the other.
//!
//! Orders the stages of a letter: rules → masked facts → dry layout → number reserved → page →
//! proof → staged → `letter.issued` (the commit point) → published → registered, archived. Holds
//! the office's issuing lock, so that what an earlier desk left unfinished is dead and can be
//! finished or spoiled by the same code. Source: SPEC decision 3, "Register".

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    fs::File,
};

use serde_json::{Map, Value, json};

use super::{
    batch::BatchProblem,
    certificates,
    issued::{Issued, find, text},
    life::{Life, rules},
    overtaken::Overtaking,
    past::{self, Correspondence, Past},
    policy::{self, Circumstances, PolicyRefusal},
    record::{Identity, KEPT_UNPRINTED, Made, Maker, Record},
    supplied::supplied,
};
use crate::{
    case::{facts::Facts, raw::RawText, request::Request},
    digest::Digest,
    durable,
    figures::statement::Statements,
    letter::page::Mark,
    masking::{Masked, Masking, mask_text},
    office::{
        Office,
        actor::{Actor, ActorError},
        embedded, journal, lock,
        office_folder::OfficeError,
        principal::Profile,
    },
    problem::{Problem, Report},
    register::{Draft, Recorded},
    signing::{KeyedIndex, SecretKey32, check_code},
    template::{approval::ApprovedTemplate, metadata::Issuer, package::Package},
    typeset::{ENGINE_ID, ProvedPage},
    visit::statement,
};

crate::problems! {
    /// Why a desk could not work.
    pub enum DeskError {
        /// Office, register or archive failed.
        Office { source: OfficeError } = "CH-R030", Fault,
            "the letter could not be registered: {source}" => "mend the cause and run the same command again; nothing is issued twice",
            "函件未能登记：{source}" => "请排除原因后再次执行同一命令，不会重复签发";
        /// Another process issues.
        Busy = "CH-R031", Fault,
            "another command is issuing in this office" => "wait until it is done and run the same command again",
            "本办公室正有其他命令在签发" => "请待其完成后再执行同一命令";
        /// The lock file cannot be used.
        Lock { source: durable::DurableError } = "CH-R032", Fault,
            "the issuing lock cannot be used: {source}" => "check the office's folder and its permissions",
            "签发锁无法使用：{source}" => "请检查办公室目录与权限";
        /// No such letter.
        Unknown = "CH-R033", Input,
            "no letter of that number" => "check the number; `chancery letter list` shows all",
            "没有该函号的函件" => "请核对函号；`chancery letter list` 列出全部";
        /// The actor may not act.
        Actor { source: ActorError } = "CH-R034", Refusal,
            "{source}" => "let another operator act",
            "操作员不能办理（{source}）" => "请由其他操作员办理";
        /// A batch may not go on.
        Stopped { source: BatchProblem } = "CH-B102", Refusal,
            "the batch was stopped: {source}" => "mend the cause and run the same command again; nothing is issued twice",
            "批量签发已停止：{source}" => "请排除原因后再次执行同一命令，不会重复签发";
    }
}

impl<E: Into<OfficeError>> From<E> for DeskError {
    fn from(source: E) -> Self {
        Self::Office { source: source.into() }
    }
}

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
    profiles: HashMap<String, Profile>,
    statements: Statements,
    known: Correspondence,
    overtaking: Overtaking,
    packages: HashMap<(String, String), Package>,
    _lock: File,
}

/// A request that every rule lets pass, with all that its letter is made of.
pub(super) struct Ready {
    pub(super) template: ApprovedTemplate,
    pub(super) profile: Profile,
    pub(super) masking: Masking,
    /// Keyed value of the address it goes to.
    pub(super) address_key: Option<String>,
    pub(super) person: Option<String>,
    /// Number of the letter it is attached to.
    pub(super) pair: Option<String>,
    pub(super) facts: Map<String, Value>,
    pub(super) seal: bool,
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
            packages: HashMap::new(),
            _lock: lock,
        };
        desk.recover()?;
        Ok(desk)
    }

    /// Issues the letter of `request`, once: the same request again gives the same letter.
    ///
    /// # Errors
    /// [`DeskError`], by variant. A refusal is an [`Outcome`].
    pub fn issue(&mut self, request: &Request) -> Result<Outcome, DeskError> {
        self.look_again()?;
        let (key, content) = self.keys(request);
        if let Some(prepared) = self.office.view().last(&journal::LETTER_PREPARED, &key)? {
            let body = &prepared.entry().body;
            let number = text(body, "number");
            if text(body, "content") != content {
                let again = vec![PolicyRefusal::RequestReused.into()];
                return self.refuse(request, &key, again);
            }
            if let Some(issued) = find(self.office, &number)? {
                let against = self.against(&number)?;
                if against.is_empty() {
                    return Ok(Outcome::Already(issued));
                }
                // Its page is not handed out again.
                return self.refuse(request, &key, against);
            }
        }
        let ready = match self.examine(request) {
            Ok(ready) => ready,
            Err(reports) => return self.refuse(request, &key, reports),
        };
        // Dry layout: whatever the page is refused for is known before a number is given.
        let blank = self.identity(&ready, blank_number(self.office), "0000-0000".to_owned());
        let record = record(&ready, blank);
        let dry = record.and_then(|record| self.maker(&ready)?.lay_out(&record).map(drop));
        if let Err(reports) = dry {
            return self.refuse(request, &key, reports);
        }
        let prepared = self.prepare(&Matter::of(request), &ready, &key, &content)?;
        match self.finish_page(&prepared, &ready, &content)? {
            Ok(issued) => Ok(Outcome::Issued(issued)),
            Err(reports) => self.refuse(request, &key, reports),
        }
    }

    /// What keeps an issued letter from being handed out again.
    fn against(&mut self, number: &str) -> Result<Vec<Report>, DeskError> {
        let view = self.office.view();
        let Some(life) = Life::of(&view, number)? else { return Ok(Vec::new()) };
        self.overtaking.catch_up(&view)?;
        Ok(rules::against_known(self.office, &life, &self.overtaking))
    }

    /// The page with its number, committed; or why the page was refused, its number spoiled.
    pub(super) fn finish_page(
        &mut self,
        prepared: &Recorded,
        ready: &Ready,
        content: &str,
    ) -> Result<Result<Issued, Vec<Report>>, DeskError> {
        let number = text(&prepared.entry().body, "number");
        let identity = self.numbered(ready, number.clone(), content);
        match self.make(ready, identity) {
            Ok((record, made)) => Ok(Ok(self.commit(prepared, ready, &record, &made)?)),
            Err(reports) => {
                self.spoil(&number, prepared.seq(), "the page was refused")?;
                Ok(Err(reports))
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
        self.make(&ready, identity).map(|(_, made)| made)
    }

    /// Lays out the letter of `request` marked 样稿, without number; nothing is registered.
    pub(super) fn proof(&mut self, request: &Request) -> Result<ProvedPage, Vec<Report>> {
        let ready = self.examine(request)?;
        let mut identity = self.identity(&ready, blank_number(self.office), "0000-0000".to_owned());
        identity.mark = Some(Mark::Proof);
        identity.seal = false;
        let record = record(&ready, identity)?;
        self.maker(&ready)?.lay_out(&record)
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

    /// The package of `kind` as `principal` has it.
    fn package(&mut self, kind: &str, principal: &str) -> Result<Package, Vec<Report>> {
        let wanted = (kind.to_owned(), principal.to_owned());
        if let Some(package) = self.packages.get(&wanted) {
            return Ok(package.clone());
        }
        let package = Package::load_for(&self.office.paths().templates(), kind, principal);
        let package = package.map_err(|error| vec![Report::of(&error)])?;
        self.packages.insert(wanted, package.clone());
        Ok(package)
    }

    /// Every rule, all refusals at once.
    pub(super) fn examine(&mut self, request: &Request) -> Result<Ready, Vec<Report>> {
        let single = |error: &dyn Problem| vec![Report::of(error)];
        let mut reports = Vec::new();
        let package = self.package(request.kind(), request.principal())?;
        let profile = self.profile(request.principal())?;
        let masking = profile.masking();
        let today = self.office.today();
        // Holds are kept under the case number as `hold place` takes it, whatever this principal masks.
        let held = mask_text(request.case_no(), &Masking::default()).text;
        let holds = self.office.state().holds.get(&held).cloned().unwrap_or_default();
        let issuer = self.actor.operator();
        let document = package.metadata().clone();
        let view = self.office.view();
        let register = |source| single(&OfficeError::Register { source });
        self.known.catch_up(&view).map_err(register)?;
        let mut past = Past::of(request, &view, &self.known, &self.index).map_err(register)?;
        let attached = request.raw("attachment_hash").and_then(|hash| hash.expose().parse().ok());
        if let Some(digest) = attached {
            past.attachment = self.office.case_holds_file(&held, &digest)?;
        }
        let circumstances = Circumstances {
            document: &document,
            issuer,
            principal: &profile,
            holds: &holds,
            past: &past,
            gates: self.office.settings().gates,
            case: &held,
            today,
        };
        reports.extend(policy::refusals(request, &circumstances));
        let reconciled = self.statements.of(self.office, request.principal())?;
        reports.extend(reconciled.refusals(&self.index, request));
        // Of the agents' documents those about a visit that was made are under the rules of conduct; a
        // script or a plan comes before it.
        if document.issuer == Issuer::Agent && document.fields.required.contains("start") {
            let hours = profile.contact_hours();
            let now = self.office.now().naive_local();
            reports.extend(statement::refusals(request, hours, now));
        }
        let fonts = embedded::fonts()?;
        let admitted = self.office.state().approvals.admit(
            package,
            &fonts.digest(),
            ENGINE_ID,
            request.principal(),
            today,
            &issuer.certificate.fingerprint(),
        );
        let template = match admitted {
            Ok(template) => template,
            Err(refusal) => {
                reports.push(refusal);
                return Err(reports);
            }
        };
        let citations = request.raw("citation_ids").map(RawText::expose);
        let mut supplied = supplied(self.office, &issuer.id, citations, &profile)
            .map_err(|error| single(&error))?;
        supplied.set("hold", certificates::standing(&holds)).map_err(|error| single(&error))?;
        let pair = past.pair.map(|letter| letter.number);
        if let Some(pair) = &pair {
            supplied.set("pair_no", pair.as_str()).map_err(|error| single(&error))?;
        }
        let facts = Masked::of(&Facts::of(request, &supplied), &masking);
        let fields = &template.package().metadata().fields;
        let wanted = |name: &str| {
            fields.required.contains(name)
                || fields.optional.contains(name)
                || KEPT_UNPRINTED.contains(&name)
        };
        let facts = match facts.data_of(wanted) {
            Value::Object(facts) => facts,
            _ => Map::new(),
        };
        let given = ["letter_no", "check_code"];
        for field in &template.package().metadata().fields.required {
            if !facts.contains_key(field) && !given.contains(&field.as_str()) {
                reports.push(PolicyRefusal::FieldMissing { field: field.clone() }.into());
            }
        }
        if !reports.is_empty() {
            return Err(reports);
        }
        let seal = template.package().seal().is_some();
        let address_key = past::address_key(&self.index, request);
        let pair = pair.filter(|_| facts.contains_key("pair_no"));
        let person = past::person_of(&self.index, request);
        Ok(Ready { template, profile, masking, address_key, person, pair, facts, seal })
    }

    pub(super) fn make(
        &mut self,
        ready: &Ready,
        identity: Identity,
    ) -> Result<(Record, Made), Vec<Report>> {
        let record = record(ready, identity)?;
        let made = self.maker(ready)?.make(&record)?;
        Ok((record, made))
    }

    pub(super) fn maker(&mut self, ready: &Ready) -> Result<&mut Maker, Vec<Report>> {
        Ok(match self.makers.entry(ready.template.digest()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(Maker::new(ready.template.package(), embedded::fonts()?)?)
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

    /// Registers the refusal and gives it back.
    fn refuse(
        &mut self,
        request: &Request,
        key: &str,
        reports: Vec<Report>,
    ) -> Result<Outcome, DeskError> {
        self.refuse_as((request.kind(), request.principal()), key, reports)
    }

    /// As [`Desk::refuse`], of a document of a kind for a principal.
    pub(super) fn refuse_as(
        &mut self,
        of: (&str, &str),
        key: &str,
        reports: Vec<Report>,
    ) -> Result<Outcome, DeskError> {
        let reports = distinct(reports);
        let draft = self.refusal(of, key, &reports);
        let clock = *self.office.clock();
        let actor = self.actor;
        self.office.register()?.append(draft, actor, &clock)?;
        Ok(Outcome::Refused(reports))
    }

    /// The entry that registers a refusal.
    pub(super) fn refusal(
        &self,
        (kind, principal): (&str, &str),
        key: &str,
        reports: &[Report],
    ) -> Draft {
        let known = Package::load(&self.office.paths().templates(), kind).is_ok();
        let pinned = self.office.state().principals.contains_key(principal);
        let codes: Vec<Value> = reports.iter().map(|report| json!(report.code.code)).collect();
        Draft::new(journal::LETTER_REFUSED, key)
            .with("template", if known { kind } else { "?" })
            .with("principal", if pinned { principal } else { "?" })
            .with("codes", codes)
    }

    pub(super) fn profile(&mut self, id: &str) -> Result<Profile, Vec<Report>> {
        if let Some(profile) = self.profiles.get(id) {
            return Ok(profile.clone());
        }
        let profile = self.office.profile(id)?;
        self.profiles.insert(id.to_owned(), profile.clone());
        Ok(profile)
    }

    /// Keyed names of the request and of its content.
    pub(super) fn keys(&self, request: &Request) -> (String, String) {
        let content = zeroize::Zeroizing::new(hex::encode(request.canonical()));
        let key = past::request_key(&self.index, request.principal(), request.request_id());
        (key, self.index.value("content", &content))
    }
}

/// The record of the letter that is made of `ready`.
pub(super) fn record(ready: &Ready, identity: Identity) -> Result<Record, Vec<Report>> {
    let (package, digest) = (ready.template.package(), ready.template.digest());
    let (accounts, facts) = (&ready.profile.official_accounts, ready.facts.clone());
    Ok(Record::new(package, digest, embedded::fonts()?, identity, accounts, facts))
}

/// The same reports, each told once.
pub(super) fn distinct(reports: Vec<Report>) -> Vec<Report> {
    let mut told = HashSet::new();
    reports.into_iter().filter(|report| told.insert(report.to_string())).collect()
}

/// A number that is none, as long as a real one.
pub(super) fn blank_number(office: &Office) -> String {
    format!("{}-0000-000000", office.settings().agency.prefix)
}
