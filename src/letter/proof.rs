//! Proof pages: what approvers look at before they sign.
//!
//! A proof is a type of its own: synthetic facts, marked 样稿, without number; it cannot be issued.
//! Its values are awkward on purpose: long names, rare characters, large sums, many rows.
//! Source: SPEC decision 2.

use std::collections::BTreeSet;

use chrono::{FixedOffset, NaiveDate};
use serde_json::{Map, Value, json};

use super::{
    page::Mark,
    paper::Paper,
    record::{Identity, Maker, Record},
    window,
};
use crate::{
    case::{
        amount::Fen,
        field::{self, Kind},
    },
    problem::Report,
    template::{
        branches::{Branches, conditions},
        lint::LintFinding,
        metadata::{Table, TableKind},
        package::Package,
    },
    typeset::{self, ENGINE_ID, FontSet, PlacedPage},
};

/// Pages made of synthetic facts, marked 样稿. Only [`ProofPage::of`] makes them.
#[derive(Debug)]
pub struct ProofPage {
    pdf: Vec<u8>,
    pages: usize,
    placed: Vec<PlacedPage>,
}

/// How awkward the values are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Strain {
    /// As in everyday letters.
    Usual,
    /// Longest names and addresses, largest sums, many rows.
    Extreme,
    /// As usual, with nothing owed.
    Zero,
}

impl ProofPage {
    /// Makes the proof of `package`.
    ///
    /// # Errors
    /// All that refuses the page.
    pub fn of(package: &Package, fonts: &FontSet, strain: Strain) -> Result<Self, Vec<Report>> {
        let maker = Maker::new(package, fonts)?;
        let paper = package.metadata().papers.first().map(String::as_str);
        let facts = shown_on(paper, facts(package, strain));
        Self::make(&maker, &record(package, fonts, facts, paper)?)
    }

    fn make(maker: &Maker, record: &Record) -> Result<Self, Vec<Report>> {
        let placed = maker.lay_out(record)?.pages().to_vec();
        let misplaced = window::refusals(&maker.sections(record)?, &placed);
        if !misplaced.is_empty() {
            return Err(misplaced);
        }
        let made = maker.make(record)?;
        Ok(Self { pdf: made.pdf, pages: made.pages, placed })
    }

    /// The PDF.
    #[must_use]
    pub fn pdf(&self) -> &[u8] {
        &self.pdf
    }

    /// Its pages.
    #[must_use]
    pub const fn pages(&self) -> usize {
        self.pages
    }

    /// What stands where on them.
    #[must_use]
    pub fn placed(&self) -> &[PlacedPage] {
        &self.placed
    }
}

/// Proofs of everyday, extreme and zero values, of each branch of the wording and each paper, as
/// one PDF.
#[derive(Debug)]
pub struct ProofSet {
    /// What each proof is of, with the pages it takes.
    pub cases: Vec<(String, usize)>,
    /// Branches of the wording, all of which the proofs show.
    pub branches: usize,
    pdf: Vec<u8>,
}

impl ProofSet {
    /// Makes the proofs of `package`.
    ///
    /// # Errors
    /// All that refuses a page, and [`LintFinding::Unreachable`] if a branch can be shown by none.
    pub fn of(package: &Package, fonts: &FontSet) -> Result<Self, Vec<Report>> {
        let branches = Branches::of(package).map_err(|error| vec![Report::of(&error)])?;
        let maker = Maker::new(package, fonts)?;
        let mut variants = vec![
            ("usual".to_owned(), facts(package, Strain::Usual)),
            ("extreme".to_owned(), facts(package, Strain::Extreme)),
        ];
        if facts(package, Strain::Zero) != facts(package, Strain::Usual) {
            variants.push(("zero".to_owned(), facts(package, Strain::Zero)));
        }
        let mut papers: Vec<Option<&str>> =
            package.metadata().papers.iter().map(|paper| Some(paper.as_str())).collect();
        if papers.is_empty() {
            papers.push(None);
        }
        let mut shown = BTreeSet::new();
        for paper in &papers {
            for (_, facts) in &variants {
                shown.extend(reached(&branches, package, &shown_on(*paper, facts.clone())));
            }
        }
        variants.extend(others(package, &branches, shown)?);
        let mut proofs = Vec::new();
        let mut cases = Vec::new();
        for paper in papers {
            let mut made: Vec<Fields> = Vec::new();
            for (name, facts) in &variants {
                let facts = shown_on(paper, facts.clone());
                // What a paper leaves out may be all that differed.
                if made.contains(&facts) {
                    continue;
                }
                made.push(facts.clone());
                let proof = ProofPage::make(&maker, &record(package, fonts, facts, paper)?)?;
                let name = paper.map_or_else(|| name.clone(), |paper| format!("{paper}, {name}"));
                cases.push((name, proof.pages));
                proofs.push(proof.pdf);
            }
        }
        let pdf = typeset::joined(&proofs).map_err(|error| vec![Report::of(&error)])?;
        Ok(Self { cases, branches: branches.count(), pdf })
    }

