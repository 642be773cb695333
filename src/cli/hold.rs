//! `hold place·release·list`.

use chancery::{
    case::{amount::Fen, date},
    masking::{Masking, mask_text},
    office::{
        Office,
        actor::Actor,
        hold::{
            self, Grounds, due,
            known::Known,
            sheet::{self, SheetProblem},
        },
        journal,
        office_folder::OfficeError,
        refused::{self, Times},
    },
    problem::{Report, alone},
    register::Draft,
};
use serde_json::{Value, json};

use super::{
    arguments::{Cases, Hold},
    context::Context,
    report::{Answer, Stopped},
};

/// One case and what is to be done to it.
struct Act {
    line: u64,
    case: String,
    kind: String,
    grounds: Grounds,
}

/// What is done.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Verb {
    Place,
    Release,
}

impl Verb {
    /// What it is called in the entry that tells its refusal.
    const fn act(self) -> &'static str {
        match self {
            Self::Place => "hold.place",
            Self::Release => "hold.release",
        }
    }
}

/// Runs a verb of `hold`.
pub fn run(context: &Context, verb: Hold) -> Result<Answer, Stopped> {
    match verb {
        Hold::Place { cases, amount } => {
            let amount: Option<Fen> = amount
                .map(|text| text.parse().map_err(|_| SheetProblem::Cell { column: "amount" }))
                .transpose()?;
            act(context, Verb::Place, cases, Grounds { amount, ..Grounds::default() })
        }
        Hold::Release { cases, instruction, answered_on } => {
            let cell = |_| SheetProblem::Cell { column: "answered_on" };
            let answered_on =
                answered_on.map(|text| date::parse(&text).map_err(cell)).transpose()?;
            let grounds = Grounds { instruction, answered_on, ..Grounds::default() };
            act(context, Verb::Release, cases, grounds)
        }
        Hold::List => list(context),
    }
}

fn act(
    context: &Context,
    verb: Verb,
    cases: Cases,
    mut grounds: Grounds,
) -> Result<Answer, Stopped> {
    grounds.proof = cases.proof;
    let Some(file) = cases.file else {
        let act = Act {
            line: 0,
            case: cases.case.unwrap_or_default(),
            kind: cases.kind.unwrap_or_default(),
            grounds,
        };
        let mut office = context.open()?;
        let actor = context.actor(&office)?;
        let told = one(&mut office, &actor, verb, &act).map_err(|reports| {
            let subject = refused::case(&act.case);
            context.refused(&mut office, &actor, verb.act(), &subject, reports)
        })?;
        context.auto_checkpoint(&mut office);
        let text = said(context, verb, &told);
        return Ok(Answer::done(told, text));
    };
    let rows = sheet::read(&file)?;
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    let (mut done, mut already, mut said_no) = (0_u64, 0_u64, 0_u64);
    let mut refusals = Vec::new();
    let mut worst = 0;
    for (line, row) in rows {
        let subject = row
            .as_ref()
            .map_or_else(|_| refused::UNKNOWN.to_owned(), |row| refused::case(&row.case));
        let told = row.and_then(|row| {
            let kind = row.kind.or_else(|| cases.kind.clone());
            let kind = kind.ok_or_else(|| vec![Report::from(SheetProblem::NoKind)])?;
            let own = row.grounds;
            let grounds = Grounds {
                proof: own.proof.or_else(|| grounds.proof.clone()),
                instruction: own.instruction.or_else(|| grounds.instruction.clone()),
                answered_on: own.answered_on.or(grounds.answered_on),
                amount: own.amount.or(grounds.amount),
            };
            one(&mut office, &actor, verb, &Act { line, case: row.case, kind, grounds })
        });
        match told {
            Ok(told) => {
                let before = told.get("already").and_then(Value::as_bool) == Some(true);
                if before {
                    already += 1;
                } else {
                    done += 1;
                }
                let text = said(context, verb, &told);
                context.printer.line(&told, &format!("{line}: {text}"));
            }
            Err(reports) => {
                said_no += 1;
                refusals.extend(refused::draft(verb.act(), &subject, &reports));
                let stopped = Stopped(reports);
                worst = worst.max(stopped.exit());
                let told: Vec<Value> =
                    stopped.0.iter().map(|r| context.printer.report_json(r)).collect();
                let texts: Vec<String> =
                    stopped.0.iter().map(|r| context.printer.report_text(r)).collect();
                let json = json!({ "line": line, "refused": told });
                context.printer.line(&json, &format!("{line}: {}", texts.join("\n")));
            }
        }
    }
    context.register_refused(&mut office, &actor, &refusals, Times::OnceADay)?;
    context.auto_checkpoint(&mut office);
    let json = json!({ "summary": { "done": done, "already": already, "refused": said_no } });
    let text = match context.pick("zh", "en") {
        "zh" => format!("办理 {done}，此前已办 {already}，拒绝 {said_no}"),
        _ => format!("{done} done, {already} done before, {said_no} refused"),
    };
    Ok(Answer { json, text, exit: worst })
}

