//! Letters: request → policy → facts → wording → page → issue, and the way back from the archive.
//!
//! [`desk`] orders the stages. Source: REQUIREMENTS 1, SPEC decision 3.

pub mod certificates;
mod commit;
pub mod comparison;
pub mod desk;
pub mod envelope;
pub mod envelope_words;
pub mod internal;
pub mod issued;
pub mod ledgers;
pub mod page;
pub mod paper;
pub mod policy;
pub mod proof;
pub mod record;
pub mod reproduce;
mod supplied;
pub mod window;
