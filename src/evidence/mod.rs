//! Evidence: intake, fixity, container, bundle, verification.
