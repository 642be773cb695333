//! `template check·approve·withdraw·show`; what approvers look at is in `template_work`.

use std::{collections::BTreeSet, io::Read as _, path::Path};

use chancery::{
    digest::Digest,
    durable,
    office::{Office, actor::Actor, approvals::Approved, embedded, journal, operator::Role},
    problem::{Phrase, Problem as _},
    register::{Clock as _, Draft},
    template::{
        approval::{Approval, ApprovalRefusal, Side, SignedStatement, Statement},
        lint,
        package::Package,
        request::{self, ApprovalRequest},
        wording_scan::{self, Verdict},
    },
    typeset::ENGINE_ID,
};
use chrono::{NaiveDate, Utc};
use serde_json::{Value, json};

use super::{
    arguments::{Approve, OwnKey, Template},
    context::{Context, UsageError},
    principal::own_key,
    report::{Answer, Stopped},
    template_work::{self, of_office, proof_set},
};

/// Largest request or signed file, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;
/// Most bytes of text that `--text -` reads.
const TEXT_LIMIT: u64 = 1024 * 1024;

/// Runs a verb of `template`.
pub fn run(context: &Context, verb: Template) -> Result<Answer, Stopped> {
    match verb {
        Template::Check { text: Some(text), .. } => check_text(context, &text),
        Template::Check { id, principal, .. } => {
            check(context, id.as_deref().unwrap_or_default(), principal.as_deref())
        }
        Template::Approve(arguments) => approve(context, arguments),
        Template::Withdraw { id, principal, reason } => withdraw(context, &id, &principal, &reason),
        Template::List => template_work::list(context),
        Template::Show { id, principal } => show(context, &id, principal.as_deref()),
        Template::Proof { id, principal, out } => {
            template_work::proof(context, &id, principal.as_deref(), &out)
        }
        Template::Diff { old, new, principal, out } => {
            template_work::diff(context, (&old, &new), principal.as_deref(), out.as_deref())
        }
        Template::Review { request, out } => template_work::review(context, &request, &out),
    }
}

/// One sentence, or each line of standard input.
fn check_text(context: &Context, text: &str) -> Result<Answer, Stopped> {
    let mut read = String::new();
    let lines: Vec<&str> = if text == "-" {
        let unread = || UsageError::Argument {
            name: "--text",
            expected: Phrase("UTF-8 text of at most 1 MiB", "应为不超过 1 MiB 的 UTF-8 文本"),
        };
        let got = std::io::stdin().take(TEXT_LIMIT + 1).read_to_string(&mut read);
        let length = u64::try_from(got.map_err(|_| unread())?).unwrap_or(u64::MAX);
        if length > TEXT_LIMIT {
            return Err(unread().into());
        }
        read.lines().filter(|line| !line.trim().is_empty()).collect()
    } else {
        // One sentence, whatever line breaks it holds.
        vec![text]
    };
    let mut worst = Verdict::Pass;
    let mut rows = Vec::new();
    let mut said = Vec::new();
    for line in lines {
        let scanned = wording_scan::scan(line);
        let verdict = scanned.verdict();
        let findings: Vec<Value> = scanned
            .findings
            .iter()
            .map(|found| {
                json!({
                    "rule": found.rule.code().code,
                    "source": found.rule.source(),
                    "start": found.bytes.start,
                    "end": found.bytes.end,
                    "why": found.rule.say(context.printer.language),
                })
            })
            .collect();
        rows.push(json!({ "verdict": verdict.name(), "findings": findings }));
        said.push(verdict.name().to_owned());
        for found in &scanned.findings {
            let why = found.rule.say(context.printer.language);
            said.push(format!("  {} {why}（{}）", found.rule.code().code, found.rule.source()));
        }
        worst = worst.max(verdict);
    }
    let json = match rows.as_slice() {
        [one] => one.clone(),
        _ => json!({ "verdict": worst.name(), "lines": rows }),
    };
    let exit = u8::from(worst != Verdict::Pass);
    Ok(Answer { json, text: said.join("\n"), exit })
}

