//! Drives the real command in folders of its own, and lets the tools of others judge what it made.
//!
//! One binary, one concept a module. `command` runs chancery, `sample` keeps one made office that
//! tests copy, `tools` runs programs nobody here wrote. Everything else is tests.

#![expect(
    clippy::as_conversions,
    clippy::disallowed_methods,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::manual_assert,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::print_stderr,
    clippy::similar_names,
    clippy::unreadable_literal,
    clippy::unwrap_used,
    reason = "tests end at the first fault, tamper with files, and tell what they skip"
)]

mod checkpoints;
mod clerk_files;
mod command;
mod forge;
mod office;
mod tools;

mod admission;
mod approval;
mod audit;
mod bad_input;
mod bags;
mod batch;
mod canary;
mod crash;
mod documents;
mod envelopes;
mod evidence;
mod evidence_forged;
mod export;
mod figures;
mod founding;
mod gaps;
mod headings;
mod intake;
mod internal;
mod kinds;
mod letters;
mod life;
mod packages;
mod past;
mod planted;
mod proofs;
mod read_only;
mod readme;
mod refused;
mod register;
mod reminders;
mod renewal;
mod retention;
mod rules;
mod session;
mod sheets;
mod shelves;
mod snapshots;
mod text;
mod token;
mod visits;
