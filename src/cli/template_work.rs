//! `template diff·proof·review·list`: what approvers look at before they sign.

use std::path::Path;

use chancery::{
    durable,
    letter::{
        comparison::Comparison,
        proof::{ProofPage, ProofSet, Strain},
    },
    office::{Office, approvals::Approved, embedded},
    problem::Report,
    template::{
        approval::{Side, Statement},
        metadata::Metadata,
        package::{self, Package, PackageError},
        request::ApprovalRequest,
    },
    typeset::ENGINE_ID,
};
use serde_json::{Value, json};

use super::{
    context::Context,
    report::{Answer, Stopped},
};

chancery::problems! {
    /// Why a folder cannot be compared.
    pub enum DiffInput {
        /// No package.
        NoPackage = "CH-T060", Input,
            "the folder holds no `template.toml`" => "give the folder of one template, such as templates/payment_reminder, or its id",
            "该目录中没有 `template.toml`" => "请给出某一模板的目录（如 templates/payment_reminder）或其编号";
        /// Nothing that it shares, and no office.
        NoShared = "CH-T061", Input,
            "beside the folder stands no `_shared`, and there is no office whose shared page could be used" => "copy `_shared` of your templates beside the folder, or give --office",
            "该目录旁没有 `_shared`，也没有可借用其共用版面的办公室" => "请将模板目录中的 `_shared` 复制到其旁，或用 --office 指定办公室";
    }
}

/// Largest request file, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;

/// `template diff`.
pub fn diff(
    context: &Context,
    (old, new): (&str, &str),
    principal: Option<&str>,
    out: Option<&Path>,
) -> Result<Answer, Stopped> {
    let office = context.look().ok();
    let old = named(context, office.as_ref(), old, principal)?;
    let new = named(context, office.as_ref(), new, principal)?;
    let fonts = embedded::fonts().map_err(Stopped)?;
    let compared = Comparison::of(&old, &new, fonts).map_err(Stopped)?;
    if let Some(out) = out {
        durable::write_new(out, &compared.pdf)?;
    }
    let same = compared.difference.is_empty();
    let json = json!({
        "template": new.metadata().id,
        "same": same,
        "members": compared.difference.members,
        "files": compared.difference.files,
        "placed": compared.placed,
        "out": out,
    });
    let text = if same {
        context.pick("两者相同", "no difference").to_owned()
    } else {
        compared.to_text()
    };
    Ok(Answer::done(json, text))
}

/// `template proof`.
pub fn proof(
    context: &Context,
    id: &str,
    principal: Option<&str>,
    out: &Path,
) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let package = of_office(&office, id, principal)?;
    let fonts = embedded::fonts().map_err(Stopped)?;
    let proofs = ProofSet::of(&package, fonts).map_err(Stopped)?;
    durable::write_new(out, proofs.pdf())?;
    let cases: Vec<Value> =
        proofs.cases.iter().map(|(name, pages)| json!({ "case": name, "pages": pages })).collect();
    let json = json!({
        "template": id,
        "pages": proofs.pages(),
        "branches": proofs.branches,
        "cases": cases,
        "out": out,
    });
    let mut lines = vec![out.display().to_string()];
    let mut page = 1;
    for (name, pages) in &proofs.cases {
        lines.push(format!("  {} {page}  {name}", context.pick("页", "page")));
        page += pages;
    }
    Ok(Answer::done(json, lines.join("\n")))
}

