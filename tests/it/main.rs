//! Drives the real command.
