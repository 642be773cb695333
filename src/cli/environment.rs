//! The only place that reads the environment.

use std::path::PathBuf;

use chancery::problem::Language;

/// What the process was started with.
#[derive(Clone, Debug)]
pub struct Environment {
    /// `CHANCERY_OFFICE`.
    pub office: Option<PathBuf>,
    /// `CREDENTIALS_DIRECTORY`, set by systemd for a service with `LoadCredential=`.
    pub credentials: Option<PathBuf>,
    /// Language of the locale.
    pub language: Language,
}

impl Environment {
    /// Reads it once.
    pub fn read() -> Self {
        let path =
            |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        // `C` and `POSIX` name no language: the product then speaks its users' own.
        let english = sys_locale::get_locale().is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            !["zh", "c", "posix"].iter().any(|own| {
                locale.strip_prefix(own).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
            })
        });
        Self {
            office: path("CHANCERY_OFFICE"),
            credentials: path("CREDENTIALS_DIRECTORY"),
            language: if english { Language::English } else { Language::Chinese },
        }
    }
}
