//! One agency's office.

pub mod sample_requests;
