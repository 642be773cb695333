//! Facts of a case: parties, amounts, dates, and their intake.

pub mod phone;
