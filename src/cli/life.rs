//! `letter dispatch·deliver·return·reply·answer·unanswered·void`: one letter or a file of them.

use std::fmt::Write as _;

use chancery::{
    case::{
        field::Kind,
        intake::plain::{Column, Table},
    },
    letter::{
        issued,
        life::{
            act::{Act, Entered, What},
            acts::{Counter, Done},
            answers,
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
use serde_json::{Value, json};

use super::{
    again,
    arguments::{Life, Named, Told},
    context::Context,
    figures,
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

/// Runs one of these verbs of `letter`.
pub fn run(context: &Context, verb: Life) -> Result<Answer, Stopped> {
    match verb {
        Life::Dispatch { named, told, tracking, carrier } => {
            let options = [("tracking", tracking), ("carrier", carrier)];
            acts(context, Verb::Dispatch, &named, &entered(&named, told, options))
        }
        Life::Deliver { named, told, mode, signer, agent, evidence } => {
            let many = agent.len() > 2;
            let mut agents = agent.into_iter();
            let options = [
                ("mode", mode),
                ("signer", signer),
                ("agent1", agents.next()),
                ("agent2", agents.next()),
                ("evidence", evidence),
            ];
            let options = entered(&named, told, options);
            if many {
                let mut office = context.open()?;
                let actor = context.actor(&office)?;
                let subject = refused::letter(named.number.as_deref());
                let reports = vec![LifeRefusal::HandReceipt.into()];
                return Err(context.refused(
                    &mut office,
                    &actor,
                    &act_name(Verb::Deliver),
                    subject,
                    reports,
                ));
            }
            acts(context, Verb::Deliver, &named, &options)
        }
        Life::Return { named, told, reason, evidence } => {
            let options = [("reason", reason), ("evidence", evidence)];
            acts(context, Verb::Return, &named, &entered(&named, told, options))
        }
        Life::Reply { named, told, kind, evidence } => {
            let options = [("kind", kind), ("evidence", evidence)];
            acts(context, Verb::Reply, &named, &entered(&named, told, options))
        }
        Life::Void { named, reason, source } => {
            let told = Told { at: None, source };
            acts(context, Verb::Void, &named, &entered(&named, told, [("reason", reason)]))
        }
        Life::Answer { reply, by } => answer(context, &reply, &by),
        Life::Unanswered => unanswered(context),
        Life::Reminders { until } => super::reminders::run(context, until.as_deref()),
        Life::Reprint { named, out } => again::reprint(context, &named, &out),
        Life::Receipt { number, agent, out } => again::receipt(context, &number, &agent, &out),
        Life::Bill { file, month } => figures::bill(context, &file, month.as_deref()),
    }
}

fn entered<const N: usize>(
    named: &Named,
    told: Told,
    options: [(&'static str, Option<String>); N],
) -> Entered {
    let common = [("number", named.number.clone()), ("at", told.at), ("source", told.source)];
    let given = common.into_iter().chain(options);
    given.filter_map(|(name, value)| Some((name, value?.trim().to_owned()))).collect()
}

/// A letter number as it may be shown: what is none is not repeated.
pub fn shown(number: Option<&str>) -> String {
    refused::letter(number).to_owned()
}

/// What an act is called in the entry that tells its refusal.
fn act_name(verb: Verb) -> String {
    format!("letter.{}", verb.name())
}

fn acts(
    context: &Context,
    verb: Verb,
    named: &Named,
    options: &Entered,
) -> Result<Answer, Stopped> {
    let Some(file) = &named.file else {
        if named.number.is_none() {
            return Err(LifeRefusal::NothingNamed.into());
        }
        let mut office = context.open()?;
        let read = Act::read(verb, options, *office.now().offset());
        let actor = context.actor(&office)?;
        let judged = read.and_then(|act| {
            let mut counter = Counter::open(&mut office, &actor).map_err(alone)?;
            let judged = counter.register(std::slice::from_ref(&act))?;
            let done =
                judged.into_iter().next().unwrap_or_else(|| Err(alone(LifeRefusal::Unknown)))?;
            Ok((act, done))
        });
        let (act, done) = judged.map_err(|reports| {
            let subject = refused::letter(named.number.as_deref());
            context.refused(&mut office, &actor, &act_name(verb), subject, reports)
        })?;
        context.auto_checkpoint(&mut office);
        return Ok(Answer::done(done_json(&act, &done), done_text(context, verb, &act, &done)));
    };
    let form: &[Column] = if verb == Verb::Dispatch { &FORM } else { &[] };
    let table = Table::open(file, &[&COLUMNS[..], form].concat(), true).map_err(Stopped)?;
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let tally = {
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
        for (row, cells) in table {
            if batch.refusals.len() >= AT_ONCE {
                batch.enter_refusals(&actor)?;
            }
            batch.tally.rows += 1;
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
            match read {
                Ok(act) => batch.wait(row, act)?,
                Err(reports) => batch.refuse(row, number.as_deref(), &reports),
            }
        }
        batch.flush()?;
        batch.enter_refusals(&actor)?;
        batch.tally
    };
    if tally.rows == 0 {
        return Err(LifeRefusal::NoActs.into());
    }
    context.auto_checkpoint(&mut office);
    Ok(tally.answer(context))
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

/// Tells everything wrong with a row.
pub fn refuse(context: &Context, row: u64, number: Option<&str>, reports: &[Report]) {
    let number = shown(number);
    let problems: Vec<Value> =
        reports.iter().map(|report| context.printer.report_json(report)).collect();
    let mut text = match context.pick("zh", "en") {
        "zh" => format!("第 {row} 行 {number} 未登记"),
        _ => format!("row {row} {number} not registered"),
    };
    for report in reports {
        text.push('\n');
        text.push_str(&context.printer.report_text(report));
    }
    context.printer.line(&json!({ "row": row, "number": number, "refused": problems }), &text);
}

fn done_json(act: &Act, done: &Done) -> Value {
    let mut json = json!({ "number": done.number, "entry": done.seq, "already": done.already });
    if let (What::Returned { reason, .. }, Some(members)) = (&act.what, json.as_object_mut()) {
        members.insert("address_shut".to_owned(), reason.shuts_address().into());
    }
    if let (Some(reply), Some(members)) = (&done.reply, json.as_object_mut()) {
        members.insert("reply".to_owned(), reply.reply.as_str().into());
        members.insert("hold".to_owned(), json!(reply.hold));
        members.insert("answer_due".to_owned(), json!(reply.answer_due));
        members.insert("report_due".to_owned(), json!(reply.report_due));
    }
    json
}

fn done_text(context: &Context, verb: Verb, act: &Act, done: &Done) -> String {
    let what = context.pick(verb.chinese(), verb.name());
    let note = if done.already {
        context.pick("（此前已登记）", " (registered before)")
    } else {
        ""
    };
    let mut text = format!("{}  {what}{note}", done.number);
    if let What::Returned { reason, .. } = act.what {
        text.push_str(if reason.shuts_address() {
            context.pick("  该地址须重新核实", "  address to be verified anew")
        } else {
            context.pick("  地址仍可使用", "  address still in use")
        });
    }
    if let Some(reply) = &done.reply {
        text.push_str("  ");
        text.push_str(&reply.reply);
        for (label, value) in [
            (context.pick("暂停", "hold"), &reply.hold),
            (context.pick("报告委托方期限", "report to the principal by"), &reply.report_due),
            (context.pick("答复期限", "answer by"), &reply.answer_due),
        ] {
            if let Some(value) = value {
                // Writing to a string does not fail.
                let _ = write!(text, "  {label} {value}");
            }
        }
    }
    text
}

fn answer(context: &Context, reply: &str, by: &str) -> Result<Answer, Stopped> {
    let mut office: Office = context.open()?;
    let actor = context.actor(&office)?;
    let (letter, to, seq) = answers::answer(&mut office, &actor, reply, by).map_err(|reports| {
        let subject = refused::letter(Some(reply));
        context.refused(&mut office, &actor, "letter.answer", subject, reports)
    })?;
    context.auto_checkpoint(&mut office);
    let json = json!({ "reply": reply, "letter": letter, "answer": by, "to": to, "entry": seq });
    let text = match (context.pick("zh", "en"), to) {
        ("zh", answers::PRINCIPAL) => format!("{reply} 已由 {by} 报告委托方"),
        ("zh", _) => format!("{reply} 已由 {by} 答复"),
        (_, answers::PRINCIPAL) => format!("{reply} reported to the principal by {by}"),
        _ => format!("{reply} answered by {by}"),
    };
    Ok(Answer::done(json, text))
}

fn unanswered(context: &Context) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let open = answers::unanswered(&office)?;
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for one in &open {
        let reply = &one.reply;
        rows.push(json!({
            "reply": reply.number,
            "letter": one.letter,
            "case": one.case,
            "principal": one.principal,
            "kind": reply.kind,
            "came": reply.came.day().to_string(),
            "age_days": one.age,
            "answer_due": one.wants_answer.then_some(reply.answer_due).flatten().map(|day| day.to_string()),
            "report_due": one.wants_report.then_some(reply.report_due).flatten().map(|day| day.to_string()),
            "wants_answer": one.wants_answer,
            "wants_report": one.wants_report,
            "overdue": one.overdue,
        }));
        let mut line = format!(
            "{}  {}  {:<10} {:>3} {}",
            reply.number,
            one.letter,
            reply.kind,
            one.age,
            context.pick("日", "days"),
        );
        if one.wants_report
            && let Some(due) = reply.report_due
        {
            let _ = write!(line, "  {} {due}", context.pick("报告委托方", "report by"));
        }
        if one.wants_answer {
            let due = reply.answer_due.map(|due| due.to_string());
            let none = context.pick("未设期限", "no term set").to_owned();
            let _ = write!(line, "  {} {}", context.pick("答复", "answer by"), due.unwrap_or(none));
        }
        if one.overdue {
            line.push_str(context.pick("  已逾期", "  overdue"));
        }
        lines.push(line);
    }
    Ok(Answer::done(json!({ "unanswered": rows }), lines.join("\n")))
}
