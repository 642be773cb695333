//! Put-once store of every registered byte.
