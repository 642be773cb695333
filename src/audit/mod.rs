//! Checks over register and archive, by whoever trusts nobody.
//!
//! Owns the order of the checks and the list of findings; reads only, stops at none. The register
//! is verified from its leaves; what it names must be in the archive with those very bytes, and
//! nothing else may be there. Source: REQUIREMENTS 4 (L301), SPEC promise 3 and decision 17.

mod admission;
mod checkpoints;
mod clock;
pub mod disposals;
mod holds;
mod letters;
pub mod operators;
mod records;
mod releases;
pub mod report;
pub mod sample;
mod shelves;

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use serde_json::Value;

use crate::{
    archive::Objects as _,
    digest::Digest,
    evidence,
    office::{Office, office_folder::OfficeError},
    problem::{Phrase, Report, alone as report},
    register::{Against, LogVerifier, Note, RegisterFinding, verify as verify_register},
};

crate::problems! {
    /// What an audit finds besides what register and archive find themselves.
    pub enum AuditFinding {
        /// An object no entry names.
        Extra { object: Digest } = "CH-X001", Finding,
            "object `{object}` is in the archive and no entry names it" => "the end of the register may have been cut off, or somebody put it there: compare with a checkpoint held outside",
            "档案库中的对象 `{object}` 没有任何条目提及" => "登记簿末尾可能被截去，或有人放入该对象：请与外部保存的检查点比对";
        /// An entry was signed by somebody without the role for it.
        Role { entry: u64, role: &'static str } = "CH-X003", Finding,
            "entry {entry} was signed by an operator without the role `{role}`" => "find out who signed it and why",
            "条目 {entry} 的签署人不具备角色 `{role}`" => "请查明签署人及原因";
        /// A letter was issued without its reserved number, or twice.
        Sequence { entry: u64 } = "CH-X004", Finding,
            "entry {entry} does not follow from the entry it rests on" => "find out how it came to be",
            "条目 {entry} 与其所依据的条目不衔接" => "请查明来由";
        /// A letter, by number, is neither issued nor spoiled.
        Unfinished { entry: u64 } = "CH-X005", Finding,
            "what entry {entry} prepared was neither finished nor spoiled" => "run the command again that was cut off",
            "条目 {entry} 所准备的事项既未完成也未作废" => "请再次执行被中断的命令";
        /// A checkpoint held outside cannot be read.
        Checkpoint = "CH-X007", Input,
            "a checkpoint held outside cannot be read" => "give the file as `chancery register checkpoint` wrote it",
            "外部保存的检查点无法读取" => "请提供 `chancery register checkpoint` 写出的文件";
        /// A bundle does not verify.
        Bundle { bundle: String, file: String, detail: String } = "CH-X008", Finding,
            "bundle `{bundle}`, `{file}`: {detail}" => "restore the bundle from a copy; keep what is there as evidence",
            "证据包 `{bundle}` 的 `{file}`：{detail}" => "请从副本恢复证据包，并保留现状作为证据";
        /// A bundle stands where another should.
        OtherBundle { bundle: String } = "CH-X009", Finding,
            "what lies in the place of bundle `{bundle}` is another bundle" => "find out who exchanged them",
            "证据包 `{bundle}` 的位置上是另一个证据包" => "请查明何人调换";
        /// A letter was issued without both sides' approval.
        Unapproved { entry: u64, why: String } = "CH-X020", Finding,
            "the letter of entry {entry} was issued without standing approval: {why}" => "find out how it came to be; tell both approvers",
            "条目 {entry} 的函件签发时没有有效核准：{why}" => "请查明来由，并告知双方核准人";
        /// An evidence record does not hold.
        Record { bundle: String, detail: String } = "CH-X030", Finding,
            "the evidence record of bundle `{bundle}` does not hold: {detail}" => "restore it from a copy; the bundle is proved by it after its own certificates end",
            "证据包 `{bundle}` 的证据记录不成立：{detail}" => "请从副本恢复；证据包自身证书到期后须靠它证明";
        /// The register tells another thing of a record than the record itself.
        RecordDiffers { bundle: String, entry: u64 } = "CH-X031", Finding,
            "entry {entry} does not describe the evidence record of bundle `{bundle}`" => "find out who renewed it and how",
            "条目 {entry} 与证据包 `{bundle}` 的证据记录不符" => "请查明由何人如何续证";
        /// The register is ahead of the machine's clock.
        Ahead { entry: u64, recorded_at: String, now: String } = "CH-X034", Finding,
            "entry {entry} was registered at {recorded_at}, and this machine's clock shows {now}" => "find out which clock is wrong: if this one, set it right; if the office's was moved forward, keep the register as it is and report it, for its later times prove nothing",
            "条目 {entry} 登记于 {recorded_at}，而本机时钟显示 {now}" => "请查明哪个时钟有误：若为本机，请校准；若办公室时钟曾被拨快，请原样保留登记簿并上报，其后的时间不具证明力";
        /// Nothing was registered for long; told, and no defect.
        Silence { before: u64, entry: u64, days: i64 } = "CH-X035", Finding,
            "{days} days lie between entries {before} and {entry}" => "if the office worked in that time, find out who moved its clock",
            "条目 {before} 与 {entry} 之间相隔 {days} 天" => "如办公室其间正常工作，请查明何人拨动过时钟";
        /// A part of the audit rests on entries that cannot be read.
        Unjudged { part: Phrase, detail: String } = "CH-X040", Finding,
            "{part} cannot be judged while the register is damaged: {detail}" => "restore the register from a backup, then run `chancery audit run` again",
            "登记簿已损坏，{part}无法判断：{detail}" => "请从备份恢复登记簿，再运行 `chancery audit run`";
        /// The founding entry cannot be read.
        StoodIn = "CH-X036", Finding,
            "the founding entry cannot be read: the authority is taken from `keys/ca.pem`, the first administrator from `operators/`, and no checkpoint can be judged" => "restore the register from a backup, then run `chancery audit run` again; until then all the rest is only as good as those files",
            "设立条目无法读取：签发机构取自 `keys/ca.pem`，首任管理员取自 `operators/`，检查点均无法判断" => "请从备份恢复登记簿，再运行 `chancery audit run`；在此之前其余结论仅以这些文件为准";
        /// A hold was released on what placed it.
        SameProof { entry: u64, placed: u64 } = "CH-X037", Finding,
            "entry {entry} released a hold on the very document that entry {placed} placed it on" => "find the document that settled it; without one, place the hold again",
            "条目 {entry} 解除暂停所凭的文件正是条目 {placed} 设置该暂停的依据" => "请查找了结此事的文件；如没有，请重新设置暂停";
        /// A checkpoint in the archive is not this register's.
        StrangeCheckpoint { object: Digest, size: u64 } = "CH-X042", Finding,
            "object `{object}` of the archive is a checkpoint over {size} entries that this register's log key did not sign" => "the register or its founding entry may have been exchanged, or somebody put the object there: compare with a checkpoint held outside",
            "档案库对象 `{object}` 是覆盖 {size} 条的检查点，但并非由本登记簿的日志密钥签署" => "登记簿或其设立条目可能被调换，或有人放入该对象：请与外部保存的检查点比对";
        /// A filed checkpoint is not in the archive.
        CheckpointGone { object: Digest, size: u64, signed: String } = "CH-X043", Finding,
            "the checkpoint of {signed} over {size} entries is filed in the register and object `{object}` is not in the archive" => "if a command was just cut off, run `chancery register checkpoint`; otherwise find out who removed it and restore it from a copy",
            "{signed} 签署的覆盖 {size} 条的检查点已归入登记簿，但档案库中没有对象 `{object}`" => "如刚有命令被中断，请运行 `chancery register checkpoint`；否则请查明何人移除，并从副本恢复";
        /// An object whose retention nothing says.
        NoShelf { object: Digest, entry: u64 } = "CH-X033", Finding,
            "object `{object}` of entry {entry} is kept on no shelf: nothing says how long" => "find out what it is; nothing may destroy it until that is known",
            "条目 {entry} 的对象 `{object}` 不在任何保管类别中，保管期限不明" => "请查明其为何物；查明之前不得销毁";
        /// Seals whose certificates end soon; told, and no defect.
        Ageing { bundles: usize, until: String } = "CH-X032", Finding,
            "the newest timestamps of {bundles} bundles end within a year, the first on {until}" => "run `chancery evidence renew --again` before that day",
            "{bundles} 个证据包的最新时间戳将于一年内到期，最早为 {until}" => "请在该日之前运行 `chancery evidence renew --again`";
        /// Refusals without a valid signer were noted; told, and no defect.
        Unsigned { refusals: u64, newest: String } = "CH-X010", Finding,
            "{refusals} refusals without a valid signer are in `refusals.jsonl`, the newest of {newest}" => "look through them: wrong passphrases and strange operators show who tried what",
            "`refusals.jsonl` 中有 {refusals} 条无有效签署人的拒绝记录，最近一条为 {newest}" => "请查阅：口令错误与陌生操作员可反映何人尝试过何事";
        /// The log of such refusals holds lines nobody here wrote.
        UnsignedUnreadable { lines: u64 } = "CH-X011", Finding,
            "{lines} lines of `refusals.jsonl` are not as this office writes them" => "keep the file; find out who changed it",
            "`refusals.jsonl` 中有 {lines} 行不是本办公室写入的格式" => "请保留该文件，并查明何人改动";
    }
}

/// One finding, with the register entry it is about.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Place in the register.
    pub entry: Option<u64>,
    /// What it is.
    pub report: Report,
}