/// Lint, then a proof of awkward data.
fn check(context: &Context, id: &str, principal: Option<&str>) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let package = of_office(&office, id, principal)?;
    let fonts = embedded::fonts().map_err(Stopped)?;
    let families: BTreeSet<String> = fonts.families().map(str::to_owned).collect();
    let mut found = lint::lint(&package, &families);
    if found.is_empty() {
        found.extend(template_work::defects(&package)?);
    }
    let rows: Vec<Value> = found.iter().map(|r| context.printer.report_json(r)).collect();
    let json = json!({ "template": id, "findings": rows });
    if found.is_empty() {
        let text =
            context.pick("检查通过，可提交核准", "nothing found; it may be put up for approval");
        Ok(Answer::done(json, text))
    } else {
        let text: Vec<String> = found.iter().map(|r| context.printer.report_text(r)).collect();
        Ok(Answer::found(json, text.join("\n")))
    }
}

fn approve(context: &Context, arguments: Approve) -> Result<Answer, Stopped> {
    let fonts = embedded::fonts().map_err(Stopped)?.digest();
    if let Some(file) = &arguments.sign {
        return sign(context, file, arguments.key, arguments.own_certificate, arguments.out);
    }
    let mut office = context.open()?;
    if let Some(file) = &arguments.import {
        let actor = context.actor(&office)?;
        let signed = request::read_signed(&durable::read(file, LIMIT)?)?;
        let taken = import(context, &mut office, &actor, &signed, &fonts);
        let id = signed.statement.template.as_str();
        return taken
            .map_err(|stopped| refused(context, &mut office, &actor, APPROVE, id, stopped));
    }
    let (Some(id), Some(principal)) = (&arguments.id, &arguments.principal) else {
        return Err(UsageError::Argument {
            name: "template", expected: Phrase("named", "须指明")
        }
        .into());
    };
    let today = office.today();
    let from = date(arguments.from.as_deref(), "--from")?.unwrap_or(today);
    let until = date(arguments.until.as_deref(), "--until")?
        .or_else(|| today.checked_add_months(chrono::Months::new(12)))
        .unwrap_or(today);
    let ready = ready(&office, id, principal);
    let Some(out) = arguments.request else {
        let actor = context.actor(&office)?;
        let approved = ready.and_then(|package| {
            actor.require(Role::Approver)?;
            let statement = Statement::new(&package, &fonts, ENGINE_ID, principal, (from, until))?;
            let signed = statement.sign(actor.signer(), &[], office.now().with_timezone(&Utc))?;
            record(context, &mut office, &package, &signed, &actor)
        });
        return approved
            .map_err(|stopped| refused(context, &mut office, &actor, APPROVE, id, stopped));
    };
    let package = ready?;
    let statement = Statement::new(&package, &fonts, ENGINE_ID, principal, (from, until))?;
    let proof = proof_set(&package)?;
    let approved =
        Approved { principal: Some(principal), version: None, other_than: Some(statement.package) };
    let base = office.approved_package(id, approved).map_err(Stopped)?;
    let request = ApprovalRequest::new(statement, &package, proof.pdf(), base.as_ref())?;
    durable::write_new(&out, &request.to_bytes())?;
    let json =
        json!({ "template": id, "package": request.statement.package.to_string(), "out": out });
    Ok(Answer::done(json, out.display().to_string()))
}

/// What an approval, and its refusal, is called in the register.
const APPROVE: &str = "template.approve";

/// Registers that an act on the template `id` was refused.
fn refused(
    context: &Context,
    office: &mut Office,
    actor: &Actor,
    act: &str,
    id: &str,
    stopped: Stopped,
) -> Stopped {
    let subject = chancery::office::refused::template(office, id);
    context.refused(office, actor, act, subject, stopped.0)
}

