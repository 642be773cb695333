//! What every command has at hand: printer, environment, office, operator.

use std::{
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use chancery::{
    office::{
        Office,
        actor::{Actor, ActorError},
        credentials::{Credentials, Service},
        paths::OfficePaths,
        refused::{self, Times},
        settings::{Settings, SettingsError},
        unsigned,
    },
    problem::{Language, Phrase, Report},
    register::Draft,
};

use super::{
    arguments::{Global, Lang},
    environment::Environment,
    report::{Answer, Printer, Stopped},
};

chancery::problems! {
    /// What is wrong with how a command was called.
    pub enum UsageError {
        /// An argument has a value it cannot have.
        Argument { name: &'static str, expected: Phrase } = "CH-U001", Input,
            "`{name}` is not {expected}" => "add --help to see what it takes",
            "`{name}` 不符合要求（{expected}）" => "请加 --help 查看用法";
        /// The output cannot be written.
        Output { source: io::Error } = "CH-U002", Fault,
            "the output cannot be written: {source}" => "check the disk and the reader",
            "无法写出结果：{source}" => "请检查磁盘与接收方";
        /// The named request is not in the file.
        NoRequest { id: String } = "CH-U003", Input,
            "the file holds no request `{id}`" => "check the request id",
            "文件中没有请求 `{id}`" => "请核对请求编号";
        /// The named request is in no row that could be read.
        NoReadableRequest { id: String, rows: u64, first: u64 } = "CH-U043", Input,
            "no row that can be read holds request `{id}`; {rows} cannot be read, the first is row {first}" => "correct those rows, or check the request id",
            "可读的行中没有请求 `{id}`；另有 {rows} 行无法读取，首个为第 {first} 行" => "请更正这些行，或核对请求编号";
        /// The command line itself is wrong.
        CommandLine { english: String, chinese: String } = "CH-U005", Input,
            "the command line is not understood: {english}" => "add --help to see what it takes",
            "命令行有误：{chinese}" => "请加 --help 查看用法";
        /// A request for something else than a visit's document.
        NoStatement = "CH-U006", Refusal,
            "the request asks for no document of a visit" => "use `chancery letter issue` for letters",
            "该请求不是外访文书" => "函件请用 `chancery letter issue`";
        /// Several requests where one is needed.
        Several = "CH-U004", Input,
            "the file holds more than one request" => "name one with --request",
            "文件中有多个请求" => "请用 --request 指明一个";
    }
}

/// What every command has at hand.
#[derive(Debug)]
pub struct Context {
    /// How to print.
    pub printer: Printer,
    environment: Environment,
    office: Option<PathBuf>,
    operator: Option<String>,
    passphrase_file: Option<PathBuf>,
    /// Whether a refusal of this run stands in the register, signed.
    signed: AtomicBool,
}

impl Context {
    /// Joins options and environment.
    pub fn new(global: &Global) -> Self {
        let environment = Environment::read();
        let language = match global.lang {
            Some(Lang::Zh) => Language::Chinese,
            Some(Lang::En) => Language::English,
            None => environment.language,
        };
        Self {
            printer: Printer { language, json: global.json, quiet: global.quiet },
            environment,
            office: global.office.clone(),
            operator: global.operator.clone(),
            passphrase_file: global.passphrase_file.clone(),
            signed: AtomicBool::new(false),
        }
    }

    /// The sentence of the language in use.
    pub fn pick<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        self.printer.pick(chinese, english)
    }

    /// Where the office lies.
    pub fn paths(&self) -> Result<OfficePaths, Stopped> {
        if let Some(folder) = &self.office {
            return self.at(folder);
        }
        let here = std::env::current_dir().unwrap_or_default();
        if let Some(found) = OfficePaths::find(&here) {
            return Ok(found);
        }
        match &self.environment.office {
            Some(folder) => self.at(folder),
            None => Err(SettingsError::NoOffice { place: here.display().to_string() }.into()),
        }
    }

    #[expect(clippy::unused_self, reason = "reads as a question to the context")]
    fn at(&self, folder: &Path) -> Result<OfficePaths, Stopped> {
        let paths = OfficePaths::new(folder);
        if paths.settings().is_file() {
            Ok(paths)
        } else {
            Err(SettingsError::NoOffice { place: folder.display().to_string() }.into())
        }
    }

    /// Opens the office for acting.
    pub fn open(&self) -> Result<Office, Stopped> {
        Office::open(self.paths()?).map_err(Stopped)
    }

    /// Opens the office for looking only: nothing is written.
    pub fn look(&self) -> Result<Office, Stopped> {
        Office::open_read_only(self.paths()?).map_err(Stopped)
    }

    /// Opens the office for an audit, which goes on past damaged entries.
    pub fn look_past_damage(&self) -> Result<Office, Stopped> {
        Office::open_for_audit(self.paths()?).map_err(Stopped)
    }

    /// Where passphrases are looked for.
    pub fn credentials(&self, paths: &OfficePaths, settings: &Settings) -> Credentials {
        let own = settings.credentials.folder.as_ref().map(|folder| paths.root().join(folder));
        Credentials {
            operator_file: self.passphrase_file.clone(),
            folders: self.environment.credentials.iter().cloned().chain(own).collect(),
        }
    }

    /// Credentials where there is no office yet.
    pub fn bare_credentials(&self, folder: Option<&Path>) -> Credentials {
        Credentials {
            operator_file: self.passphrase_file.clone(),
            folders: folder
                .map(Path::to_owned)
                .into_iter()
                .chain(self.environment.credentials.clone())
                .collect(),
        }
    }

    /// The passphrase file given.
    pub fn passphrase_file(&self) -> Option<&Path> {
        self.passphrase_file.as_deref()
    }

    /// Notes refusals for which there was no valid signer in the office's unsigned log.
    pub fn note_unsigned(&self, noun: &str, stopped: &Stopped) {
        let codes = stopped.0.iter().map(|report| report.code.code);
        let codes: Vec<&str> = codes.filter(|code| unsigned::concerns_signer(code)).collect();
        if codes.is_empty() || self.signed.load(Ordering::Relaxed) {
            return;
        }
        // Without an office there is nowhere to note it; that was told already.
        let Ok(office) = self.look() else { return };
        if let Err(error) = office.note_unsigned(noun, self.operator.as_deref(), &codes) {
            self.printer.tell(&self.printer.report_text(&error.into()));
        }
    }

    /// Registers that rules refused an act, and gives back why. What is no refusal of a rule is only
    /// given back.
    pub fn refused(
        &self,
        office: &mut Office,
        actor: &Actor,
        act: &str,
        subject: &str,
        reports: Vec<Report>,
    ) -> Stopped {
        let draft = refused::draft(act, subject, &reports);
        match self.register_refused(office, actor, draft.as_slice(), Times::Each) {
            Ok(()) => Stopped(reports),
            Err(fault) => Stopped(reports.into_iter().chain(fault.0).collect()),
        }
    }

    /// Registers refusals that are told elsewhere.
    pub fn register_refused(
        &self,
        office: &mut Office,
        actor: &Actor,
        refusals: &[Draft],
        times: Times,
    ) -> Result<(), Stopped> {
        if refusals.is_empty() {
            return Ok(());
        }
        let new = refused::register(office, actor, refusals, times)?;
        self.signed.store(true, Ordering::Relaxed);
        if new > 0 && times == Times::Each {
            self.auto_checkpoint(office);
        }
        Ok(())
    }

    /// The answer of a file that was worked off; or, where a fault came between, what was done and
    /// refused by then together with the fault.
    pub fn finished(
        &self,
        answer: Answer,
        fault: Option<Vec<Report>>,
        entered: Result<(), Stopped>,
    ) -> Result<Answer, Stopped> {
        let mut faults = fault.unwrap_or_default();
        faults.extend(entered.err().into_iter().flat_map(|stopped| stopped.0));
        if faults.is_empty() {
            return Ok(answer);
        }
        self.printer.line(&answer.json, &answer.text);
        Err(Stopped(faults))
    }

    /// Tells what is noteworthy and no defect, and gives it for the answer's JSON.
    pub fn notes(&self, notes: &[Report]) -> Vec<serde_json::Value> {
        for note in notes {
            self.printer.tell(&self.printer.note_text(note));
        }
        notes.iter().map(|note| self.printer.report_json(note)).collect()
    }

    /// As [`Context::notes`], of rows of a file.
    pub fn row_notes(&self, notes: &[(u64, Report)]) -> Vec<serde_json::Value> {
        let told = notes.iter().map(|(row, note)| {
            let text = self.printer.note_text(note);
            self.printer.tell(&match self.printer.language {
                Language::Chinese => format!("第 {row} 行 {text}"),
                Language::English => format!("row {row} {text}"),
            });
            let mut json = self.printer.report_json(note);
            if let Some(members) = json.as_object_mut() {
                members.insert("row".to_owned(), (*row).into());
            }
            json
        });
        told.collect()
    }

    /// Signs a checkpoint where the log's credential is at hand; elsewhere says that one is due.
    pub fn auto_checkpoint(&self, office: &mut Office) {
        let credentials = self.credentials(office.paths(), office.settings());
        if office.is_checkpointed().is_ok_and(|whole| whole) {
            return;
        }
        if credentials.holds(Service::Log) {
            if let Err(error) = office.checkpoint(&credentials, &|_| None) {
                self.printer.tell(&self.printer.report_text(&error.into()));
            }
        } else {
            self.printer.tell(self.pick(
                "提示：登记簿有新条目，请由持有日志凭据者运行 `chancery register checkpoint`",
                "note: the register grew; let whoever holds the log credential run `chancery register checkpoint`",
            ));
        }
    }

    /// A bar of bytes on a terminal, hidden elsewhere.
    pub fn progress(&self) -> indicatif::ProgressBar {
        if !self.printer.watched() {
            return indicatif::ProgressBar::hidden();
        }
        let bar = indicatif::ProgressBar::no_length();
        if let Ok(style) =
            indicatif::ProgressStyle::with_template("{bytes} {bytes_per_sec} {elapsed}")
        {
            bar.set_style(style);
        }
        bar
    }

    /// A bar of things done on a terminal, hidden elsewhere.
    pub fn counter(&self) -> indicatif::ProgressBar {
        if !self.printer.watched() {
            return indicatif::ProgressBar::hidden();
        }
        let bar = indicatif::ProgressBar::no_length();
        if let Ok(style) =
            indicatif::ProgressStyle::with_template("{spinner} {pos} {per_sec} {elapsed}")
        {
            bar.set_style(style);
        }
        bar
    }

    /// Asks at the terminal; nobody is asked where there is none.
    pub fn ask(&self, name: &str) -> Option<String> {
        if !io::stdin().is_terminal() {
            return None;
        }
        let prompt = match self.printer.language {
            Language::Chinese => format!("`{name}` 的口令: "),
            Language::English => format!("passphrase of `{name}`: "),
        };
        rpassword::prompt_password(prompt).ok()
    }

    /// The operator named by `--as`.
    pub fn operator_id(&self) -> Result<&str, Stopped> {
        self.operator.as_deref().ok_or_else(|| ActorError::Nobody.into())
    }

    /// The operator named by `--as`, with the key open.
    pub fn actor(&self, office: &Office) -> Result<Actor, Stopped> {
        let id = self.operator_id()?;
        let operator = office.state().operators.get(id).cloned();
        let operator = operator.ok_or_else(|| ActorError::Unknown { id: shown(id) })?;
        let credentials = self.credentials(office.paths(), office.settings());
        Ok(Actor::open(
            operator,
            office.paths(),
            &credentials,
            &|name| self.ask(name),
            office.now(),
        )?)
    }
}

/// An id as it may be shown: what is no id is not repeated.
pub fn shown(id: &str) -> String {
    if chancery::office::operator::is_id(id) { id.to_owned() } else { "?".to_owned() }
}
