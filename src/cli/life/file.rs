//! Files of acts on letters: rows taken in groups to the counter, each told as a line.

use std::path::Path;

use chancery::{
    case::{
        field::Kind,
        intake::plain::{Column, Table},
    },
    letter::{
        issued,
        life::{
            act::{Act, Entered},
            acts::Counter,
            refusal::LifeRefusal,
            words::Verb,
        },
        print::lists,
    },
    office::{
        Office,
        actor::Actor,
        refused::{self, Times},
    },
    problem::{Report, Severity, alone},
    register::Draft,
};
use serde_json::json;

use super::{
    act_name, refuse,
    told::{done_json, done_text},
};
use crate::cli::{
    context::Context,
    report::{Answer, Stopped},
};

/// Acts of one transaction.
const AT_ONCE: usize = 100;

/// Columns a file of acts may have.
const COLUMNS: [Column; 12] = [
    Column::text("number", &["函号", "letter_no"]).required(),
    Column::text("at", &["时间", "日期", "发生时间", "occurred_at"]).holding(Kind::DateTime),
    Column::text("source", &["来源", "消息来源"]),
    Column::text("tracking", &["邮件号", "邮件号码", "tracking_no"]),
    Column::text("carrier", &["承运方"]),
    Column::text("mode", &["送达方式"]),
    Column::text("signer", &["签收人", "签收人关系"]),
    Column::text("agent1", &["送达人一", "外访员一"]),
    Column::text("agent2", &["送达人二", "外访员二"]),
    Column::text("reason", &["原因"]),
    Column::text("kind", &["种类", "回复种类"]),
    Column::text("evidence", &["证据编号", "证据包编号"]),
];

/// Columns of the office's own form of bulk mail, which comes back with the numbers of the post.
const FORM: [Column; 10] = [
    Column::text(lists::TELLING[0], &[]),
    Column::text(lists::TELLING[1], &[]),
    Column::text(lists::TELLING[2], &[]),
    Column::text(lists::TELLING[3], &[]),
    Column::text(lists::BESIDES[0], &[]),
    Column::text(lists::BESIDES[1], &[]),
    Column::text(lists::BESIDES[2], &[]),
    Column::text(lists::BESIDES[3], &[]),
    Column::text(lists::BESIDES[4], &[]),
    Column::text(lists::BESIDES[5], &[]),
];

/// Does `verb` to every letter of `file`; `options` hold for rows that are silent.
pub(super) fn acts(
    context: &Context,
    verb: Verb,
    file: &Path,
    options: &Entered,
) -> Result<Answer, Stopped> {
    let form: &[Column] = if verb == Verb::Dispatch { &FORM } else { &[] };
    let table = Table::open(file, &[&COLUMNS[..], form].concat(), true).map_err(Stopped)?;
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let (tally, fault, entered) = {
        let zone = *office.now().offset();
        let mut counter = Counter::open(&mut office, &actor)?;
        let mut batch = Batch {
            context,
            verb,
            counter: &mut counter,
            waiting: Vec::new(),
            refusals: Vec::new(),
            tally: Tally::default(),
        };
        let mut fault = None;
        for (row, cells) in table {
            if batch.refusals.len() >= AT_ONCE
                && let Err(stopped) = batch.enter_refusals(&actor)
            {
                fault = Some(stopped.0);
                break;
            }
            let cells = cells.map(|mut cells| {
                // What is said on the command line holds for rows that are silent.
                for (name, value) in options {
                    cells.entry(name).or_insert_with(|| value.clone());
                }
                cells
            });
            let number = cells.as_ref().ok().and_then(|cells| cells.get("number")).cloned();
            let office = batch.counter.office_mut();
            let read = cells.and_then(|mut cells| {
                let said = lists::TELLING.map(|column| cells.remove(column));
                for column in lists::BESIDES {
                    cells.remove(column);
                }
                let act = Act::read(verb, &cells, zone)?;
                as_the_form(office, &act.number, &said).map(|()| act)
            });
            let taken = match read {
                Ok(act) => batch.wait(row, act),
                Err(reports) if Stopped::is_fault(&reports) => Err(Stopped(reports)),
                Err(reports) => {
                    batch.refuse(row, number.as_deref(), &reports);
                    Ok(())
                }
            };
            if let Err(stopped) = taken {
                fault = Some(stopped.0);
                break;
            }
        }
        if fault.is_none() {
            fault = batch.flush().err().map(|stopped| stopped.0);
        }
        let entered = batch.enter_refusals(&actor);
        (batch.tally, fault, entered)
    };
    if tally.rows == 0 && fault.is_none() {
        return Err(LifeRefusal::NoActs.into());
    }
    context.auto_checkpoint(&mut office);
    context.finished(tally.answer(context), fault, entered)
}