/// `template review`: proof and difference of a request, made anew on this machine, without an office.
pub fn review(context: &Context, file: &Path, out: &Path) -> Result<Answer, Stopped> {
    let fonts = embedded::fonts().map_err(Stopped)?;
    let bytes = durable::read(file, LIMIT)?;
    let (request, package) = ApprovalRequest::open(&bytes, &fonts.digest(), ENGINE_ID)?;
    durable::create_folder(out)?;
    let proofs = ProofSet::of(&package, fonts).map_err(Stopped)?;
    durable::write_new(&out.join("proof.pdf"), proofs.pdf())?;
    let Statement {
        template, version, principal, valid_from, valid_until, package: digest, ..
    } = &request.statement;
    let mut text = match context.pick("zh", "en") {
        "zh" => format!(
            "{template} 第 {version} 版，委托方 {principal}，{valid_from} 至 {valid_until}\n摘要 {digest}"
        ),
        _ => format!(
            "{template} version {version} for {principal}, {valid_from} to {valid_until}\ndigest {digest}"
        ),
    };
    let mut difference = Value::Null;
    if let Some(base) = request.base()? {
        let compared = Comparison::of(&base, &package, fonts).map_err(Stopped)?;
        durable::write_new(&out.join("difference.pdf"), &compared.pdf)?;
        durable::write_new(&out.join("difference.txt"), compared.to_text().as_bytes())?;
        difference =
            json!({ "members": compared.difference.members, "files": compared.difference.files });
        text.push('\n');
        text.push_str(&compared.to_text());
    } else {
        text.push('\n');
        text.push_str(context.pick("此前没有已核准的版本", "no version was approved before"));
    }
    let json = json!({
        "statement": serde_json::to_value(&request.statement).unwrap_or(Value::Null),
        "pages": proofs.pages(),
        "difference": difference,
        "out": out,
    });
    Ok(Answer::done(json, text))
}

/// The package a word names: a folder, `ID` as the office has it, `ID@3` as version 3 was approved,
/// `ID@approved` as it was approved last.
fn named(
    context: &Context,
    office: Option<&Office>,
    word: &str,
    principal: Option<&str>,
) -> Result<Package, Stopped> {
    let path = Path::new(word);
    if path.is_dir() && !path.join("template.toml").is_file() && word.contains(['/', '.']) {
        return Err(DiffInput::NoPackage.into());
    }
    if path.join("template.toml").is_file()
        && let (Some(parent), Some(id)) =
            (path.parent(), path.file_name().and_then(|id| id.to_str()))
    {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        if parent.join(package::SHARED).is_dir() {
            return Ok(Package::load(parent, id)?);
        }
        // A folder alone: the page it shares with others is the office's.
        let office = office.ok_or(DiffInput::NoShared)?;
        return Ok(Package::load_beside(path, &office.paths().templates(), id)?);
    }
    let own;
    let office = if let Some(office) = office {
        office
    } else {
        own = context.look()?;
        &own
    };
    let Some((id, version)) = word.split_once('@') else {
        return of_office(office, word, principal);
    };
    let version = match version {
        "approved" => None,
        number => Some(number.parse().map_err(|_| unknown())?),
    };
    let found = office
        .approved_package(id, Approved { principal, version, other_than: None })
        .map_err(Stopped)?;
    found.ok_or_else(|| unknown().into())
}

fn unknown() -> PackageError {
    PackageError::Unknown { id: "?".to_owned() }
}

/// A package of the office, as it is for `principal` if one is named.
pub fn of_office(office: &Office, id: &str, principal: Option<&str>) -> Result<Package, Stopped> {
    let templates = office.paths().templates();
    Ok(match principal {
        Some(principal) => Package::load_for(&templates, id, principal)?,
        None => Package::load(&templates, id)?,
    })
}

/// A request's proof.
pub fn proof_set(package: &Package) -> Result<ProofSet, Stopped> {
    ProofSet::of(package, embedded::fonts().map_err(Stopped)?).map_err(Stopped)
}

/// Whatever refuses a page of the package, everyday and extreme, or a branch that no values reach.
pub fn defects(package: &Package) -> Result<Vec<Report>, Stopped> {
    let fonts = embedded::fonts().map_err(Stopped)?;
    if let Err(reports) = ProofPage::of(package, fonts, Strain::Usual) {
        return Ok(reports);
    }
    Ok(ProofSet::of(package, fonts).err().unwrap_or_default())
}

