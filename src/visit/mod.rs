//! Visits: conduct rules and statements.