    /// The PDF.
    #[must_use]
    pub fn pdf(&self) -> &[u8] {
        &self.pdf
    }

    /// Pages in all.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.cases.iter().map(|(_, pages)| pages).sum()
    }
}

/// Days that lie ahead of a letter.
const TO_COME: [&str; 6] =
    ["due_date", "final_due", "guarantee_until", "answer_due", "deadline", "last_day_kept"];

type Fields = Map<String, Value>;

/// Most combinations tried for a branch.
const TRIALS: usize = 4000;

fn reached(branches: &Branches, package: &Package, facts: &Fields) -> BTreeSet<usize> {
    let mut given = facts.clone();
    for name in ["letter_no", "template_id", "template_version"] {
        given.entry(name).or_insert_with(|| "1".into());
    }
    for name in &package.metadata().fields.optional {
        given.entry(name.clone()).or_insert_with(|| "".into());
    }
    branches.reached(&Value::Object(given))
}

/// Everyday values changed until each branch that is not in `shown` is reached by some.
fn others(
    package: &Package,
    branches: &Branches,
    mut shown: BTreeSet<usize>,
) -> Result<Vec<(String, Fields)>, Vec<Report>> {
    let base = facts(package, Strain::Usual);
    let declared = |name: &str| base.contains_key(name);
    let changes: Vec<(String, String)> = conditions(package)
        .into_iter()
        .filter(|(name, _)| declared(name))
        .flat_map(|(name, values)| {
            let others = ["", "other"].map(str::to_owned);
            values.into_iter().chain(others).map(move |value| (name.clone(), value))
        })
        .collect();
    let mut found = Vec::new();
    let mut trials = 0;
    // One change, then two at once, then three: nested conditions ask for several.
    for depth in 1..=3 {
        let mut combinations = vec![Vec::new()];
        for _ in 0..depth {
            combinations = combinations
                .into_iter()
                .flat_map(|taken: Vec<usize>| {
                    let next = taken.last().map_or(0, |last| last + 1);
                    (next..changes.len()).map(move |at| [taken.as_slice(), &[at]].concat())
                })
                .collect();
        }
        for combination in combinations {
            trials += 1;
            if shown.len() == branches.count() || trials > TRIALS {
                break;
            }
            let mut facts = base.clone();
            let mut names = Vec::new();
            for (name, value) in combination.iter().filter_map(|at| changes.get(*at)) {
                facts.insert(name.clone(), value.as_str().into());
                names.push(format!("{name} = {value:?}"));
            }
            let more = reached(branches, package, &facts);
            if !more.is_subset(&shown) {
                shown.extend(more);
                found.push((names.join(", "), facts));
            }
        }
    }
    let missing = branches.count() - shown.len();
    if missing > 0 {
        return Err(vec![LintFinding::Unreachable { branches: missing }.into()]);
    }
    Ok(found)
}

/// What `paper` shows of `facts`: through a window the letter shows its own address.
fn shown_on(paper: Option<&str>, mut facts: Fields) -> Fields {
    if paper.and_then(Paper::named) == Some(Paper::Window) {
        facts.retain(|name, _| {
            !["to_postcode", "to_address", "recipient_name"].contains(&name.as_str())
        });
    }
    facts
}

