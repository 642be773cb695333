//! Letters, from request to archive.