/// `template list`.
pub fn list(context: &Context) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let fonts = embedded::fonts().map_err(Stopped)?.digest();
    let templates = office.paths().templates();
    let today = office.today();
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for id in package::list(&templates)? {
        let package = match Package::load(&templates, &id) {
            Ok(package) => package,
            Err(error) => {
                let report = Report::from(error);
                lines.push(format!("{id:<30} {}", report.say(context.printer.language)));
                rows.push(json!({ "id": id, "problem": context.printer.report_json(&report) }));
                continue;
            }
        };
        let digest = package.digest(&fonts, ENGINE_ID);
        let metadata = package.metadata();
        let mut approvals = Vec::new();
        let mut standing = Vec::new();
        for principal in office.state().principals.keys() {
            // What a principal put on its letters is part of the package it approved.
            let Ok(own) = Package::load_for(&templates, &id, principal) else { continue };
            let own = own.digest(&fonts, ENGINE_ID);
            let of_principal: Vec<_> = office
                .state()
                .approvals
                .iter()
                .filter(|a| a.statement.package == own && a.statement.principal == *principal)
                .filter(|a| !a.withdrawn && a.side.is_some())
                .collect();
            for a in &of_principal {
                approvals.push(json!({
                    "principal": a.statement.principal,
                    "side": match a.side { Some(Side::Agency) => "agency", _ => "principal" },
                    "valid_from": a.statement.valid_from.to_string(),
                    "valid_until": a.statement.valid_until.to_string(),
                }));
            }
            let until = |side| {
                let of_side = of_principal.iter().filter(|a| a.side == Some(side));
                let valid = of_side.filter(|a| a.statement.valid_from <= today);
                valid.map(|a| a.statement.valid_until).filter(|until| today <= *until).max()
            };
            if let (Some(one), Some(other)) = (until(Side::Agency), until(Side::Principal)) {
                standing.push(format!("{principal} → {}", one.min(other)));
            }
        }
        let state = if !standing.is_empty() {
            format!("{} {}", context.pick("已核准", "approved"), standing.join(", "))
        } else if approvals.is_empty() {
            context.pick("未核准", "not approved").to_owned()
        } else {
            context
                .pick("核准未齐或不在有效期", "approval incomplete or not valid today")
                .to_owned()
        };
        let gates = gates(metadata);
        lines.push(format!(
            "{id:<30} {:<3} v{} {state}\n    {}：{}\n    {}: {}",
            metadata.number,
            metadata.version,
            context.pick(&metadata.title, &metadata.title_en),
            context.pick(&metadata.purpose, &metadata.purpose_en),
            context.pick("限制", "gates"),
            gates.join("; "),
        ));
        rows.push(json!({
            "id": id,
            "number": metadata.number,
            "version": metadata.version,
            "title": metadata.title,
            "title_en": metadata.title_en,
            "purpose": metadata.purpose,
            "purpose_en": metadata.purpose_en,
            "gates": gates,
            "package": digest.to_string(),
            "approvals": approvals,
        }));
    }
    Ok(Answer::done(json!({ "templates": rows }), lines.join("\n")))
}

/// What narrows the use of a document: who issues it, to whom, by which way, and what it needs.
fn gates(metadata: &Metadata) -> Vec<String> {
    let join = |set: &std::collections::BTreeSet<String>| {
        set.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    };
    let exempt = serde_json::to_value(&metadata.exempt_from).unwrap_or_default();
    let exempt: Vec<&str> =
        exempt.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut gates = vec![
        format!("issuer={}", metadata.issuer.role().name()),
        format!("audience={}", join(&metadata.audience)),
        format!("channels={}", join(&metadata.channels)),
    ];
    if metadata.seal {
        gates.push("seal".to_owned());
    }
    for rule in ["address_verification", "debt_verification", "holds", "mandate"] {
        if !exempt.contains(&rule) {
            gates.push(rule.to_owned());
        }
    }
    if !metadata.papers.is_empty() {
        gates.push(format!("papers={}", join(&metadata.papers)));
    }
    gates
}
