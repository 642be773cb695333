//! Arguments of `chancery verify`.

use std::path::PathBuf;

use clap::Args;

/// `verify`.
#[derive(Args, Debug)]
pub struct Verify {
    /// 文件 · letter PDFs, bundles
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// 信任的根证书 · certificates to trust, PEM
    #[arg(long, value_name = "PEM")]
    pub anchor: Vec<PathBuf>,
    /// 后补的时间戳 · token of a bundle that was sealed without one
    #[arg(long, value_name = "TST")]
    pub token: Vec<PathBuf>,
    /// 证据记录 · evidence record (RFC 4998) of a bundle
    #[arg(long, value_name = "ERS")]
    pub record: Vec<PathBuf>,
    /// 按此时点判断，如 2046-11-23T09:00:00+08:00 · judge bundles as of this time (default: now)
    #[arg(long, value_name = "DATE-TIME")]
    pub at: Option<String>,
    /// 检查点 · a checkpoint of the register
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// 登记簿公钥 · the register's verifier key, as `register checkpoint` prints it
    #[arg(long, value_name = "KEY")]
    pub log_key: Option<String>,
    /// 收录证明 · inclusion proof, as `register prove` prints it
    #[arg(long, value_name = "FILE")]
    pub proof: Vec<PathBuf>,
}
