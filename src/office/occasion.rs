//! What evidence is sealed for: a case, a visit, or the signed copy of a letter.
//!
//! A visit's window, its recordings and its case come from the archived record of the statement;
//! a letter must have been issued. What was sealed before under another number is told.
//! Source: SPEC decision 12; REQUIREMENTS 1 (L347), 3 (L223); issue "Evidence" items 1, 2 and 9.

use std::{collections::BTreeSet, path::Path};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::{Map, Value};

use super::{
    Office,
    actor::Actor,
    evidence_room::{Kept, RoomError},
    hold::case_number,
    journal,
    office_folder::OfficeError,
    operator::Role,
    state::{digest, text},
};
use crate::{
    digest::Digest,
    evidence::{
        Kind, Seal, Sorting, Verification,
        bag::{self, Manifest},
        container::{Container, Limits},
        coverage::{Stretch, Window},
        custody,
    },
    letter::record::Record,
    masking::{Masking, mask_text},
    problem::{Report, alone as report},
    register::{Draft, Recorded},
};

/// Most bytes of the manifest of an earlier bundle that is looked into.
const MANIFEST_LIMIT: u64 = 64 << 20;
/// How many earlier bundles of a case are looked into for the same files.
const LOOKED_INTO: usize = 50;

crate::problems! {
    /// Why evidence is not sealed for an occasion, and what is told of it.
    pub enum OccasionError {
        /// No such visit document.
        NoVisit = "CH-E110", Input,
            "no document of a visit was issued under that number" => "give the number printed on the visit's statement",
            "没有以该编号签发的外访文书" => "请填写外访声明上所印编号";
        /// No such letter.
        NoLetter = "CH-E111", Input,
            "no letter was issued under that number" => "give the number printed on the letter",
            "没有以该编号签发的函件" => "请填写函件上所印编号";
        /// Only scans close a letter's open item.
        LetterKind = "CH-E112", Refusal,
            "a letter's scan is of kind `signed_copy` or `acknowledgement`" => "choose one of the two, or seal it for the case",
            "函件的扫描件须为 `signed_copy` 或 `acknowledgement`" => "请选择其一，或按案件封存";
        /// Two cases.
        OtherCase = "CH-E113", Refusal,
            "the visit or letter belongs to another case" => "leave --case out; the case is taken from the document",
            "该外访或函件属于另一案件" => "请省略 --case，案号取自该文书";
        /// Nothing says what it is for.
        Unclear = "CH-E114", Input,
            "it is not said what the evidence is for" => "give --visit, --letter, or --case and --kind",
            "未说明证据用途" => "请给出 --visit、--letter，或 --case 与 --kind";
        /// A time is none, or the two are in the wrong order.
        Times = "CH-E115", Input,
            "--from and --until are not two times in their order" => "give both as 2026-11-23T14:05, in the office's time",
            "--from 与 --until 不是先后有序的两个时间" => "请均按 2026-11-23T14:05 填写，以机构所在时区为准";
        /// The record of the visit cannot be read as one.
        Record = "CH-E116", Finding,
            "the archived record of the visit cannot be read" => "run `chancery audit run`",
            "无法读取该外访的归档记录" => "请运行 `chancery audit run`";
        /// Evidence of the case was destroyed.
        Disposed { entry: u64 } = "CH-E187", Refusal,
            "the case was closed and evidence or letters of it were destroyed, last by entry {entry}" => "open the case again with `chancery case reopen`, if there is new evidence; of a training month, name another",
            "案件已结案，其证据或函件已被销毁，最近一次见条目 {entry}" => "如有新证据，请先用 `chancery case reopen` 重新立案；培训档案请改用其他月份";
        /// The case is closed; told, and no defect.
        Closed { on: NaiveDate } = "CH-E188", Finding,
            "the case was closed on {on}; the term of this bundle runs from its archiving today" => "open the case again if it goes on",
            "案件已于 {on} 结案；本证据包的保管期限自今日归档起算" => "如案件继续，请重新立案";
        /// The same files lie in an earlier bundle.
        SameFiles { bundle: String, files: u64 } = "CH-E117", Finding,
            "{files} of these files are in bundle `{bundle}` already" => "nothing need be done; both are kept",
            "其中 {files} 个文件已在证据包 `{bundle}` 中" => "无须处理，两者均予保存";
    }
}

