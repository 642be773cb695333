//! What stands where on the pages of a composition.
//!
//! Positions are millimetres from the upper left corner of the page, so that the address window
//! of an envelope and the place of a seal can be measured.

use crate::digest::Digest;

/// A rectangle on a page, in millimetres from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Area {
    /// The whole of a page.
    #[must_use]
    pub const fn page(width: f64, height: f64) -> Self {
        Self { left: 0.0, top: 0.0, right: width, bottom: height }
    }

    /// Whether `other` lies in this area, give or take `slack` millimetres.
    #[must_use]
    pub fn holds(&self, other: &Self, slack: f64) -> bool {
        other.left >= self.left - slack
            && other.top >= self.top - slack
            && other.right <= self.right + slack
            && other.bottom <= self.bottom + slack
    }

    /// Whether the two areas share any surface.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// What both areas share; turned inside out if they share nothing.
    #[must_use]
    pub fn shared(&self, other: &Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The smallest area that holds both.
    #[must_use]
    pub fn around(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Upper left corner in whole millimetres, for messages; off the page counts as its edge.
    pub(super) fn corner(&self) -> (u32, u32) {
        (whole(self.left), whole(self.top))
    }
}

/// Whole millimetres of a measure on paper.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the size of paper before it is cut to whole millimetres"
)]
fn whole(measure: f64) -> u32 {
    measure.clamp(0.0, 10_000.0) as u32
}

/// A run of text set in one font on one line.
#[derive(Clone, PartialEq)]
pub struct PlacedText {
    /// The text, as it was given to the layout.
    pub text: String,
    /// Its em box: 0.88 em above the base line, 0.20 em below.
    pub area: Area,
    /// Size of the type in points.
    pub size: f64,
}

// Text of a letter is personal; its place is not.
impl std::fmt::Debug for PlacedText {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "PlacedText({} characters, {:?})", self.text.chars().count(), self.area)
    }
}

/// A picture on a page.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedPicture {
    /// Digest of the picture file.
    pub digest: Digest,
    /// Where it stands.
    pub area: Area,
}

/// One page with all that was placed on it, in the order of painting.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedPage {
    /// Width in millimetres.
    pub width: f64,
    /// Height in millimetres.
    pub height: f64,
    /// Runs of text.
    pub texts: Vec<PlacedText>,
    /// Pictures.
    pub pictures: Vec<PlacedPicture>,
}

impl PlacedPage {
    /// Everything placed on the page, runs one after the other.
    #[must_use]
    pub fn text(&self) -> String {
        self.texts.iter().map(|run| run.text.as_str()).collect()
    }

    /// The area around every run that meets `window`, if there is one: text that reaches into an
    /// envelope window from outside makes it larger than the window.
    #[must_use]
    pub fn text_meeting(&self, window: &Area) -> Option<Area> {
        let met =
            self.texts.iter().filter(|run| run.area.meets(window) && !bare(&run.text).is_empty());
        met.map(|run| run.area).reduce(|one, other| one.around(&other))
    }
}

/// The characters of a text that ink is spent on: no white space, nothing zero-width.
#[must_use]
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|&each| is_inked(each)).collect()
}

/// Whether a character counts when texts are compared.
pub(super) fn is_inked(each: char) -> bool {
    !each.is_whitespace() && !each.is_control() && !typst::text::is_default_ignorable(each)
}