/// Whether what the post office's form says beside the number is said of that letter.
fn as_the_form(
    office: &Office,
    number: &str,
    said: &[Option<String>; 4],
) -> Result<(), Vec<Report>> {
    // What is not known is refused as such by the act.
    if said.iter().all(Option::is_none) || issued::find(office, number).map_err(alone)?.is_none() {
        return Ok(());
    }
    // A letter that is not posted stands in no form.
    let told = lists::told_of(office, number)?.unwrap_or_default();
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let mut found: Vec<Report> = Vec::new();
    for ((column, said), told) in lists::TELLING.into_iter().zip(said).zip(&told) {
        if said.as_ref().is_some_and(|said| bare(said) != bare(told)) {
            found.push(LifeRefusal::Form { column }.into());
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

#[derive(Default)]
struct Tally {
    rows: u64,
    done: u64,
    already: u64,
    refused: u64,
    unread: u64,
}

impl Tally {
    fn answer(&self, context: &Context) -> Answer {
        let Self { rows, done, already, refused, unread } = self;
        let text = match context.pick("zh", "en") {
            "zh" => format!(
                "共 {rows} 行：登记 {done}，此前已登记 {already}，拒绝 {refused}，无法读取 {unread}"
            ),
            _ => format!(
                "{rows} rows: {done} registered, {already} registered before, {refused} refused, {unread} unreadable"
            ),
        };
        let exit = match (refused, unread) {
            (_, 1..) => 2,
            (1.., 0) => 1,
            (0, 0) => 0,
        };
        let json = json!({ "summary": {
            "rows": rows, "registered": done, "already": already, "refused": refused, "unread": unread,
        } });
        Answer { json, text, exit }
    }
}

/// Acts on their way to the counter, in the order of their rows.
struct Batch<'a, 'c> {
    context: &'a Context,
    verb: Verb,
    counter: &'a mut Counter<'c>,
    waiting: Vec<(u64, Act)>,
    refusals: Vec<Draft>,
    tally: Tally,
}

impl Batch<'_, '_> {
    fn wait(&mut self, row: u64, act: Act) -> Result<(), Stopped> {
        self.waiting.push((row, act));
        if self.waiting.len() >= AT_ONCE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Stopped> {
        let (rows, acts): (Vec<u64>, Vec<Act>) = self.waiting.drain(..).unzip();
        if acts.is_empty() {
            return Ok(());
        }
        let judged = self.counter.register(&acts).map_err(Stopped)?;
        for ((row, act), judged) in rows.into_iter().zip(&acts).zip(judged) {
            match judged {
                Ok(done) => {
                    self.tally.rows += 1;
                    *(if done.already { &mut self.tally.already } else { &mut self.tally.done }) +=
                        1;
                    let mut json = done_json(act, &done);
                    if let Some(members) = json.as_object_mut() {
                        members.insert("row".to_owned(), row.into());
                    }
                    self.context
                        .printer
                        .line(&json, &done_text(self.context, self.verb, act, &done));
                }
                Err(reports) => self.refuse(row, Some(&act.number), &reports),
            }
        }
        Ok(())
    }

    fn refuse(&mut self, row: u64, number: Option<&str>, reports: &[Report]) {
        self.tally.rows += 1;
        let rule = reports.iter().any(|report| report.code.severity == Severity::Refusal);
        *(if rule { &mut self.tally.refused } else { &mut self.tally.unread }) += 1;
        self.refusals.extend(refused::draft(
            &act_name(self.verb),
            refused::letter(number),
            reports,
        ));
        refuse(self.context, row, number, reports);
    }

    /// Registers what was refused so far; a file run again on a day enters nothing twice.
    fn enter_refusals(&mut self, actor: &Actor) -> Result<(), Stopped> {
        let refusals = std::mem::take(&mut self.refusals);
        let office = self.counter.office_mut();
        self.context.register_refused(office, actor, &refusals, Times::OnceADay)
    }
}
