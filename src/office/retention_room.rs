//! Closing cases, placing legal holds, and saying what is due.
//!
//! Owns the acts that begin, hold and measure a term; [`super::disposal_room`] ends it. Nothing
//! here can shorten one: the longest term a principal ever signed counts, and a later closing
//! never moves the beginning back. Source: REQUIREMENTS 5 (7); DOCUMENTS 23.

use chrono::NaiveDate;

use super::{
    Office,
    actor::Actor,
    hold::case_number,
    journal,
    office_folder::{OfficeError, open_profile},
    operator::Role,
    retention_state::{CLOSERS, HOLDERS, LegalHold, Shelved, Shelves, month_end},
    state::digest,
};
use crate::{
    masking::{Masking, mask_text},
    problem::{Report, alone as report},
    register::{Draft, Recorded},
    retention::{
        RetentionRefusal,
        plan::{Item, Plan},
        schedule::{Keeping, Schedule},
        term::Term,
    },
};

crate::problems! {
    /// Why a case, a hold or a disposal is refused.
    pub enum RetentionError {
        /// The operator may not.
        CloseRole = "CH-D022", Refusal,
            "cases are closed and opened again by a clerk or an administrator" => "let such an operator act",
            "结案与重新立案由信函经办或管理员办理" => "请由相应角色办理";
        /// The day is none, or lies ahead.
        Day { member: &'static str } = "CH-D023", Input,
            "`{member}` is no day that is meant here" => "give a day such as 2026-05-17; a case is closed today or before, a hold ends today or later",
            "`{member}` 不是此处可用的日期" => "请填写如 2026-05-17 的日期；结案日不得晚于今日，暂停终止日不得早于今日";
        /// Closed already.
        Closed { entry: u64 } = "CH-D024", Refusal,
            "the case was closed by entry {entry}" => "open it again first, if the principal demands it",
            "案件已由条目 {entry} 结案" => "如委托方要求，请先重新立案";
        /// Not closed.
        NotClosed = "CH-D025", Refusal,
            "the case is not closed" => "see `chancery retention due --all`",
            "案件尚未结案" => "请查看 `chancery retention due --all`";
        /// Nothing of that number was destroyed.
        NotDisposed = "CH-D050", Input,
            "nothing of that number was destroyed" => "see `chancery register list --kind evidence.disposed` and `letter.disposed`",
            "没有该编号的销毁登记" => "请查看 `chancery register list --kind evidence.disposed` 与 `letter.disposed`";
        /// Closed earlier than before.
        Earlier { latest: NaiveDate } = "CH-D026", Refusal,
            "the case was closed on {latest} before; an earlier day would shorten its term" => "give that day or a later one",
            "案件曾于 {latest} 结案；更早的日期会缩短保管期限" => "请填写该日或更晚的日期";
        /// Whose case it is cannot be told.
        WhosePrincipal = "CH-D027", Input,
            "it cannot be told whose case it is" => "give --principal with the one its letters were made for",
            "无法确定案件的委托方" => "请用 --principal 指明，须与其函件的委托方一致";
        /// Training archives close by month.
        ByMonth = "CH-D028", Refusal,
            "the archive of a month's training closes itself at the end of the month" => "nothing needs to be done",
            "培训月度档案于月末自动结案" => "无需办理";
        /// Who or why is none of the list.
        HoldWord = "CH-D029", Input,
            "that is no ground of a legal hold, or nobody who demands one" => "--who court, arbitration, police, regulator, auditor, principal or agency; --why litigation, complaint, audit or instruction",
            "暂停销毁的依据或要求方不在列表中" => "--who 取 court、arbitration、police、regulator、auditor、principal 或 agency；--why 取 litigation、complaint、audit 或 instruction";
        /// The operator may not place it.
        HoldRole = "CH-D030", Refusal,
            "legal holds are placed by whoever works on cases and released by an administrator" => "let such an operator act",
            "暂停销毁由办案人员设置，由管理员解除" => "请由相应角色办理";
        /// No such hold.
        NoHold = "CH-D031", Input,
            "no legal hold stands under that number" => "see `chancery retention holds`",
            "没有该编号的暂停销毁" => "请查看 `chancery retention holds`";
        /// The subject is a number nothing was archived under.
        NoSubject = "CH-D032", Input,
            "nothing is kept under that number" => "check the number of the bundle or letter; a case may be held before anything is kept",
            "没有以该编号保管的内容" => "请核对证据包编号或函号；案件可在归档前先行暂停";
        /// Nothing to plan.
        NothingDue = "CH-D033", Refusal,
            "nothing of this principal may be destroyed today" => "see `chancery retention due --all`",
            "该委托方今日没有可销毁的内容" => "请查看 `chancery retention due --all`";
        /// The plan is of another office.
        OtherOffice = "CH-D034", Refusal,
            "the plan was drawn up in another office, or for a principal unknown here" => "draw up a plan in this office",
            "销毁计划并非本办公室制定，或其委托方不属本办公室" => "请在本办公室制定计划";
        /// A side's approval is missing.
        Missing { side: &'static str } = "CH-D035", Refusal,
            "the plan lacks the approval of the side `{side}`, or a byte of it was changed since" => "agency: `retention approve PLAN`; principal: `retention approve --sign`, then `--import`",
            "计划缺少 `{side}` 一方的批准，或批准后被改动" => "机构：`retention approve PLAN`；委托方：`retention approve --sign`，再 `--import`";
        /// Nobody's signature.
        NotApprover = "CH-D036", Refusal,
            "the signature is not that of an approver of either side over this plan" => "sign this very plan with an approver's certificate",
            "该签名不是任何一方核准人对本计划的签名" => "请用核准人证书对本计划签名";
        /// An item is not what the register says.
        ItemDiffers { id: String } = "CH-D037", Refusal,
            "the plan's `{id}` is not as the register has it" => "draw up the plan again",
            "计划中的 `{id}` 与登记簿不一致" => "请重新制定计划";
        /// An item may not be destroyed.
        Forbidden { id: String, source: RetentionRefusal } = "CH-D038", Refusal,
            "`{id}` may not be destroyed: {source}" => "take it out of the plan, or wait; see `chancery retention due --all`",
            "`{id}` 不得销毁：{source}" => "请移出计划或等待；见 `chancery retention due --all`";
        /// Another process disposes.
        Busy = "CH-D039", Fault,
            "another command is disposing in this office" => "wait until it is done and run the same command again",
            "本办公室正有其他命令在处置" => "请待其完成后再执行同一命令";
        /// The lock or a file fails.
        File { source: crate::durable::DurableError } = "CH-D040", Fault,
            "a file cannot be used: {source}" => "check the folder, its permissions and the disk",
            "文件无法使用：{source}" => "请检查目录、权限与磁盘";
        /// What is asked for was destroyed.
        Gone { id: String, entry: u64 } = "CH-D041", Refusal,
            "`{id}` was destroyed after its term; `chancery register show {entry}` shows its tombstone" => "nothing brings it back; that entry names plan, approvals and certificate of its destruction",
            "`{id}` 已于保管期满后销毁，其销毁记录见 `chancery register show {entry}`" => "内容无法恢复；该条目载明销毁计划、批准与销毁证明编号";
    }
}

type Reports<T> = Result<T, Vec<Report>>;

/// Who may demand a legal hold.
const WHO: [&str; 7] =
    ["court", "arbitration", "police", "regulator", "auditor", "principal", "agency"];
/// Why one is placed.
const WHY: [&str; 4] = ["litigation", "complaint", "audit", "instruction"];

/// Something kept, and how long.
#[derive(Debug)]
pub struct Due {
    /// What it is.
    pub kept: Shelved,
    /// What its term is reckoned from.
    pub schedule: Schedule,
    /// How long it is kept, as far as it is known.
    pub keeping: Keeping,
    /// Holds that forbid its disposal today.
    pub holds: Vec<String>,
}

/// A legal hold as it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct HoldWish<'a> {
    /// Case, bundle or letter.
    pub subject: &'a str,
    /// Who demands it.
    pub who: &'a str,
    /// Why.
    pub why: &'a str,
    /// Number of the document it rests on.
    pub proof: Option<&'a str>,
    /// Last day on which it stands.
    pub until: Option<NaiveDate>,
}

impl Office {
    /// What the register says about keeping.
    ///
    /// # Errors
    /// [`OfficeError::Register`].
    pub fn shelves(&self) -> Result<Shelves, OfficeError> {
        Ok(Shelves::replay(&self.view(), self.state(), *self.now().offset())?)
    }

    /// Closes `case` as of the day `on`: its retention begins.
    ///
    /// # Errors
    /// [`RetentionError`], and what is wrong with the case number.
    pub fn close_case(
        &mut self,
        case: &str,
        on: NaiveDate,
        principal: Option<&str>,
        actor: &Actor,
    ) -> Reports<Recorded> {
        case_number(case)?;
        may(actor, &CLOSERS, RetentionError::CloseRole)?;
        let shelves = self.shelves().map_err(report)?;
        let mut refused: Vec<Report> = Vec::new();
        if month_end(case).is_some() {
            refused.push(RetentionError::ByMonth.into());
        }
        if on > self.today() {
            refused.push(RetentionError::Day { member: "on" }.into());
        }
        let closing = shelves.cases.get(case);
        if let Some(closing) = closing {
            if closing.on.is_some() {
                refused.push(RetentionError::Closed { entry: closing.seq }.into());
            } else if on < closing.latest {
                refused.push(RetentionError::Earlier { latest: closing.latest }.into());
            }
        }
        let told = shelves.principals(case);
        let only = told.first().filter(|_| told.len() == 1).copied();
        let whose = principal.or(only).filter(|whose| {
            self.state().principals.contains_key(*whose) && told.iter().all(|one| one == whose)
        });
        match whose {
            Some(whose) if refused.is_empty() => {
                let draft = Draft::new(journal::CASE_CLOSED, case)
                    .with("on", on.to_string())
                    .with("principal", whose);
                self.append(draft, actor).map_err(report)
            }
            whose => {
                if whose.is_none() {
                    refused.push(RetentionError::WhosePrincipal.into());
                }
                Err(refused)
            }
        }
    }

    /// Opens a closed case again, because its principal demands it.
    ///
    /// # Errors
    /// [`RetentionError::CloseRole`], [`RetentionError::NotClosed`].
    pub fn reopen_case(&mut self, case: &str, proof: &str, actor: &Actor) -> Reports<Recorded> {
        may(actor, &CLOSERS, RetentionError::CloseRole)?;
        let shelves = self.shelves().map_err(report)?;
        if shelves.cases.get(case).is_none_or(|closing| closing.on.is_none()) {
            return Err(report(RetentionError::NotClosed));
        }
        let draft = Draft::new(journal::CASE_REOPENED, case).with("proof", safe(proof));
        self.append(draft, actor).map_err(report)
    }

    /// Places a legal hold; answers its entry, and what is kept under it today.
    ///
    /// # Errors
    /// [`RetentionError`], every reason at once.
    pub fn hold_for_law(
        &mut self,
        wish: HoldWish<'_>,
        actor: &Actor,
    ) -> Reports<(Recorded, usize)> {
        may(actor, &HOLDERS, RetentionError::HoldRole)?;
        let shelves = self.shelves().map_err(report)?;
        let held = |kept: &&Shelved| kept.id == wish.subject || kept.case == wish.subject;
        let covers = shelves.kept.iter().filter(held).count();
        let mut refused: Vec<Report> = Vec::new();
        if covers == 0 {
            refused.extend(case_number(wish.subject).err().into_iter().flatten());
            if is_number(wish.subject, &self.settings().agency.prefix) {
                refused.push(RetentionError::NoSubject.into());
            }
        }
        if !WHO.contains(&wish.who) || !WHY.contains(&wish.why) {
            refused.push(RetentionError::HoldWord.into());
        }
        if wish.until.is_some_and(|until| until < self.today()) {
            refused.push(RetentionError::Day { member: "until" }.into());
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let mut draft = Draft::new(journal::RETENTION_HELD, wish.subject)
            .with("who", wish.who)
            .with("why", wish.why);
        if let Some(proof) = wish.proof {
            draft = draft.with("proof", safe(proof));
        }
        if let Some(until) = wish.until {
            draft = draft.with("until", until.to_string());
        }
        Ok((self.append(draft, actor).map_err(report)?, covers))
    }

    /// Releases the legal hold that entry `hold` placed.
    ///
    /// # Errors
    /// [`RetentionError::HoldRole`], [`RetentionError::NoHold`].
    pub fn release_for_law(
        &mut self,
        hold: u64,
        proof: &str,
        actor: &Actor,
    ) -> Reports<(Recorded, LegalHold)> {
        may(actor, &[Role::Administrator], RetentionError::HoldRole)?;
        let shelves = self.shelves().map_err(report)?;
        let standing = shelves.holds.into_iter().find(|one| one.seq == hold);
        let standing = standing.ok_or_else(|| report(RetentionError::NoHold))?;
        let draft = Draft::new(journal::RETENTION_RELEASED, standing.subject.clone())
            .with("hold", hold)
            .with("proof", safe(proof));
        Ok((self.append(draft, actor).map_err(report)?, standing))
    }

    /// Everything kept, with its term as of today, the earliest to end first.
    ///
    /// # Errors
    /// Where register, archive or a principal's profile cannot be read.
    pub fn terms(&self, shelves: &Shelves) -> Reports<Vec<Due>> {
        let mut longest = Terms::new(self);
        let mut all = Vec::new();
        for kept in &shelves.kept {
            all.push(due(self, shelves, kept, longest.of(shelves, kept)?, self.today())?);
        }
        all.sort_by(|a, b| (a.keeping.day(), &a.kept.id).cmp(&(b.keeping.day(), &b.kept.id)));
        Ok(all)
    }

    /// Draws up the plan of everything of `principal` that may be destroyed today.
    ///
    /// # Errors
    /// [`RetentionError::OtherOffice`] for an unknown principal, [`RetentionError::NothingDue`].
    pub fn disposal_plan(&self, principal: &str) -> Reports<Plan> {
        if !self.state().principals.contains_key(principal) {
            return Err(report(RetentionError::OtherOffice));
        }
        let shelves = self.shelves().map_err(report)?;
        let today = self.today();
        let mut items = Vec::new();
        for due in self.terms(&shelves)? {
            if due.holds.is_empty()
                && due.schedule.expired(today).is_ok()
                && concerns(&shelves, &due.kept, principal)
            {
                items.extend(item(&due));
            }
        }
        if items.is_empty() {
            return Err(report(RetentionError::NothingDue));
        }
        Ok(Plan::new(self.settings().agency.uscc.clone(), principal.to_owned(), today, items))
    }

    /// Refuses what was destroyed.
    ///
    /// # Errors
    /// [`RetentionError::Gone`], [`OfficeError::Register`].
    pub fn not_disposed(&self, id: &str) -> Reports<()> {
        match self.shelves().map_err(report)?.disposed.get(id) {
            Some(gone) => {
                Err(report(RetentionError::Gone { id: id.to_owned(), entry: gone.entry.seq() }))
            }
            None => Ok(()),
        }
    }
}

/// Whether `principal` is whom the disposal of `kept` concerns; training is everybody's.
pub(super) fn concerns(shelves: &Shelves, kept: &Shelved, principal: &str) -> bool {
    if kept.closed_on.is_some() {
        // A paper of the office: whom it is about, or anybody.
        return kept.parties.is_empty() || kept.parties.iter().any(|party| party == principal);
    }
    month_end(&kept.case).is_some()
        || shelves.cases.get(&kept.case).is_some_and(|closing| closing.principal == principal)
}

/// The term of `kept` on `today`.
pub(super) fn due(
    office: &Office,
    shelves: &Shelves,
    kept: &Shelved,
    term: Term,
    today: NaiveDate,
) -> Reports<Due> {
    let closed_on = shelves.closing(kept);
    let schedule = Schedule { archived_on: kept.archived_on, closed_on, term };
    let keeping = schedule.keeping().map_err(report)?;
    let holds = shelves.held(kept, office.state(), today);
    Ok(Due { kept: kept.clone(), schedule, keeping, holds })
}

/// What a plan says of something whose case is closed.
pub(super) fn item(due: &Due) -> Option<Item> {
    let Due { kept, schedule, keeping, .. } = due;
    Some(Item {
        sort: kept.sort,
        id: kept.id.clone(),
        case: kept.case.clone(),
        archived_on: kept.archived_on,
        closed_on: schedule.closed_on?,
        years: schedule.term,
        last_day_kept: keeping.day(),
        objects: kept.objects.clone(),
        manifest: kept.manifest,
    })
}

/// The longest term each principal ever signed.
pub(super) struct Terms<'a> {
    office: &'a Office,
    known: std::collections::BTreeMap<String, Term>,
}

impl<'a> Terms<'a> {
    pub(super) const fn new(office: &'a Office) -> Self {
        Self { office, known: std::collections::BTreeMap::new() }
    }

    /// The longest term of all whom `kept` concerns; of everybody for training, and where it
    /// cannot be told whose it is.
    pub(super) fn of(&mut self, shelves: &Shelves, kept: &Shelved) -> Reports<Term> {
        let own = shelves.principals(&kept.case);
        let is_everybodys = kept.closed_on.is_some() || month_end(&kept.case).is_some();
        let whose: Vec<String> = if own.is_empty() || is_everybodys {
            self.office.state().principals.keys().cloned().collect()
        } else {
            own.into_iter().map(str::to_owned).collect()
        };
        let mut term = Term::FLOOR;
        for principal in whose {
            term = term.max(self.longest(&principal)?);
        }
        Ok(term)
    }

    fn longest(&mut self, principal: &str) -> Reports<Term> {
        if let Some(term) = self.known.get(principal) {
            return Ok(*term);
        }
        let mut longest = Term::FLOOR;
        let office = self.office;
        if let Some(pinned) = office.state().principals.get(principal) {
            for found in office.view().find(Some(&journal::PRINCIPAL_PROFILE), Some(principal)) {
                let found = found.map_err(|error| report(OfficeError::from(error)))?;
                let entry = found.entry();
                if !office.state().had_role(entry, Role::Administrator) {
                    continue;
                }
                let Some(object) = digest(&entry.body, "object") else { continue };
                let bytes = office.object(&object).map_err(report)?;
                let profile = open_profile(&bytes, &pinned.certificate, None).map_err(report)?;
                let years = profile.retention_years.map(Term::of_years).transpose();
                longest = longest.max(years.map_err(report)?.unwrap_or_default());
            }
        }
        self.known.insert(principal.to_owned(), longest);
        Ok(longest)
    }
}

fn may(actor: &Actor, roles: &[Role], refusal: RetentionError) -> Reports<()> {
    if roles.iter().any(|role| actor.operator().may(*role)) { Ok(()) } else { Err(report(refusal)) }
}

/// A card number typed as a document's number must not reach the register.
fn safe(text: &str) -> String {
    mask_text(text, &Masking::default()).text
}

/// Whether `text` is written like a bundle's or a letter's number of this office.
fn is_number(text: &str, prefix: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [first, year, number]
        if (*first == "EV" || *first == prefix)
            && year.len() == 4 && number.len() == 6 && digits(year) && digits(number))
}
