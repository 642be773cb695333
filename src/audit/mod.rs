//! Checks over register and archive.
