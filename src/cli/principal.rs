//! `principal add·sign·vouch·keygen·show·list`.

use std::path::Path;

use chancery::{
    digest::Digest,
    durable,
    office::{
        clock::SystemClock,
        credentials, intake_file,
        principal::{PrincipalError, Profile},
        refused,
    },
    problem::Phrase,
    register::Clock as _,
    signing::{
        Certificate, CertificateAuthority, Credential, KeyPair, Passphrase, Subject, SystemRandom,
        TrustAnchors, Validity, cades,
    },
    template::approval::APPROVER,
};
use chrono::{FixedOffset, Utc};
use serde_json::{Value, json};

use super::{
    arguments::{OwnKey, Principal},
    context::{Context, UsageError},
    report::{Answer, Stopped},
};

/// Largest certificate, key or profile file, in bytes.
const LIMIT: u64 = 256 * 1024;

/// Runs a verb of `principal`.
pub fn run(context: &Context, verb: Principal) -> Result<Answer, Stopped> {
    match verb {
        Principal::Add { id, certificate, fingerprint, profile } => {
            add(context, &id, certificate.as_deref(), fingerprint.as_deref(), profile.as_deref())
        }
        Principal::Sign { profile, key, out } => {
            let text = durable::read(&profile, LIMIT)?;
            let text = String::from_utf8_lossy(&text).into_owned();
            let parsed = Profile::parse(&text)?;
            let (credential, chain) = own_key(context, &key)?;
            let signed = cades::sign_enveloping(text.as_bytes(), &credential, &chain, now())?;
            durable::write_new(&out, &signed)?;
            let said = match context.pick("zh", "en") {
                "zh" => format!("已签署委托方 {} 的档案：{}", parsed.id, out.display()),
                _ => format!("profile of {} signed: {}", parsed.id, out.display()),
            };
            Ok(Answer::done(json!({ "principal": parsed.id, "out": out }), said))
        }
        Principal::Vouch { file, key } => {
            let mut opened = durable::open_regular(&file)?;
            let (digest, _) = Digest::of_reader(&mut opened).map_err(durable::at(&file))?;
            let (credential, chain) = own_key(context, &key)?;
            let signed = cades::sign_detached(&digest, &credential, &chain, now())?;
            let out = intake_file::signature_of(&file);
            durable::write_new(&out, &signed)?;
            Ok(Answer::done(json!({ "out": out }), out.display().to_string()))
        }
        Principal::Keygen { name, out } => keygen(context, &name, &out),
        Principal::Show { id } => {
            let office = context.look()?;
            let profile = office.profile(&id).map_err(Stopped)?;
            let json = serde_json::to_value(&profile).unwrap_or(Value::Null);
            let text = format!(
                "{} {}\n  {} {} {}—{}\n  {} {}\n  {} {}",
                profile.id,
                profile.name,
                context.pick("委托书", "mandate"),
                profile.mandate.number,
                profile.mandate.from,
                profile.mandate.until,
                context.pick("官方渠道", "official channels"),
                profile.official_channels,
                context.pick("官方账号数", "official accounts"),
                profile.official_accounts.len(),
            );
            Ok(Answer::done(json, text))
        }
        Principal::List => {
            let office = context.look()?;
            let rows: Vec<Value> = office
                .state()
                .principals
                .iter()
                .map(|(id, principal)| {
                    json!({
                        "id": id,
                        "fingerprint": principal.certificate.fingerprint().to_string(),
                        "profile": principal.profile.map(|object| object.to_string()),
                    })
                })
                .collect();
            let text: Vec<String> = office
                .state()
                .principals
                .iter()
                .map(|(id, one)| format!("{id:<24} {}", one.certificate.fingerprint()))
                .collect();
            Ok(Answer::done(json!({ "principals": rows }), text.join("\n")))
        }
    }
}

/// What taking in a principal, and its refusal, is called in the register.
const ADD: &str = "principal.add";

