//! Facts of a case: parties, amounts, dates, and their intake.

pub mod address;
pub mod amount;
pub mod capitals;
pub mod checks;
pub mod credit_code;
pub mod date;
pub mod facts;
pub mod field;
#[cfg(feature = "office")]
pub mod intake;
pub mod names;
pub mod party;
pub mod phone;
pub mod provenance;
pub mod raw;
pub mod request;
pub mod text;
pub mod value;
