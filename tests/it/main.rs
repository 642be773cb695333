//! Drives the real command in folders of its own, and lets the tools of others judge what it made.
//!
//! One binary, one concept a module. `command` runs chancery, `office` keeps one made office that
//! tests copy, `tools` runs programs nobody here wrote. Everything else is tests.

mod command;
mod office;
mod tools;

mod canary;
mod documents;
mod letters;
mod readme;
