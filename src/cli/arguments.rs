//! What may be typed: nouns, verbs and their options.
//!
//! Options every command takes and the nouns stand here, each noun's verbs in a file of its own.

mod audit;
mod case;
mod contact;
mod evidence;
mod figures;
mod heading;
mod hold;
mod init;
mod letter;
mod life;
mod mask;
mod operator;
mod principal;
mod register;
mod retention;
mod session;
mod template;
mod verify;
mod visit;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use audit::Audit;
pub use case::Case;
pub use contact::Contact;
pub use evidence::{Evidence, Export, Seal};
pub use figures::{Copies, Reconcile, Stats};
pub use heading::Heading;
pub use hold::{Cases, Hold};
pub use init::Init;
pub use letter::{Batch, Filter, Letter, Requests};
pub use life::{Life, Named, Told};
pub use mask::{Mask, PolicyName};
pub use operator::Operator;
pub use principal::{OwnKey, Principal};
pub use register::{Book, Register};
pub use retention::{ApprovePlan, Retention};
pub use session::Session;
pub use template::{Approve, Template};
pub use verify::Verify;
pub use visit::Visit;

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
    /// 表头对照 · how a principal's own sheets are read
    Heading {
        /// The verb.
        #[command(subcommand)]
        verb: Heading,
    },
    /// 暂停 · holds on a case
    Hold {
        /// The verb.
        #[command(subcommand)]
        verb: Hold,
    },
    /// 案件联系人 · contacts of a case, who are never written to
    Contact {
        /// The verb.
        #[command(subcommand)]
        verb: Contact,
    },
    /// 案件 · cases: closing starts retention
    Case {
        /// The verb.
        #[command(subcommand)]
        verb: Case,
    },
    /// 保管与销毁 · retention, legal holds and disposal
    Retention {
        /// The verb.
        #[command(subcommand)]
        verb: Retention,
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
    /// 签署件副本 · copies that have to be kept
    Copies {
        /// The verb.
        #[command(subcommand)]
        verb: Copies,
    },
    /// 核对委托方报表 · a principal's statement against the letters of a month
    Reconcile(Reconcile),
    /// 月度统计 · figures of a month
    Stats(Stats),
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
    /// 规则一览 · every rule with its source, as Markdown
    #[command(hide = true)]
    RulesTable,
    /// 命令补全 · shell completions
    Completions {
        /// bash, zsh, fish, elvish, powershell
        shell: clap_complete::Shell,
    },
    /// 手册页 · manual page
    Man,
}
