//! `session start·end`: the agent runs in a process of its own.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
    time::Duration,
};

use chancery::office::{
    actor::{self, ActorError},
    credentials::Credentials,
    session::{self, SessionError},
};
use serde_json::{Value, json};

use super::{
    arguments::Session,
    context::{Context, shown},
    report::{Answer, Stopped},
};

/// What the agent prints when it serves.
const READY: &str = "ready";

/// Runs a verb of `session`.
pub fn run(context: &Context, verb: &Session) -> Result<Answer, Stopped> {
    let office = context.look()?;
    let id = context.operator_id()?.to_owned();
    let operator = office.state().operators.get(&id).cloned();
    let operator = operator.ok_or_else(|| ActorError::Unknown { id: shown(&id) })?;
    let socket = office.paths().session(&id);
    match verb {
        Session::Start { minutes } => {
            let minutes = *minutes;
            actor::admit(&operator, office.now())?;
            if session::runs(&socket) {
                return Err(SessionError::Running { operator: id }.into());
            }
            // Ask here, where there is a terminal; the agent gets it through a pipe.
            let credentials = context.credentials(office.paths(), office.settings());
            let said = std::cell::RefCell::new(None);
            let ask = |name: &str| {
                let typed = context.ask(name);
                said.borrow_mut().clone_from(&typed);
                typed
            };
            actor::open_key(&operator, office.paths(), &credentials, &ask)?;
            start(context, &office, &id, minutes, said.into_inner())
        }
        Session::End => {
            session::end(&socket, &id)?;
            let text = context.pick("会话已结束", "session ended");
            Ok(Answer::done(json!({ "operator": id, "ended": true }), text))
        }
        Session::Agent { minutes } => {
            let minutes = *minutes;
            let mut line = String::new();
            let typed = BufReader::new(std::io::stdin()).read_line(&mut line).is_ok_and(|n| n > 0);
            let ask = |_: &str| typed.then(|| line.clone());
            let credentials = if typed {
                Credentials::default()
            } else {
                context.credentials(office.paths(), office.settings())
            };
            let signer = actor::open_key(&operator, office.paths(), &credentials, &ask)?;
            let lifetime = Duration::from_secs(u64::from(minutes) * 60);
            let printer = context.printer;
            session::serve(&socket, signer.as_ref(), lifetime, || {
                printer.line(&json!(READY), READY);
            })?;
            Ok(Answer::done(Value::Null, String::new()))
        }
    }
}

fn start(
    context: &Context,
    office: &chancery::office::Office,
    id: &str,
    minutes: u32,
    typed: Option<String>,
) -> Result<Answer, Stopped> {
    let fault = |source| SessionError::Socket { source };
    let program = std::env::current_exe().map_err(fault)?;
    let mut command = Command::new(program);
    command.args(["--json", "--lang", context.pick("zh", "en")]);
    command.arg("--office").arg(office.paths().root()).args(["--as", id]);
    if let Some(file) = context.passphrase_file() {
        command.arg("--passphrase-file").arg(file);
    }
    command.args(["session", "agent", "--minutes", &minutes.to_string()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(fault)?;
    if let Some(mut pipe) = child.stdin.take()
        && let Some(typed) = typed
    {
        writeln!(pipe, "{typed}").map_err(fault)?;
    }
    let mut said = String::new();
    if let Some(pipe) = child.stdout.take() {
        BufReader::new(pipe).read_line(&mut said).map_err(fault)?;
    }
    let said: Value = serde_json::from_str(&said).unwrap_or_default();
    if said != json!(READY) {
        let why = said.pointer("/problems/0/message").and_then(Value::as_str).unwrap_or("?");
        let (english, chinese) = (why.to_owned(), why.to_owned());
        return Err(SessionError::Agent { english, chinese }.into());
    }
    let text = match context.pick("zh", "en") {
        "zh" => format!("操作员 {id} 的会话已开始，{minutes} 分钟后自动结束"),
        _ => format!("session of {id} started; it ends by itself after {minutes} minutes"),
    };
    Ok(Answer::done(json!({ "operator": id, "minutes": minutes }), text))
}
