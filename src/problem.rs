//! Everything that can go wrong, as coded, bilingual values.
//!
//! Owns the [`Problem`] trait and the [`problems!`](crate::problems) macro, by which each
//! module declares one `thiserror` enum whose variants carry a stable code, an English and a
//! Chinese sentence, and an action in both languages. `docs/errors.md` is generated from the
//! same declarations. A message never holds a rejected value that may be personal.

use std::fmt;

/// A language in which the product speaks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    Chinese,
    /// English.
    English,
}

/// What a problem means for the one who asked, and so the exit status of the command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// A rule said no. Exit 1.
    Refusal,
    /// A check found something. Exit 1.
    Finding,
    /// Usage, or input that cannot be read as what it should be. Exit 2.
    Input,
    /// Input or output, database or network. Exit 3.
    Fault,
}

impl Severity {
    /// Exit status of a command that ends with this problem.
    #[must_use]
    pub const fn exit_status(self) -> u8 {
        match self {
            Self::Refusal | Self::Finding => 1,
            Self::Input => 2,
            Self::Fault => 3,
        }
    }

    /// Lower-case English name, stable in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refusal => "refusal",
            Self::Finding => "finding",
            Self::Input => "input",
            Self::Fault => "fault",
        }
    }
}

/// One declared code: the row of `docs/errors.md`.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Stable code, such as `CH-T002`.
    pub code: &'static str,
    /// What it means for the exit status.
    pub severity: Severity,
    /// English sentence, with `{field}` where a value is put in.
    pub english: &'static str,
    /// Chinese sentence, with the same fields.
    pub chinese: &'static str,
    /// What to do, in English.
    pub hint_english: &'static str,
    /// What to do, in Chinese.
    pub hint_chinese: &'static str,
}

impl Code {
    /// What to do, in `language`.
    #[must_use]
    pub const fn hint(&self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.hint_chinese,
            Language::English => self.hint_english,
        }
    }
}

/// A coded problem that can be told in both languages.
pub trait Problem: std::error::Error {
    /// The declared code with its texts.
    fn code(&self) -> &'static Code;

    /// What happened, in one sentence of `language`.
    fn say(&self, language: Language) -> String;
}

/// A problem kept as a value: a refusal for the register, a finding of a check, a line of a list.
#[derive(Clone, Debug)]
pub struct Report {
    /// The declared code.
    pub code: &'static Code,
    /// What happened, in English.
    pub english: String,
    /// What happened, in Chinese.
    pub chinese: String,
}

impl Report {
    /// Keeps what `problem` says.
    pub fn of(problem: &(impl Problem + ?Sized)) -> Self {
        Self {
            code: problem.code(),
            english: problem.say(Language::English),
            chinese: problem.say(Language::Chinese),
        }
    }

    /// A report about `inner`, whose sentence `told` puts into its own, each in its language.
    pub fn quoting<P: Problem>(inner: &Self, told: impl Fn(&str) -> P) -> Self {
        let chinese = told(&inner.chinese).say(Language::Chinese);
        Self { chinese, ..Self::of(&told(&inner.english)) }
    }

    /// What happened, in `language`.
    #[must_use]
    pub fn say(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        }
    }
}

/// One problem where a list of everything wrong is asked for.
pub fn alone<P: Problem>(problem: P) -> Vec<Report> {
    vec![Report::from(problem)]
}

impl<P: Problem> From<P> for Report {
    fn from(problem: P) -> Self {
        Self::of(&problem)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code.code, self.english)
    }
}

/// A value about to be told in Chinese: a problem speaks Chinese, anything else shows itself.
#[doc(hidden)]
#[derive(Debug)]
pub struct Told<'a, T: ?Sized>(pub &'a T);

impl<T: Problem> Told<'_, T> {
    /// What the problem says in Chinese.
    #[must_use]
    pub fn told(&self) -> String {
        self.0.say(Language::Chinese)
    }
}

/// A few words in English and in Chinese, to be put into a sentence of that language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Phrase(pub &'static str, pub &'static str);

impl fmt::Display for Phrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl Told<'_, Phrase> {
    /// The Chinese words.
    #[must_use]
    pub const fn told(&self) -> &'static str {
        self.0.1
    }
}

/// What [`Told`] does with a value that is no problem.
#[doc(hidden)]
pub trait Shown<'a> {
    /// The value.
    type Value: ?Sized;

    /// The value as it is.
    fn told(&self) -> &'a Self::Value;
}

impl<'a, T: ?Sized> Shown<'a> for Told<'a, T> {
    type Value = T;

    fn told(&self) -> &'a T {
        self.0
    }
}

