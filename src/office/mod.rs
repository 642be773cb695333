//! One agency's office: settings, principals, operators, credentials and the clock.

pub mod clock;
pub mod credentials;
pub mod operator;
pub mod paths;
pub mod session;
pub mod settings;
