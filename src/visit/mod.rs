//! Visits: conduct rules and statements.

pub mod frequency;
pub mod hours;
pub mod statement;
