//! `mask`: standard input to standard output, by the detector the letters use.

use std::io::{self, BufWriter, Write as _};

use chancery::{
    durable,
    masking::{AllowList, Masking, Policy, mask_stream},
};

use super::{
    arguments::{Mask, PolicyName},
    context::UsageError,
    report::{Answer, Stopped},
};

/// Largest list of official accounts, in bytes.
const ALLOW_LIMIT: u64 = 16 * 1024 * 1024;

/// Masks a stream of any length in bounded memory.
pub fn run(arguments: &Mask) -> Result<Answer, Stopped> {
    let policy = match arguments.policy {
        PolicyName::LastFour => Policy::LastFour,
        PolicyName::Full => Policy::Full,
    };
    let allow = match &arguments.allow {
        None => AllowList::default(),
        Some(file) => {
            let bytes = durable::read(file, ALLOW_LIMIT)?;
            AllowList::parse(&String::from_utf8_lossy(&bytes))?
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    mask_stream(io::stdin().lock(), &mut out, &Masking { policy, allow })?;
    out.flush().map_err(|source| UsageError::Output { source })?;
    Ok(Answer::done(serde_json::Value::Null, String::new()))
}
