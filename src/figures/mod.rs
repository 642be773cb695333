//! Figures: a principal's statement and the post office's bill against the letters, and what a
//! month came to.
//!
//! Everything here counts entries; nothing ranks people or cases by money recovered.
//! Source: REQUIREMENTS 1 (L205, L311, L313, L315); DOCUMENTS 25.

pub mod bill;
pub mod month;
pub mod rate;
pub mod reconcile;
pub mod statement;
pub mod stats;
pub mod table;
