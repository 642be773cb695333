//! The proof run of a batch: the extremes of its rows, marked 样稿.
//!
//! Of each kind of document: the longest name, the longest address, zero and the smallest and the
//! largest amount, and each shape of the wording (which fields are given, which choices made). Only
//! rows that the rules let pass are shown. Nothing is registered and no number given.
//! Source: issue of the night's batch.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{
    desk::{Against, Desk},
    print::marks,
};
use crate::{
    case::{intake::Row, request::Request},
    office::embedded,
    problem::{Phrase, Report},
    typeset::{PdfIdentity, PrintStream},
};

/// Most shapes that are shown.
const MOST_SHAPES: usize = 60;
/// Title of the proof's file.
const TITLE: &str = "批量样稿";

const LONGEST_NAME: Phrase = Phrase("longest name", "最长姓名");
const LONGEST_ADDRESS: Phrase = Phrase("longest address", "最长地址");
const LARGEST: Phrase = Phrase("largest amount", "最大金额");
const SMALLEST: Phrase = Phrase("smallest amount", "最小金额");
const ZERO: Phrase = Phrase("an amount of zero", "含零金额");
const SHAPE: Phrase = Phrase("branch of the wording", "措辞分支");

/// Choices that turn the wording.
const CHOICES: [&str; 5] =
    ["recipient_form", "debt_kind", "purpose", "visit_finding", "address_check"];
/// Flags that turn the wording.
const FLAGS: [&str; 2] = ["credit_reporting", "discussed"];
/// Amounts that may be zero.
const PARTS: [&str; 4] = ["amount_principal", "amount_interest", "amount_fees", "amount_costs"];

/// A row that is shown.
#[derive(Debug)]
pub struct Shown {
    /// Row of the file.
    pub row: u64,
    /// Kind of document.
    pub kind: String,
    /// Why it is shown.
    pub why: BTreeSet<Reason>,
    /// Its pages.
    pub pages: usize,
}

/// Why a row is shown, in English and in Chinese.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Reason(pub &'static str, pub &'static str);

/// What the proof run found.
#[derive(Debug)]
pub struct Extremes {
    /// The pages, if any row passes the rules.
    pub pdf: Option<Vec<u8>>,
    /// The rows shown.
    pub shown: Vec<Shown>,
    /// Rows read.
    pub rows: u64,
    /// Rows tried that rules or pages refuse, or that cannot be read, with all reasons; in the file's
    /// order.
    pub refused: Vec<(u64, Vec<Report>)>,
}

/// The best so far of one question.
struct Best {
    measure: i128,
    row: u64,
    why: Phrase,
}

#[derive(Default)]
struct Search {
    best: BTreeMap<String, Best>,
    shapes: usize,
    kept: BTreeMap<u64, Request>,
}

