//! Template packages: wording, layout and metadata of one document, and their approval.
//!
//! Owns the package and its digest, the language of wording, the lint before approval, and the
//! approval without which nothing is rendered. Source: REQUIREMENTS 1 (L209, L211, L345).

#[cfg(feature = "office")]
pub mod approval;
#[cfg(feature = "office")]
pub mod branches;
#[cfg(feature = "office")]
pub mod difference;
#[cfg(feature = "office")]
pub mod documents;
#[cfg(feature = "office")]
pub mod lint;
#[cfg(feature = "office")]
pub mod metadata;
#[cfg(feature = "office")]
pub mod package;
#[cfg(feature = "office")]
pub mod request;
#[cfg(all(test, feature = "office"))]
pub(crate) mod testing;
#[cfg(feature = "office")]
pub mod wording;
pub mod wording_scan;

#[cfg(feature = "office")]
pub use approval::{Approvals, ApprovedTemplate};
#[cfg(feature = "office")]
pub use package::Package;