type Reports<T> = Result<T, Vec<Report>>;

/// What is to be sealed.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Folder of files.
    pub folder: &'a Path,
    /// Case number.
    pub case: Option<&'a str>,
    /// One kind for all files, or `auto` for kinds by subfolder.
    pub kind: Option<&'a str>,
    /// Number of the visit's document.
    pub visit: Option<&'a str>,
    /// Number of the letter whose signed copy it is.
    pub letter: Option<&'a str>,
    /// Beginning and end of the visit, where no document tells them.
    pub times: Option<(&'a str, &'a str)>,
}

/// What is known of an issued document.
struct Document {
    case: String,
    template: String,
    facts: Map<String, Value>,
}

/// What evidence is sealed for.
pub(super) struct Occasion {
    pub(super) case: String,
    pub(super) sorting: Sorting,
    pub(super) visit: Option<String>,
    pub(super) window: Option<Window>,
    pub(super) letter: Option<String>,
    pub(super) needs: Vec<Kind>,
}

impl Office {
    /// What `wanted` is sealed for, or every reason why that is not clear.
    pub(super) fn occasion(&self, wanted: &Wanted<'_>) -> Reports<Occasion> {
        let kind = |name: &str| match name {
            "auto" => Ok(Sorting::BySubfolder),
            name => name.parse().map(Sorting::As).map_err(|_| report(RoomError::Kind)),
        };
        let mut sorting = wanted.kind.map(kind).transpose()?;
        let mut window = None;
        let mut case = wanted.case.map(str::to_owned);
        let mut settle = |found: String| match &case {
            Some(given) if *given != found => Err(report(OccasionError::OtherCase)),
            _ => {
                case = Some(found);
                Ok(())
            }
        };
        if let Some(number) = wanted.visit {
            let about = self.document(number)?.ok_or_else(|| report(OccasionError::NoVisit))?;
            if !about.template.starts_with("visit_") {
                return Err(report(OccasionError::NoVisit));
            }
            settle(about.case)?;
            let found = self.window(&about.facts);
            window = Some(found.ok_or_else(|| report(OccasionError::Record))?);
            sorting = sorting.or(Some(Sorting::BySubfolder));
        }
        if let Some(number) = wanted.letter {
            let about = self.document(number)?.ok_or_else(|| report(OccasionError::NoLetter))?;
            settle(about.case)?;
            sorting = sorting.or(Some(Sorting::As(Kind::SignedCopy)));
            if !matches!(sorting, Some(Sorting::As(Kind::SignedCopy | Kind::Acknowledgement))) {
                return Err(report(OccasionError::LetterKind));
            }
        }
        if let Some((from, until)) = wanted.times {
            let zone = *self.now().offset();
            let visit = stretch(from, until, zone).ok_or_else(|| report(OccasionError::Times))?;
            let base = window.take();
            window = Some(match base {
                Some(base) => Window { visit, ..base },
                None => Window { visit, film_off: Vec::new(), named: None },
            });
        }
        let (Some(case), Some(sorting)) = (case.filter(|case| !case.is_empty()), sorting) else {
            return Err(report(OccasionError::Unclear));
        };
        if mask_text(&case, &Masking::default()).text != case {
            return Err(report(RoomError::CaseNumber));
        }
        // What a document says was read with its request; what is typed is read here.
        if wanted.visit.is_none() && wanted.letter.is_none() {
            case_number(&case)?;
        }
        let needs = match sorting {
            Sorting::BySubfolder => vec![Kind::Audio, Kind::Video],
            Sorting::As(_) => Vec::new(),
        };
        let visit = wanted.visit.map(str::to_owned);
        let letter = wanted.letter.map(str::to_owned);
        Ok(Occasion { case, sorting, visit, window, letter, needs })
    }

