//! A letter laid out and through the glyph gate, but not yet proved.
//!
//! Nothing is made of a composition but its proof: see [`Composition::prove`].

use std::{fmt, sync::Arc};

use typst_layout::PagedDocument;

use super::{FixedText, FontSet, PlacedPage, diagnosis::Blotter};
use crate::digest::Digest;

/// The pages of one letter as the layout made them.
pub struct Composition {
    pub(super) document: PagedDocument,
    pub(super) pages: Vec<PlacedPage>,
    pub(super) given: Vec<(String, Digest)>,
    pub(super) blotter: Blotter,
    pub(super) fixed: Arc<FixedText>,
    pub(super) fonts: FontSet,
}

impl Composition {
    /// What stands where, page by page.
    #[must_use]
    pub fn pages(&self) -> &[PlacedPage] {
        &self.pages
    }
}

// The text of a letter is personal; the count of its pages is not.
impl fmt::Debug for Composition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Composition({} pages)", self.pages.len())
    }
}
