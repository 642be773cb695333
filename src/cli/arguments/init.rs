//! Arguments of `chancery init`.

use std::path::PathBuf;

use clap::Args;

/// `init`.
#[derive(Args, Debug)]
pub struct Init {
    /// 新目录 · a folder that does not exist yet or is empty
    pub dir: PathBuf,
    /// 样例办公室 · a ready office with synthetic data
    #[arg(long)]
    pub sample: bool,
    /// 机构信息 · TOML file with the agency's identity (else it is asked for)
    #[arg(long, value_name = "TOML", conflicts_with = "sample")]
    pub agency: Option<PathBuf>,
    /// 首位管理员 · id of the first administrator
    #[arg(long, value_name = "ID", default_value = "admin")]
    pub administrator: String,
    /// 服务口令目录 · folder of passphrase files for `ca`, `authority`, `log`, `index` and operators
    #[arg(long, value_name = "DIR")]
    pub credentials: Option<PathBuf>,
    /// 印章图 · SVG of the seal, placed only where a template says so
    #[arg(long, value_name = "SVG")]
    pub seal: Option<PathBuf>,
}
