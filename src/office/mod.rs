//! One agency's office: settings, principals, operators, credentials and the clock.
//!
//! Owns everything that makes a folder an office, and the state its register tells.

pub mod actor;
pub mod approvals;
pub mod calendar;
pub mod clock;
pub mod contact;
pub mod credentials;
pub mod disposal_room;
pub mod embedded;
pub mod evidence_room;
pub mod export_room;
pub mod founding;
pub mod hold;
pub mod intake_file;
pub mod journal;
pub(crate) mod lock;
pub mod occasion;
pub mod office_folder;
pub mod operator;
pub mod paths;
mod people;
pub mod person;
pub mod principal;
pub mod refused;
pub mod retention_room;
pub mod retention_state;
pub mod retention_table;
pub mod sample;
pub mod sample_media;
pub mod sample_requests;
pub(crate) mod sealed_files;
pub mod session;
pub mod settings;
pub mod stamp_room;
pub mod state;
pub mod time_room;
pub mod unsigned;

pub use office_folder::Office;
