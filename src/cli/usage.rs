//! What is wrong with a command line, in the language and form that it asks for.
//!
//! Owns the reading of clap's errors. What was typed is masked and cut before it is repeated: a
//! card number in the wrong place must not reach a log.

use chancery::{
    masking::{Masking, mask_text},
    problem::Language,
};
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use super::{
    context::UsageError,
    environment::Environment,
    report::{Printer, Stopped},
};

/// Most characters of what was typed that are repeated.
const SHOWN: usize = 40;

/// Tells what is wrong with the command line, and gives the exit status.
pub fn misused(error: &Error, typed: &[String]) -> u8 {
    let given = typed.iter().enumerate().find_map(|(at, word)| match word.as_str() {
        "--lang" => typed.get(at.saturating_add(1)).map(String::as_str),
        word => word.strip_prefix("--lang="),
    });
    let language = match given {
        Some("zh") => Language::Chinese,
        Some("en") => Language::English,
        _ => Environment::read().language,
    };
    let json = typed.iter().any(|word| word == "--json");
    let printer = Printer { language, json, quiet: false };
    let (english, chinese) = explained(error);
    printer.stopped(&Stopped::from(UsageError::CommandLine { english, chinese }))
}

/// The error in English and in Chinese.
fn explained(error: &Error) -> (String, String) {
    let argument = context(error, ContextKind::InvalidArg);
    let choices = context(error, ContextKind::ValidValue);
    match error.kind() {
        ErrorKind::MissingRequiredArgument => {
            (format!("`{argument}` is missing"), format!("缺少 `{argument}`"))
        }
        ErrorKind::UnknownArgument => {
            (format!("there is no `{argument}`"), format!("没有 `{argument}` 这一项"))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("a command is missing".into(), "缺少命令".into())
        }
        ErrorKind::InvalidSubcommand => {
            let typed = context(error, ContextKind::InvalidSubcommand);
            (format!("there is no command `{typed}`"), format!("没有命令 `{typed}`"))
        }
        ErrorKind::InvalidValue if choices.is_empty() => {
            (format!("`{argument}` needs a value"), format!("`{argument}` 需要一个值"))
        }
        ErrorKind::InvalidValue => {
            (format!("`{argument}` takes one of {choices}"), format!("`{argument}` 可取 {choices}"))
        }
        ErrorKind::ValueValidation => (
            format!("the value of `{argument}` cannot be read"),
            format!("`{argument}` 的值无法识别"),
        ),
        ErrorKind::ArgumentConflict => {
            let other = context(error, ContextKind::PriorArg);
            if other == argument {
                return (format!("`{argument}` is given twice"), format!("`{argument}` 重复给出"));
            }
            (
                format!("`{argument}` and `{other}` exclude each other"),
                format!("`{argument}` 与 `{other}` 不能同时使用"),
            )
        }
        _ => ("its arguments do not fit together".into(), "参数不符合要求".into()),
    }
}

fn context(error: &Error, kind: ContextKind) -> String {
    let text = match error.get(kind) {
        Some(ContextValue::Strings(words)) => words.join(", "),
        Some(ContextValue::String(word)) => word.clone(),
        _ => String::new(),
    };
    let plain: String = text.chars().filter(|each| !each.is_control()).collect();
    let masked = mask_text(&plain, &Masking::default()).text;
    let most = if kind == ContextKind::ValidValue { usize::MAX } else { SHOWN };
    masked.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::arguments::Cli;

    fn told(words: &[&str]) -> (String, String) {
        explained(&Cli::try_parse_from(words).unwrap_err())
    }

    #[test]
    fn a_wrong_command_line_is_told_in_both_languages() {
        let (english, chinese) = told(&["chancery", "letter", "issue"]);
        assert_eq!(english, "`--out <DIR>, <FILE>` is missing");
        assert_eq!(chinese, "缺少 `--out <DIR>, <FILE>`");
        assert_eq!(told(&["chancery", "letter"]).0, "a command is missing");
        assert_eq!(
            told(&["chancery", "--lang", "en", "--lang", "zh", "doctor"]).0,
            "`--lang <zh|en>` is given twice"
        );
        assert_eq!(told(&["chancery", "bogus"]).1, "没有命令 `bogus`");
        assert_eq!(told(&["chancery", "register", "show", "x"]).1, "`<SEQ>` 的值无法识别");
        assert_eq!(
            told(&["chancery", "--lang", "fr", "doctor"]).0,
            "`--lang <zh|en>` takes one of zh, en"
        );
    }

    #[test]
    fn a_number_typed_in_the_wrong_place_is_not_repeated() {
        let (english, _) = told(&["chancery", "doctor", "6200000000000005"]);
        assert!(!english.contains("620000"), "{english}");
        assert!(english.contains("0005"), "{english}");
    }
}
