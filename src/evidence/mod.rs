//! Evidence: intake, fixity, container, bundle, verification.
//!
//! A bundle is one ZIP that is a `BagIt` 1.0 bag and an ASiC-E container at once. Data goes one
//! way: folder → [`intake`] → [`bundle`] (hash, zip, manifests, signature, timestamp) → archive →
//! [`verification`]. What two tools could read in two ways is refused by [`container`].
//! Source: SPEC "Bundle"; RFC 8493; EN 319 162-1.

pub mod container;
pub mod kind;
pub mod media;
