//! Many letters as one document for the printer, with the marks the inserter reads.
//!
//! The pages of a print stream are the very pages that were proved, laid out from the letters'
//! records; marks lie over them and change nothing under them. Fonts are shared, so that a letter
//! takes a fraction of its single file. The finished file is read back: every page says what its
//! letter says, then what its mark says, and nothing else. It is untagged: for the printer, not for
//! readers. Source: SPEC decision 13; FINDINGS "Typst 0.15.1 in process".

use std::collections::HashMap;

use typst::{
    diag::HintedStrResult,
    foundations::Smart,
    layout::{Abs, Frame, FrameItem, GroupItem, Point, Size},
    model::DocumentInfo,
    syntax::Span,
    utils::hash128,
    visualize::{Color, Curve, FillRule, Geometry, Shape},
};
use typst_layout::{Page, PagedDocument};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::{
    CREATOR, Composition, FinishedText, Matrix, PdfIdentity, ProvedPage, TypesetError,
    diagnosis::Blotter, diagnosis::export_refusals, pdf::timestamp, placed::bare,
};
use crate::problem::Report;

/// What is laid over the pages of a stream, page by page.
#[derive(Debug)]
pub struct Marks {
    /// Bars and texts.
    pub pages: Composition,
    /// Data matrices, none if there are none.
    pub codes: Vec<Matrix>,
    /// Upper left corner of a code, in millimetres.
    pub corner: (f64, f64),
    /// Its side, in millimetres.
    pub side: f64,
}

/// Proved pages, one letter after the other.
#[derive(Default)]
pub struct PrintStream {
    pages: Vec<Page>,
    said: Vec<String>,
    runs: SharedRuns,
}

/// Runs of text by their hash, each kept once however many letters say it: most of a letter is
/// its kind's fixed wording.
#[derive(Default)]
struct SharedRuns(HashMap<u128, Frame>);

impl PrintStream {
    /// Adds the pages of a letter and says how many.
    pub fn add(&mut self, letter: &ProvedPage) -> usize {
        let composition = &letter.composition;
        let runs = &mut self.runs;
        self.pages.extend(composition.document.pages().iter().cloned().map(|mut page| {
            runs.share(&mut page.frame);
            page
        }));
        self.said.extend(composition.pages().iter().map(|page| bare(&page.text())));
        composition.pages().len()
    }

    /// Adds the pages of another stream.
    pub fn append(&mut self, other: Self) {
        self.pages.extend(other.pages);
        self.said.extend(other.said);
    }

    /// Pages so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether there is no page yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Lays the pages of `marks` over these, one over one, writes the PDF and reads it back.
    ///
    /// # Errors
    /// [`TypesetError::TextDiffers`] for each page whose text is not its letter's and its mark's,
    /// or that lacks a mark; [`TypesetError::Date`], [`TypesetError::Export`],
    /// [`TypesetError::Unreadable`].
    pub fn finish(mut self, marks: Marks, identity: &PdfIdentity) -> Result<Vec<u8>, Vec<Report>> {
        let differs = |page: usize| Report::from(TypesetError::TextDiffers { page });
        let (placed, laid) = (marks.pages.pages(), marks.pages.document.pages());
        if laid.len() != self.pages.len() {
            return Err(vec![differs(laid.len().min(self.pages.len()).saturating_add(1))]);
        }
        for (((page, said), mark), text) in
            self.pages.iter_mut().zip(&mut self.said).zip(laid).zip(placed)
        {
            let mut frame = mark.frame.clone();
            self.runs.share(&mut frame);
            page.frame.push_frame(Point::zero(), frame);
            said.push_str(&bare(&text.text()));
        }
        for (page, code) in self.pages.iter_mut().zip(&marks.codes) {
            let corner = Point::new(Abs::mm(marks.corner.0), Abs::mm(marks.corner.1));
            page.frame.push(corner, drawn(code, Abs::mm(marks.side)));
        }
        drop(marks);
        let pdf = export(std::mem::take(&mut self.pages), identity)?;
        let mut said = self.said.iter();
        let mut reports = Vec::new();
        let mut page = 0_usize;
        FinishedText::each_page(&pdf, |read| {
            page = page.saturating_add(1);
            if said.next().is_none_or(|said| *said != bare(&read)) {
                reports.push(differs(page));
            }
        })
        .map_err(|refused| vec![refused.into()])?;
        if said.next().is_some() {
            reports.push(differs(page.saturating_add(1)));
        }
        if reports.is_empty() { Ok(pdf) } else { Err(reports) }
    }
}

// The text of letters is personal.
impl std::fmt::Debug for PrintStream {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "PrintStream({} pages)", self.pages.len())
    }
}

impl SharedRuns {
    /// Takes the tags out of a frame and those within it, and has each run of text point to the
    /// one kept. Tags hold all that a page was made of, and a file for the printer has none.
    fn share(&mut self, frame: &mut Frame) {
        frame.retain(|item| match item {
            FrameItem::Tag(_) => false,
            FrameItem::Group(group) => {
                group.parent = None;
                self.share(&mut group.frame);
                true
            }
            FrameItem::Text(run) => {
                let kept = self.0.entry(hash128(run)).or_insert_with(|| {
                    let mut frame = Frame::soft(Size::zero());
                    frame.push(Point::zero(), FrameItem::Text(run.clone()));
                    frame
                });
                *item = FrameItem::Group(GroupItem::new(kept.clone()));
                true
            }
            _ => true,
        });
    }
}

/// A code as one black shape with sides of `side`.
fn drawn(code: &Matrix, side: Abs) -> FrameItem {
    let count = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let module = side / count(code.width().max(1));
    let stretches = code.stretches();
    let mut curve = Curve(Vec::with_capacity(5 * stretches.len()));
    for (left, top, width) in stretches {
        let point = |x: usize, y: usize| Point::new(module * count(x), module * count(y));
        let (right, bottom) = (left.saturating_add(width), top.saturating_add(1));
        curve.move_(point(left, top));
        curve.line(point(right, top));
        curve.line(point(right, bottom));
        curve.line(point(left, bottom));
        curve.close();
    }
    let shape = Shape {
        geometry: Geometry::Curve(curve),
        fill: Some(Color::BLACK.into()),
        fill_rule: FillRule::NonZero,
        stroke: None,
    };
    FrameItem::Shape(shape, Span::detached())
}

fn export(pages: Vec<Page>, identity: &PdfIdentity) -> Result<Vec<u8>, Vec<Report>> {
    // What laying out remembered of a thousand pages is of no use any more.
    comemo::evict(0);
    let standards: HintedStrResult<PdfStandards> = PdfStandards::new(&[PdfStandard::A_2b]);
    let standards = standards.map_err(|_| vec![TypesetError::EngineFailed.into()])?;
    let info =
        DocumentInfo { title: Some(identity.title.as_str().into()), ..DocumentInfo::default() };
    let document = PagedDocument::new(pages.into_iter().collect(), info);
    let options = PdfOptions {
        ident: Smart::Custom(identity.ident.clone()),
        creator: Smart::Custom(Some(CREATOR.to_owned())),
        timestamp: Some(timestamp(identity).ok_or_else(|| vec![TypesetError::Date.into()])?),
        standards,
        tagged: false,
        ..PdfOptions::default()
    };
    let blotter = Blotter::of(&serde_json::Value::Null);
    typst_pdf::pdf(&document, &options).map_err(|said| export_refusals(&said, &blotter))
}