/// What an audit looked at and found.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Entries in the register.
    pub entries: u64,
    /// Objects the register names.
    pub expected: u64,
    /// Objects looked at.
    pub checked: u64,
    /// Objects that are as registered.
    pub ok: u64,
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
    /// What is worth knowing and no defect: refusals that nobody could sign.
    pub notes: Vec<Report>,
}

impl Audit {
    /// The first entry something is wrong with.
    #[must_use]
    pub fn first_bad(&self) -> Option<u64> {
        // What is wrong with the register itself comes before what follows from it.
        let first = |of_register: bool| {
            let told = self.findings.iter();
            let told = told.filter(|f| is_ledgers(&f.report) == of_register);
            told.filter_map(|finding| finding.entry).min()
        };
        first(true).or_else(|| first(false))
    }

    /// Counts one object that was looked at, and tells what is wrong with it.
    fn looked(&mut self, entry: u64, found: Vec<Report>) {
        self.checked = self.checked.saturating_add(1);
        if found.is_empty() {
            self.ok = self.ok.saturating_add(1);
        }
        let told = found.into_iter().map(|report| Finding { entry: Some(entry), report });
        self.findings.extend(told);
    }

    /// Goes on past a part that failed because the register is damaged, and tells which.
    fn past<T: Default>(&mut self, part: Phrase, judged: Reports<T>) -> Reports<T> {
        let is_of_register =
            |why: &Report| matches!(why.code.code, "CH-O040" | "CH-O060") || is_ledgers(why);
        let reports = match judged {
            Err(reports)
                if self.findings.iter().any(|told| is_ledgers(&told.report))
                    && reports.iter().all(is_of_register) =>
            {
                reports
            }
            other => return other,
        };
        for why in reports {
            let told = Report::quoting(&why, |detail| AuditFinding::Unjudged {
                part,
                detail: detail.to_owned(),
            });
            self.findings.push(Finding { entry: None, report: told });
        }
        Ok(T::default())
    }
}