impl Desk<'_> {
    /// Looks through `rows` and lays out their extremes.
    ///
    /// # Errors
    /// All that refuses the file of marked pages; why rows are refused is told by row.
    pub fn extremes(
        &mut self,
        rows: &mut dyn Iterator<Item = Row>,
    ) -> Result<Extremes, Vec<Report>> {
        let mut search = Search::default();
        let (mut read, mut refused) = (0_u64, Vec::new());
        for (row, request) in rows {
            read = read.saturating_add(1);
            let request = match request {
                Ok(request) => request,
                Err(reports) => {
                    refused.push((row, Against::all(reports).refused()?.into()));
                    continue;
                }
            };
            let better = search.better(&request);
            if better.is_empty() {
                continue;
            }
            if let Err(unmade) = self.examine(&request) {
                refused.push((row, unmade.refused()?.into()));
                continue;
            }
            search.keep(row, request, better);
        }
        self.lay_out(search, read, refused)
    }

    fn lay_out(
        &mut self,
        search: Search,
        rows: u64,
        mut refused: Vec<(u64, Vec<Report>)>,
    ) -> Result<Extremes, Vec<Report>> {
        let Search { best, kept, .. } = search;
        let mut why: BTreeMap<u64, BTreeSet<Reason>> = BTreeMap::new();
        for best in best.into_values() {
            why.entry(best.row).or_default().insert(Reason(best.why.0, best.why.1));
        }
        let mut stream = PrintStream::default();
        let mut labels = Vec::new();
        let mut shown = Vec::new();
        for (row, request) in &kept {
            let Some(why) = why.remove(row) else { continue };
            let page = match self.proof(request) {
                Ok(page) => page,
                Err(unmade) => {
                    refused.push((*row, unmade.refused()?.into()));
                    continue;
                }
            };
            let pages = stream.add(&page);
            let reasons: Vec<&str> = why.iter().map(|why| why.1).collect();
            let label = format!("样稿 第{row}行 {}", reasons.join("、"));
            labels.extend(std::iter::repeat_n(label, pages));
            shown.push(Shown { row: *row, kind: request.kind().to_owned(), why, pages });
        }
        let pdf = if stream.is_empty() {
            None
        } else {
            let now = self.office.now();
            let identity = PdfIdentity {
                ident: TITLE.to_owned(),
                title: TITLE.to_owned(),
                issued_on: now.date_naive(),
                zone: *now.offset(),
            };
            Some(stream.finish(marks::labels(&labels, embedded::fonts()?)?, &identity)?)
        };
        refused.sort_by_key(|(row, _)| *row);
        Ok(Extremes { pdf, shown, rows, refused })
    }
}

impl Search {
    /// The questions to which `request` is a better answer than what there is.
    fn better(&self, request: &Request) -> Vec<(String, i128, Phrase)> {
        let kind = request.kind();
        let length = |name| request.raw(name).map(|text| text.expose().chars().count());
        let length = |name| length(name).and_then(|count| i128::try_from(count).ok());
        let total = request.money("amount_total").or_else(|| request.money("demand"));
        let total = total.map(|sum| i128::from(sum.count()));
        let zero = PARTS.iter().any(|part| request.money(part).is_some_and(|sum| sum.count() == 0));
        let mut asked = vec![
            ("name", length("recipient_name"), LONGEST_NAME),
            ("address", length("recipient_address"), LONGEST_ADDRESS),
            ("largest", total, LARGEST),
            ("smallest", total.map(|sum| -sum), SMALLEST),
            ("zero", zero.then_some(0), ZERO),
        ];
        let shape = shape(request);
        if self.shapes < MOST_SHAPES || self.best.contains_key(&format!("{kind}/{shape}")) {
            asked.push((&shape, Some(0), SHAPE));
        }
        let mut found = Vec::new();
        for (question, measure, why) in asked {
            let Some(measure) = measure else { continue };
            let question = format!("{kind}/{question}");
            if self.best.get(&question).is_none_or(|best| best.measure < measure) {
                found.push((question, measure, why));
            }
        }
        found
    }

    fn keep(&mut self, row: u64, request: Request, better: Vec<(String, i128, Phrase)>) {
        for (question, measure, why) in better {
            let new = self.best.insert(question, Best { measure, row, why }).is_none();
            if new && why == SHAPE {
                self.shapes = self.shapes.saturating_add(1);
            }
        }
        self.kept.insert(row, request);
        let wanted: BTreeSet<u64> = self.best.values().map(|best| best.row).collect();
        self.kept.retain(|row, _| wanted.contains(row));
    }
}

/// What turns the wording of a request: fields given, choices made, flags set.
fn shape(request: &Request) -> String {
    let given: Vec<&str> = request.given().collect();
    let choices: Vec<&str> = CHOICES.iter().filter_map(|name| request.choice(name)).collect();
    let flags: Vec<&str> =
        FLAGS.iter().filter(|name| request.flag(name) == Some(true)).copied().collect();
    let form = request.form();
    format!("shape {form:?} {given:?} {choices:?} {flags:?} {}", request.channel().name())
}
