//! Masking of card and identity numbers.
