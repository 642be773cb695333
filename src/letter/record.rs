//! The record of a letter: what the archive keeps so that it can be made again.
//!
//! Owns its canonical JSON and the way from record to PDF, which issue and reproduction share. A
//! record holds masked facts only. Source: SPEC promise 4.

use std::{collections::BTreeMap, time::Duration};

use chrono::{FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    page::{self, Dress, Mark},
    paper::Paper,
};
use crate::{
    digest::Digest,
    masking::AllowList,
    problem::Report,
    template::{
        metadata::TableKind,
        package::Package,
        wording::{Sections, Wording},
    },
    typeset::{self, Assets, FixedText, FontSet, Limits, PdfIdentity, Press, ProvedPage},
};

/// First words of every record.
const FORMAT: &str = "chancery letter record v1";
/// Most rows of a table of rows; more are divided into documents of shorter periods.
pub const MOST_ROWS: usize = 3000;
/// Facts a record keeps though no page prints them by themselves: evidence of a visit is held
/// against these times.
pub const KEPT_UNPRINTED: [&str; 2] = ["video_off_at", "video_resumed_at"];
/// Where seal image and principal's logo stand in the layout's world.
const SEAL: &str = "assets/seal.svg";
const LOGO: &str = "assets/logo.svg";

crate::problems! {
    /// Why a record gives no letter.
    pub enum RecordError {
        /// The object is no record.
        NotARecord = "CH-R040", Finding,
            "the archived object is no letter record" => "run `chancery audit run`",
            "归档对象不是函件记录" => "请运行 `chancery audit run`";
        /// Another engine made the letter.
        OtherEngine { needed: String } = "CH-R041", Refusal,
            "the letter was made by `{needed}`" => "install that release and run the same command",
            "该函件由 `{needed}` 制作" => "请安装该版本后执行同一命令";
        /// Other fonts made the letter.
        OtherFonts = "CH-R042", Refusal,
            "the letter was made with other fonts" => "use the release that made it; its fonts are in the archive",
            "该函件使用了不同的字体" => "请使用当时的版本；其字体存于档案库";
        /// What comes out is not what was issued.
        Differs { number: String } = "CH-R043", Finding,
            "letter `{number}` made again has other bytes than those issued" => "run `chancery audit run`; compare both files",
            "重制的函件 `{number}` 与签发时的字节不一致" => "请运行 `chancery audit run` 并比对两份文件";
    }
}

/// What the archive keeps of a letter besides its PDF.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    format: String,
    /// Letter number; empty on previews and proofs.
    pub number: String,
    /// Check code.
    pub check_code: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Office's offset in seconds east of UTC.
    pub zone: i32,
    /// Kind of document.
    pub template: String,
    /// Digest that was approved.
    pub package: Digest,
    /// Digest of the fonts.
    pub fonts: Digest,
    /// Engine that makes the same bytes.
    pub engine: String,
    /// Mark across the page: `sample`, `proof` or `preview`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Whether the seal image is placed.
    pub seal: bool,
    /// What it is printed on, by the names of [`Paper`]; A4 if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// Official account numbers that masking left, as the principal signed them then.
    pub official_accounts: Vec<String>,
    /// Masked facts by field.
    pub facts: Map<String, Value>,
}

/// What a letter is besides its facts.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Letter number.
    pub number: String,
    /// Check code.
    pub check_code: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Office's offset.
    pub zone: FixedOffset,
    /// Mark across the page.
    pub mark: Option<Mark>,
    /// Whether the seal image is placed.
    pub seal: bool,
}

impl Record {
    /// A record of a letter made of `facts` by `package`.
    #[must_use]
    pub fn new(
        package: &Package,
        digest: Digest,
        fonts: &FontSet,
        identity: Identity,
        official_accounts: &[String],
        mut facts: Map<String, Value>,
    ) -> Self {
        facts.insert("letter_no".to_owned(), identity.number.as_str().into());
        facts.insert("check_code".to_owned(), identity.check_code.as_str().into());
        Self {
            format: FORMAT.to_owned(),
            number: identity.number,
            check_code: identity.check_code,
            issued_on: identity.issued_on,
            zone: identity.zone.local_minus_utc(),
            template: package.metadata().id.clone(),
            package: digest,
            fonts: fonts.digest(),
            engine: typeset::ENGINE_ID.to_owned(),
            mark: identity.mark.map(|mark| mark_name(mark).to_owned()),
            seal: identity.seal,
            paper: None,
            official_accounts: official_accounts.to_vec(),
            facts,
        }
    }

