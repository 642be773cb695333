//! Arguments of `chancery session`.

use clap::Subcommand;

/// Verbs of `session`.
#[derive(Debug, Subcommand)]
pub enum Session {
    /// 开始 · start
    Start {
        /// 分钟 · minutes until it ends by itself
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=480))]
        minutes: u32,
    },
    /// 结束 · end
    End,
    /// The agent itself, started by `start`.
    #[command(hide = true)]
    Agent {
        /// Minutes until it ends.
        #[arg(long)]
        minutes: u32,
    },
}
