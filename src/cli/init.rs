//! `init DIR`: founds an office, from a TOML file, from questions, or as a sample.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use chancery::{
    durable,
    office::{
        calendar::Answers,
        founding::{Founding, found, vacant},
        sample,
        settings::{Agency, Credentials as Folder, Gates, Settings, Timestamp, Zone},
    },
    problem::Phrase,
    signing::SystemRandom,
};
use serde_json::json;

use super::{
    arguments::Init,
    context::{Context, UsageError},
    report::{Answer, Stopped},
};

/// Largest seal image, in bytes.
const SEAL_LIMIT: u64 = 4 * 1024 * 1024;

/// Founds an office.
pub fn run(context: &Context, arguments: &Init) -> Result<Answer, Stopped> {
    let dir = &arguments.dir;
    if arguments.sample {
        sample::found_sample(dir, &mut SystemRandom).map_err(Stopped)?;
    } else {
        // Nobody is asked ten questions for a place that is taken.
        vacant(dir)?;
        let mut settings = match &arguments.agency {
            Some(file) => Settings::read(file)?,
            None => ask_settings(context)?,
        };
        if let Some(folder) = &arguments.credentials {
            settings.credentials = Folder { folder: Some(absolute(folder)?) };
        }
        let seal = arguments.seal.as_deref().map(|file| durable::read(file, SEAL_LIMIT));
        let founding = Founding {
            settings,
            administrator: arguments.administrator.clone(),
            sample: false,
            seal: seal.transpose()?,
        };
        let credentials = context.bare_credentials(arguments.credentials.as_deref());
        let ask = |name: &str| context.ask(name);
        found(dir, &founding, &credentials, &ask, &mut SystemRandom).map_err(Stopped)?;
    }
    let text = match (context.pick("zh", "en"), arguments.sample) {
        ("zh", true) => format!(
            "样例办公室已设立：{}\n  口令在 credentials/，样例请求在 samples/requests/，样例外访素材在 samples/visit/\n  试一试：chancery --office {} --as clerk letter issue {}/samples/requests/letters.jsonl --out letters",
            dir.display(),
            dir.display(),
            dir.display()
        ),
        ("zh", false) => format!("办公室已设立：{}", dir.display()),
        (_, true) => format!(
            "sample office made: {}\n  passphrases in credentials/, sample requests in samples/requests/, media of a visit in samples/visit/\n  try: chancery --office {} --as clerk letter issue {}/samples/requests/letters.jsonl --out letters",
            dir.display(),
            dir.display(),
            dir.display()
        ),
        (_, false) => format!("office made: {}", dir.display()),
    };
    Ok(Answer::done(json!({ "office": dir, "sample": arguments.sample }), text))
}

fn absolute(folder: &Path) -> Result<std::path::PathBuf, Stopped> {
    Ok(std::path::absolute(folder).map_err(|source| UsageError::Output { source })?)
}

/// Asks for the agency's identity at the terminal.
fn ask_settings(context: &Context) -> Result<Settings, Stopped> {
    if !io::stdin().is_terminal() {
        return Err(UsageError::Argument {
            name: "--agency",
            expected: Phrase("given where nobody can be asked", "无终端可询问时必须给出"),
        }
        .into());
    }
    let ask = |chinese: &str, english: &str| -> Result<String, Stopped> {
        let mut stderr = io::stderr().lock();
        let prompt = write!(stderr, "{}: ", context.pick(chinese, english));
        prompt.and_then(|()| stderr.flush()).map_err(|source| UsageError::Output { source })?;
        let mut line = String::new();
        io::stdin().read_line(&mut line).map_err(|source| UsageError::Output { source })?;
        Ok(line.trim().to_owned())
    };
    let settings = Settings {
        agency: Agency {
            prefix: ask(
                "函号前缀（2 至 4 个大写字母）",
                "prefix of letter numbers (2 to 4 capitals)",
            )?,
            name: ask("机构名称", "agency's name")?,
            uscc: ask("统一社会信用代码", "unified social credit code")?,
            postal_name: ask("寄件人名称（不得显示催收）", "sender's name on envelopes")?,
            business_phone: ask("业务联系电话", "business telephone")?,
            callback_phone: ask("回电电话", "telephone for call-backs")?,
            complaint_phone: ask("投诉电话", "telephone for complaints")?,
            service_hours: ask("服务时间", "service hours")?,
            address: ask("地址", "address")?,
            postcode: ask("邮编", "postcode")?,
        },
        time: Zone { zone: ask("时区，如 +08:00", "offset from UTC, such as +08:00")? },
        credentials: Folder::default(),
        timestamp: Timestamp::default(),
        answers: Answers::default(),
        gates: Gates::default(),
    };
    settings.to_toml()?;
    Ok(settings)
}
