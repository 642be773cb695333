//! `verify FILE…`: letters and bundles, without an office, by what the user trusts.
//!
//! A bundle proves itself by signature and timestamp against the given certificates. A letter is
//! proved by the register: an inclusion proof whose entry holds the letter's digest, under the
//! register's public key.

use std::{fs::File, io::Read as _, path::Path};

use chancery::{
    digest::Digest,
    durable,
    evidence::{
        self, Late,
        container::Limits,
        renewal::{Proven, Record, RecordError},
    },
    office::{clock::SystemClock, journal},
    problem::Report,
    register::{Clock as _, LogVerifier, Note, ProofError, ProofFile},
    signing::{Token, TrustAnchors},
};
use serde_json::{Value, json};

use super::{
    arguments::Verify,
    context::Context,
    evidence::{bag_answer, findings_json, line},
    principal::read_certificate,
    report::{Answer, Stopped},
};

/// Largest proof or checkpoint file, in bytes.
const LIMIT: u64 = 16 * 1024 * 1024;

chancery::problems! {
    /// What `verify` says of a file.
    pub enum FileFinding {
        /// It is neither a PDF nor a bundle.
        Unknown = "CH-U010", Input,
            "the file is neither a letter's PDF nor a bundle" => "give a PDF or an .asice file",
            "该文件既不是函件 PDF，也不是证据包" => "请提供 PDF 或 .asice 文件";
        /// Nothing was given to judge it by.
        NoAnchor = "CH-U011", Input,
            "no certificate was given to judge bundles by" => "give --anchor with a certificate whose fingerprint you confirmed",
            "没有给出用以判断证据包的证书" => "请用 --anchor 指定经核对指纹的证书";
        /// No proof names this letter.
        NoProof = "CH-U012", Finding,
            "no given proof names a letter with these bytes: it was not issued so, or was altered" => "ask the office for `chancery register prove --json` of its letter.issued entry",
            "所给证明均未提及具有这些字节的函件：并非如此签发，或已被改动" => "请向办公室索取该函件 letter.issued 条目的 `chancery register prove --json`";
        /// A letter cannot be judged without the register's key.
        NoKey = "CH-U013", Input,
            "no register key was given to judge letters by" => "give --log-key with the key the office published, and --proof",
            "没有给出用以判断函件的登记簿公钥" => "请用 --log-key 指定办公室公布的公钥，并给出 --proof";
    }
}

/// Checks every file; writes nothing.
pub fn run(context: &Context, arguments: &Verify) -> Result<Answer, Stopped> {
    let mut anchors = TrustAnchors::default();
    for file in &arguments.anchor {
        anchors.add(read_certificate(file)?);
    }
    let log = arguments.log_key.as_deref().map(LogVerifier::parse).transpose()?;
    let held = match &arguments.checkpoint {
        None => None,
        Some(file) => {
            let text = durable::read(file, LIMIT)?;
            let note = Note::parse(&String::from_utf8_lossy(&text));
            Some(note.map_err(|_| ProofError::NotAProof)?)
        }
    };
    let mut proofs = Vec::new();
    for file in &arguments.proof {
        proofs.push(ProofFile::parse(&durable::read(file, LIMIT)?)?);
    }
    let siblings = Siblings::read(arguments)?;
    let mut rows = Vec::new();
    let mut text = Vec::new();
    let mut exit = 0;
    for path in &arguments.files {
        let judged = if path.is_dir() {
            bag_answer(context, path).map(|bag| (bag.json, vec![bag.text], bag.exit))
        } else {
            magic(path).and_then(|magic| match &magic {
                b"%PDF" => letter(context, path, &proofs, log.as_ref(), held.as_ref()),
                b"PK\x03\x04" => bundle(context, path, &anchors, &siblings),
                _ => Ok(told(context, path, &[FileFinding::Unknown.into()])),
            })
        };
        // One file that cannot be read does not keep the others from being checked.
        let (row, lines, status) = judged.unwrap_or_else(|stopped| told(context, path, &stopped.0));
        rows.push(row);
        text.extend(lines);
        exit = exit.max(status);
    }
    Ok(Answer { json: json!({ "files": rows }), text: text.join("\n"), exit })
}

/// The first four bytes of a file; zeros where it has fewer.
fn magic(path: &Path) -> Result<[u8; 4], Stopped> {
    let mut bytes = Vec::new();
    durable::open_regular(path)?.take(4).read_to_end(&mut bytes).map_err(durable::at(path))?;
    bytes.resize(4, 0);
    Ok(bytes.try_into().unwrap_or_default())
}

type Told = (Value, Vec<String>, u8);

/// What stands beside bundles: late tokens and evidence records. Each is tried for each bundle.
struct Siblings {
    tokens: Vec<Vec<u8>>,
    records: Vec<Record>,
}

impl Siblings {
    fn read(arguments: &Verify) -> Result<Self, Stopped> {
        let mut siblings = Self { tokens: Vec::new(), records: Vec::new() };
        for file in &arguments.token {
            siblings.tokens.push(durable::read(file, LIMIT)?);
        }
        for file in &arguments.record {
            siblings.records.push(Record::from_der(&durable::read(file, LIMIT)?)?);
        }
        Ok(siblings)
    }

    /// The token over `bundle`, or the first of those that are over something else.
    fn token(&self, bundle: Digest) -> Option<Late<'_>> {
        let is_over = |token: &&Vec<u8>| {
            Token::parse(token).is_ok_and(|token| token.imprint() == Some(bundle))
        };
        let token = self.tokens.iter().find(is_over).or_else(|| self.tokens.first())?;
        Some(Late { token, bundle })
    }
}

