//! A ready office with synthetic people, principal, approvals, requests and media.
//!
//! Everything in it is marked 样张, by its founding entry, for good. Passphrases lie in its
//! `credentials` folder, and the principal's own key in `principal-side`, which a real principal
//! keeps on its own machine. Times of media are shifted so that the sample visit was yesterday.
//! Source: SPEC decision 20.

use std::path::Path;

use chrono::{Days, Months, NaiveDate, Utc};

use super::{
    Office,
    actor::{Actor, open_key},
    calendar::Answers,
    credentials::{self, Credentials, Service},
    embedded,
    founding::{Enrolment, Founding, NewKey, OPERATOR_YEARS, finish, found, vacant},
    operator::Role,
    paths::OfficePaths,
    principal::{Citation, Clause, Grant, Mandate, MaskingPolicy, Profile},
    sample_media, sample_requests,
    settings::{Agency, Gates, Settings, Timestamp, Zone},
};
use crate::{
    digest::Digest,
    durable,
    problem::{Report, alone as report},
    signing::{
        CertificateAuthority, Credential, KeyPair, Passphrase, Random, Signer as _, Subject,
        Validity, cades,
    },
    template::{
        approval::{APPROVER, Statement},
        package::Package,
    },
    typeset::ENGINE_ID,
};

/// The sample principal that lends.
pub const BANK: &str = "sample-bank";
/// The sample principal that insures.
pub const INSURER: &str = "sample-insurer";
/// Kinds of documents the sample principals approve.
pub const KINDS: [&str; 18] = [
    "address_labels",
    "archive_certificate",
    "audit_report",
    "callback_card",
    "collection_notice",
    "delivery_receipt",
    "destruction_certificate",
    "envelope",
    "incident_report",
    "letter_register",
    "principal_report",
    "seal_register",
    "stats_report",
    "subrogation_notice",
    "visit_agreed",
    "visit_not_agreed",
    "visit_report",
    "visit_script",
];
/// Letters the sample bank approves besides.
pub const BANK_KINDS: [&str; 13] = [
    "dispute_hold_notice",
    "dispute_outcome_notice",
    "employer_assist",
    "guarantor_notice",
    "law_firm_cover",
    "legal_rights_notice",
    "overdraft_notice",
    "overdue_risk_notice",
    "payment_reminder",
    "repayment_commitment",
    "repayment_plan_agreement",
    "reply_letter",
    "voluntary_payment_commitment",
];
/// The sample's operators: id, role, name on letters.
pub const OPERATORS: [(&str, Role, &str); 7] = [
    ("admin", Role::Administrator, "样例管理员"),
    ("clerk", Role::Clerk, "样例经办"),
    ("agent-a", Role::Agent, "样例外访员甲"),
    ("agent-b", Role::Agent, "样例外访员乙"),
    ("approver", Role::Approver, "样例核准人"),
    ("archivist", Role::Archivist, "样例档案员"),
    ("auditor", Role::Auditor, "样例审计员"),
];

type Reports<T> = Result<T, Vec<Report>>;

