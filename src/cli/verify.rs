//! `verify FILE…`: letters and bundles, without an office, by what the user trusts.
//!
//! A bundle proves itself by signature and timestamp against the given certificates. A letter is
//! proved by the register: an inclusion proof whose entry holds the letter's digest, under the
//! register's public key.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use chancery::{
    digest::Digest,
    durable,
    evidence::{
        self, Late,
        container::Limits,
        later,
        renewal::{Hashes, Proven, Record, RecordError},
    },
    office::journal,
    problem::Report,
    register::{LogVerifier, Note, ProofError, ProofFile},
    signing::{DigestAlgorithm, Token, TrustAnchors},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    arguments::Verify,
    context::Context,
    evidence::{bag_answer, findings_json, line},
    principal::read_anchors,
    report::{Answer, Stopped},
    time::{judged_at, proven_json, proven_text},
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
        for certificate in read_anchors(file)?.certificates() {
            anchors.add(certificate.clone());
        }
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
    let at = judged_at(arguments.at.as_deref())?;
    let given = Siblings::read(&arguments.token, &arguments.record)?;
    let mut rows = Vec::new();
    let mut text = Vec::new();
    let mut exit = 0;
    for path in &arguments.files {
        let judged = if path.is_dir() {
            bag_answer(context, path).map(|bag| (bag.json, vec![bag.text], bag.exit))
        } else {
            magic(path).and_then(|magic| match &magic {
                b"%PDF" => letter(context, path, &proofs, log.as_ref(), held.as_ref()),
                b"PK\x03\x04" => {
                    let beside = Siblings::beside(path, arguments)?;
                    let siblings = beside.as_ref().unwrap_or(&given);
                    bundle(context, path, &anchors, siblings, (at, arguments.at.is_some()))
                }
                _ => Ok(told(context, path, &[FileFinding::Unknown.into()])),
            })
        };
        // One file that cannot be read does not keep the others from being checked.
        let (row, lines, status) = judged.unwrap_or_else(|stopped| told(context, path, &stopped.0));
        rows.push(row);
        text.extend(lines);
        exit = exit.max(status);
    }
    Ok(Answer {
        json: json!({ "at": at.to_rfc3339(), "files": rows }),
        text: text.join("\n"),
        exit,
    })
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
    fn read(tokens: &[PathBuf], records: &[PathBuf]) -> Result<Self, Stopped> {
        let mut siblings = Self { tokens: Vec::new(), records: Vec::new() };
        for file in tokens {
            siblings.tokens.push(durable::read(file, LIMIT)?);
        }
        for file in records {
            siblings.records.push(Record::from_der(&durable::read(file, LIMIT)?)?);
        }
        Ok(siblings)
    }

    /// What lies beside the bundle under its name, `NAME.tst` and `NAME.ers`, where none are named.
    fn beside(bundle: &Path, arguments: &Verify) -> Result<Option<Self>, Stopped> {
        let there = |ending: &str, given: &[PathBuf]| -> Vec<PathBuf> {
            let path = bundle.with_extension(ending);
            let is_there = path != bundle && path.symlink_metadata().is_ok();
            if given.is_empty() && is_there { vec![path] } else { given.to_vec() }
        };
        let tokens = there("tst", &arguments.token);
        let records = there("ers", &arguments.record);
        if tokens == arguments.token && records == arguments.record {
            return Ok(None);
        }
        Self::read(&tokens, &records).map(Some)
    }

    /// Digests of the whole bundle by every algorithm that token and records need, in one pass.
    fn digests(&self, file: &File, path: &Path) -> Result<(Digest, Hashes), Stopped> {
        let others: Vec<DigestAlgorithm> =
            self.records.iter().flat_map(Record::algorithms).copied().collect();
        Ok(Hashes::with_digest(file, &others).map_err(durable::at(path))?)
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
    (at, strictly): (DateTime<Utc>, bool),
) -> Result<Told, Stopped> {
    if anchors.certificates().is_empty() {
        return Ok(told(context, path, &[FileFinding::NoAnchor.into()]));
    }
    let file: File = durable::open_regular(path)?;
    let needs_digest = !(siblings.tokens.is_empty() && siblings.records.is_empty());
    let (digest, hashes) = if needs_digest {
        let (digest, hashes) = siblings.digests(&file, path)?;
        (Some(digest), hashes)
    } else {
        (None, Hashes::default())
    };
    let late = digest.and_then(|digest| siblings.token(digest));
    let mut checked = evidence::verify_late(file, anchors, Limits::default(), late, &mut |_| {})?;
    let mut proven = None;
    if !siblings.records.is_empty() {
        match judge_records(siblings, &hashes, anchors, at) {
            Ok(found) => proven = Some(found),
            Err(report) => checked.findings.push(evidence::Finding { file: None, report }),
        }
    }
    // A record that does not hold was told; that it is missing besides says nothing more.
    if proven.is_some() || (strictly && siblings.records.is_empty()) {
        checked.findings.extend(later::judge(&checked.facts, proven.as_ref(), at));
    }
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
    lines.extend(proven.iter().map(|proven| proven_text(context, proven)));
    lines.extend(checked.findings.iter().map(|finding| line(context, finding)));
    let row = json!({
        "file": path, "kind": "bundle", "verified": sound, "bundle": facts.bundle_id,
        "payload_files": facts.payload_files, "payload_bytes": facts.payload_bytes,
        "gen_time": facts.gen_time.map(|time| time.to_rfc3339()),
        "self_asserted_time": facts.self_asserted,
        "signer": facts.signer.as_ref().map(|signer| signer.fingerprint().to_string()),
        "stamp_until": facts.stamp_until.map(|time| time.to_rfc3339()),
        "record": proven.as_ref().map(proven_json),
        "findings": findings_json(context, &checked.findings),
    });
    Ok((row, lines, u8::from(!sound)))
}

/// What the records prove of a bundle at the time `at`: one of them must be about it.
fn judge_records(
    siblings: &Siblings,
    bundle: &Hashes,
    anchors: &TrustAnchors,
    at: DateTime<Utc>,
) -> Result<Proven, Report> {
    let mut failed: Option<RecordError> = None;
    for record in &siblings.records {
        match record.verify(bundle, anchors, at) {
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
