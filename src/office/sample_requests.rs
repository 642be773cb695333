//! Synthetic requests for the sample office, the demonstration and the tests.
//!
//! Owns a fixed set of letters and visit statements, made from a day and the sample's principals,
//! the same every time. It covers persons and companies, rare characters, long addresses, sums
//! from one fen to millions, subrogation and call-back cards, and some that rules refuse, whose
//! `request_id` begins with `refused-`. No number belongs to anyone: cards begin with the test
//! prefix 6200 0000, identity numbers with area codes never assigned.
//! Source: SPEC, `init --sample` and decision 20; `domain/vectors/README.md` on synthetic numbers.

mod files;
mod firm_letter;
mod kinds;
mod letters;
mod visits;

pub use files::{SampleError, csv, jsonl, xlsx};
pub use firm_letter::firm_letter;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::{
    case::request::{Entered, Request},
    problem::Report,
};

/// Case whose repayment plan the sample bank approved.
pub const PLAN_CASE: &str = "YL-2026-0705";
/// Case of the sample visit.
pub const VISITED_CASE: &str = "YL-2026-0501";
/// Case in which an answer is approved.
pub const ANSWERED_CASE: &str = "YL-2026-0000";
/// The answer the sample bank approved there.
pub const ANSWER: &str = "经核对，来函所述款项已于账单日后入账，下期账单将据实列示。";

/// What the sample's requests refer to.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Day to which all dates are relative.
    pub today: NaiveDate,
    /// Id of the principal that lends.
    pub bank: &'a str,
    /// Id of the principal that insures.
    pub insurer: &'a str,
    /// Name of the insurer.
    pub insurer_name: &'a str,
    /// Name and badge of the two agents who visit.
    pub agents: [(&'a str, &'a str); 2],
}

impl Setting<'_> {
    /// The day `days` after today, or before it if negative, as requests write it.
    fn day(&self, days: i64) -> String {
        let count = Days::new(days.unsigned_abs());
        let day = if days < 0 { self.today - count } else { self.today + count };
        day.to_string()
    }
}

/// One synthetic request as entries.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SampleRequest(BTreeMap<&'static str, String>);

impl SampleRequest {
    /// Its name.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.get("request_id")
    }

    /// Whether a rule is to refuse it.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.request_id().starts_with("refused-")
    }

    /// What stands in `field`, or nothing.
    #[must_use]
    pub fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// Names of the fields it gives.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// The request as intake reads it.
    ///
    /// # Errors
    /// What is wrong with it; no sample has anything wrong.
    pub fn read(&self) -> Result<Request, Vec<Report>> {
        let entry =
            |(name, text): (&&str, &String)| ((*name).into(), Entered::Text(text.as_str().into()));
        Request::read(self.0.iter().map(entry))
    }

    fn with(mut self, field: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(field, value.into());
        self
    }

    fn without(mut self, field: &str) -> Self {
        self.0.remove(field);
        self
    }
}

/// Letters: collection and subrogation notices and call-back cards, and what is refused.
#[must_use]
pub fn letters(setting: &Setting) -> Vec<SampleRequest> {
    letters::all(setting)
}

/// One request for each kind of letter that is not among [`letters`], the first of those before
/// them: what they refer to in the register is there once it was issued and dispatched, its reply
/// registered and the sample visit sealed.
#[must_use]
pub fn kinds(setting: &Setting) -> Vec<SampleRequest> {
    kinds::all(setting)
}

/// Statements of visits made yesterday, with and without agreement.
#[must_use]
pub fn visits(setting: &Setting) -> Vec<SampleRequest> {
    visits::all(setting)
}