/// The package of `id` for a principal that has a profile, free of defects.
fn ready(office: &Office, id: &str, principal: &str) -> Result<Package, Stopped> {
    let package = Package::load_for(&office.paths().templates(), id, principal)?;
    office.profile(principal).map_err(Stopped)?;
    refuse_defects(&package)?;
    Ok(package)
}

/// Takes in what a principal's approver signed on its own machine.
fn import(
    context: &Context,
    office: &mut Office,
    actor: &Actor,
    signed: &SignedStatement,
    fonts: &Digest,
) -> Result<Answer, Stopped> {
    let id = signed.statement.template.clone();
    let templates = office.paths().templates();
    let package = Package::load_for(&templates, &id, &signed.statement.principal)?;
    if package.digest(fonts, ENGINE_ID) != signed.statement.package {
        return Err(ApprovalRefusal::Changed { id }.into());
    }
    refuse_defects(&package)?;
    let approval = judge(office, signed);
    if approval.side != Some(Side::Principal) {
        return Err(ApprovalRefusal::NotApprover.into());
    }
    if office.state().approvals.is_spent(&approval) {
        return Err(ApprovalRefusal::Replayed { id }.into());
    }
    record(context, office, &package, signed, actor)
}

/// Nobody is asked to sign what the lint refuses.
fn refuse_defects(package: &Package) -> Result<(), Stopped> {
    let fonts = embedded::fonts().map_err(Stopped)?;
    let families: BTreeSet<String> = fonts.families().map(str::to_owned).collect();
    let found = lint::lint(package, &families);
    if found.is_empty() { Ok(()) } else { Err(Stopped(found)) }
}

fn judge(office: &Office, signed: &SignedStatement) -> Approval {
    let state = office.state();
    let principal = state.principals.get(&signed.statement.principal);
    let principal =
        principal.map(|one| chancery::signing::TrustAnchors::new([one.certificate.clone()]));
    let now = office.now().with_timezone(&Utc);
    Approval::judge(signed, &state.agency_anchors(), principal.as_ref(), now, 0)
}

fn record(
    context: &Context,
    office: &mut Office,
    package: &Package,
    signed: &SignedStatement,
    actor: &Actor,
) -> Result<Answer, Stopped> {
    let statement = &signed.statement;
    let recorded = office.take_approval(package, signed, actor)?;
    context.auto_checkpoint(office);
    let json = json!({
        "template": statement.template,
        "version": statement.version,
        "package": statement.package.to_string(),
        "principal": statement.principal,
        "valid_from": statement.valid_from.to_string(),
        "valid_until": statement.valid_until.to_string(),
        "entry": recorded.seq(),
    });
    let text = match context.pick("zh", "en") {
        "zh" => format!(
            "已登记对 {} 第 {} 版的一项核准（{} 至 {}），登记条目 {}",
            statement.template,
            statement.version,
            statement.valid_from,
            statement.valid_until,
            recorded.seq()
        ),
        _ => format!(
            "one approval of {} version {} registered ({} to {}), entry {}",
            statement.template,
            statement.version,
            statement.valid_from,
            statement.valid_until,
            recorded.seq()
        ),
    };
    Ok(Answer::done(json, text))
}

