//! Drives the real command.

mod readme;
