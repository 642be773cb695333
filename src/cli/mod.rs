//! The command line: arguments in, answers out.
//!
//! Owns parsing, the environment, the terminal and exit statuses; every decision is the library's.

mod again;
mod arguments;
mod audit;
mod batch;
mod case;
mod contact;
mod context;
mod demo;
mod doctor;
mod envelope;
mod environment;
mod evidence;
mod export;
mod figures;
mod heading;
mod hold;
mod init;
mod internal;
mod letter;
mod letters;
mod life;
mod mask;
mod operator;
mod principal;
mod printing;
mod register;
mod reminders;
mod report;
mod retention;
mod rules;
mod session;
mod template;
mod template_work;
mod time;
mod usage;
mod verify;

use clap::{CommandFactory as _, Parser as _};
use serde_json::json;

use arguments::{Cli, Command};
use context::Context;
use report::{Answer, Stopped};

/// Runs the command and gives its exit status.
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help asked for is a result; anything else is a usage error.
            if error.use_stderr() {
                let typed = std::env::args_os().skip(1);
                let typed: Vec<_> = typed.map(|word| word.to_string_lossy().into_owned()).collect();
                return usage::misused(&error, &typed);
            }
            return if error.print().is_err() { 3 } else { 0 };
        }
    };
    let context = Context::new(&cli.global);
    let noun = noun(&cli.command);
    match dispatch(&context, cli.command) {
        Ok(answer) => context.printer.answer(&answer),
        Err(stopped) => {
            context.note_unsigned(noun, &stopped);
            context.printer.stopped(&stopped)
        }
    }
}

/// The noun of a command, for the log of unsigned refusals.
const fn noun(command: &Command) -> &'static str {
    match command {
        Command::Operator { .. } => "operator",
        Command::Principal { .. } => "principal",
        Command::Template { .. } => "template",
        Command::Letter { .. } => "letter",
        Command::Heading { .. } => "heading",
        Command::Hold { .. } => "hold",
        Command::Contact { .. } => "contact",
        Command::Case { .. } => "case",
        Command::Retention { .. } => "retention",
        Command::Visit { .. } => "visit",
        Command::Evidence { .. } => "evidence",
        Command::Register { .. } => "register",
        Command::Session { .. } => "session",
        Command::Reconcile(_) => "reconcile",
        _ => "other",
    }
}

fn dispatch(context: &Context, command: Command) -> Result<Answer, Stopped> {
    match command {
        Command::Init(arguments) => init::run(context, &arguments),
        Command::Demo { dir } => demo::run(context, &dir),
        Command::Operator { verb } => operator::run(context, verb),
        Command::Principal { verb } => principal::run(context, verb),
        Command::Template { verb } => template::run(context, verb),
        Command::Letter { verb } => letter::run(context, verb),
        Command::Heading { verb } => heading::run(context, &verb),
        Command::Hold { verb } => hold::run(context, verb),
        Command::Contact { verb } => contact::run(context, &verb),
        Command::Case { verb } => case::run(context, verb),
        Command::Retention { verb } => retention::run(context, verb),
        Command::Visit { verb } => letter::visit(context, verb),
        Command::Evidence { verb } => evidence::run(context, verb),
        Command::Copies { verb: arguments::Copies::Missing } => figures::copies(context),
        Command::Reconcile(arguments) => figures::reconcile(context, &arguments),
        Command::Stats(arguments) => figures::stats(context, &arguments),
        Command::Register { verb } => register::run(context, verb),
        Command::Audit { verb } => audit::run(context, verb),
        Command::Verify(arguments) => verify::run(context, &arguments),
        Command::Mask(arguments) => mask::run(&arguments),
        Command::Rules { file } => rules::run(context, &file),
        Command::Session { verb } => session::run(context, &verb),
        Command::Doctor => doctor::run(context),
        Command::Errors => {
            let own = [
                context::UsageError::CODES,
                template_work::DiffInput::CODES,
                doctor::DoctorFinding::CODES,
                verify::FileFinding::CODES,
                demo::DemoError::CODES,
            ];
            let page = chancery::catalogue::markdown(&own);
            Ok(Answer::done(json!({ "markdown": page }), page))
        }
        Command::RulesTable => Ok(Answer::done(
            serde_json::json!({ "rules": chancery::letter::policy::table::json() }),
            chancery::letter::policy::table::markdown(),
        )),
        Command::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "chancery", &mut bytes);
            let script = String::from_utf8_lossy(&bytes);
            Ok(Answer::done(json!({ "shell": shell.to_string(), "script": script }), script))
        }
        Command::Man => {
            let mut bytes = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut bytes)
                .map_err(|source| context::UsageError::Output { source })?;
            let page = String::from_utf8_lossy(&bytes);
            Ok(Answer::done(json!({ "roff": page }), page))
        }
    }
}
