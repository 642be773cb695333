//! Facts of a case: parties, amounts, dates, and their intake.

pub mod amount;
pub mod capitals;
pub mod credit_code;
pub mod date;
pub mod phone;
