//! Evidence: intake, fixity, container, bundle, verification.
//!
//! A bundle is one ZIP that is a `BagIt` 1.0 bag and an ASiC-E container at once. Data goes one
//! way: folder → [`intake`] → [`bundle`] (hash, zip, manifests, signature, timestamp) → archive →
//! [`verification`]. What two tools could read in two ways is refused by [`container`].
//! Source: SPEC "Bundle"; RFC 8493; EN 319 162-1.

mod ahead;
mod alike;
pub mod asic;
pub mod bag;
pub mod bundle;
pub mod container;
pub mod coverage;
pub mod custody;
pub mod extraction;
mod finding;
pub mod foreign;
pub mod intake;
pub mod kind;
pub mod later;
pub mod listing;
#[cfg(test)]
mod long_lists;
pub mod media;
pub mod names;
pub mod originals;
mod payload;
mod problem;
pub mod renewal;
mod seal;
mod sealing;
mod staged;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod verification;
pub mod verify_text;
mod walk;
mod whole;
mod words;

pub use bundle::{Bundle, Description, Open, Sealed};
pub use finding::{BundleFinding, Finding};
pub use intake::{Details, Intake, Sorting};
pub use kind::Kind;
pub use listing::{Item, Listing, SealedFile, SealedFiles, Told};
pub use problem::EvidenceError;
pub use seal::{Seal, Sealing};
pub use verification::{BundleFacts, Late, Verification, verify, verify_late};
pub use walk::MOST_FILES;
pub use words::Words;