    /// Its canonical JSON.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json_canonicalizer::to_vec(self).unwrap_or_default()
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`RecordError::NotARecord`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_slice(bytes).map_err(|_| RecordError::NotARecord)?;
        if record.format == FORMAT && record.to_bytes() == bytes {
            Ok(record)
        } else {
            Err(RecordError::NotARecord)
        }
    }

    /// Refuses unless this program's engine and `fonts` made the letter.
    ///
    /// # Errors
    /// [`RecordError::OtherEngine`], [`RecordError::OtherFonts`].
    pub fn require_engine(&self, fonts: &FontSet) -> Result<(), RecordError> {
        if self.engine != typeset::ENGINE_ID {
            return Err(RecordError::OtherEngine { needed: self.engine.clone() });
        }
        if self.fonts != fonts.digest() {
            return Err(RecordError::OtherFonts);
        }
        Ok(())
    }

    fn dress<'a>(&self, reprint: Option<&'a str>) -> Dress<'a> {
        let mark = [Mark::Sample, Mark::Proof, Mark::Preview]
            .into_iter()
            .find(|mark| self.mark.as_deref() == Some(mark_name(*mark)));
        let paper = self.paper.as_deref().and_then(Paper::named);
        Dress { mark, reprint, seal: self.seal, paper }
    }
}

/// A package ready to make letters.
pub struct Maker {
    package: Package,
    wording: Wording,
    press: Press,
}

impl std::fmt::Debug for Maker {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Maker")
            .field("template", &self.package.metadata().id)
            .finish_non_exhaustive()
    }
}

/// A letter that was laid out, proved, exported, read back and swept.
#[derive(Debug)]
pub struct Made {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// Its pages.
    pub pages: usize,
}

impl Maker {
    /// Reads wording and layout of `package`.
    ///
    /// # Errors
    /// What is wrong with either.
    pub fn new(package: &Package, fonts: &FontSet) -> Result<Self, Vec<Report>> {
        let wording = Wording::compile(package).map_err(|error| vec![Report::of(&error)])?;
        let ending = |path: &str| path.rsplit_once('.').map_or("", |(_, ending)| ending).to_owned();
        let layout = |path: &&String| !["tera", "toml"].contains(&ending(path).as_str());
        let files: BTreeMap<String, Vec<u8>> = package
            .files()
            .iter()
            .filter(|(path, _)| layout(path) && !Package::is_picture_given(path))
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect();
        let fonts = fonts.only(&package.metadata().fonts);
        let press = Press::new(&fonts, files)?.knowing(fixed_text(package, &wording));
        Ok(Self { package: package.clone(), wording, press })
    }

    /// The package.
    #[must_use]
    pub const fn package(&self) -> &Package {
        &self.package
    }

    /// Makes the letter of `record`: the same record always gives the same bytes.
    ///
    /// # Errors
    /// All that refuses the page: wording, layout, glyphs, proof, sweep.
    pub fn make(&self, record: &Record) -> Result<Made, Vec<Report>> {
        self.dressed(record, record.dress(None))
    }

    /// Makes the letter of `record` with `words` in the corner of each page; all else is the same.
    ///
    /// # Errors
    /// As [`Maker::make`].
    pub fn reprint(&self, record: &Record, words: &str) -> Result<Made, Vec<Report>> {
        self.dressed(record, record.dress(Some(words)))
    }

    /// Lays the letter of `record` out dry: everything [`Maker::make`] refuses for what stands on
    /// its pages is refused here, and no PDF is written.
    ///
    /// # Errors
    /// Wording, layout, glyphs, proof, and unmasked numbers in the placed text.
    pub fn lay_out(&self, record: &Record) -> Result<ProvedPage, Vec<Report>> {
        let allow = allowed(record)?;
        let proved = self.prove(record, record.dress(None))?;
        let found = proved.sweep(&allow);
        if found.is_empty() { Ok(proved) } else { Err(found) }
    }

