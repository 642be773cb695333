//! One agency's office.