/// Makes the sample office at `folder`.
///
/// # Errors
/// As founding an office, and whatever refuses its parts.
pub fn found_sample(folder: &Path, random: &mut dyn Random) -> Reports<OfficePaths> {
    // Made beside its place and moved there when it is whole, so that a half-made sample is never
    // found under its name.
    let parent = vacant(folder).map_err(report)?;
    let temporary = |prefix| tempfile::Builder::new().prefix(prefix).tempdir_in(&parent);
    let building = temporary(".chancery-sample-").map_err(durable::at(&parent)).map_err(report)?;
    let scratch = tempfile::tempdir_in(building.path()).map_err(durable::at(&parent));
    let scratch = scratch.map_err(report)?;
    let names = Service::ALL.iter().map(|s| s.name()).chain(OPERATORS.map(|(id, ..)| id));
    for name in names.chain(["principal"]) {
        let mut bytes = [0; 15];
        random.fill(&mut bytes).map_err(report)?;
        let text = format!("{}\n", hex::encode(bytes));
        durable::write_new_private(&scratch.path().join(name), text.as_bytes()).map_err(report)?;
    }
    let held = Credentials { operator_file: None, folders: vec![scratch.path().to_owned()] };
    let founding = Founding {
        settings: settings(),
        administrator: "admin".to_owned(),
        sample: true,
        seal: embedded::sample_seal().map(<[u8]>::to_vec),
    };
    let paths = found(&building.path().join("office"), &founding, &held, &|_| None, random)?;
    keep_credentials(&paths, scratch.path()).map_err(report)?;

    let mut office = Office::open(paths.clone())?;
    let admin = actor(&office, "admin", &held)?;
    for (id, role, name) in OPERATORS.iter().skip(1) {
        let pass = credentials::read(&scratch.path().join(id), id).map_err(report)?.drawn();
        let enrolment = Enrolment { id, roles: &[*role], years: OPERATOR_YEARS };
        office.enrol(
            enrolment,
            Some(name),
            NewKey::File(&pass),
            &admin,
            &held,
            &|_| None,
            random,
        )?;
    }
    let pass = credentials::read(&scratch.path().join("principal"), "principal");
    let pass = pass.map_err(report)?.drawn();
    for id in [BANK, INSURER] {
        let approver = principal_side(&mut office, id, &admin, &pass, random)?;
        approve_templates(&mut office, id, &admin, &held, &approver)?;
    }
    write_samples(&office)?;
    office.checkpoint(&held, &|_| None).map_err(report)?;
    drop(office);
    finish(paths.root(), folder).map_err(report)?;
    Ok(OfficePaths::new(folder))
}

/// An operator of an office whose passphrases are at hand.
///
/// # Errors
/// As [`Actor::open`].
pub fn actor(office: &Office, id: &str, held: &Credentials) -> Reports<Actor> {
    let operator = office.state().operators.get(id).cloned();
    let operator =
        operator.ok_or_else(|| report(super::actor::ActorError::Unknown { id: id.to_owned() }))?;
    let signer = open_key(&operator, office.paths(), held, &|_| None).map_err(report)?;
    Ok(Actor::with_signer(operator, signer))
}

/// The agency of the sample. The credit code lies in an unassigned region.
#[must_use]
pub fn settings() -> Settings {
    Settings {
        agency: Agency {
            prefix: "QH".to_owned(),
            name: "启衡资产服务有限公司".to_owned(),
            uscc: "91110199MA0000015L".to_owned(),
            postal_name: "启衡服务".to_owned(),
            business_phone: "400-000-0001".to_owned(),
            callback_phone: "400-000-0002".to_owned(),
            complaint_phone: "400-000-0003".to_owned(),
            service_hours: "工作日9:00—18:00".to_owned(),
            address: "样例省样例市样例区衡平路1号6层".to_owned(),
            postcode: "999077".to_owned(),
        },
        time: Zone { zone: "+08:00".to_owned() },
        credentials: super::settings::Credentials { folder: Some("credentials".into()) },
        timestamp: Timestamp::default(),
        answers: answers(),
        gates: Gates::default(),
    }
}

/// Days in which the sample agency answers; a real one sets its own.
fn answers() -> Answers {
    let days = [("dispute", 15), ("denial", 5), ("hardship", 7), ("complaint", 15), ("paid", 7)];
    let days = days.into_iter().map(|(kind, days)| (kind.to_owned(), days)).collect();
    Answers { days, ..Answers::default() }
}

