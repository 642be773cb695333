//! Letters: request → policy → facts → wording → page → issue, and the way back from the archive.
//!
//! [`desk`] orders the stages. Source: REQUIREMENTS 1, SPEC decision 3.

pub mod certificates;
mod commit;
pub mod desk;
pub mod internal;
pub mod issued;
pub mod ledgers;
pub mod page;
pub mod policy;
pub mod proof;
pub mod record;
pub mod reproduce;
mod supplied;
