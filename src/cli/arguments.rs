//! What may be typed: nouns, verbs and their options.
//!
//! Longer than other files because it is one table: the whole grammar of the command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Approved, masked letters and sealed, registered evidence.
#[derive(Debug, Parser)]
#[command(
    name = "chancery",
    version,
    about = "经核准、已掩码的催收函件与可核验的证据档案 · approved, masked letters and sealed, registered evidence",
    propagate_version = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Options every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options every command takes.
#[derive(Args, Debug)]
pub struct Global {
    /// 办公室目录 · office folder (else the nearest parent with `office.toml`, else `CHANCERY_OFFICE`)
    #[arg(long, global = true, value_name = "DIR")]
    pub office: Option<PathBuf>,
    /// 以谁的身份 · operator who acts
    #[arg(long = "as", global = true, value_name = "OPERATOR")]
    pub operator: Option<String>,
    /// 口令文件 · file holding the passphrase (else session, credential, prompt)
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// 标准输出为 JSON · JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// 不显示过程信息 · no messages but refusals and errors
    #[arg(long, global = true)]
    pub quiet: bool,
    /// 语言 · language (default: the locale's)
    #[arg(long, global = true, value_name = "zh|en")]
    pub lang: Option<Lang>,
}

/// A language of messages.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 新建办公室 · make an office
    Init(Init),
    /// 从头到尾演示 · the main job from end to end in a sample office
    Demo {
        /// 新目录 · a folder that does not exist yet
        dir: PathBuf,
    },
    /// 人员 · operators: people, roles, certificates
    Operator {
        /// The verb.
        #[command(subcommand)]
        verb: Operator,
    },
    /// 委托方 · principals and their signed profiles
    Principal {
        /// The verb.
        #[command(subcommand)]
        verb: Principal,
    },
    /// 模板 · template packages and their approval
    Template {
        /// The verb.
        #[command(subcommand)]
        verb: Template,
    },
    /// 函件 · letters
    Letter {
        /// The verb.
        #[command(subcommand)]
        verb: Letter,
    },
    /// 暂停 · holds on a case
    Hold {
        /// The verb.
        #[command(subcommand)]
        verb: Hold,
    },
    /// 外访 · visits
    Visit {
        /// The verb.
        #[command(subcommand)]
        verb: Visit,
    },
    /// 证据 · evidence bundles
    Evidence {
        /// The verb.
        #[command(subcommand)]
        verb: Evidence,
    },
    /// 登记簿 · the register
    Register {
        /// The verb.
        #[command(subcommand)]
        verb: Register,
    },
    /// 审计 · audit of register and archive
    Audit {
        /// The verb.
        #[command(subcommand)]
        verb: Audit,
    },
    /// 核验任何函件或证据包 · verify letters or bundles without an office
    Verify(Verify),
    /// 掩码 · mask numbers, standard input to standard output
    Mask(Mask),
    /// 规则问答 · answer a JSONL file of rule questions
    Rules {
        /// JSONL 文件 · file, or `-` for standard input
        file: PathBuf,
    },
    /// 限时会话 · a timed key agent, so that a passphrase is typed once
    Session {
        /// The verb.
        #[command(subcommand)]
        verb: Session,
    },
    /// 自检 · say what is wrong with this office and this machine
    Doctor,
    /// 错误代码一览 · every code with its sentence and hint, as Markdown
    #[command(hide = true)]
    Errors,
    /// 命令补全 · shell completions
    Completions {
        /// bash, zsh, fish, elvish, powershell
        shell: clap_complete::Shell,
    },
    /// 手册页 · manual page
    Man,
}

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
        /// 新人员的口令文件 · file with the new operator's passphrase (else it is asked for)
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
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