/// The profile that a sample principal signs.
#[must_use]
pub fn profile(id: &str, today: NaiveDate) -> Profile {
    let (name, bank, account, paying) = match id {
        INSURER => ("样例财产保险股份有限公司", "样例银行", "622000020000002", "付款"),
        _ => ("样例银行股份有限公司", "样例银行", "622000010000001", "还款"),
    };
    let from = today.checked_sub_months(Months::new(6)).unwrap_or(today);
    let until = today.checked_add_months(Months::new(60)).unwrap_or(today);
    let citation = |id: &str, text: &str, version: (i32, u32, u32)| Citation {
        id: id.to_owned(),
        text: text.to_owned(),
        version: NaiveDate::from_ymd_opt(version.0, version.1, version.2).unwrap_or_default(),
        repealed: None,
    };
    Profile {
        id: id.to_owned(),
        name: name.to_owned(),
        hotline: "400-000-0100".to_owned(),
        complaint_phone: "400-000-0101".to_owned(),
        dispute_channel: "委托人客服电话400-000-0100或其官方网站“异议申请”页面".to_owned(),
        inquiry_channel: "委托人客服电话400-000-0100或官方App“我的账单”".to_owned(),
        official_channels: format!(
            "委托人官方App“{paying}”，或转账至其对公账户（开户行：{bank}，账号{account}）"
        ),
        official_accounts: vec![account.to_owned()],
        masking: MaskingPolicy::LastFour,
        hours_end: chrono::NaiveTime::from_hms_opt(21, 0, 0),
        retention_years: None,
        credit_reporting: false,
        mandate: Mandate { number: "YLWT-0001".to_owned(), from, until },
        citations: vec![
            citation("mfd-577", "《中华人民共和国民法典》第五百七十七条", (2021, 1, 1)),
            citation("bxf-60", "《中华人民共和国保险法》第六十条", (2015, 4, 24)),
        ],
        approvals: if id == BANK { grants(until) } else { Vec::new() },
        clauses: vec![Clause {
            id: "jz-01".to_owned(),
            text: "所述情况已收到并核对，账户明细可通过官方客服索取。".to_owned(),
        }],
        headings: std::collections::BTreeMap::new(),
        constants: std::collections::BTreeMap::new(),
    }
}

/// What the sample bank approved: a plan with a discount, the overdraft reminder, one answer.
fn grants(until: NaiveDate) -> Vec<Grant> {
    let grant = |id: &str, case: &str, document: &str| Grant {
        id: id.to_owned(),
        case: case.to_owned(),
        document: document.to_owned(),
        until,
        discount: None,
        text: None,
    };
    vec![
        Grant {
            discount: Some("500.00".to_owned()),
            ..grant("PZ-0001", sample_requests::PLAN_CASE, "repayment_plan_agreement")
        },
        grant("PZ-0002", sample_requests::VISITED_CASE, "overdraft_notice"),
        Grant {
            text: Some(Digest::of(sample_requests::ANSWER)),
            ..grant("PZ-0003", sample_requests::ANSWERED_CASE, "reply_letter")
        },
    ]
}

/// Makes a principal's own key, profile and approver, as it would on its own machine.
fn principal_side(
    office: &mut Office,
    id: &str,
    admin: &Actor,
    passphrase: &Passphrase,
    random: &mut dyn Random,
) -> Reports<Credential> {
    let now = office.now().with_timezone(&Utc);
    let profile = profile(id, office.today());
    let folder = office.paths().root().join("principal-side").join(id);
    durable::create_folder(&folder).map_err(report)?;
    let root = CertificateAuthority::create(
        &Subject::new(format!("{} CA", profile.name), &profile.name),
        Validity::years(now, 20),
        random,
    )
    .map_err(report)?;
    let key = KeyPair::generate(random).map_err(report)?;
    let mut subject = Subject::new("approver", &profile.name);
    subject.units = vec![APPROVER.to_owned()];
    let certificate = root
        .issue_signer(&key.public(), &subject, Validity::years(now, 5), random)
        .map_err(report)?;
    let toml = toml::to_string_pretty(&profile).unwrap_or_default();
    let key_pem = key.to_encrypted_pem(passphrase, random).map_err(report)?;
    let approver = Credential::new(key, certificate).map_err(report)?;
    let signed = cades::sign_enveloping(toml.as_bytes(), &approver, &[], now).map_err(report)?;
    for (name, bytes) in [
        ("certificate.pem", root.certificate().to_pem().into_bytes()),
        ("approver.pem", approver.certificate().to_pem().into_bytes()),
        ("profile.toml", toml.into_bytes()),
        ("profile.p7m", signed.clone()),
    ] {
        durable::write_new(&folder.join(name), &bytes).map_err(report)?;
    }
    durable::write_new_private(&folder.join("approver-key.pem"), key_pem.as_bytes())
        .map_err(report)?;
    let fingerprint = root.certificate().fingerprint();
    office.pin(id, root.certificate(), &fingerprint, admin)?;
    office.take_profile(id, &signed, admin)?;
    Ok(approver)
}