/// Declares an enum of problems: code, severity, and sentence and hint in English and Chinese.
///
/// Fields named in the sentences are put in by `Display`. A field named `source` becomes the
/// error's source. `CODES` lists the declared codes for `docs/errors.md`.
///
/// ```
/// chancery::problems! {
///     /// Why a door stays shut.
///     pub enum DoorError {
///         /// Nobody has the key.
///         Locked { room: String } = "CH-Z001", Refusal,
///             "room `{room}` is locked" => "ask the porter for its key",
///             "房间 `{room}` 已上锁" => "请向门房领取钥匙";
///     }
/// }
/// ```
#[macro_export]
macro_rules! problems {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident $({ $($field:ident : $type:ty),* $(,)? })? = $code:literal, $severity:ident,
                    $english:literal => $hint_english:literal,
                    $chinese:literal => $hint_chinese:literal;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, ::thiserror::Error)]
        pub enum $name {
            $(
                $(#[$variant_meta])*
                #[error($english)]
                $variant $({
                    $(
                        #[doc = concat!("Put in for `{", stringify!($field), "}`.")]
                        $field: $type
                    ),*
                })?
            ),*
        }

        impl $name {
            /// Codes this enum can give, in order of declaration.
            pub const CODES: &'static [$crate::problem::Code] = &[
                $(
                    $crate::problem::Code {
                        code: $code,
                        severity: $crate::problem::Severity::$severity,
                        english: $english,
                        chinese: $chinese,
                        hint_english: $hint_english,
                        hint_chinese: $hint_chinese,
                    }
                ),*
            ];
        }

        impl $crate::problem::Problem for $name {
            fn code(&self) -> &'static $crate::problem::Code {
                match self {
                    $(
                        Self::$variant $({ $($field: _),* })? => {
                            const CODE: &$crate::problem::Code = &$crate::problem::Code {
                                code: $code,
                                severity: $crate::problem::Severity::$severity,
                                english: $english,
                                chinese: $chinese,
                                hint_english: $hint_english,
                                hint_chinese: $hint_chinese,
                            };
                            CODE
                        }
                    )*
                }
            }

            fn say(&self, language: $crate::problem::Language) -> String {
                use $crate::problem::Shown as _;
                // Used here once, so that the import is never idle.
                let _ = $crate::problem::Told(&"").told();
                match (language, self) {
                    $(
                        ($crate::problem::Language::Chinese, Self::$variant $({ $($field),* })?) => {
                            $( $(
                                let $field = $crate::problem::Told($field).told();
                                let _ = &$field;
                            )* )?
                            format!($chinese)
                        }
                    )*
                    ($crate::problem::Language::English, told) => told.to_string(),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    problems! {
        /// Why a door stays shut.
        pub enum DoorError {
            /// Nobody has the key.
            Locked { room: String, source: std::io::Error } = "CH-Z001", Refusal,
                "room `{room}` is locked: {source}" => "ask the porter",
                "房间 `{room}` 已上锁" => "请找门房";
            /// The sign is wrong.
            Sign { says: Phrase } = "CH-Z005", Input,
                "the sign says {says}" => "turn it", "牌上写着{says}" => "请翻面";
            /// The porter is away.
            NoPorter { source: PorterError } = "CH-Z003", Input,
                "no key: {source}" => "wait", "没有钥匙：{source}" => "请稍候";
            /// There is none.
            Missing = "CH-Z002", Fault, "no such room" => "look again", "没有这个房间" => "请再看看";
        }
    }

    problems! {
        /// Why there is no porter.
        pub enum PorterError {
            /// At lunch.
            Lunch { hour: u8 } = "CH-Z004", Input,
                "at lunch since {hour}" => "wait", "{hour} 点起用餐" => "请稍候";
        }
    }

    #[test]
    fn a_phrase_speaks_the_language_of_its_sentence() {
        let sign = DoorError::Sign { says: Phrase("closed", "打烊") };
        assert_eq!(sign.say(Language::Chinese), "牌上写着打烊");
        assert_eq!(sign.say(Language::English), "the sign says closed");
    }

    #[test]
    fn a_problem_tells_the_one_below_it_in_the_same_language() {
        let away = DoorError::NoPorter { source: PorterError::Lunch { hour: 12 } };
        assert_eq!(away.say(Language::Chinese), "没有钥匙：12 点起用餐");
        assert_eq!(away.say(Language::English), "no key: at lunch since 12");
    }

    #[test]
    fn a_problem_speaks_both_languages_and_keeps_its_source() {
        let locked = DoorError::Locked { room: "3".into(), source: std::io::Error::other("rusty") };
        assert_eq!(locked.to_string(), "room `3` is locked: rusty");
        assert_eq!(locked.say(Language::Chinese), "房间 `3` 已上锁");
        assert_eq!(locked.code().code, "CH-Z001");
        assert!(std::error::Error::source(&locked).is_some());
        assert_eq!([DoorError::CODES.len(), PorterError::CODES.len()], [4, 1]);
        assert_eq!(DoorError::Missing.code().severity.exit_status(), 3);
    }
}