type Reports<T> = Result<T, Vec<Report>>;

/// Tells why something could not be checked, unless the same was told before.
fn tell_once(faults: Vec<Report>, entry: Option<u64>, findings: &mut Vec<Finding>) {
    for report in faults {
        if !findings.iter().any(|told| told.report.english == report.english) {
            findings.push(Finding { entry, report });
        }
    }
}

/// Whether the register itself, not what it tells of, is what `report` is about.
fn is_ledgers(report: &Report) -> bool {
    report.code.code.starts_with("CH-L")
}

/// Verifies the register alone, against checkpoints in the archive and those held outside.
///
/// # Errors
/// Where the check itself could not be done.
pub fn register(office: &Office, outside: &[String]) -> Reports<Vec<Finding>> {
    Ok(verified(office, outside)?.0)
}

/// As [`register`], with the checkpoints the archive holds.
fn verified(office: &Office, outside: &[String]) -> Reports<(Vec<Finding>, checkpoints::Kept)> {
    let mut notes: Vec<Note> = outside
        .iter()
        .map(|text| Note::parse(text))
        .collect::<Result<_, _>>()
        .map_err(|_| report(AuditFinding::Checkpoint))?;
    // A founding entry that cannot be read tells no key, and without it no checkpoint is judged.
    let log = match office.stand_in() {
        None => Some(LogVerifier::parse(&office.state().log_key).map_err(report)?),
        Some(_) => None,
    };
    let mut strange = Vec::new();
    let kept = checkpoints::kept(office, log.as_ref(), &mut strange)?;
    notes.extend(kept.notes.iter().cloned());
    let known = operators::certificates(&office.view(), office.stand_in()).map_err(report)?;
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let against = Against { operators: &known, log: log.as_slice(), outside: &notes, threads };
    let verdict =
        office.with_rows(|rows| verify_register(rows, &against, &mut |_| {})).map_err(report)?;
    let is_judged = |finding: &&RegisterFinding| {
        log.is_some() || !matches!(finding, RegisterFinding::CheckpointNotGenuine { .. })
    };
    let findings = verdict
        .findings
        .iter()
        .filter(is_judged)
        .map(|finding| Finding { entry: finding.seq(), report: Report::of(finding) });
    let mut findings: Vec<Finding> = findings.collect();
    if office.stand_in().is_some() {
        findings.push(Finding { entry: Some(0), report: AuditFinding::StoodIn.into() });
    }
    checkpoints::missing(office, log.as_ref(), &kept, &mut findings)?;
    findings.extend(strange);
    // A newest entry that cannot be read was told, and tells no time.
    match clock::ahead(office) {
        Err(_) if !findings.is_empty() => {}
        ahead => findings.extend(ahead?),
    }
    Ok((findings, kept))
}

