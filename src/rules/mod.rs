//! Answers to rule questions, by the functions the product uses.

pub mod debt;
pub mod notices;
pub mod paper;
