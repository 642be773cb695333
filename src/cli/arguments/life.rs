//! Arguments of what happens to letters after they are issued.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// One letter, or a file of them.
#[derive(Args, Debug)]
pub struct Named {
    /// 函号 · letter number
    #[arg(conflicts_with = "file")]
    pub number: Option<String>,
    /// 多件：CSV 或 XLSX，列名同选项 · many: CSV or XLSX, a column for each option
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// When it happened and who told.
#[derive(Args, Debug)]
pub struct Told {
    /// 发生时间 · when: `2026-11-23` or `2026-11-23T14:05`, office time
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
    /// 消息来源 · carrier, receipt, agents, clerk, letter, call or principal
    #[arg(long)]
    pub source: Option<String>,
}

/// Verbs of `letter` after issue.
#[derive(Debug, Subcommand)]
pub enum Life {
    /// 登记发出 · register that letters left
    Dispatch {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        told: Told,
        /// 邮件号 · the carrier's number
        #[arg(long)]
        tracking: Option<String>,
        /// 承运方 · `china_post`, ems or agents (default: that of the letter's channel)
        #[arg(long)]
        carrier: Option<String>,
    },
    /// 登记送达 · register that letters arrived
    Deliver {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        told: Told,
        /// 方式 · post, hand or mailbox
        #[arg(long)]
        mode: Option<String>,
        /// 签收人关系 · recipient, authorised, household, `mail_room`, station or unstated
        #[arg(long)]
        signer: Option<String>,
        /// 送达的外访员（两次）· an agent who handed it over; give it twice
        #[arg(long, value_name = "OPERATOR")]
        agent: Vec<String>,
        /// 证据包编号 · bundle that shows it
        #[arg(long, value_name = "BUNDLE")]
        evidence: Option<String>,
    },
    /// 登记退回 · register that letters came back
    Return {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        told: Told,
        /// 原因 · address, moved, `no_such_person`, refused, unclaimed, damaged, absent or other
        #[arg(long)]
        reason: Option<String>,
        /// 证据包编号 · bundle that shows it
        #[arg(long, value_name = "BUNDLE")]
        evidence: Option<String>,
    },
    /// 登记回复（自动暂停并起算答复期限）· register replies: places the hold, starts the clock
    Reply {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        told: Told,
        /// 种类 · dispute, denial, hardship, promise, complaint, paid or other
        #[arg(long)]
        kind: Option<String>,
        /// 证据包编号 · bundle that holds it
        #[arg(long, value_name = "BUNDLE")]
        evidence: Option<String>,
    },
    /// 登记答复 · register which letter answers a reply, or reports it to the principal
    Answer {
        /// 回复编号 · number of the reply, RE-YEAR-NNNNNN
        reply: String,
        /// 答复函号 · the letter that answers it
        #[arg(long, value_name = "NUMBER")]
        by: String,
    },
    /// 待答复一览 · replies that wait for an answer or a report
    Unanswered,
    /// 分期提醒一览 · instalments ahead and the days on which to remind of them
    Reminders {
        /// 截至提醒日（缺省全部） · only those to remind of up to this day (default: all)
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
    },
    /// 作废 · make letters void that have not left
    Void {
        #[command(flatten)]
        named: Named,
        /// 原因 · wrong, duplicate, paid, held or withdrawn
        #[arg(long)]
        reason: Option<String>,
        /// 消息来源 · where that was learnt
        #[arg(long)]
        source: Option<String>,
    },
    /// 补打（注明补打件，同号同文）· print again, marked as a reprint
    Reprint {
        #[command(flatten)]
        named: Named,
        /// 输出 PDF；多件时为目录 · PDF; with --file a folder
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 打印函件签收单 · print the delivery receipt that goes with a letter
    Receipt {
        /// 函号 · letter number
        number: String,
        /// 送达的外访员（至多两次）· an agent who is to hand it over; at most two
        #[arg(long, value_name = "OPERATOR")]
        agent: Vec<String>,
        /// 输出 PDF · PDF
        #[arg(long, value_name = "PDF")]
        out: PathBuf,
    },
    /// 核对邮政账单 · the post office's bill against what was dispatched
    Bill {
        /// 账单 · CSV or XLSX with item numbers and charges
        file: PathBuf,
        /// 月份 · month, such as 2026-11 (default: the months the bill dates)
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
    },
}
