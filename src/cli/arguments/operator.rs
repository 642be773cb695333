//! Arguments of `chancery operator`.

use std::path::PathBuf;

use clap::Subcommand;

/// Verbs of `operator`.
#[derive(Debug, Subcommand)]
pub enum Operator {
    /// 登记人员 · enrol an operator
    Add {
        /// 编号，永不复用 · id, never used twice
        id: String,
        /// 角色 · roles, separated by commas
        #[arg(long, value_delimiter = ',', required = true)]
        role: Vec<String>,
        /// 姓名，印于函件，不入登记簿 · name as letters print it, kept out of the register
        #[arg(long)]
        name: Option<String>,
        /// 新人员的口令文件 · file with the new operator's passphrase or PIN (else it is asked for)
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
        /// PKCS#11 模块 · library of a PKCS#11 token on which the key is made (else it is made in a file)
        #[arg(long, value_name = "LIBRARY", requires = "token")]
        token_module: Option<PathBuf>,
        /// 令牌标签 · label of the token
        #[arg(long, value_name = "LABEL", requires = "token_module")]
        token: Option<String>,
        /// 密钥标签 · label of the key on the token (default: the operator's id)
        #[arg(long, value_name = "LABEL", requires = "token")]
        token_key: Option<String>,
        /// 证书有效年数 · years the certificate is valid
        #[arg(long, default_value_t = 3)]
        years: u32,
    },
    /// 一览 · list
    List,
    /// 注销 · revoke
    Revoke {
        /// 编号 · id
        id: String,
    },
}
