//! The only place that prints: results on stdout, messages on stderr.

use std::io::{IsTerminal as _, Write as _};

use chancery::problem::{Language, Problem, Report, Severity};
use serde_json::{Value, json};

/// What a command has to say when it is done.
#[derive(Debug)]
pub struct Answer {
    /// The one JSON document of `--json`; null where the lines already told are all.
    pub json: Value,
    /// What a person reads.
    pub text: String,
    /// Exit status.
    pub exit: u8,
}

impl Answer {
    /// A command that did what was asked.
    pub fn done(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into(), exit: 0 }
    }

    /// A check that found something.
    pub fn found(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into(), exit: 1 }
    }
}

impl Answer {
    /// Puts `notes` into the JSON.
    pub fn note(&mut self, notes: Vec<Value>) {
        if let Some(members) = self.json.as_object_mut() {
            members.insert("notes".to_owned(), Value::from(notes));
        }
    }
}

/// Why a command stopped: everything that is wrong, told at once.
#[derive(Debug)]
pub struct Stopped(pub Vec<Report>);

impl Stopped {
    /// Whether a fault is among `reports`, so that nothing was said about what was asked.
    pub fn is_fault(reports: &[Report]) -> bool {
        reports.iter().any(|report| report.code.severity == Severity::Fault)
    }

    /// The gravest exit status among the reports.
    pub fn exit(&self) -> u8 {
        self.0.iter().map(|report| report.code.severity.exit_status()).max().unwrap_or(3)
    }
}

impl<P: Problem> From<P> for Stopped {
    fn from(problem: P) -> Self {
        Self(vec![Report::of(&problem)])
    }
}

/// Where and how to print.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    /// Language of messages.
    pub language: Language,
    /// Print JSON on stdout.
    pub json: bool,
    /// Print no messages on stderr but refusals and errors.
    pub quiet: bool,
}

impl Printer {
    /// The sentence of this printer's language.
    pub const fn pick<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    /// Prints a result and gives its exit status.
    pub fn answer(self, answer: &Answer) -> u8 {
        if self.json {
            if !answer.json.is_null() {
                self.out(&answer.json.to_string());
            }
        } else if !answer.text.is_empty() {
            self.out(answer.text.trim_end());
        }
        answer.exit
    }

    /// Prints one line of a batch as it happens.
    pub fn line(self, json: &Value, text: &str) {
        if self.json {
            self.out(&json.to_string());
        } else {
            self.out(text);
        }
    }

    /// Tells progress on stderr.
    pub fn tell(self, text: &str) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Whether a person watches stderr.
    pub fn watched(self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Prints why the command stopped and gives its exit status.
    pub fn stopped(self, stopped: &Stopped) -> u8 {
        if self.json {
            let reports: Vec<Value> = stopped.0.iter().map(|r| self.report_json(r)).collect();
            self.out(&json!({ "problems": reports }).to_string());
        }
        for report in &stopped.0 {
            let _ = writeln!(std::io::stderr(), "{}", self.report_text(report));
        }
        stopped.exit()
    }

    /// A report as stable JSON.
    pub fn report_json(self, report: &Report) -> Value {
        json!({
            "code": report.code.code,
            "severity": report.code.severity.name(),
            "message": report.say(self.language),
            "hint": report.code.hint(self.language),
        })
    }

    /// A report as two lines: what happened, what to do.
    pub fn report_text(self, report: &Report) -> String {
        let label = match report.code.severity {
            Severity::Refusal => self.pick("拒绝", "refused"),
            Severity::Finding => self.pick("发现", "found"),
            Severity::Input => self.pick("输入有误", "input"),
            Severity::Fault => self.pick("故障", "fault"),
        };
        self.labelled(label, report)
    }

    /// A report that is told and is no defect.
    pub fn note_text(self, report: &Report) -> String {
        self.labelled(self.pick("附注", "note"), report)
    }

    fn labelled(self, label: &str, report: &Report) -> String {
        format!(
            "{label} {}: {}\n  → {}",
            report.code.code,
            report.say(self.language),
            report.code.hint(self.language)
        )
    }

    #[expect(clippy::unused_self, reason = "only a printer prints")]
    fn out(self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        if writeln!(stdout, "{text}").is_err() {
            // The reader went away; what was done stays done.
        }
    }
}
