//! Two versions of a package compared by their proofs: pages side by side, changed lines marked.
//!
//! Owns the comparison of placed text and the PDF that shows it; texts of packages are compared by
//! [`crate::template::difference`]. Both sides are proofs, marked 样稿. Source: SPEC decision 1,
//! `template diff`.

use super::proof::{ProofPage, Strain};
use crate::{
    problem::Report,
    template::{
        difference::{Change, Difference, LineChange, changed, common},
        package::Package,
    },
    typeset::{Area, ENGINE_ID, FontSet, PlacedPage, Side, beside},
};

/// How two packages differ, in text and on paper.
#[derive(Debug)]
pub struct Comparison {
    /// Metadata and files.
    pub difference: Difference,
    /// Runs of placed text that only one of both pages has; numbered over all pages.
    pub placed: Vec<LineChange>,
    /// Both proofs side by side, changed lines marked.
    pub pdf: Vec<u8>,
}

impl Comparison {
    /// Compares `old` with `new`.
    ///
    /// # Errors
    /// What refuses a proof of either.
    pub fn of(old: &Package, new: &Package, fonts: &FontSet) -> Result<Self, Vec<Report>> {
        let (left, right) =
            (ProofPage::of(old, fonts, Strain::Usual)?, ProofPage::of(new, fonts, Strain::Usual)?);
        let (before, after) = (runs(left.placed()), runs(right.placed()));
        let texts = |runs: &[Run]| runs.iter().map(|run| run.text.clone()).collect::<Vec<_>>();
        let (one, other) = (texts(&before), texts(&after));
        let same = common(&one, &other);
        let kept = |side: fn(&(usize, usize)) -> usize| same.iter().map(side).collect();
        let marks = |runs: &[Run], pages: usize, kept: std::collections::BTreeSet<usize>| {
            let mut marked = vec![Vec::new(); pages];
            for (_, run) in runs.iter().enumerate().filter(|(at, _)| !kept.contains(at)) {
                if let Some(page) = marked.get_mut(run.page) {
                    page.push(run.area);
                }
            }
            marked
        };
        let head = |name: &str, package: &Package| {
            let digest = package.digest(&fonts.digest(), ENGINE_ID).to_string();
            let short: String = digest.chars().take(16).collect();
            let metadata = package.metadata();
            format!("{name}: {} version {}, package {short}", metadata.id, metadata.version)
        };
        let a = Side {
            marked: marks(&before, left.pages(), kept(|pair| pair.0)),
            head: head("A", old),
        };
        let b = Side {
            marked: marks(&after, right.pages(), kept(|pair| pair.1)),
            head: head("B", new),
        };
        let pdf = beside((left.pdf(), &a), (right.pdf(), &b))
            .map_err(|error| vec![Report::of(&error)])?;
        let difference = Difference::between(old, new);
        Ok(Self { difference, placed: changed(&one, &other), pdf })
    }

    /// All of it as plain text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = self.difference.to_text();
        if !self.placed.is_empty() {
            text.push_str("\n== page");
            for LineChange { change, text: run, .. } in &self.placed {
                text.push('\n');
                text.push(Change::sign(*change));
                text.push(' ');
                text.push_str(run);
            }
        }
        text.trim_start().to_owned()
    }
}

/// A run of placed text and where it stands.
struct Run {
    page: usize,
    text: String,
    area: Area,
}

fn runs(pages: &[PlacedPage]) -> Vec<Run> {
    let of = |(page, on): (usize, &PlacedPage)| {
        let texts = on.texts.iter().filter(|run| !run.text.trim().is_empty());
        texts.map(|run| Run { page, text: run.text.clone(), area: run.area }).collect::<Vec<_>>()
    };
    pages.iter().enumerate().flat_map(of).collect()
}