fn add(
    context: &Context,
    id: &str,
    certificate: Option<&Path>,
    fingerprint: Option<&str>,
    profile: Option<&Path>,
) -> Result<Answer, Stopped> {
    let mut office = context.open()?;
    let actor = context.actor(&office)?;
    if let (Some(certificate), Some(fingerprint)) = (certificate, fingerprint) {
        let certificate = read_certificate(certificate)?;
        let fingerprint: Digest = fingerprint
            .replace(':', "")
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| PrincipalError::Fingerprint)?;
        office.pin(id, &certificate, &fingerprint, &actor).map_err(|reports| {
            let subject = refused::principal(&office, id);
            context.refused(&mut office, &actor, ADD, subject, reports)
        })?;
    }
    let mut name = None;
    if let Some(profile) = profile {
        let signed = durable::read(profile, LIMIT)?;
        let taken = office.take_profile(id, &signed, &actor).map_err(|reports| {
            let subject = refused::principal(&office, id);
            context.refused(&mut office, &actor, ADD, subject, reports)
        })?;
        name = Some(taken.name);
    } else if certificate.is_none() {
        return Err(UsageError::Argument {
            name: "principal add",
            expected: Phrase(
                "given --certificate with --fingerprint, --profile, or both",
                "须给出 --certificate 与 --fingerprint，或 --profile，或两者",
            ),
        }
        .into());
    }
    context.auto_checkpoint(&mut office);
    let said = match context.pick("zh", "en") {
        "zh" => format!("委托方 {id} {}", name.as_deref().unwrap_or("证书已固定")),
        _ => format!("principal {id} {}", name.as_deref().unwrap_or("pinned")),
    };
    Ok(Answer::done(json!({ "principal": id, "name": name }), said))
}

/// Makes the principal's own authority and its approver's key, outside any office.
fn keygen(context: &Context, name: &str, out: &Path) -> Result<Answer, Stopped> {
    durable::create_folder(out)?;
    let random = &mut SystemRandom;
    let root = CertificateAuthority::create(
        &Subject::new(format!("{name} CA"), name),
        Validity::years(now(), 20),
        random,
    )?;
    let key = KeyPair::generate(random)?;
    let mut subject = Subject::new("approver", name);
    subject.units = vec![APPROVER.to_owned()];
    let certificate =
        root.issue_signer(&key.public(), &subject, Validity::years(now(), 5), random)?;
    let passphrase = passphrase(context, "principal")?;
    for (file, bytes) in [
        ("root-key.pem", root.credential().key().to_encrypted_pem(&passphrase, random)?),
        ("approver-key.pem", key.to_encrypted_pem(&passphrase, random)?),
    ] {
        durable::write_new_private(&out.join(file), bytes.as_bytes())?;
    }
    durable::write_new(&out.join("certificate.pem"), root.certificate().to_pem().as_bytes())?;
    durable::write_new(&out.join("approver.pem"), certificate.to_pem().as_bytes())?;
    let fingerprint = root.certificate().fingerprint();
    let said = format!(
        "{}\n  SHA-256 {fingerprint}",
        context.pick(
            "已生成。请以电话或当面方式将以下指纹告知受托机构：",
            "made. tell the agency this fingerprint by telephone or in person:"
        )
    );
    Ok(Answer::done(json!({ "fingerprint": fingerprint.to_string() }), said))
}

/// A key outside any office, opened.
pub fn own_key(context: &Context, key: &OwnKey) -> Result<(Credential, Vec<Certificate>), Stopped> {
    let certificate = read_certificate(&key.own_certificate)?;
    let chain = key.issuer.as_deref().map(read_certificate).transpose()?;
    let pem = durable::read(&key.key, LIMIT)?;
    let passphrase = passphrase(context, "principal")?;
    let pair = KeyPair::from_encrypted_pem(&String::from_utf8_lossy(&pem), &passphrase)?;
    let credential = Credential::new(pair, certificate)?;
    Ok((credential, chain.into_iter().collect()))
}

/// Reads a certificate file.
pub fn read_certificate(path: &Path) -> Result<Certificate, Stopped> {
    let bytes = durable::read(path, LIMIT)?;
    Ok(Certificate::from_pem(&String::from_utf8_lossy(&bytes))?)
}

/// Reads every certificate of a PEM file, or the one of a DER file.
pub fn read_anchors(path: &Path) -> Result<TrustAnchors, Stopped> {
    let bytes = durable::read(path, LIMIT)?;
    Ok(match Certificate::from_der(&bytes) {
        Ok(certificate) => TrustAnchors::new([certificate]),
        Err(_) => TrustAnchors::from_pem(&String::from_utf8_lossy(&bytes))?,
    })
}

fn passphrase(context: &Context, name: &str) -> Result<Passphrase, Stopped> {
    let credentials: credentials::Credentials = context.bare_credentials(None);
    Ok(credentials.of_operator(name, &|name| context.ask(name))?)
}

/// Now, where there is no office and so no zone.
fn now() -> chrono::DateTime<Utc> {
    let utc = FixedOffset::east_opt(0);
    utc.map(|zone| SystemClock::new(zone).now().with_timezone(&Utc)).unwrap_or_default()
}