fn letter(
    context: &Context,
    path: &Path,
    proofs: &[ProofFile],
    log: Option<&LogVerifier>,
    held: Option<&Note>,
) -> Result<Told, Stopped> {
    let Some(log) = log else {
        return Ok(told(context, path, &[FileFinding::NoKey.into()]));
    };
    let (digest, _) = Digest::of_reader(durable::open_regular(path)?).map_err(durable::at(path))?;
    let mut found: Vec<Report> = Vec::new();
    for proof in proofs {
        match proof.check(log, held) {
            Err(error) => found.push(error.into()),
            Ok(entry) => {
                let names = entry.kind == journal::LETTER_ISSUED
                    && entry.body.get("pdf").and_then(Value::as_str) == Some(&digest.to_string());
                if names {
                    let said = match context.pick("zh", "en") {
                        "zh" => format!(
                            "{}  一致：函件 {}，{} 签发，登记条目 {}",
                            path.display(),
                            entry.subject,
                            entry.recorded_at.format("%Y-%m-%d %H:%M:%S"),
                            entry.seq
                        ),
                        _ => format!(
                            "{}  verified: letter {}, issued {}, entry {}",
                            path.display(),
                            entry.subject,
                            entry.recorded_at.format("%Y-%m-%d %H:%M:%S"),
                            entry.seq
                        ),
                    };
                    let row = json!({
                        "file": path, "kind": "letter", "verified": true, "number": entry.subject,
                        "issued_at": entry.recorded_at.to_rfc3339(), "entry": entry.seq, "findings": [],
                    });
                    return Ok((row, vec![said], 0));
                }
            }
        }
    }
    found.push(FileFinding::NoProof.into());
    Ok(told(context, path, &found))
}

fn bundle(
    context: &Context,
    path: &Path,
    anchors: &TrustAnchors,
    siblings: &Siblings,
) -> Result<Told, Stopped> {
    if anchors.certificates().is_empty() {
        return Ok(told(context, path, &[FileFinding::NoAnchor.into()]));
    }
    let file: File = durable::open_regular(path)?;
    let needs_digest = !(siblings.tokens.is_empty() && siblings.records.is_empty());
    let digest = if needs_digest {
        Some(Digest::of_reader(&file).map_err(durable::at(path))?.0)
    } else {
        None
    };
    let late = digest.and_then(|digest| siblings.token(digest));
    let mut checked = evidence::verify_late(file, anchors, Limits::default(), late, &mut |_| {})?;
    let proven = match digest.filter(|_| !siblings.records.is_empty()) {
        Some(digest) => match judge_records(siblings, &digest, anchors) {
            Ok(proven) => Some(proven),
            Err(report) => {
                checked.findings.push(evidence::Finding { file: None, report });
                None
            }
        },
        None => None,
    };
    let facts = &checked.facts;
    let sound = checked.holds();
    let mut lines = vec![format!(
        "{}  {}  {} · {} {}",
        path.display(),
        if sound {
            context.pick("一致", "verified")
        } else {
            context.pick("不通过", "does not verify")
        },
        facts.bundle_id.as_deref().unwrap_or("?"),
        facts.payload_files,
        context.pick("件", "files"),
    )];
    if let Some(time) = facts.gen_time {
        let own = facts.self_asserted.unwrap_or(false);
        let note =
            if own { context.pick("（自声明时间）", " (self-asserted time)") } else { "" };
        lines.push(format!(
            "  {} {}{note}",
            context.pick("时间戳", "timestamp"),
            time.to_rfc3339()
        ));
    }
    if let Some(signer) = &facts.signer {
        let name = signer.common_name().unwrap_or_default();
        lines.push(format!(
            "  {} {name} {}",
            context.pick("签名人", "signed by"),
            signer.fingerprint()
        ));
    }
    lines.extend(checked.findings.iter().map(|finding| line(context, finding)));
    let row = json!({
        "file": path, "kind": "bundle", "verified": sound, "bundle": facts.bundle_id,
        "payload_files": facts.payload_files, "payload_bytes": facts.payload_bytes,
        "gen_time": facts.gen_time.map(|time| time.to_rfc3339()),
        "self_asserted_time": facts.self_asserted,
        "signer": facts.signer.as_ref().map(|signer| signer.fingerprint().to_string()),
        "record": proven.map(|proven| json!({
            "since": proven.since.to_rfc3339(),
            "renewed": proven.renewed.to_rfc3339(),
            "stamps": proven.stamps,
        })),
        "findings": findings_json(context, &checked.findings),
    });
    Ok((row, lines, u8::from(!sound)))
}

/// What the records prove of `bundle` as of now: one of them must be about it.
fn judge_records(
    siblings: &Siblings,
    bundle: &Digest,
    anchors: &TrustAnchors,
) -> Result<Proven, Report> {
    let zone = *chrono::DateTime::<chrono::FixedOffset>::default().offset();
    let now = SystemClock::new(zone).now().to_utc();
    let mut failed: Option<RecordError> = None;
    for record in &siblings.records {
        match record.verify(bundle, anchors, now) {
            Ok(proven) => return Ok(proven),
            // What is about this bundle and does not hold says more than what is about others.
            Err(RecordError::OtherObject) if failed.is_some() => {}
            Err(error) => failed = Some(error),
        }
    }
    Err(failed.unwrap_or(RecordError::Nothing).into())
}

fn told(context: &Context, path: &Path, found: &[Report]) -> Told {
    let exit = found.iter().map(|report| report.code.severity.exit_status()).max().unwrap_or(1);
    let mut lines = vec![format!("{}", path.display())];
    lines.extend(found.iter().map(|report| context.printer.report_text(report)));
    let rows: Vec<Value> = found.iter().map(|report| context.printer.report_json(report)).collect();
    let row = json!({ "file": path, "verified": false, "findings": rows });
    (row, lines, exit)
}
