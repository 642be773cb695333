//! The append-only register.