/// The record of a proof.
fn record(
    package: &Package,
    fonts: &FontSet,
    facts: Fields,
    paper: Option<&str>,
) -> Result<Record, Vec<Report>> {
    let identity = Identity {
        number: String::new(),
        check_code: "0000-0000".to_owned(),
        issued_on: NaiveDate::default(),
        zone: FixedOffset::east_opt(8 * 3600)
            .unwrap_or(FixedOffset::east_opt(0).ok_or_else(Vec::new)?),
        mark: Some(Mark::Proof),
        seal: false,
    };
    let digest = package.digest(&fonts.digest(), ENGINE_ID);
    let mut record = Record::new(package, digest, fonts, identity, &[], facts);
    record.facts.insert("letter_no".to_owned(), "样稿，未编号".into());
    if package.metadata().barcode {
        "XX-0000-000000".clone_into(&mut record.number);
    }
    record.paper = paper.map(str::to_owned);
    if let Some(labels) = paper.and_then(Paper::named).and_then(Paper::labels)
        && let Some(rows) = package
            .metadata()
            .table
            .as_ref()
            .and_then(|table| record.facts.get_mut(&table.field))
            .and_then(|field| field.get_mut("rows"))
            .and_then(Value::as_array_mut)
    {
        rows.truncate(usize::try_from(labels).unwrap_or(1));
    }
    Ok(record)
}

/// A value for every field the package declares.
fn facts(package: &Package, strain: Strain) -> Map<String, Value> {
    let metadata = package.metadata();
    let mut facts = Map::new();
    for name in metadata.fields.required.iter().chain(&metadata.fields.optional) {
        facts.insert(name.clone(), specimen(name, strain).into());
    }
    if let Some(table) = &metadata.table {
        let rows: Vec<Vec<String>> = match (table.kind, strain) {
            (TableKind::Amounts, _) => {
                let labels = ["本金", "利息", "费用"];
                let parts = parts(strain, 3);
                labels
                    .into_iter()
                    .zip(parts)
                    .map(|(label, part)| vec![label.into(), part])
                    .collect()
            }
            (TableKind::Rows, _) if metadata.barcode => {
                (1..=24).map(|at| label(at, strain)).collect()
            }
            (TableKind::Rows, Strain::Usual | Strain::Zero) => {
                (1..=6).map(|row| ledger(table, row, strain)).collect()
            }
            (TableKind::Rows, Strain::Extreme) => {
                (1..=120).map(|row| ledger(table, row, strain)).collect()
            }
            (TableKind::Terms, _) => {
                let count = instalments(strain);
                (1..).zip(parts(strain, count)).map(|(row, part)| term(row, part)).collect()
            }
        };
        // What the wording says of the rows is true of them.
        if let (TableKind::Terms, Some(last)) = (table.kind, rows.last()) {
            for (field, value) in [
                ("n", instalments(strain).to_string()),
                ("final_due", last.get(1).cloned().unwrap_or_default()),
            ] {
                if facts.contains_key(field) {
                    facts.insert(field.to_owned(), value.into());
                }
            }
        }
        let total = sum(strain);
        facts.insert(table.field.clone(), json!({ "rows": rows, "total": total }));
    }
    facts
}

/// A row as wide as its columns: short codes in narrow ones, long names and digests in wide ones.
fn ledger(table: &Table, row: u32, strain: Strain) -> Vec<String> {
    let cell = |(at, width): (usize, &u32)| match (at, width) {
        (0, _) => row.to_string(),
        (at, _) if table.bar == Some(at) => (row * 37 % 101).to_string(),
        (_, 60..) => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
        (_, 0..16) => "样稿".to_owned(),
        _ if strain != Strain::Extreme => "样稿文字".to_owned(),
        _ => "样稿文字，较长的一格需要换行".to_owned(),
    };
    let widths = table.widths.iter().chain(std::iter::repeat(&20));
    (0..table.columns.len()).zip(widths).map(cell).collect()
}