    /// Whether `case` still takes in evidence: what is to be told of a closed one.
    ///
    /// # Errors
    /// [`OccasionError::Disposed`] for one whose keeping has ended.
    pub(super) fn takes_in(&self, case: &str) -> Reports<Option<Report>> {
        let shelves = self.shelves().map_err(report)?;
        if shelves.closed_on(case).is_some() {
            let of_case = shelves.disposed.values().map(|gone| gone.entry.entry());
            let of_case = of_case.filter(|entry| text(&entry.body, "case") == Some(case));
            if let Some(entry) = of_case.map(|entry| entry.seq).max() {
                return Err(report(OccasionError::Disposed { entry }));
            }
        }
        let closed = shelves.cases.get(case).and_then(|closing| closing.on);
        Ok(closed.map(|on| OccasionError::Closed { on }.into()))
    }

    /// The issued document `number`.
    fn document(&self, number: &str) -> Reports<Option<Document>> {
        let fault = |error| report(OfficeError::from(error));
        let issued = self.view().last(&journal::LETTER_ISSUED, number).map_err(fault)?;
        let Some(issued) = issued else { return Ok(None) };
        let body = &issued.entry().body;
        let unreadable = || report(OccasionError::Record);
        let place = body.get("prepared").and_then(Value::as_u64).ok_or_else(unreadable)?;
        let prepared = self.view().get(place).map_err(fault)?.ok_or_else(unreadable)?;
        let case = text(&prepared.entry().body, "case").ok_or_else(unreadable)?.to_owned();
        let object = digest(body, "record").ok_or_else(unreadable)?;
        let record = Record::parse(&self.object(&object).map_err(report)?).map_err(report)?;
        Ok(Some(Document { case, template: record.template.clone(), facts: record.facts }))
    }

    /// The visit that `facts` tell of.
    fn window(&self, facts: &Map<String, Value>) -> Option<Window> {
        let zone = *self.now().offset();
        // As it is printed.
        let day = fact(facts, "visit_date")?;
        let day = NaiveDate::parse_from_str(&day, "%Y年%m月%d日").or_else(|_| day.parse()).ok()?;
        let time = |name: &str| -> Option<DateTime<FixedOffset>> {
            let time = NaiveTime::parse_from_str(&fact(facts, name)?, "%H:%M").ok()?;
            day.and_time(time).and_local_timezone(zone).single()
        };
        let visit = Stretch { from: time("start")?, until: time("end")? };
        let off = time("video_off_at")
            .map(|from| Stretch { from, until: time("video_resumed_at").unwrap_or(visit.until) });
        let named = [(Kind::Audio, "audio_id"), (Kind::Video, "video_id")]
            .into_iter()
            .filter_map(|(kind, name)| Some((kind, fact(facts, name)?)))
            .collect();
        Some(Window { visit, film_off: off.into_iter().collect(), named: Some(named) })
    }

    /// Earlier bundles that hold the same files: any with the same payload, and those of the same
    /// case that share a file.
    pub(super) fn bundles_alike(&self, seal: &Seal) -> Reports<Vec<Report>> {
        let own: BTreeSet<Digest> = seal.files.all().map(|file| file.digest).collect();
        let mut all = self.bundles().map_err(report)?;
        all.reverse();
        let mut alike = Vec::new();
        let mut looked_into = 0_usize;
        for kept in all {
            let gone = self.view().last(&journal::EVIDENCE_DISPOSED, &kept.id);
            if gone.map_err(|error| report(OfficeError::from(error)))?.is_some() {
                continue;
            }
            let shared = if kept.manifest == seal.payload_manifest {
                seal.payload_files
            } else if looked_into < LOOKED_INTO {
                looked_into = looked_into.saturating_add(1);
                // An earlier bundle that cannot be read is for the audit to tell.
                let listed = self.manifest_of(&kept).unwrap_or_default();
                let shared = listed.values().filter(|digest| own.contains(*digest)).count();
                u64::try_from(shared).unwrap_or(u64::MAX)
            } else {
                0
            };
            if shared > 0 {
                let told = OccasionError::SameFiles { bundle: kept.id, files: shared };
                alike.push(Report::of(&told));
            }
        }
        Ok(alike)
    }

