//! `demo DIR`.

use std::path::Path;

use super::{
    context::Context,
    report::{Answer, Stopped},
};

/// Tells the story.
pub fn run(_context: &Context, _dir: &Path) -> Result<Answer, Stopped> {
    Ok(Answer::done(serde_json::Value::Null, ""))
}
