//! What was done to a letter, told.

use std::fmt::Write as _;

use chancery::letter::life::{
    act::{Act, What},
    acts::Done,
    words::Verb,
};
use serde_json::{Value, json};

use crate::cli::context::Context;

pub(super) fn done_json(act: &Act, done: &Done) -> Value {
    let mut json = json!({ "number": done.number, "entry": done.seq, "already": done.already });
    if let (What::Returned { reason, .. }, Some(members)) = (&act.what, json.as_object_mut()) {
        members.insert("address_shut".to_owned(), reason.shuts_address().into());
    }
    if let (Some(reply), Some(members)) = (&done.reply, json.as_object_mut()) {
        members.insert("reply".to_owned(), reply.reply.as_str().into());
        members.insert("hold".to_owned(), json!(reply.hold));
        members.insert("answer_due".to_owned(), json!(reply.answer_due));
        members.insert("report_due".to_owned(), json!(reply.report_due));
    }
    json
}

pub(super) fn done_text(context: &Context, verb: Verb, act: &Act, done: &Done) -> String {
    let what = context.pick(verb.chinese(), verb.name());
    let note = if done.already {
        context.pick("（此前已登记）", " (registered before)")
    } else {
        ""
    };
    let mut text = format!("{}  {what}{note}", done.number);
    if let What::Returned { reason, .. } = act.what {
        text.push_str(if reason.shuts_address() {
            context.pick("  该地址须重新核实", "  address to be verified anew")
        } else {
            context.pick("  地址仍可使用", "  address still in use")
        });
    }
    if let Some(reply) = &done.reply {
        text.push_str("  ");
        text.push_str(&reply.reply);
        for (label, value) in [
            (context.pick("暂停", "hold"), &reply.hold),
            (context.pick("报告委托方期限", "report to the principal by"), &reply.report_due),
            (context.pick("答复期限", "answer by"), &reply.answer_due),
        ] {
            if let Some(value) = value {
                // Writing to a string does not fail.
                let _ = write!(text, "  {label} {value}");
            }
        }
    }
    text
}