/// The whole audit: register, roles, order of entries, approvals of each letter, archive both ways, bundles, templates.
///
/// # Errors
/// Where the check itself could not be done.
pub fn run(office: &Office, outside: &[String]) -> Reports<Audit> {
    let (findings, held) = verified(office, outside)?;
    let mut audit = Audit { findings, ..Audit::default() };
    let mut named = Named::new();
    let view = office.view();
    let mut letters = letters::Sequence::default();
    let mut shelves = shelves::Standing::default();
    let mut silences = clock::Silences::default();
    let mut silent: Vec<Report> = Vec::new();
    let mut admission = admission::Admission::beginning(office.stand_in());
    let mut releases = releases::Releases::default();
    for entry in view.entries(0) {
        // An entry that cannot be read was told by the register's own check.
        let Ok(entry) = entry else { continue };
        audit.entries = audit.entries.saturating_add(1);
        let entry = entry.entry();
        for (member, object, length) in objects(&entry.body) {
            shelves.take(entry, member, object);
            named.entry(object).or_insert((entry.seq, length));
        }
        shelves.see(entry);
        silent.extend(silences.take(entry));
        letters.take(entry, office.state(), &mut audit.findings);
        admission.take(entry, &mut audit.findings);
        releases.take(entry, office);
    }
    letters.end(&mut audit.findings);
    let done = releases.end(office, &mut audit.findings);
    audit.past(Phrase("on what holds were released", "解除暂停的依据"), done)?;
    let done = shelves.end(office, &mut audit.findings);
    audit.past(Phrase("what is kept on which shelf", "各对象的保管类别"), done)?;
    let done = disposals::check(office, &mut named, &mut audit.findings);
    audit.past(Phrase("what was disposed of", "已处置的内容"), done)?;
    audit.expected = u64::try_from(named.len()).unwrap_or(u64::MAX);
    let mut read = BTreeSet::new();
    let sealed = bundles(office, &named, &mut read, &mut audit);
    let sealed = audit.past(Phrase("which bundles there are", "证据包"), sealed)?;
    objects_of(office, &named, &read, &mut audit);
    for object in held.others.iter().filter(|object| !named.contains_key(object)) {
        let told = AuditFinding::Extra { object: *object };
        audit.findings.push(Finding { entry: None, report: told.into() });
    }
    for finding in &held.foreign {
        audit.findings.push(Finding { entry: None, report: Report::of(finding) });
    }
    let ageing = records::check(office, &sealed, &mut audit.findings);
    let ageing = audit.past(Phrase("the evidence records", "证据记录"), ageing)?;
    for report in office.unlike_founded() {
        audit.findings.push(Finding { entry: None, report });
    }
    audit.notes = unsigned(office)?;
    let pending = office.pending_note().map_err(report);
    let pending = audit.past(Phrase("which timestamps are awaited", "待补的时间戳"), pending)?;
    audit.notes.extend(pending);
    audit.notes.extend(ageing);
    audit.notes.extend(silent);
    audit.findings.sort_by_key(|finding| finding.entry.unwrap_or(u64::MAX));
    Ok(audit)
}

