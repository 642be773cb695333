//! `office.toml`: who the agency is, where it is in time, where its credentials lie.
//!
//! Owns the file's shape; refuses unknown members, a zone that is no offset, a prefix or credit
//! code of the wrong form. Nothing secret stands in it. Source: SPEC "Command line", REQUIREMENTS 1.

use std::path::{Path, PathBuf};

use chrono::FixedOffset;
use serde::{Deserialize, Serialize};

use super::calendar::Answers;
use crate::{
    case::credit_code, durable, letter::life::words::ReplyKind, problem::Phrase,
    template::wording_scan,
};

/// Largest `office.toml` that is read, in bytes.
const LIMIT: u64 = 64 * 1024;

crate::problems! {
    /// Why an office's settings cannot be used.
    pub enum SettingsError {
        /// There is no office here.
        NoOffice { place: String } = "CH-O001", Input,
            "no office at or above `{place}`" => "give --office DIR, set CHANCERY_OFFICE, or make one with `chancery init DIR`",
            "`{place}` 及其上级目录中没有办公室" => "请用 --office DIR 指定，设置 CHANCERY_OFFICE，或用 `chancery init DIR` 新建";
        /// The file is not what it should be.
        Malformed { path: String, line: usize, detail: String } = "CH-O002", Input,
            "`{path}` line {line}: {detail}" => "correct it; docs/formats.md shows every member",
            "`{path}` 第 {line} 行：{detail}" => "请更正；各项见 docs/formats.md";
        /// A member has a value it cannot have.
        Member { member: &'static str, expected: Phrase } = "CH-O003", Input,
            "setting `{member}` is not {expected}" => "correct it in the settings file",
            "设置项 `{member}` 不符合要求（{expected}）" => "请在设置文件中更正";
        /// A file could not be read.
        File { source: durable::DurableError } = "CH-O004", Fault,
            "the settings cannot be read: {source}" => "check the file and its permissions",
            "无法读取设置：{source}" => "请检查文件及其权限";
    }
}

/// The agency as its letters name it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// Two to four capital letters that open every letter number.
    pub prefix: String,
    /// Registered name.
    pub name: String,
    /// 统一社会信用代码, 18 characters of GB 32100.
    pub uscc: String,
    /// Name on envelopes and call-back cards; must not betray collection.
    pub postal_name: String,
    /// Business telephone.
    pub business_phone: String,
    /// Telephone for call-backs.
    pub callback_phone: String,
    /// Telephone for complaints.
    pub complaint_phone: String,
    /// Hours in which a call is answered, as printed.
    pub service_hours: String,
    /// Postal address of the sender.
    pub address: String,
    /// Six-digit postcode of the sender.
    pub postcode: String,
}

/// Where time is told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Offset from UTC, such as `+08:00`.
    pub zone: String,
}

/// Where passphrases of service keys, and of a sample's operators, are read from.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Folder with one file a credential, named by operator or service, like systemd's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
}

/// Which authority gives the time of a seal.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Timestamp {
    /// URL of an RFC 3161 authority; without it the office's own authority asserts the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its trust anchor, a PEM file beside `office.toml`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<PathBuf>,
    /// Whether sealing goes on while the authority is absent, and the token comes later; so by
    /// default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<bool>,
}

/// Documents that are off unless an office turns them on.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Gates {
    /// `employer_assist`, which tells an employer that somebody is written to.
    #[serde(default)]
    pub employer_assist: bool,
}

/// `office.toml` as written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The agency.
    pub agency: Agency,
    /// Its zone.
    pub time: Zone,
    /// Its credentials.
    #[serde(default)]
    pub credentials: Credentials,
    /// Its timestamps.
    #[serde(default)]
    pub timestamp: Timestamp,
    /// When its answers fall due.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
    /// Documents it turned on.
    #[serde(default)]
    pub gates: Gates,
}

impl Settings {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// [`SettingsError::File`], [`SettingsError::Malformed`], [`SettingsError::Member`].
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let bytes = durable::read(path, LIMIT).map_err(|source| SettingsError::File { source })?;
        let malformed = |line, detail: &str| SettingsError::Malformed {
            path: path.display().to_string(),
            line,
            detail: detail.to_owned(),
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| malformed(1, "not UTF-8"))?;
        let settings: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            malformed(before.matches('\n').count().saturating_add(1), error.message())
        })?;
        settings.check()?;
        Ok(settings)
    }

    /// The file's text.
    ///
    /// # Errors
    /// [`SettingsError::Member`] if a value is not what it should be.
    pub fn to_toml(&self) -> Result<String, SettingsError> {
        self.check()?;
        toml::to_string_pretty(self).map_err(|_| SettingsError::Member {
            member: "office",
            expected: Phrase("writable as TOML", "应可写为 TOML"),
        })
    }

    /// The office's offset from UTC.
    ///
    /// # Errors
    /// [`SettingsError::Member`] if it is none.
    pub fn zone(&self) -> Result<FixedOffset, SettingsError> {
        self.time.zone.parse().map_err(|_| SettingsError::Member {
            member: "time.zone",
            expected: Phrase("an offset such as +08:00", "应为时差，如 +08:00"),
        })
    }

    fn check(&self) -> Result<(), SettingsError> {
        self.zone()?;
        let agency = &self.agency;
        let prefix = &agency.prefix;
        if !(2..=4).contains(&prefix.len()) || !prefix.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(SettingsError::Member {
                member: "agency.prefix",
                expected: Phrase("two to four capital letters", "应为二至四个大写字母"),
            });
        }
        if agency.uscc.parse::<credit_code::CreditCode>().is_err() {
            return Err(SettingsError::Member {
                member: "agency.uscc",
                expected: Phrase(
                    "a credit code of GB 32100",
                    "应为符合 GB 32100 的统一社会信用代码",
                ),
            });
        }
        if agency.postcode.len() != 6 || !agency.postcode.bytes().all(|b| b.is_ascii_digit()) {
            return Err(SettingsError::Member {
                member: "agency.postcode",
                expected: Phrase("six digits", "应为六位数字"),
            });
        }
        let kinds = self.answers.days.keys();
        if kinds.into_iter().any(|kind| ReplyKind::ALL.iter().all(|known| known.name() != kind)) {
            return Err(SettingsError::Member {
                member: "answers.days",
                expected: Phrase(
                    "days by kind: dispute, denial, hardship, promise, complaint, paid, other",
                    "应按种类给出天数：dispute、denial、hardship、promise、complaint、paid、other",
                ),
            });
        }
        for (member, text) in [
            ("agency.name", &agency.name),
            ("agency.postal_name", &agency.postal_name),
            ("agency.business_phone", &agency.business_phone),
            ("agency.callback_phone", &agency.callback_phone),
            ("agency.complaint_phone", &agency.complaint_phone),
            ("agency.service_hours", &agency.service_hours),
            ("agency.address", &agency.address),
        ] {
            let length = text.chars().count();
            if length == 0 || length > 80 || text.chars().any(char::is_control) {
                return Err(SettingsError::Member {
                    member,
                    expected: Phrase("one line of 1 to 80 characters", "应为一行 1 至 80 字"),
                });
            }
        }
        for (member, text) in
            [("agency.name", &agency.name), ("agency.postal_name", &agency.postal_name)]
        {
            if !wording_scan::scan_name(text).findings.is_empty() {
                return Err(SettingsError::Member {
                    member,
                    expected: Phrase(
                        "the name of an agency: no organ of the state, tribunal or law firm",
                        "应为受托机构名称，不得为国家机关、仲裁机构或律师事务所",
                    ),
                });
            }
        }
        Ok(())
    }
}