/// Verbs of `template`.
#[derive(Debug, Subcommand)]
pub enum Template {
    /// 核准前检查 · lint before approval; or one sentence with `--text`
    Check {
        /// 模板 · template id, or a folder of templates with `--templates`
        #[arg(required_unless_present = "text")]
        id: Option<String>,
        /// 检查一句话 · lint one sentence (`-` reads lines of standard input)
        #[arg(long, conflicts_with = "id")]
        text: Option<String>,
    },
    /// 核准 · one signature of an approver
    Approve(Approve),
    /// 撤回 · withdraw an approval at once
    Withdraw {
        /// 模板 · template id
        id: String,
        /// 委托方 · principal
        #[arg(long)]
        principal: String,
        /// 原因 · reason
        #[arg(long)]
        reason: String,
    },
    /// 一览 · list
    List,
    /// 查看 · show one
    Show {
        /// 模板 · template id
        id: String,
    },
    /// 样稿 · proof page of awkward synthetic data, marked 样稿
    Proof {
        /// 模板 · template id
        id: String,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
}

/// `template approve`.
#[derive(Args, Debug)]
pub struct Approve {
    /// 模板 · template id
    #[arg(required_unless_present_any = ["sign", "import"])]
    pub id: Option<String>,
    /// 委托方 · principal for whose letters it is approved
    #[arg(long, required_unless_present_any = ["sign", "import"])]
    pub principal: Option<String>,
    /// 有效期首日 · first day (default today)
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// 有效期末日 · last day
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// 写出给委托方的核准请求 · write the request for the principal's approver
    #[arg(long, value_name = "OUT")]
    pub request: Option<PathBuf>,
    /// 委托方自有机器上签署 · sign a request on the principal's machine (no office)
    #[arg(long, value_name = "REQUEST", requires_all = ["key", "own_certificate", "out"])]
    pub sign: Option<PathBuf>,
    /// 导入委托方的签署 · take in the principal's signature
    #[arg(long, value_name = "SIGNED", conflicts_with_all = ["sign", "request"])]
    pub import: Option<PathBuf>,
    /// 私钥 · key for `--sign`
    #[arg(long, value_name = "PEM")]
    pub key: Option<PathBuf>,
    /// 证书 · certificate for `--sign`
    #[arg(long, value_name = "PEM")]
    pub own_certificate: Option<PathBuf>,
    /// 输出 · signed file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Verbs of `letter`.
#[derive(Debug, Subcommand)]
pub enum Letter {
    /// 预览（有标记、无编号、不登记） · preview: marked, unnumbered, unregistered
    Preview {
        /// 请求 · request: JSON, or one of a JSONL, CSV or XLSX file
        file: PathBuf,
        /// 请求编号 · which request of the file
        #[arg(long, value_name = "REQUEST_ID")]
        request: Option<String>,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 签发 · issue every request of a file
    Issue {
        /// 请求 · request: JSON, JSONL, CSV or XLSX
        file: PathBuf,
        /// 请求编号 · only this request of the file
        #[arg(long, value_name = "REQUEST_ID")]
        request: Option<String>,
        /// 输出目录 · folder for the PDFs
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// 查看 · show one
    Show {
        /// 函号 · letter number
        number: String,
    },
    /// 一览 · list
    List,
    /// 自档案重制 · render again from the archive to the same bytes
    Reproduce {
        /// 函号 · letter number
        number: String,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
}

/// Verbs of `hold`.
#[derive(Debug, Subcommand)]
pub enum Hold {
    /// 暂停 · place
    Place {
        /// 案号 · case number
        case: String,
        /// 种类 · kind
        #[arg(long)]
        kind: String,
        /// 依据编号 · id of the document it rests on
        #[arg(long)]
        proof: Option<String>,
    },
    /// 解除 · release
    Release {
        /// 案号 · case number
        case: String,
        /// 种类 · kind
        #[arg(long)]
        kind: String,
        /// 依据编号 · id of the document that allows it
        #[arg(long)]
        proof: String,
    },
    /// 一览 · list
    List,
}

/// Verbs of `visit`.
#[derive(Debug, Subcommand)]
pub enum Visit {
    /// 外访结果声明 · visit statement
    Statement {
        /// 请求 · request: JSON, JSONL, CSV or XLSX
        file: PathBuf,
        /// 请求编号 · only this request of the file
        #[arg(long, value_name = "REQUEST_ID")]
        request: Option<String>,
        /// 输出目录 · folder for the PDFs
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

/// Verbs of `evidence`.
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// 封存 · seal a folder into a bundle
    Seal {
        /// 文件夹 · folder
        dir: PathBuf,
        /// 案号 · case number
        #[arg(long)]
        case: String,
        /// 种类 · kind of every file, or `auto` for kinds by subfolder
        #[arg(long)]
        kind: String,
        /// 另存一份 · also write a copy here
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 核验 · verify a bundle of this office
    Verify {
        /// 证据包编号 · bundle id (default: all)
        id: Option<String>,
    },
    /// 查看 · show one
    Show {
        /// 证据包编号 · bundle id
        id: String,
    },
    /// 一览 · list
    List {
        /// 只列此案 · only this case
        #[arg(long)]
        case: Option<String>,
    },
    /// 调阅 · write a copy of a sealed bundle
    Retrieve {
        /// 证据包编号 · bundle id
        id: String,
        /// 输出 · file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// Verbs of `register`.
#[derive(Debug, Subcommand)]
pub enum Register {
    /// 一览 · list entries
    List {
        /// 从第几条起 · first entry
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// 只列某类 · only kinds that begin so
        #[arg(long)]
        kind: Option<String>,
    },
    /// 查看 · show one entry
    Show {
        /// 序号 · sequence number
        seq: u64,
    },
    /// 证明 · inclusion proof of one entry
    Prove {
        /// 序号 · sequence number
        seq: u64,
    },
    /// 检查点 · sign the register's size and root
    Checkpoint {
        /// 输出 · also write the note here
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// 导出 · every entry as one JSON line
    Export {
        /// 输出 · file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// 核验 · verify every entry
    Verify {
        /// 外部保存的检查点 · a checkpoint held outside
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
    },
}

/// Verbs of `audit`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// 核验登记簿与档案 · check register and archive
    Run {
        /// 外部保存的检查点 · a checkpoint held outside
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
    },
}

/// `verify`.
#[derive(Args, Debug)]
pub struct Verify {
    /// 文件 · letter PDFs, bundles
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// 信任的根证书 · certificates to trust, PEM
    #[arg(long, value_name = "PEM")]
    pub anchor: Vec<PathBuf>,
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
