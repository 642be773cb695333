//! Arguments of `chancery mask`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `mask`.
#[derive(Args, Debug)]
pub struct Mask {
    /// 掩码政策 · policy
    #[arg(long, default_value = "last-four")]
    pub policy: PolicyName,
    /// 官方账号清单，一行一个 · file of official accounts, one a line, that stay
    #[arg(long, value_name = "FILE")]
    pub allow: Option<PathBuf>,
}

/// A masking policy.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PolicyName {
    /// 只留末四位 · the last four remain
    LastFour,
    /// 全部隐去 · nothing remains
    Full,
}
