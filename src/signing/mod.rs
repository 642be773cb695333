//! Keys, certificates, signatures and timestamps.