/// A label: postcode, address, name, sender, number.
fn label(row: u32, strain: Strain) -> Vec<String> {
    let cells = [
        specimen("to_postcode", strain).to_owned(),
        specimen("to_address", strain).to_owned(),
        format!("{}　亲启", specimen("recipient_name", strain)),
        format!("样稿服务　{}　{}", specimen("from_address", Strain::Usual), super::envelope::NOTE),
        format!("XX-0000-{row:06}"),
    ];
    cells.to_vec()
}

/// An instalment, the first in the month after everything else.
fn term(row: u32, part: String) -> Vec<String> {
    let (year, month) = (2031 + (row - 1) / 12, (row - 1) % 12 + 1);
    vec![row.to_string(), format!("{year}年{month}月28日"), part]
}

/// How many instalments a plan has.
const fn instalments(strain: Strain) -> u32 {
    match strain {
        Strain::Usual | Strain::Zero => 3,
        Strain::Extreme => 60,
    }
}

/// The sum in `count` parts that add up to it, the remainder in the last.
fn parts(strain: Strain, count: u32) -> Vec<String> {
    let total = sum(strain).parse::<Fen>().unwrap_or_default().count();
    let each = total / u64::from(count);
    let last = total - each * u64::from(count - 1);
    (1..=count)
        .map(|at| if at == count { last } else { each })
        .filter_map(|part| Fen::new(part).ok())
        .map(|part| part.to_string())
        .collect()
}

const fn sum(strain: Strain) -> &'static str {
    match strain {
        Strain::Usual => "12,345.67",
        Strain::Zero => "0.00",
        Strain::Extreme => "9,999,999,999.99",
    }
}

/// A synthetic value of the field's kind.
fn specimen(name: &str, strain: Strain) -> &'static str {
    let extreme = strain == Strain::Extreme;
    match name {
        "recipient_form" => return "person",
        "amount_cap" if extreme => {
            return "人民币玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分";
        }
        "amount_cap" if strain == Strain::Zero => return "人民币零元整",
        "amount_cap" => return "人民币壹万贰仟叁佰肆拾伍元陆角柒分",
        "attachment_hash" | "chain_tip" | "key_fp" | "manifest_hash" | "photo_hash" => {
            return "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        }
        "account_masked" | "card_masked" => return "************0005",
        "id_masked" => return "**************0010",
        "agency_uscc" => return "91110199MA0000015L",
        "debt_kind_label" => return "个人消费贷款",
        "check_code" => return "0000-0000",
        _ => {}
    }
    let kind = field::named(name).map(|field| field.kind);
    match kind {
        Some(Kind::Name) if extreme => "买买提·阿卜杜拉·𬭎䶮㛃·依明江·努尔麦麦提𠮷",
        Some(Kind::Name) => "样稿姓名",
        Some(Kind::Organisation) if extreme => {
            "样稿某某省某某自治州某某资产管理与清收服务（集团）股份有限公司第一分公司"
        }
        Some(Kind::Organisation) => "样稿某某有限公司",
        Some(Kind::Address) if extreme => {
            "样稿某某维吾尔自治区某某哈萨克自治州某某县某某镇人民政府南侧二百米幸福花园小区二期十八号楼三单元二千零一室"
        }
        Some(Kind::Address) => "样稿省样稿市样稿区样稿路1号",
        Some(Kind::Postcode) => "000000",
        Some(Kind::Phone | Kind::Hotline) => "000-00000000",
        Some(Kind::Money) => sum(strain),
        // What happened lies before what is still to come.
        Some(Kind::Date) if TO_COME.contains(&name) => "2030年12月31日",
        Some(Kind::Date) => "2030年11月30日",
        Some(Kind::Time) => "14:05",
        Some(Kind::Code) => "YG-2030-0001",
        Some(Kind::Count) => "36",
        Some(Kind::Text) if extreme => {
            "此处为样稿文字，仅供核准人查看版面，不含任何真实信息；此处为样稿文字，仅供核准人查看版面，不含任何真实信息"
        }
        _ => "样稿文字",
    }
}
