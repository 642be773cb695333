//! Running the command and reading what it says.

use std::{
    ffi::{OsStr, OsString},
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

/// The command under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_chancery");

/// A call of the command that is being put together.
#[derive(Clone, Debug, Default)]
pub struct Call {
    global: Vec<OsString>,
    language: Option<&'static str>,
    stdin: Vec<u8>,
}

/// A call outside any office, in English.
pub fn chancery() -> Call {
    Call::default()
}

impl Call {
    /// In this office.
    pub fn office(mut self, folder: &Path) -> Self {
        self.global.extend(["--office".into(), folder.into()]);
        self
    }

    /// As this operator.
    pub fn by(mut self, operator: &str) -> Self {
        self.global.extend(["--as".into(), operator.into()]);
        self
    }

    /// With a passphrase file.
    pub fn passphrase(mut self, file: &Path) -> Self {
        self.global.extend(["--passphrase-file".into(), file.into()]);
        self
    }

    /// With JSON on standard output.
    pub fn json(mut self) -> Self {
        self.global.push("--json".into());
        self
    }

    /// In Chinese.
    pub fn chinese(mut self) -> Self {
        self.language = Some("zh");
        self
    }

    /// With these bytes on standard input.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// The process, ready to be started, whose environment names no office and no credentials.
    pub fn process(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        self.process_of(Path::new(PROGRAM), arguments)
    }

    /// As [`Call::process`], of another copy of the program.
    pub fn process_of(&self, program: &Path, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(program);
        command.args(["--lang", self.language.unwrap_or("en")]);
        command.args(&self.global).args(arguments.iter().map(AsRef::as_ref));
        command.env_remove("CHANCERY_OFFICE").env_remove("CREDENTIALS_DIRECTORY");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Signs a principal's profile with the approver's key and certificate in `keys`.
    pub fn sign_profile(&self, profile: &Path, keys: &Path, out: &Path) -> Ran {
        let (key, certificate) = (keys.join("approver-key.pem"), keys.join("approver.pem"));
        let line: [&OsStr; 10] = [
            "principal".as_ref(),
            "sign".as_ref(),
            "--profile".as_ref(),
            profile.as_ref(),
            "--key".as_ref(),
            key.as_ref(),
            "--own-certificate".as_ref(),
            certificate.as_ref(),
            "--out".as_ref(),
            out.as_ref(),
        ];
        self.run(&line)
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Ran {
        Ran::of(self.process(arguments), &self.stdin)
    }
}

/// A command that has ended.
#[derive(Clone, Debug)]
pub struct Ran {
    line: String,
    pub status: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Ran {
    /// Runs `command` to its end with `stdin`.
    pub fn of(mut command: Command, stdin: &[u8]) -> Self {
        let line = format!("{command:?}");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{line}: {error}"));
        let mut pipe = child.stdin.take().unwrap();
        let stdin = stdin.to_vec();
        // Whoever refuses its input early closes the pipe; that is its right.
        let feeder = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        let (stdout, stderr) = (output.stdout, output.stderr);
        Self { line, status: output.status.code(), stdout, stderr }
    }

    /// Standard output as text.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Both streams.
    pub fn both(&self) -> String {
        self.out() + &self.err()
    }

    /// Fails unless it ended with `status`.
    #[track_caller]
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(
            self.status,
            Some(status),
            "{}\n--- stdout\n{}\n--- stderr\n{}",
            self.line,
            self.out(),
            self.err()
        );
        self
    }

    /// Fails unless it ended with `status` and told `code`.
    #[track_caller]
    pub fn tells(self, status: i32, code: &str) -> Self {
        let ran = self.ends(status);
        let codes = ran.codes();
        assert!(codes.iter().any(|told| told == code), "{code} not in {codes:?}\n{}", ran.both());
        ran
    }

    /// Fails unless it ended with `status` and told `codes` and nothing else.
    #[track_caller]
    pub fn tells_only(self, status: i32, codes: &[&str]) -> Self {
        let ran = self.ends(status);
        assert_eq!(ran.codes(), codes, "{}\n{}", ran.line, ran.both());
        ran
    }

    /// Every code told, sorted, each once.
    pub fn codes(&self) -> Vec<String> {
        let text = self.both();
        let mut codes: Vec<String> = text
            .match_indices("CH-")
            .filter_map(|(at, _)| text.get(at..at + 7))
            .filter(|code| {
                let mut rest = code.chars().skip(3);
                rest.next().is_some_and(|c| c.is_ascii_uppercase())
                    && rest.all(|c| c.is_ascii_digit())
            })
            .map(str::to_owned)
            .collect();
        codes.sort();
        codes.dedup();
        codes
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", self.line, self.both()))
    }

    /// Standard output as JSON lines.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Value> {
        let read = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        };
        self.out().lines().map(read).collect()
    }
}
