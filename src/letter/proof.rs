//! Proof pages: what approvers look at before they sign.
//!
//! A proof is a type of its own: synthetic facts, marked 样稿, without number; it cannot be issued.
//! Its values are awkward on purpose: long names, rare characters, large sums, many rows.
//! Source: SPEC decision 2.

use chrono::{FixedOffset, NaiveDate};
use serde_json::{Map, Value, json};

use super::{
    page::Mark,
    record::{Identity, Maker, Record},
};
use crate::{
    case::field::{self, Kind},
    problem::Report,
    template::{
        metadata::{Table, TableKind},
        package::Package,
    },
    typeset::{ENGINE_ID, FontSet},
};

/// Pages made of synthetic facts, marked 样稿. Only [`ProofPage::of`] makes them.
#[derive(Debug)]
pub struct ProofPage {
    pdf: Vec<u8>,
    pages: usize,
}

/// How awkward the values are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Strain {
    /// As in everyday letters.
    Usual,
    /// Longest names and addresses, largest sums, many rows.
    Extreme,
}

impl ProofPage {
    /// Makes the proof of `package`.
    ///
    /// # Errors
    /// All that refuses the page.
    pub fn of(package: &Package, fonts: &FontSet, strain: Strain) -> Result<Self, Vec<Report>> {
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
        let mut record = Record::new(package, digest, fonts, identity, &[], facts(package, strain));
        record.facts.insert("letter_no".to_owned(), "样稿，未编号".into());
        let made = Maker::new(package, fonts)?.make(&record)?;
        Ok(Self { pdf: made.pdf, pages: made.pages })
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
            (TableKind::Amounts, _) => ["本金", "利息", "费用"]
                .map(|label| vec![label.to_owned(), sum(strain).to_owned()])
                .into(),
            (TableKind::Rows, Strain::Usual) => {
                (1..=6).map(|row| ledger(table, row, strain)).collect()
            }
            (TableKind::Rows, Strain::Extreme) => {
                (1..=120).map(|row| ledger(table, row, strain)).collect()
            }
            (TableKind::Terms, Strain::Usual) => (1..=3).map(|row| term(row, strain)).collect(),
            (TableKind::Terms, Strain::Extreme) => (1..=60).map(|row| term(row, strain)).collect(),
        };
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
        _ if strain == Strain::Usual => "样稿文字".to_owned(),
        _ => "样稿文字，较长的一格需要换行".to_owned(),
    };
    let widths = table.widths.iter().chain(std::iter::repeat(&20));
    (0..table.columns.len()).zip(widths).map(cell).collect()
}

fn term(row: u32, strain: Strain) -> Vec<String> {
    let (year, month) = (2030 + (row - 1) / 12, (row - 1) % 12 + 1);
    vec![row.to_string(), format!("{year}年{month}月28日"), sum(strain).to_owned()]
}

const fn sum(strain: Strain) -> &'static str {
    match strain {
        Strain::Usual => "12,345.67",
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
        "amount_cap" => return "人民币壹万贰仟叁佰肆拾伍元陆角柒分",
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
        Some(Kind::Date) => "2030年12月31日",
        Some(Kind::Time) => "14:05",
        Some(Kind::Code) => "YG-2030-0001",
        Some(Kind::Count) => "36",
        Some(Kind::Text) if extreme => {
            "此处为样稿文字，仅供核准人查看版面，不含任何真实信息；此处为样稿文字，仅供核准人查看版面，不含任何真实信息"
        }
        _ => "样稿文字",
    }
}
