//! The command line: arguments in, answers out.
//!
//! Owns parsing, the environment, the terminal and exit statuses; every decision is the library's.

mod arguments;
mod audit;
mod context;
mod demo;
mod doctor;
mod environment;
mod evidence;
mod hold;
mod init;
mod letter;
mod mask;
mod operator;
mod principal;
mod register;
mod report;
mod rules;
mod session;
mod template;
mod verify;

use clap::{CommandFactory as _, Parser as _};

use arguments::{Cli, Command};
use context::Context;
use report::{Answer, Stopped};

/// Runs the command and gives its exit status.
pub fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let failed = error.use_stderr();
            // Help asked for is a result; anything else is a usage error.
            if error.print().is_err() {
                return 3;
            }
            return if failed { 2 } else { 0 };
        }
    };
    let context = Context::new(&cli.global);
    match dispatch(&context, cli.command) {
        Ok(answer) => context.printer.answer(&answer),
        Err(stopped) => context.printer.stopped(&stopped),
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
        Command::Hold { verb } => hold::run(context, verb),
        Command::Visit { verb } => letter::visit(context, verb),
        Command::Evidence { verb } => evidence::run(context, verb),
        Command::Register { verb } => register::run(context, verb),
        Command::Audit { verb } => audit::run(context, verb),
        Command::Verify(arguments) => verify::run(context, &arguments),
        Command::Mask(arguments) => mask::run(&arguments),
        Command::Rules { file } => rules::run(context, &file),
        Command::Session { verb } => session::run(context, verb),
        Command::Doctor => doctor::run(context),
        Command::Errors => {
            let own = [
                context::UsageError::CODES,
                doctor::DoctorFinding::CODES,
                verify::FileFinding::CODES,
                demo::DemoError::CODES,
            ];
            Ok(Answer::done(serde_json::Value::Null, chancery::catalogue::markdown(&own)))
        }
        Command::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "chancery", &mut bytes);
            Ok(Answer::done(serde_json::Value::Null, String::from_utf8_lossy(&bytes)))
        }
        Command::Man => {
            let mut bytes = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut bytes)
                .map_err(|source| context::UsageError::Output { source })?;
            Ok(Answer::done(serde_json::Value::Null, String::from_utf8_lossy(&bytes)))
        }
    }
}