/// The refusals that nobody could sign.
fn unsigned(office: &Office) -> Reports<Vec<Report>> {
    let found = office.unsigned().map_err(report)?;
    let mut notes = Vec::new();
    if let Some(newest) = found.newest {
        let newest = newest.format("%Y-%m-%d %H:%M:%S").to_string();
        notes.push(AuditFinding::Unsigned { refusals: found.refusals, newest }.into());
    }
    if found.unreadable > 0 {
        notes.push(AuditFinding::UnsignedUnreadable { lines: found.unreadable }.into());
    }
    Ok(notes)
}

/// The objects the register names, by name: the entry that names each first, and its length if that
/// says so.
type Named = BTreeMap<Digest, (u64, Option<u64>)>;

/// Every object the register names but those that were read with what they are.
fn objects_of(office: &Office, named: &Named, read: &BTreeSet<Digest>, audit: &mut Audit) {
    for (object, (entry, length)) in named.iter().filter(|(object, _)| !read.contains(object)) {
        let found = office.archive().check(object, *length);
        let found = found.map(|found| found.iter().map(Report::of).collect());
        // What cannot be read is not as registered, and the rest is looked at all the same.
        let found = found.unwrap_or_else(|error| report(OfficeError::from(error)));
        audit.looked(*entry, found);
    }
}

/// Every bundle, inside, in its place and as an object, each read once; notes in `read` the objects
/// that were judged so, and answers when their timestamps' certificates end.
fn bundles(
    office: &Office,
    named: &Named,
    read: &mut BTreeSet<Digest>,
    audit: &mut Audit,
) -> Reports<records::Ends> {
    let mut sealed = records::Ends::new();
    for bundle in office.bundles().map_err(report)? {
        // What was disposed of is nowhere any more.
        let Some((entry, _)) = named.get(&bundle.object) else { continue };
        let found = match office.verify_bundle(&bundle) {
            Ok(found) => found,
            // What could not be checked is no clean bundle. One cause of many is told once. Its
            // bytes are looked at with the other objects.
            Err(faults) => {
                tell_once(faults, Some(bundle.seq), &mut audit.findings);
                continue;
            }
        };
        sealed.extend(found.facts.stamp_until.map(|until| (bundle.id.clone(), until)));
        if found.is_another(&bundle.id, &bundle.manifest) {
            let told = AuditFinding::OtherBundle { bundle: bundle.id.clone() };
            audit.findings.push(Finding { entry: Some(bundle.seq), report: told.into() });
        }
        let is_object = |finding: &&evidence::Finding| finding.report.code.code.starts_with("CH-S");
        let lies = found.findings.iter().filter(is_object);
        let lies: Vec<Report> = lies.map(|finding| finding.report.clone()).collect();
        if read.insert(bundle.object) {
            audit.looked(*entry, lies);
        }
        // What lies in a token's place is told with the other objects.
        let inside = |finding: &&evidence::Finding| {
            !is_object(finding) && finding.report.code.code != "CH-X041"
        };
        for finding in found.findings.iter().filter(inside) {
            let told = Report::quoting(&finding.report, |detail| AuditFinding::Bundle {
                bundle: bundle.id.clone(),
                file: finding.file.clone().unwrap_or_else(|| "-".to_owned()),
                detail: detail.to_owned(),
            });
            audit.findings.push(Finding { entry: Some(bundle.seq), report: told });
        }
    }
    Ok(sealed)
}

/// Archive objects an entry names: the member that names each, and the length where it says one.
fn objects(body: &serde_json::Map<String, Value>) -> Vec<(&'static str, Digest, Option<u64>)> {
    let mut found = Vec::new();
    let mut add = |member, value: Option<&Value>, length: Option<u64>| {
        if let Some(digest) = value.and_then(Value::as_str).and_then(|text| text.parse().ok()) {
            found.push((member, digest, length));
        }
    };
    let length = |name: &str| body.get(name).and_then(Value::as_u64);
    add("pdf", body.get("pdf"), length("pdf_bytes"));
    add("record", body.get("record"), None);
    add("package_object", body.get("package_object"), None);
    add("object", body.get("object"), length("object_bytes"));
    let fonts = body.get("font_objects").and_then(Value::as_object);
    for font in fonts.into_iter().flat_map(serde_json::Map::values) {
        add("font_objects", Some(font), None);
    }
    found
}
