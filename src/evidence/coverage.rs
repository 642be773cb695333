//! Whether the recordings of a visit belong to it, overlap, cover it, and are those it names.
//!
//! Works on what devices claim of time and length; everything found is told and keeps the evidence
//! from being complete, and nothing is refused for it. A film may be off between the times the
//! statement records. Source: REQUIREMENTS 3 (L223, L231, L403), 5 (12); SPEC decision 12.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta};

use super::{
    kind::Kind,
    listing::{Item, Listing},
};
use crate::problem::Report;

/// How far a device's clock may be off.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(5);
/// Longest stretch without a recording that needs no record of its own.
const SHORT: TimeDelta = TimeDelta::minutes(1);

crate::problems! {
    /// What is noted of the recordings of a visit.
    pub enum CoverageFinding {
        /// Captured before or after.
        Outside { path: String } = "CH-E100", Finding,
            "`{path}` was captured outside the visit, by its device's clock" => "check the device's clock and record it in the custody note, or leave the file out",
            "按设备时钟，`{path}` 摄录于外访时间之外" => "请核对设备时钟并记入保管记录，或不予收录";
        /// Sound and film at different times.
        NoOverlap = "CH-E101", Finding,
            "audio and video of the visit do not overlap in time" => "check that both are of this visit",
            "外访的录音与录像在时间上没有重叠" => "请核对两者是否属于本次外访";
        /// Part of the visit was not recorded.
        Uncovered { kind: &'static str, minutes: i64 } = "CH-E102", Finding,
            "recordings of kind `{kind}` leave about {minutes} minutes of the visit uncovered" => "add the missing recording, or record why there is none",
            "`{kind}` 类记录约有 {minutes} 分钟未覆盖外访" => "请补充缺失的记录，或说明原因";
        /// Time or length is not known.
        NoTime { path: String } = "CH-E103", Finding,
            "`{path}` does not tell when it was recorded or how long it lasts" => "keep it; whether the visit is covered cannot be judged by it",
            "`{path}` 未注明摄录时间或时长" => "可以保留，但无法据以判断是否覆盖外访";
        /// Named on the statement and absent.
        Absent { id: String, kind: &'static str } = "CH-E104", Finding,
            "the statement names the {kind} recording `{id}`, and it is not here" => "add it, or record why there is none",
            "声明所载 {kind} 记录 `{id}` 未在其中" => "请补充，或说明原因";
        /// Here and not named on the statement.
        Unnamed { path: String } = "CH-E105", Finding,
            "`{path}` is a recording that the statement does not name" => "correct the statement by a new one, or record why it was made",
            "`{path}` 是声明未载明的记录" => "请以新的声明更正，或说明来源";
        /// Which file it is cannot be told.
        Unclear { id: String, kind: &'static str } = "CH-E106", Finding,
            "which {kind} file is the recording `{id}` cannot be told" => "begin the name of its file with the recording's number",
            "无法判断哪个 {kind} 文件是记录 `{id}`" => "请以记录编号作为文件名开头";
        /// Filmed while the statement says that the film was off.
        FilmedWhileOff { path: String } = "CH-E130", Finding,
            "by its device's clock, `{path}` was filmed while the statement says the film was off" => "check the device's clock, or correct the statement by a new one",
            "按设备时钟，`{path}` 摄于声明所载录像关闭期间" => "请核对设备时钟，或以新的声明更正";
        /// Captured after it was sealed.
        Future { path: String } = "CH-E134", Finding,
            "by its device's clock, `{path}` was captured later than it is sealed" => "check the device's clock and record it in the custody note",
            "按设备时钟，`{path}` 的摄录时间晚于封存时间" => "请核对设备时钟并记入保管记录";
    }
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stretch {
    /// Its beginning.
    pub from: DateTime<FixedOffset>,
    /// Its end.
    pub until: DateTime<FixedOffset>,
}

/// What the recordings of a visit are held against.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Window {
    /// The visit.
    pub visit: Stretch,
    /// When the film was off, as the statement records.
    pub film_off: Vec<Stretch>,
    /// Recordings the statement names, by kind; none where there is no statement.
    pub named: Option<Vec<(Kind, String)>>,
}

/// Which item each named recording is, by place among `items`.
#[must_use]
pub fn bound(items: &Listing, named: &[(Kind, String)]) -> Vec<(usize, String)> {
    let mut bound = Vec::new();
    for (kind, id) in named {
        let of_kind = || items.all().enumerate().filter(|(_, item)| item.kind == *kind);
        let begins = |item: &Item<'_>| {
            let name = item.masked_original.rsplit('/').next().unwrap_or_default();
            name.get(..id.len()).is_some_and(|start| start.eq_ignore_ascii_case(id))
        };
        let by_name: Vec<usize> =
            of_kind().filter(|(_, item)| begins(item)).map(|(at, _)| at).collect();
        let sole: Vec<usize> = of_kind().map(|(at, _)| at).collect();
        let alone = named.iter().filter(|(other, _)| other == kind).count() == 1;
        match (by_name.as_slice(), sole.as_slice()) {
            ([], [only]) if alone => bound.push((*only, id.clone())),
            (found, _) => bound.extend(found.iter().map(|at| (*at, id.clone()))),
        }
    }
    bound
}

/// What claims to have been captured after `now`.
pub(super) fn ahead(items: &Listing, now: DateTime<FixedOffset>) -> Vec<Report> {
    let later = |item: &Item<'_>| {
        let captured = item.facts.captured.or(item.details.captured_at.as_deref());
        let captured = captured.and_then(|time| instant(time, *now.offset()));
        captured.is_some_and(|at| at.signed_duration_since(now) > CLOCKS_APART)
    };
    let told = |item: Item<'_>| CoverageFinding::Future { path: item.path.to_owned() }.into();
    items.all().filter(later).map(told).collect()
}

/// Everything that is to be noted of `items` as the recordings of a visit.
pub(super) fn findings(items: &Listing, window: &Window) -> Vec<Report> {
    let mut found = Vec::new();
    if let Some(named) = &window.named {
        names(items, named, &mut found);
    }
    let zone = *window.visit.from.offset();
    let mut stretches: Vec<(Kind, Stretch)> = Vec::new();
    for item in items.all() {
        let path = || item.path.to_owned();
        let captured = item.facts.captured.or(item.details.captured_at.as_deref());
        let captured = captured.and_then(|time| instant(time, zone));
        let is_recording = matches!(item.kind, Kind::Audio | Kind::Video);
        let is_of_visit = is_recording || matches!(item.kind, Kind::DoorPlate | Kind::Photo);
        let length = item.facts.duration_ms.and_then(|time| i64::try_from(time).ok());
        let length = length.and_then(TimeDelta::try_milliseconds);
        let until = captured
            .map(|from| length.and_then(|length| from.checked_add_signed(length)).unwrap_or(from));
        if let (true, Some(from), Some(until)) = (is_of_visit, captured, until) {
            let early = until < window.visit.from - CLOCKS_APART;
            if early || from > window.visit.until + CLOCKS_APART {
                found.push(CoverageFinding::Outside { path: path() }.into());
            }
        }
        match (is_recording, captured, until, length) {
            (true, Some(from), Some(until), Some(_)) => {
                let own = Stretch { from, until };
                let off = window.film_off.iter().any(|off| common(own, *off) > SHORT);
                if item.kind == Kind::Video && off {
                    found.push(CoverageFinding::FilmedWhileOff { path: path() }.into());
                }
                stretches.push((item.kind, own));
            }
            (true, ..) => found.push(CoverageFinding::NoTime { path: path() }.into()),
            _ => {}
        }
    }
    let of = |kind: Kind| -> Vec<Stretch> {
        let own = stretches.iter().filter(|(found, _)| *found == kind);
        own.map(|(_, stretch)| *stretch).collect()
    };
    let (audio, video) = (of(Kind::Audio), of(Kind::Video));
    let meet =
        |one: &Stretch| video.iter().any(|other| one.from < other.until && other.from < one.until);
    if !audio.is_empty() && !video.is_empty() && !audio.iter().any(meet) {
        found.push(CoverageFinding::NoOverlap.into());
    }
    for (kind, mut cover, excused) in
        [(Kind::Audio, audio, &[][..]), (Kind::Video, video, window.film_off.as_slice())]
    {
        if cover.is_empty() {
            // That there is none is told by what the occasion needs.
            continue;
        }
        cover.extend(excused);
        let bare = uncovered(window.visit, cover);
        if bare > TimeDelta::zero() {
            let minutes = bare.num_seconds().saturating_add(59).div_euclid(60);
            found.push(CoverageFinding::Uncovered { kind: kind.name(), minutes }.into());
        }
    }
    found
}

fn names(items: &Listing, named: &[(Kind, String)], found: &mut Vec<Report>) {
    let bound = bound(items, named);
    for (kind, id) in named {
        if bound.iter().any(|(_, name)| name == id) {
            continue;
        }
        let (id, name) = (id.clone(), kind.name());
        found.push(if items.all().any(|item| item.kind == *kind) {
            CoverageFinding::Unclear { id, kind: name }.into()
        } else {
            CoverageFinding::Absent { id, kind: name }.into()
        });
    }
    for (at, item) in items.all().enumerate() {
        let is_recording = matches!(item.kind, Kind::Audio | Kind::Video);
        if is_recording && !bound.iter().any(|(place, _)| *place == at) {
            found.push(CoverageFinding::Unnamed { path: item.path.to_owned() }.into());
        }
    }
}

/// How long two stretches run together; negative if they do not meet.
fn common(one: Stretch, other: Stretch) -> TimeDelta {
    one.until.min(other.until).signed_duration_since(one.from.max(other.from))
}

/// How much of `visit` lies in stretches that `cover` leaves bare and that are not short.
fn uncovered(visit: Stretch, mut cover: Vec<Stretch>) -> TimeDelta {
    cover.sort_by_key(|stretch| stretch.from);
    cover.push(Stretch { from: visit.until, until: visit.until });
    let mut bare = TimeDelta::zero();
    let mut reached = visit.from;
    for stretch in cover {
        let gap = stretch.from.min(visit.until).signed_duration_since(reached);
        if gap > SHORT {
            bare += gap;
        }
        reached = reached.max(stretch.until);
    }
    bare
}

/// A time as a file tells it; without an offset it is the office's.
fn instant(text: &str, zone: FixedOffset) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok().or_else(|| {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok()?;
        local.and_local_timezone(zone).single()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> DateTime<FixedOffset> {
        instant(&format!("2026-11-23T{time}"), FixedOffset::east_opt(8 * 3600).unwrap()).unwrap()
    }

    fn stretch(from: &str, until: &str) -> Stretch {
        Stretch { from: at(from), until: at(until) }
    }

    #[test]
    fn a_visit_is_covered_but_for_short_stretches_and_those_on_record() {
        let visit = stretch("14:00:00", "14:30:00");
        let bare = |cover: &[Stretch]| uncovered(visit, cover.to_vec()).num_minutes();
        assert_eq!(bare(&[visit]), 0);
        assert_eq!(bare(&[stretch("13:59:00", "14:10:00"), stretch("14:10:40", "14:40:00")]), 0);
        assert_eq!(bare(&[stretch("14:05:00", "14:10:00"), stretch("14:08:00", "14:20:00")]), 15);
        assert_eq!(bare(&[stretch("15:00:00", "15:10:00")]), 30);
        assert_eq!(bare(&[stretch("14:00:00", "14:10:00"), stretch("14:10:00", "14:30:00")]), 0);
    }

    #[test]
    fn what_two_stretches_share_is_measured() {
        let shared = |from: &str, until: &str| {
            common(stretch("14:12:00", "14:20:00"), stretch(from, until)).num_minutes()
        };
        assert_eq!(shared("14:00:00", "14:12:00"), 0);
        assert_eq!(shared("14:00:00", "14:15:00"), 3);
        assert_eq!(shared("14:13:00", "14:14:00"), 1);
        assert!(shared("14:30:00", "14:40:00") < 0);
    }

    #[test]
    fn a_time_without_an_offset_is_the_offices() {
        assert_eq!(at("14:00:00"), DateTime::parse_from_rfc3339("2026-11-23T06:00:00Z").unwrap());
        assert_eq!(instant("yesterday", *at("14:00:00").offset()), None);
    }
}