/// Places or releases one hold; what stands so already is told and not entered again.
fn one(office: &mut Office, actor: &Actor, verb: Verb, act: &Act) -> Result<Value, Vec<Report>> {
    // A card number typed as a case number or a reference must not reach the register.
    let safe = |text: &str| mask_text(text, &Masking::default()).text;
    hold::case_number(&act.case)?;
    let (case, kind) = (safe(&act.case), act.kind.as_str());
    let standing = office.state().holds.get(&case).cloned().unwrap_or_default();
    let grounds = &act.grounds;
    let entry_kind = match verb {
        Verb::Place => {
            hold::may_place(kind, actor.operator(), grounds)?;
            if let Some(held) = standing.iter().find(|hold| hold.kind == kind) {
                let mut told =
                    json!({ "case": case, "hold": kind, "entry": held.seq, "already": true });
                number(&mut told, act.line);
                return Ok(told);
            }
            journal::HOLD_PLACED
        }
        Verb::Release => {
            // As they would stand in the register, so that like is compared with like.
            let given = Grounds {
                proof: grounds.proof.as_deref().map(safe),
                instruction: grounds.instruction.as_deref().map(safe),
                ..grounds.clone()
            };
            let known = Known::of(office, &case, kind, &given).map_err(alone)?;
            let (today, by) = (office.today(), actor.operator());
            hold::may_release(kind, &standing, by, grounds, today, known)?;
            journal::HOLD_RELEASED
        }
    };
    let mut draft = Draft::new(entry_kind, case.clone()).with("hold", kind);
    let members = [
        ("proof", grounds.proof.as_deref().map(safe)),
        ("instruction", grounds.instruction.as_deref().map(safe)),
        ("answered_on", grounds.answered_on.map(|day| day.to_string())),
        ("amount", grounds.amount.map(Fen::plain)),
    ];
    for (name, value) in members {
        if let Some(value) = value {
            draft = draft.with(name, value);
        }
    }
    let failed = |error: OfficeError| vec![Report::from(error)];
    let recorded = office.append(draft, actor).map_err(failed)?;
    let act_name = if verb == Verb::Place { "hold" } else { "released" };
    let mut told = json!({ "case": case, "entry": recorded.seq() });
    if let Some(members) = told.as_object_mut() {
        members.insert(act_name.to_owned(), kind.into());
        let by = due::by(kind, office.today()).filter(|_| verb == Verb::Place);
        if let Some(by) = by {
            members.insert("report_due".to_owned(), by.to_string().into());
        }
    }
    number(&mut told, act.line);
    Ok(told)
}

fn number(told: &mut Value, line: u64) {
    if let (Some(members), 1..) = (told.as_object_mut(), line) {
        members.insert("line".to_owned(), line.into());
    }
}

fn said(context: &Context, verb: Verb, told: &Value) -> String {
    let text = |name| told.get(name).and_then(Value::as_str).unwrap_or_default();
    let case = text("case");
    let chinese = context.pick("zh", "en") == "zh";
    let mut said = match (verb, chinese) {
        (Verb::Place, true) => {
            let passes = match hold::kind(text("hold")).map(|kind| kind.passes) {
                Some(hold::Passes::Gentle) => "即刻起除温和文书外不得发函",
                Some(hold::Passes::Answers) => "即刻起除对该异议的答复文书外不得发函、外访",
                _ => "即刻起不得发函、外访",
            };
            format!("案件 {case} 已暂停（{}），{passes}", text("hold"))
        }
        (Verb::Place, false) => {
            let passes = match hold::kind(text("hold")).map(|kind| kind.passes) {
                Some(hold::Passes::Gentle) => "only gentle documents from now on",
                Some(hold::Passes::Answers) => {
                    "no letters but answers to the objection, no visits from now on"
                }
                _ => "no letters, no visits from now on",
            };
            format!("case {case} is on hold ({}): {passes}", text("hold"))
        }
        (Verb::Release, true) => format!("案件 {case} 的暂停（{}）已解除", text("released")),
        (Verb::Release, false) => format!("hold {} on case {case} released", text("released")),
    };
    let due = text("report_due");
    if !due.is_empty() {
        let told = if chinese {
            format!("；须于 {due} 前（含当日）向委托方报告")
        } else {
            format!("; report to the principal by {due}")
        };
        said.push_str(&told);
    }
    said
}

fn list(context: &Context) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let view = office.view();
    let today = office.today();
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for (case, holds) in &office.state().holds {
        for hold in holds {
            let mut row = json!({
                "case": case,
                "hold": hold.kind,
                "since": hold.since.to_rfc3339(),
                "entry": hold.seq,
            });
            let mut line = format!("{case:<24} {:<20} {}", hold.kind, hold.since.to_rfc3339());
            let report = due::report(&view, case, hold).map_err(OfficeError::from)?;
            if let (Some(report), Some(members)) = (report, row.as_object_mut()) {
                let overdue = report.is_overdue(today);
                members.insert("report_due".to_owned(), report.by.to_string().into());
                members.insert("reported".to_owned(), report.made.clone().into());
                members.insert("report_overdue".to_owned(), overdue.into());
                let told = match (&report.made, overdue) {
                    (Some(number), _) => {
                        format!("  {} {number}", context.pick("已报告", "reported in"))
                    }
                    (None, false) => {
                        format!("  {} {}", context.pick("应报告于", "report due"), report.by)
                    }
                    (None, true) => {
                        let words = context.pick("报告逾期", "report overdue since");
                        format!("  {words} {}", report.by)
                    }
                };
                line.push_str(&told);
            }
            rows.push(row);
            lines.push(line);
        }
    }
    Ok(Answer::done(json!({ "holds": rows }), lines.join("\n")))
}
