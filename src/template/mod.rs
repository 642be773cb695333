//! Template packages and their approval.
