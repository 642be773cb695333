//! Letters: request → policy → facts → wording → page → issue, and the way back from the archive.
//!
//! [`desk`] orders the stages. Source: REQUIREMENTS 1, SPEC decision 3.

pub mod batch;
pub mod certificates;
mod commit;
pub mod comparison;
pub mod copies;
pub mod desk;
pub mod envelope;
pub mod envelope_words;
pub mod internal;
pub mod issued;
pub mod ledgers;
pub mod life;
pub mod overtaken;
pub mod page;
pub mod paper;
pub mod past;
pub mod policy;
pub mod print;
pub mod proof;
pub mod receipt;
pub mod record;
pub mod reminders;
pub mod reprint;
pub mod reproduce;
mod supplied;
pub mod twins;
pub mod window;
