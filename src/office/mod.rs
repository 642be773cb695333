//! One agency's office: settings, principals, operators, credentials and the clock.

pub mod clock;
