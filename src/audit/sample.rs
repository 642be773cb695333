//! The weekly random sample for quality control, which anybody can draw again.
//!
//! The seed is the root of a checkpoint that was signed after the week ended, so nobody could choose
//! it: rank is SHA-256 over root and place of entry, the lowest ranks are drawn.
//! Source: REQUIREMENTS L367.

use chrono::{Datelike as _, Days, IsoWeek, NaiveDate, Weekday};
use serde_json::{Value, json};

use crate::{
    digest::{Digest, Hasher},
    office::{
        Office,
        office_folder::OfficeError,
        retention_state::{Shelved, Shelves},
    },
    problem::{Report, alone as report},
    register::Note,
    retention::plan::Sort,
};

crate::problems! {
    /// Why no sample is drawn.
    pub enum SampleProblem {
        /// Not a week.
        Week = "CH-E169", Input,
            "that is no week that has ended" => "give a week such as 2026-W21, or none for the last one",
            "该周无效或尚未结束" => "请填写如 2026-W21 的周次，或省略以取上一周";
        /// No checkpoint after the week.
        NoCheckpoint = "CH-E170", Refusal,
            "no checkpoint was signed since that week ended, so there is no seed that nobody chose" => "let whoever holds the log credential run `chancery register checkpoint`",
            "该周结束后尚无检查点，没有无人可选的种子" => "请由持有日志凭据者运行 `chancery register checkpoint`";
    }
}

/// One thing drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// What it is.
    pub sort: Sort,
    /// Its number.
    pub id: String,
    /// Its entry.
    pub entry: u64,
    /// What it was drawn by.
    pub rank: Digest,
}

/// A week's sample.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The week, such as `2026-W21`.
    pub week: String,
    /// The checkpoint whose root is the seed.
    pub checkpoint: Note,
    /// Letters and bundles of the week.
    pub population: usize,
    /// What was drawn, by rank.
    pub drawn: Vec<Drawn>,
}

impl Sample {
    /// What was drawn as it is kept, to be exported.
    #[must_use]
    pub fn items(&self, shelves: &Shelves) -> Vec<Shelved> {
        let kept = |one: &Drawn| shelves.kept.iter().find(|kept| kept.seq == one.entry).cloned();
        self.drawn.iter().filter_map(kept).collect()
    }

    /// From what it was drawn and by which seed, for entry and receipt of an export.
    #[must_use]
    pub fn told(&self) -> Value {
        let checkpoint = self.checkpoint.checkpoint();
        json!({
            "week": self.week,
            "population": self.population,
            "checkpoint_size": checkpoint.size,
            "root": checkpoint.root.to_string(),
        })
    }
}

/// Draws `count` of what was archived in `week`, or in the last week that ended.
///
/// # Errors
/// [`SampleProblem`]; faults of the register.
pub fn draw(office: &Office, week: Option<&str>, count: usize) -> Result<Sample, Vec<Report>> {
    let fault = |error| report(OfficeError::from(error));
    let today = office.today();
    let monday = match week {
        Some(text) => monday(text),
        None => today.checked_sub_days(Days::new(7)).and_then(|day| first_of(day.iso_week())),
    };
    let monday = monday.ok_or_else(|| report(SampleProblem::Week))?;
    let sunday = monday.checked_add_days(Days::new(6)).unwrap_or(monday);
    if sunday >= today {
        return Err(report(SampleProblem::Week));
    }
    let mut seed = None;
    for note in office.view().checkpoints() {
        let note = note.map_err(fault)?;
        let signed = note.checkpoint().signed_at();
        let zone = *office.now().offset();
        if signed.is_some_and(|at| at.with_timezone(&zone).date_naive() > sunday) {
            seed = Some(note);
            break;
        }
    }
    let checkpoint = seed.ok_or_else(|| report(SampleProblem::NoCheckpoint))?;
    let root = checkpoint.checkpoint().root;
    let shelves = office.shelves().map_err(report)?;
    let mut drawn: Vec<Drawn> = shelves
        .kept
        .iter()
        .filter(|kept| kept.sort.is_of_a_case())
        .filter(|kept| (monday..=sunday).contains(&kept.archived_on))
        .map(|kept| Drawn {
            sort: kept.sort,
            id: kept.id.clone(),
            entry: kept.seq,
            rank: rank(&root, kept.seq),
        })
        .collect();
    let population = drawn.len();
    drawn.sort_unstable_by(|a, b| a.rank.as_bytes().cmp(b.rank.as_bytes()));
    drawn.truncate(count);
    let week = format!("{}-W{:02}", monday.iso_week().year(), monday.iso_week().week());
    Ok(Sample { week, checkpoint, population, drawn })
}

/// SHA-256 of the root's 32 bytes and the place in eight, big-endian.
fn rank(root: &Digest, seq: u64) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(root.as_bytes());
    hasher.update(&seq.to_be_bytes());
    hasher.finish()
}

fn first_of(week: IsoWeek) -> Option<NaiveDate> {
    NaiveDate::from_isoywd_opt(week.year(), week.week(), Weekday::Mon)
}

/// The Monday of a week such as `2026-W21`.
fn monday(text: &str) -> Option<NaiveDate> {
    let (year, week) = text.split_once("-W")?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || week.len() != 2 || !digits(year) || !digits(week) {
        return None;
    }
    NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_read_as_iso_8601_has_it() {
        let day = |text: &str| monday(text).map(|day| day.to_string());
        assert_eq!(day("2026-W01").as_deref(), Some("2025-12-29"));
        assert_eq!(day("2026-W53").as_deref(), Some("2026-12-28"));
        for other in ["2025-W53", "2026-W00", "2026-21", "26-W21", "2026-W1", "2026-W+1"] {
            assert_eq!(day(other), None, "{other}");
        }
    }

    #[test]
    fn a_rank_can_be_computed_by_anybody() {
        // printf '…' | xxd -r -p | sha256sum, of 32 zero bytes and eight of 7.
        let root = Digest::from_bytes([0; 32]);
        let bytes = [&[0_u8; 32][..], &7_u64.to_be_bytes()].concat();
        assert_eq!(rank(&root, 7), Digest::of(bytes));
        assert_ne!(rank(&root, 7), rank(&root, 8));
    }
}
