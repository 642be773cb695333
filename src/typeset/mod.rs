//! Pages by Typst in a closed world, proved, exported and read back.
//!
//! The way of a letter: [`Press::compose`] lays out `/data.json` with the package's layout and
//! takes it through the glyph gate; [`Composition::prove`] shows that the pages hold what was
//! meant and nothing else; [`ProvedPage::to_pdf`] writes PDF/A-2a and PDF/UA-1 with bytes that
//! depend on nothing but what went in.
//!
//! Fonts, files, dates and limits come in as parameters. The module reads no clock, no file and
//! no environment.

mod assembly;
mod barcode;
mod composition;
mod cover;
mod diagnosis;
mod engine;
mod extraction;
mod finished;
mod fonts;
mod glyphs;
mod meant;
mod parting;
mod pdf;
mod placed;
mod press;
mod problem;
mod proof;
mod qr;
#[cfg(test)]
pub(crate) mod specimen;
mod stream;
mod sweep;
mod world;

pub use assembly::{Side, beside, joined};
pub use barcode::code128_svg;
pub use composition::Composition;
pub use engine::{CREATOR, ENGINE_ID};
pub use finished::{FinishedText, contains_any};
pub use fonts::FontSet;
pub use meant::PAGE_COUNTER;
pub use parting::FixedText;
pub use pdf::PdfIdentity;
pub use placed::{Area, PlacedPage, PlacedPicture, PlacedText};
pub use press::{Assets, Limits, Press};
pub use problem::TypesetError;
pub use proof::{Meant, Occurrence, ProvedPage};
pub use qr::{Matrix, qr_svg};
pub use stream::{Marks, PrintStream};
pub use sweep::sweep;