    fn manifest_of(&self, kept: &Kept) -> Option<Manifest> {
        let file = self.archive().open_as_found(&kept.object).ok()?;
        let container = Container::open(file, Limits::default()).ok()?;
        let entry = container.entry(bag::MANIFEST_PATH)?;
        let (bytes, _) = container.read(entry, MANIFEST_LIMIT).ok()?;
        Some(bag::read_manifest(bag::MANIFEST_PATH, &bytes, &mut Vec::new()))
    }

    /// The chain of custody of a bundle: what its own file tells, and every later entry about it.
    ///
    /// # Errors
    /// Where register or archive failed.
    pub fn custody(&self, kept: &Kept) -> Reports<(Vec<custody::Line>, Vec<Recorded>)> {
        let mut lines = Vec::new();
        let found = self.archive().open_as_found(&kept.object).ok();
        let opened = found.and_then(|file| Container::open(file, Limits::default()).ok());
        if let Some(container) = opened
            && let Some(entry) = container.entry(custody::CUSTODY_PATH)
            && let Ok((bytes, _)) = container.read(entry, MANIFEST_LIMIT)
        {
            lines = custody::read(&bytes).0;
        }
        let mut entries = Vec::new();
        for entry in self.view().entries(0) {
            let entry = entry.map_err(|error| report(OfficeError::from(error)))?;
            if concerns(&entry, kept) {
                entries.push(entry);
            }
        }
        Ok((lines, entries))
    }

    /// Registers that a bundle was verified, and with what outcome.
    ///
    /// # Errors
    /// Where the operator may not, or the register failed.
    pub fn record_verification(
        &mut self,
        kept: &Kept,
        sound: bool,
        found: &Verification,
        actor: &Actor,
    ) -> Reports<Recorded> {
        if actor.require(Role::Auditor).is_err() {
            actor.require(Role::Archivist).map_err(report)?;
        }
        let codes: BTreeSet<&str> =
            found.findings.iter().map(|finding| finding.report.code.code).collect();
        let draft = Draft::new(journal::EVIDENCE_VERIFIED, kept.id.clone())
            .with("object", kept.object.to_string())
            .with("verified", sound)
            .with("findings", codes.into_iter().collect::<Vec<_>>());
        self.append(draft, actor).map_err(report)
    }
}

/// Whether an entry tells of an act on a bundle, or on the keeping of its case: holds and closing.
fn concerns(entry: &Recorded, kept: &Kept) -> bool {
    let entry = entry.entry();
    if entry.subject == kept.id {
        return true;
    }
    let kind = entry.kind.as_str();
    let listed = |name: &str| {
        entry.body.get(name).and_then(Value::as_array).is_some_and(|list| {
            list.iter().any(|one| {
                one.as_str() == Some(&kept.id)
                    || one.get("bundle").and_then(Value::as_str) == Some(&kept.id)
            })
        })
    };
    let named = text(&entry.body, "bundle") == Some(&kept.id)
        || ["bundles", "items"].iter().any(|name| listed(name));
    let of_cases = ["hold.", "retention.", "case.closed", "case.reopened"]
        .iter()
        .any(|one| kind.starts_with(one));
    named || (of_cases && entry.subject == kept.case)
}

fn fact(facts: &Map<String, Value>, name: &str) -> Option<String> {
    facts.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn stretch(from: &str, until: &str, zone: FixedOffset) -> Option<Stretch> {
    let time = |text: &str| {
        DateTime::parse_from_rfc3339(text).ok().or_else(|| {
            let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S")
                .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"));
            local.ok()?.and_local_timezone(zone).single()
        })
    };
    let (from, until) = (time(from)?, time(until)?);
    (from < until).then_some(Stretch { from, until })
}
