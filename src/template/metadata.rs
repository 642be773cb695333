//! `template.toml`: what a document is, to whom, by which channel, from which fields.
//!
//! Owns the shape of the file, which `docs/templates.md` describes; refuses unknown members.
//! Source: DOCUMENTS.md, its tables.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::office::operator::Role;

/// Who issues a document.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Issuer {
    /// The letters clerk.
    Clerk,
    /// A field agent.
    Agent,
    /// Who keeps the evidence: certificates of archiving and destruction.
    Archivist,
    /// Who checks: reports of audits.
    Auditor,
}

/// The shared blocks B1 to B5 of DOCUMENTS.md.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Block {
    /// B1, who writes for whom.
    Identity,
    /// B2, how to object.
    Dispute,
    /// B3, official channels only.
    Payment,
    /// B4, where to complain.
    Complaints,
    /// B5, sign-off with number and check code.
    Signoff,
}

/// A rule of issue that a kind of document is exempt from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exemption {
    /// May go to an address nobody verified, for it says nothing of a debt.
    AddressVerification,
    /// Needs no verified debt.
    DebtVerification,
    /// Goes to the principal or stays here, and prepares no visit: a hold does not stop it.
    Holds,
    /// May be written after the mandate's term, for it asks nobody for anything.
    Mandate,
}

/// What feeds a table.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TableKind {
    /// Rows of label and amount, by kind of debt.
    Amounts,
    /// Rows of number, date and amount.
    Terms,
    /// Rows of an internal document: as many as there are, over as many pages as they need.
    Rows,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// Words.
    Left,
    /// Numbers of rows.
    Center,
    /// Amounts.
    Right,
}

/// The table a layout shows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What feeds it.
    pub kind: TableKind,
    /// The required field with its rows; it does not occur in the wording.
    pub field: String,
    /// Above the table.
    pub caption: String,
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// How each column is set.
    pub align: Vec<Align>,
    /// Label of the total row, if there is one.
    #[serde(default)]
    pub total: Option<String>,
    /// Widths of the columns in millimetres; `rows` needs them.
    #[serde(default)]
    pub widths: Vec<u32>,
    /// Column, counted from 0, whose numbers are drawn as bars beside them; `rows` only.
    #[serde(default)]
    pub bar: Option<usize>,
}

/// Fields a document uses.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Must be present.
    #[serde(default)]
    pub required: BTreeSet<String>,
    /// May be present.
    #[serde(default)]
    pub optional: BTreeSet<String>,
    /// Must not be present, whatever the wording does with them.
    #[serde(default)]
    pub forbidden: BTreeSet<String>,
}

/// `template.toml`.
#[expect(clippy::struct_excessive_bools, reason = "each is a member of the file, set by itself")]
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Kind of document, such as `collection_notice`.
    pub id: String,
    /// Its number in the catalogue of documents, such as `1` or `1b`.
    pub number: String,
    /// Version of wording and layout, from 1.
    pub version: u32,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// One Chinese sentence: what the document is for.
    pub purpose: String,
    /// The same in English.
    pub purpose_en: String,
    /// Role that issues it.
    pub issuer: Issuer,
    /// Roles a recipient may have.
    pub audience: BTreeSet<String>,
    /// Channels it may go by.
    pub channels: BTreeSet<String>,
    /// Shared blocks its row of the block table demands.
    #[serde(default)]
    pub blocks: BTreeSet<Block>,
    /// Rules it is exempt from.
    #[serde(default)]
    pub exempt_from: BTreeSet<Exemption>,
    /// Whether it may go to somebody in hardship.
    #[serde(default)]
    pub gentle: bool,
    /// Holds it may pass, because it answers what they rest on.
    #[serde(default)]
    pub despite_holds: BTreeSet<String>,
    /// Table it shows.
    #[serde(default)]
    pub table: Option<Table>,
    /// Whether the seal image may be placed.
    #[serde(default)]
    pub seal: bool,
    /// Whether the code for machines is placed.
    #[serde(default)]
    pub code: bool,
    /// Whether the sheet holds its sections alone, without title and page counter: an envelope.
    #[serde(default)]
    pub bare: bool,
    /// Whether the bar code of the letter's number is placed; on labels one for each row.
    #[serde(default)]
    pub barcode: bool,
    /// Papers it is printed on, by the names of `Paper`; none: A4 as the layout says.
    #[serde(default)]
    pub papers: BTreeSet<String>,
    /// Font families it uses.
    pub fonts: BTreeSet<String>,
    /// Fields it uses.
    pub fields: Fields,
}

impl Metadata {
    /// Whether it leaves the office for somebody else than the principal.
    #[must_use]
    pub fn is_outbound(&self) -> bool {
        self.channels.iter().any(|channel| channel != "internal")
    }
}

impl Issuer {
    /// The operator's role.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Clerk => Role::Clerk,
            Self::Agent => Role::Agent,
            Self::Archivist => Role::Archivist,
            Self::Auditor => Role::Auditor,
        }
    }
}

impl Block {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Identity, Self::Dispute, Self::Payment, Self::Complaints, Self::Signoff];

    /// Name of its file in `_shared/blocks/`, without the ending.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Dispute => "dispute",
            Self::Payment => "payment",
            Self::Complaints => "complaints",
            Self::Signoff => "signoff",
        }
    }

    /// Whether the file `name`, without the ending, holds this block: its own, or the one that says
    /// the same of a claim where nothing was lent and so nothing is paid back.
    #[must_use]
    pub fn stands_in(self, name: &str) -> bool {
        name == self.name() || (self == Self::Payment && name == "payment_claim")
    }
}
