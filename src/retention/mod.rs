//! Retention, holds and disposal.