/// On the principal's machine: looks at the request, computes everything anew, signs.
fn sign(
    context: &Context,
    file: &Path,
    key: Option<std::path::PathBuf>,
    own_certificate: Option<std::path::PathBuf>,
    out: Option<std::path::PathBuf>,
) -> Result<Answer, Stopped> {
    let (Some(key), Some(own_certificate), Some(out)) = (key, own_certificate, out) else {
        return Err(UsageError::Argument {
            name: "--sign",
            expected: Phrase(
                "given with --key, --own-certificate and --out",
                "须与 --key、--own-certificate、--out 一并给出",
            ),
        }
        .into());
    };
    let fonts = embedded::fonts().map_err(Stopped)?.digest();
    let bytes = durable::read(file, LIMIT)?;
    let (request, package) = ApprovalRequest::open(&bytes, &fonts, ENGINE_ID)?;
    refuse_defects(&package)?;
    proof_set(&package)?;
    let own = OwnKey { key, own_certificate, issuer: None };
    let (credential, chain) = own_key(context, &own)?;
    let zone = chrono::FixedOffset::east_opt(0)
        .unwrap_or(*chrono::DateTime::<chrono::FixedOffset>::default().offset());
    let now = chancery::office::clock::SystemClock::new(zone).now().with_timezone(&Utc);
    let signed = request.statement.sign(&credential, &chain, now)?;
    durable::write_new(&out, &request::write_signed(&signed))?;
    let json = json!({ "template": signed.statement.template, "out": out });
    Ok(Answer::done(json, out.display().to_string()))
}

fn may_withdraw(office: &Office, actor: &Actor, id: &str, principal: &str) -> Result<(), Stopped> {
    actor.require(Role::Approver)?;
    let approved = office.state().approvals.iter().any(|approval| {
        approval.statement.template == id
            && approval.statement.principal == principal
            && !approval.withdrawn
    });
    if approved {
        return Ok(());
    }
    let id = if chancery::office::operator::is_id(&id.replace('_', "-")) { id } else { "?" };
    Err(ApprovalRefusal::NotApproved { id: id.to_owned() }.into())
}

fn withdraw(context: &Context, id: &str, principal: &str, reason: &str) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    if let Err(stopped) = may_withdraw(&office, &actor, id, principal) {
        return Err(refused(context, &mut office, &actor, "template.withdraw", id, stopped));
    }
    let masked = chancery::masking::mask_text(reason, &chancery::masking::Masking::default()).text;
    let draft = Draft::new(journal::TEMPLATE_WITHDRAWN, id)
        .with("principal", principal)
        .with("reason", masked);
    let recorded = office.append(draft, &actor)?;
    context.auto_checkpoint(&mut office);
    let json = json!({ "template": id, "principal": principal, "entry": recorded.seq() });
    let text = match context.pick("zh", "en") {
        "zh" => format!("模板 {id} 的核准已撤回，立即生效"),
        _ => format!("approval of template {id} withdrawn, from now on"),
    };
    Ok(Answer::done(json, text))
}

fn show(context: &Context, id: &str, principal: Option<&str>) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let package = of_office(&office, id, principal)?;
    let fonts = embedded::fonts().map_err(Stopped)?.digest();
    let digest = package.digest(&fonts, ENGINE_ID);
    let metadata = package.metadata();
    let join = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
    let text = format!(
        "{id} v{} {}\n  {}\n  {}: {}\n  {}: {}\n  {}: {}\n  {}: {}\n  SHA-256 {digest}",
        metadata.version,
        metadata.title,
        context.pick(&metadata.purpose, &metadata.purpose_en),
        context.pick("收件人身份", "audience"),
        join(&metadata.audience),
        context.pick("送达渠道", "channels"),
        join(&metadata.channels),
        context.pick("必填字段", "required"),
        join(&metadata.fields.required),
        context.pick("禁用字段", "forbidden"),
        join(&metadata.fields.forbidden),
    );
    let json = json!({
        "package": digest.to_string(),
        "metadata": serde_json::to_value(metadata).unwrap_or(Value::Null),
    });
    Ok(Answer::done(json, text))
}

fn date(text: Option<&str>, name: &'static str) -> Result<Option<NaiveDate>, Stopped> {
    text.map(|text| {
        text.parse().map_err(|_| {
            UsageError::Argument {
                name,
                expected: Phrase("a date such as 2026-12-31", "应为日期，如 2026-12-31"),
            }
            .into()
        })
    })
    .transpose()
}
