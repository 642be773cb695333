//! Template packages and their approval.

pub mod wording_scan;
