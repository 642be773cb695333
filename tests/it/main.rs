//! Drives the real command in folders of its own, and lets the tools of others judge what it made.
//!
//! One binary, one concept a module. `command` runs chancery, `sample` keeps one made office that
//! tests copy, `tools` runs programs nobody here wrote. Everything else is tests.

mod command;
mod office;
mod tools;

mod approval;
mod canary;
mod crash;
mod documents;
mod evidence;
mod evidence_forged;
mod founding;
mod letters;
mod read_only;
mod readme;
mod register;
mod session;
mod text;
mod visits;