/// Both sides approve the packages for which requests can be made.
fn approve_templates(
    office: &mut Office,
    principal: &str,
    admin: &Actor,
    held: &Credentials,
    approver: &Credential,
) -> Reports<()> {
    let fonts = embedded::fonts()?.digest();
    let today = office.today();
    let until = today.checked_add_months(Months::new(24)).unwrap_or(today);
    let agency = actor(office, "approver", held)?;
    let more: &[&str] = if principal == BANK { &BANK_KINDS } else { &[] };
    for id in KINDS.iter().chain(more) {
        let package =
            Package::load_for(&office.paths().templates(), id, principal).map_err(report)?;
        let statement = Statement::new(&package, &fonts, ENGINE_ID, principal, (today, until))
            .map_err(report)?;
        let now = office.now().with_timezone(&Utc);
        for (signer, by) in [(agency.signer(), &agency), (approver, admin)] {
            let signed = statement.sign(signer, &[], now).map_err(report)?;
            office.take_approval(&package, &signed, by).map_err(report)?;
        }
    }
    office.refresh().map_err(report)?;
    Ok(())
}

fn write_samples(office: &Office) -> Reports<()> {
    let folder = office.paths().root().join("samples");
    let today = office.today();
    let requests = folder.join("requests");
    durable::create_folder(&requests).map_err(report)?;
    let setting = sample_requests::Setting {
        today,
        bank: BANK,
        insurer: INSURER,
        insurer_name: "样例财产保险股份有限公司",
        agents: [("样例外访员甲", "W-0001"), ("样例外访员乙", "W-0002")],
    };
    for (name, rows) in [
        ("letters", sample_requests::letters(&setting)),
        ("visits", sample_requests::visits(&setting)),
        ("kinds", sample_requests::kinds(&setting)),
    ] {
        let files = [
            ("jsonl", sample_requests::jsonl(&rows).map_err(report)?),
            ("csv", sample_requests::csv(&rows).map_err(report)?),
            ("xlsx", sample_requests::xlsx(&rows, today).map_err(report)?),
        ];
        for (ending, bytes) in files {
            durable::write_new(&requests.join(format!("{name}.{ending}")), &bytes)
                .map_err(report)?;
        }
    }
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    sample_media::write(&folder.join("visit"), yesterday).map_err(report)?;
    let firm = folder.join("law_firm");
    durable::create_folder(&firm).map_err(report)?;
    durable::write_new(&firm.join("letter.pdf"), &sample_requests::firm_letter())
        .map_err(report)?;
    Ok(())
}

fn keep_credentials(paths: &OfficePaths, from: &Path) -> durable::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = paths.root().join("credentials");
    durable::create_folder(&folder)?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))
        .map_err(durable::at(&folder))?;
    for entry in std::fs::read_dir(from).map_err(durable::at(from))? {
        let entry = entry.map_err(durable::at(from))?;
        let bytes = durable::read(&entry.path(), 4096)?;
        durable::write_new_private(&folder.join(entry.file_name()), &bytes)?;
    }
    Ok(())
}