/// Card number of 16 or 19 digits under the test prefix, with its Luhn digit.
#[must_use]
pub fn card_number(serial: u32, digits: usize) -> String {
    let width = digits.saturating_sub(9);
    let body = format!("62000000{serial:0width$}");
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = body
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { doubled(digit) } else { digit })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Identity number in an area never assigned, with its GB 11643 check character.
#[must_use]
pub fn identity_number(serial: u32) -> String {
    const AREAS: [&str; 3] = ["110199", "320599", "440399"];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let area = AREAS.iter().cycle().nth(usize::try_from(serial % 3).unwrap_or_default());
    let (year, month, day) = (1960 + serial % 38, 1 + serial % 12, 1 + serial % 28);
    let body = format!("{}{year}{month:02}{day:02}{:03}", area.unwrap_or(&"110199"), serial % 1000);
    // Weights are 2 to the power of the place, modulo 11; read from the right they begin with 2.
    let fold = |(sum, weight): (u32, u32), digit: u32| (sum + digit * weight, weight * 2 % 11);
    let (sum, _) = body.chars().rev().filter_map(|c| c.to_digit(10)).fold((0, 2), fold);
    let check = CHECKS.get(usize::try_from(sum % 11).unwrap_or_default());
    format!("{body}{}", check.unwrap_or(&'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::intake::{Format, Intake, Options};

    fn setting() -> Setting<'static> {
        Setting {
            today: "2026-11-23".parse().unwrap(),
            bank: "sample-bank",
            insurer: "sample-insurer",
            insurer_name: "样例财产保险股份有限公司",
            agents: [("林一鸣", "W-0001"), ("周知行", "W-0002")],
        }
    }

    fn both() -> Vec<SampleRequest> {
        [letters(&setting()), visits(&setting())].concat()
    }

    #[test]
    fn there_are_enough_of_every_kind_and_every_id_is_its_own() {
        let all = both();
        let count = |kind: &str| all.iter().filter(|one| one.get("kind") == kind).count();
        assert!(letters(&setting()).len() >= 40);
        assert!(count("collection_notice") >= 20);
        assert!(count("subrogation_notice") >= 6 && count("callback_card") >= 6);
        assert!(count("visit_agreed") >= 2 && count("visit_not_agreed") >= 2);
        assert!(all.iter().filter(|one| one.is_refused()).count() >= 5);
        let mut ids: Vec<_> = all.iter().map(SampleRequest::request_id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all.len());
        for rare in ["䶮", "㛃", "𬭎", "𫘜"] {
            assert!(all.iter().any(|one| one.get("recipient_name").contains(rare)), "{rare}");
        }
    }

    #[test]
    fn every_sample_reads_and_only_the_refused_ones_disagree_with_themselves() {
        for one in both() {
            let request =
                one.read().unwrap_or_else(|told| panic!("{}: {told:?}", one.request_id()));
            let agrees = request.checks().is_empty();
            assert!(agrees || one.is_refused(), "{}: {:?}", one.request_id(), request.checks());
        }
        let of = |id: &str| both().into_iter().find(|one| one.request_id() == id).unwrap();
        assert!(!of("refused-amounts-differ").read().unwrap().checks().is_empty());
    }

    #[test]
    fn all_files_read_back_to_equal_requests() {
        for samples in [letters(&setting()), visits(&setting())] {
            let expected: Vec<_> = samples.iter().map(|one| one.read().unwrap()).collect();
            let files = [
                (jsonl(&samples).unwrap(), Format::JsonLines),
                (csv(&samples).unwrap(), Format::Csv),
                (xlsx(&samples, setting().today).unwrap(), Format::Xlsx),
            ];
            for (bytes, format) in files {
                let mut file = tempfile::tempfile().unwrap();
                std::io::Write::write_all(&mut file, &bytes).unwrap();
                std::io::Seek::rewind(&mut file).unwrap();
                let intake = Intake::from_file(file, &Options::default()).unwrap();
                assert_eq!(intake.format(), format);
                let read: Vec<_> = intake
                    .map(|(row, request)| {
                        request.unwrap_or_else(|told| panic!("{format:?} row {row}: {told:?}"))
                    })
                    .collect();
                assert_eq!(read.len(), expected.len());
                assert!(read == expected, "{format:?}");
            }
        }
    }

    #[test]
    fn the_same_day_gives_the_same_bytes() {
        let once = || xlsx(&letters(&setting()), setting().today).unwrap();
        assert!(once() == once());
    }

    #[test]
    fn numbers_are_those_of_nobody() {
        assert_eq!(card_number(0, 16), "6200000000000005");
        assert_eq!(card_number(7, 19).len(), 19);
        for one in both() {
            for field in ["account", "card_number"] {
                assert!(one.get(field).is_empty() || one.get(field).starts_with("62000000"));
            }
        }
    }
}