    fn dressed(&self, record: &Record, dress: Dress<'_>) -> Result<Made, Vec<Report>> {
        let allow = allowed(record)?;
        let proved = self.prove(record, dress)?;
        let identity = PdfIdentity {
            ident: record.number.clone(),
            title: self.package.metadata().title.clone(),
            issued_on: record.issued_on,
            zone: FixedOffset::east_opt(record.zone)
                .ok_or_else(|| vec![RecordError::NotARecord.into()])?,
        };
        let pages = proved.pages().len();
        let pdf = proved.to_pdf(&identity)?;
        // What leaves is the finished file: it is read back and compared, then swept.
        let found = proved.read_back(&pdf)?.sweep(&allow);
        if found.is_empty() { Ok(Made { pdf, pages }) } else { Err(found) }
    }

    fn prove(&self, record: &Record, dress: Dress<'_>) -> Result<ProvedPage, Vec<Report>> {
        let single = |error: &dyn crate::problem::Problem| vec![Report::of(error)];
        let data = page::write(&self.package, &self.wording, &record.facts, dress)
            .map_err(|error| single(&error))?;
        let mut assets = Assets::new();
        if self.package.metadata().code {
            let text = format!("CHANCERY {} {}", record.number, record.check_code);
            assets.insert(
                "code.svg".to_owned(),
                typeset::qr_svg(&text).map_err(|error| single(&error))?,
            );
        }
        if self.package.metadata().barcode {
            for (at, number) in numbers(&self.package, record).into_iter().enumerate() {
                let code = typeset::code128_svg(number).map_err(|error| single(&error))?;
                assets.insert(format!("barcode-{}.svg", at + 1), code);
            }
        }
        if let Some(seal) = self.package.seal().filter(|_| dress.seal) {
            assets.insert(SEAL.to_owned(), seal.to_vec());
        }
        if let Some(logo) = self.package.logo() {
            assets.insert(LOGO.to_owned(), logo.to_vec());
        }
        self.press.compose(&data.json, &assets, limits(&self.package))?.prove(&data.meant)
    }

    /// The sections of the wording, written from the facts of `record`.
    ///
    /// # Errors
    /// What keeps the wording from being written.
    pub fn sections(&self, record: &Record) -> Result<Sections, Vec<Report>> {
        let data = page::write(&self.package, &self.wording, &record.facts, record.dress(None))
            .map_err(|error| vec![Report::of(&error)])?;
        let sections = data.json.get("sections").cloned().unwrap_or_default();
        Ok(serde_json::from_value(sections).unwrap_or_default())
    }
}

/// What `package` writes into each of its letters: its wording outside of conditions, and its heads.
#[must_use]
pub fn fixed_text(package: &Package, wording: &Wording) -> FixedText {
    let metadata = package.metadata();
    let table = metadata.table.iter();
    let heads = table.flat_map(|table| table.columns.iter().chain([&table.caption]));
    let heads = heads.chain([&metadata.title]).map(String::as_str);
    FixedText::of(wording.fixed().chain(heads))
}

/// The numbers whose bar codes a page bears: of labels the last cell of each row.
fn numbers<'a>(package: &Package, record: &'a Record) -> Vec<&'a str> {
    let Some(table) = &package.metadata().table else { return vec![record.number.as_str()] };
    let rows = record.facts.get(&table.field).and_then(|field| field.get("rows"));
    let rows = rows.and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(|row| row.as_array()?.last()?.as_str()).collect()
}

/// What one document may cost: a table of rows runs over as many pages as [`MOST_ROWS`] need.
fn limits(package: &Package) -> Limits {
    let table = package.metadata().table.as_ref();
    if table.is_some_and(|table| table.kind == TableKind::Rows) {
        Limits { pages: 400, deadline: Duration::from_mins(3), data: 8 << 20 }
    } else {
        Limits::default()
    }
}

fn allowed(record: &Record) -> Result<AllowList, Vec<Report>> {
    AllowList::of(&record.official_accounts).map_err(|error| vec![Report::of(&error)])
}

const fn mark_name(mark: Mark) -> &'static str {
    match mark {
        Mark::Sample => "sample",
        Mark::Proof => "proof",
        Mark::Preview => "preview",
    }
}
