//! Facts of a case: parties, amounts, dates, and their intake.

pub mod field;
pub mod names;
pub mod raw;
pub mod text;
