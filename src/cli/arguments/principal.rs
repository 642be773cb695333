//! Arguments of `chancery principal`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Verbs of `principal`.
#[derive(Debug, Subcommand)]
pub enum Principal {
    /// 固定证书并导入已签署档案 · pin the certificate, take in the signed profile
    Add {
        /// 编号 · id
        id: String,
        /// 委托方证书 · the principal's certificate, PEM (first time)
        #[arg(long, value_name = "PEM", requires = "fingerprint")]
        certificate: Option<PathBuf>,
        /// 系统外核对过的 SHA-256 指纹 · its SHA-256 fingerprint, confirmed outside this system
        #[arg(long, value_name = "HEX")]
        fingerprint: Option<String>,
        /// 已签署档案 · the signed profile
        #[arg(long, value_name = "P7M")]
        profile: Option<PathBuf>,
    },
    /// 委托方自有机器上签署档案 · sign a profile on the principal's machine (no office)
    Sign {
        /// 档案 · profile, TOML
        #[arg(long, value_name = "TOML")]
        profile: PathBuf,
        /// The principal's key.
        #[command(flatten)]
        key: OwnKey,
        /// 输出 · signed file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// 委托方自有机器上签署移交清单，生成 FILE.p7s · sign a file of requests on the principal's machine: FILE.p7s (no office)
    Vouch {
        /// 移交清单 · file of requests
        file: PathBuf,
        /// The principal's key.
        #[command(flatten)]
        key: OwnKey,
    },
    /// 委托方自有机器上生成密钥与证书 · make a key and certificate on the principal's machine (no office)
    Keygen {
        /// 名称 · name in the certificate
        #[arg(long)]
        name: String,
        /// 输出目录 · folder for `certificate.pem`, `approver.pem`, `approver-key.pem`
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// 查看 · show
    Show {
        /// 编号 · id
        id: String,
    },
    /// 一览 · list
    List,
}

/// A key outside any office.
#[derive(Args, Debug)]
pub struct OwnKey {
    /// 私钥 · encrypted PKCS#8 key, PEM
    #[arg(long, value_name = "PEM")]
    pub key: PathBuf,
    /// 证书 · its certificate, PEM
    #[arg(long, value_name = "PEM")]
    pub own_certificate: PathBuf,
    /// 上级证书 · certificate of its issuer, PEM
    #[arg(long, value_name = "PEM")]
    pub issuer: Option<PathBuf>,
}
