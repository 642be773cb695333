//! Answers to rule questions, by the functions the product uses.
